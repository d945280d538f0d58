"""What can happen to a piece of equipment, to an order about it, and to a call from a lift."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, CLERK, HEAD, INSPECTOR, PARTY, SECOND, SECTION
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.equipment import doubts, due, effects, facts, guards, models, rules
from zhijian.programmes.equipment.calls import CALL

INSTRUCTION = "safety_instruction"  # the paper of an order

__all__ = ["CALL", "EQUIPMENT", "ORDER"]
STAFF = [CLERK, INSPECTOR, SECTION, HEAD]

EQUIPMENT = Flow(
    kind="equipment",
    title=_("Special equipment"),
    plural=_("Special equipment"),
    record=models.Equipment,
    numbered=False,
    lasting=True,
    doubt=doubts.sentence,
    stands=due.barred,
    board=("in_use", "idle"),
    states=[
        State("in_use", _("In use"), tone="good"),
        State("idle", _("Out of use")),
        State("scrapped", _("Scrapped"), final=True),
        State("struck_off", _("Registration cancelled"), final=True),
    ],
    steps=[
        Step(
            "register", to="in_use", who=[CLERK, SECTION], label=_("Register a piece of equipment"),
            facts=facts.Registered, said=_("Put on the register: {code}"), does=effects.registered,
            when=(guards.new_code, guards.no_day_to_come),
        ),
        Step(
            "take_over", ("in_use", "idle"), who=SECTION, label=_("Change by import"),
            facts=facts.TakenOver, hidden=True, said=_("Changed by an import"), does=effects.taken_over,
        ),
        Step(
            "inspect", ("in_use", "idle"), who=STAFF, label=_("Enter an inspection"), facts=facts.Inspected,
            said=_("{what} on {done_on}: {outcome}; report {report}"), when=guards.took_place,
            does=effects.inspected, article=rules.INSPECT_BY,
        ),
        Step(
            "order", "in_use", who=[INSPECTOR, HEAD], label=_("Give an order"), facts=facts.Ordered,
            said=_("Order given: {required}"), when=guards.may_be_ordered, does=effects.order,
            article=rules.ORDER_POWER,
        ),
        Step(
            "put_away", "in_use", "idle", who=[PARTY, *STAFF], label=_("Take it out of use"), facts=facts.Stopped,
            quiet=True,
            said=_("Out of use since {idle_since}: {reason}"), when=guards.not_a_day_to_come, does=effects.put_away,
            tells=HEAD,
        ),
        Step(
            "resume", "idle", "in_use", who=STAFF, label=_("It runs again"), confirm=True, said=_("It runs again"),
            when=guards.inspected_after_rest, does=effects.resumed, likely=True, tells=PARTY,
        ),
        Step(
            "scrap", ("in_use", "idle"), "scrapped", who=[CLERK, SECTION], label=_("Scrapped"), facts=facts.Reason,
            confirm=True, said=_("Scrapped: {reason}"), does=effects.put_away, tells=PARTY,
        ),
        Step(
            "strike_off", ("in_use", "idle"), "struck_off", who=[CLERK, SECTION], label=_("Cancel the registration"),
            facts=facts.Reason, confirm=True, said=_("Registration cancelled: {reason}"), does=effects.put_away,
            tells=PARTY,
        ),
        Step(
            "lapse", "in_use", by=CLOCK, on=rules.INSPECT_BY.overdue, label=_("Overdue"),
            said=_("The day of inspection is over"), article=rules.INSPECT_BY,
        ),
        Step(
            "entrust", ("in_use", "idle"), who=STAFF, label=_("Change the maintenance firm"), facts=facts.Entrusted,
            said=_("Maintained from now on by {firm}"), when=guards.a_known_firm, does=effects.entrusted, quiet=True,
            tells=PARTY,
            article=rules.MAINTAIN_EVERY,
        ),
        Step(
            "look", ("in_use", "idle"), who=HEAD, label=_("Look at a doubt"), facts=facts.Looked,
            said=_("A doubtful maintenance was looked at: {finding} {word}"), when=guards.in_doubt, quiet=True,
            does=effects.looked_at,
        ),
    ],
)  # fmt: skip

OPEN = ("ordered", "reported", "recheck")
ORDER = Flow(
    kind="equipment_order",
    title=_("Order about special equipment"),
    plural=_("Orders about special equipment"),
    record=models.Order,
    board=OPEN,
    states=[
        State("ordered", _("Ordered"), tone="bad"),
        State("reported", _("Reported: to be looked at"), tone="act"),
        State("recheck", _("Time over: to be looked at"), tone="act"),
        State("lifted", _("Obeyed and lifted"), final=True, tone="good"),
        State("handed", _("Handed over for investigation"), final=True),
    ],
    steps=[
        Step(
            "give", to="ordered", who=[INSPECTOR, HEAD], label=_("Give an order"), facts=facts.Given, hidden=True,
            said=_("Order given, to be obeyed by {deadline}: {required}"), paper=INSTRUCTION,
            does=effects.run_deadline, tells=[PARTY, ASSIGNEE, SECOND], article=rules.ORDER_POWER,
        ),
        Step(
            "report", ("ordered", "recheck"), "reported", who=PARTY, label=_("Report what was done"),
            facts=facts.Reported, said=_("Reported: {answer}"), likely=True, stops=rules.PUT_RIGHT,
            starts=rules.RECHECK_WITHIN, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "run_out", "ordered", "recheck", by=CLOCK, on=rules.PUT_RIGHT.overdue, label=_("Time over"),
            said=_("The time of the order is over: it is looked at again"), stops=rules.PUT_RIGHT,
            starts=rules.RECHECK_WITHIN, tells=[ASSIGNEE, HEAD, PARTY], article=rules.RECHECK_WITHIN,
        ),
        Step(
            "lift", OPEN, "lifted", who=[ASSIGNEE, SECOND, INSPECTOR], label=_("Obeyed: lift the order"),
            facts=facts.Seen, said=_("Looked at again, the order is lifted: {note}"), likely=True,
            when=guards.no_longer_overdue, stops=[rules.PUT_RIGHT, rules.RECHECK_WITHIN], tells=PARTY,
            article=rules.RECHECK_WITHIN,
        ),
        Step(
            "again", ("reported", "recheck"), "ordered", who=[ASSIGNEE, SECOND, INSPECTOR],
            label=_("Not obeyed: another deadline"), facts=facts.Again, said=_("Not obeyed: {note}; by {deadline}"),
            when=guards.a_later_day, stops=rules.RECHECK_WITHIN, does=effects.run_deadline, tells=PARTY,
        ),
        Step(
            "order_anew", ("ordered", "recheck"), "ordered", who=[INSPECTOR, CLERK, HEAD], label=_("Order anew"),
            facts=facts.Anew, hidden=True, said=_("Ordered anew by another paper; by {deadline}"),
            when=guards.a_later_day, stops=rules.RECHECK_WITHIN, does=effects.run_deadline, tells=PARTY,
        ),
        Step(
            "hand_over", OPEN, "handed", who=HEAD, label=_("Hand over for investigation"), facts=facts.Reason,
            confirm=True, said=_("Handed over for investigation: {reason}"), tells=[ASSIGNEE],
            article=rules.ORDER_GROUND,
        ),
        Step(
            "remind", ("reported", "recheck"), by=CLOCK, on=rules.RECHECK_WITHIN.overdue, label=_("Overdue"),
            said=_("The time of the re-check is over"), tells=[ASSIGNEE, HEAD],
        ),
    ],
)  # fmt: skip
