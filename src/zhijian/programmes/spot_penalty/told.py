"""The part of a visit's record that decides a penalty on the spot (`content.penalty`), as the field app writes it.

It is in the record that both sides sign, so what was decided is what was signed. A visit without one has no such field.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from zhijian.programmes.spot_penalty.law import Heard, Payment

Yuan = Annotated[int, Field(strict=True, ge=0, le=100_000_000)]  # what is above the limit is a doubt, no refusal


class Told(BaseModel):
    """One decision about one act. Unknown fields are kept in the stored bytes and ignored: newer apps send them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    item: Annotated[str, Field(max_length=20)] = ""
    facts: Annotated[str, Field(max_length=2000)]
    violated: Annotated[str, Field(max_length=300)] = ""
    basis: Annotated[str, Field(max_length=300)] = ""
    warning: bool = False
    fine: Yuan = 0
    told: bool = False  # what is decided, why, by which article, and that he may state his view and defend himself
    statement: Annotated[str, Field(max_length=2000)] = ""
    heard: Heard = Heard.NONE
    answer: Annotated[str, Field(max_length=1000)] = ""
    payment: Payment = Payment.NONE
    cash_ground: Annotated[str, Field(max_length=12)] = ""
    receipt: Annotated[str, Field(max_length=60)] = ""  # number of the official receipt for money that was taken
    ordered: Annotated[str, Field(max_length=300)] = ""  # the order that was not obeyed, where that alone is punished
    days: int | None = None  # to pay within, and where, as the paper says it
    at: Annotated[str, Field(max_length=300)] = ""

    @property
    def cash(self) -> bool:
        return self.payment is Payment.CASH


def read(penalty: dict[str, Any] | None) -> Told | None:
    """The decision of a record; None where it decides none. Raises pydantic.ValidationError for what is none."""
    return Told.model_validate(penalty) if penalty else None
