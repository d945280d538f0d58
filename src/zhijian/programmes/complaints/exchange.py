"""What complaints take from other platforms and owe to them; which, in which columns, stands in the pack."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.exchange import owes, takes
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints import categories, orders
from zhijian.programmes.complaints.flow import COMPLAINT, KINDS, REPORT
from zhijian.programmes.complaints.models import Channel, Item, Mediation, Order
from zhijian.programmes.complaints.wording import ground_of

Row = dict[str, Any]
TOLD = {
    "received_at": _("When it was received"),
    "person": _("Name of who came"),
    "phone": _("Telephone of who came"),
    "call_back": _("Telephone for calling back"),
    "home": _("Address of who came"),
    "id_number": _("Number of the identity document"),
    "secret": _("Whether the identity is kept secret (yes, no)"),
    "sort": _("Kind"),
    "category": _("Kind of problem"),
    "title": _("Title"),
    "text": _("What happened"),
    "said_name": _("Enterprise, as it was told"),
    "said_phone": _("Its telephone, as it was told"),
    "district": _("District"),
    "town": _("Town or street"),
    "address": _("Its address, as it was told"),
    "claim": _("What is asked for"),
    "amount": _("Amount in dispute"),
    "happened_on": _("When it happened"),
    "order_no": _("Number of the purchase"),
    "urgency": _("Urgency"),
    "due": _("By when the platform wants the answer"),
    "demands": _("How often it is to be done again"),
    "demand_reason": _("Why it is to be done again"),
    "paired": _("Number on the other platform"),
}
HOTLINE_ORDER = takes(
    "hotline_order", _("Work order of 12345"), values=TOLD, take=partial(orders.take, Channel("hotline")),
    take_new=partial(orders.take_new, Channel("hotline")),
)  # fmt: skip
PLATFORM_ORDER = takes(
    "platform_order", _("Registration of 12315"), values=TOLD, take=partial(orders.take, Channel("platform")),
    take_new=partial(orders.take_new, Channel("platform")),
)  # fmt: skip


def _item(matter: Matter) -> Item:
    return Item.objects.select_related("matter__entity", "matter__premises", "matter__assignee").get(pk=matter.pk)


def number_at(matter: Matter, platform: str) -> str | None:
    """What a platform calls the matter, and so the key of what it is owed; None where it has no number there."""
    rows = Order.objects.filter(matter=matter, platform=platform).order_by("pk")
    return rows.values_list("number", flat=True).first()


def answer_row(matter: Matter) -> Row:
    """How it was handled, as the platforms take it back."""
    of = _item(matter)
    given_back = matter.state == "returned"
    return {
        "received_at": matter.opened,
        "organ": stack().organ(matter.area).name,
        "handler": matter.assignee.name if matter.assignee else "",
        "entity_code": matter.entity.code if matter.entity else "",
        "entity_name": matter.entity.name if matter.entity else of.said_name,
        "contacted_at": of.contacted,
        "accepted": "yes" if of.accepted else "no" if of.result == "refused" else "",
        "accepted_on": of.accepted,
        "refusal": ground_of(of) if of.result == "refused" else "",
        "result": "given_back" if given_back else of.result,
        "agreed": of.why if of.result == "agreed" else "",
        "recovered": of.recovered,
        "reply": "" if given_back else _whole_reply(of),
        "outcome": of.outcome,
        "answered_at": matter.closed,
        "given_back": given_back_why(matter) if given_back else "",
    }


def _whole_reply(of: Item) -> str:
    """The answer; of an order that was split, what came of each part: it is owed once."""
    parts = Item.objects.filter(matter__part_of__of=of.matter_id, matter__part_of__instead=False).order_by("pk")
    return "\n".join(str(one.reply) for one in (of, *parts) if one.reply)


def given_back_why(matter: Matter) -> str:
    """Why it went back, from the entry of that step."""
    from zhijian.kernel.evidence.models import LedgerEntry

    rows = LedgerEntry.objects.filter(matter=matter, kind=f"{matter.kind}.give_back").order_by("-seq")
    last = rows.first()
    return str(last.data.get("reason", "")) if last is not None else ""


def mediated(matter: Matter) -> Matter:
    """The complaint of a mediation."""
    return Mediation.objects.select_related("of").get(pk=matter.pk).of


def registration_row(matter: Matter) -> Row:
    """What the 12315 platform is told of an item that did not come by it (Order 121 art. 40)."""
    of = _item(matter)
    return {
        "received_at": matter.opened,
        "sort": of.sort,
        "person": of.person or "",
        "phone": of.phone or "",
        "home": of.address or "",
        "entity_name": matter.entity.name if matter.entity else of.said_name,
        "entity_code": matter.entity.code if matter.entity else "",
        "address": matter.premises.address if matter.premises else of.said_address,
        "category": categories.name_there(of.category) or of.said_category,
        "text": of.text,
        "claim": orders.claims_in_words(of.claim),
        "amount": of.amount,
        "happened_on": of.happened_on,
        "organ": stack().organ(matter.area).name,
    }


def to_register(matter: Matter, platform: str) -> str | None:
    """Our number; None where that platform gave it to us."""
    if Order.objects.filter(matter=matter, platform=platform, given=True).exists():
        return None
    return str(matter.number)


def keep_number(matter: Matter, platform: str, number: str) -> None:
    """The platform's number of what we registered there: from now on its answer is owed under it."""
    _order, made = Order.objects.get_or_create(
        platform=platform,
        number=number[:80],
        defaults={"matter": matter, "area": matter.area, "given": False, "received": when.now()},
    )
    if made:
        orders.owe_answer(matter)


ANSWER = owes(
    "complaint_answer",
    _("Answer to a complaint, report or enquiry"),
    kinds=KINDS,
    begins=["approve", "give_back"],
    key=number_at,
    changes={"mediation": mediated},  # what is recovered becomes known when the agreement is performed
    values={
        "received_at": TOLD["received_at"],
        "organ": _("Office that handled it"),
        "handler": _("Who handled it"),
        "entity_code": _("Code of the enterprise"),
        "entity_name": _("Name of the enterprise"),
        "contacted_at": _("First contact"),
        "accepted": _("Whether it was accepted (yes, no)"),
        "accepted_on": _("accepted on"),
        "refusal": _("Why it was not accepted"),
        "result": _("Result"),
        "agreed": _("What was agreed"),
        "recovered": _("Recovered for the consumer (¥)"),
        "reply": _("The answer"),
        "outcome": _("How it ended for who came"),
        "answered_at": _("Answered on"),
        "given_back": _("Why it was given back"),
    },
    row=answer_row,
)
REGISTRATION = owes(
    "complaint_registration",
    _("Registration on the 12315 platform"),
    kinds=[COMPLAINT.kind, REPORT.kind],
    begins=["assign"],  # not before somebody of ours has taken it: what is not ours goes back
    ends=["give_back", "correct"],
    key=to_register,
    values={
        **{name: TOLD[name] for name in ("received_at", "sort", "person", "phone", "home", "address", "category",
                                         "text", "claim", "amount", "happened_on")},
        "entity_name": _("Name of the enterprise"),
        "entity_code": _("Code of the enterprise"),
        "organ": _("Office that handled it"),
    },
    row=registration_row,
    kept=keep_number,
)  # fmt: skip
