"""The card of the model that proposes categories: what it was made from, what it is worth, what else was tried."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhijian.kernel.accounts.roles import Role
from zhijian.kernel.desk import gate
from zhijian.programmes.complaints import categories, labels, training
from zhijian.programmes.complaints.models import Learning

READERS = (Role.DISPATCHER, Role.HEAD, Role.LEADER, Role.AUDITOR)
TRIED = 20
MOMENTS = ("made_at", "first", "last", "hold_out_first", "hold_out_last")


@require_safe
@gate.roles(*READERS)
def models_page(request: HttpRequest) -> HttpResponse:
    """A card for each list that is learnt, and the latest attempts with why they were taken or not."""
    context = {
        "cards": [_shown(of) for of in training.lists()], "maps": labels.may_map(gate.actor_in(request)),
    }  # fmt: skip
    return render(request, "complaints/desk/models.html", context)


def _shown(of: str) -> dict[str, Any]:
    card = training.card_of(of)
    rows = Learning.objects.filter(of=of).order_by("-at").only("at", "samples", "taken", "in_use", "why", "card")
    return {
        **card,
        **{name: dt.datetime.fromisoformat(card[name]) for name in MOMENTS if card.get(name)},
        "of": of,
        "method": _(card["method"]),
        "notes": [_(one) for one in card["notes"]],
        "not_for": [_(one) for one in card["not_for"]],
        "percent": {name: _percent(card.get(name)) for name in (
            "threshold", "wanted", "precision", "low", "high", "coverage", "accuracy", "macro_f1", "words_alone",
        )},
        "rows_of": [
            {"name": categories.name_of(one["label"]), "support": one["support"],
             **{name: _percent(one[name]) for name in ("precision", "recall", "f1")}}
            for one in card["classes"]
        ],
        "left_out_of": [(categories.name_of(code), n) for code, n in (card.get("left_out") or {}).items()],
        "readable": categories.model_in_use(of) is not None,
        "tried": [(one, _(one.why), (one.card or {}).get("beats")) for one in rows[:TRIED]],
    }  # fmt: skip


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{share * 100:.0f} %"
