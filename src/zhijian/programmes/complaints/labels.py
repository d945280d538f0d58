"""A platform's own word for a category that the pack does not know: queued, and mapped once for the whole city."""

from __future__ import annotations

from django.db.models import Count, F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.evidence import ledger
from zhijian.kernel.packs import stack
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.models import Item, Label, Trace

MAPPED = ledger.entry_kind(
    "complaints.label_mapped",
    label=gettext_lazy("The platform's word “{text}” means here: {code}; proposed for {n} open items"),
    says={"code": lambda facts: categories.name_of(facts.get("code", ""))},
)


def may_map(actor: Actor) -> bool:
    """What a platform's word means holds for the whole city: only its own dispatchers say it."""
    return actor.kind == "staff" and Role.DISPATCHER in actor.roles_at(str(stack().setting("city")))


def _open_items(one: Label) -> QuerySet[Item]:
    kinds = [kind for kind, of in categories.LIST_OF.items() if of == one.of]
    return Item.objects.filter(
        matter__closed=None, matter__kind__in=kinds, channel=one.channel, said_category=one.text, category=""
    )


def waiting_of(labels: list[Label]) -> dict[tuple[str, str, str], int]:
    """How many open items wait under each word. One query."""
    rows = Item.objects.filter(
        matter__closed=None, matter__kind__in=categories.LIST_OF, said_category__in=[one.text for one in labels],
        category="",
    )  # fmt: skip
    counts = rows.values("channel", "said_category", kind=F("matter__kind")).annotate(n=Count("pk"))
    return {(one["channel"], categories.LIST_OF[one["kind"]], one["said_category"]): one["n"] for one in counts}


def say(one: Label, code: str, actor: Actor) -> int:
    """What the word means here from now on; all that waits with it takes the proposal. Returns how many."""
    one.code, one.mapped_by_id, one.mapped_at = code, actor.person_id, timezone.now()
    one.save(update_fields=["code", "mapped_by", "mapped_at"])
    n = Trace.objects.filter(matter__in=_open_items(one).values("matter")).update(proposed=code, by=Trace.By.LABEL)
    ledger.record(
        MAPPED.code, actor=actor, subject=f"label:{one.pk}", area=str(stack().setting("city")),
        data={"text": one.text, "code": code, "n": n},
    )  # fmt: skip
    return n


def unmapped(actor: Actor, most: int) -> int:
    """How many wait for this person, counted no further than `most`."""
    return Label.objects.filter(code="")[:most].count() if may_map(actor) else 0
