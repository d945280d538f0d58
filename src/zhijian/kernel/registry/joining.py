"""Merging two files of one enterprise, splitting one that was two, and the way back.

Whatever points at the merged row goes over (`links`). The ledger is never rewritten: its entries stay with the row
under which they happened, and the kept file shows both chains.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import IntegrityError, OperationalError, connection, models, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.words import listed

from . import entries
from .links import Link, links
from .models import Entity, EntityJoin, Licence, Premises, PremisesStatus

JOINERS = frozenset({Role.CLERK, Role.HEAD, Role.ADMIN})
READERS = JOINERS | {Role.AUDITOR}
MERGE_LOCK = 0x5A4A_0001  # the imports' own: a merge and an import would move the same rows
PATIENCE = "4s"  # for an import that is writing


class NotPossible(Exception):
    """Why it cannot be done, in words for the person. `forbidden`: somebody else could."""

    def __init__(self, message: str, forbidden: bool = False) -> None:
        super().__init__(message)
        self.message, self.forbidden = message, forbidden


class Changed(Exception):
    """The files are not what the person saw when he decided."""


# -- whose it is ----------------------------------------------------------------------------------------------------


class File:
    """An enterprise's file: the rows that it stands for, and what was merged into it and split from it."""

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        light = ("grams", "fold", "initials", "extra")
        self.merged = list(Entity.objects.filter(merged_into=entity).defer(*light).order_by("pk"))
        either = Q(kept=entity) | Q(other=entity)
        both = [f"{side}__{name}" for side in ("kept", "other") for name in light]
        self.joins = list(EntityJoin.objects.filter(either).select_related("kept", "other").defer(*both))

    @property
    def pks(self) -> list[int]:
        """The numbers under which it stands."""
        return [self.entity.pk, *[one.pk for one in self.merged]]

    def entries(self) -> QuerySet[LedgerEntry]:
        """Its ledger entries: both chains of merged rows; of a split one, those of its own matters only."""
        twice = Q(entity__in=[one.pk for one in self.merged], data__kept=str(self.entity.uid), kind="registry.merged")
        rows = LedgerEntry.objects.filter(entity__in=self.pks).exclude(twice)  # a merge stands in both chains
        label = "matters.Matter.entity"
        touched = {pk for one in self.joins for change in one.moved if change["link"] == label for pk in change["ids"]}
        if not touched:
            return rows
        mine = set(Matter.objects.filter(pk__in=touched, entity=self.entity).values_list("pk", flat=True))
        own = Q(entity__in=self.pks) & ~Q(matter__in=touched - mine) & ~twice
        return LedgerEntry.objects.filter(own | Q(matter__in=mine))


# -- what would go over -----------------------------------------------------------------------------------------------


def counts(entity: Entity) -> dict[str, int]:
    """How many rows of each moving link the entity's file has."""
    with scoped(SYSTEM):
        found = {one.label: one.rows(**{one.field: entity.pk}).count() for one in links(Entity)}
    return {label: n for label, n in found.items() if n}


def fingerprint(*files: Entity) -> str:
    """Says whether files are still what somebody saw: their rows and what points at them."""
    seen = [
        [one.pk, one.merged_into_id, one.name, one.scheme, one.code, one.status, sorted(counts(one).items())]
        for one in sorted(files, key=lambda one: one.pk)
    ]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False).encode()).hexdigest()[:32]


def areas_of(*files: Entity) -> set[str]:
    """The areas that a merge or a split of these files touches."""
    with scoped(SYSTEM):
        found = {one.area for one in files}
        found |= set(Premises.objects.filter(entity__in=files).values_list("area", flat=True).distinct())
        found |= set(Matter.objects.filter(entity__in=files).values_list("area", flat=True).distinct())
    return {area or stack().setting("city") for area in found}


def check_may(actor: Actor, *files: Entity) -> None:
    """Raises NotPossible when part of a file belongs to an office for which the actor does not answer."""
    if actor.kind == "system":
        return
    foreign = sorted(area for area in areas_of(*files) if not actor.roles_at(area) & JOINERS)
    if foreign:
        names = listed(stack().areas[a].name if a in stack().areas else a for a in foreign[:3])
        raise NotPossible(
            _("Part of these files belongs to {areas}. Ask the bureau above, whose posts cover all of it.").format(
                areas=names
            ),
            forbidden=True,
        )


