"""The proof of service (送达回证, form 50): printed in advance with blanks, or completed when the service is recorded.

A name that was typed stands beside the line for the signature; on the line stands only what somebody drew there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.catalogue import flows
from zhijian.kernel.papers import making
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import words
from zhijian.kernel.papers.serving.addresses import sent_to
from zhijian.kernel.papers.serving.law import Way
from zhijian.kernel.papers.serving.models import Service

RECEIPT = "service_receipt"

Cause = Callable[[Paper], str]
_causes: dict[str, Cause] = {}
_addressees: dict[str, Cause] = {}


def cause_of(kind: str) -> Callable[[Cause], Cause]:
    """Register what papers about matters of `kind` are about (案由), in the active language; "" leaves it as it is."""

    def register(say: Cause) -> Cause:
        _causes[kind] = say
        return say

    return register


def cause(paper: Paper) -> str:
    """What the paper is about, as an officer writes it: the kind of matter, and the paper's own subject or nature."""
    with override(form(RECEIPT).language):
        own = _causes.get(paper.matter.kind)
        if own is not None and (said := own(paper)):
            return said[:200]
        one, flow = form(paper.kind), flows().get(paper.matter.kind)
        subject = str(paper.data.get("subject") or "").strip()
        plain = one.texts.get("subject", "").format(title=paper.matter.title)  # nobody wrote one: it names the party
        about = subject if subject != plain else one.cause
        what = str(flow.title) if flow is not None else ""
        both = _("%(kind)s: %(about)s") % {"kind": what, "about": about}
        return (both if what and about else what or about)[:200]


def addressee_of(kind: str) -> Callable[[Cause], Cause]:
    """Register on whom papers about matters of `kind` are served; "" leaves it to the enterprise."""

    def register(say: Cause) -> Cause:
        _addressees[kind] = say
        return say

    return register


def addressee(paper: Paper) -> str:
    """On whom the paper is served."""
    own = _addressees.get(paper.matter.kind)
    if own is not None and (said := own(paper)):
        return said[:200]
    return (paper.entity.name if paper.entity is not None else paper.matter.title)[:200]


def as_data(service: Service) -> dict[str, Any]:
    """The proof of service as data, blanks where nothing is known yet."""
    with override(form(RECEIPT).language):
        return _data(service)


def _data(service: Service) -> dict[str, Any]:
    paper = service.paper
    officers = [one for one in (service.officer1, service.officer2) if one is not None]
    wall = calendar.local(service.at).strftime("%Y-%m-%dT%H:%M") if service.at else ""
    sent = sent_to(service, covered=False) if service.state != Service.State.PLANNED else ""
    remarks = [
        service.reason,
        *_through(service),
        _("Letter no. %(no)s") % {"no": service.tracking} if service.tracking else "",
        _("Came back on %(day)s") % {"day": service.returned_on} if service.returned_on else "",
        _("Nobody knows where the party is") if service.missing else "",
        _("What shows it is of %(day)s") % {"day": service.shown_on} if service.missing and service.shown_on else "",
        _("Proof of the tries that is missing: %(what)s") % {"what": service.unproven} if service.unproven else "",
        _("Recorded in sound and picture") if service.recorded else "",
    ]
    served_by = [{"name": one.name, "certificate_no": one.certificate_no} for one in officers]
    if service.server:
        served_by = [{"name": _by_others(service), "certificate_no": ""}]
    return {
        "addressee": service.addressee,
        "cause": service.cause or cause(paper),
        "papers": [{"title": paper.title, "number": paper.number, "copies": 1, "digest": paper.signed_digest}],
        "at": wall,
        "place": sent or service.place or "",
        "way": service.way,
        "receiver": service.receiver or "",
        "relation": service.relation,
        "witness": service.witness or "",
        "officers": served_by,
        "remarks": "\n".join(one for one in remarks if one),
        "served_on": service.served_on.isoformat() if service.served_on else "",
    }


THROUGH = {
    Way.ENTRUSTED: gettext_lazy("Entrusted office: %(body)s"),
    Way.PASSED_ON: gettext_lazy("Passed on by: %(body)s"),
    Way.NOTICE: gettext_lazy("Published in: %(body)s"),
}
SENT = {
    Way.POST: gettext_lazy("Posted on %(day)s"),
    Way.ENTRUSTED: gettext_lazy("Entrusted on %(day)s"),
    Way.PASSED_ON: gettext_lazy("Given on to be passed on: %(day)s"),
    Way.NOTICE: gettext_lazy("Published on %(day)s"),
}


def _through(service: Service) -> list[str]:
    """Through whom, on which ground, where and when it went off, each said by its way."""
    way = Way(service.way)
    body = words.published(service) if way is Way.NOTICE else service.body
    found = [str(THROUGH[way]) % {"body": body}] if way in THROUGH and body else []
    if why := words.ground(service):
        found.append(_("Ground: %(ground)s") % {"ground": why})
    if way in SENT and service.sent_on:
        found.append(str(SENT[way]) % {"day": service.sent_on})
    return found


def _by_others(service: Service) -> str:
    """Who served it there, of which office; or who passed it on."""
    return _("%(name)s (%(body)s)") % {"name": service.server, "body": service.body}


def in_advance(service: Service, actor: Actor) -> None:
    """Its draft, with blanks; the one that was printed before is written anew."""
    data = as_data(service)
    if service.receipt is None:
        service.receipt = making.draft(RECEIPT, service.paper.matter, data, actor=actor)
        service.save(update_fields=["receipt"])
    else:
        making.redraft(service.receipt, data)


def issue(service: Service, actor: Actor) -> None:
    """The proof of service is issued: the one that was printed in advance, completed, or a new one."""
    data = as_data(service)
    if service.receipt is None:
        service.receipt = making.make(RECEIPT, service.paper.matter, data, actor=actor)
    else:
        making.redraft(service.receipt, data)
        service.receipt = making.issue(service.receipt, actor)
    service.save(update_fields=["receipt"])
