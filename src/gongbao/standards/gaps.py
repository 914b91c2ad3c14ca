"""What it would take: the shortfalls of schools, and levelling up to a coefficient's limit."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from gongbao.rows import row_dicts
from gongbao.standards.balance import BalanceResult
from gongbao.standards.difference import difference_coefficient
from gongbao.standards.outcome import Outcome
from gongbao.standards.rules import RULES

_SMALLEST_LIMIT = 1e-6  # below it a coefficient is made of rounding
_SLACK = 1e-9  # of a quick look at CV², for its rounding
_HALVINGS = 60  # of the interval that holds the floor: to the last digits of a float


@dataclass(frozen=True, slots=True, eq=False)
class GapPlan:
    """One way to bring a coefficient down to its limit by adding to the schools that have least.

    `total` is what is added in `unit`. `by_school` has a row for each unit that gets something, in
    the given order: key, pupils, numerator, added, value_before, value_after (for each `per` pupils).
    `cv_after` is the coefficient of the numbers after adding. `at_least` is a bound: no plan that
    only adds, with the same pupils, needs less.
    """

    total: float
    unit: str
    by_school: pd.DataFrame
    cv_before: float
    cv_after: float
    limit: float
    at_least: float


@dataclass(frozen=True, slots=True, eq=False)
class CoefficientGap:
    """A coefficient above its limit and the plan that closes the gap; keys of the plan are school_id."""

    standard: str
    level: str
    indicator_id: str
    cv: float
    limit: float
    plan: GapPlan


def close_gap(
    pupils: Sequence[float],
    numerators: Sequence[float],
    per: float,
    limit: float,
    whole: bool,
    *,
    unit: str = "",
    keys: Sequence[str] | None = None,
) -> GapPlan:
    """Level up the lowest schools until the difference coefficient is at most `limit`.

    Continuous resources: every school below a floor f (resource for each pupil) is raised to it.
    With wᵢ = Pᵢ/ΣP, rᵢ' = max(rᵢ, f), m = Σwᵢrᵢ', q = Σwᵢrᵢ'² we have CV² = q/m² − 1. Let W be the
    weight of the schools below f. Then dm/df = W, dq/df = 2fW and d(CV²)/df = 2W(fm − q)/m³ ≤ 0,
    because rᵢ' ≥ f gives q ≥ fm: CV falls with the floor, to 0 when all are equal, so bisection finds
    the lowest floor that suffices. It is also the cheapest plan: CV ≤ c says that the norm √q is at
    most √(1+c²)·m, a convex constraint on the additions, and the total is linear; at the floor every
    raised school has the same marginal effect, and none that is not raised has a better one, which
    are the Karush-Kuhn-Tucker conditions.

    Whole things: additions are rounded up to whole ones; a floor is searched for which the result
    suffices, and then everything is taken back that the limit does not need. No single thing can be
    left out of the plan, but it is one sufficient way and not proven to be the smallest; `at_least`
    is the continuous minimum rounded up.

    The coefficient after adding is computed anew from the numbers and is ≤ limit. No school loses
    anything. Without a gap the plan is empty. Raises ValueError like `difference_coefficient`, and
    for a limit below 1e-6.
    """
    if not limit >= _SMALLEST_LIMIT:
        raise ValueError(f"limit {limit}")
    people, things = [float(p) for p in pupils], [float(x) for x in numerators]
    before = difference_coefficient(people, things).cv
    added, minimum = [0.0] * len(people), 0.0
    if before > limit:
        added = _raise_to_floor(people, things, limit, whole=False)
        minimum = math.fsum(added)
        if whole:
            # the floor comes from bisection: a minimum of 3.0000000001 is 3
            minimum = max(1.0, math.ceil(minimum - 1e-9 * max(1.0, minimum)))
            added = _trim(people, things, _raise_to_floor(people, things, limit, whole=True), limit)
    after = [x + a for x, a in zip(things, added, strict=True)]
    rows = [
        (key, p, x, a, x / p * per, (x + a) / p * per)
        for key, p, x, a in zip(keys or range(len(people)), people, things, added, strict=True)
        if a > 0
    ]
    columns = ["key", "pupils", "numerator", "added", "value_before", "value_after"]
    return GapPlan(
        total=math.fsum(added),
        unit=unit,
        by_school=pd.DataFrame(rows, columns=columns),
        cv_before=before,
        cv_after=difference_coefficient(people, after).cv,
        limit=limit,
        at_least=minimum,
    )


def coefficient_gaps(result: BalanceResult) -> tuple[CoefficientGap, ...]:
    """A plan for each coefficient that fails its limit, in the order of `result.coefficients`.

    An undetermined coefficient has none: what closes a gap can't be told while schools are missing.
    A mixed school's share is raised like a school of its own.
    """
    failing = result.coefficients[result.coefficients["outcome"] == Outcome.FAIL.value]
    gaps = []
    for row in row_dicts(failing):
        rule = next(r for r in RULES[row["standard"]] if r.indicator_id == row["indicator_id"])
        units = result.indicators
        for name in ("indicator_id", "level", "standard"):
            units = units[units[name] == row[name]]
        plan = close_gap(
            list(units["students"]), list(units["numerator"]), rule.per, row["limit"], rule.whole,
            unit=rule.unit, keys=list(units["school_id"]),
        )  # fmt: skip
        gaps.append(
            CoefficientGap(row["standard"], row["level"], row["indicator_id"], row["cv"], row["limit"], plan)
        )
    return tuple(gaps)


def school_gaps(indicators: pd.DataFrame) -> pd.DataFrame:
    """What the schools below a threshold lack together, from school_rule.school_indicators.

    One row for each standard, level and indicator with a school below: standard, level,
    indicator_id, schools (how many), shortfall (sum, whole things rounded up in each school), unit.
    Schools whose numbers are missing are not in it.
    """
    failing = indicators[indicators["outcome"] == Outcome.FAIL.value]
    columns = ["standard", "level", "indicator_id"]
    rows = [
        (*key, len(group), math.fsum(group["shortfall"]), group["shortfall_unit"].iloc[0])
        for key, group in failing.groupby(columns, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*columns, "schools", "shortfall", "unit"])


def _raise_to_floor(people: list[float], things: list[float], limit: float, *, whole: bool) -> list[float]:
    """The additions of the lowest floor found whose coefficient, computed from the sums, is ≤ limit."""

    def additions(floor: float) -> list[float]:
        lacking = [max(0.0, floor * p - x) for p, x in zip(people, things, strict=True)]
        return [float(math.ceil(a)) for a in lacking] if whole else lacking

    def suffices(floor: float) -> bool:
        return _cv(people, things, additions(floor)) <= limit

    weights, amounts = np.asarray(people), np.asarray(things)

    def about_suffices(floor: float) -> bool:
        """The same in one pass of floats, to find the neighbourhood quickly."""
        lacking = np.maximum(0.0, floor * weights - amounts)
        ratios = (amounts + (np.ceil(lacking) if whole else lacking)) / weights
        mean = np.average(ratios, weights=weights)
        return bool(np.sqrt(np.average((ratios - mean) ** 2, weights=weights)) <= limit * mean)

    ratios = [x / p for p, x in zip(people, things, strict=True)]
    low, high = min(ratios), max(ratios)
    # Rounding up can overshoot in small schools, and by less and less as the floor rises.
    while not suffices(high):
        low, high = high, high * 2
    near = _bisect(about_suffices, low, high) if about_suffices(high) else high
    step = max(near * 1e-12, sys.float_info.min)
    while not suffices(near):  # the quick sums may err in the last digits
        near, step = min(high, near + step), step * 2
    return additions(near)


def _bisect(suffices: Callable[[float], bool], low: float, high: float) -> float:
    """A floor that suffices (as `high` does) just above one that does not."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        low, high = (low, middle) if suffices(middle) else (middle, high)
    return high


