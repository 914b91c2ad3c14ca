"""Evaluations of many objects (schools, towns) as grades: how many in each band, never a rank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gongbao.rows import row_dicts
from gongbao.standards.duty import STEPS, grade_for

NO_GRADE = "未定等级"


def latest_grades(evaluations: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """Each object's last evaluation by each framework: framework_id, object_id, year, step, date, grade.

    The last is the later year, then the later step (自评 … 复查), then the later date. `grade` is the
    one reported, else what the framework's bands give for the total, else `NO_GRADE`. Objects stand in
    the order of their ids: scores are not among the columns and can't be ranked.
    """
    kept: dict[tuple[str, str], tuple[tuple[float, int, str], dict[Any, Any]]] = {}
    for row in row_dicts(evaluations):
        key = str(row["framework_id"]), str(row["object_id"])
        place = float(row["year"]), STEPS.index(str(row["step"])), _text(row["date"])
        if key not in kept or place >= kept[key][0]:
            kept[key] = place, row
    rows = [
        {
            "framework_id": framework,
            "object_id": object_id,
            "year": int(row["year"]),
            "step": str(row["step"]),
            "date": _text(row["date"]),
            "grade": _text(row["grade"])
            or grade_for(float(row["total"]), bands[bands["framework_id"] == framework])
            or NO_GRADE,
        }
        for (framework, object_id), (_, row) in sorted(kept.items())
    ]
    return pd.DataFrame(rows, columns=["framework_id", "object_id", "year", "step", "date", "grade"])


def grade_counts(grades: pd.DataFrame, bands: pd.DataFrame) -> pd.DataFrame:
    """How many objects have each grade: framework_id, grade, order, count, share (% of the framework's).

    The framework's bands come first, best first, also those with none; other grades as they come.
    """
    rows = []
    groups: dict[str, list[str]] = {}
    for row in row_dicts(grades):
        groups.setdefault(row["framework_id"], []).append(row["grade"])
    best_first = row_dicts(bands.sort_values("order", kind="stable"))
    for framework, group in sorted(groups.items()):
        own = [band["grade"] for band in best_first if band["framework_id"] == framework]
        names = list(dict.fromkeys([*own, *group]))
        names.sort(key=lambda name: name == NO_GRADE)
        for order, name in enumerate(names, 1):
            n = group.count(name)
            rows.append((framework, name, order, n, 100 * n / len(group)))
    return pd.DataFrame(rows, columns=["framework_id", "grade", "order", "count", "share"])


def band_table(bands: pd.DataFrame, reached: str | None) -> pd.DataFrame:
    """The bands of one framework, best first: grade, min (included), max (excluded), reached (flag)."""
    own = bands.sort_values("order", kind="stable")
    frame = own[["grade", "min", "max"]].reset_index(drop=True)
    frame["reached"] = [grade == reached for grade in frame["grade"]]
    return frame


def names_of(framework_items: pd.DataFrame) -> Mapping[str, str]:
    """framework_id -> name of its top (体系)."""
    tops = framework_items[framework_items["level"] == "体系"]
    return {str(k): str(v) for k, v in zip(tops["framework_id"], tops["name"], strict=True)}


def frameworks_of(framework_items: pd.DataFrame, areas: Sequence[str]) -> set[str]:
    """The frameworks whose top (体系) belongs to one of `areas`."""
    tops = framework_items[framework_items["level"] == "体系"]
    return {str(k) for k, area in zip(tops["framework_id"], tops["area_id"], strict=True) if area in areas}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
