"""The desk's page of serving one paper: what was tried, the likeliest way, its form; the confirmed address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate
from zhijian.kernel.desk.filters import people
from zhijian.kernel.desk.forms import Photos, PhotosField
from zhijian.kernel.evidence import files, media
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.refusals import Refused, WrongType
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import acts, addresses, confirm, receipt, rules, tries, words
from zhijian.kernel.papers.serving.law import Way
from zhijian.kernel.papers.serving.models import MEDIA, WAYS, AddressConfirmation, Service
from zhijian.kernel.papers.who import SERVERS, only
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


def paper_of(request: HttpRequest, uid: UUID) -> Paper:
    """The paper, when it is the reader's to see; 404 otherwise."""
    rows = Paper.objects.select_related("matter__assignee", "entity")
    return get_object_or_404(readable(rows, gate.actor_in(request), "matter"), uid=uid)


def initial_of(paper: Paper, way: Way, actor: Actor, open_one: Service | None, confirmed: Any) -> dict[str, Any]:
    """What is known already: who holds the matter, the place, what was told of a service that is under way."""
    held = [paper.matter.assignee_id or actor.person_id, paper.matter.second_id]
    away = acts.on_leave({one for one in held if one}, calendar.today())
    there = [one for one in held if one and one not in away]
    if len(there) < len([one for one in held if one]) and actor.person_id not in there:
        there.append(actor.person_id)  # whoever stands in acts for himself
    known: dict[str, Any] = {
        "officer1": str(there[0] or "") if there else "",
        "officer2": str(there[1] or "") if len(there) > 1 else "",
        "cause": open_one.cause if open_one is not None and open_one.cause else receipt.cause(paper),
        "at": calendar.local(timezone.now()) if way in (Way.DIRECT, Way.LEFT) else None,
        "sent_on": calendar.today() if way in (Way.POST, Way.ENTRUSTED, Way.PASSED_ON, Way.NOTICE) else None,
    }
    premises = paper.matter.premises
    if way in (Way.DIRECT, Way.LEFT, Way.POST):
        known["place"] = premises.address if premises is not None else paper.entity.address if paper.entity else ""
    if open_one is not None and open_one.way == way.value:
        names = ("tracking", "sent_on", "body", "ground", "receiver", "relation", "reason")
        known |= {name: getattr(open_one, name) for name in names if getattr(open_one, name)}
    return known


@dataclass(frozen=True)
class Tried:
    """One attempt as the page shows it: how it stands and its mark's tone, why its day counts, and where it went."""

    one: Service
    words: str
    tone: str
    why: Any
    to: str
    sent: str
    where: str
    ground: str
    day: Any

    @classmethod
    def of(cls, one: Service) -> Tried:
        to = addresses.sent_to(one) if one.state != Service.State.PLANNED else ""
        stands = words.standing(one)
        if one.state == Service.State.WITHDRAWN:
            stands = f"{one.get_state_display()} · {words.way_of(one)}", "warn"
        about = words.sent(one), words.published(one), words.ground(one)
        return cls(one, *stands, words.WHYS.get(one.why, ""), to, *about, words.day_of(one))


def context_of(request: HttpRequest, paper: Paper, way: Way | None) -> dict[str, Any]:
    """All that the page of serving shows, but the form of the chosen way."""
    actor = gate.actor_in(request)
    before = list(
        Service.objects.filter(paper=paper)
        .select_related("receipt", "officer1", "officer2", "doubted_by", "withdrawn_by", "confirmation")
        .order_by("-pk")
    )
    confirmed = addresses.confirmation_of(paper)
    known = rules.ways(calendar.today())
    likely = acts.likeliest(paper, before, confirmed)
    chosen = way if way in known else likely
    guard = acts.may_serve(paper)
    may = bool(actor.roles_at(paper.area) & set(SERVERS))
    ground = rules.GROUND[chosen].maybe(calendar.today())
    notice = rules.NOTICE.maybe(calendar.today())
    return {
        "paper": paper,
        "title": form(paper.kind).title,
        "before": [Tried.of(one) for one in before],
        "confirmed": confirmed,
        "covered": confirm.covered(confirmed) if confirmed is not None else {},
        "means": dict(confirm.MEANS).get(confirmed.means, "") if confirmed is not None else "",
        "ways": [(one.value, WAYS[one]) for one in sorted(known, key=lambda one: one is not likely)],
        "way": chosen.value,
        "words": WAYS[chosen],
        "ground": ground,
        "notice": notice.limit.n if chosen is Way.NOTICE and notice is not None and notice.limit else None,
        "may": may,
        "shut": only(SERVERS) if not may else "" if guard else str(guard.why),
        "article": guard.article if may and not guard else "",
        "duty": confirmed is not None and confirm.duty(paper.matter, actor),
        "running": acts.running_notice(paper),
        "open": next((one for one in before if one.state in acts.OPEN), None),
    }


