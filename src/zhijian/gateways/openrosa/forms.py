"""The forms that a handset is offered: each checklist in force, and the re-check, as XForms."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from dataclasses import dataclass

from django.utils import translation

from zhijian.gateways.field import unlisted
from zhijian.gateways.openrosa import survey
from zhijian.kernel.clock import Unit, calendar
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.checklists import in_force, sections_of
from zhijian.programmes.inspection.models import Checklist


@dataclass(frozen=True)
class Form:
    """A form: what Collect calls it, and its XML."""

    code: str
    version: str
    title: str
    xml: bytes
    media: tuple[str, ...]
    checklist: Checklist | None = None

    @property
    def md5(self) -> str:
        """By this Collect knows whether it has the form as it is now (OpenRosa wants MD5)."""
        return md5(self.xml)


def md5(data: bytes) -> str:
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def offered() -> list[Form]:
    """Every form, the re-check first."""
    return [recheck(), *(of_checklist(one) for one in in_force(calendar.today()))]


def named(code: str) -> Form | None:
    """The form of that code as it is today."""
    if code == survey.RECHECK:
        return recheck()
    return next((of_checklist(one) for one in in_force(calendar.today()) if one.code == code), None)


def of_checklist(checklist: Checklist) -> Form:
    """The form of a checklist, in the language of the place's papers."""
    with translation.override(stack().language.lower()):
        sheet = survey.of_checklist(
            checklist.code, checklist.version, checklist.title, sections_of(checklist), terms(calendar.today())
        )
    return _form(sheet, (survey.TASKS, survey.SHOPS, survey.OFFICERS), checklist)


def recheck() -> Form:
    """The form by which open findings are looked at again."""
    with translation.override(stack().language.lower()):
        sheet = survey.of_recheck(terms(calendar.today()))
    return _form(sheet, (survey.TASKS, survey.FINDINGS, survey.OFFICERS), None)


def _form(sheet: survey.Sheet, media: tuple[str, ...], checklist: Checklist | None) -> Form:
    settings = sheet.settings
    xml = xform(json.dumps(sheet.as_workbook(), ensure_ascii=False))
    return Form(settings["form_id"], settings["version"], settings["form_title"], xml, media, checklist)


@functools.lru_cache(maxsize=128)
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
