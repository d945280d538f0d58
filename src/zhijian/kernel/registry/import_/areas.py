"""Which area a cell means: a code, a name of an office or district, a registration authority, an address."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from ..text import fold
from .convert import Bad, Converter, clean


class AreaFinder:
    """Finds areas by code or by name. `areas` are rows (code, name, short, parent), parents before children.

    `strip` are endings of authorities' names (…市场监督管理局): what stands before is the place. `suffixes` are what
    may follow a place of the lowest level elsewhere (马尚 → 马尚街道, 马尚镇, 马尚所). Both come from the mapping.
    """

    def __init__(
        self, areas: Iterable[tuple[str, str, str, str]], strip: Sequence[str] = (), suffixes: Sequence[str] = ()
    ) -> None:
        rows = list(areas)
        names, parents = {code: name for code, name, _, _ in rows}, {parent for *_, parent in rows}
        self.codes = {fold(code): code for code, *_ in rows}
        self.children: dict[str, list[tuple[str, str]]] = {}
        self.exact: dict[str, str] = {}
        for code, name, short, parent in rows:
            place = name.removeprefix(names.get(parent, ""))
            place = place[: -len(ending)] if (ending := next(filter(place.endswith, strip), "")) else place
            longer = () if code in parents else suffixes
            for word in {fold(w) for w in (name, short, place, *(place + s for s in longer))} - {""}:
                # A name that two areas bear (two 城关镇) says nothing by itself.
                self.exact[word] = "" if self.exact.get(word, code) != code else code
                self.children.setdefault(parent, []).append((word, code))
        for words in self.children.values():
            words.sort(key=lambda row: len(row[0]), reverse=True)
        self.roots = self.children.get("", [])
        self.find = lru_cache(maxsize=50_000)(self._find)

    def _find(self, text: str) -> str:
        """The code, "" when the text names no area."""
        folded = fold(text)
        if folded in self.codes:
            return self.codes[folded]
        if folded.isdigit() and len(folded) in (6, 9, 12):  # an official code of a deeper or a higher level
            return next((self.codes[folded[:n]] for n in (9, 6, 4) if folded[:n] in self.codes), "")
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
        """The deepest named area below `parent`, "" when none is named. Two-character names need their suffix."""
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
