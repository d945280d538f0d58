"""The list of possible duplicates: why, both files beside each other, to the merge page, or “not the same”."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import area_filter, below
from zhijian.kernel.desk import excel, gate, said
from zhijian.kernel.desk.filters import area_options
from zhijian.kernel.desk.paging import rows_after
from zhijian.kernel.evidence import ledger
from zhijian.kernel.registry.alike import REASONS
from zhijian.kernel.registry.joining import JOINERS, READERS
from zhijian.kernel.registry.models import Twin
from zhijian.kernel.registry.twins import finding
from zhijian.kernel.registry.twins.still import still
from zhijian.kernel.words import listed

PAGE = 30
HEAVY = [f"{side}__{name}" for side in ("one", "other") for name in ("grams", "initials", "extra")]
APART = ledger.entry_kind("registry.not_the_same", label=gettext_lazy("{one} and {other} are not the same enterprise"))
AGAIN = ledger.entry_kind("registry.maybe_the_same", label=gettext_lazy("{one} and {other} are to be looked at again"))


@dataclass(frozen=True)
class Chosen:
    """What the list shows; in the address."""

    area: str
    reason: str
    state: str

    @classmethod
    def read(cls, given: Any, actor: Actor) -> Chosen:
        """What is not understood is left out."""
        area, reason = given.get("area", ""), given.get("reason", "")
        return cls(
            area if area in dict(area_options(actor)) else "",
            reason if reason in finding.GROUPS else "",
            str(Twin.State.APART if given.get("state") == Twin.State.APART else Twin.State.OPEN),
        )

    @property
    def query(self) -> str:
        """The same choice as the tail of an address."""
        told = {"area": self.area, "reason": self.reason, "state": self.state if self.state != Twin.State.OPEN else ""}
        return urlencode({name: value for name, value in told.items() if value})


def visible(actor: Actor, area: str = "") -> QuerySet[Twin]:
    """Pairs of which one side at least lies in the person's scope (in `area`), and both still stand."""
    either = area_filter(actor) | area_filter(actor, "other_area")
    rows = Twin.objects.filter(either, one__merged_into=None, other__merged_into=None)
    return rows.filter(below("area", area) | below("other_area", area)) if area else rows


def listing(chosen: Chosen, actor: Actor) -> QuerySet[Twin]:
    """The chosen pairs in the list's order, with both files."""
    rows = visible(actor, chosen.area).filter(state=chosen.state)
    if chosen.reason:
        rows = rows.filter(reasons__contains=[chosen.reason])
    return rows.select_related("one", "other").defer(*HEAVY).order_by("pk")


@require_safe
@gate.roles(*READERS)
def twins_page(request: HttpRequest) -> HttpResponse:
    """`/duplicates/`: pairs of the area with their reasons; page by key."""
    actor = gate.actor_in(request)
    chosen = Chosen.read(request.GET, actor)
    found = list(rows_after(listing(chosen, actor), request.GET)[: PAGE + 1])
    areas = said.area_name
    shown = [
        (t, _words(reasons), areas(t.area), areas(t.other_area), _decides(t, actor))
        for t, reasons in still(found[:PAGE]) if not chosen.reason or chosen.reason in reasons
    ]  # fmt: skip
    context = {
        "chosen": chosen,
        "rows": shown,
        "after": found[PAGE - 1].pk if len(found) > PAGE else "",
        "later": bool(request.GET.get("after")),
        "areas": area_options(actor),
        "reasons": [(code, REASONS[code]) for code in finding.GROUPS],
        "states": Twin.State.choices,
    }
    return render(request, "registry/twins.html", context)


def _decides(twin: Twin, actor: Actor) -> bool:
    return any(actor.roles_at(area) & JOINERS for area in (twin.area, twin.other_area))


def _words(reasons: list[str]) -> list[str]:
    return [str(REASONS[reason]) for reason in reasons if reason in REASONS]


HEADS = (
    gettext_lazy("One file"), gettext_lazy("Code of the entity"), gettext_lazy("Area"), gettext_lazy("Address"),
    gettext_lazy("Business phone"), gettext_lazy("The other file"), gettext_lazy("Code of the entity"),
    gettext_lazy("Area"), gettext_lazy("Address"), gettext_lazy("Business phone"),
    gettext_lazy("Why they may be the same"), gettext_lazy("State"), gettext_lazy("By whom"), gettext_lazy("Reason"),
)  # fmt: skip


def _cells(block: list[Twin], _actor: Actor) -> Iterator[list[Any]]:
    for twin, reasons in still(block):
        sides = ((twin.one, twin.area), (twin.other, twin.other_area))
        told = [[one.name, one.code, said.area_name(area), one.address, one.phone] for one, area in sides]
        yield [*told[0], *told[1], listed(_words(reasons)), twin.get_state_display(), twin.decided_by, twin.why]


def _told(actor: Actor, given: Any) -> list[tuple[str, str]]:
    chosen = Chosen.read(given, actor)
    reason = str(REASONS[chosen.reason]) if chosen.reason else ""
    return [(_("Reason"), reason), (_("State"), str(Twin.State(chosen.state).label))]


excel.sheet(
    "duplicates", gettext_lazy("Possible duplicates"), READERS, HEADS,
    lambda actor, given: listing(Chosen.read(given, actor), actor), _cells, told=_told,
)  # fmt: skip


@require_POST
@gate.roles(*JOINERS)
def twins_find(request: HttpRequest) -> HttpResponse:
    """Look again now instead of tonight."""
    finding.find.later(job_once="registry.find_twins")
    messages.success(request, _("It is being looked again; open this page anew in a minute."))
    return redirect("twins")


@require_POST
@gate.roles(*JOINERS)
def twins_decide(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`apart`: not the same, remembered for good; `again`: to be looked at once more."""
    actor = gate.actor_in(request)
    twin = get_object_or_404(visible(actor).select_related("one", "other").defer(*HEAVY), uid=uid)
    if not _decides(twin, actor):
        raise Http404
    apart = request.POST.get("what") != "again"
    if apart == (twin.state == Twin.State.APART):
        messages.warning(request, _("Somebody decided this meanwhile. Nothing was changed."))
        return _back(request, actor)
    twin.state = Twin.State.APART if apart else Twin.State.OPEN
    twin.decided_at, twin.decided_by = timezone.now(), actor.name
    twin.why = " ".join(request.POST.get("why", "").split())[:300]
    twin.save(update_fields=["state", "decided_at", "decided_by", "why"])
    ledger.record(
        (APART if apart else AGAIN).code,
        actor=actor,
        subject=f"entity:{twin.one_id}",
        entity_id=twin.one_id,
        area=twin.area if actor.can_read(twin.area) else twin.other_area,
        data={"one": twin.one.name, "other": twin.other.name, "why": twin.why},
    )
    messages.success(request, _("Remembered: not the same.") if apart else _("It is on the list again."))
    return _back(request, actor)


def _back(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The list as it was."""
    query = Chosen.read(request.POST, actor).query
    return redirect(f"/duplicates/?{query}" if query else "/duplicates/")
