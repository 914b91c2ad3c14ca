"""Schools and their yearly numbers -> the units that the balance standards compare.

A unit is one stage of one school. Nothing is dropped: a unit that does not count says why, and a
school that reported nothing is a unit with missing data.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gongbao.rows import make_frame, row_dicts
from gongbao.standards.difference import split_shared
from gongbao.standards.rules import LEVELS, RULES, SHARED_COLUMNS, STAGE_COLUMNS, column_label, needed_columns

SENIOR, WHOLE_SCHOOL = "高中", "全校"
_STAGES = (*LEVELS, SENIOR)
_IMPLIED = {
    "小学": ("小学",),
    "教学点": ("小学",),
    "初中": ("初中",),
    "九年一贯制": ("小学", "初中"),
    "十二年一贯制": ("小学", "初中", "高中"),
    "完全中学": ("初中", "高中"),
    "高中": ("高中",),
}
# 国教督办函〔2019〕30号: the seven indicators are not asked of these, nor of small teaching points.
_EXCLUDED_TYPES = ("幼儿园", "中职", "特教")

UNIT_TEXT = (
    "school_id",
    "school_name",
    "type",
    "level",
    "urban_rural",
    "excluded_reason",
    "missing",
    "unsplit",
)
UNIT_FLAGS = ("publish_name", "included", "reported")
UNIT_NUMBERS = (*STAGE_COLUMNS, *SHARED_COLUMNS)
UNIT_COLUMNS = (
    "school_id", "school_name", "publish_name", "type", "level", "urban_rural",
    *UNIT_NUMBERS, "included", "excluded_reason", "reported", "missing", "unsplit",
)  # fmt: skip

_Values = dict[str, float]


def resource_units(
    schools: pd.DataFrame,
    school_year: pd.DataFrame,
    *,
    weights: Mapping[str, float],
    min_teaching_point_pupils: float,
) -> pd.DataFrame:
    """One row for each stage of each school, in the order of `schools` (of one region and year).

    Columns `UNIT_COLUMNS`: identity (`type` is the 学校类别, `level` the stage; `publish_name` bool),
    the numbers of schema.SCHOOL_YEAR that the indicators need, NaN where not reported, and
    - `included`: whether the unit counts; if not, `excluded_reason` in Chinese;
    - `reported`: whether any number was given for it;
    - `missing`: labels of the needed numbers that an included unit lacks, joined by "、";
    - `unsplit`: what was lacking to share out the school's common resources ("高中学生数").

    The stages of a school are those its type implies and those it reports. A school with one stage
    may report on the 全校 row. Resources that a mixed school gives on its 全校 row are shared out by
    weighted pupils (`weights`, see difference.split_shared), which takes the pupils of every stage;
    those it gives on stage rows are used as given, and then a stage without a number lacks it.
    Teachers are counted by stage and never shared out. Teaching points with fewer than
    `min_teaching_point_pupils` pupils do not count; without a number of pupils it is not known, so
    they stay in as units with missing data.

    Raises ValueError for a row of an unknown school, or two rows for the same school and stage.
    """
    rows = _rows_by_school(school_year)
    strangers = sorted(rows.keys() - set(schools["school_id"]))
    if strangers:
        raise ValueError(f"“学校”表里没有这些学校：{'、'.join(strangers)}")
    units = [
        unit
        for school in row_dicts(schools)
        for unit in _units(school, rows.get(str(school["school_id"]), {}), weights, min_teaching_point_pupils)
    ]
    frame = make_frame(units, UNIT_COLUMNS, UNIT_NUMBERS)
    return frame.astype(dict.fromkeys(UNIT_TEXT, "str") | dict.fromkeys(UNIT_FLAGS, "bool"))


def missing_data(units: pd.DataFrame) -> pd.DataFrame:
    """What included units lack, one row for each standard, unit and column.

    Columns: standard, school_id, school_name, publish_name, level, reported, column, label, cause
    (why a number that the school gave for all stages could not be used; mostly "").
    """
    rows = []
    for unit in row_dicts(units[units["included"]]):
        for standard in RULES:
            for name in needed_columns(standard):
                if not math.isnan(unit[name]):
                    continue
                shared = name in SHARED_COLUMNS and unit["unsplit"]
                cause = f"缺{unit['unsplit']}，全校资源无法分到学段" if shared else ""
                rows.append(
                    {
                        "standard": standard,
                        **{key: unit[key] for key in ("school_id", "school_name", "publish_name", "level")},
                        "reported": unit["reported"],
                        "column": name,
                        "label": column_label(name),
                        "cause": cause,
                    }
                )
    columns = [
        "standard",
        "school_id",
        "school_name",
        "publish_name",
        "level",
        "reported",
        "column",
        "label",
        "cause",
    ]
    return pd.DataFrame(rows, columns=columns)


def _rows_by_school(school_year: pd.DataFrame) -> dict[str, dict[str, _Values]]:
    found: dict[str, dict[str, _Values]] = {}
    for row in row_dicts(school_year):
        stages = found.setdefault(str(row["school_id"]), {})
        stage = str(row["stage"])
        if stage in stages:
            raise ValueError(f"学校 {row['school_id']} 的“{stage}”有两行")
        stages[stage] = {name: float(row[name]) for name in UNIT_NUMBERS}
    return found


def _units(
    school: Mapping[Any, Any],
    rows: Mapping[str, _Values],
    weights: Mapping[str, float],
    min_teaching_point_pupils: float,
) -> list[dict[str, Any]]:
    kind = str(school["stage"])
    reported = tuple(stage for stage in _STAGES if _known(rows.get(stage, {})))
    implied = _IMPLIED.get(kind, reported or (kind,))
    stages = tuple(stage for stage in (*_STAGES, kind) if stage in implied or stage in reported)
    stages = tuple(dict.fromkeys(stages))
    values, unsplit = _values(stages, rows, weights)
    needed = tuple(dict.fromkeys(name for standard in RULES for name in needed_columns(standard)))
    units = []
    for level in stages:
        reason = _exclusion(kind, level, values[level]["students"], min_teaching_point_pupils)
        lacking = () if reason else tuple(name for name in needed if math.isnan(values[level][name]))
        units.append(
            {
                "school_id": str(school["school_id"]),
                "school_name": school["school_name"],
                "publish_name": school["publish_name"] == 1,
                "type": kind,
                "level": level,
                "urban_rural": school["urban_rural"],
                **values[level],
                "included": not reason,
                "excluded_reason": reason,
                "reported": _known(values[level]),
                "missing": "、".join(column_label(name) for name in lacking),
                "unsplit": unsplit if any(name in SHARED_COLUMNS for name in lacking) else "",
            }
        )
    return units


def _exclusion(kind: str, level: str, students: float, min_teaching_point_pupils: float) -> str:
    if kind in _EXCLUDED_TYPES:
        return kind
    if level == SENIOR:
        return "高中段"
    if students == 0:
        return "本学段无学生"
    if kind == "教学点" and students < min_teaching_point_pupils:
        return f"不足{min_teaching_point_pupils:g}人的教学点"
    return ""


def _values(
    stages: tuple[str, ...], rows: Mapping[str, _Values], weights: Mapping[str, float]
) -> tuple[dict[str, _Values], str]:
    """The numbers of each stage, and which pupils were lacking to share out the 全校 row."""
    nothing = dict.fromkeys(UNIT_NUMBERS, math.nan)
    values = {stage: dict(rows.get(stage, nothing)) for stage in stages}
    whole = rows.get(WHOLE_SCHOOL, nothing)
    if len(stages) == 1:
        (only,) = stages
        own = values[only]
        return {only: {name: whole[name] if math.isnan(own[name]) else own[name] for name in own}}, ""
    pupils = {stage: values[stage]["students"] for stage in stages}
    unknown = [stage for stage in stages if math.isnan(pupils[stage])]
    unsplit = ""
    for name in SHARED_COLUMNS:
        given_by_stage = any(not math.isnan(values[stage][name]) for stage in stages)
        if given_by_stage or math.isnan(whole[name]):
            continue
        if unknown:
            unsplit = "、".join(f"{stage}学生数" for stage in unknown)
        elif sum(pupils.values()) > 0:
            for stage, share in split_shared(whole[name], pupils, weights).items():
                values[stage][name] = share
    return values, unsplit


def _known(values: Mapping[str, float]) -> bool:
    return any(not math.isnan(number) for number in values.values())
