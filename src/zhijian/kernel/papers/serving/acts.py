"""What people do to serve a paper: print its proof in advance, send it off, record how it was served, or in vain."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.papers import making
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import events, law, rules, withdrawing, within
from zhijian.kernel.papers.serving.law import Lacks, Way
from zhijian.kernel.papers.serving.models import WAYS, AddressConfirmation, Service
from zhijian.kernel.papers.who import SERVERS, only

RECEIPT = "service_receipt"
PERSONAL = ("receiver", "witness", "place")
SENT = ledger.entry_kind("service.sent", label=gettext_lazy("{title} {number} is on its way: {way}"))
SERVED = ledger.entry_kind(
    "service.served", label=gettext_lazy("{title} {number} counts as served on {day}: {way}"), personal=PERSONAL
)
FAILED = ledger.entry_kind(
    "service.failed", label=gettext_lazy("{title} {number} could not be served: {way}, {reason}"), personal=PERSONAL
)
CLOCKS_DIFFER = dt.timedelta(minutes=5)  # an officer's phone may run ahead of the server
OPEN = (Service.State.PLANNED, Service.State.ON_ITS_WAY)

WORDS = {
    Lacks.OFFICERS: gettext_lazy("Name everyone who served it: the law wants more than that."),
    Lacks.CERTIFICATE: gettext_lazy(
        "Everyone who serves a paper needs a certificate that is in force on that day, and is no helper: not %(names)s."
    ),
    Lacks.RECEIVER: gettext_lazy("Say who took it."),
    Lacks.PROOF: gettext_lazy("Name a witness, or say that it was recorded."),
    Lacks.CONSENT: gettext_lazy("No confirmed address agrees to electronic service: enter the confirmation first."),
    Lacks.TRACKING: gettext_lazy("Enter the number of the letter."),
    Lacks.BODY: gettext_lazy("Say through whom."),
    Lacks.WHERE: gettext_lazy("Say where the notice was published."),
    Lacks.TRIED: gettext_lazy("Say which other ways were tried and why they failed."),
    Lacks.OTHERS: gettext_lazy(
        "A public notice is the last way. First record that it could not be handed over and that the letter came back, "
        "or tick that nobody knows where the party is and add what shows it."
    ),
    Lacks.ORDER: gettext_lazy("A day lies before the paper was made or sealed, or before it was sent."),
    Lacks.FUTURE: gettext_lazy("A day or an hour has not come yet."),
}
BESIDE = {
    Lacks.OFFICERS: "officer2", Lacks.CERTIFICATE: "officer1", Lacks.RECEIVER: "receiver", Lacks.PROOF: "witness",
    Lacks.TRACKING: "tracking", Lacks.BODY: "body", Lacks.WHERE: "body", Lacks.TRIED: "reason",
    Lacks.OTHERS: "missing",
}  # fmt: skip
WHYS = {
    "arrival": gettext_lazy("the day on which it arrived in the receiver's system"),
    "notice": gettext_lazy("the day on which the time of the public notice has run"),
    "left": gettext_lazy("the day on which it was left"),
    "signed": gettext_lazy("the day on which it was signed for"),
    "returned": gettext_lazy("the day on which the letter came back from the confirmed address"),
}


class Lacking(Exception):
    """A service does not prove itself yet; `errors` are the words by the field beside which they stand ("" for all)."""

    def __init__(self, lacks: Iterable[Lacks], uncertified: Iterable[Person] = ()) -> None:
        super().__init__("lacking")
        self.errors: dict[str, list[str]] = {}
        names = _(", ").join(one.name for one in uncertified)
        for one in lacks:
            words = str(WORDS[one])
            said = words % {"names": names} if one is Lacks.CERTIFICATE else words
            self.errors.setdefault(BESIDE.get(one, ""), []).append(said)


@dataclass
class Told:
    """What somebody says of a service; whatever a way does not know stays empty."""

    way: Way
    addressee: str = ""
    at: dt.datetime | None = None
    place: str = ""
    receiver: str = ""
    relation: str = ""
    witness: str = ""
    recorded: bool = False
    missing: bool = False
    officer1: Person | None = None
    officer2: Person | None = None
    body: str = ""
    tracking: str = ""
    sent_on: dt.date | None = None
    returned_on: dt.date | None = None
    reason: str = ""
    in_vain: bool = False
    files: list[File] = field(default_factory=list)


def may_serve(paper: Paper) -> Guard:
    """Whether the paper can be served now."""
    one = form(paper.kind)
    if not one.served:
        return no(_("Papers of this kind are not served on anybody."), one.basis)
    if paper.state != Paper.State.ISSUED:
        return no(_("The paper is not in force: %(state)s.") % {"state": paper.get_state_display()})
    if paper.strange:
        return no(_("It was made for practice and is not served."))
    if one.sealed and not paper.sealed:
        return no(_("It bears no seal yet: what is served is the sealed original."), one.basis)
    counting = Service.objects.filter(paper=paper, state=Service.State.SERVED)
    if counting.exclude(way=Way.NOTICE, served_on__gt=calendar.today()).exists():
        return no(_("It has been served already."))
    return ok()  # the days of a public notice that still run keep nobody from handing it over


def running_notice(paper: Paper) -> Service | None:
    """The public notice of the paper whose days have not run yet."""
    rows = Service.objects.filter(paper=paper, state=Service.State.SERVED, way=Way.NOTICE)
    return rows.select_related("receipt").filter(served_on__gt=calendar.today()).first()


def confirmation_of(paper: Paper) -> AddressConfirmation | None:
    """The address for service that the party has confirmed to this office, in force now."""
    if paper.entity_id is None:
        return None
    found = AddressConfirmation.objects.filter(entity=paper.entity_id, area=paper.area, until=None)
    return found.select_related("paper").first()


def likeliest(paper: Paper, before: list[Service], confirmed: AddressConfirmation | None) -> Way:
    """The way that the page offers first: one that is under way, else what is known of the party and what was tried."""
    for one in before:
        if one.state in OPEN:
            return Way(one.way)
    known = rules.ways(calendar.today())
    failed = [one for one in before if one.state == Service.State.FAILED]
    way = law.likeliest(
        signed_on_site=False,
        consent=confirmed is not None and confirmed.electronic,
        refused=any(one.way == Way.DIRECT and one.receiver for one in failed),
        away=any(one.way == Way.DIRECT and not one.receiver for one in failed),
        confirmed=confirmed is not None,
        returned=any(one.way == Way.POST for one in failed),
        notice=Way.NOTICE in known,
    )
    return way if way in known else known[0]


def _allowed(paper: Paper, actor: Actor) -> Paper:
    """The paper locked, when this person may serve it now. Raises NotAllowed or NotOpen."""
    if not actor.roles_at(paper.area) & set(SERVERS):
        raise NotAllowed(only(SERVERS))
    now = Paper.objects.select_for_update(of=("self",)).select_related("matter", "entity").get(pk=paper.pk)
    if not (guard := may_serve(now)):
        raise NotOpen(guard.why, str(guard.article))
    return now


def _uncertified(told: Told) -> list[Person]:
    """Those of its officers who may not sign as officers on the day of the service."""
    day = calendar.legal_day(told.at) if told.at is not None else calendar.today()
    named = {one.pk for one in (told.officer1, told.officer2) if one is not None}
    rows = Person.objects.filter(pk__in=named).prefetch_related("posts").order_by("pk")
    return [one for one in rows if not one.may_sign(day)]


def _facts(told: Told, confirmed: AddressConfirmation | None, uncertified: int, failed: Iterable[str]) -> law.Served:
    """What was told, as the law's arithmetic takes it."""
    day = calendar.legal_day(told.at) if told.at is not None else None
    electronic = told.way is Way.ELECTRONIC
    return law.Served(
        way=told.way,
        officers=len({one.pk for one in (told.officer1, told.officer2) if one is not None}),
        uncertified=uncertified,
        receiver=bool(told.receiver),
        witness=bool(told.witness),
        recorded=told.recorded and bool(told.files),
        consent=confirmed is not None and confirmed.electronic,
        confirmed=confirmed is not None,
        tracking=bool(told.tracking),
        body=bool(told.body),
        where=bool(told.body),
        tried=bool(told.reason),
        failed=frozenset(Way(one) for one in failed),
        missing=told.missing and bool(told.files),
        sent=told.sent_on,
        handed=None if electronic else day,
        arrived=day if electronic else None,
        returned=told.returned_on,
    )


