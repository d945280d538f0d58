"""What somebody told the bureau, the outer numbers under which it came, and each time somebody was spoken to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter


class Sort(models.TextChoices):
    """What it is: law and clocks differ (Order 121 art. 3, 9, 44)."""

    COMPLAINT = "complaint", _("Complaint")
    REPORT = "report", _("Report")
    ENQUIRY = "enquiry", _("Enquiry")
    SUGGESTION = "suggestion", _("Suggestion")
    HELP = "help", _("Request for help")
    PRAISE = "praise", _("Praise")


class Channel(models.TextChoices):
    """By which way it reached the bureau."""

    HOTLINE = "hotline", _("12345 hotline")
    PLATFORM = "platform", _("12315 platform")
    PHONE = "phone", _("12315 telephone")
    LETTER = "letter", _("Letter")
    COUNTER = "counter", _("Counter")
    PORTAL = "portal", _("Portal")
    DOOR = "door", _("Code on the door")
    PASSED_ON = "passed_on", _("Passed on by another department")
    OFFICER = "officer", _("Entered by an officer")


class Claim(models.TextChoices):
    """What a consumer asks for (form 1 of Order 121)."""

    REPAIR = "repair", _("Repair")
    REDO = "redo", _("Done again")
    EXCHANGE = "exchange", _("Exchange")
    RETURN = "return", _("Return of the goods")
    SUPPLY = "supply", _("Missing goods delivered")
    REFUND = "refund", _("Refund")
    DAMAGES = "damages", _("Damages")
    OTHER = "other", _("Something else")


class Link(models.TextChoices):
    """How far it is known which enterprise is meant."""

    OPEN = "open", _("Not known yet")
    CONFIRMED = "confirmed", _("Confirmed")
    ABSENT = "absent", _("Not on the register")


class Result(models.TextChoices):
    """How it ended in law."""

    AGREED = "agreed", _("Agreement reached")
    WITHDRAWN = "withdrawn", _("Withdrawn, or settled between the two")
    REFUSED = "refused", _("Not accepted")
    ENDED = "ended", _("Mediation ended without agreement")
    FILED = "filed", _("A case is opened")
    NOT_FILED = "not_filed", _("No case is opened")
    ANSWERED = "answered", _("An answer was given")


class Outcome(models.TextChoices):
    """How it ended for the person who came, in the hotline's words (办理结果)."""

    SOLVED = "solved", _("Solved")
    PARTLY = "partly", _("Partly solved")
    UNSOLVED = "unsolved", _("Not solved")
    EXPLAINED = "explained", _("Explained")
    UNREASONABLE = "unreasonable", _("Claim without ground")


