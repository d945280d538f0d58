"""The demo city's grades: counted from its visits, most of them confirmed; in the demo office some wait for the head.

What a few of its places are was entered, one had a penalty, one asks for a review.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor, actor_of, party_of
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.matters.planting import Planted, Planter
from zhijian.kernel.packs import in_its_language
from zhijian.programmes.grading import computing, effects, rules
from zhijian.programmes.grading.models import Grading

LATER = True  # grades follow from the visits, whose demo comes first
HEAD = "sun"
WAITING = 6  # of the demo office that nobody has confirmed yet
# What the places of the demo office are, in turn: a small restaurant, a middling, a large one, a banquet hall.
SIZES = (
    {"floor": "90", "hot": "yes", "cold": "no", "raw": "no", "pastry": "no", "drinks": "yes"},
    {"floor": "400", "hot": "yes", "cold": "yes", "raw": "no", "pastry": "no", "drinks": "yes"},
    {"floor": "1200", "hot": "yes", "cold": "yes", "raw": "yes", "pastry": "no", "drinks": "yes"},
    {"floor": "3200", "hot": "yes", "cold": "yes", "raw": "yes", "pastry": "yes", "drinks": "yes"},
)
DESCRIBED = 24  # of the demo office's restaurants
PENALTIES = 6  # of these that had one within the year: it raises the grade
Say = Callable[[str], None]


def plant(scale: float, say: Say) -> None:
    """Plant the programme's part once; nothing in a place that grades nobody."""
    today = calendar.today()
    with scoped(SYSTEM):
        if rules.tables(today) is None or Grading.objects.exists():
            return
        head = Person.objects.filter(username=HEAD).first()
        home = Post.objects.filter(role=Role.HEAD, person=head).values_list("jurisdiction_id", flat=True).first()
    at = calendar.start_of(today) - dt.timedelta(hours=10)  # yesterday in the early afternoon
    with when.as_of(at), in_its_language():
        decides = actor_of(head) if head else SYSTEM
        computing.settle_all(after=_confirmed(decides, home or "", at))
        _at_work(decides, home or "", at)
    with scoped(SYSTEM):
        waiting = Matter.objects.filter(kind="grading", state="proposed").count()
        say(f"risk grades: {Grading.objects.count()} places, {waiting} to be confirmed")


def _confirmed(head: Actor, home: str, at: dt.datetime) -> Callable[[Planter, Planted], None]:
    """What happens to each grade that is opened: confirmed, but the first few of the demo office."""
    left = [WAITING]

    def follow(planter: Planter, planted: Planted) -> None:
        here = planted.matter.area == home
        if here and left[0]:
            left[0] -= 1
            return
        actor, record = head if here else SYSTEM, planted.record
        assert isinstance(record, Grading)
        planter.perform(planted, "confirm", actor, at=at)
        held = effects.held_of(record, None, actor, at)
        effects.put_in_force(record, held)
        planter.also(held)

    return follow


def _at_work(head: Actor, home: str, at: dt.datetime) -> None:
    """Places of the demo office are described, some had a penalty; what follows is confirmed, but for the last ones."""
    clerk = Person.objects.filter(posts__role=Role.CLERK, posts__jurisdiction_id=home).order_by("pk").first()
    with scoped(SYSTEM):
        held = Matter.objects.filter(kind="grading", area=home, state="held", premises__trade="restaurant")
        some = list(held.select_related("entity").order_by("pk")[: DESCRIBED + 1])
    actor = actor_of(clerk) if clerk else SYSTEM
    asking = some.pop() if len(some) > len(SIZES) else None
    on = calendar.legal_day(at) - dt.timedelta(days=20)
    for n, matter in enumerate(some):
        with scoped(actor):
            perform(matter, "describe", actor, at=at, known=SIZES[n % len(SIZES)])
            if n % len(SIZES) == len(SIZES) - 1 and n < PENALTIES * len(SIZES):
                matter = Matter.objects.get(pk=matter.pk)
                perform(matter, "note", actor, at=at, what="penalty", on=on, word="行政处罚决定书（演示）")
    with scoped(head):
        proposed = Matter.objects.filter(pk__in=[one.pk for one in some], state="proposed").order_by("pk")
        for matter in list(proposed)[: -len(SIZES)]:
            perform(matter, "confirm", head, at=at)
    if asking is not None and asking.entity is not None:
        party = party_of(asking.entity)
        with scoped(party):
            perform(asking, "ask", party, at=at, review="店面去年已经缩小，登记的面积还是以前的，请核对。")
