"""What a service proves: who served it elsewhere, where and why; tries in vain; what a public notice rests on."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone, translation
from pypdf import PdfReader
from tests import words, world
from tests.kernel.papers.serving.test_pages import direct, paper, picture, services, sign_in
from tests.kernel.papers.test_render import tight

from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Leave
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.desk import waiting
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.papers import making, numbers
from zhijian.kernel.papers.blanks import acts as blanks
from zhijian.kernel.papers.drafts import letters
from zhijian.kernel.papers.models import NumberRow, Paper, Service
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.papers.serving import receipt

__all__ = ["paper"]
OTHER = "沂源县市场监督管理局"


def ago(days: int) -> str:
    return (calendar.today() - dt.timedelta(days=days)).isoformat()


def now() -> str:
    return calendar.local(timezone.now()).strftime("%Y-%m-%dT%H:%M")


def serve(paper: Paper) -> str:
    return f"/papers/{paper.uid}/serve/"


def refused(client: Client, paper: Paper, told: dict[str, Any], *said: str) -> None:
    """It is not recorded, in words, and nothing changed."""
    before = [(one.pk, one.state) for one in services()]
    answer = client.post(serve(paper), told)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert [one for one in said if one not in page] == []
    assert [(one.pk, one.state) for one in services()] == before


def text_of(paper: Paper) -> str:
    with scoped(SYSTEM):
        return tight("".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(paper))).pages))


def entrusted(**more: Any) -> dict[str, Any]:
    return {"way": "entrusted", "body": OTHER, "sent_on": ago(1), **more}


def back(**more: Any) -> dict[str, Any]:
    return {"at": now(), "receiver": "王清", "server": "赵六", "place": "沂源县城 2 号", **more}


# Through others


def test_entrusted_service_says_who_of_that_office_served_it_and_where(w, paper):
    client = sign_in(w.inspector)
    assert client.post(serve(paper), entrusted()).status_code == 302
    page = client.get(serve(paper)).content.decode()
    assert f"Through another office ({OTHER})" in page, "on its way: through whom"
    assert f"entrusted on {ago(1)}" in page
    assert OTHER in client.get(f"/m/{paper.matter.uid}/").content.decode()
    for lacks, said in (("server", "Say who served it there"), ("place", "Say where it was served")):
        refused(client, paper, entrusted(**back(**{lacks: ""})), said)
    assert client.post(serve(paper), entrusted(**back())).status_code == 302
    (one,) = services()
    assert (one.state, one.proof_due) == ("served", True)
    told = one.receipt.data
    assert (told["place"], told["cause"]) == ("沂源县城 2 号", "监督检查：责令改正")
    assert told["officers"] == [{"name": f"赵六（{OTHER}）", "certificate_no": ""}]
    assert told["remarks"] == f"受委托机关：{OTHER}\n委托日期：{ago(1)}"
    assert tight(f"受委托机关：{OTHER}") in text_of(one.receipt)
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="service.served")
        assert (entry.data["way"], entry.data["body"]) == ("entrusted", OTHER)
        assert "赵六" not in str(entry.data), "a name stands beside the entry, never in it"
        with translation.override("zh-hans"):
            assert f"委托送达（{OTHER}）" in ledger.describe(entry, SYSTEM)


def test_passed_on_names_the_ground_of_the_law(w, paper):
    client = sign_in(w.inspector)
    page = client.get(f"{serve(paper)}?way=passed_on").content.decode()
    assert "民事诉讼法 第93条第1款, to be verified" in page
    told = {"way": "passed_on", "body": "鲁中监狱", "sent_on": ago(1)}
    refused(client, paper, told, "Say on which ground")
    refused(client, paper, {**told, "ground": "friend"})
    assert client.post(serve(paper), {**told, "ground": "prison"}).status_code == 302
    assert "In prison or detained" in client.get(serve(paper)).content.decode()
    answer = client.post(serve(paper), {**told, "ground": "prison", **back(server="狱政科 钱七")})
    assert answer.status_code == 302
    remarks = services()[0].receipt.data["remarks"]
    assert remarks.split("\n") == [
        "转交单位：鲁中监狱",
        "转交依据：受送达人被监禁：通过其所在监所转交（民事诉讼法 第93条第1款）",
        f"送交转交日期：{ago(1)}",
    ]  # fmt: skip


def test_what_it_is_about_is_never_whom_it_concerns(w, paper):
    """The kind of matter and what the paper does, or a letter's own subject; the officer may say it otherwise."""
    client = sign_in(w.inspector)
    for way in ("direct", "left", "post", "electronic", "entrusted", "passed_on", "notice"):
        assert 'value="监督检查：责令改正"' in client.get(f"{serve(paper)}?way={way}").content.decode(), way
    assert client.post(serve(paper), direct(w, cause="涉嫌销售超过保质期的食品案")).status_code == 302
    assert services()[0].receipt.data["cause"] == "涉嫌销售超过保质期的食品案"
    with scoped(w.actor("甲")) as officer:
        draft = letters.letter(paper.matter, officer)
        assert receipt.cause(draft) == "监督检查", "nobody wrote a subject: the one laid out names the party"
        draft.data["subject"] = "关于协助核查进货来源的函"
        assert receipt.cause(draft) == "监督检查：关于协助核查进货来源的函"


