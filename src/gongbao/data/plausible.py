"""Numbers that can be read and can hardly be right: below zero, half a person, another unit than last year's.

What can't be is an error; what is merely unlikely is a warning that says what to look at.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from gongbao.data.cells import plain_number
from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings, Place
from gongbao.data.schema import TABLES
from gongbao.data.succession import changes_of, former_codes
from gongbao.data.units import exact, split_unit

_JUMPS = (10, 100, 10000)
_JUMP_WIDTH = 1.25  # ×8 to ×12.5 counts as a jump by ×10
_FAR = 80  # any greater difference is as strange as the powers of ten
_FEW = 10  # a handful of events may well become ten times as many
_ALIKE = 12  # so many numbers and all as last year: last year's form under a new name
# 毛入学率, 毛入园率: pupils of every age over an age group
_MAY_EXCEED_100 = "毛入"
# numbers of a school that somebody may give in 万元 or leave a digit out of; each for one pupil
_PER_PUPIL = ("teach_area", "sports_area", "equip_value", "computers", "books", "public_fund_budget")
_SCHOOL_FACTOR = 50  # schools of one county differ by less, if pupils are few by a little more
_COUNTY_FACTOR = 8  # a whole county doesn't change so much in a year
_ENOUGH_SCHOOLS = 5


def check_range(
    value: float, kind: str, name: str, unit: str, statistic: str, place: Place, findings: Findings
) -> None:
    """One value of an indicator, in its unit. A growth may be below zero, nothing else may."""
    if statistic == "增长率":
        if 0 < abs(value) < 1 and -int(exact(value).as_tuple().exponent) > 2:
            findings.warning(
                "maybe-percent",
                place,
                f"增长率是 {plain_number(value)}%，可能应为 {plain_number(exact(value) * 100)}。",
                f"填 % 前面的数；如果确实是 {plain_number(value)}%，不用改。",
            )
        return
    if value < 0:
        findings.error("negative", place, f"“{name}”是负数 {plain_number(value)}。", "请核对，不能小于 0。")
        return
    if statistic != "数值":
        return
    factor, _ = split_unit(unit)
    if kind == "count" and (exact(value) * factor) % 1:
        findings.error(
            "not-whole", place, f"{plain_number(value)} 不是整数。", f"“{name}”是个数，请按整数填写。"
        )
    if kind == "rate" and unit == "%" and value > 100 and _MAY_EXCEED_100 not in name:
        findings.warning(
            "above-100",
            place,
            f"“{name}”是 {plain_number(value)}%，超过 100%。",
            "请核对；确有原因的，请在“核对说明”表里说明。",
        )


def check_last_year(
    frame: pd.DataFrame, kinds: Mapping[str, str], dataset: Dataset, findings: Findings
) -> None:
    """Values of 指标数据 beside last year's: a jump that looks like another unit, a growth that the two
    values don't give, a whole form that repeats last year's. `kinds`: indicator -> its kind."""
    names = ("region_code", "stage", "indicator_id", "period", "statistic")
    changes = changes_of(dataset)
    oldest = {code: former_codes(changes, code)[-1][1] for code in changes}
    places = [oldest.get(code, code) for code in frame["region_code"].fillna("").tolist()]
    columns = (places, *(frame[name].fillna("").tolist() for name in names[1:]))
    keys = list(zip(*columns, strict=True))
    years, values = frame["year"].tolist(), frame["value"].tolist()
    by_key = {(*key, year): value for key, year, value in zip(keys, years, values, strict=True)}
    alike: dict[tuple[str, float], list[tuple[int, bool]]] = {}
    for index, (key, year, value) in enumerate(zip(keys, years, values, strict=True)):
        *plain, statistic = key
        if statistic == "增长率":
            now, last = (by_key.get((*plain, "数值", y), math.nan) for y in (year, year - 1))
            _check_growth(value, now, last, dataset, frame, index, findings)
            continue
        before = by_key.get((*key, year - 1), math.nan)
        if value == value and before == before:
            alike.setdefault((str(key[0]), year), []).append((index, value == before))
        _check_jump(value, before, kinds.get(str(key[2]), ""), index, frame, dataset, findings)
    for (_, year), rows in alike.items():
        if len(rows) >= _ALIKE and all(same for _, same in rows):
            row = frame.iloc[rows[0][0]]
            findings.warning(
                "same-as-last-year",
                Place(str(row["_file"]), str(row["_sheet"]) or None),
                f"可比的 {len(rows)} 个数都与 {int(year) - 1} 年相同，可能是上年的填报表。",
                "请确认填的是本年的数。",
            )


def _check_jump(
    value: float,
    before: float,
    kind: str,
    index: int,
    frame: pd.DataFrame,
    dataset: Dataset,
    findings: Findings,
) -> None:
    if kind == "count" and min(abs(value), abs(before)) < _FEW:
        return
    about = times_apart(value, before)
    if about is not None:
        findings.warning(
            "unit-jump",
            dataset.place(frame.iloc[index], "value"),
            f"数值是 {plain_number(value)}，上年是 {plain_number(before)}，相差约 {about} 倍，单位可能不对。",
            "请核对单位；确实如此的，请在“核对说明”表里说明。",
        )


def times_apart(value: float, before: float) -> int | None:
    """How many times one number is the other where that looks like another unit (10, 100, 10,000 or very
    many times); None where it doesn't, or where one is missing or zero."""
    if not (abs(value) > 0 and abs(before) > 0):  # also false for NaN
        return None
    low, high = sorted((abs(value), abs(before)))
    times = high / low
    if times >= _FAR or any(jump / _JUMP_WIDTH <= times <= jump * _JUMP_WIDTH for jump in _JUMPS):
        return next((j for j in _JUMPS if j / _JUMP_WIDTH <= times <= j * _JUMP_WIDTH), round(times))
    return None


