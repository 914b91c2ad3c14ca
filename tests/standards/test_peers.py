"""What stands for several counties: weighted by the denominators, or the median; never of too few."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.standards.peers import LEAST_PEERS, Middle, median, together, typical, weighted_mean


def test_the_rate_of_a_city_is_all_numerators_over_all_denominators() -> None:
    # By hand: 900 of 1000, 400 of 500, 1900 of 2000 children: 3200 of 3500 are 91.428571… %.
    parts = [(90.0, 1000.0), (80.0, 500.0), (95.0, 2000.0)]
    assert together(parts) == Middle(pytest.approx(91.4285714285), 3, "weighted")


def test_without_the_denominator_of_one_county_it_is_the_median() -> None:
    assert together([(90.0, 1000.0), (80.0, None), (95.0, 2000.0)]) == Middle(90.0, 3, "median")


def test_a_denominator_of_zero_weighs_nothing_and_says_nothing_of_the_rate() -> None:
    assert together([(90.0, 1000.0), (80.0, 0.0), (95.0, 2000.0)]) == Middle(90.0, 3, "median")


def test_the_median_of_an_even_number_lies_between_the_two_in_the_middle() -> None:
    assert median([4.0, 1.0, 3.0, 100.0]) == 3.5
    assert median([7.0, 1.0, 3.0]) == 3.0
    assert median([]) is None


def test_of_fewer_than_three_counties_nothing_is_said() -> None:
    two = [(90.0, 1000.0), (80.0, 500.0)]
    assert LEAST_PEERS == 3
    assert together(two) is None and typical(value for value, _ in two) is None


def test_no_weight_is_negative() -> None:
    with pytest.raises(ValueError, match="negative"):
        weighted_mean([(1.0, -1.0)])
    assert weighted_mean([(1.0, 0.0)]) is None


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(1, 1e6)), min_size=3, max_size=30))
def test_what_stands_for_counties_lies_among_them(parts: list[tuple[float, float]]) -> None:
    values = [value for value, _ in parts]
    for middle in (together(parts), typical(values)):
        assert middle is not None and min(values) - 1e-9 <= middle.value <= max(values) + 1e-9
