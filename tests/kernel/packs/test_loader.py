"""Reading packs: layers, and what is refused with a sentence that says where to mend it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from zhijian.kernel.packs.loader import PackError, Stack
from zhijian.kernel.packs.rows import Limit, Unit


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Three packs: nation, province, city."""
    for name, below in (("nation", ""), ("province", "nation"), ("city", "province")):
        (tmp_path / name / "rules").mkdir(parents=True)
        (tmp_path / name / "pack.toml").write_text(
            f'name = "{name}"\nbuilds_on = "{below}"\nzone = "Asia/Shanghai"\n'
            + ('motto = "top"\n' if name == "city" else "")
        )
    return tmp_path


def rows(root: Path, pack: str, *texts: str) -> None:
    """Write rule rows; each text completes name, basis and article."""
    body = "".join(f'[[rule]]\nname = "x.y"\nbasis = "Law"\narticle = "1"\n{text}\n' for text in texts)
    (root / pack / "rules" / "x.toml").write_text(body)


def test_the_topmost_row_of_a_day_wins_where_the_lower_one_leaves_it(root: Path) -> None:
    rows(root, "nation", 'limit = "7 working days"\nsince = 2020-01-01\nlocal = true')
    rows(root, "city", 'limit = "5 working days"\nsince = 2021-01-01\nuntil = 2021-12-31')
    timeline = Stack.read("city", root).timelines["x.y"]
    given = [timeline.on(date(year, 6, 1)).limit.n for year in (2020, 2021, 2022)]
    assert given == [7, 5, 7]
    assert timeline.on(date(2019, 1, 1)) is None
    assert timeline.problems() == []


def test_a_pack_above_may_not_replace_what_is_not_left_to_it(root: Path) -> None:
    rows(root, "nation", "value = 2\nsince = 2020-01-01")
    rows(root, "city", "value = 1\nsince = 2021-01-01")
    assert "does not say local = true" in Stack.read("city", root).timelines["x.y"].problems()[0]


@pytest.mark.parametrize(
    ("first", "second", "problem"),
    [
        ("since = 2020-01-01\nuntil = 2020-12-31", "since = 2020-06-01", "overlap"),
        ("since = 2020-01-01", "since = 2020-06-01", "overlap"),
        ("since = 2020-01-01\nuntil = 2020-12-31", "since = 2021-02-01", "no row between"),
        ("since = 2020-01-01\nuntil = 2020-12-31", "since = 2021-01-01\nuntil = 2021-06-30", "no row after"),
    ],
)
def test_gaps_and_overlaps_are_found(root: Path, first: str, second: str, problem: str) -> None:
    rows(root, "nation", f"value = 1\n{first}", f"value = 2\n{second}")
    assert problem in " ".join(Stack.read("nation", root).timelines["x.y"].problems())


def test_rows_that_meet_day_by_day_are_right(root: Path) -> None:
    rows(root, "nation", "value = 1\nsince = 2020-01-01\nuntil = 2020-12-31", "value = 2\nsince = 2021-01-01")
    assert Stack.read("nation", root).timelines["x.y"].problems() == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('limit = "7 moons"\nsince = 2020-01-01', "not a limit"),
        ("value = 1", "since is needed"),
        ("since = 2020-01-01", "either limit or value"),
        ('value = 1\nlimit = "1 day"\nsince = 2020-01-01', "either limit or value"),
        ("value = 1\nsince = 2020-01-01\nuntil = 2019-01-01", "until lies before since"),
        ("absent = true\nsince = 2020-01-01", "note that says why"),
        ("value = 1\nsince = 2020-01-01\nwhose = 'nobody'", "whose must be one of"),
        ("value = 1\nsince = 2020-01-01\ncolour = 'red'", "unknown fields"),
    ],
)
def test_a_wrong_row_is_refused_with_its_place(root: Path, text: str, says: str) -> None:
    rows(root, "nation", text)
    with pytest.raises(PackError, match=says) as told:
        _ = Stack.read("nation", root).timelines
    assert "nation/rules/x.toml, rule 1 (x.y)" in str(told.value)


def test_a_chain_that_bites_its_tail_is_refused(root: Path) -> None:
    (root / "nation" / "pack.toml").write_text('name = "nation"\nbuilds_on = "city"\n')
    with pytest.raises(PackError, match="builds on itself"):
        Stack.read("city", root)
    with pytest.raises(PackError, match="there is no pack"):
        Stack.read("moon", root)


def test_files_tables_and_settings_come_from_the_topmost(root: Path) -> None:
    for pack, text in (("nation", 'a = 1\n[t]\nx = "low"\ny = "low"\n'), ("city", '[t]\nx = "top"\n')):
        (root / pack / "codes.toml").write_text(text)
    stack = Stack.read("city", root)
    assert stack.table("codes") == {"a": 1, "t": {"x": "top", "y": "low"}}
    assert stack.file("codes.toml") == root / "city" / "codes.toml"
    assert (stack.setting("motto"), stack.setting("zone"), stack.setting("a.b.c", 9)) == ("top", "Asia/Shanghai", 9)
    with pytest.raises(FileNotFoundError):
        stack.file("nothing.txt")


@pytest.mark.parametrize(
    ("text", "n", "unit"),
    [
        ("1 day", 1, Unit.DAYS),
        ("20 working days", 20, Unit.WORKING_DAYS),
        ("24 hours", 24, Unit.HOURS),
        ("2 years", 2, Unit.YEARS),
    ],
)
def test_limits_read_and_print_alike(text: str, n: int, unit: Unit) -> None:
    assert Limit.parse(text) == Limit(n, unit)
    assert str(Limit.parse(text)) == text


def test_the_fingerprint_of_a_row_follows_what_it_says(root: Path) -> None:
    rows(root, "nation", "value = 1\nsince = 2020-01-01")
    before = Stack.read("nation", root).rules("x.y")[0]
    rows(root, "nation", "value = 2\nsince = 2020-01-01")
    after = Stack.read("nation", root).rules("x.y")[0]
    assert before.digest() != after.digest()
    assert before.unverified
