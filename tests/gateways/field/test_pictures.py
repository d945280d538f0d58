"""Photos of an enterprise's answer on the phone: named in the pull, fetched small, only by who makes the re-check."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image
from tests import world
from tests.gateways.field.test_field import here, phone, put, w  # noqa: F401 -- fixtures
from tests.phone import API, Phone, picture, record

from zhijian.gateways.field import pictures, reference
from zhijian.kernel.accounts.actor import SYSTEM, party_of
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.kernel.evidence.models import File
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform


def answered(w: world.World, finding: Matter, seeds: list[int]) -> list[File]:  # noqa: F811
    """The enterprise answers a finding with photos."""
    with scoped(party_of(w.entity)) as party:
        kept = [files.attach(finding, files.store(picture(n, (1600, 1200))), actor=party, kind="photo") for n in seeds]
        perform(finding, "answer", party, answer="已悬挂", photos=[str(one.uid) for one in kept])
    return kept


def findings(phone: Phone, w: world.World, *items: str) -> list[Matter]:  # noqa: F811
    """A visit at which these items failed."""
    _, told = put(phone, record(phone, here(phone, w), failed={no: {"note": "未做到"} for no in items}))
    with scoped(SYSTEM):
        return list(Matter.objects.filter(parent__uid=told["matter"]["uid"], kind="rectification").order_by("pk"))


def fetch(client: Any, phone: Phone, source: str) -> Any:  # noqa: F811
    return client.get(source, headers={"Authorization": f"Bearer {phone.token}"})


def test_the_answer_comes_with_its_photos(phone: Phone, w: world.World, client: Any) -> None:  # noqa: F811
    one, two = findings(phone, w, "1.2", "2.3")
    kept = answered(w, one, [1, 2, 3, 4])
    with scoped(party_of(w.entity)) as party:
        later = two.rectification.deadline + dt.timedelta(days=3)
        perform(two, "ask_time", party, asked_until=later, asked_reason="厨师长出差")
    phone.pull()
    (task,) = phone.data["tasks"].values()
    first, second = sorted(task["open_items"], key=lambda each: each["rectification"] != str(one.uid))
    assert first["answer"] == "已悬挂" and first["answered"]
    assert first["photos"] == [f"{API}pictures/{each.uid}" for each in kept[-pictures.PER_FINDING :]], "the newest"
    assert (second["asked_until"], second["asked_reason"]) == (later.isoformat(), "厨师长出差")
    assert second["photos"] == []
    shown = fetch(client, phone, first["photos"][0])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert max(Image.open(io.BytesIO(shown.content)).size) <= pictures.LONG_SIDE


def test_nobody_else_sees_them(phone: Phone, w: world.World, client: Any) -> None:  # noqa: F811
    (one,) = findings(phone, w, "1.2")
    answered(w, one, [1])
    phone.pull()
    (task,) = phone.data["tasks"].values()
    (source,) = task["open_items"][0]["photos"]
    assert client.get(source).status_code == 401
    with scoped(SYSTEM):
        visit = Matter.objects.get(pk=one.parent_id)
        visit.assignee, visit.second = w.head, None
        visit.save()
    gone = fetch(client, phone, source)
    assert (gone.status_code, gone.json()["problem"]) == (404, "picture.unknown")
    with scoped(SYSTEM):
        visit.assignee = w.inspector
        visit.save()
        shot = File.objects.filter(original=None, matter=one).get()
    assert fetch(client, phone, source).status_code == 200
    assert fetch(client, phone, source.replace(str(shot.uid), str(visit.uid))).status_code == 404
    with scoped(w.actor("甲")) as inspector:
        perform(Matter.objects.get(pk=one.pk), "accept", inspector)
    assert fetch(client, phone, source).status_code == 404, "what is settled is at the desk"


def test_more_findings_and_photos_ask_no_more_questions(phone: Phone, w: world.World) -> None:  # noqa: F811
    def asked() -> int:
        with scoped(w.actor("甲")) as actor, CaptureQueriesContext(connection) as said:
            reference.tasks(actor)
        return len(said)

    (one,) = findings(phone, w, "1.2")
    answered(w, one, [1])
    few = asked()
    for n, finding in enumerate(findings(phone, w, "1.2", "2.3")):
        answered(w, finding, [10 + n, 20 + n])
    assert asked() == few
