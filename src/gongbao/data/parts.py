"""What each submission holds: an index that is always at hand, and its rows, loaded when they are asked for."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pandas as pd

from gongbao.data.empty import ORIGIN, column_types
from gongbao.data.kept import Keep
from gongbao.data.packing import dump, load
from gongbao.data.schema import SUBMISSION_TABLES
from gongbao.rows import block_frame

# What the plan of reports asks of every submission: the index answers it.
INDEXED = {
    "indicator_values": "indicator_id",
    "staffing": "category",
    "surveys": "survey",
    "evaluations": "framework_id",
}
_AT_HAND = 64  # submissions whose rows stay loaded; one takes about a megabyte
_NOTHING = hashlib.sha256(b"").hexdigest()[:32]

PartKey = tuple[str, int]  # region, year
Rows = list[dict[Any, Any]]
Letters = Mapping[tuple[str, str], Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """The index of one region's submission for one year.

    `counts` and `fingerprints` are of its tables that have rows; `words` holds the distinct values of
    the columns in INDEXED, sorted; `key` is what its rows are kept under.
    """

    files: tuple[str, ...]
    counts: Mapping[str, int]
    fingerprints: Mapping[str, str]
    words: Mapping[str, tuple[str, ...]]
    key: str

    def fingerprint(self, table: str) -> str:
        return self.fingerprints.get(table, _NOTHING)


class Part:
    """The rows of one submission, each table decoded when it is first asked for."""

    def __init__(self, key: PartKey, data: bytes) -> None:
        self._key = key
        head, _, self._body = data.partition(b"\n")
        plain = load(head)
        self._where: dict[str, tuple[int, int]] = plain["where"]
        self.letters: dict[tuple[str, str], dict[str, str]] = {
            (file, sheet): letters for file, sheet, letters in plain["letters"]
        }
        """(file, sheet) -> column -> its letter in Excel, for the tables that have rows."""
        self._columns: dict[str, dict[str, list[Any]]] = {}
        self._rows: dict[str, Rows] = {}

    def columns(self, table: str) -> dict[str, list[Any]]:
        """Every column of a table as a list of text, numbers and NaN, in the order of the schema."""
        if table not in self._columns:
            plain = self._plain(table)
            count = len(plain["rows"])
            given = plain["columns"]
            given["_row"] = plain["rows"]
            given["_file"] = [file for file, _, n in plain["origins"] for _ in range(n)]
            given["_sheet"] = [sheet for _, sheet, n in plain["origins"] for _ in range(n)]
            given["region_code"], given["year"] = [self._key[0]] * count, [float(self._key[1])] * count
            self._columns[table] = {
                name: given[name] if name in given else [math.nan] * count for name in column_types(table)
            }
        return self._columns[table]

    def rows(self, table: str) -> Rows:
        """The rows as dicts, made once: nobody may change them."""
        if table not in self._rows:
            columns = self.columns(table)
            names = list(columns)
            self._rows[table] = [
                dict(zip(names, row, strict=True)) for row in zip(*columns.values(), strict=True)
            ]
        return self._rows[table]

    def _plain(self, table: str) -> dict[str, Any]:
        start, end = self._where.get(table, (0, 0))
        if start == end:
            return {"rows": [], "origins": [], "columns": {}}
        plain: dict[str, Any] = load(self._body[start:end])
        return plain


def frame_of(table: str, columns: Mapping[str, Sequence[Any]]) -> pd.DataFrame:
    """A frame out of lists; the numbers stand together in one block, the texts in another."""
    return block_frame(columns, column_types(table))


def split(
    tables: Mapping[str, pd.DataFrame],
    letters: Letters,
    files: Mapping[PartKey, Sequence[str]],
    keys: Mapping[PartKey, str],
) -> dict[PartKey, tuple[Entry, bytes]]:
    """The index and the packed rows of every submission whose rows stand in the frames.

    `files` and `keys`: what each was read from, and what its rows are kept under.
    """
    blobs: dict[PartKey, dict[str, _Blob]] = {key: {} for key in keys}
    counts: dict[PartKey, dict[str, int]] = {key: {} for key in keys}
    words: dict[PartKey, dict[str, tuple[str, ...]]] = {key: {} for key in keys}
    for table in SUBMISSION_TABLES:
        frame = tables[table]
        columns = {str(name): frame[name].tolist() for name in frame}
        where: dict[PartKey, list[int]] = {}
        for index, (region, year) in enumerate(zip(columns["region_code"], columns["year"], strict=True)):
            where.setdefault((region, year), []).append(index)
        for key in keys:
            indexes = where.get(key)
            if not indexes:
                continue
            own = _picked(columns, indexes)
            blobs[key][table] = _packed(own)
            counts[key][table] = len(indexes)
            if table in INDEXED:
                given = {word for word in own[INDEXED[table]] if isinstance(word, str)}
                words[key][table] = tuple(sorted(given))
    found = {}
    for key in keys:
        letters_of = {t: _letters(blob.origins, letters) for t, blob in blobs[key].items()}
        fingerprints = {
            table: hashlib.sha256(blob.data + dump(letters_of[table])).hexdigest()[:32]
            for table, blob in blobs[key].items()
        }
        entry = Entry(tuple(files[key]), counts[key], fingerprints, words[key], keys[key])
        found[key] = entry, _joined(blobs[key], letters_of)
    return found


def _picked(columns: Mapping[str, list[Any]], indexes: list[int]) -> dict[str, list[Any]]:
    first, last = indexes[0], indexes[-1] + 1
    if last - first == len(indexes):
        return {name: cells[first:last] for name, cells in columns.items()}
    return {name: [cells[i] for i in indexes] for name, cells in columns.items()}


@dataclass(frozen=True, slots=True)
class _Blob:
    """One table of one submission, and the (file, sheet) that its rows came from."""

    data: bytes
    origins: tuple[tuple[str, str], ...]


def _packed(columns: Mapping[str, list[Any]]) -> _Blob:
    """What its key says and columns without a value are left out."""
    places = zip(columns["_file"], columns["_sheet"], strict=True)
    origins = [(*origin, len(list(rows))) for origin, rows in groupby(places)]
    given = {
        name: cells
        for name, cells in columns.items()
        if name not in (*ORIGIN, "region_code", "year") and any(cell == cell for cell in cells)
    }
    data = dump({"rows": columns["_row"], "origins": origins, "columns": given})
    return _Blob(data, tuple(dict.fromkeys((file, sheet) for file, sheet, _ in origins)))


def _letters(origins: Sequence[tuple[str, str]], letters: Letters) -> list[tuple[str, str, dict[str, str]]]:
    return [(*origin, dict(letters.get(origin, {}))) for origin in origins]


def _joined(
    blobs: Mapping[str, _Blob], letters: Mapping[str, list[tuple[str, str, dict[str, str]]]]
) -> bytes:
    where, start = {}, 0
    for table, blob in blobs.items():
        where[table] = (start, start + len(blob.data))
        start += len(blob.data)
    head = {"where": where, "letters": [each for of_table in letters.values() for each in of_table]}
    return dump(head) + b"\n" + b"".join(blob.data for blob in blobs.values())


@dataclass(eq=False)
class Parts:
    """The submissions of a publication in the order of their files.

    With `keep` their rows are loaded from there when they are asked for, and `again` reads and checks one
    anew whose entry is gone or damaged; without, `held` has the rows of all. Pickled with `keep`, it is
    the index alone.
    """

    index: dict[PartKey, Entry]
    keep: Keep | None = None
    again: Callable[[str, int], bytes] | None = None
    held: dict[PartKey, bytes] = field(default_factory=dict)
    around: Callable[[], AbstractContextManager[None]] = nullcontext
    """Entered while kept rows are loaded."""
    _loaded: OrderedDict[PartKey, Part] = field(default_factory=OrderedDict)

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_loaded": OrderedDict()}

    def get(self, region: str, year: int) -> Part | None:
        """The rows of a submission, None if there is none."""
        key = (region, year)
        if key in self._loaded:
            self._loaded.move_to_end(key)
            return self._loaded[key]
        if key not in self.index:
            return None
        part = self._loaded[key] = Part(key, self._bytes(key))
        while len(self._loaded) > _AT_HAND:
            self._loaded.popitem(last=False)
        return part

    def _bytes(self, key: PartKey) -> bytes:
        if key in self.held:
            return self.held[key]
        assert self.keep is not None and self.again is not None
        with self.around():
            data = self.keep.get("parts", self.index[key].key)
            return self.again(*key) if data is None else data

    def forget(self, region: str, year: int) -> None:
        """Let go of the rows of a submission that were loaded."""
        self._loaded.pop((region, year), None)

    def matching(self, region: str | None, year: int | None) -> list[PartKey]:
        """The submissions of a region, of a year, of both, or (None) of all."""
        if region is not None and year is not None:
            return [(region, year)] if (region, year) in self.index else []
        return [
            key
            for key in self.index
            if (region is None or key[0] == region) and (year is None or key[1] == year)
        ]

    def columns(self, table: str, keys: Sequence[PartKey]) -> dict[str, list[Any]]:
        """The columns of a table over several submissions."""
        joined: dict[str, list[Any]] = {name: [] for name in column_types(table)}
        for key in keys:
            if table not in self.index[key].counts:
                continue
            part = self.get(*key)
            assert part is not None
            for name, cells in part.columns(table).items():
                joined[name] += cells
        return joined

    def fingerprint(self, table: str, keys: Sequence[PartKey]) -> str:
        """Of the rows of a table over several submissions, from the index alone."""
        if len(keys) == 1:
            return self.index[keys[0]].fingerprint(table)
        told = [[*key, self.index[key].fingerprint(table)] for key in keys]
        return hashlib.sha256(dump(told)).hexdigest()[:32]
