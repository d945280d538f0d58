"""Who else may act: the owner lets people in and takes it away again, from the account of his number."""

from __future__ import annotations

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.crypto import mask
from zhijian.kernel.accounts.links import plain_number
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.party import access
from zhijian.kernel.party.doors import missing, signed_in
from zhijian.kernel.party.models import Access
from zhijian.kernel.party.signing_in import why_deaf
from zhijian.kernel.party.standing import Standing
from zhijian.kernel.registry.models import Premises

PLACES = 200
SHOWN = 8


class Invitation(forms.Form):
    """Whom the owner lets in, and where."""

    who = forms.CharField(label=gettext_lazy("Name of the person"), min_length=2, max_length=60)
    phone = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=24,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "off"}),
    )
    where = forms.ChoiceField(label=gettext_lazy("Which shop"))
    told = forms.BooleanField(label=gettext_lazy("Text messages about it go to this number, too"), required=False)


def _places(own: list[Standing]) -> dict[str, tuple[Standing, Premises | None]]:
    """What the owner can let somebody into: each of his enterprises whole, and each of their shops."""
    found: dict[str, tuple[Standing, Premises | None]] = {}
    rows = Premises.objects.filter(entity__in=[one.entity for one in own], merged_into=None).exclude(status="closed")
    places = list(rows.defer("grams", "fold", "initials", "extra").order_by("name_key", "id")[:PLACES])
    for one in own:
        found[one.key] = (one, None)
        found |= {str(place.uid): (one, place) for place in places if place.entity_id == one.entity.pk}
    return found


def _called(one: Standing, place: Premises | None) -> str:
    return place.name if place is not None else _("%(name)s, all of it") % {"name": one.entity.name}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest) -> HttpResponse:
    """`/my/access/`: who has access, and the form to let somebody in. Only the registered number gives it."""
    holder = signed_in(request)
    if holder is None:
        return redirect("party_sign_in")
    own = [one for one in holder.standings if one.own]
    if not own:
        return missing(request, 404, by_link=False)
    places = _places(own)
    form = Invitation(request.POST if request.method == "POST" else None, label_suffix="")
    _offer(form.fields["where"], [(key, _called(*place)) for key, place in places.items()])
    if form.is_valid() and _let_in(request, form, *places[form.cleaned_data["where"]]):
        return redirect("party_access")
    shown = [
        (one, mask(plain_number(str(one.phone))), bool(why_deaf(str(one.phone))))
        for standing in own
        for one in access.of_entity(standing.entity)
    ]
    context = {"form": form, "people": shown, "several": len(places) > 1}
    return render(request, "party/access.html", context, status=422 if form.errors else 200)


def _offer(field: forms.Field, options: list[tuple[str, str]]) -> None:
    """Few shops are all shown, each name whole; many go into a list."""
    if len(options) <= SHOWN:
        field.widget = forms.RadioSelect()
        field.radios = True  # type: ignore[attr-defined]
    field.choices = options  # type: ignore[attr-defined]


def _let_in(request: HttpRequest, form: Invitation, standing: Standing, place: Premises | None) -> bool:
    """Give the access; False, with the reason beside the number, where it can't be."""
    person = access.Person(who=form.cleaned_data["who"], phone=form.cleaned_data["phone"])
    with scoped(standing.actor) as actor:
        try:
            made = access.give(standing.entity, place, person, actor, told=form.cleaned_data["told"])
        except access.Unfit as error:
            form.add_error("phone", str(error))
            return False
    said = _("%(who)s can sign in with that number now.")
    if made.invited:
        said = _("%(who)s can sign in with that number now, and has been sent a message.")
    messages.success(request, said % {"who": person.who})
    return True


def _own(request: HttpRequest, uid: UUID) -> tuple[Access, Standing] | None:
    """An access that the person signed in gave, or may give; None where nobody is signed in. Raises Http404."""
    holder = signed_in(request)
    if holder is None:
        return None
    own = {one.entity.pk: one for one in holder.standings if one.own}
    rows = Access.objects.select_related("entity", "premises").filter(uid=uid, entity__in=list(own))
    found = rows.first()
    if found is None:
        raise Http404
    return found, own[found.entity_id]


@require_POST
def told(request: HttpRequest, uid: UUID) -> HttpResponse:
    """`/my/access/<uid>/told/`: whether the person also gets the messages about the shop."""
    found = _own(request, uid)
    if found is None:
        return redirect("party_sign_in")
    one, standing = found
    wished = request.POST.get("told") == "1"
    try:
        with scoped(standing.actor) as actor:
            access.set_told(one, wished, actor)
    except access.Unfit as error:
        messages.error(request, str(error))
        return redirect("party_access")
    said = _("Messages go to that number, too, from now on.") if wished else _("No more messages go to that number.")
    messages.success(request, said)
    return redirect("party_access")


@require_POST
def end(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Take somebody's access away."""
    found = _own(request, uid)
    if found is None:
        return redirect("party_sign_in")
    one, standing = found
    with scoped(standing.actor) as actor:
        access.end(one, actor)
    messages.success(request, _("Taken away. From now on that number sees nothing here any more."))
    return redirect("party_access")
