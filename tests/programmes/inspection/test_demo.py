"""The demo city at a small scale: the counts of demo.toml come out of the records; a second run does nothing."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from html import unescape
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F
from django.test import Client

from zhijian.gateways.field import held, records
from zhijian.gateways.field.models import FieldRecord
from zhijian.gateways.openrosa.models import Submission
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import verify
from zhijian.kernel.evidence.models import File, LedgerEntry, Seal
from zhijian.kernel.evidence.seal import inclusion_proof
from zhijian.kernel.evidence.shown import shown_copy
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.groups import DIGEST
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.kernel.registry.generate import SOURCE
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.inspection import demo
from zhijian.programmes.inspection.amending.models import EarlierVersion
from zhijian.programmes.inspection.amending.shown import versions
from zhijian.programmes.inspection.checklists.reaching import count_all
from zhijian.programmes.inspection.draw import acts
from zhijian.programmes.inspection.fair import joint
from zhijian.programmes.inspection.models import (
    Answer,
    Attempt,
    Draw,
    Inspection,
    ListReach,
    PublishedResult,
    Rectification,
)


def make(scale: float) -> str:
    out = io.StringIO()
    call_command("demo", scale=scale, stdout=out)
    return out.getvalue()


@pytest.fixture
def small(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Demo mode, where only a handful comes through the phone's door, so that both ways are walked."""
    settings.DEMO = True
    monkeypatch.setattr(demo, "BY_PHONE", 4)
    return stack().table("demo")


def counts() -> dict[str, int]:
    return {
        model.__name__: model._default_manager.count() for model in (Entity, Matter, Inspection, LedgerEntry, Paper)
    }


