"""How an item stands, for whoever told it online: a sentence, what happened by its days, the answer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.evidence.models import File, LedgerEntry
from zhijian.kernel.matters.perform import why_not
from zhijian.kernel.packs import in_its_language, stack
from zhijian.programmes.complaints import rules, stationed, wording
from zhijian.programmes.complaints.models import Item

# What whoever told it reads of each state: the tone, what is the case, and what happens next.
STANDS: dict[str, tuple[str, str | Promise, str | Promise]] = {
    "told": (
        "act",
        gettext_lazy("It has arrived."),
        gettext_lazy("We register it and ring you where something is missing."),
    ),
    "received": ("act", gettext_lazy("It is registered."), gettext_lazy("It goes to the office in charge.")),
    "handling": ("act", gettext_lazy("It is being handled."), gettext_lazy("Somebody rings you where it is needed.")),
    "mediating": (
        "act",
        gettext_lazy("Your complaint is accepted."),
        gettext_lazy("We mediate between you and the shop."),
    ),
    "resting": ("wait", gettext_lazy("Mediation rests."), gettext_lazy("It goes on when what is waited for is there.")),
    "concluded": ("act", gettext_lazy("It is decided."), gettext_lazy("The answer is being written.")),
    "approving": ("act", gettext_lazy("It is decided."), gettext_lazy("The answer is being looked at once more.")),
    "answered": ("good", gettext_lazy("It is answered."), ""),
    "returned": (
        "warn",
        gettext_lazy("It is not for this bureau."),
        gettext_lazy("It went back to where it came from."),
    ),
    "not_taken": ("warn", gettext_lazy("It is not registered here."), ""),
}
# The steps that whoever told it is told of, in words for citizens; of the others he hears nothing.
HAPPENED: dict[str, str | Promise] = {
    "tell": gettext_lazy("You told it."),
    "register": gettext_lazy("You told it; it was registered."),
    "add": gettext_lazy("You added to it."),
    "take_in": gettext_lazy("It was registered."),
    "pass_on": gettext_lazy("It went to {office}."),
    "assign": gettext_lazy("Somebody is in charge of it."),
    "accept": gettext_lazy("Your complaint was accepted."),
    "refuse": gettext_lazy("Your complaint was not accepted."),
    "rest": gettext_lazy("Mediation rests."),
    "go_on": gettext_lazy("Mediation goes on."),
    "settle": gettext_lazy("You and the shop agreed."),
    "end": gettext_lazy("Mediation ended without an agreement."),
    "withdraw": gettext_lazy("It was taken back."),
    "decide": gettext_lazy("It was decided what follows from your report."),
    "approve": gettext_lazy("The answer was approved."),
    "reopen": gettext_lazy("It is being done again."),
    "give_back": gettext_lazy("It went back: it is not for this bureau."),
    "split": gettext_lazy("Part of it goes on by another law, under a number of its own."),
    "split_off": gettext_lazy("It goes on by the law that it belongs under."),
    "decline": gettext_lazy("It was not registered."),
    "hand_on": gettext_lazy("You said that you go another way."),
}
LINES = 60


def context_of(item: Item) -> dict[str, Any]:
    """What the page tells; to be called in the system's scope."""
    matter = item.matter
    tone, what, then = STANDS.get(matter.state, ("act", gettext_lazy("It is being handled."), ""))
    return {
        "tone": tone,
        "what": what,
        "then": then,
        "why": item.why if matter.state in ("not_taken", "returned") or item.result in ("refused", "withdrawn") else "",
        "ground": wording.ground_of(item) if matter.closed else "",
        "reply": str(item.reply or "") if matter.state == "answered" else "",
        "office": stack().organ(matter.area),
        "happened": happened(item),
        "adds": not why_not(matter, "add", SYSTEM),
        "lacks": lacks(item),
        "ends": matter.state == "told" or not why_not(matter, "withdraw", SYSTEM),
        "photos": File.objects.filter(matter=matter, kind=File.Kind.PHOTO, original=None, made_by=SYSTEM.label).count(),
        "by": _by(item),
        "station": stationed.shown(item),
    }


def lacks(item: Item) -> list[str | Promise]:
    """What acceptance of a complaint still needs (Order 121 art. 10): asked for here, never a reason to refuse."""
    if item.sort != "complaint":
        return []
    needed: list[tuple[Any, str | Promise]] = [
        (item.person, gettext_lazy("your true name")),
        (item.phone, gettext_lazy("your telephone")),
        (item.address, gettext_lazy("your address")),
        (item.claim, gettext_lazy("what you ask for")),
    ]
    return [label for value, label in needed if not value]


def _by(item: Item) -> dt.date | None:
    """By when it is registered, where that runs."""
    rows = item.matter.clocks.filter(rule=rules.PORTAL_WITHIN.name, stopped=None)  # type: ignore[attr-defined]
    return rows.values_list("due", flat=True).first()


def happened(item: Item) -> list[tuple[dt.datetime, str]]:
    """What happened, newest first, as far as it is his business."""
    kinds = [f"{item.matter.kind}.{verb}" for verb in HAPPENED]
    rows = LedgerEntry.objects.filter(matter=item.matter, kind__in=kinds).order_by("-seq")[:LINES]
    return [(timezone.localtime(one.at), _said(one.kind.split(".")[1], one.data)) for one in rows]


def _said(verb: str, data: Mapping[str, Any]) -> str:
    words = str(HAPPENED[verb])
    if "{office}" not in words:
        return words
    area = str(data.get("area", ""))
    return words.format(office=stack().organ(area).name if area in stack().areas else _("the office in charge"))


def in_words_of_the_place(words: str | Promise) -> str:
    """A sentence as it is kept, whoever reads it."""
    with in_its_language():
        return str(words)
