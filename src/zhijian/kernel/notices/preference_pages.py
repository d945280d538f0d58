"""Everybody's page on how he is told: which kinds by e-mail, which count as new, and when not."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.desk import gate
from zhijian.kernel.evidence import ledger
from zhijian.kernel.notices.channels import adapter
from zhijian.kernel.notices.models import Channel, Preference
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import KINDS, LEGAL, LIMITS, notice_template

BOX = {"class": "form-control"}
ledger.entry_kind("account.notices", label=gettext_lazy("{actor} changed how he is told"))
notice_template(
    "notices.address",
    title=gettext_lazy("Notices come to this address"),
    text=gettext_lazy("From now on the notices that you chose on the platform come to this address, too."),
    kind=LIMITS,
)


class PreferenceForm(forms.Form):
    """The address and the quiet hours; the kinds are boxes of their own."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address at work"), required=False, max_length=120,
        widget=forms.EmailInput(attrs={**BOX, "autocomplete": "email"}),
    )  # fmt: skip
    quiet_from = forms.TimeField(
        label=gettext_lazy("No e-mail from"), required=False,
        widget=forms.TimeInput(attrs={**BOX, "type": "time"}, format="%H:%M"),
    )  # fmt: skip
    quiet_until = forms.TimeField(
        label=gettext_lazy("No e-mail until"), required=False,
        widget=forms.TimeInput(attrs={**BOX, "type": "time"}, format="%H:%M"),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Quiet hours have both ends."""
        said = super().clean()
        if bool(said.get("quiet_from")) != bool(said.get("quiet_until")):
            self.add_error("quiet_until", _("Quiet hours need a beginning and an end; leave both empty for none."))
        return said


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def preferences(request: HttpRequest) -> HttpResponse:
    """`/me/notices/`: how I am told."""
    actor = gate.actor_in(request)
    chosen = Preference.objects.filter(pk=actor.person_id).first() or Preference(person_id=actor.person_id)
    now = {"email": chosen.email, "quiet_from": chosen.quiet_from, "quiet_until": chosen.quiet_until}
    form = PreferenceForm(request.POST if request.method == "POST" else None, initial=now, label_suffix="")
    if request.method == "POST" and form.is_valid():
        _keep(request, chosen, form.cleaned_data)
        messages.success(request, _("Kept: this is how you are told from now on."))
        return redirect("notices_preferences")
    if request.method == "POST":  # what was ticked stays ticked while something else is wrong
        new, mail = set(request.POST.getlist("new")), set(request.POST.getlist("mail"))
    else:
        new, mail = set(KINDS) - set(chosen.muted), set(chosen.by_email)
    kinds = [
        {"code": code, "label": label, "legal": code in LEGAL, "new": code in new, "mail": code in mail}
        for code, label in KINDS.items()
    ]
    context = {"form": form, "kinds": kinds, "mail": adapter(str(Channel.EMAIL)) is not None}
    context["refused"] = chosen.refused_at if chosen.email else None
    return render(request, "notices/preferences.html", context, status=422 if form.errors else 200)


def _keep(request: HttpRequest, chosen: Preference, said: dict[str, Any]) -> None:
    again = chosen.refused_at is not None and "again" in request.POST
    actor, is_new = gate.actor_in(request), said["email"] and (said["email"] != chosen.email or again)
    if is_new or not said["email"]:  # what was refused for the old one says nothing of the new one
        chosen.refused_at = None
    free = [code for code in KINDS if code not in LEGAL]
    chosen.email = said["email"] or None  # type: ignore[assignment]
    chosen.quiet_from, chosen.quiet_until = said["quiet_from"], said["quiet_until"]
    chosen.by_email = [code for code in free if code in request.POST.getlist("mail")]
    chosen.muted = [code for code in free if code not in request.POST.getlist("new")]
    chosen.save()
    area = actor.posts[0].area if actor.posts else ""
    ledger.record("account.notices", actor=actor, subject=f"account:{actor.person_id}", area=area)
    if is_new:
        told = {"to": request.user, "matter": None, "template": "notices.address", "data": {}, "actor": SYSTEM}
        tell(**told, only=str(Channel.EMAIL))
