"""What becomes of files: corrections proposed, departures, merges and splits, the history, the map's cells."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.ids import uuid7
from zhijian.kernel.registry.fields import TransactionIdField
from zhijian.kernel.registry.models.files import Entity, Licence, Premises


class What(models.TextChoices):
    """What of a place's entry is proposed to be changed."""

    PHONE = "phone", _("business phone")
    CONTACT = "contact", _("contact")
    SIGN = "sign", _("sign over the door")
    PIN = "pin", _("place on the map")
    ADDRESS = "address", _("address")
    STATUS = "status", _("whether it is open")
    NUMBER = "number", _("telephone of the enterprise")


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", _("to be decided")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


class Proposal(models.Model):
    """A correction of the register that somebody proposes from the field; the desk decides with one key.

    `old` is the value as the phone knew it, `new` the proposed one, both as JSON and sealed: a contact's number is
    personal. `record` is the phone's record that it came with, once for each thing that it proposes. What is of the
    enterprise itself (its telephone) has no premises.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    premises = models.ForeignKey(
        Premises, models.PROTECT, null=True, related_name="proposals", verbose_name=_("premises")
    )
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="proposals", verbose_name=_("entity"))
    area = models.CharField(_("area"), max_length=16, db_collation="C")
    what = models.CharField(max_length=8, choices=What)
    old = EncryptedText()
    new = EncryptedText()
    note = models.CharField(max_length=300, blank=True, default="")
    record = models.UUIDField()
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="proposals")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=ProposalState, default=ProposalState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        verbose_name = _("proposal of a correction")
        verbose_name_plural = _("proposals of corrections")
        constraints = [models.UniqueConstraint(fields=["record", "what"], name="proposal_once")]
        indexes = [models.Index(fields=["area", "id"], name="proposal_open", condition=Q(state="open"))]

    @property
    def name(self) -> str:
        """Whom it is about."""
        return self.premises.name if self.premises is not None else self.entity.name

    def __str__(self) -> str:
        return f"{self.name}: {self.get_what_display()}"  # type: ignore[attr-defined]


class Departure(models.Model):
    """Premises that left an area (moved, closed, deleted): what an incremental sync tells the phones of that area.

    Written by a trigger; an area's phone that had the premises drops them.
    """

    premises_uid = models.UUIDField()
    area = models.CharField(max_length=16, db_collation="C")
    changed = TransactionIdField()

    class Meta:
        indexes = [models.Index(fields=["changed", "id"], name="departure_changed")]


class MapCell(models.Model):
    """How many open premises of an area and a trade stand in one cell of the map, see `patch`. Made anew by a job."""

    area = models.CharField(max_length=16, db_collation="C")
    trade = models.CharField(max_length=24, blank=True, db_collation="C")
    level = models.SmallIntegerField()  # 0: the fine cells, 1: the coarse ones, see `patch.CELLS`
    x = models.IntegerField()  # of the cell, counted from -180 degrees
    y = models.IntegerField()  # from -90 degrees
    n = models.IntegerField()
    lat = models.FloatField()  # where its premises stand on the average
    lon = models.FloatField()

    class Meta:
        indexes = [models.Index(fields=["level", "y", "x"], name="mapcell_place")]


class EntityJoin(models.Model):
    """Two files that were made one (merge), or one that was made two (split): what went over, so that it can go back.

    `moved` is a list of {"link": "app.Model.field", "from": …, "to": …, "ids": […]}, in the order in which it was done.
    """

    class Kind(models.TextChoices):
        MERGE = "merge", _("merged")
        SPLIT = "split", _("split")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=5, choices=Kind)
    kept = models.ForeignKey(Entity, models.PROTECT, related_name="+")  # whose file it was, or became
    other = models.ForeignKey(Entity, models.PROTECT, related_name="+")  # the merged one; the one that was split off
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    moved = models.JSONField(default=list)
    left = models.JSONField(default=dict)  # link → how many stayed, since the other file has the same already
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=80, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=80, blank=True)

    class Meta:
        verbose_name = _("merge or split")
        verbose_name_plural = _("merges and splits")
        ordering = ["-id"]


class RegistrationChange(models.Model):
    """One value of the register that changed: what, from what to what, by which row of which file.

    Written by triggers (migrations 0006, 0017) for whoever writes the register; never changed. Of a name, `fold` and
    `grams` are those of the old one: search finds it by them.
    """

    class What(models.TextChoices):
        NAME = "name", _("name")
        CODE = "code", _("code")
        REPRESENTATIVE = "representative", _("representative")
        ADDRESS = "address", _("address")
        STATUS = "status", _("status")
        SIGN = "sign", _("sign over the door")
        PLACE_ADDRESS = "place_address", _("address of the place")
        SCOPE = "scope", _("licensed scope")
        LICENCE_STATUS = "licence_status", _("status of the licence")
        VALID_UNTIL = "valid_until", _("valid until")
        # Of imports alone; numbers and contacts masked.
        NUMBER = "number", _("telephone of the enterprise")
        AREA = "area", _("area")
        KIND = "kind", _("kind")
        INDUSTRY = "industry", _("industry")
        ESTABLISHED = "established", _("established")
        ENDED = "ended", _("ended")
        PHONE = "phone", _("business phone")
        CONTACT = "contact", _("contact")
        PLACE_AREA = "place_area", _("area of the place")
        PLACE_STATUS = "place_status", _("whether it is open")
        TRADE = "trade", _("trade")
        RISK = "risk", _("risk grade")
        PIN = "pin", _("place on the map")
        VALID_FROM = "valid_from", _("valid from")
        ISSUED_BY = "issued_by", _("issued by")

    entity = models.ForeignKey(Entity, models.PROTECT, related_name="+", db_index=False)
    premises = models.ForeignKey(Premises, models.PROTECT, null=True, related_name="+")
    licence = models.ForeignKey(Licence, models.PROTECT, null=True, related_name="+")
    what = models.CharField(max_length=16, choices=What)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    fold = models.CharField(max_length=200, blank=True, default="", db_collation="C")
    grams = ArrayField(models.IntegerField(), null=True)
    day = models.DateField(null=True)  # the import's own; empty where a person wrote it
    run = models.ForeignKey("ImportRun", models.PROTECT, null=True, related_name="changes")
    line = models.BigIntegerField(null=True)  # row of the file
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of registration")
        verbose_name_plural = _("changes of registration")
        indexes = [
            models.Index(fields=["entity", "-id"], name="change_entity"),
            models.Index(fields=["fold"], name="change_fold", condition=~Q(fold="")),
            GinIndex(fields=["grams"], name="change_grams", condition=Q(grams__isnull=False)),
        ]


class Mention(models.Model):
    """Something outside the register that phones show of a place is new (its last visit): the place goes to them again.

    Written by triggers of those who know it. A row of its own, so that nobody waits for an import that holds the place.
    """

    premises = models.ForeignKey(Premises, models.CASCADE, related_name="+")
    changed = TransactionIdField()

    class Meta:
        indexes = [models.Index(fields=["changed", "id"], name="mention_changed")]
