"""Seen before, and dealt with together: each reason shown, everybody answered under their own number."""

from __future__ import annotations

from tests import world
from tests.programmes.complaints.conftest import do, matter_of, order, take_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import ledger
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.exchange.models import Owed
from zhijian.kernel.jobs import run_pending
from zhijian.kernel.matters.models import Matter
from zhijian.programmes.complaints import before, together
from zhijian.programmes.complaints.models import Item

ONE, TWO, THREE = "ZB1", "ZB2", "ZB3"
OTHER = {"来电人": "李女士", "来电号码": "13905330001"}


def came(centre, *more: dict[str, str]) -> list[Matter]:
    take_in(centre, order(ONE), *(order(f"ZB{n}", **one) for n, one in enumerate(more, 2)))
    with scoped(SYSTEM):
        run_pending()
    return [matter_of(f"ZB{n}") for n in range(1, len(more) + 2)]


def reasons(matter: Matter, actor) -> list[tuple[str, list[str], str]]:
    with scoped(actor):
        found = before.seen_before(matter, Item.objects.get(pk=matter.pk), actor)
        return [(one.matter.number, one.reasons, one.passage) for one in found]


def test_each_reason_is_shown_facts_before_words(w, centre):
    one, two, three, four = came(
        centre,
        {**OTHER, "标题": "别的事", "诉求内容": "停车乱收费，一小时三十元", "地址": "柳泉路9号"},
        {**OTHER, "地址": "共青团路1号"},
        {"来电人": "王先生", "来电号码": "13905330009", "标题": "另说", "诉求内容": "半夜噪音太大睡不着"},
    )
    said = {number: (why, passage) for number, why, passage in reasons(one, centre)}
    assert two.number not in said
    assert said[three.number][0] == ["文字相近，100/100"] and "头发" in said[three.number][1]
    assert said[four.number] == (["同一地点、同一天"], "")
    assert next(number for number, *_ in reasons(one, centre)) == four.number, "facts first"
    assert reasons(two, centre)[0][:2] == (three.number, ["诉求人电话相同"])


def test_who_does_not_handle_it_sees_no_link_of_the_person_and_no_word_of_a_report(w, centre):
    one, two = came(centre, {"诉求类型": "举报"})
    for matter in (one, two):
        do(centre, matter, "pass_on", area=world.OFFICE)
        do(w.actor("所长"), matter_of(ONE if matter == one else TWO), "assign", assignee=w.inspector.pk)
    ((_, why, passage),) = reasons(matter_of(ONE), w.actor("所长"))
    assert "诉求人电话相同" not in why and passage == "", "the head handles neither"
    ((_, why, passage),) = reasons(matter_of(ONE), w.actor("甲"))
    assert "诉求人电话相同" in why and passage, "the inspector holds both"


def test_what_joins_keeps_its_clocks_and_its_answer_and_the_ledger_says_it_on_both(w, centre):
    one, two, three = came(centre, OTHER, {"来电人": "赵先生", "来电号码": "13905330002"})
    with scoped(centre):
        assert together.join(one, [two, three], centre) == []
        assert together.persons([matter_of(ONE), *together.joined_to(one, centre)]) == 3
        assert together.do(one, "pass_on", [one, two, three], {"area": world.OFFICE}, centre) == []
    head = w.actor("所长")
    with scoped(head):
        assert together.do(matter_of(ONE), "assign", [one, two, three], {"assignee": w.inspector.pk}, head) == []
    with scoped(SYSTEM):
        entries = LedgerEntry.objects.filter(kind__in=["complaint.join", "complaint.gather"])
        said = sorted(ledger.describe(entry, centre) for entry in entries)
        assert len(said) == 4 and any(f"与 {one.number} 并件" in line for line in said)
        assert all(matter.clocks.filter(stopped=None).exists() for matter in (one, two, three))
    officer = w.actor("甲")
    facts = {"why": "商家整改，逐一退款", "recovered": "58.00"}
    with scoped(officer):
        assert together.do(matter_of(ONE), "settle", [one, two, three], facts, officer) == []
        told = {"reply": "经调解，商家已整改并退款。", "outcome": "solved"}
        assert together.do(matter_of(ONE), "reply", [one, two, three], told, officer) == []
    with scoped(head):
        assert together.do(matter_of(ONE), "approve", [one, two, three], {}, head) == []
    with scoped(SYSTEM):
        assert {matter_of(n).state for n in (ONE, TWO, THREE)} == {"answered"}
        owed = Owed.objects.filter(table="replies", state="to_report").values_list("key", flat=True)
        assert set(owed) == {ONE, TWO, THREE}, "each under its own number"
        assert [str(matter_of(n).item.recovered) for n in (ONE, TWO, THREE)] == ["58.00", "None", "None"], "once"


