"""Reference data for the phone: what an inspector of this area needs for a day without network, and what changed.

The cursor is opaque to the phone: the register's own cursor, and what the phone holds of tasks and checklists, so that
changes and removals come out of one comparison.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import zlib
from typing import Any

from django.db.models import Prefetch, Q, prefetch_related_objects
from django.http import HttpRequest
from django.utils import timezone

from zhijian.gateways.field import pictures, staff, unlisted
from zhijian.gateways.field.due import due
from zhijian.kernel import papers
from zhijian.kernel.accounts.actor import Actor, Range, subtree
from zhijian.kernel.accounts.middleware import upload_origin
from zhijian.kernel.accounts.models import Device
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import below
from zhijian.kernel.appointments import telling
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import outlines
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.addresses import public_origin
from zhijian.kernel.packs import stack
from zhijian.kernel.registry import changes, contacts
from zhijian.kernel.registry.models import Premises, RetiredCode
from zhijian.kernel.routing.rules import pace
from zhijian.programmes.inspection import announcing, decide, kinds, results, rules, visitcode
from zhijian.programmes.inspection.checklists import applying, sections_of
from zhijian.programmes.inspection.checklists.applying import in_force, rules_of
from zhijian.programmes.inspection.fair import capping
from zhijian.programmes.inspection.fair import phone as fair
from zhijian.programmes.inspection.guards import MOST_A_DAY
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models import Answer, ByList, Checklist, Inspection, Rectification
from zhijian.programmes.inspection.route.day import kept_for
from zhijian.programmes.inspection.route.waiting import Waiting, waiting_for
from zhijian.programmes.spot_penalty import rules as spot_rules

PAGE = 500
TASKS = MOST_A_DAY
CALENDAR_DAYS = 400
OLD_CODES = 10  # of one shop

Json = dict[str, Any]


def pack_cursor(parts: Json) -> str:
    """The cursor as one opaque word."""
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(parts).encode())).decode()


def open_cursor(word: str) -> Json:
    """The parts of a cursor; a fresh one for a word that is none, so that an old app starts over rather than fails."""
    try:
        return json.loads(zlib.decompress(base64.urlsafe_b64decode(word)))
    except (ValueError, zlib.error):
        return {}


def patch(actor: Actor) -> list[Range]:
    """The areas whose premises go to the phone: where the person inspects or helps, not all that he may read."""
    return sorted({subtree(p.area) for p in actor.posts if p.role in (Role.INSPECTOR, Role.HELPER)})


def pull(device: Device, actor: Actor, since: str, request: HttpRequest) -> Json:
    """One page of what changed. The small lists come with the last page only."""
    held = open_cursor(since)
    ranges = patch(actor)
    batch = changes.changes_since(held.get("r", ""), ranges, PAGE)
    told: Json = {
        "server_time": timezone.now().isoformat(),
        "more": batch.more,
        "premises": premises(batch.rows),
        "removed": {"premises": [str(uid) for uid in batch.removed], "tasks": [], "checklists": []},
    }
    after = {**held, "r": batch.cursor}
    if not batch.more:
        to_do = tasks(actor)
        told |= _small(device, actor, ranges, request, len(to_do))
        told["tasks"], told["removed"]["tasks"], after["t"] = _changed(to_do, held.get("t", {}), "uid")
        had = held.get("c", {})
        had = had if isinstance(had, dict) else dict.fromkeys(had, "")  # a cursor from before
        told["checklists"], told["removed"]["checklists"], after["c"] = _lists(had)
        today = calendar.today()
        large = {
            "ground": _ground(ranges), "due": due(ranges, today), "years": fair.years(ranges, today),
            "registered": _registered(ranges),
        }  # fmt: skip
        after["k"] = {
            key: f"{zlib.crc32(json.dumps(said, sort_keys=True).encode()):08x}" for key, said in large.items()
        }
        told |= {key: said for key, said in large.items() if held.get("k", {}).get(key) != after["k"][key]}
    told["cursor"] = pack_cursor(after)
    return told


def _registered(ranges: list[Range]) -> dict[str, list[str]]:
    """The premises of the patch by the kinds of what is registered there: some lists are for those."""
    here = Q(pk__in=[])
    for low, high in ranges:
        here |= below("area", low, high)
    return {kind: [str(uid) for uid in uids] for kind, uids in applying.registered_in(here).items()}


def _changed(rows: list[Json], held: Json, key: str) -> tuple[list[Json], list[str], Json]:
    """Those whose content is not what the phone holds, the keys that are gone, and what it holds from now on."""
    now = {row[key]: f"{zlib.crc32(json.dumps(row, sort_keys=True).encode()):08x}" for row in rows}
    changed = [row for row in rows if held.get(row[key]) != now[row[key]]]
    return changed, sorted(set(held) - set(now)), now


def _lists(held: dict[str, str]) -> tuple[list[Json], list[str], dict[str, str]]:
    """The lists that the phone lacks or whose rules are others, those that are gone, and what it holds from now on.

    A version never changes; the mark tells of the bureau's rules beside it.
    """
    lists = {f"{one.code}/{one.version}": one for one in checklists()}
    rules = rules_of({one.code for one in lists.values()})
    today = calendar.today()
    ruled = {key: applying.told(one, rules.get(one.code, []), today) for key, one in lists.items()}
    now = {key: f"{zlib.crc32(json.dumps(said).encode()):08x}" if said else "" for key, said in ruled.items()}
    changed = [{**_checklist(one), "ruled": ruled[key]} for key, one in lists.items() if held.get(key) != now[key]]
    return changed, sorted(set(held) - set(lists)), now


def _small(device: Device, actor: Actor, ranges: list[Range], request: HttpRequest, visits: int) -> Json:
    today = calendar.today()
    last = today + dt.timedelta(days=CALENDAR_DAYS)
    organs = staff.organs_of(device, ranges)
    area, organ = organs[0] if organs else ("", None)
    return {
        "person": {
            **staff.person(device.person),
            "signs": device.person.may_sign(today),
            "posts": [{"role": p.role, "area": p.area} for p in actor.posts],
        },
        "grant_until": device.grant_until.isoformat(),
        "uploads": upload_origin(request),
        "colleagues": [{**staff.person(p), "areas": staff.inspects_at(p, today)} for p in staff.colleagues(ranges)],
        "calendar": {
            "from": today.isoformat(),
            "to": last.isoformat(),
            "off": [day.isoformat() for day in calendar.days_off(today, last)],
        },
        "rules": {
            "decide": decide.table(),
            "results": results.by_language(),
            **rules.for_phone(today),
            "route": pace(today).as_json(),
            "spot": spot_rules.for_phone(today),
            "outside": capping.at_the_door(today),
        },
        "day_order": _day_order(device, today),
        "site": {
            "zone": stack().zone,
            "origin": public_origin(),
            "language": stack().language,
            "tiles": stack().setting("map_tiles", ""),
        },
        "organ": {"name": organ.name, "short": organ.short, "phone": organ.phone, "area": area} if organ else None,
        "organs": [
            {"name": one.name, "short": one.short, "phone": one.phone, "area": one.code} for _area, one in organs
        ],
        "numbers": staff.numbers(device, organs, visits) if device.person.may_sign(today) else [],
        "trades": [{"code": code, "name": name} for code, name in unlisted.trades().items()],
        "papers": papers.forms_for_phone(staff.kinds()),
    }


def _day_order(device: Device, today: dt.date) -> Json | None:
    """The order that was kept for today: premises, and whether somebody put it so."""
    kept = kept_for([device.person_id], today).get(device.person_id)
    if kept is None:
        return None
    return {"day": today.isoformat(), "order": kept.order, "by_hand": kept.by_hand}


def _ground(ranges: list[Range]) -> Json | None:
    """The outlines of the phone's areas, coarse: what its map of a day is drawn on."""
    ground = outlines.ground(low for low, _high in ranges)
    return None if ground is None else {"lines": outlines.coarse(ground["own"]), "source": ground["source"]}


