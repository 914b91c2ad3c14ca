"""Evaluations against their frameworks: items, full scores, totals, deductions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from gongbao.data.cells import did_you_mean, plain_number
from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings
from gongbao.rows import row_dicts

_LEVELS = ("一级", "二级")
_TOLERANCE = 1e-9  # scores have at most a few decimals; below this it is binary noise


def _differ(a: float, b: float) -> bool:
    return abs(a - b) > _TOLERANCE


def check_frameworks(dataset: Dataset, findings: Findings) -> None:
    """Parents exist in the same framework, and full scores add up to the parent's."""
    items = dataset.tables["framework_items"]
    rows = {
        (framework, item): index
        for index, framework, item in zip(items.index, items["framework_id"], items["item_id"], strict=True)
    }
    children: dict[tuple[str, str], list[int]] = {}
    for index, framework, parent in zip(items.index, items["framework_id"], items["parent_id"], strict=True):
        if not isinstance(parent, str):
            continue
        if (framework, parent) not in rows:
            known = [item for own, item in rows if own == framework and isinstance(item, str)]
            findings.error(
                "unknown-reference",
                dataset.place(items.iloc[index], "parent_id"),
                f"测评体系 {framework} 里没有测评项“{parent}”。{did_you_mean(parent, known)}",
                "请改正上级代码。",
            )
            continue
        children.setdefault((framework, parent), []).append(index)
    for key, indexes in children.items():
        full = float(items["full_score"].iloc[rows[key]])
        parts = items["full_score"].iloc[indexes]
        added = float(parts.sum())
        if full == full and parts.notna().all() and _differ(added, full):
            findings.warning(
                "full-score-sum",
                dataset.place(items.iloc[rows[key]], "full_score"),
                f"{key[1]} 满分 {plain_number(full)}，下级各项满分之和是 {plain_number(added)}。",
                "请核对满分。",
            )


def check_evaluations(dataset: Dataset, findings: Findings) -> None:
    """Objects exist; scores belong to the evaluation's framework, stay within full scores and add up."""
    evaluations, scores = dataset.tables["evaluations"], dataset.tables["eval_scores"]
    items = dataset.tables["framework_items"]
    _check_objects(dataset, evaluations, findings)
    known = {
        (framework, item): (full, level)
        for framework, item, full, level in zip(
            *(items[c].tolist() for c in ("framework_id", "item_id", "full_score", "level")), strict=True
        )
    }
    frameworks = {framework for framework, _ in known}
    own = {
        (region, year, evaluation): index
        for index, region, year, evaluation in zip(
            evaluations.index,
            *(evaluations[c].tolist() for c in ("region_code", "year", "eval_id")),
            strict=True,
        )
    }
    of_level: dict[tuple[str, str], set[str]] = {}
    for (framework, item), (_, level) in known.items():
        of_level.setdefault((framework, level), set()).add(item)
    by_level: dict[tuple[int, str], dict[str, float]] = {}
    rows = row_dicts(scores)
    columns = ("region_code", "year", "eval_id", "item_id", "score")
    for index, (region, year, evaluation, item, score) in enumerate(
        zip(*(scores[c].tolist() for c in columns), strict=True)
    ):
        if not isinstance(evaluation, str) or not isinstance(item, str):
            continue
        row = rows[index]
        if (region, year, evaluation) not in own:
            names = [e for r, y, e in own if (r, y) == (region, year) and isinstance(e, str)]
            findings.error(
                "unknown-reference",
                dataset.place(row, "eval_id"),
                f"本填报表的“评价”表里没有评价编号“{evaluation}”。{did_you_mean(evaluation, names)}",
                "请与“评价”表一致。",
            )
            continue
        parent = own[region, year, evaluation]
        framework = str(evaluations["framework_id"].iloc[parent])
        if framework not in frameworks:
            continue  # reported at the evaluation
        if (framework, item) not in known:
            names = [i for f, i in known if f == framework and isinstance(i, str)]
            findings.error(
                "unknown-reference",
                dataset.place(row, "item_id"),
                f"测评体系 {framework} 里没有测评项“{item}”。{did_you_mean(item, names)}",
                "请从测评体系目录里选。",
            )
            continue
        full, level = known[framework, item]
        _check_score(dataset, row, full, findings)
        if level in _LEVELS:
            by_level.setdefault((parent, level), {})[item] = score
    for (parent, level), given in by_level.items():
        evaluation = evaluations.iloc[parent]
        if set(given) == of_level[evaluation["framework_id"], level]:
            _check_total(dataset, evaluation, level, given, findings)


