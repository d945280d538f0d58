"""A draft's data as the fields of a .docx, and what came back as data again. Pure: no Django, no I/O."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.papers.drafts.docx import Field, same
from zhijian.kernel.papers.forms import Form
from zhijian.kernel.words import quoted

MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9]\d{9}(?![0-9A-Za-z])")
MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2})?")
DIGEST, CODE = "digest", "code"
META = ("title", "organ_name", CODE, DIGEST)
LATER = NUMBER, SEAL, SIGNATURES = ("number", "seal", "signatures")  # stand on the issued paper only
MEANT = ("name", "found")  # the part that is meant where a template names a fact that has parts
SHORT, BETWEEN = 12, "、"  # characters; in the language of papers, whoever reads


def said(value: Any, language: str = "") -> str:
    """A fact as one reads it: lists in lines, parts one after the other, days and minutes as papers tell them."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, list):
        return "\n".join(filter(None, (said(one, language).replace("\n", " ") for one in value)))
    if isinstance(value, dict):
        return " · ".join(filter(None, (said(one, language).replace("\n", " ") for one in value.values())))
    return _moment(str(value), language) if MOMENT.fullmatch(str(value)) else str(value)


def _moment(value: str, language: str) -> str:
    """2026-09-02T17:42 as 2026年9月2日17时42分, in other languages as 2026-09-02 17:42."""
    if not language.startswith("zh"):
        return value.replace("T", " ")
    day, _t, minute = value.partition("T")
    year, month, date = (int(part) for part in day.split("-"))
    told = f"{year}年{month}月{date}日"
    return told + "{}时{}分".format(*(int(part) for part in minute.split(":"))) if minute else told


def covered(text: str, data: Mapping[str, Any]) -> str:
    """A field's text as pages show it: numbers of people are covered, also one that was changed in a file."""
    for one in data.values():
        if isinstance(one, dict) and one.get("phone"):
            text = text.replace(str(one["phone"]), mask(str(one["phone"])))
    return MOBILE.sub(lambda found: mask(found.group()), text)


def fields_of(form: Form, data: Mapping[str, Any], meta: Mapping[str, str], labels: Mapping[str, str]) -> list[Field]:
    """Every field of a draft: what names it first, then its facts in the order of the official form.

    Free are those facts that the pack calls free and that are text, or lines of text.
    """
    found = [Field(name, labels.get(name, name), meta[name]) for name in META]
    for one in form.fields:
        value = data.get(one["key"])
        free = one["key"] in form.free and is_words(value)
        found.append(Field(one["key"], one["label"], said(value, form.language), free))
    return found


def parts_of(form: Form, data: Mapping[str, Any], later: Mapping[str, str]) -> list[Field]:
    """What templates may name besides, all of it locked: parts of facts (`party.name`, `found.found`), and what only
    the issued paper has (`LATER`), told as `later` says until then.
    """
    found = [Field(name, later[name], f"（{later[name]}）") for name in LATER]
    for name in sorted(set(form.names.values())):
        key, _dot, part = name.partition(".")
        if part and isinstance(data.get(key), dict | list):
            label = next(alias for alias, meant in form.names.items() if meant == name)
            found.append(Field(name, label, _part(data[key], part, form.language)))
    return found


def _part(fact: Any, part: str, language: str) -> str:
    """A part of a fact; of several facts, short ones in one line, longer ones numbered."""
    if isinstance(fact, dict):
        return said(fact.get(part), language)
    told = [said(one.get(part), language).replace("\n", " ") for one in fact if isinstance(one, dict)]
    if all(len(one) < SHORT for one in told):
        return BETWEEN.join(told)
    return "\n".join(f"{n}．{one}" for n, one in enumerate(told, 1)) if len(told) > 1 else "".join(told)


def names_of(form: Form, labels: Mapping[str, str]) -> dict[str, str]:
    """What a template may call each field: its key, its label, and the other names that the pack knows."""
    names = {name: name for name in (*META, *LATER)} | {label: name for name, label in labels.items()}
    parts = set(form.names.values())
    for one in form.fields:
        key = one["key"]
        names |= {key: key, one["label"]: next((f"{key}.{part}" for part in MEANT if f"{key}.{part}" in parts), key)}
    return names | form.names | {meant: meant for meant in parts}


def meant(name: str, names: Mapping[str, str]) -> str:
    """Which field a name of a template means; empty for none. 当事人.住所 is 住所, where that is a part of 当事人."""
    if name in names:
        return names[name]
    whole, dot, part = name.partition(".")
    found = (names.get(whole + part) or names.get(part, "")) if dot else ""
    return found if found.partition(".")[0] == names.get(whole, "").partition(".")[0] else ""


def unsaid(form: Form, used: set[str], words: str, names: Mapping[str, str]) -> list[str]:
    """What such a paper must say and a template does not: facts by what it may call them, then words.

    `used` are the fields that it means by its `names`, `words` its own text. A whole fact says its parts.
    """
    called = {meaning: name for name, meaning in form.names.items()}
    called |= {names[one["label"]]: one["label"] for one in form.fields}
    text = "".join(words.split())
    found = [called[one] for one in form.must_name if not {one, one.partition(".")[0]} & used]
    return found + [quoted(one) for one in form.must_say if "".join(one.split()) not in text]


def is_words(value: Any) -> bool:
    """Whether a fact is text, or lines of text."""
    return isinstance(value, str) or (isinstance(value, list) and all(isinstance(one, str) for one in value))


@dataclass
class Returned:
    """What came back: locked fields that differ, free ones that changed or are empty and needed, and the data then;
    what differs beside the fields; and of a file of an older state its round, and the round of the present one."""

    differs: list[dict[str, str]] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    beside: list[dict[str, str]] = field(default_factory=list)
    older: int | None = None
    newest: int | None = None


def compared(fields: list[Field], came: Mapping[str, list[str]], data: Mapping[str, Any]) -> Returned:
    """Compare what came back with what went out: `fields` are those that the file bore.

    A locked field must be there and the same wherever it stands. A free one must be there; where it stands twice, what
    was changed counts, and two different changes contradict each other.
    """
    result = Returned(data=dict(data))
    for one in fields:
        theirs = came.get(one.name)
        if theirs is None:
            result.differs.append({"label": one.label, "ours": one.text, "theirs": ""})
            continue
        others = [text for text in theirs if not same(text, one.text)]
        if not others:
            continue
        if not one.free or any(not same(text, others[0]) for text in others):
            result.differs.append({"label": one.label, "ours": one.text, "theirs": " | ".join(others)})
            continue
        result.changed.append(one.label)
        text = "\n".join(line.strip() for line in others[0].strip().splitlines())
        lines = [line for line in text.split("\n") if line]
        result.data[one.name] = lines if isinstance(data.get(one.name), list) else text
    return result
