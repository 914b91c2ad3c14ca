"""What must hold within the rows of the tables of a year's work: dates, sums, tasks, projects, staff.

Way in: `check_work`. What these tables refer to is `work_references`' business, their ranges and keys
`rules`'.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import pandas as pd

from gongbao.data.cells import closest, plain_number
from gongbao.data.dataset import Dataset
from gongbao.data.plausible import times_apart
from gongbao.data.problems import Findings
from gongbao.data.schema import TABLES
from gongbao.data.units import conversion_factor, split_unit

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class _Order:
    """`later` may not be before (or, of numbers, above) `earlier`."""

    table: str
    earlier: str
    later: str
    severity: Severity = "error"


_DATES = (
    _Order("inspections", "start", "end"),
    _Order("rectifications", "issued", "deadline"),
    _Order("rectifications", "deadline", "extended_to"),
    _Order("rectifications", "issued", "extended_to"),
    _Order("rectifications", "issued", "closed"),
    # one that failed may be closed again afterwards
    _Order("rectifications", "closed", "recheck_date", "warning"),
    _Order("rectifications", "issued", "recheck_date"),
    _Order("projects", "start", "due"),
    _Order("projects", "start", "done"),
)
# (whole, part): a part above its whole can't be, or is unlikely and may have its reason
_PARTS = (
    _Order("inspections", "questionnaires_issued", "questionnaires_valid"),
    _Order("surveys", "issued", "valid"),
    _Order("surveys", "valid", "satisfied"),
    _Order("training", "person_times", "persons"),
    _Order("funds", "person_times", "beneficiaries"),
    _Order("funds", "received", "paid", "warning"),
    _Order("funds", "budget", "received", "warning"),
    _Order("projects", "invest_plan", "invest_done", "warning"),
)
_MONTHS = ("month_from", "month_to")
_PERIOD = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-([上中下])")
FINISHED = ("完工", "投用")
# the ladder of a campaign; 复查 may come at any time after 认定
_STAGES = TABLES["campaigns"].column("stage").choices
# what persons, bodies and things are counted in, besides the units of the indicators
_UNITS = frozenset(
    [
        *"人名位个所家处间套台辆条项件次场期班份对支批节天年元",
        "人次",
        "班次",
        "课时",
        "学时",
        "平方米",
        "公里",
        "%",
    ]
)


def check_work(dataset: Dataset, findings: Findings) -> None:
    """Report everything that can't be, or can hardly be, within the tables of a year's work."""
    for order in _DATES:
        _check_dates(dataset, order, findings)
    for order in _PARTS:
        _check_parts(dataset, order, findings)
    _check_recheck(dataset, findings)
    _check_tasks(dataset, findings)
    _check_progress(dataset, findings)
    _check_projects(dataset, findings)
    _check_reports(dataset, findings)
    _check_funds(dataset, findings)
    _check_training(dataset, findings)
    _check_staffing(dataset, findings)
    _check_campaigns(dataset, findings)
    _check_inspection_year(dataset, findings)


def before(day: str, other: str) -> bool:
    """Whether a date is certainly before another; each as exact as it was given (2019, 2019-12, 2019-12-31)."""
    width = min(len(day), len(other))
    return day[:width] < other[:width]


def _rows(frame: pd.DataFrame, *columns: str) -> Iterator[tuple[Any, ...]]:
    """(position, value, …) of the rows in which all of the columns are filled."""
    filled = frame[list(columns)].notna().all(axis=1).to_numpy().nonzero()[0].tolist()
    yield from zip(filled, *(frame[c].iloc[filled].tolist() for c in columns), strict=True)


def _check_dates(dataset: Dataset, order: _Order, findings: Findings) -> None:
    frame, table = dataset.tables[order.table], TABLES[order.table]
    for index, earlier, later in _rows(frame, order.earlier, order.later):
        if not before(later, earlier):
            continue
        row = frame.iloc[index]
        report = findings.error if order.severity == "error" else findings.warning
        report(
            "dates-out-of-order",
            dataset.place(row, order.later),
            f"“{table.column(order.later).label}”{later} 早于“{table.column(order.earlier).label}”{earlier}"
            f"（{dataset.place(row, order.earlier).cell}）。",
            "请核对这两个日期。",
        )


def _check_parts(dataset: Dataset, order: _Order, findings: Findings) -> None:
    frame, table = dataset.tables[order.table], TABLES[order.table]
    for index, whole, part in _rows(frame, order.earlier, order.later):
        if part <= whole:
            continue
        row = frame.iloc[index]
        unlikely = order.severity == "warning" or isinstance(row.get("qualifier"), str)
        report = findings.warning if unlikely else findings.error
        report(
            "part-above-whole",
            dataset.place(row, order.later),
            f"“{table.column(order.later).label}”{plain_number(part)} 大于"
            f"“{table.column(order.earlier).label}”{plain_number(whole)}"
            f"（{dataset.place(row, order.earlier).cell}）。",
            "请核对这两个数" + ("；确有原因的（如含上年结转）请说明。" if unlikely else "。"),
        )


def _check_recheck(dataset: Dataset, findings: Findings) -> None:
    """A result of a recheck has its day, and what was rechecked had been closed."""
    frame = dataset.tables["rectifications"]
    for index, _ in _rows(frame, "recheck_result"):
        row = frame.iloc[index]
        if not isinstance(row["recheck_date"], str):
            findings.warning(
                "no-recheck-date",
                dataset.place(row, "recheck_date"),
                "填了复查结果，没有复查日期。",
                "请补上复查日期。",
            )
        if not isinstance(row["closed"], str) and row["recheck_result"] == "合格":
            findings.warning(
                "recheck-not-closed",
                dataset.place(row, "closed"),
                "复查合格，却没有办结日期。",
                "请补上办结日期。",
            )


def _check_tasks(dataset: Dataset, findings: Findings) -> None:
    frame = dataset.tables["tasks"]
    for index, start, end in _rows(frame, *_MONTHS):
        if start > end:
            findings.error(
                "months-out-of-order",
                dataset.place(frame.iloc[index], "month_to"),
                f"结束月份 {end:g} 早于开始月份 {start:g}。",
                "请核对；跨年的任务填到 12 月，下一年另列。",
            )
    units = dict(
        zip(*(dataset.tables["indicators"][c].tolist() for c in ("indicator_id", "unit")), strict=True)
    )
    columns = ("op", "target", "unit", "indicator_id")
    for index, (op, target, unit, indicator) in enumerate(
        zip(*(frame[c].tolist() for c in columns), strict=True)
    ):
        if isinstance(op, str) != (target == target):
            here, other = ("target", "比较") if isinstance(op, str) else ("op", "目标值")
            findings.error(
                "target-incomplete",
                dataset.place(frame.iloc[index], here),
                f"填了“{other}”，没有填“{TABLES['tasks'].column(here).label}”。",
                "比较和目标值要一起填，如 >= 和 85；没有数量目标的都留空。",
            )
        if target == target and not isinstance(unit, str):
            findings.warning(
                "no-unit",
                dataset.place(frame.iloc[index], "unit"),
                "有目标值，没有单位。",
                "请填单位，如 人、所、%。",
            )
        wanted = units.get(indicator)
        if isinstance(unit, str) and isinstance(wanted, str) and conversion_factor(unit, wanted) is None:
            findings.error(
                "unit-mismatch",
                dataset.place(frame.iloc[index], "unit"),
                f"目标的单位“{unit}”不能换算成指标 {indicator} 的单位“{wanted}”。",
                f"请按“{wanted}”填写目标，或核对指标代码。",
            )


def _check_progress(dataset: Dataset, findings: Findings) -> None:
    frame = dataset.tables["task_progress"]
    for index, year, day in _rows(frame, "year", "as_of"):
        if int(day[:4]) != year:
            findings.warning(
                "not-in-year",
                dataset.place(frame.iloc[index], "as_of"),
                f"截至日期 {day} 不在 {year:g} 年内。",
                "请核对；往年的进展填在往年的填报表里。",
            )


def _check_projects(dataset: Dataset, findings: Findings) -> None:
    frame = dataset.tables["projects"]
    for index, stage, done in _rows(frame, "stage", "done"):
        if stage not in FINISHED:
            findings.warning(
                "status-differs",
                dataset.place(frame.iloc[index], "stage"),
                f"已填实际完工日期 {done}，阶段却是“{stage}”。",
                "请核对阶段和完工日期。",
            )
    for index, stage, start in _rows(frame, "stage", "start"):
        year = frame["year"].iloc[index]
        if stage in ("前期", "招标") and int(start[:4]) < year:
            findings.warning(
                "status-differs",
                dataset.place(frame.iloc[index], "stage"),
                f"开工日期是 {start}，阶段却是“{stage}”。",
                "请核对阶段和开工日期。",
            )


def _check_reports(dataset: Dataset, findings: Findings) -> None:
    """Reports of each ten days: the period's form and year, and progress that only grows."""
    frame = dataset.tables["project_reports"]
    by_project: dict[tuple[str, float, str], list[tuple[str, float, int]]] = {}
    for index, region, year, project, period in _rows(frame, "region_code", "year", "project_id", "period"):
        match = _PERIOD.fullmatch(period)
        if match is None or int(match[1]) != year:
            why = f"“{period}”不是旬" if match is None else f"{period} 不在 {year:g} 年内"
            findings.error(
                "bad-period",
                dataset.place(frame.iloc[index], "period"),
                f"{why}。",
                f"请按“年-月-旬”填，如 {year:g}-05-上、{year:g}-12-下。",
            )
            continue
        percent = float(frame["percent"].iloc[index])
        if percent == percent:
            order = f"{match[1]}{match[2]}{'上中下'.index(match[3])}"
            by_project.setdefault((region, year, project), []).append((order, percent, index))
    for reports in by_project.values():
        reports.sort()
        for (_, earlier, first), (_, later, second) in pairwise(reports):
            if later < earlier:
                row = frame.iloc[second]
                findings.warning(
                    "progress-falls",
                    dataset.place(row, "percent"),
                    f"{row['period']} 的形象进度 {plain_number(later)}% 小于 {frame.iloc[first]['period']} 的"
                    f" {plain_number(earlier)}%。",
                    "形象进度是累计数，请核对。",
                )


