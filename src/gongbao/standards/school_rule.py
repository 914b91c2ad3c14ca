"""Each school against the thresholds, and the rule for a school as a whole (教督〔2017〕6号)."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from gongbao.rows import make_frame, row_dicts
from gongbao.standards.outcome import Outcome, compare, exact, is_missing
from gongbao.standards.rules import LEVELS, QUALITY, RULES, SCHOOL_RULE, VALUE, IndicatorRule
from gongbao.standards.targets import LocalTargets, Target

_IDENTITY = ("school_id", "school_name", "publish_name", "level")
_INDICATOR_COLUMNS = (
    "standard", *_IDENTITY, "indicator_id", "students", "numerator", "value", "op", "target",
    "ratio", "outcome", "shortfall", "shortfall_unit",
)  # fmt: skip
_SCHOOL_COLUMNS = (
    *_IDENTITY, "type", "urban_rural", "students", "met", "failed", "unknown", "lowest_ratio", "outcome",
)  # fmt: skip


def shortfall(
    target: float, students: float, per: int, numerator: float | Fraction, *, whole: bool
) -> Fraction:
    """How much more of the numerator takes a school to `target` for each `per` students; 0 if it is there.

    Whole things are counted up to the next one. In exact decimal arithmetic: 4.2 × 50 / 100 is 2.1,
    so a school of 50 with no such teacher lacks 3.
    """
    lacking = exact(target) * exact(students) / per - exact(numerator)
    if lacking <= 0:
        return Fraction()
    return Fraction(math.ceil(lacking)) if whole else lacking


def school_indicators(units: pd.DataFrame, standard: str, targets: LocalTargets) -> pd.DataFrame:
    """Each counted unit and indicator of a standard, in long form.

    Columns: standard, school_id, school_name, publish_name, level, indicator_id, students,
    numerator (in the indicator's unit), value (numerator / students × per), op and target (the
    threshold), ratio (value / target), outcome ("pass", "fail", "undetermined"), shortfall (how much
    more of the numerator reaches the target: 0 when met, NaN when not known) and shortfall_unit.
    Missing numbers leave NaN and an undetermined outcome. basic_2012 sets no threshold for a single
    school here: its target, ratio, outcome and shortfall are NaN.
    """
    counted = units[units["included"] & units["level"].isin(LEVELS)]
    thresholds = {
        (rule.indicator_id, level): targets.find(rule.indicator_id, VALUE, level)
        for rule in RULES[standard]
        for level in LEVELS
    }
    rows = [
        _indicator(unit, rule, standard, thresholds[rule.indicator_id, unit["level"]])
        for unit in row_dicts(counted)
        for rule in RULES[standard]
    ]
    numbers = ("students", "numerator", "value", "target", "ratio", "shortfall")
    return make_frame(rows, _INDICATOR_COLUMNS, numbers)


def school_verdicts(units: pd.DataFrame, indicators: pd.DataFrame, targets: LocalTargets) -> pd.DataFrame:
    """The school rule of quality_2017 for each counted unit.

    At least SCHOOL_RULE.value (six) of the seven are met and each of the others reaches
    SCHOOL_RULE.basic_value (85 %) of its threshold. A missing indicator leaves the unit undetermined
    unless it fails whatever the missing one is; so does a missing rule or threshold.
    Columns: school_id, school_name, publish_name, level, type, urban_rural, students, met, failed,
    unknown (numbers of indicators), lowest_ratio (smallest known value / target), outcome.
    """
    rules = {level: targets.find(SCHOOL_RULE, VALUE, level, "义务教育", "全部") for level in LEVELS}
    of_standard = indicators[indicators["standard"] == QUALITY]
    groups: dict[tuple[Any, Any], list[dict[Any, Any]]] = {}
    for row in row_dicts(of_standard[["school_id", "level", "outcome", "ratio"]]):
        groups.setdefault((row["school_id"], row["level"]), []).append(row)
    rows = []
    for unit in row_dicts(units[units["included"] & units["level"].isin(LEVELS)]):
        group = groups[unit["school_id"], unit["level"]]
        outcomes = [Outcome(row["outcome"]) for row in group]
        rows.append(
            {
                **{name: unit[name] for name in (*_IDENTITY, "type", "urban_rural", "students")},
                "met": outcomes.count(Outcome.PASS),
                "failed": outcomes.count(Outcome.FAIL),
                "unknown": outcomes.count(Outcome.UNDETERMINED),
                "lowest_ratio": min(
                    (r["ratio"] for r in group if not is_missing(r["ratio"])), default=math.nan
                ),
                "outcome": _school_outcome(group, outcomes, rules[unit["level"]]).value,
            }
        )
    return pd.DataFrame(rows, columns=list(_SCHOOL_COLUMNS))


def _indicator(
    unit: Mapping[Any, Any], rule: IndicatorRule, standard: str, target: Target | None
) -> dict[str, Any]:
    numerator, students = rule.numerator(unit), unit["students"]
    value = None if numerator is None or is_missing(students) else numerator * rule.per / exact(students)
    row: dict[str, Any] = {
        "standard": standard,
        **{name: unit[name] for name in _IDENTITY},
        "indicator_id": rule.indicator_id,
        "students": students,
        "numerator": None if numerator is None else float(numerator),
        "value": None if value is None else float(value),
        "shortfall_unit": rule.unit,
    }
    if standard != QUALITY:
        return row
    row["outcome"] = (Outcome.UNDETERMINED if target is None else target.judge(value)).value
    if target is None:
        return row
    row |= {"op": target.op, "target": target.value}
    if value is not None and numerator is not None and target.op == ">=":
        row["ratio"] = float(value / exact(target.value)) if target.value else None
        # Met, compared exactly: nothing lacks, and there is no need to compute how much.
        row["shortfall"] = (
            0.0
            if row["outcome"] == Outcome.PASS
            else float(shortfall(target.value, students, rule.per, numerator, whole=rule.whole))
        )
    return row


def _school_outcome(group: list[dict[Any, Any]], outcomes: list[Outcome], rule: Target | None) -> Outcome:
    if rule is None or rule.basic_value is None:
        return Outcome.UNDETERMINED
    failing = [row for row in group if row["outcome"] == Outcome.FAIL.value]
    near = [compare(row["ratio"], ">=", rule.basic_value) for row in failing]
    if len(failing) > len(outcomes) - rule.value or Outcome.FAIL in near:
        return Outcome.FAIL
    if Outcome.UNDETERMINED in (*outcomes, *near):
        return Outcome.UNDETERMINED
    return Outcome.PASS
