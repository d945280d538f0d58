"""What is shown of a file: the re-encoded copy. Originals are never served inline."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import http_date
from django.views.decorators.http import require_GET

from zhijian.kernel.accounts.scope import in_scope
from zhijian.kernel.desk.gate import actor_in, staff
from zhijian.kernel.evidence.files import open_blob
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.shown import shown_copy


@require_GET
@staff
def photo(request: HttpRequest, uid: str) -> HttpResponse:
    """The shown copy of a photo in scope; 404 while its bytes are still on the phone."""
    rows = in_scope(File.objects.select_related("blob", "matter"), actor_in(request))
    file = get_object_or_404(rows, uid=uid, kind=File.Kind.PHOTO)
    copy = file if file.original_id else shown_copy(file)
    if copy is None or copy.blob is None:
        raise Http404
    answer = FileResponse(open_blob(copy.blob), content_type="image/jpeg")
    answer["Cache-Control"] = "private, max-age=86400"
    answer["Last-Modified"] = http_date(copy.made_at.timestamp())
    answer["Content-Disposition"] = "inline"
    return answer
