"""A sheet as it stands in its file, before anyone asks what it means."""

from __future__ import annotations

from dataclasses import dataclass, field

from gongbao.data.cells import CellValue
from gongbao.data.problems import Place

Position = tuple[int, int]  # 0-based row and column


def column_letter(index: int) -> str:
    """0 -> A, 26 -> AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    return f"{column_letter(column)}{row + 1}"


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: `rows[0][0]` is A1; an empty cell is "". All positions are 0-based.

    `percent`: cells shown as percentages; `errors`: #N/A and the like; `uncalculated`: formulas that
    were never computed; `merged`: (top, left, bottom, right). `sheet` is "" for a CSV file.
    """

    file: str
    sheet: str
    rows: list[list[CellValue]]
    percent: frozenset[Position] = frozenset()
    errors: dict[Position, str] = field(default_factory=dict)
    uncalculated: frozenset[Position] = frozenset()
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    hidden: bool = False

    def place(self, row: int | None = None, column: int | None = None) -> Place:
        """The sheet, a row of it, or a cell of it."""
        if row is None:
            return Place(self.file, self.sheet or None)
        cell = str(row + 1) if column is None else address(row, column)
        return Place(self.file, self.sheet or None, cell)

    def cell(self, row: int, column: int) -> CellValue:
        line = self.rows[row]
        return line[column] if column < len(line) else ""
