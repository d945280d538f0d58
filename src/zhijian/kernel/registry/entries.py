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


def _what(facts: dict[str, Any]) -> str:
    from .models import What

    return str(What(facts["what"]).label) if facts.get("what") in What.values else "…"


def _of_place(sentence: Any) -> Any:
    """The sentence with what was corrected in the reader's language."""
    return lambda facts: str(sentence).format_map(
        {"name": "…", **facts, "old": _value("old", facts), "new": _value("new", facts), "what": _what(facts)}
    )


def _value(name: str, facts: dict[str, Any]) -> str:
    """What was corrected, from or to; whether a place is open is a code (earlier entries hold words)."""
    from .models import PremisesStatus, What

    told = facts.get(name, "…")
    if facts.get("what") == What.STATUS and told in PremisesStatus.values:
        return str(PremisesStatus(told).label)
    return str(told)


PROPOSED_TEXT = _("Correction proposed at {name}: {what}")
PROPOSED = entry_kind("registry.proposed", label=PROPOSED_TEXT, describe=_of_place(PROPOSED_TEXT))
CORRECTED_TEXT = _("Corrected at {name}: {what}, from “{old}” to “{new}”")
CORRECTED = entry_kind("registry.corrected", label=CORRECTED_TEXT, describe=_of_place(CORRECTED_TEXT))
CONTACT_TEXT = _("Corrected at {name}: {what}")
CORRECTED_CONTACT = entry_kind(
    "registry.contact_corrected", label=CONTACT_TEXT, personal=("old", "new"), describe=_of_place(CONTACT_TEXT)
)
NUMBER_CHANGED = entry_kind(
    "registry.number_changed",
    label=_("The telephone of {name} was changed from {old} to {new}, asked for by {behalf_speaker}: {reason}"),
    personal=("old", "new", "behalf_speaker"),
)
NOT_TEXT = _("Correction refused at {name}: {what}")
NOT_CORRECTED = entry_kind("registry.not_corrected", label=NOT_TEXT, describe=_of_place(NOT_TEXT))
FILED = entry_kind("registry.filed", label=_("A new file without a code was made: {name}"))


MERGED = entry_kind("registry.merged", label=_("Two files were made one: {other_name} now stands under {kept_name}"))
SPLIT = entry_kind("registry.split", label=_("One file was made two: a part of {kept_name} is {other_name} now"))


def _taken_back(facts: dict[str, Any]) -> str:
    said = {"merge": _("The merge of {other_name} into {kept_name} was taken back")}
    words = said.get(facts.get("what", ""), _("The split of {other_name} from {kept_name} was taken back"))
    return str(words).format(kept_name=facts.get("kept_name", "…"), other_name=facts.get("other_name", "…"))


TAKEN_BACK = entry_kind(
    "registry.taken_back", label=_("A merge or split of {kept_name} was taken back"), describe=_taken_back
)
