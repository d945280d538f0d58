"""One request with a submission, wherever it comes in: at the desk's server, or at the uploads' process.

The list of forms comes from the desk's server; submissions are shown on to the uploads' process of the same host, where
slow phones hold up nobody.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from django.utils import translation
from django.utils.translation import gettext as _

from zhijian.gateways.field.problems import Problem
from zhijian.gateways.openrosa import access, taking, wire
from zhijian.gateways.openrosa.taking import Sent
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.evidence.refusals import Refused

PATH = "/openrosa/submission"
XML = "xml_submission_file"
MORE = "*isIncomplete*"
PIECE = 64 * 1024
MOST = 32 * 1024 * 1024  # bytes of one request: the largest file with its form
Answer = tuple[int, bytes, dict[str, str]]


def secure(scheme: str, forwarded: str) -> bool:
    """Whether a request came by https: told by the proxy where there is one."""
    return (forwarded if settings.BEHIND_PROXY else scheme).lower() == "https"


def answer(status: int, message: str, nature: str = "", **more: str) -> Answer:
    """What is said, as OpenRosa has it."""
    return status, wire.said(message, nature), {"Content-Type": wire.TYPE, **wire.HEADERS, **more}


def let_in(header: str | None, address: str, https: bool) -> Device | Answer:
    """The handset, or why not: only by https, since the password travels with each request."""
    if not https:
        return answer(403, _("Only over https: set the server's address to https://…"))
    try:
        return access.device_of(header, address)
    except access.TooMany:
        return answer(429, _("Too many wrong passwords. Try again in a quarter of an hour."), **{"Retry-After": "900"})
    except access.Wrong:
        return answer(
            401,
            _("User name or app password is wrong. Show a new code on your desk page, under “My account”."),
            **{"WWW-Authenticate": wire.CHALLENGE},
        )


def submit(device: Device, meta: Mapping[str, Any], body: IO[bytes]) -> Answer:
    """Take in one POST whose body is whole: kept before it is answered 201."""
    with translation.override(device.person.language), ExitStack() as files:
        try:
            _submission, record = taking.take(parsed(meta, body, files), device)
        except (MultiPartParserError, SuspiciousOperation, BadRequest):
            return answer(400, _("This request could not be read."))
        except Problem as problem:
            return answer(problem.status, f"{problem.message} {problem.mend}".strip())
        except Refused as why:
            return answer(why.status, str(why))
        return answer(201, taking.told(record), "submit_success")


def parsed(meta: Mapping[str, Any], body: IO[bytes], opened: ExitStack) -> Sent:
    """The parts of a multipart body, on disk until `opened` ends. Raises BadRequest and what Django's parser raises."""
    if not str(meta.get("CONTENT_TYPE", "")).lower().startswith("multipart/form-data"):
        raise BadRequest
    fields, found = MultiPartParser(dict(meta), body, [TemporaryFileUploadHandler()], "utf-8").parse()
    parts = [(field, one) for field in found for one in found.getlist(field)]
    for _field, part in parts:
        opened.callback(part.close)
    forms = [part for field, part in parts if field == XML]
    if len(forms) != 1:
        raise BadRequest
    files = [(part.name, part.file) for field, part in parts if field != XML]
    return Sent(forms[0].read(), files, MORE in fields)


def whole(body: IO[bytes], length: int) -> IO[bytes] | None:
    """The body on disk, when all that was announced has come; None for a line that broke.

    A part that was cut off would pass for a smaller file, and its whole one for another.
    """
    spool = tempfile.TemporaryFile()  # noqa: SIM115 -- whoever gets it closes it
    left = length
    while left and (piece := body.read(min(left, PIECE))):
        spool.write(piece)
        left -= len(piece)
    if left:
        spool.close()
        return None
    spool.seek(0)
    return spool
