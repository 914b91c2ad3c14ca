"""Values held against the threshold of their place and year: one verdict for each value that has one."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from gongbao.present import Verdict, plain
from gongbao.present.asking import value_ref
from gongbao.rows import row_dicts
from gongbao.standards import LocalTargets, Outcome, Target
from gongbao.standards.outcome import exact

SIGNS = {">=": "≥", "<=": "≤", "=": "="}
# What a qualifier says of the true number beside the one written.
_ABOVE, _BELOW = ("以上", "余"), ("以下", "近")


def judge_values(values: pd.DataFrame, targets: LocalTargets, area: str) -> list[Verdict]:
    """Verdicts for the rows of `Report.values` that have a threshold, in their order.

    A target whose rule is not confirmed decides nothing: the verdict is 待定 and says so. A value
    with 以上 is at least what is written, so it can pass “≥” and can't be said to keep “≤”.
    """
    found = []
    for row in row_dicts(values):
        target = targets.find(row["indicator_id"], "数值", row["stage"])
        if target:
            found.append(_verdict(row, target, area))
    return found


def _verdict(row: Mapping[Any, Any], target: Target, area: str) -> Verdict:
    known = not math.isnan(row["value"])
    outcome = _outcome(row["value"], row["qualifier"], target) if known else Outcome.UNDETERMINED
    unit = row["unit"]
    limit = f"{SIGNS[target.op]}{plain(target.value, None)}{unit}"
    shown = row["value_text"]
    gap = ""
    if not target.confirmed:
        gap = "标准值的依据尚待核实，不作结论。"
    elif outcome == Outcome.FAIL:
        gap = gap_words(row, target)
    elif not known:
        gap = "没有可以公布的数值。"
    elif outcome == Outcome.UNDETERMINED:
        gap = f"原文写“{row['qualifier']}”，不能断定。"
    stage = "" if row["stage"] in ("全部", row["stages"]) else row["stage"]
    return Verdict(
        key=f"{area}.{row['indicator_id']}.{row['stage']}",
        label=row["name"] if not stage or stage in row["name"] else f"{stage}{row['name']}",
        outcome=outcome.value,
        shown=shown,
        target=limit if target.confirmed else f"{limit}（待核实）",
        gap=gap,
        value=row["value"] if known else None,
        limit=target.value,
        op=target.op,
        stage=row["stage"],
        indicator_id=row["indicator_id"],
        statistic="数值",
        ref=value_ref(row["indicator_id"], row["stage"], row["period"]),
    )


def _outcome(value: float, qualifier: str, target: Target) -> Outcome:
    if not target.confirmed:
        return Outcome.UNDETERMINED
    outcome = target.judge(value)
    open_above = qualifier in _ABOVE and (target.op, outcome) in ((">=", Outcome.FAIL), ("<=", Outcome.PASS))
    open_below = qualifier in _BELOW and (target.op, outcome) in ((">=", Outcome.PASS), ("<=", Outcome.FAIL))
    return Outcome.UNDETERMINED if open_above or open_below else outcome


def gap_words(row: Mapping[Any, Any], target: Target) -> str:
    """How far a failing value is from its threshold, and for a share of whole things how many are missing."""
    difference = abs(exact(row["value"]) - exact(target.value))
    unit = "个百分点" if row["kind"] == "rate" else row["unit"]
    verb = "高出" if target.op == "<=" else "差"
    words = f"{verb}{plain(float(difference), None)}{unit}"
    numerator, denominator = row["numerator"], row["denominator"]
    if row["kind"] == "rate" and target.op == ">=" and not math.isnan(numerator) and denominator > 0:
        needed = math.ceil(exact(target.value) * exact(denominator) / 100) - exact(numerator)
        if needed > 0 and Fraction(needed).denominator == 1:
            words += f"，{row['numerator_name'] or '分子'}还差{needed}"
    return f"{words}。"
