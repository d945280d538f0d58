"""A model's card: what a reader of its proposals must know of it, as data for a page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from .classify import Trained
from .measuring import ClassRow, Comparison, measure
from .model import Model

METHOD_ROWS = _("Pieces of 2 to 4 characters, weighed by how rare they are; one line of separation for each category.")
METHOD_WORDS = _("Words that were put together beforehand for each category; nobody has compared them with real texts.")
HOLD_OUT = _("Measured on the latest texts, which the model has not seen, as it will meet texts that it has not seen.")
CHOSEN = _("The threshold was chosen on the same texts: expect a little less than the precision shown.")
NOT_FOR = (
    _("It proposes a category. It decides nothing: not whether a complaint is accepted, not whether a report is true."),
    _("It says nothing about the person who complains, and nothing about whether the enterprise did wrong."),
    _("Texts of another kind, another city, a new category: it knows what handlers settled on until its last day."),
    _("Counting: figures count what people settled on, never what was proposed."),
)


@dataclass(frozen=True)
class Card:
    """Everything for the page. Sentences are message ids (English), to be translated where they are shown.

    `what`: the list of categories it is for. `beats`: the model that it was compared with on the same later texts, None
    where there was none. Shares are from 0 to 1; `precision` is None where nothing is shown.
    """

    what: str
    made_at: dt.datetime
    starting: bool
    method: str
    notes: tuple[str, ...]
    not_for: tuple[str, ...]
    threshold: float
    wanted: float | None = None
    rows: int = 0
    first: dt.datetime | None = None
    last: dt.datetime | None = None
    repeated: int = 0
    dropped_old: int = 0
    left_out: Mapping[str, int] | None = None
    hold_out_rows: int = 0
    hold_out_first: dt.datetime | None = None
    hold_out_last: dt.datetime | None = None
    macro_f1: float | None = None
    accuracy: float | None = None
    coverage: float | None = None
    shown: int = 0
    precision: float | None = None
    low: float | None = None
    high: float | None = None
    classes: tuple[ClassRow, ...] = ()
    beats: Comparison | None = None
    words_alone: float | None = None  # macro-F1 of the starting model on the same texts
    digest: str = ""

    def to_json(self) -> dict[str, Any]:
        """The card as JSON values; moments in ISO 8601."""
        return {key: _plain(value) for key, value in asdict(self).items()}


def of_trained(
    trained: Trained,
    *,
    what: str,
    made_at: dt.datetime,
    wanted: float,
    against: Comparison | None = None,
    words: Model | None = None,
    digest: str = "",
) -> Card:
    """The card of a trained model: `against` the comparison that let it in, `words` the starting model beside it."""
    measured = trained.measured
    shared = ("macro_f1", "accuracy", "coverage", "shown", "precision", "low", "high", "classes", "threshold")
    return Card(
        what=what,
        made_at=made_at,
        starting=False,
        method=METHOD_ROWS,
        notes=(HOLD_OUT, CHOSEN),
        not_for=NOT_FOR,
        wanted=wanted,
        rows=trained.rows,
        first=trained.first,
        last=trained.last,
        repeated=trained.repeated,
        dropped_old=trained.dropped_old,
        left_out=dict(trained.left_out),
        hold_out_rows=measured.rows,
        hold_out_first=measured.first,
        hold_out_last=measured.last,
        beats=against,
        words_alone=measure(words, trained.holdout).macro_f1 if words else None,
        digest=digest,
        **{key: getattr(measured, key) for key in shared},
    )


def of_words(model: Model, *, what: str, made_at: dt.datetime, digest: str = "") -> Card:
    """The card of a starting model: it was not measured, and says so."""
    return Card(
        what=what,
        made_at=made_at,
        starting=True,
        method=METHOD_WORDS,
        notes=(),
        not_for=NOT_FOR,
        threshold=model.threshold,
        rows=int(model.head.get("words", 0)),
        digest=digest,
    )


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value