def same_places(kept: Entity, other: Entity) -> list[tuple[Premises, Premises]]:
    """Pairs of places (kept, other) with the same sign and the same address, written in whatever way."""
    from .text import fold

    def key(place: Premises) -> tuple[str, str]:
        return place.fold, fold(place.address)

    standing = Premises.objects.filter(merged_into=None).defer("grams", "initials").order_by("pk")
    mine = {key(place): place for place in standing.filter(entity=kept)[:1_000]}
    return [(mine[key(p)], p) for p in standing.filter(entity=other)[:1_000] if key(p) in mine and p.fold]


# -- doing it ---------------------------------------------------------------------------------------------------------


@dataclass
class _Mover:
    """Changes columns of rows and writes down what it did, so that it can be undone."""

    moved: list[dict[str, Any]] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)

    def set(self, link: Link, old: Any, new: Any, ids: Collection[Any] | None = None) -> None:
        """Set the column to `new` where it is `old` (of `ids` only). What a unique key forbids stays where it is."""
        rows = link.rows(**{link.field: old})
        wanted = list((rows if ids is None else rows.filter(pk__in=ids)).order_by("pk").values_list("pk", flat=True))
        done = self._update(link, old, new, wanted) if wanted else []
        if done:
            shown = [pk if isinstance(pk, int) else str(pk) for pk in done]
            self.moved.append({"link": link.label, "from": old, "to": new, "ids": shown})
        if len(done) < len(wanted):
            self.left[link.label] = self.left.get(link.label, 0) + len(wanted) - len(done)

    def _update(self, link: Link, old: Any, new: Any, ids: list[Any]) -> list[Any]:
        def update(some: list[Any]) -> None:
            link.rows(pk__in=some, **{link.field: old}).update(**{link.field: new})

        try:
            with transaction.atomic():
                update(ids)
            return ids
        except IntegrityError:
            done = []
            for pk in ids:
                try:
                    with transaction.atomic():
                        update([pk])
                    done.append(pk)
                except IntegrityError:
                    continue
            return done

    def point(self, target: type[models.Model], old: int, new: int) -> None:
        """Everything that points at `old` points at `new`."""
        for link in links(target):
            self.set(link, old, new)


@contextmanager
def _turn(*pks: int) -> Iterator[dict[int, Entity]]:
    """The rows, locked, when it is our turn: after running imports and other merges, and after steps on their matters.

    Matters before entities, each by number: a step locks its matter first and touches the entity afterwards.
    """
    try:
        with scoped(SYSTEM), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [PATIENCE])
            _take_locks(cursor, pks)
            yield {one.pk: one for one in Entity.objects.filter(pk__in=pks)}
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") not in ("55P03", "40P01"):
            raise
        raise NotPossible(
            _("An import or somebody's step is writing to these files just now. Nothing was changed; try again.")
        ) from error


