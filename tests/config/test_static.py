"""The field app below /field/: its entry points are never kept, its hashed files for ever."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from zhijian.config.static import StaticMiddleware


@pytest.fixture
def serve(tmp_path: Path, settings: Any) -> StaticMiddleware:
    (tmp_path / "assets").mkdir()
    for name in ("index.html", "sw.js", "manifest.webmanifest", "assets/index-DkX81_aZ.js", "assets/plain.js"):
        (tmp_path / name).write_text(name)
    settings.FIELD_APP = tmp_path
    return StaticMiddleware(lambda request: HttpResponse("the desk", status=404))


def ask(serve: StaticMiddleware, path: str) -> HttpResponse:
    return serve(RequestFactory().get(path))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/field/", "index.html"),
        ("/field/sw.js", "sw.js"),
        ("/field/manifest.webmanifest", "manifest.webmanifest"),
        ("/field/assets/plain.js", "assets/plain.js"),
    ],
)
def test_entry_points_are_asked_for_anew(serve: StaticMiddleware, path: str, name: str) -> None:
    answer = ask(serve, path)
    assert (answer.status_code, b"".join(answer), answer["Cache-Control"]) == (200, name.encode(), "no-cache")


def test_hashed_files_are_kept(serve: StaticMiddleware) -> None:
    assert "immutable" in ask(serve, "/field/assets/index-DkX81_aZ.js")["Cache-Control"]


def test_what_is_not_a_file_is_the_desks(serve: StaticMiddleware) -> None:
    assert ask(serve, "/field/../settings.py").content == b"the desk"
    assert ask(serve, "/field/nothing.js").status_code == 404
