"""两个只增不减 as a workbook asks for it (the rest of 经费 is in `money`)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gongbao.present import Verdict, basis_of
from gongbao.rows import row_dicts
from gongbao.standards import Outcome, all_of, growth_disagreement, not_decreasing
from gongbao.workbooks.bases import ONLY_GROW, growth_basis

BUDGET, PER_PUPIL = "general_public_budget", "per_pupil_budget"


def only_grow(values: pd.DataFrame) -> pd.DataFrame:
    """The frame of `Report.values` with `outcome`: this year's value is at least last year's, unrounded.

    `remark` says where the reported growth can't follow from the two values. Last year's value that
    was derived from the growth decides nothing by itself: then the sign of the growth does.
    """
    frame = values.copy()
    outcomes, remarks = [], []
    for row in row_dicts(frame):
        previous = None if row["previous_derived"] or math.isnan(row["previous"]) else row["previous"]
        rate = None if math.isnan(row["growth"]) else row["growth"]
        value = None if math.isnan(row["value"]) else row["value"]
        outcomes.append(not_decreasing(value, previous, rate) if value is not None else Outcome.UNDETERMINED)
        remarks.append(growth_disagreement(value, previous, rate))
    frame["outcome"] = pd.Series(outcomes, dtype=object, index=frame.index)
    frame["remark"] = remarks
    return frame


def finance_verdicts(
    budget: pd.DataFrame, per_pupil: pd.DataFrame, stages: Sequence[str] = (), year: int = 0
) -> list[Verdict]:
    """两个只增不减: the general public budget, and the per-pupil amount of each stage (from `only_grow`).

    The rule has both halves: one that was not reported is open, and so is a stage of `stages` (those
    published last year) that is silent now. Nothing reported at all: no verdicts. `year` is that of the frames.
    """
    if budget.empty and per_pupil.empty:
        return []
    whole = "一般公共预算教育经费只增不减"
    found = [_verdict("finance.budget", whole, row, year, headline=True) for row in row_dicts(budget)]
    if not found:
        found = [_open("finance.budget", whole, "不低于上年", "本年度未报送。")]
    each, target = "各学段生均教育经费只增不减", "各学段均不低于上年"
    rows = row_dicts(per_pupil)
    if not rows:
        return [*found, _open("finance.per_pupil", each, target, "本年度未报送各学段生均经费。")]
    silent = [stage for stage in stages if stage not in {row["stage"] for row in rows}]
    down = [row["stage"] for row in rows if row["outcome"] is Outcome.FAIL]
    unknown = [row["stage"] for row in rows if row["outcome"] is Outcome.UNDETERMINED] + silent
    words = ((down, "低于上年。"), (unknown, "缺数据，无法比较。"))
    outcomes = [row["outcome"] for row in rows] + [Outcome.UNDETERMINED] * len(silent)
    found.append(
        Verdict(
            key="finance.per_pupil",
            label=each,
            outcome=all_of(outcomes).value,
            target=target,
            headline=True,
            shown=(shown := f"{outcomes.count(Outcome.PASS)}个/{len(outcomes)}个学段"),
            basis=basis_of(
                ("finance.per_pupil",),
                each,
                shown,
                formula="每个学段的生均经费都不低于上年才算达标",
                rule=ONLY_GROW,
                counted="；".join(f"{r['stage']} {r['growth_shown']}" for r in rows),
                source="；".join(dict.fromkeys(r["source"] for r in rows if r["source"])),
            ),
            gap="".join("、".join(which) + end for which, end in words if which),
        )
    )
    own = (_verdict(f"finance.per_pupil.{r['stage']}", f"{r['stage']}{r['name']}", r, year) for r in rows)
    return [*found, *own]


def _verdict(key: str, label: str, row: Mapping[Any, Any], year: int, *, headline: bool = False) -> Verdict:
    known = not math.isnan(row["value"])
    growth = f"，比上年{row['growth_shown']}" if row["growth_shown"] != "—" else ""
    return Verdict(
        key=key, label=label, outcome=row["outcome"].value, target="不低于上年", gap=_shortfall(row),
        shown=f"{row['value_shown']}{row['unit']}{growth}" if known else row["value_shown"],
        value=_none(row["growth"]), limit=0.0, op=">=", stage=row["stage"],
        indicator_id=row["indicator_id"], statistic="增长率", headline=headline,
        basis=growth_basis(row, year, (key,), rule=ONLY_GROW) if known else None,
    )  # fmt: skip


def _open(key: str, label: str, target: str, gap: str) -> Verdict:
    outcome = Outcome.UNDETERMINED.value
    return Verdict(key=key, label=label, outcome=outcome, shown="未报", target=target, gap=gap, headline=True)


def _shortfall(row: Mapping[Any, Any]) -> str:
    """What was missing to stay level with last year, in the words of the two printed values."""
    return f"上年为{row['previous_text']}。" if row["outcome"] is Outcome.FAIL else ""


def _none(value: float) -> float | None:
    return None if math.isnan(value) else value
