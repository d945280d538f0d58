"""Forms and facts say the same of what was left out or mistyped: the house's words, never Django's own."""

from __future__ import annotations

from typing import Annotated

import pytest
from django import forms
from django.utils.translation import override
from pydantic import Field

from zhijian.kernel.matters.errors import BadFacts
from zhijian.kernel.matters.facts import Facts, parse, text
from zhijian.kernel.papers.serving.confirm import Confirmation


class Told(Facts):
    short: Annotated[str, text("Short", min_length=4)] = "long enough"
    long: Annotated[str, text("Long", max_length=6)] = "short"
    few: Annotated[int, Field(ge=2, le=9)] = 2


class Asked(forms.Form):
    short = forms.CharField(min_length=4, required=False)
    long = forms.CharField(max_length=6, required=False)
    few = forms.IntegerField(min_value=2, max_value=9, required=False)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    "given", [{"short": "太短了"}, {"long": "比六个字还要长"}, {"few": 1}, {"few": 10}, {"few": "x"}]
)  # fmt: skip
def test_both_say_the_same(given, language):
    with override(language):
        asked = Asked(given)
        assert not asked.is_valid()
        with pytest.raises(BadFacts) as refused:
            parse(Told, given)
        assert {name: list(said) for name, said in asked.errors.items()} == refused.value.errors


def test_the_form_of_the_address_speaks_so_too():
    with override("zh-hans"):
        form = Confirmation({"address": "张店区"})
        assert form.errors["address"] == ["请至少写 4 个字。"]
        assert form.errors["receiver"] == ["请填写此项。"]
        assert Confirmation({"electronic": "maybe"}).errors["electronic"] == ["请从给出的选项中选择。"]
