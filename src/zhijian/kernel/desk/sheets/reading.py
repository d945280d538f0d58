"""A sheet that came back: which row asks for which act, with which facts; what can't be read is said, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.desk.forms import is_uid
from zhijian.kernel.desk.lists import MatterList
from zhijian.kernel.desk.sheets import columns
from zhijian.kernel.matters.flow import Step
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import record_of
from zhijian.kernel.matters.reading import readable
from zhijian.kernel.registry.import_.problems import refusal
from zhijian.kernel.registry.import_.sources import Refused, Row
from zhijian.kernel.registry.import_.xlsx import xlsx_rows
from zhijian.kernel.registry.models import Premises
from zhijian.kernel.words import listed

HEADERS = 10  # the heading stands within these rows
MOST = 20_000  # rows that are read; those without an act cost little
BLOCK = 200


class NotTaken(Exception):
    """Why the whole file is not taken, in the person's words."""


@dataclass
class Sheet:
    """The file as it came: its heading as written, and which column is what."""

    head: list[str]
    places: dict[str, int]
    number: int

    def cell(self, row: Row, what: str) -> str:
        """The cell of a row under "key", "version", "act" or "f:<fact>"."""
        place = self.places.get(what, -1)
        return row.cells[place].strip() if 0 <= place < len(row.cells) else ""

    def called(self, what: str) -> str:
        """The heading of a column as it stands in the file; the fact's own name where the file lacks it."""
        place = self.places.get(what, -1)
        return self.head[place] if place >= 0 else what.removeprefix("f:")


@dataclass
class Wanted:
    """A row that asks for an act: about what, which, with what; `wrong` says why it can't be read: (column, reason)."""

    n: int
    area: str = ""
    title: str = ""
    step: Step | None = None
    matter: Matter | None = None
    premises: Premises | None = None
    version: int | None = None
    facts: dict[str, Any] = field(default_factory=dict)
    before: dict[str, Any] = field(default_factory=dict)
    wrong: list[tuple[str, str]] = field(default_factory=list)


def rows_of(path: Path) -> Iterator[Row]:
    """The rows of the first sheet. Raises NotTaken for what is no workbook."""
    first = None
    try:
        for row in xlsx_rows(path, []):
            first = row.sheet if first is None else first
            if row.sheet != first:
                return
            yield row
    except Refused as error:
        raise NotTaken(refusal(error.why, error.detail)) from error


def sheet_of(path: Path, steps: list[Step]) -> Sheet:
    """The heading of the file. Raises NotTaken when it is not a sheet of this list."""
    known, missing = columns.known_headings(steps), "key"
    for row in islice(rows_of(path), HEADERS):
        places: dict[str, int] = {}
        for place, cell in enumerate(row.cells):
            if cell.strip() in known:
                places.setdefault(known[cell.strip()], place)
        if {"key", "act"} <= places.keys():
            return Sheet([cell.strip() for cell in row.cells], places, row.number)
        if "key" in places:
            missing = "act"
    words = {"key": columns.key_words()[missing]}
    raise NotTaken(_("The column “%(key)s” is missing: download the sheet here, fill it in, and send that.") % words)


