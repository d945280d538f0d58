"""List pages: rows by key, filters in the address, bulk work, Excel."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.scope import in_scope, scoped
from zhijian.kernel.desk import columns, excel, exports, forms, paging, xlsx
from zhijian.kernel.desk.filters import Shown
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.lists import MatterList, list_of
from zhijian.kernel.desk.models import SheetRun
from zhijian.kernel.desk.sheets import ticked
from zhijian.kernel.desk.sheets.columns import acts as acts_by_sheet
from zhijian.kernel.desk.views import saved
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.search import capped_count

BULK = 200  # matters at once: each is locked, changed and told about in the one transaction
BATCH = 2_000  # rows fetched at a time for Excel


def found(request: HttpRequest, name: str) -> type[MatterList]:
    """The list, if it is one of the person's rooms; 404 otherwise."""
    one = list_of(name, actor_in(request))
    if one is None:
        raise Http404
    return one


def shown_filters(one: type[MatterList], given: dict[str, str], actor: Actor) -> list[Shown]:
    return [
        Shown(f, given.get(f.code, ""), {name: given.get(name, "") for name in f.reads}, f.options(actor))
        for f in one.made_filters()
    ]


def orders() -> list[tuple[str, str]]:
    """The orders to choose from."""
    return [("newest", _("newest first")), ("oldest", _("oldest first")), ("due", _("nearest due day first"))]


def table(one: type[MatterList], rows: list[Matter]) -> tuple[list[columns.Column], list[dict[str, Any]]]:
    """The columns that say something on this page, and the rows as a template draws them.

    A name that stands in the row already is not said twice: a shop is often called like its enterprise.
    """
    made = one.made_columns()
    shown = [(row, _once(made, [column.show(row) for column in made])) for row in rows]
    kept = [n for n in range(len(made)) if not shown or any(cells[n].text for _row, cells in shown)]
    drawn = [{"matter": row, "cells": [(made[n], cells[n]) for n in kept]} for row, cells in shown]
    return [made[n] for n in kept], drawn


def _once(made: list[columns.Column], cells: list[columns.Cell]) -> list[columns.Cell]:
    said: set[str] = set()
    found = []
    for column, cell in zip(made, cells, strict=True):
        if column.long:
            sub = "" if cell.sub in said else cell.sub
            cell = columns.Cell(sub) if cell.text in said else replace(cell, sub=sub)
        found.append(cell)
        said.add(cell.text)
    return found


@require_safe
@ours
@vary_on_headers("HX-Request")
def list_page(request: HttpRequest, name: str) -> HttpResponse:
    """A page of a list; only its rows when HTMX asks."""
    one, actor = found(request, name), actor_in(request)
    given = one.given(request.GET)
    rows = one.narrowed(actor, given)
    order = paging.order_of(request.GET.get("order", ""), one.order)
    count, more = capped_count(rows)
    page = paging.page(one.with_columns(rows), order, request.GET.get("after", ""), request.GET.get("before", ""))
    shown, drawn = table(one, page.rows)
    kept = {**dict.fromkeys(one.start, ""), **given, **({"order": order} if order != one.order else {})}
    context = {
        "list": one,
        "slug": one.slug(),
        "title": one.label(),
        "columns": shown,
        "rows": drawn,
        "count": f"{count:,}+" if more else f"{count:,}",
        "some": count,
        "page": page,
        "query": urlencode(kept),
        "order": order,
        "orders": orders(),
        "narrowed": bool(set(given) - set(one.start)),
        "bulk": one.bulk_steps(actor),
        "many": one.many_acts(actor),
        "by_sheet": bool(acts_by_sheet(one, actor)),
        "empty": one.empty,
    }
    if request.htmx and not request.htmx.history_restore_request:  # type: ignore[attr-defined]
        return render(request, "desk/parts/rows.html", context)
    context |= {"filters": shown_filters(one, given, actor)}
    context["opening"] = [(one.opens_at(flow, step), step) for flow, step in one.opening_steps(actor)]
    context["kept"] = saved.of(actor, one.slug())
    return render(request, "desk/list.html", context)


