"""The enterprise at its phone: photos good and bad, with and without script; signing in by code; in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, Playwright, expect
from tests.browser.conftest import ARGS, CHROMIUM, Site
from tests.browser.looking import look
from tests.browser.steps import drain, photo_file
from tests.browser.test_first_inspection import planned

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import AccessLink
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.notices.models import SimulatedMessage
from zhijian.programmes.inspection.flow import RECTIFICATION
from zhijian.programmes.inspection.models import Inspection

Open = Callable[..., Page]


@pytest.fixture
def phone(playwright: Playwright) -> Iterator[Open]:
    """Open a browser without a memory."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)

    def opened(locale: str = "zh-CN", script: bool = True, width: int = 390, **more: Any) -> Page:
        size = {"width": width, "height": 844}
        return browser.new_context(locale=locale, viewport=size, java_script_enabled=script, **more).new_page()

    yield opened
    browser.close()


@pytest.fixture
def visit(site: Site) -> Matter:
    """A visit with two findings."""
    task, now = planned(site), timezone.now()
    with scoped(SYSTEM):
        matter = perform(
            task, "order", SYSTEM, result="basically_compliant", failed=2, items_checked=43, started=now, ended=now,
            record_id=uuid7(), record_digest="0" * 64,
        )  # fmt: skip
        for item, found, fix in [("1.2", "许可证未悬挂", "当日补齐公示"), ("2.3", "冷藏柜 12 ℃", "调整温度并记录")]:
            about = About(f"{item} {found}", matter.area, site.entity, site.premises, matter)
            perform(
                RECTIFICATION, "order", SYSTEM, about=about, item=item, found=found, required=fix,
                deadline=calendar.add_working_days(calendar.today(), 5)[0],
                by_field={"inspection": Inspection.objects.get(pk=matter.pk)},
            )  # fmt: skip
        return matter


@pytest.fixture
def link(site: Site, visit: Matter) -> str:
    with scoped(SYSTEM):
        return f"{site.url}/p/{make_link(site.entity, visit)}/"


def bad_file(folder: Path) -> Path:
    path = folder / "bill.jpg"
    path.write_bytes(b"MZ this is a program")
    return path


def photos_of(visit: Matter) -> int:
    with scoped(SYSTEM):
        return File.objects.filter(matter__parent=visit, original=None).count()


@pytest.mark.parametrize(("locale", "says"), [("zh-CN", "尚未提交"), ("en", "Not sent yet")])
def test_without_script_a_bad_photo_is_told_beside_the_field(
    phone: Open, link: str, visit: Matter, tmp_path: Path, locale: str, says: str
) -> None:
    page = phone(locale, script=False)
    page.goto(link)
    form = page.locator("form[data-photos]").first
    form.locator("textarea[name=answer]").fill("已将许可证悬挂。")
    form.locator("input[type=file][multiple]").set_input_files([photo_file(tmp_path, "a.jpg", 1), bad_file(tmp_path)])
    form.locator("[type=submit]").click()
    wrong = page.locator("form[data-photos] .field.bad .errorlist").first
    expect(wrong).to_be_visible()
    expect(wrong).to_contain_text("bill.jpg")
    expect(wrong).to_be_in_viewport()
    expect(page.locator(".box.bad")).to_contain_text(says)
    expect(page.locator("form[data-photos]").first.locator("textarea[name=answer]")).to_have_value("已将许可证悬挂。")
    assert photos_of(visit) == 0


def test_with_script_a_bad_photo_is_left_out_and_named(phone: Open, link: str, visit: Matter, tmp_path: Path) -> None:
    page = phone()
    page.goto(link)
    form = page.locator("form[data-photos]").first
    form.locator("textarea[name=answer]").fill("已将许可证悬挂。")
    form.locator("input[type=file][multiple]").set_input_files([photo_file(tmp_path, "a.jpg", 1), bad_file(tmp_path)])
    expect(form.locator(".errorlist")).to_contain_text("bill.jpg")
    expect(form.locator(".chosen li")).to_have_count(1)
    form.locator("input[type=file][multiple]").set_input_files([photo_file(tmp_path, f"{n}.jpg", n) for n in (2, 3)])
    expect(form.locator(".chosen li")).to_have_count(3)
    form.locator(".chosen button").first.click()
    expect(form.locator(".chosen li")).to_have_count(2)
    look(page, "photos-chosen")
    form.locator("[type=submit]").click()
    expect(page.locator("main")).to_contain_text("谢谢")
    expect(page.locator(".box.good")).to_be_in_viewport()
    expect(page.locator(".photos img")).to_have_count(2)
    for photo in page.locator(".photos img").all():
        photo.scroll_into_view_if_needed()
        expect(photo).to_have_js_property("complete", True)
        assert photo.evaluate("one => one.naturalWidth") > 0
    assert photos_of(visit) == 2
    assert page.url.startswith(link)
    look(page, "answered-zh")


def test_what_only_the_server_refuses_is_told_in_the_page_and_photos_stay_chosen(
    phone: Open, link: str, visit: Matter, tmp_path: Path
) -> None:
    page = phone("en")
    page.goto(link)
    form = page.locator("form[data-photos]").first
    page.evaluate("document.querySelectorAll('[required]').forEach(one => one.removeAttribute('required'))")
    form.locator("input[type=file][multiple]").set_input_files([photo_file(tmp_path, "a.jpg", 1)])
    expect(form.locator(".chosen li")).to_have_count(1)
    form.locator("[type=submit]").click()
    expect(page.locator(".box.bad")).to_contain_text("Not sent yet")
    form = page.locator("form[data-photos]").first
    expect(form.locator(".field.bad .errorlist")).to_be_in_viewport()
    expect(form.locator(".chosen li")).to_have_count(1)
    form.locator("textarea[name=answer]").fill("The licence hangs above the till.")
    form.locator("[type=submit]").click()
    expect(page.locator("main")).to_contain_text("Thank you")
    assert photos_of(visit) == 1


