"""Ratings, the return calls' own facts, and the draws of the sample."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter


class Rating(models.Model):
    """What the enterprise says of one closed matter: one to five, and words. Once; changeable for some days.

    Row security keeps it from the officers who are rated, whatever their posts are.
    """

    class Stars(models.IntegerChoices):
        ONE = 1, _("Very dissatisfied")
        TWO = 2, _("Dissatisfied")
        THREE = 3, _("Neither")
        FOUR = 4, _("Satisfied")
        FIVE = 5, _("Very satisfied")

    uid = models.UUIDField(unique=True, default=uuid7)
    matter = models.OneToOneField(Matter, models.PROTECT, related_name="rated")
    area = models.CharField(max_length=16, db_collation=AREA)
    entity = models.ForeignKey("registry.Entity", models.PROTECT, related_name="ratings")
    officer = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    second = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    stars = models.PositiveSmallIntegerField(choices=Stars.choices)
    words = EncryptedText(null=True)
    rated_at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(stars__gte=1, stars__lte=5), name="rating_stars")]
        indexes = [models.Index(fields=["area", "-id"], name="rating_newest")]


class Uninvited(models.Model):
    """An enterprise that asked for no invitations to rate. It may rate all the same."""

    entity = models.OneToOneField("registry.Entity", models.PROTECT, related_name="uninvited")
    area = models.CharField(max_length=16, db_collation=AREA)
    since = models.DateTimeField()


class Cause(models.TextChoices):
    """Why somebody is called."""

    BAD = "bad", _("A bad rating")
    SAMPLE = "sample", _("Drawn for the sample")


class Satisfied(models.TextChoices):
    """The answer on the telephone; the first two count as satisfied (满意率)."""

    SATISFIED = "satisfied", _("Satisfied")
    BASICALLY = "basically", _("Basically satisfied")
    NOT = "not", _("Not satisfied")
    SILENT = "silent", _("Would not say")


class ReturnCall(models.Model):
    """A return call about a closed matter: why, how often it was tried, and what was said."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="return_call")
    about = models.OneToOneField(
        Matter, models.PROTECT, related_name="called_back", help_text="the matter it asks about"
    )
    rating = models.ForeignKey(Rating, models.PROTECT, null=True, related_name="calls")
    cause = models.CharField(_("cause"), max_length=6, choices=Cause.choices)
    tries = models.PositiveSmallIntegerField(_("tries in vain"), default=0)
    last_try = models.DateField(_("last try"), null=True)
    satisfied = models.CharField(_("answer"), max_length=10, choices=Satisfied.choices, blank=True)
    words = EncryptedText(null=True)


class Draw(models.Model):
    """A sample drawn from the matters whose closing stands under one seal of the ledger; it never changes.

    The seal's digest is the seed: known to nobody before the matters were closed, published since, so that anybody who
    may see the matters can draw again.
    """

    seal = models.OneToOneField("evidence.Seal", models.PROTECT, related_name="sample")
    area = models.CharField(max_length=16, db_collation=AREA)
    seed = models.CharField(max_length=64)
    percent = models.PositiveSmallIntegerField()
    population = models.JSONField(help_text="uids of the matters, sorted")
    chosen = models.JSONField(help_text="uids of those drawn, in the order of the draw")
    made_at = models.DateTimeField()
