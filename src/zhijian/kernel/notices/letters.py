"""From a notice to the letter that an adapter carries: its words, as they stand at the moment of sending."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import record_of
from zhijian.kernel.notices import texts
from zhijian.kernel.notices.addresses import public_origin, public_url
from zhijian.kernel.notices.channels.protocol import Letter, Refused
from zhijian.kernel.notices.models import Channel, Notice
from zhijian.kernel.notices.wording import invites, render
from zhijian.kernel.packs import in_its_language, stack
from zhijian.kernel.party.family import Family, family_of, head_of
from zhijian.kernel.party.pages import Told, page_of, pages


def letter_of(notice: Notice) -> Letter:
    """The letter, in its receiver's language. Raises Refused for what no provider should be asked to send."""
    made = {Channel.SMS: _sms, Channel.EMAIL: _email, Channel.ROBOT: _group}[Channel(notice.channel)](notice)
    return Letter(key=str(notice.uid), again=notice.tries > 1, notice=notice.pk, **made)


def _sms(notice: Notice) -> dict[str, Any]:
    book = texts.book()
    text = text_of(notice)
    template, values = book.find(text)
    parts = book.length(text).parts
    if parts > book.most_parts:
        raise Refused(texts.TOO_LONG)
    return {
        "to": notice.address or "", "text": book.signed(text), "signature": book.signature, "template": template,
        "values": values, "parts": parts,
    }  # fmt: skip


def text_of(notice: Notice) -> str:
    """The text message in the pack's language: what is to be done now, and a new link that opens the page of it.

    Raises Refused where nobody said how the site is reached from outside: a link without a host helps nobody.
    """
    told = dict(notice.data)
    if notice.entity is not None and notice.matter is not None:
        if not public_origin():
            raise Refused(gettext_noop("nobody said how the site is reached from outside (ZHIJIAN_PUBLIC_ORIGIN)"))
        head = head_of(notice.matter)
        family = family_of(head, SYSTEM)
        first = family.waiting[0] if family.waiting else None
        told |= {
            "link": public_url(f"/p/{make_link(notice.entity, head, number=notice.address or '')}/"),
            "title": head.title,
            "n": len(family.waiting),
            "day": family.day.isoformat() if family.day else "",
            "waits": first.kind if first is not None else "",
            "invites": invites(notice.template, notice.data),
        } | _own_facts(notice)
    with in_its_language():
        if notice.entity is not None and notice.matter is not None:
            told["own"] = _own_words(head, family, notice)
        return render(notice.template, texts.book().fitted(told)).sms


def _own_facts(notice: Notice) -> dict[str, Any]:
    """The number and the day that an occasion names itself (of the enterprise's pieces that are due): they say more
    than those of the page, unless something else was told with it."""
    return {} if notice.data.get("more") else {name: notice.data[name] for name in ("n", "day") if name in notice.data}


def _own_words(head: Matter, family: Family, notice: Notice) -> str:
    """What the programme of the page says of what happened; empty for the usual words."""
    page = page_of(head.kind)
    if page.sms is None:
        return ""
    happened = [notice.data, *(one["data"] for one in notice.data.get("more", []))]
    steps = frozenset((str(one.get("kind")), str(one.get("verb"))) for one in happened)
    rates = invites(notice.template, notice.data)
    beside = tuple(_beside(head, {kind for kind, _verb in steps}))
    return str(page.sms(Told(head, record_of(head), steps, len(family.waiting), family.day, rates, beside)))


def _beside(head: Matter, kinds: set[str]) -> Iterator[str]:
    """What other programmes add to the message about a matter of whose children it tells as well."""
    adding = {kind: page.adds for kind, page in pages().items() if kind in kinds and page.beside and page.adds}
    for child in head.children.filter(kind__in=adding).order_by("pk") if adding else ():  # type: ignore[attr-defined]
        yield str(adding[child.kind](child, record_of(child)))


def _email(notice: Notice) -> dict[str, Any]:
    """To staff: what the inbox says, and the way there."""
    language = notice.person.language if notice.person is not None else stack().language
    with translation.override(language):
        said = render(notice.template, notice.data)
        lines = [said.text, _("Open it: {link}").format(link=public_url(f"/inbox/{notice.uid}/"))]
        lines.append(_("You get this by your own choice; change it under “How I am told”."))
    return {"to": notice.address or "", "subject": said.title, "text": "\n\n".join(lines)}


def _group(notice: Notice) -> dict[str, Any]:
    robot = notice.robot
    if robot is None or not robot.active:
        raise Refused(gettext_noop("the office has switched its group's robot off"))
    with in_its_language():
        said = render(notice.template, {**notice.data, "link": public_url(notice.data.get("path", "/"))})
    return {
        "to": str(robot.key), "kind": robot.kind, "secret": robot.secret or "", "subject": said.title,
        "text": f"**{said.title}**\n{said.text}",
    }  # fmt: skip