def _check_growth(
    written: float,
    now: float,
    last: float,
    dataset: Dataset,
    frame: pd.DataFrame,
    index: int,
    findings: Findings,
) -> None:
    """Whether the two values give the growth, however they and it were rounded."""
    if not (written == written and now > 0 and last > 0):
        return
    low_now, high_now = _before_rounding(now)
    low_last, high_last = _before_rounding(last)
    low_growth, high_growth = _before_rounding(written)
    low, high = (low_now / high_last - 1) * 100, (high_now / low_last - 1) * 100
    if high_growth < low or low_growth > high:
        computed = ((exact(now) / exact(last) - 1) * 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
        findings.warning(
            "growth-mismatch",
            dataset.place(frame.iloc[index], "value"),
            f"增长率填 {plain_number(written)}%，但本年 {plain_number(now)}、上年 {plain_number(last)}"
            f" 算出来是 {plain_number(computed)}%。",
            "请核对三个数；口径有变化的，请在“核对说明”表里说明。",
        )


def _before_rounding(value: float) -> tuple[Decimal, Decimal]:
    """What a printed number may have been: 5.59 -> 5.585 to 5.595."""
    number = exact(value)
    half = Decimal(1).scaleb(min(int(number.as_tuple().exponent), 0)) / 2
    return number - half, number + half


def check_school_amounts(dataset: Dataset, findings: Findings) -> None:
    """Amounts of schools, for each pupil: one far from the county's other schools, or a whole county far
    from its last year. Either is most often another unit."""
    frame = dataset.tables["school_year"]
    if frame.empty:
        return
    pupils = (
        frame["students"].groupby([frame[c] for c in ("region_code", "year", "school_id")]).transform("sum")
    )
    for name in _PER_PUPIL:
        each = (frame[name] / pupils).where((frame[name] > 0) & (pupils > 0))
        groups = each.groupby([frame["region_code"], frame["year"]])
        middle = groups.transform("median").where(groups.transform("count") >= _ENOUGH_SCHOOLS)
        column = TABLES["school_year"].column(name)
        for index, times in enumerate((each / middle).tolist()):
            if times >= _SCHOOL_FACTOR or times <= 1 / _SCHOOL_FACTOR:
                row = frame.iloc[index]
                findings.warning(
                    "far-from-others",
                    dataset.place(row, name),
                    f"“{column.label}”{plain_number(float(row[name]))}，按学生平均是本县各校中位数的{_times(times)}，"
                    "单位可能不对。",
                    f"请核对，单位是“{column.unit}”。",
                )
        medians: dict[Any, float] = groups.median().to_dict()
        first = {key: int(rows[0]) for key, rows in groups.indices.items()}
        for (region, year), now in medians.items():
            times = now / medians.get((region, year - 1), math.nan)
            if times >= _COUNTY_FACTOR or times <= 1 / _COUNTY_FACTOR:
                row = frame.iloc[first[region, year]]
                findings.warning(
                    "unit-jump",
                    dataset.place(row, name),
                    f"“{column.label}”这一列，各校按学生平均的中位数是上年的{_times(times)}，单位可能不对。",
                    f"请核对整列，单位是“{column.unit}”。",
                )


def _times(times: float) -> str:
    return f" {times:.0f} 倍" if times >= 1 else f" 1/{1 / times:.0f}"
