"""Numbers as a bulletin prints them: half-up, with unit and qualifier, missing never as zero.

Conventions (domain.md B9): 四舍五入 on the decimal value; a change of an amount in %, a change of a
rate in 百分点; a growth is computed from unrounded values before it comes here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from gongbao.present.basis import Basis

# Qualifiers that stand before the number; the others stand behind it.
BEFORE = ("约", "近")
# “余” stands between number and unit (“1200余处”), the rest behind the unit (“80.3%以上”).
BETWEEN = ("余",)
DASH = "—"


def half_up(value: float, decimals: int) -> Decimal:
    """`value` rounded to `decimals` places, halves away from zero (四舍五入), as an exact decimal.

    Works on the shortest decimal that stands for the float, so that 2.675 becomes 2.68 and not 2.67.
    Raises ValueError for NaN and infinities: what is missing has no rounded value.
    """
    if not math.isfinite(value):
        raise ValueError("a missing or infinite value can't be rounded")
    return Decimal(repr(float(value))).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)


def plain(value: float | None, decimals: int | None = None, *, grouping: bool = False) -> str:
    """The digits alone: rounded half-up, or as they are when `decimals` is None. Missing: “—”."""
    if value is None or math.isnan(value):
        return DASH
    if decimals is None:
        number = Decimal(repr(float(value)))
        number = number.quantize(Decimal(1)) if number == number.to_integral_value() else number.normalize()
    else:
        number = half_up(value, decimals)
    if number == 0:
        number = abs(number)  # no “-0.0”
    return f"{number:,f}" if grouping else f"{number:f}"


def written_decimals(value: float) -> int:
    """Decimals of a number as it was written: 6.2 has one, 500 none."""
    exponent = Decimal(repr(float(value))).normalize().as_tuple().exponent
    return max(0, -int(exponent))


def against(value: float, limit: float, decimals: int) -> str:
    """`value` as printed beside the limit it is judged by: with more places where `decimals` would
    print the limit itself. 0.501787 against 0.50 is “0.502”, so that a reader sees why it fails.
    """
    if math.isnan(value) or math.isnan(limit) or value == limit:
        return plain(value, decimals)
    for places in range(decimals, decimals + 6):
        shown = plain(value, places)
        if Decimal(shown) != Decimal(repr(float(limit))):
            return shown
    return plain(value)


@dataclass(frozen=True, slots=True)
class Number:
    """One published value: what it is, how it is printed, and where it came from.

    `value` None means missing, then `missing` says why (未报, 不适用, 隐去). `min_n`: a count of 1 to
    min_n - 1 persons is printed “<5” and its raw value is withheld. `origin` is the cell, `ref`
    the submitted value that it is (`asking.value_ref`), `basis` how it was computed.
    """

    value: float | None
    unit: str = ""
    decimals: int | None = None
    qualifier: str = ""
    missing: str = ""
    min_n: int = 0
    origin: str = ""
    ref: str = ""
    basis: Basis | None = None

    @property
    def suppressed(self) -> bool:
        return self.value is not None and 0 < self.value < self.min_n

    @property
    def public(self) -> float | None:
        """The value that may leave the office: None when missing or suppressed."""
        return None if self.value is None or math.isnan(self.value) or self.suppressed else self.value

    @property
    def digits(self) -> str:
        """Number and qualifier without the unit, for a table whose header names the unit."""
        if self.value is None or math.isnan(self.value):
            return self.missing or DASH
        if self.suppressed:
            return f"<{self.min_n}"
        text = plain(self.value, self.decimals)
        return f"{self.qualifier}{text}" if self.qualifier in BEFORE else f"{text}{self.qualifier}"

    def __str__(self) -> str:
        if self.value is None or math.isnan(self.value):
            return self.missing or DASH
        if self.suppressed:
            return f"<{self.min_n}{self.unit}"
        text = plain(self.value, self.decimals)
        if self.qualifier in BEFORE:
            return f"{self.qualifier}{text}{self.unit}"
        if self.qualifier in BETWEEN:
            return f"{text}{self.qualifier}{self.unit}"
        return f"{text}{self.unit}{self.qualifier}"


def change(growth: float | None, *, kind: str = "amount", decimals: int = 2) -> str:
    """The change against last year in words: “增长5.59%”, “下降1.90%”, “提高1.60个百分点”, “持平”.

    `growth` is in percent for amounts and counts and in percentage points for rates (kind "rate").
    The direction comes from the unrounded value; only what is printed is rounded.
    """
    if growth is None or math.isnan(growth):
        return "上年数据缺失"
    if growth == 0:
        return "持平"
    size = plain(abs(growth), decimals)
    if kind == "rate":
        return f"{'提高' if growth > 0 else '降低'}{size}个百分点"
    return f"{'增长' if growth > 0 else '下降'}{size}%"
