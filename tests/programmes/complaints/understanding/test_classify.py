"""Proposals of categories: learnt from earlier texts, measured on later ones, with the words that decided."""

from __future__ import annotations

import dataclasses
import datetime as dt
import io
import json
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.packs import Stack
from zhijian.programmes.complaints.understanding import card, catalogue, classify, measuring
from zhijian.programmes.complaints.understanding.classify import (
    Model,
    Sample,
    TooFew,
    Trained,
    better,
    measure,
    starting,
    train,
)
from zhijian.programmes.complaints.understanding.grams import fold, gram, grams, text_of
from zhijian.programmes.complaints.understanding.model import ModelError, digest, dump, load

DAY = dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
SAYS = {
    "P04": ["面包已经发霉", "菜里吃出虫子", "牛奶过期了", "吃完拉肚子", "包子里有头发", "肉已经变质发臭"],
    "P08": ["没有明码标价", "停车乱收费", "结账时多收钱", "价格与标价签不一致", "临时涨价", "收取开瓶费"],
    "P17": ["健身房关门跑路", "会员卡余额不退", "充值后门店停业", "办卡三天要求退卡", "储值卡不能使用", "年卡无法退费"],
}
AROUND = ["我在{}买的", "上周去{}消费", "家住附近，在{}", "孩子在{}", "朋友介绍到{}", "反映{}的问题"]
SHOPS = ["幸福超市", "老张面馆", "万达广场", "人民路早餐店", "星光健身", "新世纪商场", "东门市场", "小李理发"]


def made(n: int, seed: int = 1, wrong: float = 0.0) -> list[Sample]:
    """So many made texts, one an hour; a share of them labelled by chance."""
    dice = random.Random(seed)
    rows = []
    for k in range(n):
        label = dice.choice(sorted(SAYS))
        text = f"{dice.choice(AROUND).format(dice.choice(SHOPS))}，{dice.choice(SAYS[label])}，编号{k}"
        text += dice.choice(SHOPS) + "".join(dice.choice("甲乙丙丁戊己庚辛") for _ in range(6))
        label = dice.choice(sorted(SAYS)) if dice.random() < wrong else label
        rows.append(Sample(text, label, DAY + dt.timedelta(hours=k)))
    return rows


@pytest.fixture(scope="module")
def trained() -> Trained:
    return train(made(600), wanted=0.9)


def test_what_it_learnt_holds_for_later_texts(trained: Trained) -> None:
    assert trained.measured.macro_f1 > 0.95
    assert trained.measured.precision is not None and trained.measured.precision >= 0.9
    assert trained.last < trained.measured.first
    assert trained.rows + trained.measured.rows == 600
    assert {row.label for row in trained.measured.classes} == set(SAYS)
    assert sum(row.support for row in trained.measured.classes) == trained.measured.rows


def test_a_proposal_shows_the_words_that_decided(trained: Trained) -> None:
    text = "昨天在幸福超市买的面包已经发霉了，要求处理"
    first, *_ = trained.model.propose(text)
    assert first.label == "P04" and first.probability > 0.9
    assert any("发霉" in piece.text for piece in first.pieces)
    for piece in first.pieces:
        assert text[piece.start : piece.end] == piece.text and 0 < piece.share <= 1


def test_nothing_is_shown_where_the_model_is_not_sure(trained: Trained) -> None:
    assert measuring.with_threshold(trained.model, measuring.NEVER).propose("面包发霉") == ()
    assert measuring.with_threshold(trained.model, 0.0).propose("") != ()
    sure = measuring.with_threshold(trained.model, 0.9)
    assert sure.propose("你好") == ()


def test_the_second_level_is_chosen_below_the_first(trained: Trained) -> None:
    shown = trained.model.propose("面包发霉", among={"P08", "P17"})
    assert {one.label for one in shown} <= {"P08", "P17"}
    assert trained.model.propose("面包发霉", among=()) == ()


def test_the_same_rows_in_any_order_give_the_same_bytes() -> None:
    rows = made(200)
    again = random.Random(3).sample(rows, len(rows))
    assert dump(train(rows).model) == dump(train(again).model)


