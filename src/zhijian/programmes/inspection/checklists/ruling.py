"""The bureau's own rules of lists: written down by date, with author and reason, and taken back the same way."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.packs import stack
from zhijian.kernel.packs.changes import permitted

from ..jobs import count_lists
from ..models import Checklist, ListRule
from .applying import lasting

RULED = ledger.entry_kind(
    "checklist.rule", label=gettext_lazy("Set for which places {title} is, from {since}. Reason: {reason}")
)
BACK = ledger.entry_kind(
    "checklist.rule_back",
    label=gettext_lazy("Put back what the checklist {title} itself says, from {since}. Reason: {reason}"),
)
LICENCE = re.compile(r"[a-z][a-z0-9_]{1,23}(:[^\s:]{1,30})?")
INDUSTRY = re.compile(r"[A-Z]?[0-9]{0,4}")
MOST = 60  # lines of each part


class RuleRefused(ValueError):
    """The rule can't be put into force: the sentence says why, and how to mend it."""


class Changed(RuntimeError):
    """Somebody else changed the list's rule meanwhile."""


@dataclass(frozen=True)
class Wish:
    """A rule as it is tried, before anybody puts it into force."""

    applies: list[str] = field(default_factory=list)
    licences: list[str] = field(default_factory=list)
    industries: list[str] = field(default_factory=list)
    registers: list[str] = field(default_factory=list)


def wish(trades: list[str], licences: str, industries: str, registers: list[str], known: Collection[str]) -> Wish:
    """The rule that was written down: a licence or an industry to each line. Raises RuleRefused.

    `known`: the trades that there are.
    """
    made = Wish(_once(trades), _once(licences.split()), _once(industries.upper().split()), _once(registers))
    for trade in made.applies:
        if trade not in known:
            raise RuleRefused(_("There is no trade “%(trade)s”.") % {"trade": trade[:40]})
    for one in made.licences:
        if not LICENCE.fullmatch(one):
            said = _("“%(line)s” is no licence: write food_business, or with its number's beginning food_business:JY2.")
            raise RuleRefused(said % {"line": one[:40]})
    for one in made.industries:
        if not INDUSTRY.fullmatch(one):
            said = _("“%(line)s” is no beginning of an industry: write for example F52.")
            raise RuleRefused(said % {"line": one[:40]})
    if not set(made.registers) <= set(lasting()):
        raise RuleRefused(_("Nothing of this kind is registered at places."))
    if not any(vars(made).values()):
        said = _("Name at least one trade, licence, industry or register; else the list reaches nobody.")
        raise RuleRefused(said)
    if max(map(len, vars(made).values())) > MOST:
        raise RuleRefused(_("Name at most %(n)s lines of each.") % {"n": MOST})
    return made


def _once(lines: list[str]) -> list[str]:
    return list(dict.fromkeys(line.strip() for line in lines if line.strip()))


def last(code: str) -> int:
    """The key of the list's newest rule, 0 for none: what a page was made from."""
    return ListRule.objects.filter(code=code).order_by("-id").values_list("pk", flat=True).first() or 0


def put_in_force(of: Checklist, rule: Wish | None, *, since: date, reason: str, seen: int, actor: Actor) -> ListRule:
    """Let a rule say from `since` on for which places the list is; None: what the list's workbook says, again.

    `seen`: the newest rule that the person has looked at. Raises NotPermitted, RuleRefused and Changed.
    """
    permitted(actor)
    if not reason.strip():
        raise RuleRefused(_("Say why."))
    if since < calendar.today():
        raise RuleRefused(_("It begins today at the earliest: visits that were made went by the rule of their day."))
    with transaction.atomic():
        list(Checklist.objects.select_for_update().filter(code=of.code).order_by("version").values_list("pk"))
        if last(of.code) != seen:
            raise Changed
        row = ListRule.objects.create(
            code=of.code, since=since, back=rule is None, reason=reason.strip()[:300],
            by_id=actor.person_id, by_name=actor.name,
            **(asdict(rule) if rule else {}),
        )  # fmt: skip
        ledger.record(
            (RULED if rule else BACK).code,
            actor=actor,
            subject=f"rules:checklist:{of.code}",
            area=stack().setting("city"),
            data={
                "title": of.title, "since": since.isoformat(), "reason": row.reason, "applies": row.applies,
                "licences": row.licences, "industries": row.industries, "registers": row.registers,
            },
        )  # fmt: skip
        count_lists.later()
    return row
