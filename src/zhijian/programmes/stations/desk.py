"""The staff's door: the lists of stations and of disputes with them, their pages, and what a complaint's page shows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import menu, said
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.filters import area_options
from zhijian.kernel.desk.forms import Asked, Options, choices
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.desk.panels import matter_act, matter_panel
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import why_not
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.matters.saying import reads
from zhijian.programmes.stations import actions, entering, rating, rules
from zhijian.programmes.stations.flow import DISPUTE, STATION, TAKES
from zhijian.programmes.stations.log import READS
from zhijian.programmes.stations.models import Station, StationDispute

SORT = Column(
    "sort", _("kind of station"), ("station__sort",),
    lambda m: Cell(m.station.get_sort_display()), lambda m: m.station.get_sort_display(),
)  # fmt: skip
GRADE = Column(
    "grade", _("last rating"), ("station__grade", "station__rated_year"),
    lambda m: Cell(f"{m.station.rated_year} {m.station.grade}" if m.station.grade else ""),
    lambda m: f"{m.station.rated_year} {m.station.grade}" if m.station.grade else "",
)  # fmt: skip
OF = Column(
    "of_number", _("number of the complaint"), ("station_dispute__of_number",),
    lambda m: Cell(m.station_dispute.of_number), lambda m: m.station_dispute.of_number,
)  # fmt: skip


def own_office(asked: Asked) -> Options:
    """The places within his scope, below their districts."""
    return area_options(asked.actor)


def station_panel(matter: Matter, record: Station, actor: Actor) -> dict[str, Any]:
    """Where it is, what was found, how it was rated, and the months."""
    day = calendar.today()
    takes = bool(actor.roles_at(matter.area) & set(TAKES))
    in_force = matter.state == "in_force"
    return {
        "serves_area": said.area_name(matter.area),
        "pass_mark": rules.pass_mark(day),
        "whole": sum(int(one["most"]) for one in record.looked),
        "ratings": record.ratings.select_related("by").order_by("-year")[:10],  # type: ignore[attr-defined]
        "years": rating.years(record, day) if in_force and not why_not(matter, "rate", actor) else [],
        "months": rating.months(record, day) if record.approved_on else [],
        "gives_key": in_force and takes,
        "looks": matter.state == "applied" and takes and bool(rules.standard(record.sort, day)),
    }


def dispute_panel(matter: Matter, record: StationDispute, actor: Actor) -> dict[str, Any]:
    """The complaint, the station, what it was told and what it did."""
    of = readable(Matter.objects.filter(pk=record.of_id), actor).only("uid", "number", "title").first()
    return {
        "complaint": of,
        "summary": str(record.summary),
        "who": " ".join(mask(str(one)) for one in (record.person, record.phone) if one),
        "ends": matter.state == "settled" and of is not None and actions.may_send(record.of, actor),
    }


class Stations(MatterList):
    flow = STATION
    columns = ["number", "title", SORT, "area", "state", GRADE, "opened"]
    filters = ("q", "state", "area", "sort", "grade", "period")
    start: ClassVar[dict[str, str]] = {"state": "open"}
    exported = ["entity", "address", "phone", "hours", "serves", "points", "code", "approved_on", "why"]
    opens: ClassVar[dict[str, Any]] = {"enter": entering.enter}
    panels = (Panel("stations/desk/station.html", station_panel),)
    rank = 16
    empty = _("An enterprise applies by its account; for others an office enters the application.")


class Disputes(MatterList):
    flow = DISPUTE
    columns = ["number", "title", OF, "area", "state", "assignee", "due", "opened"]
    filters = ("q", "state", "area", "assignee", "overdue", "period")
    start: ClassVar[dict[str, str]] = {"state": "open"}
    order = "due"
    exported = ["answer_by", "in_time", "done", "recovered", "confirmed", "why"]
    panels = (Panel("stations/desk/dispute.html", dispute_panel),)
    rank = 17
    empty = _("A dispute is sent to a station from the page of the complaint.")


def beside(matter: Matter, actor: Actor) -> dict[str, Any] | None:
    """What lies or lay with stations, on the complaint's page."""
    if matter.kind not in actions.kinds():
        return None
    rows = actions.of_matter(matter)
    shown = [(one, DISPUTE.state(one.matter.state), said.due_of(one.matter.due, one.matter.due_at)) for one in rows]
    return {"rows": shown, "ends": actions.may_send(matter, actor)} if shown else None


choices("own_office", own_office)
reads("own_office", said.area_name)
matter_panel("stations/desk/beside.html", beside)
matter_act("station_send", _("Send it to a station"),
           lambda matter, actor: matter.closed is None and actions.may_send(matter, actor))  # fmt: skip
menu.item("station_log", _("Logs of the stations"), "station_log", READS, order=79, under="complaints")
