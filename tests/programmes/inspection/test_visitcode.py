"""The inspection code: signed, small, and without a word of what the visit came from."""

from __future__ import annotations

import base64
import string
from dataclasses import replace
from typing import Any

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from tests import world
from tests.kernel.matters.test_scope import plan

from zhijian.gateways.field.reference import tasks
from zhijian.kernel.accounts.actor import SYSTEM, actor_of
from zhijian.kernel.accounts.models import Leave
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.clock import calendar
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.matters.perform import perform
from zhijian.programmes.inspection import announcing, visitcode
from zhijian.programmes.inspection.checklists import load_shipped
from zhijian.programmes.inspection.checklists.applying import in_force
from zhijian.programmes.inspection.models import Inspection
from zhijian.programmes.inspection.visitcode import Told

WORD = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=40)
TOLD = st.builds(
    Told, number=WORD, kind=st.sampled_from(["routine", "special", "recheck"]), day=st.dates(), enterprise=WORD,
    people=st.lists(st.tuples(WORD, WORD), max_size=2).map(tuple), lists=st.lists(WORD, max_size=3).map(tuple),
    basis=st.lists(WORD, max_size=3).map(tuple), office=WORD,
)  # fmt: skip
PAGE = "https://jiancha.zibo.example.gov.cn:8443/I/".upper()
WORDS = 1_732  # bytes of version 30 at level L: 137 modules, 2.5 pixels each across a narrow phone
LARGEST = 20  # version of the QR code: 97 modules, 3.5 pixels each across a narrow phone


@pytest.fixture
def w(db: None) -> world.World:
    with scoped(SYSTEM):
        made = world.make()
        made.head, made.inspector, made.second
        return made


def shown(matter: Matter, person: Any) -> str:
    """The code on that officer's phone."""
    with scoped(actor_of(person)) as actor:
        return next(one["code"] for one in tasks(actor) if one["uid"] == str(matter.uid))


def today_of(matter: Matter) -> None:
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(planned_for=calendar.today())


def opened(code: str, status: int = 200) -> str:
    answer = Client().get(f"/I/{code}", headers={"accept-language": "en"})
    assert answer.status_code == status
    return answer.content.decode()


@given(TOLD)
def test_what_is_signed_is_read_and_every_character_fits_the_small_alphabet(told: Told) -> None:
    code = visitcode.sign(told)
    assert visitcode.read(code) == told == visitcode.read(code.lower())
    assert set(code) <= set(string.ascii_uppercase + string.digits)
    assert visitcode.sign(told) == code  # the same for every pull: the phone gets nothing new


