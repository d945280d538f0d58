"""How long visits usually take, by office and kind; the questions to a head that follow; products that were seen."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.matters.models import Matter


class UsualTime(models.Model):
    """Minutes on site of an office's visits of one kind (purpose, lists) in the last year. Made anew by a job."""

    area = models.CharField(max_length=16, db_collation="C", help_text="of the office")
    purpose = models.CharField(max_length=10)
    lists = models.CharField(max_length=300, blank=True, help_text="their codes, joined by +")
    titles = models.CharField(max_length=600, blank=True)
    visits = models.PositiveIntegerField()
    median = models.PositiveIntegerField(help_text="minutes")
    lower = models.PositiveIntegerField(help_text="a quarter took no longer")
    upper = models.PositiveIntegerField(help_text="a quarter took at least as long")
    everywhere = models.PositiveIntegerField(help_text="the median of such visits of all offices")
    at = models.DateTimeField()

    class Meta:
        ordering = ["area", "purpose", "lists"]
        constraints = [models.UniqueConstraint(fields=["area", "purpose", "lists"], name="usual_time_once")]

    def __str__(self) -> str:
        return f"{self.area} {self.purpose} {self.lists}"


class VisitQuestion(models.Model):
    """Something about visits that only a person can explain, with the figures that call for the question."""

    class About(models.TextChoices):
        SHORT = "short", _("Shorter than usual")
        NOTHING = "nothing", _("Nothing found for a while")

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="visit_question")
    about = models.CharField(_("question"), max_length=8, choices=About.choices)
    inspection = models.OneToOneField(
        "inspection.Inspection", models.PROTECT, null=True, related_name="question", help_text="that was short"
    )
    minutes = models.PositiveIntegerField(null=True, help_text="on site at that visit")
    usual = models.PositiveIntegerField(null=True, help_text="the median of such visits")
    compared = models.PositiveIntegerField(default=0, help_text="visits that it was compared with")
    since = models.DateField(null=True, help_text="first day of the stretch without findings")
    until = models.DateField(null=True)
    visits = models.PositiveIntegerField(null=True, help_text="of the office in that stretch")
    elsewhere = models.PositiveSmallIntegerField(
        null=True, help_text="per cent of visits elsewhere that found something"
    )
    word = models.TextField(_("answer"), blank=True)
    relook = models.OneToOneField(
        Matter, models.PROTECT, null=True, related_name="asked_by", help_text="the visit that looks again"
    )


class SeenProduct(models.Model):
    """A product that was looked at during a visit, by the code that it bears."""

    matter = models.ForeignKey(Matter, models.PROTECT, related_name="products", help_text="the visit")
    area = models.CharField(max_length=16, db_collation="C")
    premises = models.ForeignKey("registry.Premises", models.PROTECT, null=True, related_name="products_seen")
    item = models.CharField(max_length=20, help_text="of the checklist, at which it was looked at")
    failed = models.BooleanField(default=False, help_text="whether that item did not comply")
    code = models.CharField(max_length=14, help_text="as it is printed")
    gtin = models.CharField(max_length=14, help_text="the same in 14 digits")
    name = models.CharField(max_length=100, blank=True)
    lot = models.CharField(max_length=40, blank=True)
    printed = models.CharField(max_length=40, blank=True, help_text="the date, as it is printed")
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["gtin", "-id"], name="product_seen_code"),
            models.Index(fields=["area", "-id"], name="product_seen_area"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()
