"""The record of a penalty that was decided on the spot."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.words import listed
from zhijian.programmes.spot_penalty import law, rules


def money(*args: Any, **more: Any) -> Any:
    """An amount in yuan."""
    return models.DecimalField(*args, max_digits=14, decimal_places=2, **more)


class SpotPenalty(models.Model):
    """A decision made at a visit: what was done and punished, what was heard, and what became of the money."""

    class Side(models.TextChoices):
        CITIZEN = "citizen", _("Citizen")
        ENTITY = "entity", _("Legal person or other organisation")

    class Heard(models.TextChoices):
        NONE = "none", _("Nothing was stated")
        ADOPTED = "adopted", _("Adopted")
        DECLINED = "declined", _("Not adopted")

    class Payment(models.TextChoices):
        NONE = "none", _("Nothing to pay")
        BANK = "bank", _("At the bank")
        CASH = "cash", _("Collected on the spot")

    class Ground(models.TextChoices):
        SMALL = "small", _("The fine is small")
        HARD = "hard", _("Hard to collect later")
        REMOTE = "remote", _("Remote place, at the party's wish")

    matter = models.OneToOneField(Matter, models.PROTECT, primary_key=True, related_name="spot_penalty")
    item = models.CharField(_("item"), max_length=20, blank=True, help_text="of the visit, where the act was found")
    found = models.TextField(_("facts"))
    violated = models.CharField(_("violated"), max_length=300, blank=True)
    basis = models.CharField(_("basis of the penalty"), max_length=300, blank=True)
    warning = models.BooleanField(_("warning"), default=False)
    fine = money(_("fine"), default=0, help_text="0: none")
    side = models.CharField(_("limit of"), max_length=8, choices=Side, help_text="whose limit held on that day")
    most = money(null=True, help_text="that limit; empty where the place had none")
    told = models.BooleanField(default=False, help_text="reasons, facts, basis and rights were told beforehand")
    statement = models.TextField(_("statement of the party"), blank=True)
    heard = models.CharField(max_length=8, choices=Heard, default=Heard.NONE)
    answer = models.TextField(blank=True, help_text="what was said to the statement")
    payment = models.CharField(_("payment"), max_length=5, choices=Payment, default=Payment.NONE)
    cash_ground = models.CharField(max_length=12, choices=Ground, blank=True)
    pay_at = models.CharField(max_length=300, blank=True, help_text="where, as the decision says")
    officers = models.JSONField(default=list, help_text="[{name, certificate_no}] who decided")
    record_id = models.UUIDField(unique=True, help_text="the phone's record")
    record_digest = models.CharField(max_length=64)
    served_on = models.DateField(_("served on"), null=True)
    pay_by = models.DateField(_("pay by"), null=True, help_text="the last day for the bank, from the day of service")
    paid_on = models.DateField(_("paid on"), null=True)
    receipt = models.CharField(_("number of the receipt"), max_length=60, blank=True)
    additional = money(_("additional fine paid"), default=0)
    rest_on = models.DateField(_("rest paid on"), null=True, help_text="of what had been added, where it came later")
    rest_receipt = models.CharField(_("number of the rest’s receipt"), max_length=60, blank=True)
    waived = money(_("additional fine waived"), default=0)
    waived_why = models.TextField(_("why it was waived"), blank=True)
    handed_on = models.DateField(_("handed in on"), null=True)
    voucher = models.CharField(_("number of the voucher"), max_length=60, blank=True)
    filed_on = models.DateField(_("filed on"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    pauses = models.JSONField(default=list, help_text="[{since, until, what}] of reviews and law suits")
    reason = models.TextField(_("reason"), blank=True, help_text="why it was withdrawn")
    withdrawn_on = models.DateField(null=True)
    refund = money(_("to be refunded"), default=0)
    refunded_on = models.DateField(_("refunded on"), null=True)
    refund_receipt = models.CharField(_("number of the refund’s receipt"), max_length=60, blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(fine__gte=0), name="spot_penalty_fine")]

    @property
    def officer_names(self) -> str:
        return listed(one["name"] for one in self.officers)

    @property
    def rests(self) -> list[tuple[dt.date, dt.date | None]]:
        """From when to when a review or a law suit ran; None: it still does."""
        day = dt.date.fromisoformat
        return [(day(one["since"]), day(one["until"]) if one.get("until") else None) for one in self.pauses]

    @property
    def under_review(self) -> bool:
        return bool(self.pauses) and not self.pauses[-1].get("until")

    @property
    def money_open(self) -> bool:
        """Whether the fine is neither paid at the bank nor handed in."""
        return self.fine > 0 and self.paid_on is None and self.handed_on is None

    def additional_on(self, day: dt.date) -> Decimal:
        """The additional fine as it stands on a day: computed, never stored; it grows no more once the fine is paid."""
        if self.pay_by is None or self.fine <= 0:
            return Decimal(0)
        until = min(day, self.paid_on) if self.paid_on is not None else day
        late = law.days_late(self.pay_by, until, self.rests)
        return law.additional(self.fine, rules.percent(calendar.legal_day(self.matter.opened)), late)

    @property
    def added_today(self) -> Decimal:
        """What is to be paid beside the fine by whoever pays today."""
        return self.additional_on(calendar.today())

    @property
    def rest(self) -> Decimal:
        """What had been added when the fine was paid and is neither paid nor waived since: it stays owed."""
        if self.paid_on is None or self.reason:
            return Decimal(0)
        return max(Decimal(0), self.additional_on(self.paid_on) - self.additional - self.waived)

    @property
    def rest_words(self) -> str:
        """The same as a sentence, for whoever books or waives it."""
        told = {"rest": law.yuan(self.rest), "day": self.paid_on}
        return gettext("¥%(rest)s of what was added by %(day)s is still owed.") % told if self.rest else ""

    @property
    def refund_owed(self) -> bool:
        """Whether something is owed back that the party has not got yet."""
        return self.refund > 0 and self.refunded_on is None

    @property
    def settled(self) -> Decimal:
        """What the party has paid by now, wherever it lies."""
        paid = self.paid_on is not None or self.payment == self.Payment.CASH
        return Decimal(self.fine + self.additional) if paid else Decimal(0)
