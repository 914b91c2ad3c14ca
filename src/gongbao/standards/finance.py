"""Growth of spending and the rule that it only grows (只增不减)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from gongbao.standards.outcome import Outcome, compare, exact, is_missing


@dataclass(frozen=True, slots=True)
class YearOnYear:
    """A value of this year beside last year's.

    `value` and `previous` in the indicator's unit, `growth` in percent, None where not known;
    `previous_derived` and `growth_derived` say that the number was computed and not reported.
    `outcome` is not_decreasing; `note` (Chinese, "" if none) says where the reported numbers disagree.
    """

    value: float | None
    previous: float | None
    growth: float | None
    previous_derived: bool
    growth_derived: bool
    outcome: Outcome
    note: str


def growth(value: float | None, previous: float | None) -> float | None:
    """Growth in percent, from unrounded numbers; None when one is missing or last year's is zero.

    Raises ValueError for a negative number.
    """
    if value is None or previous is None or is_missing(value) or is_missing(previous):
        return None
    now, before = exact(value), exact(previous)
    if now < 0 or before < 0:
        raise ValueError("an amount below zero")
    return None if before == 0 else float((now / before - 1) * 100)


def previous_from_growth(value: float | None, growth_percent: float | None) -> float | None:
    """Last year's value from this year's and the reported growth in percent, unrounded; None when missing.

    Only as exact as the growth was printed. Raises ValueError for a growth of −100 % or less.
    """
    if value is None or growth_percent is None or is_missing(value) or is_missing(growth_percent):
        return None
    factor = 1 + exact(growth_percent) / 100
    if factor <= 0:
        raise ValueError(f"no last year's value from a growth of {growth_percent} %")
    return float(exact(value) / factor)


def not_decreasing(
    value: float | None, previous: float | None, growth_percent: float | None = None
) -> Outcome:
    """Whether this year's value is at least last year's (两个只增不减), compared unrounded.

    Where one of the two is missing the sign of the reported growth decides; without it, undetermined.
    """
    if is_missing(value) or is_missing(previous):
        return compare(growth_percent, ">=", 0)
    return compare(value, ">=", previous)


def growth_disagreement(value: float | None, previous: float | None, growth_percent: float | None) -> str:
    """A Chinese note if the reported growth can't follow from the two printed values, else "".

    Each number may have been rounded in its last printed digit; only what rounding can't explain
    is noted. "" too where a number is missing or last year's is zero.
    """
    computed = growth(value, previous)
    if computed is None or value is None or previous is None:
        return ""
    if growth_percent is None or is_missing(growth_percent):
        return ""
    low_now, high_now = _rounded_from(value)
    low_before, high_before = _rounded_from(previous)
    low_growth, high_growth = _rounded_from(growth_percent)
    lowest = (max(low_now, Fraction()) / high_before - 1) * 100
    highest = (high_now / low_before - 1) * 100 if low_before > 0 else None
    if high_growth >= lowest and (highest is None or low_growth <= highest):
        return ""
    shown = Decimal(repr(computed)).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return f"填报的增长率{Decimal(repr(float(growth_percent))):f}%与两年数值算得的{shown:f}%不一致"


def year_on_year(value: float | None, previous: float | None, growth_percent: float | None) -> YearOnYear:
    """Complete a value, last year's and the growth from each other, judge and check them."""
    known_previous = None if is_missing(previous) else previous
    known_growth = None if is_missing(growth_percent) else growth_percent
    last = known_previous if known_previous is not None else previous_from_growth(value, known_growth)
    rate = known_growth if known_growth is not None else growth(value, known_previous)
    return YearOnYear(
        value=None if is_missing(value) else value,
        previous=last,
        growth=rate,
        previous_derived=known_previous is None and last is not None,
        growth_derived=known_growth is None and rate is not None,
        outcome=not_decreasing(value, known_previous, known_growth),
        note=growth_disagreement(value, known_previous, known_growth),
    )


def _rounded_from(value: float) -> tuple[Fraction, Fraction]:
    """The interval that prints as this number: half a unit of its last digit to either side."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    digits = min(int(exponent), 0)  # 1200 may be exact to the unit
    half = Fraction(10) ** digits / 2
    return exact(value) - half, exact(value) + half
