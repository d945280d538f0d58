"""The doors of inspections: what the enterprise reads of its visits and findings, and what the public reads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.party.pages import PartyPage, Say, door_panel
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.inspection.flow import INSPECTION, PUBLICATION, RECTIFICATION
from zhijian.programmes.inspection.models import Inspection, PublishedResult, Result
from zhijian.programmes.inspection.papers import BUILDERS

YEARS = 3


def of_visit(matter: Matter, record: Inspection, parts: Sequence[Any]) -> Say | None:
    """How many findings wait for an answer; else the result, or that somebody looks at the answers."""
    findings = parts[1:]
    if left := sum(part.waits for part in findings):
        what = ngettext("%(n)s finding waits for your answer.", "%(n)s findings wait for your answer.", left)
        return Say("warn", what % {"n": left}, _("Answer each with a sentence and a photo. The inspector looks at it."))
    if findings and matter.closed:
        return Say("good", _("Everything is put right. Thank you."))
    if findings:
        return Say("act", _("You have answered everything. The inspector is looking at it."))
    if record.hindered:
        return Say("warn", _("The visit could not be made: %(why)s") % {"why": record.get_hindered_display()})  # type: ignore[attr-defined]
    if record.result:
        return Say("bad" if record.failed_key else "good", record.get_result_display())  # type: ignore[attr-defined]
    return Say("act", _("A visit is planned."))


VISIT = PartyPage(
    INSPECTION,
    title=gettext_lazy("Result of a visit"),
    panels=["inspection/party/visit.html"],
    children=[RECTIFICATION],
    papers=list(BUILDERS),
    says=of_visit,
)
FINDING = PartyPage(
    RECTIFICATION,
    panels=["inspection/party/finding.html"],
    states={"answered": gettext_lazy("Answered; the inspector is looking at it")},
    buttons={"answer": gettext_lazy("Send the answer")},
    asks=gettext_lazy("{organ}: {title}: {n} findings. Put them right and answer by {day}: {link}"),
)
PUBLISHED = PartyPage(PUBLICATION, states={"published": gettext_lazy("The result is published")})


@dataclass(frozen=True)
class Face:
    """The face over the result, with its words: good, warn, bad; empty when nothing was published."""

    tone: str
    says: str
    why: str


def face_of(last: PublishedResult | None) -> Face:
    """The face of the last published result. A failed key item or an open finding takes the smile away at once."""
    if last is None:
        return Face("", _("No published result yet"), "")
    when = _("Result published on %(day)s") % {"day": last.published_on}
    if last.open_items:
        what = _("%(n)s findings are being put right") % {"n": last.open_items}
        return Face("warn", _("Being put right"), f"{when} · {what}")
    if last.put_right_on is not None and not last.failed_key:
        what = _("all findings put right on %(day)s") % {"day": last.put_right_on}
        return Face("good", _("Put right"), f"{when} · {what}")
    if last.failed_key or last.result == Result.NON_COMPLIANT:
        return Face("bad", _("Key items did not comply"), f"{when} · {_('key items: %(n)s') % {'n': last.failed_key}}")
    return Face("good", str(Result(last.result).label), when)


def at_door(premises: Premises) -> dict[str, Any]:
    """Can I eat here? The last published result and its date."""
    return {"face": face_of(PublishedResult.objects.filter(premises=premises).order_by("-visited_on").first())}


def published(premises: Premises) -> dict[str, Any]:
    """The results of the last years."""
    since = calendar.today() - dt.timedelta(days=365 * YEARS)
    rows = PublishedResult.objects.filter(premises=premises, visited_on__gte=since).order_by("-visited_on")
    return {"results": list(rows[:50]), "years": YEARS}


door_panel("inspection/door/face.html", at_door, first=True)
door_panel("inspection/door/results.html", published)