def plan(paper: Paper, way: Way, actor: Actor) -> Service:
    """The proof of service is printed in advance: a draft with blanks, completed by `record`. The open one again."""
    with transaction.atomic():
        paper = _allowed(paper, actor)
        service = Service.objects.select_related("receipt").filter(paper=paper, state__in=OPEN).first()
        service = service or Service(
            paper=paper, entity_id=paper.entity_id, area=paper.area, state=Service.State.PLANNED, made_by=actor.label
        )
        if service.state == Service.State.PLANNED:
            service.way = way.value
        service.addressee = service.addressee or _addressee(paper)
        service.save()
        data = _receipt(service)
        if service.receipt is None:
            service.receipt = making.draft(RECEIPT, paper.matter, data, actor=actor)
            service.save(update_fields=["receipt"])
        else:
            making.redraft(service.receipt, data)
    return service


def record(paper: Paper, told: Told, actor: Actor) -> Service:
    """Record how the paper is being served, was served, or was not. Raises NotAllowed, NotOpen, Lacking."""
    with transaction.atomic():
        paper = _allowed(paper, actor)
        confirmed = confirmation_of(paper)
        uncertified = _uncertified(told)
        before = Service.objects.filter(paper=paper, state=Service.State.FAILED).values_list("way", flat=True)
        facts, needs = _facts(told, confirmed, len(uncertified), before), rules.needs(calendar.today())
        notice = running_notice(paper)
        if notice is not None and told.way is Way.NOTICE:
            raise NotOpen(_("The days of a public notice run until %(day)s.") % {"day": notice.served_on})
        lacks = law.lacking(facts, needs, made=calendar.legal_day(within.since(paper)), today=calendar.today())
        counted = law.counts(facts, needs)
        if told.in_vain:  # what failed proves nothing, but its days must be possible, and who went must be an officer
            lacks = [one for one in lacks if one in (Lacks.ORDER, Lacks.FUTURE, Lacks.CERTIFICATE)]
        if told.at is not None and told.at > timezone.now() + CLOCKS_DIFFER and Lacks.FUTURE not in lacks:
            lacks.append(Lacks.FUTURE)
        if lacks:
            raise Lacking(lacks, uncertified)
        open_one = Service.objects.select_for_update(of=("self",)).filter(paper=paper, state__in=OPEN).first()
        service = open_one or Service(paper=paper, entity_id=paper.entity_id, area=paper.area, made_by=actor.label)
        _fill(service, told, confirmed, actor)
        in_vain = told.in_vain or counted.why == "failed"
        if in_vain:
            service.state = Service.State.FAILED
        elif counted.day is not None:
            service.state, service.served_on, service.why = Service.State.SERVED, counted.day, counted.why
        else:
            service.state = Service.State.ON_ITS_WAY
        service.save()
        _say(service, told, actor)
        if service.state == Service.State.SERVED:
            if notice is not None:
                notice.paper = paper
                withdrawing.overtaken(notice, told.way, actor)
            _prove(service, actor)
            tell_if_due(service)
    return service


