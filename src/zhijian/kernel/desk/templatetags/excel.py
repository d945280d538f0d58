"""`{% load excel %}`: the button that takes a list out, with the filters of the page's address."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from zhijian.kernel.desk.excel import PAGING, sheet_of

register = template.Library()


@register.simple_tag(takes_context=True)
def excel(context: template.Context, code: str, **fixed: Any) -> str | SafeString:
    """The button of a list that is declared; `fixed` are filters that the page's path says. Raises LookupError."""
    request, one = context["request"], sheet_of(code)
    if one is None:
        raise LookupError(code)
    if not one.may(request.actor):
        return ""
    query = request.GET.copy()
    for name in PAGING:
        query.pop(name, None)
    for name, value in fixed.items():
        query[name] = str(value)
    tail = f"?{query.urlencode()}" if query else ""
    return format_html(
        '<a class="btn" data-excel href="{}{}" download>{}</a>', reverse("excel", args=[code]), tail, _("Excel")
    )
