"""Files and proofs for those who may see their matter; the seals for everybody."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.core.exceptions import BadRequest
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.timeline import who
from zhijian.kernel.evidence import ledger, media, proof
from zhijian.kernel.evidence.entries import OPENED
from zhijian.kernel.evidence.files import DOCX as DOCX_TYPES
from zhijian.kernel.evidence.files import open_blob
from zhijian.kernel.evidence.models import Blob, File, LedgerEntry, Seal
from zhijian.kernel.evidence.seal import told
from zhijian.kernel.evidence.shown import shown_copy
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable

DOCX = next(iter(DOCX_TYPES))
SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf", DOCX: "docx"}
SUFFIXES |= media.TYPES | {"video/mp2t": "mts"}
SEALS_A_PAGE = 60


def _mine(request: HttpRequest, uid: UUID) -> tuple[File, Actor]:
    """The file, if it is the actor's to see. Raises Http404 otherwise, also for what is still on a phone."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    rows = readable(File.objects.select_related("blob", "matter"), actor, "matter")
    if actor.kind != "staff":  # what was made unrecognisable stays so outside the house
        rows = rows.filter(drawings=None, original__drawings=None)
    # a film is opened in its own room, with a reason
    found = rows.filter(uid=uid).exclude(blob=None).exclude(kind=File.Kind.RECORDING).first()
    if found is None:
        raise Http404
    return found, actor


def _answer(blob: Blob, name: str, *, attachment: bool) -> FileResponse:
    """The bytes, in a box from which no script of theirs could get out."""
    suffix = SUFFIXES.get(blob.media_type, "bin")
    answer = FileResponse(
        open_blob(blob), as_attachment=attachment, filename=f"{name}.{suffix}", content_type=blob.media_type
    )
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox; frame-ancestors 'none'"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    return answer


@require_safe
def shown(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The shown copy of a photo: stamped, without metadata. A voice note is heard as it was recorded.

    Of a photo that was drawn upon the marked copy is shown; who looks beneath the marks is in the ledger.
    """
    found, actor = _mine(request, uid)
    if File.objects.filter(drawn_on=found.original_id or found.pk).exists():
        _opened(found, actor)
    copy = found if found.original_id is not None or found.kind == File.Kind.VOICE else shown_copy(found)
    if copy is None or copy.blob is None:
        raise Http404
    etag = f'"{copy.blob_id}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponse(status=304, headers={"ETag": etag, "Cache-Control": "private, max-age=3600"})
    answer = _answer(copy.blob, _name(found), attachment=False)
    answer["Cache-Control"] = "private, max-age=3600"
    answer["ETag"] = etag
    return answer


@require_safe
def original(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The original, byte for byte, as a download; that it was opened is an entry of its matter."""
    found, actor = _mine(request, uid)
    assert found.blob is not None
    _opened(found, actor)
    answer = _answer(found.blob, _name(found), attachment=True)
    answer["Cache-Control"] = "private, no-store"
    return answer


def _opened(found: File, actor: Actor) -> None:
    about = {"subject": f"matter:{found.matter_id}", "matter": found.matter}
    ledger.record(OPENED.code, actor=actor, data={"file": str(found.uid), "sha256": found.blob_id}, **about)


def _name(file: File) -> str:
    """A name for the download: the matter's number, and the beginning of the digest to tell files apart."""
    return f"{file.matter.number or 'file'}-{(file.blob_id or '')[:12]}"


def _entry(request: HttpRequest, uid: UUID, seq: int) -> tuple[Matter, LedgerEntry]:
    """An entry of a matter's own chain, if the matter is the actor's to see; 404 otherwise."""
    matter = get_object_or_404(readable(Matter.objects.all(), gate.actor_in(request)), uid=uid)
    rows = LedgerEntry.objects.prefetch_related("personal")
    return matter, get_object_or_404(rows, matter=matter, subject=f"matter:{matter.pk}", seq=seq)


@require_safe
@gate.staff
def proof_page(request: HttpRequest, uid: UUID, seq: int) -> HttpResponse:
    """What the chain and the day's seal prove of one entry, in a layman's words."""
    matter, entry = _entry(request, uid, seq)
    found = proof.proof_of(entry)
    context = {
        "matter": matter,
        "entry": entry,
        "who": who(entry),
        "words": ledger.describe(entry, gate.actor_in(request)),
        "seal": proof.seal_of(entry),
        "proof": found,
        "wrong": proof.check(found) if found else [],
        "steps": len(found["path"]["sha256"]) if found else 0,
    }
    return render(request, "evidence/proof.html", context)


@require_safe
@gate.staff
def proof_json(request: HttpRequest, uid: UUID, seq: int) -> HttpResponse:
    """The proof as a file; 404 while no seal covers the entry."""
    matter, entry = _entry(request, uid, seq)
    found = proof.proof_of(entry)
    if found is None:
        raise Http404
    answer = JsonResponse(found, json_dumps_params={"ensure_ascii": False, "indent": 1})
    name = f"proof-{matter.number or matter.uid}-{seq}.json"
    answer["Content-Disposition"] = content_disposition_header(True, name)
    answer["Cache-Control"] = "private, no-store"
    return answer


@require_safe
def seals(request: HttpRequest) -> HttpResponse:
    """The seals, newest first, for everybody."""
    page = Paginator(Seal.objects.order_by("-id"), SEALS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "evidence/seals.html", {"page": page})


@require_safe
def seals_json(request: HttpRequest) -> JsonResponse:
    """All seals, oldest first, for programs; `?since=2026-11-23` leaves out those before that day."""
    rows = Seal.objects.order_by("id")
    try:
        rows = rows.filter(day__gte=dt.date.fromisoformat(request.GET.get("since") or "0001-01-01"))
    except ValueError as error:
        raise BadRequest from error
    answer = JsonResponse({"seals": [told(seal) for seal in rows]})
    answer["Cache-Control"] = "public, max-age=300"
    answer["Access-Control-Allow-Origin"] = "*"
    return answer
