"""What a step of an order does beyond its table."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _now

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import HEAD, LEADER, Role
from zhijian.kernel.clock import calendar, clocks
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.receivers import holders
from zhijian.kernel.notices.telling import step_data, tell
from zhijian.kernel.packs import in_its_language
from zhijian.programmes.supervision import papers, rules
from zhijian.programmes.supervision.models import SupervisionOrder


def kept_from(of: Matter) -> list[str]:
    """From whom what hangs on a matter is kept: from its enterprise, and from whomever the matter is kept."""
    entity = [f"entity:{of.entity_id}"] if of.entity_id is not None else []
    return list(dict.fromkeys([*of.kept_from, *entity]))


def falls_to(of: Matter, without: int | None = None) -> Person | None:
    """Who answers about a matter: who is in charge of it, else the head of its office; nobody answers himself."""
    if of.assignee is not None and of.assignee_id != without:
        return of.assignee
    heads = (one for one in holders(HEAD, of.area) if one.pk != without and f"person:{one.pk}" not in of.kept_from)
    return min(heads, key=lambda one: one.pk, default=None)


def tell_orderers(matter: Matter, record: SupervisionOrder, verb: str, actor: Actor) -> None:
    """Tell whoever ordered it; where he is gone, who leads the jurisdiction that ordered."""
    flow = flow_of(matter.kind)
    step = next(one for one in flow.steps if one.verb == verb)
    by = record.ordered_by
    people = [by] if by is not None and by.is_active else _who_leads(record.by_area)
    for person in people:
        tell(
            person, matter=matter, template="step", data=step_data(flow, step, matter), actor=actor,
            dedupe=f"{matter.pk}:{matter.version}:{verb}",
        )  # fmt: skip


def _who_leads(area: str) -> list[Person]:
    roles: tuple[Role, ...] = (LEADER, HEAD)
    return next((found for role in roles if (found := holders(role, area))), [])


def _runs(matter: Matter, record: SupervisionOrder, day: dt.date | None, actor: Actor, at: dt.datetime) -> None:
    clock = clocks.start(matter, rules.ANSWER_WITHIN, at, until=day, by=actor.name)
    record.answer_by = clock.due if clock is not None else day


def ordered(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """It falls to whoever holds the matter; the day runs, and the paper is made."""
    matter.assignee, matter.kept_from = falls_to(record.of, record.ordered_by_id), kept_from(record.of)
    matter.save(update_fields=["assignee", "kept_from"])
    _runs(matter, record, told.answer_by, actor, at)
    record.save(update_fields=["answer_by"])
    papers.made(matter, record, actor, at)


def seen(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """When it was signed as seen."""
    record.seen_at = at
    record.save(update_fields=["seen_at"])


def answered(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Whether it was in time is judged by the first answer: what comes after was sent back."""
    _kept(record, actor, at)
    record.save()
    tell_orderers(matter, record, "answer", actor)


def _kept(record: SupervisionOrder, actor: Actor, at: dt.datetime) -> None:
    record.answered_by_id, record.answered_at = actor.person_id, at
    record.seen_at = record.seen_at or at
    if record.first_at is None:
        record.first_at = at
        record.in_time = record.answer_by is None or calendar.legal_day(at) <= record.answer_by


def accepted(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The paper once more, whole: with the answer and who accepted it."""
    papers.made(matter, record, actor, at)


def sent_back(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The day runs anew."""
    record.times_back += 1
    _runs(matter, record, told.answer_by, actor, at)
    record.save(update_fields=["times_back", "answer_by"])


def late(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """It counts, and whoever ordered it is told."""
    record.overdue = True
    record.save(update_fields=["overdue"])
    tell_orderers(matter, record, "late", actor)


def ended_unanswered(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """The matter ended without a word of its own: how it ended is the answer, and whoever ordered it judges that."""
    of = record.of
    with in_its_language():
        state = flow_of(of.kind).state(of.state).label
        record.answer = _now("The matter has ended: %(state)s") % {"state": state}
    _kept(record, actor, at)
    record.save()
    tell_orderers(matter, record, "matter_ended", actor)


def ended_answered(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """What was answered stands; whoever ordered it is told that the matter is over."""
    tell_orderers(matter, record, "matter_ended", actor)


def went_with(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """It lies with the area, the enterprise and the person of its matter."""
    from zhijian.programmes.supervision.following import go_with

    go_with(matter, record.of, falls_to(record.of, record.ordered_by_id))


def let_go(matter: Matter, record: SupervisionOrder, told: Any, actor: Actor, at: dt.datetime) -> None:
    """Those who ordered it are told that their jurisdiction has nothing to do with it any more."""
    tell_orderers(matter, record, "let_go", actor)
