"""The staff's door: complaints, reports, enquiries; who came, who is meant, whom was spoken to, under which numbers."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import DISPATCHER, HEAD, LEADER
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock.declared import Rule
from zhijian.kernel.desk import menu
from zhijian.kernel.desk.centre import centre
from zhijian.kernel.desk.columns import Cell, Column
from zhijian.kernel.desk.filters import area_options
from zhijian.kernel.desk.forms import Asked, Options, choices
from zhijian.kernel.desk.lists import Many, MatterList, Panel
from zhijian.kernel.exchange.tables import platforms
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import why_not
from zhijian.kernel.registry.numbers import areas_of, shown
from zhijian.kernel.words import listed
from zhijian.programmes.complaints import categories, private, rules, together_pages, wording
from zhijian.programmes.complaints.flow import COMPLAINT, ENQUIRY, REPORT, ROUTE
from zhijian.programmes.complaints.handling.desk import HANDLING, Mediations, Recalls, Rewards
from zhijian.programmes.complaints.models import Claim, Contact, Item, Order
from zhijian.programmes.complaints.publication.desk import Publications
from zhijian.programmes.complaints.routing import proposing

CALLS = 20
__all__ = ["Complaints", "Enquiries", "Everything", "Mediations", "Publications", "Recalls", "Reports", "Rewards"]


def _below(asked: Asked) -> Options:
    """The offices below the one where it lies."""
    here = asked.area
    return [(code, name) for code, name in area_options(asked.actor) if code.startswith(here) and code != here]


def _grounds(of: Rule) -> Any:
    def options(asked: Asked) -> Options:
        if asked.matter is None:
            return []
        return [(number, f"{number}. {words}") for number, words in
                rules.grounds(of, asked.matter, timezone.now()).items()]  # fmt: skip

    return options


choices("area_below", _below, says=lambda asked: proposing.says(asked.matter))
choices("refusal_ground", _grounds(rules.REFUSAL_GROUNDS))
choices("end_ground", _grounds(rules.END_GROUNDS))


def _first_contact(matter: Matter) -> Cell:
    record = matter.item  # type: ignore[attr-defined]
    if record.contacted is None:
        return Cell("")
    return Cell(
        f"{timezone.localtime(record.contacted):%m-%d %H:%M}", tone="bad" if record.contacted_in_time is False else ""
    )


FIRST_CONTACT = Column(
    "contacted", _("First contact"), ("item__contacted", "item__contacted_in_time"), _first_contact,
    lambda m: m.item.contacted and timezone.localtime(m.item.contacted).replace(tzinfo=None),
)  # fmt: skip


CATEGORY = Column(
    "category", _("Kind of problem"), ("item__category",),
    lambda m: Cell(categories.name_of(m.item.category) if m.item.category else ""),
    lambda m: categories.name_of(m.item.category) if m.item.category else "",
)  # fmt: skip


def item_panel(matter: Matter, record: Item, actor: Actor) -> dict[str, Any]:
    """What was told, by whom, about whom; the calls, the outer numbers, the answer."""
    words = private.words_shown(matter, record, actor)
    calls = list(Contact.objects.filter(matter=matter).select_related("by").order_by("-at")[:CALLS])
    return {
        "covered": _covered(record),
        "words": str(record.text) if words else "",
        "claims": listed(Claim(one).label for one in record.claim if one in Claim.values),
        "enterprise_phone": _enterprise_phone(matter, record, actor),
        "may_name": not why_not(matter, "name", actor),
        "may_call": not why_not(matter, "contact", actor),
        "calls": calls,
        "orders": [(one, _platform(one)) for one in Order.objects.filter(matter=matter).order_by("pk")],
        "ground": wording.ground_of(record),
        "reply": str(record.reply) if record.reply and words else "",
    }


def _covered(record: Item) -> dict[str, str]:
    """What is sealed of who came, masked."""
    found = {name: getattr(record, name) for name in ("person", "phone", "id_number", "address")}
    return {name: mask(str(value)) for name, value in found.items() if value}


def _enterprise_phone(matter: Matter, record: Item, actor: Actor) -> str:
    if matter.entity is None:
        return str(record.said_phone)
    number = (matter.premises.phone if matter.premises else "") or matter.entity.phone
    return shown(matter.entity, number, areas_of(matter.entity), actor) if number else str(record.said_phone)


def _platform(order: Order) -> str:
    known = platforms().get(order.platform)
    return known.short or known.name if known is not None else order.platform


SUPERVISE = Many(_("Order supervision"), "supervise_many", (LEADER, HEAD, DISPATCHER))


menu.heading("complaints", _("Complaints and reports"), 10, "supervision", "stations", "returns")


class Shared(MatterList):
    """What all lists of items share."""

    filters = ("q", "state", "area", "channel", "meant", "assignee", "urgency", "overdue", "due", "period")
    start: ClassVar[dict[str, str]] = {"state": "open"}
    order = "due"
    pages: ClassVar[dict[str, str]] = {"register": "item_new"}
    many: ClassVar[tuple[Many, ...]] = (SUPERVISE,)


class Items(Shared):
    """What the list of each kind has besides."""

    bulk = ("assign", "pass_on")
    many = (Many(_("Deal with them together"), "items_together"), SUPERVISE)
    panels = (
        Panel("complaints/desk/about.html", categories.told), Panel("complaints/desk/route.html", proposing.panel),
        Panel("complaints/desk/item.html", item_panel),
        Panel("complaints/desk/seen.html", together_pages.panel), HANDLING,
    )  # fmt: skip


class Complaints(Items):
    flow = COMPLAINT
    columns = ["number", "title", "channel", "area", "state", "assignee", FIRST_CONTACT, "due", "opened"]
    exported = ["entity", CATEGORY, "said_category", "result", "recovered", "accepted"]
    rank = 10
    empty = _("Complaints come by the sheets of 12345 and 12315 (Other platforms), or are registered here.")


class Reports(Items):
    flow = REPORT
    columns = ["number", "title", "channel", "area", "state", "assignee", "due", "opened"]
    exported = ["entity", CATEGORY, "said_category", "result"]
    rank = 11
    empty = _("Reports come by the sheets of 12345 and 12315 (Other platforms), or are registered here.")


class Enquiries(Items):
    flow = ENQUIRY
    columns = ["number", "title", "sort", "channel", "area", "state", "assignee", "due", "opened"]
    rank = 12
    empty = _("Enquiries come by the sheets of 12345 and 12315 (Other platforms), or are registered here.")


class Everything(Shared):
    """One desk: what came by 12345 and by 12315, whatever it is; what the command centre counts."""

    flows = (COMPLAINT, REPORT, ENQUIRY)
    name = "items"
    title = _("Complaints, reports and enquiries")
    columns = ["number", "title", "kind", "channel", "area", "state", "assignee", "due", "opened"]
    exported = ["entity", CATEGORY, "said_category", "result"]
    room = False
    empty = _("Items come by the sheets of 12345 and 12315 (Other platforms), or are registered in their lists.")

    @classmethod
    def opening_steps(cls, actor: Actor) -> list[tuple[Flow, Step]]:
        """One button: the page that it leads to asks for the kind."""
        return super().opening_steps(actor)[:1]


centre("complaints", _("Command centre"), Everything.name, (*ROUTE, Role.LEADER, Role.SECTION, Role.AUDITOR))
