"""A penalty that two officers decide at a visit, as the phone sends it: a fact, a paper, its service, its doubts."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from tests import world
from tests.gateways.field.test_amended import anew
from tests.gateways.field.test_field import here, phone, put, w  # noqa: F401 -- fixtures
from tests.phone import STROKES, Phone, record

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.links import make_link
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.clock.models import Clock
from zhijian.kernel.evidence.digest import canonical, sha256_hex
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.notices.models import Notice, SimulatedMessage
from zhijian.kernel.papers.models import NumberRow, Paper, Service
from zhijian.kernel.papers.render import pdf
from zhijian.kernel.papers.verify import look_up
from zhijian.kernel.registry.models import Entity
from zhijian.programmes.spot_penalty import rules
from zhijian.programmes.spot_penalty.doubts import DOUBTS
from zhijian.programmes.spot_penalty.models import SpotPenalty

COMPANY = "1100"
DECIDED: dict[str, Any] = {
    "item": "1.2", "facts": "许可证未悬挂，上月已责令改正", "violated": "《某地方性法规》第8条",
    "basis": "《某地方性法规》第28条", "warning": True, "fine": 200, "told": True, "statement": "",
    "heard": "none", "answer": "", "payment": "bank", "cash_ground": "", "receipt": "", "days": 15, "at": "代收银行",
}  # fmt: skip


@pytest.fixture(autouse=True)
def company(w: world.World) -> None:  # noqa: F811
    with scoped(SYSTEM):
        Entity.objects.filter(pk=w.entity.pk).update(kind=COMPANY)


def decided(
    phone: Phone,  # noqa: F811
    w: world.World,  # noqa: F811
    visit: dict[str, Any] | None = None,
    paper: bool = True,
    **more: Any,
) -> dict[str, Any]:
    """A record whose officers decide a penalty for item 1.2; `visit` goes into the visit, `more` into the penalty."""
    sent = record(phone, here(phone, w), **{"failed": {"1.2": {"note": "未悬挂"}}, **(visit or {})})
    content = sent["content"]
    content["penalty"] = DECIDED | more
    if paper:
        number = next(one for one in phone.data["numbers"] if one["kind"] == "spot_decision")
        phone.data["numbers"].remove(number)
        reference = {key: number[key] for key in ("kind", "number", "code")}
        content["papers"] = [*content["papers"], reference]
    return signed(sent)


def signed(sent: dict[str, Any]) -> dict[str, Any]:
    sent["digest"] = sha256_hex(canonical(sent["content"]))
    return sent


def made(told: dict[str, Any]) -> Matter:
    """The penalty of a visit that was sent."""
    with scoped(SYSTEM):
        return Matter.objects.select_related("parent", "spot_penalty").get(
            parent__uid=told["matter"]["uid"], kind="spot_penalty"
        )


def codes(told: dict[str, Any]) -> set[str]:
    return {flag["code"] for flag in made(told).flags}


def test_the_phone_knows_limits_grounds_and_has_numbers_for_it(phone: Phone, w: world.World) -> None:  # noqa: F811
    spot = phone.data["rules"]["spot"]
    assert (spot["citizen"]["most"], spot["entity"]["most"], spot["as_citizen"]["kinds"]) == (200, 3000, ["9500"])
    assert spot["citizen"]["basis"].endswith("第66条") and not spot["citizen"]["unverified"]
    assert spot["as_citizen"]["unverified"] and spot["pay"]["days"] == 15 and spot["cash"]["most"] == 100
    assert all(one["violated"] and one["basis"] for one in spot["grounds"])
    assert sum(one["kind"] == "spot_decision" for one in phone.data["numbers"]) == 20


def test_what_was_decided_is_a_child_of_the_visit_with_its_paper_and_its_service(
    phone: Phone, w: world.World, client: Client  # noqa: F811
) -> None:  # fmt: skip
    sent = decided(phone, w)
    status, told = put(phone, sent)
    assert (status, told["flags"]) == (201, [])
    matter = made(told)
    number = sent["content"]["papers"][-1]
    with scoped(SYSTEM):
        record_ = SpotPenalty.objects.get(pk=matter.pk)
        paper = Paper.objects.get(matter=matter, kind="spot_decision")
        service = Service.objects.get(paper=paper)
        row = NumberRow.objects.get(paper=paper)
        clocks = set(Clock.objects.filter(matter=matter, stopped=None).values_list("rule", flat=True))
        visits = set(Paper.objects.filter(matter=matter.parent).values_list("kind", flat=True))
    assert (matter.state, matter.flags, matter.number) == ("open", [], number["number"])
    assert (matter.assignee_id, matter.second_id) == (w.inspector.pk, w.second.pk)
    assert (record_.fine, record_.warning, record_.side, record_.most) == (200, True, "entity", 3000)
    assert record_.record_digest == sent["digest"] and record_.told
    assert (paper.number, paper.code, paper.signed_digest) == (number["number"], number["code"], sent["digest"])
    assert paper.data["fine_words"] == "贰佰元整" and paper.data["party"]["name"] == w.entity.name
    assert row.state == "used" and "spot_decision" not in visits
    assert (service.state, service.way, service.served_on) == ("served", "direct", calendar.today())
    assert not service.proof_due and service.receipt is None, "he signed on the decision itself"
    assert clocks == {rules.FILE_WITHIN.name, rules.PAY_WITHIN.name}
    assert record_.pay_by is not None and record_.served_on == calendar.today()
    assert pdf(paper).startswith(b"%PDF")
    found = look_up(number["code"])
    assert found is not None and found.in_force and found.number == number["number"]
    client.force_login(w.head)
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert number["number"] in page and "警告 · 罚款 200 元" in page


def test_the_one_message_about_the_visit_names_the_penalty(
    phone: Phone, w: world.World, settings: Any  # noqa: F811
) -> None:  # fmt: skip
    settings.DEMO, settings.PUBLIC_ORIGIN = True, "https://zj.example"
    put(phone, decided(phone, w))
    jobs.run_pending()
    with scoped(SYSTEM):
        (message,) = SimulatedMessage.objects.all()
    assert "当场处罚：警告 · 罚款 200 元。" in message.text and "整改并答复" in message.text


def test_the_same_record_sent_twice_is_one_penalty(phone: Phone, w: world.World) -> None:  # noqa: F811
    sent = decided(phone, w)
    first, again = put(phone, sent), put(phone, sent)
    assert (first[0], again[0]) == (201, 200) and first[1] == again[1]
    with scoped(SYSTEM):
        assert SpotPenalty.objects.count() == Paper.objects.filter(kind="spot_decision").count() == 1
        assert Service.objects.count() == 1


def test_the_enterprise_and_the_head_are_told_and_the_enterprise_reads_how_to_pay_and_to_appeal(
    phone: Phone, w: world.World, client: Client  # noqa: F811
) -> None:  # fmt: skip
    _, told = put(phone, decided(phone, w, statement="是新换的墙面", heard="declined", answer="上月已经责令改正"))
    matter = made(told)
    with scoped(SYSTEM):
        people = set(Notice.objects.filter(matter=matter).values_list("person__name", flat=True))
        assert "所长" in people
        assert Notice.objects.filter(entity=w.entity, matter__in=[matter, matter.parent]).exists()
        links = [make_link(w.entity, one) for one in (matter.parent, matter)]
    pages = [Client().get(f"/p/{link}/").content.decode() for link in links]
    assert all("罚款 200 元" in page and "当场处罚" in page for page in pages)
    said = pages[1]
    assert "全部改正" not in pages[0], "a penalty is no finding that was put right"
    for words in (
        "怎样缴款",
        "代收银行",
        "60 日内申请行政复议",
        "先申请行政复议",
        "不公示",
        "是新换的墙面",
        "上月已经责令改正",
    ):
        assert words in said, words


def test_who_would_not_sign_before_a_witness_was_served_all_the_same(phone: Phone, w: world.World) -> None:  # noqa: F811
    refused = {"reason": "不认可", "witness": "刘芳"}
    sent = decided(phone, w, {"refused": refused})
    sent["signatures"] = [one for one in sent["signatures"] if one["who"] != "party"]
    sent["signatures"].append({"who": "witness", "name": "刘芳", "strokes": STROKES, "at": sent["content"]["ended"]})
    _, told = put(phone, sent)
    assert codes(told) == set()
    with scoped(SYSTEM):
        service = Service.objects.get(paper__matter=made(told))
        assert (service.way, service.witness, service.served_on) == ("left", "刘芳", calendar.today())


def test_what_nobody_signed_for_is_still_to_be_served(phone: Phone, w: world.World, client: Client) -> None:  # noqa: F811
    refused = {"reason": "不认可", "witness": "", "no_witness": "现场无其他人，已全程录像"}
    sent = decided(phone, w, {"refused": refused})
    sent["signatures"] = [one for one in sent["signatures"] if one["who"] != "party"]
    _, told = put(phone, sent)
    assert codes(told) == {"not_served"}
    assert "penalty_doubted" in {flag["code"] for flag in told["flags"]}
    matter = made(told)
    with scoped(SYSTEM):
        assert not Service.objects.filter(paper__matter=matter).exists()
        running = set(Clock.objects.filter(matter=matter, stopped=None).values_list("rule", flat=True))
    assert rules.PAY_WITHIN.name not in running, "nobody is late with what he was not given"
    assert "papers.hand_within" in running
    client.force_login(w.head)
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert "尚须送达" in page


BY_ORDER = {"violated": "《食品经营许可和备案管理办法》第38条", "basis": "《食品经营许可和备案管理办法》第58条"}


@pytest.mark.parametrize(
    ("kind", "fine", "doubted"),
    [(COMPANY, 3000, False), (COMPANY, 3001, True), ("9500", 200, False), ("9500", 201, True)],
)
def test_a_fine_above_the_limit_is_kept_and_doubted(
    phone: Phone, w: world.World, kind: str, fine: int, doubted: bool  # noqa: F811
) -> None:  # fmt: skip
    with scoped(SYSTEM):
        Entity.objects.filter(pk=w.entity.pk).update(kind=kind)
    _, told = put(phone, decided(phone, w, fine=fine))
    assert codes(told) == ({"over_limit"} if doubted else set())
    assert made(told).spot_penalty.fine == fine, "a fact from the field is never refused"  # type: ignore[attr-defined]
    if doubted:
        assert str(fine) in DOUBTS["over_limit"] % made(told).flags[0] and "第66条" in made(told).flags[0]["basis"]


def test_a_party_of_unknown_kind_has_the_lower_limit_and_is_named(phone: Phone, w: world.World) -> None:  # noqa: F811
    with scoped(SYSTEM):
        Entity.objects.filter(pk=w.entity.pk).update(kind="")
    assert codes(put(phone, decided(phone, w, fine=200))[1]) == {"side_unknown"}
    assert codes(put(phone, decided(phone, w, fine=500))[1]) == {"side_unknown", "over_limit"}


def test_what_was_left_out_of_the_procedure_is_a_doubt_each(phone: Phone, w: world.World) -> None:  # noqa: F811
    of = [
        ({"told": False}, {"not_told"}),
        ({"statement": "不服"}, {"not_heard"}),
        ({"violated": ""}, {"no_grounds"}),
        ({**BY_ORDER, "warning": True, "fine": 0, "payment": "none"}, {"no_order_before"}),
        ({**BY_ORDER, "warning": True, "fine": 0, "payment": "none", "ordered": "11月2日"}, set()),
        ({**BY_ORDER, "warning": True, "fine": 0, "payment": "none", "ordered": " x "}, {"no_order_before"}),
        ({**BY_ORDER, "ordered": "11月2日〔2026〕7号"}, {"fine_unknown"}),
        ({"basis": "食品安全法第一百二十六条第一款第六项 "}, {"fine_unknown"}),
        ({"basis": " "}, {"no_grounds"}),
        ({"warning": False, "fine": 0, "payment": "none"}, {"nothing_decided"}),
        ({"item": "1.9"}, {"not_found"}),
        ({"fine": 101, "payment": "cash", "cash_ground": "small", "receipt": "1"}, {"cash_forbidden"}),
        ({"fine": 100, "payment": "cash", "cash_ground": "small"}, {"no_receipt"}),
        ({"fine": 150, "payment": "cash", "cash_ground": "hard", "receipt": "1"}, set()),
    ]  # fmt: skip
    for more, wanted in of:
        assert codes(put(phone, decided(phone, w, **more))[1]) == wanted, more


def test_the_order_that_was_not_obeyed_stands_on_the_desk_s_and_on_the_party_s_page(
    phone: Phone, w: world.World, client: Client  # noqa: F811
) -> None:  # fmt: skip
    named = {**BY_ORDER, "fine": 0, "payment": "none", "ordered": "11月2日〔2026〕7号"}
    matter = made(put(phone, decided(phone, w, **named))[1])
    with scoped(SYSTEM):
        link = make_link(w.entity, matter)
    client.force_login(w.head)
    for page in (f"/m/{matter.uid}/", f"/p/{link}/"):
        assert "11月2日〔2026〕7号" in client.get(page).content.decode(), page


def test_money_that_was_taken_is_to_be_handed_in(phone: Phone, w: world.World) -> None:  # noqa: F811
    _, told = put(phone, decided(phone, w, fine=100, payment="cash", cash_ground="small", receipt="鲁财 7"))
    matter = made(told)
    with scoped(SYSTEM):
        clock = Clock.objects.get(matter=matter, rule=rules.HAND_IN_WITHIN.name)
        assert clock.due == calendar.add_working_days(calendar.today(), 2)[0]
        assert not Clock.objects.filter(matter=matter, rule=rules.PAY_WITHIN.name).exists()


def test_one_officer_alone_decides_nothing_that_holds_without_a_look(
    phone: Phone, w: world.World, client: Client  # noqa: F811
) -> None:  # fmt: skip
    sent = decided(phone, w)
    sent["content"]["inspectors"] = sent["content"]["inspectors"][:1]
    _, told = put(phone, signed(sent))
    assert codes(told) == {"one_officer_decided", "not_served"}
    found = look_up(sent["content"]["papers"][-1]["code"])
    assert found is not None and found.doubted and not found.in_force, "its public page says that it awaits examination"
    matter = made(told)
    client.force_login(w.head)
    client.post(f"/m/{matter.uid}/look/", {"f-word": "两人到场，一人漏签", "version": matter.version})
    assert made(told).flags == []


def test_a_helper_s_decision_is_withdrawn_not_looked_away(phone: Phone, w: world.World) -> None:  # noqa: F811
    with scoped(SYSTEM):
        helper = w.person("协管", Role.HELPER, world.OFFICE)
        Person.objects.filter(pk=helper.pk).update(certificate_no="")
    sent = decided(phone, w)
    sent["content"]["inspectors"][1] = {"id": helper.pk, "name": "协管", "certificate_no": ""}
    _, told = put(phone, signed(sent))
    assert "helper_signed" in codes(told)


def test_a_key_item_that_is_punished_all_the_same_is_named_to_the_head(phone: Phone, w: world.World) -> None:  # noqa: F811
    sent = decided(phone, w, {"failed": {"1.1": {"note": "过期"}}}, item="1.1", facts="许可证过期")
    _, told = put(phone, sent)
    assert codes(told) == {"also_investigated"}
    with scoped(SYSTEM):
        assert Matter.objects.filter(parent__uid=told["matter"]["uid"], kind="lead").exists(), "proposed all the same"


def test_numbers_of_others_and_missing_papers_are_doubts(phone: Phone, w: world.World) -> None:  # noqa: F811
    foreign = decided(phone, w)
    foreign["content"]["papers"][-1] |= {"number": "张市监当罚〔2020〕9号", "code": None}
    _, told = put(phone, signed(foreign))
    assert codes(told) == {"penalty_number"}
    with scoped(SYSTEM):
        paper = Paper.objects.get(matter=made(told), kind="spot_decision")
        assert (paper.number, paper.data["claimed_number"]) == ("", "张市监当罚〔2020〕9号")
    _, told = put(phone, decided(phone, w, paper=False))
    assert codes(told) == {"no_paper", "not_served"}


def test_a_phone_that_had_run_out_of_numbers_gets_the_next_one(phone: Phone, w: world.World) -> None:  # noqa: F811
    sent = decided(phone, w)
    sent["content"]["papers"][-1] |= {"number": None, "code": None}
    _, told = put(phone, signed(sent))
    assert codes(told) == set() and made(told).number.startswith("张市监当罚〔")


def test_before_the_new_law_the_old_limit_holds(phone: Phone, w: world.World) -> None:  # noqa: F811
    """A record that lay in a drawer since 2021: the day of the act chooses the row."""
    then = dt.datetime(2021, 7, 14, 10, tzinfo=calendar.zone())
    _, told = put(phone, decided(phone, w, {"now": then}, fine=1000))
    assert made(told).spot_penalty.most == 1000 and "over_limit" not in codes(told)  # type: ignore[attr-defined]
    _, told = put(phone, decided(phone, w, {"now": then}, fine=1001))
    assert "over_limit" in codes(told)


def test_a_place_or_a_day_without_the_procedure_is_a_doubt(
    phone: Phone,  # noqa: F811
    w: world.World,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in Chicago, whose pack says of each of these rules that it is absent."""
    monkeypatch.setattr(rules, "limits", lambda day: None)
    _, told = put(phone, decided(phone, w))
    assert codes(told) == {"not_here"} and made(told).spot_penalty.most is None  # type: ignore[attr-defined]


