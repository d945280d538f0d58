"""A link that has run out: whoever holds it may ask for a new one, which goes to the number in the register only."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import known_link
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Channel
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.wording import notice_template
from zhijian.kernel.packs import stack
from zhijian.kernel.party import limits

PAUSE, A_DAY = 15, 3  # minutes between two links of a matter; how many of them in a day
PER_ADDRESS = 20  # in an hour, for whatever matters

notice_template(
    "party.link",
    title=_("New link"),
    text=_("You asked for a new link to {title}."),
    sms=_("{organ}: {title}. Your new link: {link}"),
)


class TooSoon(Exception):
    """A link was sent a short while ago, or too many were asked for."""


def renew(token: str, address: str) -> bool:
    """Send a new link in place of one that has run out. False where there is nobody to send it to. Raises TooSoon."""
    link = known_link(token)
    if link is None:
        return False
    if limits.count("link address", address, 60) > PER_ADDRESS:
        raise TooSoon
    which = f"{link.entity_id}:{link.matter_uid}"
    if limits.tried("link", which, PAUSE) or limits.tried("link", which, 24 * 60) >= A_DAY:
        raise TooSoon
    with scoped(SYSTEM):
        matter = Matter.objects.filter(uid=link.matter_uid, entity_id=link.entity_id).first()
        if matter is None:
            return False
        data = {"title": matter.title, "organ": stack().organ(matter.area).name}
        sent = tell(link.entity, matter=matter, template="party.link", data=data, actor=SYSTEM, only=str(Channel.SMS))
    if sent:
        limits.count("link", which, PAUSE)
    return bool(sent)
