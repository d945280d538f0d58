"""The desk's pages of papers: the seal, one and many; declaring void; the register of numbers with its gaps."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from python_calamine import CalamineWorkbook
from tests import world
from tests.kernel.papers.conftest import enrol

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.papers import making, numbers
from zhijian.kernel.papers.models import NumberRow, Paper

ORDER = "rectification_order"
Sign = Callable[[Person], Client]


@pytest.fixture
def signed_in(w: world.World) -> Sign:
    def client(person: Person) -> Client:
        made = Client(headers={"accept-language": "en"})
        made.force_login(person)
        return made

    return client


@pytest.fixture
def make(matter: Matter, shared: dict[str, Any]) -> Callable[..., Paper]:
    def paper(kind: str = ORDER) -> Paper:
        with scoped(SYSTEM):
            return making.make(kind, matter, shared["papers"]["signed"][kind], at=timezone.now(), actor=SYSTEM)

    return paper


def clerk(w: world.World, area: str = world.OFFICE) -> Person:
    with scoped(SYSTEM):
        return w.person(f"内勤{area}", Role.CLERK, area)


def again(paper: Paper) -> Paper:
    with scoped(SYSTEM):
        return Paper.objects.get(pk=paper.pk)


def test_the_record_page_says_how_each_paper_stands_and_what_may_be_done(w, make, signed_in):
    paper = make()
    page = signed_in(w.head).get(f"/m/{paper.matter.uid}/").content.decode()
    assert "Waits for the seal" in page
    assert f"/papers/{paper.uid}/seal/" in page
    assert f"/papers/{paper.uid}/void/" in page
    page = signed_in(clerk(w)).get(f"/m/{paper.matter.uid}/").content.decode()
    assert f"/papers/{paper.uid}/seal/" in page
    assert f"/papers/{paper.uid}/void/" not in page
    page = signed_in(w.inspector).get(f"/m/{paper.matter.uid}/").content.decode()
    assert "Waits for the seal" in page
    assert f'/papers/{paper.uid}/seal/"' not in page


@pytest.mark.parametrize("who", ["head", "clerk"])
def test_the_seal_is_asked_once_more_then_noted(w, make, signed_in, who):
    paper, client = make(), signed_in(w.head if who == "head" else clerk(w))
    assert "Confirm:" in client.get(f"/papers/{paper.uid}/seal/").content.decode()
    assert not again(paper).sealed
    assert client.post(f"/papers/{paper.uid}/seal/")["Location"] == f"/m/{paper.matter.uid}/"
    assert again(paper).sealed
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="paper.seal")
    assert entry.actor.startswith("person:")
    answer = client.post(f"/papers/{paper.uid}/seal/")
    assert answer.status_code == 409
    assert "on it already" in answer.content.decode()


def test_only_the_offices_head_and_clerk_may_and_others_matters_are_not_there(w, make, signed_in):
    paper = make()
    for verb, body in (("seal", {}), ("void", {"reason": "wrong deadline"})):
        address = f"/papers/{paper.uid}/{verb}/"
        inspector = signed_in(w.inspector)
        assert "Only" in inspector.get(address).content.decode()
        assert inspector.post(address, body).status_code == 403
        assert signed_in(w.stranger).get(address).status_code == 404
        assert signed_in(w.stranger).post(address, body).status_code == 404
        assert Client().get(address).status_code == 302
    assert signed_in(clerk(w)).post(f"/papers/{paper.uid}/void/", {"reason": "wrong deadline"}).status_code == 403
    assert (again(paper).sealed, again(paper).state) == (False, "issued")


def test_a_paper_that_bears_no_seal_says_so_with_its_ground(w, make, signed_in):
    paper = make("onsite_record")
    answer = signed_in(w.head).post(f"/papers/{paper.uid}/seal/")
    assert answer.status_code == 409
    assert "bear no seal" in answer.content.decode()


def test_void_needs_a_reason_and_is_for_good(w, make, signed_in):
    paper, client = make(), signed_in(w.head)
    address = f"/papers/{paper.uid}/void/"
    assert client.post(address, {"reason": " "}).status_code == 422
    assert again(paper).state == "issued"
    assert client.post(address, {"reason": "wrong deadline"}).status_code == 302
    assert (again(paper).state, again(paper).void_reason) == ("void", "wrong deadline")
    assert NumberRow.objects.get(paper=paper).state == "void"
    assert client.post(address, {"reason": "once more"}).status_code == 409
    assert again(paper).void_reason == "wrong deadline"
    assert client.post(f"/papers/{paper.uid}/seal/").status_code == 409
    assert "wrong deadline" in client.get(f"/m/{paper.matter.uid}/").content.decode()


def test_what_waits_for_the_seal_stands_on_the_to_do_and_is_sealed_in_bulk(w, make, signed_in):
    first, second, plain = make(), make(), make("onsite_record")
    client = signed_in(w.head)
    assert "2 papers wait for the seal" in client.get("/").content.decode()
    assert "wait for the seal" not in signed_in(w.inspector).get("/").content.decode()
    page = client.get("/papers/waiting/").content.decode()
    assert str(first.uid) in page
    assert str(plain.uid) not in page
    sent = {"uid": [str(first.uid), str(second.uid), "nonsense"]}
    assert first.number in client.post("/papers/waiting/seal/", sent).content.decode()
    assert not again(first).sealed
    assert client.post("/papers/waiting/seal/", {**sent, "go": "1"}).status_code == 302
    assert again(first).sealed
    assert again(second).sealed
    assert "No paper waits" in client.get("/papers/waiting/").content.decode()


def test_in_bulk_nobody_seals_what_is_not_his(w, make, signed_in):
    paper = make()
    sent = {"uid": [str(paper.uid)], "go": "1"}
    signed_in(w.stranger).post("/papers/waiting/seal/", sent)
    assert signed_in(w.inspector).post("/papers/waiting/seal/", sent).status_code == 404
    assert not again(paper).sealed
    make_void = signed_in(w.head)
    make_void.post(f"/papers/{paper.uid}/void/", {"reason": "wrong"})
    assert "These were not changed" in make_void.post("/papers/waiting/seal/", sent).content.decode()


def test_the_register_accounts_for_every_number(w, make, signed_in, phone):
    paper = make()
    with scoped(SYSTEM):
        numbers.top_up(phone, ORDER, world.OFFICE, 2, actor=SYSTEM)
        numbers.release(phone, "lost")
        numbers.top_up(enrol(w.second), ORDER, world.OFFICE, 1, actor=SYSTEM)
    page = signed_in(clerk(w)).get("/papers/numbers/", {"kind": ORDER}).content.decode()
    assert "No. 1 to 4" in page
    assert "each is accounted for" in page
    assert paper.number in page
    assert f"/m/{paper.matter.uid}/" in page
    assert "乙 · phone" in page
    returned = signed_in(clerk(w)).get("/papers/numbers/", {"kind": ORDER, "state": "returned"}).content.decode()
    assert returned.count("data-row") == 2


def test_a_gap_is_seen(w, make, signed_in):
    make(), make(), make()
    NumberRow.objects.filter(kind=ORDER, n=2).update(paper=None)
    NumberRow.objects.filter(kind=ORDER, n=2).delete()
    page = signed_in(w.head).get("/papers/numbers/", {"kind": ORDER}).content.decode()
    assert "1 number is missing" in page
    assert "No. 2" in page


def test_a_sister_offices_number_is_there_but_not_its_paper(w, make, signed_in):
    paper = make()
    page = signed_in(clerk(w, world.SISTER)).get("/papers/numbers/", {"kind": ORDER}).content.decode()
    assert paper.number in page
    assert "another office" in page
    assert w.entity.name not in page
    page = signed_in(w.stranger).get("/papers/numbers/", {"kind": ORDER}).content.decode()
    assert paper.number not in page
    assert signed_in(w.inspector).get("/papers/numbers/").status_code == 404


def test_pages_of_the_register_go_on_by_number(w, make, signed_in, phone):
    with scoped(SYSTEM):
        numbers.top_up(phone, ORDER, world.OFFICE, 130, actor=SYSTEM)
    client = signed_in(w.head)
    for state in ("", "reserved"):
        page = client.get("/papers/numbers/", {"kind": ORDER, "state": state}).content.decode()
        assert page.count("data-row") == 100
        assert "top=30" in page
        page = client.get("/papers/numbers/", {"kind": ORDER, "state": state, "top": "30"}).content.decode()
        assert page.count("data-row") == 30
    for nonsense in ("top=-1", "top=x", "top=99999999999", "year=x&organ=%00", "state=never"):
        assert client.get(f"/papers/numbers/?{nonsense}").status_code == 200


def test_the_excel_file_holds_the_whole_series_and_is_in_the_ledger(w, make, signed_in, phone):
    make()
    with scoped(SYSTEM):
        numbers.top_up(phone, ORDER, world.OFFICE, 120, actor=SYSTEM)
    answer = signed_in(w.head).get("/papers/numbers/export/", {"kind": ORDER})
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert [row[0] for row in rows[1:]] == list(range(121, 0, -1))
    assert rows[-1][6] == w.entity.name
    with scoped(SYSTEM):
        assert LedgerEntry.objects.get(kind="numbers.exported").data["organ"] == world.DISTRICT


def test_before_the_first_number_the_pages_say_what_would_be_here(w, matter, signed_in):
    NumberRow.objects.all().delete()
    assert "No paper waits" in signed_in(w.head).get("/papers/waiting/").content.decode()
    assert signed_in(w.head).get("/papers/numbers/").status_code == 200
    assert signed_in(w.head).get("/papers/numbers/export/").status_code == 200


@pytest.mark.parametrize("address", ["/papers/waiting/", "/papers/numbers/?kind=rectification_order", "/m/{}/"])
def test_many_rows_ask_as_much_as_one(w, make, matter, signed_in, address, phone):
    client, address = signed_in(w.head), address.format(matter.uid)
    with scoped(SYSTEM):
        numbers.top_up(phone, ORDER, world.OFFICE, 1, actor=SYSTEM)

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as caught:
            assert client.get(address).status_code == 200
        return len(caught)

    make()
    few = asked()
    for _ in range(29):
        make()
    assert asked() == few
