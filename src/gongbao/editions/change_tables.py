"""What differs between two versions of a table: cells by row and column, rows and columns gone or new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gongbao.editions.align import keyed_pairs, row_pairs
from gongbao.editions.change import Change, Part, Said
from gongbao.present.numbers import plain

_HEAD = 24  # characters of a row's first cell that name the row


def table_change(
    kind: str,
    key: tuple[str, ...],
    region: str,
    area: str,
    old: Mapping[str, Any] | None,
    new: Mapping[str, Any] | None,
    title: str,
    pages: Sequence[str],
) -> Change:
    """The change of a table ({`title`: caption, "header": [...], "rows": [[...]]}); None where there is none."""
    sides = [
        None if table is None else Said(str(table[title]), f"{len(table['rows'])} 行", page=page)
        for table, page in zip((old, new), pages, strict=True)
    ]
    parts = _differences(old, new, title) if old is not None and new is not None else ()
    return Change(kind, key, sides[0], sides[1], parts, region, area)


def _differences(old: Mapping[str, Any], new: Mapping[str, Any], title: str) -> tuple[Part, ...]:
    parts = [Part("标题", str(old[title]), str(new[title]))] if old[title] != new[title] else []
    columns = keyed_pairs(old["header"], new["header"])
    for i, j in columns:
        if i is None or j is None:
            parts.append(Part("列", _text(old["header"][i]) if j is None and i is not None else None,
                              _text(new["header"][j]) if i is None and j is not None else None))  # fmt: skip
    shared = [(i, j) for i, j in columns if i is not None and j is not None]
    left = [[_text(row[i]) for i, _ in shared] for row in old["rows"]]
    right = [[_text(row[j]) for _, j in shared] for row in new["rows"]]
    labels = [_text(new["header"][j]) for _, j in shared]
    for i, j in row_pairs(left, right):
        if i is not None and j is not None:
            parts += [
                Part(f"{_head(right[j])} · {label}", a, b)
                for label, a, b in zip(labels, left[i], right[j], strict=True)
                if a != b
            ]
        elif i is not None:
            parts.append(Part(f"行 {_head(left[i])}", _row(old["rows"][i]), None))
        elif j is not None:
            parts.append(Part(f"行 {_head(right[j])}", None, _row(new["rows"][j])))
    return tuple(parts)


def _head(row: Sequence[str]) -> str:
    text = row[0] if row else ""
    return text if len(text) <= _HEAD else f"{text[:_HEAD]}…"


def _row(row: Sequence[Any]) -> str:
    return "｜".join(_text(cell) or "—" for cell in row)


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    return plain(float(cell)) if isinstance(cell, int | float) else str(cell)
