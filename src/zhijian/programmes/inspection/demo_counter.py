"""The demo city's owners without a phone: what they said at the counter was entered for them."""

from __future__ import annotations

from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts import demo as people
from zhijian.kernel.accounts.actor import actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.behalf import Behalf, How
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.registry.generate import SOURCE
from zhijian.programmes.inspection import flow

ANSWERED = 2  # findings, of made-up shops only


def plant(said: dict[str, Any]) -> None:
    """Some findings of the demo's office are answered at its counter, at the moment that is told of."""
    by_role = {account.role: account for account in people.accounts() if account.area in _offices()}
    account = by_role.get(Role.CLERK) or by_role.get(Role.HEAD)
    if account is None:
        return
    clerk, at = actor_of(Person.objects.get(username=account.username)), when.now()
    with scoped(clerk):
        rows = Matter.objects.filter(kind=flow.RECTIFICATION.kind, state="ordered", area=account.area, opened__lt=at)
        rows = rows.filter(premises__source=SOURCE).exclude(entity__representative="")
        found = [one for one in rows.select_related("entity").order_by("-due", "pk")[:ANSWERED] if one.entity]
        for n, finding in enumerate(found):
            spoken = Behalf(speaker=finding.entity.representative, how=How.LICENCE if n else How.CARD)
            text = said["answer"][n % len(said["answer"])]
            perform(finding, "answer", clerk, at=at, behalf=spoken, answer=text, photos=[])


def _offices() -> set[str]:
    """Where the demo has an inspector."""
    return {account.area for account in people.accounts() if account.role == Role.INSPECTOR}
