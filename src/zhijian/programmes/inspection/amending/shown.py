"""The earlier versions of a visit's record on its page: when and why each was amended, and what the next one says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.papers.models import Paper
from zhijian.kernel.words import listed
from zhijian.programmes.inspection.amending.acts import told_now
from zhijian.programmes.inspection.amending.models import EarlierVersion
from zhijian.programmes.inspection.models import Answer, Inspection, Measure, Result

Told = dict[str, Any]
NOTHING: Told = {"answer": "", "value": "", "note": "", "measure": ""}


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that the next version says otherwise: where, before, after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Version:
    """One version that another took the place of."""

    row: EarlierVersion
    changes: list[Change]
    papers: list[Paper]


def versions(record: Inspection) -> list[Version]:
    """Every earlier version, the first one first; nothing and one query for a record that was never amended."""
    rows = list(record.earlier.all())  # type: ignore[attr-defined]
    if not rows:
        return []
    told = [*(row.told for row in rows), told_now(record)]
    texts = {no: item.get("text", "") for no, item in record.sheet.items.items()}
    papers: dict[str, list[Paper]] = {}
    for paper in Paper.objects.filter(matter=record.pk, signed_digest__in=[row.record_digest for row in rows]):
        papers.setdefault(paper.signed_digest, []).append(paper)
    return [
        Version(row, [*changes(before, after, texts), *_photos(row.told)], papers.get(row.record_digest, []))
        for row, before, after in zip(rows, told[:-1], told[1:], strict=True)
    ]


def changes(before: Told, after: Told, texts: dict[str, str]) -> list[Change]:
    """What `after` says otherwise than `before`, in words: result, items in their order, what was written and said."""
    found = [Change(str(_("Result")), _result(before), _result(after))]
    for no in dict.fromkeys([*before["answers"], *after["answers"]]):
        one, other = (told["answers"].get(no, NOTHING) for told in (before, after))
        found.append(Change(f"{no} {texts.get(no, '')}".strip(), _answer(one), _answer(other)))
    for name, label in _LABELS.items():
        found.append(Change(str(label), before[name], after[name]))
    return [one for one in found if one.before != one.after]


_LABELS = {
    "present_name": gettext_lazy("Person present"),
    "findings": gettext_lazy("Findings of the record"),
    "statement": gettext_lazy("Statement of the other side"),
    "refused_reason": gettext_lazy("Refusal to sign"),
    "witness": gettext_lazy("Witness"),
}


def _photos(told: Told) -> list[Change]:
    """Other photos than before: how many are gone, how many new, and of which items. Versions of old do not tell."""
    before, after = (told.get(name) for name in ("photos", "photos_next"))
    if before is None or after is None or before == after:
        return []
    gone, new = (dict(one.items() - other.items()) for one, other in ((before, after), (after, before)))
    return [Change(str(_("Photos")), _counted(_("%(n)s gone"), gone), _counted(_("%(n)s new"), new))]


def _counted(said: str, photos: dict[str, str]) -> str:
    if not photos:
        return ""
    items = sorted({item for item in photos.values() if item})
    return said % {"n": len(photos)} + (f" ({listed(items)})" if items else "")


def _result(told: Told) -> str:
    return str(Result(told["result"]).named) if told["result"] else ""


def _answer(told: Told) -> str:
    """Answer, what was measured, what it led to, and the note."""
    if not told["answer"]:
        return str(_("not asked"))
    measure = str(Measure(told["measure"]).label) if told["measure"] else ""
    said = [str(Answer.Value(told["answer"]).label), told["value"], measure, told["note"]]
    return " · ".join(one for one in said if one)
