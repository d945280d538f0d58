"""Which rows hold on a day; who may set them; what is refused, in words; nothing is ever altered."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import DatabaseError, transaction
from django.utils import translation
from tests import world
from tests.programmes.complaints.conftest import do, matter_of, order, take_in
from tests.programmes.complaints.routing.conftest import N, put

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.programmes.complaints.models import Item, RouteSet
from zhijian.programmes.complaints.routing import sets, words
from zhijian.programmes.complaints.routing.matching import DISTRICT, OFFICE, Row


def test_of_several_sets_the_one_that_begins_last_holds_and_of_one_day_the_newest(w):
    today = calendar.today()
    with scoped(SYSTEM):
        assert sets.in_force(today).rows == sets.FIRST and sets.in_force(today).made is None
    put(Row(DISTRICT), day=3)
    put(Row(OFFICE, kind="report"))
    last = put(Row(OFFICE, kind="complaint"))
    with scoped(SYSTEM):
        assert sets.in_force(today).made == last
        assert sets.in_force(today + dt.timedelta(days=3)).rows == (Row(DISTRICT),)
        assert sets.in_force(today - dt.timedelta(days=1)).rows == sets.FIRST


def test_until_somebody_sets_rules_the_office_of_the_shop_is_proposed(w, centre):
    take_in(centre, order())
    matter = matter_of(N)
    assert matter.item.office == ""
    do(centre, matter, "name", meant="confirmed", entity=w.entity.pk, premises=w.premises.pk)
    with scoped(SYSTEM):
        assert Item.objects.get(pk=matter.pk).office == world.OFFICE
    do(centre, matter, "pass_on", area=world.OFFICE)
    with scoped(SYSTEM):
        assert Item.objects.get(pk=matter.pk).office == "", "it is there"


def test_an_item_goes_by_the_rows_of_the_day_on_which_it_arrived(w, centre):
    take_in(centre, order())
    matter = matter_of(N)
    put(Row(world.SISTER, kind="complaint"), day=1)
    with scoped(SYSTEM):
        assert Item.objects.get(pk=matter.pk).office == ""
    put(Row(world.SISTER, kind="complaint"))
    with scoped(SYSTEM):
        assert Item.objects.get(pk=matter.pk).office == world.SISTER


def test_a_set_is_never_altered_and_its_entry_says_all_of_it(w):
    row = put(Row(OFFICE, kind="report", urgency=1))
    with scoped(SYSTEM):
        for act in (lambda: RouteSet.objects.update(reason="x"), row.delete):
            with pytest.raises(DatabaseError), transaction.atomic():
                act()
        (entry,) = LedgerEntry.objects.filter(kind="complaints.routes")
        assert entry.data["rows"] == ["report~~~~1~office~"] and "试行" in ledger.describe(entry, SYSTEM)


def test_heads_and_dispatchers_of_the_city_set_them_and_nobody_else(w):
    with scoped(SYSTEM):
        w.person("局长", Role.HEAD, world.CITY)
        w.person("领导", Role.LEADER, world.CITY)
    for name in ("市中心", "局长"):
        assert put(Row(OFFICE), actor=w.actor(name)).by_name == name
    for name in ("区中心", "领导", "所长", "甲"):
        with pytest.raises(sets.NotPermitted):
            put(Row(OFFICE), actor=w.actor(name))


def test_another_set_meanwhile_is_a_conflict_and_reason_and_day_are_asked_for(w):
    put(Row(OFFICE))
    with pytest.raises(sets.Changed):
        put(Row(DISTRICT), seen=0)
    with pytest.raises(sets.RouteRefused):
        put(Row(DISTRICT), day=-1)
    with pytest.raises(sets.RouteRefused):
        put(Row(DISTRICT), reason=" ")
    with scoped(SYSTEM):
        assert RouteSet.objects.count() == 1


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([Row("")], "第 1 行：请写明转给哪个单位"),
        ([Row(OFFICE), Row("370399999")], "第 2 行：市局以下没有单位“370399999”"),
        ([Row(world.CITY)], "市局以下没有单位"),
        ([Row(OFFICE, kind="case")], "没有这个种类"),
        ([Row(OFFICE, channel="pigeon")], "没有这个来源"),
        ([Row(OFFICE, urgency=7)], "没有这个紧急程度"),
        ([Row(OFFICE, area="99")], "没有辖区“99”"),
        ([Row(OFFICE, category="X1")], "没有类别“X1”"),
        ([Row(OFFICE, kind="report", category="P08")], "没有该问题类别"),
        ([Row(OFFICE, kind="enquiry", category="P08")], "没有该问题类别"),
        ([Row(OFFICE), Row(DISTRICT, kind="report")], "第 2 行永远用不上：前面的第 1 行"),
        ([Row(OFFICE, urgency=n % 3) for n in range(61)], "最多 60 行"),
    ],
)
def test_what_is_wrong_is_said_with_its_row(w, rows, said):
    with scoped(SYSTEM), translation.override("zh-hans"), pytest.raises(sets.RouteRefused) as refused:
        sets.check(rows)
    assert said in str(refused.value)


def test_a_row_reads_as_a_sentence_in_both_languages(w):
    row = Row(DISTRICT, "report", "hotline", "R01", world.DISTRICT, 1, True)
    with scoped(SYSTEM):
        with translation.override("en"):
            assert words.sentence(row) == (
                "Reports of violations · by 12345 hotline · about Food safety · in 张店 · Urgent at least"
                " → the district of the shop, straight"
            )
            assert words.sentence(Row(OFFICE)) == "Every item → the office of the shop, proposed"
        with translation.override("zh-hans"):
            assert words.sentence(row).endswith("→ 店铺所在区县，直接转办")
        assert words.of_code({"rule": "gone"}) == "gone"
