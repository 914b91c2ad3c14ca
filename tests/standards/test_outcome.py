from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.standards.outcome import Outcome, all_of, compare, exact

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
numbers = st.floats(-1e9, 1e9)


def test_labels():
    assert [o.label for o in Outcome] == ["达标", "未达标", "待定"]
    assert [o.value for o in Outcome] == ["pass", "fail", "undetermined"]


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ([PASS, PASS], PASS),
        ([PASS, OPEN], OPEN),
        ([OPEN, FAIL, PASS], FAIL),
        ([], OPEN),
        ([FAIL], FAIL),
    ],
)
def test_a_whole_takes_all_its_parts(parts, whole):
    assert all_of(parts) is whole


@pytest.mark.parametrize("missing", [None, float("nan"), np.float64("nan")])
@pytest.mark.parametrize("op", [">=", "<=", "="])
def test_a_missing_number_decides_nothing(missing, op):
    assert compare(missing, op, 0.0) is OPEN
    assert compare(0.0, op, missing) is OPEN


def test_zero_is_a_number():
    assert compare(0.0, ">=", 1.0) is FAIL
    assert compare(0.0, "<=", 1.0) is PASS


def test_what_prints_like_the_limit_can_be_above_it():
    # 鸠江区 2023, published: 0.501787 prints as 0.50
    assert compare(0.501787, "<=", 0.50) is FAIL
    assert compare(0.50, "<=", 0.50) is PASS


def test_unknown_comparison():
    with pytest.raises(ValueError, match="between"):
        compare(1.0, "between", 2.0)


@given(numbers, numbers)
def test_compares_as_exact_decimals_do(value, limit):
    left, right = Fraction(repr(value)), Fraction(repr(limit))
    assert (compare(value, ">=", limit) is PASS) == (left >= right)
    assert (compare(value, "<=", limit) is PASS) == (left <= right)
    assert (compare(value, "=", limit) is PASS) == (left == right)
    assert compare(left, ">=", limit) is compare(value, ">=", right) is compare(left, ">=", right)


@given(st.integers(0, 10**6), st.integers(1, 10**4), st.integers(1, 10**4))
def test_a_ratio_is_compared_without_binary_noise(count, students, tenths):
    ratio = Fraction(count) * 100 / students
    assert (compare(ratio, ">=", tenths / 10) is PASS) == (count * 1000 >= tenths * students)


@given(st.decimals(-1000, 1000, places=3))
def test_exact_is_the_decimal_that_was_typed(typed):
    assert exact(float(typed)) == Fraction(typed)


def test_exact_needs_a_number():
    with pytest.raises(ValueError, match="finite"):
        exact(float("nan"))
