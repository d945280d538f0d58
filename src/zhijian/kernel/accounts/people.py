"""Making people, giving and ending posts, locking accounts; each is an entry in the ledger of the account."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pypinyin import lazy_pinyin

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import ROLE_LABELS, Role
from zhijian.kernel.evidence import ledger
from zhijian.kernel.packs import stack

ledger.entry_kind("account.made", label=_("Account made for {name}"))


def _in_words(label: Any) -> Callable[[dict[str, Any]], str]:
    """A post's entry as it is shown: the role's name and the office's, not their codes."""

    def described(facts: dict[str, Any]) -> str:
        areas, role, area = stack().areas, str(facts.get("role", "")), str(facts.get("area", ""))
        told = {
            "role": ROLE_LABELS[Role(role)] if role in list(Role) else role,
            "area": areas[area].short or areas[area].name if area in areas else area,
        }
        return str(label).format_map({"since": "…", "until": "…", **facts, **told})

    return described


for code, label in {
    "account.post_given": _("Post given: {role} at {area} from {since}"),
    "account.post_lent": _("On loan: {role} at {area} from {since} to {until}"),
    "account.post_ended": _("Post ended: {role} at {area} on {until}"),
}.items():
    ledger.entry_kind(code, label=label, describe=_in_words(label))
ledger.entry_kind("account.certificate", label=_("Certificate {number}, good until {until}"), personal=("number",))
ledger.entry_kind("account.locked", label=_("Account locked"))
ledger.entry_kind("account.reopened", label=_("Account opened again"))
ledger.entry_kind("account.password_set", label=_("Password set by an administrator"))

# Why somebody can't be closed yet: a sentence from each room where something may hang on him ("" when nothing does).
Holds = Callable[[Person], str]
_holds: dict[Holds, str] = {}


def holds(why: Holds, code: str = "held") -> None:
    """Register what keeps a person from being closed; `code` tells pages the way out: "held" (handover), "leave"."""
    _holds[why] = code


# Why a post can't end while others of his go on: what lies at that office only, a sentence from each room.
Strands = Callable[[Person, Post, list[Post]], str]
_strands: list[Strands] = []


def strands(why: Strands) -> None:
    """Register what would be left without anybody when one of several posts ends: told the person, the post and those
    that go on."""
    if why not in _strands:
        _strands.append(why)


# What follows when something that somebody stands on changes: a post ends, a certificate is entered anew.
Follows = Callable[[Person, Actor], None]
_follows: list[Follows] = []


def follows(do: Follows) -> None:
    """Register what follows, in the same transaction, when a person's posts or certificate have become less."""
    if do not in _follows:
        _follows.append(do)


def _became_less(person: Person, actor: Actor) -> None:
    for do in _follows:
        do(person, actor)


def note(kind: str, person: Person, actor: Actor, data: dict[str, str], **personal: str) -> None:
    """An entry in the ledger of the person's account; `personal` values are sealed beside it."""
    subject = f"account:{person.pk}"
    ledger.record(kind, actor=actor, subject=subject, area=person.home_id or "", data=data, personal=personal)


USERNAME = re.compile(r"[\w.@-]+")
UNSEEN = frozenset({"Cc", "Cf", "Co", "Cs"})  # control characters, those that turn the writing, private ones


def check_username(username: str) -> None:
    """Raises ValidationError for one that looks like another's, or can't be typed again."""
    if not USERNAME.fullmatch(username):
        raise ValidationError(_now("Only letters, figures and . _ - @, without spaces."))
    if Person.objects.filter(username__iexact=Person.normalize_username(username)).exists():
        raise ValidationError(_now("There is an account of this name already."))


def check_name(name: str) -> None:
    """Raises ValidationError for signs that nobody sees: they turn the writing of whatever page names the person."""
    if any(unicodedata.category(one) in UNSEEN for one in name):
        raise ValidationError(_now("It holds characters that can't be seen. Type the name anew."))


def add(username: str, name: str, password: str | None, area: str, *, actor: Actor, certificate: str = "",
        certificate_until: dt.date | None = None) -> Person:  # fmt: skip
    """A new member of staff at `area`, without a post; without a password he can't sign in before he is given one.

    Raises ValidationError for a weak password.
    """
    if password is not None:
        validate_password(password)
    person = Person.objects.create_user(
        username, name, password, home_id=area, certificate_no=certificate, certificate_until=certificate_until,
        name_key=" ".join(lazy_pinyin(name)),
    )  # fmt: skip
    note("account.made", person, actor, {"name": name})
    return person


