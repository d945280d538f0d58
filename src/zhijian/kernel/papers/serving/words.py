"""What is said of a service: what it lacks, why its day counts, and how it stands, the same on every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.models import Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.papers.serving import rules
from zhijian.kernel.papers.serving.law import Lacks, Way
from zhijian.kernel.papers.serving.models import MEDIA, WAYS, Service
from zhijian.kernel.words import listed

WORDS = {
    Lacks.OFFICERS: gettext_lazy("Name everyone who served it: the law wants more than that."),
    Lacks.CERTIFICATE: gettext_lazy(
        "Everyone who serves a paper needs a certificate that is in force on that day, and is no helper: not %(names)s."
    ),
    Lacks.AWAY: gettext_lazy(
        "On leave on that day: %(names)s. Whoever stood in acts for himself and is not counted for two: name those who "
        "were there."
    ),
    Lacks.RECEIVER: gettext_lazy("Say who took it."),
    Lacks.SIGNED: gettext_lazy("Somebody took it: say on which day and at what time it was signed for."),
    Lacks.PROOF: gettext_lazy(
        "What is left behind counts only with its proof: add the proof of service that the witness signed and name the "
        "witness, or say that it was recorded and add the pictures or the film."
    ),
    Lacks.CONSENT: gettext_lazy("No confirmed address agrees to electronic service: enter the confirmation first."),
    Lacks.TRACKING: gettext_lazy("Enter the number of the letter."),
    Lacks.TWICE: gettext_lazy(
        "A letter of this number is on record for this paper already, with what became of it: see above."
    ),
    Lacks.ADDRESS: gettext_lazy("Say to which address the letter was sent: it stands on the letter."),
    Lacks.CONFIRMED_LATER: gettext_lazy(
        "This confirmation was not in force on the day the letter was handed in. Choose the one that was, or another "
        "address and write it down as it stands on the letter."
    ),
    Lacks.BODY: gettext_lazy("Say through whom."),
    Lacks.GROUND: gettext_lazy("Say on which ground it is passed on: the law knows these only."),
    Lacks.SERVER: gettext_lazy("Say who served it there, or passed it on: the name stands on the proof of service."),
    Lacks.PLACE: gettext_lazy("Say where it was served."),
    Lacks.MEDIUM: gettext_lazy("Say whether it was a newspaper, a website or a notice board."),
    Lacks.WHERE: gettext_lazy("Say where the notice was published."),
    Lacks.TRIED: gettext_lazy("Say which other ways were tried and why they failed."),
    Lacks.OTHERS: gettext_lazy(
        "A public notice is the last way. First record that it could not be handed over and that the letter came back, "
        "or tick that nobody knows where the party is and add what shows it."
    ),
    Lacks.UNPROVEN: gettext_lazy(
        "A public notice rests on tries that are proven. No proof is on file of: %(tries)s. Add it, or say below which "
        "proof is missing and why; it stays on the list of proof to be added."
    ),
    Lacks.KNOWN: gettext_lazy(
        "The party has confirmed an address, and this paper was not sent there in vain: serve it there first, "
        "electronically where it agreed, or by post (a letter that comes back from there counts as served). "
        "If it gave a new address, enter the new confirmation."
    ),
    Lacks.SHOWN: gettext_lazy("Say of which day it is what shows that nobody knows where the party is."),
    Lacks.REACHED: gettext_lazy(
        "The party was reached, or its address tried, on that day or later. What shows that nobody knows where it is "
        "must be later: add a newer one, or serve the paper where the party was reached."
    ),
    Lacks.REASON: gettext_lazy("Say why: nobody there, refused, moved away, unknown at the address …"),
    Lacks.BOTH: gettext_lazy(
        "It was in vain or came back, or somebody took it: not both. Leave empty who took it and when, or take the "
        "other away."
    ),
    Lacks.ORDER: gettext_lazy(
        "A day or an hour lies before the paper was made or sealed, or before it was sent: nothing is served before it "
        "exists."
    ),
    Lacks.FUTURE: gettext_lazy("A day or an hour has not come yet."),
}
BESIDE = {
    Lacks.OFFICERS: "officer2", Lacks.CERTIFICATE: "officer1", Lacks.RECEIVER: "receiver", Lacks.PROOF: "witness",
    Lacks.TRACKING: "tracking", Lacks.BODY: "body", Lacks.WHERE: "body", Lacks.TRIED: "reason",
    Lacks.OTHERS: "missing", Lacks.ADDRESS: "place", Lacks.CONFIRMED_LATER: "to", Lacks.SHOWN: "shown_on",
    Lacks.REACHED: "shown_on", Lacks.AWAY: "officer1", Lacks.SIGNED: "at", Lacks.TWICE: "tracking",
    Lacks.GROUND: "ground", Lacks.SERVER: "server", Lacks.PLACE: "place", Lacks.MEDIUM: "medium",
    Lacks.UNPROVEN: "unproven", Lacks.REASON: "reason", Lacks.BOTH: "receiver",
}  # fmt: skip
WHYS = {
    "arrival": gettext_lazy("the day on which it arrived in the receiver's system"),
    "notice": gettext_lazy("the day on which the time of the public notice has run"),
    "left": gettext_lazy("the day on which it was left"),
    "signed": gettext_lazy("the day on which it was signed for"),
    "returned": gettext_lazy("the day on which the letter came back from the confirmed address"),
}


class Lacking(Exception):
    """A service does not prove itself yet; `errors` are the words by the field beside which they stand ("" for all)."""

    def __init__(
        self,
        lacks: Iterable[Lacks],
        uncertified: Iterable[Person] = (),
        away: Iterable[Person] = (),
        tries: Iterable[Service] = (),
    ) -> None:
        super().__init__("lacking")
        self.errors: dict[str, list[str]] = {}
        told = {
            Lacks.CERTIFICATE: {"names": listed(one.name for one in uncertified)},
            Lacks.AWAY: {"names": listed(one.name for one in away)},
            Lacks.UNPROVEN: {"tries": listed(map(try_in_words, tries))},
        }
        for one in lacks:
            words = str(WORDS[one])
            said = words % told[one] if one in told else words
            self.errors.setdefault(BESIDE.get(one, ""), []).append(said)


def told_way(facts: Mapping[str, Any]) -> str:
    """The way of an entry in the reader's words. Earlier entries hold its words, and some beside them the code."""
    told = str(facts.get("by") or facts.get("way", ""))
    words = WAYS.get(Way(told), "") if told in set(Way) else facts.get("way", "")
    return through(str(words), told, str(facts.get("body", "")))


