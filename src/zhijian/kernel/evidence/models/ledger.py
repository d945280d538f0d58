"""One append-only entry for each thing that happened, chained per subject; personal values stand beside it."""

from __future__ import annotations

from django.db import models


class LedgerEntry(models.Model):
    """What happened to a subject ("matter:12", "entity:7", "account:3", "rules:x", "system").

    `sha256` and `sm3` are taken over the canonical JSON of all other fields and the digest before (`ledger.material`).
    The application may insert and select, no more; a trigger is the second guard.
    """

    subject = models.CharField(max_length=80)
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=80)
    at = models.DateTimeField()
    actor = models.CharField(max_length=80, help_text='"person:3", "entity:7", "system", "public"')
    actor_name = models.CharField(max_length=120, blank=True)
    matter = models.ForeignKey(
        "matters.Matter", models.PROTECT, null=True, related_name="entries", db_constraint=False, db_index=False
    )
    entity = models.ForeignKey(
        "registry.Entity", models.PROTECT, null=True, related_name="+", db_constraint=False, db_index=False
    )
    area = models.CharField(max_length=16, blank=True, db_collation="C")
    data = models.JSONField(default=dict)
    sha256 = models.CharField(max_length=64)
    sm3 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subject", "seq"], name="ledger_chain")]
        indexes = [
            models.Index(fields=["matter", "id"], name="ledger_matter"),
            models.Index(fields=["entity", "id"], name="ledger_entity"),
            models.Index(fields=["actor", "at"], name="ledger_actor"),
        ]


class LedgerPersonal(models.Model):
    """A personal value of an entry: sealed here, a salted digest in the entry; erasing it leaves the chain whole."""

    entry = models.ForeignKey(LedgerEntry, models.PROTECT, related_name="personal", db_constraint=False)
    name = models.CharField(max_length=60)
    salt = models.CharField(max_length=32)
    sealed = models.BinaryField()


class Seal(models.Model):
    """A daily seal: the Merkle root over the entries since the last one, holding the last one's digest; published."""

    day = models.DateField(unique=True)
    made_at = models.DateTimeField(auto_now_add=True)
    first_entry = models.BigIntegerField()
    last_entry = models.BigIntegerField()
    count = models.PositiveIntegerField()
    root = models.CharField(max_length=64)
    root_sm3 = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
