"""The demo city's reports to other platforms: what is older went over and was received, the last week is at work.

Only what the demo performed is owed; what a large scale plants beyond it counts as reported before.
"""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of
from zhijian.kernel.accounts.models import Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.exchange import acts, entries
from zhijian.kernel.exchange.exporting import export
from zhijian.kernel.exchange.models import Owed, State
from zhijian.kernel.exchange.owing import digests
from zhijian.kernel.exchange.tables import Table, every_table
from zhijian.programmes.inspection.demo_detours import last_working_day

AT_WORK = dt.timedelta(days=8)  # younger than that: still to be reported, or waiting for an answer
EVENING = dt.time(17, 20)
BACK = 2  # of each office's table, sent back


def report(dice: random.Random, said: dict[str, Any]) -> int:
    """Tell what became of everything that is owed; returns how many records there are."""
    with scoped(SYSTEM):
        posts = Post.objects.filter(role=Role.CLERK).select_related("person")
        clerks = {post.jurisdiction_id: actor_of(post.person) for post in posts}
        offices = {area: clerk for area, clerk in clerks.items() if Owed.objects.filter(area=area).exists()}
    count = 0
    for table in every_table():
        if table.owing:
            count += _older(table, clerks, dice)
            for area, clerk in offices.items():
                _at_work(table, area, clerk, said.get("sent_back", []))
    return count


def _older(table: Table, clerks: dict[str, Actor], dice: random.Random) -> int:
    """What became owed more than a week ago went over in time and was received."""
    before = calendar.start_of(calendar.today()) - AT_WORK
    with scoped(SYSTEM):
        rows = Owed.objects.filter(platform=table.platform, table=table.code).select_related("matter").order_by("pk")
        for n, row in enumerate(rows.filter(since__lt=before), 1):
            shown, bad = acts.told_now(row, table)
            if bad:
                continue
            whole, sent = digests(table, shown)
            actor, at = clerks.get(row.area, SYSTEM), row.since + dt.timedelta(hours=dice.randrange(2, 40))
            number = f"{row.since:%Y%m%d}{n:05d}"
            acts.note(entries.EXPORTED, row, actor, at, round=1)
            acts.note(entries.RECEIPT, row, SYSTEM, at + dt.timedelta(hours=20), number=number)
            told = {"told": True, "digest": whole, "sent": sent, "number": number}
            acts.put(row, str(State.RECEIPT), at + dt.timedelta(hours=20), **told)
            acts.keep_number(row)
        return rows.count()


def _at_work(table: Table, area: str, clerk: Actor, reasons: list[str]) -> None:
    """Half of an office's last week was exported by its clerk on the last evening; the first of these came back."""
    evening = dt.datetime.combine(last_working_day(), EVENING, calendar.zone())
    with scoped(clerk), when.as_of(evening):
        mine = Owed.objects.filter(platform=table.platform, table=table.code, area=area, state=State.TO_REPORT)
        uids = list(mine.order_by("due", "pk").values_list("uid", flat=True))
        whole = [uid for uid in uids if not acts.told_now(mine.select_related("matter").get(uid=uid), table)[1]]
        chosen = whole[: (len(whole) + 1) // 2]
        if not chosen:
            return
        export(table, chosen, clerk)
        back = Owed.objects.filter(uid__in=chosen).select_related("matter").order_by("pk")
        for row, reason in zip(back[:BACK], reasons, strict=False):
            acts.answered(row, str(State.SENT_BACK), "", reason, clerk)
