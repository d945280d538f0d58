"""The order in which one walks: any writing of an address gives its street and house."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhijian.kernel.registry.cards.streets import street_of, walk


@pytest.mark.parametrize(
    ("address", "street", "number"),
    [
        ("山东省淄博市张店区马尚街道柳泉路123号", "柳泉路", 123),
        ("张店区柳泉路 12 号甲", "柳泉路", 12),
        ("柳泉路９号", "柳泉路", 9),
        ("淄博市高新区中润大道5号楼", "中润大道", 5),
        ("临淄区齐都镇西关村", "西关村", 0),
        ("张店区某小区3号楼", "某小区", 3),
        ("水晶街 1 号", "水晶街", 1),
        ("", "", 0),
    ],
)
def test_street_and_house_are_told_from_an_address(address: str, street: str, number: int) -> None:
    assert street_of(address) == (street, number)


def test_one_walks_house_by_house_and_what_has_no_street_comes_last() -> None:
    shops = [("", "无址"), ("柳泉路100号", "丙"), ("柳泉路9号", "乙"), ("共青团路88号", "甲"), ("柳泉路9号", "丁")]
    walked = sorted(shops, key=lambda shop: walk("370303", *shop))
    assert [name for _address, name in walked] == ["甲", "丁", "乙", "丙", "无址"]


@given(st.text(max_size=60))
def test_no_address_is_an_error(address: str) -> None:
    street, number = street_of(address)
    assert number >= 0
    assert isinstance(street, str)
    assert walk("370303", address, "店")
