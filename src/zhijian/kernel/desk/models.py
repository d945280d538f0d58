"""What the desk itself must remember: how often signing in failed, lists kept under a name, sheets of acts."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.ids import uuid7


class SignInFailure(models.Model):
    """Wrong passwords of an account or from an address (a keyed digest of either), counted by the minute."""

    who = models.CharField(max_length=32)
    minute = models.DateTimeField(db_index=True)
    times = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "minute"], name="sign_in_failure_once")]


class SavedList(models.Model):
    """A list as somebody filtered it, under a name of his own ("我的张店逾期"); perhaps shared with his office.

    It keeps the filters, not the rows: whoever opens it sees what he may see.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    room = models.CharField(max_length=40, help_text="the list's name in the address")
    name = models.CharField(max_length=40)
    query = models.CharField(max_length=500, blank=True, help_text="the filters as the tail of an address")
    shared = models.CharField(
        max_length=16, blank=True, db_collation="C", help_text="the office that sees it; empty: its owner alone"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "room", "name"], name="saved_list_name")]
        indexes = [models.Index(fields=["shared", "room"], condition=~models.Q(shared=""), name="saved_list_shared")]

    def __str__(self) -> str:
        return self.name


class SheetRun(models.Model):
    """A workbook of acts that somebody sent for one list: tried first, then done, perhaps taken back.

    Rows ticked in a list and done together are kept as a run without a file (no digest), under the act's name.
    Its maker's alone, so it stands outside row security; what it does to matters stands in its rows, which do not.
    """

    class State(models.TextChoices):
        CHECKING = "checking", _("being tried")
        CHECKED = "checked", _("tried")
        DOING = "doing", _("being done")
        DONE = "done", _("done")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")
        REFUSED = "refused", _("not taken")
        FAILED = "failed", _("broke off")

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    room = models.CharField(max_length=40, help_text="the list's name in the address")
    file_name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64, db_collation="C")
    path = models.CharField(max_length=120, blank=True, help_text="in the storage; swept after some weeks")
    language = models.CharField(max_length=10, help_text="in which the reasons are written")
    state = models.CharField(max_length=8, choices=State.choices, default=State.CHECKING)
    total = models.PositiveIntegerField(default=0, help_text="rows that are to be gone through")
    gone = models.PositiveIntegerField(default=0, help_text="how many of them have been")
    counts = models.JSONField(default=dict, help_text="rows by their state")
    trouble = models.CharField(max_length=300, blank=True, help_text="why the whole file was not taken")
    at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["person", "room", "-id"], name="sheet_run_mine"),
            models.Index(fields=["person", "sha256"], name="sheet_run_file"),
            models.Index(fields=["at"], condition=~models.Q(path=""), name="sheet_run_kept"),
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_open(self) -> bool:
        """Whether something is still being gone through."""
        return self.state in (self.State.CHECKING, self.State.DOING, self.State.UNDOING)


class SheetRow(models.Model):
    """One row of a sheet that asks for an act: what became of it, and what the matter held before."""

    class State(models.TextChoices):
        READY = "ready", _("would be done")
        REFUSED = "refused", _("refused")
        DONE = "done", _("done")
        UNDONE = "undone", _("taken back")
        KEPT = "kept", _("could not be taken back")

    run = models.ForeignKey(SheetRun, models.CASCADE, related_name="rows", db_index=False)
    n = models.PositiveIntegerField(help_text="the row's number in the file")
    area = models.CharField(max_length=16, db_collation="C")
    verb = models.CharField(max_length=40, blank=True)
    matter = models.ForeignKey("matters.Matter", models.PROTECT, null=True, related_name="+")
    title = models.CharField(max_length=260, blank=True)
    state = models.CharField(max_length=8, choices=State.choices)
    why = models.JSONField(default=list, help_text="[[column, reason], …] of a refused row")
    before = models.JSONField(default=dict, help_text="what the matter held of the facts that were changed")
    version = models.PositiveIntegerField(null=True, help_text="the matter's, once the act was done")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "n"], name="sheet_row_once")]

    def __str__(self) -> str:
        return f"{self.run_id}:{self.n}"
