"""The desk's page of kinds of visits: what holds for each, by which article, and since when."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, menu
from zhijian.kernel.packs import RuleRow
from zhijian.kernel.words import listed
from zhijian.programmes.inspection import kinds
from zhijian.programmes.inspection.kinds import Kind
from zhijian.programmes.inspection.models import Purpose

READERS = frozenset({Role.ADMIN, Role.SECTION, Role.AUDITOR, Role.HEAD, Role.CLERK, Role.INSPECTOR})
menu.item("visit_kinds", gettext_lazy("Kinds of visits"), "visit_kinds", READERS, order=75, under="inspection")

HEADS = (
    gettext_lazy("Kind of visit"), gettext_lazy("Notice"), gettext_lazy("Scope"), gettext_lazy("Result"),
    gettext_lazy("Yearly cap"), gettext_lazy("Visits due in the year"), gettext_lazy("Publication"),
    gettext_lazy("What the enterprise reads"),
)  # fmt: skip
NOTICE = {"may": gettext_lazy("may be told beforehand"), "never": gettext_lazy("never told beforehand")}
SCOPE = {
    "all": gettext_lazy("all items of the lists"),
    "open": gettext_lazy("only findings that are open"),
    "asked": gettext_lazy("what the officers look at"),
}
RESULT = {
    "sheet": gettext_lazy("classes of the result sheet"),
    "random": gettext_lazy("classes of the sheet, and those of a double-random check"),
    "none": gettext_lazy("none of its own"),
}


def cap_of(kind: Kind) -> str:
    """Whether it counts to the cap, in words."""
    grounds = listed(str(one.label) for one in kind.grounds)
    if kind.cap == "never":
        return _("does not count: %(grounds)s") % {"grounds": grounds}
    return _("counts, except for: %(grounds)s") % {"grounds": grounds} if grounds else _("counts to it")


def in_words(kind: Kind) -> list[str]:
    """What holds for the kind, in the order of HEADS."""
    return [
        str(kind.purpose.label), str(NOTICE[kind.notice]), str(SCOPE[kind.scope]), str(RESULT[kind.result]),
        cap_of(kind), _("is one of them") if kind.frequency else _("comes besides"),
        _("published") if kind.publish else _("not published"), str(kind.told.label),
    ]  # fmt: skip


def shown() -> list[tuple[Purpose, list[tuple[str, str]], RuleRow | None]]:
    """Each kind with what holds for it; nothing for one that the place does not know."""
    today = calendar.today()
    found = []
    for one in kinds.ALL:
        kind = kinds.known(one, today)
        words = list(zip((str(head) for head in HEADS[1:]), in_words(kind)[1:], strict=True)) if kind else []
        found.append((one, words, kind.row if kind else None))
    return found


def _rows(_actor: Actor, _given: Any) -> list[Kind]:
    return [kind for one in kinds.ALL if (kind := kinds.known(one, calendar.today())) is not None]


def _cells(block: list[Kind], _actor: Actor) -> Iterator[list[Any]]:
    for one in block:
        row = one.row
        yield [*in_words(one), *([row.basis, row.article, row.verified, row.note] if row else [""] * 4)]


excel.sheet(
    "visit_kinds", gettext_lazy("Kinds of visits"), READERS,
    (*HEADS, gettext_lazy("Basis"), gettext_lazy("Article"), gettext_lazy("Verified"), gettext_lazy("Note")),
    _rows, _cells,
)  # fmt: skip


@require_safe
@gate.roles(*READERS)
def kinds_page(request: HttpRequest) -> HttpResponse:
    """`/visits/kinds/`: each kind with what holds for it and its ground."""
    return render(request, "inspection/desk/kinds.html", {"kinds": shown()})
