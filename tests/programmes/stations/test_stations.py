"""A station from its application to its plaque and its public page; its log; how it ends and comes back."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from tests import openers, world
from tests.programmes.stations.conftest import do, fresh, send, station

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.waiting import lines
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotFound, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About
from zhijian.kernel.party.doors import KEY, sealed
from zhijian.programmes.stations import entering, rules
from zhijian.programmes.stations.models import LogEntry, Station

TOLD = {"name": "水晶社区服务站", "address": "水晶街 3 号", "phone": "0533-2180088", "hours": "8:30—17:00"}


def client_of(w: world.World, name: str) -> Client:
    client = Client()
    client.force_login(w.people[name])
    return client


def of(matter: Matter) -> Station:
    with scoped(SYSTEM):
        return Station.objects.select_related("matter").get(pk=matter.pk)


def points(sort: str = "community", less: int = 0) -> dict[str, int]:
    """The most for each item, but so much less for the first."""
    items = list(rules.standard(sort, calendar.today()).values())
    return {str(n): most - (less if n == 1 else 0) for n, most in enumerate(items, 1)}


def test_from_the_application_to_the_plaque(w):
    page = client_of(w, "内勤")
    address = reverse("open", args=["station", "enter"])
    sent = {f"f-{name}": value for name, value in TOLD.items()}
    sent |= {"f-sort": "community", "f-area": world.OFFICE}
    answer = page.post(address, sent)
    assert answer.status_code == 302, answer.content.decode()
    with scoped(SYSTEM):
        made = Matter.objects.get(kind="station")
    assert (made.title, made.area, made.state, made.entity_id) == (TOLD["name"], world.OFFICE, "applied", None)
    with scoped(w.actor("内勤")) as clerk:
        assert any("1 件设站申请" in one.words for one in lines(clerk))

    look = reverse("station_look", args=[made.uid])
    assert page.get(look).status_code == 200
    half = {"p1": "15", "f1": "挂在门口", "version": str(made.version)}
    answer = page.post(look, half)
    assert answer.status_code == 422 and 'value="挂在门口"' in answer.content.decode()
    whole = {f"p{n}": str(value) for n, value in points().items()} | {"f1": "挂在门口"}
    assert page.post(look, whole).status_code == 302
    assert (of(made).points, of(made).looked[0]["found"], of(made).looked_by) == (100, "挂在门口", w.people["内勤"])

    with pytest.raises(NotAllowed):
        do(w.actor("内勤"), made, "approve")
    done = do(w.actor("所长"), made, "approve")
    assert done.state == "in_force" and of(made).code and of(made).approved_on == calendar.today()

    public = Client()
    answer = public.get(f"/d/{of(made).code}/")
    assert answer.status_code == 302 and answer["Location"] == reverse("station_public", args=[of(made).code])
    text = public.get(answer["Location"]).content.decode()
    assert TOLD["name"] in text and TOLD["phone"] in text and made.number in text and "在册" in text
    pdf = public.get(reverse("station_plaque", args=[of(made).code]))
    said = PdfReader(io.BytesIO(pdf.content)).pages[0].extract_text()
    assert TOLD["name"] in said and made.number in said


def test_who_looked_does_not_approve_and_too_few_points_are_too_few(w):
    made = openers.station(w, sort="community")
    do(w.actor("所长"), made, "look", given=points())
    with pytest.raises(NotOpen, match="验收人"):
        do(w.actor("所长"), made, "approve")
    do(w.actor("所长"), made, "look_again", why="现场再看一次")
    assert of(made).points is None
    with pytest.raises(NotOpen, match="先按标准"):
        do(w.actor("所长"), made, "approve")
    most = points()
    low = {n: (0 if n in ("1", "2") else value) for n, value in most.items()}
    do(w.actor("内勤"), made, "look", given=low)
    assert of(made).points == 70
    with pytest.raises(NotOpen, match="合格线"):
        do(w.actor("所长"), made, "approve")
    do(w.actor("所长"), made, "refuse", why="没有固定场所")
    assert (fresh(made).state, of(made).why, of(made).code) == ("refused", "没有固定场所", "")
    assert Client().get(reverse("station_public", args=["0000000000"])).status_code == 404
    with pytest.raises(NotOpen):
        do(w.actor("所长"), made, "restore", why="改好了")


@pytest.mark.parametrize("wrong", [{"1": 15}, {**{str(n): 1 for n in range(1, 8)}, "8": 1}, {}])
def test_each_item_gets_its_points(w, wrong):
    made = openers.station(w, sort="community")
    with pytest.raises(NotOpen):
        do(w.actor("内勤"), made, "look", given=wrong)
    with pytest.raises(NotOpen):
        do(w.actor("内勤"), made, "look", given={**points(), "1": 16})


def test_strangers_find_nothing(w):
    made = openers.station(w)
    with pytest.raises(NotFound):
        do(w.actor("邻区内勤"), made, "look", given=points("trade"))
    for address in ("station_look", "station_key"):
        assert client_of(w, "邻区内勤").post(reverse(address, args=[made.uid])).status_code == 404


def test_an_enterprise_applies_by_its_account(w):
    client = Client()
    address = reverse("party_station")
    assert client.get(address).status_code == 302  # nobody is signed in
    session = client.session
    session[KEY] = sealed(w.entity.phone)
    session.save()
    assert address in client.get(reverse("party_account")).content.decode()
    assert w.entity.name in client.get(address).content.decode()
    sent = {"sort": "odr", "name": "清风ODR", "address": "水晶街 1 号", "phone": "0533-2180077", "hours": "9:00—18:00"}
    assert client.post(address, {**sent, "phone": "1"}).status_code == 422
    answer = client.post(address, sent)
    assert answer.status_code == 302, answer.content.decode()
    with scoped(SYSTEM):
        made = Matter.objects.get(kind="station")
    assert (made.entity_id, made.state, made.area) == (w.entity.pk, "applied", world.OFFICE)
    assert client.get(answer["Location"]).status_code == 200
    again = client.post(address, sent)
    assert again.status_code == 422 and "已经申请" in again.content.decode()
    assert client.post(address, {**sent, "sort": "bureau"}).status_code == 422


def test_an_odr_enterprise_is_on_the_register(w):
    about, told = About("", world.OFFICE), {**TOLD, "sort": "odr", "area": world.OFFICE}
    with scoped(w.actor("内勤")) as actor:
        for holder in ("", "91370303NOBODY0001"):
            with pytest.raises(BadFacts):
                entering.enter(actor, about, {**told, "holder": holder})
        made = entering.enter(actor, about, {**told, "holder": w.entity.code})
        assert made.entity_id == w.entity.pk
        with pytest.raises(BadFacts):
            entering.enter(actor, about, {**told, "holder": w.entity.code})


def test_the_workers_page_opens_by_its_code_until_a_new_one_is_given(w):
    one = station("水晶社区服务站", "community")
    answer = client_of(w, "内勤").post(reverse("station_key", args=[one.matter.uid]))
    assert answer.status_code == 200
    with scoped(w.actor("内勤")) as actor:
        key = entering.give_key(fresh(one.matter), actor)
    text = Client().get(reverse("station_door", args=[key])).content.decode()
    assert "水晶社区服务站" in text and "没有待处理" in text
    with scoped(w.actor("内勤")) as actor:
        entering.give_key(fresh(one.matter), actor)
    assert Client().get(reverse("station_door", args=[key])).status_code == 404
    do(w.actor("所长"), one.matter, "withdraw", why="长期无人值守")
    with scoped(SYSTEM):
        assert not Station.objects.exclude(key_mark="").exists()


def test_wrong_codes_are_counted(w):
    one = station("水晶社区服务站", "community")
    with scoped(w.actor("内勤")) as actor:
        key = entering.give_key(fresh(one.matter), actor)
    for _n in range(21):
        assert Client().get(reverse("station_door", args=["ABCD"])).status_code == 404
    assert Client().get(reverse("station_door", args=[key])).status_code == 404


def test_the_log_is_written_by_the_worker_and_goes_out_as_excel(w):
    one = station("水晶社区服务站", "community")
    with scoped(w.actor("内勤")) as actor:
        key = entering.give_key(fresh(one.matter), actor)
    act = reverse("station_door_act", args=[key, one.matter.uid, "log"])
    today = calendar.today()
    late = {"day": (today + dt.timedelta(days=1)).isoformat(), "what": "退货纠纷", "ended": "settled"}
    answer = Client().post(act, late)
    assert answer.status_code == 422 and "还没到" in answer.content.decode() and "退货纠纷" in answer.content.decode()
    assert Client().post(act, {**late, "day": today.isoformat(), "amount": "59.90"}).status_code == 302
    with scoped(SYSTEM):
        line = LogEntry.objects.get()
    assert (line.what, line.ended, line.amount, line.area) == ("退货纠纷", "settled", Decimal("59.90"), world.OFFICE)
    assert "退货纠纷" in client_of(w, "所长").get(reverse("station_log")).content.decode()
    assert "退货纠纷" not in client_of(w, "外区").get(reverse("station_log")).content.decode()
    withdraw = reverse("station_door_act", args=[key, one.matter.uid, "give_up"])
    assert Client().post(withdraw, {"why": "不想做了"}).status_code == 409
    assert Client().post(reverse("station_door_act", args=[key, one.matter.uid, "refuse"])).status_code == 404


def test_an_enterprise_writes_its_log_on_its_own_page(w):
    made = openers.station(w, "in_force")
    with scoped(SYSTEM):
        token = make_link(w.entity, made)
    page = Client().get(f"/p/{token}/")
    assert page.status_code == 200 and "登记台账" in page.content.decode()
    told = {"day": calendar.today().isoformat(), "what": "换货", "ended": "settled"}
    assert Client().post(f"/p/{token}/{made.uid}/log/", told).status_code == 302
    with scoped(SYSTEM):
        assert LogEntry.objects.get().station_id == made.pk
    with pytest.raises(NotOpen):
        do(party_of(w.entity), made, "log", day=world.in_days(2), what="换货", ended="settled")


def test_a_withdrawn_station_says_so_and_comes_back(w, complaint):
    one = station("水晶社区服务站", "community")
    sent = send(w.actor("甲"), complaint, one)
    do(w.actor("所长"), one.matter, "withdraw", why="长期无人值守")
    assert fresh(sent).state == "returned"
    code = of(one.matter).code
    text = Client().get(reverse("station_public", args=[code])).content.decode()
    assert "已摘牌" in text and TOLD["phone"] not in text
    assert Client().get(reverse("station_plaque", args=[code])).status_code == 404
    assert "水晶社区服务站" not in Client().get(reverse("station_list")).content.decode()
    do(w.actor("所长"), one.matter, "restore", why="已整改")
    assert (of(one.matter).code, of(one.matter).why) == (code, "")
    assert "水晶社区服务站" in Client().get(reverse("station_list")).content.decode()


def test_the_public_list_is_narrowed(w):
    station("水晶社区服务站", "community")
    station("般阳路服务站", "bureau", world.NEIGHBOUR_OFFICE)
    page = Client().get(reverse("station_list"), {"area": world.DISTRICT}).content.decode()
    assert "水晶社区服务站" in page and "般阳路服务站" not in page
    page = Client().get(reverse("station_list"), {"sort": "bureau", "after": "x", "area": "?"}).content.decode()
    assert "水晶社区服务站" not in page and "般阳路服务站" in page
