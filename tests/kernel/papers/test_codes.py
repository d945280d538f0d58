"""Verification codes: random, and a slip is told at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.papers.codes import ALPHABET, LENGTH, new_code, read_code, shown_code


def test_codes_differ_and_read_back_as_people_write_them() -> None:
    codes = {new_code() for _ in range(2000)}
    assert len(codes) == 2000
    for code in codes:
        assert len(code) == LENGTH
        assert read_code(shown_code(code).lower().replace("0", "o").replace("1", "l")) == code


@given(st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_never_a_code(place: int, char: str) -> None:
    code = new_code()
    changed = code[:place] + char + code[place + 1 :]
    assert (read_code(changed) == code) is (changed == code)


@given(st.text(max_size=30))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    found = read_code(typed)
    assert found is None or len(found) == LENGTH
