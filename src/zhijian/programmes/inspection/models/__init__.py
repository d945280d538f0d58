"""The records of inspections: the checklist in its version, the visit, its answers, and what follows from them."""

from __future__ import annotations

import datetime as dt
from functools import cached_property

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection import classes, rules
from zhijian.programmes.inspection.amending.models import EarlierVersion
from zhijian.programmes.inspection.classes import DrawnClass, Hindered, Result
from zhijian.programmes.inspection.draw.models import Draw, DrawnPlace, DrawPool, Recusal
from zhijian.programmes.inspection.fair.models import KeptApart, PlanLine, PlanPlace, PublishedPlan, YearPlan
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models.lists import Checklist, ListReach, ListRule
from zhijian.programmes.inspection.onsite.models import SeenProduct, UsualTime, VisitQuestion

__all__ = [
    "Checklist", "Draw", "DrawPool", "DrawnPlace", "EarlierVersion", "Hindered", "KeptApart", "ListReach", "ListRule",
    "PlanLine", "PlanPlace", "PublishedPlan", "Recusal", "Result", "SeenProduct", "UsualTime", "VisitQuestion",
    "YearPlan",
]  # fmt: skip


class Purpose(models.TextChoices):
    """Kinds of visits. What each may and must is data: the rules `inspection.kind_…`, read by `kinds`."""

    ROUTINE = "routine", _("Routine")
    SPECIAL = "special", _("Special")
    RECHECK = "recheck", _("Re-check")
    RANDOM = "random", _("Double-random")
    FLIGHT = "flight", _("Unannounced (flight)")
    COMPLAINT = "complaint", _("Complaint or clue")


class Outside(models.TextChoices):
    """The ground on which a visit stands outside the yearly cap: each with its rule `inspection.exception_…`.

    A visit's kind says which of them it may name, and which it names by itself.
    """

    COMPLAINT = "complaint", _("Complaint or report")
    CLUE = "clue", _("Clue passed on, or found in data")
    ACCIDENT = "accident", _("Accident or emergency")
    FOLLOW_UP = "follow_up", _("Looking again at what was ordered")
    CAMPAIGN = "campaign", _("Campaign ordered by the superiors")
    KEY_ITEM = "key_item", _("Key supervision ordered by law")


class Measure(models.TextChoices):
    """What a failed item leads to (Order 49, articles 32 and 33)."""

    INVESTIGATE = "investigate", _("Investigation proposed")
    RECTIFY = "rectify", _("To be put right")
    CORRECTED = "corrected", _("Corrected on the spot")


class Inspection(models.Model):
    """A visit: planned or started by the scan, recorded on the phone."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="inspection")
    purpose = models.CharField(_("Purpose"), max_length=10, choices=Purpose.choices, default=Purpose.ROUTINE)
    checklist = models.ForeignKey(
        Checklist, models.PROTECT, null=True, related_name="inspections",
        help_text="the list that was asked for; without one, all that are for the place",
    )  # fmt: skip
    outside = models.CharField(
        _("Outside the yearly cap"), max_length=10, choices=Outside.choices, blank=True,
        help_text="the exception that was named; empty: it counts",
    )  # fmt: skip
    outside_reason = models.CharField(max_length=300, blank=True, help_text="what calls for it, without names")
    line = models.ForeignKey(
        "inspection.PlanLine", models.PROTECT, null=True, related_name="inspections",
        help_text="of the year's plan; none: it stands in no plan",
    )  # fmt: skip
    planned_for = models.DateField(null=True)
    started = models.DateTimeField(null=True)
    ended = models.DateTimeField(null=True)
    clock_ahead = models.DurationField(
        null=True, help_text="error of the phone's clock; started and ended are put right by it"
    )
    minutes = models.PositiveSmallIntegerField(
        null=True, help_text="on site, from the begin to the last signature without the pauses; null: not measured"
    )
    minutes_paused = models.PositiveSmallIntegerField(default=0, help_text="in which nothing was written down")
    result = models.CharField(max_length=20, choices=Result.choices, blank=True)
    items_checked = models.PositiveSmallIntegerField(default=0)
    failed = models.PositiveSmallIntegerField(default=0)
    failed_key = models.PositiveSmallIntegerField(default=0)
    officers = models.JSONField(default=list, help_text="[{name, certificate_no}]: who was there, as the record says")
    present_name = models.CharField(max_length=80, blank=True)
    present_role = models.CharField(max_length=80, blank=True)
    refused = models.BooleanField(default=False)
    refused_reason = models.TextField(blank=True, help_text="why the person in charge would not sign")
    witness = models.CharField(max_length=80, blank=True, help_text="who signed for the refusal")
    no_witness = models.CharField(max_length=200, blank=True, help_text="why nobody did")
    hindered = models.CharField(
        max_length=12, choices=Hindered.choices, blank=True, help_text="why it could not be made; empty once it was"
    )
    findings = models.TextField(blank=True)
    statement = models.TextField(blank=True)
    record_id = models.UUIDField(null=True, unique=True, help_text="the phone's record that it was made from")
    record_digest = models.CharField(max_length=64, blank=True)
    check_code = models.CharField(
        _("inspection code"), max_length=40, blank=True, help_text="the superiors' platform's"
    )
    scanned = models.DateTimeField(null=True, help_text="when our own code was last scanned, once a day")
    twice_of = models.ForeignKey(
        Matter, models.PROTECT, null=True, related_name="recorded_again", db_index=False,
        help_text="the visit of which it is one more record; it is no visit of its own",
    )  # fmt: skip
    imported = models.JSONField(default=dict, help_text="columns of the source, for visits made before this platform")

    class Meta:
        # Films are matched to the visits of their hours, among all officers' visits of all years.
        # Hardly any visit was recorded twice: an index of all would be taken for a way to those that were not.
        indexes = [
            models.Index(fields=["ended"], name="inspection_ended"),
            models.Index(fields=["twice_of"], name="inspection_twice", condition=models.Q(twice_of__isnull=False)),
        ]

    @property
    def result_name(self) -> str:
        """The result as the place calls it; empty while there is none."""
        return Result(self.result).named if self.result else ""

    @property
    def on_paper(self) -> tuple[dt.datetime, dt.datetime] | None:
        """Begin and end as the phone's clock told them, where it was wrong: these stand on the papers."""
        if self.clock_ahead is None or self.started is None or self.ended is None:
            return None
        return self.started + self.clock_ahead, self.ended + self.clock_ahead

    @cached_property
    def sheet(self) -> Sheet:
        """What was asked: the lists that it went by, as one; before it was made, the list that is asked for."""
        gone = [one.checklist for one in self.lists.all()]  # type: ignore[attr-defined]
        return join([one.data for one in gone or ([self.checklist] if self.checklist else [])])