class Item(models.Model):
    """A complaint, a report or an enquiry as it was told. Who told it is sealed, and what is told, which may name them.

    What is searched and compared stands beside it as keyed marks.
    """

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="item")
    sort = models.CharField(_("kind"), max_length=10, choices=Sort)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel)
    text = EncryptedText()
    claim = ArrayField(
        models.CharField(max_length=10, choices=Claim), verbose_name=_("what is asked for"), default=list
    )
    amount = models.DecimalField(_("amount in dispute"), max_digits=14, decimal_places=2, null=True)
    happened_on = models.DateField(_("happened on"), null=True)
    order_no = models.CharField(_("number of the purchase"), max_length=80, blank=True)
    # Who came. A report may be anonymous (Order 121 art. 28); acceptance of a complaint needs a true name (art. 10).
    person = EncryptedText(null=True)
    phone = EncryptedText(null=True)
    phone_mark = models.CharField(max_length=32, blank=True, help_text="blind index of the number: same person again")
    reachable = models.BooleanField(default=False, help_text="a number was left")
    id_number = EncryptedText(null=True)
    address = EncryptedText(null=True)
    secret = models.BooleanField(_("identity kept secret"), default=False)
    # Who is meant, in their words; what the register makes of it stands on the matter.
    said_name = models.CharField(_("enterprise, as it was told"), max_length=200, blank=True)
    said_address = models.CharField(_("its address, as it was told"), max_length=300, blank=True)
    said_phone = models.CharField(_("its telephone, as it was told"), max_length=60, blank=True)
    meant = models.CharField(_("enterprise"), max_length=9, choices=Link, default=Link.OPEN)
    said_category = models.CharField(_("category, as it was told"), max_length=120, blank=True)
    # What became of it.
    contacted = models.DateTimeField(_("first contact"), null=True)
    contacted_in_time = models.BooleanField(_("first contact in time"), null=True)
    accepted = models.DateField(_("accepted on"), null=True)
    result = models.CharField(_("result"), max_length=10, choices=Result, blank=True)
    ground = models.CharField(max_length=4, blank=True, help_text="number of the ground of refusal or ending")
    why = models.CharField(_("why"), max_length=1000, blank=True)
    recovered = models.DecimalField(_("recovered"), max_digits=14, decimal_places=2, null=True)
    reply = EncryptedText(null=True)
    outcome = models.CharField(_("outcome"), max_length=12, choices=Outcome, blank=True)
    replied_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    times_reopened = models.PositiveSmallIntegerField(default=0)
    # Proof of identity that was asked for (Order 121 art. 10), and what whoever came agreed to.
    identity_due = models.DateField(_("identity to be proved by"), null=True)
    identity_shown = models.DateField(_("identity proved on"), null=True)
    consented = models.DateTimeField(_("agreed to mediation"), null=True)
    consent_how = models.CharField(max_length=10, blank=True, help_text="by which way they said so")
    consent_named = models.BooleanField(default=False, help_text="was told that the enterprise will hear the name")
    consent_delegate = models.BooleanField(_("agrees to a delegated mediation"), default=False)
    consent_publish = models.BooleanField(_("agrees to publication"), default=False)
    # A claim is called unreasonable by one person and found so by another.
    unreasonable = models.CharField(_("claim called unreasonable"), max_length=300, blank=True)
    unreasonable_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    unreasonable_sure = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")

    @property
    def office(self) -> str:
        """The office of the shop that is meant, where it lies below the one that has the item now; else nothing."""
        place = self.matter.premises or self.matter.entity
        below = place is not None and place.area.startswith(self.matter.area) and place.area != self.matter.area
        return str(place.area) if place is not None and below else ""

    class Meta:
        indexes = [models.Index(fields=["phone_mark"], name="item_phone", condition=~models.Q(phone_mark=""))]


class Order(models.Model):
    """An outer number of a matter: the hotline's work order, the 12315 platform's registration. Never twice.

    `given`: the platform gave it to us; otherwise it is the number that the platform gave what we registered there.
    `demands`: how often the platform asked for it to be done again.
    """

    platform = models.CharField(max_length=40)
    number = models.CharField(max_length=80)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="orders")
    area = models.CharField(max_length=16, db_collation=AREA)
    given = models.BooleanField(default=True)
    urgency = models.CharField(max_length=20, blank=True, help_text="the platform's own class")
    received = models.DateTimeField(help_text="when the platform gave it to us")
    due_there = models.DateField(null=True, help_text="by when the platform wants the answer")
    demands = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "number"], name="order_once")]


class Contact(models.Model):
    """One try to speak to somebody. An unanswered ring is no contact; `reached` is empty until somebody says so."""

    class Whom(models.TextChoices):
        PERSON = "person", _("Who came")
        ENTERPRISE = "enterprise", _("Enterprise")

    uid = models.UUIDField(unique=True, default=uuid7)
    matter = models.ForeignKey(Matter, models.PROTECT, related_name="contacts", db_index=False)
    area = models.CharField(max_length=16, db_collation=AREA)
    whom = models.CharField(max_length=10, choices=Whom)
    at = models.DateTimeField()
    reached = models.BooleanField(null=True)
    by = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    note = EncryptedText(null=True)

    class Meta:
        indexes = [models.Index(fields=["matter", "at"], name="contact_matter")]


from zhijian.programmes.complaints.handled import (  # noqa: E402
    Mediation,
    Part,
    Recall,
    RecallDraw,
    Reward,
    Sheet,
)

__all__ = [
    "Channel", "Claim", "Contact", "Item", "Link", "Mediation", "Order", "Outcome", "Part", "Recall", "RecallDraw",
    "Result", "Reward", "Sheet", "Sort",
]  # fmt: skip