def _trim(people: list[float], things: list[float], added: list[float], limit: float) -> list[float]:
    """Take back whole things, from the best-provided raised school down, while the limit is kept."""
    plan, pupils, changed = list(added), math.fsum(people), True
    while changed:
        changed = False
        have = [x + a for x, a in zip(things, plan, strict=True)]
        total = math.fsum(have)
        square = math.fsum(x * x / p for x, p in zip(have, people, strict=True))
        for i in sorted((i for i, a in enumerate(plan) if a > 0), key=lambda i: (-have[i] / people[i], i)):
            step = plan[i]
            while step >= 1:
                less = things[i] + (plan[i] - step)
                new_total = total - step
                new_square = square - (have[i] ** 2 - less**2) / people[i]
                # CV² = q/m² − 1 from running sums: a quick look that saves most full calculations
                if (
                    step <= plan[i]
                    and new_square * pupils / new_total**2 - 1 <= limit**2 + _SLACK
                    and difference_coefficient(people, [*have[:i], less, *have[i + 1 :]]).cv <= limit
                ):
                    plan[i], have[i], total, square, changed = (
                        plan[i] - step,
                        less,
                        new_total,
                        new_square,
                        True,
                    )
                else:
                    step = step // 2
    return plan


def _cv(people: list[float], things: list[float], added: list[float]) -> float:
    return difference_coefficient(people, [x + a for x, a in zip(things, added, strict=True)]).cv
