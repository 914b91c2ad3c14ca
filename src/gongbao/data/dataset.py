"""The checked tables of a publication, each row with the cell it came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from gongbao.data.parts import INDEXED, Letters, Parts, frame_of
from gongbao.data.problems import Place, Problem
from gongbao.data.schema import SUBMISSION_TABLES, TABLES
from gongbao.rows import row_dicts


@dataclass(frozen=True)
class Dataset:
    """All tables of a publication after reading and checking.

    `tables[name]` has the columns of `schema.TABLES[name]` in that order (text: str, NaN where
    missing; numbers: float64, NaN where missing; submission tables always carry region_code and
    year) followed by `_file`, `_sheet`, `_row` (1-based, as Excel shows it). `letters` gives the
    Excel column letter of each column in each (file, sheet). `covers` has one row for each
    submission: region_code, year, office, source_id, note, _file. `digests` is file -> SHA-256.

    With `parts`, the rows of submissions are loaded when they are asked for and a few are kept in
    memory; `tables[name]` of a submission table then loads those of the whole publication. What
    `fingerprint`, `count`, `words`, `submissions` and `cover` say costs nothing of the kind. Pickled,
    it is the index, the shared tables and where the rest is kept.
    """

    tables: Mapping[str, pd.DataFrame]
    covers: pd.DataFrame
    letters: Letters
    digests: Mapping[str, str]
    warnings: tuple[Problem, ...] = ()
    parts: Parts | None = None
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What has been derived from this dataset once; never pickled."""

    @classmethod
    def of_parts(
        cls, shared: Dataset, parts: Parts, covers: pd.DataFrame, digests: Mapping[str, str]
    ) -> Dataset:
        """The shared tables of one dataset with submissions beside them."""
        tables = _Tables(shared.tables, parts)
        return cls(tables, covers, _Letters(shared.letters, parts), digests, (), parts)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"memo": {}}

    def with_warnings(self, warnings: tuple[Problem, ...]) -> Dataset:
        return replace(self, warnings=warnings, memo={})

    def table(self, name: str, region: str | None = None, year: int | None = None) -> pd.DataFrame:
        """Rows of a table, for one region and year where they are given. A copy: callers may change it.

        The sources of a region and year are the publication's own and those that this submission lists.
        """
        if self.parts is not None and name in SUBMISSION_TABLES and (region, year) != (None, None):
            own = frame_of(name, self.parts.columns(name, self.parts.matching(region, year)))
        else:
            own = self._selected(name, region, year)
        if name == "sources" and region is not None and year is not None:
            return pd.concat([self._shared_sources(), own], ignore_index=True)
        return own

    def _selected(self, name: str, region: str | None, year: int | None) -> pd.DataFrame:
        frame = self.tables[name]
        if region is not None and year is not None and {"region_code", "year"} <= set(frame):
            return frame.iloc[self._partition(name).get((region, year), [])]
        if region is not None and "region_code" in frame:
            frame = frame[frame["region_code"] == region]
        if year is not None and name in SUBMISSION_TABLES and "year" in frame:
            frame = frame[frame["year"] == year]
        return frame.copy()

    def _shared_sources(self) -> pd.DataFrame:
        if isinstance(self.tables, _Tables):
            return self.tables.shared["sources"]
        frame = self.tables["sources"]
        return frame[frame["region_code"].isna()]

    def rows(self, name: str, region: str | None = None, year: int | None = None) -> list[dict[Any, Any]]:
        """The same rows as dicts, made once for shared tables and single submissions: nobody may change them."""
        if self.parts is None or name not in SUBMISSION_TABLES or region is None or year is None:
            key = ("rows", name, region, year)
            if key not in self.memo:
                self.memo[key] = row_dicts(self.table(name, region, year))
            found: list[dict[Any, Any]] = self.memo[key]
            return found
        part = self.parts.get(region, year)
        own = [] if part is None else part.rows(name)
        if name != "sources":
            return own
        if "own sources" not in self.memo:
            self.memo["own sources"] = row_dicts(self._shared_sources())
        return [*self.memo["own sources"], *own]

    def _partition(self, name: str) -> dict[tuple[str, int], list[int]]:
        """Where the rows of each region and year stand in a submission table."""
        key = ("partition", name)
        if key not in self.memo:
            found: dict[tuple[str, int], list[int]] = {}
            frame = self.tables[name]
            for i, place in enumerate(zip(frame["region_code"], frame["year"], strict=True)):
                found.setdefault(place, []).append(i)
            self.memo[key] = found
        partition: dict[tuple[str, int], list[int]] = self.memo[key]
        return partition

    def forget(self, region: str, year: int) -> None:
        """Let go of the rows of a submission; they are loaded again when they are asked for."""
        if self.parts is not None:
            self.parts.forget(region, year)

    def place(self, row: Mapping[Any, Any] | pd.Series, column: str) -> Place:
        """The cell that holds `column` of a row taken from one of the tables."""
        file, sheet, number = str(row["_file"]), str(row["_sheet"]), int(row["_row"])
        letter = self.letters.get((file, sheet), {}).get(column)
        return Place(file, sheet or None, f"{letter}{number}" if letter else str(number))

    def submissions(self) -> list[tuple[str, int]]:
        """(region, year) of every submission, sorted. Nobody may change it."""
        if "submissions" not in self.memo:
            covers = zip(self.covers["region_code"], self.covers["year"], strict=True)
            self.memo["submissions"] = sorted((str(r), int(y)) for r, y in covers)
        found: list[tuple[str, int]] = self.memo["submissions"]
        return found

    def years_of(self, region: str) -> list[int]:
        """The years for which a region's code has a submission, sorted."""
        if "years" not in self.memo:
            years: dict[str, list[int]] = {}
            for code, year in self.submissions():
                years.setdefault(code, []).append(year)
            self.memo["years"] = years
        found: list[int] = self.memo["years"].get(region, [])
        return found

    def has(self, region: str, year: int) -> bool:
        """Whether there is such a submission."""
        return year in self.years_of(region)

    def count(self, name: str, region: str, year: int) -> int:
        """How many rows a submission has in a table."""
        if self.parts is None:
            return len(self._partition(name).get((region, year), ()))
        entry = self.parts.index.get((region, year))
        return 0 if entry is None else entry.counts.get(name, 0)

    def words(self, name: str, region: str, year: int) -> tuple[str, ...]:
        """The distinct values, sorted, of the column of a table that the plan of reports asks for (INDEXED)."""
        if self.parts is None:
            return tuple(sorted(set(self.table(name, region, year)[INDEXED[name]].dropna())))
        entry = self.parts.index.get((region, year))
        return () if entry is None else entry.words.get(name, ())

    def kept_under(self, region: str, year: int) -> str | None:
        """The key under which the rows of a submission are kept (`parts.Entry.key`), if they are."""
        entry = self.parts.index.get((region, year)) if self.parts is not None else None
        return entry.key if entry is not None else None

    def cover(self, region: str, year: int) -> dict[str, str]:
        """What the cover of one submission says: office, source_id, note; "" where it says nothing.

        Raises KeyError if there is no such submission.
        """
        row = self.cover_rows(region, year)[0]
        return {
            name: row[name] if isinstance(row[name], str) else "" for name in ("office", "source_id", "note")
        }

    def cover_rows(self, region: str, year: int) -> list[dict[Any, Any]]:
        """The rows of `covers` of one submission: one, or two where it was given twice. Raises KeyError."""
        if "covers" not in self.memo:
            covers: dict[tuple[str, int], list[dict[Any, Any]]] = {}
            for row in row_dicts(self.covers):
                covers.setdefault((row["region_code"], row["year"]), []).append(row)
            self.memo["covers"] = covers
        found: list[dict[Any, Any]] = self.memo["covers"][region, year]
        return found

    def fingerprint(self, table: str, region: str = "*", year: int = 0) -> str:
        """SHA-256 of the rows of one partition ("*" / 0: all), origins included: changes when they do."""
        key = ("fingerprint", table, region, year)
        if key not in self.memo:
            self.memo[key] = self._fingerprint(table, None if region == "*" else region, year or None)
        found: str = self.memo[key]
        return found

    def _fingerprint(self, table: str, region: str | None, year: int | None) -> str:
        if self.parts is None or table not in SUBMISSION_TABLES:
            return _digest(self.table(table, region, year))
        own = self.parts.fingerprint(table, self.parts.matching(region, year))
        if table != "sources":
            return own
        if "shared sources" not in self.memo:
            self.memo["shared sources"] = _digest(self._shared_sources())
        return hashlib.sha256(f"{self.memo['shared sources']} {own}".encode()).hexdigest()