def _check_objects(dataset: Dataset, evaluations: pd.DataFrame, findings: Findings) -> None:
    regions = set(dataset.tables["regions"]["region_code"].dropna())
    schools = dataset.tables["schools"]
    own_schools: dict[tuple[str, float], set[str]] = {}
    for region, year, school in zip(
        *(schools[c].tolist() for c in ("region_code", "year", "school_id")), strict=True
    ):
        own_schools.setdefault((region, year), set()).add(school)
    columns = ("region_code", "year", "object_type", "object_id")
    for index, (region, year, kind, code) in enumerate(
        zip(*(evaluations[c].tolist() for c in columns), strict=True)
    ):
        if not isinstance(code, str) or not isinstance(kind, str):
            continue
        known, where = (
            (regions, "区划表")
            if kind in ("县", "乡镇")
            else (
                {s for s in own_schools.get((region, year), set()) if isinstance(s, str)},
                "本填报表的“学校”表",
            )
        )
        if code in known or (where == "区划表" and not regions):
            continue
        place = dataset.place(evaluations.iloc[index], "object_id")
        message = f"{where}里没有对象代码“{code}”。{did_you_mean(code, known, 0.8)}"
        if kind == "乡镇":  # few offices list their towns
            findings.warning("unknown-reference", place, message, "请在区划表里登记。")
        else:
            findings.error("unknown-reference", place, message, f"请改正，或先在{where}里登记。")


def _check_score(dataset: Dataset, row: Mapping[Any, Any], full: float, findings: Findings) -> None:
    score, deduction = row["score"], row["deduction"]
    if score - full > _TOLERANCE:
        findings.error(
            "score-above-full",
            dataset.place(row, "score"),
            f"得分 {plain_number(score)} 大于满分 {plain_number(full)}。",
            "请核对得分。",
        )
    if score == score and full == full and deduction == deduction and _differ(deduction, full - score):
        findings.error(
            "deduction-differs",
            dataset.place(row, "deduction"),
            f"扣分 {plain_number(deduction)}，满分 {plain_number(full)} 减得分 {plain_number(score)} "
            f"却是 {plain_number(full - score)}。",
            "请核对得分和扣分。",
        )
    lost = full - score if deduction != deduction else deduction
    if lost > _TOLERANCE and not isinstance(row["reason"], str):
        findings.warning(
            "no-reason",
            dataset.place(row, "reason"),
            f"扣了 {plain_number(lost)} 分，没有写扣分原因。",
            "请补上扣分和扣分原因。" if deduction != deduction else "请补上扣分原因。",
        )
    if lost > _TOLERANCE and row["status"] == "全部达到":
        findings.warning(
            "status-differs",
            dataset.place(row, "status"),
            f"扣了 {plain_number(lost)} 分，达标情况却是“全部达到”。",
            "请核对得分和达标情况。",
        )


def _check_total(
    dataset: Dataset,
    evaluation: pd.Series,
    of_level: str,
    given: dict[str, float],
    findings: Findings,
) -> None:
    """The total is the sum of the scores of a level of which every item has one."""
    total, added = evaluation["total"], sum(given.values())
    if total == total and added == added and _differ(total, added):
        findings.error(
            "total-differs",
            dataset.place(evaluation, "total"),
            f"总分 {plain_number(total)}，各{of_level}项得分之和是 {plain_number(added)}。",
            "请核对总分和各项得分。",
        )
