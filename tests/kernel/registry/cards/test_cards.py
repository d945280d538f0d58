"""Cards for doors: chosen, printed street by street, noted, printed once more, replaced."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pypdf import PdfReader
from python_calamine import CalamineWorkbook
from tests import world

from zhijian.kernel import jobs
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.registry.cards import choosing, printing, replacing
from zhijian.kernel.registry.door import shown_door_code
from zhijian.kernel.registry.models import Card, CardRun, Entity, Premises, RetiredCode

pytestmark = pytest.mark.django_db


@pytest.fixture
def w(db: None) -> Iterator[world.World]:
    with scoped(SYSTEM):
        made = world.make()
        made.person("clerk", Role.CLERK, world.OFFICE)
        yield made


@pytest.fixture
def clerk(w: world.World) -> Client:
    return sign_in(w.people["clerk"])


def sign_in(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def shop(w: world.World) -> Callable[..., Premises]:
    def make(name: str, address: str, area: str = world.OFFICE, trade: str = "restaurant") -> Premises:
        entity = Entity.objects.create(name=f"{name}餐饮", area=area)
        return Premises.objects.create(entity=entity, name=name, address=address, area=area, trade=trade)

    return make


def words(data: bytes) -> list[str]:
    """The text of each page, without the marks that only steer line breaks."""
    return ["".join(page.extract_text().replace("\u200b", "").split()) for page in PdfReader(io.BytesIO(data)).pages]


def test_the_list_shows_the_open_doors_of_an_area_and_what_was_printed(w, clerk, shop):
    shop("柳泉面馆", "张店区柳泉路 9 号")
    shop("闭店", "柳泉路 1 号")
    Premises.objects.filter(name="闭店").update(status="closed")
    shop("别区的店", "淄川路 1 号", world.NEIGHBOUR_OFFICE)
    page = clerk.get("/doors/").content.decode()
    assert w.premises.name in page and "柳泉面馆" in page
    assert "闭店" not in page and "别区的店" not in page
    assert "not printed yet" in page
    assert "柳泉面馆" not in clerk.get("/doors/?trade=canteen").content.decode()
    found = clerk.get("/doors/?q=柳泉面馆").content.decode()
    assert "柳泉面馆" in found and w.premises.door_code not in found
    for nonsense in ("area=x&trade=y&printed=z&q=%00", "after=x", "after=99999999999999999999", f"area={world.CITY}"):
        assert clerk.get(f"/doors/?{nonsense}").status_code == 200
    assert "柳泉面馆" not in sign_in(w.stranger).get(f"/doors/?area={world.OFFICE}").content.decode()


def test_pages_go_on_by_key_and_ask_the_same_for_one_row_and_for_many(w, clerk, shop, monkeypatch):
    monkeypatch.setattr("zhijian.kernel.registry.cards.pages.PAGE", 3)

    def asked() -> int:
        clerk.get("/doors/")
        with CaptureQueriesContext(connection) as caught:
            clerk.get("/doors/")
        return len(caught)

    few = asked()
    names = [w.premises.name] + [shop(f"店{n}", f"柳泉路 {n} 号").name for n in range(7)]
    assert asked() == few
    seen: list[str] = []
    address = "/doors/"
    for _page in range(4):
        page = clerk.get(address).content.decode()
        seen += [name for name in names if f">{name}<" in page]
        if 'rel="next"' not in page:
            break
        address = "/doors/" + page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert sorted(seen) == sorted(names)


def test_few_cards_are_there_at_once_street_by_street_with_code_shop_address_and_office(w, clerk, shop, settings):
    settings.PUBLIC_ORIGIN = "https://zhijian.example"
    far, near = shop("远店", "柳泉路 100 号"), shop("近店", "柳泉路 9 号")
    answer = clerk.post("/doors/print/", {"all": "1", "area": world.OFFICE, "per_page": "8"})
    page = clerk.get(answer["Location"]).content.decode()
    assert "Open the PDF" in page
    run = CardRun.objects.get()
    assert (run.state, run.done, run.pages, run.per_page, run.by_name) == ("done", 3, 1, 8, "clerk")
    (text,) = words(clerk.get(f"/doors/runs/{run.uid}.pdf").content)
    order = [text.index(one.name) for one in (near, far, w.premises)]
    assert order == sorted(order), "柳泉路 before 水晶街, house by house"
    for part in (shown_door_code(far.door_code), "柳泉路100号", "体育场"):
        assert part in text
    assert f"https://zhijian.example/d/{far.door_code}/".startswith(run.origin)
    assert {card.code for card in Card.objects.all()} == {p.door_code for p in (far, near, w.premises)}
    entry = LedgerEntry.objects.get(kind="registry.cards_printed")
    assert (entry.data["n"], entry.area) == (3, world.OFFICE)
    listed = clerk.get("/doors/").content.decode()
    assert "not printed yet" not in listed.split("<tbody>")[1]
    assert "clerk" in listed.split("<tbody>")[1]
    assert near.name not in clerk.get("/doors/?printed=no").content.decode()
    assert near.name in clerk.get("/doors/?printed=yes").content.decode()


def test_the_list_beside_the_cards_has_their_order_and_says_what_it_is(w, clerk, shop):
    shop("远店", "柳泉路 100 号"), shop("近店", "柳泉路 9 号")
    clerk.post("/doors/print/", {"all": "1", "area": world.OFFICE, "trade": "restaurant"})
    run = CardRun.objects.get()
    answer = clerk.get(f"/doors/runs/{run.uid}.xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["No.", "Page", "Street", "Premises"]
    assert [row[3] for row in rows[1:]] == ["近店", "远店", w.premises.name]
    assert rows[1][2] == "柳泉路"
    told = [row[0] for row in book.get_sheet_by_index(1).to_python()]
    assert any("体育场" in one for one in told) and any("clerk" in one for one in told)
    assert any(one.startswith("Trade: ") for one in told)


def test_the_doors_go_out_as_excel_however_many(w, clerk, shop):
    shop("近店", "柳泉路 9 号")
    clerk.post(f"/doors/{w.premises.uid}/print/")
    answer = clerk.get("/excel/doors/?trade=restaurant")
    book = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content)))
    rows = book.get_sheet_by_index(0).to_python()
    assert rows[0][:4] == ["Premises", "Enterprise", "Code of the entity", "Address"]
    by_name = {row[0]: row for row in rows[1:]}
    assert set(by_name) == {"近店", w.premises.name}
    assert by_name[w.premises.name][9] == "clerk" and by_name[w.premises.name][8].date() == world.in_days(0)
    assert by_name["近店"][8] == ""
    assert LedgerEntry.objects.get(kind="desk.exported").data == {"list": "doors", "filter": "trade=restaurant"}
    other = sign_in(w.stranger).get(f"/excel/doors/?area={world.OFFICE}")
    assert "近店" not in str(
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(other.streaming_content))).get_sheet_by_index(0).to_python()
    )


def test_many_cards_are_a_job_that_tells_how_far_it_is(w, clerk, shop, monkeypatch):
    monkeypatch.setattr(printing, "AT_ONCE", 1)
    monkeypatch.setattr(printing, "PAGES", 1)
    for n in range(12):
        shop(f"店{n}", f"柳泉路 {n} 号")
    address = clerk.post("/doors/print/", {"all": "1", "area": world.OFFICE})["Location"]
    page = clerk.get(address).content.decode()
    assert "0 of 13 cards are made" in page
    assert 'hx-trigger="every 1s"' in page
    run = CardRun.objects.get()
    assert clerk.get(f"/doors/runs/{run.uid}.pdf").status_code == 404
    seen: list[int] = []
    real = printing._compiled

    def noted(run: CardRun, *args: Any) -> bytes:
        seen.append(CardRun.objects.get(pk=run.pk).done)
        return real(run, *args)

    monkeypatch.setattr(printing, "_compiled", noted)
    jobs.run_pending()
    assert seen == [0, 12]
    run.refresh_from_db()
    assert (run.done, run.pages) == (13, 2)
    assert len(words(clerk.get(f"/doors/runs/{run.uid}.pdf").content)) == 2
    CardRun.objects.update(at=timezone.now() - timezone.timedelta(days=printing.KEPT_DAYS + 1))
    assert printing.sweep() == 1
    assert "The file was dropped" in clerk.get(address).content.decode()
    again = clerk.post(f"/doors/runs/{run.uid}/again/")["Location"]
    jobs.run_pending()
    assert "Cards: 13, street by street. Pages: 2." in clerk.get(again).content.decode()


def test_a_run_that_fails_says_so_and_counts_nothing_as_printed(w, clerk, monkeypatch):
    monkeypatch.setattr(printing, "AT_ONCE", 0)
    address = clerk.post("/doors/print/", {"all": "1", "area": world.OFFICE})["Location"]
    monkeypatch.setattr(printing, "_compiled", lambda *args: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        jobs.run_pending()
    assert "It could not be made." in clerk.get(address).content.decode()
    assert not Card.objects.exists()


def test_too_many_are_said_to_be_too_many(w, clerk, shop, monkeypatch):
    monkeypatch.setattr(choosing, "MOST", 1)
    monkeypatch.setattr(choosing.in_street_order, "__defaults__", (1,))
    shop("近店", "柳泉路 9 号")
    answer = clerk.post("/doors/print/", {"all": "1", "area": world.OFFICE}, follow=True)
    assert "At most 1 cards are made in one go" in answer.content.decode()
    assert not CardRun.objects.exists()
    assert "Nothing was chosen" in clerk.post("/doors/print/", {"uid": "x"}, follow=True).content.decode()


def test_nobody_prints_or_sees_what_is_not_his(w, clerk, shop):
    shop("近店", "柳泉路 9 号")
    clerk.post("/doors/print/", {"all": "1", "area": world.OFFICE})
    run, other = CardRun.objects.get(), sign_in(w.stranger)
    for tail in ("/", ".pdf", ".xlsx"):
        assert other.get(f"/doors/runs/{run.uid}{tail}").status_code == 404
    assert other.post(f"/doors/runs/{run.uid}/again/").status_code == 404
    assert other.post(f"/doors/{w.premises.uid}/print/").status_code == 404
    assert other.get(f"/doors/{w.premises.uid}/new-code/").status_code == 404
    assert "体育场" not in other.get("/doors/runs/").content.decode()
    other.post("/doors/print/", {"uid": str(w.premises.uid), "area": world.OFFICE})
    assert CardRun.objects.count() == 1


def test_a_lost_card_gets_a_new_code_and_the_old_one_answers_with_a_clear_page(w, clerk):
    old = w.premises.door_code
    assert Client().get(f"/d/{old}/").status_code == 200
    page = clerk.get(f"/doors/{w.premises.uid}/new-code/").content.decode()
    assert shown_door_code(old) in page
    missing = clerk.post(f"/doors/{w.premises.uid}/new-code/", {"seen": old})
    assert (missing.status_code, "Say what happened" in missing.content.decode()) == (422, True)
    done = clerk.post(f"/doors/{w.premises.uid}/new-code/", {"seen": old, "reason": "lost"}, follow=True)
    w.premises.refresh_from_db()
    new = w.premises.door_code
    assert new != old
    assert shown_door_code(new) in done.content.decode()
    answer = Client(headers={"accept-language": "en"}).get(f"/d/{old}/")
    assert answer.status_code == 410
    assert "This card no longer counts" in answer.content.decode()
    assert w.premises.name not in answer.content.decode(), "what it led to is not shown"
    assert Client().get(f"/d/{shown_door_code(old).lower()}/").status_code == 410, "typed as printed, too"
    assert Client().get(f"/d/{new}/").status_code == 200
    twice = clerk.post(f"/doors/{w.premises.uid}/new-code/", {"seen": old, "reason": "lost"})
    assert twice.status_code == 409
    entry = LedgerEntry.objects.get(kind="registry.code_replaced")
    assert (entry.entity_id, entry.data["reason"]) == (w.entity.pk, "lost")
    assert "The door of" in clerk.get(f"/e/{w.entity.uid}/").content.decode()


def test_a_new_code_is_not_printed_yet_and_one_card_can_be_printed_again(w, clerk):
    clerk.post(f"/doors/{w.premises.uid}/print/")
    assert "Print the card once more" in clerk.get(f"/e/{w.entity.uid}/codes/").content.decode()
    clerk.post(f"/doors/{w.premises.uid}/print/")
    assert Card.objects.filter(premises=w.premises).count() == 2
    replacing.replace(w.premises, w.premises.door_code, "defaced", SYSTEM)
    page = clerk.get(f"/e/{w.entity.uid}/codes/").content.decode()
    assert "No card was printed yet." in page
    assert "Codes that no longer count" in page
    assert w.premises.name in clerk.get("/doors/?printed=no").content.decode()


def test_what_was_printed_and_retired_can_only_be_added_to(w, clerk):
    clerk.post(f"/doors/{w.premises.uid}/print/")
    replacing.replace(w.premises, w.premises.door_code, "lost", SYSTEM)
    for rows in (Card.objects.all(), RetiredCode.objects.all()):
        for act in (lambda rows=rows: rows.update(code="x"), rows.delete):
            with pytest.raises(ProgrammingError), transaction.atomic():
                act()
