"""What was punished on the spot, amended, and seen of goods: on the desk, and the decision on the phone."""

from __future__ import annotations

from playwright.sync_api import expect
from tools.pictures import phone as steps
from tools.pictures.album import BOTH, HEAD, INSPECTOR, WIDE, Album, first_link

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.programmes.inspection.amending.models import EarlierVersion


def enforcement(album: Album) -> None:
    """A penalty, the versions of an amended record, minutes on site, products; then the penalty as it is decided."""
    with scoped(SYSTEM):
        amended = EarlierVersion.objects.select_related("inspection__matter").order_by("pk")[0].inspection.matter
    for size, language, end in BOTH:
        with album.browser(size, language) as page:
            album.sign_in(page, HEAD)
            album.open(page, "/l/spot_penalty/")
            album.take(page, f"desk-penalties{end}")
            album.open(page, first_link(page, 'tbody a[href^="/m/"]'))
            album.take(page, f"desk-penalty{end}")
            album.open(page, f"/m/{amended.uid}/")
            page.locator("[data-versions]").scroll_into_view_if_needed()
            album.take(page, f"desk-amended{end}")
            album.open(page, "/visits/time/")
            album.take(page, f"desk-minutes{end}")
            album.open(page, "/visits/products/")
            album.take(page, f"desk-products{end}")
    for language, end in (("zh", ""), ("en", "-en")):
        decide(album, language, end)


def decide(album: Album, language: str, end: str) -> None:
    """A warning for what failed at a visit, as far as it is filled in; nothing of it is kept."""
    with album.browser(WIDE) as desk, album.phone(language) as context:
        phone = context.pages[0]
        album.sign_in(desk, INSPECTOR)
        steps.enrol(desk, phone, album.site, INSPECTOR)
        expect(phone.locator('[data-testid^="task-"]').first).to_be_visible(timeout=90_000)
        tasks = phone.locator('[data-testid^="task-"]')
        tasks.filter(has_not_text="复查").filter(has_not_text="Re-check").first.click()
        phone.get_by_test_id("start").click()
        context.set_offline(True)
        steps.visit(phone, steps.nobody)
        phone.get_by_test_id("next-open").click()
        phone.get_by_test_id("penalty-open").click()
        phone.get_by_test_id("penalty-ground").select_option(index=2)
        phone.get_by_test_id("penalty-told").check()
        phone.get_by_test_id("penalty-silent").click()
        phone.get_by_test_id("penalty").evaluate(
            "card => window.scrollTo(0, card.getBoundingClientRect().top + scrollY)"
        )
        album.take(phone, f"field-penalty{end}")
