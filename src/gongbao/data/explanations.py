"""What an office answers to warnings about its data (table 核对说明).

A warning is matched by its code, its sheet and, where the answer names one, its row. An error can't be
explained away, and an answer that fits nothing is itself a warning: the data or the answer has changed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from gongbao.data.cells import closest, plain_number
from gongbao.data.dataset import Dataset
from gongbao.data.folders import table_named
from gongbao.data.headers import plain_label
from gongbao.data.problems import Findings, Problem
from gongbao.data.schema import TABLES
from gongbao.rows import row_dicts

TABLE = "explanations"
UNUSED = "explanation-unused"
_ROW = re.compile(r"第?(\d+)行|[A-Z]{1,2}(\d+)")


@dataclass(frozen=True, slots=True)
class _Where:
    """What an answer may match of a problem: its submission, its sheet and its row in the file."""

    submission: str
    sheet: str
    row: str


def answer_warnings(dataset: Dataset, problems: Sequence[Problem]) -> list[Problem]:
    """The problems with the answers that the submissions give to them, and a warning for each that fits none."""
    given = row_dicts(dataset.tables[TABLE])
    if not given:
        return list(problems)
    answered = list(problems)
    wheres = [_where(problem) for problem in problems]
    keys = _row_keys(dataset, {where.sheet for where in wheres})
    findings = Findings()
    for row in given:
        code, sheet = row["code"], row["sheet"]
        if not (isinstance(code, str) and isinstance(sheet, str)):
            continue  # an empty key has been reported
        wanted, told = (v if isinstance(v, str) else "" for v in (row["row_key"], row["explanation"]))
        file = str(row["_file"])
        table = _table_of(sheet)
        own = [
            i for i, where in enumerate(wheres) if where.submission == _submission(file, bool(row["_sheet"]))
        ]
        here = [i for i in own if wheres[i].sheet == table and _is_row(problems[i], wheres[i], wanted, keys)]
        matched = [i for i in here if problems[i].code == code]
        warnings = [i for i in matched if problems[i].severity == "warning"]
        for index in warnings:
            answered[index] = replace(answered[index], answer=told)
        if warnings:
            continue
        place = dataset.place(row, "code")
        if matched:
            findings.warning(
                UNUSED,
                place,
                f"“{code}”在“{sheet}”表里是错误，不能用说明代替改正。",
                "请改正数据，再删去这条说明。",
            )
            continue
        findings.warning(
            UNUSED,
            place,
            f"没有与这条说明对应的提醒：“{sheet}”表{f'“{wanted}”行' if wanted else ''}没有代码为“{code}”的提醒。"
            + _guess(code, [problems[i].code for i in (here or own) if problems[i].severity == "warning"]),
            "请核对提醒代码、工作表和数据行（gongbao check 会印出）；提醒已经消除的请删去这条说明。",
        )
    return [*answered, *findings.problems]


def _guess(code: str, codes: Iterable[str]) -> str:
    found = closest(code, codes)
    return f"是不是“{found}”？" if found and found != code else ""


def _table_of(sheet: str) -> str:
    """The table that a sheet's name means, or the name itself (封面)."""
    return table_named(plain_label(sheet), "submission") or plain_label(sheet)


def _submission(file: str, is_sheet: bool) -> str:
    """The submission a file belongs to: the workbook, or the folder of a CSV."""
    return file if is_sheet else str(PurePosixPath(file).parent)


def _where(problem: Problem) -> _Where:
    place = problem.place
    is_sheet = place.sheet is not None or not place.file.lower().endswith(".csv")
    sheet = place.sheet or (PurePosixPath(place.file).stem if not is_sheet else "")
    row = re.sub(r"^[A-Z]+", "", place.cell or "")
    return _Where(_submission(place.file, is_sheet), _table_of(sheet), row)


def _row_keys(dataset: Dataset, tables: Collection[str]) -> dict[tuple[str, str, str], set[str]]:
    """(file, table, row) -> the values of the row's key columns, for the tables that problems were found in."""
    keys: dict[tuple[str, str, str], set[str]] = {}
    for name in set(tables) & set(TABLES):
        frame = dataset.tables[name]
        columns = [k for k in TABLES[name].key if k not in ("region_code", "year")]
        for file, row, *values in zip(*(frame[c].tolist() for c in ("_file", "_row", *columns)), strict=True):
            keys[str(file), name, str(row)] = {
                plain_number(v) if isinstance(v, float) else str(v)
                for v in values
                if v == v and v is not None
            }
    return keys


def _is_row(problem: Problem, where: _Where, wanted: str, keys: dict[tuple[str, str, str], set[str]]) -> bool:
    """Whether an answer for the row `wanted` ("": any) is about this problem. A row may be given by one of
    its codes or as Excel counts it (第5行, 单元格 C5)."""
    if not wanted or wanted in keys.get((problem.place.file, where.sheet, where.row), ()):
        return True
    match = _ROW.fullmatch(wanted.replace("单元格", "").strip())
    return match is not None and where.row == (match[1] or match[2])
