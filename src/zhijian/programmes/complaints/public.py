"""The citizen's pages: tell in three fields without an account, follow it by a code, add to it, take it back."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.forms import PhotosField, StepForm, form_for
from zhijian.kernel.exchange.tables import platforms
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.packs import stack
from zhijian.kernel.party import limits
from zhijian.kernel.party.forms import BadPhotos, furnish_photos
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.registry.search import by_door_code
from zhijian.programmes.complaints import followed, rules, telling
from zhijian.programmes.complaints.flow import COMPLAINT
from zhijian.programmes.complaints.models import Item, Sort
from zhijian.programmes.complaints.publication import rules as publication
from zhijian.programmes.stations.actions import consumer_said

TOLD, MISSED, MINUTES = 10, 20, 60  # tellings and wrong codes from one address within an hour
SAYS = {
    Sort.COMPLAINT: gettext_lazy("I bought something or used a service, and want my money, goods or a repair"),
    Sort.REPORT: gettext_lazy("I saw that rules are broken, and want it looked into"),
    Sort.ENQUIRY: gettext_lazy("I have a question"),
    Sort.SUGGESTION: gettext_lazy("I have a suggestion"),
}
ENDS = {
    "handed": gettext_lazy("handed over to the 12315 platform by the person"),
    "withdrawn": gettext_lazy("taken back by the person"),
}


def _step(verb: str) -> Step:
    return next(step for step in COMPLAINT.steps if step.verb == verb)


def _door(request: HttpRequest) -> Premises | None:
    """The place whose code was scanned."""
    code = (request.POST.get("d") or request.GET.get("d", ""))[:20]
    return by_door_code(code) if code else None


def _sort(code: str) -> Sort:
    if code not in telling.SORTS:
        raise Http404
    return Sort(code)


def lawful_ways() -> dict[str, Any]:
    """Where a complaint counts as received (Order 121 art. 8): the platform, its telephone, counter and post."""
    organ = stack().organ(str(stack().setting("city")))
    known = (one for one in platforms().values() if one.site)
    sites = [one for one in known if any(table.record == "platform_order" for table in one.tables.values())]
    row = rules.PORTAL_COUNTS.maybe(calendar.today())
    law = f"{row.basis} {row.article}".strip() if row is not None else ""
    return {"counts": telling.counts_here("complaint"), "law": law, "sites": sites, "organ": organ}


def choices() -> list[tuple[str, Any, Any]]:
    """What can be told here, each in a sentence of whoever tells it."""
    return [(one.value, one.label, SAYS[one]) for one in telling.SORTS]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What somebody wants to tell; or the code of what was told."""
    if typed := request.GET.get("code", "")[:40]:
        code = telling.read_code(typed)
        if code:
            return redirect("follow", code=code)
    published = publication.OUTCOMES.maybe(calendar.today()) is not None
    context = {"sorts": choices(), "door": _door(request), "published": published}
    wrong = _("That is no code: it has twelve letters and digits.") if typed else ""
    return render(request, "complaints/public/start.html", {**context, **lawful_ways(), "typed": typed, "wrong": wrong})


def _form(verb: str, request: HttpRequest, without: tuple[str, ...] = ()) -> StepForm:
    """The facts of a step as a form of the public's pages, with photos."""
    sent = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = form_for(_step(verb), None, SYSTEM, *sent)
    assert form is not None  # these steps have facts
    for name in without:
        del form.fields[name]
    photos = PhotosField(required=False, label=_("Photos"))
    furnish_photos(photos)
    form.fields["photos"] = photos
    form.prefix, form.auto_id = None, "t-%s"
    for one in form.fields.values():
        one.widget.attrs.pop("class", None)
    return form


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def tell_page(request: HttpRequest, sort: str) -> HttpResponse:
    """Three fields and photos."""
    what, door = _sort(sort), _door(request)
    form = _form("tell", request, ("said_name",) if door is not None else ())
    form.fields["phone"].required = what == Sort.COMPLAINT  # nobody can mediate without speaking to who complains
    context = {"form": form, "sort": what, "says": SAYS[what], "door": door, **lawful_ways()}
    context["counts"] = telling.counts_here(what)
    if request.method != "POST":
        return render(request, "complaints/public/tell.html", context)
    if limits.count("told online", limits.address_of(request), MINUTES) > TOLD:
        context["problem"] = _("Too much was sent from here within an hour. Please try later, or telephone.")
        return render(request, "complaints/public/tell.html", context, status=429)
    if form.is_valid():
        try:
            _matter, code = telling.tell(what, form.facts(), form.photos().get("photos", []), door)
        except BadFacts as error:
            form.blame(error.errors)
        except BadPhotos as error:
            form.blame({error.name: error.said})
        else:
            return redirect(f"/c/{code}/?new=1")
    return render(request, "complaints/public/tell.html", context, status=422)