def premises(rows: list[Premises]) -> list[Json]:
    """Premises with their entity, licences, and what the last visit found."""
    keys = [row.pk for row in rows]
    last, old = _last_visits(keys), _old_codes(keys)
    return [
        {
            "uid": str(row.uid),
            "entity": {
                "uid": str(row.entity.uid),
                "name": row.entity.name,
                "code": row.entity.code,
                "scheme": row.entity.scheme,
                "kind": row.entity.kind,
                "industry": row.entity.industry,
                "representative": row.entity.representative,
                "phone": row.entity.phone,
            },
            "name": row.name,
            "phone": row.phone,
            "contact": row.contact,
            "contact_phone": contacts.covered(row),
            "address": row.address,
            "lat": str(row.lat) if row.lat is not None else None,
            "lon": str(row.lon) if row.lon is not None else None,
            "door_code": row.door_code,
            **({"old_codes": old[row.pk]} if row.pk in old else {}),  # hardly any shop has one: nothing for the others
            "area": row.area,
            "trade": row.trade,
            **({"risk": row.risk} if row.risk else {}),  # a grade's cap takes the place of the common one
            "licences": [
                {
                    "number": licence.number,
                    "kind": licence.kind,
                    "valid_until": licence.valid_until.isoformat() if licence.valid_until else None,
                    "scope": licence.scope,
                }
                for licence in row.licences.all()
            ],
            "last": last.get(row.pk),
        }
        for row in rows
    ]


