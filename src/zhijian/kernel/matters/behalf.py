"""Somebody of the enterprise speaks, an officer or a clerk types: at the counter, at the door, without a phone.

Any step of the enterprise can be taken so. The entry names both: who typed is its actor; who spoke, and how he was
known to speak for the enterprise, stands in its data. The name on the licence is public; any other is sealed.
"""

from __future__ import annotations

from typing import Annotated, Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from pydantic import Field

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Relation, Role
from zhijian.kernel.matters.facts import Facts, text
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter

# Who works on matters and meets the people whom they concern.
SPEAKS_FOR = frozenset({Role.INSPECTOR, Role.CLERK, Role.HEAD})
SPEAKER = "behalf_speaker"  # of an entry: the sealed name of whoever spoke


class How(TextChoices):
    """How somebody showed that he may speak for the enterprise."""

    CARD = "card", _("identity card")
    LICENCE = "licence", _("original of the business licence")
    POWER = "power", _("power of attorney")
    CALLED = "called", _("called back at the number in the register")
    KNOWN = "known", _("known: his identity was checked before")


class Behalf(Facts):
    """For whom a step is taken."""

    speaker: Annotated[str, text(_("Who speaks for the enterprise"), min_length=2, max_length=60, personal=True)]
    how: Annotated[How, Field(title=_("How he showed that he may"))]


def is_partys(step: Step) -> bool:
    """Whether the enterprise itself can take the step."""
    return Relation.PARTY in step.whos and step.by is None and not step.hidden


def may_speak_for(matter: Matter, actor: Actor) -> bool:
    """Whether the actor may enter what the matter's enterprise says."""
    return actor.kind == "staff" and matter.entity_id is not None and bool(actor.roles_at(matter.area) & SPEAKS_FOR)


def told_of(behalf: Behalf | None, matter: Matter) -> tuple[dict[str, Any], dict[str, str]]:
    """What the entry holds of it: plain data, and what is sealed."""
    if behalf is None:
        return {}, {}
    public = matter.entity is not None and behalf.speaker == matter.entity.representative
    named = {"name": behalf.speaker} if public else {}
    return {"behalf": {"how": behalf.how.value, **named}}, {} if public else {SPEAKER: behalf.speaker}


def in_words(typed: str, behalf: dict[str, Any], speaker: str) -> str:
    """ "Zhang entered it for Wang (identity card)". `speaker` is the masked name, for one that is not public."""
    said = {"who": typed, "speaker": behalf.get("name") or speaker, "how": How(behalf["how"]).label}
    return _now("entered by %(who)s for %(speaker)s (%(how)s)") % said
