"""Why a step did not happen; each says it in the person's language and how to mend it."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class StepError(Exception):
    """A step did not happen; nothing was changed."""

    code = "step"
    status = 409

    def __init__(self, message: str | Promise = "", article: str = "") -> None:
        super().__init__(str(message))
        self.message = str(message)
        self.article = article


class NotFound(StepError):
    """The matter does not exist, or is not the actor's to see: the two look alike."""

    code, status = "not_found", 404


class NotAllowed(StepError):
    """The actor holds no role or relation that may do it."""

    code, status = "not_allowed", 403


class NotOpen(StepError):
    """The step is not open from here, or a guard says no."""

    code = "not_open"


class Conflict(StepError):
    """Somebody changed the matter meanwhile: show both, never save over it."""

    code = "conflict"

    def __init__(self, yours: int, current: int) -> None:
        super().__init__(_("Somebody else changed this meanwhile. Look at what is new, then decide again."))
        self.yours, self.current = yours, current


class BadFacts(StepError):
    """What the step was told is incomplete or wrong; `errors` maps each field to its messages."""

    code, status = "bad_facts", 422

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(_("Some fields need another look."))
        self.errors = errors
