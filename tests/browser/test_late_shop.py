"""A shop that reaches the phone only after somebody has typed its name: it is found without typing again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from playwright.sync_api import Page, expect
from tests.browser.conftest import Handset, Site
from tests.browser.steps import enrol, sync_until

from zhijian.kernel.registry.models import Premises


@contextmanager
def a_slow_writer() -> Iterator[None]:
    """Another transaction of this database that has written and does not end: every pull stops at it."""
    begun, over = threading.Event(), threading.Event()

    def write() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_current_xact_id()")
                begun.set()
                over.wait(120)
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    assert begun.wait(10)
    try:
        yield
    finally:
        over.set()
        thread.join()


@pytest.mark.slow
def test_a_shop_that_comes_later_is_found_by_the_words_typed_before(site: Site, desk: Page, handset: Handset) -> None:
    phone = handset.start()
    shop = phone.get_by_test_id(f"shop-{site.premises.uid}")
    with a_slow_writer():
        # Changed after the slow one began: no pull may tell it yet.
        Premises.objects.filter(pk=site.premises.pk).update(address="张店区水晶街 2 号")
        enrol(desk, phone, site.url, "zhao")
        phone.get_by_test_id("search").fill("清风")
        expect(phone.get_by_role("status").filter(has_text="没有找到")).to_be_visible()
        expect(shop).to_have_count(0)
    sync_until(phone, shop)
