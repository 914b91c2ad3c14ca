"""Cells as texts, and rows of a table whose first row is its header."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gongbao.gate.piece import Rows


def cell_text(value: Any) -> str:
    """A cell as it is compared: a number with 15 digits at most, "" for nothing."""
    if type(value) is str:
        return value
    if isinstance(value, float):
        return f"{value:.15g}"
    return "" if value is None else str(value)


def rows_of(rows: Sequence[Sequence[str]], where: str) -> Iterator[Rows]:
    """The rows that hold anything, under the first one as their header."""
    kept = [(number, row) for number, row in enumerate(rows, start=1) if any(row)]
    if not kept:
        return
    texts = [" ".join(filter(None, row)) for _, row in kept]
    header = tuple(rows[0]) if kept[0][0] == 1 else ()
    yield Rows(where, header, [number for number, _ in kept], texts, lambda i: tuple(kept[i][1]))
