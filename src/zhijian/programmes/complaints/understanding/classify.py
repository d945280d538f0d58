"""Learning categories from what the handlers settled on: linear SVC on pieces of 2 to 4 characters, calibrated.

Trained on the earlier texts, measured on the later ones, and kept as it was measured (not fitted again to all of them):
what runs is what was measured. The same samples give the same bytes, in whatever order they come.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from .grams import MOST_CHARS, fold, grams
from .measuring import Comparison, Measured, Sample, better, counted, measure, threshold_for, with_threshold
from .model import NOTHING, Model, Piece, Proposal, starting, weighed

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = [
    "Comparison",
    "Measured",
    "Model",
    "Piece",
    "Proposal",
    "Sample",
    "TooFew",
    "Trained",
    "better",
    "measure",
    "starting",
    "train",
]

MOST_ROWS, MOST_LETTERS = 40_000, 15_000_000  # the latest ones: so many took 1.3 GB, and half a minute for 6 labels
MOST_FEATURES = 100_000
LEAST_TEXTS = 3  # a piece that stands in fewer texts is left out: it is rare, or it is a name
PARTS = 3  # for calibration: each part is judged by a model that has not seen it
HOLD_OUT = 0.2
LEAST_ROWS = 20
WANTED = 0.9


class TooFew(ValueError):
    """There are not enough rows to learn two categories and measure them."""


@dataclass(frozen=True)
class Trained:
    """A model, what it was measured to be worth, and what became of the rows.

    `rows` learnt from, from `first` to `last`; `repeated` texts dropped; `left_out` labels with too few rows;
    `dropped_old` rows before the latest MOST_ROWS or MOST_LETTERS. `holdout` is what it was measured on, for `better`.
    """

    model: Model
    measured: Measured
    rows: int
    first: dt.datetime
    last: dt.datetime
    repeated: int
    dropped_old: int
    left_out: Mapping[str, int]
    holdout: tuple[Sample, ...]


def train(
    samples: Sequence[Sample], *, wanted: float = WANTED, hold_out: float = HOLD_OUT, least_rows: int = LEAST_ROWS
) -> Trained:
    """Learn from the earlier samples, measure on the last `hold_out` share of them (0 to 1, by time).

    `wanted` is the precision above which proposals are shown: the threshold is the lowest that reaches it on the
    hold-out. Labels with fewer than `least_rows` rows among the earlier ones are left out of the model and said so; in
    the hold-out they stay, and count as wrong. Of texts that are alike after folding the first is kept.

    Raises TooFew.
    """
    unlike = _unlike(samples)
    latest = _latest(unlike)
    earlier, later = _split(latest, hold_out)
    enough = {label for label, n in counted(earlier).items() if n >= least_rows}
    learnt = [sample for sample in earlier if sample.label in enough]
    if len(enough) < 2 or not later:
        raise TooFew(
            f"{len(learnt)} rows in {len(enough)} categories of at least {least_rows}, {len(later)} to measure on"
        )
    first, last = learnt[0].at, earlier[-1].at
    head = {
        "made": "rows", "rows": len(learnt), "since": first.isoformat(), "until": last.isoformat(),
        "counts": counted(learnt),
    }  # fmt: skip
    model = _fit(learnt, head)
    model = with_threshold(model, threshold_for(model, later, wanted))
    return Trained(
        model=model,
        measured=measure(model, later),
        rows=len(learnt),
        first=first,
        last=last,
        repeated=len(samples) - len(unlike),
        dropped_old=len(unlike) - len(latest),
        left_out={label: n for label, n in counted([*earlier, *later]).items() if label not in enough},
        holdout=tuple(later),
    )


def _unlike(samples: Sequence[Sample]) -> list[Sample]:
    """The samples by time, without those whose text says nothing or was there before."""
    seen: set[str] = set()
    kept = []
    for sample in sorted(samples, key=lambda one: (one.at, one.text, one.label)):
        folded = fold(sample.text).replace("\0", "")
        if folded and sample.label != NOTHING and folded not in seen:
            seen.add(folded)
            kept.append(sample)
    return kept


def _latest(samples: Sequence[Sample]) -> Sequence[Sample]:
    """The last samples, as many as memory has room for."""
    letters = 0
    for n, sample in enumerate(reversed(samples)):
        letters += min(len(sample.text), MOST_CHARS)
        if n == MOST_ROWS or letters > MOST_LETTERS:
            return samples[len(samples) - n :]
    return samples


def _split(samples: Sequence[Sample], hold_out: float) -> tuple[list[Sample], list[Sample]]:
    """Earlier and later; rows of one moment are never on both sides."""
    cut = samples[int(len(samples) * (1 - hold_out))].at if samples else None
    earlier = [sample for sample in samples if cut is not None and sample.at < cut]
    return earlier, [sample for sample in samples if cut is not None and sample.at >= cut]


def _fit(samples: Sequence[Sample], head: Mapping[str, Any]) -> Model:
    labels = tuple(sorted({sample.label for sample in samples}))
    target = np.array([labels.index(sample.label) for sample in samples])
    vocabulary, idf, rows = _rows([sample.text for sample in samples])
    weights, intercept = _separate(rows, target, len(labels))
    scale, shift = _calibrate(_unseen_scores(rows, target, len(labels)), target)
    return Model(
        labels=labels,
        vocabulary=vocabulary,
        idf=idf,
        weights=(weights * scale).astype(np.float32),
        intercept=intercept * scale + shift,
        threshold=0.0,
        starting=False,
        head=head,
    )


def _rows(texts: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.float32], csr_matrix]:
    """The pieces that most texts have, their idf, and each text as a row of weighed pieces."""
    from scipy.sparse import csr_matrix

    found = [np.unique(grams(fold(text)), return_counts=True) for text in texts]
    pieces, texts_with = np.unique(np.concatenate([one for one, _ in found]), return_counts=True)
    usual = np.flatnonzero(texts_with >= min(LEAST_TEXTS, len(texts)))
    kept = np.sort(usual[np.argsort(-texts_with[usual], kind="stable")][:MOST_FEATURES])
    vocabulary = pieces[kept]
    idf = (np.log((1 + len(texts)) / (1 + texts_with[kept])) + 1).astype(np.float32)
    ends, columns, values = [0], [], []
    for one, counts in found:
        at = np.searchsorted(vocabulary, one)
        here = np.flatnonzero(vocabulary[np.minimum(at, len(vocabulary) - 1)] == one) if len(vocabulary) else at[:0]
        columns.append(at[here].astype(np.int32))
        values.append(weighed(counts[here], idf[at[here]]))
        ends.append(ends[-1] + len(here))
    shape = (len(texts), len(vocabulary))
    return vocabulary, idf, csr_matrix((np.concatenate(values), np.concatenate(columns), ends), shape=shape)


def _separate(rows: csr_matrix, target: NDArray[Any], labels: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """One line of separation a label: weights (pieces × labels) and intercepts."""
    from sklearn.svm import LinearSVC

    fitted = LinearSVC(C=1.0, random_state=0).fit(rows, target)
    if labels == 2:  # the library then gives one line for both
        return np.column_stack([-fitted.coef_[0], fitted.coef_[0]]), np.array([-1, 1]) * fitted.intercept_[0]
    return fitted.coef_.T, fitted.intercept_


def _unseen_scores(rows: csr_matrix, target: NDArray[Any], labels: int) -> NDArray[Any]:
    """Each row's scores from a model that has not seen it: every label's rows are dealt out to PARTS parts in turn."""
    part = np.zeros(len(target), dtype=np.int64)
    for label in range(labels):
        own = np.flatnonzero(target == label)
        part[own] = np.arange(len(own)) % PARTS
    scores = np.zeros((len(target), labels))
    for n in range(PARTS):
        weights, intercept = _separate(rows[part != n], target[part != n], labels)
        scores[part == n] = rows[part == n] @ weights + intercept
    return scores


def _calibrate(scores: NDArray[Any], target: NDArray[Any]) -> tuple[float, NDArray[Any]]:
    """One scale, and one shift a label, with which softmax(scale·score + shift) is as probable as it turned out.

    Found by the least log loss. So few numbers cannot fit noise; a small penalty keeps them finite where all
    was right.
    """
    from scipy.optimize import minimize

    truth = np.eye(scores.shape[1])[target]

    def loss(parameters: NDArray[Any]) -> tuple[float, NDArray[Any]]:
        z = parameters[0] * scores + parameters[1:]
        z -= z.max(axis=1, keepdims=True)
        judged = np.exp(z)
        judged /= judged.sum(axis=1, keepdims=True)
        wrong = (judged - truth) / len(target)
        slope = np.append((wrong * scores).sum(), wrong.sum(axis=0)) + 2e-3 * parameters
        value = -np.log(np.maximum(judged[truth > 0], 1e-300)).mean() + 1e-3 * (parameters**2).sum()
        return float(value), slope

    start = np.append(1.0, np.zeros(scores.shape[1]))
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=[(0.01, 50.0)] + [(-10.0, 10.0)] * scores.shape[1]
    )
    return float(found.x[0]), found.x[1:]
