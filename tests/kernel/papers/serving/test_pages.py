"""Serving on the desk: each way with its proof, in vain and again, the confirmed address, and who may."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from PIL import Image
from pypdf import PdfReader
from tests import world
from tests.kernel.evidence.test_media import film, sound
from tests.kernel.papers.test_render import tight

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import media
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.papers import making
from zhijian.kernel.papers.jobs import served as served_job
from zhijian.kernel.papers.models import AddressConfirmation, Paper, Service
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.papers.serving import confirm, events

ORDER = "rectification_order"


def picture() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return SimpleUploadedFile("proof.jpg", out.getvalue(), "image/jpeg")


def sign_in(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def paper(matter: Any, shared: dict[str, Any]) -> Paper:
    """A sealed order, made the day before yesterday."""
    with scoped(SYSTEM):
        at = calendar.start_of(calendar.today() - dt.timedelta(days=2)) + dt.timedelta(hours=9)
        made = making.make(ORDER, matter, shared["papers"]["signed"][ORDER], at=at, actor=SYSTEM)
        return making.affix_seal(made, SYSTEM, at)


@pytest.fixture
def heard() -> Iterator[list[tuple[str, dt.date | None]]]:
    """Who waits for the day served."""
    told: list[tuple[str, dt.date | None]] = []
    receiver = events.on_served(ORDER)(lambda service: told.append((service.way, service.served_on)))
    yield told
    events._receivers[ORDER].remove(receiver)


def direct(w: world.World, **more: Any) -> dict[str, Any]:
    moment = calendar.local(timezone.now() - dt.timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M")
    return {
        "way": "direct", "at": moment, "place": "水晶街 1 号", "receiver": "王清", "relation": "经营者",
        "officer1": w.inspector.pk, "officer2": w.second.pk, **more,
    }  # fmt: skip


def services() -> list[Service]:
    with scoped(SYSTEM):
        return list(Service.objects.select_related("receipt").order_by("pk"))


def test_handed_over_is_served_that_day_and_proves_itself(w, paper, heard):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    assert "Handed over" in client.get(address).content.decode()
    assert client.post(address, direct(w, evidence=picture())).status_code == 302
    (one,) = services()
    assert (one.state, one.served_on, one.why) == ("served", calendar.today(), "signed")
    assert heard == [("direct", calendar.today())]
    assert (one.receipt.kind, one.receipt.state, one.receipt.number) == ("service_receipt", "issued", "")
    assert one.receipt.data["receiver"] == "王清"
    with scoped(SYSTEM):
        assert pdf(one.receipt).startswith(b"%PDF-")
        assert File.objects.filter(uid__in=one.files).count() == 1
        entry = LedgerEntry.objects.get(kind="service.served")
        assert set(entry.data["receiver"]) == {"digest"}, "personal values stand beside the entry, never in it"
    page = client.get(f"/m/{paper.matter.uid}/").content.decode()
    assert f"Served on {calendar.today()}" in page
    assert client.post(address, direct(w)).status_code == 409


def test_what_does_not_prove_itself_is_not_recorded_and_nothing_typed_is_lost(w, paper):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    answer = client.post(address, direct(w, officer2=""))
    assert answer.status_code == 422
    assert "the law wants more" in answer.content.decode()
    assert 'value="王清"' in answer.content.decode()
    tomorrow = (calendar.local(timezone.now()) + dt.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M")
    assert "not come yet" in client.post(address, direct(w, at=tomorrow)).content.decode()
    soon = (calendar.local(timezone.now()) + dt.timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    assert "not come yet" in client.post(address, direct(w, at=soon)).content.decode(), "nor an hour of today"
    bad = SimpleUploadedFile("x.jpg", b"<script>", "image/jpeg")
    assert client.post(address, direct(w, evidence=bad)).status_code == 422
    assert services() == []


def test_who_serves_is_an_officer_by_his_certificate_on_that_day(w, paper):
    """Run out by then, none at all, or a helper: each refused by name; good on the day of service is good enough."""
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    yesterday = calendar.today() - dt.timedelta(days=1)
    with scoped(SYSTEM):
        expired = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003", until=yesterday)
        helper = w.person("丁", Role.HELPER, world.OFFICE, "鲁C-004")
        w.person("丁", Role.HEAD, world.OFFICE)
    for one in (expired, w.head, helper):
        answer = client.post(address, direct(w, officer2=one.pk))
        assert (answer.status_code, services()) == (422, [])
        assert f"is no helper: not {one.name}." in answer.content.decode()
    assert client.post(address, direct(w, officer2=expired.pk, in_vain="on", reason="无人")).status_code == 422
    then = calendar.local(calendar.start_of(yesterday) + dt.timedelta(hours=10)).strftime("%Y-%m-%dT%H:%M")
    assert client.post(address, direct(w, officer2=expired.pk, at=then)).status_code == 302
    assert services()[0].receipt.data["officers"][1]["certificate_no"] == "鲁C-003"


def test_nothing_is_served_before_it_was_sealed(w, matter, shared):
    """Made three days ago, sealed yesterday: the day before the seal is refused, the day of the seal is not."""
    days = [calendar.start_of(calendar.today() - dt.timedelta(days=n)) + dt.timedelta(hours=9) for n in (3, 2, 1)]
    with scoped(SYSTEM):
        made = making.make(ORDER, matter, shared["papers"]["signed"][ORDER], at=days[0], actor=SYSTEM)
        making.affix_seal(made, SYSTEM, days[2])
    client, address = sign_in(w.inspector), f"/papers/{made.uid}/serve/"
    before, sealed = (calendar.local(day).strftime("%Y-%m-%dT%H:%M") for day in days[1:])
    for told in (
        direct(w, at=before),
        {"way": "post", "sent_on": before[:10], "tracking": "EX123456789CN", "place": "水晶街 1 号"},
    ):
        answer = client.post(address, told)
        assert answer.status_code == 422
        assert "before the paper was made or sealed" in answer.content.decode()
    assert services() == []
    assert client.post(address, direct(w, at=sealed)).status_code == 302


def test_refused_then_left_with_a_witness(w, paper):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    refused = direct(w, in_vain="on", receiver="", refused="on", reason="拒绝签收")
    assert client.post(address, refused).status_code == 302
    assert 'name="way" value="left"' in client.get(address).content.decode(), "the likeliest way comes first"
    left = {**direct(w), "way": "left", "reason": "拒绝签收"}
    assert client.post(address, left).status_code == 422
    alone = client.post(address, {**left, "witness": "社区 李某"})
    assert (alone.status_code, "counts only with its proof" in alone.content.decode()) == (422, True)
    assert client.post(address, {**left, "witness": "社区 李某", "evidence": picture()}).status_code == 302
    assert [one.state for one in services()] == ["failed", "served"]


def test_left_behind_and_recorded_in_sound_and_picture(w, paper):
    """A film and a sound are taken by their content, and only ever handed out as a download in a sandbox."""
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    left = {**direct(w), "way": "left", "reason": "拒绝签收", "recorded": "on"}
    page = SimpleUploadedFile("a.mp4", b"<html><script>alert(1)</script>", "video/mp4")
    answer = client.post(address, {**left, "evidence": page})
    assert (answer.status_code, services()) == (422, [])
    assert "MP3 or WAV files that are whole" in answer.content.decode()
    recorded = [SimpleUploadedFile("a.mp4", film(), "video/mp4"), SimpleUploadedFile("b.mp3", sound(), "audio/mpeg")]
    assert client.post(address, {**left, "evidence": recorded}).status_code == 302
    (one,) = services()
    assert (one.state, len(one.files)) == ("served", 2)
    for uid, kind, name in zip(one.files, ("video/mp4", "audio/mpeg"), (".mp4", ".mp3"), strict=True):
        sent = client.get(f"/files/{uid}/original")
        assert (sent.status_code, sent["Content-Type"]) == (200, kind)
        assert sent["Content-Disposition"].startswith("attachment")
        assert name in sent["Content-Disposition"]
        assert "sandbox" in sent["Content-Security-Policy"]
        assert client.get(f"/files/{uid}/shown").status_code == 404, "there is no copy to be shown in a page"


def test_a_recording_beyond_its_size_is_refused(w, paper, monkeypatch):
    monkeypatch.setattr(media, "LIMIT", 100)
    sent = SimpleUploadedFile("a.mp4", film(), "video/mp4")
    left = {**direct(w), "way": "left", "reason": "拒绝签收", "recorded": "on", "evidence": sent}
    answer = sign_in(w.inspector).post(f"/papers/{paper.uid}/serve/", left)
    assert (answer.status_code, "too large" in answer.content.decode()) == (422, True)


def test_a_letter_goes_its_way_comes_back_and_a_notice_is_what_is_left(w, paper, heard):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    vain = direct(w, in_vain="on", receiver="", reason="无人", evidence=picture())
    assert client.post(address, vain).status_code == 302
    sent = {
        "way": "post", "sent_on": calendar.today() - dt.timedelta(days=2), "tracking": "EX123456789CN",
        "place": "水晶街 1 号",
    }  # fmt: skip
    assert client.post(address, sent).status_code == 302
    assert services()[1].state == "on_its_way"
    back = {**sent, "returned_on": calendar.today(), "reason": "查无此人", "evidence": picture()}
    assert client.post(address, back).status_code == 302
    (away, letter) = services()
    assert away.state == "failed"
    assert (letter.state, letter.tracking) == ("failed", "EX123456789CN")
    assert 'name="way" value="notice"' in client.get(address).content.decode()
    notice = {
        "way": "notice", "sent_on": calendar.today(), "medium": "site", "body": "本局网站",
        "reason": "直接、邮寄均未能送达",
    }  # fmt: skip
    assert client.post(address, notice).status_code == 302
    one = services()[-1]
    assert one.served_on == calendar.today() + dt.timedelta(days=30)
    assert heard == [], "its time has not run yet"
    with scoped(SYSTEM):
        Service.objects.filter(pk=one.pk).update(served_on=calendar.today())
        assert (served_job(), served_job()) == (1, 0)
    assert heard == [("notice", calendar.today())]


def test_electronic_only_on_a_recorded_consent(w, paper):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    arrived = calendar.local(timezone.now()).strftime("%Y-%m-%dT%H:%M")
    mail = {"way": "electronic", "at": arrived, "reason": "邮件系统回执"}
    assert "No confirmed address" in client.post(address, mail).content.decode()
    told = {
        "electronic": "yes", "means": "email", "account": "wang@example.com", "address": "水晶街 1 号",
        "receiver": "王清", "phone": "13805330001",
    }  # fmt: skip
    entered = f"{address}address/"
    assert client.post(entered, {**told, "account": "nonsense", "scan": picture()}).status_code == 422
    assert client.post(entered, told).status_code == 422, "the signed form itself is wanted"
    assert client.post(entered, {**told, "scan": picture()}).status_code == 302
    with scoped(SYSTEM):
        confirmed = AddressConfirmation.objects.select_related("paper").get()
        assert "13805330001" not in str(confirmed.paper.data)
        assert confirmed.phone == "13805330001"
        assert pdf(confirmed.paper).startswith(b"%PDF-")
    page = client.get(address).content.decode()
    assert "13805330001" not in page
    assert 'name="way" value="electronic"' in page
    assert "13805330001" in client.post(f"{entered}open/").content.decode()
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="address.opened").count() == 1
    assert client.post(address, mail).status_code == 302
    assert (services()[0].why, services()[0].confirmation_id) == ("arrival", confirmed.pk)
    assert client.post(entered, {**told, "electronic": "no", "scan": picture()}).status_code == 302
    with scoped(SYSTEM):
        assert list(AddressConfirmation.objects.order_by("pk").values_list("electronic", "until")[1:]) == [
            (False, None)
        ]


def test_the_proof_is_printed_in_advance_and_completed_after(w, paper):
    client = sign_in(w.inspector)
    printed = client.post(f"/papers/{paper.uid}/serve/receipt/", {"way": "direct"})
    (one,) = services()
    assert printed["Location"] == f"/papers/{one.receipt.uid}.pdf"
    assert (one.state, one.receipt.state, one.receipt.data["receiver"]) == ("planned", "draft", "")
    assert client.get(printed["Location"]).content.startswith(b"%PDF-")
    assert client.post(f"/papers/{paper.uid}/serve/receipt/", {"way": "left"}).status_code == 302
    assert len(services()) == 1
    assert client.post(f"/papers/{paper.uid}/serve/", direct(w)).status_code == 302
    (after,) = services()
    assert (after.receipt.uid, after.receipt.code) == (one.receipt.uid, one.receipt.code)
    assert (after.receipt.state, after.receipt.data["receiver"]) == ("issued", "王清")


def test_an_unsealed_order_is_told_not_served(w, matter, shared):
    with scoped(SYSTEM):
        made = making.make(ORDER, matter, shared["papers"]["signed"][ORDER], actor=SYSTEM)
    client = sign_in(w.inspector)
    assert "bears no seal yet" in client.get(f"/papers/{made.uid}/serve/").content.decode()
    assert client.post(f"/papers/{made.uid}/serve/", direct(w)).status_code == 409


def test_the_signed_paper_holds_the_whole_address_and_is_opened_with_a_reason(w, paper):
    """Whoever holds the matter opens it by his duty, everybody else says why; pages show it covered."""
    address = "山东省淄博市张店区水晶街 6 号 2 单元 301 室"
    told = {"electronic": "no", "address": address, "receiver": "袁小明", "phone": "13805330001"}
    with scoped(SYSTEM):
        clerk = w.person("内勤", Role.CLERK, world.OFFICE)
        confirmed = confirm.confirm(paper.matter, {**told, "electronic": "no"}, SYSTEM)
        assert address not in str(confirmed.paper.data)
        text = tight("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(confirmed.paper))).pages))
    assert (tight(address) in text, "袁小明" in text, "13805330001" in text) == (True, True, True)
    plain, opened = f"/papers/{confirmed.paper.uid}.pdf", f"/papers/{confirmed.paper.uid}/confirmation/"
    assert sign_in(w.inspector).get(plain)["Location"] == opened
    assert sign_in(w.inspector).get(opened).content.startswith(b"%PDF-")
    client = sign_in(clerk)
    assert "Why you need it whole" in client.get(opened).content.decode()
    assert client.post(opened, {"why": " "}).status_code == 422
    assert client.post(opened, {"why": "邮寄送达"}).content.startswith(b"%PDF-")
    shown = f"/papers/{paper.uid}/serve/address/open/"
    assert address not in client.get(f"/papers/{paper.uid}/serve/").content.decode()
    refused = client.post(shown)
    assert (refused.status_code, address in refused.content.decode()) == (422, False)
    assert address in client.post(shown, {"why": "填写信封"}).content.decode()
    with scoped(SYSTEM):
        told_why = [one.data["reason"] for one in LedgerEntry.objects.filter(kind="address.opened").order_by("pk")]
    assert told_why == ["=duty", "邮寄送达", "填写信封"]
    batch = client.post("/papers/print/", {"uid": [confirmed.paper.uid]}, follow=True).content.decode()
    assert "opened one by one" in batch


def test_only_those_who_serve_and_only_in_their_area(w, paper):
    address = f"/papers/{paper.uid}/serve/"
    with scoped(SYSTEM):
        section = w.person("科长", Role.SECTION, world.DISTRICT)
    assert sign_in(section).get(address).status_code == 200
    assert sign_in(section).post(address, direct(w)).status_code == 403
    assert sign_in(w.stranger).get(address).status_code == 404
    assert sign_in(w.stranger).post(address, direct(w)).status_code == 404
    assert services() == []
