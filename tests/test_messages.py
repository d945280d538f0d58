"""Chinese is complete: every message of code and templates is in the catalogue, and none is spoilt."""

from __future__ import annotations

import re

import polib

from zhijian.config.places import CHECKOUT
from zhijian.ops import messages

# Chinese text has its own marks; the narrow ones beside a Chinese character come from a Latin keyboard.
NARROW = re.compile(r"[\u4e00-\u9fff”）》〕][,:;?!](?=$|[\s\u4e00-\u9fff“（《〔%{<])|\([^()]*[\u4e00-\u9fff][^()]*\)")
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def test_nothing_is_untranslated() -> None:
    """A new message needs its Chinese in src/zhijian/locale/zh_Hans/LC_MESSAGES/django.po."""
    assert messages.missing() == []


def test_translations_keep_their_places() -> None:
    """What stands in {braces} or %(names)s is filled in, so each must stand in both languages alike."""
    wrong = []
    for entry in polib.pofile(str(messages.CATALOGUE)):
        if entry.msgid_plural:
            # Chinese has one form; the singular of English may leave the count out.
            pairs = [(entry.msgid_plural, text) for text in entry.msgstr_plural.values()]
        else:
            pairs = [(entry.msgid, entry.msgstr)]
        wrong += [one for one, text in pairs if set(PLACES.findall(text)) - set(PLACES.findall(one))]
        if entry.msgid_plural:  # Chinese must tell the number wherever English does
            wrong += [one for one, text in pairs if set(PLACES.findall(one)) - set(PLACES.findall(text))]
    assert wrong == []


def test_chinese_marks_are_wide() -> None:
    texts = [
        (e.msgid, text) for e in polib.pofile(str(messages.CATALOGUE)) for text in (e.msgstr, *e.msgstr_plural.values())
    ]
    field = (CHECKOUT / "web/field/src/locale/zh.ts").read_text(encoding="utf-8").splitlines()
    texts += [(line, line.split("//")[0].rstrip(" ,")) for line in field if ": " in line]
    assert [one for one, text in texts if NARROW.search(text)] == []
    assert NARROW.search("整改要求:") and NARROW.search("已看过,重新提交"), "the pattern finds what it is for"


def test_the_extraction_sees_code_and_templates() -> None:
    """A test that compares nothing would pass as well."""
    found = {one for one, _ in messages.wanted()}
    assert {"Publish the result", "One shop, one code"} <= found
    assert len(found) > 500
