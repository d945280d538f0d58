"""Published complaints: which of them, the shop objects first, for how long, and gone at once when one no longer holds.

Counts only: nothing of who complained or of what they wrote, and nothing of a report.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from typing import Any

import pytest
from django.test import Client
from tests import openers, world

from zhijian.kernel.accounts.actor import SYSTEM, Actor, party_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.waiting import lines
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.ticking import tick
from zhijian.kernel.packs.models import LocalRule
from zhijian.kernel.party.doors import KEY, sealed
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.complaints.models import Item, Line, Tally

pytestmark = pytest.mark.django_db


@pytest.fixture
def w() -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.inspector, made.second, made.head, made.stranger
        return made


def fresh(matter: Matter) -> Matter:
    with scoped(SYSTEM):
        return Matter.objects.select_related("entity", "premises").get(pk=matter.pk)


def do(actor: Actor, matter: Matter, verb: str, **told: Any) -> Matter:
    with scoped(actor):
        return perform(fresh(matter), verb, actor, **told)


def line_of(of: Matter) -> Matter | None:
    with scoped(SYSTEM):
        found = Line.objects.filter(of=of).select_related("matter").order_by("-pk").first()
        return found.matter if found is not None else None


def complaint(w: world.World, end: str = "settle", outcome: str = "solved", **item: Any) -> Matter:
    """One that has ended so, and was answered."""
    of = openers.item(w, "complaint")
    with scoped(SYSTEM):
        if end == "settle":
            perform(of, "settle", SYSTEM, why="商家退款")
        elif end == "end":
            perform(of, "accept", SYSTEM)
            perform(of, "end", SYSTEM, ground="1", why="双方分歧太大")
        elif end == "withdraw":
            perform(of, "withdraw", SYSTEM, reason="已自行和解")
        else:
            perform(of, "refuse", SYSTEM, ground="1", why="不属本机关")
        Item.objects.filter(pk=of.pk).update(**item)
        perform(of, "reply", SYSTEM, reply="双方的情况已经答复。", outcome=outcome)
        return perform(of, "approve", SYSTEM)


def later(days: int) -> dt.datetime:
    return calendar.start_of(world.in_days(days)) + dt.timedelta(hours=12)


def shown(w: world.World, **more: Any) -> tuple[Matter, Matter]:
    """A complaint that is counted in public, and its line."""
    of = complaint(w, **more)
    tick(now=later(20), kind="complaint_line")
    line = line_of(of)
    assert line is not None
    return of, line


def page(address: str = "/c/shops/") -> str:
    return str(Client().get(address).content.decode())


def numbers() -> dict[str, tuple[int, int]]:
    with scoped(SYSTEM):
        rows = Tally.objects.filter(n__gt=0)
        return {row.category or row.entity.name: (row.n, row.settled) for row in rows.select_related("entity")}


# Which of them


@pytest.mark.parametrize(("end", "made"), [("settle", True), ("end", True), ("withdraw", False), ("refuse", False)])
def test_only_after_the_outcomes_of_the_rule(w, end, made) -> None:
    assert (line_of(complaint(w, end)) is not None) is made


@pytest.mark.parametrize("item", [{"secret": True}, {"meant": "absent"}, {"meant": "open"}])
def test_never_what_is_secret_nor_while_the_shop_is_not_confirmed(w, item) -> None:
    assert line_of(complaint(w, **item)) is None


def test_never_what_was_found_without_ground(w) -> None:
    assert line_of(complaint(w, unreasonable_sure=w.head.pk)) is None


def test_never_a_report(w) -> None:
    report = openers.item(w, "report")
    with scoped(SYSTEM):
        perform(report, "decide", SYSTEM, filed=True, why="属实")
        perform(report, "reply", SYSTEM, reply="举报属实，已经立案。", outcome="solved")
        perform(report, "approve", SYSTEM)
        assert not Line.objects.exists()


def test_where_the_place_says_so_only_with_the_complainant_s_consent(w) -> None:
    with scoped(SYSTEM):
        LocalRule.objects.create(
            rule="complaints.publish_consent", since=world.SINCE, value=True, basis="本局决定", reason="测试",
            by_name="", replaces="",
        )  # fmt: skip
    assert line_of(complaint(w)) is None
    assert line_of(complaint(w, consent_publish=True)) is not None


# The shop first


def test_the_shop_is_told_and_may_object_until_its_day_and_without_a_word_it_is_shown(w) -> None:
    line = line_of(complaint(w))
    day, _provisional = calendar.add_working_days(calendar.today(), 5)
    assert (line.state, line.due) == ("waiting", day)
    client = Client()
    session = client.session
    session[KEY] = sealed("13805330000")
    session.save()
    assert f"/my/{line.uid}/" in client.get("/my/").content.decode()
    html = client.get(f"/my/{line.uid}/").content.decode()
    assert "将计入公示" in html and f"{day}" in html
    for word in ("张先生", "13805331234", "异物", "水晶街 9"):
        assert word not in html
    assert numbers() == {} and "清风小馆" not in page()
    tick(now=calendar.start_of(day) + dt.timedelta(hours=20), kind="complaint_line")
    assert fresh(line).state == "waiting", "the whole day is the shop's"
    tick(now=calendar.start_of(day) + dt.timedelta(days=1, hours=1), kind="complaint_line")
    assert fresh(line).state == "shown" and "清风小馆" in page() and "1 件" in page()


def test_an_objection_holds_it_back_until_the_office_decides(w) -> None:
    line = line_of(complaint(w))
    do(party_of(w.entity), line, "object", objection="投诉的是隔壁店")
    tick(now=later(60), kind="complaint_line")
    assert fresh(line).state == "objected" and numbers() == {}
    with scoped(w.actor("所长")) as head:
        assert any("投诉公示异议" in str(one.words) for one in lines(head))
    with pytest.raises(NotAllowed):
        do(w.actor("甲"), line, "dismiss", answer="属实")
    do(w.actor("所长"), line, "dismiss", answer="核对过小票，是本店")
    assert numbers() == {"-": (1, 1), w.entity.name: (1, 1)}
    other = line_of(complaint(w))
    do(party_of(w.entity), other, "object", objection="投诉的是隔壁店")
    do(w.actor("所长"), other, "uphold", answer="确是隔壁店")
    tick(now=later(60), kind="complaint_line")
    assert fresh(other).state == "kept_back" and numbers()[w.entity.name] == (1, 1)


# How long, and gone at once


def test_it_leaves_by_itself_after_its_term(w) -> None:
    _of, line = shown(w)
    tick(now=later(20 + 364), kind="complaint_line")
    assert fresh(line).state == "shown"
    tick(now=later(20 + 367), kind="complaint_line")
    assert fresh(line).state == "over" and numbers() == {} and "清风小馆" not in page()


def test_handled_again_or_about_another_shop_it_goes_at_once(w) -> None:
    of, line = shown(w)
    with scoped(SYSTEM):
        perform(fresh(of), "reopen", SYSTEM, reason="诉求人补充证据")
    assert fresh(line).state == "taken_down" and numbers() == {}
    with scoped(SYSTEM):
        other = Entity.objects.create(name="隔壁餐饮", area=world.OFFICE)
        place = Premises.objects.create(entity=other, name="隔壁小馆", area=world.OFFICE)
        perform(fresh(of), "name", SYSTEM, meant="confirmed", entity=other.pk, premises=place.pk)
        perform(fresh(of), "settle", SYSTEM, why="退款")
        perform(fresh(of), "reply", SYSTEM, reply="双方的情况已经答复。", outcome="solved")
        perform(fresh(of), "approve", SYSTEM)
    again = line_of(of)
    assert (again.state, again.entity_id) == ("waiting", other.pk)
    with pytest.raises(NotOpen):
        do(w.actor("所长"), line, "again", reason="误撤")


def test_a_line_whose_shop_is_no_longer_sure_goes_at_once(w) -> None:
    """However the link is changed: also where the complaint is still being written."""
    of, line = shown(w)
    with scoped(SYSTEM):
        Matter.objects.filter(pk=of.pk).update(state="concluded", closed=None)
        perform(fresh(of), "name", SYSTEM, meant="absent")
    assert fresh(line).state == "taken_down" and "清风小馆" not in page()


def test_taken_down_by_mistake_it_comes_back_and_the_shop_may_object_again(w) -> None:
    _of, line = shown(w)
    do(w.actor("所长"), line, "take_down", why="误操作")
    assert numbers() == {}
    back = do(w.actor("所长"), line, "again", reason="误撤，予以恢复")
    assert back.state == "waiting" and back.due is not None and back.closed is None


# What everybody reads


def test_by_shop_and_by_kind_narrowed_by_area_and_name(w) -> None:
    shown(w, category="P04")
    shown(w, end="end", outcome="unsolved", category="P04")
    shown(w, category="P08")
    assert numbers() == {"P04": (2, 1), "P08": (1, 1), w.entity.name: (3, 2)}
    assert "3 件" in page() and "调解成功 2 件" in page()
    kinds = page("/c/kinds/")
    assert kinds.index("食品安全") < kinds.index("价格") and "2 件" in kinds
    assert "清风小馆" not in page(f"/c/shops/?area={world.NEIGHBOUR}")
    assert "清风小馆" in page(f"/c/shops/?area={world.OFFICE}") and "食品安全" in page(
        f"/c/kinds/?area={world.DISTRICT}"
    )
    assert "清风小馆" in page("/c/shops/?q=清风") and "清风小馆" not in page("/c/shops/?q=没有")
    assert Client().get("/c/shops/?area=x&after=x.y&q=%00").status_code == 200
    for word in ("张先生", "13805331234", "异物", "退款"):
        assert word not in page() + kinds


def test_many_shops_are_paged_by_their_numbers(w) -> None:
    with scoped(SYSTEM):
        for n in range(45):
            shop = Entity.objects.create(name=f"商户{n}", area=world.OFFICE)
            Tally.objects.create(area=world.OFFICE, entity=shop, n=1 + n // 3, settled=0)
    client, after, seen = Client(), "", []
    while True:
        told = client.get(f"/c/shops/?after={after}").context
        seen += [(row.n, row.entity.name) for row in told["rows"]]
        after = told["after"]
        if not after:
            break
    assert len(seen) == len(set(seen)) == 45 and [n for n, _name in seen] == sorted((n for n, _ in seen), reverse=True)


def test_a_neighbour_s_head_decides_nothing_and_sees_no_line(w) -> None:
    line = line_of(complaint(w))
    client = Client()
    client.force_login(w.stranger)
    assert client.get(f"/m/{line.uid}/").status_code == 404
    w.person("区长", Role.LEADER, world.DISTRICT)
    assert do(w.actor("区长"), line, "take_down", why="不宜公示").state == "taken_down"


def test_the_counts_are_those_of_the_lines_whatever_happens(w) -> None:
    """A random walk over many lines: at each moment the counts say what the lines say."""
    dice, head, shop = random.Random(7), w.actor("所长"), party_of(w.entity)
    found = [line_of(complaint(w, end=dice.choice(["settle", "end"]), category="P04")) for _n in range(6)]
    acts = {
        "waiting": [lambda m: do(shop, m, "object", objection="不属实"), lambda m: do(SYSTEM, m, "publish")],
        "objected": [lambda m: do(head, m, "dismiss", answer="属实"), lambda m: do(head, m, "uphold", answer="不属实")],
        "shown": [lambda m: do(head, m, "take_down", why="撤下"), lambda m: do(SYSTEM, m, "end")],
        "taken_down": [lambda m: do(head, m, "again", reason="恢复")],
        "kept_back": [lambda m: do(head, m, "again", reason="恢复")],
    }
    for _step in range(60):
        line = fresh(dice.choice(found))
        if can := acts.get(line.state):
            dice.choice(can)(line)
        with scoped(SYSTEM):
            rows = list(Line.objects.filter(matter__state="shown").values_list("category", "settled"))
        expected = Counter(category for category, _settled in rows)
        total = (len(rows), sum(settled for _category, settled in rows))
        told = numbers()
        assert told.get("P04", (0, 0))[0] == expected["P04"] and told.get(w.entity.name, (0, 0)) == total
