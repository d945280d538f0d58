"""The rules that inspections need, by name and meaning; what they are here and since when stands in the pack."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import Unit, arithmetic, calendar, rule
from zhijian.kernel.evidence.files import PIXELS
from zhijian.kernel.packs import stack
from zhijian.kernel.people import certificates

OFFICERS_MIN = rule("inspection.officers_min", _("How many certified officers a visit needs"))
SHOW_CARD = rule("inspection.show_card", _("Whether cards (or the task book) must be shown first"))
RESULT_ON_SITE = rule("inspection.result_on_site", _("Whether the result is told in writing on the spot"))
FULL_LIST_EVERY = rule("inspection.full_list_every", _("Within what time every item must have been looked at"))
PUBLISH_WITHIN = rule(
    "inspection.publish_within",
    _("By when the result is published"),
    label=_("Publication of the result"),
    starts="result",
    stops="published or withheld",
)
REPORT_WITHIN = rule("inspection.report_within", _("By when a visit stands in the superiors' platform"))
NO_REPEAT = rule("inspection.no_repeat_after_superior", _("How long a place is left alone after a superior's visit"))
FREQUENCY_CAP = rule("inspection.frequency_cap", _("How many planned visits an enterprise may have in a year"))
ITEMS = rule("inspection.items", _("Which items may be inspected, on what ground, by whom and how often"))
UNLISTED = rule("inspection.unlisted", _("What happens where a planned visit goes by a list of no listed item"))
UNPLANNED = rule("inspection.unplanned", _("What happens where a planned visit stands in no line of the year's plan"))
JOIN_WITHIN = rule("inspection.join_within", _("How close together planned visits of one place are proposed as one"))
CAP_COUNTS = rule("inspection.cap_counts", _("Whether the cap counts by enterprise or by each of its premises"))
EXCEPTIONS = {
    one: rule(f"inspection.exception_{one}", meaning)
    for one, meaning in {
        "complaint": _("Whether a visit after a complaint is outside the cap"),
        "clue": _("Whether a visit after a clue passed on by others is outside the cap"),
        "accident": _("Whether a visit after an accident is outside the cap"),
        "follow_up": _("Whether looking again at what was ordered is outside the cap"),
        "campaign": _("Whether a campaign ordered by the superiors is outside the cap"),
        "key_item": _("Whether key supervision that a law orders is outside the cap"),
    }.items()
}
KINDS = {
    one: rule(f"inspection.kind_{one}", meaning)
    for one, meaning in {
        "routine": _("What holds for routine visits: notice, scope, result, cap, frequency, publication"),
        "special": _("What holds for special visits: notice, scope, result, cap, frequency, publication"),
        "recheck": _("What holds for re-checks: notice, scope, result, cap, frequency, publication"),
        "random": _("What holds for double-random visits: notice, scope, result, cap, frequency, publication"),
        "flight": _("What holds for unannounced visits: notice, scope, result, cap, frequency, publication"),
        "complaint": _("What holds for visits after a complaint: notice, scope, result, cap, frequency, publication"),
    }.items()
}
RANDOM_SHARE = rule("inspection.random_share", _("How many of each risk grade a random draw takes, in percent"))
RECTIFY_WITHIN = rule(
    "inspection.rectify_within",
    _("How long the enterprise has where the officer sets no day"),
    label=_("Putting it right"),
    starts="ordered or sent back",
    stops="answered or accepted",
    theirs=True,
)
RECTIFY_LONGEST = rule("inspection.rectify_longest", _("The longest deadline that an officer may set on the spot"))
EXTENSION_MAX = rule("inspection.rectify_extension_max", _("By how much a deadline may be put off at most"))
EXTENSIONS = rule("inspection.rectify_extensions", _("How often a deadline may be put off"))
RECHECK_WITHIN = rule(
    "inspection.recheck_within",
    _("By when an answer is looked at"),
    label=_("Looking at the answer"),
    starts="answer",
    stops="accepted or sent back",
)
VERIFY_WITHIN = rule(
    "cases.verify_within",
    _("By when a clue is verified and a case opened or not"),
    label=_("Decision on an investigation"),
    starts="proposal",
    stops="opened or declined",
)
GENERAL_FAILURES_MAX = rule(
    "inspection.general_failures_max", _("Up to how many general findings are basic compliance")
)
PHOTO_FOR_FAILED = rule("inspection.photo_for_failed", _("Whether a finding needs a photo"))
PHOTOS_MAX = rule("inspection.photos_per_item_max", _("How many photos an item may have"))
FAR_FROM_PREMISES = rule("inspection.far_from_premises", _("From how many metres away a record is doubted"))
CERTIFICATE_WARNING = certificates.WARNING
REVISIT_AFTER = rule("inspection.revisit_after", _("After what time a shut shop is visited again"))
FRUITLESS_MAX = rule("inspection.fruitless_max", _("After how many fruitless visits the head is told"))
CANCEL_LICENCE = rule("inspection.cancel_licence", _("Whose duty it is to have the licence of a closed shop cancelled"))
REFUSED_ENTRY = rule("inspection.refused_entry", _("What follows when an inspection is refused"))
UNLICENSED = rule("inspection.unlicensed", _("What follows when somebody trades without a licence"))
# Where a line of trade has a law of its own, that is the ground; the general rule for the others.
OF_LINE = {
    of.name: {line: rule(f"{of.name}.{line}", of.meaning) for line in lines}
    for of, lines in [
        (REFUSED_ENTRY, ("food", "drug", "device", "equipment")),
        (UNLICENSED, ("food", "drug", "device")),
    ]
}
SOUGHT_MIN = rule("inspection.unreachable_visits", _("After how many visits in vain listing may be proposed"))
LETTERS_MIN = rule("inspection.unreachable_letters", _("After how many unsigned letters listing may be proposed"))
LETTER_GAP = rule("inspection.unreachable_letter_gap", _("How long apart the letters must be sent"))
LIST_WITHIN = rule(
    "inspection.list_within",
    _("By when it is entered in the list of abnormal operations"),
    label=_("Listing as abnormal"),
    starts="proposed",
    stops="handed over or reached",
)
AMEND_WITHIN = rule("inspection.amend_within", _("Within how many days of the visit its officers may amend a record"))
PAUSE_AFTER = rule("inspection.pause_after", _("After how many minutes without an entry a visit counts as put aside"))
SHORT_PERCENT = rule("inspection.short_percent", _("Below what part of its usual time a visit is asked about"))
SHORT_COMPARED = rule("inspection.short_compared", _("With how many like visits a visit's time must be comparable"))
NOTHING_DAYS = rule("inspection.nothing_days", _("Over how many days an office's findings are looked at"))
NOTHING_VISITS = rule("inspection.nothing_visits", _("From how many visits without a finding the head is asked"))
NOTHING_CHANCE = rule("inspection.nothing_chance", _("How likely chance may be, in per cent, for the head to be asked"))
# Grades are another room's; caps and plans go by them.
GRADE_CUTOFFS = rule("grading.cutoffs", _("Up to which risk points each grade reaches"))
VISITS_PER_YEAR = rule("grading.visits_per_year", _("How many visits a year each grade gets: [least, usual most]"))
REVIEW_WITHIN = rule("appeal.review_within", _("By when a party may ask for reconsideration"))
COURT_WITHIN = rule("appeal.court_within", _("By when a party may sue"))
GRANT_DAYS = rule("field.grant_days", _("How long an enrolled phone may work"))
NUMBER_BLOCK = rule("field.number_block", _("How many official numbers a phone holds for each kind of paper"))


def officers_min(at: datetime) -> int:
    """How many officers a visit at that time needed."""
    return int(OFFICERS_MIN.value(calendar.legal_day(at), 1))


def far_away_metres(at: datetime) -> int:
    """From how many metres a record of that time is doubted."""
    return int(FAR_FROM_PREMISES.value(calendar.legal_day(at), 500))


def number_block(day: date) -> int:
    """How many official numbers of each kind a phone holds from that day on."""
    return int(NUMBER_BLOCK.value(day, 20))


def pause_after(at: datetime) -> timedelta:
    """From how long a stretch without an entry on a visit is a pause; half an hour where the place sets nothing."""
    return timedelta(minutes=int(PAUSE_AFTER.value(calendar.legal_day(at), 30)))


def amend_within(at: datetime) -> int | None:
    """Days from the visit within which its officers may amend the record; None where the place sets no bound."""
    row = AMEND_WITHIN.maybe(calendar.legal_day(at))
    return int(row.value) if row is not None else None


def visit_again(at: datetime) -> date:
    """The day for which a visit that found a shut door is planned again; the next day where the place sets none."""
    if REVISIT_AFTER.maybe(calendar.legal_day(at)) is None:
        return calendar.legal_day(at) + timedelta(days=1)
    return _after(at, REVISIT_AFTER)


def too_often(tries: int, at: datetime) -> bool:
    """Whether so many fruitless visits are to be told to the head; he is told of each one from then on."""
    most = FRUITLESS_MAX.value(calendar.legal_day(at), None)
    return most is not None and tries >= int(most)


def ground(of: Any, day: date, trade: str = "") -> str:
    """The article by which somebody of that trade is proposed to be investigated; empty where the place names none."""
    special = OF_LINE.get(of.name, {}).get(stack().table("codes/trades").get("line", {}).get(trade, ""))
    row = (special.maybe(day) if special else None) or of.maybe(day)
    return f"{row.basis} {row.article}".strip() if row is not None else ""


def sought_enough(sought: int, letters: int, day: date) -> bool:
    """Whether an enterprise was sought often enough, by visits or by letters, to be proposed for the list."""
    visits, post = SOUGHT_MIN.value(day, None), LETTERS_MIN.value(day, None)
    return (visits is not None and sought >= int(visits)) or (post is not None and letters >= int(post))


def default_deadline(at: datetime) -> date:
    """The last day for putting things right that were found at `at`, where the officer sets no day.

    Raises RuleAbsent in a place that sets none.
    """
    return _after(at, RECTIFY_WITHIN)


def set_by_hand(deadline: date, at: datetime) -> date | None:
    """The deadline if a person set it: another day than the rule gives from `at` on."""
    counted = default_deadline(at) if RECTIFY_WITHIN.maybe(calendar.legal_day(at)) else None
    return None if deadline == counted else deadline


def latest_deadline(at: datetime) -> date | None:
    """The furthest day that an officer may set on the spot; None where the place sets no bound."""
    return _after(at, RECTIFY_LONGEST) if RECTIFY_LONGEST.maybe(calendar.legal_day(at)) else None


def latest_extension(deadline: date) -> date | None:
    """The furthest day to which a deadline may be put off; None where the place sets no bound."""
    if EXTENSION_MAX.maybe(deadline) is None:
        return None
    return _after(calendar.start_of(deadline), EXTENSION_MAX)


def _after(at: datetime, of: Any) -> date:
    from zhijian.kernel.clock import clocks

    last = clocks.count(of.on(calendar.legal_day(at)), at).due
    assert last is not None  # nothing is suspended here
    return last


def for_phone(day: date) -> dict[str, Any]:
    """What the phone must know of the rules in force on `day`; numbers are integers, the rest text."""
    deadline = RECTIFY_WITHIN.maybe(day)
    longest, photos = RECTIFY_LONGEST.maybe(day), PHOTOS_MAX.maybe(day)
    told: dict[str, Any] = {
        "limits": {
            "officers": int(OFFICERS_MIN.value(day, 1)),
            "photo_for_failed": bool(PHOTO_FOR_FAILED.value(day, False)),
            "photos_per_item": int(photos.value) if photos else None,
            "far_metres": int(FAR_FROM_PREMISES.value(day, 500)),
            "pixels": PIXELS,  # what the server opens: the phone must not sign for more
        },
        "deadline": None,
        "amend_days": int(amend.value) if (amend := AMEND_WITHIN.maybe(day)) else None,
    }
    if deadline is not None and deadline.limit is not None:
        told["deadline"] = {
            "days": deadline.limit.n,
            "unit": deadline.limit.unit.value,
            "basis": f"{deadline.basis} {deadline.article}".strip(),
            "max": longest.limit.n if longest and longest.limit and longest.limit.unit is deadline.limit.unit else None,
            "unverified": deadline.unverified,
        }
    return told


def repeat_forbidden_until(superior_visit: date, of_limit: Any) -> date:
    """The last day on which a place is left alone after a superior's visit (suspicion and hazard excepted)."""
    if of_limit.unit not in (Unit.MONTHS, Unit.YEARS):
        raise ValueError("the law counts this in months")
    return arithmetic.add_months(superior_visit, of_limit.n * (12 if of_limit.unit is Unit.YEARS else 1))


def cap_reached(visits_this_year: int, cap: int | None, cause: str) -> bool:
    """Whether one more planned visit would pass the yearly cap; one with a lawful exception never does."""
    return cap is not None and cause == "planned" and visits_this_year >= cap
