"""Automatic numbers of a template as the text that Word would show: of a paragraph, of its style, of a style's base.

Which level counts how is told by word/numbering.xml (ECMA-376 part 1, 17.9). No Django.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

from docx.document import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from zhijian.kernel.papers.drafts.signs import SIGNS, sign_of

DIGITS = "〇一二三四五六七八九"
LEGAL = "零壹贰叁肆伍陆柒捌玖"
UNITS, LEGAL_UNITS = ("", "十", "百", "千"), ("", "拾", "佰", "仟")
ROMAN = ((1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
         (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))  # fmt: skip
BULLETS = {"o": "○", "•": "·", "▪": "■"}
TIGHT = "、，。．：；）】〉》"  # after these there is room already


def _chinese(n: int, digits: str = DIGITS, units: tuple[str, ...] = UNITS, short: bool = True) -> str:
    """1 to 9999: 十一, 一百零五; with `short` 十 instead of 一十."""
    zero, out, gap = "零", "", False
    for place, figure in zip(range(len(str(n)) - 1, -1, -1), str(n), strict=True):
        if figure == "0":
            gap = bool(out)
        else:
            out += (zero if gap else "") + digits[int(figure)] + units[place]
            gap = False
    return out[1:] if short and out.startswith("一十") else out


def _roman(n: int) -> str:
    out = ""
    for value, sign in ROMAN:
        out += sign * (n // value)
        n %= value
    return out


def _letter(n: int) -> str:
    """a to z, then aa, bb …, as Word goes on."""
    return chr(ord("a") + (n - 1) % 26) * ((n - 1) // 26 + 1)


def _from(start: str, last: int) -> Callable[[int], str]:
    """Signs that follow each other in Unicode, up to a last one."""
    return lambda n: chr(ord(start) + n - 1) if 1 <= n <= last else str(n)


def _of(signs: str) -> Callable[[int], str]:
    return lambda n: signs[(n - 1) % len(signs)]


FORMATS: dict[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda n: f"{n:02}",
    "decimalFullWidth": lambda n: "".join(chr(0xFF10 + int(one)) for one in str(n)),
    "upperRoman": lambda n: _roman(n).upper(),
    "lowerRoman": _roman,
    "upperLetter": lambda n: _letter(n).upper(),
    "lowerLetter": _letter,
    "chineseCounting": _chinese,
    "chineseCountingThousand": _chinese,
    "taiwaneseCounting": _chinese,
    "taiwaneseCountingThousand": _chinese,
    "japaneseCounting": _chinese,
    "chineseLegalSimplified": lambda n: _chinese(n, LEGAL, LEGAL_UNITS, short=False),
    "ideographDigital": lambda n: "".join(DIGITS[int(one)] for one in str(n)),
    "japaneseDigitalTenThousand": lambda n: "".join(DIGITS[int(one)] for one in str(n)),
    "decimalEnclosedCircle": _from("①", 20),
    "decimalEnclosedCircleChinese": _from("①", 20),
    "decimalEnclosedParen": _from("⑴", 20),
    "decimalEnclosedFullstop": _from("⒈", 20),
    "ideographTraditional": _of("甲乙丙丁戊己庚辛壬癸"),
    "ideographZodiac": _of("子丑寅卯辰巳午未申酉戌亥"),
    "none": lambda n: "",
}  # fmt: skip


class Numbers:
    """Counts through a document, paragraph after paragraph in the order of reading."""

    def __init__(self, document: Document) -> None:
        self._document = document
        part = next(
            (one.target_part for one in document.part.rels.values() if one.reltype.endswith("/numbering")), None
        )
        self._root = part.element if part is not None else None
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()

    def label(self, paragraph: Paragraph) -> str | None:
        """The number before a paragraph and what parts it from the text; "" without one, None where we can't say it."""
        number, level = self._named(paragraph)
        if number in ("", "0"):
            return ""
        found = self._levels(number)
        if level not in found:
            return "" if self._number(number) is None else None  # Word shows nothing for a list that is not there
        abstract = self._abstract(number)
        count = self._counted(number, abstract.get(qn("w:abstractNumId")), level, found)
        return self._said(found, level, count)

    def _named(self, paragraph: Paragraph) -> tuple[str, int]:
        """The list and the level that a paragraph, or its style, or a style that it is based on, names."""
        number = level = None
        for one, style in self._about(paragraph):
            told = one.find(qn("w:numPr"))
            if told is None:
                continue
            if level is None and (said := _value(told, "w:ilvl")):
                level = int(said)
            if number is None and (said := _value(told, "w:numId")):
                number = said
                if style and (linked := self._linked(number, style)) is not None:
                    level = linked
                break
        return number or "", level or 0

    def _about(self, paragraph: Paragraph) -> Iterator[tuple[Any, str]]:
        """What a paragraph, its style and the styles below say of paragraphs, with the style's id."""
        if paragraph._p.pPr is not None:
            yield paragraph._p.pPr, ""
        style: Any = paragraph.style
        while style is not None:
            if (told := style.element.find(qn("w:pPr"))) is not None:
                yield told, style.style_id
            style = style.base_style

    def _linked(self, number: str, style: str) -> int | None:
        """The level of a list that is a style's own."""
        return next((n for n, one in self._levels(number).items() if _value(one, "w:pStyle") == style), None)

    def _number(self, number: str) -> Any:
        return next((one for one in self._rows("w:num") if one.get(qn("w:numId")) == number), None)

    def _rows(self, tag: str) -> list[Any]:
        return self._root.findall(qn(tag)) if self._root is not None else []

    def _abstract(self, number: str, deep: int = 0) -> Any:
        """The list that a number stands for; one that is kept by a style is looked up there."""
        num = self._number(number)
        if num is None:
            return None
        key = _value(num, "w:abstractNumId")
        lists = self._rows("w:abstractNum")
        found = next((one for one in lists if one.get(qn("w:abstractNumId")) == key), None)
        if found is not None and (link := _value(found, "w:numStyleLink")) and deep < 3:
            rows = self._document.styles.element.findall(qn("w:style"))
            style = next((one for one in rows if one.get(qn("w:styleId")) == link), None)
            kept = style.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}") if style is not None else None
            return self._abstract(kept.get(qn("w:val")), deep + 1) if kept is not None else None
        return found

    def _levels(self, number: str) -> dict[int, Any]:
        abstract, num = self._abstract(number), self._number(number)
        if abstract is None:
            return {}
        found = {int(one.get(qn("w:ilvl"))): one for one in abstract.findall(qn("w:lvl"))}
        for one in num.findall(f"{qn('w:lvlOverride')}/{qn('w:lvl')}"):
            found[int(one.get(qn("w:ilvl")))] = one
        return found

    def _counted(self, number: str, abstract: str, level: int, levels: dict[int, Any]) -> dict[int, int]:
        """Count one on, and let the deeper levels begin anew."""
        count = self._counts.setdefault(abstract, {})
        again = None
        if (number, level) not in self._begun:
            self._begun.add((number, level))
            rows = self._number(number).findall(qn("w:lvlOverride"))
            row = next((one for one in rows if one.get(qn("w:ilvl")) == str(level)), None)
            again = _value(row, "w:startOverride") if row is not None else None
        count[level] = int(again) if again else count[level] + 1 if level in count else _start(levels[level])
        for one in [deeper for deeper in count if deeper > level]:
            kept = _value(levels[one], "w:lvlRestart") if one in levels else ""
            if kept == "" or 0 < level + 1 <= int(kept):
                del count[one]
        return count

    def _said(self, levels: dict[int, Any], level: int, count: dict[int, int]) -> str | None:
        about = levels[level]
        text, suffix = _value(about, "w:lvlText"), _value(about, "w:suff")
        if _value(about, "w:numFmt") == "bullet":
            label = _bullet(text, about) if about.find(qn("w:lvlPicBulletId")) is None else None
        else:
            label = _filled(text, levels, count, plain=_on(about, "w:isLgl"))
        if not label:
            return label
        return label if suffix == "nothing" or label[-1] in TIGHT else f"{label} "


