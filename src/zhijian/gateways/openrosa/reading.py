"""What a form says: the XML of a submission taken apart, and told as a record in the words of the field app's schema 3.

What Collect cannot know is left out rather than made up: it takes no digest of what is signed and holds no numbers, so
the papers are made here, unsigned, under the next numbers; its answers have no times of their own but the visit's end.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from zhijian.gateways.openrosa import survey
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.evidence.files import IMAGES
from zhijian.kernel.evidence.models import Blob
from zhijian.kernel.packs import in_its_language
from zhijian.kernel.packs.rows import RuleAbsent
from zhijian.kernel.papers import form as paper
from zhijian.kernel.papers.models import Paper
from zhijian.programmes.inspection import decide
from zhijian.programmes.inspection.joining import Sheet, join
from zhijian.programmes.inspection.models import Checklist, Inspection

Json = dict[str, Any]
Files = Mapping[str, Blob]
SCHEMA = 3
THROUGH = "odk_collect"
NAME = 80  # characters of somebody's name or function, as the visit keeps it
FARTHEST = 100_000  # metres: a worse position tells nothing
SIGNED = {"inspector1": 0, "inspector2": 1}


class Unreadable(ValueError):
    """Not the XML of a filled-in form with an id of its own."""


@dataclass(frozen=True)
class Filled:
    """A filled-in form: what it is, and the text of each of its questions by name."""

    uid: uuid.UUID
    form: str
    version: str
    edits: str = ""  # the instance that it is said to replace
    values: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    def several(self, name: str) -> list[str]:
        return self.get(name).split()

    def images(self, name: str) -> list[str]:
        """The names of the files that were photographed for a question."""
        return [found for n in range(1, survey.PHOTOS + 1) if (found := self.get(f"{name}_p{n}"))]


def read(xml: bytes) -> Filled:
    """Take a submission apart. Raises Unreadable."""
    try:
        root: Element = fromstring(xml, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise Unreadable from error
    texts = {_plain(one): (one.text or "").strip() for one in root.iter() if len(one) == 0}
    instance = texts.pop("instanceID", "") or root.get("instanceID", "")
    if not instance:
        raise Unreadable
    return Filled(
        uid_of(instance), root.get("id", "")[:400], root.get("version", "")[:40], texts.pop("deprecatedID", ""), texts
    )


def _plain(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def uid_of(instance: str) -> uuid.UUID:
    """The id of an instance: `uuid:…` as Collect makes it; a name of its own for anything else."""
    try:
        return uuid.UUID(instance.removeprefix("uuid:"))
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_URL, f"openrosa:{instance}")


def files_named(filled: Filled) -> list[str]:
    """The files that the form names: every photo and every signature."""
    names = [key for key in filled.values if key.startswith("sign_") or _is_photo(key)]
    return [filled.values[name] for name in names if filled.values[name]]


def _is_photo(key: str) -> bool:
    head, mark, n = key.rpartition("_p")
    return bool(head and mark) and n.isdigit()


def record(filled: Filled, device: Device, files: Files, original: Blob, received: dt.datetime) -> Json:
    """The submission as a record, whatever it is: what cannot be read as one of our forms says why in `unread`."""
    base = {"schema": SCHEMA, "id": str(filled.uid), "through": THROUGH, "files": _kept(filled, files, original)}
    lists = [] if filled.form == survey.RECHECK else _lists(filled)
    why = "" if lists or filled.form == survey.RECHECK else "form"
    if not why:
        try:
            content = _content(filled, lists, device, files, received)
            missing = sorted(set(files_named(filled)) - set(files))
            signed = {"digest": sha256_hex(canonical(content)), "signatures": _signatures(filled, content, files)}
            return {
                **base,
                "kind": "inspection",
                "content": content,
                **signed,
                **({"missing": missing} if missing else {}),
            }
        except (ValueError, InvalidOperation):
            why = "values"
    told = {"form": filled.form, "version": filled.version, "edits": filled.edits, "present": filled.get("name")}
    return {**base, "kind": "collect", "unread": why, "content": told}


def _lists(filled: Filled) -> list[Checklist]:
    """The lists that the form goes by, in its order; none where one of them is not known here."""
    codes, versions = filled.form.split(survey.AND), filled.version.partition(".")[0].split("-")
    if len(codes) != len(versions) or not all(one.isdigit() and len(one) < 6 for one in versions):
        return []
    known = {(one.code, one.version): one for one in Checklist.objects.filter(code__in=codes)}
    found = [known.get((code, int(version))) for code, version in zip(codes, versions, strict=True)]
    return [one for one in found if one is not None] if all(found) else []


def _kept(filled: Filled, files: Files, original: Blob) -> list[Json]:
    """The originals that hang on the visit beside its photos: the form as it came, and the signatures."""
    signs = [(who, _picture(files, filled.get(f"sign_{who}"))) for who in survey.SIGNERS]
    other = [(name, blob) for name, blob in sorted(files.items()) if blob.media_type not in IMAGES]
    return [
        {"sha256": original.sha256, "kind": "attachment", "name": f"{filled.uid}.xml"},
        *({"sha256": blob.sha256, "kind": "signature", "name": who} for who, blob in signs if blob is not None),
        *({"sha256": blob.sha256, "kind": "attachment", "name": name} for name, blob in other),
    ]


def _picture(files: Files, name: str) -> Blob | None:
    """The file of that name, if it has come and is a picture."""
    blob = files.get(name)
    return blob if blob is not None and blob.media_type in IMAGES else None


def _pictures(filled: Filled, files: Files, name: str) -> list[Blob]:
    found = [_picture(files, one) for one in filled.images(name)]
    return [blob for blob in found if blob is not None]


def _moment(text: str, otherwise: dt.datetime) -> dt.datetime:
    found = parse_datetime(text) if text else None
    return (found if found is not None and found.tzinfo is not None else calendar.local(otherwise)).replace(
        microsecond=0
    )


def _content(filled: Filled, lists: list[Checklist], device: Device, files: Files, received: dt.datetime) -> Json:
    found = filled.get("found") or "made"
    ended = _moment(filled.get("end"), received)
    started = min(_moment(filled.get("start"), ended), ended)
    mode = "full" if found == "made" else "note" if found == "noted" else "hindered"
    again, sheet = not lists, join([one.data for one in lists])
    place = _place(filled.get("here"))
    acts = mode == "full" or found == "refused"
    asked = bool(lists) and mode == "full"
    answers = _answers(filled, sheet, files, ended) if asked else []
    content: Json = {
        "task": filled.get("task") or None,
        "purpose": "recheck" if again else filled.get("purpose") or "routine",
        "premises": _premises(filled),
        "checklists": [{"id": one.code, "version": one.version} for one in lists] if asked else [],
        "mode": mode,
        "device": str(device.uid),
        "app": "ODK Collect",
        "started": started.isoformat(),
        "ended": ended.isoformat(),
        "clock_skew_ms": 0,
        "place": place,
        "inspectors": _officers(filled, device),
        "present": {"name": filled.get("present_name")[:NAME], "role": filled.get("present_role")[:NAME]},
        "informed": {
            "cards_shown": filled.get("cards") == "yes",
            "rights_told": filled.get("rights") == "yes",
            "recusal": "yes" if filled.get("recusal") == "yes" else "no",
        },
        "answers": answers,
        "photos": _photos(filled, sheet, files, ended, place),
        "findings": filled.get("findings"),
        "statement": filled.get("statement"),
        "outcome": _outcome(sheet, answers) if asked else None,
        "deadline": filled.get("deadline") or None,
        "refused": _refused(filled) if acts else None,
        "rechecks": _rechecks(filled, files) if again and mode == "full" else [],
        "papers": [],
        "hindered": _hindered(filled, found) if mode == "hindered" else None,
        "unlisted": _unlisted(filled),
        **({"check_code": filled.get("code")[:40]} if filled.get("code") else {}),
        **({"amends": _amends(filled, received)} if filled.edits else {}),
    }
    content["deadline"] = _deadline(content, ended)
    content["papers"] = [{"kind": kind, "number": None, "code": None} for kind in _papers(content)] if acts else []
    return content


def _amends(filled: Filled, received: dt.datetime) -> Json:
    """A form that was sent before and edited is a new version of its record; Collect asks for no reason."""
    before = uid_of(filled.edits)
    digests = Inspection.objects.filter(record_id=before).values("record_digest")
    old = Paper.objects.filter(Paper.in_force(), matter__inspection__record_id=before, signed_digest__in=digests)
    with in_its_language():
        reason = _("Edited in ODK Collect after it was sent")
    return {
        "record": str(before),
        "reason": reason,
        "at": calendar.local(received).replace(microsecond=0).isoformat(),
        "absent": False,
        "papers": [{"kind": one.kind, "number": one.number} for one in old.order_by("pk")],
    }


def _premises(filled: Filled) -> str:
    """The premises that were chosen; a place of no file gets an id that follows from the submission's."""
    if filled.get("how") == "unlisted":
        return str(uuid.uuid5(filled.uid, "place"))
    return str(uuid.UUID(filled.get("premises")))


