"""Making people, giving and ending posts, locking accounts; each is an entry in the ledger of the account."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.evidence import ledger

ledger.entry_kind("account.made", label=_("Account made for {name}"))
ledger.entry_kind("account.post_given", label=_("Post given: {role} at {area} from {since}"))
ledger.entry_kind("account.post_ended", label=_("Post ended: {role} at {area} on {until}"))
ledger.entry_kind("account.locked", label=_("Account locked"))
ledger.entry_kind("account.password_set", label=_("Password set by an administrator"))


def _note(kind: str, person: Person, actor: Actor, **data: str) -> None:
    ledger.record(kind, actor=actor, subject=f"account:{person.pk}", area=person.home_id or "", data=data)


def add(username: str, name: str, password: str, area: str, *, actor: Actor, certificate: str = "",
        certificate_until: dt.date | None = None) -> Person:  # fmt: skip
    """A new member of staff at `area`, without a post. Raises ValidationError for a weak password."""
    validate_password(password)
    person = Person.objects.create_user(
        username, name, password, home_id=area, certificate_no=certificate, certificate_until=certificate_until,
        name_key=" ".join(lazy_pinyin(name)),
    )  # fmt: skip
    _note("account.made", person, actor, name=name)
    return person


def give_post(person: Person, role: Role, area: str, since: dt.date, *, actor: Actor) -> Post:
    """From `since` on he is `role` at `area`."""
    post = Post.objects.create(person=person, role=role.value, jurisdiction_id=area, since=since)
    _note("account.post_given", person, actor, role=role.value, area=area, since=since.isoformat())
    return post


def end_posts(person: Person, day: dt.date, *, actor: Actor) -> int:
    """`day` is the last day of all his open posts; returns how many there were."""
    posts = list(person.posts.filter(until=None))
    for post in posts:
        post.until = max(day, post.since)
        post.save(update_fields=["until"])
        until = post.until.isoformat()
        _note("account.post_ended", person, actor, role=post.role, area=post.jurisdiction_id, until=until)
    return len(posts)


def lock(person: Person, *, actor: Actor) -> None:
    """He can't sign in any more; what he did stays his."""
    person.is_active = False
    person.save(update_fields=["is_active"])
    _note("account.locked", person, actor)


def set_password(person: Person, password: str, *, actor: Actor) -> None:
    """A new password, told to him by the administrator. Raises ValidationError for a weak one."""
    validate_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    _note("account.password_set", person, actor)
