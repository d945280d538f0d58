"""An office's own template is taken as it is: the issued paper has its words, its order and its tables."""

from __future__ import annotations

import io
from typing import Any

import docx as library
import pytest
from django.test import Client
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Pt
from pypdf import PdfReader
from tests import world
from tests.kernel.papers.drafts.test_docx import edited, written
from tests.kernel.papers.drafts.test_numbering import kept
from tests.kernel.papers.drafts.test_numbering import numbered as numbered_by
from tests.kernel.papers.drafts.test_rounds import MUST, ORDER, draft, drafts, sent, sign_in, void  # noqa: F401
from tests.kernel.papers.drafts.test_undrawn import complex_page

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.packs.loader import PackError
from zhijian.kernel.papers import forms
from zhijian.kernel.papers.drafts import acts, docx, fields, guard, layout
from zhijian.kernel.papers.models import Paper, PaperTemplate
from zhijian.kernel.papers.render import pdf, rendition


def own() -> Any:
    """A template as an office writes it: a heading, a sentence over several runs, a table, the place of the seal."""
    document = library.Document()
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.add_run("某某局整改通知").bold = True
    head.runs[0].font.size = Pt(20)
    document.add_paragraph("文号：{{ 编号 }}")
    sentence = document.add_paragraph("{{ 当事")
    sentence.add_run("人 }}（住所：{{ 当事人.住所 }}），我局查明：")
    sentence.paragraph_format.first_line_indent = Pt(32)
    table = document.add_table(rows=2, cols=3)
    table.cell(0, 0).merge(table.cell(1, 0)).text = "情况"
    table.cell(0, 1).merge(table.cell(0, 2)).text = "{{ 违法行为 }}"
    table.cell(1, 1).text = "期限"
    table.cell(1, 2).text = "{{ 改正期限 }}"
    document.add_paragraph("请做到：{{ 改正内容及要求 }}")
    document.add_paragraph("{{ 印章 }}")
    document.add_paragraph("附言在印章之后。")
    return document


@pytest.fixture
def keeper(w: world.World) -> Client:
    with scoped(SYSTEM):
        return sign_in(w.person("科长", Role.SECTION, world.DISTRICT))


def keep(client: Client, document: Any, **changes: Any) -> Any:
    document.add_paragraph(MUST)
    told = {"kind": ORDER, "organ": world.DISTRICT, "since": world.in_days(0), **changes}
    return client.post("/papers/templates/", {**told, **sent(written(document), "own.docx")})


def words(paper: Paper) -> str:
    with scoped(SYSTEM):
        pages = PdfReader(io.BytesIO(pdf(Paper.objects.select_related("matter", "template").get(pk=paper.pk)))).pages
        return "".join("".join(page.extract_text() for page in pages).split())


def test_the_issued_paper_is_the_template(w, keeper, draft):  # noqa: F811
    assert keep(keeper, own()).status_code == 302
    client, address = sign_in(w.inspector), f"/papers/{draft.uid}/draft/"
    out = client.post(f"{address}out/").content
    assert docx.values(out)["number"] == ["（编号）"], "told when it is issued"
    assert "违反" not in "".join(one.text for one in guard.opened(out).paragraphs), "no block of what it does not name"
    assert client.post(f"{address}back/", sent(edited(out, "required", "清洗消毒"))).status_code == 302
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 302
    (made,) = drafts()
    told = words(made)
    party = made.data["party"]
    order = ["某某局整改通知", f"文号：{made.number}", party["name"], "期限", "请做到：清洗消毒", "附言在印章之后。"]
    places = [told.index("".join(one.split())) for one in order]
    assert places == sorted(places), "its own words in its own order"
    assert f"{party['name']}（住所：{party['address']}），我局查明：".replace(" ", "") in told
    assert made.data["found"][0]["found"].replace(" ", "") in told
    assert "2026年" in told, "days as papers write them"
    assert "上述行为违反了" not in told, "nothing of the official layout's words"
    assert made.code in told.replace("-", ""), "it can be verified like any other"
    assert "尚未加盖印章" in told, "an unsealed one says so"
    assert told.count("（印章）") == 1, "the seal has its place where the template wants it"


