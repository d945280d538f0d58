"""FixMyStreet's service request updates: our answers to those who gave an order, and what they say of it afterwards.

An update of ours is written in the transaction of the step that it tells of. One of theirs becomes an entry of the
matter's timeline; where it opens what was answered, the order is done again, by the road of a row that came again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.gateways.open311 import inbox, reading
from zhijian.gateways.open311.models import Request, Update
from zhijian.gateways.open311.reading import Bad
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.exchange import Unfit
from zhijian.kernel.exchange.tables import platforms
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints.exchange import answer_row
from zhijian.programmes.complaints.flow import KINDS
from zhijian.programmes.complaints.models import Order

TELLING = {"approve": "closed", "give_back": "closed", "reopen": "open"}  # steps that the other side hears of
OPENS = frozenset({"open", "reopened", "investigating", "in_progress", "action_scheduled"})
STATUS = 20


def _platform(facts: Mapping[str, Any]) -> str:
    known = platforms().get(facts["platform"])
    return known.name if known is not None else str(facts["platform"])


SAID = ledger.entry_kind(
    "open311.said",
    label=gettext_lazy("{platform} adds ({status}): {text}"),
    says={"platform": _platform},
    personal=("text",),
)


def heard(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """What `perform` tells of every step: whoever gave the order by this door is told of some of them."""
    if matter.kind not in KINDS or step.verb not in TELLING:
        return
    with scoped(SYSTEM):
        rows = list(Request.objects.filter(matter=matter))
        for one in rows:
            Update.objects.create(
                request=one, platform=one.platform, ours=True, code=str(uuid7()), status=TELLING[step.verb],
                text=answer(matter), at=timezone.now(),
            )  # fmt: skip
        Request.objects.filter(matter=matter).update(changed=timezone.now())


def answer(matter: Matter) -> str:
    """The approved answer, or why it was given back; nothing while it is being worked on."""
    if matter.closed is None:
        return ""
    row = answer_row(matter)
    return str(row["reply"] or row["given_back"])


def ours(platform: str) -> QuerySet[Update]:
    """What we told a platform, the oldest first."""
    return Update.objects.filter(platform=platform, ours=True).select_related("request").order_by("at", "pk")


def shown(one: Update) -> dict[str, Any]:
    """An update as the other side reads it."""
    return {
        "update_id": one.code,
        "service_request_id": one.request.number,
        "status": one.status,
        "updated_datetime": one.at.isoformat(),
        "description": str(one.text),
        "media_url": "",
    }


def posted(platform: str, data: QueryDict) -> Update:
    """Keep an update of theirs; the same number again is the same. Raises Bad."""
    number, code = reading.said(data, "service_request_id"), ""
    for name in ("update_id_ext", "update_id"):
        code = code or reading.said(data, name)
    status, text = reading.said(data, "status").lower(), reading.said(data, "description", reading.LONGEST)
    if not number:
        raise Bad(400, _("service_request_id is missing."))
    if not reading.NUMBER.fullmatch(code):
        raise Bad(400, _("update_id is missing, or holds other than 80 letters, digits and . : - _."))
    if not status or len(status) > STATUS:
        raise Bad(400, _("status is missing."))
    one = Request.objects.filter(platform=platform, number=number).exclude(matter=None).first()
    if one is None:
        raise Bad(404, _("There is no service request with this service_request_id."))
    at = reading.said(data, "updated_datetime")
    about = {"request": one, "status": status, "text": text, "at": min(_moment(at), timezone.now())}
    row, made = Update.objects.get_or_create(platform=platform, ours=False, code=code, defaults=about)
    if row.request_id != one.pk or (not made and str(row.text) != text):
        raise Bad(400, _("This update_id came before, with other content."))
    if made:
        inbox.wake()
    return row


def _moment(text: str) -> dt.datetime:
    return reading.moment(text, "updated_datetime") if text else timezone.now()


def hear_waiting() -> int:
    """Make known what they said. Returns how many."""
    done = 0
    while True:
        with scoped(SYSTEM):
            rows = Update.objects.select_for_update(skip_locked=True, of=("self",)).filter(ours=False, heard=False)
            some = list(rows.select_related("request__matter").order_by("pk")[: inbox.FEW])
            for one in some:
                _hear(one)
        done += len(some)
        if not some:
            return done


def _hear(one: Update) -> None:
    matter = one.request.matter
    assert matter is not None
    ledger.record(
        SAID.code, actor=SYSTEM, subject=f"matter:{matter.pk}", matter=matter,
        data={"platform": one.platform, "status": one.status}, personal={"text": str(one.text)},
    )  # fmt: skip
    if one.status in OPENS and matter.closed is not None:
        order = Order.objects.get(platform=one.platform, number=one.request.number)
        try:
            with transaction.atomic():
                inbox.ordered(one.request, demands=str(order.demands + 1))
        except Unfit as error:
            Request.objects.filter(pk=one.request_id).update(state=Request.State.UNFIT, why=str(error)[:300])
    one.heard = True
    one.save(update_fields=["heard"])
