"""What is asked of each way of serving a paper, in the order of the proof of service."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.filters import people
from zhijian.kernel.desk.forms import Photos, PhotosField
from zhijian.kernel.evidence import media
from zhijian.kernel.evidence.models import File
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import acts, addresses, rules, tries, words
from zhijian.kernel.papers.serving.law import Way
from zhijian.kernel.papers.serving.models import MEDIA, AddressConfirmation, Service
from zhijian.kernel.words import listed

ACCEPT = ",".join(["image/jpeg", "image/png", "application/pdf", *media.TYPES, ".m4a"])
EVIDENCE = 9  # files of one attempt
BOX = {"class": "form-control"}
SIGNERS = [str(Role.INSPECTOR), str(Role.CASE_OFFICER), str(Role.HEAD)]


def _text(label: Any, most: int, *, must: bool = False, told: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=most, required=must, help_text=told, widget=forms.TextInput(attrs=BOX)
    )


def _day(label: Any, *, must: bool = False, told: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        required=must,
        help_text=told,
        widget=forms.DateInput(attrs={**BOX, "type": "date"}, format="%Y-%m-%d"),
    )


def _moment(label: Any, *, must: bool = True) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=must,
        widget=forms.DateTimeInput(attrs={**BOX, "type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )


def _person(label: Any, options: list[tuple[str, str]]) -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, required=False, choices=[("", "–"), *options], widget=widget)


def _choice(label: Any, options: list[tuple[str, Any]], *, told: Any = "") -> forms.ChoiceField:
    widget = forms.Select(attrs={"class": "form-select"})
    return forms.ChoiceField(label=label, required=False, help_text=told, choices=[("", "–"), *options], widget=widget)


def _grounds() -> list[tuple[str, Any]]:
    """The grounds on which a paper may be passed on, each with its article."""
    found = []
    for code, row in rules.grounds(calendar.today()).items():
        article = f"{row.basis} {row.article}".strip()
        mark = [_("to be verified")] if row.unverified else []
        found.append((code, words.with_article(code, listed([article, *mark]))))
    return found


def _came_back(asked_on: Any, server: Any) -> dict[str, forms.Field]:
    """What is asked where somebody else serves the paper: when it went there, then what came back with the proof."""
    back = gettext_lazy("Once the proof came back")
    return {
        "sent_on": _day(asked_on, must=True),
        "at": _moment(gettext_lazy("Signed for on"), must=False),
        "place": _text(gettext_lazy("Place of service"), 200, told=back),
        "server": _text(server, 60, told=back),
    }


def fields_of(way: Way, options: list[tuple[str, str]]) -> dict[str, forms.Field]:
    """What is asked of a way, in the order of the proof of service."""
    officers = {
        "officer1": _person(gettext_lazy("Served by"), options),
        "officer2": _person(gettext_lazy("and by"), options),
    }
    took = {
        "receiver": _text(gettext_lazy("Taken by"), 60),
        "relation": _text(
            gettext_lazy("Relation to the addressee"), 60, told=gettext_lazy("Representative, employee, family …")
        ),
    }
    place = {"place": _text(gettext_lazy("Place of service"), 200, must=True)}
    by_way: dict[Way, dict[str, forms.Field]] = {
        Way.DIRECT: {"at": _moment(gettext_lazy("When")), **place, **took, **officers},
        Way.LEFT: {
            "at": _moment(gettext_lazy("When")),
            **place,
            "reason": _text(gettext_lazy("Why it was not taken"), 300, must=True),
            "witness": _text(gettext_lazy("Witness"), 60),
            "recorded": forms.BooleanField(
                label=gettext_lazy("Recorded in sound and picture (add the file below)"),
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            ),
            **officers,
        },
        Way.POST: {
            "sent_on": _day(gettext_lazy("Handed in on"), must=True),
            "tracking": _text(gettext_lazy("Number of the letter"), 40, must=True),
            "to": forms.ChoiceField(
                label=gettext_lazy("Sent to"),
                required=False,
                help_text=gettext_lazy("Fixed once it is on its way; only what was confirmed by that day counts."),
                widget=forms.Select(attrs={"class": "form-select"}),
            ),
            "place": _text(
                gettext_lazy("Address on the letter"),
                200,
                told=gettext_lazy("As written on it, where it did not go to a confirmed address."),
            ),
            "at": _moment(gettext_lazy("Signed for on"), must=False),
            **took,
            "returned_on": _day(gettext_lazy("Came back on")),
            "reason": _text(gettext_lazy("Why it came back"), 300),
        },
        Way.ELECTRONIC: {
            "at": _moment(gettext_lazy("Arrived in the receiver's system")),
            "reason": _text(gettext_lazy("What shows the arrival"), 300, must=True),
        },
        Way.ENTRUSTED: {
            "body": _text(gettext_lazy("Through which office"), 120, must=True),
            **_came_back(gettext_lazy("Asked on"), gettext_lazy("Who of that office served it")),
            **took,
        },
        Way.PASSED_ON: {
            "ground": _choice(gettext_lazy("On which ground it is passed on"), _grounds()),
            "body": _text(gettext_lazy("Through whom"), 120, must=True),
            **_came_back(gettext_lazy("Handed on"), gettext_lazy("Who passed it on")),
            **took,
        },
        Way.NOTICE: {
            "missing": forms.BooleanField(
                label=gettext_lazy("Nobody knows where the party is (add what shows it below)"),
                required=False,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            ),
            "shown_on": _day(
                gettext_lazy("What shows it is of"),
                told=gettext_lazy("Later than the last day on which the party was reached or its address tried."),
            ),
            "shown": PhotosField(
                label=gettext_lazy("What shows that nobody knows where the party is"),
                required=False,
                help_text=gettext_lazy("Photos or PDF. Up to nine files."),
                widget=Photos(attrs={**BOX, "accept": ACCEPT, "multiple": True}),
            ),
            "sent_on": _day(gettext_lazy("Published on"), must=True),
            "medium": _choice(gettext_lazy("Published in a"), list(MEDIA.items())),
            "body": _text(
                gettext_lazy("Where it was published"),
                120,
                must=True,
                told=gettext_lazy("Name and issue of the newspaper, address of the page, place of the board."),
            ),
            "reason": _text(gettext_lazy("Which other ways were tried, and why they failed"), 300, must=True),
            "unproven": _text(
                gettext_lazy("Which proof of these tries is missing, and why"),
                300,
                told=gettext_lazy("Only where one has none on file. It stands on the proof of service."),
            ),
        },
    }
    return by_way[way]


class ServeForm(forms.Form):
    """One way of serving; `told()` is what `acts.record` takes."""

    way: Way
    to: dict[str, AddressConfirmation]
    evidence = PhotosField(
        label=gettext_lazy("Evidence"),
        required=False,
        help_text=gettext_lazy(
            "Photos or PDF: the signed proof, the letter's receipt, the notice; or the recording "
            "(MP4, MOV, M4A, MP3, WAV, up to 200 MB). Up to nine files."
        ),
        widget=Photos(attrs={**BOX, "accept": ACCEPT, "multiple": True}),
    )
    in_vain = forms.BooleanField(
        label=gettext_lazy("It was in vain (nobody there, refused, not deliverable)"),
        required=False,
        help_text=gettext_lazy("Leave empty who took it, and say why. What shows it is added now or later."),
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    refused = forms.BooleanField(
        label=gettext_lazy("Somebody was there and refused to take it"),
        required=False,
        widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
    )
    cause = forms.CharField(
        label=gettext_lazy("What it is about"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("As it stands on the proof of service."),
        widget=forms.TextInput(attrs=BOX),
    )

    @classmethod
    def of(cls, way: Way, paper: Paper, actor: Actor, **kwargs: Any) -> ServeForm:
        """The form of a way, with the people of the office and the addresses that the party has confirmed to it."""
        made = cls(label_suffix="", **kwargs)
        made.way = way
        after = {name: made.fields.pop(name) for name in list(made.fields)}
        made.fields = {**fields_of(way, people(actor, SIGNERS, paper.area)), **after}
        made.to = {}
        if way is not Way.DIRECT:
            del made.fields["refused"]
        if way is Way.NOTICE:
            made.fields["evidence"].label = _("The notice as it was published")
            made.fields["evidence"].help_text = _(
                "A picture of the page, the site or the board, or the newspaper as PDF; without it the proof is to be "
                "added. Up to nine files."
            )
            if not tries.unproven(paper, rules.needs(calendar.today())):
                del made.fields["unproven"]
        if way is Way.ELECTRONIC:
            made.fields["evidence"].help_text = _(
                "The receipt that the mail or message system gave, as picture or PDF; without it the proof is to be "
                "added. Up to nine files."
            )
        if way is Way.POST:
            made.ask_where_to(paper)
        if way in (Way.ELECTRONIC, Way.NOTICE):
            del made.fields["in_vain"]
        if kwargs.get("data") is not None and kwargs["data"].get("in_vain"):
            for one in made.fields.values():
                one.required = False
            made.fields["reason"] = _text(gettext_lazy("Reason"), 300)
        elif "reason" not in made.fields:
            made.fields["reason"] = _text(gettext_lazy("Remarks"), 300)
        return made

    def ask_where_to(self, paper: Paper) -> None:
        """To which address a letter goes; nothing is asked of one that is on its way."""
        rows = Service.objects.filter(paper=paper, state__in=acts.OPEN)
        if any(one.posted for one in rows):
            del self.fields["to"], self.fields["place"]
            return
        self.to = {str(one.uid): one for one in addresses.confirmations_of(paper)}
        if not self.to:
            del self.fields["to"]
            return
        known = [(uid, addresses.offered(one)) for uid, one in self.to.items()]
        cast(forms.ChoiceField, self.fields["to"]).choices = [*known, ("", _("another address"))]
        now = next((uid for uid, one in self.to.items() if one.until is None), "")
        if now:
            self.initial.update(to=now, place="")

    def told(self, kept: list[File], shown: list[File]) -> acts.Told:
        files = ("evidence", "shown")
        given = {k: v for k, v in self.cleaned_data.items() if k not in files and v not in (None, "")}
        if "to" in given:
            given["to"] = self.to[given["to"]]
        for name in ("officer1", "officer2"):
            if name in given:
                given[name] = Person.objects.get(pk=given[name])
        return acts.Told(way=self.way, files=kept, shown=shown, **given)
