"""By the real server, which the other journeys do without: the field app is kept whole, and opens without a network."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Handset
from tests.gateways.uploads.phone import free_port
from tests.gateways.web.serving import started

from zhijian.ops import run


@pytest.fixture
def served(fresh_database: object, tmp_path: Path) -> Iterator[str]:
    port = free_port()
    process = started(run.desk("127.0.0.1", port, 1), fresh_database.env, tmp_path, port)  # type: ignore[attr-defined]
    yield f"http://127.0.0.1:{port}"
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(20)


def test_the_field_app_opens_without_a_network(served: str, handset: Handset) -> None:
    phone = handset.start()
    phone.goto(f"{served}/field/")
    expect(phone.get_by_test_id("enrol-username")).to_be_visible()
    phone.reload()  # the browser asks whether its files are still the same
    expect(phone.get_by_test_id("enrol-username")).to_be_visible()
    phone.wait_for_function("navigator.serviceWorker.ready.then(r => !!r.active)", timeout=15_000)
    handset.kill()
    handset.offline = True
    phone = handset.start()
    phone.goto(f"{served}/field/")
    expect(phone.get_by_test_id("enrol-username")).to_be_visible()
