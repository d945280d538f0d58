"""Handover: all that hangs on one person goes to another in one act, which giver (or head) and successor confirm."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Handover, Person
from zhijian.kernel.accounts.people import holds, note
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters import handing
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import PEOPLE, notice_template
from zhijian.kernel.people import keeping, kept, standing
from zhijian.kernel.words import listed

for code, words in {
    "handover.proposed": gettext_lazy("Handover from {giver} to {successor} proposed and confirmed by {by}"),
    "handover.confirmed": gettext_lazy("Handover from {giver} to {successor} confirmed by {successor}; it went over"),
    "handover.agreed": gettext_lazy("Handover from {giver} to {successor} confirmed by {giver}"),
    "handover.withdrawn": gettext_lazy("Handover from {giver} to {successor} withdrawn by {by}"),
}.items():
    ledger.entry_kind(code, label=words)
notice_template(
    "handover.proposed",
    title=gettext_lazy("{giver} hands over to you"),
    text=gettext_lazy("Look at what it is and confirm; until then everything stays with {giver}."),
    kind=PEOPLE,
)
notice_template(
    "handover.asked",
    title=gettext_lazy("You are to hand over to {successor}"),
    text=gettext_lazy("Look at what it is and confirm; until {successor} has confirmed, too, everything stays yours."),
    kind=PEOPLE,
)
notice_template(
    "handover.confirmed",
    title=gettext_lazy("{successor} has taken over"),
    text=gettext_lazy(
        "What hung on {giver} is with {successor} now; the page of the handover says what stays, and which"
        " matters have one officer only."
    ),
    kind=PEOPLE,
)


def open_of(giver: Person) -> Handover | None:
    """The handover of that person that waits to be confirmed."""
    rows = Handover.objects.select_related("giver", "successor", "proposed_by")
    return rows.filter(giver=giver, confirmed_at=None, withdrawn_at=None).first()


def waiting_for(actor: Actor) -> int:
    """How many handovers wait for his confirmation: as giver, then as successor."""
    giver = Q(giver=actor.person_id, agreed_at=None)
    successor = Q(successor=actor.person_id, agreed_at__isnull=False)
    rows = Handover.objects.filter(giver | successor, confirmed_at=None, withdrawn_at=None)
    return rows[: keeping.COUNTED].count()


def propose(giver: Person, successor: Person, *, by: Person, actor: Actor, alone: bool = False) -> Handover:
    """The giver hands over, and the successor is told; or his head proposes it, and the giver is told first.

    `alone`: the giver can't confirm himself, and his head does it for him. Raises ValidationError with what is wrong.
    """
    with scoped(SYSTEM):
        _check(giver, successor)
        agreed = timezone.now() if alone or by.pk == giver.pk else None
        try:
            with transaction.atomic():
                made = Handover.objects.create(giver=giver, successor=successor, proposed_by=by, agreed_at=agreed,
                                               alone=alone and by.pk != giver.pk)  # fmt: skip
        except IntegrityError:
            raise ValidationError(_("A handover of %(name)s waits already.") % {"name": giver.name}) from None
        _note("handover.proposed", made, actor)
        _tell(made, actor)
        return made


def _tell(made: Handover, actor: Actor) -> None:
    """Whoever is to confirm it now."""
    who, template = (
        (made.successor, "handover.proposed") if made.agreed_at is not None else (made.giver, "handover.asked")
    )
    told = {"giver": made.giver.name, "successor": made.successor.name}
    tell(who, matter=None, template=template, data=told, actor=actor, dedupe=f"{template}:{made.pk}")


def agree(made: Handover, *, actor: Actor) -> Handover:
    """The giver confirms what his head proposed; the successor is told. Raises ValidationError when it can't be."""
    with scoped(SYSTEM):
        rows = Handover.objects.select_related("giver", "successor", "proposed_by")
        made = rows.select_for_update(of=("self",)).get(pk=made.pk)
        if actor.person_id != made.giver_id:
            raise ValidationError(_("Only %(name)s can confirm this.") % {"name": made.giver.name})
        if made.agreed_at is not None or made.confirmed_at is not None or made.withdrawn_at is not None:
            raise ValidationError(_("This handover is done or withdrawn already, or confirmed by you."))
        made.agreed_at = timezone.now()
        made.save(update_fields=["agreed_at"])
        _note("handover.agreed", made, actor)
        _tell(made, actor)
        return made


