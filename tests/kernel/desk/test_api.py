"""The machines' door: the same lists and steps as on the desk, problems that say what to do, a committed document."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from tests.kernel.matters.test_scope import plan
from tests.world import in_days

from zhijian.kernel.desk.management.commands.openapi import committed, text
from zhijian.kernel.matters.catalogue import flows

pytestmark = pytest.mark.django_db


def send(client: Client, address: str, **body: object):
    return client.post(address, json.dumps(body), content_type="application/json")


def test_the_document_is_the_committed_one():
    assert committed().read_text(encoding="utf-8") == text(), "run `zhijian openapi` and look at the difference"


def test_every_step_of_every_flow_is_an_operation():
    paths = json.loads(text())["paths"]
    for flow in flows().values():
        for step in flow.steps:
            if step.by is None and not step.hidden:
                uid = "/{uid}" if step.froms else ""
                assert f"/api/v1/matters/{flow.kind}{uid}/{step.verb}" in paths


def test_a_matter_is_read_with_its_steps_and_timeline(world, signed_in):
    matter = plan(world)
    listed = signed_in(world.head).get("/api/v1/lists/inspection?state=open").json()
    assert [item["number"] for item in listed["items"]] == [matter.number]
    assert (listed["count"], listed["more"]) == (1, False)
    told = signed_in(world.head).get(f"/api/v1/matters/{matter.uid}").json()
    assert {offer["verb"] for offer in told["offers"]} == {"assign", "cancel"}
    assert told["timeline"][0]["kind"] == "inspection.plan"
    assert signed_in(world.stranger).get(f"/api/v1/matters/{matter.uid}").status_code == 404


def test_a_step_says_what_is_wrong_and_how_to_mend_it(world, signed_in):
    matter = plan(world)
    client = signed_in(world.head)
    address = f"/api/v1/matters/inspection/{matter.uid}/cancel"
    missing = send(client, address)
    assert missing.status_code == 422
    assert missing.json()["problem"] == "step.bad_facts"
    stale = send(client, address, version=99, facts={"reason": "停业了"})
    assert (stale.status_code, stale.json()["problem"]) == (409, "step.conflict")
    assert stale.json()["version"] == matter.version
    done = send(client, address, version=matter.version, facts={"reason": "停业了"})
    assert (done.status_code, done.json()["state"]) == (200, "cancelled")
    again = send(client, address, facts={"reason": "停业了"})
    assert (again.status_code, again.json()["problem"]) == (409, "step.not_open")
    assert again.json()["mend"]


def test_a_matter_is_opened(world, signed_in):
    facts = {"planned_for": str(in_days(1)), "assignee": world.inspector.pk, "second": world.second.pk}
    facts["checklist"] = world.checklist.pk
    client = signed_in(world.head)
    made = send(client, "/api/v1/matters/inspection/plan", premises=str(world.premises.uid), facts=facts)
    assert (made.status_code, made.json()["state"]) == (201, "planned")
    told = client.get(f"/api/v1/matters/{made.json()['uid']}").json()
    assert told["timeline"][0]["kind"] == "inspection.plan"


@pytest.mark.parametrize(("language", "words"), [("zh-hans", "请填写此项"), ("en", "Please fill this in")])
def test_what_is_missing_is_said_in_the_persons_language(world, signed_in, language, words):
    matter = plan(world)
    client = signed_in(world.head)
    address = f"/api/v1/matters/inspection/{matter.uid}/assign"
    body = json.dumps({"facts": {"planned_for": str(in_days(2))}})
    answer = client.post(address, body, content_type="application/json", headers={"accept-language": language})
    assert answer.status_code == 422
    assert words in str(answer.json()["errors"]["assignee"])


def test_nothing_without_signing_in_or_without_the_token(world, signed_in):
    matter = plan(world)
    address = f"/api/v1/matters/inspection/{matter.uid}/cancel"
    assert send(Client(), address).status_code == 401
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.head)
    assert send(strict, address, facts={"reason": "停业了"}).status_code == 403