def test_counts_scale(small: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    scale = 0.0005
    monkeypatch.setattr(demo, "BY_PHONE", 12)
    make(scale)
    year, quarter = small["closed_year"], small["quarter"]
    with scoped(SYSTEM):
        made_up = Entity.objects.filter(source=SOURCE)
        assert made_up.count() == round(small["count"]["entities"] * scale) + len(small["made_up"]["shops"])
        count_all()
        assert [one.code for one in ListReach.objects.all() if not one.areas] == [], "each list has a place to look at"
        closed = Inspection.objects.filter(started__year=year["year"])
        assert closed.filter(purpose="special").count() == demo.scaled(year["follow_up"], scale)
        assert closed.filter(purpose="routine").count() == demo.scaled(year["routine"], scale)
        assert set(closed.values_list("matter__state", flat=True)) == {"closed"}
        assert PublishedResult.objects.filter(visited_on__year=year["year"]).count() == closed.count()
        beside = Inspection.objects.filter(outside_reason=small["beside"]["reason"])  # the pair's second visit
        assert beside.count() <= 1
        told = LedgerEntry.objects.filter(kind="inspection.plan").values("matter")  # not begun before a shut door
        planned = Inspection.objects.filter(matter__state="planned", pk__in=told).exclude(pk__in=beside)
        assert planned.count() == demo.scaled(quarter["planned"], scale)
        older = Paper.objects.filter(at__lt=calendar.start_of(calendar.today()) - demo.SEALED_AFTER)
        orders = older.filter(kind="rectification_order")
        assert orders, "there is something to look at"
        assert not orders.filter(sealed=False), "only the last days' papers wait for their seal"
        living = Inspection.objects.exclude(started=None).exclude(started__year=year["year"])
        assert living.count() == demo.scaled(quarter["recorded"], scale)
        old = Rectification.objects.filter(inspection__in=closed)
        assert set(old.values_list("matter__state", flat=True)) <= {"accepted"}
        assert not Clock.objects.filter(matter__rectification__in=old, stopped=None).exists()
        assert list(verify.chains(verify.Count())) == []
        before = counts()
    make(scale)
    with scoped(SYSTEM):
        assert counts() == before, "a second run does nothing"


def visits() -> list[Inspection]:
    """Every made visit with its answers, premises and checklist."""
    rows = Inspection.objects.filter(imported={}).exclude(started=None)
    return list(rows.select_related("matter__premises__entity").prefetch_related("answers", "lists"))


def within(asked: dict[str, Any], told: str) -> bool:
    """Whether what was measured is within the limits: one number, or one of each kind ("冷冻 -18 ℃；冷藏 4 ℃")."""
    kinds = asked.get("limits")
    values = [one.rsplit(" ", 2)[1] for one in told.split("；")] if kinds else [told]
    return all(
        Decimal(one["min"] or "-99") <= Decimal(value) <= Decimal(one["max"] or "999")
        for one, value in zip(kinds or [asked], values, strict=True)
    )


def test_what_the_city_holds_could_have_been(small: dict[str, Any]) -> None:
    make(0.002)
    with scoped(SYSTEM):
        made = visits()
        until = dict(Premises.objects.values_list("pk", "licences__valid_until"))
        assert len(made) == 56
        collect = FieldRecord.objects.get(pk=Submission.objects.get().pk)
        if collect.state == FieldRecord.State.WAITING:  # behind others of the same second
            records.work_on(collect, held.raw(collect))
        assert Attempt.objects.get(record_id=collect.pk).kind == "shut", "a re-check with ODK Collect"
        for visit in made:
            premises, begun = visit.matter.premises, calendar.local(visit.started)
            assert premises.entity.established <= begun.date()
            assert begun.hour in (9, 10, 14, 15, 16) and calendar.is_working_day(begun.date())
            assert visit.present_name and visit.present_role and visit.findings and visit.statement
        lasts = {pk: day or dt.date.max for pk, day in until.items()}  # some have no licence that ends
        expired = [v for v in made if calendar.legal_day(v.started) > lasts[v.matter.premises_id]]
        assert len(expired) < 5, "only where a small office has no other premises"
        assert {visit.present_role for visit in made} > {small["present"]["owner"]}
        assert {visit.purpose for visit in made if visit.started.year > 2021} == {"routine", "special"}
        for answer in (answer for visit in made for answer in visit.answers.all()):
            visit = answer.inspection
            item, trade = visit.sheet.items[answer.item], visit.matter.premises.trade
            assert answer.answer == "na" or trade in item.get("applies", [trade]), "duties of other trades do not apply"
            assert (answer.answer == "no") == bool(answer.note), "what fails is told in words"
            if item["answer"]["type"] == "number" and answer.answer != "na":
                assert within(item["answer"], answer.value) == (answer.answer == "yes")
        planned = Inspection.objects.filter(matter__state="planned")
        assert len(set(planned.values_list("matter__premises", flat=True))) == planned.count() - 1 > 1, "all but a pair"
        kinds = {"routine", *(one["purpose"] for one in small["cap"]["outside"])}
        assert set(planned.values_list("purpose", flat=True)) <= kinds
        assert len(set(planned.values_list("purpose", flat=True))) > 1
        head = actor_of(Person.objects.get(username="sun"))
        assert len(joint.proposals(head)) == 1, "a campaign's visit beside a routine one"
        assert acts.recompute(Draw.objects.get(matter__state="drawn")), "a draw waits for the head"
    client = Client()
    client.force_login(Person.objects.get(username="guan"))
    with scoped(SYSTEM):
        passed = Matter.objects.get(kind="lead", state="passed")
    assert f"/m/{passed.uid}/" in client.get("/").content.decode(), "the other department finds what waits for it"


def test_of_what_is_planted_the_last_quarter_has_its_notices(small: dict[str, Any]) -> None:
    make(0.001)
    with scoped(SYSTEM):
        quarter = [visit for visit in visits() if visit.started.year != small["closed_year"]["year"]]
        told = set(Notice.objects.filter(to_kind="entity").values_list("matter", flat=True))
        assert {visit.pk for visit in quarter} <= told
        assert len(quarter) > demo.BY_PHONE, "some are planted"
        old = Notice.objects.filter(matter__inspection__started__year=small["closed_year"]["year"])
        assert old.values("matter").distinct().count() <= demo.BY_PHONE
        assert not Notice.objects.filter(data__number="", matter__kind="inspection").exists()


def test_everything_carries_the_day_on_which_it_happened(small: dict[str, Any], settings: Any) -> None:
    settings.PUBLIC_ORIGIN = "https://zj.example"
    make(0.001)
    today = calendar.start_of(calendar.today())
    with scoped(SYSTEM):
        numbers = NumberRow.objects.select_related("paper").order_by("kind", "organ", "year", "n")
        assert numbers.count() > 8
        for row in numbers:
            assert row.taken_at == row.paper.at
            assert row.changed_at == row.taken_at or row.state == "void", "one record is amended on the next morning"
        for one, other in pairwise(numbers):
            if (one.kind, one.organ, one.year) == (other.kind, other.organ, other.year):
                assert one.taken_at <= other.taken_at, "a register runs forward"
        notices = Notice.objects.all()
        tonight = notices.filter(made_at__gte=today).exclude(
            template=DIGEST
        )  # that is of this morning, on a working day
        assert not tonight, "nobody was told anything tonight"
        sms = notices.filter(channel="sms")
        assert list(sms.exclude(state="sent").values_list("state", flat=True)) in ([], ["failed"]), "one phone is off"
        assert not sms.exclude(sent_at=F("made_at"))
        messages = list(SimulatedMessage.objects.filter(channel="sms").order_by("id").values_list("at", flat=True))
        assert len(messages) > 4 and max(messages) < today
        # the second visit of the pair was planned on the last working day
        planned = Inspection.objects.filter(matter__state="planned").exclude(outside_reason=small["beside"]["reason"])
        assert planned
        for visit in planned.select_related("matter"):
            told = LedgerEntry.objects.get(matter=visit.pk, kind="inspection.plan")
            assert told.at == visit.matter.opened < today - dt.timedelta(days=2)
            assert calendar.legal_day(told.at) < visit.planned_for
        tonight = LedgerEntry.objects.filter(subject__startswith="matter:", at__gte=today)
        assert not list(tonight.values_list("kind", "at")), "nothing happened tonight"
        unread = notices.filter(to_kind="person", state="sent")
        assert not unread.filter(made_at__lt=today - dt.timedelta(days=8)), "staff have read what is old"


def test_each_night_was_sealed_and_every_entry_can_be_proved(small: dict[str, Any]) -> None:
    make(0.001)
    with scoped(SYSTEM):
        seals = list(Seal.objects.order_by("id"))
        assert seals[-1].day == calendar.today() and len(seals) > 5
        assert [one.day for one in seals] == sorted({one.day for one in seals})
        assert seals[-1].last_entry == LedgerEntry.objects.latest("id").pk, "nothing waits for its first seal"
        for one in seals:
            under = LedgerEntry.objects.filter(id__range=(one.first_entry, one.last_entry), matter__isnull=False)
            assert not under.filter(at__gte=calendar.start_of(one.day)), "what is sealed happened before"
        assert list(verify.seals(verify.Count())) == []
        proof = inclusion_proof(LedgerEntry.objects.filter(kind="inspection.order").earliest("id"))
        assert proof is not None and proof.holds()


def test_some_visits_have_photos_of_their_findings(small: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "BY_PHONE", 12)
    make(0.002)
    with scoped(SYSTEM):
        amended = EarlierVersion.objects.select_related("inspection__matter").get()
        assert versions(amended.inspection)[0].changes, "one record was amended on the next morning"
        assert not amended.inspection.matter.flags
        photos = list(File.objects.filter(kind="photo", original=None).select_related("blob", "matter__inspection"))
        assert photos and len({photo.blob_id for photo in photos}) == len(photos), "no two alike"
        for photo in photos:
            visit = photo.matter.inspection
            assert photo.blob is not None and photo.item and visit.started < photo.taken_at < visit.ended
            assert visit.answers.get(item=photo.item).answer == "no"
        shown = shown_copy(photos[0])
        assert shown is not None and shown.blob_id != photos[0].blob_id, "stamped as any photo"
        assert list(verify.blobs(verify.Count())) == []
    desk = Client()
    desk.force_login(Person.objects.get(username="wang"))
    page = desk.get(f"/m/{photos[0].matter.uid}/").content.decode()
    assert str(photos[0].uid) in page or str(shown.uid) in page


@pytest.mark.parametrize(
    ("pack", "language", "says"),
    [
        ("cn_zibo", "zh-hans", "人员、商户和事项均为虚构"),
        ("cn_zibo", "en", "people, shops and matters are made up"),
        ("us_chicago", "en", "visits of 2011 to 2014 are Chicago's own open data"),
        ("us_chicago", "zh-hans", "取自芝加哥市公开数据"),
    ],
)
def test_each_place_says_itself_what_is_made_up(db: None, settings: Any, pack: str, language: str, says: str) -> None:
    settings.DEMO, settings.PACK = True, pack
    client = Client(headers={"accept-language": language})
    for address in ("/login/", "/v/"):
        page = unescape(client.get(address).content.decode())
        assert says in page
        assert page.count("made up") + page.count("虚构") == 1


def test_a_count_scales_to_one_at_least() -> None:
    assert [demo.scaled(504, scale) for scale in (1, 0.01, 0.0001)] == [504, 5, 1]
    assert demo.scaled(0, 1) == 0


def test_not_outside_demo_mode(db: None, settings: Any) -> None:
    settings.DEMO = False
    with pytest.raises(CommandError):
        make(0.001)


def test_the_second_place(db: None, settings: Any) -> None:
    settings.DEMO, settings.PACK = True, "us_chicago"
    make(0.01)
    plan = stack().table("demo")
    with scoped(SYSTEM):
        taken = Inspection.objects.exclude(imported={})
        assert taken.count() == 300
        invented = Inspection.objects.filter(imported={})
        sources = set(invented.values_list("matter__entity__source", flat=True))
        assert sources == {"made_up"}, "nothing invented is said of a real firm"
        assert set(taken.values_list("matter__entity__source", flat=True)) == {"us_chicago.food"}
        told = PublishedResult.objects.exclude(premises__source="made_up")
        assert not told.filter(visited_on__year__gt=2014)
        assert not Notice.objects.exclude(entity=None).exclude(entity__source="made_up")
        planned = Matter.objects.filter(kind="inspection", state="planned")
        assert planned.count() == plan["quarter"]["planned"]
        inspector = next(a for a in plan["account"] if a["role"] == "inspector")
        assert planned.filter(assignee__username=inspector["username"]).exists(), "the first button's person has work"
        assert Inspection.objects.filter(imported={}).exclude(started=None).count() == plan["quarter"]["recorded"]
        assert all(name.isascii() for name in Person.objects.values_list("name", flat=True))
        assert not Inspection.objects.filter(findings="", imported={}).exclude(started=None).exists()
        failed = Answer.objects.filter(answer="no", inspection__imported={})
        assert failed.exists() and not failed.filter(note="").exists()
        said = [str(data) for data in LedgerEntry.objects.values_list("data", flat=True)]
        assert not [data for data in said if "整改" in data]
        before = counts()
    make(0.01)
    with scoped(SYSTEM):
        assert counts() == before
