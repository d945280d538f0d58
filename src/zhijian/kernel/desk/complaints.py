"""What a form says of a field that was left out or mistyped: the words that facts have, instead of Django's own."""

from __future__ import annotations

from django import forms
from django.core import validators
from django.utils.functional import lazy


def _words(kind: str, **renamed: str) -> str:
    from zhijian.kernel.matters.facts import wording  # once they are said: here no model is loaded yet

    return wording(kind, **renamed)


wording = lazy(_words, str)
BOUNDS = {
    validators.MinLengthValidator: wording("string_too_short", min_length="limit_value"),
    validators.MaxLengthValidator: wording("string_too_long", max_length="limit_value"),
    validators.MinValueValidator: wording("greater_than_equal", ge="limit_value"),
    validators.MaxValueValidator: wording("less_than_equal", le="limit_value"),
}
FIELDS = {
    (forms.Field, "required"): wording("missing"),
    (forms.IntegerField, "invalid"): wording("int_parsing"),
    (forms.FloatField, "invalid"): wording("decimal_parsing"),
    (forms.DecimalField, "invalid"): wording("decimal_parsing"),
    (forms.DateField, "invalid"): wording("date_parsing"),
    (forms.DateTimeField, "invalid"): wording("datetime_parsing"),
    (forms.UUIDField, "invalid"): wording("uuid_parsing"),
    (forms.ChoiceField, "invalid_choice"): wording("enum"),
    (forms.MultipleChoiceField, "invalid_choice"): wording("enum"),
    (forms.ModelChoiceField, "invalid_choice"): wording("enum"),
    (forms.ModelMultipleChoiceField, "invalid_choice"): wording("enum"),
}


def use() -> None:
    """From now on every form of this process says it so; a field keeps what stood there when it was made."""
    for check, words in BOUNDS.items():
        check.message = words
    for (field, code), words in FIELDS.items():
        field.default_error_messages = field.default_error_messages | {code: words}
