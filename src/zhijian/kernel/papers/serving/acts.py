"""What people do to serve a paper: print its proof in advance, send it off, record how it was served, or in vain."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import dataclass, field, replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.flow import Guard, no, ok
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import addresses, events, law, receipt, rules, tries, withdrawing, within
from zhijian.kernel.papers.serving.law import Lacks, Way
from zhijian.kernel.papers.serving.models import AddressConfirmation, Service
from zhijian.kernel.papers.serving.words import Lacking, told_way
from zhijian.kernel.papers.who import SERVERS, only

PERSONAL = ("receiver", "witness", "place", "server")
SAYS = {"way": told_way}
SENT = ledger.entry_kind(
    "service.sent", label=gettext_lazy("{title} {number} is on its way: {way}"), personal=("place",), says=SAYS
)
SERVED = ledger.entry_kind(
    "service.served", label=gettext_lazy("{title} {number} counts as served on {day}: {way}"), personal=PERSONAL,
    says=SAYS,
)  # fmt: skip
NOTICED = ledger.entry_kind(
    "service.noticed",
    label=gettext_lazy("{title} {number}: public notice; its days end on {day}, it counts as served from then"),
    says=SAYS,
)
FAILED = ledger.entry_kind(
    "service.failed", label=gettext_lazy("{title} {number} could not be served: {way}: {reason}"), personal=PERSONAL,
    says=SAYS,
)  # fmt: skip
CLOCKS_DIFFER = dt.timedelta(minutes=5)  # an officer's phone may run ahead of the server
OPEN = (Service.State.PLANNED, Service.State.ON_ITS_WAY)
IN_VAIN = (
    Lacks.ORDER, Lacks.FUTURE, Lacks.CERTIFICATE, Lacks.AWAY, Lacks.ADDRESS, Lacks.CONFIRMED_LATER, Lacks.TWICE,
    Lacks.REASON, Lacks.BOTH,
)  # fmt: skip
PLAIN = (
    "relation", "refused", "recorded", "missing", "shown_on", "officer1", "officer2", "body", "ground", "medium",
    "unproven", "tracking", "sent_on", "at", "returned_on", "reason",
)  # fmt: skip


@dataclass
class Told:
    """What somebody says of a service; whatever a way does not know stays empty."""

    way: Way
    addressee: str = ""
    cause: str = ""
    at: dt.datetime | None = None
    place: str = ""
    receiver: str = ""
    relation: str = ""
    witness: str = ""
    refused: bool = False  # in vain: somebody was there and did not take it
    recorded: bool = False
    missing: bool = False
    shown_on: dt.date | None = None
    officer1: Person | None = None
    officer2: Person | None = None
    body: str = ""
    server: str = ""  # who of the entrusted office served it, or who passed it on
    ground: str = ""  # passed on: a code of `rules.PASSED_ON`
    medium: str = ""  # public notice: a code of `models.MEDIA`
    unproven: str = ""  # public notice: which proof of the tries is missing, and why
    tracking: str = ""
    to: AddressConfirmation | None = None  # to which confirmed address a letter is posted; else `place` says where
    sent_on: dt.date | None = None
    returned_on: dt.date | None = None
    reason: str = ""
    in_vain: bool = False
    files: list[File] = field(default_factory=list)
    shown: list[File] = field(default_factory=list)  # public notice: what shows that nobody knows where the party is


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


def ways(running: Service | None) -> list[Way]:
    """The ways that can be taken now: those that the law knows; no public notice while one is `running`."""
    return [one for one in rules.ways(calendar.today()) if running is None or one is not Way.NOTICE]


def likeliest(before: list[Service], confirmed: AddressConfirmation | None, known: list[Way]) -> Way:
    """The way of those `known` that the page offers first: one that is under way, else what is known of the party and
    what was tried."""
    for one in before:
        if one.state in OPEN and one.way in known:
            return Way(one.way)
    failed = [one for one in before if one.state == Service.State.FAILED]
    way = law.likeliest(
        signed_on_site=False,
        consent=confirmed is not None and confirmed.electronic,
        refused=any(one.way == Way.DIRECT and tries.met(one) for one in failed),
        away=any(one.way == Way.DIRECT and not tries.met(one) for one in failed),
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


@dataclass(frozen=True)
class Unfit:
    """Those of its officers who could not serve it on that day."""

    uncertified: list[Person]  # who may not sign as officers
    away: list[Person]  # who were on leave: whoever stood in acts for himself


def _unfit(told: Told) -> Unfit:
    day = _day(told.at) or calendar.today()
    named = {one.pk for one in (told.officer1, told.officer2) if one is not None}
    rows = list(Person.objects.filter(pk__in=named).prefetch_related("posts").order_by("pk"))
    gone = set(on_leave(named, day))
    return Unfit([one for one in rows if not one.may_sign(day)], [one for one in rows if one.pk in gone])


def on_leave(people: set[int], day: dt.date) -> list[int]:
    """Who of them was on leave on that day."""
    rows = Leave.objects.filter(person__in=people, since__lte=day, until__gte=day)
    return list(rows.values_list("person", flat=True)) if people else []


def _where(paper: Paper, told: Told, way: Service | None) -> AddressConfirmation | None:
    """To whose confirmed address it goes: of a letter on its way (`way`) the one it was posted to, whatever is told."""
    if told.way is Way.ELECTRONIC:
        return addresses.on_day(paper, _day(told.at))
    if told.way is Way.POST:
        return way.confirmation if way is not None else told.to
    return None


def _day(at: dt.datetime | None) -> dt.date | None:
    return calendar.legal_day(at) if at is not None else None


def _facts(
    paper: Paper, told: Told, where: AddressConfirmation | None, letter: Service | None, unfit: Unfit, needs: law.Needs
) -> law.Served:
    """What was told, as the law's arithmetic takes it; `letter`: the one on its way, whose address is fixed already."""
    posted, notice = letter is not None, told.way is Way.NOTICE
    day, electronic = _day(told.at), told.way is Way.ELECTRONIC
    holds = where is not None and (electronic or addresses.in_force(where, told.sent_on))
    before = Service.objects.filter(paper=paper, state=Service.State.FAILED).values_list("way", flat=True)
    known = addresses.confirmation_of(paper) if notice else None
    return law.Served(
        way=told.way,
        officers=len({one.pk for one in (told.officer1, told.officer2) if one is not None}),
        uncertified=len(unfit.uncertified),
        away=len(unfit.away),
        receiver=bool(told.receiver),
        witness=bool(told.witness),
        recorded=told.recorded,
        file=bool(told.files),
        consent=where is not None and where.electronic,
        confirmed=holds,
        later=where is not None and not holds and not posted,
        addressed=posted or where is not None or bool(told.place),
        tracking=bool(told.tracking),
        twice=told.way is Way.POST and _known_letter(paper, told.tracking, letter),
        body=bool(told.body),
        ground=bool(told.ground) or not rules.grounds(calendar.today()),
        server=bool(told.server),
        place=bool(told.place),
        where=bool(told.body),
        medium=bool(told.medium),
        tried=bool(told.reason),
        in_vain=told.in_vain,
        reason=bool(told.reason.strip()),
        failed=frozenset(Way(one) for one in before),
        unproven=notice and bool(tries.unproven(paper, needs)),
        named=bool(told.unproven.strip()),
        missing=told.missing and bool(told.shown),
        shown=told.shown_on if told.missing else None,
        reached=addresses.last_reached(paper) if told.missing else None,
        known=known is not None,
        in_vain_there=addresses.tried_in_vain(known, paper) if known is not None else None,
        sent=told.sent_on,
        handed=None if electronic else day,
        arrived=day if electronic else None,
        returned=told.returned_on,
    )


