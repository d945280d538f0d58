"""What the evidence itself writes into the ledger, and how it reads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.evidence.ledger import entry_kind

ASIDE = entry_kind(
    "file.aside", label=_("{count} photos do not come from the phone; they were exported there by hand: {files}")
)
OPENED = entry_kind("file.opened", label=_("{actor} opened an original file ({sha256})"))
