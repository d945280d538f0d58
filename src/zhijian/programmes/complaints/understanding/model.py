"""A model of categories: proposals with their probability and the words that decided; kept without pickle.

Linear, so that a proposal can be taken apart: each piece of the text adds its own part to each category. To read and to
use a model takes numpy alone; the library that trains is not loaded on the desk.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import zipfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .grams import fold, gram, places

MOST_SHOWN = 3  # proposals for one text
LEAST_SHOWN = 0.02  # a second or third proposal below this probability helps nobody
MOST_PIECES = 4
MOST_BYTES = 256 * 2**20  # unpacked; what is larger was not made here
FORMAT = 1
NOTHING = ""  # the starting model's class for a text that says too little
_ARRAYS = {"vocabulary": np.uint64, "idf": np.float32, "weights": np.float32, "intercept": np.float64, "head": np.uint8}
Reals = NDArray[np.float64]


class ModelError(ValueError):
    """Stored bytes are not a model of ours, or not the one that was meant."""


@dataclass(frozen=True)
class Piece:
    """A passage of the text that spoke for a category: text[start:end] where it stands first.

    `share` is its part of all that spoke for the category, 0 to 1, every time that it is said taken together.
    """

    start: int
    end: int
    text: str
    share: float


@dataclass(frozen=True)
class Proposal:
    """A category, how probable (0 to 1, see Model.calibrated), and what decided, strongest first."""

    label: str
    probability: float
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Model:
    """Weights of the pieces (`vocabulary`, sorted numbers of `grams`) for the categories (`labels`).

    `starting`: made of the pack's words; its probabilities order, but were never compared with what turned out.
    `threshold`: no proposal where the first is less probable. `head` says what it was made from (JSON values only).
    """

    labels: tuple[str, ...]
    vocabulary: NDArray[np.uint64]
    idf: NDArray[np.float32]
    weights: NDArray[np.float32]
    intercept: Reals
    threshold: float
    starting: bool
    head: Mapping[str, Any]

    @property
    def calibrated(self) -> bool:
        """Whether its probabilities were fitted to what turned out."""
        return not self.starting

    def probabilities(self, texts: Sequence[str]) -> Reals:
        """One row a text, one column a label."""
        return np.array([self._judged(_Read(self, text)) for text in texts]).reshape(-1, len(self.labels))

    def propose(self, text: str, among: Collection[str] | None = None) -> tuple[Proposal, ...]:
        """At most three categories, the most probable first; none where the first lies below the threshold.

        `among` leaves only those labels (the second level below a chosen first one): probabilities are then of those
        alone, and the threshold's precision was not measured for them.
        """
        read = _Read(self, text)
        judged = self._judged(read)
        if among is not None:
            judged = judged * np.array([label in among for label in self.labels])
            judged = judged / judged.sum() if judged.sum() else judged
        order = [int(n) for n in np.argsort(-judged, kind="stable")[: MOST_SHOWN + 1] if judged[n] >= LEAST_SHOWN]
        if not order or self.labels[order[0]] == NOTHING or judged[order[0]] < self.threshold:
            return ()
        shown = [n for n in order if self.labels[n] != NOTHING][:MOST_SHOWN]
        return tuple(Proposal(self.labels[n], float(judged[n]), self._pieces(text, read, n)) for n in shown)

    def _judged(self, read: _Read) -> Reals:
        z = read.values @ self.weights[read.known] + self.intercept
        z = np.exp(z - z.max())
        return z / z.sum()

    def _pieces(self, text: str, read: _Read, label: int) -> tuple[Piece, ...]:
        """Where in the text stands what speaks for a label more than for the others."""
        own = self.weights[read.known]
        speaks = read.values * (own[:, label] - own.mean(axis=1)) / read.counts
        letters = np.zeros(len(text) + 1)
        for first, length, which in zip(read.starts, read.lengths, read.which, strict=True):
            letters[first : first + length] += speaks[which] / length
        return _passages(text, letters)


class _Read:
    """A text as the model sees it: which pieces it knows, their values, and where each occurrence stands."""

    def __init__(self, model: Model, text: str) -> None:
        found, starts, lengths = places(fold(text))
        at = np.minimum(np.searchsorted(model.vocabulary, found), max(len(model.vocabulary) - 1, 0))
        here = model.vocabulary[at] == found if len(model.vocabulary) else np.zeros(len(found), dtype=bool)
        self.known, self.which, self.counts = np.unique(at[here], return_inverse=True, return_counts=True)
        self.starts, self.lengths = starts[here], lengths[here].astype(np.int64)
        self.values = (
            np.ones(len(self.known)) if model.starting else weighed(self.counts, model.idf[self.known])
        ).astype(np.float64)


def weighed(counts: NDArray[Any], idf: NDArray[np.float32]) -> Reals:
    """TF-IDF of one text: 1 + ln(count), times idf, of length 1."""
    values = (1 + np.log(counts)) * idf
    length = math.sqrt(float(values @ values))
    return np.asarray(values / length if length else values, dtype=np.float64)


def _passages(text: str, letters: Reals) -> tuple[Piece, ...]:
    """Runs of letters that speak at least a quarter as loud as the loudest, each at least two letters long."""
    loudest = letters.max(initial=0.0)
    if loudest <= 0:
        return ()
    edges = np.flatnonzero(np.diff(np.concatenate([[False], letters >= loudest / 4, [False]])))
    total = letters[letters > 0].sum()
    pieces: dict[str, Piece] = {}
    for a, b in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
        share = float(letters[a:b].sum() / total)
        if text[a:b] in pieces:  # said again: it counts where it stands first
            pieces[text[a:b]] = replace(pieces[text[a:b]], share=pieces[text[a:b]].share + share)
        elif b - a > 1:
            pieces[text[a:b]] = Piece(a, b, text[a:b], share)
    return tuple(sorted(pieces.values(), key=lambda piece: (-piece.share, piece.start))[:MOST_PIECES])


def starting(words: Mapping[str, Collection[str]], threshold: float = 0.4) -> Model:
    """The model of the first day: the pack's words by label (each of 2 to 4 letters).

    A word speaks the louder the longer it is, and the less the more labels share it. One two-letter word that only one
    label has just reaches the threshold; without any the text says nothing. The numbers are chosen, not measured.
    """
    labels = (*sorted(words), NOTHING)
    shared: dict[int, list[int]] = {}
    for n, label in enumerate(labels[:-1]):
        for number in {gram(word) for word in words[label]}:
            shared.setdefault(number, []).append(n)
    vocabulary = np.array(sorted(shared), dtype=np.uint64)
    weights = np.zeros((len(vocabulary), len(labels)), dtype=np.float32)
    for row, number in enumerate(sorted(shared)):
        letters = sum(1 for shift in (0, 16, 32, 48) if number >> shift)
        weights[row, shared[number]] = (2.5 + 0.75 * letters) / len(shared[number])
    intercept = np.full(len(labels), -math.log(max(len(labels) - 1, 1)))
    intercept[-1] = 1.0
    head = {"made": "words", "words": sum(len(one) for one in words.values())}
    return Model(labels, vocabulary, np.ones(len(vocabulary), np.float32), weights, intercept, threshold, True, head)


def dump(model: Model) -> bytes:
    """The model as bytes: arrays and JSON in one npz, nothing that runs. The same model gives the same bytes."""
    head = {
        "format": FORMAT, "labels": model.labels, "threshold": model.threshold, "starting": model.starting,
        "head": model.head,
    }  # fmt: skip
    written = json.dumps(head, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    out = io.BytesIO()
    np.savez_compressed(
        out, vocabulary=model.vocabulary, idf=model.idf, weights=model.weights, intercept=model.intercept,
        head=np.frombuffer(written, dtype=np.uint8),
    )  # fmt: skip
    return out.getvalue()


def digest(data: bytes) -> str:
    """SHA-256 of a dumped model, to be stored beside it."""
    return hashlib.sha256(data).hexdigest()


def load(data: bytes, expected: str) -> Model:
    """Read what `dump` wrote. Raises ModelError where the digest is another, or the content is no model."""
    if digest(data) != expected:
        raise ModelError("the model's bytes are not those that were stored")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > MOST_BYTES:
                raise ModelError("the model is larger than any that is made here")
        with np.load(io.BytesIO(data), allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in _ARRAYS}
        head = json.loads(arrays.pop("head").tobytes())
        made = {key: head[key] for key in ("threshold", "starting", "head")}
        model = Model(labels=tuple(head["labels"]), **arrays, **made)
    except ModelError:
        raise
    except (KeyError, ValueError, TypeError, OSError, EOFError, zipfile.BadZipFile, AttributeError) as error:
        raise ModelError(f"this is no model: {error}") from error
    if head["format"] != FORMAT:
        raise ModelError(f"the model has format {head['format']}, this version reads {FORMAT}")
    _whole(model)
    return model


def _whole(model: Model) -> None:
    """Raises ModelError where the parts do not belong together."""
    size, labels = len(model.vocabulary), len(model.labels)
    shapes = (model.idf.shape, model.weights.shape, model.intercept.shape) == ((size,), (size, labels), (labels,))
    types = all(getattr(model, name).dtype == kind for name, kind in _ARRAYS.items() if name != "head")
    if not (shapes and types and labels and bool(np.all(model.vocabulary[1:] > model.vocabulary[:-1]))):
        raise ModelError("the model's parts do not belong together")
    if not all(np.isfinite(part).all() for part in (model.idf, model.weights, model.intercept)):
        raise ModelError("the model holds numbers that are none")
