"""What somebody told the bureau, the outer numbers under which it came, and each time somebody was spoken to."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter


class Sort(models.TextChoices):
    """What it is: law and clocks differ (Order 121 art. 3, 9, 44)."""

    COMPLAINT = "complaint", _("Complaint")
    REPORT = "report", _("Report of a violation")
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
    category = models.CharField(
        _("kind of problem"), max_length=24, blank=True, help_text="confirmed: a code of the pack's list"
    )
    leading = models.ForeignKey(
        Matter, models.PROTECT, null=True, related_name="joined", help_text="the item with which it is dealt with"
    )
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
    follow_mark = models.CharField(
        max_length=32, blank=True, help_text="blind index of the code by which whoever told it online follows it"
    )
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
        """Where the rows of its day propose to pass it on; empty where a person routes."""
        from zhijian.programmes.complaints.routing.proposing import proposal

        found = proposal(self)
        return found.area if found is not None else ""

    class Meta:
        indexes = [models.Index(fields=["phone_mark"], name="item_phone", condition=~models.Q(phone_mark=""))]
        constraints = [
            models.UniqueConstraint(fields=["follow_mark"], name="item_follow", condition=~models.Q(follow_mark=""))
        ]


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


class Trace(models.Model):
    """By what an item is found again, and what it seems to be about: made by a job of what is sealed.

    Keyed marks only: without the secret keys nobody can try a number, a name or a word against them. `made` is empty
    until the job was there, `ranked` until the register was asked who is meant.
    """

    class By(models.TextChoices):
        LABEL = "label", _("the platform's own word")
        MODEL = "model", _("the words of the text")

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="trace")
    made = models.DateTimeField(null=True)
    marks = ArrayField(models.CharField(max_length=40), default=list, help_text="kind and blind index (traces.MARKS)")
    sketch = models.BinaryField(default=b"", help_text="understanding.likeness")
    bands = ArrayField(models.BigIntegerField(), default=list, help_text="of the sketch: candidates share one")
    proposed = models.CharField(max_length=24, blank=True, help_text="the first category proposed")
    by = models.CharField(max_length=5, choices=By, blank=True)
    ranked = models.DateTimeField(null=True)
    meant = models.JSONField(default=list, help_text="who may be meant, the likeliest first (complaints.proposals)")
    ranked_from = models.CharField(max_length=120, blank=True, help_text="what was told, and how the register stood")

    class Meta:
        indexes = [
            GinIndex(fields=["marks"], name="trace_marks"),
            GinIndex(fields=["bands"], name="trace_bands"),
            models.Index(fields=["matter"], name="trace_to_make", condition=models.Q(made=None)),
            models.Index(fields=["matter"], name="trace_to_rank", condition=models.Q(ranked=None)),
        ]


class Label(models.Model):
    """A platform's own word for a category that the pack does not know, and what it is here. Said once for the city."""

    channel = models.CharField(max_length=10, choices=Channel)
    of = models.CharField(max_length=20, help_text="the list of categories: understanding.catalogue.LISTS")
    text = models.CharField(_("as the platform says it"), max_length=120)
    code = models.CharField(max_length=24, blank=True, help_text="empty until somebody said it")
    first = models.DateTimeField()
    last = models.DateTimeField()
    mapped_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    mapped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "of", "text"], name="label_once")]


class Learning(models.Model):
    """A night's attempt to learn a list of categories from what people confirmed; whether it was taken, and why not.

    The model's bytes are kept where it was taken, under their digest; its card is what it was measured to be worth.
    """

    of = models.CharField(max_length=20)
    at = models.DateTimeField()
    samples = models.PositiveIntegerField()
    learnt_from = models.CharField(max_length=64, help_text="digest of what was confirmed: the same is not tried twice")
    taken = models.BooleanField()
    in_use = models.BooleanField(default=False)
    why = models.CharField(max_length=60, help_text="a message id")
    blob = models.ForeignKey("evidence.Blob", models.PROTECT, null=True, related_name="+")
    card = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of"], condition=models.Q(in_use=True), name="learning_one_in_use")
        ]
        indexes = [models.Index(fields=["of", "-at"], name="learning_newest")]


class HotSpot(models.Model):
    """A category that piled up in an area in one week beyond its usual (understanding.hotspots); told once."""

    uid = models.UUIDField(unique=True, default=uuid7)
    of = models.CharField(max_length=20)
    category = models.CharField(max_length=24)
    area = models.CharField(max_length=16, db_collation=AREA)
    week = models.DateField(help_text="its Monday")
    seen = models.PositiveIntegerField(help_text="people who came: each counts once")
    usual = models.FloatField()
    weeks = models.PositiveSmallIntegerField(help_text="weeks compared with")
    p = models.FloatField()
    q = models.FloatField()
    found_at = models.DateTimeField()
    dismissed_at = models.DateTimeField(null=True)
    dismissed_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "category", "area", "week"], name="hotspot_once")]
        indexes = [models.Index(fields=["area", "-week"], name="hotspot_area")]


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
    CausedVisit,
    Mediation,
    Part,
    Recall,
    RecallDraw,
    Reward,
    Sheet,
)
from zhijian.programmes.complaints.publication.models import Line, Tally  # noqa: E402
from zhijian.programmes.complaints.routing.models import RouteSet  # noqa: E402

__all__ = [
    "CausedVisit", "Channel", "Claim", "Contact", "Item", "Line", "Link", "Mediation", "Order", "Outcome", "Part",
    "Recall", "RecallDraw", "Result", "Reward", "RouteSet", "Sheet", "Sort", "Tally",
]  # fmt: skip
