"""What the kernel's own rooms keep for a person: matters with clocks, papers that wait, blanks, numbers, phones."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.actor import SYSTEM, Actor
from zhijian.kernel.accounts.models import Device, Person
from zhijian.kernel.accounts.people import holds
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import said
from zhijian.kernel.matters import handing
from zhijian.kernel.matters.catalogue import flow_of
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.packs import stack
from zhijian.kernel.papers import release
from zhijian.kernel.papers.blanks import acts as blanks
from zhijian.kernel.papers.blanks.acts import follows
from zhijian.kernel.papers.forms import form, forms
from zhijian.kernel.papers.models import NumberRow, Paper
from zhijian.kernel.papers.serving import proving
from zhijian.kernel.people.keeping import COUNTED, SHOWN, Row, keeps
from zhijian.kernel.words import listed

COLUMNS = ("uid", "kind", "number", "title", "state", "due", "due_at", "assignee_id", "area", "closed")


def count_matters(person: Person) -> int:
    """His open matters, and closed ones with a paper still to be served, counted no further than a bound."""
    return handing.open_of(person).order_by()[: COUNTED + 1].count()


def matters(person: Person) -> list[Row]:
    """The same, the nearest day first."""
    rows = list(handing.open_of(person).only(*COLUMNS).order_by("due", "pk")[:SHOWN])
    late = handing.days_of([matter for matter in rows if matter.closed is not None])
    found = []
    for matter in rows:
        part = _("first officer") if matter.assignee_id == person.pk else _("second officer")
        owed = [_("a paper is still to be served")] if matter.closed is not None else []
        found.append(_line(matter, late.get(matter.pk, matter.due), part, *owed))
    return found


def lines(rows: QuerySet[Matter]) -> list[Row]:
    """Matters as rows: what each is, its number, how it stands, by when."""
    return [_line(matter, matter.due) for matter in rows.only(*COLUMNS)[:SHOWN]]


def _line(matter: Matter, day: dt.date | None, *more: str) -> Row:
    flow, due = flow_of(matter.kind), said.due_of(day)
    facts = [str(flow.title), matter.number, str(flow.state(matter.state).label), *more, due.words if due else ""]
    url = reverse("record", args=[matter.uid])
    return Row(matter.title, " · ".join(f for f in facts if f), url, due.tone if due else "")


def _waiting(person: Person):  # type: ignore[no-untyped-def]
    mine = handing.open_of(person).values("pk")
    kinds = [kind for kind in sorted(forms()) if form(kind).sealed]
    return Paper.objects.filter(Paper.in_force(), matter__in=mine, kind__in=kinds, sealed=False)


def count_papers(person: Person) -> int:
    """Issued papers of his matters that are to bear a seal and bear none yet."""
    return _waiting(person).order_by()[: COUNTED + 1].count()


def papers(person: Person) -> list[Row]:
    """The same, oldest first."""
    rows = _waiting(person).select_related("matter").order_by("pk")[:SHOWN]
    return [Row(f"{p.title} {p.number}", p.matter.title, reverse("record", args=[p.matter.uid])) for p in rows]


def _unproven(person: Person):  # type: ignore[no-untyped-def]
    """Those of matters that are over; what is of an open one goes over with it."""
    his = Q(paper__matter__assignee=person) | Q(paper__matter__second=person)
    return proving.due().filter(his).exclude(paper__matter__in=handing.open_of(person).values("pk"))


def count_proofs(person: Person) -> int:
    """Services of his closed matters that count though their signed proof is not on file."""
    return _unproven(person).order_by()[: COUNTED + 1].count()


def proofs(person: Person) -> list[Row]:
    """The same, oldest first."""
    rows = _unproven(person).select_related("paper__matter").order_by("pk")[:SHOWN]
    of = [one.paper for one in rows]
    return [Row(f"{p.title} {p.number}", p.matter.title, reverse("record", args=[p.matter.uid])) for p in of]


def give_proofs(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """Their matters go over: whoever holds one is asked for the proof."""
    held = _unproven(giver)
    n, of = held.count(), list(held.values_list("paper__matter", flat=True))
    handing.hand_over_of(Matter.objects.filter(pk__in=of), giver, successor, actor, at)
    return n


def count_blanks(person: Person) -> int:
    """Sealed blanks that he holds."""
    return blanks.held_by(person.pk).order_by()[: COUNTED + 1].count()


def blanks_held(person: Person) -> list[Row]:
    """The same, a line for each kind: how many, and their serials."""
    serials: dict[str, list[str]] = {}
    for kind, serial in blanks.held_by(person.pk).order_by("kind", "pk").values_list("kind", "serial")[:COUNTED]:
        serials.setdefault(kind, []).append(serial)
    url = reverse("paper_blank_holder", args=[person.pk])
    return [
        Row(f"{form(kind).title} · {len(some)}", runs(some), url, stands_for=len(some))
        for kind, some in serials.items()
    ]


def give_blanks(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """They lie in the successor's drawer from now on."""
    return blanks.hand_over(giver, successor, actor)


