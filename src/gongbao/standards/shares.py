"""A printed rate held against the whole it is said to be of: which counts come nearest to it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from gongbao.standards.outcome import exact


@dataclass(frozen=True, slots=True)
class NearShares:
    """The two whole counts between which a rate lies that no whole count gives.

    `lower` of the whole prints as `lower_rate` %, `upper` (one more) as `upper_rate` %.
    """

    lower: int
    lower_rate: float
    upper: int
    upper_rate: float


def near_shares(rate: float, whole: float) -> NearShares | None:
    """The counts nearest to `rate` % of `whole` things, or None where one of them prints as that rate.

    A rate is taken as rounded half-up to the decimals it is written with: 96.75 % of 594 children can't
    be, since 574 are 96.63 % and 575 are 96.80 %. None too for a missing number, a rate outside
    0 to 100, or a whole that is not a whole number above zero.
    """
    if math.isnan(rate) or math.isnan(whole) or not 0 <= rate <= 100 or whole <= 0 or whole % 1:
        return None
    written = Decimal(repr(float(rate))).normalize().as_tuple().exponent
    decimals = max(0, -int(written))
    lower = math.floor(exact(rate) * exact(whole) / 100)
    upper = lower + 1
    rates = [_printed(Fraction(100 * count, int(whole)), decimals) for count in (lower, upper)]
    if Decimal(repr(float(rate))) in rates:
        return None
    return NearShares(lower, float(rates[0]), upper, float(rates[1]))


def _printed(share: Fraction, decimals: int) -> Decimal:
    unit = Decimal(1).scaleb(-decimals)
    # Half-up on the exact fraction: scaled to a whole number first, so that no binary digit comes in.
    scaled = share * 10**decimals
    whole = math.floor(scaled + Fraction(1, 2))
    return (Decimal(whole) * unit).quantize(unit, ROUND_HALF_UP)
