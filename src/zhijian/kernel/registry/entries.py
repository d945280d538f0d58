"""What the registry writes into the ledger, and how it reads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.evidence.ledger import entry_kind

IMPORTED = entry_kind(
    "registry.imported", label=_("{file} was imported into the register ({rows} rows, {rejected} rejected)")
)
