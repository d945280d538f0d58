"""Doors for everybody: inside WeChat with broken scripts, in large print, at the counter, with several shops."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from playwright.sync_api import Page, Playwright, Route, expect
from tests.browser.conftest import ARGS, CHROMIUM, Site
from tests.browser.looking import look
from tests.browser.steps import drain, photo_file, sign_in
from tests.browser.test_party import Open, link, phone, photos_of, visit
from tests.kernel.party import conftest as party

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import SimulatedMessage
from zhijian.kernel.registry.models import Entity, Premises

__all__ = ["link", "phone", "visit"]
WECHAT = (
    "Mozilla/5.0 (Linux; Android 10; V1813A) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/86.0.4240.99 "
    "XWEB/4317 MMWEBSDK/20220903 Mobile Safari/537.36 MicroMessenger/8.0.28.2240(0x28001C35) WeChat/arm64"
)


def signed_in(page: Page, site: Site, number: str) -> Page:
    """The browser, signed in with a number, as if the code had been right."""
    client = party.sign_in(Client(), number)
    cookie = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site.url}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    return page


@pytest.fixture
def second(site: Site) -> Entity:
    """Another enterprise of the same owner, with one shop."""
    with scoped(SYSTEM):
        made = Entity.objects.create(
            scheme="uscc", code="91370303MA3C0R6E8Y", name="淄博明月餐饮有限公司", area=site.entity.area,
            phone=site.entity.phone, representative="王清",
        )  # fmt: skip
        Premises.objects.create(entity=made, name="明月小馆", area=made.area, trade="restaurant")
    return made


def test_in_wechat_with_broken_scripts_the_owner_answers_by_camera_and_album(
    phone: Open, link: str, visit: Matter, tmp_path: Path
) -> None:
    page = phone(user_agent=WECHAT)
    broken: list[str] = []

    def spoil(route: Route) -> None:
        broken.append(route.request.url)
        route.fulfill(content_type="text/javascript", body="throw new Error('broken on the way')")

    page.route(re.compile(r"\.js($|\?)"), spoil)
    page.goto(link)
    form = page.locator("form[data-photos]").first
    form.locator("textarea[name=answer]").fill("已将许可证悬挂。")
    camera = form.locator("input[type=file][capture]")
    expect(camera).to_be_visible()
    camera.set_input_files([photo_file(tmp_path, "camera.jpg", 1)])
    form.locator("input[type=file][multiple]").set_input_files([photo_file(tmp_path, "album.jpg", 2)])
    form.locator("[type=submit]").click()
    expect(page.locator("main")).to_contain_text("谢谢")
    assert broken and photos_of(visit) == 2
    page.locator("form.type button").click()
    expect(page.locator("html")).to_have_class("large")
    page.goto(f"{link}address/")
    expect(page.locator("[data-unscripted]")).to_be_visible()


def test_with_scripts_photos_of_camera_and_album_go_together(
    phone: Open, link: str, visit: Matter, tmp_path: Path
) -> None:
    page = phone(user_agent=WECHAT)
    page.goto(link)
    form = page.locator("form[data-photos]").first
    form.locator("textarea[name=answer]").fill("已将许可证悬挂。")
    for n in (1, 2):
        form.locator("input[type=file][capture]").set_input_files([photo_file(tmp_path, f"{n}.jpg", n)])
        expect(form.locator(".chosen li")).to_have_count(n)
    form.locator("input[type=file][multiple]").set_input_files([photo_file(tmp_path, "3.jpg", 3)])
    expect(form.locator(".chosen li")).to_have_count(3)
    form.locator("[type=submit]").click()
    expect(page.locator("main")).to_contain_text("谢谢")
    assert photos_of(visit) == 3


def words_of(page: Page) -> str:
    """What is to be read within the page, whatever its size."""
    return re.sub(r"\s+", "", page.locator("main").inner_text())


def addresses(site: Site, link: str) -> dict[str, str]:
    """A page of each kind that the public and enterprises see, and the one for signing in."""
    return {
        "visit": link, "address": f"{link}address/", "account": f"{site.url}/my/", "access": f"{site.url}/my/access/",
        "sign-in": f"{site.url}/my/sign-in/", "wrong-link": f"{site.url}/p/nothing/", "verify": f"{site.url}/v/",
        "no-shop": f"{site.url}/d/NOSUCH/", "shop": f"{site.url}/d/{site.premises.door_code}/",
        "seals": f"{site.url}/seals/", "login": f"{site.url}/login/",
    }  # fmt: skip


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_large_print_is_the_same_page_and_nothing_is_cut(
    phone: Open, site: Site, second: Entity, link: str, locale: str
) -> None:
    page = signed_in(phone(locale), site, site.entity.phone)
    for name, address in addresses(site, link).items():
        page.set_viewport_size({"width": 390, "height": 844})
        page.goto(address)
        said = words_of(page)
        if page.locator("html").get_attribute("class") != "large":
            page.locator("form.type button").click()
        expect(page.locator("html")).to_have_css("font-size", "24px")
        assert words_of(page) == said, name
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        low = page.evaluate(
            "[...document.querySelectorAll('.btn, .link, main input, main textarea')]"
            ".filter(one => one.offsetHeight && !/checkbox|radio/.test(one.type)).map(one => one.offsetHeight)"
        )
        assert min(low, default=64) >= 60, f"{name}: a target of {min(low)} px"
        for width in (320, 390, 1440):
            page.set_viewport_size({"width": width, "height": 844})
            look(page, f"large-{name}-{locale}-{width}")
        page.context.clear_cookies(name="large")


def test_the_choice_is_kept_by_the_browser_and_undone_without_script(phone: Open, site: Site, link: str) -> None:
    page = phone(script=False)
    page.goto(link)
    page.locator("form.type button").click()
    expect(page.locator("html")).to_have_class("large")
    assert page.url == link
    page.goto(f"{site.url}/login/")
    expect(page.locator("html")).to_have_class("large")
    page.locator("form.type button").click()
    expect(page.locator("html")).not_to_have_class("large")


@pytest.fixture
def far_sighted(playwright: Playwright) -> Iterator[Page]:
    """A phone whose own type is set to one and a half."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGS, "--blink-settings=defaultFontSize=24"])
    yield browser.new_context(locale="zh-CN", viewport={"width": 390, "height": 844}).new_page()
    browser.close()


