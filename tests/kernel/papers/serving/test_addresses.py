"""To which address a letter went is fixed when it is posted, and a public notice waits for a confirmed address."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

from pypdf import PdfReader
from tests.kernel.papers.serving.test_pages import direct, heard, paper, picture, services, sign_in
from tests.kernel.papers.test_render import tight

from zhijian.kernel import when
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.papers.models import AddressConfirmation
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.papers.serving import confirm

__all__ = ["heard", "paper"]
OLD, NEW = "山东省淄博市张店区水晶街 1 号 101 室", "山东省淄博市张店区新地址路 9 号 901 室"


def ago(days: int) -> dt.date:
    return calendar.today() - dt.timedelta(days=days)


def confirmed(paper: Any, address: str, day: dt.date, *, electronic: str = "no") -> AddressConfirmation:
    """The party confirms an address on that day; the one before it ends."""
    told = {
        "electronic": electronic, "means": "email" if electronic == "yes" else "", "address": address,
        "account": "wang@example.com" if electronic == "yes" else "", "receiver": "王清", "phone": "13805330001",
    }  # fmt: skip
    with scoped(SYSTEM), when.as_of(calendar.start_of(day) + dt.timedelta(hours=8)):
        made = confirm.confirm(paper.matter, told, SYSTEM)
        end = calendar.start_of(day) + dt.timedelta(hours=8)
        AddressConfirmation.objects.filter(pk=made.pk).update(since=end)
        return made


def letter(**more: Any) -> dict[str, Any]:
    return {"way": "post", "sent_on": ago(2), "tracking": "EX123456789CN", **more}


def test_a_letter_posted_before_the_address_was_confirmed_does_not_count_when_it_comes_back(w, paper, heard):
    """Posted to the shop, then another address is confirmed, then the letter comes back: an attempt in vain."""
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    assert client.post(address, letter()).status_code == 422, "nobody knows where it went"
    assert client.post(address, letter(place="水晶街 1 号")).status_code == 302
    made = confirmed(paper, NEW, calendar.today())
    page = client.get(address).content.decode()
    assert "to an address that the party has not confirmed: 水晶街** 号" in page
    assert ('name="to"' in page, 'name="place"' in page) == (False, False), "it is fixed"
    back = letter(returned_on=calendar.today(), reason="查无此人", to=made.uid)
    assert client.post(address, back).status_code == 302
    (one,) = services()
    assert (one.state, one.served_on, one.why, one.confirmation_id, one.place) == (
        "failed", None, "", None, "水晶街 1 号",
    )  # fmt: skip
    assert heard == []
    assert "counts as served" not in client.get(address).content.decode()


def test_nor_can_it_be_said_afterwards_that_it_was_posted_there(w, paper):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    made = confirmed(paper, NEW, calendar.today())
    for more in ({}, {"returned_on": calendar.today()}, {"in_vain": "on", "reason": "退回"}):
        answer = client.post(address, letter(to=made.uid, **more))
        assert (answer.status_code, services()) == (422, [])
        assert "was not in force on the day the letter was handed in" in answer.content.decode()


def test_it_counts_when_it_was_posted_to_the_address_in_force_and_says_so(w, paper, heard):
    """And a new address that is confirmed meanwhile changes nothing of where the letter went."""
    old = confirmed(paper, OLD, ago(10))
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    page = client.get(f"{address}?way=post").content.decode()
    assert f"confirmed on {ago(10)}, in force: 山东省" in page
    assert client.post(address, letter(to=old.uid, place="不算")).status_code == 302
    confirmed(paper, NEW, ago(1))
    assert client.post(address, letter(returned_on=calendar.today(), reason="无人签收")).status_code == 302
    (one,) = services()
    assert (one.state, one.served_on, one.why, one.confirmation_id) == (
        "served", calendar.today(), "returned", old.pk,
    )  # fmt: skip
    assert heard == [("post", calendar.today())]
    assert one.proof_due, "the envelope that came back is to be added"
    page = client.get(address).content.decode()
    assert f"to the address confirmed on {ago(10)}: 山东省" in page
    with scoped(SYSTEM):
        assert LedgerEntry.objects.get(kind="service.sent").data["to"] == str(old.paper.uid)
        text = tight("".join(one.extract_text() for one in PdfReader(io.BytesIO(pdf(one.receipt))).pages))
    assert f"寄往{ago(10)}确认的送达地址" in text
    assert tight(OLD) not in text, "covered: the confirmation itself holds it whole"


def test_an_address_that_was_replaced_before_the_day_does_not_count(w, paper):
    old = confirmed(paper, OLD, ago(20))
    confirmed(paper, NEW, ago(10))
    with scoped(SYSTEM):
        AddressConfirmation.objects.filter(pk=old.pk).update(until=calendar.start_of(ago(10)))
    answer = sign_in(w.inspector).post(f"/papers/{paper.uid}/serve/", letter(to=old.uid))
    assert (answer.status_code, services()) == (422, [])


def test_electronic_service_needs_the_consent_by_the_day_it_arrived(w, paper):
    confirmed(paper, OLD, calendar.today(), electronic="yes")
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    arrived = calendar.local(calendar.start_of(ago(1)) + dt.timedelta(hours=10)).strftime("%Y-%m-%dT%H:%M")
    mail = {"way": "electronic", "at": arrived, "reason": "邮件系统回执"}
    assert "No confirmed address" in client.post(address, mail).content.decode()
    now = calendar.local(when.now()).strftime("%Y-%m-%dT%H:%M")
    assert client.post(address, {**mail, "at": now}).status_code == 302
    assert services()[0].proof_due, "words say that it arrived, nothing shows it"
    assert "proof to be added" in client.get(f"/m/{paper.matter.uid}/").content.decode()
    assert client.post(f"{address}proof/", {"proof": picture()}).status_code == 302
    assert not services()[0].proof_due


NOTICE = {"way": "notice", "medium": "site", "body": "本局网站", "reason": "找不到当事人", "missing": "on"}


def test_no_public_notice_while_the_party_is_known(w, paper):
    """A confirmed address in force comes first; and what shows that nobody knows of the party is newer than its last
    trace."""
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    old = confirmed(paper, OLD, ago(10), electronic="yes")
    notice = {**NOTICE, "sent_on": calendar.today(), "shown_on": calendar.today()}
    answer = client.post(address, {**notice, "shown": picture()})
    assert (answer.status_code, services()) == (422, [])
    assert "serve it there first" in answer.content.decode()
    vain = letter(to=old.uid, in_vain="on", reason="地址已拆除", returned_on=ago(1))
    assert client.post(address, vain).status_code == 302
    older = client.post(address, {**notice, "shown_on": ago(2), "shown": picture()})
    assert (older.status_code, "must be later" in older.content.decode()) == (422, True)
    without = client.post(address, {**notice, "shown_on": "", "shown": picture()})
    assert (without.status_code, "of which day it is" in without.content.decode()) == (422, True)
    assert client.post(address, {**notice, "shown": picture()}).status_code == 302


def test_whoever_took_another_paper_today_is_not_missing(w, paper, shared):
    from zhijian.kernel.papers import making

    client = sign_in(w.inspector)
    with scoped(SYSTEM):
        at = calendar.start_of(ago(2)) + dt.timedelta(hours=9)
        other = making.make(paper.kind, paper.matter, shared["papers"]["signed"][paper.kind], at=at, actor=SYSTEM)
        making.affix_seal(other, SYSTEM, at)
    assert client.post(f"/papers/{other.uid}/serve/", direct(w)).status_code == 302
    notice = {**NOTICE, "sent_on": calendar.today(), "shown_on": calendar.today(), "shown": picture()}
    answer = client.post(f"/papers/{paper.uid}/serve/", notice)
    assert (answer.status_code, "The party was reached" in answer.content.decode()) == (422, True)


def test_a_running_notice_has_served_nobody_on_any_page(w, paper):
    client, address = sign_in(w.inspector), f"/papers/{paper.uid}/serve/"
    notice = {**NOTICE, "sent_on": calendar.today(), "shown_on": calendar.today(), "shown": picture()}
    assert client.post(address, notice).status_code == 302
    words = f"Public notice running: its days end on {calendar.today() + dt.timedelta(days=30)}"
    for page in (address, f"/papers/?kind={paper.kind}", f"/m/{paper.matter.uid}/", f"{address}withdraw/"):
        text = client.get(page).content.decode()
        assert words in text, page
        assert ("Served on" in text, "counts as served on" in text) == (False, False), page
    running = client.get(f"/papers/?kind={paper.kind}&served=yes").content.decode()
    assert words not in running, "the filter “Served” does not list it"
    assert words in client.get(f"/papers/?kind={paper.kind}&served=way").content.decode()
