"""The rules of serving, by name; values, articles and dates stand in packs (`rules/papers.toml`)."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock.declared import rule
from zhijian.kernel.packs import RuleRow, Unit
from zhijian.kernel.papers.serving.law import Needs, Way

HAND_WITHIN = rule(
    "papers.hand_within",
    "within what time a decision is served on a party who was not there",
    label=_("Serving"),
    starts="sealed, or issued where the kind bears no seal",
    stops="proven service, or void",
)
OFFICERS = rule("papers.serve_officers", "how many officers hand a paper over or leave it behind")
LEFT = rule("papers.left_proof", "whether leaving a paper behind needs a witness or a recording")
CONSENT = rule("papers.electronic_consent", "whether electronic service needs the party's consent beforehand")
ARRIVAL = rule("papers.electronic_arrival", "whether an electronic paper counts from its arrival in the system")
POST = rule("papers.post_day", "whether a letter counts from the day it was signed for")
RETURNED = rule("papers.returned_counts", "whether a letter that comes back from a confirmed address counts as served")
OTHERS = rule("papers.through_others", "whether a paper may be served through another office or a third party")
NOTICE = rule("papers.public_notice", "after how many days a public notice counts as service")
NOTICE_AFTER = rule("papers.notice_after", "which ways must have been in vain before a public notice")

PASSED_ON = {
    "military": rule("papers.passed_on_military", "through whom a paper is passed on to a soldier"),
    "prison": rule("papers.passed_on_prison", "through whom a paper is passed on to somebody in prison"),
    "education": rule(
        "papers.passed_on_education", "through whom a paper is passed on to somebody in compulsory education"
    ),
}

# The ground that a page names for each way.
GROUND = {
    Way.DIRECT: OFFICERS,
    Way.LEFT: LEFT,
    Way.POST: POST,
    Way.ELECTRONIC: ARRIVAL,
    Way.ENTRUSTED: OTHERS,
    Way.PASSED_ON: OTHERS,
    Way.NOTICE: NOTICE,
}


def needs(day: dt.date) -> Needs:
    """The values in force on `day`; what a pack says is absent is not asked for."""
    notice = NOTICE.maybe(day)
    after = NOTICE_AFTER.value(day, "")
    limit = notice.limit if notice is not None else None
    return Needs(
        officers=int(OFFICERS.value(day, 1)),
        left_proof=bool(LEFT.value(day, False)),
        consent=bool(CONSENT.value(day, True)),
        returned_counts=bool(RETURNED.value(day, False)),
        notice_days=limit.n if limit is not None and limit.unit is Unit.DAYS else None,
        notice_after=frozenset(Way(one) for one in str(after).split()),
    )


def grounds(day: dt.date) -> dict[str, RuleRow]:
    """On which grounds a paper may be passed on, by the law of the place on `day`."""
    found = {code: one.maybe(day) for code, one in PASSED_ON.items()}
    return {code: row for code, row in found.items() if row is not None}


def ways(day: dt.date) -> list[Way]:
    """The ways that the law of the place knows on `day`."""
    return [way for way in Way if GROUND[way].maybe(day) is not None]
