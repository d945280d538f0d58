"""The forms of the people's pages."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.people import seeing, standing

Options = list[tuple[str, str]]


def _pick(label: Any, **more: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=forms.Select(attrs={"class": "form-select"}), **more)


def _day(label: Any, **more: Any) -> forms.DateField:
    picker = forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, widget=picker, **more)


def _word(label: Any, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.TextInput(attrs={"class": "form-control"}), **more)


class Asked(forms.Form):
    """A form before an actor, about a person (None: a new one)."""

    def __init__(self, actor: Actor, person: Person | None, data: Any = None, prefix: str = "") -> None:
        super().__init__(data, prefix=prefix or None, label_suffix="")
        self.actor, self.person = actor, person
        self.offer()

    def offer(self) -> None:
        """Fill in what is offered to this actor."""

    def choose(self, name: str, options: Options) -> None:
        """What may be chosen; an empty choice first, so that nothing is chosen by itself."""
        self.fields[name].choices = [("", _now("choose") + " …"), *options]  # type: ignore[attr-defined]

    def choose_able(self, name: str, person: Person, areas: list[str] | None) -> None:
        """Only those who can take the person's place (where things of his lie, `areas`), and why others cannot."""
        some = seeing.colleagues(person)
        able = standing.able(person, some, areas)
        self.choose(name, [(str(one.pk), one.name) for one in able])
        said = standing.why_not(person, some, areas)
        if not able:
            said.insert(0, _now("Nobody of the district holds the same posts, with a certificate where he signs: give "
                                "somebody the post first."))  # fmt: skip
        self.fields[name].help_text = " ".join(said)


class PostForm(Asked):
    """A post from a day to a day."""

    role = _pick(_("Role"))
    area = _pick(_("Office"))
    since = _day(_("From"), initial=calendar.today)
    until = _day(_("To (empty: without an end)"), required=False)
    loan = forms.BooleanField(
        label=_("On loan: he keeps his own post"), required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def offer(self) -> None:
        self.choose("role", [(role.value, str(role.label)) for role in seeing.grantable(self.actor)])
        self.choose("area", seeing.areas(self.actor))

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        role, area = told.get("role"), told.get("area")
        if role and area and not seeing.may_grant(self.actor, Role(role), area):
            self.add_error("role", _now("You may not give this post at that office."))
        return told


class NewForm(Asked):
    """A new person."""

    username = _word(_("User name"), max_length=60)
    name = _word(_("Name"), max_length=60)
    area = _pick(_("Office"))

    def offer(self) -> None:
        self.choose("area", seeing.areas(self.actor))

    def clean_username(self) -> str:
        username = Person.normalize_username(self.cleaned_data["username"].strip())
        people.check_username(username)
        return username

    def clean_name(self) -> str:
        name = self.cleaned_data["name"].strip()
        people.check_name(name)
        return name


class CertificateForm(Asked):
    """Number and last day of a certificate."""

    number = _word(_("Number of the certificate (empty: none)"), max_length=40, required=False)
    until = _day(_("Good until"), required=False)

    def offer(self) -> None:
        if self.person is not None:
            self.fields["number"].initial = self.person.certificate_no
            self.fields["until"].initial = self.person.certificate_until

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("number") and not told.get("until"):
            self.add_error("until", _now("Name the day until which it is good."))
        return told


class LeaveForm(Asked):
    """From when to when, and who stands in."""

    since = _day(_("First day"), initial=calendar.today)
    until = _day(_("Last day"))
    stand_in = _pick(_("Who stands in (B role)"))

    def offer(self) -> None:
        if self.person is not None:
            self.choose_able("stand_in", self.person, None)

    def clean_stand_in(self) -> Person:
        return Person.objects.get(pk=self.cleaned_data["stand_in"])


class StandInForm(Asked):
    """Who stands in instead."""

    stand_in = _pick(_("Who stands in (B role)"))

    def offer(self) -> None:
        if self.person is not None:
            self.choose_able("stand_in", self.person, None)

    def clean_stand_in(self) -> Person:
        return Person.objects.get(pk=self.cleaned_data["stand_in"])


class HandoverForm(Asked):
    """To whom."""

    successor = _pick(_("Successor"))
    alone = forms.BooleanField(
        label=_("He cannot confirm himself (he has left, or is ill): I confirm for him"), required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )  # fmt: skip

    def offer(self) -> None:
        if self.person is not None:
            with scoped(SYSTEM):
                areas = standing.areas_of(self.person)
            self.choose_able("successor", self.person, areas)
            if self.actor.person_id == self.person.pk:
                del self.fields["alone"]

    def clean_successor(self) -> Person:
        return Person.objects.get(pk=self.cleaned_data["successor"])


class Nothing(Asked):
    """Nothing needs to be said."""
