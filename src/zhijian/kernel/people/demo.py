"""The people's part of the demo city: a leave to come, and the warning of a certificate that ends soon."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Leave, Person
from zhijian.kernel.packs import stack
from zhijian.kernel.people import certificates, leave


def plant(day: dt.date) -> None:
    """Enter the leaves of `demo.toml` and warn as the morning's job would; in demo mode only, and only once."""
    if not settings.DEMO or Leave.objects.exists():
        return
    for row in stack().table("demo").get("leave", []):
        person, stand_in = (Person.objects.get(username=row[name]) for name in ("person", "stand_in"))
        first, last = (day + dt.timedelta(days=row[name]) for name in ("first", "last"))
        leave.take(person, stand_in, first, last, actor=SYSTEM)
    certificates.warn(day)
