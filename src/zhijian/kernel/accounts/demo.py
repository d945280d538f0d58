"""The people of the demo city. They exist only in demo mode (settings.DEMO); nobody can sign in as them elsewhere."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings

from zhijian.kernel.accounts.models import Jurisdiction, Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.packs import stack

PASSWORD = "zhijian-demo"


@dataclass(frozen=True)
class DemoAccount:
    """One of the login page's buttons."""

    username: str
    name: str
    role: Role
    area: str
    certificate: str = ""
    days: int = 700  # until the certificate ends

    @property
    def label(self) -> str:
        return f"{self.name} · {self.role.label}"


def accounts() -> list[DemoAccount]:
    """The demo accounts of the pack (`demo.toml`, table `account`)."""
    rows = stack().table("demo").get("account", [])
    return [
        DemoAccount(
            row["username"],
            row["name"],
            Role(row["role"]),
            row["area"],
            row.get("certificate", ""),
            row.get("days", 700),
        )
        for row in rows
    ]


def plant(day: dt.date) -> list[Person]:
    """Make the demo accounts, with posts since the year before `day`. Does nothing outside demo mode."""
    if not settings.DEMO:
        return []
    people = []
    for account in accounts():
        person, _ = Person.objects.get_or_create(
            username=account.username,
            defaults={
                "name": account.name,
                "home": Jurisdiction.objects.get(pk=account.area),
                "certificate_no": account.certificate,
                "certificate_until": day + dt.timedelta(days=account.days) if account.certificate else None,
            },
        )
        if not person.has_usable_password() or not person.password:
            person.set_password(PASSWORD)
            person.save()
        Post.objects.get_or_create(
            person=person, role=account.role, jurisdiction_id=account.area, since=dt.date(day.year - 1, 1, 1)
        )
        people.append(person)
    return people
