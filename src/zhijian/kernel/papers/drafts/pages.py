"""The desk's pages of drafts (.docx out and back, issue) and of an office's own templates."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate
from zhijian.kernel.evidence import files
from zhijian.kernel.matters.errors import BadFacts, NotOpen, StepError
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import stack
from zhijian.kernel.papers.drafts import acts, guard, issued, letters, told
from zhijian.kernel.papers.drafts.fields import META, covered, unsaid
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper, PaperTemplate
from zhijian.kernel.words import quoted

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ACCEPT = {"class": "form-control", "accept": f".docx,{DOCX_TYPE}"}
TROUBLE = {
    "size": gettext_lazy("The file is larger than 10 MB."),
    "type": gettext_lazy("This is not a .docx file. Save it as “Word document (.docx)” and choose it again."),
    "macro": gettext_lazy("The file holds macros or embedded programs. Save it as .docx without them."),
    "bomb": gettext_lazy("The file would unfold to far more than a paper has. It was not opened."),
    "broken": gettext_lazy("The file is damaged. Open it in Word or WPS, save it again as .docx, and choose it again."),
}


def _paper(request: HttpRequest, uid: UUID) -> Paper:
    rows = Paper.objects.select_related("matter", "entity", "replaces")
    return get_object_or_404(readable(rows, gate.actor_in(request), "matter"), uid=uid)


def _context(request: HttpRequest, paper: Paper) -> dict[str, Any]:
    one, fields = acts.everything(paper)
    shut = ""
    try:
        acts.may_draft(paper, gate.actor_in(request))
    except StepError as error:
        shut = error.message
    rounds = paper.rounds.select_related("file", "template").order_by("-n")
    template = issued.went_by(paper)
    return {
        "paper": paper,
        "title": one.title,
        "fields": [
            field if field.free else replace(field, text=covered(field.text, paper.data))
            for field in fields
            if field.name not in META
        ],
        "rounds": [(one, [_quoted(paper, other) for other in one.beside]) for one in rounds],
        "shut": shut,
        "template": template,
        "newer": None if (newest := issued.template_of(paper.kind, paper.area)) == template else newest,
        "lost": [(told.place(one.where), told.lost(one)) for one in issued.lost_of(template)] if template else [],
        "unsaid": issued.unsaid_of(template) if template else [],
        "seen": _seen(paper, template),
        "words": [] if shut else letters.open_to_words(paper),
    }


def _quoted(paper: Paper, one: dict[str, str]) -> str:
    """A paragraph that differs beside the fields, in words."""
    told = quoted(covered(one["theirs"] or one["ours"], paper.data))
    return told if one["theirs"] else _("taken out: %(text)s") % {"text": told}


def _seen(paper: Paper, template: PaperTemplate | None) -> str:
    """Names what one looked at: the draft's words and the template they are printed by."""
    return f"{paper.digest}.{template.pk if template is not None else 0}"


@require_safe
@gate.staff
def draft_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A draft: what it says, its rounds, and what can be done with it."""
    return render(request, "papers/draft.html", _context(request, _paper(request, uid)))


@require_POST
@gate.staff
def replace_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Draft what takes the place of a void paper."""
    paper = _paper(request, uid)
    try:
        made = acts.replacement(paper, gate.actor_in(request))
    except StepError as error:
        messages.warning(request, error.message)
        return redirect("record", uid=paper.matter.uid)
    return redirect("paper_draft", uid=made.uid)


