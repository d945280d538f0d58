"""What people are told of the exchange: a record that came back, a reconciliation that nobody made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.exchange.models import Owed
from zhijian.kernel.exchange.tables import name_of
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import REPORTING, notice_template

BACK = "exchange.sent_back"
REMIND = "exchange.reconcile"


def _back_title(data: Mapping[str, Any]) -> str:
    return _("Sent back by %(table)s") % {"table": name_of(data["table"])}


def _back_text(data: Mapping[str, Any]) -> str:
    return _("“%(title)s” came back: %(reason)s") % {"title": data["title"], "reason": data["reason"] or "–"}


def _remind_title(data: Mapping[str, Any]) -> str:
    return _("Not reconciled today: %(table)s") % {"table": name_of(data["table"])}


notice_template(BACK, title=_back_title, text=_back_text, kind=REPORTING)
notice_template(
    REMIND,
    title=_remind_title,
    kind=REPORTING,
    text=gettext_lazy("Take the list of today from the other side and send it in under “Other platforms”."),
)


def tell_sent_back(row: Owed, actor: Actor) -> None:
    """Whoever has the matter in hand mends it; where nobody has, the office's head and clerks, and whoever has in hand
    what it followed from (the visit of a result to be published).
    """
    whom: list[Relation | Role | Person] = [Role.HEAD, Role.CLERK]
    parent = row.matter.parent
    if row.matter.assignee_id is not None:
        whom = [Relation.ASSIGNEE, Role.CLERK]
    elif parent is not None and parent.assignee is not None:
        whom.append(parent.assignee)
    data = {"table": row.path, "reason": row.why, "title": row.matter.title}
    for who in whom:
        tell(who, matter=row.matter, template=BACK, data=data, actor=actor, dedupe=f"{row.pk}:{row.version}:back")


def remind(person: Person, path: str, day: str, actor: Actor) -> None:
    """A daily reconciliation that nobody made yet."""
    tell(person, matter=None, template=REMIND, data={"table": path}, actor=actor, dedupe=f"exchange:{path}:{day}")
