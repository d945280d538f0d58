"""The list of papers with its filters and Excel; many papers as one PDF for both sides of the sheet."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
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
from zhijian.kernel.papers import making
from zhijian.kernel.papers.models import NumberRow, Paper, PrintRun
from zhijian.kernel.papers.printing import batch

ORDER, RECORD = "rectification_order", "onsite_record"


def sign_in(person: Any) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(person)
    return client


@pytest.fixture
def make(matter: Any, shared: dict[str, Any]) -> Callable[..., Paper]:
    def paper(kind: str = ORDER, days: int = 0) -> Paper:
        with scoped(SYSTEM):
            at = timezone.now() - dt.timedelta(days=days, minutes=1)
            return making.make(kind, matter, shared["papers"]["signed"][kind], at=at, actor=SYSTEM)

    return paper


def listed(client: Client, **chosen: Any) -> list[str]:
    page = client.get("/papers/", chosen).content.decode()
    return [part.split(".pdf")[0] for part in page.split('href="/papers/')[1:] if ".pdf" in part[:45]]


def test_chosen_by_kind_time_state_and_service(w, make):
    order, record, old = make(), make(RECORD), make(days=200)
    with scoped(SYSTEM):
        sealed = making.affix_seal(make(), SYSTEM)
        void = making.void(make(), "wrong", SYSTEM)
    client = sign_in(w.head)
    uids = {name: str(one.uid) for name, one in locals().items() if isinstance(one, Paper)}
    assert listed(client) == [uids[one] for one in ("void", "sealed", "record", "order")]
    assert uids["old"] in listed(client, since=world.in_days(-300))
    assert listed(client, until=world.in_days(-100), since=world.in_days(-300)) == [uids["old"]]
    assert listed(client, kind=RECORD) == [uids["record"]]
    assert listed(client, state="waits") == [uids["order"]]
    assert listed(client, state="force") == [uids["sealed"], uids["record"]]
    assert listed(client, state="void") == [uids["void"]]
    assert listed(client, served="no") == [uids["sealed"], uids["order"]]
    assert listed(client, served="yes") == []
    for nonsense in (
        "since=x&until=9999-99-99",
        "kind=x&area=%00",
        "after=x~y",
        "after=2026-01-01~1",
        "state=x&served=y",
    ):
        assert client.get(f"/papers/?{nonsense}").status_code == 200
    assert listed(sign_in(w.stranger)) == []
    with scoped(SYSTEM):
        admin = w.person("管理", Role.ADMIN, world.CITY)
    assert sign_in(admin).get("/papers/").status_code == 404


def test_pages_go_on_by_key_and_ask_the_same_for_one_row_and_for_many(w, make, monkeypatch):
    monkeypatch.setattr("zhijian.kernel.papers.printing.listing.PAGE", 3)
    client = sign_in(w.head)

    def asked() -> int:
        client.get("/papers/")
        with CaptureQueriesContext(connection) as caught:
            client.get("/papers/")
        return len(caught)

    made = [make()]
    few = asked()
    made += [make() for _ in range(4)]
    assert asked() <= few + 0
    page = client.get("/papers/").content.decode()
    after = page.split("after=")[1].split('"')[0].replace("&amp;", "&")
    rest = client.get(f"/papers/?after={after}").content.decode()
    assert [str(one.uid) in rest for one in made] == [True, True, False, False, False]


def test_the_excel_file_holds_what_is_listed_and_is_in_the_ledger(w, make):
    paper = make()
    make(RECORD)
    answer = sign_in(w.head).get("/excel/papers/", {"kind": ORDER})
    rows = (
        CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0).to_python()
    )
    assert [row[1] for row in rows[1:]] == [paper.number]
    with scoped(SYSTEM):
        assert LedgerEntry.objects.filter(kind="desk.exported").count() == 1


def test_many_papers_as_one_pdf_each_on_a_right_hand_page(w, make):
    papers = [make(), make(RECORD), make()]
    client = sign_in(w.head)
    answer = client.post("/papers/print/", {"uid": [str(one.uid) for one in papers]})
    assert answer.status_code == 302
    page = client.get(answer["Location"]).content.decode()
    assert "Open the PDF" in page, "few papers are there at once"
    run = PrintRun.objects.get()
    data = client.get(f"/papers/print/{run.uid}.pdf").content
    read = PdfReader(io.BytesIO(data))
    assert len(read.pages) == run.pages
    assert run.pages % 2 == 0
    assert papers[0].number in "".join(read.pages[0].extract_text().replace("\u200b", "").split())
    starts = [
        n for n, one in enumerate(read.pages) if "核验码" in one.extract_text() and "第 1 页" in one.extract_text()
    ]
    assert len(starts) == 3
    assert all(n % 2 == 0 for n in starts), "counted from nought: right-hand pages"
    assert sign_in(w.inspector).get(f"/papers/print/{run.uid}.pdf").status_code == 404, "its maker's alone"


def test_a_batch_goes_by_number_as_a_number_series_by_series(w, make):
    """2号 before 10号, on the contents page too; the year before counts first; what has no number comes last."""
    papers = [make() for _ in range(11)]
    with scoped(SYSTEM):
        last_year = make(days=366)
        NumberRow.objects.filter(paper=last_year).update(year=2001)
    bare = make(RECORD)
    client = sign_in(w.head)
    chosen = [str(one.uid) for one in (bare, *papers[5:], last_year, *papers[:5])]
    answer = client.post("/papers/print/", {"uid": chosen})
    run = PrintRun.objects.get()
    assert sorted(run.papers[:1] + run.papers[-1:]) == sorted([bare.pk, papers[-1].pk]), "kind by kind"
    numbered = [pk for pk in run.papers if pk != bare.pk]
    assert numbered == [last_year.pk, *(one.pk for one in papers)]
    if run.state != PrintRun.State.DONE:
        jobs.run_pending()
    data = client.get(answer["Location"].rstrip("/") + ".pdf").content
    contents = "".join(PdfReader(io.BytesIO(data)).pages[0].extract_text().replace("\u200b", "").split())
    found = [contents.index(one.number) for one in papers]
    assert found == sorted(found)


def test_what_takes_long_is_a_job_that_tells_how_far_it_is(w, make, monkeypatch):
    monkeypatch.setattr(batch, "AT_ONCE", 1)
    make(), make()
    client = sign_in(w.head)
    address = client.post("/papers/print/", {"all": "1", "kind": ORDER})["Location"]
    page = client.get(address).content.decode()
    assert "0 of 2 papers are made" in page
    assert 'hx-trigger="every 2s"' in page
    run = PrintRun.objects.get()
    assert client.get(f"/papers/print/{run.uid}.pdf").status_code == 404
    jobs.run_pending()
    assert "Open the PDF" in client.get(address, headers={"HX-Request": "true"}).content.decode()
    PrintRun.objects.update(at=timezone.now() - dt.timedelta(days=batch.KEPT_DAYS + 1))
    assert batch.sweep() == 1


def test_nobody_prints_what_is_not_his(w, make):
    paper = make()
    assert sign_in(w.stranger).post("/papers/print/", {"uid": str(paper.uid)})["Location"] == "/papers/"
    assert PrintRun.objects.count() == 0
    monkey = sign_in(w.head).post("/papers/print/", {"uid": "nonsense"})
    assert monkey["Location"] == "/papers/"


def test_the_seal_is_asked_for_many_at_once(w, make):
    papers = [make(), make(), make(RECORD)]
    client = sign_in(w.inspector)
    client.post("/papers/requests/ask/", {"uid": [str(one.uid) for one in papers]})
    page = sign_in(w.head).get("/papers/requests/").content.decode()
    assert page.count("data-row") == 2