def _known_letter(paper: Paper, tracking: str, open_one: Service | None) -> bool:
    """Whether a letter of that number is on record for this paper, other than the one that is on its way."""
    rows = Service.objects.filter(paper=paper, way=Way.POST).exclude(tracking="")
    rows = rows.exclude(state=Service.State.WITHDRAWN).exclude(pk=open_one.pk if open_one is not None else None)
    return _plain(tracking) in {_plain(one) for one in rows.values_list("tracking", flat=True)}


def _plain(number: str) -> str:
    """A letter's number in one spelling."""
    return "".join(unicodedata.normalize("NFKC", number).upper().split())


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
        service.addressee = service.addressee or receipt.addressee(paper)
        service.cause = service.cause or receipt.cause(paper)
        service.save()
        receipt.in_advance(service, actor)
    return service


def record(paper: Paper, told: Told, actor: Actor) -> Service:
    """Record how the paper is being served, was served, or was not. Raises NotAllowed, NotOpen, Lacking."""
    with transaction.atomic():
        paper = _allowed(paper, actor)
        rows = Service.objects.select_for_update(of=("self",)).filter(paper=paper, state__in=OPEN)
        open_one = rows.select_related("confirmation").first()
        letter = open_one if open_one is not None and told.way is Way.POST and open_one.posted else None
        where = _where(paper, told, letter)
        told = replace(told, place=(letter.place or "") if letter is not None else "" if where else told.place)
        needs, notice, unfit = rules.needs(calendar.today()), running_notice(paper), _unfit(told)
        facts = _facts(paper, told, where, letter, unfit, needs)
        if notice is not None and told.way is Way.NOTICE:
            raise NotOpen(_("The days of a public notice run until %(day)s.") % {"day": notice.served_on})
        if lacks := _lacks(paper, told, facts, needs):
            raise Lacking(lacks, unfit.uncertified, unfit.away, _named(paper, lacks, needs))
        if (
            open_one is not None
            and told.in_vain
            and open_one.way != told.way
            and open_one.state != Service.State.PLANNED
        ):
            open_one = None  # a try beside what is on its way, which stays so
        service = open_one or Service(paper=paper, entity_id=paper.entity_id, area=paper.area, made_by=actor.label)
        service.paper = paper
        fill(service, told, where)
        service.done_by = actor.label
        _count(service, told, law.counts(facts, needs))
        service.save()
        say(service, told, actor)
        if service.state == Service.State.SERVED:
            if service.way != Way.NOTICE:
                tries.settle(paper)
            if notice is not None:
                notice.paper = paper
                withdrawing.overtaken(notice, told.way, actor)
            receipt.issue(service, actor)
            tell_if_due(service)
    return service


