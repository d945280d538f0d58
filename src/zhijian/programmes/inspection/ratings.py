"""After an inspection is over, the enterprise is asked how it was."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.ratings.declared import Question
from zhijian.programmes.inspection.flow import INSPECTION

VISIT = Question(
    INSPECTION,
    states=["closed"],
    asks=_("How was the inspection, from the first visit to the end?"),
    invites=["finish", "close"],
)
