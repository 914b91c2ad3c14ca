"""The difference coefficients of a county and their limits.

教督〔2017〕6号: each of the seven ≤ its limit. 教督〔2012〕3号: the mean of the eight ≤ its limit.
"""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from gongbao.rows import make_frame
from gongbao.standards.difference import composite_coefficient, difference_coefficient
from gongbao.standards.outcome import Outcome
from gongbao.standards.rules import BASIC, COEFFICIENT, COMPOSITE, LEVELS, QUALITY, RULES, IndicatorRule
from gongbao.standards.targets import LocalTargets

_COEFFICIENT_COLUMNS = (
    "standard", "level", "indicator_id", "mean", "std", "cv", "op", "limit", "outcome", "units",
    "units_missing", "pupils", "source_id", "note",
)  # fmt: skip
_School = tuple[float, float]  # its pupils and what it has of a resource, NaN where not reported
_COMPOSITE_COLUMNS = ("level", "cv", "op", "limit", "outcome", "units_missing", "source_id", "note")


def county_coefficients(indicators: pd.DataFrame, standard: str, targets: LocalTargets) -> pd.DataFrame:
    """The difference coefficient of each level and indicator of a standard.

    `indicators` is what school_rule.school_indicators gives: every counted unit, missing or not.

    Columns: standard, level, indicator_id, mean and std (value for each `per` students, as the
    indicator prints), cv, op and limit, outcome, units (schools in the calculation), units_missing
    (counted schools whose numbers are missing), pupils (of the schools in the calculation),
    source_id (of the limit), note. With schools missing the coefficient is that of the reporting
    ones and decides nothing: the outcome is undetermined and the note says why. basic_2012 limits
    only the composite: op, limit and outcome are missing.
    """
    of_standard = indicators[indicators["standard"] == standard]
    groups: dict[tuple[str, str], list[_School]] = {}
    columns = (of_standard[name].to_list() for name in ("level", "indicator_id", "students", "numerator"))
    for level, indicator, students, numerator in zip(*columns, strict=True):
        groups.setdefault((level, indicator), []).append((students, numerator))
    rows = [
        _coefficient(groups.get((level, rule.indicator_id), []), level, rule, standard, targets)
        for level in LEVELS
        for rule in RULES[standard]
    ]
    return make_frame(rows, _COEFFICIENT_COLUMNS, ("mean", "std", "cv", "limit", "pupils"))


def composites_2012(coefficients: pd.DataFrame, targets: LocalTargets) -> pd.DataFrame:
    """The composite coefficient of each level: the mean of the eight of basic_2012 against its limit.

    Columns: level, cv, op, limit, outcome, units_missing (of the indicator that lacks most),
    source_id, note. NaN and undetermined unless all eight can be computed; computed but
    undetermined while schools are missing.
    """
    rows = []
    for level in LEVELS:
        eight = coefficients[(coefficients["standard"] == BASIC) & (coefficients["level"] == level)]
        cv, lacking = composite_coefficient(eight["cv"]), int(eight["units_missing"].max())
        note = "" if not math.isnan(cv) else "八项差异系数不全"
        if lacking:
            note = "；".join(part for part in (note, f"有{lacking}所学校数据缺失") if part)
        rows.append(
            {"level": level, "cv": cv, "units_missing": lacking}
            | _judged(cv, targets, COMPOSITE, level, note)
        )
    return make_frame(rows, _COMPOSITE_COLUMNS, ("cv", "limit"))


def _coefficient(
    schools: list[_School], level: str, rule: IndicatorRule, standard: str, targets: LocalTargets
) -> dict[str, Any]:
    reporting = [school for school in schools if not any(map(math.isnan, school))]
    pupils, things = [p for p, _ in reporting], [x for _, x in reporting]
    lacking = len(schools) - len(reporting)
    row: dict[str, Any] = {"standard": standard, "level": level, "indicator_id": rule.indicator_id}
    row |= {"units": len(reporting), "units_missing": lacking, "pupils": math.fsum(pupils)}
    note = f"有{lacking}所学校数据缺失，系数只按已报学校计算" if lacking else ""
    cv = math.nan
    if not reporting:
        note = "没有可计算的学校数据"
    elif not any(things):
        note = "；".join(part for part in ("各校均为零，差异系数无意义", note) if part)
    else:
        spread = difference_coefficient(pupils, things)
        cv = spread.cv
        row |= {"mean": spread.mean * rule.per, "std": spread.std * rule.per}
    row |= {"cv": cv, "note": note}
    return row if standard != QUALITY else row | _judged(cv, targets, rule.indicator_id, level, note)


def _judged(cv: float, targets: LocalTargets, indicator: str, level: str, note: str) -> dict[str, Any]:
    """Limit, outcome and note of a coefficient; one with a note (something is missing) decides nothing."""
    limit = targets.find(indicator, COEFFICIENT, level)
    if limit is None:
        note = "；".join(part for part in (note, "没有适用的标准值") if part)
        return {"outcome": Outcome.UNDETERMINED.value, "note": note}
    outcome = Outcome.UNDETERMINED if note else limit.judge(cv)
    return {
        "op": limit.op,
        "limit": limit.value,
        "outcome": outcome.value,
        "source_id": limit.source_id,
        "note": note,
    }
