"""GeoReport's JSON and XML: what is answered is told once, as names and values, and written in the form asked for.

XML is read by defusedxml: no entities, no document type.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import escape

TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
ROOTS = {
    "services": "service",
    "service_requests": "request",
    "service_requests_updates": "request_update",
    "service_request_updates": "request_update",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}  # what stands in each list is called so in XML
NO_TEXT = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML 1.0 has no place for


def written(root: str, told: Any, form: str) -> bytes:
    """An answer in the form. JSON leaves the names of lists out, as the specification does."""
    if form == "json":
        return json.dumps(told, ensure_ascii=False).encode(errors="replace")
    return b'<?xml version="1.0" encoding="utf-8"?>\n' + _tag(root, told).encode(errors="replace")


def _tag(name: str, told: Any) -> str:
    return f"<{name}>{_inside(name, told)}</{name}>"


def _inside(name: str, told: Any) -> str:
    if isinstance(told, Mapping):
        return "".join(_tag(one, value) for one, value in told.items())
    if isinstance(told, Sequence) and not isinstance(told, str):
        return "".join(_tag(ROOTS.get(name, "item"), one) for one in told)
    if told is None:
        return ""
    if isinstance(told, bool):
        return "true" if told else "false"
    return escape(NO_TEXT.sub("\ufffd", str(told)))


def error(code: int, description: str) -> list[dict[str, Any]]:
    """One error, as the specification has it."""
    return [{"code": code, "description": description}]


class Unreadable(Exception):
    """The other side's answer is no list of what was asked for."""


def read(body: bytes, form: str) -> list[dict[str, Any]]:
    """The rows of another endpoint's answer: a list of names and values. Raises Unreadable."""
    try:
        return _rows(json.loads(body)) if form == "json" else _from_xml(body)
    except ValueError as problem:  # what defusedxml refuses, and what is no XML, are ValueErrors or made ones
        raise Unreadable(str(problem)[:200]) from problem


def _rows(told: Any) -> list[dict[str, Any]]:
    if isinstance(told, dict):  # some wrap the list under its name
        lists = [one for one in told.values() if isinstance(one, list)]
        told = lists[0] if len(lists) == 1 else [told]
    if not isinstance(told, list) or not all(isinstance(one, dict) for one in told):
        raise Unreadable("no list of objects")
    return told


def _from_xml(body: bytes) -> list[dict[str, Any]]:
    from xml.etree.ElementTree import ParseError

    from defusedxml.ElementTree import fromstring

    try:
        root = fromstring(body, forbid_dtd=True)
    except ParseError as problem:
        raise Unreadable(str(problem)[:200]) from problem
    return [{cell.tag: (cell.text or "").strip() for cell in row} for row in root]


def text(row: Mapping[str, Any], *names: str) -> str:
    """The first value of these names that says something, as text."""
    said: Iterable[Any] = (row.get(name) for name in names)
    return next((str(one).strip() for one in said if one not in (None, "")), "")
