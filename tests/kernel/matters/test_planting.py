"""The planter writes what `perform` would have written: one story both ways, row by row, and a chain that holds."""

from __future__ import annotations

import copy
import datetime as dt
import io
import random
import re
import uuid
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import LINK_DAYS
from zhijian.kernel.accounts.models import AccessLink, Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import verify
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.planting import Planter
from zhijian.kernel.notices.models import Channel, Notice, SimulatedMessage
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.models import NumberRow
from zhijian.programmes.inspection import flow
from zhijian.programmes.inspection.actions import record_visit
from zhijian.programmes.inspection.made_up import Asked, Seen, record_of, times
from zhijian.programmes.inspection.models import (
    Answer,
    Inspection,
    Lead,
    Publication,
    PublishedResult,
    Rectification,
)
from zhijian.programmes.inspection.record import read
from zhijian.programmes.inspection.stories import News, Performed, PlantedVisit, Story
from zhijian.programmes.inspection.wording import words

DAY = dt.date(2026, 3, 4)
AWAY = {"id", "uid", "matter_uid", "record_id", "sha256", "sm3", "subject"}  # ids and digests differ, nothing else may
ROWS: list[tuple[type[models.Model], str]] = [
    (Matter, "pk__in"),
    (Inspection, "matter__in"),
    (Rectification, "matter__in"),
    (Lead, "matter__in"),
    (Publication, "matter__in"),
    (Answer, "inspection__in"),
    (Clock, "matter__in"),
    (LedgerEntry, "matter__in"),
    (PublishedResult, "matter_uid__in"),
]


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.inspector, made.second, made.head
        return made


@pytest.fixture
def device(w: world.World) -> Device:
    return Device.objects.create(
        person=w.inspector, name="t", public_key={}, grant_until=dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
    )


def visit(w: world.World, device: Device, failed: list[str]) -> Seen:
    asked = Asked.of([w.checklist], stack().table("demo"))
    begun, ended = times(DAY, random.Random(7))
    return Seen(w.premises, begun, ended, (w.inspector, w.second), device, asked, failed, set(), "routine")


