"""Papers that begin as a draft: a letter about a matter, and what is written into a draft on its page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.evidence import ledger
from zhijian.kernel.matters.errors import BadFacts, NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import acts as papers
from zhijian.kernel.papers import making
from zhijian.kernel.papers.drafts import acts
from zhijian.kernel.papers.drafts.fields import is_words, said
from zhijian.kernel.papers.forms import form
from zhijian.kernel.papers.models import Paper

LETTER = "letter"
LONGEST = 20_000  # characters of a fact; some ten pages
WROTE = ledger.entry_kind("draft.written", label=gettext_lazy("In the draft of {title} was written: {changed}"))


def may_write(matter: Matter, actor: Actor) -> bool:
    """Whether this person may draft a letter about the matter."""
    return bool(actor.roles_at(matter.area) & set(acts.DRAFTERS))


def letter(matter: Matter, actor: Actor) -> Paper:
    """A letter about the matter as a draft: to its enterprise, all of it free to be changed. Raises NotAllowed."""
    if not may_write(matter, actor):
        raise NotAllowed(papers.only(acts.DRAFTERS))
    organ, about = stack().organ(matter.area), matter.number or matter.title
    data = {
        "organ": organ.name,
        "matter": about,
        "subject": form(LETTER).texts["subject"].format(title=matter.title),
        "to": matter.entity.name if matter.entity is not None else "",
        "body": "",
        "contact": actor.name,
        "phone": organ.phone,
    }
    return making.draft(LETTER, matter, data, actor=actor)


def written(paper: Paper, told: Mapping[str, str], digest: str, actor: Actor) -> list[str]:
    """Take over what was typed into the draft's free facts; returns the labels of those that changed.

    `digest` is of the draft that was shown. Raises as `acts.may_draft`, NotOpen when the draft has changed
    meanwhile, and BadFacts for a fact that is too long.
    """
    with transaction.atomic():
        paper = acts.locked(paper)
        acts.may_draft(paper, actor)
        if digest != paper.digest:
            raise NotOpen(
                str(_("The draft was changed meanwhile. What you typed is still below; see what it says now."))
            )
        data, changed = dict(paper.data), []
        for one in open_to_words(paper):
            if one.key in told and (value := _value(one, told[one.key], data[one.key])) != data[one.key]:
                data[one.key] = value
                changed.append(one.label)
        if changed:
            making.redraft(paper, data)
            acts.tell(WROTE.code, paper, actor, changed=", ".join(changed), digest=paper.digest)
    return changed


def _value(one: Word, typed: str, now: Any) -> Any:
    """What was typed, as the draft keeps it. Raises BadFacts."""
    told = typed.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(told) > LONGEST:
        raise BadFacts({one.key: [_("This is too long: at most %(n)s characters.") % {"n": LONGEST}]})
    if one.day:
        try:
            return dt.date.fromisoformat(told).isoformat()
        except ValueError:
            raise BadFacts(
                {one.key: [_("“%(day)s” is no day; write it as 2026-03-05.") % {"day": told[:20]}]}
            ) from None
    return told.split("\n") if isinstance(now, list) else told


@dataclass(frozen=True)
class Word:
    """A fact of a draft that is typed on its page: in one's own words, or a day."""

    key: str
    label: str
    text: str
    day: bool = False
    short: bool = False  # one line


def open_to_words(paper: Paper) -> list[Word]:
    """The facts of a draft that people put into their own words, and the days that must be to come."""
    found = []
    for one in form(paper.kind).fields:
        value, day = paper.data.get(one["key"]), bool(one.get("ahead"))
        if is_words(value) and (one.get("free") or (day and value)):
            text = value if day else said(value)
            found.append(Word(one["key"], one["label"], text, day, bool(one.get("short"))))
    return found