class WithChecklists(models.Manager["ByList"]):
    """Who asks for the lists of a visit wants to know what stands in them."""

    def get_queryset(self) -> models.QuerySet[ByList]:
        return super().get_queryset().select_related("checklist")


class ByList(models.Model):
    """What a visit came to by one of the lists that it went by."""

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="lists")
    checklist = models.ForeignKey(Checklist, models.PROTECT, related_name="visits")
    place = models.PositiveSmallIntegerField(default=0, help_text="its place among the lists of the visit")
    result = models.CharField(max_length=20, choices=Result.choices, blank=True)
    items_checked = models.PositiveSmallIntegerField(default=0)
    failed = models.PositiveSmallIntegerField(default=0)
    failed_key = models.PositiveSmallIntegerField(default=0)
    objects = WithChecklists()

    @property
    def result_name(self) -> str:
        """The result as the place calls it."""
        return Result(self.result).named if self.result else ""

    class Meta:
        ordering = ["place"]
        constraints = [models.UniqueConstraint(fields=["inspection", "checklist"], name="by_list_once")]


class Attempt(models.Model):
    """One time that the officers stood at the door and could not inspect."""

    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="attempts")
    kind = models.CharField(max_length=12, choices=Hindered.choices)
    at = models.DateTimeField()
    note = models.TextField(blank=True)
    again = models.DateField(null=True, help_text="the day that the officer gave")
    address = models.CharField(max_length=300, blank=True, help_text="where it is said to have moved to")
    refused_reason = models.TextField(blank=True, help_text="why its record bears no signature of the other side")
    witness = models.CharField(max_length=80, blank=True, help_text="who signed for that")
    no_witness = models.CharField(max_length=200, blank=True, help_text="why nobody did")
    record_id = models.UUIDField(unique=True, help_text="the phone's record")
    record_digest = models.CharField(max_length=64)


class Unreachable(models.Model):
    """An enterprise that is not to be found at its registered address, on the way to the list of abnormal operations.

    What the credit programme takes over: how often it was sought, the letters that came back, and the proposal.
    """

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="unreachable")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="searches")
    address = models.CharField(max_length=300, blank=True, help_text="the registered address at which it was sought")
    sought = models.PositiveSmallIntegerField(default=1, help_text="visits that found nobody")
    letters = models.PositiveSmallIntegerField(default=0, help_text="letters that came back unsigned")
    sent_on = models.DateField(_("sent on"), null=True)
    returned_on = models.DateField(_("came back on"), null=True)
    reason = models.TextField(_("reason"), blank=True)


