"""When a step is open, and the sentence that says why not. Pure where the law is; the records are only read."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk.said import area_name
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.registry.models import PremisesStatus
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.models import Inspection, Rectification, Unreachable

MOST_A_DAY = 40  # visits of an officer on one day: what a phone takes


def two_officers(matter: Matter, record: Any, actor: Actor, facts: Any) -> Guard:
    """At least two officers, each with a certificate in force on the day of the visit."""
    if facts is None:
        return ok()
    day = getattr(facts, "planned_for", None) or matter.day
    pair = {facts.assignee, facts.second}
    active = list(Person.objects.filter(pk__in=pair, is_active=True).prefetch_related("posts"))
    signing = [p for p in active if p.signs_on(day)]
    if len(pair) < 2:
        return no(_("Two different officers are needed."), rules.OFFICERS_MIN)
    if len(signing) < 2:
        return no(_("Both officers need a certificate that is in force on that day."), rules.OFFICERS_MIN)
    if any(p.only_helps(day) for p in active):
        return no(_("A helper looks and photographs; he is never one of the two officers."), rules.OFFICERS_MIN)
    for one in active:  # a loan that is over by then
        if _inspects(one, matter.area, matter.day) and not _inspects(one, matter.area, day):
            told = {"name": one.name, "area": area_name(matter.area)}
            return no(_("%(name)s is no inspector at %(area)s on that day.") % told, rules.OFFICERS_MIN)
    if both := Leave.objects.filter(person__in=pair, stand_in__in=pair, since__lte=day, until__gte=day).first():
        told = {"name": both.person.name, "other": both.stand_in.name}
        return no(_("%(name)s is on leave that day and %(other)s stands in for him: name another officer, since one "
                    "person is not two.") % told, rules.OFFICERS_MIN)  # fmt: skip
    return ok()


def _inspects(person: Person, area: str, day: dt.date) -> bool:
    posts = (post for post in person.posts.all() if post.role == Role.INSPECTOR and post.holds_on(day))
    return any(area.startswith(post.jurisdiction_id) for post in posts)


def a_day_to_come(matter: Matter, record: Inspection | None, actor: Actor, facts: Any) -> Guard:
    """A visit is planned for today or later; one that is late already may stay so while others are named."""
    day = getattr(facts, "planned_for", None)
    if day is None or day >= matter.day or (record is not None and day == record.planned_for):
        return ok()
    return no(_("Plan it for today or a day that is still to come."))


def room_in_the_day(matter: Matter, record: Inspection | None, actor: Actor, facts: Any) -> Guard:
    """A phone takes so many visits for a day: one more would be on nobody's phone."""
    day = getattr(facts, "planned_for", None) or (record.planned_for if record is not None else None)
    if facts is None or day is None:
        return ok()
    others = Inspection.objects.filter(planned_for=day, matter__state="planned", matter__closed=None)
    others = others.exclude(pk=matter.pk)
    for person in Person.objects.filter(pk__in={facts.assignee, facts.second}).order_by("pk"):
        his = others.filter(Q(matter__assignee=person) | Q(matter__second=person))
        if his.values("pk")[:MOST_A_DAY].count() >= MOST_A_DAY:
            told = {"name": person.name, "n": MOST_A_DAY, "day": f"{day:%Y-%m-%d}"}
            return no(_("%(name)s has %(n)s visits on %(day)s already, as many as a phone takes for a day. Choose "
                        "another day, or other officers.") % told)  # fmt: skip
    return ok()


def checklist_applies(matter: Matter, record: Any, actor: Actor, facts: Any) -> Guard:
    """The place must be known, and somebody trade there: a visit is to premises."""
    if matter.premises_id is None:
        return no(_("Choose the premises that are to be visited."))
    if matter.premises is not None and matter.premises.status == PremisesStatus.CLOSED:
        return no(_("These premises are closed: nobody trades there. If that is wrong, correct the register first."))
    return ok()


def in_doubt(matter: Matter, record: Inspection, actor: Actor, facts: Any) -> Guard:
    """Only what is in doubt is looked at."""
    return ok() if matter.flags else no(_("Nothing about this visit is in doubt."))


def no_paper_by_a_helper(matter: Matter, record: Inspection, actor: Actor, facts: Any) -> Guard:
    """No look makes a helper's signature that of an officer: such papers are declared void first."""
    signed = [flag["signed"] for flag in matter.flags if flag["code"] == "helper_signed" and "signed" in flag]
    left = Paper.objects.filter(matter=matter, state=Paper.State.ISSUED, signed_digest__in=signed).first()
    if left is None:
        return ok()
    why = _("A helper signed %(paper)s as an officer: declare it void first.") % {"paper": f"{left.title} {left}"}
    return no(why, rules.OFFICERS_MIN)


def all_put_right(matter: Matter, record: Inspection, actor: Actor, facts: Any) -> Guard:
    """An inspection closes when nothing is left to be put right."""
    left = record.rectifications.exclude(matter__state__in=("accepted", "retracted")).count()
    if left:
        return no(_("Findings not put right yet: %(left)s.") % {"left": left})
    return ok()


