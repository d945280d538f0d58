"""The eight classes of a double-random check: each is reached, what ended at the door is published as well, in time."""

from __future__ import annotations

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from tests import world
from tests.kernel.exchange.conftest import recorded
from tests.programmes.inspection.test_hindered import at_the_door, phone, w  # noqa: F401 -- fixtures

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.exchange.declared import owed
from zhijian.kernel.exchange.tables import cells, table_of
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.inspection import classes, flow, publishing, rules
from zhijian.programmes.inspection.draw.models import Draw, DrawnPlace
from zhijian.programmes.inspection.models import Answer, Inspection, Publication, PublishedResult
from zhijian.programmes.inspection.portal import at_door

NOTE = "PLANTED-NOTE 门卫不让进"
WHY = "PLANTED-WHY 台账与实物不符"


def drawn(w: world.World, purpose: str = "random") -> Matter:  # noqa: F811
    """A visit as a draw plans it; of another kind, as the head does."""
    with scoped(w.actor("所长")) as head:
        return perform(
            flow.INSPECTION, "plan_drawn" if purpose == "random" else "plan", head, purpose=purpose,
            about=About(w.premises.name, world.OFFICE, w.entity, w.premises), planned_for=calendar.today(),
            assignee=w.inspector.pk, second=w.second.pk,
        )  # fmt: skip


def made(w: world.World, matter: Matter, result: str = "compliant", measure: str = "", at: Any = None) -> Matter:  # noqa: F811
    """The visit was made; where something failed, one item with what it led to. Gives the duty to publish."""
    at = at or timezone.now()
    with scoped(SYSTEM):
        perform(
            matter, "order" if measure == "rectify" else "finish", SYSTEM, at=at,
            **{**recorded(at, result), "failed": int(bool(measure))},
        )  # fmt: skip
        visit = Inspection.objects.select_related("matter").get(pk=matter.pk)
        if measure:
            Answer.objects.create(inspection=visit, item="1.2", answer="no", at=at, measure=measure)
        about = About(w.premises.name, world.OFFICE, w.entity, w.premises, matter)
        return perform(flow.PUBLICATION, "await", SYSTEM, at=at, about=about, by_field=publishing.awaited(visit))


def waiting(matter: Matter) -> Matter | None:
    with scoped(SYSTEM):
        found = Publication.objects.filter(inspection=matter.pk).select_related("matter").first()
        return found.matter if found else None


def public(publication: Matter, w: world.World) -> PublishedResult:  # noqa: F811
    """Published by the head."""
    with scoped(w.actor("所长")) as head:
        perform(publication, "publish", head)
    with scoped(SYSTEM):
        return PublishedResult.objects.get(matter_uid=publication.publication.inspection.matter.uid)  # type: ignore[attr-defined]


def page(w: world.World, language: str = "zh-hans") -> str:  # noqa: F811
    return Client(headers={"accept-language": language}).get(f"/d/{w.premises.door_code}", follow=True).content.decode()


@pytest.mark.parametrize(
    ("measure", "result", "named"),
    [("", "compliant", "clean"), ("rectify", "basically_compliant", "ordered"),
     ("corrected", "basically_compliant", "ordered"), ("investigate", "non_compliant", "pending")],
)  # fmt: skip
def test_what_was_found_says_which_class_it_is(w, measure, result, named):  # noqa: F811
    told = public(made(w, drawn(w), result, measure), w)
    assert (told.drawn, told.result) == (named, result)
    with translation.override("zh-hans"):
        assert told.drawn_name in page(w)


@pytest.mark.parametrize(
    ("kind", "named", "said"),
    [("not_found", "unreachable", "通过登记的住所（经营场所）无法联系"), ("refused", "refused", "不配合检查情节严重"),
     ("closed_down", "idle", "未开展本次抽查涉及的经营活动")],
)  # fmt: skip
def test_what_ended_at_the_door_is_published_with_its_class_and_nothing_else(w, phone, kind, named, said):  # noqa: F811
    matter = at_the_door(w, phone, kind, drawn(w), note=NOTE)
    publication = waiting(matter)
    assert matter.state == "hindered"
    assert publication is not None
    assert publication.publication.drawn == named  # type: ignore[attr-defined]
    told = public(publication, w)
    assert (told.drawn, told.result, told.items_checked, told.failed_items) == (named, "", 0, [])
    assert told.visited_on == calendar.today()
    for language in ("zh-hans", "en"):
        shown = page(w, language)
        assert "PLANTED" not in shown
        assert w.inspector.name not in shown
    assert "Items checked" not in page(w, "en")
    assert said in page(w)
    assert "未能检查任何项目" in page(w)


