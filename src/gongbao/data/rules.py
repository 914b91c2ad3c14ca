"""What must hold within one table: ranges, unique keys, parts not above the whole (pandera)."""

from __future__ import annotations

from functools import lru_cache

import pandas as pd
import pandera.pandas as pa

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
_UNIQUE = "multiple_fields_uniqueness"  # pandera's name for a broken key
_BANDS = ("cls_le45", "cls_46_50", "cls_51_55", "cls_56plus")
# Schools below this size may count 走教、兼职、轮岗 PE and art teachers (优质均衡 standard, indicator L3).
_SMALL_SCHOOL = 100


def check_table(dataset: Dataset, name: str, findings: Findings) -> None:
    """Report every cell of a table that breaks one of the table's own rules."""
    frame, table = dataset.tables[name], TABLES[name]
    if frame.empty:
        return
    try:
        _schema(name).validate(frame, lazy=True)
    except pa.errors.SchemaErrors as failure:
        # a failing frame-wide check lists every column of a row: keep one line for each row and rule
        cases = failure.failure_cases[["column", "check", "index", "schema_context"]]
        for column, check, index, context in sorted(
            {_case(*case) for case in cases.itertuples(index=False, name=None)},
            key=lambda c: (c[2], c[1], c[0]),
        ):
            if context == "Column":
                _out_of_range(dataset, frame, table, column, index, findings)
            elif check.startswith("part:"):
                _, part, whole = check.split(":")
                _part_above_whole(dataset, frame, table, part, whole, index, findings)
            elif check == "bands":
                _bands_differ(dataset, frame, index, findings)
            elif check != _UNIQUE:
                raise
        if (failure.failure_cases["check"] == _UNIQUE).any():
            _duplicates(dataset, frame, table, findings)


def _case(column: object, check: object, index: object, context: object) -> tuple[str, str, int, str]:
    return (str(column) if context == "Column" else "", str(check), int(str(index)), str(context))


@lru_cache
def _schema(name: str) -> pa.DataFrameSchema:
    """The pandera schema of a table, made from `schema.TABLES`."""
    columns = {}
    for column in TABLES[name].columns:
        checks = []
        if column.minimum is not None:
            checks.append(pa.Check.ge(column.minimum))
        if column.maximum is not None:
            checks.append(pa.Check.le(column.maximum))
        if checks:
            columns[column.name] = pa.Column("float64", checks, nullable=True)
    rules = []
    if name == "school_year":
        rules = [_part_rule(part, whole) for part, whole in _PARTS]
        rules.append(pa.Check(_bands_agree, name="bands", error="bands"))
    return pa.DataFrameSchema(columns, checks=rules, unique=_key(TABLES[name]))


def _key(table: Table) -> list[str]:
    """A table's key. An office's own codes need only be unique within its submission."""
    if table.name not in SUBMISSION_TABLES:
        return list(table.key)
    return ["region_code", "year", *(k for k in table.key if k not in ("region_code", "year"))]


def _part_rule(part: str, whole: str) -> pa.Check:
    def holds(frame: pd.DataFrame) -> pd.Series[bool]:
        above = frame[part] > frame[whole]  # false where one is missing
        if part == "t_pe_art":
            above &= ~(frame["students"] < _SMALL_SCHOOL)
        return ~above

    return pa.Check(holds, name=f"part:{part}:{whole}", error=f"part:{part}:{whole}")


def _bands_agree(frame: pd.DataFrame) -> pd.Series[bool]:
    total = frame[list(_BANDS)].sum(axis=1, skipna=False)
    return (total == frame["classes"]) | total.isna() | frame["classes"].isna()


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
    rows = frame[frame[required].notna().all(axis=1)]  # an empty key has been reported as such
    first: dict[tuple[object, ...], int] = {}
    for index, values in zip(rows.index.tolist(), _keys(rows, key), strict=True):
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


def _keys(frame: pd.DataFrame, key: list[str]) -> list[tuple[object, ...]]:
    return list(
        zip(*(frame[k].astype("object").where(frame[k].notna(), None).tolist() for k in key), strict=True)
    )