def _old_codes(keys: list[int]) -> dict[int, list[str]]:
    """The retired door codes of the premises and of those that were merged into them, the newest first."""
    here = Q(premises__in=keys) | Q(premises__merged_into__in=keys)
    rows = RetiredCode.objects.filter(here).select_related("premises").only("code", "premises__merged_into")
    found: dict[int, list[str]] = {}
    for one in rows.order_by("-id"):
        shop = found.setdefault(one.premises.merged_into_id or one.premises_id, [])
        if len(shop) < OLD_CODES:
            shop.append(one.code)
    return found


def _last_visits(keys: list[int]) -> dict[int, Json]:
    """The last recorded visit of each of the premises, with the items that failed."""
    visits = list(
        Inspection.objects.filter(matter__premises__in=keys, ended__isnull=False)
        .select_related("matter")
        .order_by("matter__premises_id", "-ended", "-pk")
        .distinct("matter__premises_id")
        .prefetch_related(
            Prefetch("lists", ByList.objects.defer("checklist__content")),
            Prefetch("answers", Answer.objects.filter(answer="no").order_by("pk"), "not_met"),
        )
    )
    several = {visit: tuple(one.checklist_id for one in visit.lists.all()) for visit in visits if visit.not_met}
    known = Checklist.objects.in_bulk({key for lists in several.values() if len(lists) > 1 for key in lists})
    sheets = {lists: join([known[key].data for key in lists]) for lists in several.values() if len(lists) > 1}
    return {visit.matter.premises_id: _last_visit(visit, sheets.get(several.get(visit, ()))) for visit in visits}


def _last_visit(visit: Inspection, sheet: Sheet | None) -> Json:
    """What failed, by the numbers of that visit, and by each list's own: the next visit may go by other lists."""
    failed = [answer.item for answer in visit.not_met]  # type: ignore[attr-defined]
    lists = [one.checklist.code for one in visit.lists.all()]  # type: ignore[attr-defined]
    own: dict[str, list[str]] = {code: [] if sheet else failed for code in lists}
    for item in [sheet.items.get(no, {}) for no in failed] if sheet else []:
        for one in item.get("lists", []):
            own[one["id"]].append(one["no"])
    return {
        "date": calendar.legal_day(visit.ended).isoformat(),
        "result": visit.result,
        "failed": failed,
        "failed_of": {code: numbers for code, numbers in own.items() if numbers},
    }