def test_a_later_version_changes_no_paper_that_was_issued(w, keeper, draft):  # noqa: F811
    keep(keeper, own())
    client, address = sign_in(w.inspector), f"/papers/{draft.uid}/draft/"
    client.post(f"{address}out/")
    other = library.Document()
    other.add_paragraph("另一个模板 {{ 改正内容及要求 }}")
    assert keep(keeper, other).status_code == 302
    client.post(f"{address}issue/", {"go": "1"})
    (made,) = drafts()
    assert PaperTemplate.objects.get(pk=made.template_id).version == 1, "the one by which it went out"
    assert "某某局整改通知" in words(made)
    with scoped(SYSTEM):
        plain = Paper.objects.get(pk=made.replaces_id)
    assert rendition(plain) != rendition(made)
    assert "某某局整改通知" not in words(plain)


def test_a_draft_that_went_out_before_the_first_template_says_so_without_contradiction(w, keeper, draft):  # noqa: F811
    client, address = sign_in(w.inspector), f"/papers/{draft.uid}/draft/"
    assert "no template of the office was in use" in client.get(address).content.decode()
    client.post(f"{address}out/")
    keep(keeper, own())
    page = client.get(address).content.decode()
    assert "no template of the office was in use" not in page
    assert "in the official layout, as it went out" in page
    assert "Downloaded anew, it goes by “own.docx”, version 1" in page


def test_what_would_be_missing_on_paper_is_told_with_its_place_in_the_reader_s_language(w, keeper):
    document = library.Document()
    document.add_paragraph("{{ 改正内容及要求 }}")
    document.add_paragraph()._p.append(OxmlElement("m:oMath"))
    table = document.add_table(2, 1)
    table.cell(1, 0).paragraphs[0]._p.append(OxmlElement("m:oMath"))
    document.sections[0].footer.paragraphs[0].text = "地址：张店区"
    answer = keep(keeper, document)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "paragraph 2 · a formula: type it as text" in page
    assert "table 1, row 2, cell 1 · a formula" in page
    assert "page footer · words in the footer" in page
    assert PaperTemplate.objects.count() == 0
    chinese = Client(headers={"accept-language": "zh-hans"})
    chinese.force_login(w.people["科长"])
    page = keep(chinese, document).content.decode()
    for told in ("第 2 段 · 公式", "表 1 第 2 行第 1 格 · 公式", "页脚 · "):
        assert told in page
    assert "paragraph" not in page.split("印不出来")[1].split("</ul>")[0]


def test_a_template_says_what_such_a_paper_must_say_or_is_not_kept(w, keeper, draft):  # noqa: F811
    """The law knows no order without its deadline, its facts, its grounds and what can be done against it."""
    bare = library.Document()
    bare.add_paragraph("{{ 编号 }} {{ 当事人 }} {{ 改正内容及要求 }} {{ 印章 }} {{ 签名 }}")
    told = {"kind": ORDER, "organ": world.DISTRICT, "since": world.in_days(0), **sent(written(bare), "bare.docx")}
    answer = keeper.post("/papers/templates/", told)
    assert (answer.status_code, PaperTemplate.objects.count()) == (422, 0)
    page = answer.content.decode().split("Such a paper must say:")[1].split("</ul>")[0]
    assert [one.split("<")[0] for one in page.split("<li>")[1:]] == [
        "违法行为", "违反", "责令依据", "改正期限", "联系人", "联系电话", "“复议”", "“诉讼”",
    ]  # fmt: skip
    whole = library.Document()
    whole.add_table(1, 1).cell(0, 0).text = "{{ 发现的问题 }} {{ 改正期限 }} {{ 违反 }} {{ 责令依据 }}"
    whole.sections[0].header.paragraphs[0].text = "{{ party }} {{ 联系人姓名 }} {{ 联系电话 }}"
    whole.add_paragraph("{{ 改正内容及要求 }} 可以申请行政复议，也可以提起行政诉讼。")
    assert keeper.post("/papers/templates/", {**told, **sent(written(whole), "whole.docx")}).status_code == 302
    assert "does not say:" not in keeper.get("/papers/templates/").content.decode()
    with scoped(SYSTEM):
        blob = files.store(written(bare), media_types=files.DOCX)
        PaperTemplate.objects.create(
            kind=ORDER, organ=world.DISTRICT, version=2, since=world.in_days(0), name="before.docx", blob=blob,
            fields=["编号", "当事人", "改正内容及要求", "印章", "签名"], made_by="x",
        )  # fmt: skip
    page = keeper.get("/papers/templates/").content.decode()
    assert page.count("does not say:") == 1, "one that was kept before is marked"
    assert "违法行为, 违反, 责令依据, 改正期限, 联系人, 联系电话, “复议”, “诉讼”" in page
    client, address = sign_in(w.inspector), f"/papers/{draft.uid}/draft/"
    assert "The template does not say what such a paper must say" in client.get(address).content.decode()
    assert client.post(f"{address}out/").status_code == 200, "and stays usable"
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 302


