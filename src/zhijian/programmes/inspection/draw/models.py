"""A draw: from what it was made, by which seed, what it came to, and who must not inspect whom."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when


class Draw(models.Model):
    """A random draw of places and officers. Seed and digest stand in the ledger from the moment of the draw."""

    matter = models.OneToOneField("matters.Matter", models.PROTECT, primary_key=True, related_name="draw")
    trade = models.CharField(_("trade"), max_length=40, blank=True)
    grade = models.CharField(_("risk grade"), max_length=10, blank=True)
    first = models.DateField(_("First day of the visits"))
    last = models.DateField(_("Last day of the visits"))
    shares = models.JSONField(default=dict, help_text="{grade: percent}, as the rule was on that day")
    seed = models.CharField(max_length=32)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the pool, see `lot.digest`")
    objects_n = models.PositiveIntegerField(_("Places in the pool"), default=0)
    officers_n = models.PositiveIntegerField(_("Officers in the pool"), default=0)
    chosen_n = models.PositiveIntegerField(_("Places drawn"), default=0)
    reason = models.TextField(_("reason"), blank=True)

    class Meta:
        app_label = "inspection"

    def __str__(self) -> str:
        return self.seed


class DrawPool(models.Model):
    """From what was drawn, as it was at that moment: kept whole, since the register goes on changing."""

    draw = models.OneToOneField(Draw, models.PROTECT, primary_key=True, related_name="pool")
    area = models.CharField(max_length=16, db_collation="C")
    places = models.JSONField(default=list, help_text="[[uid, grade, area, [certificates that are recused]]] by uid")
    officers = models.JSONField(default=list, help_text="[[certificate, [areas]]] by certificate")

    class Meta:
        app_label = "inspection"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{len(self.places)}"


class DrawnPlace(models.Model):
    """A place that was drawn, with its pair and its day; once confirmed, the visit or why there is none."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="places")
    area = models.CharField(max_length=16, db_collation="C")
    premises = models.ForeignKey("registry.Premises", models.PROTECT, related_name="drawn")
    grade = models.CharField(max_length=10, blank=True)
    order = models.PositiveSmallIntegerField()
    day = models.DateField()
    first = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    second = models.ForeignKey("accounts.Person", models.PROTECT, related_name="+")
    recused = ArrayField(models.CharField(max_length=60), default=list, help_text="certificates, after the draw")
    visit = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="+")
    trouble = models.CharField(max_length=300, blank=True, help_text="why no visit was planned")

    class Meta:
        app_label = "inspection"
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["draw", "premises"], name="drawn_once")]

    def __str__(self) -> str:
        return f"{self.order}"


class Recusal(models.Model):
    """An officer who must not inspect an enterprise (回避), and why. Only added to."""

    entity = models.ForeignKey("registry.Entity", models.PROTECT, related_name="recusals")
    person = models.ForeignKey("accounts.Person", models.PROTECT, related_name="recusals")
    area = models.CharField(max_length=16, db_collation="C")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=60)
    made_at = models.DateTimeField(default=when.now)

    class Meta:
        app_label = "inspection"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [models.UniqueConstraint(fields=["entity", "person"], name="recused_once")]

    def __str__(self) -> str:
        return self.reason
