"""The staff's door: the penalties that were decided on the spot, to be filed and settled."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.filters import Filter
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.exchange.panel import OWED
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.panel import PANEL
from zhijian.programmes.spot_penalty import rules, shown
from zhijian.programmes.spot_penalty.flow import SPOT_PENALTY
from zhijian.programmes.spot_penalty.law import yuan
from zhijian.programmes.spot_penalty.models import SpotPenalty
from zhijian.programmes.spot_penalty.waiting import rest_owed


def _record(matter: Matter) -> SpotPenalty:
    record: SpotPenalty = matter.spot_penalty  # type: ignore[attr-defined]
    record.matter = matter
    return record


def _decided_on(matter: Matter) -> dt.date:
    return calendar.legal_day(matter.opened)


def _money(matter: Matter) -> Cell:
    return shown.money(_record(matter))


DECIDED = Column(
    "decided", _("Decided on"), ("opened",), lambda m: Cell(f"{_decided_on(m):%Y-%m-%d}"), _decided_on
)  # fmt: skip
PUNISHED = Column(
    "punished", _("Penalty"), ("spot_penalty__fine", "spot_penalty__warning"),
    lambda m: Cell(shown.punished(_record(m))), lambda m: shown.punished(_record(m)),
)  # fmt: skip
# the first one sorts
OF_MONEY = (
    "pay_by",
    "fine",
    "payment",
    "paid_on",
    "handed_on",
    "refund",
    "refunded_on",
    "pauses",
    "additional",
    "waived",
    "reason",
)
MONEY = Column(
    "money", _("Money"), (*(f"spot_penalty__{name}" for name in OF_MONEY), "opened"), _money, lambda m: _money(m).text
)
FINE = Column(
    "fine", _("Fine (yuan)"), ("spot_penalty__fine",), lambda m: Cell(yuan(_record(m).fine)),
    lambda m: _record(m).fine,
)  # fmt: skip


def penalty_panel(matter: Matter, record: SpotPenalty, actor: Actor) -> dict[str, Any]:
    """The decision: what was done and punished, what was heard, the limit and whose, and where the money is."""
    record.matter = matter
    day = _decided_on(matter)
    limit = rules.limit_rule("" if record.side == SpotPenalty.Side.CITIZEN else "?", day)
    return {
        **shown.told_of(record),
        "ordered": shown.ordered_before(record),
        "limit_by": rules.article(limit, day),
        "visit": matter.parent,
    }


RESTS = Filter("rest", _("A rest is owed"), "check", lambda rows, given, actor: rows.filter(rest_owed()))


class SpotPenalties(MatterList):
    flow = SPOT_PENALTY
    columns = ["number", "entity", PUNISHED, "area", "state", DECIDED, MONEY, "due"]
    exported = [
        "premises", "code", "address", "item", "found", "violated", "basis", "warning", FINE, "payment", "served_on",
        "pay_by", "paid_on", "receipt", "additional", "rest_on", "waived", "handed_on", "voucher", "filed_on",
        "assignee", "second",
    ]  # fmt: skip
    filters = ["q", "state", "area", "payment", RESTS, "overdue", "period"]
    bulk = ["file"]
    order = "newest"
    panels = [Panel("spot_penalty/desk/penalty.html", penalty_panel), PANEL, OWED]
    rank = 13
    empty = _("A warning or a small fine that two officers decide at a visit appears here: to be filed and settled.")
