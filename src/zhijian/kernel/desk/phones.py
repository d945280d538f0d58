"""Other apps by which officers may work in the field: each with a page of its own, offered on the account's page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise

from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.roles import Role


@dataclass(frozen=True)
class App:
    """What it is called, for whom it is in a sentence, and the name of its page's address."""

    title: str | Promise
    words: str | Promise
    name: str
    roles: frozenset[Role]

    @property
    def address(self) -> str:
        return reverse(self.name)


_apps: dict[str, App] = {}


def another(code: str, title: str | Promise, words: str | Promise, name: str, roles: Iterable[Role]) -> None:
    """Offer another app to those who hold one of `roles`. Gateways register theirs when they load."""
    _apps[code] = App(title, words, name, frozenset(roles))


def offered(actor: Actor) -> list[App]:
    """What this person may work with."""
    return [app for _code, app in sorted(_apps.items()) if app.roles & actor.roles_at()]