def test_the_threshold_reaches_the_wanted_precision_or_shows_nothing() -> None:
    noisy = made(800, seed=2, wrong=0.3)
    for wanted in (0.75, 0.8):
        measured = train(noisy, wanted=wanted).measured
        assert measured.precision is None or measured.precision >= wanted
        assert measured.low <= (measured.precision or 0.0) <= measured.high or measured.precision is None
    never = train(noisy, wanted=0.999)
    assert (never.measured.shown, never.measured.coverage, never.measured.precision) == (0, 0.0, None)
    assert never.model.propose("面包已经发霉") == ()


def test_repeated_texts_and_small_categories_are_left_out_and_said_so() -> None:
    rows = made(300)
    rows += [dataclasses.replace(rows[5], text=rows[5].text + "！", at=DAY + dt.timedelta(days=60))]
    rows += [Sample(f"电梯困人{'一二三四五'[n]}", "P18", DAY + dt.timedelta(minutes=n)) for n in range(5)]
    trained = train(rows)
    assert trained.repeated == 1
    assert trained.left_out == {"P18": 5}
    assert "P18" not in trained.model.labels


@pytest.mark.parametrize(("bound", "most", "kept"), [("MOST_ROWS", 200, 200), ("MOST_LETTERS", 6_000, None)])
def test_only_the_latest_rows_are_learnt(
    monkeypatch: pytest.MonkeyPatch, bound: str, most: int, kept: int | None
) -> None:
    rows = made(400)
    monkeypatch.setattr(classify, bound, most)
    trained = train(rows)
    used = trained.rows + trained.measured.rows
    assert used + trained.dropped_old == 400 and 0 < used < 400
    assert kept is None or used == kept
    assert trained.measured.last == rows[-1].at


def test_too_few_rows_are_refused() -> None:
    with pytest.raises(TooFew, match="in 0 categories"):
        train(made(20))
    with pytest.raises(TooFew):
        train([])
    with pytest.raises(TooFew):
        train([dataclasses.replace(row, at=DAY) for row in made(300)])


def test_two_categories_are_enough() -> None:
    rows = [row for row in made(400) if row.label != "P17"]
    assert train(rows).measured.macro_f1 > 0.95


def test_a_new_model_is_taken_only_if_it_beats_the_old_one() -> None:
    rows = made(700)
    poor = train(made(200, seed=5, wrong=0.8)).model
    good = train(rows[:500])
    later = rows[500:]
    assert better(good.model, poor, later).taken
    assert not better(poor, good.model, later).taken
    assert not better(good.model, good.model, later).taken
    assert better(good.model, poor, later[:20]).why.startswith("too few")


def test_an_old_model_is_not_compared_on_texts_that_it_has_seen() -> None:
    rows = made(700)
    new, old = train(rows[:400]), train(rows)
    last = dt.datetime.fromisoformat(old.model.head["until"])
    assert better(new.model, old.model, rows).rows == sum(row.at > last for row in rows)


def test_measure_counts_labels_that_the_model_does_not_know(trained: Trained) -> None:
    strange = [dataclasses.replace(row, label="P18") for row in made(40, seed=9)]
    measured = measure(trained.model, strange)
    assert measured.accuracy == 0 and measured.macro_f1 == 0
    with pytest.raises(ValueError, match="nothing to measure"):
        measure(trained.model, [])


def test_a_stored_model_is_the_same_and_holds_nothing_that_runs(trained: Trained) -> None:
    data = dump(trained.model)
    again = load(data, digest(data))
    text = "会员卡余额不退，健身房关门跑路"
    assert again.propose(text) == trained.model.propose(text)
    assert dump(again) == data
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        assert all(stored[name].dtype != object for name in stored.files)


