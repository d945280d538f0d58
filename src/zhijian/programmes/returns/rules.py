"""The rules that a return pledge needs, and the arithmetic of its terms: pure, without the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.clock import rule

DAYS_LEAST = rule("returns.days_least", _("How many days a return pledge gives at least"))
REFUND_MOST = rule("returns.refund_most", _("Within how many days a return pledge refunds at the latest"))
VALID_MOST = rule("returns.valid_most", _("For how many days a return pledge may be given at most"))
LOOK_WITHIN = rule(
    "returns.look_within", _("How long the office has to look at a return pledge"),
    label=_("Look at the return pledge"), starts="pledged or corrected", stops="accepted, sent back or ended",
)  # fmt: skip
VALID = rule(
    "returns.valid", _("That a return pledge ends with the day that it names"), label=_("End of the return pledge"),
    starts="accepted or changed", stops="run out, withdrawn or ended", theirs=True,
)  # fmt: skip
REMIND = rule("returns.remind", _("How many days before a return pledge runs out the shop is reminded"))
BROKEN_MOST = rule(
    "returns.broken_most", _("After how many broken promises the office is asked to end a return pledge")
)


@dataclass(frozen=True)
class Words:
    """The terms of a pledge, as they are compared."""

    goods: str
    scope: str
    excluded: str
    days: int
    condition: str
    refund_days: int
    valid_until: dt.date


NAMES = tuple(Words.__dataclass_fields__)


def words_of(source: Any) -> Words:
    """The terms of a record, a version, or of what was told."""
    return Words(**{name: getattr(source, name) for name in NAMES})


def no_worse(new: Words, old: Words) -> bool:
    """Whether the new terms are for the consumer in every point at least as good as the old ones.

    Words are not weighed: what a text takes in or leaves out counts as no worse only where it is the same, or where
    nothing is left out any more.
    """
    return (
        new.days >= old.days
        and new.refund_days <= old.refund_days
        and new.valid_until >= old.valid_until
        and (new.goods, new.scope, new.condition) == (old.goods, old.scope, old.condition)
        and new.excluded in (old.excluded, "")
    )


def begins(new: Words, held: list[Words], day: dt.date) -> dt.date:
    """From which day on changed terms hold: at once where they are no worse than all that hold today or later, else for
    what is bought from tomorrow on."""
    return day if all(no_worse(new, old) for old in held) else day + dt.timedelta(days=1)


def asks(broken: int, borne: int, most: int | None) -> bool:
    """Whether the office is asked to end a pledge: broken so often, and again since it was last left in force."""
    return most is not None and broken >= most and broken > borne


def number(of: Any, day: dt.date) -> int | None:
    """A rule's number on a day; None where the place has none."""
    value = of.value(day)
    return int(value) if value is not None else None
