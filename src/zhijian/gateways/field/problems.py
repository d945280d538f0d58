"""Numbered problems: a code for the app, a sentence for the person, and what mends it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Problem(Exception):
    """An answer that is not a success. `code` is stable; the texts are in the person's language."""

    def __init__(
        self, code: str, status: int, message: str | Promise, mend: str | Promise = "", **more: object
    ) -> None:
        super().__init__(code)
        self.code, self.status, self.message, self.mend, self.more = code, status, message, mend, more

    def body(self) -> dict[str, object]:
        return {"problem": self.code, "message": str(self.message), "mend": str(self.mend), **self.more}


def not_enrolled() -> Problem:
    return Problem(
        "enrol.refused",
        403,
        _("The phone was not enrolled: user name, password or one-time code is wrong or used up."),
        _("Ask for a new code on your desk page, under “My account”, and try again."),
    )


def no_token() -> Problem:
    return Problem("token.stale", 401, _("The phone has to prove itself again."), _("This happens by itself."))


def grant_over() -> Problem:
    return Problem(
        "grant.over",
        403,
        _("This phone's grant has ended or was revoked. What is on the phone is safe and can still be sent."),
        _("Enrol the phone again to get new tasks."),
    )


def revoked() -> Problem:
    return Problem(
        "device.revoked",
        403,
        _("This phone was reported lost or revoked. What is on it can still be sent; no new visit can be begun."),
        _("If it was found again, enrol it anew."),
    )


def differs() -> Problem:
    return Problem(
        "record.differs",
        409,
        _("Another record with this number is here already, with other content."),
        _("Nothing was overwritten. Export the record from the phone and show it to the office."),
    )


def unreadable(why: str) -> Problem:
    return Problem(
        "record.unreadable",
        422,
        _("This is not a record that can be read: %(why)s") % {"why": why},
        _("Export the record from the phone and show it to the office."),
    )


def not_here() -> Problem:
    return Problem("record.unknown", 404, _("There is no such record here."))


def no_picture() -> Problem:
    return Problem("picture.unknown", 404, _("There is no such photo among your open findings."))


def no_contact() -> Problem:
    return Problem("contact.unknown", 404, _("No own number of a contact is on file there for you."))


def why_needed() -> Problem:
    return Problem(
        "contact.why",
        422,
        _("You hold no open matter there: say what you need the number for."),
        _("The reason stands in the ledger with your name."),
    )
