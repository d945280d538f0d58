"""What the registry writes into the ledger, and how it reads."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from zhijian.kernel.evidence.ledger import entry_kind

IMPORTED = entry_kind(
    "registry.imported", label=_("{file} was imported into the register ({rows} rows, {rejected} rejected)")
)
SENT = entry_kind("registry.import_sent", label=_("{file} was sent to be imported"))
TRIED = entry_kind(
    "registry.import_tried",
    label=_("The import of {file} was tried ({rows} rows, {rejected} rejected); nothing changed"),
)


def _came_to_nothing(facts: dict[str, Any]) -> str:
    said = {"refused": _("refused"), "failed": _("failed"), "stopped": _("called off")}
    state = said.get(facts.get("state", ""), "…")
    return _now("The import of {file} changed nothing: {state}").format(file=facts.get("file", "…"), state=state)


CAME_TO_NOTHING = entry_kind(
    "registry.import_nothing", label=_("The import of {file} changed nothing: {state}"), describe=_came_to_nothing
)
MERGED = entry_kind("registry.merged", label=_("Two files were made one: {other_name} now stands under {kept_name}"))
SPLIT = entry_kind("registry.split", label=_("One file was made two: a part of {kept_name} is {other_name} now"))


def _taken_back(facts: dict[str, Any]) -> str:
    said = {"merge": _("The merge of {other_name} into {kept_name} was taken back")}
    words = said.get(facts.get("what", ""), _("The split of {other_name} from {kept_name} was taken back"))
    return str(words).format(kept_name=facts.get("kept_name", "…"), other_name=facts.get("other_name", "…"))


TAKEN_BACK = entry_kind(
    "registry.taken_back", label=_("A merge or split of {kept_name} was taken back"), describe=_taken_back
)