# Contradictions


@pytest.mark.parametrize("way", ["post", "entrusted", "passed_on"])
def test_who_took_it_and_when_belong_together(w, paper, way):
    told = {
        "way": way, "sent_on": ago(1), "tracking": "EX1", "place": "水晶街 1 号", "body": OTHER, "ground": "prison",
    }  # fmt: skip
    refused(sign_in(w.inspector), paper, {**told, "receiver": "王清"}, "say on which day")


def test_in_vain_and_taken_is_refused(w, paper):
    client = sign_in(w.inspector)
    refused(client, paper, direct(w, in_vain="on", reason="无人"), "not both")
    refused(client, paper, entrusted(**back(), in_vain="on", reason="无人"), "not both")
    letter = {"way": "post", "sent_on": ago(1), "tracking": "EX1", "place": "水晶街 1 号"}
    refused(client, paper, {**letter, "at": now(), "returned_on": ago(0), "reason": "拒收"}, "not both")


# In vain


def test_in_vain_has_a_reason_and_a_proof_or_says_that_it_is_to_be_added(w, paper):
    client, vain = sign_in(w.inspector), direct(w, in_vain="on", receiver="")
    refused(client, paper, vain, "Say why: nobody there")
    refused(client, paper, {**vain, "reason": "  "}, "Say why: nobody there")
    assert client.post(serve(paper), {**vain, "reason": "无人"}).status_code == 302
    (one,) = services()
    assert (one.state, one.proof_due) == ("failed", True)
    assert "In vain · Handed over · proof to be added" in client.get(serve(paper)).content.decode()
    assert paper.number in client.get("/papers/?served=unproven").content.decode()
    proof = f"{serve(paper)}proof/?of={one.uid}"
    assert client.get(proof).status_code == 200
    assert client.post(proof, {"proof": picture()}).status_code == 302
    (after,) = services()
    assert (after.proof_due, len(after.files)) == (False, 1)
    assert "proof to be added" not in client.get(serve(paper)).content.decode()
    assert paper.number not in client.get("/papers/?served=unproven").content.decode()
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="service.try_proof_added")
        with translation.override("en"):
            assert "could not be served (Handed over," in ledger.describe(entry, SYSTEM)


def test_what_was_in_vain_waits_for_no_proof_once_the_paper_is_in_somebodys_hands(w, paper):
    client = sign_in(w.inspector)
    assert client.post(serve(paper), direct(w, in_vain="on", receiver="", reason="无人")).status_code == 302
    assert client.post(serve(paper), direct(w, evidence=picture())).status_code == 302
    assert [one.proof_due for one in services()] == [False, False]
    assert sign_in(w.head).post(f"{serve(paper)}withdraw/", {"reason": "记录有误"}).status_code == 302
    assert [(one.state, one.proof_due) for one in services()] == [("failed", True), ("withdrawn", False)]


def test_a_letter_comes_back_once_with_a_reason_and_its_envelope(w, paper):
    client = sign_in(w.inspector)
    letter = {"way": "post", "sent_on": ago(1), "tracking": "EX123 456", "place": "水晶街 1 号"}
    assert client.post(serve(paper), letter).status_code == 302
    refused(client, paper, {**letter, "returned_on": ago(0)}, "Say why: nobody there")
    back_again = {**letter, "returned_on": ago(0), "reason": "查无此人"}
    assert client.post(serve(paper), back_again).status_code == 302
    assert [(one.state, one.proof_due) for one in services()] == [("failed", True)], "the envelope is to be added"
    refused(client, paper, back_again, "is on record for this paper already")
    refused(client, paper, {**letter, "tracking": "ex123456"}, "is on record for this paper already")
    assert client.post(serve(paper), {**letter, "tracking": "EX999"}).status_code == 302


