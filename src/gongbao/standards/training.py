"""教师培训 by programme: sums that say what they leave out (schema TRAINING)."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from gongbao.data.work import TRAINING
from gongbao.rows import make_frame, row_dicts

PROGRAMMES = TRAINING.column("programme").choices
SUMMED = ("sessions", "persons", "person_times", "cost")


def by_programme(rows: pd.DataFrame) -> pd.DataFrame:
    """One row for each programme (国培 … 校本) that has any, widest first.

    Columns: programme, items (trainings), each of SUMMED (over the trainings that give it, NaN where
    none does), given_… (how many trainings gave it), qualifier (余 when each qualified part is at least what is
    written, 近 when each is at most, 约 when they differ, else "").
    """
    groups: dict[str, list[dict[Any, Any]]] = {}
    for row in row_dicts(rows):
        groups.setdefault(str(row["programme"]), []).append(row)
    found = []
    for programme in (p for p in PROGRAMMES if p in groups):
        own = groups[programme]
        line: dict[str, Any] = {"programme": programme, "items": len(own), "qualifier": _qualifier(own)}
        for name in SUMMED:
            known = [r[name] for r in own if not math.isnan(r[name])]
            line[name] = sum(known) if known else math.nan
            line[f"given_{name}"] = len(known)
        found.append(line)
    given = [f"given_{name}" for name in SUMMED]
    return make_frame(found, ["programme", "items", *SUMMED, *given, "qualifier"], [*SUMMED, *given])


def _qualifier(rows: list[dict[Any, Any]]) -> str:
    """What can be said of a sum whose parts are “3500余” and “近20”."""
    words = {r["qualifier"] for r in rows if isinstance(r["qualifier"], str)}
    if not words:
        return ""
    if words <= {"余", "以上"}:
        return "余"
    return "近" if words <= {"近", "以下"} else "约"
