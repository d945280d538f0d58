"""The printed words of a ground."""

from __future__ import annotations

from zhijian.programmes.complaints import rules
from zhijian.programmes.complaints.models import Item


def ground_of(of: Item) -> str:
    """The printed words of the ground of refusal or ending, of the law that the item follows."""
    if not of.ground:
        return ""
    kind = rules.REFUSAL_GROUNDS if of.result == "refused" else rules.END_GROUNDS
    at = of.matter.closed or of.matter.opened
    words = rules.grounds(kind, of.matter, at).get(of.ground, "")
    day = rules.law_day(of.matter, at)
    row = kind.maybe(day)
    article = f"{row.basis}{row.article}" if row is not None else ""
    return f"{article} {of.ground}：{words}".strip() if words else of.ground
