"""Papers in force, at the desk: the seal on request, service to its proof; a draft that comes back tampered with."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import docx as library
import pytest
from django.db import connection
from docx.oxml.ns import qn
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from tests.browser.conftest import Site
from tests.browser.steps import drain, photo_file, sign_in
from tests.browser.test_first_inspection import planned
from tests.kernel.papers.drafts.test_rounds import MUST
from tests.world import in_days

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.files import read_blob
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import Paper, Service

SHARED = Path(__file__).parents[1] / "fixtures/record_inspection_1.json"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
pytestmark = pytest.mark.browser


T = TypeVar("T")


def stored(question: Callable[[], T]) -> T:
    """Ask the database in a thread of its own: while the browser's driver runs, this one has an event loop."""

    def work() -> T:
        try:
            with scoped(SYSTEM):
                return question()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


@pytest.fixture
def order(site: Site) -> Paper:
    """An order of the demo office that nobody has sealed yet."""
    matter = planned(site)
    data = json.loads(SHARED.read_text())["papers"]["signed"]["rectification_order"]
    data["deadline"] = in_days(7).isoformat()  # the desk issues no order whose day is over
    with scoped(SYSTEM):
        return making.make("rectification_order", matter, data, actor=SYSTEM)


def test_from_the_request_for_the_seal_to_the_proof_of_service(
    site: Site, order: Paper, desk: Page, tmp_path: Path
) -> None:
    record = f"{site.url}/m/{order.matter.uid}/"
    sign_in(desk, site.url, "zhao")
    desk.goto(record)
    expect(desk.locator(".papers")).to_contain_text("待盖章")
    desk.locator(f'a[href="/papers/{order.uid}/seal/ask/"]').click()
    desk.locator("[name=note]").fill("当事人在等")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator(".papers")).to_contain_text("已申请")

    sign_in(desk, site.url, "li")
    desk.goto(f"{site.url}/papers/requests/")
    expect(desk.locator("tbody")).to_contain_text("当事人在等")
    desk.locator("tbody [name=uid]").check()
    desk.locator('[name=how][value="eseal"]').click()
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator("main")).to_contain_text("用印中")
    drain()

    sign_in(desk, site.url, "zhao")
    desk.goto(record)
    expect(desk.locator(".papers")).to_contain_text("尚未送达")
    desk.locator(f'a[href="/papers/{order.uid}/serve/"]').click()
    expect(desk.locator("nav.tabs a").first).to_have_text("直接送达")
    desk.locator("[name=receiver]").fill("王清")
    desk.locator("[name=relation]").fill("法定代表人")
    desk.locator("[name=officer2]").select_option("")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator(".invalid-feedback, .errorlist").first).to_contain_text("人数未达到法定要求")
    expect(desk.locator("[name=receiver]")).to_have_value("王清")
    desk.locator("[name=officer2]").select_option(label="钱晓雯")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator(".papers")).to_contain_text("已送达 · 直接送达 · 凭证待补")

    # The signed proof is scanned when the officer is back: it waits on the to-do, and is added from the list.
    desk.goto(f"{site.url}/")
    desk.get_by_role("link", name="1 件送达待补凭证").click()
    expect(desk.locator("tbody tr")).to_have_count(1)
    desk.goto(f"{site.url}/papers/{order.uid}/serve/")
    desk.get_by_role("link", name="补充凭证").click()
    desk.locator("[name=proof]").set_input_files(photo_file(tmp_path, "proof.jpg", 7))
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator("main")).to_contain_text("凭证已补充")
    expect(desk.locator("main")).not_to_contain_text("凭证待补")
    service = stored(lambda: Service.objects.select_related("receipt").get())
    assert service.receipt is not None
    assert (service.state, service.receipt.state, len(service.files)) == ("served", "issued", 1)

    # It was recorded wrongly: one says so, another one agrees, and it can be served again.
    desk.goto(f"{site.url}/papers/{order.uid}/serve/")
    desk.get_by_role("link", name="记录有误？").click()
    desk.locator("[name=reason]").fill("签收人写错")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator("main")).to_contain_text("提出记录有误")
    sign_in(desk, site.url, "li")
    desk.goto(f"{site.url}/papers/{order.uid}/serve/withdraw/")
    desk.get_by_role("button", name="同意撤销").click()
    expect(desk.locator("main")).to_contain_text("送达记录已撤销")
    expect(desk.locator("nav.tabs a").first).to_have_text("直接送达")
    service = stored(lambda: Service.objects.select_related("receipt").get())
    assert service.receipt is not None
    assert (service.state, service.receipt.state) == ("withdrawn", "void")

    # Anybody checks the sealed file: its digest is made in the browser.
    desk.context.clear_cookies()
    sealed = stored(lambda: Paper.objects.select_related("file__blob").get(pk=order.pk))
    desk.goto(f"{site.url}/v/{order.code}")
    desk.locator("#file").set_input_files(
        {"name": "order.pdf", "mimeType": "application/pdf", "buffer": read_blob(sealed.file.blob)}
    )
    expect(desk.locator("#digest")).to_have_value(sealed.file.blob_id)
    desk.locator("form[data-compare] button").click()
    expect(desk.locator(".box").first).to_contain_text("核验通过，未被改动")

    # A file that was tampered with is told first of all, and nothing on the page says that it is genuine.
    desk.set_viewport_size({"width": 390, "height": 844})
    desk.locator("#file").set_input_files(
        {"name": "other.pdf", "mimeType": "application/pdf", "buffer": read_blob(sealed.file.blob) + b" "}
    )
    expect(desk.locator("#digest")).not_to_have_value("")
    desk.locator("form[data-compare] button").click()
    expect(desk.locator(".box").first).to_have_class("box bad")
    expect(desk.locator(".box").first).to_contain_text("您的文件不是这份文书")
    expect(desk.locator(".box").first).to_be_in_viewport()
    expect(desk.locator(".box.good")).to_have_count(0)
    expect(desk.locator("main")).not_to_contain_text("核验通过")


