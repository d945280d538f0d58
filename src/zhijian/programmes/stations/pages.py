"""Pages of the staff: looking at a station by the standard, rating a year, its worker's code, sending a dispute to one,
and ending a complaint as a station settled it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import forms, gate
from zhijian.kernel.desk.views.record import matter_of
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform, why_not
from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.papers.codes import shown_code
from zhijian.programmes.stations import actions, entering, rating, rules
from zhijian.programmes.stations.flow import DISPUTE
from zhijian.programmes.stations.models import Station, StationDispute, StationSort, YearGrade

BOX = {"class": "form-control"}


def _station(uid: UUID, actor: Actor) -> tuple[Matter, Station]:
    matter = matter_of(str(uid), actor)
    record = Station.objects.filter(pk=matter.pk).first()
    if record is None:
        raise Http404
    return matter, record


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isdecimal() and len(text) < 10 else None


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def look_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Points and what was found for each item of the standard."""
    actor = gate.actor_in(request)
    matter, record = _station(uid, actor)
    items = rules.standard(record.sort, calendar.today())
    lines = [
        {"n": str(n), "what": what, "most": most, "points": request.POST.get(f"p{n}", "")[:4],
         "found": request.POST.get(f"f{n}", "").replace("\x00", "").strip()[:300]}
        for n, (what, most) in enumerate(items.items(), 1)
    ]  # fmt: skip
    context: dict[str, Any] = {
        "matter": matter, "record": record, "lines": lines, "whole": sum(items.values()),
        "pass_mark": rules.pass_mark(calendar.today()), "shut": why_not(matter, "look", actor),
    }  # fmt: skip
    if request.method != "POST" or context["shut"]:
        status = 409 if request.method == "POST" else 200
        return render(request, "stations/desk/look.html", context, status=status)
    given = {str(one["n"]): int(str(one["points"])) for one in lines if str(one["points"]).isdecimal()}
    found = {str(one["n"]): str(one["found"]) for one in lines if one["found"]}
    try:
        perform(matter, "look", actor, version=_version(request), given=given, found=found)
    except StepError as error:
        told = {**context, "problem": error.message, "tried": True}
        return render(request, "stations/desk/look.html", told, status=422)
    messages.success(request, _("Kept: what was found at the station."))
    return redirect("record", uid=matter.uid)


class Decision(django_forms.Form):
    """What the head decides of a year."""

    def __init__(self, data: Any, computed: str) -> None:
        super().__init__(data, label_suffix="")
        self.fields["decided"] = django_forms.ChoiceField(
            label=_("Grade"), choices=YearGrade.choices, initial=computed, widget=django_forms.RadioSelect
        )
        self.fields["decided"].radios = True  # type: ignore[attr-defined]
        self.fields["reason"] = django_forms.CharField(
            label=_("Why, where it is not what the formula says"), required=False, max_length=300,
            widget=django_forms.TextInput(attrs=BOX),
        )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def rate_page(request: HttpRequest, uid: UUID, year: int) -> HttpResponse:
    """What was counted of a year, number by number, and the head's decision."""
    actor, posted = gate.actor_in(request), request.method == "POST"
    matter, record = _station(uid, actor)
    if year not in rating.years(record, calendar.today()) and not posted:
        raise Http404
    found = rating.counted(record, year, calendar.today())
    form = Decision(request.POST if posted else None, found.grade)
    shut = why_not(matter, "rate", actor)
    if found.score is None and not shut:
        shut = _("There is nothing to count in that year.")
    context: dict[str, Any] = {
        "matter": matter, "year": year, "found": found, "lines": lines_of(found.as_data()), "form": form, "shut": shut,
    }  # fmt: skip
    if not posted or shut or not form.is_valid():
        status = 409 if posted and shut else 422 if posted else 200
        return render(request, "stations/desk/rate.html", context, status=status)
    try:
        perform(matter, "rate", actor, year=year, **form.cleaned_data)
    except StepError as error:
        told = {**context, "problem": error.message}
        return render(request, "stations/desk/rate.html", told, status=error.status)
    messages.success(request, _("Rated for %(year)s.") % {"year": year})
    return redirect("record", uid=matter.uid)