def numbered() -> Any:
    """What an office writes with a word processor: numbers of a style, and a page header."""
    document = library.Document()
    document.sections[0].header.paragraphs[0].text = "某某局文书 {{ 编号 }}"
    document.add_paragraph("第一条固定", style="List Number")
    document.add_paragraph("第二条固定", style="List Number")
    document.add_paragraph("{{ 改正内容及要求 }}")
    document.add_paragraph("{{ 印章 }}")
    document.add_paragraph("最后一页。").paragraph_format.page_break_before = True
    return document


def test_numbers_of_a_style_and_the_page_header_stand_on_the_issued_paper(w, keeper, draft):  # noqa: F811
    assert keep(keeper, numbered()).status_code == 302
    client, address = sign_in(w.inspector), f"/papers/{draft.uid}/draft/"
    assert client.post(f"{address}out/").status_code == 200
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 302
    (made,) = drafts()
    told = words(made)
    assert "1.第一条固定" in told
    assert "2.第二条固定" in told
    assert told.count(f"某某局文书{made.number}") == 2, "on each of its pages"


def test_a_draft_is_looked_at_as_it_will_be_issued(w, keeper, draft):  # noqa: F811
    client, address = sign_in(w.inspector), f"/papers/{draft.uid}/draft/"
    before = words(draft)
    assert keep(keeper, numbered()).status_code == 302
    looked = words(drafts()[0])
    assert looked != before, "what was kept of the official layout is not shown any more"
    page = client.get(address).content.decode()
    assert "own template “own.docx”, version 1" in page
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 302
    (made,) = drafts()

    def bare(text: str) -> str:
        for own_words in (made.number, "（编号）", "草稿", "本文书为电子送签稿", "（印章）"):
            text = text.replace(own_words, "")
        return text[: text.index("核验码")]

    assert bare(looked)[:60] == bare(words(made))[:60]
    for sentence in ("1.第一条固定", "2.第二条固定", "最后一页。", "某某局文书"):
        assert sentence in looked
        assert sentence in words(made)
    assert "（编号）" in looked


def rich() -> Any:
    """All that is read of a template: a letterhead with a line, levels, marks, borders, a table with a gap, pages."""
    document = library.Document()
    section = document.sections[0]
    section.different_first_page_header_footer = True
    section.first_page_header.paragraphs[0].text = "首页页眉"
    head = section.header.paragraphs[0]
    head.text = "续页 {{ 编号 }} 第"
    complex_page(head, "PAGE")
    head.add_run("页共")
    complex_page(head, "NUMPAGES")
    kept(document, 90, ("chineseCountingThousand", "%1、"), ("decimal", "%2."))
    for level, text in ((0, "事实"), (1, "甲"), (1, "乙"), (0, "要求")):
        numbered_by(document.add_paragraph(text)._p, 90, level)
    line = document.add_paragraph("红线上")
    line._p.get_or_add_pPr().append(parse_xml(f'<w:pBdr {nsdecls("w")}><w:bottom w:val="single"/></w:pBdr>'))
    marks = document.add_paragraph("面积 20 m")
    marks.add_run("2").font.superscript = True
    marks.add_run("，划去").font.strike = True
    marks.add_run("，签名：")
    marks.add_run("          ").underline = True
    marks.add_run("收").add_break(WD_BREAK.PAGE)
    marks.add_run("次页")
    table = document.add_table(2, 2)
    table.cell(0, 0).merge(table.cell(0, 1)).text = "合并"
    table.cell(1, 0).text = "{{ 改正内容及要求 }}"
    table.rows[1]._tr.remove(table.rows[1]._tr.tc_lst[1])
    document.add_paragraph("{{ 印章 }}")
    return document


