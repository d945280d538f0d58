"""A dispute that lies with a station hears of its complaint's steps: it goes where that goes and ends with it; what the
station does stands in the complaint's timeline.

Whoever does a step of a dispute holds the complaint first (`Flow.follows`), so that neither overtakes the other.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor, prompted_by
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import hand_over_area, perform
from zhijian.programmes.stations.guards import STILL_OPEN
from zhijian.programmes.stations.models import StationDispute

KIND = "station_dispute"
OPEN = ("sent", "working", "settled")
OWN = ("go_with", "use", "end")  # what the complaint itself has in its timeline already
SETTLES = ("settle", "withdraw")  # how a complaint ends that a station settled


def _said(facts: dict[str, Any]) -> str:
    """The step, in the reader's language: the entry holds codes and the station's name."""
    step = next((one for one in flow_of(KIND).steps if one.verb == facts["verb"]), None)
    return _now("{station}: {step}").format(
        station=facts["station"], step=step.label if step is not None else facts["verb"]
    )


TOLD = ledger.entry_kind("stations.told", label=_("With a service station"), describe=_said)


def hear(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """A step was done: of a dispute, or of a matter that may lie with a station."""
    from zhijian.programmes.stations.actions import kinds

    if flow.kind == KIND:
        _tell_complaint(step, matter, actor, at)
    elif flow.kind in kinds() and step.froms and StationDispute.objects.filter(of=matter).exists():
        _lead(step, matter, actor, at)


def _tell_complaint(step: Step, child: Matter, actor: Actor, at: dt.datetime) -> None:
    """The complaint's own timeline says so, by the system's hand: no station sees the complaint."""
    if step.verb in OWN or step.quiet:
        return
    with scoped(SYSTEM):
        record = StationDispute.objects.select_related("station", "of").get(pk=child.pk)
        ledger.record(
            TOLD.code, actor=prompted_by(actor), subject=f"matter:{record.of_id}", matter=record.of,
            data={"station": record.station.name, "verb": step.verb, "dispute": child.number}, at=at, inner=True,
        )  # fmt: skip


def _lead(step: Step, of: Matter, actor: Actor, at: dt.datetime) -> None:
    with scoped(SYSTEM):
        for child in Matter.objects.filter(parent=of, kind=KIND, state__in=OPEN).order_by("pk"):
            record = StationDispute.objects.select_related("of").get(pk=child.pk)
            if record.of.state not in STILL_OPEN:
                verb = "use" if child.state == "settled" and step.verb in SETTLES else "end"
                perform(child, verb, prompted_by(actor), at=at)
            elif astray(child, record):
                perform(child, "go_with", prompted_by(actor), at=at)


def astray(child: Matter, record: StationDispute) -> bool:
    """Whether its complaint lies elsewhere by now, or with somebody else."""
    of = record.of
    return (of.area, of.assignee_id) != (child.area, child.assignee_id)


def go_with(child: Matter, of: Matter) -> None:
    """Put it where its complaint lies."""
    child.assignee = of.assignee
    child.save(update_fields=["assignee"])
    if child.area != of.area:
        hand_over_area(child, of.area)
