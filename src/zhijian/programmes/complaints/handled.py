"""What hangs on an item while it is handled: its papers' whole values, mediation, reward, return call, the other part.

A mediation and a reward stand for themselves (no parent): the one is the enterprise's to see while the item is not,
the other is nobody's but those who decide and pay.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import Paper


class How(models.TextChoices):
    """By which way somebody said it, or was told."""

    PHONE = "phone", _("by telephone")
    COUNTER = "counter", _("at the counter")
    WRITING = "writing", _("in writing")
    MESSAGE = "message", _("by message")
    PLATFORM = "platform", _("on the 12315 platform")


class Sheet(models.Model):
    """The whole values of what a paper's data hold covered, sealed, as they stood when it was made."""

    paper = models.OneToOneField(Paper, models.PROTECT, primary_key=True, related_name="sheet")
    area = models.CharField(max_length=16, db_collation=AREA)
    whole = EncryptedText(help_text="JSON: the values by the names of the facts")


class Mediation(models.Model):
    """The mediation of a complaint as the enterprise knows it: asked, agreed, summoned, settled, performed."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="mediation")
    of = models.ForeignKey(Matter, models.PROTECT, related_name="mediations", help_text="the complaint, never shown")
    subject = models.CharField(_("what it is about"), max_length=200)
    request = models.CharField(_("what is asked for"), max_length=500)
    named = models.BooleanField(default=False, help_text="who complains was told that the enterprise hears the name")
    delegate = models.BooleanField(_("agrees to a delegated mediation"), default=False)
    body = models.CharField(_("organisation that mediates"), max_length=120, blank=True)
    bring = models.CharField(_("what to bring"), max_length=200, blank=True)
    terms = models.CharField(_("what was agreed"), max_length=1000, blank=True)
    amount = models.DecimalField(_("amount agreed"), max_digits=14, decimal_places=2, null=True)
    perform_by = models.DateField(_("to be performed by"), null=True)
    signed_on = models.DateField(_("signed on"), null=True)
    performed_on = models.DateField(_("performed on"), null=True)
    why = models.CharField(_("why"), max_length=1000, blank=True)


class CausedVisit(models.Model):
    """A visit that an item called for. The visit itself knows nothing of it: whoever reported could be guessed.

    Row security shows it to whoever sees the item, wherever the two lie and are moved to.
    """

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="caused_by", help_text="visit")
    of = models.ForeignKey(Matter, models.PROTECT, related_name="caused", help_text="the item")


class Level(models.TextChoices):
    """How much a report gave away, by the measure of the rule."""

    FIRST = "1", _("first level: facts, clues and evidence in detail, all of it borne out")
    SECOND = "2", _("second level: facts and clues, borne out for the most part")
    THIRD = "3", _("third level: clues, borne out in part")


class Reward(models.Model):
    """A reward for a report: its ground, its amount by the table, and by what it is picked up. Without a name."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="reward")
    of = models.OneToOneField(Matter, models.PROTECT, related_name="reward_of", help_text="the report")
    level = models.CharField(_("level"), max_length=1, choices=Level)
    fined = models.DecimalField(_("fined and forfeited"), max_digits=14, decimal_places=2)
    merit = models.CharField(_("ground"), max_length=500)
    amount = models.DecimalField(_("reward"), max_digits=14, decimal_places=2)
    proposed_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    code_mark = models.CharField(max_length=32, blank=True, help_text="keyed digest of the code by which it is paid")
    code_at = models.DateTimeField(null=True)
    paid_on = models.DateField(_("paid on"), null=True)
    voucher = models.CharField(_("voucher"), max_length=60, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code_mark"], condition=~models.Q(code_mark=""), name="reward_code_once")
        ]


class Satisfied(models.TextChoices):
    """The answer on the telephone; the first two count as satisfied (满意率)."""

    SATISFIED = "satisfied", _("Satisfied")
    BASICALLY = "basically", _("Basically satisfied")
    NOT = "not", _("Not satisfied")
    SILENT = "silent", _("Would not say")


class Recall(models.Model):
    """A return call about an item that was answered, by another unit: what the office wrote, and what is said."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="recall")
    of = models.OneToOneField(Matter, models.PROTECT, related_name="recalled", help_text="the item")
    written = models.CharField(_("outcome as the office wrote it"), max_length=12)
    said = models.CharField(_("outcome as the person says"), max_length=12, blank=True)
    process = models.CharField(_("with how it was handled"), max_length=10, choices=Satisfied, blank=True)
    satisfied = models.CharField(_("with what came of it"), max_length=10, choices=Satisfied, blank=True)
    reasonable = models.BooleanField(default=True, help_text="no second person called the claim unreasonable")
    differs = models.BooleanField(_("differs from what the office wrote"), default=False)
    tries = models.PositiveSmallIntegerField(_("tries in vain"), default=0)
    words = EncryptedText(null=True)


class RecallDraw(models.Model):
    """Which of the items that were answered under one seal of the ledger are called back; it never changes.

    The seed is the seal's digest, known to nobody before they were answered.
    """

    seal = models.OneToOneField("evidence.Seal", models.PROTECT, related_name="recall_draw")
    area = models.CharField(max_length=16, db_collation=AREA)
    seed = models.CharField(max_length=64)
    percent = models.PositiveSmallIntegerField()
    population = models.JSONField(help_text="uids of the items, sorted")
    chosen = models.JSONField(help_text="uids of those drawn, in the order of the draw")
    made_at = models.DateTimeField()


class Part(models.Model):
    """What was split off an item, or put right: one order, two matters, one answer under its outer number."""

    of = models.ForeignKey(Matter, models.PROTECT, related_name="parts", help_text="the one with the outer number")
    matter = models.OneToOneField(Matter, models.PROTECT, related_name="part_of")
    area = models.CharField(max_length=16, db_collation=AREA)
    instead = models.BooleanField(default=False, help_text="registered as the wrong kind: it takes its place")
