"""What a model is worth, on texts that came after those it was made from."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from .model import Model

NEVER = 2.0  # a threshold that nothing reaches
LEAST_SHOWN = 30  # a precision over fewer proposals says nothing
LEAST_SUPPORT = 5  # a class with fewer rows in the hold-out does not count for macro-F1
LEAST_TO_COMPARE = 50


@dataclass(frozen=True)
class Sample:
    """A text, the category that its handlers settled on, and when it came in."""

    text: str
    label: str
    at: dt.datetime


@dataclass(frozen=True)
class ClassRow:
    """One category on the hold-out: shares from 0 to 1 of the first proposal, whatever its probability."""

    label: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True)
class Measured:
    """A model on a hold-out of `rows` texts from `first` to `last`.

    `macro_f1`: mean F1 of the classes with at least LEAST_SUPPORT rows. `coverage`: share of texts for which something
    is shown; `precision`: share of those whose first proposal is right (None where nothing is shown), `low` to `high`
    its 95 % interval (Wilson). A label that the model does not know counts as wrong, as it would on the desk.
    """

    rows: int
    first: dt.datetime
    last: dt.datetime
    macro_f1: float
    accuracy: float
    classes: tuple[ClassRow, ...]
    threshold: float
    shown: int
    coverage: float
    precision: float | None
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """Whether a new model is taken; both macro-F1 on the same `rows` texts, which neither has seen; why."""

    taken: bool
    new: float
    old: float
    rows: int
    why: str


def measure(model: Model, samples: Sequence[Sample], threshold: float | None = None) -> Measured:
    """Measure a model on samples that it was not made from, at its own threshold or another.

    Raises ValueError without samples.
    """
    if not samples:
        raise ValueError("nothing to measure on")
    best, sure = firsts(model, samples)
    truth = [sample.label for sample in samples]
    right = np.array([a == b for a, b in zip(best, truth, strict=True)])
    classes = tuple(_class_row(label, best, truth) for label in sorted({*truth, *model.labels} - {""}))
    counted = [row.f1 for row in classes if row.support >= LEAST_SUPPORT]
    threshold = model.threshold if threshold is None else threshold
    hits = right[sure >= threshold]
    low, high = wilson(int(hits.sum()), len(hits))
    days = [sample.at for sample in samples]
    return Measured(
        rows=len(samples),
        first=min(days),
        last=max(days),
        macro_f1=float(np.mean(counted)) if counted else 0.0,
        accuracy=float(right.mean()),
        classes=classes,
        threshold=threshold,
        shown=len(hits),
        coverage=len(hits) / len(samples),
        precision=float(hits.mean()) if len(hits) else None,
        low=low,
        high=high,
    )


def firsts(model: Model, samples: Sequence[Sample]) -> tuple[list[str], NDArray[np.float64]]:
    """The first proposal for each sample, and its probability (0 where the starting model finds nothing)."""
    judged = model.probabilities([sample.text for sample in samples])
    order = judged.argmax(axis=1)
    best = [model.labels[n] for n in order]
    sure = judged.max(axis=1) * np.array([label != "" for label in best])
    return best, sure


def _class_row(label: str, best: Sequence[str], truth: Sequence[str]) -> ClassRow:
    hits = sum(a == b == label for a, b in zip(best, truth, strict=True))
    said, are = sum(one == label for one in best), sum(one == label for one in truth)
    precision, recall = hits / said if said else 0.0, hits / are if are else 0.0
    return ClassRow(label, precision, recall, 2 * hits / (said + are) if said + are else 0.0, are)


def threshold_for(model: Model, samples: Sequence[Sample], wanted: float) -> float:
    """The lowest probability from which on the first proposals are right in at least `wanted` (0 to 1) of the cases.

    At least LEAST_SHOWN of them must lie above it; NEVER where no probability does: then nothing is shown.
    """
    best, sure = firsts(model, samples)
    right = np.array([one == sample.label for one, sample in zip(best, samples, strict=True)])
    order = np.argsort(-sure, kind="stable")
    reached = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    last_of_value = np.append(sure[order][1:] < sure[order][:-1], True)  # equal probabilities are shown together
    good = np.flatnonzero((reached >= wanted) & last_of_value & (sure[order] > 0))
    return float(sure[order][good[-1]]) if len(good) and good[-1] + 1 >= LEAST_SHOWN else NEVER


def better(new: Model, old: Model, holdout: Sequence[Sample]) -> Comparison:
    """Whether the new model takes the old one's place: only with a higher macro-F1 on texts that neither has seen.

    What came before the end of either model's own texts is left out, so that an old one that had seen some of them has
    no start. A tie, or fewer than LEAST_TO_COMPARE texts, keeps the old one.
    """
    ends = [dt.datetime.fromisoformat(model.head["until"]) for model in (new, old) if model.head.get("until")]
    unseen = [sample for sample in holdout if all(sample.at > end for end in ends)]
    if len(unseen) < LEAST_TO_COMPARE:
        return Comparison(False, 0.0, 0.0, len(unseen), "too few later texts to compare on")
    ours, theirs = measure(new, unseen).macro_f1, measure(old, unseen).macro_f1
    taken = ours > theirs
    return Comparison(taken, ours, theirs, len(unseen), "better on the same later texts" if taken else "not better")


def with_threshold(model: Model, threshold: float) -> Model:
    """The same model with another threshold."""
    return replace(model, threshold=threshold)


def wilson(hits: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson's score interval); (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    z, share = 1.959964, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return max(0.0, middle - half), min(1.0, middle + half)


def counted(samples: Sequence[Sample]) -> dict[str, int]:
    """Rows by label, in the labels' order."""
    return dict(sorted(Counter(sample.label for sample in samples).items()))