def _way(given: str) -> Way | None:
    return Way(given) if given in set(Way) else None


@require_http_methods(["GET", "HEAD", "POST"])
@gate.staff
def serve_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Serving a paper: what was tried, the ways with the likeliest first, and the form of the chosen one."""
    paper, actor = paper_of(request, uid), gate.actor_in(request)
    posted = request.method == "POST"
    context = context_of(request, paper, _way((request.POST if posted else request.GET).get("way", "")))
    way = Way(context["way"])
    if context["shut"]:
        status = 200 if not posted else 409 if context["may"] else 403
        return render(request, "papers/serve.html", context, status=status)
    initial = initial_of(paper, way, actor, context["open"], context["confirmed"])
    if not posted:
        context["form"] = ServeForm.of(way, paper, actor, initial=initial)
        return render(request, "papers/serve.html", context)
    asked = ServeForm.of(way, paper, actor, data=request.POST, files=request.FILES, initial=initial)
    context["form"] = asked
    if not asked.is_valid() or not _done(asked, paper, actor):
        return render(request, "papers/serve.html", context, status=422)
    messages.success(request, _("Recorded: %(way)s") % {"way": WAYS[way]})
    return redirect("record", uid=paper.matter.uid)


def _done(asked: ServeForm, paper: Paper, actor: Actor) -> bool:
    """Record it with its evidence, or put the words of what is wrong beside the fields."""
    try:
        with transaction.atomic():
            kept, shown = _kept(asked, paper, actor, "evidence"), _kept(asked, paper, actor, "shown")
            acts.record(paper, asked.told(kept, shown), actor)
    except words.Lacking as lacking:
        for name, said in lacking.errors.items():
            asked.add_error(name if name in asked.fields else None, said)
    except WrongType:
        asked.add_error("evidence", _("Take JPEG, PNG, PDF, MP4, MOV, M4A, MP3 or WAV files that are whole."))
    except Refused as error:
        asked.add_error("evidence", str(error))
    except StepError as error:
        asked.add_error(None, error.message)
    else:
        return True
    return False


def _kept(asked: ServeForm, paper: Paper, actor: Actor, name: str) -> list[File]:
    """The evidence as files of the matter. Raises Refused for what is none of the kinds that the form names."""
    kept = []
    with in_its_language():  # the file's caption is kept for good
        caption = str(WAYS[asked.way])[:200]
    for sent in asked.cleaned_data.get(name, [])[:EVIDENCE]:
        limit = media.LIMIT if media.sniff(sent) else files.LIMIT
        blob = files.store(sent, media_types=files.IMAGES | files.PDF | files.MEDIA, limit=limit)
        about = {"name": sent.name[:200], "caption": caption}
        kept.append(files.attach(paper.matter, blob, actor=actor, kind="attachment", **about))
    return kept


@require_POST
@gate.staff
def receipt_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Print the proof of service in advance, with blanks: it is completed when the service is recorded."""
    paper = paper_of(request, uid)
    way = _way(request.POST.get("way", "")) or Way.DIRECT
    try:
        service = acts.plan(paper, way, gate.actor_in(request))
    except StepError as error:
        context = {**context_of(request, paper, way), "shut": error.message}
        return render(request, "papers/serve.html", context, status=error.status)
    assert service.receipt is not None
    return redirect("paper_pdf", uid=service.receipt.uid)
