"""What Collect asks for: the list of forms, each form, its files, and where submissions go."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.gateways.field import problems
from zhijian.gateways.field.tokens import may_download
from zhijian.gateways.openrosa import door, forms, offers, wire
from zhijian.kernel.accounts.actor import actor_of
from zhijian.kernel.accounts.middleware import upload_origin
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped

View = Callable[..., HttpResponse]


def _response(told: door.Answer) -> HttpResponse:
    status, body, headers = told
    return HttpResponse(body, status=status, headers=headers)


def _xml(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type=wire.TYPE, headers=wire.HEADERS)


def _device(request: HttpRequest) -> Device | HttpResponse:
    told = door.let_in(
        request.headers.get("Authorization"), str(request.META.get("REMOTE_ADDR", "")), request.is_secure()
    )
    return told if isinstance(told, Device) else _response(told)


def _downloading(request: HttpRequest) -> Device | HttpResponse:
    """The handset, if anything still goes out to it."""
    device = _device(request)
    if isinstance(device, HttpResponse) or may_download(device):
        return device
    problem = problems.revoked() if device.revoked_at is not None else problems.grant_over()
    return _response(door.answer(problem.status, f"{problem.message} {problem.mend}"))


@csrf_exempt
@require_safe
def form_list(request: HttpRequest) -> HttpResponse:
    """The forms that this officer may fill in, each with the digest by which an update is noticed."""
    device = _downloading(request)
    if isinstance(device, HttpResponse):
        return device
    wanted = request.GET.get("formID", "")
    rows = []
    with scoped(actor_of(device.person, device=str(device.uid))) as actor:
        found = forms.offered(offers.area_of(actor))
    for form in found:
        if wanted and form.code != wanted:
            continue
        at = {"code": form.code}
        rows.append([
            ("formID", form.code), ("name", form.title), ("version", form.version), ("hash", f"md5:{form.md5}"),
            ("downloadUrl", request.build_absolute_uri(reverse("openrosa_form", kwargs=at))),
            ("manifestUrl", request.build_absolute_uri(reverse("openrosa_manifest", kwargs=at))),
        ])  # fmt: skip
    return _xml(wire.form_list(rows))


def _form(code: str) -> forms.Form:
    form = forms.named(code)
    if form is None:
        raise Http404
    return form


@csrf_exempt
@require_safe
def form_xml(request: HttpRequest, code: str) -> HttpResponse:
    """The form itself."""
    device = _downloading(request)
    return device if isinstance(device, HttpResponse) else _xml(_form(code).xml)


@csrf_exempt
@require_safe
def manifest(request: HttpRequest, code: str) -> HttpResponse:
    """The files of a form as they are now for this officer: his tasks, the premises of his area, his colleagues."""
    device = _downloading(request)
    if isinstance(device, HttpResponse):
        return device
    form = _form(code)
    rows = []
    with scoped(actor_of(device.person, device=str(device.uid))) as actor, translation.override(device.person.language):
        for name in form.media:
            at = {"code": form.code, "name": name}
            url = request.build_absolute_uri(reverse("openrosa_media", kwargs=at))
            rows.append((name, forms.md5(offers.media(name, form, device, actor)), url))
    return _xml(wire.manifest(rows))


@csrf_exempt
@require_safe
def media(request: HttpRequest, code: str, name: str) -> HttpResponse:
    """One of these files."""
    device = _downloading(request)
    if isinstance(device, HttpResponse):
        return device
    form = _form(code)
    if name not in form.media:
        raise Http404
    with scoped(actor_of(device.person, device=str(device.uid))) as actor, translation.override(device.person.language):
        body = offers.media(name, form, device, actor)
    return HttpResponse(body, content_type="text/csv; charset=utf-8", headers=wire.HEADERS)


@csrf_exempt
@require_http_methods(["HEAD", "POST"])
def submission(request: HttpRequest) -> HttpResponse:
    """HEAD says where submissions go and how much of one may come at once; POST takes one in, here as there."""
    device = _device(request)
    if isinstance(device, HttpResponse):
        return device
    if request.method == "HEAD":
        headers = {**wire.HEADERS, "X-OpenRosa-Accept-Content-Length": str(wire.LENGTH), "Location": _where(request)}
        return HttpResponse(status=204, headers=headers)
    told = request.META.get("CONTENT_LENGTH") or ""
    length = int(told) if told.isascii() and told.isdigit() else 0
    if not 0 < length <= door.MOST:
        return _response(door.answer(413 if length else 411, _("This request could not be read.")))
    body = door.whole(request, length)
    if body is None:
        return _response(door.answer(400, _("The line broke before all had come. Send it again.")))
    with body:
        return _response(door.submit(device, request.META, body))


def _where(request: HttpRequest) -> str:
    """The uploads' process, if it answers under the same host name: Collect follows to no other."""
    query = request.META.get("QUERY_STRING", "")
    origin = upload_origin(request)
    same = urlsplit(origin).hostname == urlsplit(request.build_absolute_uri("/")).hostname
    uploads = same and (settings.UPLOAD_ORIGIN or not settings.BEHIND_PROXY)
    there = f"{origin}{door.PATH}" if uploads else request.build_absolute_uri(door.PATH)
    return f"{there}?{query}" if query else there