def _place(text: str) -> Json | None:
    """A geopoint: latitude, longitude, altitude, accuracy."""
    parts = text.split()
    if len(parts) < 2:
        return None
    lat, lon = (Decimal(part) for part in parts[:2])
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        return None
    accuracy = min(round(Decimal(parts[3])), FARTHEST) if len(parts) > 3 else None
    return {"lat": f"{lat:.6f}", "lon": f"{lon:.6f}", "accuracy": accuracy}


def _officers(filled: Filled, device: Device) -> list[Json]:
    second = filled.get("second")
    other = Person.objects.filter(pk=int(second)).first() if second.isdigit() else None
    people = [device.person, *([other] if other is not None and other.pk != device.person_id else [])]
    return [{"id": one.pk, "name": one.name, "certificate_no": one.certificate_no} for one in people]


def _answers(filled: Filled, sheet: Sheet, files: Files, at: dt.datetime) -> list[Json]:
    """What was answered; an item that is not for this trade was not asked, which is how it is answered."""
    told = []
    for name, item in survey.items_of(sheet.sections):
        said, trades = filled.get(name), item.get("applies") or []
        if not said:
            if trades and filled.get("trade") not in ("", *trades):
                told.append({"item": item["no"], "answer": "na", "by": "trade", "at": at.isoformat()})
            continue
        also = filled.several(f"{name}_also")
        failed = said == "no"
        told.append({
            "item": item["no"], "answer": said, "by": "tap", "at": at.isoformat(), **_measured(filled, name, item),
            "note": _note(filled, name, item) if failed else "",
            "safety": failed and "safety" in also, "corrected": failed and "corrected" in also,
            "photos": [blob.sha256 for blob in _pictures(filled, files, name)],
        })  # fmt: skip
    return told