def _check_funds(dataset: Dataset, findings: Findings) -> None:
    """Amounts beside last year's of the same programme and level: a jump by ten or ten thousand."""
    frame, table = dataset.tables["funds"], TABLES["funds"]
    keys = list(zip(*(frame[c].tolist() for c in ("region_code", "programme", "level")), strict=True))
    years = frame["year"].tolist()
    for name in ("budget", "received", "paid"):
        amounts = frame[name].tolist()
        known = {(*key, year): amount for key, year, amount in zip(keys, years, amounts, strict=True)}
        for index, (key, year, amount) in enumerate(zip(keys, years, amounts, strict=True)):
            last = known.get((*key, year - 1))
            times = times_apart(amount, last) if last is not None else None
            if times is not None:
                label = table.column(name).label
                findings.warning(
                    "unit-jump",
                    dataset.place(frame.iloc[index], name),
                    f"“{label}”是 {plain_number(amount)} 万元，上年是 {plain_number(last or 0.0)} 万元，"
                    f"相差约 {times} 倍，单位可能不对。",
                    "请核对，单位是万元；确实如此的请说明。",
                )


def _check_training(dataset: Dataset, findings: Findings) -> None:
    """A row that is the sum of others of its kind would be counted twice."""
    frame = dataset.tables["training"]
    groups: dict[tuple[object, ...], list[int]] = {}
    kind = ["region_code", "year", "programme", "type", "period", "source_id"]
    for index, key in enumerate(zip(*(frame[c].fillna("").tolist() for c in kind), strict=True)):
        groups.setdefault(key, []).append(index)
    for indexes in (rows for rows in groups.values() if len(rows) > 2):
        for name in ("persons", "person_times", "sessions"):
            numbers = frame[name].iloc[indexes].tolist()
            largest = max((n for n in numbers if n == n), default=0.0)
            others = [n for n in numbers if n == n and n != largest]
            if largest and len(others) > 1 and len(others) == len(numbers) - 1 and sum(others) == largest:
                row = frame.iloc[indexes[numbers.index(largest)]]
                findings.warning(
                    "counted-twice",
                    dataset.place(row, name),
                    f"“{TABLES['training'].column(name).label}”{plain_number(largest)} 正好是同层级、同形式其他"
                    f" {len(others)} 行之和，可能是合计行，会重复计算。",
                    "合计行请删去；确是另一项培训的请说明。",
                )
                break


