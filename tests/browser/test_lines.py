"""Five lines of enforcement in a morning without network: a shop of three licences among them, a refusal to sign."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import OFFICE, Handset, Site
from tests.browser.looking import WIDER, picture
from tests.browser.steps import drain, enrol, sign, sync_until, unanswered
from tests.browser.test_first_inspection import review

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import Entity, Licence, Premises
from zhijian.programmes.inspection.checklists.applying import in_force
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models import Answer, ByList, Inspection

pytestmark = [pytest.mark.browser]


@dataclass(frozen=True)
class Line:
    """A shop of a line: what it holds, and by which lists it is inspected."""

    name: str
    trade: str
    lists: tuple[str, ...]
    licences: tuple[tuple[str, str], ...] = ()
    shared: int = 0  # questions that two of its lists ask


LINES = (
    Line("惠民大药房", "drug_retail", ("cn.drug_retail", "cn.food_retail", "cn.medical_device_seller"),
         (("drug", "鲁DA0000001"), ("food_business", "JY13703030000021"), ("device", "鲁淄药监械经营许20260001号")),
         shared=1),
    Line("丽人化妆品店", "cosmetics_seller", ("cn.cosmetics_seller",)),
    Line("齐鲁商厦（特种设备使用）", "equipment_user", ("cn.special_equipment",)),
    Line("水晶街农贸市场", "market", ("cn.farm_market", "cn.metrology"), shared=4),
    Line("王家豆腐作坊", "small_workshop", ("cn_shandong.small_workshop",)),
)  # fmt: skip
REFUSES = LINES[1]


def places() -> dict[Line, Premises]:
    """The five shops, side by side in the demo office."""
    found = {}
    with scoped(SYSTEM):
        for n, line in enumerate(LINES):
            entity = Entity.objects.create(scheme="none", code=f"line-{n}", name=line.name, area=OFFICE)
            place = Premises.objects.create(
                entity=entity, name=line.name, address=f"张店区水晶街 {n + 2} 号", area=OFFICE, trade=line.trade,
                lat="36.781000", lon="118.054000",
            )  # fmt: skip
            for kind, number in line.licences:
                Licence.objects.create(entity=entity, premises=place, kind=kind, number=number)
            found[line] = place
    return found


def sheet_of(line: Line) -> Sheet:
    """Its lists as one, as they hold today."""
    with scoped(SYSTEM):
        known = {one.code: one for one in in_force(calendar.today())}
    return join([known[code].data for code in line.lists])


def measured(sheet: Sheet, no: str, of: str) -> str:
    """A value that the item's limits allow."""
    wanted = sheet.items[no]["answer"]
    limit = next((one for one in wanted.get("limits", []) if one["of"] == of), wanted)
    return limit.get("min") or limit.get("max") or "1"


def tap(phone: Page, testid: str, sheet: Sheet) -> None:
    """What was not answered by its section complies, with a value where one is measured."""
    item = phone.get_by_test_id(testid).first
    for field in item.get_by_test_id("value-input").all():
        field.fill(measured(sheet, testid.removeprefix("item-"), field.get_attribute("data-of") or ""))
        field.blur()
    if item.get_attribute("data-answer") != "yes":
        item.get_by_test_id("answer-yes").click()
    expect(item).to_have_attribute("data-answer", "yes")


def nothing_is_asked_twice(phone: Page, sheet: Sheet, line: Line) -> None:
    """Each question once, by one number, and no screen wider than the phone."""
    asked = [one.get_attribute("data-testid") for one in phone.locator('[data-testid^="item-"]').all()]
    own = sum(len(section["items"]) for one in sheet.lists for section in one["sections"])
    assert len(asked) == len(set(asked)) == len(sheet.items) == own - line.shared
    wider = phone.evaluate(WIDER)
    assert wider <= 0, f"{wider} px too wide"


def inspect(phone: Page, line: Line, place: Premises) -> None:
    """From the search to the last signature."""
    sheet = sheet_of(line)
    phone.get_by_test_id("search").fill(line.name)
    phone.get_by_test_id(f"shop-{place.uid}").click()
    for code in line.lists:
        expect(phone.get_by_test_id(f"list-{code}")).to_be_checked()
    picture(phone, f"line-{line.trade}-shop")
    phone.get_by_test_id("start").click()
    expect(phone.get_by_test_id("check")).to_be_visible()
    nothing_is_asked_twice(phone, sheet, line)
    picture(phone, f"line-{line.trade}-list")
    for section in phone.locator('[data-testid^="section-rest-"]').all()[::-1]:
        section.click()
    for testid in unanswered(phone):
        tap(phone, testid, sheet)
    review(phone)
    picture(phone, f"line-{line.trade}-sign")
    for who in ("inspector1", "inspector2"):
        sign(phone, who)
    if line is REFUSES:
        phone.get_by_test_id("refuse").click()
        phone.get_by_test_id("refuse-reason").fill("老板不在，店员不肯签")
        phone.get_by_test_id("refuse-witness").fill("孙某（市场管理员）")
        phone.get_by_test_id("refuse-confirm").click()
        expect(phone.get_by_test_id("refused")).to_contain_text("不肯签")
        for who in ("inspector1", "inspector2"):  # what they had signed said nothing of a refusal
            sign(phone, who)
        sign(phone, "witness")
    else:
        sign(phone, "party")
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("kept")).to_be_visible()
    phone.get_by_test_id("to-today").click()


def test_five_lines_in_a_morning_without_network(site: Site, desk: Page, handset: Handset) -> None:
    shops = places()
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    phone.get_by_test_id("search").fill(LINES[-1].name)
    sync_until(phone, phone.get_by_test_id(f"shop-{shops[LINES[-1]].uid}"))
    handset.cut(True)
    for line, place in shops.items():
        inspect(phone, line, place)
    handset.cut(False)
    phone.goto(f"{site.url}/field/#/outbox")
    phone.get_by_test_id("outbox-send").click()
    expect(phone.locator('[data-testid^="sent-item-"]')).to_have_count(len(LINES), timeout=30_000)
    drain()
    with scoped(SYSTEM):
        for line, place in shops.items():
            visit = Inspection.objects.select_related("matter").get(matter__premises=place)
            assert (visit.matter.state, visit.matter.flags, visit.result) == ("closed", [], "compliant"), line.name
            rows = ByList.objects.filter(inspection=visit)
            assert {row.checklist.code for row in rows} == set(line.lists), "a result for each of its lists"
            assert {row.result for row in rows} == {"compliant"}
            assert Answer.objects.filter(inspection=visit).count() == len(sheet_of(line).items)
            assert visit.refused == (line is REFUSES)
            record = Paper.objects.get(matter=visit.matter, kind="onsite_record")
            signed = {one["who"] for one in record.signatures}
            assert signed == {"inspector1", "inspector2", "witness" if line is REFUSES else "party"}
        assert Matter.objects.filter(kind="inspection").count() == len(LINES), "three licences, one visit"