class Reader:
    """Reads a sheet for one person and list."""

    def __init__(self, path: Path, one: type[MatterList], actor: Actor) -> None:
        self.path, self.one, self.actor = path, one, actor
        self.steps = columns.acts(one, actor)
        self.words = columns.act_words(self.steps)
        self.asker = columns.Asker(actor, one.all_flows()[0])
        self.sheet = sheet_of(path, self.steps)
        self.facts = [code for code in self.sheet.places if code.startswith("f:")]

    def wanted(self, only: set[int] | None = None) -> Iterator[Wanted]:
        """The rows that ask for something (those of the numbers in `only`), a block at a time."""
        rows = (row for row in islice(rows_of(self.path), MOST + HEADERS) if row.number > self.sheet.number)
        filled = (r for r in rows if self.sheet.cell(r, "key") and (only is None or r.number in only))
        while block := list(islice(filled, BLOCK)):
            uids = [self.sheet.cell(row, "key") for row in block if is_uid(self.sheet.cell(row, "key"))]
            yield from self._block(block, uids)

    def _block(self, block: list[Row], uids: list[str]) -> Iterator[Wanted]:
        about = Matter.objects.filter(uid__in=uids, kind__in=self.one.kinds()).select_related("premises", "entity")
        matters = {str(matter.uid): matter for matter in readable(about, self.actor)}
        left = [uid for uid in uids if str(UUID(uid)) not in matters]
        doors = Premises.objects.filter(uid__in=left, merged_into=None) if left else Premises.objects.none()
        places = {str(p.uid): p for p in doors.select_related("entity").defer("grams", "extra")}
        for row in block:
            key = self.sheet.cell(row, "key")
            uid = str(UUID(key)) if is_uid(key) else ""
            if (found := self._row(row, matters.get(uid), places.get(uid))) is not None:
                yield found

    def _row(self, row: Row, matter: Matter | None, place: Premises | None) -> Wanted | None:
        wanted = Wanted(row.number, matter=matter, premises=place)
        act = self.sheet.cell(row, "act")
        if matter is not None:
            wanted.area, wanted.title = matter.area, f"{matter.number} {matter.title}".strip()
        elif place is not None:
            wanted.area, wanted.title = place.area, place.name
        record = record_of(matter) if matter is not None else None
        if not act and matter is not None and self.sheet.cell(row, "version") != str(matter.version):
            return None  # its cells say what held when the sheet was made; nobody asked for anything
        changed = self._changed(row, matter, record) if not act else []
        if not act and not changed:
            return None
        if matter is None and place is None:
            wanted.wrong.append((self.sheet.called("key"), _("There is no such matter or place, or it is not yours.")))
            return wanted
        wanted.step = self._step(wanted, act, changed)
        if wanted.step is not None:
            self._told(row, wanted, record)
        return wanted

    def _changed(self, row: Row, matter: Matter | None, record: Any) -> list[str]:
        """The facts whose cells say something else than the matter holds."""
        filled = [code.removeprefix("f:") for code in self.facts if self.sheet.cell(row, code)]
        if matter is None:
            return filled
        found = []
        for name in filled:
            step = next((s for s in self.steps if s.froms and name in columns.facts_of(s)), None)
            if step is not None:
                now = self.asker.now(step, matter, record, name)
                if not columns.same(self.sheet.cell(row, f"f:{name}"), now):
                    found.append(name)
        return found

    def _step(self, wanted: Wanted, act: str, changed: list[str]) -> Step | None:
        """The act of a row: the one that is named, or the only one that takes what was changed."""
        column = self.sheet.called("act")
        if act:
            step = self.words.get(act)
            if step is None:
                known = listed([columns.label(s) for s in self.steps])
                words = {"text": act[:40], "known": known}
                wanted.wrong.append((column, _("“%(text)s” is none of: %(known)s") % words))
            elif bool(step.froms) != (wanted.matter is not None):
                wanted.wrong.append((column, _("“%(text)s” does not fit what the row is about.") % {"text": act[:40]}))
                step = None
            return step
        about = [s for s in self.steps if bool(s.froms) == (wanted.matter is not None)]
        fitting = [s for s in about if set(changed) <= set(columns.facts_of(s))]
        if len(fitting) != 1:
            wanted.wrong.append((column, _("Cells were changed, but it is not said what is to be done.")))
            return None
        return fitting[0]

    def _told(self, row: Row, wanted: Wanted, record: Any) -> None:
        """The facts of the act as the cells say them, and what the matter holds of those that a way back would tell."""
        step = wanted.step
        assert step is not None
        place = wanted.premises or (wanted.matter.premises if wanted.matter else None)
        for name in columns.facts_of(step):
            cell = self.sheet.cell(row, f"f:{name}")
            if not cell:
                continue
            try:
                wanted.facts[name] = self.asker.value(step, wanted.area, place, name, cell)
            except ValueError as error:
                wanted.wrong.append((self.sheet.called(f"f:{name}"), str(error)))
        if wanted.matter is None:
            return
        text = self.sheet.cell(row, "version")
        if text.isdecimal() and len(text) < 10:
            wanted.version = int(text)
        else:
            wanted.wrong.append((self.sheet.called("version"), _("The version is missing: download the sheet anew.")))
        if step.back:
            back = next(s for s in self.one.all_flows()[0].steps if s.verb == step.back)
            wanted.before = columns.before(back, wanted.matter, record)
