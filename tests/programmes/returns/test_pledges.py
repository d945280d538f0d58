"""A pledge from the shop's account to the door, changed, broken, ended: who may what, and what holds from when."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from tests import openers, world
from tests.programmes.returns.conftest import account, desk, do, fresh, made, owner, record

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.equipment.flow import EQUIPMENT
from zhijian.programmes.returns import effects, public, reminding
from zhijian.programmes.returns.flow import PLEDGE
from zhijian.programmes.returns.models import ReturnPledge, Version

terms = openers.pledged


def version_of(matter: Matter, day: dt.date) -> Version | None:
    with scoped(SYSTEM):
        return effects.in_force(record(matter), day)


# The shop's own act


def test_the_shop_pledges_on_its_account_and_the_office_accepts(w) -> None:
    client = account()
    assert reverse("returns_mine") in client.get("/my/").content.decode()
    led = client.get("/my/returns/")
    assert led.status_code == 302 and led.url.endswith(f"{w.premises.uid}/"), "who has one shop is led on"
    page = client.get(led.url).content.decode()
    assert 'value="7"' in page, "it begins with the days of the rule"
    short = client.post(led.url, terms(days=3))
    assert short.status_code == 422 and "不少于 7 天" in short.content.decode() and "鞋帽" in short.content.decode()
    sent = client.post(led.url, terms())
    with scoped(SYSTEM):
        matter = Matter.objects.get(kind="return_pledge")
        entry = LedgerEntry.objects.get(matter=matter, kind="return_pledge.pledge")
    assert sent.status_code == 302 and sent.url == f"/my/{matter.uid}/"
    assert entry.actor.startswith("entity:") and matter.premises_id == w.premises.pk and matter.area == world.OFFICE
    again = client.post(led.url, terms())
    assert again.status_code == 422 and "已有承诺" in again.content.decode()
    assert public.by_code(record(matter).code) is None, "nobody sees what is not in force"
    done = do(w.actor("内勤"), matter, "accept")
    assert (done.state, done.due) == ("in_force", world.in_days(365)) and record(done).live
    assert "无理由退货" in Client().get(f"/d/{w.premises.door_code}/").content.decode()


def test_nobody_pledges_for_another_enterprise(w) -> None:
    with scoped(SYSTEM):
        other = Entity.objects.create(name="别家", area=world.OFFICE, phone="13900000000")
        theirs = Premises.objects.create(entity=other, name="别家店", area=world.OFFICE)
    with scoped(owner(w)) as actor, pytest.raises(NotAllowed):
        perform(PLEDGE, "pledge", actor, about=About("别家店", world.OFFICE, other, theirs), **terms())
    assert account().get(f"/my/returns/{theirs.uid}/").status_code == 404
    with scoped(owner(w)) as actor, pytest.raises(NotAllowed):  # what is staff's to open stays so
        perform(EQUIPMENT, "register", actor, about=About("x", world.OFFICE, w.entity), code="31101")


def test_what_is_missing_goes_back_and_is_corrected(w, offered) -> None:
    do(w.actor("内勤"), offered, "send_back", why="写明完好标准")
    page = account().get(f"/my/{offered.uid}/").content.decode()
    assert "写明完好标准" in page and 'name="condition"' in page
    back = do(owner(w), offered, "correct", **terms(condition="未使用，配件齐全"))
    assert back.state == "offered" and record(back).condition == "未使用，配件齐全"
    with scoped(SYSTEM):
        assert Clock.objects.filter(matter=back, rule="returns.look_within", stopped=None).count() == 1


def test_an_office_enters_one_from_paper_and_a_neighbour_sees_none(w, offered) -> None:
    with scoped(w.actor("内勤")) as clerk:
        made_ = perform(PLEDGE, "pledge", clerk, about=About("x", world.OFFICE, w.entity, w.premises), **terms())
    assert made_.number
    with scoped(w.actor("外区")) as stranger, pytest.raises(NotFound):
        perform(made_, "accept", stranger)
    assert desk(w.stranger).get(f"/m/{made_.uid}/").status_code == 404
    with scoped(w.actor("内勤")) as clerk, pytest.raises(NotOpen):
        perform(PLEDGE, "pledge", clerk, about=About("x", world.OFFICE, w.entity, None), **terms())


def test_terms_keep_within_the_rules(w) -> None:
    wrong = [
        ({"days": 6}, "不少于 7 天"), ({"refund_days": 8}, "最迟 7 天"), ({"valid_until": world.in_days(0)}, ""),
        ({"valid_until": world.in_days(1200)}, f"{world.in_days(1096)}"),
    ]  # fmt: skip
    for told, said in wrong:
        with pytest.raises(NotOpen) as caught:
            openers.return_pledge(w, **told)
        assert said in caught.value.message
    with scoped(SYSTEM):
        assert not Matter.objects.filter(kind="return_pledge").exists()


# Versions


def test_better_terms_hold_at_once_and_worse_ones_for_what_is_bought_from_tomorrow_on(w, pledge) -> None:
    today, tomorrow = calendar.today(), world.in_days(1)
    do(owner(w), pledge, "change", **terms(days=30))
    assert version_of(pledge, today).days == 30
    do(owner(w), pledge, "change", **terms(days=15))
    assert (version_of(pledge, today).days, version_of(pledge, tomorrow).days) == (30, 15)
    do(owner(w), pledge, "change", **terms(days=20))
    assert (version_of(pledge, today).days, version_of(pledge, tomorrow).days) == (30, 20), (
        "better only than tomorrow's"
    )
    do(owner(w), pledge, "change", **terms(days=40))
    assert version_of(pledge, today).days == version_of(pledge, tomorrow).days == 40
    with scoped(SYSTEM):
        assert Version.objects.filter(pledge=pledge.pk).count() == 5
    with pytest.raises(NotOpen):
        do(owner(w), pledge, "change", **terms(days=40))
    later = world.in_days(500)
    assert do(owner(w), pledge, "change", **terms(days=40, valid_until=later)).due == later


def test_the_public_reads_the_terms_of_today_and_those_that_follow(w, pledge) -> None:
    do(owner(w), pledge, "change", **terms(days=7, excluded="贴身衣物、特价商品"))
    page = Client().get(f"/r/{record(pledge).code}/").content.decode()
    assert page.index("贴身衣物") < page.index("起购买的商品") < page.index("特价商品")


# Ends


def test_withdrawn_ended_run_out_and_put_back(w, pledge) -> None:
    code = record(pledge).code
    do(owner(w), pledge, "withdraw", why="转让店铺")
    assert not record(pledge).live and fresh(pledge).closed
    assert "不再有效" in Client().get(f"/r/{code}/").content.decode()
    assert Client().get(f"/r/{code}/sign.pdf").status_code == 404
    assert "无理由退货" not in Client().get(f"/d/{pledge.premises.door_code}/").content.decode()
    with pytest.raises(NotAllowed):
        do(w.actor("内勤"), pledge, "restore", why="误撤")
    back = do(w.actor("所长"), pledge, "restore", why="误撤，商家要求恢复")
    assert back.state == "in_force" and record(back).live and back.closed is None
    do(w.actor("所长"), pledge, "end", why="拒不履行")
    with scoped(SYSTEM):
        new = perform(PLEDGE, "pledge", SYSTEM, about=About("x", world.OFFICE, w.entity, pledge.premises), **terms())
    with pytest.raises(NotOpen):
        do(w.actor("所长"), pledge, "restore", why="误办")
    assert do(w.actor("所长"), new, "end", why="重复").state == "ended"
    with pytest.raises(NotOpen):
        do(w.actor("所长"), new, "restore", why="从未生效")


def test_it_runs_out_by_itself_after_its_last_day_and_the_shop_was_reminded_once(w) -> None:
    soon = do(w.actor("内勤"), openers.return_pledge(w, valid_until=world.in_days(20)), "accept")
    far = do(w.actor("内勤"), openers.return_pledge(w, valid_until=world.in_days(200)), "accept")
    assert (reminding.remind(), reminding.remind()) == (1, 0)
    with scoped(SYSTEM):
        told = [one.matter_id for one in Notice.objects.all() if "returns.near" in f"{one.template} {one.data}"]
    assert set(told) == {soon.pk}
    tick(now=calendar.start_of(world.in_days(20)) + dt.timedelta(hours=12))
    assert fresh(soon).state == "in_force", "its last day is its own"
    tick(now=calendar.start_of(world.in_days(21)) + dt.timedelta(hours=1))
    assert (fresh(soon).state, fresh(far).state) == ("run_out", "in_force") and not record(soon).live


def test_an_office_that_does_not_look_is_told(w, offered) -> None:
    tick(now=when.now() + dt.timedelta(days=30))
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(matter=offered, kind="return_pledge.late").exists()
    assert fresh(offered).state == "offered"


def test_one_shop_never_has_two_when_two_pledge_at_once(fresh_database) -> None:
    """The row of the shop is held: whoever comes second is told that there is one."""
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    from django.db import connection

    w, gate = made(), Barrier(2)

    def pledge(_n: int) -> str:
        gate.wait()
        try:
            with scoped(party_of(w.entity)) as actor:
                about = About("x", world.OFFICE, w.entity, w.premises)
                perform(PLEDGE, "pledge", actor, about=about, **terms())
            return "done"
        except NotOpen:
            return "told"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(pledge, range(2))) == ["done", "told"]
    with scoped(SYSTEM):
        assert ReturnPledge.objects.count() == 1
