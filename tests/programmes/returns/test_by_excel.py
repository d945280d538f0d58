"""Paper pledges come in by Excel, a row for each shop; many are accepted by the sheet that comes back."""

from __future__ import annotations

from tests import openers, world
from tests.kernel.desk.test_sheets import filled, send, table
from tests.programmes.returns.conftest import desk, record

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.models import Premises


def test_pledges_from_the_doors_of_an_area_and_accepted_by_the_sheet_that_comes_back(w) -> None:
    with scoped(SYSTEM):
        Premises.objects.create(entity=w.entity, name="清风鞋店", area=world.OFFICE, trade="product_seller")
    clerk = desk(w.people["内勤"])
    rows = table(clerk.get(f"/l/return_pledge/sheet/doors.xlsx?area={world.OFFICE}"))
    change = {
        "办理": "承诺无理由退货", "主营商品": "综合百货", "退货天数": "15", "商品完好标准": "未拆封", "退款天数": "3",
        "承诺有效期至": f"{world.in_days(365)}", "不适用的商品": "生鲜",
    }  # fmt: skip
    assert set(change) <= set(rows[0]), rows[0]
    address = send(clerk, filled(rows, change), "/l/return_pledge/sheet/")["Location"]
    clerk.post(f"{address}do/")
    with scoped(SYSTEM):
        made = list(Matter.objects.filter(kind="return_pledge", state="offered"))
    assert len(made) == 2 and {record(one).days for one in made} == {15}
    rows = table(clerk.get("/l/return_pledge/sheet.xlsx"))
    address = send(clerk, filled(rows, {"办理": "接受承诺"}), "/l/return_pledge/sheet/")["Location"]
    clerk.post(f"{address}do/")
    assert all(record(one).live for one in made)


def test_the_list_goes_out_with_its_terms(w, pledge) -> None:
    clerk = desk(w.people["内勤"])
    rows = table(clerk.get("/l/return_pledge/export/"))
    head = next(row for row in rows if "完好标准" in row)
    line = dict(zip(head, rows[rows.index(head) + 1], strict=False))
    assert line["不适用商品"] == openers.pledged()["excluded"] and str(line["退货天数"]).startswith("7")