def give_post(person: Person, role: Role, area: str, since: dt.date, until: dt.date | None = None, *, actor: Actor,
              loan: bool = False) -> Post:  # fmt: skip
    """From `since` on (to `until`) he is `role` at `area`; on loan he keeps what he has. Raises ValidationError."""
    if until is not None and until < since:
        raise ValidationError(_now("A post ends on the day it begins at the earliest."))
    if loan and until is None:
        raise ValidationError(_now("A loan has an end: name the last day."))
    same = person.posts.filter(role=role.value, jurisdiction_id=area)
    if any(post.until is None or post.until >= since for post in same if until is None or post.since <= until):
        raise ValidationError(_now("He holds this post at that time already."))
    post = Post.objects.create(
        person=person, role=role.value, jurisdiction_id=area, since=since, until=until, loan=loan
    )
    told = {"role": role.value, "area": area, "since": since.isoformat()}
    if until is not None:
        told["until"] = until.isoformat()
    note("account.post_lent" if loan else "account.post_given", person, actor, told)
    return post


def end_post(post: Post, day: dt.date, *, actor: Actor, today: dt.date) -> None:
    """`day` is the post's last day. Raises ValidationError where something would hang on him that no post of his
    reaches any more: whatever it is when it is the last post, else what lies at that office only."""
    person = _locked(post.person)
    others = [other for other in person.posts.exclude(pk=post.pk) if other.until is None or other.until > today]
    if day <= today and others:
        _refuse((why, "held") for left in _strands if (why := left(person, post, others)))
    elif day <= today:
        _free(person)
    post.until = max(day, post.since)
    post.save(update_fields=["until"])
    _note_end(post, actor)
    _became_less(person, actor)


def end_posts(person: Person, day: dt.date, *, actor: Actor) -> int:
    """`day` is the last day of all his open posts; how many there were. Raises ValidationError while matters hang on
    him."""
    person = _locked(person)
    _free(person)
    posts = list(person.posts.filter(until=None))
    for post in posts:
        post.until = max(day, post.since)
        post.save(update_fields=["until"])
        _note_end(post, actor)
    _became_less(person, actor)
    return len(posts)


def _note_end(post: Post, actor: Actor) -> None:
    told = {"role": post.role, "area": post.jurisdiction_id, "until": post.until.isoformat() if post.until else ""}
    note("account.post_ended", post.person, actor, told)


def _locked(person: Person) -> Person:
    """The person's row, locked: whoever assigns something to him meanwhile waits (a foreign key locks it, too)."""
    return Person.objects.select_for_update(of=("self",)).get(pk=person.pk)


def _free(person: Person) -> None:
    """Nobody is closed while something hangs on him. Raises ValidationError with what it is."""
    _refuse((why, code) for hold, code in _holds.items() if (why := hold(person)))


def _refuse(whys: Iterable[tuple[str, str]]) -> None:
    errors = [ValidationError(why, code=code) for why, code in whys]
    if errors:
        raise ValidationError(errors)


def lock(person: Person, *, actor: Actor) -> None:
    """He can't sign in any more; what he did stays his. Raises ValidationError while something hangs on him."""
    person = _locked(person)
    _free(person)
    person.is_active = False
    person.save(update_fields=["is_active"])
    note("account.locked", person, actor, {})


def reopen(person: Person, *, actor: Actor) -> None:
    """He can sign in again."""
    person.is_active = True
    person.save(update_fields=["is_active"])
    note("account.reopened", person, actor, {})


def certify(person: Person, number: str, until: dt.date | None, *, actor: Actor) -> None:
    """His law-enforcement certificate: its number, which is sealed beside the ledger, and its last day."""
    person.certificate_no, person.certificate_until = number, until if number else None
    person.save(update_fields=["certificate_no", "certificate_until"])
    last = person.certificate_until.isoformat() if person.certificate_until else "—"
    note("account.certificate", person, actor, {"until": last}, number=number or "—")
    _became_less(person, actor)


def set_password(person: Person, password: str, *, actor: Actor) -> None:
    """A new password, told to him by the administrator. Raises ValidationError for a weak one."""
    validate_password(password, person)
    person.set_password(password)
    person.save(update_fields=["password"])
    note("account.password_set", person, actor, {})
