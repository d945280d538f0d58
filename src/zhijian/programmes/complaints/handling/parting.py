"""An order that is two in one becomes two matters (Order 121 art. 9); one that was taken for the wrong kind, another.

The time that the law counts from receipt is kept. The outer number stays with one matter, and its answer is owed once:
of a split order it says what came of both, when both are answered.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, CLERK, DISPATCHER, HEAD, SECOND
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import clocks
from zhijian.kernel.matters import Guard, State, Step, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.programmes.complaints import rules
from zhijian.programmes.complaints.handling import facts
from zhijian.programmes.complaints.models import Contact, Item, Order, Part, Sort

WHO: list[Any] = [ASSIGNEE, SECOND, DISPATCHER, HEAD, CLERK]
CORRECTED = State("corrected", _("Goes on as another kind"), final=True, void=True)
SAME = (
    "channel", "person", "phone", "secret", "address", "id_number", "said_name", "said_address", "said_phone",
    "said_category", "happened_on", "order_no",
)  # fmt: skip


def another_kind(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """Put right only to what follows another law."""
    if told is not None and _flow(told.other).kind == matter.kind:
        return no(_("It follows that law already."))
    return ok()


def parts_answered(matter: Matter, record: Item, actor: Actor, told: Any) -> Guard:
    """The answer under the outer number says what came of both parts: the other part is answered first."""
    open_ = Part.objects.filter(of=matter, instead=False, matter__closed=None).select_related("matter").first()
    if open_ is None:
        return ok()
    return no(_("The other part, %(number)s, is not answered yet.") % {"number": open_.matter.number})


def _flow(sort: Any) -> Any:
    from zhijian.programmes.complaints.flow import flow_for  # which holds this module's steps

    return flow_for(sort)


def _opened(matter: Matter, record: Item, sort: Sort, text: str) -> Matter:
    """The other matter: of the same person and shop, received when this one was. Who did it stands in this one."""
    about = About(matter.title, matter.area, matter.entity, matter.premises, urgency=matter.urgency)
    told: dict[str, Any] = {name: value for name in SAME if (value := getattr(record, name)) is not None}
    with scoped(SYSTEM):
        return perform(
            _flow(sort), "split_off", SYSTEM, about=about, at=matter.opened,
            by_field={"contacted": record.contacted, "contacted_in_time": record.contacted_in_time},
            sort=sort, text=text, claim=record.claim, amount=record.amount, **told,
        )  # fmt: skip


def split(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """What belongs to the other law is a matter of its own."""
    other = _opened(matter, record, told.other, told.part)
    Part.objects.create(of=matter, matter=other, area=matter.area)


def corrected(matter: Matter, record: Item, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The other matter takes the place of this one, with its numbers, calls and the platform's clocks."""
    other = _opened(matter, record, told.other, str(record.text))
    Part.objects.create(of=matter, matter=other, area=matter.area, instead=True)
    Item.objects.filter(pk=matter.pk).update(
        follow_mark=""
    )  # whoever follows it by a code follows the other from now on
    Item.objects.filter(pk=other.pk).update(follow_mark=record.follow_mark)
    orders = list(Order.objects.filter(matter=matter))
    Order.objects.filter(matter=matter).update(matter=other)
    Contact.objects.filter(matter=matter).update(matter=other)
    for order in orders:
        if order.given and record.channel == "hotline":
            clocks.start(other, rules.HOTLINE_REPLY, order.received, until=order.due_there)
            clocks.start(other, rules.HOTLINE_RETURN, order.received)


def steps(states: tuple[str, ...]) -> list[Step]:
    """Splitting and putting right, while it is in `states`."""
    return [
        Step(
            "split", states, who=WHO, label=_("Two in one: split it"), facts=facts.Split, quiet=True,
            said=_("Split: the other part goes on as {other}; who came was told {told_how}"), does=split,
        ),
        Step(
            "correct", ("received", "handling"), CORRECTED.code, who=WHO, label=_("Wrong kind: put it right"),
            facts=facts.Corrected, confirm=True, said=_("Goes on as {other}: {reason}; who came was told {told_how}"),
            when=another_kind, does=corrected, tells=DISPATCHER,
        ),
    ]  # fmt: skip
