"""What a style sheet or a script needs that the oldest browser does not have, by MDN's tables (npm, web/desk).

WeChat's browser and old phones stand at Chromium 87 (architecture.md, Conventions). Syntax is judged by esbuild, which
rewrites whatever its target does not know; names of properties, selectors, values, functions and members by the tables.
A name that several things bear counts as old when one of them is.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

OLDEST = 87
ROOT = Path(__file__).parents[1]
TABLES = ROOT / "web/desk/node_modules/@mdn/browser-compat-data/data.json"
ESBUILD = ROOT / "web/field/node_modules/.bin/esbuild"
UNITS = {"dv": "viewport_percentage_units_dynamic", "lv": "viewport_percentage_units_large",
         "sv": "viewport_percentage_units_small", "cq": "container_query_length_units"}  # fmt: skip
STRINGS = re.compile(r"'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`")


@cache
def _tables() -> dict[str, Any]:
    return json.loads(TABLES.read_text())


def since(entry: dict[str, Any] | None) -> float:
    """The version of Chrome that has it without a flag or a prefix; infinite for none, or for what nobody knows."""
    told = (entry or {}).get("__compat", {}).get("support", {}).get("chrome", [])
    plain = [
        _version(one.get("version_added"))
        for one in (told if isinstance(told, list) else [told])
        if not {"flags", "prefix", "alternative_name"} & set(one) and _version(one.get("version_removed")) > OLDEST
    ]
    return min(plain, default=float("inf"))


def _version(text: Any) -> float:
    number = str(text).lstrip("≤").split(".")[0]
    return int(number) if number.isdigit() else float("inf")


def _judged(name: str, *entries: dict[str, Any] | None) -> Iterator[str]:
    first = min((since(one) for one in entries), default=float("inf"))
    if first > OLDEST:
        yield f"{name}: " + ("in no table" if first == float("inf") else f"Chrome {first:.0f}")


# -- style sheets -----------------------------------------------------------------------------------------------------


def newer_in_css(text: str) -> list[str]:
    """What of a style sheet needs a newer browser, each once, with the version."""
    bare = STRINGS.sub('""', re.sub(r"/\*.*?\*/", "", text, flags=re.S))
    return list(dict.fromkeys(_rules(bare, within=False)))


def _blocks(text: str) -> Iterator[tuple[str, str | None]]:
    """Each rule with its body, and each declaration (None) of one level."""
    start = depth = opened = 0
    for n, sign in enumerate(text):
        if sign == "{":
            opened, depth = (n if depth == 0 else opened), depth + 1
        elif sign == "}":
            depth -= 1
            if depth == 0:
                yield text[start:opened].strip(), text[opened + 1 : n]
                start = n + 1
        elif sign == ";" and depth == 0:
            yield text[start:n].strip(), None
            start = n + 1
    if text[start:].strip():
        yield text[start:].strip(), None


def _rules(text: str, *, within: bool) -> Iterator[str]:
    css = _tables()["css"]
    for head, body in _blocks(text):
        if head.startswith("@"):
            yield from _at_rule(head)
            inner = head.split(None, 1)[0] in ("@media", "@supports", "@layer", "@container")
            yield from _rules(body or "", within=within) if inner else _declarations(body or "")
        elif body is None:
            yield from _declaration(head)
        else:
            yield from _judged("nesting", css["selectors"]["nesting"]) if within else ()
            yield from _selector(head)
            yield from _rules(body, within=True)


def _at_rule(head: str) -> Iterator[str]:
    rules = _tables()["css"]["at-rules"]
    name = head[1:].split(None, 1)[0].split("(")[0]
    if name == "-webkit-keyframes":
        return
    yield from _judged(f"@{name}", rules.get(name))
    if name == "media":
        for feature, compared in re.findall(r"\(\s*([\w-]+)\s*([<>=]*)", head):
            plain = re.sub(r"^(min|max)-", "", feature)
            yield from _judged(f"@media {plain}", rules["media"].get(plain))
            yield from _judged("@media ranges", rules["media"]["range_syntax"]) if compared else ()


def _selector(head: str) -> Iterator[str]:
    known = _tables()["css"]["selectors"]
    for name in re.findall(r"::?([\w-]+)", head):
        yield from _judged(f":{name}", known.get(name)) if not name.startswith("-") else ()
    for inside in re.findall(r":not\(([^()]*)\)", head):
        yield from _judged(":not(a, b)", known["not"]["selector_list"]) if "," in inside else ()


def _declarations(body: str) -> Iterator[str]:
    for head, _none in _blocks(body):
        yield from _declaration(head)


def _declaration(text: str) -> Iterator[str]:
    css = _tables()["css"]
    name, _colon, value = text.partition(":")
    name = name.strip()
    if not name.startswith("-"):
        entry = css["properties"].get(name)
        yield from _judged(name, entry)
        for word in re.findall(r"(?<![\w#.-])[a-z][a-z-]*(?![\w(-])", value):
            if isinstance(entry, dict) and "__compat" in entry.get(word, {}):
                yield from _judged(f"{name}: {word}", entry[word])
    for function in re.findall(r"([a-z][\w-]*)\(", value):
        kinds = [kind[function] for kind in css["types"].values() if isinstance(kind, dict) and function in kind]
        yield from _judged(f"{function}()", css["types"].get(function), *kinds)
    for unit in re.findall(r"(?<![\w#-])[\d.]+([a-zA-Z]+)", value):
        length = css["types"]["length"]
        entry = length.get(unit) or length.get(UNITS.get(unit[:2], ""))
        yield from _judged(f"1{unit}", entry) if entry else ()


# -- scripts ----------------------------------------------------------------------------------------------------------


def _esbuild(text: str, target: str) -> str:
    command = [str(ESBUILD), f"--target={target}", "--legal-comments=none", "--log-level=error", "--charset=utf8"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    return done.stdout if done.returncode == 0 else f"{target}: {done.stderr}"


def newer_in_js(text: str) -> list[str]:
    """What of a script needs a newer browser, with the version; syntax as the lines that would be changed."""
    modern, old = _esbuild(text, "esnext"), _esbuild(text, f"chrome{OLDEST}")
    found = [f"syntax: {line.strip()}" for line in modern.splitlines() if line not in old.splitlines()]
    bare = STRINGS.sub('""', modern)
    for name in sorted(set(re.findall(r"\.([A-Za-z]\w*)", bare))):
        if entries := _members().get(name):
            found += _judged(f".{name}", *entries)
    tables = _tables()
    own = set(re.findall(r"(?:function|const|let|var|class)\s+(\w+)", bare))
    for name in sorted(set(re.findall(r"(?<![.\w])([A-Za-z]\w*)", bare)) - own):
        entry = tables["javascript"]["builtins"].get(name) or tables["api"].get(name)
        if entry and "__compat" in entry:
            found += _judged(name, entry)
    return found


@cache
def _members() -> dict[str, list[dict[str, Any]]]:
    """Everything that stands behind a dot, by name."""
    found: dict[str, list[dict[str, Any]]] = {}
    tables = _tables()
    for group in (tables["javascript"]["builtins"], tables["api"]):
        for owner in group.values():
            for name, entry in owner.items():
                if isinstance(entry, dict) and "__compat" in entry:
                    found.setdefault(name.removesuffix("_static"), []).append(entry)
    return found