def lines_of(counted: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The parts of a rating, each with its words."""
    return [{**one, "what": rules.PARTS[one["part"]]} for one in counted if one["part"] in rules.PARTS]


@never_cache
@require_POST
@gate.ours
def key_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A new code for the page of the station's worker, shown this once: only its keyed digest is kept."""
    actor = gate.actor_in(request)
    matter, _record = _station(uid, actor)
    if why_not(matter, "give_key", actor):
        raise Http404
    key = entering.give_key(matter, actor)
    link = public_url(reverse("station_door", args=[key]))
    return render(request, "stations/desk/key.html", {"matter": matter, "code": shown_code(key), "link": link})


def _first(verb: str, kind: Any) -> Any:
    return next(step for step in kind.steps if step.verb == verb)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def send_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """To which station a dispute goes, and what that is told; `uid` is the complaint's."""
    actor, posted = gate.actor_in(request), request.method == "POST"
    matter = matter_of(str(uid), actor)
    if not actions.may_send(matter, actor):
        raise Http404
    shut, found = actions.why_no_sending(matter, actor), actions.choices(matter)
    if not found and not shut:
        shut = _("No station of this firm or area is in force: the office handles it itself.")
    form = _sending(request.POST if posted else None, matter, actor, found)
    context: dict[str, Any] = {"matter": matter, "form": form, "shut": shut, "stations": found}
    if not posted or shut or not form.is_valid():
        status = 409 if posted and shut else 422 if posted else 200
        return render(request, "stations/desk/send.html", context, status=status)
    told = form.facts()
    try:
        made = actions.send(matter, UUID(told.pop("station")), actor, **told)
    except BadFacts as error:
        form.blame(error.errors)
        return render(request, "stations/desk/send.html", context, status=422)
    except StepError as error:
        told = {**context, "problem": error.message}
        return render(request, "stations/desk/send.html", told, status=error.status)
    messages.success(request, _("Sent to %(station)s: %(number)s") % {"station": made.title, "number": made.number})
    return redirect("record", uid=matter.uid)


def _sending(data: Any, matter: Matter, actor: Actor, found: list[Station]) -> forms.StepForm:
    """The words of whoever complained to begin with: whoever sends takes out what the station need not know."""
    form = forms.form_for(_first("send", DISPUTE), None, actor, data, area=matter.area)
    assert form is not None  # the step has facts
    what = actions.dispute_of(matter)
    if what is not None:
        form.fields["summary"].initial, form.fields["request"].initial = what.words[:2000], what.request[:300]
    options = [(str(one.matter.uid), f"{one.name} · {StationSort(one.sort).label}") for one in found]
    form.fields["station"] = django_forms.ChoiceField(
        label=_("Which station"), choices=options, initial=options[0][0] if options else None,
        widget=django_forms.Select(attrs={"class": "form-select"}),
        help_text=_("That of the firm first, then that of the area."),
    )  # fmt: skip
    form.order_fields(["station"])
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@gate.ours
def end_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """End the complaint by its usual step, filled in with what the station wrote; `uid` is the dispute's."""
    actor, posted = gate.actor_in(request), request.method == "POST"
    dispute = matter_of(str(uid), actor)
    record = StationDispute.objects.select_related("of", "station").filter(pk=dispute.pk).first()
    if record is None or dispute.state != "settled":
        raise Http404
    of = matter_of(str(record.of.uid), actor)
    step = _first("settle", flow_of(of.kind))
    form = forms.form_for(step, of, actor, request.POST if posted else None)
    assert form is not None  # the step has facts
    form.fields["why"].initial, form.fields["recovered"].initial = record.done, record.recovered
    context: dict[str, Any] = {"matter": of, "record": record, "step": step, "form": form,
                               "shut": why_not(of, "settle", actor)}  # fmt: skip
    if not posted or context["shut"] or not form.is_valid():
        status = 409 if posted and context["shut"] else 422 if posted else 200
        return render(request, "stations/desk/end.html", context, status=status)
    try:
        perform(of, "settle", actor, **form.facts())
    except BadFacts as error:
        form.blame(error.errors)
        return render(request, "stations/desk/end.html", context, status=422)
    except StepError as error:
        told = {**context, "problem": error.message}
        return render(request, "stations/desk/end.html", told, status=error.status)
    messages.success(request, _("Done: %(step)s") % {"step": step.label})
    return redirect("record", uid=of.uid)
