"""The rules of published complaint statistics. Where the place has none, nothing is published."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_noop as _

from zhijian.kernel.clock import rule

OUTCOMES = rule("complaints.publish_outcomes", _("After which outcomes a complaint is counted in public"))
SHOWN = rule("complaints.publish_shown", _("What the public page of complaints shows"))
CONSENT = rule(
    "complaints.publish_consent", _("Whether only complaints are counted in public whose complainant agreed to it")
)
OBJECT_WITHIN = rule(
    "complaints.publish_object",
    _("How long the shop may object before a complaint is counted in public"),
    label=_("Objection to publication"),
    starts="complaint ended",
    stops="objected, published or dropped",
    theirs=True,
)
DECIDE_WITHIN = rule(
    "complaints.publish_decide",
    _("Within what time an objection to publication is decided"),
    label=_("Decision on the objection"),
    starts="objected",
    stops="decided or dropped",
)
SHOWN_FOR = rule(
    "complaints.publish_for",
    _("How long a complaint is counted in public"),
    label=_("Publication"),
    starts="published",
    stops="over or taken down",
    theirs=True,
)


def publishes(result: str, day: dt.date) -> bool:
    """Whether a complaint that ended so on that day is counted in public."""
    return result in OUTCOMES.value(day, ())


def shows(what: str, day: dt.date) -> bool:
    """Whether the public page shows that: kind, number, settled."""
    return what in SHOWN.value(day, ())
