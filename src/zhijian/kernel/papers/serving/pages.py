"""The desk's page of serving one paper: what was tried, the likeliest way, its form; the confirmed address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import gate
from zhijian.kernel.evidence import files, media
from zhijian.kernel.evidence.models import File
from zhijian.kernel.evidence.refusals import Refused, WrongType
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import acts, addresses, confirm, receipt, rules, words
from zhijian.kernel.papers.serving.asking import EVIDENCE, ServeForm
from zhijian.kernel.papers.serving.law import Way
from zhijian.kernel.papers.serving.models import WAYS, Service
from zhijian.kernel.papers.who import SERVERS, only


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
    if way in (Way.DIRECT, Way.LEFT, Way.POST) and paper.entity is not None:  # else it goes to somebody else
        known["place"] = premises.address if premises is not None else paper.entity.address
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
    running = acts.running_notice(paper)
    known = acts.ways(running)
    likely = acts.likeliest(before, confirmed, known)
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
        "running": running,
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
    asked_way = _way((request.POST if posted else request.GET).get("way", ""))
    context = context_of(request, paper, asked_way)
    way = Way(context["way"])
    if context["shut"]:
        status = 200 if not posted else 409 if context["may"] else 403
        return render(request, "papers/serve.html", context, status=status)
    initial = initial_of(paper, way, actor, context["open"], context["confirmed"])
    other = asked_way not in (None, way)  # the way that was asked for is not open any more
    if not posted or other:
        context["form"] = ServeForm.of(way, paper, actor, initial=initial)
        return render(request, "papers/serve.html", context, status=422 if posted else 200)
    asked = ServeForm.of(way, paper, actor, data=request.POST, files=request.FILES, initial=initial)
    context["form"] = asked
    if not asked.is_valid() or not _done(asked, paper, actor):
        return render(request, "papers/serve.html", context, status=422)
    messages.success(request, _("Recorded: %(way)s") % {"way": WAYS[way]})
    if paper.services.filter(proof_due=True).exists():
        messages.warning(request, _("Its proof is still to be added: on this page, or from the list of papers."))
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
