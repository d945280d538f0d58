"""The record page of every kind of matter, and its steps."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import clocks, columns, forms, lists, panels, said, timeline, watched
from zhijian.kernel.desk.back import back
from zhijian.kernel.desk.gate import actor_in, staff
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.evidence.refusals import Refused
from zhijian.kernel.matters import behalf, pairs
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import BadFacts, Conflict, NotOpen, StepError
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import Offer, may_for_party, offers, perform, record_of, why_not
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.papers import acts
from zhijian.kernel.papers.drafts import letters
from zhijian.kernel.registry import contacts

BUTTONS = 3  # steps that stand beside the title; the others are behind "More"
HEAVY = ("entity__grams", "entity__fold", "entity__extra", "premises__grams", "premises__fold", "premises__extra")


def matter_of(uid: str, actor: Actor) -> Matter:
    """The matter, if it is in scope; 404 otherwise, whichever it is."""
    rows = Matter.objects.select_related("entity", "premises", "assignee", "second", "parent").defer(*HEAVY)
    return get_object_or_404(readable(rows, actor), uid=uid)


def _buttons(found: list[Offer]) -> dict[str, Any]:
    """Open steps, the likely one first; the shut ones with their reasons."""
    open_ones = sorted((o for o in found if o.open), key=lambda o: not o.step.likely)
    return {
        "buttons": open_ones[:BUTTONS],
        "further": open_ones[BUTTONS:],
        "shut": [o for o in found if not o.open],
    }


def _facts(record: Any) -> list[tuple[str, str]]:
    """The record's plain fields that hold something, in words."""
    if record is None:
        return []
    plain = [f for f in record._meta.concrete_fields if not f.is_relation and f.get_internal_type() != "JSONField"]
    shown = [(str(columns.label_of(f)), columns.value_text(record, f)) for f in plain]
    return [(name, text) for name, text in shown if text]


SHOWN = (File.Kind.PHOTO, File.Kind.SIGNATURE, File.Kind.VOICE)


@require_safe
@staff
def record_page(request: HttpRequest, uid: str) -> HttpResponse:
    """What is it, where does it stand, whose is it, what can I do now; and below all that happened."""
    actor = actor_in(request)
    matter = matter_of(uid, actor)
    flow = flow_of(matter.kind)
    watched.looked(actor, f"matter:{matter.pk}", matter.number or matter.title, matter=matter)
    record = record_of(matter, flow)
    own = lists.panels_of(matter.kind)
    state, barred = flow.stands(matter, record) or (flow.state(matter.state), "")
    running = clocks.of_matter(matter)
    lines = timeline.lines(LedgerEntry.objects.filter(matter=matter), actor)
    rows = File.objects.filter(matter=matter, original=None, kind__in=SHOWN).select_related("drawn_on")
    files = list(rows.order_by("kind", "item", "id"))
    beneath = {file.drawn_on_id for file in files}
    context = {
        "matter": matter,
        "flow": flow,
        "state": state,
        "barred": barred,
        "path": said.area_path(matter.area),
        "listed": lists.page_of(matter.kind, actor),
        "doubts": [flow.doubt(flag) for flag in matter.flags],
        "clocks": [one for one in running if not one.replaced],
        "replaced": [one for one in running if one.replaced],
        "panels": [
            *panels.draw_matter(request, matter, actor),
            *(panels.draw(panel, request, matter, record, actor) for panel in own),
        ],
        "beside": panels.matter_acts(matter, actor),
        "facts": [] if own else _facts(record),
        "papers": acts.of_matter(matter, actor),
        "writes": letters.may_write(matter, actor),
        # a photo that was drawn upon is shown as it was drawn upon; opening what lies beneath is an entry
        "photos": [file for file in files if file.kind != File.Kind.VOICE and file.pk not in beneath],
        "voices": [file for file in files if file.kind == File.Kind.VOICE],
        "contact": contacts.shown([matter.premises], actor).get(matter.premises.pk) if matter.premises else None,
        "children": _children(matter),
        "days": timeline.by_day(lines),
        "spoken": offers(matter, actor, record, for_party=True),
        "alone": pairs.is_alone(matter),
        "leave": pairs.leave_between(matter),
        "mine": bool({matter.assignee_id, matter.second_id} & set(actor.hands)),
        **_buttons(offers(matter, actor, record)),
    }
    return render(request, "desk/record.html", context)


