"""A shop's pledge to take goods back, every version of its terms, and each time it was found broken."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.door import new_door_code


class Goods(models.TextChoices):
    """What the shop sells for the most part: by this the public looks for it."""

    ALL = "all", _("All kinds of goods")
    CLOTHES = "clothes", _("Clothes, shoes, bags")
    APPLIANCES = "appliances", _("Household appliances")
    DIGITAL = "digital", _("Phones and computers")
    FURNITURE = "furniture", _("Furniture and building material")
    DAILY = "daily", _("Daily necessities")
    FOOD = "food", _("Packaged food")
    CARE = "care", _("Cosmetics and care")
    OTHER = "other", _("Other goods")


class Terms(models.Model):
    """What is pledged."""

    goods = models.CharField(_("goods"), max_length=10, choices=Goods)
    scope = models.CharField(_("goods in scope"), max_length=300, blank=True)
    excluded = models.CharField(_("goods left out"), max_length=300, blank=True)
    days = models.PositiveSmallIntegerField(_("days to return"))
    condition = models.CharField(_("condition in which goods are taken back"), max_length=300)
    refund_days = models.PositiveSmallIntegerField(_("days to the refund"))
    valid_until = models.DateField(_("valid until"))

    class Meta:
        abstract = True


class ReturnPledge(Terms):
    """The pledge of one shop: its newest terms, and whether it is in force, which everybody may know."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="return_pledge")
    area = models.CharField(max_length=16, db_collation=AREA, help_text="the matter's, for the public list")
    code = models.CharField(_("code on the sign"), max_length=10, unique=True, default=new_door_code, db_collation="C")
    live = models.BooleanField(_("in force"), default=False)
    accepted_on = models.DateField(_("in force since"), null=True)
    broken = models.PositiveSmallIntegerField(_("times broken"), default=0)
    borne = models.PositiveSmallIntegerField(default=0, help_text="times broken after which it was left in force")
    asked = models.BooleanField(_("broken often"), default=False, help_text="the office is asked whether it ends")
    reminded = models.DateField(null=True, help_text="the last day of which the shop was reminded")
    why = models.TextField(_("why"), blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["-matter"], name="return_live", condition=models.Q(live=True)),
            models.Index(fields=["area", "-matter"], name="return_live_area", condition=models.Q(live=True)),
            models.Index(fields=["goods", "-matter"], name="return_live_goods", condition=models.Q(live=True)),
            models.Index(fields=["valid_until"], name="return_live_until", condition=models.Q(live=True)),
            models.Index(fields=["area"], name="return_asked", condition=models.Q(asked=True)),
        ]


class Version(Terms):
    """The terms as they hold for what is bought from `since` on; of several the one that was written last. Added to
    only: what was bought under older terms is taken back under them."""

    pledge = models.ForeignKey(ReturnPledge, models.PROTECT, related_name="versions")
    since = models.DateField()
    made_at = models.DateTimeField(default=when.now)

    class Meta:
        indexes = [models.Index(fields=["pledge", "-id"], name="return_version_newest")]


class Broken(models.Model):
    """A complaint at whose end an officer found that the pledge was not kept. The words are the house's own."""

    uid = models.UUIDField(unique=True, default=uuid7)
    pledge = models.ForeignKey(ReturnPledge, models.PROTECT, related_name="breaks")
    of = models.ForeignKey(Matter, models.PROTECT, related_name="broken_pledges", help_text="the complaint")
    bought_on = models.DateField(_("bought on"))
    what = models.TextField(_("how it was broken"))
    found_on = models.DateField(_("found on"))
    found_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    struck_on = models.DateField(null=True, help_text="taken back: it counts no more")
    struck_why = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["of", "pledge"], condition=models.Q(struck_on=None), name="broken_once")
        ]
        indexes = [models.Index(fields=["pledge", "-id"], name="broken_newest")]