def test_a_try_in_vain_leaves_what_is_on_its_way(w, paper):
    client = sign_in(w.inspector)
    letter = {"way": "post", "sent_on": ago(1), "tracking": "EX1", "place": "水晶街 1 号"}
    assert client.post(serve(paper), letter).status_code == 302
    assert client.post(serve(paper), direct(w, in_vain="on", receiver="", reason="无人")).status_code == 302
    assert [(one.way, one.state, one.tracking) for one in services()] == [
        ("post", "on_its_way", "EX1"), ("direct", "failed", ""),
    ]  # fmt: skip


# The last way


def notice(**more: Any) -> dict[str, Any]:
    return {
        "way": "notice", "medium": "newspaper", "body": "淄博日报 2 版", "sent_on": ago(0),
        "reason": "直接、邮寄均未能送达", **more,
    }  # fmt: skip


def test_a_notice_rests_on_proven_tries_or_names_the_proof_that_is_missing(w, paper):
    client = sign_in(w.inspector)
    assert client.post(serve(paper), direct(w, in_vain="on", receiver="", reason="无人")).status_code == 302
    letter = {"way": "post", "sent_on": ago(1), "tracking": "EX1", "place": "水晶街 1 号"}
    envelope = {"returned_on": ago(0), "reason": "查无此人", "evidence": picture()}
    assert client.post(serve(paper), {**letter, **envelope}).status_code == 302
    refused(client, paper, notice(), "rests on tries that are proven", f"{ago(0)} Handed over")
    assert "EX1" not in client.post(serve(paper), notice()).content.decode().split("No proof is on file of")[1][:60]
    refused(client, paper, notice(unproven="当时未拍照", medium=""), "newspaper, a website or a notice board")
    assert client.post(serve(paper), notice(unproven="直接送达当时未拍照")).status_code == 302
    away, _letter, one = services()
    assert (away.proof_due, one.state, one.proof_due) == (True, "served", True)
    page = client.get(serve(paper)).content.decode()
    for said in ("Published in Newspaper 淄博日报 2 版", f"published on {ago(0)}", "直接送达当时未拍照"):
        assert said in page
    assert page.count("proof to be added") == 2
    assert one.receipt.data["remarks"].split("\n") == [
        "直接、邮寄均未能送达", "公告载体：报纸 淄博日报 2 版", f"公告日期：{ago(0)}",
        "前次送达所缺凭证：直接送达当时未拍照",
    ]  # fmt: skip
    assert "寄出" not in one.receipt.data["remarks"]
    assert client.post(f"{serve(paper)}proof/", {"proof": picture()}).status_code == 302
    assert [one.proof_due for one in services()] == [True, False, False]


def test_a_proven_try_asks_for_no_more_and_the_published_notice_is_its_proof(w, paper):
    client = sign_in(w.inspector)
    vain = direct(w, in_vain="on", receiver="", reason="无人", evidence=picture())
    assert client.post(serve(paper), vain).status_code == 302
    letter = {"way": "post", "sent_on": ago(1), "tracking": "EX1", "place": "水晶街 1 号", "returned_on": ago(0)}
    assert client.post(serve(paper), {**letter, "reason": "查无此人", "evidence": picture()}).status_code == 302
    assert 'name="unproven"' not in client.get(f"{serve(paper)}?way=notice").content.decode()
    assert client.post(serve(paper), notice(evidence=picture())).status_code == 302
    assert services()[-1].proof_due is False


# Who was there


def test_who_is_on_leave_serves_nothing_and_nobody_is_two(w, paper):
    client = sign_in(w.second)
    with scoped(SYSTEM):
        Leave.objects.create(person=w.inspector, stand_in=w.second, since=calendar.today(), until=calendar.today())
    page = client.get(serve(paper)).content.decode()
    assert f'<option value="{w.inspector.pk}" selected' not in page, "whoever is away is not laid out"
    refused(client, paper, direct(w), "On leave on that day: 甲.")
    refused(client, paper, direct(w, in_vain="on", receiver="", reason="无人"), "On leave on that day: 甲.")
    refused(client, paper, direct(w, officer1=w.second.pk), "the law wants more")
    with scoped(SYSTEM):
        third = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
    yesterday = f"{ago(1)}T10:00"
    assert client.post(serve(paper), direct(w, at=yesterday)).status_code == 302, "he was there that day"
    assert sign_in(w.head).post(f"{serve(paper)}withdraw/", {"reason": "记录有误"}).status_code == 302
    assert client.post(serve(paper), direct(w, officer1=w.second.pk, officer2=third.pk)).status_code == 302


