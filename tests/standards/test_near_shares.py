"""A printed rate against the whole it is said to be of."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.standards.shares import NearShares, near_shares


def test_no_number_of_594_children_is_96_75_percent() -> None:
    # 平昌县 2019: 574 are 96.63 %, 575 are 96.80 % (domain.md A5)
    assert near_shares(96.75, 594) == NearShares(574, 96.63, 575, 96.8)


@pytest.mark.parametrize(
    ("rate", "whole"), [(96.8, 594), (96.63, 594), (100, 594), (0, 7), (33.3, 3), (66.7, 3)]
)
def test_a_rate_that_a_count_gives_needs_no_remark(rate: float, whole: float) -> None:
    assert near_shares(rate, whole) is None


@pytest.mark.parametrize(
    ("rate", "whole"), [(math.nan, 594), (96.75, math.nan), (101, 10), (-1, 10), (50, 0), (50, 2.5)]
)
def test_nothing_is_said_without_a_count_of_whole_things(rate: float, whole: float) -> None:
    assert near_shares(rate, whole) is None


@given(st.integers(1, 5000), st.data())
def test_every_count_gives_its_own_rate(whole: int, data: st.DataObject) -> None:
    count = data.draw(st.integers(0, whole))
    printed = (Decimal(count) * 100 / Decimal(whole)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    assert near_shares(float(printed), whole) is None
