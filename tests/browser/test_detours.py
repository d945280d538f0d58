"""Visits that do not go to plan: a shut shop, a stall of no file, a number corrected at the door."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import Handset, Site
from tests.browser.steps import drain, enrol, photo_file, sign, sign_in, sync_until, unlock
from tests.browser.test_first_inspection import planned

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.kernel.registry.models import Premises, Proposal
from zhijian.programmes.inspection.models import Attempt, Inspection, Lead


def online_again(handset: Handset, phone: Page) -> None:
    """The network is back, and everything leaves the phone."""
    handset.cut(False)
    phone.get_by_test_id("sync-now").click()
    expect(phone.get_by_test_id("outbox-button")).to_contain_text("0", timeout=30_000)


def photograph(phone: Page, folder: Path, seed: int) -> None:
    """Without a camera in this browser, a photo is chosen."""
    close = phone.get_by_role("dialog").get_by_role("button").last
    if close.count():
        close.click()
    phone.get_by_test_id("photo-input").set_input_files(str(photo_file(folder, f"{seed}.jpg", seed)))


@pytest.mark.slow
def test_a_shut_shop_is_visited_again(site: Site, desk: Page, handset: Handset, tmp_path: Path) -> None:
    task = planned(site)
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    sync_until(phone, phone.get_by_test_id(f"task-{task.uid}"))
    handset.cut(True)
    phone.get_by_test_id(f"task-{task.uid}").click()
    phone.get_by_test_id("hindered-open").click()
    phone.get_by_test_id("hindered-shut").click()
    expect(phone.get_by_test_id("atdoor")).to_be_visible()

    # Killed between the second tap and the photo: the choice is there.
    handset.kill()
    phone = handset.start()
    unlock(phone, site.url)
    phone.locator('[data-testid^="draft-"]').first.click()
    expect(phone.get_by_test_id("atdoor")).to_contain_text("今天没开门")
    photograph(phone, tmp_path, 31)
    expect(phone.get_by_test_id("kept")).to_be_visible()
    expect(phone.get_by_test_id("next-step")).to_contain_text("改日再查")
    phone.get_by_test_id("to-today").click()
    expect(phone.get_by_test_id(f"task-{task.uid}")).to_have_count(0)
    online_again(handset, phone)

    with scoped(SYSTEM):
        visit = Inspection.objects.select_related("matter").get(pk=task.pk)
        assert (visit.matter.state, visit.matter.flags) == ("planned", [])
        assert visit.planned_for is not None
        assert visit.planned_for > calendar.today()
        assert Attempt.objects.get(inspection=visit).kind == "shut"
        photo = File.objects.get(matter=task, kind="photo", original=None)
        assert photo.blob_id == photo.expected
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{task.uid}/")
    expect(desk.locator("main")).to_contain_text("当天未开门")
    expect(desk.locator("main")).to_contain_text(visit.planned_for.isoformat())
    sync_until(phone, phone.get_by_test_id(f"task-{task.uid}"))  # back among the tasks, for its new day


@pytest.mark.slow
def test_a_stall_of_no_file_is_matched_with_one_key(site: Site, desk: Page, handset: Handset, tmp_path: Path) -> None:
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    handset.cut(True)
    phone.get_by_test_id("search").fill("清风小馆早点摊")
    phone.get_by_test_id("unlisted-open").click()
    expect(phone.get_by_test_id("unlisted-name")).to_have_value("清风小馆早点摊")
    phone.get_by_test_id("unlisted-trade").select_option("restaurant")
    phone.get_by_test_id("unlisted-where").fill("水晶街口早市 3 号摊")
    phone.get_by_test_id("licensed-no").click()
    phone.get_by_test_id("unlisted-note").click()
    photograph(phone, tmp_path, 32)
    expect(phone.get_by_test_id("kept")).to_be_visible()
    phone.get_by_test_id("to-today").click()
    online_again(handset, phone)

    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/held/")
    desk.get_by_role("link", name="清风小馆早点摊").click()
    expect(desk.locator("[data-row].here")).to_contain_text(site.premises.name)
    expect(desk.locator("main")).to_contain_text("名称相近")
    desk.keyboard.press("a")
    desk.wait_for_url("**/m/**")
    with scoped(SYSTEM):
        matter = Matter.objects.get(kind="inspection", premises=site.premises)
        assert matter.state == "planned"
        assert "水晶街口早市 3 号摊" in Lead.objects.get(inspection=matter.pk).found
        photo = File.objects.get(matter=matter, kind="photo", original=None)
        assert photo.blob_id == photo.expected
    assert not Premises.objects.exclude(pk=site.premises.pk).exists(), "nothing was made twice"


@pytest.mark.slow
def test_a_short_record_is_signed_offline_and_bound_to_its_shop(
    site: Site, desk: Page, handset: Handset, tmp_path: Path
) -> None:
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    phone.get_by_test_id("search").fill("清风小馆")
    sync_until(phone, phone.get_by_test_id(f"shop-{site.premises.uid}"))  # so the trades are there as well
    handset.cut(True)
    phone.get_by_test_id("search").fill("清风小馆早点摊")
    phone.get_by_test_id("unlisted-open").click()
    phone.get_by_test_id("unlisted-trade").select_option("restaurant")
    phone.get_by_test_id("unlisted-where").fill("水晶街口早市 3 号摊")
    phone.get_by_test_id("licensed-no").click()
    phone.get_by_test_id("unlisted-short").click()
    expect(phone.get_by_test_id("obstacles")).to_contain_text("现场情况还没写")
    phone.get_by_test_id("photo-input").set_input_files(str(photo_file(tmp_path, "33.jpg", 33)))
    expect(phone.get_by_test_id("photo")).to_have_count(1)
    for tick in ("informed-cards", "informed-rights"):
        phone.get_by_test_id(tick).check()
    phone.get_by_test_id("present-name").fill("周某")
    phone.get_by_test_id("findings").fill("未取得食品经营许可，现场制售油条。")
    if not phone.get_by_test_id("second").input_value():
        phone.get_by_test_id("second").select_option(index=1)
    expect(phone.get_by_test_id("obstacles")).to_have_count(0)
    phone.get_by_role("button", name="今日任务").last.click()
    phone.locator('[data-testid^="draft-"]').first.click()
    expect(phone.get_by_test_id("obstacles")).to_have_count(0)  # read from what the phone has kept

    # Killed before signing: what was written is there.
    handset.kill()
    phone = handset.start()
    unlock(phone, site.url)
    phone.locator('[data-testid^="draft-"]').first.click()
    expect(phone.get_by_test_id("findings")).to_have_value("未取得食品经营许可，现场制售油条。")
    phone.get_by_test_id("to-sign").click()
    expect(phone.get_by_test_id("sign")).to_contain_text("笔录")
    # An officer has signed when the party will not: what he signed changes, and he is told. Taken back, it holds.
    sign(phone, "inspector1")
    phone.get_by_test_id("refuse").click()
    phone.get_by_test_id("refuse-reason").fill("不认可检查结果")
    phone.get_by_test_id("refuse-witness").fill("孙某")
    phone.get_by_test_id("refuse-confirm").click()
    expect(phone.get_by_test_id("refused")).to_contain_text("不认可检查结果")
    expect(phone.get_by_test_id("sign-again")).to_contain_text("先前签的是改动前的内容，请重签")
    phone.get_by_test_id("refuse-undo").click()
    expect(phone.get_by_test_id("sign-again")).to_have_count(0)
    for who in ("party", "inspector2"):
        sign(phone, who)
    phone.get_by_test_id("submit").click()
    expect(phone.get_by_test_id("kept")).to_be_visible()
    phone.get_by_test_id("to-today").click()
    online_again(handset, phone)

    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/held/")
    desk.get_by_role("link", name="清风小馆早点摊").click()
    expect(desk.locator("[data-row].here")).to_contain_text(site.premises.name)
    desk.keyboard.press("a")
    desk.wait_for_url("**/m/**")
    expect(desk.locator("main")).to_contain_text("现场笔录：未取得食品经营许可，现场制售油条。")
    with scoped(SYSTEM):
        matter = Matter.objects.get(kind="inspection", premises=site.premises)
        paper = Paper.objects.get(matter=matter)
        assert (matter.state, matter.flags, paper.kind, len(paper.signatures)) == ("closed", [], "onsite_record", 3)
        assert paper.number
        assert NumberRow.objects.get(paper=paper).device is not None, "the number was reserved for the phone"
        assert "水晶街口早市 3 号摊" in Lead.objects.get(inspection=matter.pk).found


@pytest.mark.slow
def test_a_number_corrected_at_the_door_is_taken_over_with_one_key(site: Site, desk: Page, handset: Handset) -> None:
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    phone.get_by_test_id("search").fill("清风小馆")
    sync_until(phone, phone.get_by_test_id(f"shop-{site.premises.uid}"))
    handset.cut(True)
    phone.get_by_test_id(f"shop-{site.premises.uid}").click()
    phone.get_by_test_id("correct-open").click()
    phone.get_by_test_id("correct-phone").fill("0533-2180099")
    phone.get_by_test_id("correct-send").click()
    expect(phone.get_by_test_id("kept")).to_be_visible()
    phone.get_by_test_id("to-today").click()
    online_again(handset, phone)

    sign_in(desk, site.url, "sun")
    expect(desk.locator("main")).to_contain_text("现场更正")
    desk.goto(f"{site.url}/corrections/")
    row = desk.locator("[data-row].here")
    expect(row).to_contain_text("13805330000")
    expect(row).to_contain_text("0533-2180099")
    desk.keyboard.press("a")
    expect(desk.locator("main")).to_contain_text("没有待处理的更正")
    assert Premises.objects.get(pk=site.premises.pk).phone == "0533-2180099"
    with scoped(SYSTEM):
        assert Proposal.objects.get().state == "accepted"
    drain()
    comes_with_the_sync(phone, site, "0533-2180099")


def comes_with_the_sync(phone: Page, site: Site, number: str) -> None:
    """The phone shows the new number on the shop's page; a pull ends at the oldest transaction that still runs."""
    new = phone.get_by_role("link", name=number)
    for _ in range(15):
        phone.get_by_test_id("sync-now").click()
        expect(phone.get_by_test_id("sync-now")).to_be_enabled(timeout=20_000)
        phone.get_by_test_id("search").fill("清风小馆")
        phone.get_by_test_id(f"shop-{site.premises.uid}").click()
        expect(phone.get_by_test_id("correct-open")).to_be_visible()
        if new.count():
            break
        phone.get_by_test_id("back").click()
    expect(new).to_be_visible()
