"""Pictures of a request: uploaded with it, or fetched by a job from where it says; judged by content like any other."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from zhijian.gateways.open311 import jobs, lines
from zhijian.gateways.open311.models import Media, Request
from zhijian.gateways.open311.reading import Bad
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.jobs import make_shown
from zhijian.kernel.evidence.models import Blob, File
from zhijian.kernel.evidence.refusals import NoSpace, Refused
from zhijian.kernel.notices.channels.protocol import SendsNothingOut

MANY = 10  # pictures in one POST


def uploaded(given: Iterable[UploadedFile]) -> list[Blob]:
    """Keep the pictures of a POST. Raises Bad for what is none."""
    parts = list(given)
    if len(parts) > MANY:
        raise Bad(400, _("At most %(n)s pictures.") % {"n": MANY})
    try:
        return [files.register(files.keep(part.file, limit=lines.PICTURE)) for part in parts]
    except NoSpace as full:
        raise Bad(507, str(full)) from full
    except Refused as why:
        raise Bad(400, str(why)) from why


def came(one: Request) -> None:
    """The request has its matter: what is here hangs on it, what is not is fetched."""
    for row in one.media.filter(attached=False):
        if row.blob_id is not None:
            _attach(row)
        elif row.url and not row.why:
            jobs.fetch.later(job_once=f"open311.media:{row.pk}", media=row.pk)


def _attach(row: Media) -> None:
    matter = row.request.matter
    assert matter is not None and row.blob is not None
    made = files.attach(matter, row.blob, actor=SYSTEM, kind=str(File.Kind.PHOTO), name=f"open311-{row.pk}")
    make_shown.later(job_once=f"shown:{made.pk}", file=made.pk)
    row.attached = True
    row.save(update_fields=["attached"])


def fetch(pk: int) -> None:
    """Fetch one; what is no picture is noted. Raises Silence where it may be tried again: then the job fails, is seen
    and repeated."""
    with scoped(SYSTEM):
        row = Media.objects.filter(pk=pk, blob=None, attached=False, why="").first()
    if row is None:
        return
    kept, why = None, ""
    try:
        kept = files.keep(lines.picture(row.url), limit=lines.PICTURE)
    except lines.NoPicture as problem:
        why = str(problem)
    except NoSpace:
        raise
    except (Refused, SendsNothingOut) as problem:
        why = type(problem).__name__
    with scoped(SYSTEM):
        row = Media.objects.select_for_update(of=("self",)).select_related("request__matter").get(pk=pk)
        if row.attached:
            return
        if kept is None:
            row.why = why[:200]
            row.save(update_fields=["why"])
            return
        row.blob = files.register(kept)
        row.save(update_fields=["blob"])
        _attach(row)
