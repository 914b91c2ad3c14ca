"""经费 as a workbook asks for it: 两个只增不减."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gongbao.present import Verdict
from gongbao.standards import Outcome, all_of, growth_disagreement, not_decreasing

BUDGET, PER_PUPIL = "general_public_budget", "per_pupil_budget"


def only_grow(values: pd.DataFrame) -> pd.DataFrame:
    """The frame of `Report.values` with `outcome`: this year's value is at least last year's, unrounded.

    `remark` says where the reported growth can't follow from the two values. Last year's value that
    was derived from the growth decides nothing by itself: then the sign of the growth does.
    """
    frame = values.copy()
    outcomes, remarks = [], []
    for row in frame.to_dict("records"):
        previous = None if row["previous_derived"] or math.isnan(row["previous"]) else row["previous"]
        rate = None if math.isnan(row["growth"]) else row["growth"]
        value = None if math.isnan(row["value"]) else row["value"]
        outcomes.append(not_decreasing(value, previous, rate) if value is not None else Outcome.UNDETERMINED)
        remarks.append(growth_disagreement(value, previous, rate))
    frame["outcome"] = pd.Series(outcomes, dtype=object, index=frame.index)
    frame["remark"] = remarks
    return frame


def finance_verdicts(budget: pd.DataFrame, per_pupil: pd.DataFrame) -> list[Verdict]:
    """两个只增不减: the general public budget, and the per-pupil amount of each stage (from `only_grow`)."""
    found: list[Verdict] = []
    for row in budget.to_dict("records"):
        found.append(
            Verdict(
                key="finance.budget",
                label="一般公共预算教育经费只增不减",
                outcome=row["outcome"].value,
                shown=f"{row['value_shown']}{row['unit']}，比上年{row['growth_shown']}"
                if not math.isnan(row["value"])
                else row["value_shown"],
                target="不低于上年",
                gap=_shortfall(row),
                value=_none(row["growth"]),
                limit=0.0,
                op=">=",
                indicator_id=row["indicator_id"],
                stage=row["stage"],
                statistic="增长率",
                headline=True,
            )
        )
    if len(per_pupil):
        rows = per_pupil.to_dict("records")
        down = [r for r in rows if r["outcome"] is Outcome.FAIL]
        unknown = [r for r in rows if r["outcome"] is Outcome.UNDETERMINED]
        words = []
        if down:
            words.append(f"{'、'.join(r['stage'] for r in down)}低于上年。")
        if unknown:
            words.append(f"{'、'.join(r['stage'] for r in unknown)}缺数据，无法比较。")
        found.append(
            Verdict(
                key="finance.per_pupil",
                label="各学段生均教育经费只增不减",
                outcome=all_of(r["outcome"] for r in rows).value,
                shown=f"{sum(r['outcome'] is Outcome.PASS for r in rows)}个/{len(rows)}个学段",
                target="各学段均不低于上年",
                gap="".join(words),
                headline=True,
            )
        )
        found.extend(
            Verdict(
                key=f"finance.per_pupil.{r['stage']}",
                label=f"{r['stage']}{r['name']}",
                outcome=r["outcome"].value,
                shown=f"{r['value_shown']}{r['unit']}，比上年{r['growth_shown']}"
                if not math.isnan(r["value"])
                else r["value_shown"],
                target="不低于上年",
                gap=_shortfall(r),
                value=_none(r["growth"]),
                limit=0.0,
                op=">=",
                stage=r["stage"],
                indicator_id=r["indicator_id"],
                statistic="增长率",
            )
            for r in rows
        )
    return found


def _shortfall(row: Mapping[Any, Any]) -> str:
    """What was missing to stay level with last year, in the words of the two printed values."""
    return f"上年为{row['previous_text']}。" if row["outcome"] is Outcome.FAIL else ""


def _none(value: float) -> float | None:
    return None if math.isnan(value) else value
