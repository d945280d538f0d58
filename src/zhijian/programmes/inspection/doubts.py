"""What the server would have refused: recorded, flagged, shown to a person, never dropped.

Each doubt is a code with its sentence; how far is far and how many officers are enough are rows of the pack.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import actor_of
from zhijian.kernel.accounts.models import Device, Leave, Person
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.likely.seen import metres_between
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.joining import Sheet
from zhijian.programmes.inspection.models import Checklist
from zhijian.programmes.inspection.record import Content, Record

DOUBTS = {
    "digest_wrong": gettext_lazy("The signed digest does not match the content."),
    "clock_wrong": gettext_lazy("The phone's clock was wrong by %(minutes)s minutes."),
    "far_away": gettext_lazy("Recorded %(metres)s m away from the premises."),
    "no_place": gettext_lazy("Recorded without a position."),
    "grant_ended": gettext_lazy("Recorded after the phone's grant had ended."),
    "device_revoked": gettext_lazy("Sent from a phone that was revoked."),
    "after_loss": gettext_lazy("The visit was begun after the phone had been reported lost or was revoked."),
    "account_closed": gettext_lazy("The inspector's account is closed."),
    "outside_area": gettext_lazy("The premises are outside the inspector's area."),
    "officer_elsewhere": gettext_lazy("%(name)s, named as an officer, works at no office to which the place belongs."),
    "nobody_named": gettext_lazy("A helper recorded it: no officers are named for the visit yet."),
    "recusal_asked": gettext_lazy("The party asked for other officers: the head decides on it."),
    "one_officer": gettext_lazy("Only one officer signed."),
    "certificate_expired": gettext_lazy("%(name)s had no certificate in force."),
    "helper_signed": gettext_lazy("%(name)s is a helper, who may not sign."),
    "officer_away": gettext_lazy("%(name)s, named as an officer, was on leave; whoever stood in does not count twice."),
    "no_witness": gettext_lazy(
        "He refused to sign; no witness signed for it, and no reason is given why there is none."
    ),
    "task_reassigned": gettext_lazy("Those who recorded it did not hold the task, or no longer."),
    "task_cancelled": gettext_lazy("The task had been cancelled meanwhile."),
    "task_done_twice": gettext_lazy("The visit had been recorded already; this record is kept beside the first."),
    "task_hindered": gettext_lazy(
        "The task had ended because the place could not be inspected; this is a visit of its own."
    ),
    "task_unknown": gettext_lazy("The phone named a task that does not exist."),
    "checklist_replaced": gettext_lazy("The checklist was not in force on the day of the visit."),
    "checklist_unknown": gettext_lazy("The checklist is not known here."),
    "checklist_other": gettext_lazy("The task asked for the checklist “%(asked)s”; “%(used)s” was used."),
    "files_missing": gettext_lazy("Photos or signatures that the form names and that did not come: %(n)s."),
    "marked_alone": gettext_lazy("%(n)s marked pictures came without the photo that they were drawn on."),
    "product_code": gettext_lazy("%(digits)s is no product code: its check digit is wrong."),
    "incomplete": gettext_lazy("Items left unanswered: %(left)s."),
    "outcome_differs": gettext_lazy("The rules give another outcome than the phone's."),
    "number_foreign": gettext_lazy("The paper's number was not reserved for this inspector."),
    "deadline_kept": gettext_lazy(
        "Finding %(item)s: the paper names an earlier day than the one that was granted; %(day)s stays."
    ),
    "again_over": gettext_lazy("The day given for the next visit, %(day)s, was over already: the rules' day was set."),
    "over_cap": gettext_lazy("Begun without a plan: visit %(n)s of this year that counts, where the cap is %(cap)s."),
    "unlisted": gettext_lazy("Planned by a checklist of no listed item: %(lists)s."),
    "unplanned": gettext_lazy("Planned without a line of the plan of %(year)s, and without an exception."),
    "same_day": gettext_lazy("On that day %(number)s is planned for the same shop already: join them, or cancel one."),
    "finding_settled": gettext_lazy("A finding had been settled already."),
    "amended_by_others": gettext_lazy("%(name)s, who amended the record, was not one of the officers of the visit."),
    "amended_late": gettext_lazy("Amended too late; days after the visit: %(days)s, by the rule: %(most)s."),
    "amended_twice": gettext_lazy(
        "It amends a version that had been amended already: what was signed last holds, all versions are kept."
    ),
    "lead_at_work": gettext_lazy(
        "The record was amended at what is being investigated: whoever has the proposal must be told."
    ),
    "penalty_doubted": gettext_lazy("The penalty on the spot is in doubt; its own page says why (%(n)s)."),
}
CLOCK_TOLERANCE = dt.timedelta(minutes=5)


def doubt(code: str, **more: Any) -> dict[str, Any]:
    """A flag as it is kept: its code and what its sentence needs.

    One about who signed names what was `signed`: its papers await examination as long as the flag stands.
    """
    return {"code": code, **more}


def sentence(flag: dict[str, Any]) -> str:
    """The flag as a sentence in the active language."""
    return _(str(DOUBTS[flag["code"]])) % flag if flag["code"] in DOUBTS else flag["code"]


def enforces(content: Content) -> bool:
    """Whether it was an act of enforcement, which takes two officers: noting a shut door or an unknown shop is none."""
    return content.mode != "note" and (content.hindered is None or content.hindered.kind == "refused")


def clock_ahead(content: Content, received: dt.datetime | None = None) -> dt.timedelta:
    """By how much the phone's clock was wrong, as far as it matters; negative when it was slow.

    The phone measures it whenever it talks to the server. What would have ended after it was received tells it as well.
    """
    ahead = dt.timedelta(milliseconds=content.clock_skew_ms)
    if received is not None and content.laid - ahead > received + CLOCK_TOLERANCE:
        ahead = content.laid - received
    return ahead if abs(ahead) > CLOCK_TOLERANCE else dt.timedelta()


def of_record(record: Record, raw: dict[str, Any], ahead: dt.timedelta) -> list[dict[str, Any]]:
    """Doubts that the record itself raises; `ahead` is the error of the phone's clock."""
    content = record.content
    found = []
    if sha256_hex(canonical(raw["content"])) != record.digest:
        found.append(doubt("digest_wrong"))
    if record.missing:
        found.append(doubt("files_missing", n=len(record.missing)))
    taken = {photo.sha256 for photo in content.photos if not photo.of}
    if alone := sum(bool(photo.of) and photo.of not in taken for photo in content.photos):
        found.append(doubt("marked_alone", n=alone))
    if content.refused is not None and not content.refused.no_witness and not _witnessed(record):
        found.append(doubt("no_witness"))
    if content.informed.get("recusal") == "yes":
        found.append(doubt("recusal_asked"))
    error = max(abs(ahead), abs(dt.timedelta(milliseconds=content.clock_skew_ms)))
    if error > CLOCK_TOLERANCE:
        found.append(doubt("clock_wrong", minutes=int(error.total_seconds() // 60)))
    if enforces(content) and len({officer.id for officer in content.inspectors}) < rules.officers_min(content.started):
        found.append(doubt("one_officer", signed=record.digest))
    return found


def _witnessed(record: Record) -> bool:
    return any(one.who == "witness" and (one.strokes or one.image) for one in record.signatures)


def after_loss(device: Device, began: dt.datetime) -> bool:
    """Whether a visit was begun on a phone that was reported lost or revoked by then."""
    return device.revoked_at is not None and began > device.revoked_at


def of_device(device: Device, began: dt.datetime, when: dt.datetime) -> list[dict[str, Any]]:
    """Doubts about the phone: its grant, its revocation before or after the visit `began`, its person."""
    found = []
    if when > device.grant_until:
        found.append(doubt("grant_ended"))
    if device.revoked_at is not None:
        found.append(doubt("after_loss" if after_loss(device, began) else "device_revoked"))
    if not device.person.is_active:
        found.append(doubt("account_closed"))
    return found


def of_place(record: Record, premises: Premises) -> list[dict[str, Any]]:
    """Doubts about where it was recorded."""
    place = record.content.place
    if place is None:
        return [doubt("no_place")]
    away = metres_between(Decimal(place.lat), Decimal(place.lon), premises.lat, premises.lon)
    if away is None:
        return []
    limit = rules.far_away_metres(record.content.started)
    return [doubt("far_away", metres=away)] if away > limit + (place.accuracy or 0) else []


def of_posts(record: Record, area: str, day: dt.date) -> list[dict[str, Any]]:
    """Doubts about where those who signed beside the sender work; he himself is looked at by his scope."""
    if not enforces(record.content):
        return []
    people = Person.objects.filter(pk__in=[one.id for one in record.content.inspectors[1:]]).prefetch_related("posts")
    return [doubt("officer_elsewhere", name=one.name) for one in people if not actor_of(one, day).can_read(area)]


def of_officers(record: Record, day: dt.date, people: Mapping[int, Person] | None = None) -> list[dict[str, Any]]:
    """Doubts about the officers' certificates on the day. `people` by id, where they are at hand."""
    if not enforces(record.content):
        return []
    if people is None:
        known = Person.objects.prefetch_related("posts")
        people = known.in_bulk([officer.id for officer in record.content.inspectors])
        helping = [one for one in people.values() if one.only_helps(day)]
        leaves = Leave.objects.filter(person__in=list(people), since__lte=day, until__gte=day).select_related("person")
        away = {leave.person_id: leave.person for leave in leaves}
    else:
        helping, away = [], {}  # made up for the demo: none of them is a helper, or on leave
    return [
        doubt("certificate_expired", name=officer.name, signed=record.digest)
        for officer in record.content.inspectors
        if officer.id not in people or not people[officer.id].signs_on(day)
    ] + [
        *(doubt("helper_signed", name=one.name, signed=record.digest) for one in helping),
        *(doubt("officer_away", name=one.name) for one in away.values()),
    ]


def of_checklists(
    record: Record, lists: Sequence[Checklist], asked: Sheet, day: dt.date, whole: bool = True
) -> list[dict[str, Any]]:
    """Doubts about the checklists: unknown, not in force, not answered to the end. `asked` are the lists as one.

    `whole`: whether a visit of its kind answers every item.
    """
    if not record.content.checklists:
        return []
    if not lists:
        return [doubt("checklist_unknown")]
    found = []
    if any(day < one.since or (one.until is not None and day > one.until) for one in lists):
        found.append(doubt("checklist_replaced"))
    left = asked.items.keys() - {given.item for given in record.content.answers}
    if left and whole and record.content.mode == "full":
        found.append(doubt("incomplete", left=len(left)))
    return found


def of_other_checklist(asked: Checklist | None, lists: Sequence[Checklist], day: dt.date) -> list[dict[str, Any]]:
    """Doubts about the checklist that the task names: it was not among those gone by. The day's version is right."""
    if asked is None or not lists:
        return []
    used = next((one for one in lists if one.code == asked.code), lists[0])
    if asked.pk == used.pk:
        return []
    over = day < asked.since or (asked.until is not None and day > asked.until)
    if asked.code == used.code and over:
        return []
    return [doubt("checklist_other", asked=f"{asked} ({asked.version})", used=f"{used} ({used.version})")]


def of_task(
    task: Matter | None, named: bool, hands: Collection[int], states: tuple[str, ...] = ("planned",)
) -> list[dict[str, Any]]:
    """Doubts about the task, which should be in one of `states`: given to others, cancelled, ended already, unknown.

    `hands`: the sender, and whom he stands in for.
    """
    if not named:
        return []
    if task is None:
        return [doubt("task_unknown")]
    if task.state == "cancelled":
        return [doubt("task_cancelled")]
    if task.state not in states:
        return [doubt("task_hindered" if task.state == "hindered" else "task_done_twice", first=str(task.uid))]
    return [doubt("task_reassigned")] if not {task.assignee_id, task.second_id} & set(hands) else []
