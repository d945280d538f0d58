"""Cards for doors: what was printed, for which code, and codes that no longer count."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.ids import uuid7
from zhijian.kernel.registry.models.files import Premises


class CardRun(models.Model):
    """One PDF of cards: for which part of the register, by whom and when. The row stays when its file is swept."""

    class State(models.TextChoices):
        WAITING = "waiting", _("being made")
        DONE = "done", _("made")
        FAILED = "failed", _("could not be made")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    area = models.CharField(max_length=16, db_collation="C")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    by_name = models.CharField(max_length=80)
    chosen = models.JSONField(default=dict)  # the filters of the list: trade, q, printed
    places = models.JSONField()  # keys of the premises in the order of the street
    per_page = models.PositiveSmallIntegerField(default=12)
    origin = models.CharField(max_length=200)  # what the codes lead to: https://…
    done = models.PositiveIntegerField(default=0)
    pages = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    path = models.CharField(max_length=120, blank=True, default="")  # in the storage; swept after some days
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("cards that were printed")
        verbose_name_plural = _("cards that were printed")
        indexes = [
            models.Index(fields=["area", "-id"], name="card_run_area"),
            models.Index(fields=["at"], condition=~models.Q(path=""), name="card_run_kept"),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.at:%Y-%m-%d}"


class Card(models.Model):
    """One card that was made. Outside row security like the register: the office that a shop moves to must know too."""

    premises = models.ForeignKey(Premises, models.PROTECT, related_name="cards", db_index=False)
    run = models.ForeignKey(CardRun, models.PROTECT, related_name="cards", db_constraint=False)
    code = models.CharField(max_length=10, db_collation="C")
    n = models.PositiveIntegerField()  # its place in the run, from 1
    at = models.DateTimeField()
    by_name = models.CharField(max_length=80)

    class Meta:
        indexes = [models.Index(fields=["premises", "code", "-id"], name="card_of_code")]

    def __str__(self) -> str:
        return self.code


class RetiredCode(models.Model):
    """A code that was replaced: whoever scans it is told so, and it never comes back. Rows are only added."""

    class Reason(models.TextChoices):
        LOST = "lost", _("the card is lost")
        DEFACED = "defaced", _("the card can't be read any more")
        MISUSED = "misused", _("the card hangs where it does not belong")

    code = models.CharField(max_length=10, unique=True, db_collation="C")
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="retired_codes")
    reason = models.CharField(max_length=8, choices=Reason)
    at = models.DateTimeField(auto_now_add=True)
    by_name = models.CharField(max_length=80)

    def __str__(self) -> str:
        return self.code
