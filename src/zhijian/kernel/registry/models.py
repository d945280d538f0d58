"""Whom the bureau supervises: entities (市场主体), their premises (经营场所) and licences (许可证).

The register is public knowledge, so it stands outside row-level security (a policy would keep text search from its
index); lists are still filtered by the area of the viewer's post. `grams`, `fold`, `initials` and `name_key` are made
in Python from the name (see `text.py`) by `save()` and by the import; nothing else may write a name.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Reverse, Substr, Upper
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.ids import uuid7

from . import text
from .door import new_door_code
from .fields import TransactionIdField

# GB 32100 knows no I, O, S, Z in a code: who types one meant the digit. The part of a code by which `alike` finds.
MISREAD = ("OIZS -", "0125")
ORGANISATION = Substr(Func(Upper(F("code")), Value(MISREAD[0]), Value(MISREAD[1]), function="translate"), 9, 9)


class EntityStatus(models.TextChoices):
    """Registration status (登记状态); packs map their own codes to these."""

    ACTIVE = "active", _("in business")
    DORMANT = "dormant", _("dormant")
    REVOKED = "revoked", _("licence revoked, not deregistered")
    CLOSED = "closed", _("deregistered")
    MOVED = "moved", _("moved away")
    ANNULLED = "annulled", _("registration annulled")
    OTHER = "other", _("other")


class Entity(models.Model):
    """A company, household, co-operative…: known by (scheme, code) where a scheme exists, else by its source's key."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    scheme = models.CharField(_("code scheme"), max_length=12, blank=True, default="", db_collation="C")
    code = models.CharField(_("code"), max_length=40, blank=True, default="", db_collation="C")
    old_code = models.CharField(_("former number"), max_length=40, blank=True, default="", db_collation="C")
    source = models.CharField(_("source"), max_length=40, blank=True, default="", db_collation="C")
    source_key = models.CharField(_("key in the source"), max_length=80, blank=True, default="", db_collation="C")
    name = models.CharField(_("name"), max_length=200)
    fold = models.CharField(max_length=200, editable=False, default="", db_collation="C")  # the name as it is compared
    grams = ArrayField(models.IntegerField(), editable=False, default=list)  # bigrams: name, representative, address
    initials = models.CharField(max_length=200, editable=False, default="", db_collation="C")  # zbzdkyd
    name_key = models.CharField(max_length=40, editable=False, default="", db_collation="C")  # sorts by pinyin
    kind = models.CharField(_("kind"), max_length=12, blank=True, default="", db_collation="C")
    status = models.CharField(_("status"), max_length=10, choices=EntityStatus, default=EntityStatus.ACTIVE)
    representative = models.CharField(_("representative"), max_length=80, blank=True, default="")
    phone = models.CharField(_("business phone"), max_length=24, blank=True, default="", db_collation="C")
    address = models.CharField(_("address"), max_length=300, blank=True, default="")
    area = models.CharField(_("area"), max_length=16, blank=True, default="", db_collation="C")
    industry = models.CharField(_("industry"), max_length=12, blank=True, default="", db_collation="C")
    established = models.DateField(_("established"), null=True, blank=True)
    ended = models.DateField(_("ended"), null=True, blank=True)
    # A person has set the area (or the status) by hand: an import leaves it alone.
    pinned = models.BooleanField(_("area set by hand"), default=False)
    extra = models.JSONField(_("other columns of the source"), default=dict, blank=True)
    # The same enterprise under another row: its file is there. Always a row that stands itself, see `joining`.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=False, editable=False
    )

    class Meta:
        verbose_name = _("entity")
        verbose_name_plural = _("entities")
        constraints = [
            models.UniqueConstraint(fields=["scheme", "code"], condition=~Q(code=""), name="entity_code"),
            models.UniqueConstraint(fields=["source", "source_key"], condition=~Q(source_key=""), name="entity_source"),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="entity_grams"),
            GinIndex(fields=["initials"], opclasses=["gin_trgm_ops"], name="entity_initials"),
            models.Index(fields=["code"], name="entity_code_prefix"),
            models.Index(fields=["old_code"], name="entity_old_code", condition=~Q(old_code="")),
            models.Index(fields=["fold"], name="entity_fold"),
            models.Index(fields=["phone"], name="entity_phone", condition=~Q(phone="")),
            models.Index(Reverse("phone"), name="entity_phone_end", condition=~Q(phone="")),
            models.Index(fields=["area", "name_key", "id"], name="entity_area"),
            models.Index(fields=["name_key", "id"], name="entity_name_key"),
            models.Index(ORGANISATION, name="entity_organisation", condition=~Q(code="")),
            models.Index(fields=["merged_into"], name="entity_merged", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stands(self) -> Entity:
        """The row under which the enterprise is kept: itself, or the one that it was merged into."""
        return self.merged_into or self

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the search columns in step with name and representative."""
        made = text.search_columns(self.name, self.representative, self.address)
        self.fold, self.grams, self.initials, self.name_key = made
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "fold", "grams", "initials", "name_key"}
        super().save(*args, **kwargs)


class PremisesStatus(models.TextChoices):
    """Whether anybody trades there."""

    OPEN = "open", _("open")
    PAUSED = "paused", _("paused")
    CLOSED = "closed", _("closed")


class Premises(models.Model):
    """Where an entity trades: a place with a location and the code printed on its door (一店一码)."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="premises", verbose_name=_("entity"))
    source = models.CharField(_("source"), max_length=40, blank=True, default="", db_collation="C")
    source_key = models.CharField(_("key in the source"), max_length=80, blank=True, default="", db_collation="C")
    name = models.CharField(_("sign over the door"), max_length=200)
    fold = models.CharField(max_length=200, editable=False, default="", db_collation="C")
    grams = ArrayField(models.IntegerField(), editable=False, default=list)
    initials = models.CharField(max_length=200, editable=False, default="", db_collation="C")
    name_key = models.CharField(max_length=40, editable=False, default="", db_collation="C")
    address = models.CharField(_("address"), max_length=300, blank=True, default="")
    area = models.CharField(_("area"), max_length=16, blank=True, default="", db_collation="C")
    lat = models.DecimalField(_("latitude"), max_digits=9, decimal_places=6, null=True, blank=True)  # WGS-84, degrees
    lon = models.DecimalField(_("longitude"), max_digits=9, decimal_places=6, null=True, blank=True)
    door_code = models.CharField(_("door code"), max_length=10, unique=True, default=new_door_code, db_collation="C")
    trade = models.CharField(_("trade"), max_length=24, blank=True, default="", db_collation="C")
    status = models.CharField(_("status"), max_length=8, choices=PremisesStatus, default=PremisesStatus.OPEN)
    contact = models.CharField(_("contact"), max_length=80, blank=True, default="")
    phone = models.CharField(_("business phone"), max_length=24, blank=True, default="", db_collation="C")
    # The contact's own number: personal, sealed, shown by its mask.
    contact_phone = EncryptedText(_("contact's own number"), null=True, blank=True)
    risk = models.CharField(_("risk grade"), max_length=8, blank=True, default="", db_collation="C")
    pinned = models.BooleanField(_("area set by hand"), default=False)
    placed = models.BooleanField(_("enterprise set by hand"), default=False, db_default=False)  # imports leave it there
    extra = models.JSONField(_("other columns of the source"), default=dict, blank=True)
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=False, editable=False
    )
    changed = TransactionIdField()  # also when its entity or a licence changes; see migration 0002 and `changes.py`

    class Meta:
        verbose_name = _("premises")
        verbose_name_plural = _("premises")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_key"], condition=~Q(source_key=""), name="premises_source"
            ),
        ]
        indexes = [
            GinIndex(fields=["grams"], name="premises_grams"),
            GinIndex(fields=["initials"], opclasses=["gin_trgm_ops"], name="premises_initials"),
            models.Index(fields=["fold"], name="premises_fold"),
            models.Index(fields=["area", "trade", "name_key", "id"], name="premises_area"),
            models.Index(fields=["lat", "lon"], name="premises_place"),
            models.Index(fields=["changed", "id"], name="premises_changed"),
            models.Index(fields=["merged_into"], name="premises_merged", condition=Q(merged_into__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def stands(self) -> Premises:
        """The row under which the place is kept: itself, or the one that it was merged into."""
        return self.merged_into or self

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the search columns in step with the name."""
        self.fold, self.grams, self.initials, self.name_key = text.search_columns(self.name, self.contact, self.address)
        if kwargs.get("update_fields") is not None:
            kwargs["update_fields"] = {*kwargs["update_fields"], "fold", "grams", "initials", "name_key"}
        super().save(*args, **kwargs)


class LicenceStatus(models.TextChoices):
    """What became of a licence; `expired` is what the source says, the date itself is judged when it is read."""

    VALID = "valid", _("valid")
    EXPIRED = "expired", _("expired")
    CANCELLED = "cancelled", _("cancelled")
    REVOKED = "revoked", _("revoked")
    REPLACED = "replaced", _("replaced by a renewal")


class Licence(models.Model):
    """A permission with a number and a term: JY, SC, YB, drug, device, a retail food licence of a city."""

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="licences", verbose_name=_("entity"))
    premises = models.ForeignKey(
        Premises, models.PROTECT, related_name="licences", null=True, blank=True, verbose_name=_("premises")
    )
    kind = models.CharField(_("kind"), max_length=24, db_collation="C")  # food_business, food_production, drug_retail…
    number = models.CharField(_("number"), max_length=60, db_collation="C")
    scope = models.JSONField(_("scope"), default=list, blank=True)  # list of what it permits
    issued_by = models.CharField(_("issued by"), max_length=120, blank=True, default="")
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_until = models.DateField(_("valid until"), null=True, blank=True)  # empty: no end
    status = models.CharField(_("status"), max_length=10, choices=LicenceStatus, default=LicenceStatus.VALID)
    placed = models.BooleanField(_("enterprise set by hand"), default=False, db_default=False)  # imports leave it there
    extra = models.JSONField(_("other columns of the source"), default=dict, blank=True)

    class Meta:
        verbose_name = _("licence")
        verbose_name_plural = _("licences")
        constraints = [models.UniqueConstraint(fields=["kind", "number"], name="licence_number")]
        indexes = [
            models.Index(fields=["number"], name="licence_number_prefix"),
            models.Index(fields=["valid_until"], name="licence_until"),
        ]

    def __str__(self) -> str:
        return self.number


class What(models.TextChoices):
    """What of a place's entry is proposed to be changed."""

    PHONE = "phone", _("business phone")
    CONTACT = "contact", _("contact")
    SIGN = "sign", _("sign over the door")
    PIN = "pin", _("place on the map")
    ADDRESS = "address", _("address")
    STATUS = "status", _("whether it is open")


class ProposalState(models.TextChoices):
    """What became of a proposal."""

    OPEN = "open", _("to be decided")
    ACCEPTED = "accepted", _("accepted")
    REFUSED = "refused", _("refused")


class Proposal(models.Model):
    """A correction of the register that somebody proposes from the field; the desk decides with one key.

    `old` is the value as the phone knew it, `new` the proposed one, both as JSON and sealed: a contact's number is
    personal. `record` is the phone's record that it came with, once for each thing that it proposes.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    premises = models.ForeignKey(Premises, models.PROTECT, related_name="proposals", verbose_name=_("premises"))
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

    def __str__(self) -> str:
        return f"{self.premises}: {self.get_what_display()}"  # type: ignore[attr-defined]


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

    Written by triggers (migration 0005) for whoever writes the register; never changed. Of a name, `fold` and `grams`
    are those of the old one: search finds it by them.
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


class ImportState(models.TextChoices):
    """How far an import came."""

    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("called off")


class ImportRun(models.Model):
    """One file that was taken in, or tried (dry run): who, which file, by which mapping, and what came of it.

    `parent` is the trial whose very bytes a real run takes in; of a trial, the run whose rejected rows it brings back.
    What was found stands as data (`refusal`, `notes`, `sample`) and becomes words in the reader's language.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    who = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("by whom")
    )
    who_name = models.CharField(_("name"), max_length=80, blank=True, default="")
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
    mapping = models.CharField(_("mapping"), max_length=60, blank=True, default="")  # empty: told by the headings
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    stored = models.CharField(_("stored file"), max_length=255, blank=True, default="")  # name in the default storage
    size = models.BigIntegerField(_("size"), default=0)  # bytes
    dry_run = models.BooleanField(_("trial run"), default=False)
    state = models.CharField(_("state"), max_length=8, choices=ImportState, default=ImportState.QUEUED)
    stopping = models.BooleanField(_("to be called off"), default=False)  # somebody asked while it was running
    language = models.CharField(_("language of the report"), max_length=10, blank=True, default="")
    done_rows = models.BigIntegerField(_("rows read"), default=0)
    total_rows = models.BigIntegerField(_("rows in the file"), null=True, blank=True)  # empty: not known beforehand
    counts = models.JSONField(_("counts"), default=dict, blank=True)
    refusal = models.JSONField(default=dict, blank=True)  # {"why": a key of problems.REFUSALS, "detail": {…}}
    notes = models.JSONField(default=list, blank=True)  # of the whole file: [{"why": a key of problems.REASONS, …}]
    sample = models.JSONField(default=list, blank=True)  # the first rejected rows, see `report.Report`
    problem = models.TextField(_("why it was refused"), blank=True, default="")  # our own fault: the error itself
    report = models.CharField(_("report"), max_length=255, blank=True, default="")  # name in the default storage
    created = models.DateTimeField(_("created"), auto_now_add=True)
    started = models.DateTimeField(_("started"), null=True, blank=True)
    finished = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.mapping})"

    @property
    def is_open(self) -> bool:
        """Whether it still waits or runs."""
        return self.state in (ImportState.QUEUED, ImportState.RUNNING)

    @property
    def trouble(self) -> str:
        """Why nothing came of it, in the active language; empty when something did."""
        from .import_.problems import refusal

        return refusal(self.refusal["why"], self.refusal["detail"]) if self.refusal else self.problem
