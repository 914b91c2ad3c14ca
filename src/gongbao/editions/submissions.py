"""Two submissions side by side: every table row by row, with the cell on both sides.

What is compared is what the reader makes of the cells (units converted, codes cleaned, defaults of the cover
filled in), internal tables and indicators too: this is for the office that accepts a submission, not for
readers.
"""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongbao.data import Dataset, Problem, examine
from gongbao.data.columns import Column
from gongbao.data.folders import relative_name
from gongbao.data.schema import COVER_FIELDS, COVER_SHEET, SUBMISSION_TABLES, TABLES
from gongbao.editions.align import keyed_pairs
from gongbao.present.numbers import plain
from gongbao.publication import Publication
from gongbao.rows import row_dicts

Row = Mapping[Any, Any]
_PLACE = ("region_code", "year")
_COVER = ("office", "source_id", "note")
# Tables whose rows are a school's, with the columns that tell its rows apart.
_OF_SCHOOLS: Mapping[str, tuple[str, ...]] = {
    "schools": (), "school_year": ("stage",), "visits": ("insp_id", "date", "check_item"),
}  # fmt: skip


class SubmissionsError(Exception):
    """A submission can't be compared; the text says why and what would be right."""


@dataclass(frozen=True)
class Submission:
    """One side: what was read of it, for which region and year, and what is wrong with it."""

    path: Path
    name: str
    region: str
    year: int
    dataset: Dataset
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == "error")

    @property
    def cover(self) -> dict[str, str]:
        return self.dataset.cover(self.region, self.year)

    def rows(self, table: str) -> Sequence[Row]:
        """The submission's own rows of a table."""
        return row_dicts(self.dataset.table(table, self.region, self.year))


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell: its column's label, what stood and stands in it ("" empty), and where it is on both sides."""

    label: str
    old: str
    new: str
    old_cell: str = ""
    new_cell: str = ""


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that was changed, added or removed; `name` is what a person calls it. An added or removed one
    lists all of its filled cells."""

    state: str
    key: tuple[str, ...]
    name: str
    cells: tuple[CellChange, ...]
    old_place: str = ""
    new_place: str = ""


@dataclass(frozen=True, slots=True)
class TableChange:
    """What differs in one table (“封面” too)."""

    table: str
    label: str
    rows: tuple[RowChange, ...]

    def count(self, state: str) -> int:
        return sum(row.state == state for row in self.rows)


def read_submission(path: Path, publication: Publication | None) -> Submission:
    """Read a workbook or a folder of CSV files, with the publication's definitions where there is one.

    Errors in the data are told in `problems` and don't stop a comparison. Raises SubmissionsError when
    not even the region and year can be known.
    """
    if publication is not None:
        return _read(path, publication.root, publication.data)
    with tempfile.TemporaryDirectory() as empty:
        return _read(path, Path(empty), Path(empty) / "data")


def _read(path: Path, root: Path, data: Path) -> Submission:
    dataset, problems = examine(root, data, [path])
    name = relative_name(path, root)
    own = tuple(p for p in problems if p.place.file == name or p.place.file.startswith(f"{name}/"))
    covers = dataset.covers
    for region, year, file in zip(covers["region_code"], covers["year"], covers["_file"], strict=True):
        if file == name or file.startswith(f"{name}/"):
            return Submission(path, name, str(region), int(year), dataset, own)
    why = "\n".join(str(p) for p in own if p.severity == "error") or "没有封面，不知道是哪里哪一年的数据。"
    raise SubmissionsError(f"{name} 不能比较：{why}")


def compare_submissions(old: Submission, new: Submission) -> tuple[TableChange, ...]:
    """What differs, table by table in the order of a form; () where nothing does."""
    found = [TableChange("cover", COVER_SHEET, tuple(_cover(old, new)))]
    for table in SUBMISSION_TABLES:
        found.append(TableChange(table, TABLES[table].label, tuple(_rows(table, old, new))))
    return tuple(change for change in found if change.rows)


def _cover(old: Submission, new: Submission) -> Iterator[RowChange]:
    left = {"region_code": old.region, "year": str(old.year), **old.cover}
    right = {"region_code": new.region, "year": str(new.year), **new.cover}
    cells = tuple(
        CellChange(COVER_FIELDS[name], left[name], right[name])
        for name in (*_PLACE, *_COVER)
        if left[name] != right[name]
    )
    if cells:
        yield RowChange("changed", (), COVER_SHEET, cells, old.name, new.name)


def _rows(table: str, old: Submission, new: Submission) -> Iterator[RowChange]:
    left, right = old.rows(table), new.rows(table)
    columns = [c for c in TABLES[table].columns if c.name not in _PLACE]
    names = {**_names(table, old), **_names(table, new)}
    keys = [[_key(table, row) for row in rows] for rows in (left, right)]
    for i, j in keyed_pairs(keys[0], keys[1]):
        before, after = (None if i is None else left[i]), (None if j is None else right[j])
        key = keys[0][i] if i is not None else keys[1][j] if j is not None else ()
        cells = tuple(_cells(columns, old, before, new, after))
        if not cells and before is not None and after is not None:
            continue
        state = (
            "changed"
            if before is not None and after is not None
            else "added"
            if before is None
            else "removed"
        )
        places = [
            "" if row is None else f"{row['_file']} {_sheet(row)}第{row['_row']}行" for row in (before, after)
        ]
        yield RowChange(
            state, key, names.get(key, "，".join(k for k in key if k)), cells, places[0], places[1]
        )


def _sheet(row: Row) -> str:
    return f"工作表“{row['_sheet']}” " if row["_sheet"] else ""


def _cells(
    columns: Sequence[Column], old: Submission, before: Row | None, new: Submission, after: Row | None
) -> Iterator[CellChange]:
    for column in columns:
        left, right = _text(before, column), _text(after, column)
        if left == right or _defaults(column, old, left, new, right):
            continue
        places = [
            "" if row is None else _cell(side.dataset, row, column)
            for side, row in ((old, before), (new, after))
        ]
        yield CellChange(column.label, left, right, places[0], places[1])


def _defaults(column: Column, old: Submission, left: str, new: Submission, right: str) -> bool:
    """Whether both sides hold the default source of their covers: told once, at the cover."""
    return column.name == "source_id" and left == old.cover["source_id"] and right == new.cover["source_id"]


def _cell(dataset: Dataset, row: Row, column: Column) -> str:
    place = dataset.place(row, column.name)
    # a submission may lack a column: then there is no cell, only a row
    return "" if place.cell is None or (place.cell.isdigit() and place.sheet) else str(place.cell)


def _text(row: Row | None, column: Column) -> str:
    """What a cell says; "" where it says nothing."""
    value: Any = math.nan if row is None else row[column.name]
    if value != value:
        return ""
    if column.type == "flag":
        return "是" if value else "否"
    return plain(float(value)) if column.numeric else str(value)


def _key(table: str, row: Row) -> tuple[str, ...]:
    definition = TABLES[table]
    return tuple(_text(row, definition.column(n)) for n in definition.key if n not in _PLACE)


def _names(table: str, side: Submission) -> dict[tuple[str, ...], str]:
    """What a person calls the rows of a table whose keys are codes."""
    more: tuple[str, ...]
    if table == "indicator_values":
        definitions = side.dataset.table("indicators")
        code, more = "indicator_id", ("stage", "statistic", "period")
        words = dict(zip(definitions["indicator_id"], definitions["name_zh"], strict=True))
    elif table in _OF_SCHOOLS:
        schools = side.dataset.table("schools", side.region, side.year)
        code, more = "school_id", _OF_SCHOOLS[table]
        words = dict(zip(schools["school_id"], schools["school_name"], strict=True))
    else:
        return {}
    named = {}
    for row in side.rows(table):
        texts = [_text(row, TABLES[table].column(n)) for n in more]
        texts = [t for t in texts if t and t not in ("全部", "数值")]
        name = str(words.get(row[code], row[code]))
        named[_key(table, row)] = f"{name}（{'，'.join(texts)}）" if texts else name
    return named
