"""指标数据 beside its indicators: units, percentages, stages, statistics, and numbers that look wrong.

A value's cell can only be judged with the indicator at hand; everything else of a row is `sheets`'.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd

from gongbao.data.cells import Number, did_you_mean, plain_number
from gongbao.data.columns import STAGES, STATISTICS
from gongbao.data.dataset import Dataset
from gongbao.data.plausible import check_last_year, check_range
from gongbao.data.problems import Findings, Place
from gongbao.data.rates import SCALES, gives, hint, step
from gongbao.data.units import conversion_factor, exact
from gongbao.rows import row_dicts

VALUE = "数值"
# What a statistic is measured in, whatever the indicator's unit is.
_OWN_UNIT = {"增长率": "%", "差异系数": ""}
_READ = ("indicator_id", "unit", "stage", "statistics", "kind", "name_zh")


@dataclass(frozen=True, slots=True)
class _Indicator:
    unit: str
    stages: frozenset[str]
    statistics: frozenset[str]
    kind: str
    name: str


def resolve_values(dataset: Dataset, numbers: dict[int, Number], findings: Findings) -> pd.DataFrame:
    """indicator_values with every value in its indicator's unit; problems name the cell.

    `numbers`: row label -> how the value was written, where it was not a plain number.
    The unit column ends up as the unit of the stored value: the indicator's; % for a 增长率;
    missing for a 差异系数.
    """
    frame = dataset.tables["indicator_values"].copy()
    frame["statistic"] = frame["statistic"].fillna(VALUE)
    indicators = _indicators(dataset.tables["indicators"])
    values, units = frame["value"].tolist(), frame["unit"].tolist()
    rows = row_dicts(frame)
    names = ("indicator_id", "stage", "statistic", "missing_code", "qualifier", "numerator", "denominator")
    for index, (code, stage, statistic, missing, qualifier, part, whole) in enumerate(
        zip(*(frame[name].tolist() for name in names), strict=True)
    ):
        if not isinstance(code, str):
            continue  # an empty or unreadable key has been reported

        def place(column: str, index: int = index) -> Place:
            return dataset.place(rows[index], column)

        value = values[index]
        if value == value and isinstance(missing, str):
            findings.error(
                "value-and-missing",
                place("missing_code"),
                f"填了数值，又填了缺失原因“{missing}”。",
                "请只留一个。",
            )
        indicator = indicators.get(code)
        if indicator is None:
            findings.error(
                "unknown-reference",
                place("indicator_id"),
                f"指标表里没有“{code}”。{did_you_mean(code, indicators)}",
                "请从指标目录里选。",
            )
            continue
        _check_scope(indicator, code, stage, statistic, place, findings)
        target = _OWN_UNIT.get(statistic, indicator.unit)
        if value == value:
            value = values[index] = _in_unit(
                value, numbers.get(index), units[index], target, statistic, place, findings
            )
            if value == value:
                check_range(
                    value, indicator.kind, indicator.name, target, statistic, place("value"), findings
                )
        units[index] = target or math.nan
        if statistic == VALUE and target in ("%", "‰"):
            _check_ratio(value, part, whole, target, isinstance(qualifier, str), place, findings)
    frame["value"] = pd.Series(values, dtype="float64")
    frame["unit"] = pd.Series(units, dtype="str")
    kinds = {code: indicator.kind for code, indicator in indicators.items()}
    check_last_year(frame, kinds, dataset, findings)
    return frame


def _indicators(frame: pd.DataFrame) -> dict[str, _Indicator]:
    def words(text: object) -> frozenset[str]:
        return frozenset(text.split("；")) if isinstance(text, str) else frozenset()

    def text(value: object) -> str:
        return value if isinstance(value, str) else ""

    return {
        code: _Indicator(text(unit), words(stages), words(statistics), text(kind), text(name))
        for code, unit, stages, statistics, kind, name in zip(
            *(frame[c].tolist() for c in _READ), strict=True
        )
        if isinstance(code, str)
    }


def _check_scope(
    indicator: _Indicator,
    code: str,
    stage: object,
    statistic: str,
    place: Callable[[str], Place],
    findings: Findings,
) -> None:
    if isinstance(stage, str) and indicator.stages and stage not in indicator.stages:
        stages = "、".join(s for s in STAGES if s in indicator.stages)
        findings.error(
            "stage-not-applicable",
            place("stage"),
            f"指标 {code} 不适用于“{stage}”。",
            f"适用学段：{stages}。",
        )
    if statistic == "增长率" and indicator.kind == "rate" and indicator.unit in SCALES:
        return  # which of its two readings is meant is asked once all values are known (`consistency`)
    if statistic != VALUE and statistic not in indicator.statistics:
        accepted = "、".join([VALUE, *(s for s in STATISTICS if s in indicator.statistics and s != VALUE)])
        findings.error(
            "statistic-not-applicable",
            place("statistic"),
            f"指标 {code} 没有统计量“{statistic}”。",
            f"可填：{accepted}。",
        )


def _in_unit(
    value: float,
    number: Number | None,
    unit: object,
    target: str,
    statistic: str,
    place: Callable[[str], Place],
    findings: Findings,
) -> float:
    """The value in the target unit; NaN (and an error) where the units don't fit."""
    number = number or Number(exact(value))
    column_unit = unit if isinstance(unit, str) else ""
    if statistic in _OWN_UNIT and conversion_factor(column_unit, target or "%") is None:
        column_unit = ""  # the indicator's unit, which says nothing about this statistic
    written = "%" if number.percent else number.unit
    own = written or column_unit or target
    where = "value" if written or not column_unit else "unit"
    if statistic == "差异系数":
        factor = Decimal("0.01") if own == "%" else (Decimal(1) if own == target else None)
    else:
        factor = conversion_factor(own, target)
    if factor is None and number.percent:
        findings.error(
            "percent-in-number",
            place(where),
            f"指标的单位是“{target}”，却填了百分数 {plain_number(number.value)}%。",
            "请填数值本身，并把单元格格式改为“常规”。",
        )
        return math.nan
    if factor is None:
        findings.error(
            "unit-mismatch",
            place(where),
            f"单位“{own}”不能换算成指标的单位“{target or '（无单位）'}”。",
            f"请按“{target}”填写。" if target else "请留空单位。",
        )
        return math.nan
    if written and column_unit and conversion_factor(written, column_unit) is None:
        findings.error(
            "unit-mismatch", place(where), f"数值里写“{written}”，单位列却是“{column_unit}”。", "请改为一致。"
        )
        return math.nan
    result = number.value * factor
    if number.changed and not number.qualifier:
        findings.warning(
            "cleaned",
            place("value"),
            f"单元格里除了数字还有别的字符，按 {plain_number(result)}{target} 读取。",
            "请只填数字，单位填在“单位”列。",
        )
    elif number.qualifier and number.unit and factor != 1:
        findings.warning(
            "cleaned",
            place("value"),
            f"数值带着单位“{number.unit}”，换算为 {plain_number(result)}{target}。",
            "请按单位列的单位填写。",
        )
    if target == "%" and statistic == VALUE and not written and own == "%" and 0 < abs(result) <= 1:
        findings.warning(
            "maybe-percent",
            place("value"),
            f"指标的单位是 %，数值是 {plain_number(result)}，可能应为 {plain_number(result * 100)}。",
            f"百分数填 % 前面的数；如果确实是 {plain_number(result)}%，不用改。",
        )
    return float(result)


