"""The inspection code: shown on a phone without network, scanned by the shop's own phone, and seen to be scanned."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import Handset, Site, phone_page
from tests.browser.looking import look
from tests.browser.steps import enrol, sign_in, sync_until
from tests.browser.test_first_inspection import planned

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection.models import Inspection

pytestmark = pytest.mark.browser
READER = Path(__file__).parents[2] / "web/field/node_modules/jsqr/dist/jsQR.js"
DECODE = """async png => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const canvas = Object.assign(document.createElement("canvas"), {width: picture.width, height: picture.height});
  const context = canvas.getContext("2d");
  context.drawImage(picture, 0, 0);
  const {data, width, height} = context.getImageData(0, 0, canvas.width, canvas.height);
  return jsQR(data, width, height)?.data ?? "";
}"""


def scan(reader: Page, phone: Page, *, dense: bool = False) -> str:
    """What a phone's camera reads from the other phone's screen. A real screen has three pixels where this browser has
    one: a `dense` code is read from such a drawing of it."""
    code = phone.get_by_test_id("visit-qr")
    drawn = code.evaluate("code => code.outerHTML")
    picture = code.screenshot()
    reader.goto("about:blank")
    if dense:
        reader.set_content(f"<!doctype html><title>screen</title><style>svg {{ width: 1080px }}</style>{drawn}")
        picture = reader.locator("svg").screenshot()
    reader.set_content("<!doctype html><title>camera</title>")
    reader.add_script_tag(path=str(READER))
    return str(reader.evaluate(DECODE, base64.b64encode(picture).decode()))


def test_the_shop_scans_the_code_that_a_phone_without_network_shows(
    playwright: Playwright, site: Site, desk: Page, handset: Handset
) -> None:
    matter = planned(site)
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    sync_until(phone, phone.locator(f'[data-testid="task-{matter.uid}"]'))
    handset.cut(True)
    phone.locator(f'[data-testid="task-{matter.uid}"]').click()
    phone.get_by_test_id("visit-code").click()
    look(phone, "visit-code-phone")
    browser, shop = phone_page(playwright)
    address = scan(shop, phone)
    assert address.startswith(f"{site.url.upper()}/I/"), address
    shop.goto(address)
    page = shop.locator("main")
    expect(page).to_contain_text("核验通过")
    expect(page).to_contain_text(site.entity.name)
    look(shop, "visit-code-page")
    phone.get_by_test_id("visit-code-words").click()  # neither phone has a network: the camera itself shows the text
    look(phone, "visit-code-words")
    words = scan(shop, phone, dense=True)
    for told in (site.entity.name, "检查人员：赵明远", "检查依据：", "检查类型：日常检查"):
        assert told in words, told
    assert words.splitlines()[-1] == address, "signed, to be checked later"
    phone.get_by_test_id("visit-code-close").click()
    phone.get_by_test_id("start").click()
    expect(phone.get_by_test_id("visit-code")).to_be_visible()  # on arrival as well

    shop.goto(address[:-9] + ("B" if address[-9] != "B" else "C") + address[-8:])
    expect(page).to_contain_text("不是我们的检查码")
    look(shop, "visit-code-altered")
    sign_in(desk, site.url, "zhao")
    desk.goto(f"{site.url}/m/{matter.uid}/")
    expect(desk.locator("main")).to_contain_text("检查码扫描")
    look(desk, "visit-code-desk")
    with scoped(actor_of(Person.objects.get(username="sun"))) as head:
        perform(matter, "cancel", head, reason="改期")
    shop.goto(address)
    expect(page).to_contain_text("这次检查已经取消")
    look(shop, "visit-code-cancelled")
    shop.set_viewport_size({"width": 1440, "height": 900})
    look(shop, "visit-code-cancelled-1440")
    browser.close()


def test_the_code_that_the_superiors_issued_is_scanned_from_the_phone_as_its_number(
    playwright: Playwright, site: Site, desk: Page, handset: Handset
) -> None:
    matter, number = planned(site), "2026111800051"
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(check_code=number)
    phone = handset.start()
    enrol(desk, phone, site.url, "zhao")
    sync_until(phone, phone.locator(f'[data-testid="task-{matter.uid}"]'))
    handset.cut(True)
    phone.locator(f'[data-testid="task-{matter.uid}"]').click()
    phone.get_by_test_id("visit-code").click()
    expect(phone.get_by_text(number, exact=True)).to_be_visible()
    expect(phone.get_by_test_id("visit-code-words")).to_have_count(0)  # ours alone has words and a signature
    look(phone, "visit-code-superiors")
    browser, camera = phone_page(playwright)
    assert scan(camera, phone) == number
    browser.close()