def test_bytes_that_are_not_the_stored_model_are_refused(trained: Trained) -> None:
    data = dump(trained.model)
    with pytest.raises(ModelError, match="not those"):
        load(data, digest(b""))
    for wrong in (b"", b"PK\x03\x04", data[: len(data) // 2], b"\x80\x04K\x01."):
        with pytest.raises(ModelError):
            load(wrong, digest(wrong))
    pickled = io.BytesIO()
    np.savez(pickled, vocabulary=np.array([{"a": 1}], dtype=object))
    with pytest.raises(ModelError):
        load(pickled.getvalue(), digest(pickled.getvalue()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"idf": np.ones(1, np.float32)},
        {
            "vocabulary": np.array([2, 1], np.uint64),
            "idf": np.ones(2, np.float32),
            "weights": np.ones((2, 2), np.float32),
        },
        {"intercept": np.array([np.nan, 0.0])},
        {"intercept": np.zeros(2, np.float32)},
    ],
)
def test_parts_that_do_not_belong_together_are_refused(wrong: dict[str, object]) -> None:
    whole = Model(
        ("a", "b"), np.zeros(0, np.uint64), np.zeros(0, np.float32), np.zeros((0, 2), np.float32), np.zeros(2), 0.5,
        False, {},
    )  # fmt: skip
    data = dump(whole)
    assert load(data, digest(data)).propose("面包") != ()
    data = dump(dataclasses.replace(whole, **wrong))  # type: ignore[arg-type]
    with pytest.raises(ModelError):
        load(data, digest(data))


@pytest.fixture(scope="module")
def words() -> Model:
    return starting(catalogue.read(Stack.read("cn_zibo").table(catalogue.TABLE)).words("complaint_problem"))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("在超市买的面包发霉了，商家拒绝退款", "P04"),
        ("健身房突然关门跑路，卡里还有两千余额", "P17"),
        ("菜市场卖肉的缺斤短两，电子秤有问题", "P11"),
        ("小区电梯经常困人，没有人处理", "P18"),
        ("买到的茅台是假酒，不是正品", "P14"),
        ("饭店设最低消费，还收开瓶费，典型霸王条款", "P15"),
    ],
)
def test_the_first_day_has_proposals_with_the_words_that_decided(words: Model, text: str, label: str) -> None:
    first, *_ = words.propose(text)
    assert first.label == label
    assert first.pieces and all(piece.text in text for piece in first.pieces)
    assert words.starting and not words.calibrated


def test_the_starting_model_is_silent_where_a_text_says_nothing(words: Model) -> None:
    assert words.propose("你好，请问") == () and words.propose("") == ()
    data = dump(words)
    assert load(data, digest(data)).propose("面包发霉") == words.propose("面包发霉") != ()


@pytest.fixture(scope="module")
def few_words() -> Model:
    return starting({"P04": ["发霉"], "P08": ["涨价"], "P17": ["退卡"]})


def test_a_trained_model_is_compared_with_the_words(trained: Trained, few_words: Model) -> None:
    told = better(trained.model, few_words, trained.holdout)
    assert told.taken and told.new > told.old


def test_the_card_says_what_was_measured(trained: Trained, few_words: Model) -> None:
    told = better(trained.model, few_words, trained.holdout)
    made_card = card.of_trained(
        trained, what="complaint_problem", made_at=DAY, wanted=0.9, against=told, words=few_words, digest="d"
    )
    plain = json.loads(json.dumps(made_card.to_json()))
    assert plain["rows"] == trained.rows and plain["beats"]["taken"] is True
    assert len(plain["classes"]) == 3 and plain["classes"][0]["support"] > 0
    assert plain["words_alone"] == told.old
    assert plain["hold_out_first"] > plain["last"]
    unmeasured = card.of_words(few_words, what="complaint_problem", made_at=DAY).to_json()
    assert unmeasured["starting"] is True and unmeasured["macro_f1"] is None


@given(st.text(max_size=60))
def test_folding_keeps_every_place(text: str) -> None:
    assert len(fold(text)) == len(text)


@given(st.text(st.characters(max_codepoint=0xD7FF), max_size=60))
def test_a_piece_is_read_back_from_its_number(text: str) -> None:
    folded = fold(text)
    assert fold(folded).replace("\0", "") == folded.replace("\0", "")
    for number in grams(folded).tolist():
        assert text_of(number) in folded and gram(text_of(number)) == number


def test_figures_are_not_told_apart_and_signs_end_a_piece() -> None:
    assert fold("１３８-9ａB。") == "000\x000ab\x00"
    assert {text_of(n) for n in grams(fold("多收8元，退")).tolist()} == {
        "多收",
        "收0",
        "0元",
        "多收0",
        "收0元",
        "多收0元",
    }


def test_proposing_loads_neither_the_library_that_trains_nor_the_framework() -> None:
    code = (
        "import sys\n"
        "from zhijian.programmes.complaints.understanding import classify, hotspots, likeness, model\n"
        "print(model.starting({'a': ['发霉']}).propose('发霉')[0].label)\n"
        "print(sorted({'sklearn', 'scipy', 'django'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": "src"}, capture_output=True, text=True)
    assert done.stdout.split("\n")[:2] == ["a", "[]"], done.stderr