def test_a_lost_connection_loses_nothing(phone: Open, link: str, visit: Matter, tmp_path: Path) -> None:
    page = phone()
    page.goto(link)
    form = page.locator("form[data-photos]").first
    form.locator("textarea[name=answer]").fill("已将许可证悬挂。")
    form.locator("input[type=file][multiple]").set_input_files([photo_file(tmp_path, "a.jpg", 1)])
    expect(form.locator(".chosen li")).to_have_count(1)
    page.context.set_offline(True)
    form.locator("[type=submit]").click()
    expect(form.locator(".errorlist")).to_contain_text("没有丢失")
    page.context.set_offline(False)
    form.locator("[type=submit]").click()
    expect(page.locator("main")).to_contain_text("谢谢")
    assert photos_of(visit) == 1


def test_large_photos_are_made_smaller_and_their_way_is_shown(
    phone: Open, link: str, visit: Matter, tmp_path: Path
) -> None:
    large = tmp_path / "large.jpg"
    Image.effect_noise((3000, 2000), 90).convert("RGB").save(large, quality=95)
    page = phone()
    page.goto(link)
    form = page.locator("form[data-photos]").first
    form.locator("textarea[name=answer]").fill("已将许可证悬挂。")
    form.locator("input[type=file][multiple]").set_input_files([large])
    expect(form.locator(".chosen li")).to_have_count(1)
    line = {"offline": False, "latency": 20, "downloadThroughput": -1, "uploadThroughput": 250_000}
    page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", line)
    form.locator("[type=submit]").click()
    expect(form.locator("progress")).to_be_visible()
    expect(form.get_by_role("status").last).to_have_text(re.compile(r"[1-9]\d? %"))
    expect(page.locator("main")).to_contain_text("谢谢", timeout=20_000)
    with scoped(SYSTEM):
        kept = File.objects.select_related("blob").get(matter__parent=visit, original=None)
    assert kept.blob.size < large.stat().st_size / 2
    with files.open_blob(kept.blob) as source, Image.open(source) as picture:
        assert max(picture.size) == 1600


@pytest.mark.parametrize(
    ("locale", "wrong", "waits"), [("zh-CN", "不正确", "待您办理"), ("en", "not right", "Waits for you")]
)
def test_signing_in_from_end_to_end(
    phone: Open, site: Site, visit: Matter, locale: str, wrong: str, waits: str
) -> None:
    page = phone(locale)
    page.goto(f"{site.url}/my/")
    look(page, f"sign-in-{locale}")
    page.locator("input[name=registered]").fill(site.entity.code.lower())
    page.locator("form button.primary").click()
    drain()
    with scoped(SYSTEM):
        code = re.search(r"\b\d{6}\b", SimulatedMessage.objects.latest("pk").text)
    assert code is not None
    page.locator("input[name=code]").fill(f"{(int(code.group()) + 1) % 1_000_000:06d}")
    page.locator("form button.primary").click()
    expect(page.locator(".field.bad")).to_contain_text(wrong)
    look(page, f"wrong-code-{locale}")
    page.locator("input[name=code]").fill(code.group())
    page.locator("form button.primary").click()
    expect(page.locator("main")).to_contain_text(waits)
    look(page, f"account-{locale}")
    page.locator(".rows a").first.click()
    expect(page.locator("form[data-photos]")).to_have_count(2)
    page.goto(f"{site.url}/my/{uuid7()}/")
    look(page, f"not-mine-{locale}")
    page.goto(f"{site.url}/my/")
    page.locator('form[action="/my/sign-out/"] button').click()
    expect(page.locator("input[name=registered]")).to_be_visible()


def test_a_link_that_has_run_out_is_renewed_by_its_holder(phone: Open, site: Site, link: str) -> None:
    AccessLink.objects.update(expires=timezone.now())
    page = phone()
    page.goto(link)
    look(page, "expired")
    page.locator("main form button.primary").click()
    expect(page.locator("h1")).to_contain_text("新链接已发出")
    drain()
    with scoped(SYSTEM):
        new = re.search(r"http\S+/p/[\w-]+/", SimulatedMessage.objects.latest("pk").text)
    assert new is not None and new.group().startswith(site.url)
    page.goto(new.group())
    expect(page.locator("form[data-photos]")).to_have_count(2)


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
@pytest.mark.parametrize("width", [320, 390, 1440])
def test_pages_fit_every_screen(phone: Open, site: Site, link: str, locale: str, width: int) -> None:
    page = phone(locale, width=width)
    page.goto(link)
    for summary in page.locator("details > summary").all():
        summary.click()
    look(page, f"visit-{locale}-{width}")
    for name, address in [
        ("wrong-link", "/p/nothing/"), ("no-shop", "/d/NOSUCH/"), ("shop", f"/d/{site.premises.door_code}/"),
    ]:  # fmt: skip
        page.goto(site.url + address)
        look(page, f"{name}-{locale}-{width}")
