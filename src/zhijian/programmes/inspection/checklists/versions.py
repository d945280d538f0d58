"""Versions of checklists: loaded once, never changed, ended by the next one; chosen by the day of the visit."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.packs import stack
from zhijian.kernel.packs.changes import permitted, sign_off_key
from zhijian.kernel.packs.current import own

from ..models import Checklist
from .sheet import SPARE, digest_of, read_checklist

LOADED = ledger.entry_kind(
    "checklist.load", label=gettext_lazy("Loaded checklist {title}, version {version}, from {since}")
)


class VersionRefused(ValueError):
    """The version can't be taken: it is there with other content, or does not follow on the one before."""


def load(data: dict[str, Any], actor: Actor) -> Checklist:
    """Take a version into use; the same one again changes nothing. It ends the version before on the day before.

    Raises VersionRefused, and NotPermitted unless the actor is of the city bureau: administrator or section.
    """
    permitted(actor)
    digest = digest_of(data)
    with transaction.atomic():
        known = list(Checklist.objects.select_for_update().filter(code=data["code"]).order_by("version"))
        same = next((c for c in known if c.version == data["version"]), None)
        if same is not None:
            if same.digest != digest:
                raise VersionRefused(
                    _("Version %(version)s is in use with other content. Give the changed list a new version.") % data
                )
            return same
        _follows(known[-1] if known else None, data)
        since = date.fromisoformat(data["since"])
        Checklist.objects.filter(Q(until=None) | Q(until__gte=since), code=data["code"]).update(
            until=since - timedelta(days=1)
        )
        made = _make(data, digest)
        ledger.record(
            LOADED.code,
            actor=actor,
            subject=f"rules:checklist:{made.code}",
            area=stack().setting("city"),
            data={"title": made.title, "version": made.version, "since": data["since"], "digest": digest},
        )
        return made


def _make(data: dict[str, Any], digest: str) -> Checklist:
    return Checklist.objects.create(
        code=data["code"],
        version=data["version"],
        title=data["title"],
        short=data.get("short", ""),
        number=data["number"],
        basis=data["basis"],
        since=data["since"],
        until=data["until"],
        applies=data["applies"],
        licences=data.get("licences", []),
        industries=data.get("industries", []),
        registers=data.get("registers", []),
        source=data["source"],
        content={
            "sections": data["sections"],
            "note": data["note"],
            "verified": all(i["verified"] and i["basis_verified"] for s in data["sections"] for i in s["items"]),
        },
        digest=digest,
    )


def _follows(before: Checklist | None, data: dict[str, Any]) -> None:
    if before is None:
        return
    if data["version"] < before.version:
        raise VersionRefused(_("Version %(last)s is there already: give a higher number.") % {"last": before.version})
    if date.fromisoformat(data["since"]) <= before.since:
        raise VersionRefused(
            _("It must begin after version %(last)s, which begins on %(since)s.")
            % {"last": before.version, "since": before.since.isoformat()}
        )


def load_shipped(actor: Actor = SYSTEM) -> list[Checklist]:
    """Load what the packs ship, version by version, without overriding what the bureau has loaded over it.

    A list of which the bureau has a version of its own is the bureau's: what the packs ship of it is left out from then
    on, also under higher numbers. Raises VersionRefused for a workbook that cannot be read.
    """
    shipped = _shipped()
    known = {digest_of(data) for data in shipped}
    own = set(Checklist.objects.exclude(digest__in=known).values_list("code", flat=True))
    return [load(data, actor) for data in shipped if data["code"] not in own]


def _shipped() -> list[dict[str, Any]]:
    """The workbooks of the packs, each list's versions in their order."""
    shipped = []
    for path in stack().files("checklists/*.xlsx").values():
        reading = read_checklist(path)
        if reading.data is None:
            raise VersionRefused("; ".join(str(fault) for fault in reading.faults))
        shipped.append(reading.data)
    return sorted(shipped, key=lambda data: (data["code"], data["version"]))


def as_data(checklist: Checklist) -> dict[str, Any]:
    """The version as `read_checklist` gives it, for export."""
    return {
        "code": checklist.code,
        "version": checklist.version,
        "title": checklist.title,
        "number": checklist.number,
        "basis": checklist.basis,
        "since": checklist.since.isoformat(),
        "until": checklist.until.isoformat() if checklist.until else None,
        "applies": checklist.applies,
        "source": checklist.source,
        "note": checklist.content.get("note", ""),
        "sections": checklist.content["sections"],
        **{key: value for key in SPARE if (value := getattr(checklist, key))},
    }


def _item_key(checklist: Checklist, no: str) -> str:
    return f"{checklist.code}@{checklist.version}@{no}"


def _item_digest(item: dict[str, Any]) -> str:
    return sha256_hex(canonical(item))


def sections_of(checklist: Checklist) -> list[dict[str, Any]]:
    """The sections as they are shown: items that somebody signed off count as verified, text and basis."""
    signed = own().signed
    return [
        {**section, "items": [_shown(checklist, item, signed) for item in section["items"]]}
        for section in checklist.content["sections"]
    ]


def _shown(checklist: Checklist, item: dict[str, Any], signed: dict[tuple[str, str], str]) -> dict[str, Any]:
    if (_item_key(checklist, item["no"]), _item_digest(item)) in signed:
        return {**item, "verified": True, "basis_verified": True}
    return item


def unverified_items(checklist: Checklist) -> list[dict[str, Any]]:
    """The items whose text or basis nobody has checked against the published list (待核实)."""
    items = [item for section in sections_of(checklist) for item in section["items"]]
    return [item for item in items if not (item["verified"] and item.get("basis_verified", True))]


def sign_off_item(checklist: Checklist, no: str, *, note: str, actor: Actor) -> None:
    """Say that an item was compared with the published list. `note`: what was read, and where. Raises KeyError."""
    item = checklist.items[no]
    sign_off_key("item", _item_key(checklist, no), _item_digest(item), note=note, actor=actor)
