"""A person's calendar for his own calendar program: iCalendar (RFC 5545) under a secret address that can be revoked."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from icalendar import Calendar, Event

from zhijian.kernel.accounts.actor import Actor, actor_of
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.people import note
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.appointments import agenda
from zhijian.kernel.appointments.models import Feed
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger

BACK, AHEAD = dt.timedelta(days=31), dt.timedelta(days=184)
MOST = 40  # lines of a day
KEPT = 5  # addresses of one person

MADE = ledger.entry_kind("calendar.feed_made", label=gettext_lazy("Secret calendar address made"))
REVOKED = ledger.entry_kind("calendar.feed_revoked", label=gettext_lazy("Secret calendar address revoked"))


def _digest(token: str) -> str:
    return hashlib.sha256(f"calendar:{token}".encode()).hexdigest()


def feeds_of(person: Person) -> list[Feed]:
    """The addresses that still work, the newest first."""
    return list(Feed.objects.filter(person=person, revoked_at=None).order_by("-pk"))


def make(person: Person, actor: Actor) -> str:
    """A new secret address (160 bits); shown once. Of too many the oldest is revoked."""
    token = secrets.token_urlsafe(20)
    Feed.objects.create(person=person, digest=_digest(token))
    note(MADE.code, person, actor, {})
    for old in feeds_of(person)[KEPT:]:
        revoke(old, actor)
    return token


def revoke(feed: Feed, actor: Actor) -> None:
    """From now on the address is not there."""
    if feed.revoked_at is None:
        feed.revoked_at = timezone.now()
        feed.save(update_fields=["revoked_at"])
        note(REVOKED.code, feed.person, actor, {})


def person_of(token: str) -> Person | None:
    """Whose calendar it is; None for an address that never was one, was revoked, or whose person is locked."""
    rows = Feed.objects.filter(digest=_digest(token), revoked_at=None, person__is_active=True)
    feed = rows.select_related("person").first()
    if feed is None:
        return None
    Feed.objects.filter(pk=feed.pk).update(last_used=timezone.now())
    return feed.person


def ical(person: Person, origin: str) -> bytes:
    """His calendar, in his scope of today: what he may not see any more is not in it either."""
    today = calendar.today()
    first, last = today - BACK, today + AHEAD
    made = Calendar()
    made.add("prodid", "-//Zhijian//Calendar//ZH")
    made.add("version", "2.0")
    made.add("x-wr-calname", _("Zhijian: %(name)s") % {"name": person.name})
    made.add("refresh-interval", dt.timedelta(hours=1), parameters={"value": "DURATION"})
    with scoped(actor_of(person)) as actor:
        who = agenda.Who("me", person.name, person)
        for item in [*agenda.appointments(who, actor, first, last, MOST), *agenda.due(who, actor, first, last, MOST)]:
            made.add_component(_event(item, origin))
        for leave in agenda.leaves(who, first, last):
            item = agenda.Item(leave.since, _("On leave"), "", ident=f"leave-{leave.uid}")
            made.add_component(_event(item, origin, leave.until))
    return bytes(made.to_ical())


def _event(item: agenda.Item, origin: str, until: dt.date | None = None) -> Event:
    event = Event()
    event.add("uid", f"{item.ident}@zhijian")
    event.add("dtstamp", timezone.now())
    event.add("summary", f"{item.kind}: {item.title}" if item.kind else item.title)
    if item.begins is not None and item.ends is not None:
        event.add("dtstart", item.begins)
        event.add("dtend", item.ends)
    else:
        event.add("dtstart", item.day)
        event.add("dtend", (until or item.day) + agenda.ONE)
        event.add("transp", "TRANSPARENT")
    if item.note:
        event.add("description", item.note)
    if item.url and origin:
        event.add("url", origin + item.url)
    return event
