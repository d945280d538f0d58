"""The films on a visit's page."""

from __future__ import annotations

from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.recordings import acts


def _films(matter: Matter, record: Any, actor: Actor) -> dict[str, Any]:
    return {"films": acts.lines(acts.of_matter(matter), actor)}


PANEL = Panel("recordings/panel.html", _films)
