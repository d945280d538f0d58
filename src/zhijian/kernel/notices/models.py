"""The outbox: what is to be told to whom, and what became of it; and the jobs that failed."""

from __future__ import annotations

import datetime as dt
import traceback
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.ids import uuid7
from zhijian.kernel.notices.webhooks.models import Delivery, Endpoint

__all__ = [
    "GOES_OUT", "UNSETTLED", "Arrival", "Channel", "Delivery", "Endpoint", "JobFailure", "Notice", "NoticeState",
    "Preference", "Robot", "SimulatedMessage", "SmsMonth", "ToKind",
]  # fmt: skip


class ToKind(models.TextChoices):
    """Who is told."""

    PERSON = "person", _("Staff")
    ENTITY = "entity", _("Enterprise")
    GROUP = "group", _("An office's group")


class Channel(models.TextChoices):
    """By which way."""

    IN_APP = "in_app", _("On the platform")
    SMS = "sms", _("Text message")
    EMAIL = "email", _("E-mail message")
    ROBOT = "robot", _("Group robot")
    LINK = "link", _("Link handed over in person")


GOES_OUT = (Channel.SMS, Channel.EMAIL, Channel.ROBOT)  # what an adapter carries


class NoticeState(models.TextChoices):
    """`sending` is committed before the gateway is asked: what stays there may have gone out, a person decides."""

    QUEUED = "queued", _("Waiting")
    SENDING = "sending", _("Being sent")
    SENT = "sent", _("Sent")
    READ = "read", _("Read")
    FAILED = "failed", _("Failed")


class Arrival(models.TextChoices):
    """What the provider reported afterwards; empty for a way that reports nothing."""

    AWAITED = "awaited", _("on its way")
    YES = "yes", _("arrived")
    NO = "no", _("did not arrive")
    UNKNOWN = "unknown", _("no report of its arrival")


# What somebody has to see to: it did not go out, did not arrive, or nobody ever reported that it did.
UNSETTLED = (models.Q(state=NoticeState.FAILED) | models.Q(arrival=Arrival.UNKNOWN)) & models.Q(settled_at=None)


class Notice(models.Model):
    """One message to one receiver by one channel, written in the transaction of what it tells about.

    `data` are the facts that the template needs, never personal data: those stand in the matter. The address is sealed,
    with a blind index to find it by.
    """

    uid = models.UUIDField(unique=True, default=uuid7)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="notices")
    area = models.CharField(max_length=16, blank=True, db_collation="C")
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="notices", db_index=False)
    to_kind = models.CharField(max_length=8, choices=ToKind.choices)
    person = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="notices", db_index=False)
    access = models.ForeignKey(
        "party.Access", models.PROTECT, null=True, related_name="notices",
        help_text="the person let in who gets this besides the enterprise's own number",
    )  # fmt: skip
    robot = models.ForeignKey("Robot", models.PROTECT, null=True, related_name="notices")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    address = EncryptedText(null=True)
    address_index = models.CharField(max_length=32, blank=True)
    template = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    dedupe = models.CharField(max_length=120, blank=True, help_text="what must be told to a receiver only once")
    state = models.CharField(max_length=8, choices=NoticeState.choices, default=NoticeState.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    receipt = models.CharField(max_length=80, blank=True, help_text="the gateway's own number of the message")
    parts = models.PositiveSmallIntegerField(default=0, help_text="text messages that it was billed as")
    cost = models.DecimalField(max_digits=10, decimal_places=4, null=True, help_text="at the price of its day")
    billed = models.CharField(
        max_length=16, blank=True, db_collation="C", help_text="the office that caused it, for good"
    )
    arrival = models.CharField(max_length=8, choices=Arrival.choices, blank=True)
    arrived_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True, help_text="somebody saw to what did not go out")
    made_by = models.CharField(max_length=80, blank=True)
    made_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(to_kind="person", person__isnull=False)
                | models.Q(to_kind="entity", entity__isnull=False)
                | models.Q(to_kind="group", robot__isnull=False),
                name="notice_receiver",
            ),
            models.UniqueConstraint(
                fields=["dedupe", "channel", "to_kind", "person", "entity", "robot"],
                condition=~models.Q(dedupe=""),
                nulls_distinct=False,
                name="notice_once",
            ),
        ]
        indexes = [
            models.Index(fields=["person", "-id"], condition=models.Q(to_kind="person"), name="notice_inbox"),
            models.Index(fields=["person"], condition=models.Q(to_kind="person", state="sent"), name="notice_unread"),
            models.Index(fields=["entity", "-id"], name="notice_entity"),
            models.Index(fields=["next_try"], condition=models.Q(state="queued"), name="notice_queue"),
            models.Index(fields=["claimed_at"], condition=models.Q(state="sending"), name="notice_sending"),
            models.Index(fields=["-id"], condition=models.Q(state="failed", settled_at=None), name="notice_failed"),
            models.Index(
                fields=["-id"], condition=models.Q(arrival="unknown", settled_at=None), name="notice_unreported"
            ),
            models.Index(fields=["sent_at"], condition=models.Q(arrival="awaited"), name="notice_awaited"),
            models.Index(fields=["billed", "sent_at", "id"], condition=~models.Q(billed=""), name="notice_billed"),
            models.Index(fields=["address_index"], condition=~models.Q(address_index=""), name="notice_address"),
        ]

    def __str__(self) -> str:
        return f"{self.template} → {self.person_id or self.entity_id or self.robot_id} ({self.channel})"

    @property
    def tried_at(self) -> dt.datetime:
        """When it was last given to a provider; when it was written, if it never was."""
        return self.claimed_at or self.made_at

    @property
    def standing(self) -> str:
        """Where it stands, in words: its state, and what the provider reported of its arrival."""
        shown = self.state == NoticeState.SENT and self.arrival
        return str(self.get_arrival_display() if shown else self.get_state_display())  # type: ignore[attr-defined]


