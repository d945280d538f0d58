"""Texts that were seen before, among 100,000: ours, and beside plain TF-IDF cosine by blocks on a tenth of them.

The texts are made, seeded: seven sentences each, drawn from patterns with the name of a shop, what was bought, where
and what happened put in, so that strangers share patterns as real complaints do. One in ten is a copy of an earlier one
with one to three changes: a word, other sums and days, another greeting and a sentence more, the last sentence cut off,
two sentences exchanged. One in twenty is no copy but another customer of the same shop with the same purchase, who
tells of something else. A pair counts as right if both come from one original; recall is the share of
copies that are paired with their original. The peer (scikit-learn, characters 3, cosine at least 0.7) compares each
with each: ten times the texts take it a hundred times as long, so it gets a tenth, and so do we for that line.
"""

from __future__ import annotations

import os
import random
import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from bench.common import MemoryOf, Result, arguments, report, say
from zhijian.programmes.complaints.understanding.likeness import near

FULL, COPIES, STRANGERS, SEED = 100_000, 0.1, 0.05, 20261130
GOAL_S, COSINE, BLOCK = 30.0, 0.7, 1_000
PATTERNS = (
    (
        "您好，我要投诉{shop}。",
        "我住在{place}，反映{shop}的问题。",
        "{shop}侵害消费者权益，请查处。",
        "领导好，{shop}不像话。",
    ),
    ("{day}我在{place}的店里买了{thing}。", "{day}在网上下单{thing}。", "{day}家人到店里选了{thing}带回家。"),
    ("当时付了{sum}元，有付款记录。", "一共花费{sum}元，店员开了收据。", "先交{sum}元，说好余款以后再付。"),
    (
        "回家后发现{fault}。",
        "用了两天就{fault}。",
        "打开包装以后{fault}，拍了照片。",
        "第二次使用时{fault}，十分气愤。",
    ),
    ("找店家理论，{answer}。", "打电话给客服，{answer}。", "再次上门交涉，{answer}。"),
    ("店员{who}还说{said}。", "负责人{who}表示{said}。", "{who}在微信里回复{said}。"),
    ("请帮我{wish}。", "希望监管部门{wish}。", "我的要求是{wish}，谢谢。"),
)


def main() -> None:
    """Run the bench."""
    args = arguments("duplicates", __doc__ or "")
    texts, origin = made(max(2_000, int(FULL * args.scale)))
    tenth = len(texts) // 10
    say(f"{len(texts):,} texts, {sum(k != n for n, k in enumerate(origin)):,} of them copies; {tenth:,} for the peer …")
    with MemoryOf(os.getpid()) as memory:
        whole, found = _timed(lambda: [(pair.one, pair.other) for pair in near(texts)], args.runs)
    part, few = _timed(lambda: [(pair.one, pair.other) for pair in near(texts[:tenth])], args.runs)
    from sklearn.feature_extraction.text import TfidfVectorizer  # loading it is no part of its time

    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(3, 3))
    peer, theirs = _timed(lambda: _cosine(vectorizer, texts[:tenth]), args.runs)
    precision, recall = _judged(found, origin)
    ours_few, peer_few = _judged(few, origin[:tenth]), _judged(theirs, origin[:tenth])
    name = f"TF-IDF cosine ≥ {COSINE}"
    report("duplicates", args, [
        Result(f"{len(texts):,} texts", whole, "s", GOAL_S, "goal", whole / GOAL_S, "< 30 s", whole < GOAL_S),
        Result("precision of pairs", precision, "", goal="≥ 0.95", met=precision >= 0.95),
        Result("recall of copies", recall, "", goal="≥ 0.95", met=recall >= 0.95),
        Result("peak memory of the process", memory.peak, "MB"),
        Result(f"{tenth:,} texts", part, "s", peer, name, part / peer),
        Result(f"precision of pairs, {tenth:,}", ours_few[0], "", peer_few[0], name, ours_few[0] / peer_few[0]),
        Result(f"recall of copies, {tenth:,}", ours_few[1], "", peer_few[1], name, ours_few[1] / peer_few[1]),
    ])  # fmt: skip


