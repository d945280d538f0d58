"""What the interface says: every message id of code and templates, and the Chinese catalogue that must hold them all.

Found without the gettext programs: Python by its syntax tree, templates by Django's own reader. `update` brings the
catalogue up to date (new ids empty, unused ones removed); a test fails on an empty one.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
from django.utils.translation.template import templatize

from zhijian.config.places import CHECKOUT

SOURCES = CHECKOUT / "src/zhijian"
CATALOGUE = SOURCES / "locale/zh_Hans/LC_MESSAGES/django.po"
CALLS = {"_": 1, "gettext": 1, "gettext_lazy": 1, "gettext_noop": 1, "ngettext": 2, "ngettext_lazy": 2}
# What templatize leaves: gettext("…"), ngettext("…", "…", …), with any Python string literal.
TEMPLATE_CALL = re.compile(
    r"""(?P<name>n?gettext)\(\s*u?(?P<one>'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
    r"""(?:\s*,\s*u?(?P<many>'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"))?""",
    re.S,
)
Message = tuple[str, str]  # singular, plural ("" when there is none)


def _of_python(path: Path) -> Iterator[Message]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    imports = [node for node in nodes if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"]
    calls = CALLS | {
        one.asname: CALLS[one.name] for i in imports for one in i.names if one.asname and one.name in CALLS
    }
    for node in nodes:
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        wanted = calls.get(name, 0)
        texts = [a.value for a in node.args[:wanted] if isinstance(a, ast.Constant) and isinstance(a.value, str)]
        if wanted and len(texts) == wanted:
            yield texts[0], texts[1] if wanted == 2 else ""


def _of_template(path: Path) -> Iterator[Message]:
    text = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    for found in TEMPLATE_CALL.finditer(text):
        one = ast.literal_eval(found["one"])
        many = ast.literal_eval(found["many"]) if found["name"] == "ngettext" and found["many"] else ""
        yield one, many


def wanted() -> dict[Message, str]:
    """Every message with the file that says it first."""
    found: dict[Message, str] = {}
    for path in sorted(SOURCES.rglob("*")):
        if path.suffix == ".py" and "migrations" not in path.parts:
            messages = _of_python(path)
        elif path.suffix in (".html", ".txt") and "templates" in path.parts:
            messages = _of_template(path)
        else:
            continue
        for message in messages:
            if message[0]:
                found.setdefault(message, str(path.relative_to(SOURCES)))
    return found


def update(known: dict[str, str] | None = None) -> polib.POFile:
    """Bring the catalogue up to date; `known` are translations to fill in where there is none."""
    known = known or {}
    before = {(e.msgid, e.msgid_plural): e for e in polib.pofile(str(CATALOGUE))} if CATALOGUE.exists() else {}
    book = polib.POFile(wrapwidth=118)
    book.metadata = {
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Language": "zh_Hans",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    for (one, many), where in sorted(wanted().items(), key=lambda row: (row[1], row[0])):
        entry = polib.POEntry(msgid=one, msgid_plural=many, occurrences=[(where, "")])
        if "%" in one and re.search(r"%\(\w+\)s|%s|%d", one):
            entry.flags.append("python-format")
        old = before.get((one, many))
        text = (old.msgstr_plural.get(0, "") if many else old.msgstr) if old else ""
        text = text or known.get(one, "")
        if many:
            entry.msgstr_plural = {0: text}
        else:
            entry.msgstr = text
        book.append(entry)
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    book.save(str(CATALOGUE))
    return book


def missing() -> list[str]:
    """Message ids that code or templates say and the catalogue does not translate."""
    book = {(e.msgid, e.msgid_plural): e for e in polib.pofile(str(CATALOGUE))}
    gaps = []
    for message, where in wanted().items():
        entry = book.get(message)
        if entry is None or not (entry.msgstr_plural.get(0) if message[1] else entry.msgstr):
            gaps.append(f"{where}: {message[0]!r}")
    return gaps
