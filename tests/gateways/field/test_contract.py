"""What the server tells phones, written down by the server itself: the app's tests read the same file.

`tests/fixtures/pull.json` is one enrolment, one pull and one receipt of the reference code. Here it must still be what
the server says, field by field; in `web/field/tests/contract.test.ts` it must be what the app's types say, field by
field. So neither side can rename, add or drop a field alone. `UPDATE_PULL=1` writes it anew.
"""

from __future__ import annotations

import datetime as dt
import json
import os
from pathlib import Path
from typing import Any

from tests import world
from tests.gateways.field.test_field import PASSWORD, here, phone, put, w  # noqa: F401 -- fixtures
from tests.gateways.field.test_pictures import answered
from tests.kernel.matters.test_scope import plan
from tests.phone import Phone, client_transport, photo_of, picture, record

from zhijian.kernel.accounts import devices
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.kernel.registry.cards.replacing import replace
from zhijian.kernel.registry.models import Premises
from zhijian.programmes.grading.computing import settle
from zhijian.programmes.grading.models import Grading
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.models import Checklist
from zhijian.programmes.inspection.route.day import keep

FIXTURE = Path(__file__).parents[2] / "fixtures/pull.json"


def shape(value: Any, at: str = "") -> set[str]:
    """Where which type of value stands: `premises[].lat: str`. Days, names and numbers may be others tomorrow."""
    if isinstance(value, dict):
        return {at or "{}"} | {line for key, inner in value.items() for line in shape(inner, f"{at}.{key}")}
    if isinstance(value, list):
        return {f"{at}[]"} | {line for inner in value for line in shape(inner, f"{at}[]")}
    return {f"{at}: {type(value).__name__}"}


def told(w: world.World, phone: Phone, client: Any) -> dict[str, Any]:  # noqa: F811
    """A pull in which everything that can be told is told: a plan, a re-check with answer, photos and a request."""
    with scoped(SYSTEM):
        load_shipped()
        Checklist.objects.filter(code="test.food").update(short="餐", industries=["H62"])
        Premises.objects.filter(pk=w.premises.pk).update(risk="B")
        replace(w.premises, w.premises.door_code, "lost", w.actor("所长"))
        w.premises.refresh_from_db()
    phone.pull()
    plan(w)
    photo = picture(1)
    sent = record(
        phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}, "2.3": {"value": "11.5", "unit": "℃"}},
        clock_skew_ms=7_200_000, photos=[photo_of(photo, "1.2", calendar.start_of(calendar.today()))],
    )  # fmt: skip
    _, receipt = put(phone, sent)
    with scoped(SYSTEM):
        one, two = Matter.objects.filter(parent__uid=receipt["matter"]["uid"], kind="rectification").order_by("pk")
    answered(w, one, [1])
    with scoped(party_of(w.entity)) as party:
        later = two.rectification.deadline + dt.timedelta(days=3)
        perform(two, "ask_time", party, asked_until=later, asked_reason="厨师长出差")
    other = Phone(client_transport(client))
    with scoped(SYSTEM):
        keep(w.inspector, calendar.today(), [str(w.premises.uid)], SYSTEM, by_hand=True, ways=None)
        shop = Premises.objects.create(
            entity=w.entity, name="清风小馆(柳泉路店)", address="柳泉路 9 号", area=world.OFFICE, trade="restaurant",
            lat="36.811000", lon="118.051000",
        )  # fmt: skip
        settle([shop.pk])
        graded = Matter.objects.filter(kind="grading", premises=shop)
        assert graded.update(due=calendar.today()) == 1
        Grading.objects.filter(matter__in=graded).update(left=1)
        code = devices.issue_code(w.inspector)
    _, enrolment = other.enrol("甲", PASSWORD, code)
    assert other.prove() == 200
    status, pull = other.call("GET", "pull?since=")
    assert (status, pull["more"]) == (200, False)
    return {"enrolment": enrolment, "pull": pull, "receipt": receipt}


def test_the_fixture_is_what_the_server_says(w: world.World, phone: Phone, client: Any) -> None:  # noqa: F811
    now = told(w, phone, client)
    if os.environ.get("UPDATE_PULL"):
        FIXTURE.write_text(json.dumps(now, ensure_ascii=False, indent=1) + "\n")
    written = json.loads(FIXTURE.read_text())
    assert shape(now) == shape(written), "UPDATE_PULL=1 renews it; then the app's types follow"
    items = {i["no"]: i for c in written["pull"]["checklists"] for s in c["sections"] for i in s["items"]}
    assert items["1.4"]["applies"] == ["school_canteen"], "an item for other trades says so"