def _filled(text: str, levels: dict[int, Any], count: dict[int, int], plain: bool) -> str | None:
    """%1.%2 with the counts; None where a way of counting is not ours."""
    for found in set(re.findall(r"%([1-9])", text)):
        one = levels.get(int(found) - 1)
        kind = "decimal" if plain else _value(one, "w:numFmt") or "decimal" if one is not None else ""
        n = count.get(int(found) - 1, _start(one) if one is not None else 0)
        if kind not in FORMATS or not 0 <= n < 10_000:
            return None
        text = text.replace(f"%{found}", FORMATS[kind](n) if n else "0")
    return text


def _bullet(text: str, level: Any) -> str | None:
    """A bullet in a sign that the fonts of papers have; None where they have none."""
    fonts = level.find(f"{qn('w:rPr')}/{qn('w:rFonts')}")
    font = (fonts.get(qn("w:ascii")) or "") if fonts is not None else ""
    code = ord(text) if len(text) == 1 else 0
    if 0xF000 <= code <= 0xF0FF or (code and font.lower() in SIGNS):
        return sign_of(font, code) or None
    return BULLETS.get(text, text)


def _start(level: Any) -> int:
    return int(_value(level, "w:start") or 0)


def _value(about: Any, tag: str) -> str:
    found = about.find(qn(tag))
    return (found.get(qn("w:val")) or "") if found is not None else ""


def _on(about: Any, tag: str) -> bool:
    found = about.find(qn(tag))
    return found is not None and found.get(qn("w:val")) not in ("0", "false", "off")