class Robot(models.Model):
    """The robot of an office's group: whoever knows its key may write there, so it lies sealed and is shown masked."""

    class Kind(models.TextChoices):
        WECOM = "wecom", _("WeCom group robot")
        DINGTALK = "dingtalk", _("DingTalk group robot")

    uid = models.UUIDField(unique=True, default=uuid7)
    area = models.CharField(max_length=16, unique=True, db_collation="C")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = EncryptedText()
    secret = EncryptedText(null=True)
    digest = models.BooleanField(default=True)
    digest_at = models.TimeField(default=dt.time(8, 30))
    urgent = models.BooleanField(default=True)
    active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    made_at = models.DateTimeField(default=when.now)

    def __str__(self) -> str:
        return f"{self.kind} {self.area}"


class Preference(models.Model):
    """How somebody of staff wants to be told besides the platform: an address, which kinds, and when not."""

    person = models.OneToOneField("accounts.Person", models.CASCADE, primary_key=True, related_name="preference")
    email = EncryptedText(null=True)
    by_email = models.JSONField(default=list, help_text="kinds of notices that also come by e-mail")
    muted = models.JSONField(default=list, help_text="kinds that stand in the inbox without counting as new")
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    refused_at = models.DateTimeField(null=True, help_text="since when the mail server takes nothing for the address")

    def __str__(self) -> str:
        return str(self.person_id)


class SmsMonth(models.Model):
    """What an office caused in a month: kept with each message that goes out, so that nobody counts them all."""

    area = models.CharField(max_length=16, db_collation="C")
    month = models.DateField(help_text="its first day")
    messages = models.PositiveIntegerField(default=0)
    parts = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=14, decimal_places=4, default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "area"], name="sms_month_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.month:%Y-%m}"


class SimulatedMessage(models.Model):
    """What the simulated ways would have sent: shown on a page in the demo, never used where real people work."""

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="simulated")
    key = models.UUIDField(null=True, unique=True)
    channel = models.CharField(max_length=8, choices=Channel.choices, default=Channel.SMS)
    number = models.CharField(max_length=120)
    text = models.TextField()
    parts = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=when.now)
    reported_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["id"], condition=models.Q(reported_at=None), name="simulated_unreported")]


class JobRun(models.Model):
    """When each job ran last, how long it took, and whether it went well; one row a job, seen on /jobs/."""

    name = models.CharField(max_length=100, primary_key=True, db_collation="C")
    started = models.DateTimeField()
    seconds = models.FloatField()
    good = models.BooleanField()

    def __str__(self) -> str:
        return self.name

    @classmethod
    def note(cls, name: str, started: dt.datetime, seconds: float, *, good: bool) -> None:
        """Keep the last run of a job."""
        row = cls(name=name, started=started, seconds=seconds, good=good)
        cls.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["name"], update_fields=["started", "seconds", "good"]
        )


class JobFailure(models.Model):
    """A job that failed, and whether it went well later; seen on /jobs/ by the administrator."""

    name = models.CharField(max_length=100)
    job = models.BigIntegerField(unique=True, help_text="the queue's id; the queue forgets its rows sooner than we")
    tries = models.PositiveSmallIntegerField()
    error = models.CharField(max_length=300)
    trace = models.TextField(blank=True, help_text="where in the code it happened, without the values")
    given_up = models.BooleanField(default=False)
    first_at = models.DateTimeField(auto_now_add=True)
    last_at = models.DateTimeField()
    mended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["-last_at"], condition=models.Q(mended_at=None), name="job_failure_open")]

    def __str__(self) -> str:
        return f"{self.name}: {self.error}"

    @classmethod
    def note(cls, name: str, job: int | None, tries: int, error: BaseException, *, given_up: bool) -> None:
        """Write a failure down; the same job's later failures change its row. `job` None: nothing to find it by."""
        if job is None:
            return
        # The message of a database error repeats the row's values: only its first line is kept.
        lines = str(error).strip().splitlines() or [""]
        facts: dict[str, Any] = {
            "name": name,
            "tries": tries,
            "error": f"{type(error).__name__}: {lines[0]}"[:300],
            "trace": "".join(traceback.format_tb(error.__traceback__))[-4000:],
            "given_up": given_up,
            "last_at": timezone.now(),
            "mended_at": None,
        }
        cls.objects.update_or_create(job=job, defaults=facts)

    @property
    def age(self) -> dt.timedelta:
        """How long it has been failing."""
        return timezone.now() - self.first_at
