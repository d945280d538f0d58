"""Return calls by another unit: a share of the answered items, drawn under a seal, called by the centre above.

What the office wrote and what the person says stand side by side. A claim that is called unreasonable is left out of
the rate of reasonable claims only where a second person found it so.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, DISPATCHER, HEAD, LEADER, SECOND
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.evidence.models import LedgerEntry, Seal
from zhijian.kernel.matters import Flow, Guard, State, Step, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.kernel.ratings.rules import drawn
from zhijian.programmes.complaints import rules
from zhijian.programmes.complaints.handling import facts
from zhijian.programmes.complaints.models import Item, Outcome, Recall, RecallDraw

SEALS = 31  # drawn at once, where nobody drew for a while
ANSWERED = ("complaint.approve", "report.approve", "enquiry.approve")


def not_its_unit(matter: Matter, record: Recall | None, actor: Actor, told: Any) -> Guard:
    """Whoever handled the item, or answered it, does not ask how it was handled."""
    if record is None or actor.kind != "staff":
        return ok()
    item = Item.objects.select_related("matter").get(pk=record.of_id)
    had = {item.matter.assignee_id, item.matter.second_id, item.replied_by_id}
    return no(_("Another unit makes this call.")) if actor.person_id in had else ok()


def tried_enough(matter: Matter, record: Recall, actor: Actor, told: Any) -> Guard:
    """Given up after so many tries."""
    wanted = int(rules.RECALL_TRIES.value(matter.day, 1))
    if record.tries < wanted:
        told = {"tries": record.tries, "wanted": wanted}
        return no(_("Tried %(tries)s times so far; it is given up after %(wanted)s.") % told, rules.RECALL_TRIES)
    return ok()


def tried(matter: Matter, record: Recall, told: Any, actor: Actor, at: dt.datetime) -> None:
    """One more try in vain."""
    record.tries += 1
    record.save(update_fields=["tries"])


def called(matter: Matter, record: Recall, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Whether the office wrote otherwise, and whether the claim was found unreasonable by two."""
    item = Item.objects.get(pk=record.of_id)
    record.differs = record.said != record.written
    record.reasonable = item.unreasonable_sure_id is None
    record.save(update_fields=["differs", "reasonable"])


def centre_of(area: str) -> str:
    """The centre that calls about items of an area: the one above, at the top itself."""
    found = stack().areas.get(area)
    return found.parent if found is not None and found.parent else area


def ask(matter: Matter, at: dt.datetime | None = None) -> Matter:
    """Have the person of an answered item called; once. Runs as the system."""
    known = Recall.objects.select_related("matter").filter(of=matter).first()
    if known is not None:
        return known.matter
    item = Item.objects.get(pk=matter.pk)
    about = About(f"{matter.title} {matter.number}".strip(), centre_of(matter.area))
    return perform(RECALL, "ask", SYSTEM, about=about, at=at, by_field={"of": matter, "written": item.outcome})


def population(seal: Seal) -> list[str]:
    """The items whose answer was approved under a seal and whose person left a number, by uid; fixed before the seed
    was known. Needs the whole scope."""
    ended = LedgerEntry.objects.filter(id__gte=seal.first_entry, id__lte=seal.last_entry, kind__in=ANSWERED)
    rows = Matter.objects.filter(pk__in=ended.values("matter"), state="answered", item__reachable=True)
    return sorted(str(uid) for uid in rows.values_list("uid", flat=True))


def draw_due(first: Seal | None = None) -> list[RecallDraw]:
    """Draw under each seal that has no draw yet, the oldest first, and ask for the calls. Runs as the system.

    The first draw of an installation is made under its newest seal (or `first`).
    """
    last = RecallDraw.objects.order_by("-seal_id").first()
    seals = Seal.objects.order_by("id")
    if last is not None:
        seals = seals.filter(pk__gt=last.seal_id)
    else:
        begin = first or seals.last()
        seals = seals.filter(pk__gte=begin.pk) if begin is not None else seals.none()
    return [_draw(seal) for seal in seals[:SEALS]]


def _draw(seal: Seal) -> RecallDraw:
    uids, percent = population(seal), int(rules.RECALL_PERCENT.value(seal.day, 0))
    chosen = drawn(seal.digest, uids, percent)
    made = RecallDraw.objects.create(
        seal=seal, area=str(stack().setting("city", "")), seed=seal.digest, percent=percent, population=uids,
        chosen=chosen, made_at=timezone.now(),
    )  # fmt: skip
    found = {str(matter.uid): matter for matter in Matter.objects.filter(uid__in=chosen)}
    for uid in chosen:
        ask(found[uid])
    return made


