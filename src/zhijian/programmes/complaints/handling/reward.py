"""Rewards for reports: ground, amount by the table, approval by another, picked up by a code without a name.

The matter stands for itself and names neither who reported nor the enterprise; of the code only a keyed digest is kept.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, CASE_OFFICER, CLERK, HEAD, INSPECTOR, LEADER, SECOND
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import area_filter
from zhijian.kernel.clock import CLOCK, calendar
from zhijian.kernel.matters import Flow, Guard, State, Step, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.papers.codes import new_code, read_code
from zhijian.programmes.complaints import rules
from zhijian.programmes.complaints.handling import facts
from zhijian.programmes.complaints.models import Item, Result, Reward

PROPOSE = [INSPECTOR, CASE_OFFICER, CLERK, HEAD]
APPROVE = [LEADER, HEAD]


def mark_of(code: str) -> str:
    """By which a code is found again; empty for what is no code."""
    read = read_code(code)
    return blind_index(read, "reward") if read else ""


def rewardable(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """A report on which a case was opened, once, where the place has a table."""
    if record.result != Result.FILED:
        return no(_("A report is rewarded when a case was opened on it."), rules.REWARD_SHARE)
    if Reward.objects.filter(of=matter).exists():
        return no(_("A reward was proposed already."), rules.REWARD_SHARE)
    if rules.reward("3", Decimal(0), matter.day) is None:
        return no(_("The place has no table of rewards."))
    return ok()


def not_its_proposer(matter: Matter, record: Reward, actor: Actor, told: Any) -> Guard:
    """Nobody approves what he proposed."""
    if actor.kind == "staff" and record.proposed_by_id == actor.person_id:
        return no(_("Whoever proposed the reward does not approve it."), rules.REWARD_SHARE)
    return ok()


def proposed(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """A matter of its own, with the amount that the table gives."""
    amount = rules.reward(told.level, told.fined, calendar.legal_day(at))
    with in_its_language():
        title = _now("Reward for report %(number)s") % {"number": matter.number}
    perform(
        REWARD, "propose", actor, at=at, about=About(title, matter.area),
        by_field={"of": matter, "amount": amount, "proposed_by_id": actor.person_id},
        level=told.level, fined=told.fined, merit=told.merit,
    )  # fmt: skip


def give_code(matter: Matter, actor: Actor) -> str:
    """A new code for whoever reported; said once, by whoever handles the report. A former one is worth nothing."""
    code = new_code()
    perform(matter, "give_code", actor, by_field={"code_mark": mark_of(code), "code_at": None})
    return code


def find(code: str, actor: Actor) -> Reward | None:
    """The reward that waits under this code, within the scope of the counter."""
    mark = mark_of(code)
    if not mark:
        return None
    rows = Matter.objects.filter(area_filter(actor, roles={CLERK, HEAD}), kind=REWARD.kind, state="waiting")
    return Reward.objects.select_related("matter").filter(code_mark=mark, matter__in=rows).first()


def handed(matter: Matter, record: Reward, told: Any, actor: Actor, at: dt.datetime) -> None:
    """When the code was given."""
    record.code_at = at
    record.save(update_fields=["code_at"])


def used_up(matter: Matter, record: Reward, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The code opens nothing any more."""
    record.code_mark = ""
    record.save(update_fields=["code_mark"])


STEPS = [
    Step(
        "propose_reward", ("concluded", "approving", "answered"), who=[ASSIGNEE, SECOND, HEAD],
        label=_("Propose a reward"), facts=facts.Proposed, said=_("A reward was proposed"), quiet=True,
        when=rewardable, does=proposed, article=rules.REWARD_SHARE,
    ),
]  # fmt: skip

REWARD = Flow(
    kind="report_reward",
    title=_("Reward for a report"),
    plural=_("Rewards for reports"),
    record=Reward,
    of_area=True,
    unseen=True,
    board=("proposed", "approved", "waiting"),
    states=[
        State("proposed", _("Proposed"), tone="act"),
        State("approved", _("Approved: give the code"), tone="act"),
        State("waiting", _("To be picked up")),
        State("paid", _("Paid out"), final=True, tone="good"),
        State("refused", _("Not approved"), final=True, void=True),
        State("lapsed", _("Not picked up in time"), final=True, void=True),
    ],
    steps=[
        Step(
            "propose", to="proposed", who=PROPOSE, label=_("Propose a reward"), facts=facts.Proposed, hidden=True,
            said=_("Proposed, level {level}"), tells=LEADER, article=rules.REWARD_SHARE,
        ),
        Step(
            "approve", "proposed", "approved", who=APPROVE, label=_("Approve the reward"), confirm=True, likely=True,
            said=_("The reward is approved"), when=not_its_proposer, article=rules.REWARD_SHARE,
        ),
        Step(
            "refuse", "proposed", "refused", who=APPROVE, label=_("Do not approve"), facts=facts.Why,
            said=_("Not approved: {why}"), when=not_its_proposer,
        ),
        Step(
            "give_code", ("approved", "waiting"), "waiting", who=PROPOSE, label=_("Give the code"), hidden=True,
            said=_("A code to pick it up was given"), does=handed, starts=rules.REWARD_WITHIN,
            article=rules.REWARD_WITHIN,
        ),
        Step(
            "pay", "waiting", "paid", who=[CLERK, HEAD], label=_("Pay it out"), facts=facts.Paid, hidden=True,
            said=_("Paid out on {paid_on} against the code, voucher {voucher}"), does=used_up,
            stops=rules.REWARD_WITHIN,
        ),
        Step(
            "lapse", "waiting", "lapsed", by=CLOCK, on=rules.REWARD_WITHIN.overdue, label=_("Not picked up in time"),
            said=_("Not picked up in time: it is given up"), does=used_up, article=rules.REWARD_WITHIN,
        ),
    ],
)  # fmt: skip