def test_an_amended_record_leaves_the_decision_as_it_was_handed_over(phone: Phone, w: world.World) -> None:  # noqa: F811
    first = decided(phone, w)
    _, told = put(phone, first)
    matter = made(told)
    new = anew(phone, first, reason="备注写错了")
    new["content"].pop("penalty")
    new["content"]["papers"] = new["content"]["papers"][:-1]
    status, again = put(phone, signed(new))
    assert (status, again["matter"]["uid"]) == (201, told["matter"]["uid"])
    assert codes(told) == {"record_amended"} and made(told).pk == matter.pk
    with scoped(SYSTEM):
        paper = Paper.objects.get(matter=matter, kind="spot_decision")
        assert paper.state == "issued", "only a head takes a decision back"
    _, once_more = put(phone, anew(phone, new | {"id": new["id"]}, reason="又一处"))
    assert once_more["state"] == "accepted" and made(told).pk == matter.pk


def test_what_is_decided_in_an_amendment_was_not_decided_on_the_spot(phone: Phone, w: world.World) -> None:  # noqa: F811
    first = record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}})
    put(phone, first)
    new = anew(phone, first)
    new["content"]["penalty"] = DECIDED
    new["content"]["papers"].append({"kind": "spot_decision", "number": None, "code": None})
    _, told = put(phone, signed(new))
    assert codes(told) == {"decided_later"}


def test_every_doubt_stands_in_the_documents_with_a_test_that_shows_it() -> None:
    text = (Path(__file__).parents[3] / "docs/conflicts.md").read_text(encoding="utf-8")
    told = dict(re.findall(r"^\| `(\w+)` \|.*`tests/gateways/field/test_penalty.py` `(test_\w+)` \|$", text, re.M))
    assert set(told) - {"penalty_doubted"} == set(DOUBTS)
    assert {name for name in told.values() if name not in globals()} == set()


def test_a_penalty_that_is_none_is_held_for_a_person(phone: Phone, w: world.World) -> None:  # noqa: F811
    _, told = put(phone, decided(phone, w, fine="200"))
    assert told["state"] == "held", "money is whole yuan, no text and no fraction"


def test_a_visit_without_one_has_no_such_field_and_no_such_child(phone: Phone, w: world.World) -> None:  # noqa: F811
    put(phone, record(phone, here(phone, w), failed={"1.2": {"note": "未悬挂"}}))
    with scoped(SYSTEM):
        assert not Matter.objects.filter(kind="spot_penalty").exists()
        assert not Paper.objects.filter(kind="spot_decision").exists()
