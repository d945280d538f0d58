"""In a practice copy every page and paper is marked, numbers are its own, and nothing goes out."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.test import Client
from tests.kernel.people.conftest import signed_in
from tests.openers import OPENERS

import zhijian
from zhijian.gateways.open311 import lines as open311
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Relation
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.notices import channels
from zhijian.kernel.notices.channels import mail, robots, sms
from zhijian.kernel.notices.models import Channel, Notice, SimulatedMessage
from zhijian.kernel.notices.sending import send_one
from zhijian.kernel.notices.telling import tell
from zhijian.kernel.notices.webhooks import post
from zhijian.kernel.papers import making
from zhijian.kernel.papers.acts import may_seal
from zhijian.kernel.papers.sealing import providers
from zhijian.kernel.papers.serving.acts import may_serve
from zhijian.kernel.routing import roads

pytestmark = pytest.mark.django_db
RECORD = Path(__file__).parents[2] / "fixtures/record_inspection_1.json"
SOURCE = Path(zhijian.__file__).parent


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


def test_no_way_out_leads_out(w, settings):
    """Whoever adds a way out asks `real()`: each module that opens a line itself stands here with how it is asked."""
    settings.WEBHOOK_HOSTS, settings.SEAL_URL, settings.SEAL_KEY = ["zj.example"], "https://zj.example", "00" * 32
    settings.SMS_URL = settings.SMTP_HOST = "zj.example"
    letter = channels.Letter("key", "13800000000", "text", kind="wecom")
    asked = {
        "kernel/notices/channels/http.py": lambda: (sms.HttpSms().send(letter), robots.GroupRobot().send(letter)),
        "kernel/notices/channels/mail.py": lambda: mail.Mail().send(letter),
        "kernel/notices/webhooks/post.py": lambda: post.post("https://zj.example/x", b"", {}),
        "kernel/routing/roads.py": lambda: roads.table("https://zj.example", []),
        "gateways/open311/lines.py": lambda: open311.ask("https://zj.example/v2", "GET", {}),
        "kernel/papers/sealing/providers.py": lambda: providers.HttpSeal(token="x").seal(
            providers.Order("key", b"%PDF-", "seal", "title", "1")
        ),
    }
    opens = re.compile(r"HTTPS?Connection\(|urlopen\(|smtplib\.SMTP|create_connection\(")
    rooms = [path for part in ("kernel", "programmes", "gateways") for path in (SOURCE / part).rglob("*.py")]
    assert {str(path.relative_to(SOURCE)) for path in rooms if opens.search(path.read_text())} == set(asked)
    for send in (*asked.values(), lambda: open311.picture("https://zj.example/a.jpg")):
        with pytest.raises(channels.SendsNothingOut):
            send()
    settings.SEAL_PROVIDER = "zhijian.kernel.papers.sealing.providers.HttpSeal"
    assert type(providers.provider()).__name__ == "Simulated"


def test_sealing_and_serving_are_practised(w, settings):
    """With the simulated seal, on papers that bear the mark; on a real site such a paper gets neither."""
    finding = OPENERS["rectification"](w)
    signed = json.loads(RECORD.read_text())["papers"]["signed"]["rectification_order"]
    with scoped(SYSTEM):
        paper = making.make("rectification_order", finding, signed, actor=SYSTEM)
    assert may_seal(paper) and not may_serve(paper), "the seal comes first"
    paper.sealed = True
    assert may_serve(paper)
    settings.TRAINING = False
    assert not may_serve(paper)
    paper.sealed = False
    assert not may_seal(paper)


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
