"""The one who acts: a member of staff with posts, an enterprise, the system itself, or the public."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from zhijian.kernel.accounts.roles import READING_ROLES, Role

if TYPE_CHECKING:
    from zhijian.kernel.accounts.models import Person
    from zhijian.kernel.registry.models import Entity

Range = tuple[str, str]
EVERYWHERE: Range = ("", "~")


def subtree(area: str) -> Range:
    """The range of area codes below `area`, itself included, in collation "C" (no code holds a character above '}')."""
    return (area, area + "~")


@dataclass(frozen=True)
class PostFact:
    """A post as it counts for one request: the role, where, and until when."""

    role: Role
    area: str
    until: dt.date | None = None


@dataclass(frozen=True)
class Absent:
    """Somebody on leave, for whom the actor stands in today."""

    person_id: int
    name: str
    until: dt.date


@dataclass(frozen=True)
class Actor:
    """Who acts, with everything that decides what he may see and do. Immutable; made anew for each request or job."""

    kind: Literal["staff", "party", "system", "public"]
    name: str
    person_id: int | None = None
    posts: tuple[PostFact, ...] = ()
    entity_id: int | None = None
    device: str | None = None
    certificate: str = ""
    certificate_until: dt.date | None = None
    absent: tuple[Absent, ...] = ()
    extra: dict = field(default_factory=dict, compare=False)

    def scopes(self, roles: Collection[Role] = READING_ROLES) -> list[Range]:
        """The ranges of areas in which he holds one of the roles (default: those that read rows), merged, sorted."""
        if self.kind == "system":
            return [EVERYWHERE]
        ranges = sorted({subtree(p.area) for p in self.posts if p.role in roles})
        merged: list[Range] = []
        for low, high in ranges:
            if merged and low < merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        return merged

    def within(self, area: str) -> Actor:
        """The same person with only what his posts give him of `area`: one range to ask the database for, not many."""
        low, high = subtree(area)
        met = (replace(p, area=area) if p.area <= area < subtree(p.area)[1] else p for p in self.posts)
        return replace(self, posts=tuple(p for p in met if low <= p.area < high))

    def roles_at(self, area: str | None = None) -> set[Role]:
        """The roles that he holds for `area` (anywhere, when None)."""
        return {p.role for p in self.posts if area is None or p.area <= area < subtree(p.area)[1]}

    def has(self, role: Role, area: str | None = None) -> bool:
        """Whether he holds `role`, for `area` when one is given."""
        return role in self.roles_at(area)

    def can_read(self, area: str) -> bool:
        """Whether rows of `area` are in his scope."""
        return any(low <= area < high for low, high in self.scopes())

    @property
    def hands(self) -> tuple[int, ...]:
        """Whose matters are in his hands today, by person: his own, and those of whom he stands in for."""
        own = () if self.person_id is None else (self.person_id,)
        return (*own, *(one.person_id for one in self.absent))

    def stands_for(self, *holders: int | None) -> Absent | None:
        """For whom he acts in a matter that `holders` hold, the one in charge first; None where it is his own, or
        nobody's who is away. Who is the second officer and stands in for the first acts for the first."""
        away = {one.person_id: one for one in self.absent}
        for holder in holders:
            if holder is not None and (holder == self.person_id or holder in away):
                return away.get(holder)
        return None

    @property
    def reads_only(self) -> bool:
        """Whether he is an auditor and nothing else: he reads what is needed and changes nothing."""
        return bool(self.posts) and all(post.role == Role.AUDITOR for post in self.posts)

    @property
    def looks_on(self) -> bool:
        """Whether he does nothing to many matters at once, whatever he may look at: auditors, and helpers."""
        return bool(self.posts) and all(post.role in (Role.AUDITOR, Role.HELPER) for post in self.posts)

    @property
    def partner_only(self) -> bool:
        """Whether he is a partner department's and nothing else: he sees what waits for its step, and no register."""
        return bool(self.posts) and all(post.role == Role.PARTNER for post in self.posts)

    @property
    def label(self) -> str:
        """How the ledger names him: stable, without personal data of an enterprise's staff."""
        if self.kind == "staff":
            return f"person:{self.person_id}"
        if self.kind == "party":
            return f"entity:{self.entity_id}"
        return self.kind


SYSTEM = Actor(kind="system", name="system")
PUBLIC = Actor(kind="public", name="public")


def prompted_by(actor: Actor) -> Actor:
    """The system, doing what follows from somebody's decision: the ledger names him beside it."""
    return replace(SYSTEM, extra={"prompted_by": actor.name}) if actor.kind == "staff" else SYSTEM


def actor_of(person: Person, day: dt.date | None = None, device: str | None = None) -> Actor:
    """The actor that `person` is on `day` (today when None), by the posts in force then."""
    from zhijian.kernel.clock.calendar import today

    day = day or today()
    posts = tuple(
        PostFact(Role(p.role), p.jurisdiction_id, p.until)
        for p in person.posts.all()
        if p.since <= day and (p.until is None or day <= p.until)
    )
    away = person.standing_in.between(day, day).select_related("person")
    return Actor(
        kind="staff",
        name=person.name,
        person_id=person.pk,
        posts=posts if person.is_active else (),
        device=device,
        certificate=person.certificate_no,
        certificate_until=person.certificate_until,
        absent=tuple(Absent(leave.person_id, leave.person.name, leave.until) for leave in away) if posts else (),
    )


def party_of(entity: Entity, name: str = "", through: str = "") -> Actor:
    """An enterprise acting in its own matters, by link or by account; `through` which number, masked."""
    extra = {"through": through} if through else {}
    return Actor(kind="party", name=name or entity.name, entity_id=entity.pk, extra=extra)
