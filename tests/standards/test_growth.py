import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.standards import (
    Outcome,
    growth,
    growth_disagreement,
    not_decreasing,
    previous_from_growth,
    year_on_year,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
# 平昌县 2019 self-evaluation: spending for each pupil (元), growth in %, and last year's value from them
PINGCHANG = {
    "幼儿园": (3055.61, 33.44, 2289.88),
    "小学": (11648.78, 6.2, 10968.72),
    "初中": (13418.99, 7.55, 12476.98),
    "普通高中": (7917.15, 1.59, 7793.24),
    "职业高中": (18748.02, 8.2, 17327.19),
    "预算（亿元）": (11.71, 5.59, 11.09),
}
money = st.decimals("0.01", 10**7, places=2).map(float)


@pytest.mark.parametrize(("value", "percent", "previous"), PINGCHANG.values(), ids=list(PINGCHANG))
def test_last_year_follows_from_value_and_growth(value, percent, previous):
    assert previous_from_growth(value, percent) == pytest.approx(previous, abs=0.005)
    trend = year_on_year(value, None, percent)
    assert trend.previous == pytest.approx(previous, abs=0.005)
    assert (trend.previous_derived, trend.growth_derived) == (True, False)
    assert (trend.outcome, trend.note) == (PASS, "")
    # and the derived value, printed, agrees with the printed growth
    assert growth_disagreement(value, previous, percent) == ""


@pytest.mark.parametrize(
    ("value", "previous", "percent"),
    [(22576.01, 21405.67, 5.47), (7681.02, 6901.77, 11.29)],  # national notice, 教财〔2015〕9号
)
def test_published_growth_reproduces(value, previous, percent):
    assert growth(value, previous) == pytest.approx(percent, abs=0.005)
    assert growth_disagreement(value, previous, percent) == ""
    trend = year_on_year(value, previous, None)
    assert trend.growth_derived
    assert trend.outcome is PASS


def test_a_growth_that_the_values_cannot_give_is_noted():
    note = growth_disagreement(22576.01, 21405.67, 5.74)
    assert note == "填报的增长率5.74%与两年数值算得的5.47%不一致"
    assert year_on_year(22576.01, 21405.67, 5.74).note == note


def test_only_what_rounding_cannot_explain_is_noted():
    # 11.71 and 11.09 亿元 are rounded: growth may be 5.50 to 5.68 %
    assert growth_disagreement(11.71, 11.09, 5.51) == ""
    assert growth_disagreement(11.71, 11.09, 5.4) != ""
    assert growth_disagreement(11.71, None, 50) == ""
    assert growth_disagreement(11.71, 0, 50) == ""


@pytest.mark.parametrize(
    ("value", "previous", "percent", "outcome"),
    [
        (100.0, 100.0, None, PASS),
        (100.001, 100.004, None, FAIL),  # both print as 100.00
        (100.0, None, 0.0, PASS),
        (100.0, math.nan, -0.01, FAIL),
        (None, None, 3.0, PASS),
        (None, 100.0, 3.0, PASS),
        (100.0, None, None, OPEN),
        (None, 100.0, math.nan, OPEN),
        (99.0, 100.0, 5.0, FAIL),  # the values decide, whatever growth was reported
        (0.0, 0.0, None, PASS),
    ],
)
def test_not_decreasing(value, previous, percent, outcome):
    assert not_decreasing(value, previous, percent) is outcome
    assert year_on_year(value, previous, percent).outcome is outcome


def test_missing_stays_missing():
    trend = year_on_year(math.nan, None, None)
    assert (trend.value, trend.previous, trend.growth, trend.outcome) == (None, None, None, OPEN)
    assert growth(None, 5) is growth(5, math.nan) is growth(5, 0) is None
    assert previous_from_growth(None, 5) is previous_from_growth(5, math.nan) is None


@pytest.mark.parametrize(("value", "previous"), [(-1, 5), (5, -1)])
def test_amounts_are_not_negative(value, previous):
    with pytest.raises(ValueError, match="below zero"):
        growth(value, previous)


def test_nothing_shrinks_by_all_of_itself():
    with pytest.raises(ValueError, match="-100"):
        previous_from_growth(5, -100)


@given(money, money)
def test_growth_in_exact_arithmetic(value, previous):
    exact = (Fraction(str(value)) / Fraction(str(previous)) - 1) * 100
    assert growth(value, previous) == float(exact)
    assert (not_decreasing(value, previous) is PASS) == (exact >= 0)


@given(money, money)
def test_rounded_growth_never_disagrees(value, previous):
    printed = round(growth(value, previous), 2)
    assert growth_disagreement(value, previous, printed) == ""


@given(money, money)
def test_last_year_comes_back(value, previous):
    assert previous_from_growth(value, growth(value, previous)) == pytest.approx(previous)