def _measured(filled: Filled, name: str, item: Mapping[str, Any]) -> Json:
    limits = survey.readings_of(item)
    read = [(limit, _number(filled.get(f"{name}_r{n}"))) for n, limit in enumerate(limits, 1)]
    told = [{"of": limit["of"], "value": value, "unit": limit["unit"]} for limit, value in read if value]
    if item["answer"].get("limits"):
        return {"readings": told}
    return {"value": told[0]["value"], "unit": told[0]["unit"]} if told else {}


def _number(text: str) -> str:
    """A decimal as people write it: Collect tells 9 as 9.0."""
    if not text:
        return ""
    value = round(Decimal(text), 6).normalize()
    if not value.is_finite() or abs(value) >= 10**9:
        raise ValueError(text)
    return f"{value:f}"


def _note(filled: Filled, name: str, item: Mapping[str, Any]) -> str:
    """The common faults that were tapped, then the officer's own words."""
    phrases = {f"f{n}": text for n, text in enumerate(item.get("phrases", []), 1)}
    tapped = [phrases[one] for one in filled.several(f"{name}_faults") if one in phrases]
    return "\n".join([*tapped, *filter(None, [filled.get(f"{name}_note")])])


def _photos(filled: Filled, sheet: Sheet, files: Files, at: dt.datetime, place: Json | None) -> list[Json]:
    named = [(name, item["no"]) for name, item in survey.items_of(sheet.sections)]
    told: dict[str, Json] = {}
    for name, item in [*named, ("door", "door"), ("again", "")]:
        for blob in _pictures(filled, files, name):
            told.setdefault(blob.sha256, {
                "sha256": blob.sha256, "size": blob.size, "type": blob.media_type, "taken": at.isoformat(),
                "item": item or None, **(place or {}),
            })  # fmt: skip
    return list(told.values())