def _digest(rows: pd.DataFrame) -> str:
    text = repr([list(rows.columns), rows.to_numpy(dtype=object).tolist()])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


class _Tables(Mapping[str, pd.DataFrame]):
    """Shared tables as they are; a submission table over the whole publication made when asked for."""

    def __init__(self, shared: Mapping[str, pd.DataFrame], parts: Parts) -> None:
        self.shared, self._parts = shared, parts
        self._made: dict[str, pd.DataFrame] = {}

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_made": {}}

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in SUBMISSION_TABLES:
            return self.shared[name]
        if name not in self._made:
            own = frame_of(name, self._parts.columns(name, list(self._parts.index)))
            if name == "sources":
                own = pd.concat([self.shared[name], own], ignore_index=True)
            self._made[name] = own
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(TABLES)

    def __len__(self) -> int:
        return len(TABLES)


class _Letters(Letters):
    """Those of shared files as they are, a submission's when they are asked for."""

    def __init__(self, shared: Letters, parts: Parts) -> None:
        self._shared, self._parts = shared, parts
        self._owner = {file: key for key, entry in parts.index.items() for file in entry.files}

    def __getitem__(self, sheet: tuple[str, str]) -> Mapping[str, str]:
        owner = self._owner.get(sheet[0])
        if owner is None:
            return self._shared[sheet]
        part = self._parts.get(*owner)
        assert part is not None
        return part.letters[sheet]

    def __iter__(self) -> Iterator[tuple[str, str]]:
        yield from self._shared
        for key in self._parts.index:
            part = self._parts.get(*key)
            assert part is not None
            yield from part.letters

    def __len__(self) -> int:
        return sum(1 for _ in self)
