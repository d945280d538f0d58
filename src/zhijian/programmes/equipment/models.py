"""Records of special equipment: the piece itself, the order about it, the call from a lift, and maintenance visits.

A piece is a matter that lasts as long as the piece (docs/decisions/0028): in use, out of use, scrapped or struck off
are its states; due and overdue are told by its clock.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.door import new_door_code
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.equipment.periods import Piece


class Group(models.TextChoices):
    """The first character of a category (TSG catalogue): what the eye looks for.

    Piping components (7) and safety devices (F) stand in the catalogue, too, but are not registered piece by piece.
    """

    BOILER = "1", _("Boilers")
    VESSEL = "2", _("Pressure vessels")
    LIFT = "3", _("Lifts and escalators")
    CRANE = "4", _("Cranes")
    VEHICLE = "5", _("Works vehicles")
    RIDE = "6", _("Amusement rides")
    PIPE = "8", _("Pressure piping")
    ROPEWAY = "9", _("Ropeways")


class What(models.TextChoices):
    """What is due."""

    INSPECTION = "inspection", _("inspection")
    TESTING = "testing", _("testing")


class Conclusion(models.TextChoices):
    """What an inspection found."""

    PASSED = "passed", _("passed")
    CONDITIONAL = "conditional", _("passed after repair")
    FAILED = "failed", _("did not pass")


class Equipment(models.Model):
    """A piece of special equipment, as it is registered (使用登记) and as it was last inspected."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="equipment")
    code = models.CharField(_("equipment code"), max_length=40, unique=True, db_collation="C")
    door_code = models.CharField(
        _("code on the equipment"), max_length=10, unique=True, default=new_door_code, db_collation="C"
    )
    category = models.CharField(_("category"), max_length=4, db_collation="C")
    group = models.CharField(_("kind of equipment"), max_length=1, choices=Group)
    name = models.CharField(_("product"), max_length=120, blank=True)
    model = models.CharField(_("model"), max_length=80, blank=True)
    serial = models.CharField(_("serial number"), max_length=80, blank=True)
    inner_no = models.CharField(_("number at the user's"), max_length=40, blank=True)
    certificate = models.CharField(_("registration certificate"), max_length=60, blank=True, db_collation="C")
    registered_with = models.CharField(_("registered with"), max_length=120, blank=True)
    place = models.CharField(_("where it stands"), max_length=300, blank=True)
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    grade = models.CharField(_("safety grade"), max_length=4, blank=True)
    maker = models.CharField(_("maker"), max_length=120, blank=True)
    installer = models.CharField(_("installer"), max_length=120, blank=True)
    maintainer = models.ForeignKey(
        Entity, models.PROTECT, null=True, related_name="maintained", verbose_name=_("maintenance firm")
    )
    body = models.CharField(_("inspection body"), max_length=120, blank=True)
    made_on = models.DateField(_("made on"), null=True)
    in_use_since = models.DateField(_("taken into use on"), null=True)
    supervised_on = models.DateField(_("first inspection after installation"), null=True)
    base_month = models.PositiveSmallIntegerField(null=True, help_text="of a lift that was idle: the month that counts")
    inspected_on = models.DateField(_("last inspection"), null=True)
    tested_on = models.DateField(_("last testing"), null=True)
    failed_on = models.DateField(_("did not pass on"), null=True, help_text="until it passes: it must not run")
    failed_what = models.CharField(_("what it did not pass"), max_length=10, choices=What, blank=True)
    failed_report = models.CharField(_("report of it"), max_length=60, blank=True)
    conclusion = models.CharField(_("conclusion"), max_length=12, choices=Conclusion, blank=True)
    report_no = models.CharField(_("report"), max_length=60, blank=True)
    told_next = models.DateField(_("next inspection as reported"), null=True)
    next_on = models.DateField(_("due on"), null=True, help_text="kept by the rules of periods; also the clock's day")
    next_what = models.CharField(_("due for"), max_length=10, choices=What, blank=True)
    next_rule = models.CharField(max_length=60, blank=True)
    reminded = models.PositiveSmallIntegerField(default=0, help_text="days before `next_on` of the last reminder")
    idle_since = models.DateField(_("out of use since"), null=True)
    maintained_on = models.DateField(_("last maintenance"), null=True)
    maintain_by = models.DateField(_("next maintenance"), null=True)
    source = models.CharField(max_length=40, blank=True, help_text="namespace of the table that it was taken from")

    class Meta:
        indexes = [
            models.Index(fields=["maintainer", "maintain_by"], name="equipment_maintain"),
            models.Index(fields=["next_on", "reminded"], name="equipment_next"),
        ]

    @property
    def piece(self) -> Piece:
        """What its due day depends on."""
        return Piece(
            self.category, self.grade, self.in_use_since, self.supervised_on, self.base_month, self.inspected_on,
            self.tested_on, self.told_next, self.failed_on, self.failed_what,
        )  # fmt: skip

    @property
    def is_lift(self) -> bool:
        return self.group == Group.LIFT


