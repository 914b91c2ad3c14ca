"""What must hold within one table: ranges, unique keys, parts not above the whole."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from gongbao.data.cells import plain_number
from gongbao.data.columns import Table
from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings
from gongbao.data.schema import SUBMISSION_TABLES, TABLES

# (part, whole) within a school_year row
_PARTS = (
    ("t_above_edu", "teachers"),
    ("t_backbone", "teachers"),
    ("t_pe_art", "teachers"),
    ("t_mid_senior", "teachers"),
    ("t_cert", "teachers"),
    ("indoor_pe_area", "teach_area"),
    ("migrant", "students"),
    ("training_fund", "public_fund_budget"),
)
_BANDS = ("cls_le45", "cls_46_50", "cls_51_55", "cls_56plus")
# Schools below this size may count 走教、兼职、轮岗 PE and art teachers (优质均衡 standard, indicator L3).
_SMALL_SCHOOL = 100


def check_table(dataset: Dataset, name: str, findings: Findings) -> None:
    """Report every cell of a table that breaks one of the table's own rules, row by row; then rows that are
    there twice."""
    frame, table = dataset.tables[name], TABLES[name]
    if frame.empty:
        return
    for index, rule, detail, column in sorted(_broken(frame, table)):
        if rule == "part":
            _part_above_whole(dataset, frame, table, detail, column, index, findings)
        elif rule == "bands":
            _bands_differ(dataset, frame, index, findings)
        else:
            _out_of_range(dataset, frame, table, column, index, findings)
    _duplicates(dataset, frame, table, findings)


def _broken(frame: pd.DataFrame, table: Table) -> Iterator[tuple[int, str, str, str]]:
    """(row, rule, limit or part, column or whole) of everything that is out of bounds; what is missing is not.

    The names of the rules put what is told of one row into an order.
    """
    for column in table.columns:
        if column.minimum is None and column.maximum is None:
            continue
        low = -math.inf if column.minimum is None else column.minimum
        high = math.inf if column.maximum is None else column.maximum
        for index, value in enumerate(frame[column.name].tolist()):
            if value < low:
                yield index, "least", str(column.minimum), column.name
            elif value > high:
                yield index, "most", str(column.maximum), column.name
    if table.name == "school_year":
        yield from _broken_sums(frame)


def _broken_sums(frame: pd.DataFrame) -> Iterator[tuple[int, str, str, str]]:
    small = (frame["students"] < _SMALL_SCHOOL).tolist()
    for part, whole in _PARTS:
        above = (frame[part] > frame[whole]).tolist()  # false where one is missing
        for index in (i for i, broken in enumerate(above) if broken):
            if part != "t_pe_art" or not small[index]:
                yield index, "part", part, whole
    columns = (frame[name].tolist() for name in (*_BANDS, "classes"))
    for index, (*bands, classes) in enumerate(zip(*columns, strict=True)):
        total = sum(bands)
        if total != classes and not math.isnan(total) and not math.isnan(classes):
            yield index, "bands", "", ""


def _key(table: Table) -> list[str]:
    """A table's key. An office's own codes need only be unique within its submission."""
    if table.name not in SUBMISSION_TABLES:
        return list(table.key)
    return ["region_code", "year", *(k for k in table.key if k not in ("region_code", "year"))]


def _out_of_range(
    dataset: Dataset, frame: pd.DataFrame, table: Table, name: str, index: int, findings: Findings
) -> None:
    column, value = table.column(name), float(frame[name].iloc[index])
    place = dataset.place(frame.iloc[index], name)
    low, high = column.minimum, column.maximum
    if value < 0 and low == 0:
        findings.error(
            "negative", place, f"“{column.label}”是负数 {plain_number(value)}。", "请核对，不能小于 0。"
        )
        return
    limits = " 至 ".join(plain_number(limit) if limit is not None else "…" for limit in (low, high))
    findings.error(
        "out-of-range",
        place,
        f"“{column.label}”是 {plain_number(value)}，超出范围。",
        f"应在 {limits} 之间。",
    )


def _part_above_whole(
    dataset: Dataset, frame: pd.DataFrame, table: Table, part: str, whole: str, index: int, findings: Findings
) -> None:
    small, large = (plain_number(float(frame[name].iloc[index])) for name in (part, whole))
    where = dataset.place(frame.iloc[index], whole).cell
    findings.error(
        "part-above-whole",
        dataset.place(frame.iloc[index], part),
        f"“{table.column(part).label}”{small} 大于“{table.column(whole).label}”{large}（{where}）。",
        "请核对这两个数。",
    )


def _bands_differ(dataset: Dataset, frame: pd.DataFrame, index: int, findings: Findings) -> None:
    row = frame.iloc[index]
    bands = "+".join(plain_number(float(row[band])) for band in _BANDS)
    total = plain_number(float(sum(row[band] for band in _BANDS)))
    findings.error(
        "bands-sum",
        dataset.place(row, "classes"),
        f"各班额的班数 {bands}={total}，与班级数 {plain_number(float(row['classes']))} 不等。",
        "请核对班级数和各班额的班数。",
    )


def _duplicates(dataset: Dataset, frame: pd.DataFrame, table: Table, findings: Findings) -> None:
    key = _key(table)
    own = [k for k in key if k in table.names and not table.column(k).implied]
    required = [c.name for c in table.columns if c.name in own and c.required]
    first: dict[tuple[object, ...], int] = {}
    needed = [key.index(name) for name in required]
    for index, values in enumerate(_keys(frame, key)):
        if any(values[i] is None for i in needed):
            continue  # an empty key has been reported as such
        if values not in first:
            first[values] = index
            continue
        row, earlier = frame.iloc[index], dataset.place(frame.iloc[first[values]], required[0])
        shown = "、".join(f"{table.column(k).label} {_shown(row[k])}" for k in own if pd.notna(row[k]))
        findings.error(
            "duplicate-key",
            dataset.place(row, required[0]),
            f"与 {earlier} 重复：{shown}。",
            "请只保留一行。",
        )


def _shown(value: object) -> str:
    return plain_number(value) if isinstance(value, float) else str(value)


def _keys(frame: pd.DataFrame, key: list[str]) -> Iterator[tuple[object, ...]]:
    """The key of each row, None where a cell of it is missing."""
    columns = ([None if cell != cell else cell for cell in frame[name].tolist()] for name in key)
    return zip(*columns, strict=True)
