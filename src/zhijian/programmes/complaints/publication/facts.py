"""What the steps of a publication must be told."""

from __future__ import annotations

from typing import Annotated

from django.utils.translation import gettext_lazy as _

from zhijian.kernel.matters import Facts, long

ONLY_REASONS = _("Write why it is not so; no names or numbers of people.")


class Objected(Facts):
    """Why the shop objects."""

    objection: Annotated[
        str, long(_("Why the complaint is not to be published"), max_length=1000, description=ONLY_REASONS)
    ]


class Decided(Facts):
    """What the office says to it."""

    answer: Annotated[str, long(_("Answer to the objection"), max_length=1000)]


class Anew(Facts):
    """Why it is published after all."""

    reason: Annotated[str, long(_("Why it is published after all"), max_length=500)]


class Why(Facts):
    """Why it is taken down."""

    why: Annotated[str, long(_("Why it is taken down"), max_length=500)]
