"""What is owed to a platform whose endpoint we ask: answers go as updates, registrations as new requests.

A record is done when the other side has said so: until then it stays among those to report, and goes again under the
same number of the update, or the same number of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.utils import timezone

from zhijian.gateways.open311 import shown, wire
from zhijian.gateways.open311.models import Peer, Posted
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.exchange import acts
from zhijian.kernel.exchange.models import Owed, State
from zhijian.kernel.exchange.tables import platforms
from zhijian.programmes.complaints.exchange import ANSWER, REGISTRATION, answer_row, registration_row

if TYPE_CHECKING:
    from zhijian.gateways.open311.client import Endpoint

AT_ONCE = 500


def post(peer: Peer, endpoint: Endpoint) -> int:
    """Post what is to be reported, the oldest first, and ask for the numbers of tokens. Returns how many went over.

    Raises Unreachable; what the other side refuses is sent back to whoever reports it.
    """
    from zhijian.gateways.open311.client import Refused

    done = 0
    for pk, record in _waiting(peer):
        row, told = _told(pk, record, peer)
        if row is None:
            continue
        try:
            rows = endpoint.ask("POST", "requests" if record == REGISTRATION.record else "servicerequestupdates", told)
        except Refused as problem:
            _settled(row, str(State.SENT_BACK), str(problem))
            continue
        answer = rows[0] if rows else {}
        number, token = wire.text(answer, "service_request_id"), wire.text(answer, "token")
        if record == ANSWER.record:
            _settled(row, str(State.RECEIPT))
        elif number:
            _settled(row, str(State.RECEIPT), number=number)
        else:
            _settled(row, str(State.EXPORTED), token=token)
        done += 1
    _ask_for_numbers(peer, endpoint)
    return done


def _waiting(peer: Peer) -> list[tuple[int, str]]:
    records = [ANSWER.record, *([REGISTRATION.record] if peer.service else [])]
    tables = platforms()[peer.platform].tables.values() if peer.platform in platforms() else ()
    known = {one.code: one.record for one in tables if one.owing and one.record in records}
    with scoped(SYSTEM):
        rows = Owed.objects.filter(platform=peer.platform, table__in=known, state=State.TO_REPORT)
        return [(pk, known[table]) for pk, table in rows.order_by("pk").values_list("pk", "table")[:AT_ONCE]]


def _told(pk: int, record: str, peer: Peer) -> tuple[Owed | None, dict[str, str]]:
    """The record as it stands now, and what is posted of it; None where somebody was there before."""
    with scoped(SYSTEM):
        row = Owed.objects.select_related("matter").filter(pk=pk, state=State.TO_REPORT).first()
        if row is None or (record == ANSWER.record and row.matter.closed is None):
            return None, {}
        return row, _update(row) if record == ANSWER.record else _registration(row, peer)


def _update(row: Owed) -> dict[str, str]:
    told, code = answer_row(row.matter), f"{row.uid}-{row.round}"
    at = row.matter.closed or timezone.now()
    return {
        "update_id": code,
        "update_id_ext": code,
        "service_request_id": row.key,
        "status": "CLOSED",
        "updated_datetime": at.isoformat(timespec="seconds"),
        "description": str(told["reply"] or told["given_back"]),
    }


def _registration(row: Owed, peer: Peer) -> dict[str, str]:
    told = registration_row(row.matter)
    values: dict[str, Any] = {
        "service_code": peer.service,
        "external_id": row.key,
        "attribute[external_id]": row.key,
        "description": told["text"],
        "address_string": told["address"] or told["organ"],
        "last_name": told["person"],
        "phone": told["phone"],
        "attribute[said_name]": told["entity_name"],
    }
    return {name: str(text) for name, text in values.items() if text}


def _settled(row: Owed, state: str, why: str = "", number: str = "", token: str = "") -> None:
    """What the other side said, unless the record has changed since it was read: then it goes again."""
    with scoped(SYSTEM):
        now = Owed.objects.select_for_update(of=("self",)).select_related("matter").get(pk=row.pk)
        if now.version != row.version:
            return
        if state == State.SENT_BACK:
            acts.answered(now, state, "", why, SYSTEM)
            return
        if token:
            Posted.objects.update_or_create(owed=now, defaults={"token": token[:120]})
        shown.gone_over(now, state, number)


def _ask_for_numbers(peer: Peer, endpoint: Endpoint) -> None:
    from zhijian.gateways.open311.client import Refused

    with scoped(SYSTEM):
        waiting = list(Posted.objects.filter(owed__platform=peer.platform).select_related("owed")[:AT_ONCE])
    for one in waiting:
        try:
            rows = endpoint.ask("GET", f"tokens/{quote(one.token, safe='')}", {})
        except Refused:
            continue
        number = wire.text(rows[0], "service_request_id") if rows else ""
        if number:
            with scoped(SYSTEM):
                row = Owed.objects.select_for_update(of=("self",)).select_related("matter").get(pk=one.owed_id)
                acts.answered(row, str(State.RECEIPT), number, "", SYSTEM)
                one.delete()
