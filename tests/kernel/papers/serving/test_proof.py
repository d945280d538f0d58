"""What was signed is scanned later: a service without its proof says so everywhere, until somebody adds it."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from pypdf import PdfReader
from tests import world
from tests.kernel.evidence.test_media import film
from tests.kernel.papers.serving.test_pages import ORDER, direct, paper, picture, services, sign_in
from tests.kernel.papers.test_render import tight

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, waiting
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Service
from zhijian.kernel.papers.render import pdf

__all__ = ["paper"]
DUE = "proof to be added"


def todo(person: Any) -> list[tuple[str, str]]:
    from zhijian.kernel.accounts.actor import actor_of

    with scoped(actor_of(person)) as actor:
        return [(one.words, one.url) for one in waiting.lines(actor) if "signed proof" in one.words]


def test_a_name_alone_counts_but_says_that_its_proof_is_to_be_added_until_it_is(w, paper):
    with scoped(SYSTEM):
        clerk = w.person("内勤", Role.CLERK, world.OFFICE)
        stranger_clerk = w.person("别处", Role.CLERK, w.stranger.home_id)
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    assert client.post(address, direct(w)).status_code == 302
    (one,) = services()
    assert (one.state, one.proof_due, one.files) == ("served", True, [])
    pages = (address, f"/m/{paper.matter.uid}/", f"/papers/?kind={ORDER}", "/papers/?served=unproven")
    for page in pages:
        assert DUE in client.get(page).content.decode(), page
    for person, query in ((w.inspector, "served=unproven&mine=1"), (clerk, "served=unproven")):
        assert todo(person) == [("1 service lacks its signed proof", f"/papers/?{query}")]
    assert todo(stranger_clerk) == []
    added = f"{address}proof/"
    assert "Add the proof" in client.get(added).content.decode()
    assert client.post(added, {}).status_code == 422
    for bad in (
        SimpleUploadedFile("a.jpg", b"<script>", "image/jpeg"),
        SimpleUploadedFile("a.mp4", film(), "video/mp4"),
    ):
        assert client.post(added, {"proof": bad}).status_code == 422
    assert services()[0].proof_due
    assert client.post(added, {"proof": [picture(), picture()]}).status_code == 302
    (one,) = services()
    assert (one.proof_due, len(one.files)) == (False, 2)
    for page in pages[:3]:
        assert DUE not in client.get(page).content.decode(), page
    assert paper.number not in client.get(pages[3]).content.decode()
    assert (todo(w.inspector), todo(clerk)) == ([], [])
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="service.proof_added")
        assert (entry.data["files"], entry.data["number"]) == (one.files, paper.number)
        assert File.objects.filter(uid__in=one.files, matter=paper.matter).count() == 2


def test_only_whoever_serves_there_adds_it(w, paper):
    client, added = sign_in(w.inspector), f"/papers/{paper.uid}/serve/proof/"
    assert client.post(added, {"proof": picture()}).status_code == 409, "nothing is served yet"
    assert client.post(f"/papers/{paper.uid}/serve/", direct(w)).status_code == 302
    with scoped(SYSTEM):
        section = w.person("科长", Role.SECTION, world.DISTRICT)
    assert sign_in(section).post(added, {"proof": picture()}).status_code == 403
    for answer in (sign_in(w.stranger).get(added), sign_in(w.stranger).post(added, {"proof": picture()})):
        assert answer.status_code == 404
    assert services()[0].files == []


def test_with_the_file_at_once_nothing_is_owed_and_a_letter_has_its_number(w, paper):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    letter = {"way": "post", "sent_on": calendar.today() - dt.timedelta(days=1), "tracking": "EX1", "place": "水晶街"}
    now = calendar.local(when.now()).strftime("%Y-%m-%dT%H:%M")
    assert client.post(address, {**letter, "at": now, "receiver": "王清"}).status_code == 302
    assert [one.proof_due for one in services()] == [False]
    with scoped(SYSTEM):
        Service.objects.update(state="withdrawn", wrong="x", withdrawn_at=when.now())
    assert client.post(address, direct(w, evidence=picture())).status_code == 302
    assert [(one.state, one.proof_due) for one in services()] == [("withdrawn", False), ("served", False)]


def test_a_withdrawn_service_waits_for_no_proof(w, paper):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    assert client.post(address, direct(w)).status_code == 302
    assert sign_in(w.head).post(f"{address}withdraw/", {"reason": "写错了"}).status_code == 302
    assert todo(w.inspector) == []
    assert client.post(f"{address}proof/", {"proof": picture()}).status_code == 409


def test_the_typed_name_stands_beside_the_line_for_the_signature(w, paper):
    """On the line stands what was drawn, or nothing."""
    client = sign_in(w.inspector)
    assert client.post(f"/papers/{paper.uid}/serve/", direct(w)).status_code == 302
    (one,) = services()
    with scoped(SYSTEM):
        plain = pdf(one.receipt)
        text = tight("".join(page.extract_text() for page in PdfReader(io.BytesIO(plain)).pages))
        one.receipt.signatures = [
            {"who": "party", "name": "", "strokes": [[[0, 0], [40, 30], [90, 5]]], "at": when.now().isoformat()}
        ]
        drawn = pdf(one.receipt)
    assert "王清签名：" in text
    assert len(drawn) > len(plain), "the strokes are drawn there"


def test_the_list_as_a_workbook_says_it_too(w, paper):
    assert sign_in(w.inspector).post(f"/papers/{paper.uid}/serve/", direct(w)).status_code == 302
    assert excel.sheet
    from zhijian.kernel.papers import acts

    with scoped(SYSTEM):
        ((words, tone),) = acts.how_served([paper]).values()
    assert (DUE in words, tone) == (True, "warn")


def test_nothing_is_served_at_an_hour_before_it_was_sealed(w, matter, shared):
    """Made and sealed at ten: one minute past midnight of that day is refused; a phone's few minutes are not."""
    ten = calendar.start_of(calendar.today() - dt.timedelta(days=1)) + dt.timedelta(hours=10)
    with scoped(SYSTEM):
        made = making.make(ORDER, matter, shared["papers"]["signed"][ORDER], at=ten, actor=SYSTEM)
        making.affix_seal(made, SYSTEM, ten + dt.timedelta(minutes=2))

    def at(minutes: int) -> str:
        return calendar.local(ten + dt.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")

    client, address = sign_in(w.inspector), f"/papers/{made.uid}/serve/"
    for minutes in (-599, -30, -4):
        for more in ({}, {"in_vain": "on", "reason": "无人"}):
            answer = client.post(address, direct(w, at=at(minutes), **more))
            assert (answer.status_code, services()) == (422, [])
            assert "nothing is served before it exists" in answer.content.decode()
    assert client.post(address, direct(w, at=at(-1))).status_code == 302
