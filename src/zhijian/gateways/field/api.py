"""The field API, version 1. Phones bring a token of ten minutes; enrolment brings three factors."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone, translation
from django.views.decorators.gzip import gzip_page
from ninja import NinjaAPI, Schema
from ninja.decorators import decorate_view

from zhijian.gateways.field import pictures, problems, reference, staff, tokens
from zhijian.gateways.field.models import FieldRecord
from zhijian.gateways.field.problems import Problem
from zhijian.gateways.field.records import answer, take
from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk import private
from zhijian.kernel.evidence import files
from zhijian.kernel.packs import stack

api = NinjaAPI(title="Zhijian field", version="1", urls_namespace="field", docs_url=None)


@api.exception_handler(Problem)
def _problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return JsonResponse(problem.body(), status=problem.status)


def bearer(request: HttpRequest) -> Device:
    """Ninja's authentication: the device of the token. Raises Problem."""
    try:
        return tokens.device_from_token(request.headers.get("Authorization"))
    except tokens.TokenError as error:
        raise problems.no_token() from error


def _may_download(device: Device) -> None:
    """Raises Problem when nothing goes out to the phone any more, with the reason."""
    if device.revoked_at is not None:
        raise problems.revoked()
    if not tokens.may_download(device):
        raise problems.grant_over()


class Enrolment(Schema):
    username: str
    password: str
    code: str
    public_key: dict[str, Any]
    device_name: str = ""
    app: str = ""
    renews: UUID | None = None
    proof: str = ""


class Aside(Schema):
    photos: list[str]


class Why(Schema):
    reason: str = ""


class Challenge(Schema):
    device: UUID


class Proof(Schema):
    device: UUID
    nonce: str
    signature: str


@api.post("enrol")
def enrol(request: HttpRequest, body: Enrolment) -> dict[str, Any]:
    """Enrol a phone: user name, password, and the one-time code of the person's own desk.

    A handset that is enrolled already `renews` its device: `proof` is its old key's signature over the new key.
    """
    renewal = devices.Renewal(body.renews, body.proof) if body.renews else None
    with scoped(SYSTEM):  # a wrong try must be counted, so the transaction ends well either way
        device = devices.enrol(
            body.username, body.password, body.code, body.public_key, body.device_name, body.app, renewal
        )
    if device is None:
        raise problems.not_enrolled()
    return {
        "device": str(device.uid),
        "person": staff.person(device.person),
        "grant_until": device.grant_until.isoformat(),
        "server_time": timezone.now().isoformat(),
        "city": stack().setting("title", "Zhijian"),
        "locale": translation.get_language(),
    }


@api.post("challenge")
def challenge(request: HttpRequest, body: Challenge) -> dict[str, str]:
    """A nonce to sign. An unknown device gets one as well, so that devices can't be probed."""
    device = Device.objects.filter(uid=body.device).first()
    return {"nonce": tokens.challenge(device) if device else secrets.token_urlsafe(32)}


@api.post("token")
def token(request: HttpRequest, body: Proof) -> dict[str, Any]:
    """A token for the signed nonce."""
    device = Device.objects.filter(uid=body.device).first()
    try:
        if device is None:
            raise tokens.TokenError
        return {"token": tokens.issue(device, body.nonce, body.signature), "expires": tokens.SECONDS}
    except tokens.TokenError as error:
        raise problems.no_token() from error


@api.get("pull", auth=bearer)
@decorate_view(gzip_page)  # megabytes of text; whoever asks brings a token, no cookie, and chooses no part of it
def pull(request: HttpRequest, since: str = "") -> dict[str, Any]:
    """What changed for this phone since its cursor; `more` asks to call again at once."""
    device: Device = request.auth  # type: ignore[attr-defined]
    _may_download(device)
    with scoped(actor_of(device.person, device=str(device.uid))) as actor:
        return reference.pull(device, actor, since, request)


@api.get("pictures/{uid}", auth=bearer)
def picture(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A photo of an enterprise's answer, small enough to be kept on the phone until the re-check."""
    device: Device = request.auth  # type: ignore[attr-defined]
    _may_download(device)
    with scoped(actor_of(device.person, device=str(device.uid))) as actor:
        small = pictures.small_copy(uid, actor)
    headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(small, content_type="image/jpeg", headers=headers)


@api.post("contacts/{uid}", auth=bearer)
def contact(request: HttpRequest, uid: UUID, body: Why) -> HttpResponse:
    """The own number of a contact, to call it now; the phone does not keep it, and an entry tells why."""
    device: Device = request.auth  # type: ignore[attr-defined]
    _may_download(device)
    kind = private.kind_of("contact")
    with scoped(actor_of(device.person, device=str(device.uid))) as actor:
        found = kind.find(uid, actor) if kind is not None else None
        if kind is None or found is None:
            raise problems.no_contact()
        try:
            told = {"number": private.opened(kind, found, actor, body.reason)}
        except private.WhyNeeded as error:
            raise problems.why_needed() from error
    return JsonResponse(told, headers={"Cache-Control": "private, no-store"})


@api.put("records/{uid}", auth=bearer)
def put_record(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take in a record: the body is its canonical JSON. 201 new, 200 the same again, 409 other bytes."""
    new, told = take(uid, request.body, request.auth)  # type: ignore[attr-defined]
    return JsonResponse(told, status=201 if new else 200)


@api.get("records/{uid}", auth=bearer)
def get_record(request: HttpRequest, uid: UUID) -> dict[str, Any]:
    """What became of a record that this phone's person sent."""
    device: Device = request.auth  # type: ignore[attr-defined]
    with scoped(SYSTEM):
        kept = FieldRecord.objects.select_related("matter").filter(pk=uid, person=device.person).first()
        if kept is None:
            raise problems.not_here()
        return answer(kept)


@api.post("records/{uid}/aside", auth=bearer)
def set_aside(request: HttpRequest, uid: UUID, body: Aside) -> dict[str, int]:
    """Photos of a record that the phone will not send, since the server refuses them: they were exported by hand."""
    device: Device = request.auth  # type: ignore[attr-defined]
    with scoped(SYSTEM):
        kept = FieldRecord.objects.select_related("matter").filter(pk=uid, person=device.person).first()
        if kept is None or kept.matter is None:
            raise problems.not_here()
        return {"aside": files.set_aside(kept.matter, body.photos, actor_of(device.person, device=str(device.uid)))}
