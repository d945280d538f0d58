"""Learning the categories from what people confirmed: each night, of the whole city, by the system alone.

Texts are opened here and nowhere kept: a model holds pieces of at most four characters that stand in three texts or
more, and no figure (understanding.classify). What is learnt is taken only where it is better on later texts.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_noop as _

from zhijian.kernel.accounts.actor import SYSTEM
from zhijian.kernel.accounts.scope import scoped
from zhijian.kernel.evidence import files
from zhijian.programmes.complaints import categories
from zhijian.programmes.complaints.models import Item, Learning
from zhijian.programmes.complaints.understanding import card as cards
from zhijian.programmes.complaints.understanding import catalogue, classify
from zhijian.programmes.complaints.understanding.classify import Comparison, Sample, TooFew, Trained
from zhijian.programmes.complaints.understanding.model import MOST_BYTES, digest, dump

TOO_FEW = _("too few confirmed texts to learn from and to measure on")
NEVER_SURE = _("it never reaches the wanted precision, so it would show nothing")
# What measuring.better says, once more for the catalogue of messages.
REASONS = (
    _("too few later texts to compare on"), _("better on the same later texts"), _("not better"), TOO_FEW, NEVER_SURE,
)  # fmt: skip
MEDIA = "application/x-npz"


def lists() -> list[str]:
    """The lists of this place that are learnt."""
    return [of for of in categories.LIST_OF.values() if catalogue.current().listed(of)]


def learn(of: str) -> bool:
    """Try once for a list; nothing where nobody confirmed anything since the last try. Returns whether it was taken."""
    with scoped(SYSTEM):
        samples = confirmed(of)
        last = Learning.objects.filter(of=of).order_by("-at").first()
        old = categories.model_in_use(of) or categories.starting_model(of)  # one that cannot be read proposes nothing
    known = _digest(samples)
    if not samples or (last is not None and last.learnt_from == known):
        return False
    at = timezone.now()
    try:
        trained = classify.train(samples)
    except TooFew:
        with scoped(SYSTEM):
            Learning.objects.create(of=of, at=at, samples=len(samples), learnt_from=known, taken=False, why=TOO_FEW)
        return False
    against = classify.better(trained.model, old, trained.holdout)
    with scoped(SYSTEM):
        return _keep(Learning(of=of, at=at, samples=len(samples), learnt_from=known), trained, against)


def _digest(samples: list[Sample]) -> str:
    """By which it is seen that nobody confirmed or corrected anything since."""
    return hashlib.sha256(json.dumps([[one.label, one.at.isoformat()] for one in samples]).encode()).hexdigest()


def confirmed(of: str) -> list[Sample]:
    """What people settled on, by when it came; the latest, as many as one learns from."""
    kinds = [kind for kind, one in categories.LIST_OF.items() if one == of]
    rows = Item.objects.filter(matter__kind__in=kinds).exclude(category="").order_by("-matter__opened")
    told = rows.values_list("text", "category", "matter__opened")[: classify.MOST_ROWS]
    return [Sample(str(text or ""), category, opened) for text, category, opened in told][::-1]


def _keep(row: Learning, trained: Trained, against: Comparison) -> bool:
    """Note the attempt with its card; the bytes only where it is taken."""
    silent = trained.measured.precision is None
    row.taken = row.in_use = against.taken and not silent
    row.why = NEVER_SURE if against.taken and silent else against.why
    data = dump(trained.model) if row.taken else b""
    words = categories.starting_model(row.of)
    card = cards.of_trained(
        trained, what=row.of, made_at=row.at, wanted=classify.WANTED, against=against, words=words,
        digest=digest(data) if data else "",
    )  # fmt: skip
    row.card = card.to_json()
    if row.taken:
        row.blob = files.store(data, judged=MEDIA, limit=MOST_BYTES)
        Learning.objects.filter(of=row.of, in_use=True).update(in_use=False)
    row.save()
    return row.taken


def card_of(of: str) -> dict[str, Any]:
    """The card of what is in use: as it was measured, or that of the pack's words, which nobody measured."""
    row = Learning.objects.filter(of=of, in_use=True).first()
    if row is not None:
        return dict(row.card)
    return cards.of_words(categories.starting_model(of), what=of, made_at=timezone.now()).to_json()
