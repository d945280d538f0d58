"""Which provision a decision names, however it is written. Pure: no Django, no I/O.

The field app reads alike (`web/field/src/citing.ts`); `tests/fixtures/spot_penalty.json` holds both sides to it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

DIGITS = "零一二三四五六七八九"
TENS = {"十": 10, "百": 100, "千": 1000}
BEFORE = "(?:^|[^一-鿿]|[据照按和及与或反国条款项])"  # where the name of a law may begin


def one_writing(said: str) -> str:
    """Letters and digits only: half width, figures for numerals, without “中华人民共和国” and the year of a version."""
    plain = re.sub(r"\((?![零〇一二三四五六七八九十百千\d]+\))[^)]*\)", "", unicodedata.normalize("NFKC", said))
    plain = re.sub(r"[\W_]+", "", plain).replace("中华人民共和国", "")
    return re.sub("[零〇一二三四五六七八九十百千]+(?=[条款项])", lambda found: str(_number(found[0])), plain)


def _number(numeral: str) -> int:
    """一百二十六 and 一二六 are 126."""
    whole = digit = 0
    for sign in numeral.replace("〇", "零"):
        if sign in TENS:
            whole, digit = whole + (digit or 1) * TENS[sign], 0
        else:
            digit = digit * 10 + DIGITS.index(sign)
    return whole + digit


def cited(bases: Sequence[str], said: str) -> int | None:
    """The place among `bases` of the provision that `said` names: the very one, else another part of its article.

    The law may be called by a short name: 食安法 is 食品安全法.
    """
    text, patterns = one_writing(said), [_patterns(one_writing(basis)) for basis in bases]
    for which in (0, 1):
        for n, of in enumerate(patterns):
            if re.search(of[which], text):
                return n
    return None


def _patterns(basis: str) -> tuple[str, str]:
    """How a provision and its article are found in a text."""
    parts = re.fullmatch(r"(.+?)第?(\d+条(?:之\d+)?)(.*)", basis)
    if parts is None:
        return (f"^{basis}$",) * 2
    name = parts[1]
    law = "".join(f"{sign}?" if 0 < n < len(name) - 1 else sign for n, sign in enumerate(name))
    article = f"{BEFORE}{law}第?{parts[2]}(?!之)"
    return f"{article}{parts[3]}(?!\\d)", article