@require_safe
@ours
def list_export(request: HttpRequest, name: str) -> HttpResponse:
    """The same rows as an Excel file. It flows while it is read, in a transaction and scope of its own."""
    one, actor = found(request, name), actor_in(request)
    if not one.export:
        raise Http404
    given = one.given(request.GET)
    excel.entry(name, given, actor)
    title = str(one.label())
    about = exports.about(title, actor, told(one, given, actor), given.get("area", ""))
    return exports.answer(title, one.slug(), _excel(one, actor, given, about, get_language() or "en"))


def told(one: type[MatterList], given: dict[str, str], actor: Actor) -> list[tuple[str, str]]:
    """The chosen filters in words: heading and value; the area stands by itself."""
    found = []
    for filter_ in one.made_filters():
        values = [given[name] for name in filter_.reads if name in given]
        if filter_.code == "area" or not values:
            continue
        words = dict(filter_.options(actor))
        shown = [_("yes") if filter_.widget == "check" else words.get(value, value) for value in values]
        if filter_.widget == "dates":
            shown = [" – ".join(given.get(name, "…") for name in filter_.reads)]
        found.append((str(filter_.label), shown[0].strip("　")))
    return found


def _excel(
    one: type[MatterList], actor: Actor, given: dict[str, str], about: list[str], language: str
) -> Iterator[bytes]:
    with override(language), scoped(actor):
        made = one.made_columns(export=True)
        rows = (
            one.with_columns(one.narrowed(actor, given), export=True)
            .order_by("-opened", "-pk")
            .iterator(chunk_size=BATCH)
        )
        cells = ([c.raw(row) for c in made] for row in rows)
        heads = [str(c.label) for c in made]
        yield from xlsx.stream(about[0], heads, cells, [36 if c.long else 18 for c in made], about=about)


def _bulk_step(one: type[MatterList], verb: str, actor: Actor) -> Step:
    step = next((s for s in one.bulk_steps(actor) if s.verb == verb), None)
    if step is None:
        raise Http404
    return step


@require_POST
@ours
def list_bulk(request: HttpRequest, name: str, verb: str) -> HttpResponse:
    """One step for many matters: the first post asks for the facts, the second does it, each matter on its own.

    What is refused stays chosen, beside its reason, and what was told stays in the form.
    """
    one, actor = found(request, name), actor_in(request)
    step = _bulk_step(one, verb, actor)
    uids = [uid for uid in request.POST.getlist("uid") if forms.is_uid(uid)][:BULK]
    matters = list(in_scope(Matter.objects.filter(uid__in=uids, kind__in=one.kinds()), actor).order_by("pk"))
    if not matters:
        messages.warning(request, _("Nothing was chosen."))
        return redirect(one.url())
    going = "go" in request.POST
    form = forms.form_for(step, matters[0], actor, request.POST if going else None)
    context = {"list": one, "title": one.label(), "step": step, "matters": matters, "form": form}
    context["chosen"] = [(matter, "") for matter in matters]
    if not going or (form is not None and not form.is_valid()):
        return render(request, "desk/bulk.html", context, status=422 if going else 200)
    run, failed = ticked.do(one, step, matters, form.facts() if form else {}, actor)
    if done := len(matters) - len(failed):
        messages.success(request, _done(done, run))
    if failed:
        context |= {"matters": failed, "chosen": failed, "failed": True}
        return render(request, "desk/bulk.html", context, status=409)
    return redirect(one.url())


def _done(n: int, run: SheetRun | None) -> str:
    """What was done, with the way back where there is one."""
    said = ngettext("%(n)s done.", "%(n)s done.", n) % {"n": n}
    if run is None:
        return said
    undo = reverse("sheet_undo", args=[run.uid])
    return format_html('{} <a class="btn btn-sm" href="{}">{}</a>', said, undo, _("Take it back"))