@given(TOLD, st.data())
def test_a_changed_or_cut_code_is_none(told: Told, data: st.DataObject) -> None:
    code = visitcode.sign(told)
    at = data.draw(st.integers(0, len(code) - 2))  # the very last may hold bits that stand for nothing
    other = data.draw(st.sampled_from(sorted(set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") - {code[at]})))
    assert visitcode.read(code[:at] + other + code[at + 1 :]) is None
    assert visitcode.read(code[: at or 1]) is None


@given(st.text(max_size=80))
def test_anything_else_is_none_and_breaks_nothing(text: str) -> None:
    assert visitcode.read(text) is None


def test_others_can_check_it_by_the_published_key(w: world.World) -> None:
    code = shown(plan(w), w.inspector)
    key = Ed25519PublicKey.from_public_bytes(
        bytes.fromhex(Client().get("/.well-known/zhijian-visit-code").json()["key"])
    )
    raw = base64.b32decode(code + "=" * (-len(code) % 8))
    key.verify(raw[:64], b"zhijian.visit-code/1\n" + raw[64:])


def test_a_shop_with_all_its_lists_still_fits_a_code_that_is_read_at_once(w: world.World) -> None:
    with scoped(SYSTEM):
        load_shipped()
        lists = sorted(in_force(calendar.today()), key=lambda one: -len(one.title + one.basis))[:3]
    told = Told(
        "张市监检〔2026〕第 1234567 号", "recheck", calendar.today(),
        "淄博市张店区某某某某餐饮管理服务有限责任公司第一分公司",
        (("欧阳某某", "15030012345678"), ("司马某某", "15030012345679")), tuple(one.title for one in lists),
        tuple(one.basis for one in lists), "淄博市张店区市场监督管理局体育场市场监督管理所",
    )  # fmt: skip
    assert len(lists) == 3
    made = segno.make(PAGE + visitcode.sign(told), error="m", micro=False)
    assert made.mode == "alphanumeric"
    assert int(made.version) <= LARGEST
    bits = 8 * len(f"{announcing.in_words(told)}\n".encode()) + 5.5 * len(PAGE + visitcode.sign(told)) + 60
    assert bits <= 8 * WORDS, "and beside its words it is still read from a screen"


def test_in_words_it_says_what_the_code_says_and_nothing_else(w: world.World) -> None:
    """For a phone without network: the same fields, whatever the visit came from."""
    matter = plan(w)
    with scoped(actor_of(w.inspector)) as actor:
        (task,) = tasks(actor)
    told = visitcode.read(task["code"])
    assert told is not None and task["code_words"] == announcing.in_words(told)
    said = dict(line.split("：", 1) for line in task["code_words"].splitlines() if not line.startswith("检查人员"))
    assert said["检查码"] == matter.number and said["企业名称"] == w.entity.name
    for name, certificate in told.people:
        assert f"检查人员：{name} {certificate}" in task["code_words"]


def test_it_says_who_comes_by_which_list_and_which_office_and_is_noted_once_a_day(w: world.World) -> None:
    matter = plan(w)
    today_of(matter)
    page = opened(shown(matter, w.inspector))
    people, lists = ("鲁C-001", "鲁C-002"), ("餐饮服务监督检查要点表",)
    for word in (*people, *lists, "Genuine", w.entity.name, "张店区市场监督管理局", matter.number):
        assert word in page
    opened(shown(matter, w.second))
    with scoped(SYSTEM):
        scans = LedgerEntry.objects.filter(matter=matter, kind="inspection.code_scanned")
        assert [(one.actor, one.data) for one in scans] == [("public", {})]
        assert Inspection.objects.get(pk=matter.pk).scanned is not None
    with scoped(actor_of(w.inspector)) as actor:
        assert tasks(actor)[0]["scanned"] is not None


def test_before_its_day_after_it_cancelled_and_altered(w: world.World) -> None:
    matter = plan(w)
    code = shown(matter, w.inspector)
    assert "Genuine, for a later day" in opened(code)
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(planned_for=world.in_days(9))
    assert f"planned for {world.in_days(9)}" in opened(code), "the day that holds, when it was put off"
    told = visitcode.read(code)
    assert told is not None and told.day == world.in_days(1)
    assert "Expired" in opened(visitcode.sign(replace(told, day=world.in_days(-1))))
    assert "Not our code" in opened(code[:70] + ("A" if code[70] != "A" else "B") + code[71:], 404)
    with scoped(w.actor("所长")) as head:
        perform(matter, "cancel", head, reason="改期")
    page = opened(code)
    assert "This visit was cancelled" in page and "改期" not in page


def test_a_visit_whose_day_is_past_gets_a_code_of_today(w: world.World) -> None:
    matter = plan(w)
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(planned_for=world.in_days(-3))
    told = visitcode.read(shown(matter, w.inspector))
    assert told is not None and told.day == calendar.today()


def test_officers_who_were_replaced_cannot_show_their_old_code(w: world.World) -> None:
    matter = plan(w)
    today_of(matter)
    code = shown(matter, w.inspector)
    with scoped(SYSTEM):
        third = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
    with scoped(w.actor("所长")) as head:
        perform(matter, "assign", head, assignee=third.pk, second=w.second.pk)
    assert "Other officers were named since" in opened(code)
    assert "Genuine" in opened(shown(matter, third))


def test_who_stands_in_is_named_in_the_place_of_whom_he_stands_in_for(w: world.World) -> None:
    matter = plan(w)
    today_of(matter)
    with scoped(SYSTEM):
        third = w.person("丙", Role.INSPECTOR, world.OFFICE, "鲁C-003")
        Leave.objects.create(person=w.inspector, stand_in=third, since=calendar.today(), until=world.in_days(3))
    told = visitcode.read(shown(matter, third))
    assert told is not None and told.people == (("丙", "鲁C-003"), ("乙", "鲁C-002"))
    assert "Genuine" in opened(shown(matter, third))


def test_what_the_superiors_issued_stands_alone(w: world.World) -> None:
    matter = plan(w)
    with scoped(SYSTEM):
        Inspection.objects.filter(pk=matter.pk).update(check_code="JC37030020260001")
    assert shown(matter, w.inspector) == ""


def test_a_visit_that_a_report_caused_looks_like_any_other(w: world.World) -> None:
    """A marker planted wherever the cause could stand is nowhere in the code, and changes not a byte of it."""
    marker = "PLANTEDMARKER"
    matter = plan(w)
    before = shown(matter, w.inspector)
    with scoped(SYSTEM):
        parent = plan(w)
        Matter.objects.filter(pk=parent.pk).update(kind="report", title=marker)
        Matter.objects.filter(pk=matter.pk).update(
            title=marker, parent=parent, flags=[{"kind": marker, "first": marker}]
        )
        Inspection.objects.filter(pk=matter.pk).update(imported={"cause": marker}, findings=marker, statement=marker)
    after = shown(matter, w.inspector)
    assert after == before
    assert marker not in opened(after)
    assert set(Told.__dataclass_fields__) == {
        "number", "kind", "day", "enterprise", "people", "lists", "basis", "office",
    }  # fmt: skip