def test_the_phones_own_type_size_counts(far_sighted: Page, site: Site, link: str) -> None:
    for name, address in addresses(site, link).items():
        if name in ("login", "account", "access"):
            continue
        far_sighted.goto(address)
        expect(far_sighted.locator("body")).to_have_css("font-size", "24px")
        look(far_sighted, f"own-type-{name}")


def test_the_counter_answers_for_the_owner_and_puts_his_number_right(
    desk: Page, phone: Open, site: Site, visit: Matter, second: Entity, tmp_path: Path
) -> None:
    owner = signed_in(phone(), site, site.entity.phone)
    owner.goto(f"{site.url}/my/")
    expect(owner.locator(".shops a")).to_have_count(3)
    look(owner, "account-several")
    owner.locator(".shops a", has_text="明月").click()
    expect(owner.locator("h1")).to_contain_text("明月")
    look(owner, "account-one")

    with scoped(SYSTEM):
        finding = Matter.objects.filter(parent=visit).order_by("pk").first()
    assert finding is not None
    sign_in(desk, site.url, "sun")
    desk.goto(f"{site.url}/m/{finding.uid}/")
    look(desk, "desk-owner-here")
    desk.locator('a[href$="/for/answer/"]').click()
    desk.locator("[name=f-speaker]").fill("李建国")
    desk.locator("[name=f-how]").select_option("card")
    desk.locator("[name=f-answer]").fill("许可证已经挂上。")
    desk.locator("[name=f-photos]").set_input_files([photo_file(tmp_path, "1.jpg", 1)])
    look(desk, "desk-for-owner")
    desk.locator("main form button").first.click()
    expect(desk.locator(".timeline").first).to_contain_text("代李**录入")
    look(desk, "desk-entered")
    owner.goto(f"{site.url}/my/{visit.uid}/")
    expect(owner.locator("main")).to_contain_text("许可证已经挂上。")
    expect(owner.locator(".photos img")).to_have_count(1)

    desk.goto(f"{site.url}/e/{site.entity.uid}/number/")
    desk.locator("[name=f-speaker]").fill("王清")
    desk.locator("[name=f-how]").select_option("licence")
    desk.locator("[name=f-phone]").fill("13905330088")
    desk.locator("[name=f-reason]").fill("原店长离职，号码由其带走")
    look(desk, "desk-number")
    desk.locator("main form button.btn-primary").click()
    expect(desk.locator("main")).to_contain_text("139******88")
    look(desk, "desk-number-done")
    owner.goto(f"{site.url}/my/")
    expect(owner.locator("h1")).to_contain_text("淄博明月餐饮有限公司")
    expect(owner.locator("main")).not_to_contain_text("清风小馆")
    drain()
    with scoped(SYSTEM):
        told = SimulatedMessage.objects.filter(number=site.entity.phone).latest("pk")
    assert "不再是" in told.text


def test_the_owner_lets_a_manager_in_and_takes_it_away(phone: Open, site: Site, visit: Matter, second: Entity) -> None:
    owner, manager = (phone() for _ in range(2))
    signed_in(owner, site, site.entity.phone).goto(f"{site.url}/my/access/")
    look(owner, "access-nobody")
    owner.locator("[name=who]").fill("李店长")
    owner.locator("[name=phone]").fill("138 0533 0071")
    owner.get_by_label(site.premises.name).check()
    owner.locator("main form button.primary").click()
    expect(owner.locator(".rows")).to_contain_text("李店长")
    look(owner, "access-given")
    manager.goto(f"{site.url}/my/")
    manager.locator("[name=registered]").fill("13805330071")
    manager.locator("form button.primary").click()
    expect(manager.locator("[name=code]")).to_be_visible()
    drain()
    with scoped(SYSTEM):
        newest = SimulatedMessage.objects.filter(number="13805330071").latest("pk")
    code = re.search(r"\b\d{6}\b", newest.text)
    assert code is not None
    manager.locator("[name=code]").fill(code.group())
    manager.locator("form button.primary").click()
    expect(manager.locator("h1")).to_contain_text(site.premises.name)
    look(manager, "account-manager")
    owner.get_by_role("button", name="收回").click()
    expect(owner.locator(".rows")).not_to_contain_text("李店长")
    manager.goto(f"{site.url}/my/")
    expect(manager.locator("[name=registered]")).to_be_visible()
