"""A verdict has three values: met, not met, and not to be decided from what is known."""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache


class Outcome(StrEnum):
    """The result of holding a value against a standard. Missing data never decide in either direction."""

    PASS = "pass"
    FAIL = "fail"
    UNDETERMINED = "undetermined"

    @property
    def label(self) -> str:
        """达标, 未达标 or 待定."""
        return {"pass": "达标", "fail": "未达标", "undetermined": "待定"}[self.value]


def all_of(outcomes: Iterable[Outcome]) -> Outcome:
    """The verdict on a whole whose parts must all be met.

    One part not met decides the whole; otherwise one open part leaves it open. No parts: nothing is
    known, so undetermined.
    """
    found = set(outcomes)
    if Outcome.FAIL in found:
        return Outcome.FAIL
    return Outcome.PASS if found == {Outcome.PASS} else Outcome.UNDETERMINED


def exact(value: float | Fraction) -> Fraction:
    """The number as it was written in decimal, without binary noise: 4.2 is 42/10.

    A float stands for the shortest decimal that reads back as the same float, which is what the
    office typed. Raises ValueError for NaN and infinities.
    """
    return value if isinstance(value, Fraction) else _exact(float(value))


@lru_cache(maxsize=4096)  # a school's pupils and a threshold come up again with every indicator
def _exact(number: float) -> Fraction:
    if not math.isfinite(number):
        raise ValueError(f"not a finite number: {number}")
    return Fraction(int(number)) if number.is_integer() else Fraction(repr(number))


def is_missing(value: float | Fraction | None) -> bool:
    """Whether a number is not there (None or NaN). Zero is there."""
    return value is None or (not isinstance(value, Fraction) and math.isnan(value))


def compare(value: float | Fraction | None, op: str, target: float | Fraction | None) -> Outcome:
    """Hold a value against a standard: `value op target`, with op one of ">=", "<=", "=".

    Both are taken unrounded: 0.501787 prints as 0.50 and is still above 0.50. A missing value or
    standard gives UNDETERMINED. Raises ValueError for another op.
    """
    if op not in (">=", "<=", "="):
        raise ValueError(f"unknown comparison {op!r}")
    if value is None or target is None or is_missing(value) or is_missing(target):
        return Outcome.UNDETERMINED
    left: float | Fraction = value
    right: float | Fraction = target
    if isinstance(value, Fraction) or isinstance(target, Fraction):
        left, right = exact(value), exact(target)
    met = left >= right if op == ">=" else left <= right if op == "<=" else left == right
    return Outcome.PASS if met else Outcome.FAIL
