"""What takes effect by being handed over where it was made: the signatures on the paper itself prove the service.

Ground (cn): the decision is handed to the party on the spot (Penalty Law art. 52); who took it signs on it. A proof of
service of its own is for papers that come later. Where he would not sign, a witness's signature beside the officers'
shows that it was left (Penalty Procedure Rules art. 82). Without either nothing is proven: the desk serves it.
"""

from __future__ import annotations

import datetime as dt

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.papers.models import Paper, Service
from zhijian.kernel.papers.serving.acts import Told, fill, may_serve, say, tell_if_due
from zhijian.kernel.papers.serving.law import Way


def handed_over(
    paper: Paper,
    at: dt.datetime,
    officers: list[Person],
    actor: Actor,
    *,
    receiver: str = "",
    relation: str = "",
    witness: str = "",
    place: str = "",
) -> Service | None:
    """Record that it was handed over, or left before a witness, and signed for; None where nobody's signature says so.

    Within the running transaction, by whoever brings the record; `officers` are those who signed as such.
    """
    signed = {one["who"] for one in paper.signatures if one.get("strokes")}
    way = Way.DIRECT if "party" in signed else Way.LEFT if "witness" in signed and witness else None
    if way is None or len(officers) < 2 or not may_serve(paper):
        return None
    told = Told(
        way=way,
        at=at,
        place=place,
        receiver=receiver if way is Way.DIRECT else "",
        relation=relation[:60] if way is Way.DIRECT else "",
        witness=witness if way is Way.LEFT else "",
        officer1=officers[0],
        officer2=officers[1],
    )
    service = Service(
        paper=paper, entity_id=paper.entity_id, area=paper.area, made_by=actor.label, done_by=actor.label,
        state=Service.State.SERVED, served_on=calendar.legal_day(at), why="left" if way is Way.LEFT else "signed",
    )  # fmt: skip
    fill(service, told, None)
    service.save()
    say(service, told, actor)
    tell_if_due(service)
    return service
