"""The record that a phone sends of a visit, in every schema ever released.

What is signed is the canonical JSON of `content`; its digest stands on each paper and beside the strokes. A new schema
gets a new class, an upcaster from the one before, and a fixture; old ones are never refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

CURRENT = 3


class Part(BaseModel):
    """Unknown fields are kept in the stored bytes and ignored here: a newer app must not be refused."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Place(Part):
    """Where the phone was, WGS-84 degrees as strings; accuracy in metres."""

    lat: str
    lon: str
    accuracy: int | None = None


class ChecklistRef(Part):
    id: str
    version: int


class Officer(Part):
    """One of the officers, as he was on the phone at the time."""

    id: int
    name: str
    certificate_no: str = ""


class Present(Part):
    """The person in charge who was there; `left`: nobody stayed to be asked."""

    name: str = ""
    role: str = ""
    left: bool = False


class Reading(Part):
    """What was measured of one kind, where an item has limits for several (a fridge, a freezer)."""

    of: Annotated[str, Field(max_length=40)]
    value: Annotated[str, Field(pattern=r"^-?\d{1,9}(\.\d{1,6})?$")]
    unit: Annotated[str, Field(max_length=12)] = ""

    def __str__(self) -> str:
        return f"{self.of} {self.value} {self.unit}".strip()


class Product(Part):
    """A product that was looked at, by the code that it bears; `date` as it is printed on it."""

    code: Annotated[str, Field(pattern=r"^\d{8,14}$")]
    name: Annotated[str, Field(max_length=100)] = ""
    lot: Annotated[str, Field(max_length=40)] = ""
    date: Annotated[str, Field(max_length=40)] = ""


class Given(Part):
    """The answer to one item."""

    item: str
    answer: Literal["yes", "no", "na"]
    by: Literal["tap", "section", "trade"] = "tap"  # trade: not applicable to such premises, and left so
    at: dt.datetime
    value: str = ""
    unit: str = ""
    readings: list[Reading] = []  # instead of `value`, where the item has limits by kind
    note: str = ""
    safety: bool = False
    corrected: bool = False
    photos: list[str] = []
    products: list[Product] = []  # only where one was looked at

    def measured(self, joint: str = "；") -> str:
        """All that was measured, in words: "9 ℃", or "冷藏 9 ℃；冷冻 -18 ℃"."""
        return joint.join(map(str, self.readings)) or f"{self.value} {self.unit}".strip()


class Photo(Part):
    """A photo by the fingerprint that the phone took of it at capture."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: int
    type: str
    taken: dt.datetime
    lat: str | None = None
    lon: str | None = None
    accuracy: int | None = None
    item: str | None = None
    of: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""  # a marked copy: the photo that it was drawn on


class Voice(Part):
    """What an officer said into the phone at an item, by its fingerprint; `seconds` as the phone counted them."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    size: int
    type: str
    taken: dt.datetime
    seconds: int = 0
    lat: str | None = None
    lon: str | None = None
    accuracy: int | None = None
    item: str | None = None


class Outcome(Part):
    """What the phone's rules made of the answers; this is what the enterprise signed."""

    class Item(Part):
        item: str
        measure: Literal["investigate", "rectify", "corrected"]

    class ByList(Part):
        id: str
        result: Literal["compliant", "basically_compliant", "non_compliant"]

    result: Literal["compliant", "basically_compliant", "non_compliant"]
    items: list[Item] = []
    lists: list[ByList] = []  # the result by each list; since schema 3
    rules_version: int = 1


class Refused(Part):
    """That he would not sign: why, and who witnessed it by signing, or why nobody did."""

    reason: str = ""
    witness: str = ""
    no_witness: str = ""


class Hindered(Part):
    """Why the visit could not be made: what was found at the door. Since schema 2.

    `again` is the day that the officer gives (repair), `address` the new one as far as it is known (moved).
    """

    kind: Literal["shut", "repair", "closed_down", "moved", "not_found", "refused"]
    note: Annotated[str, Field(max_length=1000)] = ""
    again: dt.date | None = None
    address: Annotated[str, Field(max_length=300)] = ""


class Unlisted(Part):
    """A place that the register did not have on the phone, entered at its door. Since schema 2.

    `premises` of the content is then an id made on the phone; the desk says which premises it is.
    """

    name: Annotated[str, Field(min_length=1, max_length=200)]
    trade: Annotated[str, Field(max_length=24)] = ""
    licensed: Literal["yes", "no", "not_shown"]
    where: Annotated[str, Field(max_length=300)] = ""


class Recheck(Part):
    """What the officers found about one finding at the re-check."""

    rectification: UUID
    accepted: bool
    note: str = ""
    photos: list[str] = []


class PaperRef(Part):
    kind: str
    number: str | None = None
    code: str | None = None


class Amends(Part):
    """That the record is a new version of one that was sent before: which, why, and when the officers laid it down.

    The visit's own times stay those of the visit. `absent`: the other side was not there to sign; it is served on it.
    """

    class Old(Part):
        """A paper of the version that it takes the place of."""

        kind: str
        number: str | None = None

    record: UUID
    reason: Annotated[str, Field(min_length=1, max_length=300)]
    at: dt.datetime
    absent: bool = False
    papers: list[Old] = []


