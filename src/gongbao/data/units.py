"""Units of measure: which ones mean the same and how to get from one to another, exactly."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

# Written forms of one unit. Everything else is compared as written.
_ALIASES = {
    "㎡": "平方米", "m2": "平方米", "m²": "平方米", "平米": "平方米", "平方公尺": "平方米",
    "％": "%", "百分之": "%", "人民币元": "元", "圆": "元", "人次数": "人次",
}  # fmt: skip
_MULTIPLIERS = {
    "百": Decimal(10**2), "千": Decimal(10**3), "万": Decimal(10**4), "十万": Decimal(10**5),
    "百万": Decimal(10**6), "千万": Decimal(10**7), "亿": Decimal(10**8),
}  # fmt: skip
_PREFIX = re.compile("^(十万|百万|千万|百|千|万|亿)(.*)$")
# Words that begin with a multiplier without being one.
_WHOLE_WORDS = ("百分点", "百分比", "千克", "千米", "百人", "千人")
_RATES = {"%": Decimal(1), "‰": Decimal("0.1")}


@lru_cache(maxsize=4096)
def split_unit(unit: str) -> tuple[Decimal, str]:
    """A unit as (multiplier, base unit): 万㎡ -> (10000, 平方米), ‰ -> (0.1, %), 亿 -> (10^8, "")."""
    unit = re.sub(r"\s+", "", unit)
    unit = _ALIASES.get(unit, unit)
    if unit in _RATES:
        return _RATES[unit], "%"
    match = _PREFIX.match(unit)
    if match is None or unit in _WHOLE_WORDS:
        return Decimal(1), unit
    return _MULTIPLIERS[match[1]], _ALIASES.get(match[2], match[2])


def conversion_factor(unit: str, target: str) -> Decimal | None:
    """What a number in `unit` is multiplied by to be in `target`; None where they measure different things.

    A bare multiplier (“近2亿”) takes its base unit from the target.
    """
    factor, base = split_unit(unit)
    target_factor, target_base = split_unit(target)
    if base == target_base or (not base and factor != 1):
        return factor / target_factor
    return None


def exact(number: float) -> Decimal:
    """A cell's number as the person typed it: Excel keeps 15 digits, the rest is binary noise."""
    return Decimal(f"{number:.15g}")


def convert(number: float, unit: str, target: str) -> float | None:
    """`number` in `unit` expressed in `target`, computed in decimals; None where it can't be."""
    factor = conversion_factor(unit, target)
    return None if factor is None else float(exact(number) * factor)