@require_POST
@gate.staff
def letter_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Draft a letter about a matter."""
    actor = gate.actor_in(request)
    matter = get_object_or_404(readable(Matter.objects.select_related("entity"), actor), uid=uid)
    try:
        made = letters.letter(matter, actor)
    except StepError as error:
        messages.warning(request, error.message)
        return redirect("record", uid=matter.uid)
    return redirect("paper_draft", uid=made.uid)


@require_POST
@gate.staff
def words_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """What was typed into the draft's free facts is taken over; what can't be stays typed."""
    paper = _paper(request, uid)
    try:
        changed = letters.written(paper, request.POST, request.POST.get("digest", ""), gate.actor_in(request))
    except StepError as error:
        problem = " ".join(error.errors.popitem()[1]) if isinstance(error, BadFacts) else error.message
        context = _context(request, _paper(request, uid))
        context["words"] = [replace(one, text=request.POST.get(one.key, one.text)) for one in context["words"]]
        return render(request, "papers/draft.html", {**context, "problem": problem}, status=error.status)
    if changed:
        messages.success(request, _("Taken over: %(fields)s") % {"fields": ", ".join(changed)})
    return redirect("paper_draft", uid=paper.uid)


@require_POST
@gate.staff
def out_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The draft as .docx; that it went out is kept."""
    paper = _paper(request, uid)
    try:
        name, data = acts.out(paper, gate.actor_in(request))
    except StepError as error:
        return render(request, "papers/draft.html", _context(request, paper), status=error.status)
    answer = HttpResponse(data, content_type=DOCX_TYPE)
    answer["Content-Disposition"] = content_disposition_header(True, name)
    return answer


@require_POST
@gate.staff
def back_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """The .docx comes back: taken over, or refused with the list of what was changed."""
    paper, sent = _paper(request, uid), request.FILES.get("file")
    context: dict[str, Any] = {}
    try:
        acts.may_draft(paper, gate.actor_in(request))
        if sent is None:
            raise guard.BadDocx("type")
        if sent.size > guard.MOST:
            raise guard.BadDocx("size")
        result = acts.back(paper, sent.read(), sent.name or "", gate.actor_in(request))
    except guard.BadDocx as error:
        return render(
            request, "papers/draft.html", {**_context(request, paper), "trouble": TROUBLE[error.code]}, status=422
        )
    except StepError as error:
        return render(request, "papers/draft.html", _context(request, paper), status=error.status)
    if result.older:
        context = {**_context(request, paper), "older": result.older, "newest": result.newest}
        return render(request, "papers/draft.html", context, status=422)
    if result.differs:
        differs = [{name: covered(said, paper.data) for name, said in one.items()} for one in result.differs]
        context = {**_context(request, paper), "differs": differs}
        return render(request, "papers/draft.html", context, status=422)
    if result.empty:
        return render(request, "papers/draft.html", {**_context(request, paper), "empty": result.empty}, status=422)
    if result.changed:
        messages.success(request, _("Taken over: %(fields)s") % {"fields": ", ".join(result.changed)})
    elif not result.beside:
        messages.info(request, _("Nothing was changed in the file."))
    if result.beside:
        words = _(
            "Beside the fields the file says something else. It was not taken over, and nothing of it will be printed: "
            "%(texts)s"
        )
        messages.warning(request, words % {"texts": " ".join(_quoted(paper, one) for one in result.beside)})
    return redirect("paper_draft", uid=paper.uid)


@require_POST
@gate.staff
def issue_page(request: HttpRequest, uid: UUID) -> HttpResponse:
    """Issue the draft: it takes its number and never changes again. Asked once more."""
    paper = _paper(request, uid)
    if "go" not in request.POST:
        return render(request, "papers/draft.html", {**_context(request, paper), "issuing": True})
    try:
        if "seen" in request.POST and request.POST["seen"] != _seen(paper, issued.went_by(paper)):
            raise NotOpen(_("The draft or its template was changed meanwhile: look at it again before you issue it."))
        made = acts.issue(paper, gate.actor_in(request))
    except StepError as error:
        context = {**_context(request, paper), "problem": error.message}
        return render(request, "papers/draft.html", context, status=error.status)
    messages.success(request, _("Issued: %(paper)s") % {"paper": f"{made.title} {made.number}".strip()})
    return redirect("record", uid=paper.matter.uid)


