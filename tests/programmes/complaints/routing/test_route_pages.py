"""The pages: what is in force, rows changed by the address, tried, put into force, taken back; what an item says."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests import world
from tests.programmes.complaints.conftest import do, matter_of
from tests.programmes.complaints.routing.conftest import N, came, put
from tests.programmes.complaints.routing.test_trial import concluded

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.programmes.complaints.models import RouteSet
from zhijian.programmes.complaints.routing import sets
from zhijian.programmes.complaints.routing.matching import DISTRICT, OFFICE, Row

PAGE, TRIAL = "/complaints/routes/", "/complaints/routes/trial/"
REPORTS = Row(DISTRICT, kind="report", urgency=1, straight=True)


@pytest.fixture
def desk(w: world.World, client: Client) -> Client:
    """The city's dispatcher at the desk."""
    client.force_login(Person.objects.get(pk=w.people["市中心"].pk))
    return client


def sign_in(client: Client, w: world.World, name: str) -> Client:
    client.force_login(Person.objects.get(pk=w.people[name].pk))
    return client


def codes(*rows: Row) -> dict[str, object]:
    return {"set": "1", "row": [row.code for row in rows]}


def after(desk: Client, *rows: Row, **given: str) -> list[str]:
    """The rows in the address to which a button leads."""
    answer = desk.get(TRIAL, {**codes(*rows), **given})
    assert answer.status_code == 302, answer.content.decode()
    return parse_qs(urlsplit(answer["Location"]).query).get("row", [])


def sent(*rows: Row, **more: object) -> dict[str, object]:
    with scoped(SYSTEM):
        seen = sets.newest()
    return {**codes(*rows), "since": world.in_days(0).isoformat(), "reason": "试点", "seen": str(seen)} | more


def test_the_set_in_force_stands_in_sentences_with_its_author(desk, w):
    page = desk.get(PAGE).content.decode()
    assert "尚未设定规则" in page and "店铺所在监管所" in page
    put(REPORTS, Row(OFFICE), actor=w.actor("市中心"), reason="急件先到区县")
    put(Row(world.SISTER), day=2)
    page = desk.get(PAGE).content.decode()
    assert "急件先到区县" in page and "市中心" in page and "直接转办" in page and "科苑" in page


def test_buttons_move_change_add_and_remove_rows(desk):
    one, two, three = Row(OFFICE, kind="report"), Row(OFFICE, kind="complaint"), Row(DISTRICT, kind="enquiry")
    a, b, c = one.code, two.code, three.code
    assert after(desk, one, two, three, do="up-3") == [a, c, b]
    assert after(desk, one, two, three, do="down-1") == [b, a, c]
    assert after(desk, one, two, three, do="drop-2") == [a, c]
    assert after(desk, one, do="drop-1") == []
    assert after(desk, one, two, do="up-1") == after(desk, one, two, do="down-2") == [a, b]
    for nonsense in ("up-9", "up-0", "up", "spin-1", "up--1"):
        assert after(desk, one, two, do=nonsense) == [a, b]
    form = {"kind": "report", "urgency": "1", "to": DISTRICT, "how": "straight"}
    assert after(desk, two, do="keep", **form) == [b, REPORTS.code]
    assert after(desk, two, one, do="keep", edit="1", **form) == [REPORTS.code, a]


def test_a_row_that_cannot_be_kept_says_why_and_stays_in_the_form(desk):
    answer = desk.get(TRIAL, {**codes(), "do": "keep", "kind": "report", "to": ""})
    page = answer.content.decode()
    assert answer.status_code == 422 and "请写明转给哪个单位" in page
    assert '<option value="report" selected' in page


def test_an_address_that_somebody_cut_off_keeps_the_rows_that_can_be_read(desk):
    page = desk.get(TRIAL, {"set": "1", "row": [REPORTS.code, "report~~"], "edit": "7"})
    assert page.status_code == 200 and page.context["codes"] == [REPORTS.code]


def test_it_is_tried_put_into_force_and_taken_back(desk, w, centre):
    concluded(w, centre, "ZB1")
    page = desk.get(TRIAL, {**codes(REPORTS, Row(OFFICE)), "try": "1"}).content.decode()
    assert matter_of("ZB1").title in page and "让这些规则生效" in page
    with scoped(SYSTEM):
        assert not RouteSet.objects.exists(), "trying changes nothing"
    assert desk.post(TRIAL, sent(REPORTS)).status_code == 302
    assert desk.post(TRIAL, sent(Row(OFFICE), reason="改回")).status_code == 302
    with scoped(SYSTEM):
        first, _second = RouteSet.objects.order_by("pk")
        assert sets.rows_of(first) == (REPORTS,)
    answer = desk.post(PAGE, {**sent(reason="还是原来的好"), "again": str(first.pk)})
    assert answer["Location"] == PAGE
    with scoped(SYSTEM):
        assert sets.in_force(world.in_days(0)).rows == (REPORTS,)
        assert LedgerEntry.objects.filter(kind="complaints.routes").count() == 3
    assert desk.post(PAGE, {**sent(), "again": "0"}).status_code == 404


