"""When a paper counts as served, and what a way of serving must prove. Pure: no Django, no I/O.

Ground (cn): Penalty Procedure Rules art. 82 (ways, electronic by consent, public notice), art. 83 (confirmed address);
Civil Procedure Law art. 89 (left behind: the witness signs the proof, or pictures or a film show it), art. 92 and 93
(on whom a paper is served that somebody passes on), art. 95 (public notice: why and how stands in the file).
Values stand in packs (`rules.py`); what this file knows is only how they are put together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """A lawful way of serving, by its official name in the proof of service."""

    DIRECT = "direct"  # 直接送达
    LEFT = "left"  # 留置送达
    POST = "post"  # 邮寄送达
    ELECTRONIC = "electronic"  # 电子送达
    ENTRUSTED = "entrusted"  # 委托送达
    PASSED_ON = "passed_on"  # 转交送达
    NOTICE = "notice"  # 公告送达


class Lacks(StrEnum):
    """What is missing so that a service proves itself."""

    OFFICERS = "officers"  # too few who served
    CERTIFICATE = "certificate"  # somebody who served held no certificate that day, or only helps
    AWAY = "away"  # somebody who is said to have served was on leave that day
    RECEIVER = "receiver"  # nobody named who took it
    SIGNED = "signed"  # somebody took it: but when
    PROOF = "proof"  # left behind: neither a proof signed by a witness nor a recording, as a file
    CONSENT = "consent"  # electronic without a confirmation that agrees to it
    TRACKING = "tracking"  # posted without the number of the letter
    TWICE = "twice"  # this letter is on record already
    ADDRESS = "address"  # posted: to which address
    CONFIRMED_LATER = "confirmed_later"  # said to be posted to an address that was not confirmed on that day
    BODY = "body"  # entrusted or passed on: through whom
    GROUND = "ground"  # passed on: on which ground of the law
    SERVER = "server"  # entrusted or passed on, and signed for: who served it, or passed it on
    PLACE = "place"  # entrusted or passed on, and signed for: where
    WHERE = "where"  # public notice: where it was published
    MEDIUM = "medium"  # public notice: newspaper, site or board
    OTHERS = "others"  # public notice: the other ways are not on record as in vain, nor the party as not to be found
    UNPROVEN = "unproven"  # public notice: the tries that it rests on have no proof, and nobody says which and why
    TRIED = "tried"  # public notice: why no other way was open
    KNOWN = "known"  # public notice: a confirmed address is in force and was not tried in vain
    SHOWN = "shown"  # public notice: of which day is what shows that nobody knows where the party is
    REACHED = "reached"  # public notice: the party was reached, or its address tried, after that day
    REASON = "reason"  # in vain, or come back: but why
    BOTH = "both"  # in vain, or come back, and taken as well
    ORDER = "order"  # a day that lies before the paper, or before it was sent
    FUTURE = "future"  # a day that has not come


@dataclass(frozen=True)
class Needs:
    """The values of the day, from the packs. `officers` is how many must serve; `notice` days of a public notice."""

    officers: int = 2
    left_proof: bool = True
    consent: bool = True
    returned_counts: bool = True
    notice_days: int | None = 30
    notice_after: frozenset[Way] = frozenset()  # which ways must have been in vain before a public notice


@dataclass(frozen=True)
class Served:
    """What is told of one service. Days are legal days of the place."""

    way: Way
    officers: int = 0
    uncertified: int = 0  # how many of them held no certificate in force on that day, or only help
    away: int = 0  # how many of them were on leave that day
    receiver: bool = False
    witness: bool = False
    recorded: bool = False  # said to be recorded in pictures or a film
    file: bool = False  # something is on file: the signed proof, pictures, a film
    consent: bool = False  # a confirmation agrees to electronic service at this address
    confirmed: bool = False  # sent to an address whose confirmation was in force on the day of sending
    later: bool = False  # said to be sent to a confirmed address that was none on the day of sending
    addressed: bool = True  # it is told to which address it was sent
    tracking: bool = False
    twice: bool = False  # a letter of that number is on record for this paper
    body: bool = False
    ground: bool = True  # the ground of the law is told, or the place knows none to choose from
    server: bool = False
    place: bool = False
    where: bool = False
    medium: bool = False
    tried: bool = False
    in_vain: bool = False  # it is told as in vain
    reason: bool = False  # why it was in vain or came back
    failed: frozenset[Way] = frozenset()  # the ways that are on record as in vain
    unproven: bool = False  # of those that a notice would rest on, one has no proof on file
    named: bool = False  # which proof is missing, and why, is told
    missing: bool = False  # nobody knows where the party is, and something shows it
    shown: dt.date | None = None  # of which day that is
    reached: dt.date | None = None  # the last day on which the party took a paper
    known: bool = False  # an address is confirmed and in force
    in_vain_there: dt.date | None = None  # the last day on which that address was tried in vain
    sent: dt.date | None = None  # handed in at the post, or the day of the public notice
    handed: dt.date | None = None  # handed over, left behind, signed for
    arrived: dt.date | None = None  # electronic: in the receiver's system
    returned: dt.date | None = None  # the letter came back


@dataclass(frozen=True)
class Counts:
    """The day that counts, None while it is not known; `why` names the ground."""

    day: dt.date | None
    why: str


def counts(told: Served, needs: Needs) -> Counts:
    """The day on which the paper counts as served by law; None as long as nothing makes it so."""
    if told.way is Way.ELECTRONIC:
        return Counts(told.arrived, "arrival")
    if told.way is Way.NOTICE:
        if told.sent is None or needs.notice_days is None:
            return Counts(None, "notice")
        return Counts(told.sent + dt.timedelta(days=needs.notice_days), "notice")
    if told.handed is not None:
        return Counts(told.handed, "left" if told.way is Way.LEFT else "signed")
    if told.way is Way.POST and told.returned is not None:
        # A letter sent to the address that the party itself confirmed counts from the day on which it came back.
        if told.confirmed and needs.returned_counts:
            return Counts(told.returned, "returned")
        return Counts(None, "failed")
    return Counts(None, "open")


def lacking(told: Served, needs: Needs, *, made: dt.date, today: dt.date) -> list[Lacks]:
    """What still stands against this service being proven, in a fixed order; empty when it proves itself."""
    own_hands = told.way in (Way.DIRECT, Way.LEFT)
    days = [day for day in (told.sent, told.handed, told.arrived, told.returned) if day is not None]
    later = [day for day in (told.handed, told.arrived, told.returned) if day is not None]
    by_others, public = told.way in (Way.ENTRUSTED, Way.PASSED_ON), told.way is Way.NOTICE
    rests = public and not told.missing
    taken = told.receiver or (told.handed is not None and not own_hands)
    wrong = {
        Lacks.OFFICERS: own_hands and told.officers < needs.officers,
        Lacks.CERTIFICATE: own_hands and told.uncertified > 0,
        Lacks.AWAY: own_hands and told.away > 0,
        Lacks.RECEIVER: (told.way is Way.DIRECT or by_others) and told.handed is not None and not told.receiver,
        Lacks.SIGNED: (told.way is Way.POST or by_others) and told.receiver and told.handed is None,
        Lacks.PROOF: told.way is Way.LEFT and needs.left_proof and not ((told.witness or told.recorded) and told.file),
        Lacks.CONSENT: told.way is Way.ELECTRONIC and needs.consent and not told.consent,
        Lacks.TRACKING: told.way is Way.POST and not told.tracking,
        Lacks.TWICE: told.way is Way.POST and told.twice,
        Lacks.ADDRESS: told.way is Way.POST and not told.addressed,
        Lacks.CONFIRMED_LATER: told.way is Way.POST and told.later,
        Lacks.BODY: by_others and not told.body,
        Lacks.GROUND: told.way is Way.PASSED_ON and not told.ground,
        Lacks.SERVER: by_others and told.handed is not None and not told.server,
        Lacks.PLACE: by_others and told.handed is not None and not told.place,
        Lacks.WHERE: public and not told.where,
        Lacks.MEDIUM: public and not told.medium,
        Lacks.OTHERS: rests and not _tried(told) >= needs.notice_after,
        Lacks.UNPROVEN: rests and _tried(told) >= needs.notice_after and told.unproven and not told.named,
        Lacks.TRIED: public and not told.tried,
        Lacks.KNOWN: public and told.known and told.in_vain_there is None,
        Lacks.SHOWN: public and told.missing and told.shown is None,
        Lacks.REACHED: public and told.missing and _reached_since(told),
        Lacks.REASON: (told.in_vain or told.returned is not None) and not told.reason,
        Lacks.BOTH: (told.in_vain or told.returned is not None) and taken,
        Lacks.ORDER: any(day < made for day in days)
        or (told.sent is not None and any(day < told.sent for day in later)),
        Lacks.FUTURE: any(day > today for day in days) or (told.shown is not None and told.shown > today),
    }
    return [one for one, is_so in wrong.items() if is_so]


def _reached_since(told: Served) -> bool:
    """Whether what shows that nobody knows where the party is, is older than the last that was known of it."""
    if told.shown is None:
        return False
    taken = told.reached is not None and told.shown <= told.reached
    return taken or (told.in_vain_there is not None and told.shown < told.in_vain_there)


def proof_on_paper(way: Way, why: str) -> bool:
    """Whether what proves it is a file: a signature of the receiver or witness, the envelope that came back, what shows
    that a try was in vain or that a message arrived, the notice as it was published.

    `why` is the ground of `counts`, "failed" for what was in vain. Only a letter that was taken is proven without: by
    its tracking number. Nothing is sent electronically from here, so that its arrival is known by what is filed alone.
    """
    return way is not Way.POST or why in ("returned", "failed")


def rests_on(way: Way, needs: Needs) -> bool:
    """Whether a public notice rests on a try of that way that was in vain."""
    return way in needs.notice_after or (way is Way.LEFT and Way.DIRECT in needs.notice_after)


def _tried(told: Served) -> frozenset[Way]:
    """The ways that were in vain; whoever could not leave it behind could not hand it over either."""
    return told.failed | {Way.DIRECT} if Way.LEFT in told.failed else told.failed


def likeliest(
    *,
    signed_on_site: bool,
    consent: bool,
    refused: bool,
    away: bool,
    confirmed: bool,
    returned: bool,
    notice: bool = True,
) -> Way:
    """The way to offer first, from what is known: signed at the visit, agreed to e-service, refused, not met, returned.

    Public notice is the last resort: only after nobody was met and a letter came back, never while a confirmed address
    is known.
    """
    if signed_on_site:
        return Way.DIRECT
    if consent and not returned:
        return Way.ELECTRONIC
    if returned and away and not confirmed and notice:
        return Way.NOTICE
    if refused:
        return Way.LEFT
    return Way.POST if away and not returned else Way.DIRECT
