"""The header of a sheet: where it stands, which column is which, and whether its units are the schema's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from gongbao.data.cells import CellValue, closest, narrowed, trimmed
from gongbao.data.columns import Column, Table
from gongbao.data.grids import Grid, column_letter
from gongbao.data.problems import Findings, Place
from gongbao.data.schema import LAST_YEAR_PREFIX
from gongbao.data.units import conversion_factor

HEADER_ROWS = 10  # the header stands in one of the first rows
UNIT_MARK = "单位"  # the first cell of the template's row of units begins so
REFERENCE_PREFIX = "(参考)"  # the template's own columns that only help the person who fills in
_IGNORED = (LAST_YEAR_PREFIX, REFERENCE_PREFIX)
_BRACKETS = re.compile(r"\(([^()]*)\)")
_UNIT_LIKE = re.compile(r"[元人个所次项件处家间台册名米㎡%‰万亿]$")
_ENOUGH = 2  # one known label alone may be a cell of another row: the word 单位 begins the row of units
# Columns a table is empty without, though a cell of them may be.
_NEEDED = {"indicator_values": ("value",), "school_year": ("students",)}


def plain_label(header: CellValue) -> str:
    """A header as it is compared: no spaces, line breaks or star, half-width."""
    return _plain_text(header) if isinstance(header, str) else ""


@lru_cache(maxsize=65536)
def _plain_text(text: str) -> str:
    return re.sub(r"[\s*]", "", narrowed(text))


def first_text(row: Sequence[CellValue]) -> str:
    """The first filled cell of a row as a label; "?" where it is not text, "" in an empty row."""
    return next((plain_label(cell) or "?" for cell in row if cell != ""), "")


def column_labels(table: Table) -> dict[str, str]:
    """Label as it is compared, or name -> column name."""
    return {plain_label(c.label): c.name for c in table.columns} | {c.name: c.name for c in table.columns}


def header_row(grid: Grid, labels: dict[str, str]) -> int | None:
    """Index of the row, among the first HEADER_ROWS, that holds most labels; None where there is none."""
    best, found = 0, None
    for index, row in enumerate(grid.rows[:HEADER_ROWS]):
        matches = len({_known(plain_label(cell), labels) for cell in row} - {""})
        if matches > best:
            best, found = matches, index
    return found if best >= _ENOUGH else None


def _known(label: str, labels: dict[str, str]) -> str:
    """The column a label stands for, with or without a unit in brackets; "" if none."""
    return labels.get(label) or labels.get(label.lower()) or labels.get(_BRACKETS.sub("", label)) or ""


def map_columns(
    grid: Grid, table: Table, header: int, labels: dict[str, str], findings: Findings
) -> tuple[dict[str, int], set[int]]:
    """Column name -> index, and the indexes that are passed over on purpose."""
    mapped: dict[str, int] = {}
    ignored: set[int] = set()
    unknown: list[tuple[int, str]] = []
    for index, cell in enumerate(grid.rows[header]):
        label = plain_label(cell)
        if label.startswith(_IGNORED):
            ignored.add(index)
            continue
        name = _known(label, labels)
        if name in mapped:
            findings.error(
                "duplicate-column",
                grid.place(header, index),
                f"标题“{trimmed(str(cell))}”重复，{column_letter(mapped[name])} 列已经有了。",
                "请只保留一列。",
            )
        elif name:
            mapped[name] = index
        elif label:
            unknown.append((index, trimmed(str(cell)).replace("\n", " ")))
        elif cell == "" and any(r[index] != "" for r in grid.rows[header + 1 :] if index < len(r)):
            findings.warning(
                "unknown-column",
                grid.place(header, index),
                "这一列有内容但没有标题，没有读取。",
                "请补上标题或删除这一列。",
            )
        elif cell != "":
            unknown.append((index, str(cell)))
    missing = [c for c in table.columns if c.name not in mapped]
    guessed = {
        _unknown_column(grid, table, header, index, label, missing, findings) for index, label in unknown
    }
    for column in missing:
        if column.label in guessed:
            continue  # said once, where it stands
        needed = column.name in _NEEDED.get(table.name, ())
        if needed or (column.required and (table.scope == "shared" or not column.implied)):
            findings.error(
                "missing-column",
                grid.place(header),
                f"缺少必需的列“{column.label}”。",
                f"请在标题行加上“{column.label}”。",
            )
    return mapped, ignored


def _unknown_column(
    grid: Grid, table: Table, header: int, index: int, label: str, missing: list[Column], findings: Findings
) -> str:
    """Report a column nobody knows. Where it looks like one that the sheet lacks, its numbers would be
    lost: that is an error, and the label of the column it stands for is returned, else ""."""
    place = grid.place(header, index)
    # a template's own columns may be missing, those its file name and cover give are
    lacking = [c.label for c in missing if not c.implied]
    plain = plain_label(label)
    inside = [word for word in lacking if len(word) > 1 and word in plain]
    guess = max(inside, key=len, default="") or closest(plain, lacking)
    filled = any(row[index] != "" for row in grid.rows[header + 1 :] if index < len(row))
    if guess and filled:
        findings.error(
            "column-renamed",
            place,
            f"不认识的列“{label}”，没有读取。是不是“{guess}”？",
            f"请把标题改为“{guess}”；不需要的请删除这一列。",
        )
        return guess
    guess = guess or ("" if lacking else closest(plain, [c.label for c in table.columns]))
    findings.warning(
        "unknown-column",
        place,
        f"不认识的列“{label}”，没有读取。" + (f"是不是“{guess}”？" if guess else ""),
        f"请把标题改为“{guess}”，或删除这一列。" if guess else "不需要的列请删除。",
    )
    return ""


def check_units(
    grid: Grid, table: Table, header: int, units: int | None, mapped: dict[str, int], findings: Findings
) -> None:
    """A unit in a header's brackets, or in the row of units, that is not the column's.

    Someone who writes 万元 there has filled in 万元: read as 元 every number would be wrong by 10,000.
    `units`: index of the row of units, None where there is none.
    """
    for column in table.columns:
        if column.type not in ("number", "count") or column.name not in mapped:
            continue
        index = mapped[column.name]
        title = grid.cell(header, index)
        found = _BRACKETS.search(narrowed(title)) if isinstance(title, str) else None
        written = [(header, found[1])] if found else []
        cell = "" if units is None else grid.cell(units, index)
        if isinstance(cell, str) and not plain_label(cell).startswith(UNIT_MARK):
            written.append((units or 0, narrowed(cell)))
        for row, text in written:
            _check_unit(grid.place(row, index), table, column, text, findings)


def _check_unit(place: Place, table: Table, column: Column, text: str, findings: Findings) -> None:
    if table.name == "indicator_values":
        if _UNIT_LIKE.search(text):
            findings.error(
                "unit-in-header",
                place,
                f"“{column.label}”的标题里写了单位“{text}”，不会起作用。",
                "单位请逐行写在“单位”列，标题里不写。",
            )
        return
    factor = conversion_factor(text, column.unit) if column.unit else None
    if factor is not None and factor != 1:
        findings.error(
            "unit-in-header",
            place,
            f"“{column.label}”的单位写的是“{text}”，这一列的单位是“{column.unit}”。",
            f"请把这一列的数换算成“{column.unit}”，单位改回“{column.unit}”。",
        )
