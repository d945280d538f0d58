"""The time to pay hangs on the day of service, whether it was proven at the visit or later at the desk."""

from __future__ import annotations

from zhijian.kernel.clock import calendar
from zhijian.kernel.papers.serving import Service, on_served
from zhijian.programmes.spot_penalty.effects import mark_served
from zhijian.programmes.spot_penalty.papers import DECISION


@on_served(DECISION)
def served(service: Service) -> None:
    """Hear of proven service."""
    day, matter = service.served_on, service.paper.matter
    if day is None or matter.state == "withdrawn":
        return
    mark_served(matter, day, max(service.at or calendar.start_of(day), matter.opened))
