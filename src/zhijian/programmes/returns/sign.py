"""The sign that hangs at the shop: what it pledges, in large letters, and the code of its public page."""

from __future__ import annotations

import json
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, cast

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from zhijian.kernel.packs import in_its_language, stack
from zhijian.kernel.papers import fonts
from zhijian.kernel.papers.render import ROOT, legible
from zhijian.kernel.registry.cards.printing import door_qr
from zhijian.kernel.registry.door import shown_door_code
from zhijian.programmes.returns.models import Goods, ReturnPledge, Version

TEMPLATE = Path(__file__).with_name("sign.typ")
_lock = threading.Lock()


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(TEMPLATE), root=str(ROOT), font_paths=fonts.loaded(), ignore_system_fonts=True)


def facts(record: ReturnPledge, terms: Version) -> dict[str, Any]:
    """What stands on the sign, in the place's language."""
    with in_its_language():
        lines = [
            (_("Goods"), terms.scope or str(Goods(terms.goods).label)),
            (_("Left out"), terms.excluded),
            (_("Condition"), terms.condition),
            (_("Refund"), _in_days(terms.refund_days)),
            (_("Valid until"), f"{terms.valid_until:%Y-%m-%d}"),
        ]
        return {
            "title": _("No-reason return"),
            "days": str(terms.days),
            "unit": ngettext("day", "days", terms.days),
            "shop": legible(record.matter.title),
            "lines": [{"head": head, "text": legible(text)} for head, text in lines if text],
            "scan": _("Scan: whether this pledge is in force, and its terms"),
            "office": legible(stack().organ(record.area).name),
            "mark": _("Practice") if settings.TRAINING else "",
            "code": shown_door_code(record.code),
            "qr": door_qr(f"{settings.PUBLIC_ORIGIN.rstrip('/')}/r/{record.code}/"),
            "paper": stack().setting("paper", "a4"),
            "lang": "zh" if stack().language.startswith("zh") else "en",
            "fonts": fonts.families(),
        }


def _in_days(n: int) -> str:
    return ngettext("within %(n)s day", "within %(n)s days", n) % {"n": n} if n else _("on the spot")


def made(record: ReturnPledge, terms: Version) -> bytes:
    """The sign as PDF, one page."""
    told = {"told": json.dumps(facts(record, terms), ensure_ascii=False)}
    with _lock:
        return cast(bytes, _compiler().compile(format="pdf", sys_inputs=told))