def _outcome(sheet: Sheet, answers: list[Json]) -> Json:
    """Collect judges nothing: the place's table does, here, by each of the lists."""
    judged = decide.judge(sheet, answers)
    items = [{"item": no, "measure": measure} for no, measure in judged.measures.items()]
    lists = [{"id": code, "result": result} for code, result in judged.lists.items()]
    return {"result": judged.result, "items": items, "lists": lists, "rules_version": decide.table().get("version", 1)}


def _refused(filled: Filled) -> Json | None:
    if filled.get("party_signs") != "refused":
        return None
    return {
        "reason": filled.get("refused_reason"),
        "witness": filled.get("witness_name"),
        "no_witness": filled.get("no_witness"),
    }


def _hindered(filled: Filled, kind: str) -> Json:
    note, address = filled.get("why")[:1000], filled.get("address")[:300]
    return {"kind": kind, "note": note, "again": filled.get("again") or None, "address": address}


def _unlisted(filled: Filled) -> Json | None:
    if filled.get("how") != "unlisted":
        return None
    return {
        "name": filled.get("place_name")[:200],
        "trade": filled.get("place_trade"),
        "licensed": filled.get("place_licensed") or "not_shown",
        "where": filled.get("place_where")[:300],
    }


def _rechecks(filled: Filled, files: Files) -> list[Json]:
    """Each finding that was looked at; one that was put on both sides counts as not yet put right."""
    back = filled.several("back")
    photos = [blob.sha256 for blob in _pictures(filled, files, "again")]
    told = [(one, False, filled.get("back_note")) for one in back]
    told += [(one, True, "") for one in filled.several("accepted") if one not in back]
    return [{"rectification": one, "accepted": ok, "note": note, "photos": photos} for one, ok, note in told]


def _deadline(content: Json, ended: dt.datetime) -> str | None:
    """The day that the officer set; that of the rules where he set none and something is to be put right."""
    measures = {one["measure"] for one in content["outcome"]["items"]} if content["outcome"] else set()
    if "rectify" not in measures and all(one["accepted"] for one in content["rechecks"]):
        return None
    if content["deadline"] or content["rechecks"]:
        return content["deadline"]
    try:
        return decide.default_deadline(ended).isoformat()
    except RuleAbsent:
        return None


def _papers(content: Json) -> Iterable[str]:
    """The papers that such a visit needs, as the field app has them (`papersNeeded`)."""
    if content["outcome"] is None:
        return ["onsite_record"]
    kinds = ["onsite_record", "result_sheet"]
    kinds += ["rectification_order"] if any(one["measure"] == "rectify" for one in content["outcome"]["items"]) else []
    return [kind for kind in kinds if any(paper(kind).belongs_to(one["id"]) for one in content["checklists"])]


def _signatures(filled: Filled, content: Json, files: Files) -> list[Json]:
    """Who signed on the phone's screen: a picture each, no strokes."""
    people = [(one["name"], one["certificate_no"]) for one in content["inspectors"]]
    names = {"party": filled.get("present_name"), "witness": filled.get("witness_name")}
    told = []
    for who in survey.SIGNERS:
        blob, n = _picture(files, filled.get(f"sign_{who}")), SIGNED.get(who)
        if blob is None or (n is not None and n >= len(people)):
            continue
        name, certificate = people[n] if n is not None else (names[who], "")
        told.append({
            "who": who, "name": name, "certificate_no": certificate, "strokes": [], "image": blob.sha256,
            "at": content["ended"],
        })  # fmt: skip
    return told
