"""To which address a paper goes: what the party has confirmed to the office, and which of it was in force on a day."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.clock import calendar
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving.law import Way
from zhijian.kernel.papers.serving.models import AddressConfirmation, Service

OFFERED = 5  # confirmations that the form of a letter offers
NOT_TAKEN = ("notice", "returned")  # grounds of a day on which nobody took the paper


def confirmation_of(paper: Paper) -> AddressConfirmation | None:
    """The address for service that the party has confirmed to this office, in force now."""
    return next((one for one in confirmations_of(paper) if one.until is None), None)


def confirmations_of(paper: Paper) -> list[AddressConfirmation]:
    """The last ones that the party has given to this office, newest first."""
    if paper.entity_id is None:
        return []
    found = AddressConfirmation.objects.filter(entity=paper.entity_id, area=paper.area)
    return list(found.select_related("paper").order_by("-id")[:OFFERED])


def in_force(confirmation: AddressConfirmation, day: dt.date | None) -> bool:
    """Whether it was in force on that legal day (Penalty Procedure Rules art. 83): neither after it nor before."""
    if day is None or calendar.legal_day(confirmation.since) > day:
        return False
    return confirmation.until is None or calendar.legal_day(confirmation.until) >= day


def on_day(paper: Paper, day: dt.date | None) -> AddressConfirmation | None:
    """The newest of them that was in force on that day."""
    return next((one for one in confirmations_of(paper) if in_force(one, day)), None)


def tried_in_vain(confirmation: AddressConfirmation, paper: Paper) -> dt.date | None:
    """The last day on which this paper was sent to that address and could not be served there."""
    rows = Service.objects.filter(paper=paper, confirmation=confirmation, state=Service.State.FAILED)
    return max((_day_of(one) for one in rows), default=None)


def last_reached(paper: Paper) -> dt.date | None:
    """The last day on which the party took a paper of this office, whichever and however."""
    if paper.entity_id is None:
        return None
    rows = Service.objects.filter(entity=paper.entity_id, area=paper.area, state=Service.State.SERVED)
    return rows.exclude(why__in=NOT_TAKEN).order_by("-served_on").values_list("served_on", flat=True).first()


def _day_of(one: Service) -> dt.date:
    return one.returned_on or calendar.legal_day(one.at or one.made_at)


def sent_to(service: Service, *, covered: bool = True) -> str:
    """To which address it was sent, in words; empty where it was not sent. A confirmed address is always covered."""
    if service.way not in (Way.POST, Way.ELECTRONIC):
        return ""
    if (confirmed := service.confirmation) is not None:
        at = confirmed.account if service.way == Way.ELECTRONIC else confirmed.address
        told = {"day": calendar.legal_day(confirmed.since), "address": mask(at or "")}
        return _("to the address confirmed on %(day)s: %(address)s") % told
    if not service.place:
        return _("to an address that is not on record")
    return _("to an address that the party has not confirmed: %(address)s") % {
        "address": mask(service.place) if covered else service.place
    }


def offered(confirmed: AddressConfirmation) -> str:
    """A confirmed address as a choice: covered, with the days on which it was in force."""
    told = {
        "address": mask(confirmed.address or ""),
        "since": calendar.legal_day(confirmed.since),
        "until": calendar.legal_day(confirmed.until) if confirmed.until is not None else None,
    }
    if confirmed.until is None:
        return _("confirmed on %(since)s, in force: %(address)s") % told
    return _("confirmed on %(since)s, until %(until)s: %(address)s") % told