def made(n: int, seed: int = SEED) -> tuple[list[str], list[int]]:
    """So many texts, and for each the place of its original (its own where it is one)."""
    dice = random.Random(seed)
    sentences: list[list[str]] = []
    origin: list[int] = []
    told: list[dict[str, str]] = []
    for k in range(n):
        chance, of = dice.random(), origin[dice.randrange(k)] if k else 0
        if k and chance < COPIES:
            text = sentences[of]
            for _ in range(dice.randint(1, 3)):
                text = _copied(text, dice)
        else:
            same = k and chance < COPIES + STRANGERS
            facts = _facts(dice) | ({key: told[of][key] for key in ("shop", "place", "thing")} if same else {})
            text = [dice.choice(pattern).format(**facts) for pattern in PATTERNS]
        sentences.append(text)
        origin.append(of if k and chance < COPIES else k)
        told.append(told[of] if k and chance < COPIES else facts)
    return ["".join(one) for one in sentences], origin


def _facts(dice: random.Random) -> dict[str, str]:
    facts = {key: _words(dice, *size) for key, size in _SIZES.items()}
    return facts | {"day": f"{dice.randint(1, 12)}月{dice.randint(1, 28)}日", "sum": str(dice.randint(10, 9_999))}


_SIZES = {"shop": (4, 8), "place": (3, 6), "thing": (2, 6), "fault": (6, 14), "answer": (6, 14), "who": (2, 3),
          "said": (6, 12), "wish": (4, 10)}  # fmt: skip


def _words(dice: random.Random, shortest: int, longest: int) -> str:
    """Characters by chance: the texts' own part, which strangers do not share."""
    return "".join(chr(0x4E00 + int(3_000 * dice.random() ** 2)) for _ in range(dice.randint(shortest, longest)))


def _copied(text: Sequence[str], dice: random.Random) -> list[str]:
    copy, at = list(text), dice.randrange(1, len(text) - 1)
    kind = dice.randrange(5)
    if kind == 0:  # a word changed
        letter = dice.randrange(max(1, len(copy[at]) - 2))
        copy[at] = copy[at][:letter] + _words(dice, 2, 2) + copy[at][letter + 2 :]
    elif kind == 1:  # other sums and days
        copy = ["".join(str(dice.randint(0, 9)) if c.isdigit() else c for c in one) for one in copy]
    elif kind == 2:  # another greeting, a sentence more
        copy = ["请转交负责同志：", *copy, f"补充一句，{_words(dice, 6, 10)}。"]
    elif kind == 3:
        copy = copy[:-1]
    else:
        copy[at], copy[at - 1] = copy[at - 1], copy[at]
    return copy


def _timed(act: Callable[[], list[tuple[int, int]]], runs: int) -> tuple[float, list[tuple[int, int]]]:
    seconds, found = [], []
    for _ in range(runs):
        begun = time.perf_counter()
        found = act()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), found


def _cosine(vectorizer: Any, texts: Sequence[str]) -> list[tuple[int, int]]:
    rows = vectorizer.fit_transform(texts)
    found = []
    for at in range(0, len(texts), BLOCK):
        block = (rows[at : at + BLOCK] @ rows.T).tocoo()
        close = (block.data >= COSINE) & (block.row + at < block.col)
        found += list(zip((block.row[close] + at).tolist(), block.col[close].tolist(), strict=True))
    return found


def _judged(found: Sequence[tuple[int, int]], origin: Sequence[int]) -> tuple[float, float]:
    """Precision of the pairs, and recall of the copies."""
    right = sum(origin[one] == origin[other] for one, other in found)
    copies = {(of, n) for n, of in enumerate(origin) if of != n}
    return right / len(found) if found else 0.0, len(copies & set(found)) / len(copies) if copies else 0.0


if __name__ == "__main__":
    main()
