"""The checked tables of a publication, each row with the cell it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from gongbao.data.problems import Place, Problem
from gongbao.data.schema import SUBMISSION_TABLES, TABLES
from gongbao.rows import row_dicts

# Every table carries these three columns behind its own: where each row came from.
ORIGIN = ("_file", "_sheet", "_row")


@dataclass(frozen=True)
class Dataset:
    """All tables of a publication after reading and checking.

    `tables[name]` has the columns of `schema.TABLES[name]` in that order (text: str, NaN where
    missing; numbers: float64, NaN where missing; submission tables always carry region_code and
    year) followed by `_file`, `_sheet`, `_row` (1-based, as Excel shows it). `letters` gives the
    Excel column letter of each column in each (file, sheet). `covers` has one row for each
    submission: region_code, year, office, source_id, note, _file. `digests` is file -> SHA-256.
    """

    tables: Mapping[str, pd.DataFrame]
    covers: pd.DataFrame
    letters: Mapping[tuple[str, str], Mapping[str, str]]
    digests: Mapping[str, str]
    warnings: tuple[Problem, ...] = ()
    _fingerprints: dict[tuple[str, str, int], str] = field(default_factory=dict, compare=False, repr=False)
    _partitions: dict[str, dict[tuple[str, int], list[int]]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _rows: dict[tuple[str, str | None, int | None], list[dict[Any, Any]]] = field(
        default_factory=dict, compare=False, repr=False
    )

    def table(self, name: str, region: str | None = None, year: int | None = None) -> pd.DataFrame:
        """Rows of a table, for one region and year where they are given. A copy: callers may change it."""
        frame = self.tables[name]
        if region is not None and year is not None and {"region_code", "year"} <= set(frame):
            return frame.iloc[self._partition(name).get((region, year), [])]
        if region is not None and "region_code" in frame:
            frame = frame[frame["region_code"] == region]
        if year is not None and name in SUBMISSION_TABLES and "year" in frame:
            frame = frame[frame["year"] == year]
        return frame.copy()

    def rows(self, name: str, region: str | None = None, year: int | None = None) -> list[dict[Any, Any]]:
        """The same rows as dicts, made once: nobody may change them."""
        key = name, region, year
        if key not in self._rows:
            self._rows[key] = row_dicts(self.table(name, region, year))
        return self._rows[key]

    def _partition(self, name: str) -> dict[tuple[str, int], list[int]]:
        """Where the rows of each region and year stand in a submission table."""
        if name not in self._partitions:
            found: dict[tuple[str, int], list[int]] = {}
            frame = self.tables[name]
            for i, key in enumerate(zip(frame["region_code"], frame["year"], strict=True)):
                found.setdefault(key, []).append(i)
            self._partitions[name] = found
        return self._partitions[name]

    def place(self, row: Mapping[Any, Any] | pd.Series, column: str) -> Place:
        """The cell that holds `column` of a row taken from one of the tables."""
        file, sheet, number = str(row["_file"]), str(row["_sheet"]), int(row["_row"])
        letter = self.letters.get((file, sheet), {}).get(column)
        return Place(file, sheet or None, f"{letter}{number}" if letter else str(number))

    def submissions(self) -> list[tuple[str, int]]:
        """(region, year) of every submission, sorted."""
        return sorted(
            (str(r), int(y)) for r, y in zip(self.covers["region_code"], self.covers["year"], strict=True)
        )

    def cover(self, region: str, year: int) -> dict[str, str]:
        """What the cover of one submission says: office, source_id, note; "" where it says nothing.

        Raises KeyError if there is no such submission.
        """
        found = self.covers[(self.covers["region_code"] == region) & (self.covers["year"] == year)]
        if found.empty:
            raise KeyError((region, year))
        row = found.iloc[0]
        return {
            name: row[name] if isinstance(row[name], str) else "" for name in ("office", "source_id", "note")
        }

    def fingerprint(self, table: str, region: str = "*", year: int = 0) -> str:
        """SHA-256 of the rows of one partition ("*" / 0: all), origins included: changes when they do."""
        key = (table, region, year)
        if key not in self._fingerprints:
            rows = self.table(table, None if region == "*" else region, year or None)
            text = repr([list(rows.columns), rows.to_numpy(dtype=object).tolist()])
            self._fingerprints[key] = hashlib.sha256(text.encode()).hexdigest()
        return self._fingerprints[key]


def empty_table(name: str) -> pd.DataFrame:
    """A table of the right columns and types without rows."""
    columns = {c.name: pd.Series(dtype="float64" if c.numeric else "str") for c in TABLES[name].columns}
    origin = {
        "_file": pd.Series(dtype="str"),
        "_sheet": pd.Series(dtype="str"),
        "_row": pd.Series(dtype="int64"),
    }
    frame = pd.DataFrame(columns | origin)
    if name in SUBMISSION_TABLES:
        for column in ("region_code", "year"):
            if column not in frame:  # a submission's own sources
                frame[column] = pd.Series(dtype="float64" if column == "year" else "str")
    return frame
