"""A void paper's replacement as a draft: out as .docx, back, refused or taken over, issued; an office's templates."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import docx as library
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pypdf import PdfReader
from tests import world
from tests.kernel.papers.drafts.test_docx import edited, written

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making
from zhijian.kernel.papers.drafts import docx, guard
from zhijian.kernel.papers.models import DraftRound, Paper, PaperTemplate
from zhijian.kernel.papers.render import pdf

ORDER = "rectification_order"
MUST = (
    "{{ 当事人 }}{{ 违法行为 }}{{ 违反 }}{{ 责令依据 }}{{ 改正期限 }}{{ 改正内容及要求 }}{{ 联系人 }}{{ 联系电话 }}"
    "可以申请行政复议、提起行政诉讼"
)  # what the template of such an order must say


def sign_in(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def void(matter: Any, shared: dict[str, Any]) -> Paper:
    with scoped(SYSTEM):
        data = {**shared["papers"]["signed"][ORDER], "deadline": world.in_days(7).isoformat()}
        made = making.make(ORDER, matter, data, actor=SYSTEM)
        return making.void(made, "期限写错", SYSTEM)


@pytest.fixture
def draft(w: world.World, void: Paper) -> Paper:
    assert sign_in(w.inspector).post(f"/papers/{void.uid}/replace/").status_code == 302
    return drafts()[0]


def drafts() -> list[Paper]:
    with scoped(SYSTEM):
        return list(Paper.objects.filter(replaces__isnull=False).select_related("matter", "replaces"))


def sent(data: bytes, name: str = "back.docx") -> dict[str, Any]:
    return {"file": SimpleUploadedFile(name, data)}


def rounds() -> list[tuple[int, str]]:
    with scoped(SYSTEM):
        return list(DraftRound.objects.order_by("n").values_list("n", "way"))


def test_out_and_back_with_new_words_then_issued(w, void, draft):
    client = sign_in(w.inspector)
    address = f"/papers/{draft.uid}/draft/"
    assert "Takes the place of" in client.get(address).content.decode()
    assert client.post(f"/papers/{void.uid}/replace/")["Location"] == f"/m/{void.matter.uid}/", "one replacement only"
    out = client.post(f"{address}out/")
    assert out["Content-Disposition"].startswith("attachment")
    data = edited(out.content, "required", "清洗消毒")
    assert client.post(f"{address}back/", sent(data)).status_code == 302
    now = drafts()[0]
    assert now.data["required"] == ["清洗消毒"]
    assert now.digest != draft.digest
    stale = sent(edited(out.content, "required", "旧稿"))
    late = client.post(f"{address}back/", stale)
    assert late.status_code == 422
    assert "an older one, which went out as round 1; the draft was changed since" in late.content.decode()
    assert "The present one has not gone out yet" in late.content.decode()
    assert "locked fields were changed" not in late.content.decode()
    assert client.post(f"{address}out/").status_code == 200
    late = client.post(f"{address}back/", sent(edited(out.content, "required", "旧稿")))
    assert "The present one is round 4" in late.content.decode()
    assert "an older file: round 1" in client.get(address).content.decode()
    assert drafts()[0].data == now.data
    assert rounds() == [(1, "out"), (2, "back"), (3, "refused"), (4, "out"), (5, "refused")]
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="draft.older").count() == 2
    with scoped(SYSTEM):
        assert pdf(now).startswith(b"%PDF-")
    assert "never changes again" in client.post(f"{address}issue/").content.decode()
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 302
    made = drafts()[0]
    assert (made.state, made.replaces_id) == ("issued", void.pk)
    assert made.number.endswith("2号")
    assert made.number != void.number
    assert client.post(f"{address}out/").status_code == 409


def test_the_contact_is_who_holds_the_matter_now(w, void):
    there = [one["name"] for one in void.data["inspectors"]]
    with scoped(SYSTEM):
        third = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
        Matter.objects.filter(pk=void.matter_id).update(assignee=third, second=None)
    assert sign_in(w.inspector).post(f"/papers/{void.uid}/replace/").status_code == 302
    (made,) = drafts()
    assert made.data["contacts"] == [{"name": "丙"}]
    assert [one["name"] for one in made.data["inspectors"]] == there, "who was there does not change"
    with scoped(SYSTEM):
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(made))).pages)
    assert "联系人：丙" in text


def test_a_tampered_locked_field_is_refused_with_what_differs_and_the_file_is_kept(w, draft):
    client = sign_in(w.inspector)
    address = f"/papers/{draft.uid}/draft/"
    out = client.post(f"{address}out/").content
    answer = client.post(f"{address}back/", sent(edited(edited(out, "deadline", "2099-01-01"), "required", "x")))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "locked fields were changed" in page
    assert "2099-01-01" in page
    assert drafts()[0].data == draft.data, "nothing of it is taken over, the free fields neither"
    assert rounds() == [(1, "out"), (2, "refused")]
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="draft.refused").count() == 1
        kept = DraftRound.objects.select_related("file").get(n=2)
    assert client.get(f"/files/{kept.file.uid}/original").status_code == 200


def added(data: bytes, text: str) -> bytes:
    """A paragraph typed at the end, and words after a field."""
    document = library.Document(io.BytesIO(data))
    document.add_paragraph(text)
    return written(document)


def test_what_is_typed_beside_the_fields_is_told_and_never_called_nothing(w, draft):
    client = sign_in(w.inspector)
    address = f"/papers/{draft.uid}/draft/"
    out = client.post(f"{address}out/").content
    assert "Nothing was changed" in client.post(f"{address}back/", sent(out), follow=True).content.decode()
    wrong = added(out, "外加一句话：罚款一万元，电话13805330001")
    page = client.post(f"{address}back/", sent(wrong), follow=True).content.decode()
    assert "Nothing was changed" not in page
    assert page.count("“外加一句话：罚款一万元，电话138******01”") == 2, "by the answer and with the round"
    assert drafts()[0].data == draft.data
    timeline = client.get(f"/m/{draft.matter.uid}/").content.decode()
    assert "came back, round 3: text beside the fields, which is not taken over" in timeline
    both = client.post(f"{address}back/", sent(edited(wrong, "required", "清洗消毒")), follow=True).content.decode()
    assert "Taken over: 改正内容及要求" in both
    assert "罚款一万元" in both
    assert drafts()[0].data["required"] == ["清洗消毒"], "the fields are taken over all the same"


def test_what_the_paper_needs_may_not_come_back_empty(w, draft):
    """Kept and refused in words; neither taken over nor issued so, and the round does not say that it was taken."""
    client = sign_in(w.inspector)
    address = f"/papers/{draft.uid}/draft/"
    out = client.post(f"{address}out/").content
    answer = client.post(f"{address}back/", sent(edited(out, "required", "")))
    assert answer.status_code == 422
    assert "lacks what the paper needs" in answer.content.decode()
    assert "改正内容及要求" in answer.content.decode()
    assert drafts()[0].data == draft.data
    assert rounds() == [(1, "out"), (2, "refused")]
    assert "taken over:" not in client.get(address).content.decode()
    with scoped(SYSTEM):
        making.redraft(drafts()[0], {**draft.data, "required": []})
    answer = client.post(f"{address}issue/", {"go": "1"})
    assert (answer.status_code, drafts()[0].state) == (409, "draft")
    assert "改正内容及要求" in answer.content.decode()


def test_the_page_of_a_draft_covers_the_partys_number(w, void):
    with scoped(SYSTEM):
        data = {**void.data, "party": {**void.data["party"], "phone": "13805330001"}}
        made = making.draft(ORDER, void.matter, data, actor=SYSTEM)
    client, address = sign_in(w.inspector), f"/papers/{made.uid}/draft/"
    page = client.get(address).content.decode()
    assert ("13805330001" in page, "138******01" in page) == (False, True)
    out = client.post(f"{address}out/").content
    (party,) = docx.values(out)["party"]
    answer = client.post(f"{address}back/", sent(edited(out, "party", party.replace("0001", "0009"))))
    assert answer.status_code == 422
    assert "1380533000" not in answer.content.decode()


def test_what_is_no_docx_is_not_kept(w, draft):
    client = sign_in(w.inspector)
    for data in (b"", b"%PDF-1.7", b"PK\x03\x04"):
        assert client.post(f"/papers/{draft.uid}/draft/back/", sent(data)).status_code == 422
    assert client.post(f"/papers/{draft.uid}/draft/back/").status_code == 422
    assert rounds() == []


def test_others_do_not_see_the_draft(w, draft):
    assert sign_in(w.stranger).get(f"/papers/{draft.uid}/draft/").status_code == 404
    assert sign_in(w.stranger).post(f"/papers/{draft.uid}/draft/out/").status_code == 404
    with scoped(SYSTEM):
        section = w.person("科长", Role.SECTION, world.DISTRICT)
    assert sign_in(section).post(f"/papers/{draft.uid}/draft/out/").status_code == 403


def template(text: str) -> bytes:
    document = library.Document()
    document.add_paragraph(text)
    return written(document)


def test_the_offices_own_template_is_checked_versioned_and_used_from_its_day(w, draft):
    with scoped(SYSTEM):
        section = w.person("科长", Role.SECTION, world.DISTRICT)
    client = sign_in(section)
    told = {"kind": ORDER, "organ": world.DISTRICT, "since": world.in_days(0)}
    wrong = client.post("/papers/templates/", {**told, **sent(template("{{ 当事人 }} {{ 罚款 }}"), "own.docx")})
    assert wrong.status_code == 422
    assert "<code>罚款</code> · paragraph 1" in wrong.content.decode()
    macro = io.BytesIO(template("x"))
    with zipfile.ZipFile(macro, "a") as book:
        book.writestr("word/vbaProject.bin", b"x")
    assert "macros" in client.post("/papers/templates/", {**told, **sent(macro.getvalue(), "m.docm")}).content.decode()
    assert PaperTemplate.objects.count() == 0
    own = template(f"致 {{{{ 当事人名称 }}}}：请 {MUST}")
    assert client.post("/papers/templates/", {**told, **sent(own, "own.docx")}).status_code == 302
    later = {**told, "since": world.in_days(5)}
    assert client.post("/papers/templates/", {**later, **sent(template(MUST), "new.docx")}).status_code == 302
    assert [one.version for one in PaperTemplate.objects.order_by("version")] == [1, 2]
    out = sign_in(w.inspector).post(f"/papers/{draft.uid}/draft/out/").content
    assert guard.opened(out).paragraphs[0].text.startswith("致 ")
    came = docx.values(out)
    assert set(came["party.name"]) == {draft.data["party"]["name"]}
    named = {"party.name", "found.found", "against", "ordered_by", "deadline", "required", "inspectors.name", "phone"}
    assert set(came) == named | {"digest", "code"}, "and what it is checked by, no more"
    back = sign_in(w.inspector).post(f"/papers/{draft.uid}/draft/back/", sent(edited(out, "party.name", "别人")))
    assert back.status_code == 422
    assert client.get(f"/papers/templates/{PaperTemplate.objects.first().uid}.docx").content == own
    assert sign_in(w.inspector).get("/papers/templates/").status_code == 404
    elsewhere = client.post("/papers/templates/", {**told, "organ": world.NEIGHBOUR, **sent(own, "own.docx")})
    assert elsewhere.status_code == 422
