"""Text messages as they are registered: the pack's signature and templates, and whether what we say fits them.

Providers send only texts that they approved, letter by letter, with variables in between. So a text that goes by SMS is
matched against the pack's registered ones: it need not know of them. What fits none is refused here, before a provider
cuts or drops it, unless the pack says that its provider takes any text (`free`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Literal

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from zhijian.kernel.accounts.links import plain_number
from zhijian.kernel.notices.channels.length import Length, shortened, sms_length
from zhijian.kernel.notices.channels.protocol import Refused
from zhijian.kernel.packs import PackError, in_its_language, stack

_PLACE = re.compile(r"\{(\w+)\}|%\((\w+)\)s")
UNFIT = gettext_noop("the text fits none of the registered templates")
TOO_LONG = gettext_noop("the text is longer than the pack allows")


@dataclass(frozen=True)
class Variable:
    """A variable of the registered texts: how many characters it may have, and whether it is cut to them."""

    longest: int
    shorten: bool = False


@dataclass(frozen=True)
class Registered:
    """A text that the provider approved, by its code there."""

    code: str
    text: str
    pattern: re.Pattern[str]

    def values(self, text: str) -> dict[str, str] | None:
        """What stands in the variables, where the text is this one; None where it is another."""
        found = self.pattern.fullmatch(text)
        return found.groupdict() if found else None


@dataclass(frozen=True)
class Book:
    """The pack's `sms.toml`."""

    signature: str
    most_parts: int
    free: bool
    variables: Mapping[str, Variable]
    templates: tuple[Registered, ...] = field(default=())
    takes: str = ""  # which numbers get text messages, as a regular expression of their digits; "": all of them
    verified: str = "K"
    note: str = ""

    def signed(self, text: str) -> str:
        """As its receiver reads it: the signature goes before, and counts."""
        return f"【{self.signature}】{text}" if self.signature else text

    def length(self, text: str) -> Length:
        """Units and billed messages of a text with its signature."""
        return sms_length(self.signed(text))

    def reaches(self, number: str) -> bool:
        """Whether a text message can arrive at this telephone: not at a landline."""
        return bool(number) and bool(re.fullmatch(self.takes or ".+", plain_number(number)))

    def fitted(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """The facts of a text, those cut that may be."""
        cut = {name: one.longest for name, one in self.variables.items() if one.shorten}
        return {
            name: shortened(value, cut[name]) if name in cut and isinstance(value, str) else value
            for name, value in told.items()
        }

    def find(self, text: str) -> tuple[str, dict[str, str]]:
        """The registered text that it is, by code, with its values; an empty code where any text may go.

        Raises Refused.
        """
        for one in self.templates:
            if (values := one.values(text)) is not None:
                return one.code, values
        if not self.free:
            raise Refused(UNFIT)
        return "", {}


def _pattern(text: str, variables: Mapping[str, Variable], code: str) -> re.Pattern[str]:
    made, end, seen = "", 0, set()
    for place in _PLACE.finditer(text):
        name = place[1] or place[2]
        if name not in variables:
            raise PackError(f"sms.toml, template {code}: there is no variable {name}")
        if name in seen:
            raise PackError(f"sms.toml, template {code}: {name} stands in it twice")
        seen.add(name)
        made += re.escape(text[end : place.start()]) + f"(?P<{name}>.{{1,{variables[name].longest}}}?)"
        end = place.end()
    return re.compile(made + re.escape(text[end:]), re.S)


def _read() -> Book:
    raw = dict(stack().table("sms"))
    variables = {name: Variable(**one) for name, one in raw.pop("variable", {}).items()}
    templates = tuple(
        Registered(code, one["text"], _pattern(one["text"], variables, code))
        for code, one in raw.pop("template", {}).items()
    )
    try:
        return Book(variables=variables, templates=templates, **raw)
    except TypeError as error:
        raise PackError(f"sms.toml: {error}") from error


@cache
def _book(pack: str) -> Book:
    return _read()


def book() -> Book:
    """The registered texts of the place. Raises PackError where `sms.toml` cannot be read."""
    return _book(settings.PACK)


# What `zhijian pack check` says of it


def worst(text: str, of: Book) -> str:
    """The text with each variable as long as it may be."""

    def fill(place: re.Match[str]) -> str:
        variable = of.variables.get(place[1] or place[2])
        return ("0" if of.signature == "" else "市") * (variable.longest if variable else 20)

    return _PLACE.sub(fill, text)


def declared() -> Iterator[tuple[str, str]]:
    """Every text that is declared to go by SMS, with the name of the occasion, in the pack's language.

    What a function makes of a record cannot be known before.
    """
    from zhijian.kernel.notices import wording
    from zhijian.kernel.party.pages import pages

    with in_its_language():
        for code, template in wording.templates().items():
            if isinstance(template.sms, str | Promise) and str(template.sms):
                yield code, str(template.sms)
        for text in wording.STEP_TEXTS:
            yield "step", str(text)
        for kind, page in pages().items():
            if page.asks:
                yield kind, str(page.asks)


def findings() -> Iterator[tuple[Literal["error", "unverified"], str, str]]:
    """What is wrong or unverified of the texts: level, where, what."""
    try:
        of = book()
    except FileNotFoundError:
        yield "error", "sms.toml", _("no pack says how text messages are signed and registered")
        return
    for where, text in declared():
        full = worst(text, of)
        try:
            of.find(full)
        except Refused:
            yield "error", where, _("fits none of the registered texts for SMS: {text}").format(text=text)
        parts = of.length(full).parts
        if parts > of.most_parts:
            told = {"parts": parts, "most": of.most_parts, "text": text}
            yield "error", where, _("may become {parts} text messages, {most} are allowed: {text}").format(**told)
    if of.verified != "V":
        signature = of.signed("") or _("no signature")
        yield "unverified", "sms.toml", f"{signature} {of.note}".strip()