# Withdrawn


def todo(person: Any) -> list[tuple[str, str]]:
    with scoped(actor_of(person)) as actor:
        return [(one.words, one.url) for one in waiting.lines(actor) if "recorded wrongly" in one.words]


def test_a_service_that_is_doubted_stands_on_the_heads_to_do(w, paper):
    client = sign_in(w.inspector)
    assert client.post(serve(paper), direct(w)).status_code == 302
    assert todo(w.head) == []
    assert client.post(f"{serve(paper)}withdraw/", {"reason": "收件人写错"}).status_code == 302
    ((said, url),) = todo(w.head)
    assert said.startswith("1 service is said")
    assert paper.number in sign_in(w.head).get(url).content.decode()
    assert sign_in(w.head).post(f"{serve(paper)}withdraw/", {"act": "keep"}).status_code == 302
    assert todo(w.head) == []


def test_a_void_proof_says_why_and_of_which_paper_on_its_face(w, paper):
    client = sign_in(w.inspector)
    assert client.post(serve(paper), direct(w)).status_code == 302
    assert "作废" not in text_of(services()[0].receipt)
    assert sign_in(w.head).post(f"{serve(paper)}withdraw/", {"reason": "收件人写错"}).status_code == 302
    text = text_of(services()[0].receipt)
    for said in ("作废", "收件人写错", paper.number):
        assert tight(said) in text, said


# The enterprise


def test_a_letter_that_was_served_is_found_by_its_enterprise(w, matter):
    with scoped(w.actor("甲")) as officer:
        data = letters.letter(matter, officer).data
    at = timezone.now() - dt.timedelta(hours=1)
    with scoped(SYSTEM):
        sent = making.make("letter", matter, {**data, "body": "请配合"}, at=at, actor=SYSTEM)
        making.affix_seal(sent, SYSTEM, at)
        page = f"/p/{make_link(w.entity, matter)}/"
    visitor = Client(headers={"accept-language": "en"})
    assert str(sent.uid) not in visitor.get(page).content.decode()
    assert visitor.get(f"{page}paper/{sent.uid}.pdf").status_code == 404
    assert sign_in(w.inspector).post(serve(sent), direct(w)).status_code == 302
    assert str(sent.uid) in visitor.get(page).content.decode()
    assert visitor.get(f"{page}paper/{sent.uid}.pdf").content.startswith(b"%PDF-")


# Words


def _acts(w: world.World, paper: Paper, language: str) -> None:
    """What fixes words for good, each by somebody who reads this language."""
    client = Client(headers={"accept-language": language})
    client.force_login(w.inspector)
    head = Client(headers={"accept-language": language})
    head.force_login(w.head)
    for told in (
        direct(w, in_vain="on", receiver="", refused="on", reason="拒收"),
        {
            "way": "post",
            "sent_on": ago(1),
            "tracking": "EX1",
            "place": "水晶街 1 号",
            "returned_on": ago(0),
            "reason": "无人",
        },
        notice(unproven="均未拍照", evidence=picture()),
        entrusted(**back()),  # overtakes the notice
    ):
        answer = client.post(serve(paper), told)
        assert answer.status_code == 302, answer.content.decode()[-3000:]
    assert client.post(f"{serve(paper)}proof/", {"proof": picture()}).status_code == 302
    assert client.post(f"{serve(paper)}withdraw/", {"reason": "写错"}).status_code == 302
    assert head.post(f"{serve(paper)}withdraw/", {"act": "agree"}).status_code == 302
    told = {"electronic": "no", "address": "水晶街 1 号", "receiver": "王清", "phone": "13805330001"}
    assert client.post(f"{serve(paper)}address/", {**told, "scan": picture()}).status_code == 302
    assert client.post(f"{serve(paper)}address/open/").status_code == 200
    with scoped(actor_of(w.head)) as keeper, translation.override(language):
        (sheet, _other) = blanks.issue("rectification_order", "A-1", 2, w.inspector, keeper)
        blanks.settle(sheet, "returned", keeper)


