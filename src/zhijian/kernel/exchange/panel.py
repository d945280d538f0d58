"""A part of a matter's page: where it stands on other platforms, and what they call it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk import said
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.exchange import wording
from zhijian.kernel.exchange.acts import WORKERS
from zhijian.kernel.exchange.models import OPEN, Owed, State
from zhijian.kernel.exchange.tables import name_of
from zhijian.kernel.matters.models import Matter

TITLE = _("On other platforms")


def standing(matter: Matter, record: Any, actor: Actor) -> dict[str, Any]:
    """What the panel shows: each record of the matter that is owed somewhere, by platform."""
    rows = Owed.objects.filter(matter=matter).order_by("platform", "table")
    shown = [
        (row, name_of(row.path), wording.TONES.get(row.state, ""), said.due_of(row.due) if row.state in OPEN else None)
        for row in rows
    ]
    may = bool(actor.roles_at(matter.area) & set(WORKERS))
    return {"owed": shown, "may_report": may, "withdrawn": State.WITHDRAWN, "owed_title": TITLE}


OWED = Panel("exchange/panel.html", standing)
