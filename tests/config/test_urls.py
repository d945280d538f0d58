"""Friendly answers to what went wrong, and the address for watchers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import Http404
from django.test import Client, RequestFactory

from zhijian.config import errors, urls

pytestmark = pytest.mark.django_db


def test_watchers_learn_whether_the_database_answers(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.get("/healthz").json() == {"ok": True}

    class Broken:
        def cursor(self) -> None:
            raise OSError("gone")

    monkeypatch.setattr(urls, "connection", Broken())
    answer = urls.healthz(RequestFactory().get("/healthz"))
    assert answer.status_code == 503
    assert b"gone" not in answer.content


def test_machines_get_a_problem_people_a_page(client: Client) -> None:
    problem = errors.not_found(RequestFactory().get("/api/field/v1/nothing"), Http404())
    assert problem.status_code == 404
    assert b'"problem": "request.not_found"' in problem.content
    page = client.get("/there-is-no-such-page/")
    assert page.status_code == 404
    assert "Traceback" not in page.content.decode()


def test_words_come_even_when_the_page_itself_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> str:
        raise RuntimeError("no database")

    monkeypatch.setattr(errors, "render_to_string", fails)
    answer = errors.server_error(RequestFactory().get("/"))
    assert answer.status_code == 500
    assert answer["Content-Type"].startswith("text/plain")
    assert answer.content.strip()


def test_phones_can_fetch_the_authority(client: Client, settings: Any, tmp_path: Path) -> None:
    settings.DATA_HOME = tmp_path
    assert client.get("/ca.crt").status_code == 404
    (tmp_path / "tls").mkdir()
    (tmp_path / "tls/ca.crt").write_text("certificate")
    answer = client.get("/ca.crt")
    assert answer["Content-Type"] == "application/x-x509-ca-cert"
    settings.HTTPS_ONLY = True
    assert client.get("/ca.crt", secure=True).status_code == 404
