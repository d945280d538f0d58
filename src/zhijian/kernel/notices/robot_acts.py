"""Keeping the robot of an office's group: set up, changed, taken away; each an entry that never names the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk.filters import area_options
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import Conflict, NotAllowed
from zhijian.kernel.notices import groups, sending
from zhijian.kernel.notices.models import Notice, Robot

KEEPERS = frozenset({Role.HEAD, Role.ADMIN})
READERS = KEEPERS | {Role.AUDITOR}
CHANGED = "notices.robot"
WORDS = {
    "made": gettext_lazy("set up"),
    "changed": gettext_lazy("changed"),
    "address": gettext_lazy("given another address"),
    "removed": gettext_lazy("taken away"),
    "tested": gettext_lazy("tried"),
}


def _entry(facts: dict[str, Any]) -> str:
    what = str(WORDS.get(facts.get("what", ""), facts.get("what", "…")))
    return _("Robot of the group of %(office)s %(what)s") % {"office": facts.get("office", "…"), "what": what}


ledger.entry_kind(CHANGED, label=gettext_lazy("Robot of the group changed"), describe=_entry)


def offices(actor: Actor) -> list[tuple[str, str]]:
    """The offices whose groups he keeps (an auditor: reads), as a tree."""
    return [(code, words) for code, words in area_options(actor) if actor.roles_at(code) & READERS]


def may_keep(actor: Actor, area: str) -> bool:
    """Whether he is the head of the office (or of one above), or its administrator."""
    return bool(actor.roles_at(area) & KEEPERS)


def robot_of(area: str) -> Robot | None:
    """The robot of an office, None where it has none (or it was taken away)."""
    robot = Robot.objects.filter(area=area).first()
    return robot if robot is not None and robot.key else None


@dataclass(frozen=True)
class Wanted:
    """What the page asks for; `key` and `secret` None: those that are kept."""

    kind: str
    key: str | None
    secret: str | None
    digest: bool
    digest_at: Any
    urgent: bool
    active: bool


def keep(area: str, wanted: Wanted, version: int, actor: Actor) -> Robot:
    """Set the robot up or change it. Raises NotAllowed, or Conflict where somebody changed it meanwhile."""
    if not may_keep(actor, area):
        raise NotAllowed(_("Only the head of the office keeps its group."))
    robot = Robot.objects.select_for_update().filter(area=area).first()
    if (robot.version if robot else 0) != version:
        raise Conflict(version, robot.version if robot else 0)
    what = "made" if robot is None or not robot.key else "changed" if wanted.key is None else "address"
    robot = robot or Robot(area=area, version=0)
    robot.kind, robot.digest, robot.digest_at = wanted.kind, wanted.digest, wanted.digest_at
    robot.urgent, robot.active, robot.version = wanted.urgent, wanted.active, robot.version + 1
    if wanted.key is not None:
        robot.key, robot.secret = wanted.key, wanted.secret or None
    elif wanted.secret:
        robot.secret = wanted.secret
    robot.save()
    _note(robot, what, actor)
    return robot


def take_away(robot: Robot, actor: Actor) -> None:
    """Forget the address; what was sent stays in the outbox."""
    robot.key, robot.secret = "", None  # type: ignore[assignment]
    robot.active, robot.version = False, robot.version + 1
    robot.save()
    _note(robot, "removed", actor)


def try_out(robot: Robot, actor: Actor) -> Notice | None:
    """Send a test now; returns the notice as it stands afterwards."""
    notice = groups.test(robot, actor)
    if notice is None:
        return None
    _note(robot, "tested", actor)
    sending.send_one(notice.pk)
    with scoped(SYSTEM):
        notice.refresh_from_db()
    return notice


def _note(robot: Robot, what: str, actor: Actor) -> None:
    data = {"what": what, "office": groups.office_name(robot.area)}
    ledger.record(CHANGED, actor=actor, subject=f"robot:{robot.area}", area=robot.area, data=data)
