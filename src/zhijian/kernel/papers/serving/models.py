"""Services of papers, and the address for service that a party has confirmed (送达地址确认书)."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.clock import calendar
from zhijian.kernel.ids import uuid7
from zhijian.kernel.papers.serving.law import Way

WAYS = {
    Way.DIRECT: _("Handed over"),
    Way.LEFT: _("Left behind"),
    Way.POST: _("By post"),
    Way.ELECTRONIC: _("Electronically"),
    Way.ENTRUSTED: _("Through another office"),
    Way.PASSED_ON: _("Passed on by a third party"),
    Way.NOTICE: _("By public notice"),
}

MEDIA = {
    "newspaper": _("Newspaper"),
    "site": _("Website"),
    "board": _("Notice board"),
}


class AddressConfirmation(models.Model):
    """Where and how a party wants to be served, as it confirmed in writing; valid until another one takes its place.

    What is the business's own (its address) is clear; numbers and addresses of people are sealed.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    entity = models.ForeignKey("registry.Entity", models.PROTECT, related_name="confirmations", db_index=False)
    area = models.CharField(max_length=16, db_collation=AREA)
    paper = models.OneToOneField("papers.Paper", models.PROTECT, related_name="confirmation")
    electronic = models.BooleanField(help_text="agrees to electronic service")
    means = models.CharField(max_length=12, blank=True, help_text="phone, email, fax, account")
    account = EncryptedText(null=True, help_text="where electronic papers go")
    address = EncryptedText()
    receiver = EncryptedText()
    phone = EncryptedText()
    postcode = models.CharField(max_length=12, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, help_text="when another one took its place")
    made_by = models.CharField(max_length=80, help_text="the actor's label")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "area"], condition=models.Q(until=None), name="confirmation_in_force"
            ),
            models.CheckConstraint(
                condition=models.Q(electronic=False) | models.Q(account__isnull=False), name="confirmation_electronic"
            ),
        ]
        indexes = [models.Index(fields=["entity", "-id"], name="confirmation_entity")]


class Service(models.Model):
    """One attempt to serve a paper: planned (its proof printed in advance), on its way, served, or in vain.

    What was recorded wrongly is withdrawn, with `wrong` as the reason; it stays.
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("Proof printed")
        ON_ITS_WAY = "on_its_way", _("On its way")
        SERVED = "served", _("Served")
        FAILED = "failed", _("In vain")
        WITHDRAWN = "withdrawn", _("Record withdrawn")

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    paper = models.ForeignKey("papers.Paper", models.PROTECT, related_name="services")
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="+")
    area = models.CharField(max_length=16, db_collation=AREA)
    way = models.CharField(max_length=12, choices=[(way.value, label) for way, label in WAYS.items()])
    state = models.CharField(max_length=12, choices=State.choices)
    addressee = models.CharField(max_length=200)
    cause = models.CharField(max_length=200, blank=True, help_text="what it is about, as it stands on the proof")
    place = EncryptedText(null=True)
    receiver = EncryptedText(null=True, help_text="who took it")
    relation = models.CharField(max_length=60, blank=True, help_text="of the receiver to the addressee")
    witness = EncryptedText(null=True)
    refused = models.BooleanField(default=False, help_text="in vain: somebody was there and did not take it")
    recorded = models.BooleanField(default=False, help_text="left behind: recorded in sound and picture")
    missing = models.BooleanField(default=False, help_text="public notice: nobody knows where the party is")
    officer1 = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    officer2 = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    confirmation = models.ForeignKey(
        AddressConfirmation, models.PROTECT, null=True, related_name="services",
        help_text="to whose address it was sent; of a letter fixed when it is posted",
    )  # fmt: skip
    body = models.CharField(max_length=120, blank=True, help_text="through whom; where a notice was published")
    server = EncryptedText(null=True, help_text="entrusted, passed on: who served it there, or passed it on")
    ground = models.CharField(max_length=40, blank=True, help_text="passed on: the rule that is its ground")
    medium = models.CharField(max_length=12, blank=True, help_text="public notice: newspaper, site, board")
    unproven = models.CharField(
        max_length=300, blank=True, help_text="public notice: which proof of the tries is missing, and why"
    )
    tracking = models.CharField(max_length=40, blank=True)
    sent_on = models.DateField(null=True)
    at = models.DateTimeField(null=True, help_text="handed over, left, signed for, or arrived in the system")
    returned_on = models.DateField(null=True)
    shown_on = models.DateField(null=True, help_text="public notice: of which day is what shows `missing`")
    reason = models.CharField(max_length=300, blank=True)
    files = models.JSONField(default=list, help_text="uids of evidence files")
    shown_files = models.JSONField(default=list, help_text="uids of files: what shows `missing`")
    proof_due = models.BooleanField(default=False, help_text="it counts, or was in vain, and its proof is not on file")
    served_on = models.DateField(null=True, help_text="the day that counts by law; of a notice it lies ahead")
    why = models.CharField(max_length=12, blank=True, help_text="the ground of that day, see law.counts")
    told_at = models.DateTimeField(null=True, help_text="when those who wait for it were told")
    receipt = models.OneToOneField("papers.Paper", models.PROTECT, null=True, related_name="proves")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=80, help_text="the actor's label")
    done_by = models.CharField(max_length=80, blank=True)
    wrong = models.CharField(max_length=300, blank=True, help_text="why it is said to be recorded wrongly")
    doubted_at = models.DateTimeField(null=True, help_text="when somebody said so")
    doubted_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["paper"], condition=models.Q(state__in=["planned", "on_its_way"]), name="service_one_open"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="served") | models.Q(served_on__isnull=False), name="service_served_day"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn") | (models.Q(withdrawn_at__isnull=False) & ~models.Q(wrong="")),
                name="service_withdrawn_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["served_on"],
                condition=models.Q(told_at=None, served_on__isnull=False),
                name="service_not_told",
            ),
            models.Index(fields=["area"], condition=models.Q(proof_due=True), name="service_proof_due"),
        ]

    @property
    def posted(self) -> bool:
        """A letter on its way: to which address it went is fixed."""
        return self.state == self.State.ON_ITS_WAY and self.way == Way.POST

    @property
    def running(self) -> bool:
        """A public notice whose days have not run: it counts for nothing yet."""
        return self.state == self.State.SERVED and self.served_on is not None and self.served_on > calendar.today()
