"""Lists and quotation marks follow the reader's language."""

from __future__ import annotations

import re

from django.utils import translation

from zhijian.config.places import CHECKOUT
from zhijian.kernel.words import listed, quoted


def test_lists_in_two_languages() -> None:
    with translation.override("zh-hans"):
        assert (listed(["甲", "乙"]), quoted("甲")) == ("甲、乙", "“甲”")
        assert listed("甲乙丙", most=2) == "甲、乙等，另有 1 项"
    with translation.override("en"):
        assert (listed(["a", "b"]), quoted("a")) == ("a, b", "“a”")
        assert listed("abc", most=2) == "a, b and 1 more"
        assert listed([]) == ""


def test_nobody_joins_in_chinese_by_hand() -> None:
    ours = [p for p in (CHECKOUT / "src/zhijian").rglob("*") if p.suffix in (".py", ".html")]
    by_hand = [p.name for p in ours if re.search(r"""["']、["']\.join|join:["']、|%}、""", p.read_text("utf-8"))]
    assert by_hand == ["shown.py"], "what is burnt into a photo is in the officers' language, not the reader's"
