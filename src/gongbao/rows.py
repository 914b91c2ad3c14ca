"""Frames to plain Python values and back: most of ours have few rows and many columns, and a report
makes and takes apart a hundred of them, so that pandas' general ways cost more than the rules."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd


def row_dicts(frame: pd.DataFrame) -> list[dict[Any, Any]]:
    """What `frame.to_dict("records")` gives, several times sooner: missing numbers and texts as NaN."""
    names = list(frame.columns)
    return [dict(zip(names, row, strict=True)) for row in frame.to_numpy(dtype=object).tolist()]


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