def tampered(data: bytes, name: str, text: str) -> bytes:
    """What somebody does in Word with a field's text."""
    document = library.Document(io.BytesIO(data))
    for sdt in document.element.body.iter(qn("w:sdt")):
        if sdt.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")) == f"zj:{name}":
            first, *others = list(sdt.iter(qn("w:t")))
            first.text = text
            for one in others:
                one.text = ""
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_draft_goes_out_and_comes_back_and_what_is_locked_stays(site: Site, order: Paper, desk: Page) -> None:
    stored(lambda: making.void(order, "期限写错", SYSTEM))
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{order.matter.uid}/")
    desk.get_by_role("button", name="拟制替代文书").click()
    expect(desk.locator("h1")).to_contain_text("草稿")

    with desk.expect_download() as waiting:
        desk.get_by_role("button", name="导出 .docx").click()
    data = Path(waiting.value.path()).read_bytes()

    def back(changed: bytes) -> None:
        desk.locator("#back").set_input_files({"name": "交回.docx", "mimeType": DOCX, "buffer": changed})
        desk.get_by_role("button", name="采用").click()

    back(tampered(data, "deadline", "2099-01-01"))
    expect(desk.locator(".band.late:not([hidden])")).to_contain_text("锁定的内容被改动")
    expect(desk.locator("main table")).to_contain_text("2099-01-01")
    back(tampered(data, "required", "三日内更换冷藏柜"))
    expect(desk.locator("main")).to_contain_text("已采用：改正内容及要求")
    expect(desk.locator("main dl")).to_contain_text("三日内更换冷藏柜")
    desk.get_by_role("button", name="出具").click()
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator(".papers")).to_contain_text("待盖章")
    made = stored(lambda: Paper.objects.get(replaces=order))
    assert stored(lambda: [one.way for one in made.rounds.order_by("n")]) == ["out", "refused", "back"]
    assert made.data["required"] == ["三日内更换冷藏柜"]


def test_an_office_s_template_tells_what_it_would_lose_and_shows_itself_before_the_issue(
    site: Site, order: Paper, desk: Page
) -> None:
    stored(lambda: making.void(order, "期限写错", SYSTEM))
    sign_in(desk, site.url, "wu")
    desk.goto(f"{site.url}/papers/templates/")

    def upload(document: Any) -> None:
        out = io.BytesIO()
        document.save(out)
        desk.locator("[name=kind]").select_option("rectification_order")
        desk.locator("[name=organ]").select_option(order.organ)
        desk.locator("[name=file]").set_input_files({"name": "本局.docx", "mimeType": DOCX, "buffer": out.getvalue()})
        desk.locator("main form button.btn-primary").click()

    document = library.Document()
    document.add_paragraph("第一条", style="List Number")
    document.add_paragraph("{{ 改正内容及要求 }}", style="List Number")
    document.add_paragraph(MUST)
    document.sections[0].header.paragraphs[0].text = "本局文书"
    document.sections[0].footer.paragraphs[0].text = "地址：某路 1 号"
    upload(document)
    expect(desk.locator(".band.late:not([hidden])")).to_contain_text("页脚 · 页脚里的文字")
    document.sections[0].footer.paragraphs[0].text = ""
    upload(document)
    expect(desk.locator("main tbody")).to_contain_text("本局.docx")

    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{order.matter.uid}/")
    desk.get_by_role("button", name="拟制替代文书").click()
    expect(desk.locator("main")).to_contain_text("预览和出具都按本单位模板“本局.docx”第 1 版")
    looked = desk.request.get(desk.url.replace("/draft/", ".pdf")).body()
    desk.get_by_role("button", name="出具").click()
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator(".papers")).to_contain_text("待盖章")
    made = stored(lambda: Paper.objects.get(replaces=order))
    issued = desk.request.get(f"{site.url}/papers/{made.uid}.pdf").body()
    for data in (looked, issued):
        text = "".join(PdfReader(io.BytesIO(data)).pages[0].extract_text().split())
        assert "本局文书" in text
        assert "1.第一条" in text
        assert "2.分开存放" in text
