"""The proof of service on paper: whatever is told of a service stands in its own row."""

from __future__ import annotations

import io
import uuid
from typing import Any

import pytest
from pypdf import PdfReader
from tests.kernel.papers.conftest import AT

from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.render import render

DATA: dict[str, Any] = {
    "addressee": "淄博清风餐饮有限公司", "cause": "日常检查", "at": "2026-11-23T10:20", "way": "post",
    "papers": [{"title": "责令改正通知书", "number": "张店市监责改〔2026〕12号", "copies": 1, "digest": "0" * 64}],
    "place": "山东省淄博市张店区水晶街道" * 22 + "末处", "receiver": "收件人" * 20 + "末人", "relation": "同住成年家属",
    "witness": "社区工作人员" * 30 + "末证", "served_on": "2026-11-23",
    "officers": [{"name": "甲", "certificate_no": "鲁C-001"}, {"name": "乙", "certificate_no": "鲁C-002"}],
    "remarks": "\n".join(["查无此人，邮件退回。" * 30, "邮件编号 EX123456789CN", "交邮 2026-11-20", "末注"]),
}  # fmt: skip
# What ends a row, and the label of the row below.
ENDS = [("末处", "送达方式"), ("末人", "见证人签名"), ("末证", "送达人"), ("C-002", "备")]


def receipt() -> Paper:
    digest = sha256_hex(canonical(DATA))
    return Paper(
        uid=uuid.UUID(int=1), kind="service_receipt", area="370303006", organ="370303", number="", code="ABCDEFGHJKMN",
        data=DATA, digest=digest, signed_digest=digest, at=AT, signatures=[], state="issued",
    )  # fmt: skip


@pytest.fixture(scope="module")
def lines() -> list[tuple[int, float, str]]:
    """The page, the height above its foot, and the text of each piece, as they stand on paper."""
    found: list[tuple[int, float, str]] = []
    for n, page in enumerate(PdfReader(io.BytesIO(render(receipt()))).pages):

        def keep(text: str, cm: list[float], tm: list[float], *_font: Any, n: int = n) -> None:
            if text.strip():
                found.append((n, abs(cm[5] + cm[3] * tm[5]), "".join(text.split()).replace("\u200b", "")))

        page.extract_text(visitor_text=keep)
    return found


def where(lines: list[tuple[int, float, str]], text: str) -> tuple[int, float]:
    """The page and the way down it (negative height) at which the text stands last."""
    n, height, _text = [one for one in lines if text in one[2]][-1]
    return n, -height


@pytest.mark.parametrize(("end", "below"), ENDS)
def test_what_is_long_ends_above_the_row_below(lines: Any, end: str, below: str) -> None:
    label = [one for one in lines if one[2].startswith(below)]
    assert label
    assert where(lines, end) < max((n, -height) for n, height, _text in label)


def test_nothing_runs_into_the_foot(lines: Any) -> None:
    n, down = where(lines, "末注")
    foot = [height for page, height, text in lines if page == n and ("校验码" in text or "第" in text)]
    assert foot
    assert -down > max(foot)
