"""Acts on the rows that were ticked in a list, kept as those of a sheet are, so that they have the same way back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.lists import MatterList
from zhijian.kernel.desk.models import SheetRow, SheetRun
from zhijian.kernel.desk.sheets import acting, columns
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import StepError
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform, record_of

State, Row = SheetRun.State, SheetRow.State

DONE = ledger.entry_kind(
    "desk.ticked_done", label=gettext_lazy("“{act}” for ticked rows of a list: {done} done, {refused} refused")
)


def do(
    one: type[MatterList], step: Step, matters: Sequence[Matter], facts: dict[str, Any], actor: Actor
) -> tuple[SheetRun | None, list[tuple[Matter, str]]]:
    """Do one step for many, each on its own: the run that can be taken back, and what was refused with its reason.

    No run where nothing was done, or where the step ends something for good.
    """
    back = acting.way_back(one, step.verb)
    rows, refused = [], []
    for n, matter in enumerate(matters, 1):
        before = columns.before(back, matter, record_of(matter)) if back is not None else {}
        row = SheetRow(n=n, area=matter.area, verb=step.verb, matter=matter, title=str(matter)[:260], before=before)
        try:
            with transaction.atomic():
                row.version = perform(matter, step.verb, actor, **facts).version
            row.state = Row.DONE
        except StepError as error:
            row.state, row.why = Row.REFUSED, [["", error.message]]
            refused.append((matter, error.message))
        rows.append(row)
    if back is None or len(refused) == len(rows):
        return None, refused
    return _kept(one, step, rows, actor), refused


def _kept(one: type[MatterList], step: Step, rows: list[SheetRow], actor: Actor) -> SheetRun:
    done = sum(row.state == Row.DONE for row in rows)
    run = SheetRun.objects.create(
        person_id=actor.person_id, room=one.slug(), file_name=columns.label(step)[:200], state=State.DONE,
        language=translation.get_language() or "en", total=len(rows), gone=len(rows), done_at=timezone.now(),
        counts={Row.DONE: done, Row.REFUSED: len(rows) - done},
    )  # fmt: skip
    for row in rows:
        row.run = run
    SheetRow.objects.bulk_create(rows)
    acting.enter(DONE, run, actor)
    return run
