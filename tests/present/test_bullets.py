"""A value against its threshold: the scale begins at zero and holds both."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.present.bullet import WIDTH, bullet

POSITIVE = st.floats(0.001, 1e9)


@given(POSITIVE, POSITIVE)
def test_bar_and_line_are_in_proportion_and_inside(value: float, limit: float) -> None:
    found = re.search(r'gb-value" y="3" width="([\d.]+)".* d="M([\d.]+) 0V12"', bullet(value, limit, "pass"))
    assert found is not None
    bar, line = map(float, found.groups())
    assert max(bar, line) < WIDTH
    assert bar * limit == pytest.approx(line * value, rel=1e-3, abs=0.011 * max(value, limit))


def test_zero_against_a_threshold_is_an_empty_bar() -> None:
    assert 'gb-value" y="3" width="0.00"' in bullet(0.0, 5.0, "fail")


@pytest.mark.parametrize(
    "value, limit", [(None, 1.0), (1.0, None), (0.0, 0.0), (-1.0, 2.0), (math.inf, 2.0), (math.nan, 2.0)]
)
def test_what_has_no_scale_is_not_drawn(value: float | None, limit: float | None) -> None:
    assert bullet(value, limit, "pass") == ""
