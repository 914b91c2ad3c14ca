"""What breaks a trend: a place that was given another code, a value whose scope is described otherwise.

A trend isn't cut there. Its figure says so, and the reader judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gongbao.data.succession import Changes, former_codes

Row = Mapping[Any, Any]


def code_breaks(changes: Changes, regions: Sequence[Row], code: str, years: Iterable[int]) -> list[str]:
    """A line for each change of code within `years` (two or more), the earliest first."""
    known = sorted(set(years))
    lines = []
    for first, older in reversed(former_codes(changes, code)):
        if known and known[0] < first <= known[-1]:
            names = [str(r["region_name"]) for r in regions if r["region_code"] == older]
            lines.append(f"{first}年区划代码变更，此前为{older}{names[-1] if names else ''}")
    return lines


def scope_breaks(history: Iterable[Row]) -> list[str]:
    """A line for each year from which values carry another note than the year before that has one.

    `history`: rows of `Report.history`. A value without a note says nothing about its scope.
    """
    last: dict[tuple[str, str], str] = {}
    found: dict[tuple[int, str, str], list[str]] = {}
    for row in sorted(history, key=lambda row: row["year"]):
        key, note = (row["indicator_id"], row["stage"]), row["note"]
        if not isinstance(note, str) or not note:
            continue
        if last.get(key, note) != note:
            names = found.setdefault((int(row["year"]), last[key], note), [])
            names.append(str(row["short"]))
        last[key] = note
    return [
        f"{year}年起“{'、'.join(dict.fromkeys(names))}”注明“{new}”，此前注明“{old}”，前后不完全可比"
        for (year, old, new), names in found.items()
    ]
