"""The forms that a handset is offered: the re-check, each checklist in force, and those of shops that go by several.

A visit goes by all the lists that are for the shop, joined as on the phone, so a shop of three licences has one form.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from zhijian.gateways.field import unlisted
from zhijian.gateways.openrosa import survey
from zhijian.kernel.clock import Unit, calendar
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.checklists import in_force, sections_of
from zhijian.programmes.inspection.checklists.applying import reached_by
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models import Checklist

MOST = 12  # lists of one visit, as a record has them
COMBINATIONS = 60  # of lists in one officer's areas; each is a form that his phone downloads


@dataclass(frozen=True)
class Form:
    """A form: what Collect calls it, and its XML."""

    code: str
    version: str
    title: str
    xml: bytes
    media: tuple[str, ...]
    lists: tuple[Checklist, ...] = ()  # none: the re-check

    @property
    def md5(self) -> str:
        """By this Collect knows whether it has the form as it is now (OpenRosa wants MD5)."""
        return md5(self.xml)


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def offered(here: Q) -> list[Form]:
    """Every form for the premises of a condition: the re-check, each list, and the lists that shops there go by."""
    lists = in_force(calendar.today())
    return [recheck(), *(of_lists([one]) for one in lists), *(of_lists(several) for several in together(lists, here))]


def together(lists: Sequence[Checklist], here: Q) -> list[list[Checklist]]:
    """The lists that premises go by at once, where there are several: those of most premises first."""
    reached: dict[int, list[Checklist]] = {}
    for one in lists:
        for pk in (
            Premises.objects.filter(here, reached_by(one.rule)).exclude(status="closed").values_list("pk").order_by()
        ):
            reached.setdefault(pk[0], []).append(one)
    found = Counter(tuple(one.pk for one in several) for several in reached.values() if 1 < len(several) <= MOST)
    by_pk = {one.pk: one for one in lists}
    return [[by_pk[pk] for pk in several] for several, _n in found.most_common(COMBINATIONS)]


def named(code: str) -> Form | None:
    """The form of that code as it is today."""
    if code == survey.RECHECK:
        return recheck()
    known = {one.code: one for one in in_force(calendar.today())}
    codes = code.split(survey.AND)
    if len(codes) > MOST or codes != sorted(set(codes)) or not known.keys() >= set(codes):
        return None
    return of_lists([known[one] for one in codes])


def of_lists(lists: Sequence[Checklist]) -> Form:
    """The form of one list, or of several as one sheet, in the language of the place's papers."""
    asked = joined(lists)
    with in_its_language():
        sheet = survey.of_sheet(asked, terms(calendar.today()))
    return _form(sheet, (survey.TASKS, survey.SHOPS, survey.OFFICERS), tuple(lists))


def joined(lists: Sequence[Checklist]) -> Sheet:
    """The lists as one, items that were signed off marked so."""
    return join([{**one.data, "sections": sections_of(one)} for one in lists])


def recheck() -> Form:
    """The form by which open findings are looked at again."""
    with in_its_language():
        sheet = survey.of_recheck(terms(calendar.today()))
    return _form(sheet, (survey.TASKS, survey.FINDINGS, survey.OFFICERS), ())


def _form(sheet: survey.Sheet, media: tuple[str, ...], lists: tuple[Checklist, ...]) -> Form:
    settings = sheet.settings
    xml = xform(json.dumps(sheet.as_workbook(), ensure_ascii=False))
    return Form(settings["form_id"], settings["version"], settings["form_title"], xml, media, lists)


@functools.lru_cache(maxsize=256)
def xform(workbook: str) -> bytes:
    """The XForm of an XLSForm (its sheets as JSON). Takes some 0.1 s for 50 items, once in each process."""
    from pyxform.xls2xform import convert  # late: a second to load, needed only here

    warnings: list[str] = []
    made = convert(xlsform=json.loads(workbook), warnings=warnings, form_name="data")
    return made.xform.encode()


def terms(day: dt.date) -> survey.Terms:
    """What the rules in force on `day` ask of a visit."""
    longest = rules.RECTIFY_LONGEST.maybe(day)
    days = longest.limit if longest is not None else None
    return survey.Terms(
        officers=int(rules.OFFICERS_MIN.value(day, 1)),
        photo_for_failed=bool(rules.PHOTO_FOR_FAILED.value(day, False)),
        longest=days.n if days is not None and days.unit is Unit.DAYS else None,
        trades=tuple(unlisted.trades().items()),
    )
