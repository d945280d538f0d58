"""The decision is its data: what the phone shows is what the server prints, and the form says what the law asks for."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from tests import world
from tests.openers import spot_penalty

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.papers import making, render
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.serving import receipt
from zhijian.programmes.inspection import wording
from zhijian.programmes.inspection.beside import facts_of
from zhijian.programmes.inspection.joining import Sheet
from zhijian.programmes.inspection.papers import Known
from zhijian.programmes.inspection.record import read as read_record
from zhijian.programmes.spot_penalty.papers import decision_facts
from zhijian.programmes.spot_penalty.told import read

SHARED = json.loads((Path(__file__).parents[2] / "fixtures/spot_decision.json").read_text(encoding="utf-8"))


def made(**more: Any) -> dict[str, Any]:
    raw = json.loads(json.dumps(SHARED["record"]))
    raw["content"]["penalty"] |= more
    record, known = read_record(raw), SHARED["known"]
    told = read(record.content.penalty)
    assert told is not None
    of = Known(premises=known["premises"], sheet=Sheet((), ()), organ=known["organ"], words=wording.words())
    return {**facts_of(record, of), **decision_facts(told)}


def test_the_decision_has_the_facts_that_the_phone_shows() -> None:
    assert sha256_hex(canonical(SHARED["record"]["content"])) == SHARED["record"]["digest"]
    assert made() == SHARED["paper"]
    assert set(made()) - {"check_code"} <= {one["key"] for one in form("spot_decision").fields}


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        return world.make()


def printed(w: world.World, **more: Any) -> str:
    """The text of the PDF, without spaces."""
    matter = spot_penalty(w)
    with scoped(SYSTEM):
        signatures = [
            {"who": who, "name": "某", "strokes": [[[1, 1, 0], [30, 30, 9]]], "at": "2026-11-23T10:00:00+08:00"}
            for who in ("party", "inspector1", "inspector2")
        ]
        paper = making.make("spot_decision", matter, made(**more), signatures=signatures, actor=SYSTEM)
        pages = PdfReader(io.BytesIO(render.render(paper))).pages
    return re.sub(r"\s", "", "".join(page.extract_text() for page in pages))


def test_the_decision_says_what_the_law_asks_for(w: world.World) -> None:
    """Penalty Law art. 52: the act, kind and basis, amount, time, place, remedies, the organ's name; both officers."""
    text = printed(w)
    paper = SHARED["paper"]
    for said in (paper["facts"], paper["violated"], paper["basis"], "壹佰伍拾元整", paper["place"].replace(" ", "")):
        assert re.sub(r"\s", "", said) in text, said
    for said in ("警告", "百分之三", "行政复议", "行政诉讼", "15日内", "七个工作日", "不予采纳", paper["organ"]):
        assert said in text, said
    for one in paper["inspectors"]:
        assert one["name"] in text and one["certificate_no"] in text
    assert "尚未加盖" not in text, "the officers' signatures make it, no seal is waited for"


def test_a_warning_alone_speaks_of_no_money(w: world.World) -> None:
    text = printed(w, fine=0, payment="none", days=None, at="", statement="", heard="none", answer="")
    assert "百分之三" not in text and "罚款缴纳方式" not in text
    assert "当事人未提出陈述、申辩" in text


def test_the_order_that_was_not_obeyed_is_a_sentence_of_its_own(w: world.World) -> None:
    assert "K8.1）。此前已责令改正，当事人拒不改正：11月2日7号。" in printed(w, ordered="11月2日7号")


def test_money_taken_on_the_spot_names_its_ground_and_receipt(w: world.World) -> None:
    text = printed(w, fine=100, payment="cash", cash_ground="small", receipt="鲁财 0012345", days=None, at="")
    assert "罚款数额在当场收缴限额以内" in text and "鲁财0012345" in text


def test_the_proof_of_service_says_which_act_it_is_about(w: world.World) -> None:
    matter = spot_penalty(w)
    with scoped(SYSTEM):
        paper = making.draft("spot_decision", matter, made(), actor=SYSTEM)
        found = matter.spot_penalty.found.partition("\n")[0]
        assert receipt.cause(paper) == f"当场处罚：{found}"[:200]