@pytest.mark.parametrize("judged", classes.JUDGED)
def test_whoever_publishes_chooses_what_is_a_judgement_and_says_why(w, judged):  # noqa: F811
    publication = made(w, drawn(w))
    assert publication.publication.drawn == "clean"  # type: ignore[attr-defined]
    with scoped(w.actor("所长")) as head:
        with pytest.raises(BadFacts):
            perform(publication, "classify", head, drawn=judged)
        perform(publication, "classify", head, drawn=judged, drawn_reason=WHY)
    desk = Client(headers={"accept-language": "en"})
    desk.force_login(w.head)
    form = desk.get(f"/m/{publication.uid}/classify/").content.decode()
    offered = re.findall(r'<option value="(\w+)"|type="radio" name="f-drawn" value="(\w+)"', form)
    assert [one or other for one, other in offered] == ["clean", *classes.JUDGED], "also as a process's first page"
    assert "From the record follows: No problem found." in form
    told = public(publication, w)
    assert told.drawn == judged
    assert "PLANTED" not in page(w), "on what ground stays on the desk"
    with translation.override("zh-hans"):
        assert classes.name(judged) in page(w)
    shown = desk.get(f"/m/{publication.uid}/").content.decode()
    assert WHY in shown
    assert f"No problem found → {classes.DrawnClass(judged).label}" in shown


def test_all_eight_are_reached_and_are_those_of_the_state_council(w):  # noqa: F811
    computed = {"clean", "ordered", "pending", *classes.AT_THE_DOOR.values()}
    assert computed | set(classes.JUDGED) == set(classes.DrawnClass.values)
    with translation.override("zh-hans"):
        assert [str(one.label) for one in classes.DrawnClass] == [
            "未发现问题", "未按规定公示应当公示的信息", "隐瞒真实情况、弄虚作假", "通过登记的住所（经营场所）无法联系",
            "发现问题已责令改正", "不配合检查情节严重", "未开展本次抽查涉及的经营活动", "发现问题待后续处理",
        ]  # fmt: skip


def test_no_class_is_chosen_against_the_record_nor_for_another_kind_nor_by_an_officer(w):  # noqa: F811
    publication = made(w, drawn(w), "non_compliant", "investigate")
    with scoped(w.actor("所长")) as head:
        for other in ("clean", "ordered", "refused", "unreachable"):
            with pytest.raises(NotOpen):
                perform(publication, "classify", head, drawn=other, drawn_reason=WHY)
        perform(publication, "classify", head, drawn="concealed", drawn_reason=WHY)
        perform(publication, "classify", head, drawn="pending", drawn_reason="复核后按记录")
    with scoped(w.actor("甲")) as officer, pytest.raises(NotAllowed):
        perform(publication, "classify", officer, drawn="concealed", drawn_reason=WHY)
    assert public(publication, w).drawn == "pending"
    routine = made(w, drawn(w, "routine"))
    with scoped(w.actor("所长")) as head, pytest.raises(NotOpen):
        perform(routine, "classify", head, drawn="concealed", drawn_reason=WHY)
    assert public(routine, w).drawn == ""


@pytest.mark.parametrize("purpose", ["routine", "special", "flight"])
@pytest.mark.parametrize("kind", ["not_found", "refused", "closed_down"])
def test_other_kinds_that_ended_at_the_door_are_not_published(w, phone, purpose, kind):  # noqa: F811
    matter = at_the_door(w, phone, kind, drawn(w, purpose), note=NOTE)
    assert (matter.state, waiting(matter)) == ("hindered", None)


@pytest.mark.parametrize("kind", ["shut", "repair", "moved"])
def test_what_is_only_put_off_is_not_published_yet(w, phone, kind):  # noqa: F811
    task = drawn(w)
    matter = at_the_door(w, phone, kind, task, **({"address": "某处"} if kind == "moved" else {}))
    assert waiting(matter) is None
    with scoped(SYSTEM):
        assert publishing.of_record(Inspection.objects.select_related("matter").get(pk=matter.pk)) == ""


