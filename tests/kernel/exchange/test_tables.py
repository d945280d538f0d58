"""The pack's platforms: whole in both places, and what is wrong with one is named."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from tests.kernel.exchange.conftest import published, visit
from tests.openers import item, spot_penalty

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.exchange import checks, tables
from zhijian.kernel.exchange.declared import KEY, owed
from zhijian.kernel.exchange.tables import Bad, Column, cells
from zhijian.kernel.packs.loader import PackError


@pytest.mark.parametrize("place", ["cn_zibo", "us_chicago"])
def test_every_platform_that_is_shipped_can_be_used(settings, place):
    settings.PACK = place
    assert [one for one in checks.findings() if one.level == "error"] == []
    assert bool(tables.platforms()) == (place == "cn_zibo")


def test_what_is_not_compared_with_their_own_sheet_says_so():
    unverified = {one.where for one in checks.findings() if one.level == "unverified"}
    assert "exchange/gsxt.toml results" in unverified


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"record": "nothing"}, "no programme declares"),
        ({"due": {"rule": "inspection.nothing"}}, "no code declares the rule"),
        ({"due": {"day": "when"}}, "there is no value 'when'"),
        ({"columns": (Column("检查编号", "key"), Column("天气", "weather"))}, "has no value 'weather'"),
        ({"columns": (Column("天气", text="晴"),)}, 'exactly one column must hold the value "key"'),
        ({"columns": (Column("检查编号", "key"), Column("检查编号", "result"))}, "the same heading"),
        ({"columns": (Column("检查编号", "key"), Column("结果", "result", codes="none"))}, "no table of codes"),
        ({"format": "pdf"}, "format is one of"),
        ({"answer": None}, "reconciled daily"),
        ({"attachments": "file{ending}"}, "named by the record's {key}"),
    ],
)
def test_what_is_wrong_with_a_table_is_named(results, change, said):
    assert any(said in fault for fault in checks.faults(replace(results, **change)))


def test_a_field_that_nobody_knows_is_refused_when_it_is_read(tmp_path):
    path = tmp_path / "other.toml"
    path.write_text('name = "x"\nside = "above"\ncolour = "red"\n')
    with pytest.raises(PackError, match="colour"):
        tables.read(path)


def test_a_programme_tells_just_the_values_that_it_declares(w):
    matters = {"inspection": visit(w), "publication": published(w), "spot_penalty": spot_penalty(w)}
    matters |= {kind: item(w, kind) for kind in ("complaint", "report", "enquiry")}
    with scoped(SYSTEM):
        for one in owed().values():
            for kind in one.kinds:
                assert set(one.row(matters[kind])) == set(one.values), (one.record, kind)


def test_a_cell_is_written_in_their_words(results):
    row = dict.fromkeys({column.value for column in results.columns}, "x")
    row |= {KEY: "张市监检〔2026〕1号", "purpose": "routine", "published_as": "compliant", "putting_right": "open",
            "visited_at": dt.datetime(2026, 3, 4, 17, tzinfo=dt.UTC), "failed_items": ["1.2 甲", "2.3 乙"],
            "published_on": dt.date(2026, 3, 9)}  # fmt: skip
    shown, bad = cells(results, row)
    told = dict(zip([column.head for column in results.columns], shown, strict=True))
    assert bad == []
    assert told["检查日期"] == "2026-03-05", "the day of the place, not of the server"
    assert (told["检查结果"], told["整改情况"], told["发现的问题"]) == ("未发现问题", "整改中", "1.2 甲；2.3 乙")


def test_what_they_would_refuse_is_found_before(results):
    row = dict.fromkeys({column.value for column in results.columns}, "")
    row |= {
        KEY: "1",
        "entity_code": "9" * 19,
        "entity_name": "甲",
        "organ": "乙",
        "purpose": "stroll",
        "visited_at": "2026",
    }
    _shown, bad = cells(results, row)
    assert set(bad) == {
        Bad("统一社会信用代码", "long", "18"), Bad("类型", "unknown", "stroll"), Bad("检查结果", "missing"),
    }  # fmt: skip