def a_day_that_can_be_asked(matter: Matter, record: Rectification, actor: Actor, facts: Any) -> Guard:
    """A later day than the present one, still to come, and not beyond what may be granted."""
    latest = rules.latest_extension(record.deadline)
    if not (often := _not_too_often(record)):
        return often
    if latest is not None and latest < matter.day:
        return no(
            _("It could be put off until %(day)s at most; that day is over.") % {"day": latest}, rules.EXTENSION_MAX
        )
    if facts is None:
        return ok()
    if facts.asked_until <= record.deadline:
        return no(_("Ask for a day after the present deadline."))
    if facts.asked_until < matter.day:
        return no(_("Ask for a day that is still to come."))
    if latest is not None and facts.asked_until > latest:
        return no(_("At most until %(day)s.") % {"day": latest}, rules.EXTENSION_MAX)
    return ok()


def _not_too_often(record: Rectification) -> Guard:
    often = rules.EXTENSIONS.value(record.deadline)
    if often is not None and record.extended >= int(often):
        return no(_("How often the deadline was put off already: %(n)s.") % {"n": record.extended}, rules.EXTENSIONS)
    return ok()


def within_extension(matter: Matter, record: Rectification, actor: Actor, facts: Any) -> Guard:
    """An extension has a limit, moves the deadline forward only, and isn't given again and again."""
    if not (often := _not_too_often(record)):
        return often
    if facts is None:
        return ok()
    if facts.deadline <= record.deadline:
        return no(_("The new deadline must be later than the present one."))
    if facts.deadline < matter.day:
        return no(_("The new deadline must be a day that is still to come."))
    latest = rules.latest_extension(record.deadline)
    if latest is not None and facts.deadline > latest:
        return no(_("At most until %(day)s.") % {"day": latest}, rules.EXTENSION_MAX)
    return ok()


def as_long_as_on_the_spot(matter: Matter, record: Rectification, actor: Actor, facts: Any) -> Guard:
    """An order that is given anew sets a day within the same bounds as the first."""
    if facts is None:
        return ok()
    if facts.deadline < matter.day:
        return no(_("The new deadline must be a day that is still to come."))
    latest = rules.latest_deadline(when.now())
    if latest is not None and facts.deadline > latest:
        return no(_("At most until %(day)s.") % {"day": latest}, rules.RECTIFY_LONGEST)
    return ok()


def time_left(matter: Matter, record: Rectification, actor: Actor, facts: Any) -> Guard:
    """What is sent back needs a day to come: none before the one that was granted, none beyond the longest time."""
    _first, last = record.another_time
    if facts is not None and facts.deadline is not None and last is not None and facts.deadline > last:
        return no(_("At most until %(day)s.") % {"day": last}, rules.RECTIFY_LONGEST)
    if facts is not None and facts.deadline is not None and facts.deadline < record.deadline:
        return no(_("Time that was granted is not shortened: at the earliest %(day)s.") % {"day": record.deadline})
    if facts is None or (facts.deadline or record.deadline) >= matter.day:
        return ok()
    return no(_("Give a new deadline: the present one is over."))


def certified(matter: Matter, record: Any, actor: Actor, facts: Any) -> Guard:
    """Accepting what was put right is an officer's word, like a signature: with a certificate in force that day."""
    until = actor.certificate_until
    if actor.kind != "staff" or actor.device or (actor.certificate and (until is None or matter.day <= until)):
        return ok()  # what a phone recorded has happened: it is kept, and the record's doubt says so
    return no(_("Your certificate is not in force on that day: somebody else accepts it."), rules.OFFICERS_MIN)


def answered_or_on_site(matter: Matter, record: Rectification, actor: Actor, facts: Any) -> Guard:
    """Without an answer of the enterprise, somebody must have looked on the spot."""
    if matter.state == "answered" or facts is None or facts.on_site:
        return ok()
    return no(_("The enterprise has not answered: look on the spot, or wait for its answer."))


def letters_apart(matter: Matter, record: Unreachable, actor: Actor, facts: Any) -> Guard:
    """Letters count when they came back, each sent so long after the one before as the rule says."""
    if facts is None:
        return ok()
    if not facts.sent_on <= facts.returned_on <= matter.day:
        return no(_("A letter comes back after it was sent, and not on a day to come."))
    gap = rules.LETTER_GAP.maybe(facts.sent_on)
    if record.sent_on is None or gap is None or gap.limit is None:
        return ok()
    if (facts.sent_on - record.sent_on).days < gap.limit.n:
        return no(_("The letters must be sent at least %(n)s days apart.") % {"n": gap.limit.n}, rules.LETTER_GAP)
    return ok()


def sought_enough(matter: Matter, record: Unreachable, actor: Actor, facts: Any) -> Guard:
    """Listing is proposed after so many visits or letters as the rule says."""
    if rules.sought_enough(record.sought, record.letters, matter.day):
        return ok()
    seen = {"visits": record.sought, "letters": record.letters}
    return no(_("Not sought often enough. So far visits: %(visits)s, letters: %(letters)s.") % seen, rules.SOUGHT_MIN)