def _fill(service: Service, told: Told, confirmed: AddressConfirmation | None, actor: Actor) -> None:
    """Put what was told into the row; an address that was used is kept with it."""
    service.way, service.done_by = told.way.value, actor.label
    service.addressee = told.addressee or service.addressee or _addressee(service.paper)
    for name in (
        "relation",
        "recorded",
        "missing",
        "officer1",
        "officer2",
        "body",
        "tracking",
        "sent_on",
        "at",
        "reason",
    ):
        setattr(service, name, getattr(told, name))
    service.returned_on = told.returned_on
    for name in PERSONAL:
        setattr(service, name, getattr(told, name) or None)
    service.files = [*service.files, *(str(one.uid) for one in told.files)]
    if told.way in (Way.ELECTRONIC, Way.POST):
        service.confirmation = confirmed


def _say(service: Service, told: Told, actor: Actor) -> None:
    paper = service.paper
    kinds = {Service.State.SERVED: SERVED, Service.State.FAILED: FAILED}
    kind = kinds.get(Service.State(service.state), SENT)
    personal = {name: getattr(told, name) for name in PERSONAL if getattr(told, name) and kind is not SENT}
    ledger.record(
        kind.code,
        actor=actor,
        subject=f"matter:{paper.matter_id}",
        matter=paper.matter,
        data={
            "paper": str(paper.uid),
            "service": str(service.uid),
            "title": paper.title,
            "number": paper.number,
            "way": str(WAYS[told.way]),
            "by": told.way.value,
            "day": service.served_on.isoformat() if service.served_on else "",
            "why": service.why,
            "tracking": service.tracking,
            "reason": service.reason,
            "files": [str(one.uid) for one in told.files],
        },
        personal=personal,
    )