CHILD = ("uid", "kind", "number", "title", "state", "due", "due_at", "closed", "parent")


def _children(matter: Matter) -> list[tuple[Matter, Any, Any, str]]:
    rows = matter.children.only(*CHILD).order_by("id")  # type: ignore[attr-defined]
    found = []
    for child in rows[:100]:
        flow = flow_of(child.kind)
        if flow.follows:  # it has a part of its own on the page
            continue
        due = said.due_of(child.due, child.due_at) if child.closed is None else None
        found.append((child, flow.state(child.state), due, str(flow.title)))
    return found


def _step(matter: Matter, verb: str) -> Step:
    """The step of that verb from the matter's state, or any of that name, so that its reason can be told."""
    flow = flow_of(matter.kind)
    found = flow.find(verb, matter.state, calendar.today())
    found = found or next((s for s in flow.steps if s.verb == verb and s.froms), None)
    if found is None or found.hidden or found.by is not None:
        raise Http404
    return found


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def step_page(request: HttpRequest, uid: str, verb: str, for_party: bool = False) -> HttpResponse:
    """A step: its form, its reason when it is shut, and the page of a conflict. Nothing typed is lost.

    `for_party`: a step of the enterprise, entered for whoever speaks for it; the form asks who that is.
    """
    actor = actor_in(request)
    matter = matter_of(uid, actor)
    step = _step(matter, verb)
    if for_party and not may_for_party(step, matter, actor):
        raise Http404
    record = record_of(matter)
    posted = request.method == "POST"
    form = forms.form_for(
        step,
        matter,
        actor,
        request.POST if posted else None,
        request.FILES if posted else None,
        record=record,
        before=behalf.Behalf if for_party else None,
    )
    shut = why_not(matter, verb, actor, for_party=for_party)
    context = {
        "matter": matter,
        "flow": flow_of(matter.kind),
        "step": step,
        "form": form,
        "shut": shut,
        "for_party": for_party,
    }
    context["back"] = board = back(request)
    if not posted:
        return render(request, "desk/step.html", context, status=200)
    if form is not None and not form.is_valid():
        return render(request, "desk/step.html", context, status=422)
    try:
        with transaction.atomic():
            spoken = behalf.Behalf(**form.said_before()) if form and for_party else None
            facts = {**form.facts(), **forms.attach_photos(form, matter, actor)} if form else {}
            perform(matter, verb, actor, version=_version(request), behalf=spoken, **facts)
    except (BadFacts, Refused, ValidationError) as error:
        return _mistaken(request, context, error)
    except Conflict as error:
        return _conflict(request, context, error, actor)
    except StepError as error:
        article = error.article if isinstance(error, NotOpen) else ""
        # A step that is open but refuses what it was told is tried again with other facts.
        told = {**context, "shut": error.message, "article": article, "again": form is not None and not shut}
        return render(request, "desk/step.html", told, status=error.status)
    messages.success(request, _("Done: %(step)s") % {"step": step.label or step.verb})
    if not readable(Matter.objects.filter(pk=matter.pk), actor).exists():  # a partner's step is done: it has gone on
        return redirect("todo")
    return redirect(f"{board}#c-{matter.uid}") if board else redirect("record", uid=matter.uid)


def _mistaken(request: HttpRequest, context: dict[str, Any], error: Exception) -> HttpResponse:
    form = context["form"]
    if isinstance(error, BadFacts) and form is not None:
        form.blame(error.errors)
    elif form is not None:
        form.add_error(None, str(getattr(error, "message", error)))
    return render(request, "desk/step.html", {**context, "problem": str(error)}, status=422)


def _conflict(request: HttpRequest, context: dict[str, Any], error: Conflict, actor: Actor) -> HttpResponse:
    """409: what changed meanwhile above, what was typed below, with the new version: one more look, then send again."""
    matter = matter_of(context["matter"].uid, actor)
    news = timeline.since(matter, error.yours, actor)
    step = flow_of(matter.kind).find(context["step"].verb, matter.state, calendar.today())
    shut = why_not(matter, context["step"].verb, actor, for_party=context["for_party"])
    told = {**context, "matter": matter, "news": news, "shut": shut if step is None or shut else "", "conflict": error}
    return render(request, "desk/step.html", told, status=409)
