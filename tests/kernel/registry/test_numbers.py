"""A telephone number has one form in the register, however somebody typed it."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from zhijian.kernel.accounts.links import kept_number, plain_number
from zhijian.kernel.registry.models import Entity, Premises
from zhijian.kernel.registry.search import search

TYPED = [
    (" 139 0533 0088 ", "13905330088"),
    ("139-0533-0088", "13905330088"),
    ("+86 13905330088", "13905330088"),
    ("１３９０５３３００８８", "13905330088"),
    ("(0533) 218 0099", "0533-2180099"),
    ("（0533）2180099", "0533-2180099"),
    ("0533 2180099", "0533-2180099"),
    ("0533-2180099", "0533-2180099"),
    ("05332180099", "05332180099"),
    ("(312) 555-0100", "312-555-0100"),
    ("2180099", "2180099"),
    ("+86 533 218 0099", "0533-2180099"),
    ("+86-533-2180099", "0533-2180099"),
    ("0086 0533 2180099", "0533-2180099"),
    ("", ""),
]


@pytest.mark.parametrize(("typed", "kept"), TYPED)
def test_one_form(typed: str, kept: str) -> None:
    assert kept_number(typed) == kept
    assert kept_number(kept) == kept
    assert plain_number(kept) == plain_number(typed)


@pytest.mark.django_db
def test_what_was_kept_with_blanks_before_is_put_right() -> None:
    migration = import_module("zhijian.kernel.registry.migrations.0016_numbers_in_one_form")
    firm = Entity.objects.create(scheme="none", name="满地百货店", phone=" 139 0533 0088 ")
    shop = Premises.objects.create(entity=firm, name="满地百货店二店", phone="(0533) 218 0099")
    other = Entity.objects.create(scheme="none", name="清风小馆", phone="13805330000")
    with connection.cursor() as cursor:
        for table in migration.TABLES:
            cursor.execute(migration.PUT_RIGHT.format(table=table))
    for row in (firm, shop, other):
        row.refresh_from_db()
    assert (firm.phone, shop.phone, other.phone) == ("13905330088", "0533-2180099", "13805330000")
    assert [hit.entity for hit in search("139 0533 0088")] == [firm] == [hit.entity for hit in search("2180099")]
