"""Taking in submissions: bytes first, in as many requests as Collect likes, then one record of the field of the whole.

What was sent once is never sent into twice: the instance's id is the record's. A line that breaks in the middle leaves
what had come whole, and Collect begins again; what it repeats is known by its name and digest.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import IO
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.gateways.field import problems, records
from zhijian.gateways.field.models import FieldRecord
from zhijian.gateways.openrosa import reading
from zhijian.gateways.openrosa.models import Attachment, Submission
from zhijian.gateways.openrosa.reading import Filled
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files, ledger
from zhijian.kernel.evidence.digest import canonical
from zhijian.kernel.evidence.models import Blob, File
from zhijian.kernel.evidence.refusals import Bomb, WrongType

XML = "application/xml"
OTHER = "application/octet-stream"  # whatever else a form may bring: kept as evidence, never shown
PATIENCE = dt.timedelta(hours=24)  # then a submission whose files do not come is told with what has come
LONGEST_NAME = 200

KEPT = ledger.entry_kind("openrosa.kept", label=gettext_lazy("Form {form} {version} came from ODK Collect, {n} files"))
LATE = ledger.entry_kind("openrosa.late", label=gettext_lazy("A file of the visit's form came after it: {name}"))


@dataclass(frozen=True)
class Sent:
    """One request of a submission: the form, some of its files, and whether others are announced."""

    xml: bytes
    files: list[tuple[str, IO[bytes]]]
    incomplete: bool = False


def take(sent: Sent, device: Device) -> tuple[Submission, FieldRecord | None]:
    """Keep what came, and make the record once all is here. None: others are still to come.

    Raises Problem for what is no form, for other bytes under the same id, and what `files.keep` raises.
    """
    if len(sent.xml) > records.LIMIT:
        raise problems.unreadable(_("it is too large"))
    try:
        filled = reading.read(sent.xml)
    except reading.Unreadable as error:
        raise problems.unreadable(_("it is not a filled-in form with a number of its own")) from error
    came = [(name[-LONGEST_NAME:], _keep(source)) for name, source in sent.files]  # before the database is held up
    xml = files.keep(sent.xml, judged=XML)
    with scoped(SYSTEM):
        records.lock(filled.uid)
        submission = _submission(filled, xml, device)
        for name, kept in came:
            _attach(submission, name, kept)
        known = FieldRecord.objects.select_related("matter").filter(pk=filled.uid).first()
        if known is not None:
            return submission, known
        here = attached(submission)
        if sent.incomplete and set(reading.files_named(filled)) - set(here):
            return submission, None
        return submission, hand_over(submission, filled)


def _keep(source: IO[bytes]) -> files.Kept:
    """A photo by its content; anything else is kept as it is, since refusing it would hold up the visit for ever."""
    try:
        return files.keep(source)
    except (WrongType, Bomb):
        source.seek(0)
        return files.keep(source, judged=OTHER)


def _submission(filled: Filled, xml: files.Kept, device: Device) -> Submission:
    known = Submission.objects.filter(pk=filled.uid).first()
    if known is not None:
        if known.blob_id != xml.sha256:
            raise problems.differs()
        return known
    blob = files.register(xml)
    return Submission.objects.create(uid=filled.uid, device=device, form=filled.form, version=filled.version, blob=blob)


def _attach(submission: Submission, name: str, kept: files.Kept) -> None:
    blob = files.register(kept)
    row, made = Attachment.objects.get_or_create(submission=submission, name=name, defaults={"blob": blob})
    if row.blob_id != blob.pk:
        raise problems.differs()
    if made:
        _late(submission, row)


def attached(submission: Submission) -> dict[str, Blob]:
    """The files that have come, by the names that the form knows."""
    return {row.name: row.blob for row in submission.attachments.select_related("blob")}


def hand_over(submission: Submission, filled: Filled | None = None) -> FieldRecord:
    """Make a record of the field of it, as it is now. In a system scope, under the record's lock."""
    filled = filled or reading.read(files.read_blob(submission.blob))
    here = attached(submission)
    raw = reading.record(filled, submission.device, here, submission.blob, submission.received)
    ledger.record(
        KEPT.code,
        actor=actor_of(submission.device.person, device=str(submission.device.uid)),
        subject=f"field:{submission.pk}",
        area=submission.device.person.home_id or "",
        data={
            "form": submission.form, "version": submission.version, "n": len(here), "sha256": submission.blob_id,
            "files": sorted(blob.pk for blob in here.values()),
        },
    )  # fmt: skip
    return records.keep(submission.pk, canonical(raw), raw, submission.device)


def _late(submission: Submission, row: Attachment) -> None:
    """A file that came after the record was made hangs on its visit all the same."""
    record = FieldRecord.objects.select_related("matter").filter(pk=submission.pk, matter__isnull=False).first()
    if record is None or record.matter is None:
        return
    actor = actor_of(submission.device.person, device=str(submission.device.uid))
    shown = row.blob.media_type in files.IMAGES
    kind = str(File.Kind.PHOTO if shown else File.Kind.ATTACHMENT)
    files.attach(record.matter, row.blob, actor=actor, kind=kind, name=row.name, caption=submission.device.person.name)
    subject = f"matter:{record.matter.pk}"
    ledger.record(
        LATE.code, actor=actor, subject=subject, matter=record.matter, data={"name": row.name, "sha256": row.blob_id}
    )


def overdue(now: dt.datetime | None = None) -> list[UUID]:
    """Submissions of which files are still to come, for longer than is plausible. Bounded."""
    since = (now or timezone.now()) - PATIENCE
    recent = Submission.objects.filter(received__lt=since, received__gt=since - dt.timedelta(days=40))
    there = FieldRecord.objects.filter(received__gt=since - dt.timedelta(days=41)).values("pk")
    return list(recent.exclude(pk__in=there).order_by("received").values_list("pk", flat=True)[:200])


def told(record: FieldRecord | None) -> str:
    """What Collect shows under the form that it sent."""
    if record is None:
        return _("Kept here; other files of it are still to come.")
    if record.state == FieldRecord.State.HELD:
        return records.said(record.flags[0])
    if record.matter is None:
        return _("Kept here; it is being worked on.")
    flags = " ".join(records.said(flag) for flag in record.flags)
    return f"{_('Arrived: %(title)s') % {'title': record.matter.title}} {record.matter.number} {flags}".strip()
