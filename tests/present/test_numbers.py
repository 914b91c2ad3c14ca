"""Numbers as a bulletin prints them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.present import Number, against, change, half_up, plain


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (2.675, 2, "2.68"),  # binary 2.67499…: half-even on the float would print 2.67
        (0.125, 2, "0.13"),
        (-0.125, 2, "-0.13"),
        (1.005, 2, "1.01"),
        (0.5, 0, "1"),
        (2.5, 0, "3"),  # half-even would print 2
        (-0.004, 2, "0.00"),
    ],
)
def test_halves_go_away_from_zero(value: float, decimals: int, shown: str) -> None:
    assert plain(value, decimals) == shown


@given(st.integers(-(10**9), 10**9), st.integers(0, 6), st.integers(0, 4))
def test_half_up_is_the_nearest_and_halves_grow(units: int, scale: int, decimals: int) -> None:
    value = float(Decimal(units).scaleb(-scale))
    exact, shown = Fraction(repr(value)), Fraction(half_up(value, decimals))
    half = Fraction(1, 2 * 10**decimals)
    assert abs(exact - shown) <= half
    if abs(exact - shown) == half:
        assert abs(shown) > abs(exact)


def test_a_missing_value_cannot_be_rounded() -> None:
    with pytest.raises(ValueError, match="missing"):
        half_up(float("nan"), 2)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (Number(2.0, "亿元", qualifier="近"), "近2亿元"),  # 铜川 2012: 近2亿元
        (Number(1200.0, "处", qualifier="余"), "1200余处"),  # 平昌 2019
        (Number(80.3, "%", qualifier="以上"), "80.3%以上"),  # 平昌 2019
        (Number(3.0, "%", qualifier="左右"), "3%左右"),  # 天水
        (Number(15.16, "亿元", decimals=2), "15.16亿元"),
        (Number(0.0, "人"), "0人"),
        (Number(None, "人"), "—"),
        (Number(None, "人", missing="未报"), "未报"),
        (Number(3.0, "人", min_n=5), "<5人"),
        (Number(0.0, "人", min_n=5), "0人"),
        (Number(5.0, "人", min_n=5), "5人"),
    ],
)
def test_a_number_prints_with_unit_and_qualifier(number: Number, shown: str) -> None:
    assert str(number) == shown


def test_a_small_count_is_withheld_and_not_only_hidden() -> None:
    assert Number(3.0, "人", min_n=5).public is None
    assert Number(5.0, "人", min_n=5).public == 5.0


@pytest.mark.parametrize(
    ("growth", "kind", "words"),
    [
        (5.47, "amount", "增长5.47%"),  # 全国教育经费执行情况统计公告
        (-1.9, "amount", "下降1.90%"),
        (-0.04, "rate", "降低0.04个百分点"),
        (1.6, "rate", "提高1.60个百分点"),
        (0.0, "amount", "持平"),
        (None, "amount", "上年数据缺失"),
    ],
)
def test_a_change_is_in_percent_for_amounts_and_points_for_rates(
    growth: float | None, kind: str, words: str
) -> None:
    assert change(growth, kind=kind) == words


def test_a_value_beside_its_limit_shows_on_which_side_it_is() -> None:
    # 鸠江区 2023 小学骨干教师: 0.501787 prints as 0.50 and is above the limit of 0.50.
    assert plain(0.501787, 2) == "0.50"
    assert against(0.501787, 0.50, 2) == "0.502"
    assert against(0.501787, 0.50, 4) == "0.5018"
    assert against(0.5, 0.50, 2) == "0.50"
    assert against(6 / 261 * 100, 2.3, 2) == "2.299"
