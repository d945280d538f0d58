"""What the steps of handling must be told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.matters import Facts, long, person, text
from zhijian.programmes.complaints.handled import How, Level, Satisfied
from zhijian.programmes.complaints.models import Outcome, Sort


def money(title: Any) -> Any:
    """An amount in yuan, not below nothing."""
    return Field(title=title, ge=0, max_digits=14, decimal_places=2)


class IdentityAsked(Facts):
    """By when whoever complains proves who they are, and by what."""

    identity_due: Annotated[dt.date, Field(title=_("To be proved by"))]
    materials: Annotated[str, text(_("What is to be shown"), min_length=2, max_length=300)]


class IdentityShown(Facts):
    """What was shown, and when; a true name that was told wrongly before is put right."""

    identity_shown: Annotated[dt.date, Field(title=_("Shown on"))]
    how: Annotated[How, Field(title=_("How it was shown"))] = How("counter")
    true_name: Annotated[str, text(_("True name, where it was told otherwise"), max_length=80, personal=True)] = ""
    document: Annotated[str, text(_("Number of the identity document"), max_length=40, personal=True)] = ""


class Consent(Facts):
    """What whoever complains agrees to."""

    consent_how: Annotated[How, Field(title=_("How they said so"))] = How("phone")
    consent_named: Annotated[bool, Field(title=_("They were told that the enterprise will hear their name"))] = False
    consent_delegate: Annotated[bool, Field(title=_("They agree that an organisation mediates for us"))] = False
    consent_publish: Annotated[bool, Field(title=_("They agree that the complaint is published"))] = False


class VisitPlanned(Facts):
    """Who looks at it on the spot, and when. What set it off is told to nobody outside."""

    planned_for: Annotated[dt.date, Field(title=_("Day of the visit"))]
    visit_first: Annotated[int, person(_("First officer"), "inspector")]
    visit_second: Annotated[int, person(_("Second officer"), "inspector")]


class Invited(Facts):
    """What the enterprise is told of the complaint: in the officer's words, never those of who came."""

    subject: Annotated[str, text(_("What it is about, for the enterprise"), min_length=2, max_length=200)]
    request: Annotated[str, text(_("What is asked of it"), min_length=2, max_length=500)]


class Agreed(Facts):
    """The enterprise takes part."""

    delegate: Annotated[bool, Field(title=_("We agree that an organisation mediates for the bureau"))] = False


class Why(Facts):
    """Why."""

    why: Annotated[str, long(_("Why"), max_length=1000)]


class Reason(Facts):
    """Why, of a step whose record keeps another why."""

    reason: Annotated[str, text(_("Why"), min_length=2, max_length=300)]


class Delegated(Facts):
    """To whom the mediation is delegated (Order 121 art. 19)."""

    body: Annotated[str, text(_("Organisation that mediates"), min_length=2, max_length=120)]


class Summoned(Facts):
    """What both bring to the appointment that is booked."""

    bring: Annotated[str, text(_("What to bring"), max_length=200)] = ""


class Agreement(Facts):
    """What the two agree on (form 9)."""

    terms: Annotated[str, long(_("What was agreed"), max_length=1000)]
    amount: Annotated[Decimal | None, money(_("Amount agreed (¥)"))] = None
    perform_by: Annotated[dt.date | None, Field(title=_("To be performed by"))] = None


class Signed(Facts):
    """Both have signed: from then on it binds them."""

    signed_on: Annotated[dt.date, Field(title=_("Signed on"))]


class Performed(Facts):
    """What was done of the agreement, asked of who came (履行回访)."""

    performed_on: Annotated[dt.date, Field(title=_("Performed on"))]
    recovered: Annotated[Decimal, money(_("Recovered for the consumer (¥)"))]
    how: Annotated[How, Field(title=_("How who came told us"))] = How("phone")


class ResultTold(Facts):
    """A reporter is told the result where a law asks for it (Order 121 art. 36)."""

    basis: Annotated[str, text(_("By which law and article"), min_length=4, max_length=120)]
    told: Annotated[str, long(_("What they are told"), max_length=1000)]


class Unreasonable(Facts):
    """On what ground a claim is called unreasonable; another person looks at it."""

    unreasonable: Annotated[str, long(_("On what ground"), min_length=5, max_length=300)]


class Split(Facts):
    """The other part of an item that is two in one."""

    other: Annotated[Sort, Field(title=_("What the other part is"))]
    part: Annotated[str, long(_("What belongs to the other part"), max_length=6000, personal=True)]
    told_how: Annotated[How, Field(title=_("How who came was told"))] = How("phone")


class Corrected(Facts):
    """What it really is, and why."""

    other: Annotated[Sort, Field(title=_("What it really is"))]
    reason: Annotated[str, text(_("Why"), min_length=2, max_length=300)]
    told_how: Annotated[How, Field(title=_("How who came was told"))] = How("phone")


class Proposed(Facts):
    """On what ground a report is rewarded."""

    level: Annotated[Level, Field(title=_("Level"))]
    fined: Annotated[Decimal, money(_("Fined and forfeited in the case (¥)"))]
    merit: Annotated[str, long(_("Ground: what the report gave, and what became of it"), max_length=500)]


class Paid(Facts):
    """The reward was paid out."""

    paid_on: Annotated[dt.date, Field(title=_("Paid on"))]
    voucher: Annotated[str, text(_("Number of the voucher"), min_length=1, max_length=60)]


class Called(Facts):
    """What the person says on the telephone."""

    said: Annotated[Outcome, Field(title=_("What came of it, as the person says"))]
    process: Annotated[Satisfied, Field(title=_("With how it was handled"))]
    satisfied: Annotated[Satisfied, Field(title=_("With what came of it"))]
    words: Annotated[str, long(_("What was said"), min_length=0, max_length=1000, personal=True)] = ""
