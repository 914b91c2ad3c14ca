"""A frame as the rows of a published table: what is printed of each cell, and where it comes from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from gongbao.present import Basis, Cell, Column
from gongbao.present.table import to_cell
from gongbao.rows import row_dicts
from gongbao.workbooks.bases import SUFFIX, value_basis
from gongbao.workbooks.values import row_ref


def table_rows(data: pd.DataFrame, columns: Mapping[str, Column], year: int) -> list[list[Any]]:
    """The cells of those columns of a frame, in a report of `year`.

    A column x with a companion x_shown is printed as the companion says; a companion x_basis says how its
    numbers were computed. Submitted values and growths of `Report.values` know by themselves.
    """
    return [[_cell(row, name, column, year) for name, column in columns.items()] for row in row_dicts(data)]


def _cell(row: Mapping[Any, Any], name: str, column: Column, year: int) -> Any:
    said = row.get(f"{name}{SUFFIX}")
    basis = said if isinstance(said, Basis) else value_basis(row, name, year)
    raw = row[name]
    if f"{name}_shown" not in row:
        return replace(to_cell(raw, column), basis=basis) if basis else raw
    missing = raw is None or (isinstance(raw, float) and math.isnan(raw))
    return Cell(
        str(row[f"{name}_shown"]), None if missing else raw, ref=row_ref(row, name, year), basis=basis
    )


def sources_line(data: pd.DataFrame, said: str | None) -> str:
    """What is said of a table's sources, by default those that its column source names."""
    if said is not None or "source" not in data:
        return said or ""
    return "；".join(dict.fromkeys(str(s) for s in data["source"] if isinstance(s, str) and s))
