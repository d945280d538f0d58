"""Seen before: a text is like itself, small edits stay alike, others do not, and the reason is shown."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.programmes.complaints.understanding.likeness import (
    ALIKE,
    SKETCH_BYTES,
    Pair,
    alike,
    bands,
    groups,
    likeness,
    near,
    pairs,
    passages,
    siphash,
    sketch,
    sketches,
)

SALT = b"a secret of sixteen bytes or more"
HANZI = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5)
LONG = st.lists(HANZI, min_size=40, max_size=160, unique=True).map("".join)
TEXT = "我于三月五日在人民路幸福超市购买面包一袋，回家后发现已经发霉，要求商家退一赔十，商家拒绝处理，请求调解。"
EDITED = "我于三月六日在人民路幸福超市购买面包两袋，回家后发现已经发霉，要求商家退一赔十，商家不理，请求调解。"
OTHER = "健身房突然关门，会员卡里还有两千元余额，电话打不通，微信不回复，希望帮助退还剩余费用。"


def estimate(one: str, other: str) -> float:
    found = alike(sketch(one, SALT), [sketch(other, SALT)], at_least=0.0)
    return found[0][1] if found else 0.0


@given(st.text(max_size=80).filter(lambda text: any(letter.isalnum() for letter in text)))
def test_a_text_is_like_itself(text: str) -> None:
    assert likeness(text, text) == 1.0
    assert len(sketch(text, SALT)) == SKETCH_BYTES
    assert alike(sketch(text, SALT), [sketch(text, SALT)]) == [(0, 1.0)]


@given(st.text(max_size=80), st.text(max_size=80))
def test_likeness_is_the_same_both_ways(one: str, other: str) -> None:
    assert likeness(one, other) == likeness(other, one)
    assert estimate(one, other) == estimate(other, one)


@given(LONG, st.data())
def test_a_small_edit_stays_alike(text: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(text) - 1))
    edited = text[:at] + data.draw(st.text(HANZI, max_size=2)) + text[at + 1 :]
    assert likeness(text, edited) >= ALIKE
    assert estimate(text, edited) >= ALIKE - 0.1


@given(LONG, LONG)
def test_the_estimate_is_close(one: str, other: str) -> None:
    mixed = one + other
    assert abs(estimate(one, mixed) - likeness(one, mixed)) < 0.3  # six standard errors


def test_unrelated_texts_stay_below() -> None:
    assert likeness(TEXT, OTHER) < 0.1 and estimate(TEXT, OTHER) < 0.2
    dice = random.Random(4)
    texts = ["".join(chr(dice.randrange(0x4E00, 0x5E00)) for _ in range(80)) for _ in range(400)]
    assert near(texts) == [] and pairs(sketches(texts, SALT)) == []


def test_the_estimate_has_no_lean() -> None:
    dice = random.Random(5)
    gaps = []
    for _ in range(150):
        one = "".join(chr(dice.randrange(0x4E00, 0x5E00)) for _ in range(100))
        other = one[: dice.randrange(30, 100)] + "".join(chr(dice.randrange(0x5E00, 0x6E00)) for _ in range(20))
        gaps.append(estimate(one, other) - likeness(one, other))
    assert abs(np.mean(gaps)) < 0.02 and np.std(gaps) < 0.06


def test_pairs_are_found_among_many_and_hang_together() -> None:
    dice = random.Random(6)
    texts = ["".join(chr(dice.randrange(0x4E00, 0x5E00)) for _ in range(60)) for _ in range(300)]
    texts[100], texts[200], texts[250] = TEXT, EDITED, TEXT + "谢谢"
    found = near(texts)
    assert {(pair.one, pair.other) for pair in found} >= {(100, 200), (100, 250)}
    assert all(pair.likeness == likeness(texts[pair.one], texts[pair.other]) for pair in found)
    assert groups(found) == [(100, 200, 250)]
    stored = sketches(texts, SALT)
    assert groups(pairs(stored)) == [(100, 200, 250)]
    assert [place for place, _ in alike(sketch(TEXT, SALT), stored)] == [100, 250, 200]


def test_a_mass_letter_is_one_group_and_stays_linear() -> None:
    copies = [f"{TEXT}{'甲乙丙丁戊己庚辛壬癸'[n % 10]}" for n in range(1000)]
    found = near(copies)
    assert groups(found) == [tuple(range(1000))]
    assert len(found) < 1000 * 200


def test_empty_texts_are_like_nothing() -> None:
    assert sketch("……！", SALT) == b"" and likeness("", "") == 0.0
    assert alike(b"", [b"", sketch(TEXT, SALT)]) == [] and alike(sketch(TEXT, SALT), [b""]) == []
    assert near(["", "？", ""]) == [] and near([]) == [] and pairs([]) == [] and groups([]) == []
    assert likeness("退款", "退款") == 1.0 and near(["退款", "赔偿", "退款"]) == [Pair(0, 2, 1.0)]


def test_a_sketch_says_nothing_to_who_lacks_the_salt() -> None:
    ours, theirs = sketch(TEXT, SALT), sketch(TEXT, b"another secret, also long enough")
    assert alike(ours, [theirs], at_least=0.1) == []
    assert sketch(TEXT, SALT) == ours
    with pytest.raises(ValueError, match="16 secret bytes"):
        sketch(TEXT, b"short")


def test_a_sketch_of_another_version_is_refused() -> None:
    ours = sketch(TEXT, SALT)
    for wrong in (b"\x02" + ours[1:], ours[:-1]):
        with pytest.raises(ValueError, match="another version"):
            alike(ours, [wrong])


def test_many_sketches_are_the_same_as_one_by_one() -> None:
    texts = [f"{TEXT}{n}号{OTHER[n % 30 :]}" for n in range(600)] + [""]
    assert sketches(texts, SALT) == [sketch(text, SALT) for text in texts]


def test_the_shared_passages_are_the_reason() -> None:
    found = passages(TEXT, EDITED)
    assert found[0].text == "袋，回家后发现已经发霉，要求商家退一赔十，商家"
    for passage in found:
        assert TEXT[passage.at_one :][: passage.length] == passage.text
        assert EDITED[passage.at_other :][: passage.length] == passage.text
    assert passages(TEXT, OTHER) == ()


def test_siphash_is_what_its_authors_published() -> None:
    key = bytes(range(16))
    word = np.frombuffer(bytes(range(8)), dtype="<u8").astype(np.uint64)
    halves = int.from_bytes(key[:8], "little"), int.from_bytes(key[8:], "little")
    assert siphash(word, halves).tolist() == [0x93F5F5799A932462]


def test_what_is_alike_shares_a_band_and_what_is_not_shares_none():
    salt = b"a secret salt of 16 bytes"
    one, near, far = sketches(
        [
            "在清风小馆吃出一根头发，店员不给退款，要求退款和赔偿。",
            "在清风小馆吃出一根头发，店员不肯退款，要求退款和赔偿。",
            "小区门口停车乱收费，一小时收三十元，没有明码标价。",
        ],
        salt,
    )
    assert len(bands(one)) == 20 and all(0 <= band < 2**63 for band in bands(one))
    assert set(bands(one)) & set(bands(near))
    assert not set(bands(one)) & set(bands(far))
    assert bands(b"") == []