def _check_staffing(dataset: Dataset, findings: Findings) -> None:
    frame = dataset.tables["staffing"]
    known = _UNITS | {split_unit(unit)[1] for unit in dataset.tables["indicators"]["unit"].dropna()}
    columns = ("value", "missing_code", "unit")
    for index, (value, missing, unit) in enumerate(zip(*(frame[c].tolist() for c in columns), strict=True)):
        if (value == value) == isinstance(missing, str):
            both = value == value
            findings.error(
                "value-and-missing" if both else "value-empty",
                dataset.place(frame.iloc[index], "missing_code" if both else "value"),
                f"填了数值，又填了缺失原因“{missing}”。" if both else "数值和缺失原因都没有填。",
                "请只留一个。" if both else "请填数值；没有数值的填缺失原因，确实为零填 0。",
            )
        if isinstance(unit, str) and split_unit(unit)[1] not in known:
            guess = closest(unit, known)
            findings.warning(
                "unknown-unit",
                dataset.place(frame.iloc[index], "unit"),
                f"不认识的单位“{unit}”。" + (f"是不是“{guess}”？" if guess else ""),
                "请核对单位，如 人、人次、个、所；无误的请说明。",
            )


def _check_campaigns(dataset: Dataset, findings: Findings) -> None:
    """A later stage of the ladder isn't dated before an earlier one, whichever years reported them."""
    frame = dataset.tables["campaigns"]
    ladders: dict[tuple[str, str, str], list[tuple[int, str, int]]] = {}
    for index, region, campaign, stage, day in _rows(frame, "region_code", "campaign", "stage", "date"):
        if not re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", day) or not _is_day(day):
            findings.error(
                "bad-date",
                dataset.place(frame.iloc[index], "date"),
                f"“{day}”不是日期。",
                "请写到知道的程度：2012、2012-11 或 2012-11-08；其他说法写在说明里。",
            )
            continue
        who = frame["object_name"].iloc[index]
        key = (region, campaign, who if isinstance(who, str) else "")
        ladders.setdefault(key, []).append((_STAGES.index(stage), day, index))
    for steps in ladders.values():
        steps.sort()
        for (low, earlier, first), (high, later, second) in pairwise(steps):
            if low < high and before(later, earlier):
                findings.error(
                    "dates-out-of-order",
                    dataset.place(frame.iloc[second], "date"),
                    f"“{_STAGES[high]}”{later} 早于“{_STAGES[low]}”{earlier}"
                    f"（{dataset.place(frame.iloc[first], 'date')}）。",
                    "请核对两个阶段的时间；重新申报的请换一个创建项目名称，如加上批次。",
                )


def _is_day(text: str) -> bool:
    try:
        dt.date(*([int(part) for part in text.split("-")] + [1, 1])[:3])
    except ValueError:
        return False
    return True


def _check_inspection_year(dataset: Dataset, findings: Findings) -> None:
    frame = dataset.tables["inspections"]
    for index, year, day in _rows(frame, "year", "start"):
        if int(day[:4]) != year:
            findings.warning(
                "not-in-year",
                dataset.place(frame.iloc[index], "start"),
                f"开始日期 {day} 不在 {year:g} 年内。",
                "请核对；跨年的检查请说明。",
            )
