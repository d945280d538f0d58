"""The enterprise confirms where and how it wants to be served (送达地址确认书), signed with its finger."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.serving import confirm
from zhijian.kernel.papers.serving.models import AddressConfirmation
from zhijian.kernel.party.doors import Door, through_door


def in_force(door: Door) -> AddressConfirmation | None:
    """What the enterprise has confirmed to the office of this matter."""
    matter = door.asked
    found = AddressConfirmation.objects.filter(entity=matter.entity_id, area=matter.area, until=None)
    return found.select_related("paper").first()


@require_http_methods(["GET", "HEAD", "POST"])
@through_door
def address(request: HttpRequest, door: Door) -> HttpResponse:
    """The form with what it means, and the pad; nothing typed is lost when something is missing."""
    entity = door.asked.entity
    if entity is None:
        raise Http404
    known = {"address": entity.address, "receiver": entity.representative}
    asked = confirm.Confirmation(request.POST if request.method == "POST" else None, initial=known)
    for one in asked.fields.values():
        one.widget.attrs.pop("class", None)
    context = {
        "door": door,
        "form": asked,
        "entity": entity,
        "told": form(confirm.KIND).texts["told_text"],
        "confirms": form(confirm.KIND).texts["confirm"],
        "now": in_force(door),
        "title": form(confirm.KIND).title,
    }
    if request.method != "POST":
        return render(request, "party/address.html", context)
    signature = confirm.Signature.read(request.POST.get("strokes", ""))
    valid = asked.is_valid()
    if not valid or signature is None:
        context["unsigned"] = signature is None
        return render(request, "party/address.html", context, status=422)
    confirm.confirm(door.asked, asked.cleaned_data, door.actor, signature=signature)
    messages.success(request, _("Thank you. Your address for service is confirmed; the office sees it now."))
    return redirect(door.base)
