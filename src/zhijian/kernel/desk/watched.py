"""What an auditor looked at stands in the ledger: one entry for each person, page and day."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter

LOOKED = ledger.entry_kind("audit.looked", label=gettext_lazy("Looked at by an auditor: {what}"))


def looked(actor: Actor, subject: str, what: str, *, matter: Matter | None = None, area: str = "") -> None:
    """Note that an auditor read a page of `subject`, named `what`; nothing for anybody else, nor twice on a day."""
    if not actor.reads_only:
        return
    since = calendar.start_of(calendar.legal_day(when.now()))
    with scoped(SYSTEM):  # the person's home may lie elsewhere
        seen = LedgerEntry.objects.filter(subject=subject, kind=LOOKED.code, actor=actor.label, at__gte=since)
        if not seen.filter(data__what=what).exists():
            data = {"what": what}
            ledger.record(LOOKED.code, actor=actor, subject=subject, matter=matter, area=area, data=data)
