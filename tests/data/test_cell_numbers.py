"""Numbers as people write them."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.data.cells import CellError, Number, number_of, parse_number, plain_number
from gongbao.data.units import conversion_factor, convert

decimals = st.decimals(min_value=-(10**12), max_value=10**12, allow_nan=False, allow_infinity=False, places=3)


def full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


@settings(max_examples=60, deadline=None)
@given(decimals, st.booleans(), st.booleans(), st.sampled_from(["", " ", "\u00a0", "\u3000", "\u200b", "\n"]))
def test_written_forms_round_trip(number: Decimal, grouped: bool, wide: bool, space: str) -> None:
    text = f"{number:,.3f}" if grouped else f"{number:.3f}"
    parsed = parse_number(space + (full_width(text) if wide else text) + space)
    assert parsed.value == number
    assert parsed.changed == ("," in text)
    assert not parsed.percent
    assert not parsed.masked


@settings(max_examples=60, deadline=None)
@given(st.decimals(min_value=0, max_value=200, places=2))
def test_percent_text_and_percent_format_agree(number: Decimal) -> None:
    shown = parse_number(f"{number}%")
    stored = number_of(float(number / 100), percent_format=True)
    assert (shown.value, shown.percent) == (number, True)
    assert (stored.value, stored.percent) == (number, True)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("近2亿", Number(Decimal(2), False, "近", "亿", True)),
        ("约3%", Number(Decimal(3), True, "约", "", True)),
        ("3%左右", Number(Decimal(3), True, "左右", "", True)),
        ("10余次", Number(Decimal(10), False, "余", "次", True)),
        ("1200余", Number(Decimal(1200), False, "余", "", True)),
        ("80.3%以上", Number(Decimal("80.3"), True, "以上", "", True)),
        ("1234人", Number(Decimal(1234), False, "", "人", True)),
        ("１２３", Number(Decimal(123))),
        ("1,234", Number(Decimal(1234), changed=True)),
        ("12 345", Number(Decimal(12345))),
        ("－5.5", Number(Decimal("-5.5"))),
        ("15.16 亿元", Number(Decimal("15.16"), False, "", "亿元", True)),
    ],
)
def test_numbers_of_real_reports(text: str, number: Number) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize(
    "text", ["x", "X", "XX", "**", "x.3%", "—", "——", "-", "…", "/", "8x", "x万元", "－"]
)
def test_masked_is_missing_not_zero(text: str) -> None:
    assert parse_number(text).masked


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1e5", "scientific"),
        ("1.5E+10", "scientific"),
        ("比增5.47%", "ambiguous-change"),
        ("5.47%（增长）", "ambiguous-change"),
        ("5²", "not-a-number"),
        ("①", "not-a-number"),
        ("1/2", "not-a-number"),
        ("3-5", "not-a-number"),
        ("1 2", "not-a-number"),
        ("1,23", "not-a-number"),
        ("12*", "not-a-number"),
        ("1.2.3", "not-a-number"),
        ("三百", "not-a-number"),
        ("无", "not-a-number"),
        ("nan", "not-a-number"),
        ("inf", "not-a-number"),
        ("٣", "not-a-number"),
    ],
)
def test_what_is_not_a_number(text: str, code: str) -> None:
    with pytest.raises(CellError) as caught:
        parse_number(text)
    assert caught.value.code == code


def test_excel_keeps_fifteen_digits() -> None:
    assert number_of(0.1 + 0.2).value == Decimal("0.3")
    assert number_of(0.858, percent_format=True).value == Decimal("85.8")


@pytest.mark.parametrize(
    ("number", "unit", "target", "result"),
    [
        (15.16, "亿元", "万元", 151600.0),
        (19415, "万元", "亿元", 1.9415),
        (7.371923, "万㎡", "平方米", 73719.23),
        (24.7, "万人次", "人次", 247000.0),
        (2, "亿", "亿元", 2.0),
        (85.8, "%", "%", 85.8),
        (12, "‰", "%", 1.2),
        (3, "所", "所", 3.0),
        (3, "所", "个", None),
        (3, "人", "人次", None),
        (3, "百分点", "%", None),
    ],
)
def test_unit_conversion(number: float, unit: str, target: str, result: float | None) -> None:
    assert convert(number, unit, target) == result


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["元", "千元", "万元", "百万元", "亿元"]),
    st.sampled_from(["元", "万元", "亿元"]),
    decimals,
)
def test_unit_conversion_loses_nothing(unit: str, target: str, number: Decimal) -> None:
    there, back = conversion_factor(unit, target), conversion_factor(target, unit)
    assert there is not None
    assert back is not None
    assert number * there * back == number


@pytest.mark.parametrize(
    ("number", "text"), [(1e5, "100000"), (0.5, "0.5"), (1e-7, "0.0000001"), (100.0, "100")]
)
def test_plain_number(number: float, text: str) -> None:
    assert plain_number(number) == text
    assert not math.isnan(float(plain_number(number)))
