"""GeoReport v2 as it is asked for: every answer in the form of the address's ending, errors too.

Without a key only what is public is told (discovery, services). A POST of a request is kept, queued and answered.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, SuspiciousOperation, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from zhijian.gateways.open311 import inbox, keys, media, reading, services, shown, updates, wire
from zhijian.gateways.open311.models import Key, Request
from zhijian.gateways.open311.reading import Bad
from zhijian.kernel.accounts.actor import PUBLIC, SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.packs import stack
from zhijian.kernel.party import limits

Answer = tuple[str, Any]  # the name of the root in XML, and what stands in it
View = Callable[..., Answer]
LARGEST = 40_000_000  # bytes of a POST with its pictures
HERE = ("127.0.0.1", "::1")
CHANGED = "2026-11-30T00:00:00+08:00"  # when what discovery tells changed last


def door(*methods: str, alone: bool = False) -> Callable[[View], Callable[..., HttpResponse]]:
    """One address of the interface: methods, jurisdiction, errors and form are the same everywhere.

    `alone`: opens what scope it needs by itself, unless files come with it.
    """

    def wrap(view: View) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @functools.wraps(view)
        def handled(request: HttpRequest, form: str, **more: Any) -> HttpResponse:
            code, (root, told) = 200, ("errors", None)
            by_itself = alone and request.content_type != "multipart/form-data"
            with translation.override(stack().language), nullcontext() if by_itself else scoped(PUBLIC):
                try:
                    root, told = _let_in(view, methods)(request, **more)
                except Bad as problem:  # nothing was written before it, but that a wrong key was counted
                    code, told = problem.code, wire.error(problem.code, problem.description)
            headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
            if code == 401:
                headers["WWW-Authenticate"] = 'Basic realm="Open311", charset="UTF-8"'
            if code == 429:
                headers["Retry-After"] = "1"
            return HttpResponse(wire.written(root, told, form), wire.TYPES[form], code, headers=headers)

        return handled

    return wrap


def _let_in(view: View, methods: tuple[str, ...]) -> View:
    def asked(request: HttpRequest, **more: Any) -> Answer:
        if request.method not in methods:
            raise Bad(405, _("There is no such method here."))
        if int(request.headers.get("Content-Length") or 0) > LARGEST:
            raise Bad(413, _("More than %(n)s MB.") % {"n": LARGEST // 1_000_000})
        try:
            request.fields = _fields(request) if request.method == "POST" else request.GET  # type: ignore[attr-defined]
            wanted = request.fields.get("jurisdiction_id", "")  # type: ignore[attr-defined]
        except (MultiPartParserError, BadRequest, SuspiciousOperation, UnreadablePostError, ValueError) as error:
            raise Bad(400, _("This request could not be read.")) from error
        if wanted and wanted != jurisdiction():
            raise Bad(404, _("There is no jurisdiction with this jurisdiction_id."))
        return view(request, **more)

    return asked


def _fields(request: HttpRequest) -> QueryDict:
    """The fields of a POST, of the query too: clients differ. Raises what Django's parsers raise."""
    try:
        if not request.GET:
            return request.POST
        posted = request.POST.copy()
    except (RequestDataTooBig, TooManyFieldsSent) as error:
        raise Bad(413, _("This request is too large.")) from error
    for name, values in request.GET.lists():
        if name not in posted:
            posted.setlist(name, values)
    return posted


def jurisdiction() -> str:
    """What we are called there: the code of the city."""
    return str(stack().setting("city", ""))


def _key(request: HttpRequest) -> Key:
    """The key by which it comes. Raises Bad: 401 where the specification asks for none, 403 where it does."""
    if not (request.is_secure() or limits.address_of(request) in HERE or settings.DEBUG):
        raise Bad(403, _("Only over https: the key travels with each request."))
    try:
        return keys.key_in(request)
    except keys.NoKey:
        told = _("The API key is missing (api_key, or as password).")
        raise Bad(403 if request.method == "POST" else 401, told) from None
    except keys.WrongKey:
        raise Bad(403, _("This API key is wrong, or was revoked.")) from None
    except keys.TooFast:
        raise Bad(429, _("Too many requests at once. Try again in a second.")) from None


