"""What the upload process answers when it does not take something; the shape is the field gateway's."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.gateways.field.problems import Problem
from zhijian.kernel.evidence.refusals import Refused


def refused(why: Refused) -> Problem:
    """A refusal of the storage, as an answer."""
    return Problem(why.code, why.status, why.message, why.mend)


def elsewhere(offset: int) -> Problem:
    """Go on from another offset: this one is not where the server's copy ends."""
    return Problem(
        "upload.offset", 409, _("The server has another part of this file already."), _("It goes on from there."),
        offset=offset,
    )  # fmt: skip


def stalled(offset: int) -> Problem:
    """The phone's line went silent; what came is kept."""
    return Problem(
        "upload.stalled", 408, _("The connection was too slow. What has arrived is kept."),
        _("It goes on by itself when the connection is better."), offset=offset,
    )  # fmt: skip


def bad_request() -> Problem:
    """An address or numbers that make no sense."""
    return Problem("upload.bad", 400, _("This upload could not be understood."), _("Update the app."))


def chunk_too_large() -> Problem:
    """More in one request than agreed."""
    return Problem("upload.chunk", 413, _("This piece of the file is too large."), _("Update the app."))


def not_here() -> Problem:
    """No such address."""
    return Problem("request.not_found", 404, _("There is nothing here."))


def wrong_method() -> Problem:
    """An address that only knows GET and PUT."""
    return Problem("request.method", 405, _("This can't be done here."))


def trouble() -> Problem:
    """Our own fault; what has arrived is kept."""
    return Problem(
        "server.error", 500, _("Something went wrong on our side. What has arrived is kept."), _("Try again later.")
    )
