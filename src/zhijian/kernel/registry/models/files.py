"""Whom the bureau supervises: entities (市场主体), their premises (经营场所) and licences (许可证).

The register is public knowledge, so it stands outside row-level security (a policy would keep text search from its
index); lists are still filtered by the area of the viewer's post. `grams`, `fold`, `initials` and `name_key` are made
in Python from the name (see `text.py`) by `save()` and by the import; nothing else may write a name.
"""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Reverse, Substr, Upper
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.ids import uuid7
from zhijian.kernel.registry import text
from zhijian.kernel.registry.door import new_door_code
from zhijian.kernel.registry.fields import TransactionIdField

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
    # Put right at the counter: an import leaves it alone, for it opens the enterprise's account.
    phone_set = models.BooleanField(_("telephone set by hand"), default=False, db_default=False)
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
            models.Index(Reverse("code"), name="entity_code_end", condition=~Q(code="")),
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
            models.Index(fields=["phone"], name="premises_phone", condition=~Q(phone="")),
            models.Index(Reverse("phone"), name="premises_phone_end", condition=~Q(phone="")),
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


LASTING = (LicenceStatus.VALID, LicenceStatus.EXPIRED)  # what ran out may be renewed; the rest is over


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

    @property
    def lasts(self) -> bool:
        """Whether it is still the place's, were it only to be renewed."""
        return self.status in LASTING

    def __str__(self) -> str:
        return self.number