def _each_once(lists: list[ChecklistRef]) -> list[ChecklistRef]:
    if len({one.id for one in lists}) < len(lists):
        raise ValueError("a visit goes by each list once")
    return lists


class Content(Part):
    """What was signed."""

    task: UUID | None = None
    purpose: Literal["routine", "special", "recheck", "random", "flight"] = "routine"  # as the place is told
    premises: UUID
    # In their order; since schema 3.
    checklists: Annotated[list[ChecklistRef], Field(max_length=12), AfterValidator(_each_once)] = []
    mode: str = "full"  # "note": only that the place is there; "short": what was seen, without a checklist; "hindered"
    device: UUID
    app: str = ""
    started: dt.datetime
    ended: dt.datetime
    clock_skew_ms: int = 0
    place: Place | None = None
    inspectors: list[Officer] = Field(min_length=1, max_length=2)
    present: Present | None = None
    informed: dict[str, Any] = {}
    answers: list[Given] = []
    photos: list[Photo] = []
    voices: list[Voice] = []  # only where something was said
    findings: str = ""
    statement: str = ""
    outcome: Outcome | None = None
    deadline: dt.date | None = None
    refused: Refused | None = None
    rechecks: list[Recheck] = []
    papers: list[PaperRef] = []
    hindered: Hindered | None = None
    unlisted: Unlisted | None = None
    check_code: Annotated[str, Field(max_length=40)] = ""  # only where the superiors' platform had issued one
    penalty: dict[str, Any] | None = None  # only where one was decided on the spot; its shape is that programme's
    amends: Amends | None = None  # only in a new version of a record that was sent

    @property
    def laid(self) -> dt.datetime:
        """When it was laid down for signing, by the phone's clock: at the end of the visit, or when it was amended."""
        return self.amends.at if self.amends else self.ended


class Signature(Part):
    """Strokes as lists of [x, y, milliseconds]; a client that has none brings the fingerprint of a picture."""

    who: Literal["inspector1", "inspector2", "party", "witness"]
    name: str = ""
    certificate_no: str = ""
    strokes: list[list[list[int]]] = []
    image: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""
    at: dt.datetime


class OutsideCap(Part):
    """Under which lawful exception a visit was begun at the door though the year was full, and what calls for it."""

    ground: Annotated[str, Field(max_length=20)]
    reason: Annotated[str, Field(max_length=300)] = ""


class Original(Part):
    """A file that came with a record of another client and hangs on its visit beside the photos."""

    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kind: Literal["attachment", "signature"]
    name: Annotated[str, Field(max_length=200)] = ""


class Record(Part):
    """A record, lifted to the current schema; `record_schema` stays the number under which it was signed."""

    record_schema: Annotated[int, Field(alias="schema")] = CURRENT
    id: UUID
    kind: Literal["inspection"] = "inspection"
    content: Content
    digest: str
    signatures: list[Signature] = []
    files: list[Original] = []
    outside: OutsideCap | None = None  # beside what is signed: whoever complained could be found by it
    missing: list[str] = []  # files that a form of another client names and that did not come


def _to_2(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 1 knew only visits that were made, at premises of the register."""
    return {**content, "hindered": None, "unlisted": None}


def _to_3(content: dict[str, Any]) -> dict[str, Any]:
    """Schema 2 knew visits by one list, whose result was the visit's."""
    content = dict(content)
    named, outcome = content.pop("checklist", None), content.get("outcome")
    if isinstance(named, dict) and isinstance(outcome, dict):
        content["outcome"] = {**outcome, "lists": [{"id": named.get("id"), "result": outcome.get("result")}]}
    return {**content, "checklists": [named] if named else []}


# From schema n to n + 1, on the plain JSON of the content.
UPCASTERS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {1: _to_2, 2: _to_3}


class NewerSchema(ValueError):
    """The record was written under a schema that is newer than this server: what it means is not known here yet."""


def schema_of(body: dict[str, Any]) -> int:
    """The number of the schema. Raises ValueError for what is no number, NewerSchema for one that is still to come."""
    told = body.get("schema", CURRENT)
    if not isinstance(told, int) or isinstance(told, bool):
        raise ValueError(_("The record does not say in a number which schema it has."))
    if told > CURRENT:
        raise NewerSchema(f"{told} > {CURRENT}")
    return told


def read(body: dict[str, Any]) -> Record:
    """The record as the current schema has it.

    Raises pydantic.ValidationError for what no schema explains, NewerSchema for one that is newer than this server.
    """
    content = body.get("content")
    if isinstance(content, dict):
        told = schema_of(body)
        for schema in range(max(told, min(UPCASTERS)), CURRENT):  # 0 was what the first apps wrote for 1
            content = UPCASTERS[schema](content)
        body = {**body, "content": content}
    return Record.model_validate(body)
