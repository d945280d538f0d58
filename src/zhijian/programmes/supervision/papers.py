"""The order on paper (督办单): made when it is ordered, and once more when the answer is accepted, with the answer."""

from __future__ import annotations

import datetime as dt

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import in_its_language, stack
from zhijian.kernel.papers import making
from zhijian.kernel.papers.making import data_source
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.supervision.models import SupervisionOrder

KIND = "supervision_order"


@data_source(KIND)
def facts(matter: Matter, record: SupervisionOrder, told: object, at: dt.datetime) -> dict[str, str]:
    """What it says: plain texts, days as ISO. The answer is empty until there is one."""
    of, organ = record.of, stack().organ(record.by_area)
    with in_its_language():
        return {
            "organ": organ.name,
            "number": matter.number,
            "grade": str(record.get_grade_display()),
            "to": stack().organ(matter.area).name,
            "charge": matter.assignee.name if matter.assignee is not None else "",
            "about": f"{flow_of(of.kind).title} {of.number}".strip(),
            "title": of.title,
            "what": record.what,
            "answer_by": record.answer_by.isoformat() if record.answer_by else "",
            "ordered_by": record.ordered_by.name if record.ordered_by is not None else "",
            "ordered_on": calendar.legal_day(matter.opened).isoformat(),
            "answer": record.answer if matter.closed is not None else "",
            "answered_by": record.answered_by.name if matter.closed is not None and record.answered_by else "",
            "answered_on": _day(record.answered_at) if matter.closed is not None else "",
            "accepted_on": calendar.legal_day(at).isoformat() if matter.closed is not None else "",
            "phone": organ.phone,
        }


def _day(at: dt.datetime | None) -> str:
    return calendar.legal_day(at).isoformat() if at is not None else ""


def made(matter: Matter, record: SupervisionOrder, actor: Actor, at: dt.datetime) -> Paper | None:
    """The paper of the jurisdiction that ordered, where the place has such a form."""
    if not stack().files(f"papers/{KIND}.toml"):
        return None
    return making.make(KIND, matter, facts(matter, record, None, at), at=at, actor=actor, organ=record.by_area)
