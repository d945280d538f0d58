"""The rules that supervision needs: what the pack sets where whoever orders or asks names no day."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.clock import rule

ANSWER_WITHIN = rule(
    "supervision.answer_within", _("How long a supervision order may take to be answered, where it names no day"),
    label=_("Answer to the supervision order"),
)  # fmt: skip
JOINT_WITHIN = rule(
    "supervision.joint_within", _("How long another office may take to contribute, where the request names no day"),
    label=_("Contribution to a joint handling"),
)  # fmt: skip
