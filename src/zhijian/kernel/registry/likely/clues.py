"""What was told, as it can be compared: names without place and legal form, streets, numbers. Pure functions.

Nothing here asks the database. What the register holds is read by the same functions, so both sides are cut alike.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from zhijian.kernel.registry.codes import BadCode, read_uscc
from zhijian.kernel.registry.likely.lore import Lore
from zhijian.kernel.registry.text import fold

NAMES, ADDRESSES, PHONES = 3, 2, 3  # so many of each are followed; what is told first counts
LONG = 24  # characters: a longer name is a text in which a name stands
WHOLE_NAME = 14  # characters before the ending that may belong to a name in a text
LOCAL = 7  # digits of a landline without the code of its area, at least
_BRACKETS = re.compile(r"\(([^()]*)\)?|[\[【〔]([^\]】〕]*)[\]】〕]")
_MOBILE = r"(?:\+?86[ -]?)?1[3-9]\d(?:[ -]?\d){8}"
_LANDLINE = r"(?:\+?86[ -]?)?\(?0\d{2,3}\)?[ -]?\d{3,4}[ -]?\d{4}|(?<!\d)\d{3,4}[ -]?\d{4}(?!\d)"
_PHONE = re.compile(rf"(?<!\d)(?:{_MOBILE}|{_LANDLINE})(?!\d)")
_CODE = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{15}(?:[0-9A-Za-z]{3})?(?![0-9A-Za-z])")
_CLAUSE = re.compile(r"[,，。;；!！?？、:：\s“”\"'《》]+")


@dataclass(frozen=True)
class Told:
    """What somebody said of a shop, in any words; each part may be empty. `text` is the whole story, in which names and
    numbers may stand; `area` a code of the pack's areas; `lat`, `lon` WGS-84 degrees."""

    name: str = ""
    address: str = ""
    phone: str = ""
    code: str = ""
    text: str = ""
    area: str = ""
    lat: float | None = None
    lon: float | None = None


@dataclass(frozen=True)
class Name:
    """A name, folded: the whole; `body` without place and legal form; `stem` without what only says the kind of shop.

    `branch` is what stands in brackets of one shop among several (水晶街店: 水晶街).
    """

    whole: str
    body: str
    stem: str
    trade: str = ""  # of the pack's trades; "other" for one that has no code, "" where the name does not say
    trade_word: str = ""
    branch: str = ""


@dataclass(frozen=True)
class Address:
    """A street and a house number, folded; the codes of the areas that it names."""

    road: str = ""
    number: str = ""
    areas: tuple[str, ...] = ()


@dataclass(frozen=True)
class Clues:
    """Everything that can be looked for."""

    names: tuple[Name, ...] = ()
    addresses: tuple[Address, ...] = ()
    phones: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    lat: float | None = None
    lon: float | None = None


def read(told: Told, lore: Lore) -> Clues:
    """The clues in what was told; what stands in a field of its own goes before what stands in the text."""
    name, text = lore.plain(told.name).strip(), lore.plain(told.text)
    names = [read_name(name, lore)] if 1 < len(fold(name)) <= LONG else []
    names += names_in(name, lore) if len(fold(name)) > LONG else []
    said = [read_address(told.address, lore)] if told.address else []
    if not names:
        names = names_in(text, lore)
    if not any(one.road for one in said):
        said += addresses_in(text, lore)
    said = [one for one in dict.fromkeys(said) if one.road or one.areas][:ADDRESSES]
    phones = [*phones_in(told.phone), *phones_in(told.text)]
    if not phones and len(digits := re.sub(r"\D", "", told.phone)) >= LOCAL:
        phones = [digits]
    codes = codes_in(f"{told.code.replace(' ', '')} {text}")
    places = [told.area] if told.area else []
    places += [area for one in said for area in one.areas] + list(leading(fold(name), lore)[0])
    return Clues(
        tuple(one for one in dict.fromkeys(names) if one.body)[:NAMES],
        tuple(said),
        tuple(dict.fromkeys(phones))[:PHONES],
        tuple(dict.fromkeys(codes))[:PHONES],
        tuple(dict.fromkeys(area for area in places if area)),
        told.lat,
        told.lon,
    )


def leading(folded: str, lore: Lore) -> tuple[tuple[str, ...], str]:
    """The areas that a folded text begins with, and the rest. A town needs its ending: its name may be a brand."""
    found: list[str] = []
    while (match := lore.place.match(folded)) and len(folded) - match.end() >= 1:
        code = lore.places[match["name"]]
        if len(code) > 6 and match.end() == match.end("name"):
            break
        found += [code] if code else []
        folded = folded[match.end() :]
    return tuple(found), folded


