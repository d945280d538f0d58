"""Real inspections of another city out of its file: closed, published, counted, and taken once."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from zhijian.config.places import CHECKOUT
from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.models import Person, Post
from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.accounts.tree import load_jurisdictions
from zhijian.kernel.evidence import ledger, verify
from zhijian.kernel.evidence.models import LedgerEntry
from zhijian.kernel.matters.models import Matter
from zhijian.kernel.registry.import_.hooks import record_importer
from zhijian.kernel.registry.import_.runner import import_file
from zhijian.kernel.registry.import_.sources import recognise
from zhijian.kernel.registry.models import ImportRun
from zhijian.programmes.inspection.models import Answer, Inspection, Publication, PublishedResult

SAMPLE = CHECKOUT / "src/zhijian/packs/us_chicago/sample/inspections.csv"
RESULTS = {"Pass": "compliant", "Pass w/ Conditions": "basically_compliant", "Fail": "non_compliant"}


@pytest.fixture
def chicago(db: None, settings: Any) -> None:
    settings.PACK = "us_chicago"
    with scoped(SYSTEM):
        load_jurisdictions()


@pytest.fixture
def rows() -> list[dict[str, str]]:
    with SAMPLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def take(path: Path = SAMPLE) -> ImportRun:
    run = import_file(path, "chicago_inspections")
    run.refresh_from_db()
    assert run.state == "done", run.trouble
    return run


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, list(rows[0]))
        table.writeheader()
        table.writerows(rows)
    return path


def test_the_app_registers_itself() -> None:
    found = record_importer("inspection")
    assert found is not None
    assert found.__module__ == "zhijian.programmes.inspection.importing"


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("Pass", "Fail", "Compliant")), ("zh-hans", ("通过", "未通过", "符合"))]
)
def test_a_result_is_called_as_the_city_calls_it(
    chicago: None, rows: list[dict[str, str]], language: str, words: tuple[str, str, str]
) -> None:
    """A Pass with minor violations is none of our "compliant"; a Fail without a critical one has failed."""
    take()
    passed, failed, ours = words
    often = Counter(row["license"] for row in rows)
    once = [row for row in rows if often[row["license"]] == 1]  # its door shows this very result
    minor = next(row for row in once if row["result"] == "Pass" and row["minor_count"] == "3")
    serious = next(row for row in once if row["result"] == "Fail" and row["critical_count"] == "0")
    with scoped(SYSTEM):
        head = Person.objects.create(username="head", name="Head", home_id="CHI")
        Post.objects.create(person=head, role=Role.HEAD, jurisdiction_id="CHI", since=dt.date(2010, 1, 1))
        told = {row.imported["id"]: row.matter for row in Inspection.objects.select_related("matter__premises").all()}
    staff, public = (Client(headers={"accept-language": language}) for _ in range(2))
    staff.force_login(head)
    for row, word in ((minor, passed), (serious, failed)):
        matter = told[row["inspection_id"]]
        page = staff.get(f"/m/{matter.uid}/").content.decode()
        assert f">{word}</span>" in page and f">{ours}</span>" not in page
        door = public.get(f"/d/{matter.premises.door_code}/").content.decode()
        assert f'<p class="says {"good" if row is minor else "bad"}">{word}</p>' in door
        assert "Key items did not comply" not in door and "重点项不符合" not in door
        assert f">{word}<" in staff.get("/l/inspection/", {"q": matter.premises.name}).content.decode()


def test_what_the_file_says_stands_in_the_records(chicago: None, rows: list[dict[str, str]]) -> None:
    assert take().counts["inspection"] == {"new": 300, "same": 0}
    with scoped(SYSTEM):
        told = {
            row.imported["id"]: row for row in Inspection.objects.select_related("matter__premises", "matter__entity")
        }
        assert Counter(row.result for row in told.values()) == Counter(RESULTS[row["result"]] for row in rows)
        for row in rows:
            made, codes = told[row["inspection_id"]], [c for c in row["violation_codes"].split("|") if c]
            assert (made.failed, made.failed_key) == (len(codes), int(row["critical_count"]))
            assert made.items_checked == len(made.sheet.items)
            assert (made.matter.state, made.matter.premises.source_key) == ("closed", row["license"])
            assert made.started.astimezone(dt.UTC).date() == dt.date.fromisoformat(row["inspection_date"])
            assert made.matter.area == (
                f"CHI{int(row['ward']):02d}" if row["ward"] else made.matter.premises.area or "CHI"
            )
            assert made.matter.number.startswith(f"CHI-{row['inspection_date'][:4]}-I")
        answers = Counter(Answer.objects.filter(answer="no").values_list("inspection__imported__id", "item"))
        assert answers == Counter(
            (row["inspection_id"], code) for row in rows for code in row["violation_codes"].split("|") if code
        )
        first = told[rows[0]["inspection_id"]]
        assert first.imported == {
            "source": "us_chicago.food", "id": "660215", "type": "Canvass", "serious": "1", "minor": "2",
            "inspector_group": "orange", "risk": "high",
        }  # fmt: skip


def test_results_are_public(chicago: None, rows: list[dict[str, str]]) -> None:
    take()
    shown = PublishedResult.objects.order_by("pk")
    assert shown.count() == Publication.objects.count() == 300
    assert Counter(shown.values_list("failed_key", flat=True)) == Counter(int(row["critical_count"]) for row in rows)
    with_codes = next(row for row in shown if row.failed > 1)
    assert len(with_codes.failed_items) == with_codes.failed
    assert all(item["text"] for item in with_codes.failed_items)
    with scoped(SYSTEM):
        assert set(Matter.objects.filter(kind="publication").values_list("state", flat=True)) == {"published"}


def test_the_ledger_says_that_they_were_taken_over(chicago: None) -> None:
    take()
    with scoped(SYSTEM):
        entry = LedgerEntry.objects.filter(kind="inspection.taken_over").order_by("pk")[0]
        assert (entry.actor, entry.data["id"], entry.data["visited"]) == ("system", "660215", "2011-09-02")
        assert entry.at.date() > dt.date(2025, 1, 1), "the ledger tells of the import, which happens now"
        assert "660215" in ledger.describe(entry, SYSTEM)
        assert list(verify.chains(verify.Count())) == []


def test_the_same_file_again_changes_nothing(chicago: None) -> None:
    take()
    with scoped(SYSTEM):
        before = {model: model._default_manager.count() for model in (Matter, Inspection, Answer, PublishedResult)}
        entries = LedgerEntry.objects.filter(subject__startswith="matter:").count()
    assert take().counts["inspection"] == {"new": 0, "same": 300}
    with scoped(SYSTEM):
        assert before == {model: model._default_manager.count() for model in before}
        assert LedgerEntry.objects.filter(subject__startswith="matter:").count() == entries


def test_later_rows_are_added(chicago: None, rows: list[dict[str, str]], tmp_path: Path) -> None:
    take(write(tmp_path / "a.csv", rows[:100]))
    assert take(write(tmp_path / "b.csv", rows[50:])).counts["inspection"] == {"new": 200, "same": 100 - 50}


def test_bad_rows_are_reported_and_the_others_taken(chicago: None, rows: list[dict[str, str]], tmp_path: Path) -> None:
    rows[3]["inspection_date"] = "2012-02-31"
    rows[5]["result"] = "Perhaps"
    rows[7]["license"] = ""
    run = take(write(tmp_path / "bad.csv", rows))
    assert (run.counts["rejected"], run.counts["inspection"]["new"]) == (3, 297)
    copy = tmp_path / "report.xlsx"
    with default_storage.open(run.report) as report:
        copy.write_bytes(report.read())
    text = "\n".join("\t".join(row.cells) for row in recognise(copy).rows())
    assert "2012-02-31" in text
    assert "Perhaps" in text
    with scoped(SYSTEM):
        assert not Inspection.objects.filter(imported__id=rows[5]["inspection_id"]).exists()
