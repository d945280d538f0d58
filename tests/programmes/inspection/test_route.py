"""A day in order: what it holds, whose hours count where two go, what is kept, and what a phone is told of it."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override
from tests import world
from tests.gateways.field.test_field import PASSWORD, phone  # noqa: F401 -- fixtures
from tests.kernel.appointments.conftest import slot_of
from tests.phone import Phone
from tests.programmes.inspection.test_capping import cap

from zhijian.gateways.field import due as due_shops
from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments.models import Booking, Slot
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.routing.models import DayOrder
from zhijian.kernel.routing.simulated import Roads
from zhijian.kernel.simulating import serve
from zhijian.programmes.grading.computing import settle
from zhijian.programmes.grading.models import Grading
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.flow import INSPECTION
from zhijian.programmes.inspection.guards import MOST_A_DAY
from zhijian.programmes.inspection.models import Inspection
from zhijian.programmes.inspection.route import day as days
from zhijian.programmes.inspection.route.mornings import order_all

DAY = world.in_days(3)


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second, made.stranger
        made.inspector.set_password(PASSWORD)
        made.inspector.save()
        made.person("督察", Role.AUDITOR, world.OFFICE)
    return made


def shop(w: world.World, n: int, **more: Any) -> Premises:
    """A shop n × 110 m north of the others."""
    where = {"lat": Decimal("36.800000") + Decimal(n) / 1000, "lon": Decimal("118.050000"), **more}
    return Premises.objects.create(
        entity=w.entity, name=f"第 {n} 店", address=f"水晶街 {n} 号", area=world.OFFICE, trade="restaurant", **where
    )


def visit(w: world.World, at: Premises, first: Person | None = None, second: Person | None = None,
          day: dt.date = DAY) -> Matter:  # fmt: skip
    with scoped(w.actor("所长")) as head:
        return perform(
            INSPECTION, "plan", head, about=About(at.name, at.area, w.entity, at), planned_for=day,
            assignee=(first or w.inspector).pk, second=(second or w.second).pk, checklist=w.checklist.pk,
        )  # fmt: skip


def a_day(w: world.World, *where: int) -> list[Premises]:
    with scoped(SYSTEM):
        shops = [shop(w, n) for n in where]
    for one in shops:
        visit(w, one)
    return shops


def names(found: days.Day) -> list[str]:
    return [found.shop_of(one).matter.premises.name for one in found.plan.visits]


def of(w: world.World, who: str = "甲", day: dt.date = DAY) -> days.Day:
    with scoped(w.actor("所长")):
        return days.of(w.people[who], day)


def signed_in(w: world.World, name: str) -> Client:
    made = Client(headers={"accept-language": "en"})
    made.force_login(w.people[name])
    return made


def test_a_day_is_put_in_order_and_stays_so(w: world.World) -> None:
    a_day(w, 9, 1, 5, 7, 3, 2, 8, 4, 6)
    head = signed_in(w, "所长")
    page = head.get(f"/day/?who={w.inspector.pk}&day={DAY}").content.decode()
    assert "not put in order yet" in page and "9 stops" in page
    assert head.post(f"/day/?who={w.inspector.pk}&day={DAY}").status_code == 302
    order = names(of(w))
    assert order in ([f"第 {n} 店" for n in range(1, 10)], [f"第 {n} 店" for n in range(9, 0, -1)])
    page = head.get(f"/day/?who={w.inspector.pk}&day={DAY}").content.decode()
    assert "In the order that takes least" in page
    assert page.index(order[0]) < page.index(order[1]) < page.index(order[8])
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="routing.kept")
        assert entry.data["n"] == "9"
        assert entry.subject == f"account:{w.inspector.pk}"


def test_a_stop_moved_by_hand_stays_where_it_was_put_and_what_comes_later_goes_behind(w: world.World) -> None:
    shops = a_day(w, 1, 2, 3)
    own = signed_in(w, "甲")
    url = f"/day/?who=me&day={DAY}"
    before = names(of(w))
    assert own.post(url, {"move": f"{shops[2].uid}:up"}).status_code == 302
    assert names(of(w)) == [before[0], before[2], before[1]]
    assert DayOrder.objects.count() == 0, "row security: seen in a scope only"
    assert "Put in order by hand: 甲" in own.get(url).content.decode()
    with scoped(SYSTEM):
        late = shop(w, 0)
    visit(w, late)
    assert names(of(w))[-1] == late.name
    with scoped(SYSTEM):
        order_all(DAY)
    assert names(of(w))[:3] == [before[0], before[2], before[1]], "the night leaves what a hand has put"
    assert "not in this day any more" in own.post(url, {"move": "x:up"}, follow=True).content.decode()


def test_nobody_orders_another_district_s_day_and_who_only_reads_orders_none(w: world.World) -> None:
    a_day(w, 1, 2)
    url = f"/day/?who={w.inspector.pk}&day={DAY}"
    assert signed_in(w, "外区").get(url).status_code == 404
    assert signed_in(w, "外区").post(url).status_code == 404
    auditor = signed_in(w, "督察")
    page = auditor.get(url)
    assert page.status_code == 200
    assert 'name="move"' not in page.content.decode()
    assert auditor.post(url).status_code in (403, 404)
    assert signed_in(w, "乙").get(url).status_code == 404, "an officer sees his own day"
    with scoped(SYSTEM):
        assert not DayOrder.objects.exists()


def test_what_was_appointed_is_done_on_that_day_whenever_it_is_due(w: world.World) -> None:
    """Until the appointed day has gone by: then the day on which it is due holds again."""
    _other, far = a_day(w, 1, 2)
    later = DAY + dt.timedelta(days=3)
    with scoped(SYSTEM):
        slot = slot_of(w, w.inspector, day=later, hour=9)
        Booking.objects.create(
            slot=slot, area=slot.area, entity=w.entity, matter=Matter.objects.get(premises=far), made_by="x",
            made_at=slot.made_at,
        )  # fmt: skip
    assert (names(of(w)), names(of(w, day=later))) == (["第 1 店"], ["第 2 店"])
    with scoped(SYSTEM):
        Slot.objects.filter(pk=slot.pk).update(day=world.in_days(-1))
    assert (sorted(names(of(w))), names(of(w, day=later))) == (["第 1 店", "第 2 店"], [])


def test_a_promised_hour_is_kept_and_one_that_can_t_be_says_why(w: world.World) -> None:
    near, far = a_day(w, 1, 2)
    with scoped(SYSTEM):
        slot = slot_of(w, w.inspector, day=DAY, hour=9)
        matter = Matter.objects.get(premises=far)
        Booking.objects.create(
            slot=slot, area=slot.area, entity=w.entity, matter=matter, made_by="x", made_at=slot.made_at
        )
    found = of(w)
    assert found.shop_of(found.plan.visits[0]).appointment is None, "by dates first: the other one"
    with scoped(w.actor("所长")) as head:
        days.keep(w.inspector, DAY, [str(near.uid), str(far.uid)], head, by_hand=True, ways=None)
    page = signed_in(w, "所长").get(f"/day/?who={w.inspector.pk}&day={DAY}").content.decode()
    assert "promised 09:00–09:30" in page
    with scoped(SYSTEM):
        made = days.arranged(w.inspector, DAY, SYSTEM)
    assert not made.plan.missed
    begins = {made.placed[one.stop].key: one.begins for one in made.plan.visits}
    assert 9 * 3600 <= begins[str(far.uid)] <= 9.5 * 3600
    with scoped(SYSTEM):
        for n in range(4, 8):
            shop(w, n)
    for one in Premises.objects.filter(name__in=[f"第 {n} 店" for n in range(4, 8)]):
        visit(w, one)
    rest = [str(one.uid) for one in Premises.objects.filter(name__in=[f"第 {n} 店" for n in range(4, 8)])]
    with scoped(w.actor("所长")) as head:
        days.keep(w.inspector, DAY, [*rest, str(near.uid), str(far.uid)], head, by_hand=True, ways=None)
    page = signed_in(w, "所长").get(f"/day/?who={w.inspector.pk}&day={DAY}").content.decode()
    assert "Promised until 09:30; in this order it is" in page
    assert "1 can't be met".replace("'", "&#x27;") in page or "1 can't be met" in page


def test_who_goes_together_is_there_at_one_hour(w: world.World) -> None:
    third = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
    with scoped(SYSTEM):
        shops = [shop(w, n) for n in range(6)]
    for one in shops[:4]:
        visit(w, one)  # 甲 leads, 乙 goes along
    for one in shops[4:]:
        visit(w, one, third, w.second)  # 乙 goes along with 丙 as well
    with scoped(SYSTEM):
        order_all(DAY)
    lead, other = of(w, "甲"), of(w, "乙")
    hours = {lead.shop_of(one).key: one.begins for one in lead.plan.visits}
    for one in other.plan.visits:
        there = other.shop_of(one)
        if there.key in hours:
            assert abs(one.begins - hours[there.key]) <= days.PUNCTUAL
            assert there.with_whom == "甲"
    assert len(other.plan.visits) == 6
    page = signed_in(w, "乙").get(f"/day/?day={DAY}").content.decode()
    assert "Hours of joint visits are those of 甲’s day." in page


def test_a_pair_of_equals_has_one_day_whoever_looks(w: world.World) -> None:
    with scoped(SYSTEM):
        shops = [shop(w, n) for n in range(4)]
    for n, one in enumerate(shops):
        visit(w, one, *((w.inspector, w.second) if n % 2 else (w.second, w.inspector)))
    with scoped(SYSTEM):
        order_all(DAY)
    begins = [{d.shop_of(v).key: v.begins for v in d.plan.visits} for d in (of(w, "甲"), of(w, "乙"))]
    assert begins[0] == begins[1]


def test_ways_by_road_are_kept_with_the_order_and_a_silent_service_is_said(w: world.World, settings: Any) -> None:
    a_day(w, 1, 2, 3)
    head, url = signed_in(w, "所长"), f"/day/?who={w.inspector.pk}&day={DAY}"
    with serve(Roads(speed=10)) as (address, service):
        settings.ROADS_URL = address
        head.post(url)
        assert service.asked == 1
        assert "Ways by the road service." in head.get(url).content.decode()
        assert service.asked == 1, "a page never waits for it"
        slow = of(w).plan.visits[1].seconds
    answer = head.post(url, follow=True).content.decode()
    assert "The road service did not answer" in answer
    assert "Ways are estimates" in answer
    assert of(w).plan.visits[1].seconds < slow


def test_a_shop_without_a_place_is_told_and_an_empty_day_says_so(w: world.World) -> None:
    with scoped(SYSTEM):
        nowhere = shop(w, 1, lat=None, lon=None)
    visit(w, nowhere)
    head = signed_in(w, "所长")
    page = head.get(f"/day/?who={w.inspector.pk}&day={DAY}").content.decode()
    assert "The register does not say where it is." in page
    assert "Nothing is to be visited" in head.get(f"/day/?who={w.inspector.pk}").content.decode()
    assert head.get(f"/day/?who={w.inspector.pk}&day=nonsense").status_code == 200
    assert head.get("/day/?who=999999").status_code == 404


# What a phone is told.


def pulled(phone: Phone) -> dict[str, Any]:  # noqa: F811
    phone.cursor = ""
    status, told = phone.call("GET", "pull?since=")
    assert status == 200
    return told


def graded(w: world.World, n: int, due: dt.date, **more: Any) -> Premises:
    with scoped(SYSTEM):
        one = shop(w, n, **more)
        settle([one.pk])
        matters = Matter.objects.filter(kind="grading", premises=one)
        matters.update(due=due)
        Grading.objects.filter(matter__in=matters).update(left=1)
    return one


def due_now(w: world.World) -> list[str]:
    with scoped(SYSTEM):
        found = due_shops.due([(world.OFFICE, world.OFFICE + "~")], calendar.today())
    known = dict(Premises.objects.values_list("uid", "name"))
    return [known[key] for key in known if str(key) in {one["premises"] for one in found}]


def test_a_phone_has_the_order_of_its_own_day(w: world.World, phone: Phone) -> None:  # noqa: F811
    first, second = a_day(w, 1, 2)
    assert pulled(phone)["day_order"] is None
    with scoped(SYSTEM):
        uids = [str(second.uid), str(first.uid)]
        days.keep(w.inspector, calendar.today(), uids, w.actor("所长"), by_hand=True, ways=None)
        days.keep(w.second, calendar.today(), [], SYSTEM, by_hand=True, ways=None)
    told = pulled(phone)
    assert told["day_order"] == {"day": calendar.today().isoformat(), "order": uids, "by_hand": True}
    assert told["rules"]["route"]["speed"] == 25
    assert told["ground"]["lines"] and len(told["ground"]["lines"][0]) <= 162


def test_outline_and_due_shops_come_once_until_they_change(w: world.World, phone: Phone) -> None:  # noqa: F811
    graded(w, 1, calendar.today())
    first = pulled(phone)
    assert [one["why"] for one in first["due"]] == ["grade"]
    _, again = phone.call("GET", f"pull?since={first['cursor']}")
    assert "due" not in again and "ground" not in again
    graded(w, 2, calendar.today())
    _, more = phone.call("GET", f"pull?since={again['cursor']}")
    assert len(more["due"]) == 2 and "ground" not in more


def test_due_shops_leave_out_who_is_planned_closed_full_or_not_due_yet(w: world.World) -> None:
    soon, today = world.in_days(20), calendar.today()
    graded(w, 1, today)
    planned = graded(w, 2, soon)
    visit(w, planned)
    graded(w, 3, soon, status="closed")
    graded(w, 4, world.in_days(60))
    graded(w, 5, soon, lat=None, lon=None)
    assert due_now(w) == ["第 1 店"]
    cap(1)
    assert due_now(w) == [], "the enterprise has had its visit: one is planned at another of its shops"
    with scoped(SYSTEM):
        visits = Matter.objects.filter(premises=planned, kind="inspection")
        visits.update(state="cancelled", closed=when.now())
    assert sorted(due_now(w)) == ["第 1 店", "第 2 店"]


# As many as a phone takes.


def forty(w: world.World) -> None:
    with scoped(SYSTEM):
        for n in range(MOST_A_DAY):
            matter = Matter.objects.create(
                kind="inspection", title=f"{n}", area=world.OFFICE, state="planned", opened=when.now(), due=DAY,
                entity=w.entity, premises=w.premises, assignee=w.inspector, second=w.second,
            )  # fmt: skip
            Inspection.objects.create(matter=matter, purpose="routine", planned_for=DAY)


def test_the_forty_first_visit_of_a_day_is_refused_with_a_clear_word(w: world.World) -> None:
    forty(w)
    third = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
    fourth = w.person("丁", Role.INSPECTOR, world.OFFICE, "鲁C-004")
    with override("en"), pytest.raises(StepError, match=r"甲 has 40 visits on .* already, as many as a phone takes"):
        visit(w, w.premises)
    with pytest.raises(StepError):
        visit(w, w.premises, third, w.second)
    visit(w, w.premises, day=world.in_days(4))
    other = visit(w, w.premises, third, fourth)
    with scoped(w.actor("所长")) as head, pytest.raises(StepError):
        perform(other, "assign", head, assignee=w.inspector.pk, second=fourth.pk)
    with scoped(w.actor("所长")) as head:
        one = Matter.objects.filter(kind="inspection", due=DAY, assignee=w.inspector).first()
        perform(one, "assign", head, assignee=w.second.pk, second=w.inspector.pk)  # his own place stays his


def test_a_phone_takes_forty_and_a_pull_asks_as_often_for_many_as_for_few(w: world.World, phone: Phone) -> None:  # noqa: F811
    a_day(w, 1, 2)
    asked = []
    for more in (0, 1):
        if more:
            forty(w)
            with scoped(SYSTEM):
                for n in range(10, 70):
                    shop(w, n)
        phone.call("GET", "pull?since=")  # numbers are reserved once, as many as there are visits
        with CaptureQueriesContext(connection) as counted:
            _, told = phone.call("GET", "pull?since=")
        asked.append(len(counted))
    assert len(told["tasks"]) == 40
    assert len(told["premises"]) == 63
    assert asked[1] <= asked[0] + 2, asked


def test_a_patch_goes_out_compressed_and_small(w: world.World, phone: Phone, client: Client) -> None:  # noqa: F811
    """3 MB for 1,000 premises, 40 tasks and every list (bench.patch_sync): 300 kB for a tenth of the premises."""
    with scoped(SYSTEM):
        load_shipped()
        for n in range(100):
            shop(w, n)
    forty(w)
    headers = {"Authorization": f"Bearer {phone.token}"}
    plain = client.get("/api/field/v1/pull?since=", headers=headers)
    small = client.get("/api/field/v1/pull?since=", headers={**headers, "Accept-Encoding": "gzip"})
    assert (plain.get("Content-Encoding"), small["Content-Encoding"]) == (None, "gzip")
    assert len(json.loads(gzip.decompress(small.content))["premises"]) == 101
    assert len(plain.content) > 400_000
    assert len(small.content) < 300_000
