"""What can happen to a station, and to a dispute that lies with one."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import (
    ASSIGNEE,
    CASE_OFFICER,
    CLERK,
    DISPATCHER,
    HEAD,
    INSPECTOR,
    LEADER,
    MEDIATOR,
    PARTY,
    SECTION,
)
from zhijian.kernel.clock import CLOCK
from zhijian.kernel.matters import Flow, State, Step
from zhijian.programmes.stations import effects, facts, guards, models, rules

TAKES = (CLERK, HEAD, MEDIATOR, DISPATCHER, INSPECTOR)  # who takes an application down and looks at it
DECIDES = (HEAD, LEADER)
SENDS = (HEAD, DISPATCHER, CLERK)  # who, besides whoever holds a complaint, sends it to a station
THERE = ("sent", "working")

STATION = Flow(
    kind="station",
    title=_("Service station"),
    plural=_("Service stations"),
    record=models.Station,
    of_area=True,
    lasting=True,
    reads=(CASE_OFFICER, SECTION),
    board=("applied", "looked", "in_force"),
    states=[
        State("applied", _("Applied: to be looked at"), tone="act"),
        State("looked", _("Looked at: to be decided"), tone="act"),
        State("in_force", _("Station in force"), tone="good"),
        State("refused", _("Station refused"), final=True, void=True),
        State("withdrawn", _("Plaque withdrawn"), final=True, tone="bad"),
        State("given_up", _("Given up by the station"), final=True, void=True),
    ],
    steps=[
        Step(
            "apply", to="applied", who=PARTY, label=_("Apply for a station"), facts=facts.Applied, hidden=True,
            said=_("Applied: {sort}, {name}"), tells=[HEAD, CLERK], article=rules.STANDARD,
        ),
        Step(
            "enter", to="applied", who=TAKES, label=_("Enter an application"), facts=facts.Entered,
            said=_("Application entered: {sort}, {name}"), tells=[HEAD, PARTY], article=rules.STANDARD,
        ),
        Step(
            "look", "applied", "looked", who=TAKES, label=_("Look at it by the standard"), facts=facts.Looked,
            hidden=True, said=_("Looked at by the standard"), when=guards.by_the_standard, does=effects.looked,
            tells=HEAD, article=rules.STANDARD,
        ),
        Step(
            "approve", ("applied", "looked"), "in_force", who=DECIDES, label=_("Approve the station"), confirm=True,
            said=_("Approved: it is in force, with a plaque"), likely=True,
            when=[guards.good_enough, guards.not_who_looked], does=effects.approved, tells=[PARTY, CLERK],
            article=rules.PASS_MARK,
        ),
        Step(
            "look_again", "looked", "applied", who=DECIDES, label=_("To be looked at again"), facts=facts.Why,
            said=_("To be looked at again: {why}"), does=effects.to_look_again, tells=CLERK,
        ),
        Step(
            "refuse", ("applied", "looked"), "refused", who=DECIDES, label=_("Refuse the station"), facts=facts.Why,
            said=_("Refused: {why}"), tells=[PARTY, CLERK],
        ),
        Step(
            "correct", ("applied", "looked", "in_force"), who=[PARTY, *TAKES], label=_("Correct what stands there"),
            facts=facts.Described, said=_("Corrected: {name}, {address}, {phone}, {hours}"), does=effects.described,
        ),
        Step(
            "log", "in_force", who=PARTY, label=_("Enter a line in the log"), facts=facts.Logged,
            said=_("Log of {day}: {what}"), when=guards.day_is_over, does=effects.logged,
        ),
        Step(
            "give_key", "in_force", who=TAKES, label=_("Code for its worker"), hidden=True,
            said=_("A new code for its worker's page was given; a former one opens nothing any more"),
        ),
        Step(
            "rate", "in_force", who=DECIDES, label=_("Rate a year"), facts=facts.Rated, hidden=True,
            said=_("Rated for {year}: {decided} {reason}"), when=guards.to_be_rated, does=effects.rated,
            tells=PARTY, article=rules.WEIGHTS,
        ),
        Step(
            "withdraw", "in_force", "withdrawn", who=DECIDES, label=_("Withdraw the plaque"), facts=facts.Why,
            said=_("The plaque is withdrawn: {why}"), does=effects.ended, tells=[PARTY, CLERK],
        ),
        Step(
            "give_up", ("applied", "looked", "in_force"), "given_up", who=[PARTY, CLERK, HEAD], label=_("Give it up"),
            facts=facts.Why, said=_("Given up: {why}"), quiet=True, does=effects.ended, tells=[HEAD, CLERK],
        ),
        Step(
            "restore", ("withdrawn", "given_up"), "in_force", who=DECIDES, label=_("Back in force"), facts=facts.Why,
            reopens=True, said=_("Back in force: {why}"), when=guards.was_in_force, does=effects.approved,
            tells=[PARTY, CLERK],
        ),
    ],
)  # fmt: skip

DISPUTE = Flow(
    kind="station_dispute",
    title=_("Dispute with a station"),
    plural=_("Disputes with stations"),
    record=models.StationDispute,
    of_area=True,
    follows=True,
    reads=(INSPECTOR, MEDIATOR, CASE_OFFICER, SECTION),
    board=("sent", "working", "settled"),
    states=[
        State("sent", _("With the station"), tone="act"),
        State("working", _("The station is at it"), tone="act"),
        State("settled", _("Settled there: the complaint is to be ended"), tone="good"),
        State("done", _("Settled by the station"), final=True, tone="good"),
        State("unsettled", _("Not settled: up again"), final=True, tone="warn"),
        State("returned", _("Handed back: up again"), final=True, tone="warn"),
        State("lapsed", _("Not settled in time: up again"), final=True, tone="bad"),
        State("recalled", _("Taken back by the office"), final=True, void=True),
        State("ended", _("The complaint ended otherwise"), final=True, void=True),
    ],
    steps=[
        Step(
            "send", to="sent", who=SENDS, label=_("Send it to a station"), facts=facts.Sent, hidden=True,
            said=_("Sent to the station; asked for: {request}"), does=effects.sent, tells=PARTY,
            article=rules.SETTLE_WITHIN,
        ),
        Step(
            "open_phone", THERE, who=PARTY, label=_("Show the whole number"), facts=facts.Needed, quiet=True,
            said=_("The consumer's number was opened: {reason}"), when=guards.number_is_covered,
            does=effects.number_opened,
        ),
        Step(
            "contact", THERE, "working", who=PARTY, label=_("The consumer was reached"), facts=facts.Reached,
            quiet=True, said=_("The consumer was reached {note}"), when=guards.not_reached_yet, does=effects.reached,
        ),
        Step(
            "settle", THERE, "settled", who=PARTY, label=_("It is settled"), facts=facts.Done,
            said=_("Settled by the station: {done}"), likely=True, does=effects.over_there,
            stops=[rules.SETTLE_WITHIN, rules.ODR_WITHIN], tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "fail", THERE, "unsettled", who=PARTY, label=_("It can't be settled"), facts=facts.Why,
            said=_("Not settled by the station: {why}"), does=effects.over_there, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "hand_back", THERE, "returned", who=PARTY, label=_("Not ours: hand it back"), facts=facts.Why,
            said=_("Handed back by the station: {why}"), does=effects.over_there, tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "recall", THERE, "recalled", who=[ASSIGNEE, *SENDS], label=_("Take it back"), facts=facts.Why,
            said=_("Taken back by the office: {why}"), tells=PARTY,
        ),
        Step(
            "reject", "settled", "unsettled", who=[ASSIGNEE, *SENDS], label=_("It is not settled after all"),
            facts=facts.Why, said=_("It is not settled after all: {why}"), tells=PARTY,
        ),
        Step(
            "confirm", "settled", who=SENDS, label=_("Whoever complained confirms it"), hidden=True,
            said=_("Whoever complained says that it is settled"), when=guards.not_confirmed, does=effects.confirmed,
            tells=ASSIGNEE,
        ),
        Step(
            "deny", "settled", "unsettled", who=SENDS, label=_("Whoever complained says no"), hidden=True,
            said=_("Whoever complained says that it is not settled"), when=guards.not_confirmed, does=effects.denied,
            tells=[ASSIGNEE, HEAD, PARTY],
        ),
        Step(
            "use", "settled", "done", who=SENDS, label=_("The complaint is ended by it"), hidden=True,
            said=_("The complaint is ended as the station settled it"), when=guards.complaint_is_over, tells=PARTY,
        ),
        Step(
            "end", (*THERE, "settled"), "ended", who=SENDS, label=_("The complaint ended otherwise"), hidden=True,
            said=_("The complaint ended otherwise: nothing is to be done any more"), when=guards.complaint_is_over,
            tells=PARTY,
        ),
        Step(
            "go_with", (*THERE, "settled"), who=SENDS, label=_("It goes with its complaint"), hidden=True,
            said=_("The complaint went to another office or person"), when=guards.complaint_went_elsewhere,
            does=effects.went_with,
        ),
        Step(
            "station_out", THERE, "returned", who=SENDS, label=_("The station is not in force any more"), hidden=True,
            said=_("The station is not in force any more: the dispute is up again"), when=guards.station_is_out,
            tells=[ASSIGNEE, HEAD],
        ),
        Step(
            "lapse", THERE, "lapsed", by=CLOCK, on=rules.SETTLE_WITHIN.overdue, label=_("Overdue"),
            said=_("The station's time is over: the dispute is up again"), does=effects.lapsed,
            tells=[ASSIGNEE, HEAD, PARTY],
        ),
        Step(
            "lapse_odr", THERE, "lapsed", by=CLOCK, on=rules.ODR_WITHIN.overdue, label=_("Overdue"),
            said=_("The ODR enterprise's time is over: the dispute is up again"), does=effects.lapsed,
            tells=[ASSIGNEE, HEAD, PARTY],
        ),
    ],
)  # fmt: skip
