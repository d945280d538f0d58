"""What a step does beyond its table: deadlines of their own, files, the public page, the parent matter."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F, Max

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection import publishing, rules
from zhijian.programmes.inspection.found import told_by_list
from zhijian.programmes.inspection.models import (
    Answer,
    Attempt,
    Inspection,
    Publication,
    PublishedResult,
    Rectification,
    Unreachable,
)

SETTLED = ("accepted", "dropped", "retracted")
NO_ASK: dict[str, Any] = {"asked_until": None, "asked_reason": ""}


def due_on_the_day(matter: Matter, record: Inspection, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """A planned visit is due on its day, without a clock of the law."""
    if record.planned_for is not None:
        matter.due = record.planned_for
        Matter.objects.filter(pk=matter.pk).update(due=matter.due)


def visited(matter: Matter, record: Inspection, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The planned day is over; what is due now are the findings, each by itself."""
    matter.due = None
    Matter.objects.filter(pk=matter.pk).update(due=None)
    Inspection.objects.filter(pk=record.pk).update(hindered="")


def stood_before(matter: Matter, record: Inspection, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Keep the attempt. A planned visit is due on its new day; what closes or leaves the office is due no more."""
    Attempt.objects.create(
        inspection=record,
        kind=facts.hindered,
        at=at,
        note=facts.note,
        again=facts.planned_for,
        address=facts.address,
        record_id=facts.report,
        record_digest=facts.digest,
    )
    if matter.state == "planned":
        due_on_the_day(matter, record, facts, actor, at)
    elif matter.state != "rectifying":
        matter.due = None
        Matter.objects.filter(pk=matter.pk).update(due=None)


def without_officers(matter: Matter, record: Any, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The new office names its own officers; what runs goes on running."""
    matter.assignee, matter.second = None, None
    Matter.objects.filter(pk=matter.pk).update(assignee=None, second=None)


def entrusted(matter: Matter, record: Inspection, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever re-checks the visit looks at its open findings."""
    Matter.objects.filter(parent=matter, kind="rectification", closed=None).update(
        assignee=matter.assignee_id, second=matter.second_id
    )


def handed_over(matter: Matter, record: Inspection, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The new office plans the visit and names its own officers."""
    matter.assignee, matter.second, matter.due = None, None, None
    Matter.objects.filter(pk=matter.pk).update(assignee=None, second=None, due=None)
    Inspection.objects.filter(pk=record.pk).update(planned_for=None)


def sought_again(matter: Matter, record: Unreachable, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """One more visit in vain."""
    Unreachable.objects.filter(pk=record.pk).update(sought=F("sought") + 1)


def letter_counted(matter: Matter, record: Unreachable, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """One more letter that came back."""
    Unreachable.objects.filter(pk=record.pk).update(letters=F("letters") + 1)


def looked_at(matter: Matter, record: Inspection, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """A person has looked at what the record left in doubt; the ledger keeps who, when, and his word on it."""
    matter.flags = []
    Matter.objects.filter(pk=matter.pk).update(flags=[])


def start_deadline(matter: Matter, record: Rectification, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The enterprise's time runs up to the deadline: counted where the rule gave it, else the officer's own day."""
    _run_until(matter, rules.set_by_hand(record.deadline, at), actor, at)


def move_deadline(matter: Matter, record: Rectification, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """A later deadline, by grant or after sending back; an open request for time is thereby answered."""
    sent_back = hasattr(facts, "return_reason")
    Rectification.objects.filter(pk=record.pk).update(
        **NO_ASK,
        extended=F("extended") + (0 if sent_back else 1),
        returned=F("returned") + (1 if sent_back else 0),
    )
    _run_until(matter, record.deadline, actor, at)


def run_anew(matter: Matter, record: Rectification, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The paper that takes the place of a void one names another day; that is no extension."""
    Rectification.objects.filter(pk=record.pk).update(**NO_ASK)
    _run_until(matter, record.deadline, actor, at)


def reworded(matter: Matter, record: Rectification, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Told anew by another version of the record; while it is still to be answered its clock runs to the day told."""
    if matter.state in ("ordered", "asking"):
        _run_until(matter, rules.set_by_hand(record.deadline, at), actor, at)


def _run_until(matter: Matter, until: dt.date | None, actor: Actor, at: dt.datetime) -> None:
    set_by = actor.name if actor.kind == "staff" else ""
    clocks.start(matter, rules.RECTIFY_WITHIN, at, until=until, by=set_by)


def clear_ask(matter: Matter, record: Rectification, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """No request for time is open any more: it was refused, or overtaken by the answer or its acceptance."""
    Rectification.objects.filter(pk=record.pk).update(**NO_ASK)


def keep_answer(matter: Matter, record: Rectification, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """When it was answered, and by whom: the enterprise itself, or staff on its behalf (said so in the ledger)."""
    Rectification.objects.filter(pk=record.pk).update(answered=at, answered_by=actor.label)
    clear_ask(matter, record, facts, actor, at)
    File.objects.filter(uid__in=facts.photos, matter=matter).update(caption=facts.answer[:200])


def after_end(matter: Matter, record: Rectification, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The public page shows it at once; when nothing is left open, the inspection closes itself.

    A finding that no longer applies was not put right: where there is one, nothing says that all of them were.
    """
    clear_ask(matter, record, facts, actor, at)
    with scoped(SYSTEM):
        inspection = record.inspection
        left = _open(inspection)
        right = left == 0 and _put_right(inspection)
        PublishedResult.objects.filter(matter_uid=inspection.matter.uid).update(
            open_items=left, put_right_on=calendar.legal_day(at) if right else None
        )
        if left == 0 and inspection.matter.state == "rectifying":
            perform(inspection.matter, "close" if right else "end", SYSTEM, at=at)


def _open(inspection: Inspection) -> int:
    """How many findings are neither put right nor ended."""
    return inspection.rectifications.exclude(matter__state__in=SETTLED).count()  # type: ignore[attr-defined]


def _put_right(inspection: Inspection) -> bool:
    """Whether something was put right, and nothing ended otherwise. What an amendment struck out was never wrong."""
    states = set(inspection.rectifications.values_list("matter__state", flat=True))  # type: ignore[attr-defined]
    return "accepted" in states and "dropped" not in states


def publish(matter: Matter, record: Publication, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Put the result on the public page of the premises."""
    day = calendar.legal_day(at)
    Publication.objects.filter(pk=record.pk).update(published_on=day)
    show(record.inspection, day)


def withheld(matter: Matter, record: Publication, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """What had been published before its record was amended goes from the public page."""
    PublishedResult.objects.filter(matter_uid=record.inspection.matter.uid).delete()


def show(inspection: Inspection, published_on: dt.date) -> None:
    """Write what the public page says of a visit, as its record stands now; that it was amended stays said."""
    left = _open(inspection)
    seen = inspection.started or inspection.matter.closed
    texts = inspection.sheet.items
    right = inspection.rectifications.filter(matter__state="accepted")
    settled = right.aggregate(last=Max("matter__closed"))["last"]
    PublishedResult.objects.update_or_create(
        matter_uid=inspection.matter.uid,
        defaults={
            "premises": inspection.matter.premises,
            "visited_on": calendar.legal_day(seen) if seen else published_on,
            "published_on": published_on,
            "awaits": False,
            "result": inspection.result,
            "items_checked": inspection.items_checked,
            "failed": inspection.failed,
            "failed_key": inspection.failed_key,
            "failed_items": [
                {"no": answer.item, "text": texts.get(answer.item, {}).get("text", answer.note), "key": answer.key}
                for answer in inspection.answers.filter(answer=Answer.Value.NO).order_by("-key", "pk")
            ],
            "lists": told_by_list(inspection.lists.all()),
            "drawn": publishing.renew(inspection),
            "open_items": left,
            "put_right_on": calendar.legal_day(settled) if settled and not left and _put_right(inspection) else None,
        },
    )
