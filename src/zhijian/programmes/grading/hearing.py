"""A visit that was recorded, refused, or whose record was amended grades its place anew, by a job of its own."""

from __future__ import annotations

import datetime as dt

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters.flow import Flow, Step
from zhijian.kernel.matters.models import Matter

RECORDED = {("inspection", "rectifying"), ("inspection", "closed"), ("inspection", "hindered")}
AMENDED = {"amend", "amend_order"}


def visited(flow: Flow, step: Step, matter: Matter, actor: Actor, at: dt.datetime) -> None:
    """Hear every step; what says that a visit was made queues the count, once for each place."""
    says_what_was_found = "planned" in step.froms or step.verb in AMENDED
    if (flow.kind, step.to) not in RECORDED or matter.premises_id is None or not says_what_was_found:
        return
    from zhijian.programmes.grading.jobs import grade

    grade.later(premises=matter.premises_id, job_once=f"grading.grade.{matter.premises_id}")
