"""How satisfied the people asked are: shares by group and together (社会认可度, 教督〔2017〕6号, 〔2020〕1号)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from gongbao.rows import make_frame, row_dicts
from gongbao.standards.outcome import exact

MERGED = "其他对象（合并）"
_COLUMNS = ("group", "issued", "valid", "satisfied", "share")


@dataclass(frozen=True, slots=True, eq=False)
class Approval:
    """One survey of one place and year.

    - `groups`: group, issued, valid, satisfied (forms) and share (satisfied of valid, %), in the order
      given. Groups with fewer valid forms than asked for are one row `MERGED`; if that is still too
      small, the smallest other group is taken in, so that no small group can be told from the sum.
    - `valid`, `satisfied`: sums over the groups that gave both; `share` exact in %, None without any.
    - `silent`: groups without both numbers. They leave the result of the whole open.
    - `too_few`: so few forms came back altogether that no share may be shown.
    """

    groups: pd.DataFrame
    valid: float
    satisfied: float
    share: Fraction | None
    silent: tuple[str, ...]
    too_few: bool


def approval(rows: pd.DataFrame, min_n: int) -> Approval:
    """Shares of schema SURVEYS rows of one survey; groups below `min_n` valid forms are not shown alone.

    Raises ValueError when more were satisfied than answered.
    """
    known, silent = [], []
    for row in row_dicts(rows):
        if math.isnan(row["valid"]) or math.isnan(row["satisfied"]) or not row["valid"]:
            silent.append(str(row["group"]))
            continue
        if row["satisfied"] > row["valid"]:
            raise ValueError(f"{row['group']}：满意数大于有效数")
        known.append({name: row[name] for name in _COLUMNS[:-1]})
    valid, satisfied = sum(r["valid"] for r in known), sum(r["satisfied"] for r in known)
    groups = _merge_small(known, min_n)
    for row in groups:
        row["share"] = float(_share(row))
    return Approval(
        groups=make_frame(groups, _COLUMNS, _COLUMNS[1:]),
        valid=valid,
        satisfied=satisfied,
        share=_share({"valid": valid, "satisfied": satisfied}) if valid else None,
        silent=tuple(silent),
        too_few=0 < valid < min_n,
    )


def _merge_small(rows: list[dict[str, object]], min_n: int) -> list[dict[str, object]]:
    small = [r for r in rows if _n(r, "valid") < min_n]
    large = [r for r in rows if _n(r, "valid") >= min_n]
    if not small:
        return large
    while sum(_n(r, "valid") for r in small) < min_n and large:
        least = min(large, key=lambda r: _n(r, "valid"))
        large.remove(least)
        small.append(least)
    merged: dict[str, object] = {name: sum(_n(r, name) for r in small) for name in _COLUMNS[1:-1]}
    return [*large, {"group": MERGED} | merged]


def _n(row: dict[str, object], name: str) -> float:
    value = row[name]
    assert isinstance(value, int | float)
    return float(value)


def _share(row: dict[str, object]) -> Fraction:
    return exact(_n(row, "satisfied")) * 100 / exact(_n(row, "valid"))
