"""Kindergartens: how many were evaluated within a round, and what became of those that failed.

办园行为督导评估 (教督〔2017〕7号): every kindergarten once in a round of three to five years; one that
fails gets a deadline and is looked at again. The length of the round is data (a target), not code.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gongbao.rows import row_dicts
from gongbao.standards.duty import STEPS

RECHECK = STEPS[-1]
_FOLLOWED = (
    "object_id", "year", "date", "grade", "recheck_year", "recheck_date", "recheck_grade", "outcome_known",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RoundCoverage:
    """How far a round has come: `evaluated` of `kindergartens` (those of the last year) between `first`
    and `last` year; `share` in %, NaN where there is no kindergarten."""

    first: int
    last: int
    kindergartens: int
    evaluated: int

    @property
    def share(self) -> float:
        return 100 * self.evaluated / self.kindergartens if self.kindergartens else math.nan


def round_coverage(
    evaluations: pd.DataFrame, kindergartens: Collection[str], year: int, length: int
) -> RoundCoverage:
    """How many of `kindergartens` (ids) have an evaluation by others in the `length` years up to `year`.

    `evaluations` are rows of schema.EVALUATIONS; a self-evaluation alone doesn't count. Those of
    kindergartens that are no longer there don't either.
    """
    if length < 1:
        raise ValueError(f"a round of {length} years")
    first = year - length + 1
    seen = {
        str(row["object_id"])
        for row in row_dicts(evaluations)
        if first <= row["year"] <= year and row["step"] != STEPS[0]
    }
    own = set(kindergartens)
    return RoundCoverage(first, year, len(own), len(own & seen))


def followed_up(evaluations: pd.DataFrame, failing: Collection[str]) -> pd.DataFrame:
    """Each evaluation with a grade in `failing`, and the recheck of the same kindergarten that followed.

    Columns: object_id, year, date, grade, recheck_year (NaN without one), recheck_date, recheck_grade
    ("" where missing), outcome_known (whether there was a recheck). A recheck that fails again is a
    row of its own. Order: year, date, object.
    """
    rows = sorted(row_dicts(evaluations), key=_when)
    found = []
    for row in rows:
        if row["grade"] not in failing or row["step"] == STEPS[0]:
            continue
        later = [
            r
            for r in rows
            if r["object_id"] == row["object_id"] and r["step"] == RECHECK and _when(r) > _when(row)
        ]
        after = later[0] if later else None
        found.append(
            {
                "object_id": str(row["object_id"]),
                "year": int(row["year"]),
                "date": _text(row["date"]),
                "grade": str(row["grade"]),
                "recheck_year": float(after["year"]) if after else math.nan,
                "recheck_date": _text(after["date"]) if after else "",
                "recheck_grade": _text(after["grade"]) if after else "",
                "outcome_known": after is not None,
            }
        )
    return pd.DataFrame(found, columns=list(_FOLLOWED))


def _when(row: dict[Any, Any]) -> tuple[float, str, int, str]:
    return float(row["year"]), _text(row["date"]), STEPS.index(str(row["step"])), str(row["object_id"])


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
