"""What penalties on the spot owe to other platforms, and to a case programme: the decision, what became of the money.

Which platform wants it, in which columns and by when, stands in the pack (`exchange/*.toml`); a case programme asks
`actions.taken_over`.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.exchange import owes
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.programmes.spot_penalty.actions import taken_over
from zhijian.programmes.spot_penalty.flow import SPOT_PENALTY


def row(matter: Matter) -> dict[str, Any]:
    """The decision as a case of the simple procedure."""
    of, entity = taken_over(matter), matter.entity
    return {
        "decision": of.number,
        "decided_on": of.decided_on,
        "entity_code": entity.code if entity else "",
        "entity_name": entity.name if entity else matter.title,
        "organ": stack().organ(matter.area).name,
        "officers": [one["name"] for one in of.officers],
        "certificates": [one["certificate_no"] for one in of.officers if one["certificate_no"]],
        "facts": of.facts,
        "violated": of.violated,
        "basis": of.basis,
        "warning": "yes" if of.warning else "no",
        "fine": int(of.fine) if of.fine == int(of.fine) else str(of.fine),
        "paid_on": of.paid_on or of.handed_on,
        "withdrawn": of.withdrawn,
    }


PENALTY = owes(
    "spot_penalty",
    _("Penalty on the spot"),
    kinds=[SPOT_PENALTY.kind],
    begins=["decide", "warn", "file", "pay", "pay_part", "hand_in", "withdraw", "annul"],
    values={
        "decision": _("Number of the decision"),
        "decided_on": _("Decided on"),
        "entity_code": _("Code of the enterprise"),
        "entity_name": _("Name of the enterprise"),
        "organ": _("Office that inspects"),
        "officers": _("Officers"),
        "certificates": _("Numbers of their certificates"),
        "facts": _("Act punished"),
        "violated": _("Provision violated"),
        "basis": _("Basis of the penalty"),
        "warning": _("Warning"),
        "fine": _("Fine (yuan)"),
        "paid_on": _("Paid on"),
        "withdrawn": _("Why it is withdrawn"),
    },
    row=row,
)
