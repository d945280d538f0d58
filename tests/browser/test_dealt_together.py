"""Two people, one cause: the dispatcher confirms category and shop by keys, joins them, and both are answered."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from tests.browser.conftest import OFFICE, Site
from tests.browser.looking import BOTH, look
from tests.browser.steps import drain, sign_in
from tests.kernel.exchange.conftest import book
from tests.programmes.complaints.conftest import order

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.exchange.models import Owed
from zhijian.programmes.complaints.models import HotSpot, Item, Order
from zhijian.programmes.complaints.understanding.hotspots import week_of

pytestmark = [pytest.mark.browser]
ONE, TWO, THREE = "ZB2026113000001", "ZB2026113000002", "ZB2026113000003"


def _sheet(folder: Path) -> str:
    shop = {"被投诉对象": "清风小馆", "地址": "张店区水晶街1号"}
    rows = [
        order(ONE, **shop, 诉求内容="在清风小馆吃出头发，店员不给退，要求退款。"),
        order(TWO, **shop, 来电人="李女士", 来电号码="13905330001", 诉求内容="在清风小馆吃出头发，要求退款和赔偿。"),
        order(THREE, 被投诉对象="某店", 诉求分类="天书", 来电号码="13905330002", 诉求内容="办了年卡后跑路，余额不退。"),
    ]
    path = folder / "12345.xlsx"
    path.write_bytes(book([list(rows[0]), *(list(row.values()) for row in rows)]).read())
    return str(path)


def _for_all(desk: Page, label: str, **facts: str) -> None:
    """One act for all, from the page of the leading item."""
    desk.get_by_role("link", name=f"{label}：一并").click()
    for name, value in facts.items():
        desk.fill(f"#id_f-{name}", value)
    look(desk, f"together-{label}", widths=BOTH)
    desk.locator("#together button.btn-primary").click()
    expect(desk.locator(".rechead h1")).to_be_visible()


def test_two_people_one_cause_are_sorted_by_keys_joined_and_both_answered(
    site: Site, desk: Page, tmp_path: Path
) -> None:
    sign_in(desk, site.url, "he")
    desk.goto(f"{site.url}/exchange/t/zibo12345/orders/")
    desk.set_input_files("input[type=file]", _sheet(tmp_path))
    desk.get_by_role("button", name="收进来").click()
    expect(desk.get_by_text("12345.xlsx").first).to_be_visible()
    drain()  # what came is looked at
    with scoped(SYSTEM):
        one, two = (Order.objects.get(number=number).matter for number in (ONE, TWO))

    desk.goto(f"{site.url}/l/complaint/")
    desk.locator(f'a[href="/m/{one.uid}/"]').first.click()
    expect(desk.get_by_role("heading", name="诉求内容")).to_be_visible()
    expect(desk.locator("mark", has_text="头发").first).to_be_visible()  # the words that decided
    look(desk, "item-proposed", widths=BOTH)
    desk.get_by_role("link", name="查找被诉主体").click()
    expect(desk.get_by_text(site.entity.name)).to_be_visible()
    look(desk, "item-meant-and-category", widths=BOTH)
    desk.keyboard.press("a")  # what it is about
    expect(desk.get_by_text("已确认类别")).to_be_visible()
    desk.keyboard.press("1")  # and which shop is meant
    expect(desk.locator(".rechead", has_text=site.entity.name)).to_be_visible()
    expect(desk.locator(".tag.good", has_text="食品安全")).to_be_visible()

    expect(desk.get_by_role("heading", name="此前")).to_be_visible()
    look(desk, "item-seen-before", widths=BOTH)
    desk.locator(f'input[name=uid][value="{two.uid}"]').check()
    desk.get_by_role("button", name="把选中的并入本件").click()
    expect(desk.get_by_text("2 人反映同一件事")).to_be_visible()
    look(desk, "item-joined", widths=BOTH)
    for path, name in ((f"{one.uid}/category", "category"), (f"{two.uid}/part", "part")):
        desk.goto(f"{site.url}/complaints/{path}/")
        look(desk, f"item-{name}", widths=BOTH)
    desk.goto(f"{site.url}/l/complaint/")
    for row in desk.locator("tbody .c-pick input").all():
        row.check()
    desk.get_by_role("button", name="并件办理").click()  # the same from the list
    expect(desk.get_by_text("以哪一件为主")).to_be_visible()
    look(desk, "many", widths=BOTH)
    desk.goto(f"{site.url}/m/{one.uid}/")
    desk.get_by_role("link", name="转下级单位：一并").click()
    desk.select_option("#id_f-area", OFFICE)
    look(desk, "together-pass-on", widths=BOTH)
    desk.locator("#together button.btn-primary").click()
    expect(desk.locator(".rechead h1")).to_be_visible()
    desk.goto(f"{site.url}/complaints/labels/")
    expect(desk.get_by_text("天书").first).to_be_visible()
    look(desk, "labels", widths=BOTH)
    desk.get_by_label("“天书”在本局对应").select_option(label="预付消费")
    desk.get_by_role("button", name="保存").click()
    expect(desk.get_by_text("为 1 件未办结的给出建议")).to_be_visible()
    desk.goto(f"{site.url}/complaints/models/")
    look(desk, "model-card", widths=BOTH)
    with scoped(SYSTEM):
        spot = HotSpot.objects.create(
            of="complaint_problem", category="P04", area=OFFICE[:6], week=week_of(calendar.today()), seen=2, usual=0.2,
            weeks=12, p=1e-4, q=0.01, found_at=timezone.now(),
        )  # fmt: skip
    desk.goto(f"{site.url}/complaints/hotspots/")
    look(desk, "hot-spots", widths=BOTH)
    desk.get_by_role("link", name="食品安全").click()
    expect(desk.locator(f'a[href="/m/{two.uid}/"]')).to_be_visible()  # the items behind the number
    look(desk, "hot-spot", widths=BOTH)
    desk.get_by_label("为何不需再办").fill("同一家店，已并件办理")
    desk.get_by_role("button", name="处理完毕").click()
    expect(desk.get_by_text("没有热点")).to_be_visible()
    with scoped(SYSTEM):
        assert HotSpot.objects.get(pk=spot.pk).reason == "同一家店，已并件办理"

    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{one.uid}/")
    desk.get_by_role("link", name="指派：一并").click()
    desk.select_option("#id_f-assignee", label="赵明远")
    desk.locator("#together button.btn-primary").click()
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{one.uid}/")
    _for_all(desk, "双方达成一致", why="商家整改，每桌退款", recovered="58")
    _for_all(desk, "写答复", reply="经调解，商家已整改并退款，您表示满意。")
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{one.uid}/")
    desk.get_by_role("link", name="审核通过：一并").click()
    desk.locator("#together button.btn-primary").click()
    expect(desk.locator(".rechead", has_text="已答复")).to_be_visible()
    look(desk, "item-both-answered", widths=BOTH)
    with scoped(SYSTEM):
        over = Owed.objects.filter(table="replies", state="to_report").values_list("key", flat=True)
        assert set(over) == {ONE, TWO}, "each under its own number"
        assert {str(Item.objects.get(matter__orders__number=n).reply) for n in (ONE, TWO)} == {
            "经调解，商家已整改并退款，您表示满意。"
        }
