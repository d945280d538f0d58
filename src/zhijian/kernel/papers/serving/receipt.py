"""The proof of service (送达回证, form 50): printed in advance with blanks, or completed when the service is recorded.

A name that was typed stands beside the line for the signature; on the line stands only what somebody drew there.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.papers import making
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving.addresses import sent_to
from zhijian.kernel.papers.serving.models import Service

RECEIPT = "service_receipt"


def addressee(paper: Paper) -> str:
    """On whom the paper is served."""
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
        service.body,
        _("Letter no. %(no)s") % {"no": service.tracking} if service.tracking else "",
        _("Sent on %(day)s") % {"day": service.sent_on} if service.sent_on else "",
        _("Came back on %(day)s") % {"day": service.returned_on} if service.returned_on else "",
        _("Nobody knows where the party is") if service.missing else "",
        _("What shows it is of %(day)s") % {"day": service.shown_on} if service.missing and service.shown_on else "",
        _("Recorded in sound and picture") if service.recorded else "",
    ]
    return {
        "addressee": service.addressee,
        "cause": paper.matter.title,
        "papers": [{"title": paper.title, "number": paper.number, "copies": 1, "digest": paper.signed_digest}],
        "at": wall,
        "place": sent or service.place or "",
        "way": service.way,
        "receiver": service.receiver or "",
        "relation": service.relation,
        "witness": service.witness or "",
        "officers": [{"name": one.name, "certificate_no": one.certificate_no} for one in officers],
        "remarks": "\n".join(one for one in remarks if one),
        "served_on": service.served_on.isoformat() if service.served_on else "",
    }


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