class Order(models.Model):
    """An order about equipment (特种设备安全监察指令书), until it was looked at again."""

    class Ground(models.TextChoices):
        UNINSPECTED = "uninspected", _("runs although its inspection is overdue")
        HAZARD = "hazard", _("a hazard was found")

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="equipment_order")
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="orders")
    ground = models.CharField(_("ground"), max_length=12, choices=Ground)
    problem = models.TextField(_("what was found"))
    required = models.TextField(_("what must be done"))
    stop = models.BooleanField(_("stop at once"), default=False)
    deadline = models.DateField(_("deadline"))
    answer = models.TextField(_("what the user reported"), blank=True)
    note = models.TextField(_("what was seen at the re-check"), blank=True)


class LiftCall(models.Model):
    """Somebody who is trapped in a lift, or reports a fault: a matter of the firm that keeps it running."""

    class Kind(models.TextChoices):
        TRAPPED = "trapped", _("People are trapped")
        FAULT = "fault", _("Fault")

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="lift_call")
    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="calls")
    what = models.CharField(_("what happened"), max_length=8, choices=Kind)
    people = models.PositiveSmallIntegerField(_("people inside"), null=True)
    injured = models.BooleanField(_("somebody is hurt or unwell"), default=False)
    words = models.TextField(_("in the caller's words"), blank=True)
    taken = models.DateTimeField(_("on the way since"), null=True)
    arrived = models.DateTimeField(_("at the lift since"), null=True)
    settled = models.DateTimeField(_("settled at"), null=True)
    in_time = models.BooleanField(_("at the lift in time"), null=True)
    cause = models.TextField(_("cause of it"), blank=True)


class Maintenance(models.Model):
    """A visit of the maintenance firm to a lift, with time and place; what is doubtful is kept and looked at."""

    class Work(models.TextChoices):
        HALF_MONTH = "half_month", _("half-monthly")
        QUARTER = "quarter", _("quarterly")
        HALF_YEAR = "half_year", _("half-yearly")
        YEAR = "year", _("yearly")
        REPAIR = "repair", _("repair")

    class Finding(models.TextChoices):
        MADE = "made", _("took place")
        NOT_MADE = "not_made", _("did not take place")

    equipment = models.ForeignKey(Equipment, models.PROTECT, related_name="maintenance")
    area = models.CharField(max_length=16, db_collation="C")
    firm = models.ForeignKey(Entity, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    work = models.CharField(max_length=12, choices=Work)
    note = models.CharField(max_length=400, blank=True)
    lat = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    lon = models.DecimalField(max_digits=9, decimal_places=6, null=True)
    metres = models.PositiveIntegerField(null=True, help_text="from the lift, where both places are known")
    doubt = models.CharField(max_length=10, blank=True, help_text="far, nowhere, unplaced; empty: none")
    finding = models.CharField(
        _("what was found"), max_length=8, choices=Finding, blank=True, help_text="of a doubt; empty: nobody looked yet"
    )
    gap = models.PositiveSmallIntegerField(null=True, help_text="days since the visit before")
    in_time = models.BooleanField(null=True, help_text="by the day that the rule set; null where none was known")

    class Meta:
        indexes = [
            models.Index(fields=["equipment", "-at"], name="maintenance_newest"),
            models.Index(fields=["firm", "-at"], name="maintenance_firm"),
        ]

    @property
    def doubt_said(self) -> str:
        """What is doubtful about it, in a word or two; empty where nothing is."""
        said = {
            "far": gettext("%(n)s m away") % {"n": self.metres},
            "nowhere": gettext("no position"),
            "unplaced": gettext("place of the lift not known"),
        }
        return said.get(self.doubt, self.doubt)
