"""A visit that a report calls for, planned from its page: the item hears how it went, and nobody outside hears why."""

from __future__ import annotations

import pytest
from tests import world
from tests.gateways.field.test_field import phone, w  # noqa: F401 -- fixtures
from tests.gateways.field.test_kinds import WORDS, told
from tests.phone import Phone
from tests.programmes.complaints.conftest import do

from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import About, hand_over_area, perform
from zhijian.programmes.complaints.flow import REPORT
from zhijian.programmes.complaints.models import CausedVisit
from zhijian.programmes.inspection.models import Inspection

NAME, PHONE, TEXT = "欧阳震华", "13905337788", "后厨老鼠爬上案板"


def reported(w: world.World, *, at_a_shop: bool = True) -> Matter:  # noqa: F811
    """A report about the restaurant, in the officer's hands."""
    with scoped(SYSTEM):
        about = About("清风小馆", world.OFFICE, *((w.entity, w.premises) if at_a_shop else ()))
        matter = perform(
            REPORT, "register", SYSTEM, about=about, channel="phone", person=NAME, phone=PHONE, text=TEXT, secret=True
        )
        return perform(matter, "assign", SYSTEM, assignee=w.inspector.pk)


def plan(w: world.World, matter: Matter, by: str = "甲") -> Matter:  # noqa: F811
    """The visit that the item calls for."""
    with scoped(SYSTEM):
        w.inspector, w.second
    do(w.actor(by), matter, "visit", planned_for=calendar.today(), visit_first=w.inspector.pk, visit_second=w.second.pk)
    with scoped(SYSTEM):
        return CausedVisit.objects.select_related("matter").get(of=matter).matter


def test_nothing_of_the_report_reaches_the_enterprise_by_the_visit(w: world.World, phone: Phone) -> None:  # noqa: F811
    report = reported(w)
    visit = plan(w, report)
    with scoped(SYSTEM):
        record = Inspection.objects.get(pk=visit.pk)
        assert (record.purpose, record.outside_reason, visit.parent_id) == ("complaint", report.number, None)
    for where, text in told(w, phone, visit).items():
        found = [one for one in (NAME, PHONE, TEXT, report.number, str(report.uid), *WORDS) if one in text]
        assert found == [], f"{where} says {found}"
    with scoped(party_of(w.entity)):
        assert not CausedVisit.objects.exists()
        assert not Matter.objects.filter(kind="report").exists()
        data = [str(one.data) for one in LedgerEntry.objects.all()]
        assert data, "its own visit is in its file"
        assert not any(one in text for text in data for one in (NAME, PHONE, TEXT))


def test_the_item_hears_how_the_visit_went(w: world.World, phone: Phone) -> None:  # noqa: F811
    report = reported(w)
    visit = plan(w, report)
    told(w, phone, visit)
    with scoped(w.actor("甲")) as officer:
        entry = LedgerEntry.objects.filter(matter=report, kind="item.visited").earliest("pk")
        assert visit.number in ledger.describe(entry, officer)
        assert entry.data["state"] == "rectifying"


def test_a_visit_needs_a_shop_and_its_own_people(w: world.World) -> None:  # noqa: F811
    with pytest.raises(NotOpen, match=r"门店|shop"):
        plan(w, reported(w, at_a_shop=False))
    with scoped(SYSTEM):
        w.person("旁", Role.INSPECTOR, world.OFFICE)
    with pytest.raises(NotAllowed):
        plan(w, reported(w), by="旁")


def test_who_reads_the_visit_only_reads_nothing_of_the_report(w: world.World) -> None:  # noqa: F811
    """Also after the item was handed up, or the visit over to another office."""
    report = reported(w)
    visit = plan(w, report)
    with scoped(SYSTEM):
        w.head, w.person("区长", Role.HEAD, world.DISTRICT)
        hand_over_area(report, world.DISTRICT)
        hand_over_area(visit, world.SISTER)
        w.person("邻所长", Role.HEAD, world.SISTER)
    for name, sees in (("邻所长", (True, False)), ("区长", (True, True)), ("所长", (False, False))):
        with scoped(w.actor(name)):
            assert (Matter.objects.filter(pk=visit.pk).exists(), CausedVisit.objects.exists()) == sees, name
