"""What the kernel's own rooms keep for a person: open matters with their clocks, papers that wait, phones."""

from __future__ import annotations

import datetime as dt

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.actor import Actor
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.desk import said
from zhijian.kernel.matters import handing
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.kernel.people.keeping import COUNTED, SHOWN, Row, keeps

COLUMNS = ("uid", "kind", "number", "title", "state", "due", "assignee_id", "area")


def count_matters(person: Person) -> int:
    """His open matters, counted no further than a bound."""
    return handing.open_of(person).order_by()[: COUNTED + 1].count()


def matters(person: Person) -> list[Row]:
    """His open matters, the nearest day first."""
    rows = handing.open_of(person).only(*COLUMNS).order_by("due", "pk")[:SHOWN]
    found = []
    for matter in rows:
        flow = flow_of(matter.kind)
        part = _("first officer") if matter.assignee_id == person.pk else _("second officer")
        due = said.due_of(matter.due)
        facts = [str(flow.title), matter.number, str(flow.state(matter.state).label), part, due.words if due else ""]
        url = reverse("record", args=[matter.uid])
        found.append(Row(matter.title, " · ".join(f for f in facts if f), url, due.tone if due else ""))
    return found


def _waiting(person: Person):  # type: ignore[no-untyped-def]
    mine = handing.open_of(person).values("pk")
    return Paper.objects.filter(matter__in=mine, state=Paper.State.ISSUED, sealed=False, training=False)


def count_papers(person: Person) -> int:
    """Issued papers of his open matters that bear no seal yet."""
    return _waiting(person).order_by()[: COUNTED + 1].count()


def papers(person: Person) -> list[Row]:
    """The same, oldest first."""
    rows = _waiting(person).select_related("matter").order_by("pk")[:SHOWN]
    return [Row(f"{p.title} {p.number}", p.matter.title, reverse("record", args=[p.matter.uid])) for p in rows]


def _phones(person: Person):  # type: ignore[no-untyped-def]
    return Device.objects.filter(person=person, revoked_at=None)


def phones(person: Person) -> list[Row]:
    """Enrolled phones, and how many official numbers each holds unused."""
    found = []
    for device in _phones(person).order_by("pk")[:SHOWN]:
        n = NumberRow.objects.filter(device=device, state=NumberRow.State.RESERVED).count()
        numbers = ngettext("%(n)s number reserved", "%(n)s numbers reserved", n) % {"n": n}
        seen = _("last seen %(at)s") % {"at": said.moment(device.last_seen)} if device.last_seen else ""
        found.append(Row(device.name, " · ".join(text for text in (numbers, seen) if text)))
    return found


def give_phones(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """His phones are revoked, which returns the numbers they hold; the successor enrols them with his own code."""
    mine = list(_phones(giver).select_related("person").order_by("pk"))
    for device in mine:
        devices.revoke(device, actor)
    return len(mine)


def goes_along(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """Nothing of its own to do: it hangs on the matter, which goes over."""
    return 0


def register() -> None:
    """Called when the app loads."""
    keeps(
        "matters", gettext_lazy("Open matters"), count_matters, matters, handing.hand_over,
        gettext_lazy("Each goes over with its clocks; its timeline names both."), 10,
    )  # fmt: skip
    keeps(
        "papers", gettext_lazy("Papers that wait for the seal"), count_papers, papers, goes_along,
        gettext_lazy("They go over with their matters."), 20,
    )  # fmt: skip
    keeps(
        "phones", gettext_lazy("Phones and reserved numbers"), lambda person: _phones(person).count(), phones,
        give_phones, gettext_lazy("The phones are revoked and their unused numbers return to the register; what they "
        "still send is taken. The successor enrols the phone with his own code."), 40,
    )  # fmt: skip