def test_all_that_is_read_of_a_template_is_drawn(w, keeper, draft):  # noqa: F811
    answer = keep(keeper, rich())
    assert answer.status_code == 302, answer.content.decode().split("Not printed:")[-1][:300]
    client, address = sign_in(w.inspector), f"/papers/{draft.uid}/draft/"
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 302
    (made,) = drafts()
    with scoped(SYSTEM):
        read = PdfReader(io.BytesIO(pdf(Paper.objects.select_related("matter", "template").get(pk=made.pk))))
    first, second = ("".join(page.extract_text().split()) for page in read.pages)
    for told in ("首页页眉", "一、事实", "1.甲", "2.乙", "二、要求", "红线上", "面积20m2，划去，签名：", "收"):
        assert told in first
    assert f"续页{made.number}第2页共2" in second
    assert "次页" in second
    assert "合并" in second
    assert "续页" not in first


def test_a_tall_page_header_stands_on_the_sheet(w, keeper, draft):  # noqa: F811
    document = numbered()
    for n in range(14):
        document.sections[0].header.add_paragraph(f"页眉第{n}行")
    assert keep(keeper, document).status_code == 302
    with scoped(SYSTEM):
        page = PdfReader(io.BytesIO(pdf(drafts()[0]))).pages[0]
    heights: dict[str, float] = {}
    page.extract_text(visitor_text=lambda text, cm, *_more: heights.setdefault("".join(text.split()), cm[5]))
    top, last, body = (heights[one] for one in ("某某局文书（编号）", "页眉第13行", "1.第一条固定"))
    assert float(page.mediabox.height) - 20 > top > last > body + 10


def test_what_changed_between_the_question_and_the_answer_is_looked_at_again(w, keeper, draft):  # noqa: F811
    client, address = sign_in(w.inspector), f"/papers/{draft.uid}/draft/"
    asked = client.post(f"{address}issue/").content.decode()
    seen = asked.split('name="seen" value="')[1].split('"')[0]
    assert keep(keeper, numbered()).status_code == 302
    answer = client.post(f"{address}issue/", {"go": "1", "seen": seen})
    assert (answer.status_code, drafts()[0].state) == (409, "draft")
    assert "changed meanwhile" in answer.content.decode()


@pytest.mark.parametrize("place", ["cn_zibo", "us_chicago"])
def test_each_kind_of_paper_tells_what_its_template_must_say(settings, place):
    settings.PACK = place
    every = {kind: forms.form(kind) for kind, _title in acts.kinds()}
    assert all(fields.unsaid(one, set(), "", acts.names_of(one, {})) for one in every.values()), "none may say nothing"
    order = every[ORDER]
    assert fields.unsaid(order, set(order.keys), "复议 诉\n讼", acts.names_of(order, {})) == []


def test_a_form_that_demands_what_it_does_not_have_is_no_form(tmp_path):
    path = forms.stack().file(f"papers/{ORDER}.toml")
    wrong = tmp_path / "papers" / path.name
    wrong.parent.mkdir()
    wrong.write_text(path.read_text(encoding="utf-8").replace('"deadline", ', '"dead_line", '), encoding="utf-8")
    with pytest.raises(PackError, match="dead_line"):
        forms._read(wrong, wrong, ORDER)


def test_part_of_another_fact_is_no_name(w, keeper):
    document = library.Document()
    document.add_paragraph("{{ 联系电话.住所 }}")
    assert keep(keeper, document).status_code == 422


def test_blocks_keep_place_weight_and_cells() -> None:
    meant = {"编号": "number", "当事人": "party.name", "当事人.住所": "party.address", "违法行为": "found.found",
             "改正期限": "deadline", "改正内容及要求": "required", "印章": "seal"}  # fmt: skip
    head, number, sentence, table, *rest = layout.blocks_of(written(own()), meant)["body"]
    assert head == {"runs": [{"text": "某某局整改通知", "bold": True, "size": 20.0}], "place": "center"}
    assert [run.get("field") or run["text"] for run in number["runs"]] == ["文号：", "number"]
    assert [run.get("field") or run["text"] for run in sentence["runs"]] == [
        "party.name", "（住所：", "party.address", "），我局查明：",
    ]  # fmt: skip
    assert sentence["drawn_in"]
    (tall, wide), (one, two) = table["rows"]
    assert (tall["rows"], wide["columns"]) == (2, 2)
    assert [cell["blocks"][0]["runs"][0].get("field", "") for cell in (one, two)] == ["", "deadline"]
    assert layout.fields_in([table, *rest]) == {"found.found", "deadline", "required", "seal"}
