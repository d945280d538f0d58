"""`zhijian user`: people of the bureau by hand; the first administrator is made so."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import os
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from zhijian.kernel.accounts import people
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Jurisdiction, Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.clock import calendar


class Command(BaseCommand):
    """add, list, post, password, retire."""

    example = "user list"
    help = "People of the bureau: add (with a first post), list, post, password, retire."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        add = verbs.add_parser("add", help="a new account; the password is asked for, or read from ZHIJIAN_PASSWORD")
        add.add_argument("username")
        add.add_argument("name")
        add.add_argument("--certificate", default="", help="number of the law-enforcement certificate")
        add.add_argument("--certificate-until", type=dt.date.fromisoformat, help="YYYY-MM-DD")
        post = verbs.add_parser("post", help="one more post for somebody")
        post.add_argument("username")
        post.add_argument("--until", type=dt.date.fromisoformat, help="YYYY-MM-DD (default: without an end)")
        post.add_argument("--loan", action="store_true", help="on loan from another office; needs --until")
        for verb in (add, post):
            verb.add_argument("--role", required=True, choices=[role.value for role in Role])
            verb.add_argument("--area", required=True, help="code of the bureau or office, e.g. 370303009")
            verb.add_argument("--since", type=dt.date.fromisoformat, help="YYYY-MM-DD (default: today)")
        verbs.add_parser("list", help="everybody with his posts")
        for name, text in (("password", "a new password"), ("retire", "end all posts today and lock the account")):
            verbs.add_parser(name, help=text).add_argument("username")

    def handle(self, *args: Any, **options: Any) -> None:
        with scoped(SYSTEM):
            try:
                getattr(self, f"_{options['verb']}")(options)
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from None

    def _add(self, options: dict[str, Any]) -> None:
        load_jurisdictions()
        if Person.objects.filter(username=options["username"]).exists():
            raise CommandError(f"There is an account {options['username']} already.")
        area = self._area(options["area"])
        person = people.add(
            options["username"], options["name"], self._new_password(), area, actor=SYSTEM,
            certificate=options["certificate"], certificate_until=options["certificate_until"],
        )  # fmt: skip
        self._post(options | {"username": person.username})

    def _post(self, options: dict[str, Any]) -> None:
        person = self._person(options)
        since = options["since"] or calendar.today()
        people.give_post(
            person, Role(options["role"]), self._area(options["area"]), since, options.get("until"),
            actor=SYSTEM, loan=options.get("loan", False),
        )  # fmt: skip
        self.stdout.write(f"{person.username}: {options['role']} at {options['area']} from {since}")

    def _list(self, options: dict[str, Any]) -> None:
        for person in Person.objects.prefetch_related("posts").order_by("username"):
            open_posts = ", ".join(f"{p.role} {p.jurisdiction_id}" for p in person.posts.all() if p.until is None)
            state = "" if person.is_active else " (locked)"
            self.stdout.write(f"{person.username:<16} {person.name}{state}: {open_posts or 'no post'}")

    def _password(self, options: dict[str, Any]) -> None:
        people.set_password(self._person(options), self._new_password(), actor=SYSTEM)
        self.stdout.write("Password set.")

    def _retire(self, options: dict[str, Any]) -> None:
        person = self._person(options)
        ended = people.end_posts(person, calendar.today(), actor=SYSTEM)
        people.lock(person, actor=SYSTEM)
        self.stdout.write(f"{person.username}: {ended} posts ended, account locked.")

    def _person(self, options: dict[str, Any]) -> Person:
        try:
            return Person.objects.get(username=options["username"])
        except Person.DoesNotExist:
            raise CommandError(f"There is no account {options['username']}.") from None

    def _area(self, code: str) -> str:
        if not Jurisdiction.objects.filter(pk=code).exists():
            raise CommandError(f"There is no bureau or office {code}.")
        return code

    def _new_password(self) -> str:
        return os.environ.get("ZHIJIAN_PASSWORD") or getpass.getpass("New password: ")
