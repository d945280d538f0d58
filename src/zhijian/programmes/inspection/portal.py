"""The doors of inspections: what the enterprise reads of its visits and findings, and what the public reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk.panels import Panel
from zhijian.kernel.matters.flow import Tone
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.party.pages import PartyPage, Say, Told, door_panel
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.words import listed
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.classes import GRAVE
from zhijian.programmes.inspection.flow import INSPECTION, PUBLICATION, RECTIFICATION
from zhijian.programmes.inspection.models import (
    Answer,
    Hindered,
    Inspection,
    Measure,
    Publication,
    PublishedResult,
    Result,
)
from zhijian.programmes.inspection.papers import BUILDERS

YEARS = 3
ASK = gettext_lazy("Answer each with a sentence and a photo. The inspector looks at it.")


def of_visit(matter: Matter, record: Inspection, parts: Sequence[Any]) -> Say | None:
    """What came back and what was said of it, key items, how many findings wait; else the result, or who looks now."""
    found = [part for part in parts[1:] if part.matter.kind == RECTIFICATION.kind]
    findings = [part for part in found if part.matter.state != "retracted"]  # struck out: it was none
    grave = record.answers.filter(measure=Measure.INVESTIGATE).count()  # type: ignore[attr-defined]
    apart = _("What is looked into separately, you will be told of separately.") if grave else ""
    keys = _keys(record.failed_key)
    if left := [part for part in findings if part.waits]:
        waits = ngettext("%(n)s finding waits for your answer.", "%(n)s findings wait for your answer.", len(left))
        waits, back = waits % {"n": len(left)}, _came_back(left)
        tone: Tone = "bad" if record.failed_key or back else "warn"
        return Say(tone, _joined(back, keys, "" if back else waits), _joined(waits if back else "", ASK, apart))
    if findings and matter.closed and any(part.matter.state == "dropped" for part in findings):
        moot = _("What was left no longer applies. It does not count as put right.")
        return Say("act", moot, _joined(keys, apart))
    if findings and matter.closed and not grave:
        return Say("good", _("Everything is put right. Thank you."), keys)
    if findings and matter.closed:
        return Say("warn", _("What you were told to put right is put right."), _joined(keys, apart))
    if findings:
        answered = _("You have answered everything. The inspector is looking at it.")
        return Say("act", answered, _joined(keys, apart))
    if matter.closed and record.hindered == Hindered.CLOSED_DOWN and not record.ended:
        return _closed_down(matter)
    if record.hindered and not record.ended:
        return Say("warn", _("The visit could not be made: %(why)s") % {"why": record.get_hindered_display()})  # type: ignore[attr-defined]
    if record.result:
        return Say(
            "bad" if record.failed_key or record.result == Result.NON_COMPLIANT else "good",
            record.result_name,
            _joined(keys, apart),
        )
    if record.ended:
        return Say("act", _("What was seen on site is on record."))
    return Say("act", _("A visit is planned."))


def _closed_down(matter: Matter) -> Say:
    """Who closed down hands his licence in: that it is his to do, where, and by which rule."""
    day = calendar.legal_day(matter.closed) if matter.closed else calendar.today()
    ground = rules.ground(rules.CANCEL_LICENCE, day)
    where = _("Hand in the licence for cancellation at %(organ)s, with its original and your identity card.")
    wrong = _("If you still trade there, tell us.")
    asks = where % {"organ": stack().organ(matter.area).name} if ground else ""
    return Say("warn", _("Your shop was found closed down."), _joined(asks, ground and _("Ground: %s") % ground, wrong))


def _joined(*said: Any) -> str:
    return " ".join(str(one) for one in said if one)


def _keys(failed: int) -> str:
    """What is said of key items, whatever became of the findings; empty where all of them complied."""
    words = ngettext("%(n)s key item did not comply.", "%(n)s key items did not comply.", failed)
    return words % {"n": failed} if failed else ""


def _came_back(left: Sequence[Any]) -> str:
    """The findings that were sent back and still wait, each with what was said of it; empty when there is none."""
    back = [part.record for part in left if part.record.return_reason]
    why = [(one.item, one.return_reason.strip(" -")) for one in back]  # on the spot it may be without a word
    said = [_("%(item)s: “%(why)s”") % {"item": item, "why": text} if text else item for item, text in why]
    words = ngettext("%(n)s finding was sent back: %(said)s", "%(n)s findings were sent back: %(said)s", len(back))
    return words % {"n": len(back), "said": listed(said)} if back else ""


def day_of(record: Inspection) -> dt.date | None:
    """The day of the visit; of one that is still to come, the planned one."""
    return calendar.legal_day(record.ended or record.started) if record.started else record.planned_for


def in_short(told: Told) -> str:
    """The text message: what happened to the visit or its findings, and what is to be done; empty for the usual one."""
    did = {verb for _kind, verb in told.steps}
    if did & {"order", "finish"}:
        return _of_the_visit(told)
    if did & {"amend", "amend_order"}:
        return _and_then(_("{organ}: {title}: the record of the visit was amended."), told)
    if "closed_down" in did and not told.waiting:
        return _(
            "{organ}: {title}: found closed down; hand in the licence for cancellation. No answer is needed: {link}"
        )
    if "publish" in did:
        return _("{organ}: {title}: the result is published. No answer is needed: {link}")
    if "drop" in did and not told.waiting:
        return _("{organ}: {title}: what was left no longer applies. No answer is needed: {link}")
    if "accept" in did:
        return _of_acceptance(told)
    then = next((words for verb, words in AGAIN.items() if verb in did and told.waiting), "")
    return _and_then(str(then), told) if then else ""


AGAIN = {
    "send_back": gettext_lazy("{organ}: {title}: sent back, the reason stands in the link."),
    "grant_time": gettext_lazy("{organ}: {title}: more time is granted."),
    "refuse_time": gettext_lazy("{organ}: {title}: more time is not granted."),
    "remind": gettext_lazy("{organ}: {title}: the time to answer is over."),
}


def _and_then(what: str, told: Told) -> str:
    """What happened, and what is still to be put right by when."""
    if not told.waiting:
        left = _("Result, papers and your rating: {link}") if told.rates else _("Result and papers: {link}")
    elif told.day is None or told.day < calendar.today():
        left = _("Still to be put right and answered: {n}: {link}")
    else:
        left = _("Still to be put right and answered by {day}: {n}: {link}")
    return _("%(what)s %(then)s") % {"what": what, "then": left}


def _of_the_visit(told: Told) -> str:
    """A visit at which something grave was found or punished says so; the usual words tell of any other."""
    grave = told.record.answers.filter(measure=Measure.INVESTIGATE).count()
    if not grave and not told.beside:
        return ""
    what = ngettext("%(n)s item is looked into separately.", "%(n)s items are looked into separately.", grave)
    happened = [*([what % {"n": grave}] if grave else []), *told.beside]
    said = reduce(lambda first, then: _("%(what)s %(then)s") % {"what": first, "then": then}, happened)
    return _and_then(_("{organ}: {title}: %(what)s") % {"what": said}, told)


def _of_acceptance(told: Told) -> str:
    found = told.matter.children.filter(kind=RECTIFICATION.kind).exclude(state="retracted")
    states = [one.state for one in found]
    done, all_of_them = states.count("accepted"), len(states)
    if done == all_of_them:
        return _("{organ}: {title}: all that was ordered is put right. No answer is needed: {link}")
    what = _("{organ}: {title}: %(done)s of %(all)s put right.") % {"done": done, "all": all_of_them}
    return _and_then(what, told)


def failed_panel(matter: Matter, record: Inspection, actor: Actor) -> dict[str, Any]:
    """What did not comply, each with what follows from it."""
    texts = record.sheet.items
    failed = record.answers.filter(answer=Answer.Value.NO).order_by("-key", "pk")  # type: ignore[attr-defined]
    follows = {Measure.INVESTIGATE: _("looked into separately"), Measure.RECTIFY: _("to be put right, see below")}
    return {
        "failed": [
            (
                answer,
                texts.get(answer.item, {}).get("text", ""),
                follows.get(answer.measure, "") or answer.get_measure_display(),
            )
            for answer in failed
        ]
    }


VISIT = PartyPage(
    INSPECTION,
    title=gettext_lazy("Result of a visit"),
    panels=[Panel("inspection/party/visit.html", failed_panel)],
    children=[RECTIFICATION],
    papers=list(BUILDERS),
    says=of_visit,
    sms=in_short,
    day=day_of,
)
FINDING = PartyPage(
    RECTIFICATION,
    panels=["inspection/party/finding.html"],
    states={
        "asking": gettext_lazy("More time asked for"),
        "answered": gettext_lazy("Answered; the inspector is looking at it"),
    },
    buttons={"answer": gettext_lazy("Send the answer")},
    asks=gettext_lazy("{organ}: {title}: {n} findings. Put them right and answer by {day}: {link}"),
)
PUBLISHED = PartyPage(PUBLICATION, states={"published": gettext_lazy("The result is published")})


@dataclass(frozen=True)
class Face:
    """The face over the result, with its words: good, warn, bad; empty when nothing is published or holds."""

    tone: str
    says: str
    why: str


def face_of(last: PublishedResult | None, newer: bool = False) -> Face:
    """The face of the last published result. A failed key item or an open finding takes the smile away at once.

    `newer`: a later visit found a key item or something to be put right, and its result is not published yet.
    """
    if last is None:
        return Face("", _("No published result yet"), "")
    when = _("Result published on %(day)s") % {"day": last.published_on}
    what = _("findings being put right: %(n)s") % {"n": last.open_items} if last.open_items else ""
    if newer:
        says = _("A newer result is being prepared for publication")
        return Face("", says, f"{last.result_name or last.drawn_name} · {when}")
    if last.grave:
        return Face("bad", last.drawn_name, " · ".join(filter(None, [when, what])))
    if not last.result:  # nobody could go in: no smile, and none of before
        return Face("", last.drawn_name, when)
    if last.failed_key:
        keys = _("key items: %(n)s") % {"n": last.failed_key}
        return Face("bad", _("Key items did not comply"), " · ".join(filter(None, [when, keys, what])))
    if last.result == Result.NON_COMPLIANT:
        failed = _("did not comply: %(n)s") % {"n": last.failed}
        return Face("bad", last.result_name, " · ".join(filter(None, [when, failed, what])))
    if what:
        return Face("warn", _("Being put right"), f"{when} · {what}")
    if last.put_right_on is not None:
        what = _("all findings put right on %(day)s") % {"day": last.put_right_on}
        return Face("good", _("Put right"), f"{when} · {what}")
    return Face("good", last.result_name, when)


NEWEST = ("-visited_on", "-pk")  # of one day, what was published last


def at_door(premises: Premises) -> dict[str, Any]:
    """Can I eat here? The last published result and its date."""
    last = PublishedResult.objects.filter(premises=premises).order_by(*NEWEST).first()
    return {"face": face_of(last, newer=last is not None and _troubled(premises))}


def _troubled(premises: Premises) -> bool:
    """Whether a result that waits to be published tells of a key item, something to be put right, or no way in."""
    with scoped(SYSTEM):  # the public reads no matters; it is told of this one no more than that it is there
        waiting = Publication.objects.filter(matter__premises=premises, matter__state="waiting")
        found = Q(inspection__failed_key__gt=0) | Q(inspection__matter__state="rectifying")
        return waiting.filter(found | Q(drawn__in=GRAVE)).exists()


def published(premises: Premises) -> dict[str, Any]:
    """The results of the last years."""
    since = calendar.today() - dt.timedelta(days=365 * YEARS)
    rows = PublishedResult.objects.filter(premises=premises, visited_on__gte=since).order_by(*NEWEST)
    return {"results": list(rows[:50]), "years": YEARS}


door_panel("inspection/door/face.html", at_door, first=True)
door_panel("inspection/door/results.html", published)
