"""The desk's page on which an officer lets ODK Collect in, and the form of a held record as it came."""

from __future__ import annotations

import base64
import json
import zlib
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import segno
from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.gateways.field import held
from zhijian.gateways.openrosa import access
from zhijian.gateways.openrosa.models import Submission
from zhijian.kernel.accounts.devices import GRANT_DAYS
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk import gate
from zhijian.kernel.evidence.files import read_blob
from zhijian.kernel.packs import stack

NAME = 60


class Handset(forms.Form):
    """What the phone is called, so that it is told from his others."""

    name = forms.CharField(label=gettext_lazy("Name of the phone"), max_length=NAME, required=False)


def server(request: HttpRequest) -> str:
    """The address that goes into Collect: https, or empty where this site is not reached by it."""
    origin = request.build_absolute_uri("/") if request.is_secure() else settings.PUBLIC_ORIGIN
    return f"{origin.rstrip('/')}/openrosa" if urlsplit(origin).scheme == "https" else ""


def settings_code(address: str, person: Person, password: str) -> str:
    """The text of Collect's settings code: JSON, zlib, base64 (docs.getodk.org, Settings QR codes)."""
    told: dict[str, Any] = {
        "general": {
            "server_url": address,
            "username": person.username,
            "password": password,
            "form_update_mode": "match_exactly",
            "periodic_form_updates_check": "every_one_hour",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": {"name": stack().setting("title", "Zhijian"), "icon": "Z", "color": "#1f5fbf"},
    }
    return base64.b64encode(zlib.compress(json.dumps(told, ensure_ascii=False).encode(), 9)).decode()


def _page(request: HttpRequest, device: Device | None = None, password: str = "") -> HttpResponse:
    person: Person = request.user  # type: ignore[assignment]
    address = server(request)
    picture = ""
    if password:
        code = segno.make(settings_code(address, person, password), error="l", micro=False)
        picture = mark_safe(code.svg_inline(scale=4, border=3, omitsize=True, dark="#1b2430"))
    context = {
        "form": Handset(),
        "address": address,
        "days": GRANT_DAYS,
        "devices": person.devices.filter(collect__isnull=False, revoked_at=None).order_by("-id"),
        "device": device,
        "password": password,
        "qr": picture,
        "person": person,
    }
    return render(request, "openrosa/collect.html", context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(Role.INSPECTOR)
def collect(request: HttpRequest) -> HttpResponse:
    """What Collect can do here, and a new handset: its password is in this answer only."""
    if request.method != "POST":
        return _page(request)
    form = Handset(request.POST)
    if not server(request) or not form.is_valid():
        messages.warning(request, _("A phone can be let in only where this site is reached by https."))
        return redirect("collect")
    person: Person = request.user  # type: ignore[assignment]
    device, password = access.issue(person, form.cleaned_data["name"], gate.actor_in(request))
    return _page(request, device, password)


@never_cache
@require_POST
@gate.roles(Role.INSPECTOR)
def renew(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Another password for one of the own handsets, good for another 30 days."""
    rows = Device.objects.select_related("person").filter(person=request.user, revoked_at=None, collect__isnull=False)
    device = get_object_or_404(rows, uid=uid)
    if not server(request):
        messages.warning(request, _("A phone can be let in only where this site is reached by https."))
        return redirect("collect")
    return _page(request, device, access.renew(device, gate.actor_in(request)))


@require_safe
@gate.roles(*held.WATCHERS, Role.AUDITOR)
def original(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The form of a held record as it came, as a file; noted in the ledger."""
    kept = get_object_or_404(held.waiting(gate.actor_in(request)), pk=uid)
    submission = get_object_or_404(Submission.objects.select_related("blob"), pk=uid)
    held.note_opened(kept, gate.actor_in(request))
    answer = HttpResponse(read_blob(submission.blob), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="form-{uid}.xml"'
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer
