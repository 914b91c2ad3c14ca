"""Raw tables -> the frames of a Dataset: types, origins, and what a submission's cover implies."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gongbao.data.cells import Number
from gongbao.data.covers import Cover
from gongbao.data.dataset import Dataset
from gongbao.data.empty import column_types
from gongbao.data.problems import Findings, Place
from gongbao.data.schema import SUBMISSION_TABLES, TABLES
from gongbao.data.sheets import Cells, RawTable
from gongbao.data.values import resolve_values

# Where an empty 来源编号 stands for the cover's; an office's own lists of schools have no source.
_WITH_DEFAULT_SOURCE = tuple(
    name
    for name in SUBMISSION_TABLES
    if name != "sources" and any(column.refers == "sources.source_id" for column in TABLES[name].columns)
)


@dataclass(frozen=True, slots=True)
class Submission:
    """What one region reported for one year. `file`: where its cover stands."""

    region: str
    year: int
    file: str
    cover: Cover
    tables: tuple[RawTable, ...]
    from_outside: bool = False


def assemble(
    shared: Sequence[RawTable],
    submissions: Sequence[Submission],
    digests: Mapping[str, str],
    findings: Findings,
    made: Mapping[str, pd.DataFrame] | None = None,
) -> Dataset:
    """The Dataset, not yet checked across tables. Rows stand in the order of files and rows.

    `made`: shared tables whose frames have been made already from these `shared`.
    """
    parts: dict[str, list[tuple[RawTable, Submission | None]]] = {name: [] for name in TABLES}
    for raw in shared:
        parts[raw.table].append((raw, None))
    for submission in submissions:
        for raw in submission.tables:
            parts[raw.table].append((raw, submission))
    numbers: dict[int, Number] = {}
    tables = {
        name: made[name] if made and name in made else _frame(name, tables, numbers, findings)
        for name, tables in parts.items()
    }
    letters: dict[tuple[str, str], Mapping[str, str]] = {
        (raw.file, raw.sheet): raw.letters for tables_ in parts.values() for raw, _ in tables_
    }
    tables["evaluations"] = _held(tables["evaluations"], tables["eval_scores"])
    _fill_default_sources(tables, submissions)
    dataset = Dataset(tables, _covers(submissions), letters, digests)
    tables["indicator_values"] = resolve_values(dataset, numbers, findings)
    return dataset


def _frame(
    name: str,
    parts: Sequence[tuple[RawTable, Submission | None]],
    numbers: dict[int, Number],
    findings: Findings,
) -> pd.DataFrame:
    """One table out of all files. `numbers` gets the written numbers of 指标数据 by row label."""
    types = column_types(name)
    columns: dict[str, Cells] = {column: [] for column in types}
    for raw, submission in parts:
        start, count = len(columns["_row"]), len(raw.rows)
        if name == "indicator_values":
            for position, number in raw.numbers.items():
                numbers[start + position] = number
        implied: dict[str, str | float] = {}
        if submission is not None:
            implied = {"region_code": submission.region, "year": float(submission.year)}
            _compare_implied(raw, implied, findings)
        elif name in SUBMISSION_TABLES:
            implied = {"region_code": "", "year": math.nan}
        for column, cells in columns.items():
            if column in implied:
                cells += [implied[column]] * count
            elif column in raw.columns:
                cells += raw.columns[column]
        columns["_file"] += [raw.file] * count
        columns["_sheet"] += [raw.sheet] * count
        columns["_row"] += raw.rows
    series = {}
    for column, cells in columns.items():
        if types[column] == "str" and column not in ("_file", "_sheet"):
            cells = [cell or math.nan for cell in cells]
        series[column] = pd.Series(cells, dtype=types[column])
    return pd.DataFrame(series)


def _compare_implied(raw: RawTable, implied: Mapping[str, str | float], findings: Findings) -> None:
    """A region or year that is written in a row all the same must be the submission's."""
    for column, value in implied.items():
        if column not in raw.letters:
            continue
        label = TABLES[raw.table].column(column).label
        for row, cell in zip(raw.rows, raw.columns[column], strict=True):
            if cell in ("", value) or cell != cell:
                continue
            shown = str(int(value)) if isinstance(value, float) else value
            given = str(int(cell)) if isinstance(cell, float) else cell
            findings.error(
                "row-mismatch",
                Place(raw.file, raw.sheet or None, f"{raw.letters[column]}{row}"),
                f"这一行的{label}是 {given}，而填报表是 {shown} 的。",
                "请删除这一行，或改正。",
            )


def _held(evaluations: pd.DataFrame, scores: pd.DataFrame) -> pd.DataFrame:
    """Without those that a template listed from last year and nobody filled in: no date, total, grade or score."""
    key = ["region_code", "year", "eval_id"]
    scored = pd.MultiIndex.from_frame(evaluations[key]).isin(pd.MultiIndex.from_frame(scores[key]))
    filled = evaluations[["date", "total", "grade"]].notna().any(axis=1)
    return evaluations[filled | scored].reset_index(drop=True)


def _fill_default_sources(tables: Mapping[str, pd.DataFrame], submissions: Sequence[Submission]) -> None:
    sources = {(s.region, s.year): s.cover.source_id for s in submissions if s.cover.source_id}
    for name in _WITH_DEFAULT_SOURCE:
        frame = tables[name]
        empty = frame.index[frame["source_id"].isna()]
        places = zip(frame["region_code"].iloc[empty], frame["year"].iloc[empty], strict=True)
        frame.loc[empty, "source_id"] = pd.Series(
            [sources.get(place, math.nan) for place in places], index=empty, dtype=frame["source_id"].dtype
        )


def _covers(submissions: Sequence[Submission]) -> pd.DataFrame:
    columns: dict[str, list[str]] = {n: [] for n in ("region_code", "office", "source_id", "note", "_file")}
    for s in submissions:
        values = (s.region, s.cover.office, s.cover.source_id, s.cover.note, s.file)
        for cells, value in zip(columns.values(), values, strict=True):
            cells.append(value or math.nan)  # type: ignore[arg-type]  # NaN is missing text
    frame = pd.DataFrame({name: pd.Series(cells, dtype="str") for name, cells in columns.items()})
    frame.insert(1, "year", pd.Series([s.year for s in submissions], dtype="int64"))
    return frame
