"""Who else may act for an enterprise."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from zhijian.kernel.accounts.crypto import EncryptedText
from zhijian.kernel.ids import uuid7
from zhijian.kernel.registry.models import Entity, Premises


class Access(models.Model):
    """A person whom the owner lets act for the enterprise, or for one of its shops; known by his telephone number.

    Name and number are sealed; `number` is the blind index by which it is found. Outside row security, as links are:
    it is how the scope of a request is found.
    """

    uid = models.UUIDField(unique=True, default=uuid7, editable=False)
    entity = models.ForeignKey(Entity, models.PROTECT, related_name="accesses")
    premises = models.ForeignKey(Premises, models.PROTECT, null=True, related_name="accesses")
    name = EncryptedText()
    phone = EncryptedText()
    number = models.CharField(max_length=32, db_collation="C")
    told = models.BooleanField(default=False, help_text="also gets the text messages about it, at this number")
    given_at = models.DateTimeField()
    given_by = models.CharField(max_length=80, help_text="the actor's label")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.CharField(max_length=80, blank=True)

    invited = False  # of one just given: whether a message went to the number

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entity", "premises", "number"],
                condition=Q(ended_at=None),
                nulls_distinct=False,
                name="access_once",
            )
        ]
        indexes = [models.Index(fields=["number"], condition=Q(ended_at=None), name="access_number")]

    def __str__(self) -> str:
        return str(self.uid)
