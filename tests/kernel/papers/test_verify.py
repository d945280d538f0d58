"""The public may verify a paper by its code, and learns only what stands on its face."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader
from tests import world
from tests.kernel.papers.conftest import AT

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making, render, verify
from zhijian.kernel.papers.codes import new_code
from zhijian.kernel.papers.models import Asked, Paper


@pytest.fixture
def order(matter: Matter, officer: Actor, shared: dict[str, Any]) -> Paper:
    data = shared["papers"]["signed"]["rectification_order"]
    with scoped(officer):
        return making.make("rectification_order", matter, data, at=AT, actor=officer)


def test_the_page_tells_kind_number_office_and_state_but_no_person(client: Client, order: Paper) -> None:
    page = client.get(f"/v/{order.code.lower()}")
    text = page.content.decode()
    assert page.status_code == 200
    for told in (order.number, "责令改正通知书", "张店区市场监督管理局", order.signed_digest[:4]):
        assert told in text
    assert "淄博" in text
    for hidden in ("清风餐饮", "孙淑华", "0533-2180036", "王海涛", order.signed_digest):
        assert hidden not in text


def test_states_in_words(client: Client, order: Paper, officer: Actor, matter: Matter) -> None:
    assert not verify.look_up(order.code).in_force, "an order needs its seal"
    with scoped(officer):
        making.affix_seal(order, officer)
    assert verify.look_up(order.code).in_force
    with scoped(officer):
        void = making.void(order, "写错", officer)
    assert verify.look_up(order.code).state == "void"
    with scoped(officer):
        making.make("rectification_order", matter, order.data, at=AT, actor=officer, replaces=void)
    found = verify.look_up(order.code)
    assert (found.state, found.replaced_by) == ("replaced", "张市监责改〔2026〕2号")
    assert "张市监责改〔2026〕2号" in client.get(f"/v/{order.code}").content.decode()


@pytest.mark.parametrize("code", ["AAAA", "x" * 39, "'; DROP TABLE", "〔〕", "well-formed"])
def test_other_codes_are_answered_alike(client: Client, order: Paper, code: str) -> None:
    code = new_code() if code == "well-formed" else code
    assert client.get(f"/v/{code}").status_code == 404


def test_the_form_leads_to_the_code(client: Client, order: Paper) -> None:
    assert client.get("/v/").status_code == 200
    shown = f"{order.code[:4]}-{order.code[4:8]} {order.code[8:]}".lower()
    assert client.get("/v/", {"code": shown}).headers["Location"] == f"/v/{order.code}"
    assert client.get("/v/", {"code": "oops"}).status_code == 200


def test_comparing_a_digest_or_the_file(client: Client, order: Paper) -> None:
    with scoped(SYSTEM):
        made = render.pdf(Paper.objects.get(pk=order.pk))
    address = f"/v/{order.code}"
    same, other = "it is this paper, unchanged", "is not that paper"

    def compared(**told: Any) -> str:
        page = client.post(address, told, headers={"accept-language": "en"}).content.decode()
        assert (same in page) != (other in page)
        return page

    assert same in compared(digest=order.signed_digest[:16].upper())
    assert same in compared(digest=" ".join(order.digest))
    assert other in compared(digest="0" * 16)
    assert other in compared(digest=order.digest[:8]), "too short to prove anything"
    assert same in compared(file=SimpleUploadedFile("a.pdf", made, "application/pdf"))
    assert other in compared(file=SimpleUploadedFile("a.pdf", made + b" ", "application/pdf"))
    assert "This file" in compared(digest="0" * 64, by_file="1")


@pytest.mark.parametrize("state", ["in force", "unsealed", "void"])
def test_the_headline_follows_the_comparison(client: Client, order: Paper, officer: Actor, state: str) -> None:
    """Of a file that was tampered with nothing on the page says “genuine”, whatever the register has."""
    with scoped(officer):
        if state != "unsealed":
            making.affix_seal(order, officer)
        if state == "void":
            making.void(order, "写错", officer)
    address, english = f"/v/{order.code}", {"accept-language": "en"}

    def boxes(**told: Any) -> list[str]:
        page = client.post(address, told, headers=english) if told else client.get(address, headers=english)
        return [one.split("</div>")[0] for one in page.content.decode().split('<div class="box')[1:]]

    for wrong in ({"digest": "0" * 16}, {"file": SimpleUploadedFile("a.pdf", b"%PDF-", "application/pdf")}):
        first, second = boxes(**wrong)
        assert first.startswith(' bad" role="alert"')
        assert "is not that paper" in first
        assert not second.startswith(" good")
        assert "Genuine" not in second
    first, *rest = boxes(digest=order.digest)
    assert first.startswith({"in force": " good", "unsealed": " warn", "void": " bad"}[state])
    assert "unchanged" in "".join([first, *rest])
    unread = boxes(digest=" ")
    assert "Not compared" in unread[0]
    assert "Genuine" not in "".join(unread)
    assert ("Genuine" in boxes()[0]) == (state != "void"), "asked for the code alone"


def test_who_asks_too_often_must_wait(client: Client, order: Paper, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [client.get(f"/v/{new_code()}").status_code for _ in range(verify.A_MINUTE + 1)]
    assert answers[0] == 404
    assert 429 in answers
    assert "127.0.0.1" not in str(list(Asked.objects.values())), "addresses are kept as keyed digests"
    assert client.get(f"/v/{order.code}", REMOTE_ADDR="10.1.1.1").status_code == 200


def test_masked_names() -> None:
    assert verify.masked_name("淄博清风餐饮有限公司") == "淄博清****限公司"
    assert verify.masked_name("王") == "王"
    assert verify.masked_name("") == ""


def test_the_pdf_is_for_those_in_scope(client: Client, order: Paper, w: world.World) -> None:
    address = f"/papers/{order.uid}.pdf"
    assert client.get(address).status_code in (302, 404)
    assert w.stranger
    client.force_login(w.people["外区"])
    assert client.get(address).status_code == 404
    client.force_login(w.people["所长"])
    answer = client.get(address)
    assert answer.status_code == 200
    assert (answer["Content-Type"], answer.content[:5]) == ("application/pdf", b"%PDF-")
    assert answer["Content-Disposition"].startswith("inline")
    assert "default-src 'none'" in answer["Content-Security-Policy"]


def test_an_issued_pdf_is_made_once_and_again_when_it_is_void(order: Paper, officer: Actor) -> None:
    with scoped(SYSTEM):
        first = render.pdf(Paper.objects.get(pk=order.pk))
        kept = Paper.objects.get(pk=order.pk)
        assert kept.file is not None
        assert render.pdf(kept) == first
        making.void(kept, "写错", officer)
        assert render.pdf(Paper.objects.get(pk=order.pk)) != first


def test_the_address_copied_from_the_pdf_leads_to_the_paper(client: Client, order: Paper) -> None:
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(render.render(order))).pages)
    assert render.verify_url(order.code) in "".join(text.split())
    split = f"{order.code[:5]}\u200b{order.code[5:]}"
    assert client.get(f"/v/{split}").status_code == 200, "what an older PDF gives"
