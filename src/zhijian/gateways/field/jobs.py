"""Working on records that came in a burst."""

from __future__ import annotations

import json

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@job("field.work_on", title=_("Make matters of a phone's record"), tries=3)
def work_on(record: str) -> None:
    """Make matters of a kept record; nothing happens when somebody did it already."""
    from zhijian.gateways.field.models import FieldRecord
    from zhijian.gateways.field.records import work_on as make

    kept = FieldRecord.objects.select_for_update(of=("self",)).select_related("device__person").get(pk=record)
    if kept.state == FieldRecord.State.WAITING:
        make(kept, json.loads(bytes(kept.body)))


@every("*/5 * * * *")
@job("field.sweep", title=_("Queue phones' records that were left behind"), tries=1)
def sweep() -> int:
    """Queue what still waits and has no job any more. Returns how many."""
    from zhijian.gateways.field.models import FieldRecord

    waiting = list(FieldRecord.objects.filter(state=FieldRecord.State.WAITING).values_list("pk", flat=True)[:1000])
    for uid in waiting:
        work_on.later(job_once=f"field:{uid}", record=str(uid))
    return len(waiting)
