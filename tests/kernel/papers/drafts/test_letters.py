"""A letter about a matter, written on its page and issued; the days that a replacement orders are to come."""

from __future__ import annotations

import io
import re

from pypdf import PdfReader
from tests import world
from tests.kernel.papers.drafts.test_docx import edited
from tests.kernel.papers.drafts.test_rounds import sent, sign_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.papers import making
from zhijian.kernel.papers.drafts.fields import said
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.render import pdf
from zhijian.programmes.inspection.flow import RECTIFICATION
from zhijian.programmes.inspection.models import Inspection, Rectification


def letter() -> Paper:
    with scoped(SYSTEM):
        return Paper.objects.select_related("matter").get(kind="letter")


def typed(page: str, **words: str) -> dict[str, str]:
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', page)
    assert digest
    return {"digest": digest[1], **words}


def test_begun_on_the_matter_s_page_written_there_and_issued(w, matter):
    client = sign_in(w.inspector)
    assert f"/papers/letter/{matter.uid}/" in client.get(f"/m/{matter.uid}/").content.decode()
    address = client.post(f"/papers/letter/{matter.uid}/")["Location"]
    page = client.get(address).content.decode()
    made = letter()
    assert made.data["to"] == matter.entity.name, "to the enterprise, unless somebody writes another name"
    refused = client.post(f"{address}issue/", {"go": "1"})
    assert refused.status_code == 409, "a letter that says nothing is not issued"
    kept = client.post(
        f"{address}words/", typed(page, body="请于三日内到所说明情况。\r\n带上进货票据。", organ="别的局")
    )
    assert kept.status_code == 302
    now = letter()
    assert now.data["body"] == "请于三日内到所说明情况。\n带上进货票据。"
    assert now.data["organ"] == made.data["organ"], "what is locked is not typed over"
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 302
    issued = letter()
    assert (issued.state, bool(re.fullmatch(r".+函〔\d{4}〕1号", issued.number))) == ("issued", True)
    with scoped(SYSTEM):
        made_of_it = pdf(issued)
    assert "关于" in PdfReader(io.BytesIO(made_of_it)).pages[0].extract_text()
    with scoped(SYSTEM):
        told = list(LedgerEntry.objects.filter(matter=matter, kind__contains="draft").values_list("data", flat=True))
    assert not any("三日内" in str(one) for one in told), "the ledger says which fields, the paper says what"
    again = client.post(f"{address}words/", typed(page, body="改一改"))
    assert again.status_code == 409
    assert letter().data == issued.data


def test_words_typed_over_a_draft_that_changed_meanwhile_are_refused_and_stay_typed(w, matter):
    client, other = sign_in(w.inspector), sign_in(w.head)
    address = client.post(f"/papers/letter/{matter.uid}/")["Location"]
    page = client.get(address).content.decode()
    out = other.post(f"{address}out/").content
    assert other.post(f"{address}back/", sent(edited(out, "body", "所长先写了。"))).status_code == 302
    late = client.post(f"{address}words/", typed(page, body="我也写了。"))
    assert late.status_code == 409
    assert "我也写了。" in late.content.decode()
    assert letter().data["body"] == "所长先写了。"
    assert client.post(f"{address}words/", typed(late.content.decode(), body="合起来。")).status_code == 302
    assert letter().data["body"] == "合起来。"
    page = client.get(address).content.decode()
    assert client.post(f"{address}words/", typed(page, body="长" * 20_001)).status_code == 422


def test_who_may_not_write_or_does_not_see_the_matter(w, matter):
    assert sign_in(w.stranger).post(f"/papers/letter/{matter.uid}/").status_code == 404
    with scoped(SYSTEM):
        assert not Paper.objects.filter(kind="letter").exists()


def test_an_order_that_takes_the_place_of_a_void_one_names_a_day_to_come_and_the_findings_have_it(w, matter, shared):
    client = sign_in(w.head)
    with scoped(SYSTEM):
        visit = Inspection.objects.get(pk=matter.pk)
        about = About("1.2", world.OFFICE, w.entity, w.premises, matter)
        facts = {"found": "未公示", "required": "补齐", "deadline": world.in_days(-3)}
        given = {"about": about, "by_field": {"inspection": visit}}
        left, other = (perform(RECTIFICATION, "order", SYSTEM, item=item, **given, **facts) for item in ("2.3", "9.9"))
        data = {**shared["papers"]["signed"]["rectification_order"], "deadline": world.in_days(-3).isoformat()}
        void = making.void(making.make("rectification_order", matter, data, actor=SYSTEM), "期限写错", SYSTEM)
    address = client.post(f"/papers/{void.uid}/replace/")["Location"]
    late = client.post(f"{address}issue/", {"go": "1"})
    assert (late.status_code, "that day is over" in late.content.decode()) == (409, True)
    page = client.get(address).content.decode()
    assert client.post(f"{address}words/", typed(page, deadline="下周一")).status_code == 422
    far = world.in_days(400).isoformat()
    assert client.post(f"{address}words/", typed(page, deadline=far)).status_code == 302
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 409, "no longer than on the spot"
    day = world.in_days(10)
    page = client.get(address).content.decode()
    assert client.post(f"{address}words/", typed(page, deadline=day.isoformat())).status_code == 302
    assert client.post(f"{address}issue/", {"go": "1"}).status_code == 302
    with scoped(SYSTEM):
        deadlines = dict(Rectification.objects.values_list("matter", "deadline"))
        assert deadlines == {left.pk: day, other.pk: world.in_days(-3)}, "of the findings that the order names"
        left.refresh_from_db()
        assert left.due == day
        assert Rectification.objects.get(pk=left.pk).extended == 0, "that is no extension"


def test_days_and_minutes_stand_in_a_file_as_papers_tell_them():
    assert said("2026-09-02T17:05", "zh-hans") == "2026年9月2日17时5分"
    assert said(["2026-09-02", "a"], "zh-hans") == "2026年9月2日\na"
    assert said("2026-09-02T17:05", "en") == "2026-09-02 17:05"
    assert said("2026-09-02 起", "zh-hans") == "2026-09-02 起"
