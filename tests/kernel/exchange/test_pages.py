"""The pages as a clerk uses them, and what they say when something is wrong."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import escape
from tests import world
from tests.kernel.exchange.conftest import HEAD, book, owed_of, published, rows_in

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.exchange.models import Arrival, Batch, Owed, State
from zhijian.kernel.exchange.tables import platforms
from zhijian.programmes.inspection.models import Inspection

LIST = "/exchange/t/gsxt/results/"


@pytest.fixture
def client(w) -> Client:
    made = Client(HTTP_ACCEPT_LANGUAGE="en")
    made.force_login(w.people["李桂芬"])
    return made


def test_a_clerk_exports_and_sends_the_answers_in(w, client):
    good, bad = published(w), published(w)
    page = client.get(LIST).content.decode()
    assert owed_of(good).key in page
    answer = client.post(f"{LIST}export/", {"uid": [owed_of(good).uid, owed_of(bad).uid]}, follow=True)
    assert "2 records exported." in answer.content.decode()
    with scoped(SYSTEM):
        batch = Batch.objects.get()
    sheet = client.get(reverse("exchange_batch_file", args=[batch.uid, "sheet"]))
    assert len(rows_in(b"".join(sheet.streaming_content))) == 4
    rows = [HEAD, [owed_of(good).key, "已公示", "G-1", ""], ["x", "已公示", "", ""]]
    answer = client.post(f"{LIST}in/", {"file": book(rows), "what": "answers", "area": world.OFFICE}, follow=True)
    assert "No record here has this key" in answer.content.decode()
    with scoped(SYSTEM):
        arrival = Arrival.objects.get()
    report = client.get(reverse("exchange_report", args=[arrival.uid]))
    assert rows_in(report.content)[1][1] == "x"


def test_what_lacks_something_is_named_and_nothing_is_lost(w, client):
    bad = published(w)
    with scoped(SYSTEM):
        Inspection.objects.filter(publication=bad.pk).update(result="")
    answer = client.post(f"{LIST}export/", {"uid": [owed_of(bad).uid]})
    assert answer.status_code == 409
    assert "检查结果 is empty, but needed there" in answer.content.decode()
    assert owed_of(bad).state == State.TO_REPORT


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({}, "Choose a file first"),
        ({"file": "junk", "what": "answers"}, "Send XLSX or CSV"),
        ({"file": "words", "what": "answers"}, "neither a workbook nor a CSV table. Send XLSX, XLS, ODS, or CSV"),
        ({"file": "bytes", "what": "answers"}, "neither a workbook nor a CSV table. Send XLSX, XLS, ODS, or CSV"),
        ({"file": "other", "what": "answers"}, "No heading was found. The sheet needs these columns"),
        ({"file": "other_csv", "what": "answers"}, "No heading was found. The sheet needs these columns"),
        ({"file": "sheet", "what": "records"}, "does not go that way"),
        ({"file": "sheet", "what": "answers", "area": "370302001"}, "one of your own offices"),
    ],
)
def test_a_wrong_sheet_is_refused_with_what_to_do(w, client, data, said):
    from django.core.files.uploadedfile import SimpleUploadedFile

    files = {
        "junk": SimpleUploadedFile("a.xlsx", b"%PDF-1.7 \x00"),
        "words": SimpleUploadedFile("a.csv", "这不是表格\n只是几句话".encode()),
        "bytes": SimpleUploadedFile("a.csv", "檢查編號,審核狀態\n".encode("big5")),
        "other": book([["别的", "表"], ["1", "2"]]),
        "other_csv": SimpleUploadedFile("a.csv", "别的,表\n1,2\n".encode("gb18030")),
        "sheet": book([HEAD]),
    }
    sent = {"area": world.OFFICE, **data}
    if "file" in sent:
        sent["file"] = files[sent["file"]]
    answer = client.post(f"{LIST}in/", sent)
    assert answer.status_code in (403, 422)
    assert said in answer.content.decode()
    with scoped(SYSTEM):
        assert not Arrival.objects.exists()


def test_two_people_at_one_record_by_hand(w, client):
    row = owed_of(published(w))
    page = f"/exchange/hand/{row.uid}/"
    assert client.post(page, {"number": "G-1", "version": row.version}).status_code == 302
    again = client.post(page, {"number": "G-2", "version": row.version})
    assert again.status_code == 409
    assert "changed this meanwhile" in again.content.decode()
    assert owed_of(row.matter).number == "G-1"


def test_a_neighbour_finds_none_of_it(w, client):
    row = owed_of(published(w))
    with scoped(SYSTEM):
        other = w.person("外区内勤", Role.CLERK, world.NEIGHBOUR_OFFICE)
    client.force_login(other)
    assert client.get(f"/exchange/hand/{row.uid}/").status_code == 404
    assert row.key not in client.get(LIST).content.decode()
    client.post(f"{LIST}export/", {"uid": [row.uid]})
    assert owed_of(row.matter).state == State.TO_REPORT


def test_the_todo_says_what_came_back_and_what_is_late(w, client):
    late, back = owed_of(published(w)), owed_of(published(w))
    with scoped(SYSTEM):
        Owed.objects.filter(pk=late.pk).update(due=world.in_days(-1))
        Owed.objects.filter(pk=back.pk).update(state=State.SENT_BACK, due=world.in_days(9))
    page = client.get("/").content.decode()
    assert "1 record was sent back" in page
    assert "1 record is reported late" in page
    assert all(text in client.get("/exchange/late/").content.decode() for text in (late.key, "抽查检查结果公示信息"))
    assert back.key in client.get("/exchange/back/").content.decode()


def test_the_overview_opens_each_tables_columns(w, client):
    page = client.get("/exchange/").content.decode()
    for table in (table for platform in platforms().values() for table in platform.tables.values()):
        part = page.split(f'href="/exchange/t/{table.platform}/{table.code}/">{table.title}</a>')[1].split(
            "</details>"
        )[0]
        assert part.lstrip().startswith("<details><summary>"), "collapsed until somebody asks"
        columns, _mark, answer = part.partition("data-answer")
        assert [escape(column.head) for column in table.columns] == re.findall(
            r'<span class="grow">([^<]+)</span>', columns
        )
        if table.owing and table.answer:
            heads = (table.answer.key, table.answer.state, table.answer.number, table.answer.reason)
            assert [escape(head) for head in heads if head] == [
                head.strip() for head in re.findall(r'<span class="grow">([^<]+)<', answer)
            ]


def test_where_no_platform_is_there_the_page_says_how_one_comes(w, client, settings):
    settings.PACK = "us_chicago"
    assert "exchange/*.toml" in client.get("/exchange/").content.decode()


@pytest.mark.parametrize("address", ["/exchange/t/gsxt/nothing/", "/exchange/t/nowhere/results/"])
def test_what_is_not_in_the_pack_is_not_there(client, address):
    assert client.get(address).status_code == 404
