"""What an item is about: proposed as it comes, confirmed by a person, said once for a platform's word."""

from __future__ import annotations

import pytest
from tests.programmes.complaints.conftest import do, matter_of, order, take_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.desk.waiting import lines
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.errors import NotOpen
from zhijian.programmes.complaints import categories, checks
from zhijian.programmes.complaints.models import Item, Label, Trace

N = "ZB2026113000001"


def test_the_platform_s_word_is_mapped_by_its_last_part_that_is_one(db: None):
    known = categories.known
    assert known("complaint_problem", "食品安全/餐饮") == "P04"
    assert known("complaint_problem", "合同/预付卡") == "P17"
    assert known("complaint_problem", "质量/其他") == "P01", "what is nothing in particular says nothing"
    assert known("report_problem", "食品安全/餐饮") == "R01"
    assert known("complaint_problem", "天书") == ""


def test_a_job_proposes_what_the_platform_s_word_means_and_the_marks_are_keyed(w, centre):
    take_in(centre, order())
    with scoped(SYSTEM):
        assert Trace.objects.get().made is None
        run_pending()
        trace = Trace.objects.get()
        assert (trace.proposed, trace.by) == ("P04", "label")
        assert len(trace.sketch) == 201 and len(trace.bands) == 20
        assert "水晶街" not in str(trace.marks) and len(trace.marks) == 1


def test_the_words_propose_where_the_platform_says_nothing_known_and_the_word_is_queued_once(w, centre):
    take_in(centre, order(诉求分类="天书"), order("ZB2", 诉求分类="天书", 诉求内容="办了年卡后跑路，余额不退"))
    with scoped(SYSTEM):
        run_pending()
        assert list(Label.objects.values_list("channel", "of", "text", "code")) == [
            ("hotline", "complaint_problem", "天书", "")
        ]
        item = matter_of("ZB2").item
        assert (item.matter.trace.proposed, item.matter.trace.by) == ("P17", "model")
        (first, *_) = categories.choices(item.matter, item, str(item.text))
        assert first.code == "P17" and "余额" in "".join(first.words) and first.key == "a"
        assert [one.code for one in categories.choices(item.matter, item, "")] == ["P17"], (
            "no words for who may not read"
        )


def test_an_enquiry_has_no_list(w, centre):
    take_in(centre, order(诉求类型="咨询"))
    with scoped(SYSTEM):
        run_pending()
    matter = matter_of(N)
    assert categories.choices(matter, matter.item, str(matter.item.text)) == []
    with pytest.raises(NotOpen):
        do(centre, matter, "categorise", category="P04")


def test_it_is_confirmed_and_corrected_as_steps_that_read_in_words(w, centre):
    take_in(centre, order())
    matter = do(centre, matter_of(N), "categorise", category="P04")
    with pytest.raises(NotOpen):
        do(centre, matter, "categorise", category="R01")
    do(centre, matter, "categorise", category="P01")
    with scoped(SYSTEM):
        assert Item.objects.get(pk=matter.pk).category == "P01"
        entries = LedgerEntry.objects.filter(kind="complaint.categorise").order_by("seq")
        said = [ledger.describe(entry, centre) for entry in entries]
    assert "食品安全" in said[0] and "质量" in said[1]


def test_a_dispatcher_of_the_city_says_once_what_a_word_means_and_all_that_wait_take_it(w, centre, client):
    take_in(
        centre, order(诉求分类="天书"), order("ZB2", 诉求分类="天书"), order("ZB3", 诉求分类="天书", 诉求类型="举报")
    )
    with scoped(SYSTEM):
        run_pending()
    sorted_ = do(centre, matter_of("ZB2"), "categorise", category="P01")
    client.force_login(w.people["市中心"])
    assert "天书" in client.get("/complaints/labels/").content.decode()
    with scoped(SYSTEM):
        word = Label.objects.get(of="complaint_problem")
    assert any(line.url == "/complaints/labels/" for line in _lines(centre))
    client.post("/complaints/labels/", {"label": word.pk, "category": "R01"})
    with scoped(SYSTEM):
        assert not Label.objects.get(pk=word.pk).code, "no category of that list"
    client.post("/complaints/labels/", {"label": word.pk, "category": "P05"})
    with scoped(SYSTEM):
        assert Trace.objects.get(matter=matter_of(N)).proposed == "P05"
        assert Trace.objects.get(matter=sorted_).proposed != "P05", "a person said what it is already"
        assert Trace.objects.get(matter=matter_of("ZB3")).proposed != "P05", "a report has a list of its own"
    take_in(centre, order("ZB4", 诉求分类="天书"))
    with scoped(SYSTEM):
        run_pending()
        assert Trace.objects.get(matter=matter_of("ZB4")).proposed == "P05"
    client.force_login(w.people["区中心"])
    assert client.get("/complaints/labels/").status_code == 404, "it holds for the whole city"


def _lines(actor):
    with scoped(actor):
        return lines(actor)


def test_one_tap_confirms_and_who_may_not_read_a_report_sees_no_words(w, centre, client):
    take_in(centre, order(诉求类型="举报", 诉求分类="天书", 诉求内容="无证经营的黑作坊"))
    with scoped(SYSTEM):
        run_pending()
    matter = do(centre, matter_of(N), "pass_on", area="370303006")
    client.force_login(w.people["所长"])
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert "黑作坊</mark>" in page
    client.post(f"/complaints/{matter.uid}/category/", {"category": "R07", "next": "meant"})
    with scoped(SYSTEM):
        assert Item.objects.get(pk=matter.pk).category == "R07"
    do(w.actor("所长"), matter, "assign", assignee=w.inspector.pk)
    with scoped(SYSTEM):
        Item.objects.filter(pk=matter.pk).update(category="")
    client.force_login(w.people["所长"])
    page = client.get(f"/m/{matter.uid}/").content.decode()
    assert "无证无照经营" in page and "黑作坊" not in page, (
        "it is the inspector's now: the code stands, no word of the text"
    )


def test_rows_whose_names_nobody_saw_are_listed_to_be_verified(db: None):
    found = list(checks.pack_findings())
    assert {one.level for one in found} == {"unverified"}
    assert any("complaint_problem.P17" in one.where for one in found)
    assert not any("complaint_problem.P01" in one.where for one in found), "that name was seen on the platform"