def _item(request: HttpRequest, code: str) -> Item | HttpResponse:
    """The item behind the code; else the page that says that there is none, after some tries that one must wait."""
    found = telling.by_code(code)
    if found is not None and limits.tried("follow code", limits.address_of(request), MINUTES) <= MISSED:
        return found
    tries = limits.count("follow code", limits.address_of(request), MINUTES)
    said = _("Nothing was told under this code. Look at it again.")
    if tries > MISSED:
        said = _("Too many codes were tried from here. Please try again in an hour.")
    context = {"sorts": choices(), "typed": code[:20], "wrong": said, **lawful_ways()}
    return render(request, "complaints/public/start.html", context, status=429 if tries > MISSED else 404)


def _followed(request: HttpRequest, code: str, item: Item, status: int = 200, **more: Any) -> HttpResponse:
    """How it stands, in words for citizens."""
    with scoped(SYSTEM):
        context = followed.context_of(item)
    waits = item.matter.state == "told"
    told = {"item": item, "code": telling.written(telling.read_code(code)), "waits": waits, **context, **lawful_ways()}
    if waits:
        told["ready"] = telling.ready_text(item)
    if "form" not in more and context["adds"]:
        more["form"] = _form_more()
    answer = render(request, "complaints/public/follow.html", {**told, **more}, status=status)
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _form_more() -> StepForm:
    request = HttpRequest()
    request.method = "GET"
    return _form("add", request)


@never_cache
@require_safe
def follow(request: HttpRequest, code: str) -> HttpResponse:
    """Where it stands."""
    item = _item(request, code)
    if isinstance(item, HttpResponse):
        return item
    return _followed(request, code, item, new="new" in request.GET, thanks="thanks" in request.GET)


@never_cache
@require_POST
def more(request: HttpRequest, code: str) -> HttpResponse:
    """What acceptance needs, told in a second step; and whatever else comes to mind."""
    item = _item(request, code)
    if isinstance(item, HttpResponse):
        return item
    form = _form("add", request)
    if form.is_valid():
        try:
            telling.add(item, form.facts(), form.photos().get("photos", []))
        except BadFacts as error:
            form.blame(error.errors)
        except BadPhotos as error:
            form.blame({error.name: error.said})
        except StepError as error:
            return _followed(request, code, item, 409, problem=error.message)
        else:
            return redirect(f"/c/{telling.read_code(code)}/?thanks=1")
    return _followed(request, code, item, 422, form=form)


@never_cache
@require_POST
def end(request: HttpRequest, code: str) -> HttpResponse:
    """Taken back, or handed over to the platform by the person."""
    item = _item(request, code)
    if isinstance(item, HttpResponse):
        return item
    why = request.POST.get("why", "")
    if why not in ENDS:
        raise Http404
    verb = "hand_on" if item.matter.state == "told" else "withdraw"
    try:
        with scoped(SYSTEM):
            perform(item.matter, verb, SYSTEM, reason=followed.in_words_of_the_place(ENDS[why]))
    except StepError as error:
        return _followed(request, code, item, 409, problem=error.message)
    return redirect(f"/c/{telling.read_code(code)}/")


@never_cache
@require_POST
def station_said(request: HttpRequest, code: str) -> HttpResponse:
    """Whether it is settled as the station wrote: whoever told it says so."""
    item = _item(request, code)
    if isinstance(item, HttpResponse):
        return item
    said = request.POST.get("settled", "")
    if said not in ("yes", "no"):
        raise Http404
    try:
        consumer_said(item.matter, said == "yes")
    except StepError as error:
        return _followed(request, code, item, 409, problem=error.message)
    return redirect(f"/c/{telling.read_code(code)}/")