class TemplateForm(forms.Form):
    """A template of an office, for a kind of paper, from a day on."""

    kind = forms.ChoiceField(label=gettext_lazy("Kind"), widget=forms.Select(attrs={"class": "form-select"}))
    organ = forms.ChoiceField(label=gettext_lazy("Office"), widget=forms.Select(attrs={"class": "form-select"}))
    since = forms.DateField(
        label=gettext_lazy("In use since"),
        widget=forms.DateInput(attrs={"class": "form-control", "type": "date"}, format="%Y-%m-%d"),
    )
    file = forms.FileField(label=gettext_lazy("File (.docx)"), widget=forms.ClearableFileInput(attrs=ACCEPT))

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", initial={"since": calendar.today()}, **kwargs)
        organs = [(code, stack().organs[code].name) for code in acts.organs_of(actor)]
        self.fields["kind"].choices = acts.kinds()  # type: ignore[attr-defined]
        self.fields["organ"].choices = organs  # type: ignore[attr-defined]


def _templates(actor: Actor) -> QuerySet[PaperTemplate]:
    """Those of the offices whose templates he keeps or audits."""
    return PaperTemplate.objects.filter(organ__in=acts.organs_of(actor, acts.READERS))


def _named(kind: str, title: str) -> tuple[str, list[str], list[str]]:
    """A kind of paper, all names that its template may use, and what it must say."""
    one, names = form(kind), acts.names_of(form(kind), acts.labels())
    return title, sorted(names), unsaid(one, set(), "", names)


@require_http_methods(["GET", "HEAD", "POST"])
@gate.roles(*acts.READERS)
def templates_page(request: HttpRequest) -> HttpResponse:
    """An office's own templates: which are in use, and a new one, checked before it is kept."""
    actor = gate.actor_in(request)
    asked = TemplateForm(actor, request.POST or None, request.FILES or None)
    organs = acts.organs_of(actor)
    rows = _templates(actor).select_related("blob").order_by("kind", "organ", "-since", "-version")[:200]
    context: dict[str, Any] = {
        "form": asked if organs else None,
        "rows": [(one, form(one.kind).title, stack().organs[one.organ].name, issued.unsaid_of(one)) for one in rows],
        "names": [_named(kind, title) for kind, title in acts.kinds()],
    }
    if request.method != "POST":
        return render(request, "papers/templates.html", context)
    if not asked.is_valid():
        return render(request, "papers/templates.html", context, status=422)
    given = asked.cleaned_data
    try:
        if given["file"].size > guard.MOST:
            raise guard.BadDocx("size")
        with transaction.atomic():
            acts.keep_template(
                given["kind"], given["organ"], given["since"], given["file"].name, given["file"].read(), actor
            )
    except guard.BadDocx as error:
        asked.add_error("file", str(TROUBLE[error.code]))
    except acts.UnknownNames as error:
        asked.add_error("file", _("It names fields that this kind of paper does not have; nothing was kept."))
        context["unknown"] = [(one.name, told.place(one.where)) for one in error.places[:100]]
    except acts.Undrawn as error:
        asked.add_error("file", _("It holds what an issued paper would lack; nothing was kept."))
        context["undrawn"] = [(told.place(one.where), told.lost(one)) for one in error.places[:100]]
    except acts.Unsaid as error:
        asked.add_error("file", _("It does not say what such a paper must say; nothing was kept."))
        context["unsaid"] = error.missing
    else:
        messages.success(request, _("The template is kept."))
        return redirect("paper_templates")
    return render(request, "papers/templates.html", context, status=422)


@require_safe
@gate.roles(*acts.READERS)
def template_file(request: HttpRequest, uid: UUID) -> HttpResponse:
    """A kept template, byte for byte."""
    found = _templates(gate.actor_in(request)).select_related("blob").filter(uid=uid).first()
    if found is None:
        raise Http404
    answer = HttpResponse(files.read_blob(found.blob), content_type=DOCX_TYPE)
    answer["Content-Disposition"] = content_disposition_header(True, found.name)
    return answer