def checklists() -> list[Checklist]:
    """The versions in force now or from a later day."""
    today = calendar.today()
    return list(Checklist.objects.filter(Q(until=None) | Q(until__gte=today)).order_by("code", "version"))


def _checklist(of: Checklist) -> Json:
    return {
        "id": of.code,
        "version": of.version,
        "title": of.title,
        "short": of.short,
        "number": of.number,
        "basis": of.basis,
        "since": of.since.isoformat(),
        "until": of.until.isoformat() if of.until else None,
        "verified": of.content.get("verified", False),
        "applies": of.applies,
        "licences": of.licences,
        "industries": of.industries,
        "registers": of.registers,
        "sections": sections_of(of),
    }


def tasks(actor: Actor) -> list[Json]:
    """The visits to make and the findings to re-check, of this person as first or second officer."""
    # his own, and those of whom he stands in for
    waiting = waiting_for(actor.hands, TASKS)
    shown = [one.matter for one in waiting]
    findings = {one.matter.pk: one.findings for one in waiting}
    photos = pictures.sources(finding.pk for m in shown for finding in findings.get(m.pk, []))
    chosen = telling.coming([m.pk for m in shown])
    prefetch_related_objects(shown, "premises__licences", "inspection__lists")
    applying.note_registered(m.premises for m in shown if m.premises)
    told = [_task(one, photos, chosen.get(one.matter.pk, "")) for one in waiting]
    lists = in_force(calendar.today()) if shown else []
    for matter, one in zip(shown, told, strict=True):
        due = dt.date.fromisoformat(one["due"]) if one["due"] else None
        given = matter.state != "planned" or kinds.may_be_shown(matter.inspection.purpose, due)
        announced = announcing.announced(matter, actor, one["kind"], due, lists) if given else None
        one["code"] = visitcode.sign(announced) if announced else ""
        one["code_words"] = announcing.in_words(announced) if announced else ""
    return told


def _task(of: Waiting, photos: dict[int, list[str]], appointment: str) -> Json:
    matter, findings, due = of.matter, of.findings, of.due
    visit = matter.inspection  # type: ignore[attr-defined]
    return {
        "uid": str(matter.uid),
        "number": matter.number,
        "premises": str(matter.premises.uid),
        **_kind(visit, matter),
        "checklist": {"id": visit.checklist.code, "version": visit.checklist.version} if visit.checklist else None,
        "state": matter.state,
        "due": due.isoformat() if due else None,
        "assignee": matter.assignee_id,
        "second": matter.second_id,
        "version": matter.version,
        "check_code": visit.check_code,
        "scanned": visit.scanned.isoformat() if visit.scanned else None,
        "appointment": appointment,
        "open_items": [_open_item(finding, photos.get(finding.pk, [])) for finding in findings],
    }


def _kind(visit: Inspection, matter: Matter) -> Json:
    """The kind as it is told outside, that which the officer alone reads where it is another, and what is asked."""
    if matter.state != "planned":
        return {"kind": "recheck", "inside": "", "scope": "open"}
    kind = kinds.of(visit.purpose, visit.planned_for or calendar.today())
    return {
        "kind": kind.told.value,
        "inside": visit.purpose if visit.purpose != kind.told else "",
        "unannounced": kind.notice == "never",
        "scope": kind.scope,
    }


def _open_item(finding: Rectification, photos: list[str]) -> Json:
    """A finding to re-check, with what the enterprise answered and, when it asked for one, the later day and why."""
    return {
        "item": finding.item,
        "rectification": str(finding.matter.uid),
        "found": finding.found,
        "required": finding.required,
        "deadline": finding.deadline.isoformat(),
        "state": finding.matter.state,
        "answer": finding.answer,
        "answered": calendar.legal_day(finding.answered).isoformat() if finding.answered else None,
        "asked_until": finding.asked_until.isoformat() if finding.asked_until else None,
        "asked_reason": finding.asked_reason,
        "photos": photos,
    }
