"""The time to pay hangs on the day of service, whether it was proven at the visit or later at the desk."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.papers.acts import void_only_if
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import Service, on_served
from zhijian.kernel.papers.serving.receipt import cause_of
from zhijian.programmes.spot_penalty import rules
from zhijian.programmes.spot_penalty.effects import mark_served
from zhijian.programmes.spot_penalty.papers import DECISION


@on_served(DECISION)
def served(service: Service) -> None:
    """Hear of proven service."""
    day, matter = service.served_on, service.paper.matter
    if day is None or matter.state == "withdrawn":
        return
    mark_served(matter, day, max(service.at or calendar.start_of(day), matter.opened))


@void_only_if(DECISION)
def withdrawn_first(paper: Paper) -> Guard:
    """A decision is taken back by withdrawing it, which tells the party, refunds the money and leaves both papers."""
    if paper.matter.state == "withdrawn":
        return ok()
    return no(_("Withdraw the decision instead: its paper becomes void with it."), rules.CITIZEN)


@cause_of("spot_penalty")
def cause(paper: Paper) -> str:
    """What the proof of service says that it is about: the act, in the first words of its facts."""
    facts = str(paper.matter.spot_penalty.found).strip().partition("\n")[0]
    return _("%(kind)s: %(about)s") % {"kind": _("Penalty on the spot"), "about": facts} if facts else ""
