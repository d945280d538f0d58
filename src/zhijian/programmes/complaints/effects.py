"""What a step about an item does beyond its table."""

from __future__ import annotations

import datetime as dt
from typing import Any

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.links import plain_number
from zhijian.kernel.clock import Rule, calendar, clocks
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import hand_over_area
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.complaints import guards, papers, rules
from zhijian.programmes.complaints.handling import mediation
from zhijian.programmes.complaints.models import Channel, Contact, Item, Link, Result, Sort

REMOTE = (Channel.HOTLINE, Channel.PLATFORM)  # registered there already


def mark_of(phone: str) -> str:
    """By which the same number is found again, however it was written."""
    plain = plain_number(phone)
    return blind_index(plain, "phone") if plain else ""


def titled(matter: Matter, record: Item) -> str:
    """What lists show: the enterprise, in the register's words or in those of who came; never who came."""
    if record.meant == Link.CONFIRMED and matter.entity is not None:
        return str(matter.premises.name if matter.premises is not None else matter.entity.name)
    return record.said_name or record.said_address or record.said_category or str(Sort(record.sort).label)


def received(matter: Matter, record: Item, facts: Any, at: dt.datetime) -> list[Rule]:
    """It is found again by its telephone; whoever can be reached is spoken to within the time of the place."""
    if not record.sort:
        record.sort = matter.kind
    record.phone_mark, record.reachable = mark_of(str(record.phone or "")), bool(record.phone)
    if matter.entity_id is not None:
        record.meant = Link.CONFIRMED
    matter.title = titled(matter, record)[:200]
    return [rules.CONTACT_WITHIN] if record.phone and record.contacted is None else []