@lru_cache(maxsize=20_000)
def read_name(name: str, lore: Lore) -> Name:
    """A name cut into its parts. What was read is remembered: a register holds the same names again and again."""
    text = lore.plain(name)
    branch = ""
    kept = ""
    at = 0
    for match in _BRACKETS.finditer(text):
        inside = fold(match[1] or match[2] or "")
        kept, at = kept + text[at : match.start()], match.end()
        ends = [word for word in lore.list("branch") if inside.endswith(word) and len(inside) > len(word)]
        if ends and match.end() == len(text.rstrip()):
            branch = leading(inside.removesuffix(max(ends, key=len)), lore)[1]
        elif leading(inside + "|", lore)[1] != "|" and inside not in lore.list("forms"):
            kept += inside  # (老味道): a part of the name; (淄博), (个体): none
    body = leading(fold(kept + text[at:]), lore)[1]
    for tail in sorted(lore.list("tails"), key=len, reverse=True):
        if body.endswith(tail) and len(body) - len(tail) >= 2:
            body = body.removesuffix(tail)
            break
    short = lore.form_end.sub("", body)
    body = short if len(short) >= 2 else body
    return _named(fold(text), body, branch, lore)


def _named(whole: str, body: str, branch: str, lore: Lore) -> Name:
    end = next((m for m in lore.trade_end.finditer(body) if m.end() == len(body)), None)
    stem, word = (body[: end.start()], end["trade"] or "") if end else (body, "")
    if len(stem) < 2:  # 饭店 alone, 王饭店: the kind is all there is
        stem = body
    return Name(whole, body, stem, lore.trade_of.get(word, ""), word, branch)


def read_address(text: str, lore: Lore) -> Address:
    """Street, number and areas of an address; without a word for a street, what stands before the first number."""
    folded = fold(digits_for(lore.plain(text), lore))
    areas, rest = leading(folded, lore)
    match = lore.road.search(rest or folded)
    if match:
        return Address(match["road"], match["number"] or "", areas)
    plain = re.match(r"(?P<road>[^\W\d_]{2,8})(?P<number>\d{1,5})", rest)
    return Address(plain["road"], plain["number"], areas) if plain else Address(areas=areas)


def digits_for(text: str, lore: Lore) -> str:
    """House numbers in Chinese numerals as digits (十二号: 12号); others stay, since streets are named by them."""
    number, ones, tens = lore.words.get("number", ""), lore.words.get("numerals", ""), lore.words.get("tens", "")
    if not number or not ones:
        return text

    def value(match: re.Match[str]) -> str:
        said = match[1]
        if not any(sign in said for sign in tens):
            return "".join(str(ones.index(sign)) for sign in said) + number
        total, digit = 0, 0
        for sign in said:
            if sign in tens:
                total, digit = total + max(digit, 1 if not total else digit) * 10 ** (tens.index(sign) + 1), 0
            else:
                digit = ones.index(sign)
        return f"{total + digit}{number}"

    return re.sub(f"([{ones}{tens}]+){number}", value, text)


def names_in(text: str, lore: Lore) -> list[Name]:
    """Names inside a text: what ends like a shop, cut off after the last word that stands before names (在, 叫, 的)."""
    found: list[str] = []
    ends = re.compile(
        f"(?:{'|'.join(sorted(map(re.escape, [*lore.trade_of, *lore.list('ends')]), key=len)) or '(?!)'})"
    )
    before = re.compile("|".join(sorted(map(re.escape, lore.list("before")), key=len, reverse=True)) or "(?!)")
    for clause in _CLAUSE.split(lore.plain(text)):
        last = 0
        for match in ends.finditer(clause):
            if ends.match(clause, match.end()) or match.end() < last:
                continue  # 烤鱼店: the name goes on
            start = max(last, match.end() - WHOLE_NAME)
            cut = [m.end() for m in before.finditer(clause, start, match.start())]
            said = clause[max([start, *cut]) : match.end()]
            after = _BRACKETS.match(clause, match.end())
            said += after[0] if after else ""
            last = match.end()
            if len(fold(said)) > 2 and fold(said) not in lore.list("common"):
                found.append(said)
    return [read_name(one, lore) for one in dict.fromkeys(found)]


def addresses_in(text: str, lore: Lore) -> list[Address]:
    """Streets inside a text, those with a number first."""
    before = re.compile("|".join(sorted(map(re.escape, lore.list("before")), key=len, reverse=True)) or "(?!)")
    found = []
    for clause in _CLAUSE.split(digits_for(lore.plain(text), lore)):
        pieces = [piece for piece in before.split(clause) if len(piece) > 2]
        found += [one for one in (read_address(piece, lore) for piece in pieces) if one.road]
    return sorted(found, key=lambda one: not one.number)


def phones_in(text: str) -> list[str]:
    """The telephone numbers in a cell or a text: digits alone, without the country's prefix."""
    found = []
    for match in _PHONE.finditer(fold_digits(text)):
        digits = re.sub(r"\D", "", match[0])
        found.append(digits[2:] if digits.startswith("86") and len(digits) > 11 else digits)
    return found


def fold_digits(text: str) -> str:
    """Full-width digits and signs as plain ones."""
    return text.translate({code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}).replace("—", "-")


def codes_in(text: str) -> list[str]:
    """What looks like an official code."""
    found = [one.upper() for one in _CODE.findall(fold_digits(text)) if sum(c.isdigit() for c in one) >= 8]
    return [_mended(one) for one in found]


def _mended(code: str) -> str:
    try:
        return read_uscc(code).code
    except BadCode:
        return code


def local(phone: str) -> str:
    """A landline without the code of its area (05332180099: 2180099); a mobile whole."""
    digits = re.sub(r"\D", "", phone)
    if digits.startswith("0"):
        return digits[3:] if digits[1] in "12" else digits[4:]
    return digits
