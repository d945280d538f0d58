"""The list of papers: by kind, office, period, state and whether served; newest first, by key; as Excel."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import below
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import acts
from zhijian.kernel.papers.forms import form, forms, named
from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.papers.pages import cells_of
from zhijian.kernel.papers.serving import proving, withdrawing, within

PAGE = 50
BACK = 90  # days that the list goes back unless somebody says otherwise
EVER = dt.date(2010, 1, 1)  # what is to be done is shown however old it is
TO_DO = ("late", "unproven", "contested")
READERS = (
    Role.INSPECTOR, Role.CASE_OFFICER, Role.CLERK, Role.HEAD, Role.SECTION, Role.LEADER, Role.LEGAL_REVIEWER,
    Role.AUDITOR,
)  # fmt: skip
STATES = [
    ("waits", gettext_lazy("Waits for the seal")),
    ("force", gettext_lazy("In force")),
    ("draft", gettext_lazy("Draft")),
    ("void", gettext_lazy("Void")),
]
SERVED = [
    ("no", gettext_lazy("Not served")),
    ("way", gettext_lazy("On its way")),
    ("yes", gettext_lazy("Served")),
    ("late", gettext_lazy("Overdue to be served")),
    ("unproven", gettext_lazy("Proof to be added")),
    ("contested", gettext_lazy("Said to be recorded wrongly")),
]


@dataclass(frozen=True)
class Chosen:
    """What the list shows. Days are legal days, both included."""

    kind: str
    area: str
    since: dt.date
    until: dt.date | None
    state: str
    served: str
    mine: bool = False

    @classmethod
    def read(cls, given: Any) -> Chosen:
        """From an address; what is not understood is left out."""
        kind, area = given.get("kind", ""), given.get("area", "")
        served = given.get("served", "") if given.get("served", "") in dict(SERVED) else ""
        back = EVER if served in TO_DO else calendar.today() - dt.timedelta(days=BACK)
        return cls(
            kind if kind in forms() else "",
            area if area in stack().areas else "",
            _day(given.get("since", "")) or back,
            _day(given.get("until", "")),
            given.get("state", "") if given.get("state", "") in dict(STATES) else "",
            served,
            given.get("mine", "") == "1",
        )

    @property
    def query(self) -> str:
        """The same choice as the tail of an address."""
        told = {
            "kind": self.kind, "area": self.area, "since": self.since.isoformat(),
            "until": self.until.isoformat() if self.until else "", "state": self.state, "served": self.served,
            "mine": "1" if self.mine else "",
        }  # fmt: skip
        return urlencode({name: value for name, value in told.items() if value})


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1990 <= day.year <= 2200 else None


def rows_of(chosen: Chosen, actor: Actor) -> QuerySet[Paper]:
    """The chosen papers that this person may read, newest first."""
    rows = readable(Paper.objects.all(), actor, "matter").filter(at__gte=calendar.start_of(chosen.since))
    if chosen.until:
        rows = rows.filter(at__lt=calendar.start_of(chosen.until + dt.timedelta(days=1)))
    if chosen.kind:
        rows = rows.filter(kind=chosen.kind)
    if chosen.area:
        rows = rows.filter(below("area", chosen.area))
    if chosen.mine:
        rows = within.held(rows, actor)
    return _stands(_is_served(rows, chosen.served), chosen.state).order_by("-at", "-pk")


def _stands(rows: QuerySet[Paper], state: str) -> QuerySet[Paper]:
    sealed = sorted(kind for kind, one in forms().items() if one.sealed)
    if state == "waits":
        return rows.filter(Paper.in_force(), sealed=False, kind__in=sealed)
    if state == "force":
        return rows.filter(Q(sealed=True) | ~Q(kind__in=sealed), Paper.in_force())
    return rows.filter(state=state) if state else rows


def _is_served(rows: QuerySet[Paper], served: str) -> QuerySet[Paper]:
    if not served:
        return rows
    kinds = sorted(kind for kind, one in forms().items() if one.served)
    rows = rows.filter(Paper.in_force(), kind__in=kinds)
    if served == "late":
        return within.overdue(rows)
    if served == "unproven":
        return proving.unproven(rows)
    if served == "contested":
        return withdrawing.contested(rows)
    under_way = Q(state__in=["planned", "on_its_way"]) | Q(state="served", served_on__gt=calendar.today())
    which = {"way": under_way, "yes": Q(state="served", served_on__lte=calendar.today())}
    found = Exists(Service.objects.filter(which.get(served, under_way | which["yes"]), paper=OuterRef("pk")))
    return rows.filter(~found if served == "no" else found)


def after(rows: QuerySet[Paper], key: str) -> QuerySet[Paper]:
    """The rows after a key "<moment>~<pk>"; all of them when it cannot be read."""
    at, _sep, pk = key.partition("~")
    try:
        moment = dt.datetime.fromisoformat(at)
    except ValueError:
        return rows
    if moment.tzinfo is None or not pk.isdecimal() or len(pk) > 18:
        return rows
    return rows.filter(Q(at__lt=moment) | Q(at=moment, pk__lt=int(pk)), at__lte=moment)


def key_of(paper: Paper) -> str:
    """What `after` reads."""
    return f"{paper.at.isoformat()}~{paper.pk}"


@require_safe
@gate.roles(*READERS)
def list_page(request: HttpRequest) -> HttpResponse:
    """The list, with what can be done with many at once: print, ask for the seal."""
    actor, chosen = gate.actor_in(request), Chosen.read(request.GET)
    key = request.GET.get("after", "")[:80]
    found = list(_light(after(rows_of(chosen, actor), key))[: PAGE + 1])
    shown = found[:PAGE]
    served = acts.how_served(shown)
    context = {
        "chosen": chosen,
        "rows": [
            (one, form(one.kind).title, *acts.standing(one), *served.get(one.pk, ("", "")), said.area_name(one.area))
            for one in shown
        ],
        "kinds": named(forms()),
        "areas": offices(actor),
        "states": STATES,
        "served": SERVED,
        "after": key_of(shown[-1]) if len(found) > PAGE else "",
        "later": bool(key),
        "keeps": bool(actor.roles_at() & set(acts.KEEPERS)),
    }
    return render(request, "papers/list.html", context)


def offices(actor: Actor) -> list[tuple[str, str]]:
    """The places that this person may choose among: those in his scope."""
    return [(code, said.area_name(code)) for code in sorted(stack().areas) if actor.can_read(code)]


HEADING = (
    gettext_lazy("Paper"), gettext_lazy("Number"), gettext_lazy("Enterprise"), gettext_lazy("Area"),
    gettext_lazy("Date"), gettext_lazy("State"), gettext_lazy("Served"), gettext_lazy("Belongs to"),
)  # fmt: skip


def _in_words(chosen: Chosen) -> list[tuple[str, str]]:
    """The filters as a person reads them: heading and value."""
    days = [chosen.since.isoformat(), chosen.until.isoformat() if chosen.until else "…"]
    return [
        (_("Kind"), form(chosen.kind).title if chosen.kind else ""),
        (_("Date"), " – ".join(days)),
        (_("State"), str(dict(STATES).get(chosen.state, ""))),
        (_("Service"), str(dict(SERVED).get(chosen.served, ""))),
    ]


def _light(rows: QuerySet[Paper]) -> QuerySet[Paper]:
    return rows.select_related("matter", "entity").defer("data", "signatures")


def _cells(block: list[Paper], _actor: Actor) -> Iterator[list[Any]]:
    served = acts.how_served(block)
    for one in block:
        *first, belongs = cells_of(one)
        yield [*first, acts.standing(one)[0], served.get(one.pk, ("", ""))[0], belongs]


excel.sheet(
    "papers", gettext_lazy("Papers"), READERS, HEADING,
    lambda actor, given: _light(rows_of(Chosen.read(given), actor)), _cells,
    told=lambda _actor, given: _in_words(Chosen.read(given)),
)  # fmt: skip