class Answer(models.Model):
    """What was found at one item of the checklist."""

    class Value(models.TextChoices):
        YES = "yes", _("Complies")
        NO = "no", _("Does not comply")
        NA = "na", _("Not applicable")

    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="answers")
    item = models.CharField(max_length=20)
    key = models.BooleanField(default=False)
    answer = models.CharField(max_length=3, choices=Value.choices)
    by_section = models.BooleanField(default=False, help_text='answered by "the rest of this section complies"')
    at = models.DateTimeField()
    value = models.CharField(max_length=200, blank=True)
    unit = models.CharField(max_length=12, blank=True)
    note = models.TextField(blank=True)
    safety = models.BooleanField(default=False)
    measure = models.CharField(max_length=12, choices=Measure.choices, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inspection", "item"], name="answer_once")]


class Rectification(models.Model):
    """One failed item that the enterprise must put right by a day."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="rectification")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="rectifications")
    item = models.CharField(max_length=20)
    found = models.TextField(help_text="what was found")
    required = models.TextField(help_text="what must be done")
    deadline = models.DateField()
    answer = models.TextField(blank=True)
    answered = models.DateTimeField(null=True)
    answered_by = models.CharField(
        max_length=80, blank=True, help_text="who entered it: the enterprise, or staff for it"
    )
    asked_until = models.DateField(null=True)
    asked_reason = models.TextField(blank=True)
    extended = models.PositiveSmallIntegerField(default=0)
    returned = models.PositiveSmallIntegerField(default=0)
    return_reason = models.TextField(blank=True)
    on_site = models.BooleanField(default=False)
    review_note = models.TextField(blank=True)
    dropped = models.TextField(blank=True, help_text="why it cannot be put right any more")

    @property
    def extension(self) -> tuple[dt.date, dt.date | None]:
        """The first and the last day to which it may be put off; None where the place sets no bound."""
        first = max(self.deadline + dt.timedelta(days=1), calendar.today())
        return first, rules.latest_extension(self.deadline)

    @property
    def another_time(self) -> tuple[dt.date, dt.date | None]:
        """The first and the last day that may be set when it is sent back: from now on, as at the visit itself."""
        longest = rules.latest_deadline(when.now())
        return max(self.deadline, calendar.today()), max(longest, self.deadline) if longest else None


class Lead(models.Model):
    """A proposal to investigate, from failed key items; the head opens a case or says why not."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="lead")
    inspection = models.ForeignKey(Inspection, models.PROTECT, related_name="leads")
    items = models.JSONField(default=list)
    found = models.TextField()
    basis = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)


class Publication(models.Model):
    """The duty to publish a result within 20 working days (Order 49, article 39)."""

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="publication")
    inspection = models.OneToOneField(Inspection, models.PROTECT, related_name="publication")
    drawn = models.CharField(
        _("Class of the double-random check"), max_length=20, choices=DrawnClass.choices, blank=True,
        help_text="proposed from the record, or chosen; empty for other kinds of visits",
    )  # fmt: skip
    drawn_reason = models.TextField(blank=True, help_text="why it was chosen; empty where it follows from the record")
    published_on = models.DateField(_("published on"), null=True)
    reason = models.TextField(_("reason"), blank=True)


class PublishedResult(models.Model):
    """What the public may see. A table of its own, outside row security: whatever stands here is public."""

    premises = models.ForeignKey("registry.Premises", models.PROTECT, related_name="published_results")
    matter_uid = models.UUIDField(unique=True)
    visited_on = models.DateField()
    published_on = models.DateField()
    result = models.CharField(
        max_length=20, choices=Result.choices, blank=True, help_text="empty for what ended at the door"
    )
    items_checked = models.PositiveSmallIntegerField(default=0)
    failed = models.PositiveSmallIntegerField(default=0)
    failed_key = models.PositiveSmallIntegerField(default=0)
    failed_items = models.JSONField(default=list, help_text="[{no, text}] of the items that failed")
    lists = models.JSONField(default=list, help_text="[{title, result}] of each list, where there were several")
    drawn = models.CharField(max_length=20, blank=True, help_text="class of a double-random visit (`DrawnClass`)")
    open_items = models.PositiveSmallIntegerField(
        default=0, help_text="still to be put right; kept by the rectifications"
    )
    put_right_on = models.DateField(null=True)
    amended_on = models.DateField(null=True, help_text="the record was amended after it was published")
    awaits = models.BooleanField(
        default=False, help_text="amended, and not published anew yet: it says what was before"
    )

    class Meta:
        indexes = [models.Index(fields=["premises", "-visited_on"], name="published_premises")]

    @property
    def by_list(self) -> list[tuple[str, str]]:
        """Title and result of each list, where the visit went by several."""
        return [(one["title"], Result(one["result"]).named) for one in self.lists]

    @property
    def drawn_name(self) -> str:
        """The class of a double-random check in words; empty for other kinds of visits."""
        return classes.name(self.drawn)

    @property
    def grave(self) -> bool:
        """Whether its class takes the smile away, whatever the lists came to."""
        return self.drawn in classes.GRAVE

    @property
    def result_name(self) -> str:
        """The result as the place calls it; empty for what ended at the door."""
        return Result(self.result).named if self.result else ""
