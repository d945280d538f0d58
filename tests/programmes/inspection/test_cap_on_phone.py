"""The phone says how an enterprise's year stands: the desk's numbers, the desk's words, without network."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.utils.translation import override
from tests import world
from tests.gateways.field.test_field import phone, w  # noqa: F401 -- fixtures
from tests.openers import closed_visit
from tests.phone import Phone
from tests.programmes.inspection.test_capping import today_and

from zhijian.config.places import CHECKOUT
from zhijian.kernel.accounts.actor import SYSTEM, subtree
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.packs import current
from zhijian.kernel.packs.models import LocalRule
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.fair import capping, shown
from zhijian.programmes.inspection.fair import phone as fair
from zhijian.programmes.inspection.models import Inspection

LOCALE = CHECKOUT / "web/field/src/locale"


def rule(name: str, value: Any) -> None:
    current.forget()
    with scoped(SYSTEM):
        current.own()  # of this clone of the database: another one had a row of the same number
        LocalRule.objects.create(
            rule=name, since=world.SINCE, value=value, basis="本局决定", reason="测试",
            by_name="", replaces="",
        )  # fmt: skip


def test_the_phone_gets_the_numbers_that_the_desk_counts(phone: Phone, w: world.World) -> None:  # noqa: F811
    rule("inspection.frequency_cap", {"any": 3, "special": 1})
    closed_visit(w)
    outside = closed_visit(w)
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=outside.pk).update(outside="complaint", outside_reason="12315")
        Premises.objects.filter(pk=w.premises.pk).update(risk="B")
    today_and(w)
    status, told = phone.call("GET", f"pull?since={phone.cursor}")
    assert status == 200
    years = told["years"]
    day = calendar.today()
    assert (years["year"], years["cap"], years["by_premises"]) == (day.year, {"any": 3, "special": 1}, False)
    (one,) = [each for each in years["visits"] if each["of"] == str(w.entity.uid)]
    desk = capping.standing(w.entity, day, "routine", premises=w.premises)
    assert sum(one["counted"].values()) == desk.counted == 2
    assert one["outside"] == desk.outside == 1
    phone.pull()
    assert phone.data["premises"][str(w.premises.uid)]["risk"] == "B"
    _, again = phone.call("GET", f"pull?since={phone.cursor}")
    assert "years" not in again, "what the phone holds is not sent again"
    with scoped(SYSTEM):
        other = fair.years([subtree(world.NEIGHBOUR)], day)
    assert other["visits"] == [], "of the areas that the phone has"


def test_where_each_of_the_premises_is_counted_by_itself_the_key_is_theirs(w: world.World) -> None:  # noqa: F811
    rule("inspection.cap_counts", "premises")
    closed_visit(w)
    years = fair.years([subtree(world.OFFICE)], calendar.today())
    assert years["by_premises"] is True
    assert [one["of"] for one in years["visits"]] == [str(w.premises.uid)]


@pytest.mark.parametrize(("language", "file"), [("zh-hans", "zh.ts"), ("en", "en.ts")])
@pytest.mark.parametrize("bound", [None, 1, 4])
@pytest.mark.parametrize(("n", "outside"), [(1, 0), (1, 1), (4, 2)])
def test_both_say_the_same(language: str, file: str, bound: int | None, n: int, outside: int) -> None:
    told = dict(re.findall(r'^  "(year\.\w+)": (".*"),$', (LOCALE / file).read_text("utf-8"), re.M))
    words = {key: json.loads(value) for key, value in told.items()}
    year = capping.Standing(2026, n, outside, ((n, bound),) if bound else ())
    pick = lambda key, count: words[f"{key}_one" if count == 1 else key]  # noqa: E731
    said = [pick("year.cap" if bound else "year.free", n).format(year=2026, n=n, cap=bound)]
    said += [words["year.reached"]] if year.reached else []
    with override(language):
        # Only the desk tells how many stand outside the cap: the phone's page is shown at the shop, and a visit that a
        # complaint caused looks there like any other.
        desk = shown.sentence(capping.Standing(2026, n, 0, year.bounds))
        assert desk == " ".join(said)
        assert (shown.sentence(year) == desk) == (not outside)
    assert not any(key.startswith("year.outside") for key in words)
