"""Papers and the register of their numbers.

What is signed is the canonical JSON of `Paper.data`; its digest is printed on the paper. The register stands outside
row security: it holds numbers and verification codes only, and a local office's papers bear its district's numbers.
"""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7


class Paper(models.Model):
    """An official document about a matter. Issued ones never change: they are voided, and replaced by another."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")
        VOID = "void", _("Void")

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, related_name="papers")
    entity = models.ForeignKey("registry.Entity", models.PROTECT, null=True, related_name="papers")
    area = models.CharField(max_length=16, db_collation=AREA)
    organ = models.CharField(max_length=16, db_collation=AREA, help_text="area code of the office that issues it")
    kind = models.CharField(max_length=40)
    number = models.CharField(max_length=80, blank=True)
    data = models.JSONField(help_text="what is signed; canonical: integers and strings only")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the canonical JSON of `data`")
    digest_sm3 = models.CharField(max_length=64)
    signed_digest = models.CharField(
        max_length=64, help_text="stands on its face and was signed: the phone's record's, else the same as `digest`"
    )
    code = models.CharField(max_length=12, unique=True, help_text="for public verification; unguessable")
    state = models.CharField(max_length=8, choices=State.choices, default=State.ISSUED)
    at = models.DateTimeField(help_text="when it was made (a phone may have been offline), by the right time")
    printed_at = models.DateTimeField(null=True, help_text="stands on it instead, where its maker's clock was wrong")
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.CharField(max_length=80, help_text="the actor's label")
    signatures = models.JSONField(default=list, help_text="[{who, name, certificate_no?, strokes, at}]; integers")
    sealed = models.BooleanField(default=False)
    sealed_at = models.DateTimeField(null=True)
    training = models.BooleanField(default=False, help_text="made for practice: marked on its face, never in force")
    file = models.ForeignKey("evidence.File", models.PROTECT, null=True, related_name="+")
    rendered = models.CharField(max_length=64, blank=True, help_text="names what `file` shows, see render.rendition")
    template = models.ForeignKey(
        "papers.PaperTemplate", models.PROTECT, null=True, related_name="papers", db_index=False,
        help_text="the office's own, in whose words it is printed; none: the official layout",
    )  # fmt: skip
    replaces = models.OneToOneField("self", models.PROTECT, null=True, related_name="replacement")
    void_at = models.DateTimeField(null=True)
    void_by = models.CharField(max_length=80, blank=True)
    void_reason = models.CharField(max_length=300, blank=True)
    superseded = models.BooleanField(default=False, help_text="void as its record was amended: none is drafted for it")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], condition=~models.Q(number=""), name="paper_number"),
            models.CheckConstraint(
                condition=~models.Q(state="void") | (models.Q(void_at__isnull=False) & ~models.Q(void_reason="")),
                name="paper_void_has_reason",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "area", "-id"], name="paper_list"),
            models.Index(fields=["area", "-at", "-id"], name="paper_area_at"),
            models.Index(fields=["-at", "-id"], name="paper_at"),
            models.Index(
                fields=["kind", "area"], name="paper_unsealed", condition=models.Q(state="issued", sealed=False)
            ),
        ]

    def __str__(self) -> str:
        return self.number or str(self.uid)

    @property
    def face(self) -> dt.datetime:
        """The moment that stands on it."""
        return self.printed_at or self.at

    @property
    def strange(self) -> bool:
        """Whether it was made for practice and this is a real site, or the other way round: it is not in force here."""
        return self.training != settings.TRAINING

    @classmethod
    def in_force(cls) -> models.Q:
        """Issued, not void, and made here in earnest: in a practice copy, what was made for practice."""
        return models.Q(state=cls.State.ISSUED, training=settings.TRAINING)

    @property
    def title(self) -> str:
        """The kind's official name, from the pack."""
        from zhijian.kernel.papers.forms import form

        return form(self.kind).title


class NumberRow(models.Model):
    """One official number and what became of it. Numbers of a kind, organ and year run from 1 without a gap.

    A returned number is never given out again: the phone that gave it back may have written it on paper before.
    """

    class State(models.TextChoices):
        RESERVED = "reserved", _("Reserved")
        USED = "used", _("Used")
        VOID = "void", _("Void")
        RETURNED = "returned", _("Returned unused")

    kind = models.CharField(max_length=40)
    organ = models.CharField(max_length=16, db_collation=AREA)
    year = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()
    number = models.CharField(max_length=80)
    code = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.RESERVED)
    device = models.ForeignKey("accounts.Device", models.PROTECT, null=True, related_name="numbers", db_index=False)
    paper = models.OneToOneField(Paper, models.PROTECT, null=True, related_name="number_row")
    taken_at = models.DateTimeField()
    taken_by = models.CharField(max_length=80, help_text="the actor's label")
    changed_at = models.DateTimeField()
    changed_by = models.CharField(max_length=80)
    reason = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "organ", "year", "n"], name="number_once"),
            models.UniqueConstraint(fields=["kind", "number"], name="number_text_once"),
        ]
        indexes = [
            models.Index(fields=["device", "kind"], name="number_device", condition=~models.Q(device=None)),
            models.Index(fields=["kind", "organ", "year", "state"], name="number_state"),
        ]

    def __str__(self) -> str:
        return self.number


class Series(models.Model):
    """The last number of a kind, organ and year; its row is the lock under which numbers are taken."""

    kind = models.CharField(max_length=40)
    organ = models.CharField(max_length=16, db_collation=AREA)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "organ", "year"], name="series_once")]


class Asked(models.Model):
    """How often an address (a keyed digest of it) asked the public verification within a minute."""

    who = models.CharField(max_length=32)
    minute = models.DateTimeField(db_index=True)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="asked_once")]


from zhijian.kernel.papers.blanks.models import Blank  # noqa: E402
from zhijian.kernel.papers.drafts.models import DraftRound, PaperTemplate  # noqa: E402
from zhijian.kernel.papers.printing.models import PrintRun  # noqa: E402
from zhijian.kernel.papers.sealing.models import SealRequest  # noqa: E402
from zhijian.kernel.papers.serving.models import AddressConfirmation, Service  # noqa: E402

__all__ = [
    "AddressConfirmation",
    "Asked",
    "Blank",
    "DraftRound",
    "NumberRow",
    "Paper",
    "PaperTemplate",
    "PrintRun",
    "SealRequest",
    "Series",
    "Service",
]