def test_twenty_working_days_run_from_the_day_at_the_door_and_end_with_the_publication(w, phone):  # noqa: F811
    publication = waiting(at_the_door(w, phone, "not_found", drawn(w)))
    assert publication is not None
    with scoped(SYSTEM):
        clock = Clock.objects.get(matter=publication, rule=rules.PUBLISH_WITHIN.name)
        assert str(rules.PUBLISH_WITHIN.on(calendar.today()).given) == "20 working days"
        assert publication.due == clock.due
        assert clock.due >= calendar.today() + dt.timedelta(days=26), "four weeks at least"
    public(publication, w)
    with scoped(SYSTEM):
        clock.refresh_from_db()
        assert clock.stopped is not None


def test_a_later_visit_takes_its_place_on_the_door_and_the_first_stays_below(w, phone):  # noqa: F811
    refused = waiting(at_the_door(w, phone, "refused", drawn(w), note=NOTE))
    assert refused is not None
    public(refused, w)
    with scoped(SYSTEM):
        PublishedResult.objects.update(visited_on=calendar.today() - dt.timedelta(days=9))
        assert at_door(w.premises)["face"].tone == "bad"
    public(made(w, drawn(w)), w)
    with scoped(SYSTEM):
        face = at_door(w.premises)["face"]
    assert face.tone == "good"
    assert [one.drawn for one in PublishedResult.objects.order_by("visited_on")] == ["refused", "clean"]
    assert "不配合检查情节严重" in page(w)


def test_no_smile_stands_while_a_refusal_waits_and_none_where_nobody_could_go_in(w, phone):  # noqa: F811
    public(made(w, drawn(w, "routine")), w)
    with scoped(SYSTEM):
        assert at_door(w.premises)["face"].tone == "good"
    refused = waiting(at_the_door(w, phone, "refused", drawn(w)))
    with scoped(SYSTEM):
        assert at_door(w.premises)["face"].tone == "", "a newer result is being prepared"
    assert refused is not None
    public(refused, w)
    with scoped(SYSTEM):
        assert at_door(w.premises)["face"].tone == "bad"


def test_the_enterprise_reads_that_it_is_published_and_no_word_of_the_officers(w, phone):  # noqa: F811
    matter = at_the_door(w, phone, "refused", drawn(w), note=NOTE)
    publication = waiting(matter)
    assert publication is not None
    public(publication, w)
    with scoped(SYSTEM):
        link = make_link(w.entity, publication)
    answer = Client(headers={"accept-language": "zh-hans"}).get(f"/p/{link}/", follow=True)
    assert answer.status_code == 200
    assert "PLANTED" not in answer.content.decode()


def test_the_platform_of_the_credit_system_gets_the_official_word(w, phone):  # noqa: F811
    publication = waiting(at_the_door(w, phone, "not_found", drawn(w)))
    assert publication is not None
    public(publication, w)
    with scoped(SYSTEM):
        row = owed()["inspection_result"].row(publication)
        assert row["officers"] == [w.inspector.name, w.second.name], "who was there"
        shown, bad = cells(table_of("gsxt", "results"), {**row, "key": "K-1"})
        told = json.dumps(shown, ensure_ascii=False)
    assert bad == []
    assert "通过登记的住所（经营场所）无法联系" in shown
    assert "抽查" in shown
    assert "无需整改" not in told


def test_the_draw_s_page_and_its_sheet_tell_what_became_of_each_place(w, phone):  # noqa: F811
    from tests.openers import visit_draw

    draw = visit_draw(w)
    with scoped(w.actor("所长")) as head:
        draw = perform(draw, "confirm", head)
    with scoped(SYSTEM):
        row = DrawnPlace.objects.get(draw=draw.pk)
        visit = row.visit
        assert visit is not None
        assert Draw.objects.get(pk=draw.pk).chosen_n == 1
    client = Client(headers={"accept-language": "en"})
    client.force_login(w.head)
    at_the_door(w, phone, "not_found", visit)
    assert "Not to be reached at the registered address" in (shown := client.get(f"/m/{draw.uid}/").content.decode())
    assert "To be published" in shown
    publication = waiting(visit)
    assert publication is not None
    public(publication, w)
    assert f"Published on {calendar.today():%Y-%m-%d}" in client.get(f"/m/{draw.uid}/").content.decode()
    assert (
        "Not to be reached at the registered address" in client.get("/l/publication/?state=published").content.decode()
    )
