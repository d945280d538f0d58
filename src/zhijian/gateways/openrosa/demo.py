"""The demo city's second client: an officer's phone with ODK Collect, and a shut door at a re-check, sent by it."""

from __future__ import annotations

import datetime as dt
import random
import uuid
from collections.abc import Callable
from xml.sax.saxutils import escape

from zhijian.gateways.openrosa import access, survey, taking
from zhijian.gateways.openrosa.models import Submission
from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.programmes.inspection.demo_detours import last_working_day


def plant(scale: float, say: Callable[[str], None]) -> None:
    """What an inspector sent with Collect who came to re-check on the last working day. Does nothing twice."""
    plan = stack().table("demo").get("collect")
    if plan is None or Submission.objects.exists():
        return
    dice, day = random.Random(plan["seed"]), last_working_day()
    at = dt.datetime(day.year, day.month, day.day, 16, 20, tzinfo=calendar.zone())
    with scoped(SYSTEM):
        rows = Matter.objects.filter(kind="inspection", state="rectifying", assignee__isnull=False)
        rows = rows.filter(premises__lat__isnull=False, inspection__ended__lt=at - dt.timedelta(days=1))
        visit = rows.select_related("assignee", "premises").order_by("-pk").first()
        if visit is None or visit.assignee is None or visit.premises is None:
            return
        person, shop = visit.assignee, visit.premises
        with when.as_of(at - dt.timedelta(days=2)):
            device, _password = access.issue(person, plan["phone"], actor_of(person))
    told = {
        "start": at.isoformat(), "end": (at + dt.timedelta(minutes=3)).isoformat(), "task": str(visit.uid),
        "here": f"{shop.lat} {shop.lon} 0.0 9.0", "premises": str(shop.uid), "name": shop.name, "purpose": "recheck",
        "found": "shut", "why": plan["note"],
        "instanceID": f"uuid:{uuid.UUID(int=dice.getrandbits(128), version=4)}",
    }  # fmt: skip
    inside = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in told.items())
    xml = f'<data id="{survey.RECHECK}" version="{survey.SHAPE}">{inside}</data>'.encode()
    with when.as_of(at + dt.timedelta(minutes=5)):
        taking.take(taking.Sent(xml, []), device)
    say("ODK Collect: a phone, and a shut door that came from it")
