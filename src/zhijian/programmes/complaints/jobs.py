"""What runs beside the desk: each item as it comes, and what goes straight; learning, draws, hot spots by the clock."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.jobs import every, job


@job("complaints.trace", title=_("Propose a category for what came, and find it again"), tries=5, transaction=False)
def trace(matter: int) -> int:
    """Of this item and of all that came meanwhile: whoever comes first does the work of the others."""
    from zhijian.programmes.complaints import traces

    return traces.make_all()


@job("complaints.route", title=_("Pass on what the routing rules send straight"), tries=5)
def route(matter: int) -> bool:
    """Whether it was this item's turn."""
    from zhijian.programmes.complaints.routing import straight

    return straight.send(matter)


@every("*/15 * * * *")
@job("complaints.traces", title=_("Propose categories for what was left"), tries=1)
def left() -> int:
    """What was there before this was, or whose job was given up."""
    from zhijian.programmes.complaints import traces

    return traces.make(2000)


@every("*/15 * * * *")
@job("complaints.rank", title=_("Propose which enterprise is meant"), tries=3, transaction=False)
def rank() -> int:
    """Of what came and names nobody just as the register does."""
    from zhijian.programmes.complaints import proposals

    return proposals.rank()


@every("10 2 * * *")
@job("complaints.learn", title=_("Learn the categories of complaints and reports"), tries=2, transaction=False)
def learn() -> int:
    """From what people confirmed; taken only where it is better on later texts than what is in use."""
    from zhijian.programmes.complaints import training

    return sum(training.learn(of) for of in training.lists())


@every("25 * * * *")
@job("complaints.hot_spots", title=_("Look for hot spots of complaints and reports"), tries=3)
def hot_spots() -> int:
    """This week and the last one: each category in each district."""
    from zhijian.programmes.complaints import alerts

    return alerts.look()


@every("45 0 * * *")
@job("complaints.draw", title=_("Draw the return calls of answered items"), tries=5, lock="complaints.draw")
def draw() -> int:
    """Draw under each seal that has no draw yet. Returns how many were made."""
    from zhijian.programmes.complaints.handling.recall import draw_due

    return len(draw_due())
