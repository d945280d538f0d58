"""Addresses, secrets and folders of an installation."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from zhijian.config import environment, places


def test_an_address_is_taken_apart_and_put_together_again() -> None:
    url = places.make_url("o'wner", "p@ss/w:rd %", "city", host="/run/with space", port=5433)
    parts = places.parse_database_url(url)
    assert (parts["USER"], parts["PASSWORD"], parts["NAME"]) == ("o'wner", "p@ss/w:rd %", "city")
    assert (parts["HOST"], parts["PORT"]) == ("/run/with space", "5433")
    assert places.with_parts(url) == url


def test_a_network_address_keeps_its_options() -> None:
    parts = places.parse_database_url("postgres://a:b@[::1]:6543/city?sslmode=require")
    assert (parts["HOST"], parts["PORT"], parts["OPTIONS"]) == ("::1", "6543", {"sslmode": "require"})
    again = places.with_parts("postgres://a:b@[::1]:6543/city?sslmode=require", user="x", password="y")
    assert again == "postgresql://x:y@[::1]:6543/city?sslmode=require"


@pytest.mark.parametrize("url", ["mysql://a:b@host/x", "postgresql://a:b@host/"])
def test_an_unusable_address_says_what_is_wrong(url: str) -> None:
    with pytest.raises(places.PlacesError, match="address"):
        places.parse_database_url(url)


def _secret_of(home: Path) -> subprocess.Popen[str]:
    program = "from zhijian.config.places import secret; print(secret('session'))"
    environment = os.environ | {"ZHIJIAN_HOME": str(home)}
    return subprocess.Popen([sys.executable, "-c", program], env=environment, stdout=subprocess.PIPE, text=True)


def test_processes_that_start_together_read_the_same_secret(tmp_path: Path) -> None:
    racers = [_secret_of(tmp_path / "home") for _ in range(4)]
    told = {racer.communicate()[0].strip() for racer in racers}
    path = tmp_path / "home/secrets/session"
    assert told == {path.read_text().strip()}
    assert len(path.read_text()) > 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(p.name for p in path.parent.iterdir()) == ["session"]


def test_a_secret_may_come_from_outside(tmp_path: Path) -> None:
    program = "from zhijian.config.places import secret; print(secret('database-app'))"
    given = os.environ | {"ZHIJIAN_HOME": str(tmp_path), "ZHIJIAN_SECRET_DATABASE_APP": "from outside"}
    done = subprocess.run([sys.executable, "-c", program], env=given, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "from outside"
    assert not (tmp_path / "secrets").exists()


def test_a_socket_never_has_too_long_a_path(tmp_path: Path) -> None:
    home = tmp_path / ("deep/" * 30) / "pg"
    folder = places.socket_folder(home)
    assert len(os.fsencode(folder / ".s.PGSQL.5432.lock")) <= 100
    assert folder != places.socket_folder(tmp_path / "other" / ("deep/" * 30) / "pg")


def test_a_pack_is_named_safely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PACK", "../x")
    with pytest.raises(places.PlacesError, match="PACK"):
        places.pack_name()


def test_each_checkout_has_a_data_home_of_its_own() -> None:
    assert places.checkout_slug(Path("/a/zhijian")) != places.checkout_slug(Path("/b/zhijian"))


def test_the_settings_table_hides_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a:hidden-word@b/c")
    assert "hidden-word" not in environment.table()
    assert "| `PORT` | 8000 |" in environment.table(markdown=True)


def test_the_operators_page_has_the_present_table() -> None:
    page = (places.CHECKOUT / "docs/operator.md").read_text(encoding="utf-8")
    assert environment.table(markdown=True).strip() in page


@pytest.mark.parametrize(
    ("pack", "language", "shown"),
    [("cn_zibo", "zh-hans", "2026-11-24 11:30"), ("us_chicago", "en", "2026-11-23 21:30")],
)
def test_pages_show_the_time_and_speak_the_language_of_the_place(pack: str, language: str, shown: str) -> None:
    """A moment near midnight, as a page, a paper or a job would write it."""
    program = (
        "import datetime as dt, django; django.setup();"
        "from django.template import engines; from django.conf import settings;"
        "at = dt.datetime(2026, 11, 24, 3, 30, tzinfo=dt.UTC);"
        "page = engines.all()[0].from_string('{{ at|date:\"Y-m-d H:i\" }}');"
        "print(settings.LANGUAGE_CODE, page.render({'at': at}))"
    )
    told = os.environ | {"PACK": pack, "DJANGO_SETTINGS_MODULE": "zhijian.config.settings"}
    answer = subprocess.run([sys.executable, "-c", program], env=told, capture_output=True, text=True, check=True)
    assert answer.stdout.split(maxsplit=1) == [language, shown + "\n"]


def test_a_place_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(places.PlacesError, match="us_chicago"):
        places.pack_setting("cn_nowhere", "zone")