def _check_ratio(
    value: float,
    part: float,
    whole: float,
    unit: str,
    qualified: bool,
    place: Callable[[str], Place],
    findings: Findings,
) -> None:
    """Whether numerator ÷ denominator gives the value, at the precision the value is written with."""
    if part != part or whole != whole:
        return
    if whole == 0:
        findings.warning("zero-denominator", place("denominator"), "分母是 0。", "请核对分母。")
        return
    computed = exact(part) / exact(whole) * (100 if unit == "%" else 1000)
    if value != value:
        shown = plain_number(computed.quantize(Decimal("0.01"), ROUND_HALF_UP))
        findings.warning(
            "value-empty",
            place("value"),
            f"数值没有填；按分子、分母计算是 {shown}{unit}。",
            "请填写数值；没有公布的填缺失原因。",
        )
        return
    if qualified:
        return
    written = exact(value)
    if not gives(exact(part), exact(whole), written, unit):
        shown = plain_number(computed.quantize(min(step(written), Decimal("0.01")), ROUND_HALF_UP))
        findings.warning(
            "ratio-mismatch",
            place("value"),
            f"数值是 {plain_number(written)}{unit}，但分子 {plain_number(part)} ÷ 分母 {plain_number(whole)}"
            f" 是 {shown}{unit}。{hint(value, whole, unit) if not part % 1 else ''}",
            "请核对三个数的口径；原文如此的，请在“核对说明”表里说明。",
        )
