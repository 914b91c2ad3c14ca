"""Which cells of a submission are not as they were when a report read them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from gongbao.data import Dataset
from gongbao.data.empty import ORIGIN
from gongbao.data.kept import Keep
from gongbao.data.parts import Part
from gongbao.data.schema import TABLES


def changed_cells(
    dataset: Dataset, keep: Keep, then: str, table: str, region: str, year: int
) -> list[str] | None:
    """In words, each cell of the table in this submission that is another now, row added, or row taken out.

    `then`: the key under which the rows of that time were kept. None if they are no longer kept.
    """
    data = keep.get("parts", then)
    if data is None:
        return None
    old = Part((region, year), data).rows(table)
    part = dataset.parts.get(region, year) if dataset.parts is not None else None
    new = part.rows(table) if part is not None else []
    return list(_differences(dataset, table, old, new))


def _differences(
    dataset: Dataset, table: str, old: Sequence[dict[Any, Any]], new: Sequence[dict[Any, Any]]
) -> Iterator[str]:
    before, after = _by_key(table, old), _by_key(table, new)
    moved = 0
    for key, row in after.items():
        if key not in before:
            yield f"{_row(row)}：新增"
            continue
        was = before[key]
        columns = [c for c in row if c not in ORIGIN and not _same(was.get(c), row[c])]
        for column in columns:
            label = next((c.label for c in TABLES[table].columns if c.name == column), column)
            yield f"{dataset.place(row, column)}（{label}）：{_shown(was.get(column))} → {_shown(row[column])}"
        moved += not columns and any(was[name] != row[name] for name in ORIGIN)
    for key, row in before.items():
        if key not in after:
            yield f"{_row(row)}：删去"
    if moved:
        yield f"{moved} 行的位置变了，内容没有变"


def _by_key(table: str, rows: Sequence[dict[Any, Any]]) -> dict[tuple[str, ...], dict[Any, Any]]:
    """By what tells rows apart; those that agree in it, by their order."""
    found: dict[tuple[str, ...], dict[Any, Any]] = {}
    for row in rows:
        key = tuple(_shown(row.get(name)) for name in TABLES[table].key)
        number = 0
        while (*key, str(number)) in found:
            number += 1
        found[*key, str(number)] = row
    return found


def _row(row: dict[Any, Any]) -> str:
    sheet = f" 工作表“{row['_sheet']}”" if row["_sheet"] else ""
    return f"{row['_file']}{sheet} 第{int(row['_row'])}行"


def _missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _same(one: Any, other: Any) -> bool:
    return bool(one == other) or (_missing(one) and _missing(other))


def _shown(value: Any) -> str:
    if _missing(value):
        return "（空）"
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
