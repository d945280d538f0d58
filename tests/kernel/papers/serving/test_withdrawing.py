"""A service recorded wrongly is withdrawn by two people; a public notice comes last, and never bars the hand."""

from __future__ import annotations

import datetime as dt

import pytest
from tests import world
from tests.kernel.papers.serving.test_pages import direct, heard, paper, picture, services, sign_in
from tests.kernel.papers.serving.test_within import clock_of

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.errors import NotAllowed, NotOpen
from zhijian.kernel.notices.models import Notice
from zhijian.kernel.papers.models import Paper
from zhijian.kernel.papers.serving import withdrawing

__all__ = ["heard", "paper"]
WRONG = "收件人写错，实际未送达"


def served(w, paper):
    client = sign_in(w.inspector)
    assert client.post(f"/papers/{paper.uid}/serve/", direct(w)).status_code == 302
    return client, f"/papers/{paper.uid}/serve/withdraw/"


def test_a_second_person_agrees_and_the_paper_is_open_to_be_served_again(w, paper):
    first = clock_of(paper)
    client, address = served(w, paper)
    (one,) = services()
    assert "Recorded wrongly?" in client.get(f"/papers/{paper.uid}/serve/").content.decode()
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": WRONG}).status_code == 302
    assert [s.state for s in services()] == ["served"], "one alone withdraws nothing"
    assert client.post(address, {"act": "agree"}).status_code == 403, "whoever said it does not agree with himself"
    assert "You have said it yourself" in client.get(address).content.decode()
    second = sign_in(w.second)
    assert WRONG in second.get(address).content.decode()
    assert second.post(address, {"act": "agree"}).status_code == 302
    (gone,) = services()
    assert (gone.state, gone.wrong, gone.doubted_by_id, gone.withdrawn_by_id) == (
        "withdrawn", WRONG, w.inspector.pk, w.second.pk,
    )  # fmt: skip
    assert gone.served_on == one.served_on, "what was recorded stays"
    assert gone.receipt.state == "void"
    assert (WRONG in gone.receipt.void_reason, paper.number in gone.receipt.void_reason) == (True, True)
    clock = clock_of(paper)
    assert clock.pk != first.pk
    assert (clock.open, clock.started, clock.due) == (True, first.started, first.due)
    page = client.get(f"/papers/{paper.uid}/serve/").content.decode()
    assert (WRONG in page, "Record withdrawn" in page, w.second.name in page) == (True, True, True)
    assert "the record was withdrawn" in client.get(f"/m/{paper.matter.uid}/").content.decode()
    assert client.post(address, {"reason": WRONG}).status_code == 409
    assert client.post(f"/papers/{paper.uid}/serve/", direct(w)).status_code == 302
    assert [s.state for s in services()] == ["withdrawn", "served"]
    assert not clock_of(paper).open
    assert services()[1].receipt_id != gone.receipt_id
    with scoped(SYSTEM):
        told = LedgerEntry.objects.get(kind="service.withdrawn").data
        assert (told["reason"], told["said_by"]) == (WRONG, f"person:{w.inspector.pk}")


def test_a_head_withdraws_at_once_what_he_did_not_record_himself(w, paper):
    _client, address = served(w, paper)
    assert sign_in(w.head).post(address, {"reason": WRONG}).status_code == 302
    assert [s.state for s in services()] == ["withdrawn"]
    assert sign_in(w.head).post(f"/papers/{paper.uid}/serve/", direct(w)).status_code == 302
    assert sign_in(w.head).post(address, {"reason": WRONG}).status_code == 302
    assert [s.state for s in services()] == ["withdrawn", "served"], "his own record takes a second person"


def test_it_may_stand_after_all_and_the_head_is_told(w, paper):
    assert w.head
    client, address = served(w, paper)
    assert client.post(address, {"reason": WRONG}).status_code == 302
    with scoped(SYSTEM):
        assert Notice.objects.filter(template="papers.service_doubted", person=w.head).count() == 1
    assert sign_in(w.second).post(address, {"act": "keep"}).status_code == 302
    assert (services()[0].state, services()[0].doubted_by_id, services()[0].wrong) == ("served", None, "")
    with scoped(w.actor("乙")) as second, pytest.raises(NotOpen):
        withdrawing.agree(paper, second)
    with scoped(SYSTEM):
        w.person("科长", Role.SECTION, world.DISTRICT)
    with scoped(w.actor("科长")) as section, pytest.raises(NotAllowed):
        withdrawing.doubt(paper, WRONG, section)


NOTICE = {"way": "notice", "medium": "site", "body": "本局网站", "reason": "直接、邮寄均未能送达"}


def test_a_public_notice_is_the_last_way(w, paper):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    notice = {**NOTICE, "sent_on": calendar.today()}
    assert "Nobody knows" in client.get(f"{address}?way=notice").content.decode()
    for before in (None, direct(w, in_vain="on", receiver="", reason="无人")):
        assert before is None or client.post(address, before).status_code == 302
        answer = client.post(address, notice)
        assert answer.status_code == 422
        assert "A public notice is the last way" in answer.content.decode()
    assert client.post(address, {**notice, "missing": "on"}).status_code == 422, "something must show it"
    assert (
        client.post(address, {**notice, "missing": "on", "shown_on": calendar.today(), "shown": picture()}).status_code
        == 302
    )
    assert [s.state for s in services()] == ["failed", "served"]


def test_handed_over_while_the_notice_runs_counts_from_that_day(w, paper, heard):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    notice = {**NOTICE, "sent_on": calendar.today(), "missing": "on", "shown_on": calendar.today()}
    assert client.post(address, {**notice, "shown": picture()}).status_code == 302
    again = client.post(address, {**notice, "shown": picture()})
    assert (again.status_code, "The days of a public notice run" in again.content.decode()) == (422, True)
    assert clock_of(paper).open
    for page in (client.get(address), client.get(f"{address}?way=notice"), again):
        said = page.content.decode()
        assert f"run until {calendar.today() + dt.timedelta(days=30)}" in said
        assert 'value="notice"' not in said and 'href="?way=notice"' not in said, "a second one is not offered"
    assert client.post(address, direct(w)).status_code == 302
    told, handed = services()
    assert (told.state, told.receipt.state, told.served_on) == (
        "withdrawn", "void", calendar.today() + dt.timedelta(days=30),
    )  # fmt: skip
    assert (handed.state, handed.served_on) == ("served", calendar.today())
    assert heard == [("direct", calendar.today())]
    assert not clock_of(paper).open
    assert client.post(address, direct(w)).status_code == 409
    with scoped(SYSTEM):
        assert Paper.objects.filter(kind="service_receipt", state="issued").count() == 1
