"""The form by which slots are offered."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.appointments.acts import WORKERS
from zhijian.kernel.appointments.declared import bookables
from zhijian.kernel.appointments.offering import Plan
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.filters import people
from zhijian.kernel.desk.said import area_name

WEEKDAYS = [
    ("1", gettext_lazy("Monday")), ("2", gettext_lazy("Tuesday")), ("3", gettext_lazy("Wednesday")),
    ("4", gettext_lazy("Thursday")), ("5", gettext_lazy("Friday")), ("6", gettext_lazy("Saturday")),
    ("7", gettext_lazy("Sunday")),
]  # fmt: skip
BOX = {"class": "form-control"}
LISTED = {"class": "form-select"}


def offices(actor: Actor) -> list[tuple[str, str]]:
    """The offices for which he may offer."""
    codes = dict.fromkeys(post.area for post in actor.posts if post.role in WORKERS)
    return [(code, area_name(code)) for code in codes]


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={**BOX, "type": "date"}, format="%Y-%m-%d"))


def _time(label: Any, initial: str) -> forms.TimeField:
    return forms.TimeField(
        label=label, initial=initial, widget=forms.TimeInput(attrs={**BOX, "type": "time"}, format="%H:%M")
    )


class OfferForm(forms.Form):
    """What is offered, where, on which days and at what times; himself, the office, or (for a head or clerk) others."""

    kind = forms.ChoiceField(label=gettext_lazy("What for"), widget=forms.Select(attrs=LISTED))
    area = forms.ChoiceField(label=gettext_lazy("Office"), widget=forms.Select(attrs=LISTED))
    officer = forms.ChoiceField(
        label=gettext_lazy("Whose time"), required=False, widget=forms.Select(attrs=LISTED),
        help_text=gettext_lazy("An officer's own time is offered only for matters that he deals with."),
    )  # fmt: skip
    place = forms.CharField(
        label=gettext_lazy("Place of the appointment"), max_length=200, required=False,
        widget=forms.TextInput(attrs=BOX),
        help_text=gettext_lazy("Left empty where the officers come to the enterprise."),
    )  # fmt: skip
    first = _day(gettext_lazy("First day"))
    last = _day(gettext_lazy("Last day"))
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On"), choices=WEEKDAYS, initial=["1", "2", "3", "4", "5"],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Days off, leave and what overlaps with another slot are left out by themselves."),
    )  # fmt: skip
    begins = _time(gettext_lazy("From (time)"), "09:00")
    ends = _time(gettext_lazy("To (time)"), "11:00")
    minutes = forms.IntegerField(
        label=gettext_lazy("Minutes of each slot"), required=False, min_value=5, max_value=480,
        widget=forms.NumberInput(attrs=BOX), help_text=gettext_lazy("Left empty: one slot from begin to end."),
    )  # fmt: skip
    capacity = forms.IntegerField(
        label=gettext_lazy("Places in each slot"), initial=1, min_value=1, max_value=200,
        widget=forms.NumberInput(attrs=BOX),
    )  # fmt: skip

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        own: Any = self.fields
        own["kind"].choices = [(one.code, one.label) for one in bookables().values()]
        own["area"].choices = offices(actor)
        others = [one for one in people(actor, [Role.INSPECTOR]) if one[0] != str(actor.person_id)]
        mine = [(str(actor.person_id), _("my own time"))] if actor.has(Role.INSPECTOR) else []
        manages = actor.roles_at() & {Role.HEAD, Role.CLERK}
        own["officer"].choices = [
            *mine,
            *([("", _("the office's own time"))] if manages else []),
            *(others if manages else []),
        ]
        tomorrow = calendar.add_working_days(calendar.today(), 1)[0]
        own["first"].initial, own["last"].initial = tomorrow, calendar.add_working_days(tomorrow, 4)[0]

    def clean_officer(self) -> Person | None:
        """Somebody of the chosen office; an inspector offers nobody's time but his own."""
        chosen = self.cleaned_data.get("officer")
        if not chosen:
            if not self.actor.roles_at() & {Role.HEAD, Role.CLERK}:
                raise ValidationError(_("Please choose one of those offered."))
            return None
        return Person.objects.get(pk=chosen)

    def plan(self) -> Plan:
        """What was asked for. Call it on a valid form."""
        told = self.cleaned_data
        return Plan(
            told["kind"], told["area"], told["first"], told["last"], told["begins"], told["ends"], told["capacity"],
            told["place"], told["officer"], frozenset(int(one) for one in told["weekdays"]), told["minutes"] or 0,
        )  # fmt: skip
