"""The desk's page of the list of inspection items: what may be inspected, out to Excel and in again, from a day on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import excel, gate, menu
from zhijian.kernel.desk.sheets.reading import NotTaken
from zhijian.kernel.packs import changes
from zhijian.kernel.packs.changes import ChangeRefused
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.checklists import in_force
from zhijian.programmes.inspection.fair import pages, workbook
from zhijian.programmes.inspection.fair.items import LEVELS, Item, items, unlisted
from zhijian.programmes.inspection.models import Checklist

READERS = pages.READERS
menu.item("visit_items", gettext_lazy("Inspection items"), "visit_items", READERS, order=75, under="inspection")

COLUMNS = {
    "code": gettext_lazy("Item code"),
    "title": gettext_lazy("Item"),
    "category": gettext_lazy("Item category"),
    "level": gettext_lazy("Item level"),
    "who": gettext_lazy("Who inspects"),
    "how": gettext_lazy("How it is inspected"),
    "frequency": gettext_lazy("How often"),
    "basis": gettext_lazy("Basis"),
    "lists": gettext_lazy("Codes of checklists"),
}
LENGTHS = {"code": 40, "title": 200, "basis": 300}


def _cells(block: list[Item], _actor: Any) -> Iterator[list[str]]:
    for one in block:
        yield [one.code, one.title, one.category, one.level_name, one.who, one.how, one.frequency, one.basis,
               " ".join(one.lists)]  # fmt: skip


excel.sheet(
    "visit_items", gettext_lazy("Inspection items"), READERS, tuple(COLUMNS.values()),
    lambda _actor, _given: items(calendar.today()), _cells,
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*READERS)
def items_page(request: HttpRequest) -> HttpResponse:
    """`/visits/items/`: the list in force; whoever may, puts a list of his own in its place by Excel."""
    actor, today = gate.actor_in(request), calendar.today()
    titles = dict(Checklist.objects.order_by("version").values_list("code", "title"))
    row = rules.ITEMS.maybe(today)
    context: dict[str, Any] = {
        "rows": [(one, [titles.get(code, code) for code in one.lists]) for one in items(today)],
        "row": row, "may": pages.may_set(actor), "today": today.isoformat(), "since": today.isoformat(),
        "unlisted": unlisted(in_force(today), today),
    }  # fmt: skip
    if request.method != "POST":
        return render(request, "inspection/desk/items.html", context)
    if not context["may"]:
        raise PermissionDenied
    context |= {"reason": request.POST.get("reason", "")[:300], "since": request.POST.get("since", "")[:10]}
    wrong: list[tuple[int, str]] = []
    try:
        table = workbook.read(request.FILES.get("file"), COLUMNS, ("code", "title", "basis", "lists"))
        made, wrong = take(table)
        if wrong:
            raise NotTaken(_("Nothing was changed: some rows need another look."))
        since = dt.date.fromisoformat(context["since"])
        if since < today:
            raise ChangeRefused(_("It begins today at the earliest."))
        value = [one.told() for one in made]
        changes.override(rules.ITEMS.name, actor=actor, since=since, reason=context["reason"], value=value)
    except (NotTaken, ChangeRefused, ValueError) as error:
        said = str(error) if isinstance(error, NotTaken | ChangeRefused) else _("Say from which day it is in force.")
        told = {**context, "problem": said, "wrong": wrong[:50]}
        return render(request, "inspection/desk/items.html", told, status=422)
    messages.success(request, _("The list of items holds from %(day)s.") % {"day": f"{since:%Y-%m-%d}"})
    return redirect("visit_items")


def take(table: workbook.Table) -> tuple[list[Item], list[tuple[int, str]]]:
    """The items of a sheet, and what is wrong with it by row."""
    known = set(Checklist.objects.values_list("code", flat=True))
    levels = {str(label): code for code, label in LEVELS.items()} | {code: code for code in LEVELS}
    made: dict[str, Item] = {}
    for n, row in table.rows:
        lists = tuple(dict.fromkeys(row.get("lists", "").replace(",", " ").replace("，", " ").split()))
        if not row["code"] or not row["title"] or not row["basis"]:
            table.fault(n, _("Code, item and basis are needed: no item without its ground."))
        elif row["code"] in made:
            table.fault(n, _("The code “%(text)s” stands there twice.") % {"text": row["code"][:40]})
        elif unknown := [one for one in lists if one not in known]:
            table.fault(n, _("There is no checklist “%(text)s”.") % {"text": unknown[0][:60]})
        elif any(len(row.get(name, "")) > most for name, most in LENGTHS.items()):
            table.fault(n, _("Too long: at most 40 characters of the code, 200 of the item, 300 of the basis."))
        else:
            words = {name: row.get(name, "") for name in COLUMNS if name not in ("lists", "level")}
            level = levels.get(row.get("level", ""), "general")
            made[row["code"]] = Item(**words, level=level, lists=lists)
    if not made and not table.wrong:
        table.fault(1, _("The sheet names no item: nothing could be inspected any more."))
    return list(made.values()), table.wrong