def record(seen: Seen) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same record for both ways, under two ids and without papers."""
    raw = record_of(seen, stack().table("demo"), words(), random.Random(7))
    raw["content"]["papers"] = []
    raw["digest"] = sha256_hex(canonical(raw["content"]))
    other = copy.deepcopy(raw)
    other["id"] = str(uuid.UUID(int=1, version=4))
    return raw, other


def rows_of(root: Matter) -> dict[str, list[dict[str, Any]]]:
    """Every row that hangs on a visit, with its place in the story instead of ids."""
    with scoped(SYSTEM):
        matters = [root, *Matter.objects.filter(parent=root).order_by("pk")]
        names = {one.pk: f"{one.kind} {n}" for n, one in enumerate(sorted(matters, key=lambda m: (m.kind, m.pk)))}
        found: dict[str, list[dict[str, Any]]] = {}
        for model, where in ROWS:
            keys = [one.uid for one in matters] if where.startswith("matter_uid") else list(names)
            rows = [_plain(row, names) for row in model._default_manager.filter(**{where: keys}).order_by("pk")]
            found[model.__name__] = sorted(rows, key=lambda row: str(row.get("matter_id") or row.get("id") or ""))
        return found


def _plain(row: models.Model, names: dict[int, str]) -> dict[str, Any]:
    told = {f.attname: f.value_from_object(row) for f in row._meta.concrete_fields}
    told = {name: value for name, value in told.items() if name not in AWAY}
    for name in ("matter_id", "inspection_id", "parent_id"):
        if told.get(name) is not None:
            told[name] = names[told[name]]
    if "number" in told:
        told["number"] = re.sub(r"\d+(?=\D*$)", "n", told["number"])
    if isinstance(told.get("data"), dict):
        told["data"] = {key: value for key, value in told["data"].items() if key != "record_id"}
    return told


def at(day: int, hour: int) -> dt.datetime:
    return dt.datetime(2026, 3, day, hour, tzinfo=dt.UTC)


def settled(story: Story) -> None:
    story.publish(at(10, 1))
    for n in range(len(story.deadlines)):
        story.answer(n, at(11 + n, 2), "已整改")
        story.accept(n, at(11 + n, 6))


def published_last(story: Story) -> None:
    for n in range(len(story.deadlines)):
        story.answer(n, at(11, 2), "已整改")
        story.accept(n, at(11, 6 + n))
    story.publish(at(12, 1))


def halfway(story: Story) -> None:
    story.publish(at(10, 1))
    story.answer(0, at(11, 2), "已整改")
    story.accept(0, at(11, 6))
    if len(story.deadlines) > 1:
        story.ask_time(1, at(11, 7), story.deadlines[1] + dt.timedelta(days=3), "设备排期")


def untouched(story: Story) -> None:
    """Nobody does anything."""


@pytest.mark.parametrize("tell", [settled, published_last, halfway, untouched])
@pytest.mark.parametrize("failed", [["1.2", "2.3"], ["1.1", "1.2"]], ids=["general", "key"])
def test_planted_is_performed(w: world.World, device: Device, tell: Any, failed: list[str]) -> None:
    seen = visit(w, device, failed)
    one, other = record(seen)
    performed = Performed(one, device)
    tell(performed)
    planter = Planter()
    planted = PlantedVisit(planter, other, seen)
    tell(planted)
    planter.flush()
    with scoped(SYSTEM):
        performed.matter.refresh_from_db()
        root = Matter.objects.get(pk=planted.visit.matter.pk)
    ours, theirs = rows_of(root), rows_of(performed.matter)
    assert theirs["Clock"] and theirs["Answer"] and theirs["Rectification"]
    for name, rows in theirs.items():
        assert ours[name] == rows, name


def test_a_visit_without_findings_too(w: world.World, device: Device) -> None:
    seen = visit(w, device, [])
    one, other = record(seen)
    performed, planter = Performed(one, device), Planter()
    planted = PlantedVisit(planter, other, seen)
    planter.flush()
    with scoped(SYSTEM):
        performed.matter.refresh_from_db()
    assert rows_of(Matter(pk=planted.visit.matter.pk, kind="inspection", uid=planted.visit.matter.uid)) == rows_of(
        Matter(pk=performed.matter.pk, kind="inspection", uid=performed.matter.uid)
    )


def told(root: Matter) -> list[tuple[Any, ...]]:
    """Who was told what of a visit on the platform, and when."""
    with scoped(SYSTEM):
        rows = Notice.objects.filter(Q(matter=root.pk) | Q(matter__parent=root.pk), channel=Channel.IN_APP)
        return sorted(
            (row.template, row.data["verb"], row.data["title"], bool(row.data["number"]), str(row.person or row.entity),
             row.made_at, row.sent_at)
            for row in rows.select_related("person", "entity")
        )  # fmt: skip


def test_people_are_told_of_what_is_planted_with_news(w: world.World, device: Device) -> None:
    seen = visit(w, device, ["1.1", "1.2", "2.3"])
    one, other = record(seen)
    performed, planter, news = Performed(one, device), Planter(), News()
    halfway(performed)
    planted = PlantedVisit(planter, other, seen, news)
    halfway(planted)
    planter.flush()
    assert told(planted.visit.matter) == []
    news.tell()
    assert told(planted.visit.matter) == told(performed.matter) != []


def test_what_is_performed_for_a_story_is_written_down_as_of_its_day(
    w: world.World, device: Device, settings: Any
) -> None:
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    seen = visit(w, device, ["1.2", "2.3"])
    raw = record_of(seen, stack().table("demo"), words(), random.Random(7))
    performed = Performed(raw, device)
    halfway(performed)
    with scoped(SYSTEM):
        rows = NumberRow.objects.filter(paper__matter=performed.matter.pk)
        assert {row.kind for row in rows} == {"onsite_record", "rectification_order"}  # not the food lists' sheet
        assert {(row.taken_at, row.changed_at) for row in rows} == {(seen.ended, seen.ended)}
        sent = Notice.objects.filter(channel=Channel.SMS)
        assert sent.count() > 1 and {row.state for row in sent} == {"sent"}
        assert all(row.sent_at == row.made_at for row in sent)
        assert min(row.made_at for row in sent) == seen.ended and max(row.made_at for row in sent) < at(12, 0)
        assert {row.at for row in SimulatedMessage.objects.all()} == {row.made_at for row in sent}
        assert {link.expires for link in AccessLink.objects.all()} == {
            row.made_at + dt.timedelta(days=LINK_DAYS) for row in sent
        }


def test_a_late_record_of_real_work_is_told_of_when_it_came(w: world.World, device: Device) -> None:
    seen = visit(w, device, ["1.2"])
    raw = record(seen)[0]
    begun = timezone.now()
    matter = record_visit(read(raw), raw, sha256_hex(canonical(raw)), device)
    with scoped(SYSTEM):
        told_of = Notice.objects.filter(matter=matter.pk)
        assert told_of and all(row.made_at >= begun for row in told_of)


def test_the_planted_chain_holds_and_goes_on(w: world.World, device: Device) -> None:
    seen = visit(w, device, ["1.2", "2.3"])
    planter = Planter()
    planted = PlantedVisit(planter, record(seen)[1], seen)
    settled(planted)
    planter.flush()
    with scoped(SYSTEM):
        assert list(verify.chains(verify.Count())) == []
        entries = LedgerEntry.objects.filter(matter=planted.visit.matter.pk)
        assert list(entries.order_by("seq").values_list("kind", flat=True)) == [
            "inspection.start", "inspection.order", "inspection.close",
        ]  # fmt: skip
    out = io.StringIO()
    call_command("verify", stdout=out, stderr=out)


def test_the_steps_after_planting_are_performed(w: world.World, device: Device) -> None:
    seen = visit(w, device, ["1.2"])
    planter = Planter()
    planted = PlantedVisit(planter, record(seen)[1], seen)
    planter.flush()
    with scoped(SYSTEM):
        finding = Matter.objects.get(pk=planted.findings[0].matter.pk)
        assert finding.due == planted.deadlines[0]
    with scoped(party_of(w.entity)) as party:
        perform(finding, "answer", party, answer="已整改", photos=[])
    with scoped(SYSTEM):
        perform(finding, "accept", w.actor("甲"))
        assert Matter.objects.get(pk=planted.visit.matter.pk).state == "closed"
        assert list(verify.chains(verify.Count())) == []


def test_the_table_is_followed(w: world.World) -> None:
    planter, about = Planter(), About("x", world.OFFICE, w.entity, w.premises)
    people = {"assignee": w.inspector.pk, "second": w.second.pk}
    with pytest.raises(NotOpen):
        planter.perform(flow.INSPECTION, "finish", SYSTEM, at=at(4, 2), about=about)
    with pytest.raises(NotAllowed):
        planter.perform(flow.INSPECTION, "plan", party_of(w.entity), at=at(4, 2), about=about)
    with pytest.raises(ValueError, match="about"):
        planter.perform(flow.INSPECTION, "plan", SYSTEM, at=at(4, 2))
    planned = planter.perform(flow.INSPECTION, "plan", SYSTEM, at=at(4, 2), about=about, planned_for=DAY, **people)
    with pytest.raises(BadFacts):
        planter.perform(planned, "cancel", SYSTEM, at=at(5, 2), reason="")


def test_many_take_few_statements_and_numbers_of_their_own(w: world.World) -> None:
    planter, about = Planter(), About("x", world.OFFICE, w.entity, w.premises)
    for n in range(1200):
        planter.perform(
            flow.INSPECTION, "plan", SYSTEM, at=at(4, 2) + dt.timedelta(minutes=n), about=about,
            planned_for=DAY, assignee=w.inspector.pk, second=w.second.pk,
        )  # fmt: skip
    planter.flush(5000)
    with scoped(SYSTEM):
        assert not Matter.objects.exists(), "not enough yet"
        with CaptureQueriesContext(connection) as asked:
            planter.flush()
        assert len(asked) < 40
        numbers = list(Matter.objects.order_by("opened").values_list("number", flat=True))
        assert len(set(numbers)) == 1200
        assert [int(re.findall(r"\d+", n)[-1]) for n in numbers] == sorted(
            int(re.findall(r"\d+", n)[-1]) for n in numbers
        )
        assert list(verify.chains(verify.Count())) == []
