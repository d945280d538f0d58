"""Files that were taken in, or tried."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.ids import uuid7


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
    findings = models.JSONField(default=dict, blank=True, db_default={})  # what would change, see `findings.py`
    sample = models.JSONField(default=list, blank=True)  # the first rejected and noted rows, see `report.Report`
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
    def by_whom(self) -> str:
        """The person, or the account of the machine on whose command line it was started."""
        if self.who_id is not None:
            return self.who_name
        return _("Command line ({account})").format(account=self.who_name) if self.who_name else str(_("Command line"))

    @property
    def trouble(self) -> str:
        """Why nothing came of it, in the active language; empty when something did."""
        from zhijian.kernel.registry.import_.problems import refusal

        return refusal(self.refusal["why"], self.refusal["detail"]) if self.refusal else self.problem
