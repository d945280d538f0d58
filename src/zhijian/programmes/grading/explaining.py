"""Why a grade is what it is, in words: each point with its factor or item, its visits, and the row of the table."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhijian.programmes.grading.models import Counted, Grading, Grave, Held

ITEMS = {"general": gettext_lazy("general item"), "key": gettext_lazy("key item")}
WHAT = {
    "static": gettext_lazy("What the place is"),
    "dynamic": gettext_lazy("What visits found within a year"),
    "total": gettext_lazy("Grade by points"),
    "adjust": gettext_lazy("Raised or lowered"),
    "catering": gettext_lazy("Annual grade of food service"),
}
TABLE = {
    "static": ("static_making", "static_sale", "static_service"), "dynamic": ("dynamic",), "adjust": ("adjust",),
    "catering": ("catering", "catering_cutoffs"), "total": ("cutoffs",), "visits": ("visits",),
}  # fmt: skip


@dataclass
class Reason:
    """One line: what for, how many points, seen at which visits; `doubt` where nobody has entered the fact."""

    words: str
    points: str
    sub: str = ""
    doubt: bool = False
    seen: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass
class Part:
    """A part of the explanation: its heading, sum, lines, and the articles of its tables."""

    code: str
    title: str
    total: str
    reasons: list[Reason]
    grounds: list[dict[str, Any]]


def parts(of: Counted) -> list[Part]:
    """The explanation by parts; what a place is and what was found always, the others where there is any."""
    totals = {"static": _plain(of.static), "total": _plain(of.points), "dynamic": _plain(of.dynamic)}
    made = []
    for code, title in WHAT.items():
        lines = [one for one in of.lines if one["part"] == code]
        if lines or code in ("static", "dynamic"):
            total = totals.get(code, "")
            made.append(Part(code, str(title), total, [reason(one) for one in lines], grounds(of, code)))
    return made


def _plain(number: Any) -> str:
    return f"{number:f}".rstrip("0").rstrip(".") if "." in f"{number:f}" else f"{number:f}"


def grounds(of: Counted, part: str) -> list[dict[str, Any]]:
    """The rows of the tables behind a part."""
    return [one for one in of.tables if one["what"] in TABLE[part]]


def reason(line: dict[str, Any]) -> Reason:
    """A line in words."""
    code, value, name = line["code"], line.get("value", ""), line.get("name", "")
    seen = [(one[0], one[1], one[2]) for one in line.get("seen", [])]
    if line["part"] == "static":
        return _static(line, name, value)
    if line["part"] == "dynamic":
        if code == "counted":
            n = int(value)
            words = ngettext("%(n)s item did not comply", "%(n)s items did not comply", n) % {"n": n}
            return Reason(words, line["points"], _("taken over, without the items"), seen=seen)
        return Reason(f"{value} {name}".strip(), line["points"], str(ITEMS[code]), seen=seen)
    if line["part"] == "total":
        return Reason(value, code)
    if line["part"] == "adjust":
        return _adjusted(line, value, seen)
    return _catering(line, value, seen)


def _static(line: dict[str, Any], name: str, value: str) -> Reason:
    if line.get("known") is False:
        return Reason(name, line["points"], value or _("not entered yet; counted as the table says"), doubt=True)
    return Reason(name, line["points"], value)


def _adjusted(line: dict[str, Any], value: str, seen: list[tuple[str, str, str]]) -> Reason:
    by = int(line["points"])
    if line["code"] == "clean":
        words = ngettext(
            "Nothing found in %(n)s year of visits", "Nothing found in %(n)s years of visits", int(value)
        ) % {"n": value}
        return Reason(words, _level(by))
    label = Grave(line["code"]).label if line["code"] in Grave.values else line["code"]
    return Reason(str(label), _level(by), value, seen=seen)


def _level(by: int) -> str:
    if by < 0:
        return ngettext("%(n)s level lower", "%(n)s levels lower", -by) % {"n": -by}
    return ngettext("%(n)s level higher", "%(n)s levels higher", by) % {"n": by}


def _catering(line: dict[str, Any], value: str, seen: list[tuple[str, str, str]]) -> Reason:
    none = {
        "new": _("Not graded: licensed less than three months ago (%(value)s)"),
        "incident": _("Not graded: an incident within half a year (%(value)s)"),
        "unvisited": _("Not graded: no visit within a year"),
        "key_items": _("Not graded: too many key items failed at one visit"),
        "too_low": _("Not graded: the mean is below the lowest grade"),
    }
    if line["code"] in none:
        return Reason(none[line["code"]] % {"value": value}, line["points"] if line["code"] == "too_low" else "")
    return Reason(_("Share of items that complied, of 10"), line["points"], seen=seen)


def in_force(record: Grading) -> Held | None:
    """The decision that holds."""
    return record.held.order_by("-pk").first()  # type: ignore[attr-defined]
