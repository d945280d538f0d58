"""Products are kept by the code that they bear, and found again by it over the shops of one's area."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from tests import world
from tests.gateways.field.test_field import here, phone, put, w  # noqa: F401 -- fixtures
from tests.phone import Phone, record

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection.onsite import gtin
from zhijian.programmes.inspection.onsite.models import SeenProduct

TABLE = json.loads((Path(__file__).parents[2] / "fixtures/gtin.json").read_text(encoding="utf-8"))


def test_codes_are_judged_as_the_phone_judges_them() -> None:
    for code in TABLE["whole"]:
        assert gtin.wrong_with(code) == "", code
    for code, why in TABLE["wrong"]:
        assert gtin.wrong_with(code) == why, code
    for one, other in TABLE["same"]:
        assert gtin.gtin(one) == gtin.gtin(other)


@given(st.text("0123456789", min_size=12, max_size=12), st.integers(0, 11), st.integers(1, 9))
def test_one_digit_mistyped_is_always_noticed(head: str, place: int, by: int) -> None:
    code = head + str(gtin.check_digit(head))
    assert gtin.wrong_with(code) == ""
    other = code[:place] + str((int(code[place]) + by) % 10) + code[place + 1 :]
    assert gtin.wrong_with(other) == "check"


MILK = {"code": "6901234567892", "name": "纯牛奶", "lot": "A1", "date": "2026-09-01"}


def test_what_was_scanned_stands_in_the_visit_on_its_papers_and_is_found_by_its_code(
    phone: Phone, w: world.World, client: Any  # noqa: F811
) -> None:  # fmt: skip
    sent = record(phone, here(phone, w), failed={"1.2": {"note": "过期", "products": [MILK]}})
    _, told = put(phone, sent)
    assert told["flags"] == []
    again = record(phone, here(phone, w), failed={"2.3": {"products": [{"code": "036000291452", "name": "饼干"}]}})
    put(phone, again)
    with scoped(SYSTEM):
        matter = Matter.objects.get(uid=told["matter"]["uid"])
        kept = SeenProduct.objects.get(matter=matter)
        order = matter.papers.get(kind="rectification_order")
        sheet = matter.papers.get(kind="result_sheet")
        w.stranger
    assert (kept.gtin, kept.item, kept.failed, kept.area, kept.premises_id) == (
        "06901234567892", "1.2", True, world.OFFICE, w.premises.pk,
    )  # fmt: skip
    said = "产品 纯牛奶 条码 6901234567892 批号 A1 标示日期 2026-09-01"
    assert order.data["found"][0]["found"] == f"过期；{said}"
    assert next(row for row in sheet.data["rows"] if row["no"] == "1.2")["note"] == f"过期；{said}"
    client.force_login(w.inspector)
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert "6901234567892" in page and "/visits/products/?code=6901234567892" in page
    listed = client.get("/visits/products/").content.decode()
    assert "纯牛奶" in listed and "饼干" in listed
    assert "批号" in listed and "抽签号" not in listed, "a lot of goods, not one that was drawn"
    found = client.get("/visits/products/", {"code": "0 36000-29145 2"}).content.decode()
    assert "饼干" in found and "纯牛奶" not in found
    assert "饼干" in client.get("/visits/products/", {"code": "0036000291452"}).content.decode(), "UPC-A as EAN-13"
    wrong = client.get("/visits/products/", {"code": "6901234567890"}, headers={"accept-language": "en"})
    assert "check digit of this code is wrong" in wrong.content.decode()
    file = client.get("/excel/products_seen/", {"code": "6901234567892"})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(file.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert len(rows) == 2 and "批号" in rows[0]
    assert {"纯牛奶", "A1", w.premises.name} <= set(map(str, rows[1]))
    other = Client()
    other.force_login(w.stranger)
    assert "纯牛奶" not in other.get("/visits/products/").content.decode(), "of another district"


def test_a_code_with_a_wrong_digit_is_kept_and_doubted(phone: Phone, w: world.World) -> None:  # noqa: F811
    wrong = {**MILK, "code": "6901234567890"}
    _, told = put(phone, record(phone, here(phone, w), failed={"1.2": {"products": [wrong]}}))
    assert [flag["code"] for flag in told["flags"]] == ["product_code"]
    assert "6901234567890" in told["flags"][0]["message"]
    with scoped(SYSTEM):
        assert SeenProduct.objects.filter(code="6901234567890").count() == 1
