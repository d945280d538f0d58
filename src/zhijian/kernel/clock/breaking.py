"""Clocks that the bureau did not keep: they are marked when they run out, and each is told its reason by a person.

A reason never mends the clock and stops no step: it is what the head, the auditor and the yearly report read, and no
enterprise does (it may tell of somebody who reported). What somebody else keeps or breaks (an enterprise that puts
nothing right, a fine that is not paid) needs no reason of ours.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import READING_ROLES, Role
from zhijian.kernel.accounts.scope import area_filter, scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.clocks import overdue
from zhijian.kernel.clock.declared import declared, rule
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.reading import readable

GROUNDS = rule("clock.grounds", _("Why a time limit was not kept, to choose from"))
SAY = frozenset({Role.HEAD, Role.DISPATCHER, Role.CLERK})  # beside whoever has the matter in hand
OTHER = "other"  # tells nothing by itself: it needs words
LONGEST = 300


def name_of(rule_name: str) -> str:
    """What a clock of that rule is called."""
    known = declared().get(rule_name)
    return _t(known.label or known.meaning) if known and (known.label or known.meaning) else rule_name


def _named(facts: Mapping[str, Any]) -> str:
    return name_of(str(facts["clock"]))


SAID = ledger.entry_kind(
    "clock.broken", label=_("Why the time limit “{clock}” was not kept: {ground} {reason}"), says={"clock": _named}
)


class NotSaid(ValueError):
    """The reason can't be noted: the sentence says why, and how to mend it."""


def mark(now: datetime | None = None) -> int:
    """Mark the clocks that run and whose time is over. Returns how many. Runs as the system, as often as one likes."""
    with scoped(SYSTEM):
        return overdue(now or timezone.now()).filter(ours(), broken=False).order_by().update(broken=True)


def ours() -> Q:
    """The clocks that it is the bureau's duty to keep: `clocks.ours` as a condition."""
    others = [name for name, one in declared().items() if one.theirs]
    # A day that was set by hand may have no row of a rule behind it: a negation alone would drop what has no such key.
    return (Q(basis__whose__isnull=True) | ~Q(basis__whose="party")) & ~Q(rule__in=others)


def grounds() -> dict[str, str]:
    """The reasons to choose from today, by their code."""
    listed = dict(GROUNDS.value(calendar.today(), {}))
    return {str(code): str(words) for code, words in listed.items()} or {OTHER: _t("Another reason")}


def words_of(clock: Clock) -> str:
    """The reason that was told of a clock; empty where none was."""
    if not clock.broken_ground:
        return ""
    ground = "" if clock.broken_ground == OTHER else grounds().get(clock.broken_ground, clock.broken_ground)
    return " ".join(part for part in (ground, clock.broken_reason) if part)


def broken(actor: Actor, *, said: bool = False) -> QuerySet[Clock]:
    """The broken clocks of what he reads, without a reason (with `said`: those that have one), the newest first."""
    rows = Clock.objects.filter(area_filter(actor, roles=READING_ROLES), broken=True)
    rows = rows.exclude(broken_ground="") if said else rows.filter(broken_ground="")
    return readable(rows, actor, "matter").select_related("matter").order_by("-pk")


def sayable(actor: Actor) -> Q:
    """The clocks whose reason he may tell: those of matters in his hands, and of offices where he runs the desk."""
    if actor.kind != "staff" or actor.reads_only:
        return Q(pk__in=[])
    hands = Q(matter__assignee_id__in=actor.hands) | Q(matter__second_id__in=actor.hands)
    return hands | area_filter(actor, roles=SAY)


def say(pks: Collection[int], ground: str, reason: str, actor: Actor) -> int:
    """Tell why these clocks were not kept; what was told before is told anew, and the ledger keeps both.

    Returns of how many it was noted: those that are broken and his to explain. Raises NotSaid.
    """
    listed, words = grounds(), reason.strip()[:LONGEST]
    if ground not in listed:
        raise NotSaid(_t("Choose a reason of the list."))
    if ground == OTHER and not words:
        raise NotSaid(_t("Say in a few words what the other reason is."))
    rows = Clock.objects.select_for_update(of=("self",)).filter(sayable(actor), pk__in=pks, broken=True)
    found = list(readable(rows, actor, "matter").select_related("matter").order_by("pk"))
    for clock in found:
        clock.broken_ground, clock.broken_reason, clock.broken_said_by_id = ground, words, actor.person_id
        clock.save(update_fields=["broken_ground", "broken_reason", "broken_said_by"])
        ledger.record(
            SAID.code, actor=actor, subject=f"matter:{clock.matter_id}", matter=clock.matter, area=clock.matter.area,
            data={"clock": clock.rule, "ground": listed[ground], "reason": words}, inner=True,
        )  # fmt: skip
    return len(found)