def test_another_set_meanwhile_is_a_conflict_on_both_pages_and_nothing_typed_is_lost(desk):
    old = put(REPORTS)
    stale = sent(Row(OFFICE), reason="我的理由")
    put(Row(DISTRICT))
    for address, more in ((TRIAL, {}), (PAGE, {"again": str(old.pk)})):
        answer = desk.post(address, {**stale, **more})
        assert answer.status_code == 409 and "我的理由" in answer.content.decode()
    with scoped(SYSTEM):
        assert RouteSet.objects.count() == 2


@pytest.mark.parametrize(
    ("more", "said"),
    [({"reason": " "}, "请写明"), ({"since": "x"}, "生效"), ({"since": "2020-01-01"}, "最早从今天起")],
)
def test_what_is_missing_is_said_and_the_form_kept(desk, more, said):
    answer = desk.post(TRIAL, sent(REPORTS, **more))
    page = answer.content.decode()
    assert answer.status_code == 422 and said in page and REPORTS.code in page


def test_a_set_with_a_row_that_nothing_reaches_is_not_tried(desk):
    answer = desk.get(TRIAL, {**codes(Row(OFFICE), Row(DISTRICT)), "try": "1"})
    assert answer.status_code == 422 and "第 2 行永远用不上" in answer.content.decode()
    assert "trial" not in answer.context
    assert desk.post(TRIAL, sent(Row(OFFICE), Row(DISTRICT))).status_code == 422


def test_no_row_at_all_can_be_put_into_force_and_a_person_routes_everything(desk):
    assert desk.post(TRIAL, sent()).status_code == 302
    with scoped(SYSTEM):
        assert sets.in_force(world.in_days(0)).rows == ()
    assert "每件都由人分派" in desk.get(PAGE).content.decode()


def test_who_reads_and_who_sets(client, w):
    with scoped(SYSTEM):
        w.person("领导", Role.LEADER, world.DISTRICT)
    for name in ("区中心", "所长", "领导"):
        sign_in(client, w, name)
        assert client.get(PAGE).status_code == client.get(TRIAL, {"try": "1"}).status_code == 200
        assert client.post(TRIAL, sent(REPORTS)).status_code == 403
        assert client.post(PAGE, {**sent(), "again": "1"}).status_code == 403
    for name in ("甲", "李桂芬"):
        sign_in(client, w, name)
        assert client.get(PAGE).status_code == client.get(TRIAL).status_code == 404


def test_an_item_says_where_it_should_go_and_by_which_row_and_so_does_the_form(desk, w, centre):
    matter = came(centre)
    assert "没有匹配的分派规则" in desk.get(f"/m/{matter.uid}/").content.decode()
    put(REPORTS, Row(world.SISTER, kind="complaint", category="P04"))
    page = desk.get(f"/m/{matter.uid}/").content.decode()
    assert "科苑" in page and "第 2 行" in page and f'href="{PAGE}"' in page
    form = desk.get(f"/m/{matter.uid}/pass_on/").content.decode()
    assert f'<option value="{world.SISTER}" selected' in form and "第 2 行" in form
    do(centre, matter, "pass_on", area=world.SISTER)
    assert "没有匹配的分派规则" not in desk.get(f"/m/{matter.uid}/").content.decode(), "nothing lies below an office"


def test_a_call_is_passed_on_where_the_rules_propose(desk, w):
    put(Row(world.NEIGHBOUR, kind="complaint"))
    call = {"sort": "complaint", "f-channel": "phone", "f-text": "吃出头发，要求退款。", "pass_on": "1"}
    page = desk.post("/complaints/new/", call, follow=True).content.decode()
    assert "已转淄川" in page


def test_the_pages_take_as_many_queries_for_many_rows_as_for_few(desk, w, centre):
    def queries(address: str, given: dict[str, object]) -> int:
        desk.get(address, given)
        with CaptureQueriesContext(connection) as caught:
            assert desk.get(address, given).status_code == 200
        return len(caught)

    put(Row(OFFICE))
    concluded(w, centre, N)
    few = queries(PAGE, {}), queries(TRIAL, {**codes(Row(OFFICE)), "try": "1"})
    many = [Row(OFFICE, category=f"P{n:02d}", straight=True) for n in range(1, 20)]
    put(*many)
    put(Row(OFFICE))
    for n in range(2, 5):
        concluded(w, centre, f"ZB{n}")
    assert (queries(PAGE, {}), queries(TRIAL, {**codes(*many), "try": "1"})) == few
