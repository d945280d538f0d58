"""When a step about an item is open, and the sentence that says why not."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.matters import Guard, no, ok
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.packs import stack
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.programmes.complaints import categories, rules
from zhijian.programmes.complaints.models import Contact, Item, Link
from zhijian.programmes.complaints.routing.matching import is_below


def goes_down(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """It is passed on to an office below; there must be one."""
    if not any(area.parent == matter.area for area in stack().areas.values()):
        return no(_("There is no office below this one: assign it to somebody."))
    if facts is not None and not (is_below(facts.area, matter.area) and facts.area in stack().areas):
        return no(_("Choose an office below this one."))
    return ok()


def somebody_above(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """The city's own centre has nobody above it."""
    return ok() if parent_of(matter) else no(_("There is no centre above this one."))


def parent_of(matter: Matter) -> str:
    """The area above the matter's; empty at the top."""
    area = stack().areas.get(matter.area)
    return area.parent if area is not None else ""


def came_from_a_platform(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """Only what a platform gave us can go back to it."""
    if matter.orders.filter(given=True).exists():  # type: ignore[attr-defined]
        return ok()
    return no(_("It came from no platform: pass it on, or say in the answer who is competent."))


def has_a_name(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """A complaint is accepted of somebody who gives a true name and can be reached (Order 121 art. 10)."""
    if record.person and record.phone:
        return ok()
    said = _("Name and telephone of who complains are needed first: ring, or ask for them.")
    return no(said, rules.ACCEPT_WITHIN)


def not_its_author(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """Nobody approves his own answer."""
    if actor.kind == "staff" and record.replied_by_id == actor.person_id:
        return no(_("Whoever wrote the answer does not approve it."))
    return ok()


def not_extended(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """The verification is extended once, while it runs."""
    running = matter.clocks.filter(rule=rules.VERIFY_WITHIN.name, stopped=None).first()  # type: ignore[attr-defined]
    if running is None:
        return no(_("No time limit of verification runs."), rules.VERIFY_MORE)
    if running.fixed:
        return no(_("It was extended already."), rules.VERIFY_MORE)
    return ok()


def on_the_register(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """A confirmed enterprise stands on the register, and the premises are its own; without one it is not confirmed."""
    if facts is None or facts.meant != Link.CONFIRMED:
        return ok()
    places = Premises.objects.filter(entity=facts.entity, merged_into=None)
    known = facts.entity is not None and Entity.objects.filter(pk=facts.entity, merged_into=None).exists()
    if known and (facts.premises is None or places.filter(pk=facts.premises).exists()):
        return ok()
    return no(_("Choose an enterprise of the register, and one of its own premises."))


def in_the_list(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """A category of the list for its kind that is used on the day on which it came."""
    usable = categories.usable(matter)
    if not usable:
        return no(_("There is no list of categories for this kind."))
    if facts is None or facts.category in usable:
        return ok()
    return no(_("Choose a category of the list."))


def belongs_to(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """It joins an open item of its kind that he may read and that is joined to none; nothing is joined to it."""
    if record.leading_id is not None:
        return no(_("It is joined to another one: part it first."))
    if matter.joined.exists():  # type: ignore[attr-defined]
        return no(_("Others are joined to it: join it the other way round, or part them first."))
    if facts is None:
        return ok()
    rows = readable(Matter.objects.filter(pk=facts.leading, kind=matter.kind, closed=None), actor)
    if facts.leading != matter.pk and rows.filter(item__leading=None).exists():
        return ok()
    return no(_("Choose an open item of the same kind that is joined to no other."))


def is_joined(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """Only what is joined can be parted."""
    return ok() if record.leading_id is not None else no(_("It is joined to no other."))


def a_call_of_it(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """What is told of a call is told once, about a call that was begun here."""
    if facts is None or Contact.objects.filter(uid=facts.call, matter=matter, whom=facts.whom, reached=None).exists():
        return ok()
    return no(_("No such call is waiting for its end: begin it on the page of the item."))


def left_a_name(matter: Matter, record: Item, actor: Actor, facts: Any) -> Guard:
    """Who reported without a name can be told nothing."""
    return ok() if record.person else no(_("Whoever reported left no name."))