def _named(paper: Paper, lacks: list[Lacks], needs: law.Needs) -> list[Service]:
    """The tries whose proof is missing, where that stands against a public notice."""
    return tries.unproven(paper, needs) if Lacks.UNPROVEN in lacks else []


def _lacks(paper: Paper, told: Told, facts: law.Served, needs: law.Needs) -> list[Lacks]:
    """What stands against it: by the day as the law counts, and by the hour where an hour is told."""
    since = within.since(paper)
    lacks = law.lacking(facts, needs, made=calendar.legal_day(since), today=calendar.today())
    if told.in_vain:  # what failed proves nothing, but its days must be possible, and who went must be an officer
        lacks = [one for one in lacks if one in IN_VAIN]
    if told.at is not None and told.at > timezone.now() + CLOCKS_DIFFER:
        lacks.append(Lacks.FUTURE)
    if told.at is not None and told.at < since - CLOCKS_DIFFER:
        lacks.append(Lacks.ORDER)
    return list(dict.fromkeys(lacks))


def _count(service: Service, told: Told, counted: law.Counts) -> None:
    """How it stands now, and whether its signed proof is still to be added."""
    if told.in_vain or counted.why == "failed":
        service.state = Service.State.FAILED
        service.proof_due = law.proof_on_paper(told.way, "failed") and not service.files
    elif counted.day is not None:
        service.state, service.served_on, service.why = Service.State.SERVED, counted.day, counted.why
        service.proof_due = law.proof_on_paper(told.way, counted.why) and not service.files
    else:
        service.state = Service.State.ON_ITS_WAY


def fill(service: Service, told: Told, where: AddressConfirmation | None) -> None:
    """Put what was told into the row; an address that was used is kept with it."""
    service.way, service.confirmation = told.way.value, where
    service.addressee = told.addressee or service.addressee or receipt.addressee(service.paper)
    service.cause = told.cause or service.cause or receipt.cause(service.paper)
    for name in PLAIN:
        setattr(service, name, getattr(told, name))
    for name in PERSONAL:
        setattr(service, name, getattr(told, name) or None)
    service.files = [*service.files, *(str(one.uid) for one in told.files)]
    service.shown_files = [str(one.uid) for one in told.shown]


def say(service: Service, told: Told, actor: Actor) -> None:
    paper = service.paper
    kinds = {Service.State.SERVED: SERVED, Service.State.FAILED: FAILED}
    kind = NOTICED if service.running else kinds.get(Service.State(service.state), SENT)
    personal = {name: getattr(told, name) for name in kind.personal if getattr(told, name)}
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
            "way": told.way.value,
            "body": service.body,
            "ground": service.ground,
            "medium": service.medium,
            "day": service.served_on.isoformat() if service.served_on else "",
            "why": service.why,
            "to": str(service.confirmation.paper.uid) if service.confirmation is not None else "",
            "tracking": service.tracking,
            "reason": service.reason,
            "refused": "yes" if service.refused else "",
            "unproven": service.unproven,
            "files": [str(one.uid) for one in told.files],
            "shown": service.shown_files,
        },
        personal=personal,
    )


def tell_if_due(service: Service) -> bool:
    """Tell those who wait, once, when the day has come. Runs in a transaction that holds the row."""
    if service.told_at is not None or service.served_on is None or service.served_on > calendar.today():
        return False
    service.told_at = timezone.now()
    service.save(update_fields=["told_at"])
    with scoped(SYSTEM):
        events.tell(service)
    return True
