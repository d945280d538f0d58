"""Pure parts: codes, door codes, names as compared and searched, cells, areas."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from zhijian.kernel.registry import codes, door, text
from zhijian.kernel.registry.import_.areas import AreaFinder
from zhijian.kernel.registry.import_.convert import FOREVER, Bad, Rich, clean
from zhijian.kernel.registry.import_.mapping import CONVERTERS
from zhijian.kernel.registry.search import highlight

REAL_CODES = ["91440300708461136T", "91330100799655058B", "91110108551385082Q"]  # regulations.md, section 7


@pytest.mark.parametrize("code", REAL_CODES)
def test_real_codes(code: str) -> None:
    assert codes.read_uscc(code) == codes.Code("uscc", code)


@given(st.integers(0, 99_999_999), st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_check_character_agrees_with_stdnum(serial: int, place: int, char: str) -> None:
    code = codes.make_uscc("91", "370303", serial)
    code = code[:place] + char + code[place + 1 :]
    try:
        ours = codes.read_uscc(code).code == code
    except codes.BadCode:
        ours = False
    assert ours == uscc.is_valid(code)


def test_codes_are_mended_only_where_the_check_character_then_fits() -> None:
    code = codes.make_uscc("91", "370303", 10)
    assert codes.read_uscc(code.replace("0", "O")) == codes.Code("uscc", code, "repaired")
    assert codes.read_uscc("370303000012345").scheme == "reg15"
    for bad, why in (("9.13703E+17", "scientific"), ("9137", "length"), (code[:-1] + "Z", "characters")):
        with pytest.raises(codes.BadCode) as error:
            codes.read_uscc(bad)
        assert error.value.why == why


def test_food_licence_numbers_warn_only() -> None:
    assert codes.food_licence_doubt("JY13202020009651") == ""
    assert codes.food_licence_doubt("SC10744030704994") == ""
    assert codes.food_licence_doubt("JY13202020009652") == "check_digit"
    assert codes.food_licence_doubt("鲁CA533112345") == ""


def test_door_code_reads_as_typed_and_catches_slips() -> None:
    code = door.new_door_code()
    assert door.read_door_code(f" {door.shown_door_code(code).lower()} ") == code
    assert door.read_door_code(code.replace("0", "O").replace("1", "l")) == code
    for i, char in enumerate(code):
        other = random.choice([c for c in door.ALPHABET if c != char])
        assert door.read_door_code(code[:i] + other + code[i + 1 :]) is None
    assert len({door.new_door_code() for _ in range(2_000)}) == 2_000


def test_names_fold_alike() -> None:
    assert text.fold("淄博（张店）ＡＢＣ 烤鱼店。") == text.fold("淄博(张店)abc烤鱼店") == "淄博张店ABC烤鱼店"
    folded, marks, initials, key = text.search_columns("张店银行烤鱼", "王乐")
    assert (folded, initials, key) == ("张店银行烤鱼", "zdyhky", "zhang dian yin hang kao yu")
    assert set(text.grams("银行")) < set(marks)
    assert not set(text.grams("王乐")) & set(marks)
    assert set(text.grams("王乐", text.PERSON_SALT)) < set(marks)


@given(st.text(max_size=60))
def test_any_text_can_be_a_name(name: str) -> None:
    folded, marks, initials, key = text.search_columns(name)
    assert all(-(2**31) <= m < 2**31 for m in marks)
    assert len(key) <= text.KEY_LENGTH
    assert len(initials) <= 200
    assert "".join(piece for piece, _ in highlight(name, folded[:2])) == name


def convert(how: str, cell: str, **spec: object) -> str:
    return CONVERTERS[how](spec, spec.get("tables", {}))(cell)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        *((cell, "2021-03-05") for cell in ("2021-03-05", "2021/3/5", "2021.3.5", "20210305", "2021年3月5日")),
        *((cell, "2021-03-05") for cell in ("２０２１-３-５", "44260", "44260.5", "2021-03-05 00:00:00")),
        *(("加工日期：2021-03-05", "2021-03-05"), ("长期", FOREVER), ("不详", ""), ("/", ""), ("", "")),
    ],
)  # fmt: skip
def test_days_as_people_write_them(cell: str, day: str) -> None:
    assert convert("date", cell) == day


def test_days_that_are_none() -> None:
    for cell, why in (("2021-02-30", "no_such_day"), ("昨天", "not_a_date"), ("1021-03-05", "too_early")):
        with pytest.raises(Bad) as error:
            convert("date", cell)
        assert error.value.why == why
    month = convert("date", "2024年2月", end=True)
    assert month == "2024-02-29"
    assert isinstance(month, Rich)
    assert month.note == "month_only"


def test_phones_names_numbers_lists() -> None:
    phone = convert("phone", "0533-2345678、１３９００000000")
    assert phone == "0533-2345678"
    assert isinstance(phone, Rich)
    assert phone.extra == {"phones": ["13900000000"]}
    assert convert("name", "淄博 味香 (张店) 饭店") == "淄博味香（张店）饭店"
    assert convert("name", "KEVIN'S HAMBURGER HEAVEN") == "KEVIN'S HAMBURGER HEAVEN"
    assert convert("decimal", "1,234.50万元", unit="万元") == "1234.50"
    assert convert("list", "热食类、冷食类；热食类") == '["热食类", "冷食类"]'
    assert clean("'0533") == "0533"
    assert clean("——") == ""
    with pytest.raises(Bad):
        convert("name", "12345")


AREAS = [
    ("3703", "淄博市市场监督管理局", "淄博", ""),
    ("370303", "张店区市场监督管理局", "张店", "3703"),
    ("3703G1", "淄博高新技术产业开发区市场监督管理局", "高新区", "3703"),
    ("370303009", "张店区市场监督管理局马尚市场监督管理所", "马尚所", "370303"),
]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("370303", "370303"), ("370303009", "370303009"), ("370303009012", "370303009"), ("马尚所", "370303009"),
        ("马尚市场监督管理所", "370303009"), ("张店区市场监督管理局", "370303"), ("淄博市张店区", "370303"),
        ("山东省淄博市张店区马尚街道共青团路1号", "370303009"), ("张店区马尚镇", "370303009"), ("高新区", "3703G1"),
        ("淄博高新区政通路", "3703G1"), ("北京市海淀区", ""),
    ],
)  # fmt: skip
def test_areas_are_found_in_what_people_write(said: str, code: str) -> None:
    finder = AreaFinder(AREAS, ("市场监督管理局", "市场监督管理所"), ("街道", "镇", "市场监督管理所"))
    assert finder.find(said) == code
