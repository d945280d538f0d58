"""In a practice copy every page and paper is marked, numbers are its own, and nothing goes out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.test import Client
from tests.kernel.people.conftest import signed_in
from tests.openers import OPENERS

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Relation
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices import channels
from zhijian.kernel.notices.models import Channel, Notice, SimulatedMessage
from zhijian.kernel.notices.sending import send_one
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.papers import making

pytestmark = pytest.mark.django_db
RECORD = Path(__file__).parents[2] / "fixtures/record_inspection_1.json"


class Real(channels.Adapter):
    """A gateway that reaches people: it must never be asked."""

    def send(self, letter: channels.Letter) -> str:
        channels.real()
        raise AssertionError("somebody was reached")


@pytest.fixture(autouse=True)
def practice(settings) -> None:
    settings.TRAINING = True
    settings.DEMO = True
    settings.SMS_GATEWAY = f"{__name__}.Real"
    settings.PUBLIC_ORIGIN = "https://zj.example"


def test_no_real_gateway_is_asked(w):
    finding = OPENERS["rectification"](w)
    with scoped(SYSTEM):
        told = {"kind": "rectification", "verb": "order", "state": "ordered", "title": "x", "organ": "x"}
        tell(Relation.PARTY, matter=finding, template="step", data=told, actor=SYSTEM, dedupe="x")
        waiting = Notice.objects.filter(channel=Channel.SMS, state="queued").first()
        assert waiting is not None
        assert send_one(waiting.pk)
        assert SimulatedMessage.objects.filter(notice=waiting).count() == 1
    with pytest.raises(channels.SendsNothingOut):
        Real().send(channels.Letter("key", "13800000000", "text"))


def test_every_page_is_marked(w, planned):
    inside = signed_in(w.head)
    for client, address in [
        (inside, "/"), (inside, "/people/"), (inside, f"/m/{planned.uid}/"), (inside, "/nowhere/"),
        (Client(), "/login/"), (Client(), "/v/"), (Client(), f"/d/{w.premises.door_code}"), (Client(), "/my/"),
    ]:  # fmt: skip
        assert "data-training" in client.get(address, follow=True).content.decode(), address
    assert Client().get("/healthz").json() == {"ok": True, "training": True}


def test_papers_and_numbers_are_marked(w, settings):
    finding = OPENERS["rectification"](w)
    assert finding.parent.number.startswith("练习-")
    signed = json.loads(RECORD.read_text())["papers"]["signed"]["rectification_order"]
    with scoped(SYSTEM):
        paper = making.make("rectification_order", finding, signed, actor=SYSTEM)
    assert paper.training and paper.number.startswith("练习-")
    page = Client(HTTP_ACCEPT_LANGUAGE="en").get(f"/v/{paper.code}", follow=True).content.decode()
    assert "Made for practice" in page
    settings.TRAINING = False
    with scoped(SYSTEM):
        real = making.make("rectification_order", OPENERS["rectification"](w), signed, actor=SYSTEM)
    assert not real.training and not real.number.startswith("练习")


def test_the_real_site_bears_no_mark(w, settings):
    settings.TRAINING = False
    assert "data-training" not in signed_in(w.head).get("/").content.decode()
    assert Client().get("/healthz").json() == {"ok": True}
    assert isinstance(channels.gateway(), Real)
