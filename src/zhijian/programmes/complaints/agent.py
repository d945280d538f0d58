"""A call is written down while it lasts: by keyboard alone, in the order in which somebody tells it.

The shop is looked for as its name is typed; chosen, it is meant, and the item goes in the same act where the routing
rules propose.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.forms import PREFIX, StepForm, form_for
from zhijian.kernel.desk.gate import actor_in, ours
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters.errors import BadFacts, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform, why_not
from zhijian.kernel.registry.likely import Told, likely
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.search import search
from zhijian.programmes.complaints.flow import COMPLAINT, TAKE_IN, flow_for
from zhijian.programmes.complaints.models import Item, Sort

FIRST = ("phone", "person", "said_name", "text")  # what is asked in every call, in this order; the rest is behind a key
FEW = 5


@dataclass(frozen=True)
class Shop:
    """A line of what is found while typing."""

    entity: Entity
    premises: Premises | None

    @property
    def name(self) -> str:
        return str(self.premises.name if self.premises is not None else self.entity.name)

    @property
    def address(self) -> str:
        return str(self.premises.address if self.premises is not None else self.entity.address)


def area_of(actor: Actor) -> str:
    """The widest area in which he takes in. Raises Http404 for whoever takes in nowhere."""
    own = [post.area for post in actor.posts if post.role in TAKE_IN]
    if not own:
        raise Http404
    return min(own, key=len)


def found(typed: str, area: str) -> list[Shop]:
    """What the register has under these words; where it has none, what is likely meant by them."""
    hits = [Shop(hit.entity, hit.premises) for hit in search(typed, limit=FEW)]
    return hits or [Shop(one.entity, one.premises) for one in likely(Told(name=typed, area=area), limit=FEW)]


@require_safe
@ours
def shops(request: HttpRequest) -> HttpResponse:
    """The lines below the field, as one types."""
    area = area_of(actor_in(request))
    typed = request.GET.get(f"{PREFIX}-said_name", "").replace("\x00", "").strip()[:60]
    lines = found(typed, area) if len(typed) > 1 else []
    return render(request, "complaints/desk/shops.html", {"shops": lines, "typed": typed})


def _form(request: HttpRequest, actor: Actor, area: str) -> StepForm:
    step = next(step for step in COMPLAINT.steps if step.verb == "register")
    form = form_for(step, None, actor, request.POST or None, None, area=area)
    assert form is not None  # the step has facts
    rest = [name for name in form.fields if name not in FIRST]
    form.order_fields([*FIRST, *rest])
    for name, more in {"phone": {"autofocus": True, "inputmode": "tel"}, "said_name": {"autocomplete": "off"}}.items():
        form.fields[name].widget.attrs |= more
    return form


@require_http_methods(["GET", "HEAD", "POST"])
@ours
def new_page(request: HttpRequest) -> HttpResponse:
    """`/complaints/new/`: what the caller says, field after field; Ctrl+Enter registers."""
    actor = actor_in(request)
    area = area_of(actor)
    given = request.POST.get("sort", request.GET.get("sort", ""))
    sort = Sort(given if given in Sort.values else "complaint")
    form = _form(request, actor, area)
    context = {"form": form, "first": [form[name] for name in FIRST], "sorts": Sort.choices, "sort": sort.value}
    context["rest"] = [field for field in form if field.name not in FIRST]
    if request.method != "POST":
        return render(request, "complaints/desk/new.html", context)
    shop = _chosen(request)
    context |= {"shop": shop}
    if not form.is_valid():
        return render(request, "complaints/desk/new.html", context, status=422)
    try:
        with transaction.atomic():
            matter = _register(actor, sort, area, shop, form)
            passed = _to_its_office(matter, actor) if "pass_on" in request.POST else ""
    except BadFacts as error:
        form.blame(error.errors)
        return render(request, "complaints/desk/new.html", context, status=422)
    except StepError as error:
        return render(request, "complaints/desk/new.html", {**context, "problem": error.message}, status=error.status)
    messages.success(request, _("Opened: %(number)s") % {"number": matter.number})
    if passed:
        messages.success(request, _("Passed on to %(office)s.") % {"office": passed})
    return redirect("item_new") if "next" in request.POST else redirect("record", uid=matter.uid)


def _chosen(request: HttpRequest) -> Shop | None:
    """The line that was chosen. Raises Http404 for a uid of nobody."""
    given, place = request.POST.get("entity", ""), request.POST.get("premises", "")
    if not given:
        return None
    try:
        entity = Entity.objects.select_related("merged_into").defer("grams").filter(uid=UUID(given)).first()
        if entity is None:
            raise Http404
        rows = Premises.objects.filter(entity=entity.stands, merged_into=None)
        return Shop(entity.stands, rows.filter(uid=UUID(place)).first() if place else None)
    except ValueError:
        raise Http404 from None


def _register(actor: Actor, sort: Sort, area: str, shop: Shop | None, form: StepForm) -> Matter:
    about = About(str(sort.label), area, shop.entity if shop else None, shop.premises if shop else None)
    return perform(flow_for(sort), "register", actor, about=about, by_field={"sort": sort}, **form.facts())


def _to_its_office(matter: Matter, actor: Actor) -> str:
    """To the office that the routing rules propose, where he may pass it on."""
    office = Item.objects.select_related("matter__premises", "matter__entity").get(pk=matter.pk).office
    if not office or why_not(matter, "pass_on", actor):
        return ""
    perform(matter, "pass_on", actor, area=office)
    return area_name(office)
