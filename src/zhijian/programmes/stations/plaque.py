"""The plaque of a station: its name, number and code, which leads to its public page."""

from __future__ import annotations

import json
from pathlib import Path

import typst
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from zhijian.kernel.notices.addresses import public_url
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import fonts
from zhijian.kernel.papers.render import ROOT, legible
from zhijian.kernel.registry.cards.printing import door_qr
from zhijian.kernel.registry.door import shown_door_code
from zhijian.programmes.stations.models import Station

TEMPLATE = Path(__file__).with_name("plaque.typ")


def pdf(record: Station) -> bytes:
    """One landscape page in the language of the place."""
    language = stack().language
    with override(language):
        told = {
            "title": str(record.get_sort_display()),
            "name": legible(record.name),
            "number": record.matter.number,
            "organ": stack().organ(record.matter.area).name,
            "since": record.approved_on.isoformat() if record.approved_on else "",
            "phone": _("Telephone: %(phone)s") % {"phone": legible(record.phone)},
            "hours": legible(record.hours),
            "scan": _("Scan: who this is, whether it is in force"),
            "mark": _("Practice") if settings.TRAINING else "",
            "code": shown_door_code(record.code),
            "qr": door_qr(public_url(f"/d/{record.code}/")),
            "paper": stack().setting("paper", "a4"),
            "lang": "zh" if language.startswith("zh") else "en",
            "fonts": fonts.families(),
        }
    return typst.compile(
        str(TEMPLATE), root=str(ROOT), font_paths=fonts.loaded(), ignore_system_fonts=True,
        sys_inputs={"told": json.dumps(told, ensure_ascii=False)},
    )  # fmt: skip
