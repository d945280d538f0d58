"""What stands against a penalty that was decided at a door: recorded, flagged, shown to the head, never refused.

A doubt about who decided names what was `signed`: the decision's public page says that it awaits examination as long as
that flag stands.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.programmes.inspection.actions import Visit, doubt_sentence
from zhijian.programmes.spot_penalty import law, rules
from zhijian.programmes.spot_penalty.told import Told

Flags = list[dict[str, Any]]
ORDER_LEAST = 4  # the shortest text that can name an order, by its day or number

DOUBTS = {
    "not_here": gettext_lazy("On that day the place knew no penalty on the spot."),
    "nothing_decided": gettext_lazy("It decides neither a warning nor a fine."),
    "over_limit": gettext_lazy(
        "A fine of %(fine)s yuan, where at most %(most)s may be decided on the spot: %(basis)s."
    ),
    "side_unknown": gettext_lazy(
        "Nobody knows whether the party is a citizen or an organisation: the lower limit was used."
    ),
    "not_told": gettext_lazy("Reasons, facts, basis and the right to state one's view were not told beforehand."),
    "not_heard": gettext_lazy("The party stated its view; it is not said what became of it."),
    "one_officer_decided": gettext_lazy("%(n)s officer decided, where %(least)s are needed: %(basis)s."),
    "no_grounds": gettext_lazy("It does not say which provision was violated, or on which basis it punishes."),
    "fine_unknown": gettext_lazy("A fine, where by %(basis)s none can be decided on the spot."),
    "warning_unknown": gettext_lazy("A warning, where %(basis)s knows none."),
    "no_order_before": gettext_lazy(
        "By %(basis)s only who did not obey an order is punished: the decision names no order."
    ),
    "cash_forbidden": gettext_lazy("Money was taken on the spot without a ground that allows it: %(basis)s."),
    "no_receipt": gettext_lazy("Money was taken without the number of an official receipt."),
    "also_investigated": gettext_lazy(
        "Item %(item)s is proposed for an investigation as well: the same act is not fined twice."
    ),
    "not_found": gettext_lazy("The record does not hold item %(item)s as not complied with."),
    "not_served": gettext_lazy(
        "The record does not prove that the decision was handed over: it is still to be served."
    ),
    "penalty_number": gettext_lazy("The decision's number was not reserved for this inspector, or it bears none."),
    "record_amended": gettext_lazy(
        "The record of the visit was amended: %(reason)s. The decision stands as it was handed over; where it does not"
        " hold any more, withdraw it."
    ),
    "decided_later": gettext_lazy("It was decided in an amendment of the record, not at the visit."),
    "no_paper": gettext_lazy("The record names no decision: nothing was handed over."),
}


def doubt(code: str, **more: Any) -> dict[str, Any]:
    """A flag as it is kept: its code and what its sentence needs."""
    return {"code": code, **more}


def sentence(flag: dict[str, Any]) -> str:
    """The flag as a sentence in the active language: our own, or one of the visit's."""
    return _(str(DOUBTS[flag["code"]])) % flag if flag["code"] in DOUBTS else doubt_sentence(flag)


def of_decision(told: Told, visit: Visit, day: dt.date) -> Flags:
    """What the law of the day says against the decision as it was made."""
    kind, limits = visit.premises.entity.kind, rules.limits(day)
    found: Flags = []
    if limits is None:
        return [doubt("not_here")]
    if not told.warning and not told.fine:
        found.append(doubt("nothing_decided"))
    if not law.within(told.fine, kind, limits):
        basis = rules.article(rules.limit_rule(kind, day), day)
        found.append(doubt("over_limit", fine=told.fine, most=law.most_for(kind, limits), basis=basis))
    found += _by_ground(told, day)
    if not kind and told.fine:
        found.append(doubt("side_unknown"))
    if told.cash and not law.cash_allowed(told.fine, told.cash_ground, limits):
        found.append(doubt("cash_forbidden", basis=rules.article(rules.CASH_MOST, day)))
    if told.cash and not told.receipt.strip():
        found.append(doubt("no_receipt"))
    return found


def _by_ground(told: Told, day: dt.date) -> Flags:
    """What the provision that is punished does not know: a fine or a warning, or a penalty before an order."""
    ground = rules.ground_of(told.basis, day)
    if ground is None:
        return []
    known = ground.get("allows", ("warning", "fine"))
    given = {"fine": told.fine > 0, "warning": told.warning}
    found = [doubt(f"{what}_unknown", basis=told.basis) for what, so in given.items() if so and what not in known]
    if ground.get("order_first") and len(told.ordered.strip()) < ORDER_LEAST:
        found.append(doubt("no_order_before", basis=told.basis))
    return found


def of_procedure(told: Told, visit: Visit, day: dt.date) -> Flags:
    """What was left out of the procedure: officers, telling, hearing, grounds (Penalty Law arts. 42, 44, 45, 52)."""
    content, signed = visit.record.content, visit.record.digest
    found: Flags = [doubt("decided_later")] if content.amends is not None else []
    least, n = rules.officers_min(day), len({one.id for one in content.inspectors})
    if n < least:
        basis = rules.article(rules.OFFICERS_MIN, day)
        found.append(doubt("one_officer_decided", n=n, least=least, basis=basis, signed=signed))
    if not told.told:
        found.append(doubt("not_told"))
    if told.statement.strip() and told.heard is law.Heard.NONE:
        found.append(doubt("not_heard"))
    if not told.violated.strip() or not told.basis.strip():
        found.append(doubt("no_grounds"))
    return [*found, *_of_item(told, visit)]


def _of_item(told: Told, visit: Visit) -> Flags:
    """Whether the visit found the act, and whether it is on its way to an investigation too (art. 29)."""
    content = visit.record.content
    failed = {one.item for one in content.answers if one.answer == "no"}
    if told.item and content.answers and told.item not in failed:
        return [doubt("not_found", item=told.item)]
    grave = {one.item for one in content.outcome.items if one.measure == "investigate"} if content.outcome else set()
    return [doubt("also_investigated", item=told.item)] if told.item in grave else []


def of_visit(flags: Flags) -> Flags:
    """The visit's own doubts about who signed: they stand on the decision as well."""
    return [flag for flag in flags if "signed" in flag and flag["code"] != "one_officer"]