def _addressee(paper: Paper) -> str:
    return (paper.entity.name if paper.entity is not None else paper.matter.title)[:200]


def _receipt(service: Service) -> dict[str, Any]:
    """The proof of service as data: form 50, blanks where nothing is known yet."""
    with override(form(RECEIPT).language):
        return _receipt_data(service)


def _receipt_data(service: Service) -> dict[str, Any]:
    paper = service.paper
    officers = [one for one in (service.officer1, service.officer2) if one is not None]
    wall = calendar.local(service.at).strftime("%Y-%m-%dT%H:%M") if service.at else ""
    remarks = [
        service.reason,
        service.body,
        _("Letter no. %(no)s") % {"no": service.tracking} if service.tracking else "",
        _("Sent on %(day)s") % {"day": service.sent_on} if service.sent_on else "",
        _("Came back on %(day)s") % {"day": service.returned_on} if service.returned_on else "",
        _("Nobody knows where the party is") if service.missing else "",
        _("Recorded in sound and picture") if service.recorded else "",
    ]
    return {
        "addressee": service.addressee,
        "cause": paper.matter.title,
        "papers": [{"title": paper.title, "number": paper.number, "copies": 1, "digest": paper.signed_digest}],
        "at": wall,
        "place": service.place or "",
        "way": service.way,
        "receiver": service.receiver or "",
        "relation": service.relation,
        "witness": service.witness or "",
        "officers": [{"name": one.name, "certificate_no": one.certificate_no} for one in officers],
        "remarks": "\n".join(one for one in remarks if one),
        "served_on": service.served_on.isoformat() if service.served_on else "",
    }


def _prove(service: Service, actor: Actor) -> None:
    """The proof of service is issued: the one that was printed in advance, completed, or a new one."""
    data = _receipt(service)
    if service.receipt is None:
        service.receipt = making.make(RECEIPT, service.paper.matter, data, actor=actor)
    else:
        making.redraft(service.receipt, data)
        service.receipt = making.issue(service.receipt, actor)
    service.save(update_fields=["receipt"])


def tell_if_due(service: Service) -> bool:
    """Tell those who wait, once, when the day has come. Runs in a transaction that holds the row."""
    if service.told_at is not None or service.served_on is None or service.served_on > calendar.today():
        return False
    service.told_at = timezone.now()
    service.save(update_fields=["told_at"])
    with scoped(SYSTEM):
        events.tell(service)
    return True
