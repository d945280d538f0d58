"""Products that were looked at: the rows that a record makes of them, by code."""

from __future__ import annotations

from zhijian.kernel.matters.models import Matter
from zhijian.programmes.inspection.onsite.gtin import gtin, wrong_with
from zhijian.programmes.inspection.onsite.models import SeenProduct
from zhijian.programmes.inspection.record import Content


def rows_of(matter: Matter, content: Content) -> list[SeenProduct]:
    """The rows of a record's products, in its order; not saved."""
    return [
        SeenProduct(
            matter=matter, area=matter.area, premises_id=matter.premises_id, item=given.item[:20],
            failed=given.answer == "no", code=one.code, gtin=gtin(one.code), name=one.name, lot=one.lot,
            printed=one.date, at=given.at,
        )
        for given in content.answers
        for one in given.products
    ]  # fmt: skip


def mistyped(content: Content) -> list[str]:
    """The codes of a record whose check digit is wrong: another client typed them, or a scanner misread them."""
    return [one.code for given in content.answers for one in given.products if wrong_with(one.code)]
