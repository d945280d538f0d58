"""What a phone takes in: a whole patch when it is new, and a day's changes.

    python -m bench.patch_sync [--scale 1] [--runs 3]

1,000 premises of the made-up register with licences and last visits, 12 tasks and then the 40 that a phone takes at
most, all checklists of the place, a block of numbers. Measured at the server's own door, in this process: sign-in,
every page of the pull, and the bytes that go out, compressed as phones ask for them. The way through the air and the
phone's own work are not in it. A day's changes: 20 premises, 5 visits planned and 5 made elsewhere, then one pull.
"""

from __future__ import annotations

import statistics
import time
from typing import Any

from bench.common import Result, arguments, bench_database, report, say
from bench.phones import Taker

AREA = "370303"
PREMISES = 1_000
ENTITIES = 9_000  # of which this district has about a thousand with premises
VISITS = """
WITH made AS (
    INSERT INTO matters_matter
    (uid, kind, number, title, area, state, urgency, opened, closed, version, partner, kept_from, flags, entity_id,
     premises_id)
    SELECT gen_random_uuid(), 'inspection', 'B' || id, name, area, 'closed', 0, now() - interval '90 days',
        now() - interval '90 days', 1, false, '{}', '[]', entity_id, id
    FROM registry_premises WHERE area LIKE %(area)s RETURNING id, closed),
visit AS (
    INSERT INTO inspection_inspection (matter_id, purpose, started, ended, result, items_checked, failed, failed_key,
        officers, present_name, present_role, refused, refused_reason, witness, no_witness, hindered, findings,
        statement, record_digest, check_code, imported, outside, outside_reason, minutes_paused)
    SELECT id, 'routine', closed, closed, 'compliant', 50, 3 * (id %% 2), id %% 2, '[]', '', '', false, '', '', '', '',
        '', '', '', '', '{}', '', '', 0 FROM made RETURNING matter_id)
INSERT INTO inspection_answer (inspection_id, item, key, answer, by_section, at, value, unit, note, safety, measure)
SELECT m.id, i.no, false, 'no', false, m.closed, '', '', '', false, ''
FROM made m, (VALUES ('1.1'), ('2.1'), ('3.1')) i (no) WHERE m.id %% 2 = 1;
"""


def main() -> None:
    """Run the bench."""
    args = arguments("patch_sync", __doc__ or "", runs=3)
    with bench_database():
        shops = _register(max(100, round(PREMISES * args.scale)))
        few = _patch(args.runs, shops, 12)
        many = _patch(args.runs, shops, 40)
        day = statistics.median(_day(shops, n) for n in range(args.runs))
    rows = [
        _time("a whole patch to a new phone, 12 tasks", few[0], "s", 5),
        _time("the same with 40 tasks", many[0], "s", 5),
        _time("what goes out for it, compressed", many[1] / 1e6, "MB", 3),
        Result("the same before compression", many[2] / 1e6, "MB"),
        _time("a day's changes", day * 1000, "ms", 300),
    ]
    report("patch_sync", args, rows)


def _time(what: str, ours: float, unit: str, goal: float) -> Result:
    return Result(what, ours, unit, goal, "goal", ours / goal, f"< {goal:g} {unit}", ours < goal)


def _register(n: int) -> list[Any]:
    """The district's premises with last visits, an inspector for all of them, and the lists."""
    from django.db import connection

    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.models import Person, Post
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.accounts.tree import load_jurisdictions
    from zhijian.kernel.registry import generate
    from zhijian.kernel.registry.models import Entity, Premises
    from zhijian.programmes.inspection.checklists import load_shipped

    say("making a district …")
    with scoped(SYSTEM), connection.cursor() as cursor:
        load_jurisdictions()
        load_shipped()
        generate.plant(ENTITIES)
        rows = Premises.objects.filter(area__startswith=AREA).order_by("pk")
        spare = list(rows.values_list("pk", flat=True)[n:])
        Premises.objects.filter(pk__in=spare).update(area="370302001")
        cursor.execute(VISITS, {"area": f"{AREA}%"})
        for username in ("one", "two"):
            person = Person.objects.create(
                username=username, name=username, home_id=AREA, certificate_no=f"B-{username}", password="!"
            )
            Post.objects.create(person=person, role="inspector", jurisdiction_id=AREA, since="2020-01-01")
        shops = list(Premises.objects.filter(area__startswith=AREA, lat__isnull=False).select_related("entity"))
        assert Entity.objects.exists() and len(shops) == min(n, len(shops))
    say(f"{len(shops)} premises")
    return shops


def _plan(shops: list[Any]) -> None:
    from zhijian.kernel import when
    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.models import Person
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.clock import calendar
    from zhijian.kernel.matters.models import Matter
    from zhijian.programmes.inspection.models import Inspection

    one, two = Person.objects.filter(username__in=("one", "two")).order_by("username")
    with scoped(SYSTEM):
        for shop in shops:
            matter = Matter.objects.create(
                kind="inspection", title=shop.name, number="", area=shop.area, state="planned", entity=shop.entity,
                premises=shop, assignee=one, second=two, due=calendar.today(), opened=when.now(),
            )  # fmt: skip
            Inspection.objects.create(matter=matter, purpose="routine", planned_for=calendar.today())


def _patch(runs: int, shops: list[Any], tasks: int) -> tuple[float, int, int]:
    """Seconds and bytes of a new phone's first pull, the median of several phones."""
    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.matters.models import Matter

    with scoped(SYSTEM):
        have = Matter.objects.filter(kind="inspection", state="planned").count()
    _plan(shops[have:tasks])
    seconds, sent, plain = [], [], []
    for _ in range(runs):
        phone = Taker("one")
        began = time.perf_counter()
        phone.prove()
        phone.pull()
        seconds.append(time.perf_counter() - began)
        assert (len(phone.data["premises"]), len(phone.data["tasks"])) == (len(shops), tasks)
        assert len(phone.data["checklists"]) > 10
        sent.append(phone.sent)
        plain.append(phone.plain)
    return statistics.median(seconds), max(sent), max(plain)


def _day(shops: list[Any], n: int) -> float:
    """Seconds of one pull after a day's changes."""
    from zhijian.kernel.accounts.actor import SYSTEM
    from zhijian.kernel.accounts.scope import scoped
    from zhijian.kernel.matters.models import Matter
    from zhijian.kernel.registry.models import Premises

    phone = Taker("one")
    phone.prove()
    phone.pull()
    with scoped(SYSTEM):
        gone = Matter.objects.filter(kind="inspection", state="planned").order_by("pk").values_list("pk", flat=True)[:5]
        Matter.objects.filter(pk__in=list(gone)).update(state="cancelled", closed="2026-01-01T00:00Z")
        for shop in shops[n * 20 : n * 20 + 20]:
            Premises.objects.filter(pk=shop.pk).update(phone=f"0533-{n}{shop.pk % 100_000:06d}")
    _plan(shops[60 + n * 5 : 65 + n * 5])
    phone.plain = phone.pages = 0
    began = time.perf_counter()
    told = phone.pull()
    seconds = time.perf_counter() - began
    assert len(told["premises"]) >= 20 and len(told["tasks"]) == 5
    return seconds


if __name__ == "__main__":
    main()
