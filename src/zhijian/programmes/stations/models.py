"""A station, what it was found to have, its log, its ratings; and a dispute that lies with one."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.accounts.models import AREA
from zhijian.kernel.ids import uuid7
from zhijian.kernel.matters.models import Matter


class StationSort(models.TextChoices):
    """Who keeps it."""

    BUREAU = "bureau", _("Station of the bureau")
    TRADE = "trade", _("Station of an enterprise or a trade")
    COMMUNITY = "community", _("Station of a community")
    ODR = "odr", _("ODR enterprise")


class YearGrade(models.TextChoices):
    """What a year's rating says."""

    A = "A", _("A, excellent")
    B = "B", _("B, good")
    C = "C", _("C, passes")
    D = "D", _("D, does not pass")


class Station(models.Model):
    """A first handler of disputes. Its matter lies in the area that it serves and lasts as long as the station."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="station")
    sort = models.CharField(_("kind of station"), max_length=10, choices=StationSort)
    name = models.CharField(_("name of the station"), max_length=100)
    address = models.CharField(_("address"), max_length=200)
    phone = models.CharField(_("telephone of the station"), max_length=40)
    hours = models.CharField(_("hours"), max_length=100)
    serves = models.CharField(_("whom it serves"), max_length=200, blank=True)
    # What was found by the items of the standard, with what each is worth: the standard itself may change.
    looked = models.JSONField(default=list, help_text="[{what, most, points, found}]")
    points = models.PositiveSmallIntegerField(_("points of the standard"), null=True)
    looked_on = models.DateField(_("looked at on"), null=True)
    looked_by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("code on the plaque"), max_length=10, blank=True)
    approved_on = models.DateField(_("in force since"), null=True)
    why = models.CharField(_("why it was refused or ended"), max_length=500, blank=True)
    grade = models.CharField(_("last rating"), max_length=1, choices=YearGrade, blank=True)
    rated_year = models.PositiveSmallIntegerField(_("year of the rating"), null=True)
    key_mark = models.CharField(max_length=32, blank=True, help_text="blind index of the code of its worker's page")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["code"], name="station_code", condition=~models.Q(code="")),
            models.UniqueConstraint(fields=["key_mark"], name="station_key", condition=~models.Q(key_mark="")),
        ]


class LogEnd(models.TextChoices):
    """How a dispute of the log ended."""

    SETTLED = "settled", _("Settled between the two")
    ADVISED = "advised", _("Advice was given")
    UNSETTLED = "unsettled", _("Not settled")


class LogEntry(models.Model):
    """What a station received and dealt with itself. It names nobody who came."""

    uid = models.UUIDField(unique=True, default=uuid7)
    station = models.ForeignKey(Station, models.PROTECT, related_name="log", db_index=False)
    area = models.CharField(max_length=16, db_collation=AREA)
    day = models.DateField(_("received on"))
    what = models.CharField(_("what it was about"), max_length=300)
    ended = models.CharField(_("how it ended"), max_length=10, choices=LogEnd)
    amount = models.DecimalField(_("recovered"), max_digits=14, decimal_places=2, null=True)
    made_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["station", "-day", "-id"], name="station_log_newest"),
            models.Index(fields=["area", "-id"], name="station_log_area"),
        ]


class Rating(models.Model):
    """A year's rating: what was counted, what the formula made of it, and what the head decided."""

    station = models.ForeignKey(Station, models.PROTECT, related_name="ratings", db_index=False)
    year = models.PositiveSmallIntegerField()
    counted = models.JSONField(help_text="[{part, have, of, weight, points}]")
    score = models.DecimalField(max_digits=5, decimal_places=1)
    computed = models.CharField(max_length=1, choices=YearGrade)
    grade = models.CharField(max_length=1, choices=YearGrade)
    why = models.CharField(max_length=300, blank=True, help_text="why the head decided otherwise")
    by = models.ForeignKey("accounts.Person", models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["station", "year"], name="station_rating_once")]


class StationDispute(models.Model):
    """A complaint (its parent) that lies with a station. It holds what the station needs, and no more."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="station_dispute")
    of = models.ForeignKey(Matter, models.PROTECT, related_name="station_disputes", help_text="the matter's parent")
    station = models.ForeignKey(Station, models.PROTECT, related_name="disputes", db_index=False)
    of_number = models.CharField(_("number of the complaint"), max_length=60, blank=True)
    summary = EncryptedText()
    request = models.CharField(_("what is asked for"), max_length=300, blank=True)
    person = EncryptedText(null=True)
    phone = EncryptedText(null=True)
    answer_by = models.DateField(_("to be settled by"), null=True)
    opened_phone = models.DateTimeField(_("telephone opened"), null=True)
    contacted_at = models.DateTimeField(_("the consumer was reached"), null=True)
    done = models.TextField(_("what was done"), blank=True)
    recovered = models.DecimalField(_("recovered"), max_digits=14, decimal_places=2, null=True)
    in_time = models.BooleanField(_("dealt with in time"), null=True)
    confirmed = models.BooleanField(_("the consumer confirms it"), null=True)
    why = models.CharField(_("why it was not settled or went back"), max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["station", "-matter"], name="station_dispute_newest")]
