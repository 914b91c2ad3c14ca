"""What a county's value is put beside: the value of its city, and that of the counties similar to it.

Only published values come in here, so nothing that is withheld can be told from what comes out. A county
without a value is left out: missing is not zero.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

How = Literal["own", "weighted", "median"]
LEAST_PEERS = 3  # of one or two counties a middle would be one of them, or say little but the other


@dataclass(frozen=True, slots=True)
class Middle:
    """A value that stands for several counties: `count` of them have a value. `how`: “own” is what the city
    has published of itself (`count` 0), the others are computed."""

    value: float
    count: int
    how: How


def weighted_mean(parts: Iterable[tuple[float, float]]) -> float | None:
    """The mean of (value, weight); None without any weight.

    For a rate whose weights are its denominators this is the rate of all counties together: the sum of the
    numerators over that of the denominators. Raises ValueError for a weight below zero.
    """
    pairs = [(Fraction(value), Fraction(weight)) for value, weight in parts]
    if any(weight < 0 for _, weight in pairs):
        raise ValueError("a weight can't be negative")
    whole = sum((weight for _, weight in pairs), Fraction())
    return float(sum((value * weight for value, weight in pairs), Fraction()) / whole) if whole else None


def median(values: Iterable[float]) -> float | None:
    """The middle value, of an even number the mean of the two in the middle; None of none."""
    ordered = sorted(values)
    if not ordered:
        return None
    half = len(ordered) // 2
    if len(ordered) % 2:
        return ordered[half]
    return float((Fraction(ordered[half - 1]) + Fraction(ordered[half])) / 2)


def together(parts: Iterable[tuple[float, float | None]]) -> Middle | None:
    """What (value, denominator or None) of a city's counties are together; None of fewer than LEAST_PEERS.

    Weighted by the denominators where all of them are known and the values are rates or ratios of them (the
    caller gives no others); else the median, in which a county counts as one, however large it is.
    """
    known = list(parts)
    if len(known) < LEAST_PEERS:
        return None
    weights = [(value, weight) for value, weight in known if weight]
    mean = weighted_mean(weights) if len(weights) == len(known) else None
    if mean is not None:
        return Middle(mean, len(known), "weighted")
    return typical(value for value, _ in known)


def typical(values: Iterable[float]) -> Middle | None:
    """The median of counties' values; None of fewer than LEAST_PEERS."""
    known = list(values)
    middle = median(known) if len(known) >= LEAST_PEERS else None
    return None if middle is None else Middle(middle, len(known), "median")
