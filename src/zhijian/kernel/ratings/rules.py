"""The rules of asking and calling back, and the arithmetic of the sample as pure functions."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import rule

ASK_WITHIN = rule("ratings.ask_within", _("How long after the end of a matter the enterprise may rate it"))
CHANGE_WITHIN = rule("ratings.change_within", _("How long a rating may be changed"))
BAD = rule("ratings.bad_at_most", _("Up to how many stars a rating is bad and leads to a return call"))
SAMPLE = rule("ratings.sample_percent", _("How many of a hundred closed matters are called back by draw"))
MINIMUM = rule("ratings.aggregate_min", _("From how many ratings on an officer is told their mean"))
TRIES = rule("ratings.call_tries", _("On how many days a return call is tried before it is given up"))
CALL_WITHIN = rule(
    "ratings.call_within",
    _("By when a return call is made"),
    label=_("Return call"),
    starts="rated badly or drawn",
    stops="called or given up",
)


def rank(seed: str, uid: str) -> bytes:
    """The place of a matter in the draw: the SHA-256 of seed and uid."""
    return hashlib.sha256(f"{seed}:{uid}".encode()).digest()


def drawn(seed: str, uids: Iterable[str], percent: int) -> list[str]:
    """The sample: `percent` of a hundred, rounded half up, in the order of their ranks."""
    ranked = sorted(set(uids), key=lambda uid: rank(seed, uid))
    return ranked[: (len(ranked) * percent + 50) // 100]


def whole_blocks(count: int, minimum: int) -> int:
    """How many of `count` ratings an officer is told the mean of: whole blocks of `minimum`.

    The next mean always holds a whole block more, so that no single rating can be worked out from two of them.
    """
    return count // minimum * minimum if minimum > 0 else count
