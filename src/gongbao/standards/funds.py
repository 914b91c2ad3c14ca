"""Earmarked money on its way: budget, received, paid (schema.FUNDS, 万元)."""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import pandas as pd

from gongbao.rows import make_frame, row_dicts
from gongbao.standards.outcome import exact

LEVELS = ("中央", "省", "市", "县")
_AMOUNTS = ("budget", "received", "paid")
_DERIVED = ("arrival_rate", "payment_rate", "not_received", "unpaid")
COLUMNS = ("programme", "level", *_AMOUNTS, *_DERIVED, "beneficiaries", "person_times")
_NUMBERS = (*_AMOUNTS, *_DERIVED, "beneficiaries", "person_times")


def fund_flow(funds: pd.DataFrame) -> pd.DataFrame:
    """Each programme and level with what follows from its amounts; programmes in the order reported.

    Columns: COLUMNS and `qualifier`. arrival_rate = received ÷ budget and payment_rate = paid ÷ received in %,
    not_received = budget − received and unpaid = received − paid in 万元 (below zero when more came or
    was spent than planned); NaN where a number is missing or the divisor is zero.
    """
    order = {programme: i for i, programme in enumerate(dict.fromkeys(funds["programme"]))}
    rows = sorted(row_dicts(funds), key=lambda r: (order[r["programme"]], LEVELS.index(r["level"])))
    found = [_complete(row) for row in rows]
    frame = make_frame(found, COLUMNS, _NUMBERS)
    frame["qualifier"] = [row["qualifier"] if isinstance(row["qualifier"], str) else "" for row in rows]
    return frame


def fund_totals(funds: pd.DataFrame) -> pd.DataFrame:
    """Each programme over all its levels: COLUMNS (level 合计) and `levels` (those that reported, as text).

    An amount is summed only when every level of the programme that reported anything gave it: a sum
    with a gap would look like a small budget. Persons are not summed, since every level counts the same
    ones; they are given where the levels that state them agree.
    """
    found = []
    for programme, group in funds.groupby("programme", sort=False):
        rows = sorted(row_dicts(group), key=lambda r: LEVELS.index(r["level"]))
        total: dict[str, Any] = {"programme": programme, "level": "合计"}
        total |= {name: _sum(row[name] for row in rows) for name in _AMOUNTS}
        for name in ("beneficiaries", "person_times"):
            stated = {row[name] for row in rows if not math.isnan(row[name])}
            total[name] = stated.pop() if len(stated) == 1 else math.nan
        found.append(_complete(total) | {"levels": "、".join(row["level"] for row in rows)})
    return make_frame(found, (*COLUMNS, "levels"), _NUMBERS)


def _complete(row: dict[Any, Any]) -> dict[Any, Any]:
    budget, received, paid = (row[name] for name in _AMOUNTS)
    return {
        name: row[name] for name in ("programme", "level", *_AMOUNTS, "beneficiaries", "person_times")
    } | {
        "arrival_rate": _share(received, budget),
        "payment_rate": _share(paid, received),
        "not_received": _minus(budget, received),
        "unpaid": _minus(received, paid),
    }


def _share(part: float, whole: float) -> float:
    if math.isnan(part) or math.isnan(whole) or not whole:
        return math.nan
    return float(100 * exact(part) / exact(whole))


def _minus(left: float, right: float) -> float:
    return math.nan if math.isnan(left) or math.isnan(right) else float(exact(left) - exact(right))


def _sum(numbers: Iterable[float]) -> float:
    found = list(numbers)
    if not found or any(math.isnan(n) for n in found):
        return math.nan
    return float(sum((exact(n) for n in found), Fraction()))
