"""What is owed to other platforms and where each record stands; what was sent, and what came back."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.ids import uuid7
from zhijian.kernel.notices.webhooks.models import Secrets


class State(models.TextChoices):
    """Where a record stands on its way to the other side."""

    TO_REPORT = "to_report", _("To report")
    EXPORTED = "exported", _("Exported, no answer yet")
    RECEIPT = "receipt", _("Received there")
    SENT_BACK = "sent_back", _("Sent back")
    DONE_THERE = "done_there", _("Done there by hand")
    WITHDRAWN = "withdrawn", _("Withdrawn")


TOLD = (State.EXPORTED, State.RECEIPT, State.SENT_BACK, State.DONE_THERE)
OPEN = (State.TO_REPORT, State.SENT_BACK)  # somebody here has to do something


class Owed(models.Model):
    """A record that another platform must get: a matter, for one of the platform's tables.

    `key` is how both sides know it, `number` what they call it. `digest` is a keyed one of the cells as last told:
    another one now means that it changed since, and is owed again. `round` counts how often it went over.
    """

    uid = models.UUIDField(unique=True, default=uuid7)
    platform = models.CharField(max_length=40)
    table = models.CharField(max_length=40)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="owed")
    area = models.CharField(max_length=16, db_collation="C")
    key = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.TO_REPORT)
    why = models.CharField(max_length=300, blank=True, help_text="their reason; or why it is owed again")
    number = models.CharField(max_length=80, blank=True, help_text="their number or code")
    due = models.DateField(null=True)
    told = models.BooleanField(default=False, help_text="whether it ever went over")
    round = models.PositiveSmallIntegerField(default=1)
    digest = models.CharField(max_length=32, blank=True)
    sent = models.JSONField(default=dict, help_text="heading → keyed digest of the compared cells as last told")
    batch = models.ForeignKey("Batch", models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField(help_text="when it became owed")
    changed = models.DateTimeField(help_text="when it came into this state")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "table", "matter"], name="owed_once")]
        indexes = [
            models.Index(fields=["platform", "table", "key"], name="owed_key"),
            models.Index(fields=["platform", "table", "area", "-id"], name="owed_list"),
            models.Index(fields=["platform", "table", "state", "area", "due"], name="owed_state"),
            models.Index(fields=["state", "area", "due"], name="owed_open", condition=models.Q(state__in=OPEN)),
        ]

    def __str__(self) -> str:
        return f"{self.platform}/{self.table} {self.key}"

    @property
    def path(self) -> str:
        return f"{self.platform}/{self.table}"


class Batch(models.Model):
    """An export: the other side's import sheet, and the attachments beside it; kept, and to be had again."""

    uid = models.UUIDField(unique=True, default=uuid7)
    platform = models.CharField(max_length=40)
    table = models.CharField(max_length=40)
    area = models.CharField(max_length=16, db_collation="C", help_text="of the office that made it")
    name = models.CharField(max_length=200)
    sheet = models.ForeignKey("evidence.Blob", models.PROTECT, related_name="+")
    attachments = models.ForeignKey("evidence.Blob", models.PROTECT, null=True, related_name="+")
    count = models.PositiveIntegerField()
    made_by = models.CharField(max_length=80)
    made_by_name = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["platform", "table", "area", "-id"], name="batch_list")]


class BatchRow(models.Model):
    """A record in an export: its line in the sheet, and which round of it."""

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="rows", db_index=False)
    owed = models.ForeignKey(Owed, models.PROTECT, related_name="rows")
    area = models.CharField(max_length=16, db_collation="C")
    line = models.PositiveIntegerField()
    round = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["batch", "line"], name="batch_line")]


class Arrival(models.Model):
    """A sheet that came in: their answers, their list for a reconciliation, or records that we take."""

    class What(models.TextChoices):
        ANSWERS = "answers", _("Answers")
        LIST = "list", _("Reconciliation")
        RECORDS = "records", _("Records taken")

    uid = models.UUIDField(unique=True, default=uuid7)
    platform = models.CharField(max_length=40)
    table = models.CharField(max_length=40)
    area = models.CharField(max_length=16, db_collation="C")
    what = models.CharField(max_length=8, choices=What.choices)
    name = models.CharField(max_length=200)
    blob = models.ForeignKey("evidence.Blob", models.PROTECT, related_name="+")
    rows = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    day = models.DateField()
    made_by = models.CharField(max_length=80)
    made_by_name = models.CharField(max_length=120)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["platform", "table", "area", "-id"], name="arrival_list")]


class ArrivalLine(models.Model):
    """A line that a person has to look at: what is wrong, here and there."""

    arrival = models.ForeignKey(Arrival, models.PROTECT, related_name="lines", db_index=False)
    area = models.CharField(max_length=16, db_collation="C")
    n = models.PositiveIntegerField(help_text="the row in their sheet; 0: it stands here only")
    code = models.CharField(max_length=20)
    key = models.CharField(max_length=80, blank=True)
    here = models.CharField(max_length=120, blank=True)  # a state's code, or cells as heading=value
    there = models.CharField(max_length=400, blank=True)
    said = models.JSONField(default=list, help_text="[state, number, reason] as their list has them")
    owed = models.ForeignKey(Owed, models.PROTECT, null=True, related_name="+")

    class Meta:
        indexes = [models.Index(fields=["arrival", "id"], name="arrival_lines")]

    @property
    def here_said(self) -> str:
        """How it stands here, for whoever reads; earlier lines hold the words of whoever sent the sheet in."""
        return str(State(self.here).label) if self.here in State.values else self.here


class Taken(models.Model):
    """A record that came from another platform, by their key; a row that says something new is taken again."""

    platform = models.CharField(max_length=40)
    table = models.CharField(max_length=40)
    key = models.CharField(max_length=80)
    area = models.CharField(max_length=16, db_collation="C")
    digest = models.CharField(max_length=32)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="taken")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["platform", "table", "key"], name="taken_once")]


class Inlet(Secrets):
    """Where a platform's own software tells us things; what is not signed with its secret is refused."""

    platform = models.CharField(max_length=40, unique=True)
    active = models.BooleanField(default=True)
    refused = models.PositiveIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(auto_now_add=True)


class Message(models.Model):
    """A message that came in, signed: kept as it came, and what became of it. The same id is taken once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        DONE = "done", _("Done")
        FAILED = "failed", _("Could not be used")

    inlet = models.ForeignKey(Inlet, models.PROTECT, related_name="messages", db_index=False)
    webhook_id = models.CharField(max_length=200)
    body = EncryptedText()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    error = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, help_text="somebody saw to what could not be used")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inlet", "webhook_id"], name="message_once")]
        indexes = [
            models.Index(fields=["inlet", "-id"], name="message_list"),
            models.Index(fields=["id"], condition=models.Q(state="failed", settled_at=None), name="message_unusable"),
        ]