def certified(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """What staff take in themselves has its paper."""
    if actor.kind == "staff" and record.channel not in REMOTE:
        registered = {"complaint": "register", "report": "report"}.get(matter.kind, "")
        papers.made(registered, record, at, actor)


def passed_on(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """To another bureau it goes with a paper (form 3); to an office of the same one it does not."""
    to, origin = stack().organ(matter.area), stack().organ(matter.came_from)
    if to.code != origin.code and matter.kind != "enquiry":
        papers.made("passing", record, at, actor, organ=origin.code, addressee=to.name)


def taken_in(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Received only now: by this day the law is chosen, and the lists and figures count it."""
    matter.opened = at
    matter.save(update_fields=["opened"])


def not_taken(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever told it reads why."""
    record.why = facts.reason
    record.save(update_fields=["why"])


def added(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """What was told before stays: a field that is left empty takes nothing away."""
    if facts.more:
        whole: Any = f"{record.text}\n\n{facts.more}"
        record.text = whole
    had = record.reachable
    record.phone_mark, record.reachable = mark_of(str(record.phone or "")), bool(record.phone)
    record.save()
    _called(matter, record)
    if record.reachable and not had:
        clocks.start(matter, rules.CONTACT_WITHIN, at)


def named(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The register's enterprise and shop, or none; the lists call it so from now on."""
    if record.meant != Link.CONFIRMED:
        matter.entity = matter.premises = None
        matter.kept_from = [label for label in matter.kept_from if not label.startswith("entity:")]
    elif facts.premises is None:
        matter.premises = None
    else:
        matter.premises = Premises.objects.select_related("entity").get(pk=facts.premises)
    _called(matter, record)


def _called(matter: Matter, record: Item) -> None:
    matter.title = titled(matter, record)[:200]
    matter.save(update_fields=["entity", "premises", "title", "kept_from"])


def parted(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """It is dealt with by itself again."""
    record.leading = None
    record.save(update_fields=["leading"])


def handed_up(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """It lies with the centre above again, with nobody in charge."""
    matter.assignee = None
    matter.save(update_fields=["assignee"])
    hand_over_area(matter, guards.parent_of(matter))


def spoken(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The try is ended; the first time that whoever came was reached stops the clock, at the moment of the call."""
    call = Contact.objects.select_for_update().get(uid=facts.call, matter=matter)
    call.reached, call.note = facts.reached, facts.note or None
    call.save(update_fields=["reached", "note"])
    if facts.reached and call.whom == Contact.Whom.PERSON and record.contacted is None:
        clock = clocks.stop(matter, rules.CONTACT_WITHIN, call.at)
        record.contacted = call.at
        record.contacted_in_time = None if clock is None or clock.due_at is None else call.at <= clock.due_at
        record.save(update_fields=["contacted", "contacted_in_time"])


def accepted(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The time of mediation runs, by the law that the item follows."""
    record.accepted = calendar.legal_day(at)
    record.save(update_fields=["accepted"])
    clocks.start(matter, rules.MEDIATE_WITHIN, at, key_day=rules.law_day(matter, at))
    papers.made("acceptance", record, at, actor)


def rested(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The time of mediation does not run, for a reason that stands with it."""
    clocks.suspend(matter, rules.MEDIATE_WITHIN, at, reason=facts.reason)


def _ends(record: Item, result: str) -> None:
    record.result = result
    record.save(update_fields=["result"])


def settled(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """An agreement; one that was reached before anything was decided accepts the complaint with it."""
    record.accepted = record.accepted or calendar.legal_day(at)
    record.result = Result.AGREED
    record.save(update_fields=["accepted", "result"])
    mediation.closed_with(matter, record, actor, at)


def refused(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Not accepted: the paper names the ground (form 6)."""
    _ends(record, str(Result.REFUSED))
    printed = papers.grounds(rules.REFUSAL_GROUNDS, matter, facts.ground, at)
    papers.made("refusal", record, at, actor, ground=facts.ground, grounds=printed, why=facts.why)


def withdrawn(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever came takes it back."""
    record.why = facts.reason
    record.save(update_fields=["why"])
    _ends(record, str(Result.WITHDRAWN))
    mediation.closed_with(matter, record, actor, at)


def ended(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Both are told within the time of the law."""
    _ends(record, str(Result.ENDED))
    clocks.start(matter, rules.TELL_WITHIN, at, key_day=rules.law_day(matter, at))
    printed = papers.grounds(rules.END_GROUNDS, matter, facts.ground, at)
    papers.made(
        "end", record, at, actor, party=str(record.person or ""), ground=facts.ground, grounds=printed, why=facts.why,
        excluded=papers.excluded_words(matter),
    )  # fmt: skip
    mediation.closed_with(matter, record, actor, at, facts.ground, facts.why)


def extended(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The time of verification goes on from its last day (Procedure Rules art. 18)."""
    running = matter.clocks.get(rule=rules.VERIFY_WITHIN.name, stopped=None)  # type: ignore[attr-defined]
    row = rules.VERIFY_MORE.on(rules.law_day(matter, at))
    until = clocks.count(row, calendar.start_of(running.due)).due
    clocks.start(matter, rules.VERIFY_WITHIN, at, until=until, by=actor.name)


def decided(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """A case or none; whoever gave a true name is told where the law of the item still asks for it."""
    _ends(record, str(Result.FILED if facts.filed else Result.NOT_FILED))
    if record.person:
        clocks.start(matter, rules.REPORT_TELL_WITHIN, at, key_day=rules.law_day(matter, at))
        papers.made("filed" if facts.filed else "not_filed", record, at, actor, result=facts.why)


def result_told(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Form 10, where a law asks for it."""
    papers.made("result", record, at, actor, basis=facts.basis, result=facts.told)


def approved(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Under Order 20 the bureau that passed it on is told what came of it."""
    passed = matter.papers.filter(kind=papers.kind_of("passing", matter, at)).first()  # type: ignore[attr-defined]
    if passed is not None:
        papers.made("report_back", record, at, actor, addressee=stack().organ(passed.organ).name, result=record.reply)


def replied(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """Whoever wrote it does not approve it."""
    record.replied_by_id = actor.person_id
    if not record.result:
        record.result = Result.ANSWERED
    record.save(update_fields=["replied_by", "result"])


def reopened(matter: Matter, record: Item, facts: Any, actor: Actor, at: dt.datetime) -> None:
    """The platform, or the head, wants it done again: the hotline's time begins anew."""
    record.times_reopened += 1
    record.result = record.outcome = ""
    record.save(update_fields=["times_reopened", "result", "outcome"])
    if matter.orders.filter(given=True).exists():  # type: ignore[attr-defined]
        clocks.start(matter, rules.HOTLINE_REPLY, at)
