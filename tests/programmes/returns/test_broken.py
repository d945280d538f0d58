"""A broken pledge: who may say so at the end of which complaint, what the shop hears of it, and how it is counted."""

from __future__ import annotations

import pytest
from tests import openers, world
from tests.programmes.returns.conftest import account, complaint_about, desk, do, fresh, owner, record

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.waiting import lines
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.figures import Period, compute, declared
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.returns import breaking
from zhijian.programmes.returns.models import Broken


def broken(w: world.World, pledge: Matter, **more: object) -> tuple[Matter, Broken]:
    of = complaint_about(w, pledge)
    with scoped(w.actor("甲")) as actor:
        told = {"pledge": pledge.pk, "bought_on": calendar.today(), "what": "店员以特价为由拒绝退货", **more}
        return of, breaking.say(of, actor, **told)


def test_a_broken_pledge_is_counted_and_from_a_number_on_the_head_is_asked(w, pledge) -> None:
    head = w.actor("所长")
    for n in range(3):
        with scoped(head):
            assert not any("多次失信" in str(one.words) for one in lines(head)), n
        broken(w, pledge)
    assert (record(pledge).broken, record(pledge).asked) == (3, True)
    with scoped(head):
        assert any("多次失信" in str(one.words) for one in lines(head))
    do(head, pledge, "leave", why="商家已整改并先行赔付")
    assert not record(pledge).asked
    with pytest.raises(NotOpen):
        do(head, pledge, "leave", why="再次")
    broken(w, pledge)
    assert (record(pledge).broken, record(pledge).asked) == (4, True)


def test_the_shop_hears_that_it_was_broken_and_nothing_of_the_complaint(w, pledge) -> None:
    of, _one = broken(w, pledge, what="要求退货的张先生被赶出店门")
    page = account().get(f"/my/{pledge.uid}/").content.decode()
    assert "1 次被认定未履行" in page
    for word in ("张先生", "赶出", of.number, str(of.uid), "吃出异物"):
        assert word not in page
    with scoped(owner(w)):
        rows = LedgerEntry.objects.filter(data__icontains="赶出")
        assert not rows.exists(), "what is said of it stands among the house's own entries"
    seen = desk(w.people["甲"]).get(f"/m/{pledge.uid}/").content.decode()
    assert "赶出" in seen and of.number in seen
    assert "赶出" in desk(w.people["甲"]).get(f"/m/{of.uid}/").content.decode()


def test_it_is_taken_back_with_a_reason_and_counts_no_more(w, pledge) -> None:
    of, one = broken(w, pledge)
    client = desk(w.people["甲"])
    assert client.get(f"/returns/broken/{one.uid}/strike/").status_code == 200
    assert client.post(f"/returns/broken/{one.uid}/strike/", {"f-why": "核实后已在期限内退款"}).status_code == 302
    assert record(pledge).broken == 0
    assert client.post(f"/returns/broken/{one.uid}/strike/", {"f-why": "再撤"}).status_code == 409
    assert desk(w.stranger).get(f"/returns/broken/{one.uid}/strike/").status_code == 404
    with scoped(w.actor("甲")) as actor:  # and may be said anew
        breaking.say(of, actor, pledge=pledge.pk, bought_on=calendar.today(), what="还是没有退")
    assert record(pledge).broken == 1


def test_what_is_said_fits_the_pledge_and_is_said_once(w, pledge, offered) -> None:
    of, _one = broken(w, pledge)
    with scoped(w.actor("甲")) as actor, pytest.raises(NotOpen):
        breaking.say(of, actor, pledge=pledge.pk, bought_on=calendar.today(), what="又一次")
    other = complaint_about(w, pledge)
    with scoped(w.actor("甲")) as actor:
        for wrong in ({"bought_on": world.in_days(-1)}, {"bought_on": world.in_days(1)}, {"pledge": 1}):
            told = {"pledge": pledge.pk, "bought_on": calendar.today(), "what": "拒绝退货", **wrong}
            with pytest.raises(BadFacts):
                breaking.say(other, actor, **told)
    early = openers.item(w, "complaint")
    with scoped(SYSTEM):
        perform(early, "name", SYSTEM, meant="confirmed", entity=w.entity.pk, premises=pledge.premises_id)
    with scoped(w.actor("甲")) as actor, pytest.raises(NotOpen):
        breaking.say(early, actor, pledge=pledge.pk, bought_on=calendar.today(), what="还没有办结")
    assert record(pledge).broken == 1


def test_never_of_a_report_and_never_by_who_has_nothing_to_do_with_it(w, pledge) -> None:
    report = openers.item(w, "report")
    with scoped(SYSTEM):
        report = perform(report, "name", SYSTEM, meant="confirmed", entity=w.entity.pk, premises=pledge.premises_id)
        report = perform(report, "decide", SYSTEM, filed=False, why="不属实")
    with scoped(w.actor("甲")) as actor, pytest.raises(NotAllowed):
        breaking.say(report, actor, pledge=pledge.pk, bought_on=calendar.today(), what="举报的事")
    assert desk(w.people["甲"]).get(f"/returns/{report.uid}/broken/").status_code == 404
    of = complaint_about(w, pledge)
    w.person("路人", Role.INSPECTOR, world.OFFICE, "鲁C-009")
    with scoped(w.actor("路人")) as actor, pytest.raises(NotAllowed):
        breaking.say(of, actor, pledge=pledge.pk, bought_on=calendar.today(), what="与我无关")
    with scoped(w.actor("外区")) as actor, pytest.raises((NotAllowed, NotFound)):
        breaking.say(of, actor, pledge=pledge.pk, bought_on=calendar.today(), what="与我无关")


def test_where_another_shop_is_meant_after_all_it_counts_no_more(w, pledge) -> None:
    of, _one = broken(w, pledge)
    with scoped(SYSTEM):
        other = Entity.objects.create(name="别家", area=world.OFFICE)
        theirs = Premises.objects.create(entity=other, name="别家店", area=world.OFFICE)
        perform(fresh(of), "name", SYSTEM, meant="confirmed", entity=other.pk, premises=theirs.pk)
    assert record(pledge).broken == 0


def test_said_on_its_page(w, pledge) -> None:
    of = complaint_about(w, pledge)
    client = desk(w.people["甲"])
    assert f"/returns/{of.uid}/broken/" in client.get(f"/m/{of.uid}/").content.decode()
    assert client.post(f"/returns/{of.uid}/broken/", {}).status_code == 422
    told = {"f-pledge": str(pledge.pk), "f-bought_on": f"{calendar.today()}", "f-what": "拒绝退货"}
    assert client.post(f"/returns/{of.uid}/broken/", told).status_code == 302
    assert record(pledge).broken == 1


def value(name: str) -> float:
    today = calendar.today()
    with scoped(SYSTEM) as actor:
        return compute.value(declared()[name], Period(today, today, today), world.DISTRICT, actor).number


def test_figures_count_what_is_in_force_what_came_and_what_was_broken(w, pledge, offered) -> None:
    broken(w, pledge)
    gone = do(w.actor("内勤"), openers.return_pledge(w), "accept")
    do(owner(w), gone, "withdraw", why="不做了")
    assert value("pledges.in_force") == 1
    assert value("pledges.accepted") == 2
    assert value("pledges.broken") == 1