@door("GET", "HEAD")
def discovery(request: HttpRequest) -> Answer:
    """Where the interface is, and in which forms it speaks."""
    forms = ["text/xml", "application/json"]
    here = {
        "specification": "http://wiki.open311.org/GeoReport_v2",
        "url": public_url("/open311/v2"),
        "changeset": CHANGED,
        "type": "production" if not (settings.DEMO or settings.TRAINING) else "test",
        "formats": forms,
    }
    told = {
        "changeset": CHANGED,
        "contact": stack().organ(jurisdiction()).name,
        "key_service": _("An administrator of the bureau issues keys."),
        "endpoints": [here],
    }
    return "discovery", told


@door("GET", "HEAD")
def service_list(request: HttpRequest) -> Answer:
    """Every service."""
    return "services", [services.listed(one) for one in services.services().values()]


@door("GET", "HEAD")
def service(request: HttpRequest, code: str) -> Answer:
    """A service with its attributes."""
    found = services.find(code)
    if found is None:
        raise Bad(404, _("There is no service with this service_code."))
    return "service_definition", services.defined(found)


@door("GET", "HEAD", "POST", alone=True)
def requests(request: HttpRequest) -> Answer:
    """POST: keep a service request. GET: the platform's own ones."""
    key = _key(request)
    if request.method == "POST":
        return "service_requests", [_posted(request, key)]
    with scoped(SYSTEM):
        rows = shown.listed(key.platform, request.GET)
        told = [shown.shown(one) for one in rows]
        shown.told(key.platform, rows)
    return "service_requests", told


def _posted(request: HttpRequest, key: Key) -> dict[str, str]:
    if inbox.table_of(key.platform) is None:
        raise Bad(403, _("This platform gives no orders any more."))
    told = reading.posted(request.fields)  # type: ignore[attr-defined]
    files = [one for _name, given in request.FILES.lists() for one in given]
    one = inbox.keep(key.platform, told, media.uploaded(files) if files else ())
    notice = {"service_notice": "", "account_id": ""}
    if one.state == Request.State.TAKEN:
        return {"service_request_id": one.number, **notice}
    return {"token": str(one.uid), **notice}


@door("GET", "HEAD")
def one_request(request: HttpRequest, number: str) -> Answer:
    """One of the platform's own requests; another's is not there."""
    key = _key(request)
    with scoped(SYSTEM):
        found = shown.visible(key.platform).filter(number=number[:81]).first()
        if found is None:
            raise Bad(404, _("There is no service request with this service_request_id."))
        told = [shown.shown(found)]
        shown.told(key.platform, [found])
    return "service_requests", told


@door("GET", "HEAD")
def token(request: HttpRequest, token: str) -> Answer:
    """The number of what was answered by a token; none as long as it is not taken."""
    key = _key(request)
    try:
        found = Request.objects.filter(platform=key.platform, uid=UUID(token)).first()
    except ValueError:
        found = None
    if found is None:
        raise Bad(404, _("There is no such token."))
    number = found.number if found.state == Request.State.TAKEN else ""
    return "service_requests", [{"service_request_id": number, "token": str(found.uid)}]


@door("GET", "HEAD", "POST")
def request_updates(request: HttpRequest) -> Answer:
    """FixMyStreet's updates. POST: they add something. GET: what we told of their requests."""
    key = _key(request)
    if request.method == "POST":
        one = updates.posted(key.platform, request.fields)  # type: ignore[attr-defined]
        return "service_request_updates", [{"update_id": one.code}]
    rows = updates.ours(key.platform)
    start, end = shown.moment(request.GET, "start_date"), shown.moment(request.GET, "end_date")
    rows = rows.filter(at__gte=start) if start else rows
    rows = rows.filter(at__lte=end) if end else rows
    if number := reading.said(request.GET, "service_request_id"):
        rows = rows.filter(request__number=number)
    first, last = shown.paging(request.GET)
    with scoped(SYSTEM):
        some = list(rows[first:last])
        shown.told(key.platform, some)
    return "service_requests_updates", [updates.shown(one) for one in some]
