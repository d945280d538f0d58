"""How a decision is told in one line, in the language of the place: what is kept is written once, whoever reads it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from zhijian.kernel.packs import in_its_language, stack
from zhijian.programmes.spot_penalty import law


def words_of(yuan: int) -> str:
    """An amount in capital figures, where the place writes Chinese; else as it is."""
    return law.capital(yuan) if stack().language.startswith("zh") else str(yuan)


def decided(warning: bool, fine: int) -> str:
    """“警告，罚款贰佰元整（￥200）”."""
    with in_its_language():
        said = [_("warning")] if warning else []
        said += [_("fine of %(words)s (¥%(fine)s)") % {"words": words_of(fine), "fine": fine}] if fine else []
        return _(", ").join(said) or _("nothing decided")


def title(item: str, found: str) -> str:
    """How it is called in lists: the item and what was found, on one line."""
    return " ".join(filter(None, [item, " ".join(found.split())]))[:200]
