"""What each step about a complaint, a report or an enquiry must be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long, person, text
from zhijian.programmes.complaints.models import Channel, Claim, Contact, Link, Outcome, Sort


def widget(title: Any, name: str, begins: str = "", **more: Any) -> Any:
    """A choice that the desk makes out (`desk.choices`); it begins with what the record tells under `begins`."""
    return Field(title=title, json_schema_extra={"widget": name, **({"from": begins} if begins else {})}, **more)


class Registered(Facts):
    """What was told, and by whom. In the order in which somebody on the telephone tells it."""

    channel: Annotated[Channel, Field(title=_("How it came"))] = Channel("phone")
    phone: Annotated[str, text(_("Telephone of who came"), max_length=40, personal=True)] = ""
    person: Annotated[str, text(_("Name of who came"), max_length=80, personal=True)] = ""
    said_name: Annotated[str, text(_("Which enterprise or shop"), max_length=200)] = ""
    said_address: Annotated[str, text(_("Where that is"), max_length=300)] = ""
    said_phone: Annotated[str, text(_("Its telephone"), max_length=60)] = ""
    text: Annotated[str, long(_("What happened"), max_length=6000, personal=True)]
    claim: Annotated[list[Claim], Field(title=_("What is asked for"))] = []
    amount: Annotated[Decimal | None, Field(title=_("Amount in dispute"), ge=0, max_digits=14, decimal_places=2)] = None
    happened_on: Annotated[dt.date | None, Field(title=_("When it happened"))] = None
    order_no: Annotated[str, text(_("Number of the purchase"), max_length=80)] = ""
    address: Annotated[str, text(_("Address of who came"), max_length=300, personal=True)] = ""
    id_number: Annotated[str, text(_("Number of the identity document"), max_length=40, personal=True)] = ""
    secret: Annotated[bool, Field(title=_("The identity is to be kept secret"))] = False


class Told(Facts):
    """What somebody tells on our own pages, without an account: three fields, and photos."""

    said_name: Annotated[str, text(_("Which shop or enterprise, and where"), min_length=2, max_length=200)]
    text: Annotated[
        str,
        Field(
            title=_("What happened"),
            description=_("When, what, how much; what you ask for."),
            min_length=5,
            max_length=4000,
            json_schema_extra={"widget": "long", "personal": True},
        ),
    ]
    phone: Annotated[str, text(_("Your telephone"), max_length=40, personal=True)] = ""


class Added(Facts):
    """What acceptance needs, told in a second step (Order 121 art. 10), and whatever else comes to mind."""

    person: Annotated[str | None, text(_("Your true name"), max_length=80, personal=True)] = None
    phone: Annotated[str | None, text(_("Your telephone"), max_length=40, personal=True)] = None
    address: Annotated[str | None, text(_("Your address"), max_length=300, personal=True)] = None
    said_address: Annotated[str | None, text(_("Address of the shop"), max_length=300)] = None
    claim: Annotated[list[Claim] | None, Field(title=_("What you ask for"))] = None
    amount: Annotated[
        Decimal | None, Field(title=_("How much it is about (¥)"), ge=0, max_digits=14, decimal_places=2)
    ] = None
    happened_on: Annotated[dt.date | None, Field(title=_("When it happened"))] = None
    order_no: Annotated[str | None, text(_("Number of the order or receipt"), max_length=80)] = None
    more: Annotated[str | None, long(_("More about it"), min_length=0, max_length=4000, personal=True)] = None


class Arrived(Registered):
    """The same as another platform's row tells it; its text may be empty there."""

    sort: Sort
    said_category: Annotated[str, Field(max_length=120)] = ""
    text: Annotated[str, long(_("What happened"), min_length=0, max_length=20_000, personal=True)] = ""


class Named(Facts):
    """Which enterprise is meant. None: it is not on the register."""

    meant: Link
    entity: int | None = None
    premises: int | None = None


class Categorised(Facts):
    """What it is about: a code of the list for its kind."""

    category: Annotated[str, widget(_("Kind of problem"), "item_category", max_length=24)]


class Joined(Facts):
    """With which item it is dealt with."""

    leading: int
    number: Annotated[str, Field(max_length=80)] = ""


class Gathered(Facts):
    """Which item is dealt with together with this one from now on, or no longer."""

    number: Annotated[str, Field(max_length=80)] = ""


class PassedOn(Facts):
    """To which office below."""

    area: Annotated[str, widget(_("To which office"), "area_below", "office", max_length=16)]
    note: Annotated[str, text(_("Note for the office"), max_length=300)] = ""


class Reason(Facts):
    """Why."""

    reason: Annotated[str, text(_("Why"), min_length=2, max_length=300)]


class Parted(Reason):
    """Why it is dealt with by itself again."""

    number: Annotated[str, Field(max_length=80)] = ""


class Assigned(Facts):
    """Who handles it."""

    assignee: Annotated[int, person(_("In charge"), "inspector", "mediator", "clerk", "case_officer", "head")]


class Spoken(Facts):
    """How a try to reach somebody ended."""

    call: UUID
    whom: Contact.Whom
    reached: bool
    note: Annotated[str, text(_("What was said"), max_length=500, personal=True)] = ""


class Accepted(Facts):
    """The complaint is accepted."""

    note: Annotated[str, text(_("Note"), max_length=300)] = ""


class Refused(Facts):
    """The complaint is not accepted."""

    ground: Annotated[str, widget(_("Ground"), "refusal_ground", max_length=4)]
    why: Annotated[str, long(_("Reasons"), max_length=1000)]


class Settled(Facts):
    """The two agree, whether at the table or by telephone."""

    why: Annotated[str, long(_("What was agreed"), max_length=1000)]
    recovered: Annotated[
        Decimal | None, Field(title=_("Recovered for the consumer (¥)"), ge=0, max_digits=14, decimal_places=2)
    ] = None


class Ended(Facts):
    """Mediation ends without an agreement."""

    ground: Annotated[str, widget(_("Ground"), "end_ground", max_length=4)]
    why: Annotated[str, long(_("Reasons"), max_length=1000)]


class Rest(Facts):
    """Why the time does not run: a laboratory, an officer who is biased."""

    reason: Annotated[str, text(_("What is waited for (laboratory, another officer)"), min_length=2, max_length=200)]


class Decided(Facts):
    """Whether a case is opened on the report."""

    filed: Annotated[bool, Field(title=_("A case is opened"))] = False
    why: Annotated[str, long(_("What verification found, and why"), max_length=1000)]


class Replied(Facts):
    """What whoever came is told, and what the platform hears."""

    reply: Annotated[str, long(_("The answer"), min_length=5, max_length=4000, personal=True)]
    outcome: Annotated[Outcome, Field(title=_("How it ended for who came"))] = Outcome("solved")
