"""The addresses of the site, from Django's resolver, and the table of who gets what there (permissions.toml)."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.resolvers import RoutePattern

TABLE = Path(__file__).with_name("permissions.toml")


def addresses() -> dict[str, tuple[str, ...]]:
    """Every route with the methods to ask: those of the operation for an API, GET and POST for a page."""
    found: dict[str, tuple[str, ...]] = {}

    def walk(patterns: list[Any], before: str) -> None:
        for one in patterns:
            part = str(one.pattern) if isinstance(one.pattern, RoutePattern) else str(one.pattern.regex.pattern)
            if isinstance(one, URLResolver):
                walk(one.url_patterns, before + part)
            elif isinstance(one, URLPattern):
                found[before + part] = _methods(one)

    walk(get_resolver().url_patterns, "")
    return found


def _methods(pattern: URLPattern) -> tuple[str, ...]:
    operations = getattr(getattr(pattern.callback, "__self__", None), "operations", None)
    if operations is None:
        view = getattr(pattern.callback, "__closure__", None) or ()
        held = [cell.cell_contents for cell in view if hasattr(cell.cell_contents, "operations")]
        operations = held[0].operations if held else None
    if operations is None:
        return ("GET", "POST")
    return tuple(sorted({method for operation in operations for method in operation.methods}))


def filled(route: str, args: dict[str, str], known: dict[str, str]) -> str:
    """The address of a route: `=text` stands for itself, anything else names one of the things."""
    path = route
    while "<" in path:
        start, end = path.index("<"), path.index(">")
        name = path[start + 1 : end].split(":")[-1]
        wanted = args[name]
        path = path[:start] + (wanted[1:] if wanted.startswith("=") else known[wanted]) + path[end + 1 :]
    return "/" + path


def names(route: str) -> list[str]:
    """The parameters of a route."""
    return [part.split(">")[0].split(":")[-1] for part in route.split("<")[1:]]


def expected(told: dict[str, Any], people: list[str]) -> dict[str, int]:
    """A line of the table, for each person."""
    named = {who: int(status) for status, whom in told.items() if status != "rest" for who in whom.split()}
    return {who: named.get(who, told["rest"]) for who in people}


def table() -> dict[str, dict[str, Any]]:
    """The table of permissions: route -> its `args` and what each method answers to whom."""
    return tomllib.loads(TABLE.read_text()) if TABLE.exists() else {}