def _take_locks(cursor: Any, pks: Sequence[int]) -> None:
    cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGE_LOCK])
    cursor.execute("SELECT id FROM matters_matter WHERE entity_id = ANY(%s) ORDER BY id FOR UPDATE", [list(pks)])
    cursor.execute("SELECT id FROM registry_entity WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(pks)])


def merge(
    kept: Entity, other: Entity, actor: Actor, *, seen: str, reason: str = "", places: Collection[int] = ()
) -> EntityJoin:
    """Make one file of two: `other` leads to `kept` from now on, and all that pointed at it points at `kept`.

    `seen` is the fingerprint of what was decided on; `places` are those of `same_places` (the other's numbers) that are
    one and the same. Raises Changed, NotPossible.
    """
    if kept.pk == other.pk:
        raise NotPossible(_("That is one and the same file."))
    with _turn(kept.pk, other.pk) as rows:
        kept, other = rows[kept.pk], rows[other.pk]
        if kept.merged_into_id or other.merged_into_id or seen != fingerprint(kept, other):
            raise Changed
        check_may(actor, kept, other)
        pairs = [(mine, theirs) for mine, theirs in same_places(kept, other) if theirs.pk in places]
        mover = _Mover()
        mover.point(Entity, other.pk, kept.pk)
        for mine, theirs in pairs:
            mover.point(Premises, theirs.pk, mine.pk)
            mover.set(Link(Premises, "merged_into"), None, mine.pk, [theirs.pk])
            mover.set(Link(Premises, "status"), theirs.status, str(PremisesStatus.CLOSED), [theirs.pk])
        mover.set(Link(Entity, "merged_into"), None, kept.pk, [other.pk])
        return _write(str(EntityJoin.Kind.MERGE), kept, other, mover, actor, reason)


@dataclass(frozen=True)
class Chosen:
    """What goes over in a split, by numbers."""

    premises: frozenset[int] = frozenset()
    licences: frozenset[int] = frozenset()
    matters: frozenset[int] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.premises or self.licences or self.matters)

    def whole(self, entity: Entity) -> Chosen:
        """With what belongs to it: licences and matters of the places, children of the matters."""
        matter = Matter.objects.filter(entity=entity)
        mine = Premises.objects.filter(entity=entity, pk__in=self.premises)
        premises = set(mine.values_list("pk", flat=True))
        premises |= set(Premises.objects.filter(merged_into__in=premises).values_list("pk", flat=True))
        licences = Licence.objects.filter(Q(pk__in=self.licences) | Q(premises__in=premises), entity=entity)
        found = set(matter.filter(Q(pk__in=self.matters) | Q(premises__in=premises)).values_list("pk", flat=True))
        level = found
        while level:
            level = set(matter.filter(parent__in=level).values_list("pk", flat=True)) - found
            found |= level
        return Chosen(frozenset(premises), frozenset(licences.values_list("pk", flat=True)), frozenset(found))


def split(entity: Entity, target: Entity, chosen: Chosen, actor: Actor, *, seen: str, reason: str = "") -> EntityJoin:
    """Give what was chosen, with its papers, files, notices and links, to `target` (saved: a new or another entity).

    Raises Changed, NotPossible.
    """
    if entity.pk == target.pk:
        raise NotPossible(_("That is one and the same file."))
    with _turn(entity.pk, target.pk) as rows:
        entity, target = rows[entity.pk], rows[target.pk]
        if entity.merged_into_id or target.merged_into_id or seen != fingerprint(entity):
            raise Changed
        check_may(actor, entity, target)
        whole = chosen.whole(entity)
        if not whole:
            raise NotPossible(_("Choose what goes over: at least one place, licence or matter."))
        mover = _Mover()
        for link in links(Entity):
            ids = _belonging(link, entity, whole)
            if ids:
                mover.set(link, entity.pk, target.pk, ids)
        mover.set(Link(Premises, "placed"), False, True, whole.premises)
        mover.set(Link(Licence, "placed"), False, True, whole.licences)
        return _write(str(EntityJoin.Kind.SPLIT), entity, target, mover, actor, reason)


def belonging(entity: Entity, chosen: Chosen) -> dict[str, int]:
    """How many rows of each link would go over with what was chosen."""
    with scoped(SYSTEM):
        whole = chosen.whole(entity)
        found = {link.label: len(_belonging(link, entity, whole)) for link in links(Entity)}
    return {label: n for label, n in found.items() if n}


def _belonging(link: Link, entity: Entity, chosen: Chosen) -> list[Any]:
    """The rows of a link that belong to what was chosen: by themselves, or by a foreign key to it."""
    own = {"registry.Premises": chosen.premises, "registry.Licence": chosen.licences, "matters.Matter": chosen.matters}
    if link.model._meta.label in own:
        return list(own[link.model._meta.label])
    where = Q(pk__in=[])
    for one in link.model._meta.concrete_fields:
        if one.related_model is not None and one.related_model._meta.label in own:  # type: ignore[union-attr]
            where |= Q(**{f"{one.name}__in": own[one.related_model._meta.label]})  # type: ignore[union-attr]
        elif one.name == "matter_uid":
            uids = Matter.objects.filter(pk__in=chosen.matters).values("uid")
            where |= Q(matter_uid__in=uids)
    return list(link.rows(**{link.field: entity.pk}).filter(where).values_list("pk", flat=True))


