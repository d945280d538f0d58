"""Rows written by one statement are those that `save` would have written, of every kind of column."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.writing import insert_all, update_all
from zhijian.programmes.complaints.models import Item, Trace

AT = dt.datetime(2026, 3, 5, 1, 2, 3, 456789, tzinfo=dt.UTC)
WORDS = "头发“引号\" \\ 'x'\n😀 \x7f NULL {} %s"


def rows(n: int) -> tuple[Matter, Item, Trace]:
    """One of each, in the order in which they must be written; what belongs to another was put there unwritten."""
    matter = Matter(
        kind="complaint", number=f"N{n}", title=WORDS, area=world.CITY, state="received", opened=AT,
        due=dt.date(2026, 3, 9), kept_from=["person:1", WORDS], flags=[{"code": WORDS, "n": 10**17, "no": None}],
    )  # fmt: skip
    item = Item(
        matter=matter, sort="complaint", channel="hotline", text=WORDS, claim=["refund"], amount=Decimal("58.50"),
        happened_on=dt.date(2026, 3, 4), person=None, secret=True,
    )  # fmt: skip
    trace = Trace(matter=matter, sketch=b"\x00\xff\\x", bands=[-(2**63), 2**63 - 1], marks=[], ranked=AT)
    return matter, item, trace


def test_the_same_as_saved(db):
    with scoped(SYSTEM):
        world.jurisdictions()
        one, many = rows(0), [rows(n) for n in range(1, 4)]
        for row in one:
            row.save(force_insert=True)
        with CaptureQueriesContext(connection) as asked:
            for same in zip(*many, strict=True):
                insert_all(same)
        assert len(asked) == 3
        for n, some in enumerate(many, 1):
            for ours, theirs in zip(some, one, strict=True):
                read, other = type(ours).objects.get(pk=ours.pk), type(ours).objects.get(pk=theirs.pk)
                for field in ours._meta.concrete_fields:
                    if field.name in ("id", "uid", "number", "matter"):
                        continue
                    a, b = (field.value_from_object(row) for row in (read, other))
                    assert (bytes(a), "") == (bytes(b), "") if isinstance(a, memoryview) else a == b, field
            assert Matter.objects.get(pk=some[0].pk).number == f"N{n}", "ids in the rows' order"
            assert some[1].matter_id == some[0].pk


def test_changed_columns_are_written_and_no_other(db):
    with scoped(SYSTEM):
        world.jurisdictions()
        made = [rows(n) for n in range(3)]
        for same in zip(*made, strict=True):
            insert_all(same)
        traces = [trace for _matter, _item, trace in made]
        for n, trace in enumerate(traces[:2]):
            trace.sketch, trace.bands, trace.marks, trace.ranked = b"\x01" * n, [n, 2**63 - 1], [WORDS], None
            trace.by = "changed, not told"
        with CaptureQueriesContext(connection) as asked:
            update_all(traces[:2], ["sketch", "bands", "marks", "ranked"])
        assert len(asked) == 1
        for n, trace in enumerate(Trace.objects.order_by("pk")):
            if n == 2:
                assert (bytes(trace.sketch), trace.bands, trace.ranked) == (b"\x00\xff\\x", [-(2**63), 2**63 - 1], AT)
            else:
                assert (bytes(trace.sketch), trace.bands) == (b"\x01" * n, [n, 2**63 - 1])
                assert (trace.marks, trace.ranked, trace.by) == ([WORDS], None, Trace().by)
        update_all([], ["marks"])
