"""Told on the bureau's own pages: three fields, a code to follow; registered by staff, or by the platform's own way."""

from __future__ import annotations

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from tests import world
from tests.kernel.evidence.pictures import jpeg
from tests.programmes.complaints.conftest import do, order, take_in
from tests.programmes.complaints.test_complaint_figures import number

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.desk.waiting import lines
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.matters.errors import NotAllowed
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.complaints import public, telling
from zhijian.programmes.complaints.models import Item

TOLD = {"said_name": "水晶街清风小馆", "text": "昨晚吃出头发，要求退款 68 元。", "phone": "138 0533 1234"}


def send(client: Client, sort: str = "complaint", **more: object) -> str:
    """Tell it; returns the code of the page that it leads to."""
    answer = client.post(f"/c/new/{sort}/", {**TOLD, **more})
    assert answer.status_code == 302, answer.content.decode()
    found = re.fullmatch(r"/c/([2-9A-Z]{12})/\?new=1", answer["Location"])
    assert found
    return found[1]


def item_of(code: str) -> Item:
    found = telling.by_code(code)
    assert found is not None
    return found


def running(item: Item) -> set[str]:
    with scoped(SYSTEM):
        return set(Clock.objects.filter(matter=item.matter, stopped=None).values_list("rule", flat=True))


def test_the_law_s_clocks_begin_when_staff_register_it(w: world.World, client: Client, centre) -> None:
    """Order 121 art. 8, 40: our own pages are no lawful way in."""
    item = item_of(send(client))
    assert (item.matter.state, item.channel, item.sort, item.matter.area) == ("told", "portal", "complaint", world.CITY)
    assert running(item) == {"complaints.portal_within", "complaints.contact_within"}
    with scoped(centre):
        waits = [line.words for line in lines(centre)]
    assert waits == ["投诉：1 件网上提交待登记"]
    matter = do(centre, item.matter, "take_in")
    assert matter.state == "received" and matter.opened > item.matter.opened
    assert running(item) == {"complaints.accept_within", "complaints.contact_within"}


def test_what_the_law_does_not_bind_is_received_at_once(w: world.World, client: Client) -> None:
    item = item_of(send(client, "suggestion", phone=""))
    assert (item.matter.kind, item.sort, item.matter.state) == ("enquiry", "suggestion", "received")


def test_who_told_it_follows_it_by_the_code_alone_and_reads_the_answer(w: world.World, client: Client, centre) -> None:
    code = send(client)
    page = client.get(f"/c/{code}/?new=1")
    said = page.content.decode()
    assert telling.written(code) in said and "已收到" in said and page["X-Robots-Tag"] == "noindex"
    assert TOLD["phone"] not in said.split("<textarea")[0], "whoever looks over the shoulder reads no number"
    with scoped(SYSTEM):
        assert not Item.objects.filter(follow_mark__contains=code).exists(), "the code itself is kept nowhere"
        assert code not in str(list(LedgerEntry.objects.values("data")))
    matter = do(centre, item_of(code).matter, "take_in")
    do(centre, matter, "assign", assignee=w.people["市中心"].pk)
    said = client.get(f"/c/{telling.written(code).lower()}/").content.decode()
    assert "正在办理" in said and "已有专人办理" in said
    assert "市中心" not in said, "who is in charge is told by telephone, not on a page"


@pytest.mark.parametrize("typed", ["ABCD-EFGH-JKMN", "x", "ABCD", "a" * 300])
def test_a_code_of_nobody_says_so_and_after_many_tries_nobody_gets_in(w, client, typed: str) -> None:
    assert client.get(f"/c/{typed}/").status_code == 404
    code = send(client)
    for _n in range(public.MISSED):
        client.get("/c/ABCDEFGHJKMN/")
    assert client.get(f"/c/{code}/").status_code == 429, "a machine that tries codes learns nothing even when it hits"
    assert client.get(f"/c/{code}/", REMOTE_ADDR="10.9.9.9").status_code == 200


def test_more_is_told_in_a_second_step_and_nothing_told_before_is_lost(w: world.World, client: Client) -> None:
    code = send(client)
    said = client.get(f"/c/{code}/").content.decode()
    assert "真实姓名" in said and "便于受理" in said, "asked for, not refused"
    answer = client.post(
        f"/c/{code}/more/", {"person": "张三", "address": "水晶街 9 号", "claim": ["refund"], "amount": "68"}
    )
    assert answer.status_code == 302
    item = item_of(code)
    assert (str(item.person), str(item.phone), item.claim, str(item.text)) == (
        "张三", "138 0533 1234", ["refund"], TOLD["text"],
    )  # fmt: skip
    client.post(f"/c/{code}/more/", {"more": "小票找到了。"})
    assert str(item_of(code).text) == f"{TOLD['text']}\n\n小票找到了。"
    assert "便于受理" not in client.get(f"/c/{code}/").content.decode()


