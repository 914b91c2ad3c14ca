"""How a county government fulfils its education duties: scores, deductions, grade, self against recheck.

Evaluation trees and grade bands are data (国办 2017 办法 and its local versions differ in both).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from gongbao.rows import make_frame, row_dicts
from gongbao.standards.outcome import Outcome, compare, exact

STEPS = ("自评", "市复评", "省评", "复查")
STATUSES = {"全部达到": "met", "基本达到": "basic", "未达到": "unmet"}
_ASPECT, _ITEM, _POINT = "一级", "二级", "测评点"
_TREE_COLUMNS = (
    "item_id", "parent_id", "aspect_id", "level", "depth", "no", "name", "rule", "full_score", "score",
    "deduction", "status", "reason", "planned_fix", "evidence",
)  # fmt: skip
_ASPECT_COLUMNS = (
    "aspect_id", "no", "name", "full_score", "score", "deduction", "items", *STATUSES.values(), "unknown",
)  # fmt: skip
_DEDUCTION_COLUMNS = (
    "item_id", "aspect_id", "level", "no", "name", "full_score", "score", "deduction", "reason",
    "planned_fix", "related",
)  # fmt: skip
_NUMBERS = ("full_score", "score", "deduction")
_Node = dict[Any, Any]  # a row of `DutyResult.tree`


@dataclass(frozen=True, slots=True)
class DutyTotals:
    """Sums of an evaluation: `full` and `score` over the aspects (NaN while one lacks its number).

    `reported` is the total that the evaluation states (NaN if none), `total` that or else `score`.
    `aspects`, `items`, `points` count the tree; `by_status` the items (全部达到, 基本达到, 未达到, 未报).
    """

    full: float
    score: float
    reported: float
    total: float
    aspects: int
    items: int
    points: int
    by_status: dict[str, int]


@dataclass(frozen=True, slots=True, eq=False)
class DutyResult:
    """One evaluation of one object (schema.EVALUATIONS).

    - `tree`: every node of the framework, depth first in the framework's order: item_id, parent_id,
      aspect_id, level, depth (0 at the top), no, name, rule, full_score, score, deduction, status,
      reason, planned_fix, evidence. A score that is not reported follows from full score and
      deduction (and the other way round), or from the parts when each of them has one; else NaN.
    - `aspects`: aspect_id, no, name, full_score, score, deduction, items and of these met, basic,
      unmet, unknown.
    - `deductions`: item_id, aspect_id, level, no, name, full_score, score, deduction (> 0, without
      what its parts already list), reason, planned_fix, related (parts not fully met, as text).
    - `grade`: by `grade_for` where the bands apply (`grade_computed`), else the reported one.
    - `notes`: Chinese; where the reported numbers disagree.
    """

    eval_id: str
    framework_id: str
    object_id: str
    step: str
    date: str | None
    tree: pd.DataFrame
    aspects: pd.DataFrame
    deductions: pd.DataFrame
    totals: DutyTotals
    grade: str | None
    grade_computed: bool
    notes: tuple[str, ...]


def evaluate_duty(
    framework_items: pd.DataFrame,
    eval_scores: pd.DataFrame,
    evaluations: pd.DataFrame,
    grade_bands: pd.DataFrame,
) -> tuple[DutyResult, ...]:
    """A result for each row of `evaluations`, in the order of the steps (自评 first), then date and id.

    The frames have the columns of the schema's tables; hand in only the evaluations that are wanted.
    Raises ValueError for an evaluation whose framework is unknown, scores of unknown items, and a
    framework that is not a tree.
    """
    results = [
        _evaluate(
            row,
            framework_items[framework_items["framework_id"] == row["framework_id"]],
            eval_scores[eval_scores["eval_id"] == row["eval_id"]],
            grade_bands[grade_bands["framework_id"] == row["framework_id"]],
        )
        for row in row_dicts(evaluations)
    ]
    return tuple(sorted(results, key=lambda r: (STEPS.index(r.step), r.date or "", r.eval_id)))


def self_vs_recheck(results: Sequence[DutyResult]) -> pd.DataFrame:
    """The self-evaluation beside the last recheck of the same object and framework, by aspect.

    Columns: aspect_id, no, name, full_score, self, recheck, gap (recheck − self: below zero when the
    self-evaluation was generous; NaN when a score is missing), step (of the recheck). Empty without
    a self-evaluation or a recheck.
    """
    columns = ["aspect_id", "no", "name", "full_score", "self", "recheck", "gap", "step"]
    own = [r for r in results if r.step == STEPS[0]]
    later = [
        r
        for r in results
        if own and r.step != STEPS[0]
        and (r.framework_id, r.object_id) == (own[-1].framework_id, own[-1].object_id)
    ]  # fmt: skip
    if not later:
        return pd.DataFrame(columns=columns)
    first, last = own[-1], later[-1]
    frame = first.aspects[["aspect_id", "no", "name", "full_score", "score"]].rename(
        columns={"score": "self"}
    )
    frame["recheck"] = last.aspects["score"]  # the same framework: the same aspects in the same order
    frame["gap"] = [_minus(b, a) for a, b in zip(frame["self"], frame["recheck"], strict=True)]
    frame["step"] = last.step
    return frame[columns]


def grade_for(total: float | None, bands: pd.DataFrame) -> str | None:
    """The grade of a total by the bands of one framework (min included, max excluded), or None.

    None when the total is missing, when no band holds it, and when a band has no lower bound: then
    the bands are labels only and can't be applied.
    """
    if not len(bands) or bands["min"].isna().any():
        return None
    for band in row_dicts(bands.sort_values("order", kind="stable")):
        above = compare(total, ">=", band["min"])
        top = compare(band["max"], "<=", total) if total is not None else Outcome.UNDETERMINED
        if above is Outcome.PASS and top is not Outcome.PASS:
            return str(band["grade"])
    return None


def _evaluate(
    row: dict[Any, Any], items: pd.DataFrame, scores: pd.DataFrame, bands: pd.DataFrame
) -> DutyResult:
    if not len(items):
        raise ValueError(f"测评体系 {row['framework_id']} 没有测评项")
    strangers = sorted(set(scores["item_id"]) - set(items["item_id"]))
    if strangers:
        raise ValueError(f"测评体系 {row['framework_id']} 里没有测评项 {'、'.join(strangers)}")
    tree = _tree(items, {s["item_id"]: s for s in row_dicts(scores)})
    nodes = row_dicts(tree)
    aspects = _aspects(nodes)
    totals = _totals(nodes, aspects, float(row["total"]))
    computed = grade_for(totals.total, bands)
    reported = None if pd.isna(row["grade"]) else str(row["grade"])
    return DutyResult(
        eval_id=str(row["eval_id"]),
        framework_id=str(row["framework_id"]),
        object_id=str(row["object_id"]),
        step=str(row["step"]),
        date=None if pd.isna(row["date"]) else str(row["date"]),
        tree=tree,
        aspects=aspects,
        deductions=_deductions(nodes),
        totals=totals,
        grade=computed or reported,
        grade_computed=computed is not None,
        notes=_notes(nodes, totals, computed, reported),
    )


def _tree(items: pd.DataFrame, scores: dict[str, dict[Any, Any]]) -> pd.DataFrame:
    nodes = {item["item_id"]: item for item in row_dicts(items)}
    children: dict[str | None, list[str]] = {}
    for key, item in nodes.items():
        parent = item["parent_id"] if item["parent_id"] in nodes else None
        children.setdefault(parent, []).append(key)
    rows: list[dict[str, Any]] = []

    def visit(key: str, depth: int, aspect: str) -> dict[str, Any]:
        item, given = nodes[key], scores.get(key, {})
        aspect = key if item["level"] == _ASPECT else aspect
        row = {name: given.get(name, math.nan) for name in _TREE_COLUMNS}
        row |= {name: item[name] for name in ("item_id", "parent_id", "level", "no", "name", "rule")}
        row |= {"aspect_id": aspect or math.nan, "depth": depth, "full_score": item["full_score"]}
        rows.append(row)
        parts = [visit(child, depth + 1, aspect) for child in children.get(key, ())]
        if math.isnan(row["full_score"]):
            row["full_score"] = _sum(part["full_score"] for part in parts)
        if math.isnan(row["score"]):
            row["score"] = _minus(row["full_score"], row["deduction"])
        if math.isnan(row["score"]):
            row["score"] = _sum(part["score"] for part in parts)
        if math.isnan(row["deduction"]):
            row["deduction"] = _minus(row["full_score"], row["score"])
        return row

    for top in children.get(None, ()):
        visit(top, 0, "")
    if len(rows) < len(nodes):
        lost = sorted(nodes.keys() - {row["item_id"] for row in rows})
        raise ValueError(f"测评项的上级互相循环：{'、'.join(lost)}")
    return make_frame(rows, _TREE_COLUMNS, _NUMBERS)


def _aspects(nodes: list[_Node]) -> pd.DataFrame:
    rows = []
    statuses: dict[str, list[Any]] = {}
    for node in nodes:
        if node["level"] == _ITEM:
            statuses.setdefault(node["aspect_id"], []).append(node["status"])
    for aspect in (node for node in nodes if node["level"] == _ASPECT):
        items = statuses.get(aspect["item_id"], [])
        counts = {name: items.count(status) for status, name in STATUSES.items()}
        rows.append(
            {
                "aspect_id": aspect["item_id"],
                **{name: aspect[name] for name in ("no", "name", *_NUMBERS)},
                "items": len(items),
                **counts,
                "unknown": len(items) - sum(counts.values()),
            }
        )
    return make_frame(rows, _ASPECT_COLUMNS, _NUMBERS)


def _totals(nodes: list[_Node], aspects: pd.DataFrame, reported: float) -> DutyTotals:
    score = _sum(aspects["score"])
    by_status = {status: int(aspects[name].sum()) for status, name in STATUSES.items()}
    return DutyTotals(
        full=_sum(aspects["full_score"]),
        score=score,
        reported=reported,
        total=score if math.isnan(reported) else reported,
        aspects=len(aspects),
        items=sum(node["level"] == _ITEM for node in nodes),
        points=sum(node["level"] == _POINT for node in nodes),
        by_status=by_status | {"未报": int(aspects["unknown"].sum())},
    )


def _deductions(nodes: list[_Node]) -> pd.DataFrame:
    """Each loss once, at the deepest node that states it; a container (体系) states none of its own."""
    below_of: dict[Any, list[dict[Any, Any]]] = {}
    for node in nodes:
        below_of.setdefault(node["parent_id"], []).append(node)
    stated: dict[str, Fraction] = {}  # by node: what it and its parts list
    rows = []
    for node in reversed(nodes):  # parts come before the whole
        parts = below_of.get(node["item_id"], [])
        below = sum((stated[part["item_id"]] for part in parts), Fraction())
        own = Fraction() if math.isnan(node["deduction"]) else exact(node["deduction"])
        stated[node["item_id"]] = max(own, below)
        if node["level"] == "体系" or own <= below:
            continue
        open_parts = [p for p in parts if p["status"] in ("基本达到", "未达到") and not stated[p["item_id"]]]
        related = "；".join(
            " ".join(str(p[k]) for k in ("no", "name") if not pd.isna(p[k])) for p in open_parts
        )
        rows.append(
            {name: node[name] for name in _DEDUCTION_COLUMNS if name in node}
            | {"deduction": float(own - below), "related": related}
        )
    return pd.DataFrame(rows[::-1], columns=list(_DEDUCTION_COLUMNS))


def _notes(
    nodes: list[_Node], totals: DutyTotals, computed: str | None, reported: str | None
) -> tuple[str, ...]:
    notes = []
    top = [node["full_score"] for node in nodes if node["level"] == "体系"]
    if len(top) == 1 and compare(top[0], "=", totals.full) is Outcome.FAIL:
        notes.append(f"各方面满分合计{totals.full:g}分，与体系满分{top[0]:g}分不一致")
    if compare(totals.reported, "=", totals.score) is Outcome.FAIL:
        notes.append(f"填报总分{totals.reported:g}分，与各方面得分合计{totals.score:g}分不一致")
    for node in nodes:
        expected = _minus(node["full_score"], node["deduction"])
        if compare(node["score"], "=", expected) is Outcome.FAIL:
            notes.append(f"“{node['name']}”得分{node['score']:g}分，不等于满分减扣分{expected:g}分")
    if computed and reported and computed != reported:
        notes.append(f"填报等级“{reported}”，按等级标准为“{computed}”")
    return tuple(notes)


def _sum(numbers: Iterable[float]) -> float:
    """The exact sum; NaN when there are none or one is missing."""
    found = [float(n) for n in numbers]
    if not found or any(math.isnan(n) for n in found):
        return math.nan
    return float(sum((exact(n) for n in found), Fraction()))


def _minus(left: float, right: float) -> float:
    return math.nan if math.isnan(left) or math.isnan(right) else float(exact(left) - exact(right))