def _write(kind: str, kept: Entity, other: Entity, mover: _Mover, actor: Actor, reason: str) -> EntityJoin:
    made = EntityJoin.objects.create(
        kind=kind, kept=kept, other=other, reason=reason[:300], moved=mover.moved, left=mover.left,
        by_id=actor.person_id, by_name=actor.name,
    )  # fmt: skip
    _enter(entries.MERGED if kind == EntityJoin.Kind.MERGE else entries.SPLIT, made, actor, {"reason": made.reason})
    return made


def _enter(kind: ledger.EntryKind, join: EntityJoin, actor: Actor, more: dict[str, Any]) -> None:
    """Into the chains of both: what went over, from which to which."""
    told: dict[str, int] = {}
    for change in join.moved:
        told[change["link"]] = told.get(change["link"], 0) + len(change["ids"])
    facts = {"join": str(join.uid), "kept": str(join.kept.uid), "other": str(join.other.uid), "moved": told}
    facts |= {"kept_name": join.kept.name, "other_name": join.other.name, **more}
    for one in sorted((join.kept, join.other), key=lambda one: one.pk):
        ledger.record(
            kind.code, actor=actor, subject=f"entity:{one.pk}", entity_id=one.pk,
            area=one.area or stack().setting("city"), data=facts,
        )  # fmt: skip


def why_not_back(join: EntityJoin) -> str:
    """Why a merge or split can't be taken back; empty when it can."""
    if join.undone_at:
        return _("It was taken back already.")
    other = join.kept if join.kind == EntityJoin.Kind.MERGE else join.other
    if other.merged_into_id:
        return _("The file has since been merged into another one: take that back first.")
    return ""


def take_back(join: EntityJoin, actor: Actor) -> EntityJoin:
    """The way back: what went over returns, as far as it is still where it was put. What came since stays.

    Raises NotPossible.
    """
    with _turn(join.kept_id, join.other_id) as rows:
        join = EntityJoin.objects.select_related("kept", "other").select_for_update(of=("self",)).get(pk=join.pk)
        check_may(actor, *rows.values())
        if shut := why_not_back(join):
            raise NotPossible(shut)
        mover = _Mover()
        for change in reversed(join.moved):
            label, column = change["link"].rsplit(".", 1)
            mover.set(Link(apps.get_model(label), column), change["to"], change["from"], change["ids"])
        join.undone_at, join.undone_by = timezone.now(), actor.name
        join.save(update_fields=["undone_at", "undone_by"])
        _enter(entries.TAKEN_BACK, join, actor, {"what": join.kind})
        return join


def follow() -> int:
    """Move what came to a merged row after its merge: by an old phone, or by whoever was writing. Returns how many.

    Foreign keys are looked at when a transaction commits, so the merge's locks do not see who is about to.
    It is added to the merge's own record, so that it goes back with the rest.
    """
    total = 0
    with scoped(SYSTEM), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [MERGE_LOCK])
        for target in (Entity, Premises):
            merged = dict(target.objects.exclude(merged_into=None).values_list("pk", "merged_into_id"))
            for link in links(target) if merged else []:
                late = link.rows(**{f"{link.field}__in": list(merged)}).values_list(link.field, flat=True)
                for old in set(late):
                    total += _follow(link, target, old, merged[old])
    return total


def _follow(link: Link, target: type[models.Model], old: int, new: int) -> int:
    mover = _Mover()
    mover.set(link, old, new)
    by = [{"link": f"{target._meta.label}.merged_into", "ids": [old]}]
    join = EntityJoin.objects.filter(kind=EntityJoin.Kind.MERGE, undone_at=None, moved__contains=by).last()
    if join is not None and mover.moved:
        join.moved = mover.moved + join.moved  # undone last: the row itself has gone back by then
        join.save(update_fields=["moved"])
    return sum(len(change["ids"]) for change in mover.moved)
