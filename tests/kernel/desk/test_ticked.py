"""Ticked rows done together: the page offers the way back, and says of each row whether it still has one."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tests import world as worlds
from tests.kernel.desk.test_rows import text
from tests.kernel.matters.test_scope import plan

from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk.forms import PREFIX
from zhijian.kernel.desk.models import SheetRow, SheetRun
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform

pytestmark = pytest.mark.django_db


@pytest.fixture
def third(world: worlds.World) -> Any:
    return world.person("丙", Role.INSPECTOR, worlds.OFFICE, "鲁C-003")


@pytest.fixture
def head(world: worlds.World, third: Any, signed_in: Callable[[Any], Client]) -> Client:
    world.inspector, world.second
    return signed_in(world.head)


def tick(client: Client, matters: list[Matter], verb: str, **facts: Any) -> Any:
    told = {"uid": [str(matter.uid) for matter in matters], "go": "1"}
    told |= {f"{PREFIX}-{name}": value for name, value in facts.items()}
    return client.post(f"/l/inspection/bulk/{verb}/", told, follow=True)


def second_to(world: worlds.World, third: Any) -> dict[str, Any]:
    return {"planned_for": worlds.in_days(1).isoformat(), "assignee": world.inspector.pk, "second": third.pk}


def test_assigning_ticked_rows_offers_to_take_it_back_and_each_goes_to_whom_it_was(world, head, third):
    matters = [plan(world) for _ in range(3)]
    page = tick(head, matters, "assign", **second_to(world, third))
    assert {m.second_id for m in Matter.objects.all()} == {third.pk}
    run = SheetRun.objects.get()
    undo = f"/sheets/{run.uid}/undo/"
    assert f'href="{undo}"' in page.content.decode() and "3 done." in text(page)
    assert LedgerEntry.objects.get(kind="desk.ticked_done").data["done"] == 3
    assert "3 acts were done." in text(head.get(undo))
    answer = head.post(undo, follow=True)
    assert "Taken back: 3; 0 stay as they are." in text(answer)
    assert {m.second_id for m in Matter.objects.all()} == {world.second.pk}
    entry = LedgerEntry.objects.get(kind="desk.ticked_undone")
    assert (entry.data["undone"], entry.data["kept"], entry.data["act"]) == (3, 0, "Assign to others")
    assert "begun already" in text(head.post(undo, follow=True)), "once"


def test_what_happened_since_is_named_before_and_after_and_stays(world, head, third):
    one, other = plan(world), plan(world)
    tick(head, [one, other], "assign", **second_to(world, third))
    with scoped(world.actor("所长")):
        perform(Matter.objects.get(pk=one.pk), "cancel", world.actor("所长"), reason="店已关")
    undo = f"/sheets/{SheetRun.objects.get().uid}/undo/"
    asked = text(head.get(undo))
    assert "These stay as they are: something happened to them since" in asked
    assert one.number in asked and other.number not in asked
    page = text(head.post(undo, follow=True))
    assert "Taken back: 1; 1 stay as they are." in page
    assert "Something happened to it since; it stays as it is." in page
    one.refresh_from_db()
    other.refresh_from_db()
    assert (one.state, other.second_id) == ("cancelled", world.second.pk)


def test_refused_rows_stand_beside_the_way_back_of_the_others(world, head, third):
    one, other = plan(world), plan(world)
    with scoped(world.actor("所长")):
        perform(other, "cancel", world.actor("所长"), reason="店已关")
    page = tick(head, [one, other], "assign", **second_to(world, third))
    run = SheetRun.objects.get()
    assert "These were not changed:" in text(page) and f"/sheets/{run.uid}/undo/" in page.content.decode()
    assert sorted(SheetRow.objects.values_list("matter_id", "state")) == [(one.pk, "done"), (other.pk, "refused")]
    kept = text(head.get(f"/sheets/{run.uid}/"))
    assert "Done: 1, refused: 1." in kept and "Excel and send" not in kept, "there is no file to mend"


def test_what_is_refused_stays_chosen_and_what_was_told_stays_in_the_form(world, head, third):
    one, other = plan(world), plan(world)
    told = second_to(world, third)
    page = tick(head, [one, other], "assign", **(told | {"second": world.inspector.pk}))
    assert page.status_code == 409 and Matter.objects.filter(second=world.second).count() == 2
    drawn = page.content.decode()
    assert text(page).count("Two different officers are needed") == 2, "the reason stands beside each"
    for matter in (one, other):
        assert re.search(rf'type="checkbox" name="uid" value="{matter.uid}" form="bulk" checked', drawn)
    assert f'value="{told["planned_for"]}"' in drawn
    assert re.search(rf'<option value="{world.inspector.pk}" selected', drawn)
    assert tick(head, [one], "assign", **told).status_code == 200, "one is left out, the other is done"
    assert Matter.objects.get(pk=one.pk).second == third


def test_what_ends_something_for_good_offers_no_way_back(world, head):
    page = tick(head, [plan(world)], "cancel", reason="店已关")
    assert "1 done." in text(page) and "/undo/" not in page.content.decode()
    assert not SheetRun.objects.exists()


def test_the_way_back_is_found_again_and_is_its_doers_alone(world, head, third, signed_in):
    matter = plan(world)
    tick(head, [matter], "assign", **second_to(world, third))
    run = SheetRun.objects.get()
    assert f'href="/sheets/{run.uid}/"' in head.get("/l/inspection/sheet/").content.decode()
    for other in (world.stranger, world.inspector):
        assert signed_in(other).get(f"/sheets/{run.uid}/undo/").status_code == 404
