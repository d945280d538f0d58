"""Visits that were made and published, and the other side's sheets as files."""

from __future__ import annotations

import datetime as dt
import io
import uuid
from collections.abc import Callable
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.exchange.models import Owed
from zhijian.kernel.exchange.tables import Table, table_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection import flow
from zhijian.programmes.inspection.models import Inspection

Sheet = list[list[str]]
HEAD = ["检查编号", "审核状态", "公示编号", "退回原因"]


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.person("李桂芬", Role.CLERK, world.OFFICE)
        return made


@pytest.fixture
def clerk(w: world.World) -> Actor:
    return w.actor("李桂芬")


@pytest.fixture
def results() -> Table:
    return table_of("gsxt", "results")


def visit(w: world.World, at: dt.datetime | None = None, result: str = "compliant") -> Matter:
    """A visit that was made; nothing had to be put right."""
    at = at or timezone.now()
    matter = plan(w)
    with scoped(SYSTEM):
        verb = "finish" if result == "compliant" else "order"
        return perform(matter, verb, SYSTEM, at=at, **recorded(at, result))


def recorded(at: dt.datetime | None = None, result: str = "compliant") -> dict[str, Any]:
    """What the step of a visit that was made is told."""
    at = at or timezone.now()
    return {
        "result": result, "items_checked": 47, "started": at - dt.timedelta(minutes=20), "ended": at,
        "record_id": uuid.uuid4(), "record_digest": "0" * 64,
    }  # fmt: skip


def published(w: world.World, at: dt.datetime | None = None, result: str = "compliant") -> Matter:
    """The publication of a visit's result, published."""
    made = visit(w, at, result)
    with scoped(SYSTEM):
        inspection = Inspection.objects.get(pk=made.pk)
        about = About(w.premises.name, world.OFFICE, w.entity, w.premises, made)
        waiting = perform(flow.PUBLICATION, "await", SYSTEM, about=about, by_field={"inspection": inspection})
        return perform(waiting, "publish", SYSTEM)


def finding(w: world.World, publication: Matter) -> Matter:
    """A finding of the visit whose result was published, still to be put right."""
    with scoped(SYSTEM):
        inspection = Inspection.objects.get(publication=publication.pk)
        about = About("未公示", world.OFFICE, w.entity, w.premises, inspection.matter)
        return perform(
            flow.RECTIFICATION, "order", SYSTEM, about=about, by_field={"inspection": inspection}, item="1.2",
            found="未公示", required="补齐公示", deadline=world.in_days(7),
        )  # fmt: skip


def owed_of(matter: Matter, table: str = "results") -> Owed:
    with scoped(SYSTEM):
        return Owed.objects.select_related("matter").get(matter=matter, table=table)


def book(rows: Sheet, name: str = "answers.xlsx") -> SimpleUploadedFile:
    """A workbook as the other side makes it."""
    out = io.BytesIO()
    made = xlsxwriter.Workbook(out)
    sheet = made.add_worksheet("审核结果")
    for n, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(n, column, cell)
    made.close()
    return SimpleUploadedFile(name, out.getvalue())


def rows_in(data: bytes) -> Sheet:
    """What stands in a workbook."""
    sheets = CalamineWorkbook.from_filelike(io.BytesIO(data))
    return [[str(cell) for cell in row] for row in sheets.get_sheet_by_index(0).to_python()]


Answering = Callable[..., Any]
