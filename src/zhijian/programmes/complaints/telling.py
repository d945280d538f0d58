"""What citizens tell on our own pages, without an account, and the code by which they follow it."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.crypto import blind_index
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.errors import BadFacts
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, perform
from zhijian.kernel.packs import stack
from zhijian.kernel.party.forms import keep_photos
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.complaints import reading, rules
from zhijian.programmes.complaints.flow import flow_for
from zhijian.programmes.complaints.models import Channel, Item, Sort
from zhijian.programmes.complaints.orders import centre_of

SORTS = tuple(Sort(one) for one in ("complaint", "report", "enquiry", "suggestion"))  # what our own pages take
SIGNS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # without 0 O 1 I L U: a code is read out and written down
LENGTH, GROUP = 12, 4  # 30^12: 59 bits


def new_code() -> str:
    """A code that nobody guesses."""
    return "".join(secrets.choice(SIGNS) for _n in range(LENGTH))


def written(code: str) -> str:
    """A code as it is shown: ABCD-EFGH-JKMN."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def read_code(typed: str) -> str:
    """A code as it was typed, without what people put between; empty for what is none."""
    plain = unicodedata.normalize("NFKC", typed).upper()
    code = "".join(sign for sign in plain if sign in SIGNS)
    return code if len(code) == LENGTH else ""


def mark_of(code: str) -> str:
    """By which the item of a code is found: the code itself is kept nowhere."""
    return blind_index(code, "follow")


def by_code(typed: str) -> Item | None:
    """The item behind a code, as the system sees it."""
    code = read_code(typed)
    if not code:
        return None
    with scoped(SYSTEM):
        return Item.objects.select_related("matter__premises").filter(follow_mark=mark_of(code)).first()


def counts_here(sort: str) -> bool:
    """Whether what is told here counts as received at once: an enquiry does; the rest where the law says so."""
    return sort in (Sort.ENQUIRY, Sort.SUGGESTION) or bool(rules.PORTAL_COUNTS.value(calendar.today(), True))


def tell(
    sort: Sort, told: dict[str, Any], photos: Sequence[Any] = (), premises: Premises | None = None
) -> tuple[Matter, str]:
    """Open what somebody tells; returns the matter and the code to follow it. `premises`: behind the door's own code.

    Raises BadFacts for what can't be used, BadPhotos for pictures.
    """
    _reachable(sort, told)
    code = new_code()
    own = premises.area if premises is not None else ""
    area = centre_of(own) or str(stack().setting("city"))
    if premises is not None:
        told = {**told, "said_name": premises.name[:200]}
    about = About(str(sort.label), area, premises.entity if premises is not None else None, premises)
    channel = Channel.DOOR if premises is not None else Channel.PORTAL
    with transaction.atomic(), scoped(SYSTEM):
        kept = {"sort": sort, "channel": channel, "follow_mark": mark_of(code)}
        if counts_here(sort):
            told, verb = {**told, "channel": channel}, "register"
        else:
            verb = "tell"
        matter = perform(flow_for(sort), verb, SYSTEM, about=about, by_field=kept, at=when.now(), **told)
        keep_photos({"photos": list(photos)}, matter, SYSTEM)
    return matter, code


def _reachable(sort: Sort, told: dict[str, Any]) -> None:
    """A complaint is nothing without somebody to speak to; a report may be anonymous (Order 121 art. 28)."""
    phone = str(told.get("phone", ""))
    if phone and not reading.phones(phone):
        raise BadFacts({"phone": [_("This is no telephone number. Write it like 13800138000 or 0533-2180099.")]})
    if sort == Sort.COMPLAINT and not phone:
        raise BadFacts({"phone": [_("Without a telephone number nobody can speak to you about your complaint.")]})


def add(item: Item, told: dict[str, Any], photos: Sequence[Any] = ()) -> None:
    """What the same person tells later. Raises StepError where it is too late, BadFacts, BadPhotos."""
    if (phone := str(told.get("phone") or "")) and not reading.phones(phone):
        raise BadFacts({"phone": [_("This is no telephone number. Write it like 13800138000 or 0533-2180099.")]})
    with transaction.atomic(), scoped(SYSTEM):
        matter = perform(item.matter, "add", SYSTEM, at=when.now(), **told)
        keep_photos({"photos": list(photos)}, matter, SYSTEM)


def ready_text(item: Item) -> str:
    """What is told, ready for the 12315 platform; our number in it lets its registration find this one."""
    where = item.matter.premises
    lines = [
        (_("Against"), item.said_name),
        (_("Address"), where.address if where is not None else item.said_address),
        (_("What happened"), str(item.text)),
        (_("Our number"), item.matter.number),
    ]
    return "\n".join(_("%(what)s: %(words)s") % {"what": what, "words": words} for what, words in lines if words)
