"""The catalogue and a figure's page: every number opens its records; files hold what the page shows."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook
from tests import world

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.figures import declared
from zhijian.kernel.matters.models import Matter

YEAR = "from=2026-01-01&to=2026-12-31"


def browser(w: world.World, name: str) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    with scoped(SYSTEM):
        client.force_login(w.people[name])
    return client


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_every_figure_of_the_catalogue_opens(w):
    client = browser(w, "局长")
    html = page(client, f"/figures/?area={world.CITY}&{YEAR}")
    for code, one in declared().items():
        assert f'href="/figures/{code}/?' in html
        assert str(one.title) in page(client, f"/figures/{code}/?area={world.CITY}&{YEAR}")


def test_the_number_and_its_records(w):
    html = page(browser(w, "局长"), f"/figures/inspection.finished/?area={world.CITY}&{YEAR}")
    assert re.search(r"<h1[^>]*>[^<]*: 6 ", html)
    assert html.count('href="/m/') == 6
    assert "三店" in html
    assert 'name="from" value="2026-01-01"' in html


def test_a_head_is_told_how_many_are_not_shown(w):
    client = browser(w, "所长")
    html = page(client, f"/figures/inspection.finished/?area={world.CITY}&{YEAR}")
    assert re.search(r"<h1[^>]*>[^<]*: 4 ", html)
    assert "and 2 not shown to you" in html
    assert "三店" not in html


def test_an_inspector_cannot_choose_beyond_his_office(w):
    html = page(browser(w, "甲"), f"/figures/inspection.finished/?area={world.CITY}&{YEAR}")
    assert f'value="{world.CITY}"' not in html
    assert re.search(r"<h1[^>]*>[^<]*: 4 ", html)
    assert "not shown" not in html


def test_areas_below_open_with_one_tap(w):
    html = page(browser(w, "局长"), f"/figures/inspection.finished/?area={world.CITY}&{YEAR}")
    assert f"area={world.DISTRICT}" in html
    assert f"area={world.NEIGHBOUR}" in html


def test_a_ratio_opens_its_two_figures(w):
    html = page(browser(w, "局长"), f"/figures/inspection.problem_rate/?area={world.CITY}&{YEAR}")
    assert "/figures/inspection.with_problems/" in html
    assert "/figures/inspection.finished/" in html
    assert browser(w, "局长").get("/figures/inspection.problem_rate/records.csv").status_code == 404


def test_pages_go_on_by_key(w):
    with scoped(SYSTEM):
        for n in range(60):
            from tests.kernel.figures.conftest import visit

            visit(w.entity, "2026-05-05", items_checked=n)
    client = browser(w, "局长")
    first = page(client, f"/figures/inspection.finished/?area={world.CITY}&{YEAR}")
    after = re.search(r"after=(\d+)", first).group(1)
    second = page(client, f"/figures/inspection.finished/?area={world.CITY}&{YEAR}&after={after}")
    assert "三店" not in first
    assert "三店" in second


def test_nonsense_in_the_address_falls_back(w):
    client = browser(w, "局长")
    for tail in ("?from=x&to=y", "?from=2026-02-01&to=2026-01-01", "?period=never", "?area=%27;--", "?after=-1"):
        page(client, f"/figures/inspection.finished/{tail}")
    assert client.get("/figures/nothing.here/").status_code == 404


def test_strangers_are_sent_to_sign_in(db):
    assert Client().get("/figures/").status_code == 302


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_files_hold_the_records_and_the_export_is_in_the_ledger(w, kind):
    with scoped(SYSTEM):
        Matter.objects.filter(kind="inspection", title=w.entity.name).update(title="=1+1")
    answer = browser(w, "所长").get(f"/figures/inspection.items_checked/records.{kind}?area={world.CITY}&{YEAR}")
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content)
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert {row[1] for row in rows[1:]} == {"'=1+1", "二店"}
    else:
        rows = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
        assert {row[1] for row in rows[1:]} == {"=1+1", "二店"}
    assert len(rows) == 5
    assert sum(int(row[-1]) for row in rows[1:]) == 30
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.get(kind="figures.exported")
        assert (entry.data["kind"], entry.actor) == (kind, f"person:{w.people['所长'].pk}")


def test_a_figure_is_compiled_once_for_the_same_period_and_area(w, monkeypatch):
    client = browser(w, "局长")
    address = f"/figures/?area={world.CITY}&{YEAR}"
    before = re.findall(r'class="num">([^<]*)<', page(client, address))
    monkeypatch.setattr("ibis.to_sql", lambda *_one, **_other: pytest.fail("compiled again"))
    assert re.findall(r'class="num">([^<]*)<', page(client, address)) == before
    assert len(before) > 20


def test_how_much_a_page_asks(w, django_assert_max_num_queries):
    client = browser(w, "局长")
    page(client, f"/figures/?area={world.CITY}&{YEAR}")
    with django_assert_max_num_queries(84):  # one for each figure that is no ratio, and the page itself
        page(client, f"/figures/?area={world.CITY}&{YEAR}")
