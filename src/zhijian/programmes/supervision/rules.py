"""The rules that supervision needs: what the pack sets where whoever orders names no day."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.clock import rule

ANSWER_WITHIN = rule(
    "supervision.answer_within", _("How long a supervision order may take to be answered, where it names no day"),
    label=_("Answer to the supervision order"),
)  # fmt: skip
