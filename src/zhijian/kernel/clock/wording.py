"""How limits are said in the person's language."""

from __future__ import annotations

from django.utils.translation import ngettext_lazy

from zhijian.kernel.packs.rows import Limit, Unit

_WORDS = {
    Unit.WORKING_DAYS: ngettext_lazy("%(n)d working day", "%(n)d working days", "n"),
    Unit.DAYS: ngettext_lazy("%(n)d day", "%(n)d days", "n"),
    Unit.HOURS: ngettext_lazy("%(n)d hour", "%(n)d hours", "n"),
    Unit.MINUTES: ngettext_lazy("%(n)d minute", "%(n)d minutes", "n"),
    Unit.MONTHS: ngettext_lazy("%(n)d month", "%(n)d months", "n"),
    Unit.YEARS: ngettext_lazy("%(n)d year", "%(n)d years", "n"),
}


def limit_words(limit: Limit | str) -> str:
    """A limit as people say it ("20 working days", 20个工作日). Takes also the text that a clock's basis keeps."""
    if isinstance(limit, str):
        limit = Limit.parse(limit)
    return str(_WORDS[limit.unit] % {"n": limit.n})