def test_photos_are_judged_by_their_content_and_what_was_typed_stays(w: world.World, client: Client) -> None:
    bad = SimpleUploadedFile("a.jpg", b"<script>", "image/jpeg")
    answer = client.post("/c/new/complaint/", {**TOLD, "photos": [bad]})
    assert answer.status_code == 422 and TOLD["text"] in answer.content.decode()
    with scoped(SYSTEM):
        assert not Matter.objects.exists(), "nothing half"
    item = item_of(send(client, photos=[SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")]))
    with scoped(SYSTEM):
        assert File.objects.filter(matter=item.matter, kind="photo").count() == 1


@pytest.mark.parametrize(
    ("phone", "sort", "ok"), [("", "complaint", False), ("abc", "complaint", False), ("", "report", True)]
)
def test_a_complaint_needs_somebody_to_speak_to_and_a_report_does_not(w, client, phone, sort, ok) -> None:
    answer = client.post(f"/c/new/{sort}/", {**TOLD, "phone": phone})
    assert answer.status_code == (302 if ok else 422)
    assert ok or TOLD["text"] in answer.content.decode()


def test_from_one_address_only_so_much_is_taken(w: world.World, client: Client) -> None:
    for _n in range(public.TOLD):
        send(client, "report")
    answer = client.post("/c/new/report/", TOLD)
    assert answer.status_code == 429 and TOLD["text"] in answer.content.decode()


def test_the_door_s_code_names_the_shop_and_the_shop_never_sees_it(w: world.World, client: Client) -> None:
    page = client.get(f"/d/{w.premises.door_code}/").content.decode()
    assert f"/c/?d={w.premises.door_code}" in page
    form = client.get(f"/c/new/report/?d={w.premises.door_code}").content.decode()
    assert w.premises.name in form and 'name="said_name"' not in form
    answer = client.post("/c/new/report/", {"d": w.premises.door_code, "text": "后厨有老鼠，请查处。", "phone": ""})
    item = item_of(answer["Location"].split("/")[2])
    assert (item.channel, item.meant, item.matter.premises_id) == ("door", "confirmed", w.premises.pk)
    assert item.matter.area == world.DISTRICT
    with scoped(party_of(w.entity)):
        assert not Matter.objects.filter(pk=item.pk).exists()


def test_whoever_tells_the_platform_himself_is_put_together_with_what_stands_here(w, client, centre) -> None:
    code = send(client)
    ready = re.search(r'<textarea id="ready"[^>]*>(.*?)</textarea>', client.get(f"/c/{code}/").content.decode(), re.S)
    assert ready
    client.post(f"/c/{code}/end/", {"why": "handed"})
    assert item_of(code).matter.state == "not_taken"
    take_in(centre, order(诉求内容=ready[1]))
    item = item_of(code)
    assert item.matter.state == "received" and item.channel == "portal"
    with scoped(SYSTEM):
        assert Matter.objects.count() == 1 and item.matter.orders.get().number == "ZB2026113000001"
    assert "complaints.accept_within" in running(item)


def test_taken_back_is_taken_back_and_too_late_says_so(w: world.World, client: Client, centre) -> None:
    code = send(client)
    matter = do(centre, item_of(code).matter, "take_in")
    client.post(f"/c/{code}/end/", {"why": "withdrawn"})
    item = item_of(code)
    assert (item.matter.state, item.result) == ("concluded", "withdrawn")
    assert client.post(f"/c/{code}/end/", {"why": "withdrawn"}).status_code == 409
    assert client.post(f"/c/{code}/more/", {"more": "还有一点"}).status_code == 409
    assert matter.pk == item.pk


def test_staff_say_why_it_is_not_registered_and_it_is_read_there(w: world.World, client: Client, centre) -> None:
    code = send(client, "report")
    do(centre, item_of(code).matter, "decline", reason="内容重复，见另一件")
    said = client.get(f"/c/{code}/").content.decode()
    assert "未在本局登记" in said and "内容重复" in said


def test_what_turns_out_to_be_another_kind_is_followed_by_the_same_code(w: world.World, client: Client, centre) -> None:
    code = send(client, "enquiry")
    matter = item_of(code).matter
    told = {"other": "complaint", "reason": "要求退款，是投诉", "told_how": "phone"}
    do(centre, matter, "correct", **told)
    item = item_of(code)
    assert (item.sort, item.matter.kind, item.pk != matter.pk) == ("complaint", "complaint", True)
    page = client.get(f"/c/{code}/")
    assert page.status_code == 200 and "已登记" in page.content.decode()


def test_what_is_not_registered_yet_is_in_no_figure(w: world.World, client: Client, centre) -> None:
    code = send(client)
    assert number("complaints.received", centre) == 0
    do(centre, item_of(code).matter, "take_in")
    assert number("complaints.received", centre) == 1


def test_only_who_takes_in_registers_it(w: world.World, client: Client) -> None:
    item = item_of(send(client))
    with scoped(SYSTEM):
        w.person("审计", Role.AUDITOR, world.CITY)
    with scoped(w.actor("审计")), pytest.raises(NotAllowed):
        perform(item.matter, "take_in", w.actor("审计"))