def _check(giver: Person, successor: Person) -> None:
    areas = standing.areas_of(giver)
    wrong = standing.lacks(giver, successor, areas=areas)
    if far := standing.out_of_reach(successor, areas):
        told = {"name": successor.name, "areas": listed(far)}
        wrong.append(_("%(name)s holds no post for %(areas)s, where open matters lie.") % told)
    wrong = wrong or standing.gone_by_then(giver, successor)
    if wrong and len(areas) > 1:
        wrong.append(_("Give what lies at one of the offices to somebody there first: choose it in its list."))
    if wrong:
        raise ValidationError(wrong)


def _between_reading_and_giving() -> None:
    """Nothing; tests of the race wait here."""


def confirm(made: Handover, *, actor: Actor, locked: bool = True) -> Handover:
    """The successor confirms: everything goes over now, in one transaction. Raises ValidationError when it can't.

    What was closed since the proposal stays as it is; what came since goes over, too. `locked` False shows what
    happens without the lock; only a test asks for it.
    """
    at = timezone.now()
    with scoped(SYSTEM):
        rows = Handover.objects.select_related("giver", "successor", "proposed_by")
        made = (rows.select_for_update(of=("self",)) if locked else rows).get(pk=made.pk)
        if actor.person_id != made.successor_id:
            raise ValidationError(_("Only %(name)s can confirm this.") % {"name": made.successor.name})
        if made.confirmed_at is not None or made.withdrawn_at is not None:
            raise ValidationError(_("This handover is done or withdrawn already."))
        if made.agreed_at is None:
            raise ValidationError(_("%(name)s has not confirmed it yet.") % {"name": made.giver.name})
        _check(made.giver, made.successor)
        _between_reading_and_giving()
        alone = list(handing.left_alone(made.giver, made.successor).values_list("pk", flat=True))
        given = {one.code: one.give(made.giver, made.successor, actor, at) for one in keeping.keepings()}
        made.given, made.confirmed_at = {code: n for code, n in given.items() if n}, at
        made.single = list(Matter.objects.filter(pk__in=alone, closed=None, second=None).values_list("pk", flat=True))
        made.left = {one.code: n for one in keeping.keepings() if (n := one.count(made.giver))}
        made.save(update_fields=["given", "single", "left", "confirmed_at"])
        _note("handover.confirmed", made, actor)
        told = {"giver": made.giver.name, "successor": made.successor.name}
        for one in {made.giver, made.proposed_by}:
            tell(
                one, matter=None, template="handover.confirmed", data=told, actor=actor,
                dedupe=f"handover-done:{made.pk}",
            )  # fmt: skip
        return made


def withdraw(made: Handover, *, actor: Actor) -> None:
    """It does not take place. Raises ValidationError when it has, or is withdrawn already."""
    with scoped(SYSTEM):
        made = Handover.objects.select_for_update(of=("self",)).get(pk=made.pk)
        if made.confirmed_at is not None or made.withdrawn_at is not None:
            raise ValidationError(_("This handover is done or withdrawn already."))
        made.withdrawn_at = timezone.now()
        made.save(update_fields=["withdrawn_at"])
        _note("handover.withdrawn", made, actor)


def _note(kind: str, made: Handover, actor: Actor) -> None:
    """An entry in the ledgers of both, with both names."""
    told = {"giver": made.giver.name, "successor": made.successor.name, "by": actor.name, "handover": str(made.uid)}
    for one in (made.giver, made.successor):
        note(kind, one, actor, told | {code: str(n) for code, n in made.given.items()})


def _matters_hang(person: Person) -> str:
    """Nobody is closed while matters are open on him."""
    with scoped(SYSTEM):
        n = kept.count_matters(person)
    if not n:
        return ""
    shown = f"{keeping.COUNTED:,}+" if n > keeping.COUNTED else f"{n:,}"
    words = ngettext(
        "%(n)s open matter hangs on %(name)s: hand it over first.",
        "%(n)s open matters hang on %(name)s: hand them over first.",
        n,
    )
    return words % {"n": shown, "name": person.name}


holds(_matters_hang)
