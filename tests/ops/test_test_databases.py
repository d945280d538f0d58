"""The fixtures for databases themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request

import pytest
from django.contrib.auth import get_user_model
from django.db import ProgrammingError, connection, connections

from zhijian.ops.testing import FreshDatabase


def names() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, current_database()")
        return cursor.fetchone()


@pytest.mark.django_db
def test_tests_work_as_the_application() -> None:
    role, database = names()
    assert role == "zhijian_app"
    assert database.startswith(os.environ.get("ZHIJIAN_TEST_DB", "zj_test"))
    with pytest.raises(ProgrammingError), connection.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (x int)")


@pytest.mark.real_pg
def test_commits_are_real_and_seen_by_other_processes(fresh_database: FreshDatabase) -> None:
    assert names()[1] == fresh_database.name
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE TABLE shared (word text); INSERT INTO shared VALUES ('seen')")
    program = (
        "import django; django.setup(); from django.db import connection as c; k = c.cursor(); "
        "k.execute('SELECT word FROM shared'); print(k.fetchone()[0])"
    )
    environment = os.environ | fresh_database.env | {"DJANGO_SETTINGS_MODULE": "zhijian.config.settings"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "seen", done.stderr


@pytest.mark.django_db
def test_nothing_of_it_is_left_for_the_next() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('shared')")
        assert cursor.fetchone() == (None,)
    assert get_user_model()._default_manager.count() == 0


def test_a_site_in_a_thread_answers(live_site: str) -> None:
    with urllib.request.urlopen(f"{live_site}/healthz") as answer:
        assert answer.read() == b'{"ok": true}'
