"""The head's page of the office's group: the robot's address, what it is told, and a test."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.desk import gate
from zhijian.kernel.matters.errors import Conflict
from zhijian.kernel.notices import groups, robot_acts
from zhijian.kernel.notices.channels.robots import beginning, key_of, masked
from zhijian.kernel.notices.models import Notice, NoticeState, Robot

BOX, CHECK = {"class": "form-control"}, {"class": "form-check-input"}


class RobotForm(forms.Form):
    """What an office's head says of the group. The address and the signing secret are only ever written."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Which robot"), choices=Robot.Kind.choices,
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    address = forms.CharField(
        label=gettext_lazy("Its address (webhook), as the group's settings show it"), max_length=400, required=False,
        widget=forms.TextInput(attrs={**BOX, "autocomplete": "off", "inputmode": "url"}),
    )  # fmt: skip
    secret = forms.CharField(
        label=gettext_lazy("Signing secret (DingTalk: SEC…)"), max_length=120, required=False,
        widget=forms.PasswordInput(attrs={**BOX, "autocomplete": "new-password"}),
        help_text=gettext_lazy("Only where the robot was made with “additional signature”."),
    )  # fmt: skip
    digest = forms.BooleanField(
        label=gettext_lazy("Every working day: how much is overdue, due today and new"), required=False,
        widget=forms.CheckboxInput(attrs=CHECK),
    )  # fmt: skip
    digest_at = forms.TypedChoiceField(
        label=gettext_lazy("Time of the digest"),
        choices=[(f"{h:02}:{m:02}",) * 2 for h in range(7, 12) for m in (0, 30)],
        widget=forms.Select(attrs={"class": "form-select"}),
    )  # fmt: skip
    urgent = forms.BooleanField(
        label=gettext_lazy("At once: urgent matters that come in, or whose time runs out"), required=False,
        widget=forms.CheckboxInput(attrs=CHECK),
    )  # fmt: skip
    active = forms.BooleanField(
        label=gettext_lazy("Switched on"), required=False, widget=forms.CheckboxInput(attrs=CHECK)
    )

    def __init__(self, robot: Robot | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", **kwargs)
        self.robot = robot
        if robot is not None:
            kept = masked(robot.kind, str(robot.key))
            self.fields["address"].help_text = _("Kept: %(address)s. Leave it empty to keep it.") % {"address": kept}
            if robot.secret:
                self.fields["secret"].help_text = _("A secret is kept. Leave it empty to keep it.")

    def clean(self) -> dict[str, Any]:
        """The address must be the provider's own, whose key is all that is kept of it."""
        said = super().clean()
        kind, address = said.get("kind"), said.get("address", "")
        said["key"] = None
        secret = (said.get("secret") or "").strip()
        if kind == Robot.Kind.DINGTALK and secret and not secret.startswith("SEC"):
            self.add_error("secret", _("DingTalk's signing secret begins with SEC. Copy all of it from the robot's "
                                       "security settings; it is not the token in the address."))  # fmt: skip
        if not address and self.robot is not None and kind == self.robot.kind:
            return said
        try:
            said["key"] = key_of(str(kind), address)
        except (KeyError, ValueError):
            told = _("Copy the whole address of the robot from the group's settings: it begins with %(begins)s.")
            begins = beginning(str(kind)) if kind else "https://"
            self.add_error("address", told % {"begins": begins})
        return said

    def wanted(self) -> robot_acts.Wanted:
        """What is asked for."""
        said = self.cleaned_data
        names = ("kind", "key", "digest", "digest_at", "urgent", "active")
        return robot_acts.Wanted(secret=said["secret"].strip() or None, **{name: said[name] for name in names})


def _initial(robot: Robot | None) -> dict[str, Any]:
    if robot is None:
        return {"digest": True, "digest_at": "08:30", "urgent": True, "active": True}
    return {
        "kind": robot.kind, "digest": robot.digest, "digest_at": f"{robot.digest_at:%H:%M}", "urgent": robot.urgent,
        "active": robot.active,
    }  # fmt: skip


@require_safe
@gate.roles(*robot_acts.READERS)
def robots(request: HttpRequest) -> HttpResponse:
    """The offices whose groups he keeps; one's own at once, where there is only one."""
    offices = robot_acts.offices(gate.actor_in(request))
    if len(offices) == 1:
        return redirect("notices_robot", offices[0][0])
    known = {robot.area: robot for robot in Robot.objects.filter(area__in=[code for code, _words in offices])}
    rows = [(code, words, known.get(code)) for code, words in offices]
    return render(request, "notices/robots.html", {"rows": rows})


def _allowed(request: HttpRequest, area: str) -> bool:
    """Whether the group is his to keep. Raises Http404 where it is not his to read, or to change as he asks."""
    actor = gate.actor_in(request)
    keeps = robot_acts.may_keep(actor, area)
    if area not in dict(robot_acts.offices(actor)) or (request.method == "POST" and not keeps):
        raise Http404
    return keeps


@never_cache
@sensitive_post_parameters("address", "secret")
@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*robot_acts.READERS)
def robot(request: HttpRequest, area: str) -> HttpResponse:
    """The robot of one office."""
    _allowed(request, area)
    actor = gate.actor_in(request)
    row = Robot.objects.filter(area=area).first()
    kept = row if row is not None and row.key else None
    if request.method != "POST":
        return _page(request, area, row, RobotForm(kept, initial=_initial(kept)))
    form = RobotForm(kept, request.POST)
    if not form.is_valid():
        return _page(request, area, row, form, status=422)
    version = request.POST.get("version", "")
    try:
        robot_acts.keep(area, form.wanted(), int(version) if version.isdecimal() else -1, actor)
    except Conflict as error:
        return _page(request, area, Robot.objects.filter(area=area).first(), form, problem=str(error), status=409)
    messages.success(request, _("The group's settings are kept. Send a test to see that it reaches the group."))
    return redirect("notices_robot", area)


def _page(
    request: HttpRequest, area: str, row: Robot | None, form: RobotForm, problem: str = "", status: int = 200
) -> HttpResponse:
    kept = row if row is not None and row.key else None
    last = Notice.objects.filter(robot=row).order_by("-id")[:5] if row is not None else []
    context = {
        "area": area, "office": groups.office_name(area), "robot": kept, "form": form, "problem": problem,
        "version": row.version if row is not None else 0, "last": [(one, _title(one)) for one in last],
        "several": len(robot_acts.offices(gate.actor_in(request))) > 1, "keeps": _allowed(request, area),
    }  # fmt: skip
    return render(request, "notices/robot.html", context, status=status)


def _title(notice: Notice) -> str:
    from zhijian.kernel.notices.wording import render as words

    return words(notice.template, notice.data).title


@require_POST
@gate.roles(*robot_acts.KEEPERS)
def robot_act(request: HttpRequest, area: str, what: str) -> HttpResponse:
    """Send a test, or take the robot away."""
    _allowed(request, area)
    row = robot_acts.robot_of(area)
    if row is None or what not in ("test", "remove"):
        raise Http404
    if what == "remove":
        robot_acts.take_away(row, gate.actor_in(request))
        messages.success(request, _("The robot's address is forgotten. Remove the robot in the group, too."))
        return redirect("notices_robot", area)
    notice = robot_acts.try_out(row, gate.actor_in(request))
    if notice is not None and notice.state == NoticeState.SENT:
        messages.success(request, _("The group has the test message."))
    else:
        why = _(notice.error) if notice is not None and notice.error else ""
        messages.error(request, _("The group did not get it: %(why)s") % {"why": why or "–"})
    return redirect("notices_robot", area)
