"""Open matters go from one person to another: each keeps its clocks and gets an entry with both names."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.models import Matter

HANDED = ledger.entry_kind("matter.handed_over", label=_("Handed over from {giver} to {successor}"))


def open_of(person: Person) -> QuerySet[Matter]:
    """The open matters that he holds, as first or as second officer."""
    return Matter.objects.filter(Q(assignee=person) | Q(second=person), closed=None)


def hand_over(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """Everything open of `giver` is `successor`'s, in the running transaction; how many matters.

    Locked one by one in the order of their keys: who closes one of them meanwhile is waited for, and what is closed by
    then stays where it was. Where the successor is the other officer already, the second one is to be named anew.
    """
    rows = open_of(giver).select_for_update(of=("self",)).order_by("pk")
    done = 0
    for matter in rows:
        told = {"giver": giver.name, "successor": successor.name}
        if matter.assignee_id == giver.pk:
            matter.assignee = successor
            told["as"] = "assignee"
        if matter.second_id in (giver.pk, matter.assignee_id):
            alone = matter.assignee_id == successor.pk
            matter.second = None if alone else successor
            told |= {"second": "to be named"} if alone else {"as": "second"}
        matter.version += 1
        matter.save(update_fields=["assignee", "second", "version"])
        told |= {"state": matter.state}
        data = {**told, "version": matter.version}
        ledger.record(HANDED.code, actor=actor, subject=f"matter:{matter.pk}", matter=matter, data=data, at=at)
        done += 1
    return done