def test_an_answer_that_names_another_who_came_reaches_nobody_but_them(w, centre):
    one, two = came(centre, OTHER)
    officer, head = w.actor("甲"), w.actor("所长")
    with scoped(centre):
        together.join(one, [two], centre)
        together.do(one, "pass_on", [one, two], {"area": world.OFFICE}, centre)
    with scoped(head):
        together.do(matter_of(ONE), "assign", [one, two], {"assignee": w.inspector.pk}, head)
    with scoped(officer):
        together.do(matter_of(ONE), "settle", [one, two], {"why": "退款"}, officer)
        told = {"reply": "已与李女士等达成一致。", "outcome": "solved"}
        ((refused, why),) = together.do(matter_of(ONE), "reply", [one, two], told, officer)
    assert refused.pk == one.pk and "李女士" not in why
    with scoped(SYSTEM):
        assert (matter_of(ONE).state, matter_of(TWO).state) == ("concluded", "approving")


def test_what_may_not_be_joined_says_why_and_parting_gives_a_reason(w, centre):
    one, two, three, report = came(centre, OTHER, OTHER, {"诉求类型": "举报"})
    with scoped(centre):
        ((_, why),) = together.join(one, [report], centre)
        assert "同类" in why
        ((_, why),) = together.join(one, [one], centre)
        together.join(one, [two], centre)
        ((_, why),) = together.join(three, [one], centre)
        assert "并入本件" in why, "what leads does not follow"
        ((_, why),) = together.join(two, [three], centre)
        assert "没有并入" in why, "no chains"
        together.part(matter_of(TWO), "不是一回事", centre)
        assert together.joined_to(one, centre) == []
    with scoped(SYSTEM):
        (entry,) = LedgerEntry.objects.filter(kind="complaint.part")
        assert "不是一回事" in ledger.describe(entry, centre)
        assert LedgerEntry.objects.filter(kind="complaint.let_go").count() == 1


def test_the_pages_from_the_list_and_from_the_item(w, centre, client):
    w.person("外中心", Role.DISPATCHER, world.NEIGHBOUR)
    one, two, three = came(centre, OTHER, OTHER)
    client.force_login(w.people["市中心"])
    page = client.get("/l/complaint/").content.decode()
    assert "/complaints/lists/complaint/together/" in page
    asked = client.post("/complaints/lists/complaint/together/", {"uid": [one.uid, two.uid]})
    assert asked.status_code == 200 and str(one.uid) in asked.content.decode()
    client.post("/complaints/lists/complaint/together/", {"uid": [one.uid, two.uid], "leading": one.uid})
    client.post(f"/complaints/{one.uid}/join/", {"uid": [three.uid]})
    page = client.get(f"/m/{one.uid}/").content.decode()
    assert "2 人反映同一件事" in page and f"/complaints/{one.uid}/together/pass_on/" in page
    assert client.get(f"/complaints/{one.uid}/together/withdraw/").status_code == 404, "each one's own word"
    path = f"/complaints/{one.uid}/together/pass_on/"
    assert client.post(path, {"f-area": world.OFFICE}).status_code == 422, "nobody chosen"
    client.post(path, {"f-area": world.OFFICE, "uid": [one.uid, two.uid]})
    assert [matter_of(n).area for n in (ONE, TWO, THREE)] == [world.OFFICE, world.OFFICE, world.DISTRICT]
    client.post(f"/complaints/{two.uid}/part/", {"reason": "另一家店"})
    with scoped(SYSTEM):
        assert [Item.objects.get(pk=m.pk).leading_id for m in (two, three)] == [None, one.pk]
    client.force_login(w.people["外中心"])
    assert client.post(f"/complaints/{one.uid}/join/", {"uid": [three.uid]}).status_code == 404
    assert client.get(f"/complaints/{three.uid}/part/").status_code == 404


def test_two_who_join_crosswise_make_no_ring(fresh_database):
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    with scoped(SYSTEM):
        w = world.make()
        w.person("市中心", Role.DISPATCHER, world.CITY)
        centre = w.actor("市中心")
    one, two = came(centre, OTHER)

    def work(pair: tuple[Matter, Matter]) -> int:
        try:
            with scoped(centre):
                return len(together.join(pair[0], [pair[1]], centre))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        refused = sum(pool.map(work, [(one, two), (two, one)]))
    assert refused == 1
    with scoped(SYSTEM):
        assert Item.objects.exclude(leading=None).count() == 1