def through(words: str, way: str, body: str) -> str:
    """A way in words, with the office or third party that serves the paper."""
    if not body or way not in (Way.ENTRUSTED, Way.PASSED_ON):
        return words
    return _("%(way)s (%(through)s)") % {"way": words, "through": body}


def way_of(service: Service) -> str:
    """By which way, and through whom."""
    return through(str(WAYS[Way(service.way)]), service.way, service.body)


def day_of(service: Service) -> dt.date:
    """The day of a try: when it came back, when somebody was there, else when it was sent or recorded."""
    if service.returned_on is not None:
        return service.returned_on
    if service.at is not None:
        return calendar.legal_day(service.at)
    return service.sent_on or calendar.legal_day(service.made_at)


def try_in_words(service: Service) -> str:
    """A try with its day."""
    return f"{day_of(service)} {WAYS[Way(service.way)]}"


SENT = {
    Way.POST: gettext_lazy("posted on %(day)s"),
    Way.ENTRUSTED: gettext_lazy("entrusted on %(day)s"),
    Way.PASSED_ON: gettext_lazy("given on to be passed on, on %(day)s"),
    Way.NOTICE: gettext_lazy("published on %(day)s"),
}


def sent(service: Service) -> str:
    """When it was sent off, by its way; empty where nothing was sent."""
    words = SENT.get(Way(service.way))
    return "" if service.sent_on is None or words is None else str(words) % {"day": service.sent_on}


def published(service: Service) -> str:
    """Where a public notice was published: the kind of place and its name."""
    where = [str(MEDIA.get(service.medium, "")), service.body]
    return " ".join(one for one in where if one) if service.way == Way.NOTICE else ""


def ground(service: Service) -> str:
    """On which ground it is passed on, with its article."""
    if service.ground not in GROUNDS:
        return ""
    row = rules.grounds(service.sent_on or calendar.legal_day(service.made_at)).get(service.ground)
    return with_article(service.ground, f"{row.basis} {row.article}".strip() if row is not None else "")


def with_article(code: str, article: str) -> str:
    """A ground with its article in brackets."""
    told = {"way": GROUNDS[code], "through": article}
    return _("%(way)s (%(through)s)") % told if article else str(GROUNDS[code])


GROUNDS = {
    "military": gettext_lazy("A soldier: through the political office of his unit"),
    "prison": gettext_lazy("In prison or detained: through the place where he is held"),
    "education": gettext_lazy("In compulsory education: through the place where he is kept"),
}


def standing(service: Service) -> tuple[str, str]:
    """How a service stands, in words, and the tone of its mark. A running notice has served nobody yet."""
    way, day = way_of(service), {"day": service.served_on}
    if service.running:
        words = _("Public notice running: its days end on %(day)s, it counts as served from then") % day
        return _due(service, words, "act")
    if service.state == Service.State.SERVED:
        return _due(service, f"{_('Served on %(day)s') % day} · {way}", "good")
    if service.state == Service.State.WITHDRAWN:
        return _("Not served: the record was withdrawn"), "warn"
    if service.state == Service.State.FAILED:
        return _due(service, f"{service.get_state_display()} · {way}", "bad")
    return f"{service.get_state_display()} · {way}", "act"


def _due(service: Service, words: str, tone: str) -> tuple[str, str]:
    return (f"{words} · {_('proof to be added')}", "warn" if tone == "good" else tone) if service.proof_due else (
        words, tone,
    )  # fmt: skip
