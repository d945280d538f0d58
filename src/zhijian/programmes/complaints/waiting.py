"""What waits on the to-do of those who route and of those who approve: a line for each list; words and hot spots."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial

from django.utils.translation import ngettext

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import area_filter, moment
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.flow import Flow
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints import alerts, labels
from zhijian.programmes.complaints.flow import APPROVE, COMPLAINT, ENQUIRY, KINDS, REPORT, ROUTE

COUNTED = 1000  # counted no further
STATES = ("told", "received", "approving")


def waiting(actor: Actor) -> Counter[tuple[str, str]]:
    """How many lie in each list to be routed and to be approved, within what he works on; remembered for a request."""
    known = moment()
    if (key := ("complaints waiting", actor.label)) not in known:
        rows = Matter.objects.filter(area_filter(actor, roles={*ROUTE, *APPROVE}), kind__in=KINDS, state__in=STATES)
        known[key] = Counter(rows.filter(closed=None).values_list("kind", "state")[:COUNTED])
    return known[key]  # type: ignore[no-any-return]


def to_route(flow: Flow, n: int) -> str:
    """The sentence of a list, told how many."""
    told = {"what": flow.plural, "n": n}
    return ngettext("%(what)s: %(n)s to be routed", "%(what)s: %(n)s to be routed", n) % told


def to_approve(flow: Flow, n: int) -> str:
    """The sentence of a list, told how many answers."""
    told = {"what": flow.plural, "n": n}
    return ngettext("%(what)s: %(n)s answer to be approved", "%(what)s: %(n)s answers to be approved", n) % told


def _register(flow: Flow, state: str, roles: Iterable[Role], say: Callable[[Flow, int], str]) -> None:
    waits(
        f"{flow.kind}_{state}", roles, lambda actor: waiting(actor)[flow.kind, state], partial(say, flow),
        f"/l/{flow.kind}/", f"state={state}",
    )  # fmt: skip


def to_register(flow: Flow, n: int) -> str:
    """The sentence of a list, told how many were told on our own pages."""
    told = {"what": flow.plural, "n": n}
    return ngettext(
        "%(what)s: %(n)s told online, to be registered", "%(what)s: %(n)s told online, to be registered", n
    ) % told  # fmt: skip


def to_map(n: int) -> str:
    """The sentence of the words of platforms."""
    return ngettext("%(n)s word of a platform to be mapped", "%(n)s words of platforms to be mapped", n) % {"n": n}


def hot(n: int) -> str:
    """The sentence of the hot spots."""
    return ngettext("%(n)s hot spot of complaints or reports", "%(n)s hot spots of complaints or reports", n) % {"n": n}


waits("complaint_labels", [Role.DISPATCHER], lambda actor: labels.unmapped(actor, COUNTED), to_map, "item_labels")
waits("hot_spots", alerts.TOLD, lambda actor: alerts.open_ones(actor)[:COUNTED].count(), hot, "hot_spots")
for _flow in (COMPLAINT, REPORT, ENQUIRY):
    _register(_flow, "told", ROUTE, to_register)
    _register(_flow, "received", ROUTE, to_route)
    _register(_flow, "approving", APPROVE, to_approve)
