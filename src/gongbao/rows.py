"""Frames to plain Python values and back: most of ours have few rows and many columns, and a report
makes and takes apart a hundred of them, so that pandas' general ways cost more than the rules."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, cast

import numpy as np
import pandas as pd


def row_dicts(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """What `frame.to_dict("records")` gives, several times sooner: missing numbers and texts as NaN."""
    names = list(frame.columns)
    # By pandas' own blocks of columns: its other ways make objects of a whole frame, or a Series of each
    # column, first, and take its arrays of texts one value after the other.
    columns: list[list[Any]] = [[]] * len(names)
    for block in cast("Any", frame)._mgr.blocks:
        cells = block.values if isinstance(block.values, np.ndarray) else _objects(block.values)
        for place, column in zip(block.mgr_locs, cells.tolist(), strict=True):
            columns[place] = column
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _objects(array: Any) -> Any:
    """The cells of one of pandas' own arrays, a row for each column of its block."""
    cells = array.to_numpy(dtype=object)
    return cells if cells.ndim == 2 else cells[np.newaxis]


def block_frame(columns: Mapping[str, Sequence[Any]], types: Mapping[str, str]) -> pd.DataFrame:
    """The columns as a frame of few blocks: those of one type (float64, int64, bool; any other: objects) stand
    together. Texts as objects, for pandas keeps each column of its own type `str` apart, and takes a frame of
    thirty columns in thirty steps whenever rows are chosen."""
    arrays = []
    for name, values in columns.items():
        kind = types.get(name, "object")
        array = np.empty(len(values), dtype=kind if kind in ("float64", "int64", "bool") else "object")
        array[:] = values
        arrays.append(array)
    count = len(arrays[0]) if arrays else 0
    names = pd.Index(list(columns))
    # Unlike the constructor it looks at no cell: texts stay objects.
    made: pd.DataFrame = cast("Any", pd.DataFrame)._from_arrays(
        arrays, names, pd.RangeIndex(count), verify_integrity=False
    )
    return made


def make_frame(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], numbers: Collection[str]
) -> pd.DataFrame:
    """The columns named, in that order; those in `numbers` float64, None and what a row lacks as NaN.

    The other columns have the type that pandas sees in them, as in `pd.DataFrame(rows)`.
    """
    return pd.DataFrame(
        {
            name: np.array([row.get(name) for row in rows], dtype="float64")
            if name in numbers
            else [row.get(name, math.nan) for row in rows]
            for name in columns
        }
    )
