"""Lists that leave the house as Excel: the answer that flows, and the sheet that says what the file holds.

A file outlives the page it came from: which filters, which places, the day and hour and who made it stand in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import quote

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.packs import stack
from zhijian.kernel.words import listed

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PLACES = 12  # named one by one; a person with more posts reads how many more there are


def places(actor: Actor) -> str:
    """The places whose rows the person may see, by name."""
    known = stack().areas
    codes = sorted({post.area for post in actor.posts})
    return listed([known[c].name if c in known else c for c in codes], most=PLACES)


def about(title: str, actor: Actor, chosen: Iterable[tuple[str, str]] = (), area: str = "") -> list[str]:
    """What the file holds, line by line: its title, area, filters (heading, value), moment and person."""
    where = said.area_name(area) if area else places(actor)
    filters = [_("%(filter)s: %(value)s") % {"filter": name, "value": value} for name, value in chosen if value]
    made = {"who": actor.name, "when": f"{calendar.local(timezone.now()):%Y-%m-%d %H:%M}"}
    return [
        title,
        _("%(filter)s: %(value)s") % {"filter": _("Area"), "value": where},
        *(filters or [_("No filter: everything that this person may see.")]),
        _("Made by %(who)s, %(when)s; only the records that this person may open.") % made,
    ]


def answer(title: str, plain: str, body: Iterator[bytes]) -> StreamingHttpResponse:
    """The file as an answer that flows, named by its title and today; `plain` for browsers that know only ASCII."""
    made = StreamingHttpResponse(body, content_type=TYPE)
    name = quote(f"{title}-{calendar.today():%Y%m%d}.xlsx")
    made["Content-Disposition"] = f"attachment; filename=\"{plain}.xlsx\"; filename*=UTF-8''{name}"
    return made