def _phones(person: Person):  # type: ignore[no-untyped-def]
    return Device.objects.filter(person=person, revoked_at=None)


def _numbers(person: Person):  # type: ignore[no-untyped-def]
    return NumberRow.objects.filter(device__person=person, state=NumberRow.State.RESERVED)


def count_numbers(person: Person) -> int:
    """Official numbers that his phones hold and have not used."""
    return _numbers(person).order_by()[: COUNTED + 1].count()


def numbers(person: Person) -> list[Row]:
    """The same, a line for each kind and phone: how many, from which to which."""
    rows = _numbers(person).order_by("device", "kind", "year", "n")[:COUNTED].select_related("device")
    blocks: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        title = stack().number_format(row.kind).title
        blocks.setdefault((title, row.device.name if row.device else ""), []).append(row.number)
    return [
        Row(f"{title} · {len(some)}", f"{phone} · {_span(some)}", stands_for=len(some))
        for (title, phone), some in blocks.items()
    ]


def _span(numbers: list[str]) -> str:
    return numbers[0] if len(numbers) == 1 else f"{numbers[0]} – {numbers[-1]}"


def give_numbers(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """They go back to the register: a phone may have written them on paper, so nobody else gets them."""
    held = Device.objects.filter(person=giver, numbers__state=NumberRow.State.RESERVED).distinct().order_by("pk")
    return sum(release(device, actor=actor, why="handed_over", name=successor.name) for device in held)


def phones(person: Person) -> list[Row]:
    """Enrolled phones."""
    found = []
    for device in _phones(person).order_by("pk")[:SHOWN]:
        since = _("enrolled on %(day)s") % {"day": calendar.legal_day(device.enrolled_at)}
        seen = _("last seen %(at)s") % {"at": said.moment(device.last_seen)} if device.last_seen else ""
        found.append(Row(device.name, " · ".join(text for text in (since, seen) if text)))
    return found


def give_phones(giver: Person, successor: Person, actor: Actor, at: dt.datetime) -> int:
    """His phones are revoked; the successor enrols them with his own code."""
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
        "proofs", gettext_lazy("Services that lack their signed proof"), count_proofs, proofs, give_proofs,
        gettext_lazy("Their matters are over and go over all the same: the successor adds the proof."), 25,
    )  # fmt: skip
    keeps(
        "blanks", gettext_lazy("Sealed blanks"), count_blanks, blanks_held, give_blanks,
        gettext_lazy("The sheets go over by their serials: count them together before you confirm."), 30,
    )  # fmt: skip
    keeps(
        "numbers", gettext_lazy("Reserved numbers"), count_numbers, numbers, give_numbers,
        gettext_lazy("They return to the register and are given to nobody else; the successor's phone gets its own."),
        40,
    )  # fmt: skip
    keeps(
        "phones", gettext_lazy("Phones"), lambda person: _phones(person).count(), phones, give_phones,
        gettext_lazy("The phones are revoked; what they still send is taken. The successor enrols the phone with his "
        "own code."), 50,
    )  # fmt: skip
    holds(_blanks_lie)


def runs(serials: list[str]) -> str:
    """Serials in a line, those that follow each other as a span: "A-0101 – A-0104, A-0107"."""
    spans: list[list[str]] = []
    for serial in serials:
        if spans and follows(spans[-1][-1], serial):
            spans[-1].append(serial)
        else:
            spans.append([serial])
    return listed(one[0] if len(one) == 1 else f"{one[0]} – {one[-1]}" for one in spans)


def _blanks_lie(person: Person) -> str:
    """Nobody is closed while sealed sheets lie in his drawer."""
    with scoped(SYSTEM):
        n = count_blanks(person)
    words = ngettext(
        "%(name)s holds %(n)s sealed blank: hand it over or take it back first.",
        "%(name)s holds %(n)s sealed blanks: hand them over or take them back first.",
        n,
    )
    return words % {"n": n, "name": person.name} if n else ""