def _kept(w: world.World, paper: Paper, language: str) -> tuple[list[Any], list[Any]]:
    """The entries that these acts leave, without what differs from one time to the next, and the columns of words."""
    with transaction.atomic():
        with scoped(SYSTEM):
            before = LedgerEntry.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        _acts(w, paper, language)
        with scoped(SYSTEM):
            rows = LedgerEntry.objects.filter(pk__gt=before).order_by("pk").values_list("kind", "data")
            changing = ("paper", "service", "receipt", "files", "shown", "file", "digest", "signed", "code", "at")
            entries = [(kind, {k: v for k, v in data.items() if k not in changing}) for kind, data in rows]
            entries = [one for one in entries if not one[0].startswith(("account.", "evidence."))]
            columns = [
                *Service.objects.order_by("pk").values_list("cause", "wrong"),
                *Paper.objects.order_by("pk").values_list("void_reason"),
            ]
        transaction.set_rollback(True)
    return entries, columns


def test_the_ledger_holds_the_same_in_whichever_language_somebody_worked(w, paper):
    english, chinese = (_kept(w, paper, language) for language in ("en", "zh-hans"))
    for one, other in zip(*(told[0] for told in (english, chinese)), strict=True):
        blurred = [{k: v for k, v in data.items() if not isinstance(v, dict)} for _kind, data in (one, other)]
        assert (one[0], blurred[0]) == (other[0], blurred[1])
    assert english[1] == chinese[1]
    kinds = {one[0] for one in english[0]}
    assert kinds >= {
        "service.failed", "service.noticed", "service.served", "service.withdrawn", "service.doubted", "paper.void",
        "service.proof_added", "address.confirmed", "address.opened", "blank.fate",
    }  # fmt: skip


def test_no_words_of_whoever_acted_are_kept(w, paper):
    with words.marked():
        _acts(w, paper, "en")
    with scoped(SYSTEM):
        for kind, data in LedgerEntry.objects.values_list("kind", "data"):
            assert words.found(data, kind) == []
        for column in Service.objects.values_list("cause", "wrong", "body"):
            assert words.found(list(column)) == []
        for paper_ in Paper.objects.all():
            assert words.found([paper_.data, paper_.void_reason]) == []


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_entries_of_before_which_hold_words_still_read(w, paper, language):
    """Such as were written before codes stood there."""
    told = {"title": "责令改正通知书", "number": "1号", "day": "2026-03-05"}
    old = {
        "service.served": {**told, "way": "Through another office", "by": "entrusted"},
        "service.withdrawn": {**told, "way": "Handed over", "reason": "served otherwise (Handed over)"},
        "paper.void": {**told, "reason": "责令改正通知书 1号: service withdrawn: wrong"},
        "blank.fate": {"serial": "A-000102", "title": "责令改正通知书", "state": "已使用", "fate": "used"},
        "address.opened": {"reason": "在该处有未办结事项"},
        "address.confirmed": {"electronic": "否"},
        "number.return": {"count": 3, "title": "责令改正通知书", "reason": "phone switched off"},
    }
    said = {}
    with scoped(SYSTEM), translation.override(language):
        for kind, data in old.items():
            entry = ledger.record(kind, actor=SYSTEM, subject="test:1", data=data)
            said[kind] = ledger.describe(entry, SYSTEM)
    english = language == "en"
    assert ("Through another office" if english else "委托送达") in said["service.served"]
    assert "served otherwise (Handed over)" in said["service.withdrawn"]
    assert "service withdrawn: wrong" in said["paper.void"]
    assert ("Used" if english else "已使用") in said["blank.fate"]
    assert "在该处有未办结事项" in said["address.opened"]
    assert "否" in said["address.confirmed"]
    assert ("phone switched off" in said["number.return"]) is english


def test_numbers_come_back_with_a_reason_in_codes(w, phone, officer):
    for language in ("en", "zh-hans"):
        with scoped(SYSTEM), translation.override(language):
            numbers.reserve_block(phone, "rectification_order", world.OFFICE, 2)
            numbers.release(phone, why="handed_over", name="乙")
    with scoped(SYSTEM):
        one, other = LedgerEntry.objects.filter(kind="number.return").order_by("pk").values_list("data", flat=True)
        assert (one["why"], one["name"]) == (other["why"], other["name"]) == ("handed_over", "乙")
        assert set(NumberRow.objects.exclude(reason="").values_list("reason", flat=True)) == {"移交给乙"}
        with translation.override("en"):
            entry = LedgerEntry.objects.filter(kind="number.return").latest("pk")
            assert "handed over to 乙" in ledger.describe(entry, SYSTEM)
