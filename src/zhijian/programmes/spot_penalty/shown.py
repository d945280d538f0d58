"""What pages tell of a penalty: the money as it stands today, the limit, and what the party may do."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.columns import Cell
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.spot_penalty import rules
from zhijian.programmes.spot_penalty.law import yuan
from zhijian.programmes.spot_penalty.models import SpotPenalty
from zhijian.programmes.spot_penalty.papers import DECISION


def punished(record: SpotPenalty) -> str:
    """“Warning, fine of ¥200”."""
    said = [_("Warning")] if record.warning else []
    said += [_("Fine ¥%(amount)s") % {"amount": yuan(record.fine)}] if record.fine else []
    return " · ".join(said) or _("Nothing decided")


def money(record: SpotPenalty) -> Cell:
    """Where the money is: nothing due, paid, with the officers, due by a day, or late with what is added."""
    if record.refunded_on is not None:
        return Cell(_("Refunded on %(day)s") % {"day": record.refunded_on}, tone="good")
    if record.refund:
        return Cell(_("¥%(amount)s to be refunded") % {"amount": yuan(record.refund)}, tone="warn")
    if record.matter.state == "withdrawn" or record.fine <= 0:
        return Cell(_("Nothing to pay"))
    if record.rest:
        return Cell(_("Fine paid, ¥%(rest)s of what was added still owed") % {"rest": yuan(record.rest)}, tone="bad")
    if record.paid_on is not None:
        return Cell(_("Paid on %(day)s") % {"day": record.paid_on}, tone="good")
    if record.handed_on is not None:
        return Cell(_("Handed in on %(day)s") % {"day": record.handed_on}, tone="good")
    if record.payment == SpotPenalty.Payment.CASH:
        return Cell(_("Taken on the spot, not handed in"), tone="act")
    return _at_the_bank(record)


def _at_the_bank(record: SpotPenalty) -> Cell:
    if added := record.added_today:
        return Cell(_("Overdue, ¥%(amount)s added") % {"amount": yuan(added)}, tone="bad")
    if record.pay_by is None:
        return Cell(_("Not served yet"), tone="warn")
    if calendar.today() > record.pay_by:
        return Cell(_("Overdue, under review") if record.under_review else _("Overdue"), tone="bad")
    return Cell(_("Pay by %(day)s") % {"day": record.pay_by}, tone="act")


def ordered_before(record: SpotPenalty) -> str:
    """The order that was not obeyed, as the decision names it; empty where the law asks for none."""
    paper = Paper.objects.filter(matter=record.matter, kind=DECISION).order_by("pk").last()
    return str(paper.data.get("ordered", "")) if paper else ""


def told_of(record: SpotPenalty) -> dict[str, Any]:
    """What both the desk and the party read."""
    day = calendar.legal_day(record.matter.opened)
    added = record.added_today
    return {
        "punished": punished(record),
        "money": money(record),
        "added": yuan(added) if added else "",
        "whole": yuan(record.rest or record.fine + added) if record.fine else "",
        "rest": yuan(record.rest) if record.rest else "",
        "percent": f"{rules.percent(day).normalize():f}",
        "added_by": rules.article(rules.PERCENT, day),
        "published": bool(rules.PUBLISHED.value(day, False)),
        "published_by": rules.article(rules.PUBLISHED, day),
    }
