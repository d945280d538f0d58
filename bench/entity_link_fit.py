"""Fits the weights of `registry.likely` and measures what its shares are worth; prints `calibration.toml`.

Tellings of one seed (7) are compared with the register. The weights are those under which the shop that was meant is
the likeliest among its candidates and "nobody" (a conditional logit), kept on their side of 0. Of a second half of the
tellings, not used for that, an isotonic table says which part of the candidates of a share was right.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from bench.common import arguments, bench_database, say
from bench.entity_link import FULL, TELLINGS, plant, tellings

SEED = 7
ROUNDS, STEPS, RATE, PULL = 2, 400, 0.15, 2e-3
LEAST = 40  # candidates in a bin


def main() -> None:
    """Run the fit and print the file."""
    args = arguments("entity_link_fit", __doc__ or "", seconds=600)
    with bench_database("zj_bench_fit"):
        plant(args.scale, SEED)
        print(fit(max(400, int(2 * TELLINGS * min(1.0, args.seconds / 600))), int(FULL * args.scale)))


def fit(count: int, rows: int) -> str:
    """The text of `calibration.toml`, from so many tellings against a register of so many rows."""
    from zhijian.kernel.registry.likely.ranking import measured

    told = tellings(SEED, count)
    known = measured()
    weights, nobody = dict(known.weights), known.nobody
    half = len(told) // 2
    for n in range(ROUNDS):
        say(f"round {n + 1}: comparing {half} tellings …")
        weights, nobody = _fitted(_compared(told[:half], weights), weights, nobody)
    pairs = _shares(_compared(told[half:], weights), weights, nobody)
    return _toml(weights, nobody, _isotonic(pairs), count, rows)


def _compared(told: list[Any], weights: dict[str, float]) -> list[tuple[Any, int]]:
    """For each telling the evidence of every candidate, and which of them is meant (-1: none)."""
    import numpy as np

    from zhijian.kernel.registry.likely import Told
    from zhijian.kernel.registry.likely.ranking import compare
    from zhijian.kernel.registry.likely.scoring import FIELDS

    out = []
    for one in told:
        rows = compare(Told(**one.told), weights)
        keys = [row.entity.pk for row in rows]
        seen = np.array([[getattr(row.match.evidence, f) for f in FIELDS] for row in rows]).reshape(-1, len(FIELDS))
        out.append((seen, keys.index(one.key) if one.key in keys else -1))
    return out


def _fitted(data: list[tuple[Any, int]], weights: dict[str, float], nobody: float) -> tuple[dict[str, float], float]:
    import numpy as np

    from zhijian.kernel.registry.likely.scoring import AGAINST, FIELDS

    w = np.array([weights.get(f, 0.0) for f in FIELDS] + [nobody])
    start, fast = w.copy(), np.zeros_like(w)
    low = np.array([-20.0 if f in AGAINST else 0.0 for f in FIELDS] + [-20.0])
    high = np.array([0.0 if f in AGAINST else 20.0 for f in FIELDS] + [20.0])
    for _ in range(STEPS):
        slope = PULL * (w - start)
        for seen, at in data:
            scores = np.append(seen @ w[:-1], w[-1])
            parts = np.exp(scores - scores.max())
            parts /= parts.sum()
            parts[at] -= 1  # -1 is the last one: nobody
            slope += np.append(seen.T @ parts[:-1], parts[-1]) / len(data)
        fast = 0.9 * fast - RATE * slope * 4
        w = np.clip(w + fast, low, high)
    return {f: round(float(v), 2) for f, v in zip(FIELDS, w, strict=False)}, round(float(w[-1]), 2)


def _shares(data: list[tuple[Any, int]], weights: dict[str, float], nobody: float) -> list[tuple[float, bool]]:
    """Share and truth of the five likeliest candidates of each telling."""
    from zhijian.kernel.registry.likely.scoring import FIELDS, shares

    out = []
    for seen, at in data:
        found = shares([float(row @ [weights[f] for f in FIELDS]) for row in seen], nobody)
        best = sorted(range(len(found)), key=lambda i: -found[i])[:5]
        out += [(found[i], i == at) for i in best if found[i] >= 0.02]
    return out


def _isotonic(pairs: list[tuple[float, bool]]) -> list[tuple[float, float]]:
    """Bins (from, worth), both ascending: of `LEAST` at the least, pooled until none falls below the one before."""
    blocks: list[list[float]] = []  # from, right, n
    pairs = sorted(pairs)
    for start in range(0, len(pairs), LEAST):
        some = pairs[start : start + LEAST]
        blocks.append([some[0][0], float(sum(right for _, right in some)), float(len(some))])
        while len(blocks) > 1 and blocks[-2][1] / blocks[-2][2] >= blocks[-1][1] / blocks[-1][2]:
            last = blocks.pop()
            blocks[-1][1] += last[1]
            blocks[-1][2] += last[2]
    blocks[0][0] = 0.0
    return [(round(start, 4), round((right + 0.5) / (n + 1), 3)) for start, right, n in blocks]


def _toml(weights: dict[str, float], nobody: float, bins: list[tuple[float, float]], count: int, rows: int) -> str:
    lines = [
        "# Written by `python -m bench.entity_link_fit`; not by hand.",
        f"# Made-up register of {rows:,} entities and {count:,} made-up tellings (bench/tellings.py), seed {SEED},",
        f"# {dt.datetime.now(dt.UTC):%Y-%m-%d}: half of them for the weights, half for the bins. No real calls: to be",
        "# measured anew with a bureau's own complaints whose shop is known.",
        f"nobody = {nobody} # the score of: not in the register",
        "# a share of the belief from here on … is right so often",
        f"bins = [{', '.join(f'[{a}, {b}]' for a, b in bins)}]",
        "",
        "[weights]",
        *(f"{name} = {value}" for name, value in weights.items()),
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
