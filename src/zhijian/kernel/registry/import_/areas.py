"""Which area a cell means: a code, a name of an office or district, a registration authority, an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from ..text import fold
from .convert import Bad, Converter, clean


class AreaFinder:
    """Finds areas by code or by name. `areas` are rows (code, name, short, parent), parents before children."""

    def __init__(self, areas: Iterable[tuple[str, str, str, str]]) -> None:
        self.codes: set[str] = set()
        self.children: dict[str, list[tuple[str, str]]] = {}
        self.roots: list[tuple[str, str]] = []
        self.exact: dict[str, str] = {}
        for code, name, short, parent in areas:
            self.codes.add(code)
            for said in {fold(name), fold(short)} - {""}:
                # A name that two areas bear (two 城关镇) says nothing by itself.
                self.exact[said] = "" if said in self.exact and self.exact[said] != code else code
                (self.children.setdefault(parent, []) if parent else self.roots).append((said, code))
        for rows in (*self.children.values(), self.roots):
            rows.sort(key=lambda row: len(row[0]), reverse=True)
        self.find = lru_cache(maxsize=100_000)(self._find)

    def _find(self, text: str) -> str:
        """The code, "" when the text names no area."""
        folded = fold(text)
        if folded in self.codes:
            return folded
        if folded.isdigit() and len(folded) in (6, 9, 12):
            return next((folded[:n] for n in (9, 6, 4) if folded[:n] in self.codes), "")
        return self.exact.get(folded) or self._inside(folded)

    def _inside(self, folded: str) -> str:
        """The deepest area whose ancestors and self are named in a longer text (淄博市张店区马尚街道…)."""
        best = ""
        for said, code in self.roots:
            if said in folded:
                best = max(best, self._below(folded, code) or code, key=len)
        if not best:
            for _, code in self.roots:
                best = max(best, self._below(folded, code), key=len)
        return best

    def _below(self, folded: str, parent: str) -> str:
        """The deepest named child of `parent`, "" when none is named. Two-character names need their suffix."""
        for said, code in self.children.get(parent, []):
            if len(said) > 2 and said in folded:
                return self._below(folded, code) or code
        return ""


def area_converter(spec: Mapping[str, Any], tables: Mapping[str, Any]) -> Converter:
    """The code of the area that a cell names; `loose` (addresses) gives nothing instead of an error."""
    finder: AreaFinder = tables["areas"]
    prefix = str(spec.get("prefix", ""))
    loose = bool(spec.get("loose"))

    def convert(cell: str) -> str:
        text = clean(cell)
        if not text:
            return ""
        found = finder.find(prefix + text)
        if not found and not loose:
            raise Bad("no_such_area")
        return found

    return convert
