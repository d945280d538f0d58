"""The steps of a visit whose record is amended: from being put right, or from its end, to either."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import ASSIGNEE, HEAD, INSPECTOR, PARTY, SECOND
from zhijian.kernel.matters import Step
from zhijian.programmes.inspection import facts, rules

SAID = _("A new version of the record took the place of version {n}: {reason}")


def _amended(
    verb: str, froms: tuple[str, ...], to: str, label: Any, told: type[facts.Facts], tells: list[Any], **more: Any
) -> Step:
    of: dict[str, Any] = {"who": [ASSIGNEE, SECOND, INSPECTOR], "hidden": True, "article": rules.AMEND_WITHIN, **more}
    return Step(verb, froms, to, label=label, facts=told, said=SAID, tells=tells, **of)


MADE = ("rectifying", "closed")
STEPS = [
    _amended(
        "amend", MADE, "closed", _("Amend the record: nothing is left to be put right"), facts.Amended, [HEAD, PARTY]
    ),
    _amended(
        "amend_order", MADE, "rectifying", _("Amend the record: findings to be put right"), facts.Amended,
        [HEAD, PARTY], reopens=True,
    ),
    _amended(
        "amend_note", ("closed",), "closed", _("Amend the record: what was seen, without a checklist"),
        facts.AmendedNote, [HEAD],
    ),
]  # fmt: skip