# A claim that is called unreasonable needs a ground and a second person


def not_found_yet(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """Said once; taken back by the second person who does not find it so."""
    return no(_("It is said already: another person looks at it.")) if record.unreasonable_by_id else ok()


def by_another(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """Somebody else finds it so, or does not."""
    if not record.unreasonable_by_id or record.unreasonable_sure_id:
        return no(_("Nobody called the claim unreasonable, or it was looked at."))
    if actor.kind == "staff" and record.unreasonable_by_id == actor.person_id:
        return no(_("Whoever called the claim unreasonable does not decide it."))
    return ok()


def reply_is_sure(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """An answer says that the claim has no ground only where a second person found it so."""
    if told is None or told.outcome != Outcome.UNREASONABLE or record.unreasonable_sure_id:
        return ok()
    return no(_("A second person must find the claim unreasonable before it is answered so."))


def called_so(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """By whom it is called so."""
    record.unreasonable_by_id, record.unreasonable_sure = actor.person_id, None
    record.save(update_fields=["unreasonable_by", "unreasonable_sure"])


def found_so(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """By whom it is found so."""
    record.unreasonable_sure_id = actor.person_id
    record.save(update_fields=["unreasonable_sure"])


def not_found_so(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """It is a claim like any other."""
    record.unreasonable, record.unreasonable_by = "", None
    record.save(update_fields=["unreasonable", "unreasonable_by"])


def claims(states: tuple[str, ...]) -> list[Step]:
    """Calling a claim unreasonable, and the second person's word, while it is in `states`."""
    return [
        Step(
            "call_unreasonable", states, who=[ASSIGNEE, SECOND], label=_("The claim is unreasonable"),
            facts=facts.Unreasonable, said=_("Called unreasonable: {unreasonable}"), quiet=True, when=not_found_yet,
            does=called_so, tells=HEAD,
        ),
        Step(
            "find_unreasonable", states, who=[HEAD, LEADER], label=_("I find it unreasonable, too"), confirm=True,
            said=_("Found unreasonable by a second person"), quiet=True, when=by_another, does=found_so,
        ),
        Step(
            "find_reasonable", states, who=[HEAD, LEADER], label=_("It is not unreasonable"), facts=facts.Reason,
            said=_("Not found unreasonable: {reason}"), quiet=True, when=by_another, does=not_found_so, tells=ASSIGNEE,
        ),
    ]  # fmt: skip


RECALL = Flow(
    kind="item_recall",
    title=_("Return call to who came"),
    plural=_("Return calls to who came"),
    numbered=False,
    record=Recall,
    of_area=True,
    unseen=True,
    states=[
        State("waiting", _("To be called"), tone="act"),
        State("called", _("Called"), final=True, tone="good"),
        State("given_up", _("Not reached"), final=True),
    ],
    steps=[
        Step(
            "ask", to="waiting", who=DISPATCHER, label=_("Ask for a return call"), hidden=True,
            said=_("Drawn for a return call"), starts=rules.RECALL_WITHIN, tells=DISPATCHER,
        ),
        Step(
            "call", "waiting", "called", who=DISPATCHER, label=_("Reached: note the answer"), facts=facts.Called,
            said=_("Called: {said}; how it was handled: {process}; what came of it: {satisfied}"), likely=True,
            when=not_its_unit, does=called, stops=rules.RECALL_WITHIN,
        ),
        Step(
            "try", "waiting", who=DISPATCHER, label=_("Not reached"), said=_("Nobody was reached"),
            when=not_its_unit, does=tried, confirm=True,
        ),
        Step(
            "give_up", "waiting", "given_up", who=DISPATCHER, label=_("Give up"), confirm=True,
            said=_("Given up: nobody was reached"), when=[not_its_unit, tried_enough], stops=rules.RECALL_WITHIN,
        ),
        Step(
            "remind", "waiting", by=CLOCK, on=rules.RECALL_WITHIN.overdue, tells=DISPATCHER, label=_("Overdue"),
            said=_("The time for the return call is over"),
        ),
    ],
)  # fmt: skip
