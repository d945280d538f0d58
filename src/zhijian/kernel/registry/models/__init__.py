"""Whom the bureau supervises, and what becomes of it in the register."""

from .cards import Card, CardRun, RetiredCode
from .changing import (
    Departure,
    EntityJoin,
    MapCell,
    Mention,
    Proposal,
    ProposalState,
    RegistrationChange,
    What,
)
from .files import (
    LASTING,
    MISREAD,
    ORGANISATION,
    Entity,
    EntityStatus,
    Licence,
    LicenceStatus,
    Premises,
    PremisesStatus,
)
from .imports import ImportRun, ImportState
from .twins import Twin, TwinLook

__all__ = [
    "LASTING",
    "MISREAD",
    "ORGANISATION",
    "Card",
    "CardRun",
    "Departure",
    "Entity",
    "EntityJoin",
    "EntityStatus",
    "ImportRun",
    "ImportState",
    "Licence",
    "LicenceStatus",
    "MapCell",
    "Mention",
    "Premises",
    "PremisesStatus",
    "Proposal",
    "ProposalState",
    "RegistrationChange",
    "RetiredCode",
    "Twin",
    "TwinLook",
    "What",
]
