"""`{% load words %}`: lists as the person's language joins them."""

from __future__ import annotations

from collections.abc import Iterable

from django import template

from zhijian.kernel import words

register = template.Library()


@register.filter
def listed(parts: Iterable[object]) -> str:
    """Parts joined by 、 or commas; see `kernel.words.listed`."""
    return words.listed(parts)
