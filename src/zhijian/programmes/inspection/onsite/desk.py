"""The head's list of questions about visits, and what stands on the page of each."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from zhijian.kernel.accounts import HEAD
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.lists import MatterList, Panel
from zhijian.kernel.desk.waiting import waits
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.programmes.inspection import rules
from zhijian.programmes.inspection.onsite.flow import SHOWN, VISIT_QUESTION, visits_of
from zhijian.programmes.inspection.onsite.models import VisitQuestion

COUNTED = 1000


def _waiting(actor: Actor) -> int:
    rows = readable(Matter.objects.filter(kind=VISIT_QUESTION.kind, state="asked", closed=None), actor)
    return rows.values("pk")[:COUNTED].count()


def _say(n: int) -> str:
    return ngettext(
        "%(n)s question about visits waits for a word from you",
        "%(n)s questions about visits wait for a word from you", n,
    ) % {"n": n}  # fmt: skip


waits("visit_questions", [HEAD], _waiting, _say, "/l/visit_question/?state=asked")


def question_panel(matter: Matter, record: VisitQuestion, actor: Actor) -> dict[str, Any]:
    """The facts: figures, the test that they come from with its numbers, and the visits, without who made them."""
    named = (
        {"percent": rules.SHORT_PERCENT, "enough": rules.SHORT_COMPARED, "pause": rules.PAUSE_AFTER}
        if record.about == VisitQuestion.About.SHORT
        else {"days": rules.NOTHING_DAYS, "enough": rules.NOTHING_VISITS, "chance": rules.NOTHING_CHANCE}
    )
    visits = list(visits_of(record)[: SHOWN + 1])
    return {
        **{name: of.maybe(matter.day) for name, of in named.items()},
        "visits": visits[:SHOWN],
        "more": len(visits) > SHOWN,
    }


class VisitQuestions(MatterList):
    flow = VISIT_QUESTION
    columns = ["title", "area", "state", "opened", "closed"]
    filters = ["q", "state", "area", "period"]
    panels = [Panel("inspection/desk/question.html", question_panel)]
    rank = 15
    empty = _(
        "Where a visit took far less time than usual, or an office's visits found nothing for long, the head is asked"
        " here. He answers with a word, or has somebody look again."
    )
