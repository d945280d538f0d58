"""Forward with rows: what a bureau had with the first release is still there, whole, after today's migrations."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from zhijian.ops import database, testing

FIRST_RELEASE = {
    "accounts": "0002_initial", "clock": "0001_initial", "desk": "0001_initial", "evidence": "0003_locked_tail",
    "field": "0001_initial", "inspection": "0002_said_of_publication", "matters": "0002_scope",
    "notices": "0002_scope", "packs": "0001_initial", "papers": "0003_unsealed", "registry": "0003_import_pages",
}  # fmt: skip
NEW_APPS = {
    "appointments",
    "complaints",
    "equipment",
    "exchange",
    "grading",
    "open311",
    "openrosa",
    "party",
    "people",
    "ratings",
    "recordings",
    "returns",
    "routing",
    "spot_penalty",
    "stations",
    "supervision",
}  # came later: nothing of theirs was there
AT = dt.datetime(2026, 3, 4, 9, 30, tzinfo=dt.UTC)


@pytest.fixture
def old(database_server: testing.TestServer, worker_name: str, django_db_blocker: Any) -> Iterator[MigrationExecutor]:
    """A database as the first release left it."""
    name = f"{worker_name}_old"
    urls = database_server.at(name)
    database.drop(database_server.urls.admin, name)
    database.prepare(urls)
    with django_db_blocker.unblock(), testing.connected_to(urls):
        executor = MigrationExecutor(connections["owner"])
        others = [key for key in executor.loader.graph.leaf_nodes() if key[0] not in {*FIRST_RELEASE, *NEW_APPS}]
        executor.migrate([*others, *FIRST_RELEASE.items()])
        yield executor
    database.drop(database_server.urls.admin, name)


def migrate(*targets: tuple[str, str | None]) -> Any:
    """Go on to these, or to the newest, over a new connection as an installation does. Returns the models of then."""
    connections["owner"].close()
    executor = MigrationExecutor(connections["owner"])
    goal = list(targets) or executor.loader.graph.leaf_nodes()
    executor.migrate(goal)
    return executor.loader.project_state(goal).apps


def plant(apps: Any) -> dict[str, int]:
    """One row of each table that later migrations change, by the models of then. Returns their keys by model."""
    made: dict[str, Any] = {}

    def row(label: str, **fields: Any) -> Any:
        made[label] = apps.get_model(label).objects.using("owner").create(**fields)
        return made[label]

    city = row("accounts.Jurisdiction", code="3703", name="淄博", short="淄博", level="city")
    person = row("accounts.Person", username="zhao", name="赵明远", password="x", home=city)
    row("accounts.Post", person=person, role="inspector", jurisdiction=city, since=AT.date())
    device = row("accounts.Device", person=person, name="phone", public_key={}, grant_until=AT)
    entity = row("registry.Entity", name="甲", fold="甲", area="370303006", code="91370303MA3C0000X0", scheme="uscc")
    place = row("registry.Premises", entity=entity, name="甲店", fold="甲店", area="370303006", door_code="0000000000")
    row("registry.Licence", entity=entity, premises=place, kind="food_business", number="JY1")
    row("registry.ImportRun", file_name="a.csv", state="done")
    matter = row(
        "matters.Matter", kind="inspection", number="检1号", title="甲店", entity=entity, premises=place,
        area="370303006", state="rectifying", assignee=person, opened=AT,
    )  # fmt: skip
    checklist = row(
        "inspection.Checklist",
        code="food",
        version=1,
        title="表",
        since=AT.date(),
        content={"sections": []},
        digest="0",
    )
    visit = row("inspection.Inspection", matter=matter, checklist=checklist, result="compliant", started=AT, ended=AT)
    child = row(
        "matters.Matter", kind="rectification", title="1.2", entity=entity, area="370303006", state="ordered",
        opened=AT, parent=matter, due=AT.date(),
    )  # fmt: skip
    row(
        "inspection.Rectification", matter=child, inspection=visit, item="1.2", found="未公示", required="补齐",
        deadline=AT.date(), asked_until=AT.date(),
    )  # fmt: skip
    row(
        "clock.Clock", matter=child, rule="inspection.rectify_within", area="370303006", started=AT, basis={},
        due=AT.date(), due_at=AT,
    )  # fmt: skip
    paper = row(
        "papers.Paper", matter=matter, entity=entity, area="370303006", organ="370303", kind="rectification_order",
        number="责改1号", data={}, digest="0", digest_sm3="0", signed_digest="0", code="ABCDEFGHJKMN", at=AT,
        made_by="x", sealed=True, sealed_at=AT,
    )  # fmt: skip
    row(
        "papers.NumberRow", kind="rectification_order", organ="370303", year=2026, n=1, number="责改1号",
        code="ABCDEFGHJKMN", state="used", device=device, paper=paper, taken_at=AT, taken_by="x", changed_at=AT,
        changed_by="x",
    )  # fmt: skip
    row(
        "notices.Notice", matter=matter, area="370303006", entity=entity, to_kind="entity", channel="sms",
        template="step", data={}, made_by="x", made_at=AT, state="sent", sent_at=AT, parts=2,
    )  # fmt: skip
    row("evidence.LedgerEntry", subject="matter:1", seq=1, kind="inspection.plan", at=AT, actor="system", data={})
    return {label: one.pk for label, one in made.items()}


IN_VAIN = {"closed_down": "hindered", "not_found": "hindered", "refused": "hindered"}


def plant_visits_in_vain(apps: Any) -> dict[int, str]:
    """Visits as they stood while those that could not be made were "closed"; told is the state that is theirs now."""

    def row(state: str, hindered: str = "", **facts: Any) -> int:
        matter = apps.get_model("matters.Matter").objects.using("owner").create(
            kind="inspection", title="甲店", area="370303006", state=state, opened=AT,
            closed=AT if state == "closed" else None,
        )  # fmt: skip
        apps.get_model("inspection.Inspection").objects.using("owner").create(matter=matter, hindered=hindered, **facts)
        return matter.pk

    told = {row("closed", kind): state for kind, state in IN_VAIN.items()}
    told[row("closed", result="compliant", started=AT, ended=AT)] = "closed"
    told[row("closed", "shut", result="compliant", started=AT, ended=AT)] = "closed"  # in vain at a re-check only
    told[row("planned", "shut")] = "planned"
    told[row("away", "moved")] = "away"
    return told


PROOFS = [  # way, state, files; whether its signed proof is to be added
    ("direct", "served", [], True), ("direct", "served", ["x"], False), ("left", "served", [], True),
    ("post", "served", [], False), ("direct", "failed", [], False),
    ("electronic", "served", [], True), ("electronic", "served", ["x"], False),
]  # fmt: skip


def plant_services(apps: Any, paper: int) -> dict[int, bool]:
    """Services as they were recorded by a typed name; told is whether the proof is to be added now."""
    rows = apps.get_model("papers.Service").objects.using("owner")
    same = {"paper_id": paper, "area": "370303006", "addressee": "甲", "made_by": "甲"}
    return {
        rows.create(
            way=way, state=state, files=files, served_on=AT.date() if state == "served" else None, **same
        ).pk: due
        for way, state, files, due in PROOFS
    }


GROUNDS = [  # kind, ground beside it, the kind that it is now
    ("routine", "", "routine"), ("special", "", "special"), ("routine", "complaint", "complaint"),
    ("special", "clue", "complaint"), ("routine", "campaign", "special"), ("special", "accident", "special"),
    ("recheck", "follow_up", "recheck"),
]  # fmt: skip


def plant_grounds(apps: Any) -> dict[int, str]:
    """Visits whose ground was said beside their kind."""
    told = {}
    for purpose, outside, now in GROUNDS:
        matter = apps.get_model("matters.Matter").objects.using("owner").create(
            kind="inspection", title="甲店", area="370303006", state="planned", opened=AT
        )  # fmt: skip
        visits = apps.get_model("inspection.Inspection").objects.using("owner")
        told[visits.create(matter=matter, purpose=purpose, outside=outside).pk] = now
    return told


def plant_pieces(apps: Any) -> dict[str, dt.date | None]:
    """Pieces by what their last inspection found, with the day since when they must not run."""
    for code, conclusion in (("11001", "failed"), ("11002", "passed")):
        matter = apps.get_model("matters.Matter").objects.using("owner").create(
            kind="equipment", title=code, number=code, area="370303006", state="in_use", opened=AT
        )  # fmt: skip
        apps.get_model("equipment.Equipment").objects.using("owner").create(
            matter=matter, code=code, door_code=f"00000{code}", category="1100", group="1", conclusion=conclusion,
            inspected_on=AT.date(),
        )  # fmt: skip
    return {"11001": AT.date(), "11002": None}


def plant_item(apps: Any) -> int:
    """A complaint as the first version of its programme kept it."""
    made = apps.get_model("matters.Matter").objects.using("owner").create(
        kind="complaint", title="清风小馆", area="370303006", state="received", opened=AT,
    )  # fmt: skip
    apps.get_model("complaints.Item").objects.using("owner").create(
        matter=made, sort="complaint", channel="hotline", text="菜里有头发"
    )
    return int(made.pk)


def test_rows_of_the_first_release_come_through(old: MigrationExecutor) -> None:
    keys = plant(old.loader.project_state(list(FIRST_RELEASE.items())).apps)
    in_vain = plant_visits_in_vain(migrate(("inspection", "0010_right_time_of_papers")))
    proofs = plant_services(migrate(("papers", "0012_own_template")), keys["papers.Paper"])
    kinds = plant_grounds(migrate(("inspection", "0018_kinds")))
    barred = plant_pieces(migrate(("equipment", "0003_in_time_by_the_day")))
    item = plant_item(migrate(("complaints", "0002_scope")))
    apps = migrate()
    for label, pk in keys.items():
        assert apps.get_model(label).objects.using("owner").filter(pk=pk).exists(), label
    matter = apps.get_model("matters.Matter").objects.using("owner").get(pk=keys["matters.Matter"])
    paper = apps.get_model("papers.Paper").objects.using("owner").get(pk=keys["papers.Paper"])
    place = apps.get_model("registry.Premises").objects.using("owner").get(pk=keys["registry.Premises"])
    moments = apps.get_model("matters.Matter").objects.using("owner").filter(due_at__isnull=False)
    assert list(moments.values_list("kind", "due_at")) == [("rectification", AT)], "the moment of a clock that runs"
    assert (matter.partner, matter.state) == (False, "asking"), "a request for time became a state of its own"
    assert (paper.sealed, paper.number) == (True, "责改1号")
    assert (place.door_code, place.name) == ("0000000000", "甲店")
    states = dict(apps.get_model("matters.Matter").objects.using("owner").values_list("pk", "state"))
    assert {pk: states[pk] for pk in in_vain} == in_vain
    purposes = dict(apps.get_model("inspection.Inspection").objects.using("owner").values_list("pk", "purpose"))
    assert {pk: purposes[pk] for pk in kinds} == kinds
    failed = dict(apps.get_model("equipment.Equipment").objects.using("owner").values_list("code", "failed_on"))
    assert failed == barred
    due = dict(apps.get_model("papers.Service").objects.using("owner").values_list("pk", "proof_due"))
    assert due == proofs
    month = apps.get_model("notices.SmsMonth").objects.using("owner").get()
    assert (month.area, month.month, month.messages, month.parts) == ("370303006", dt.date(2026, 3, 1), 1, 2)
    kept = apps.get_model("complaints.Item").objects.using("owner").get(pk=item)
    trace = apps.get_model("complaints.Trace").objects.using("owner").get(pk=item)
    assert (str(kept.text), kept.follow_mark, trace.made) == ("菜里有头发", "", None), "to be looked at by the next job"
