"""Invented county figures and evaluations for the sample counties (codes 99xxxx)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np
import pandas as pd

from gongbao.standards import grade_for

FRAMEWORK = "sample_duty"
STAGES = {"幼儿园": 5200.0, "小学": 11200.0, "初中": 14600.0, "普通高中": 12900.0, "职业高中": 16400.0}
# The county-year in which one stage's spending for each pupil falls.
FALL = ("990103", 2022, "普通高中")
# What a county did not report, or does not have.
MISSING = {
    ("990106", 2023, "per_pupil_budget", "职业高中"): "未报",
    ("990102", 2022, "nutrition_county_funds", "义务教育"): "不适用",
}
_REASONS = (
    ("佐证材料不完整，个别学校没有按要求归档", "年底前补齐材料，按季核对"),
    ("部分乡村学校落实不到位", "逐校列出清单，明确责任人和时限，半年内完成"),
    ("比上年有进步，但没有达到规定标准", "列入下年度重点任务和预算，按月跟踪"),
    ("抽查的学校中有两所不符合要求", "限期整改，整改后组织复查"),
)


def finance_rows(
    code: str,
    budget: float,
    years: tuple[int, ...],
    rng: np.random.Generator,
    level: float = 1.0,
    falls: Collection[tuple[str, int, str]] = (FALL,),
) -> dict[int, list[dict[str, Any]]]:
    """Spending of each year with growth over the year before, from the figures as they are filed.

    `level`: spending for each pupil against the usual, in the year before the first; `falls`: county, year
    and stage where it goes down.
    """
    factor = 1 + (int(code) % 10 - 3) * 0.02
    money = {"total_education_funds": round(budget * 1.28, 4), "general_public_budget": round(budget, 4)}
    pupils = {stage: round(base * factor * level, 2) for stage, base in STAGES.items()}
    result = {}
    for year in years:
        rows: list[dict[str, Any]] = []

        def add(
            indicator: str,
            stage: str,
            value: float,
            unit: str,
            before: float | None,
            year: int = year,
            rows: list[dict[str, Any]] = rows,
        ) -> None:
            row = {"indicator_id": indicator, "stage": stage, "source_id": "sample-finance"}
            missing = MISSING.get((code, year, indicator, stage))
            rows.append(
                row
                | {
                    "statistic": "数值",
                    "value": None if missing else value,
                    "unit": unit,
                    "missing_code": missing,
                }
            )
            if before is not None:
                growth = None if missing else round((value / before - 1) * 100, 2)
                rows.append(
                    row | {"statistic": "增长率", "value": growth, "unit": "%", "missing_code": missing}
                )

        for name, before in list(money.items()):
            money[name] = round(before * (1 + rng.uniform(0.025, 0.075)), 4)
            add(name, "全部", money[name], "亿元", before)
        for stage, before in list(pupils.items()):
            growth = -0.0235 if (code, year, stage) in falls else rng.uniform(0.012, 0.085)
            pupils[stage] = round(before * (1 + growth), 2)
            add("per_pupil_budget", stage, pupils[stage], "元", before)
        for stage, value in {"幼儿园": 600, "小学": 720, "初中": 940, "高中": 1000}.items():
            add("per_pupil_public_funds", stage, value, "元", None)
        add(
            "nutrition_county_funds",
            "义务教育",
            float(round(420 * factor + 35 * (year - years[0]))),
            "万元",
            None,
        )
        result[year] = rows
    return result


def evaluation_rows(
    code: str,
    year: int,
    strict: float,
    items: pd.DataFrame,
    bands: pd.DataFrame,
    notes: dict[str, tuple[str, str]],
    rng: np.random.Generator,
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """A self-evaluation and the city's recheck: evaluations, and a score for each of the 35 items.

    `strict`: the share of items that lose points at the recheck; `notes`: item -> reason and fix of a
    deduction that the county's own figures explain.
    """
    own = items[(items["framework_id"] == FRAMEWORK) & (items["level"] == "二级")]
    bands = bands[bands["framework_id"] == FRAMEWORK]
    self_id, recheck_id = f"{code}-{year}-ZP", f"{code}-{year}-FP"
    scores: dict[str, list[dict[str, Any]]] = {self_id: [], recheck_id: []}
    for item in own.to_dict("records"):
        full, draw, generous = float(item["full_score"]), rng.random(), rng.random()
        size, reason = int(rng.integers(1, 4)), _REASONS[int(rng.integers(len(_REASONS)))]
        explained = notes.get(item["item_id"])
        loss = min(full, size * 0.5) if draw < strict or explained else 0.0
        for eval_id, deduction in (
            (self_id, 0.0 if generous < 0.45 and not explained else loss),
            (recheck_id, loss),
        ):
            row: dict[str, Any] = {
                "eval_id": eval_id,
                "item_id": item["item_id"],
                "score": full - deduction,
                "deduction": deduction,
            }
            row["status"] = "全部达到" if not deduction else "基本达到" if deduction <= full / 2 else "未达到"
            if deduction:
                row["reason"], row["planned_fix"] = explained or reason
            scores[eval_id].append(row)
    evaluations = []
    for eval_id, step, date in ((self_id, "自评", f"{year}-11-15"), (recheck_id, "市复评", f"{year}-12-20")):
        total = sum(row["score"] for row in scores[eval_id])
        evaluations.append(
            {
                "eval_id": eval_id,
                "framework_id": FRAMEWORK,
                "object_type": "县",
                "object_id": code,
                "step": step,
                "date": date,
                "total": total,
                "grade": grade_for(total, bands),
                "source_id": "sample-evaluation",
            }
        )
    return evaluations, [*scores[self_id], *scores[recheck_id]]
