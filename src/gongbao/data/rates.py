"""Which rates a count can give: 574 of 594 is 96.63 %, 575 is 96.80 %, and no number of children is 96.75 %."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal

from gongbao.data.cells import plain_number
from gongbao.data.units import exact

SCALES = {"%": 100, "‰": 1000}
_FINEST = 6  # decimals beyond which a value was computed, not printed
# Sums of money and areas are no whole numbers of anything: every rate is possible.
MEASURED = ("经费", "资金", "投入", "支出", "预算", "面积", "金额", "工资", "费", "值", "产值")


def step(written: Decimal) -> Decimal:
    """The last decimal a number is written with: 96.75 -> 0.01."""
    return Decimal(1).scaleb(-min(max(-int(written.as_tuple().exponent), 0), _FINEST))


def gives(part: Decimal, whole: Decimal, rate: Decimal, unit: str) -> bool:
    """Whether part ÷ whole, rounded half-up as the rate is written, is the rate. `whole` > 0."""
    last = step(rate)
    computed = part / whole * SCALES[unit]
    return computed.quantize(last, ROUND_HALF_UP) == rate.quantize(last, ROUND_HALF_UP)


def neighbours(rate: float, whole: float, unit: str) -> list[tuple[int, str]]:
    """The whole numbers that come nearest to a rate of `whole`, from below and from above, each with the
    rate it gives as printed; one alone where it gives the rate itself. [] where `whole` counts nothing."""
    written, count = exact(rate), exact(whole)
    if count <= 0 or count % 1 or not 0 <= written <= SCALES[unit]:
        return []
    lower = math.floor(written * count / SCALES[unit])
    near = [n for n in (lower, lower + 1) if n <= count]
    fitting = [n for n in near if gives(Decimal(n), count, written, unit)]
    digits = min(step(written), Decimal("0.01"))
    return [
        (n, plain_fixed((Decimal(n) / count * SCALES[unit]).quantize(digits, ROUND_HALF_UP)))
        for n in (fitting[:1] or near)
    ]


def plain_fixed(number: Decimal) -> str:
    """All of a number's decimals: 96.80, as a document prints it."""
    return f"{number:f}"


def hint(rate: float, whole: float, unit: str) -> str:
    """What a reader should know of a rate that its counts don't give: “分子是 575 时才得 96.8%”, or the
    neighbours; "" where nothing can be said."""
    near = neighbours(rate, whole, unit)
    if not near:
        return ""
    shown = "、".join(f"{n} 得 {text}{unit}" for n, text in near)
    if len(near) == 1 and gives(Decimal(near[0][0]), exact(whole), exact(rate), unit):
        return f"分母是 {plain_number(whole)} 时，分子应为 {near[0][0]}。"
    return f"分母是 {plain_number(whole)} 时，没有一个整数的分子能得到它：{shown}。"
