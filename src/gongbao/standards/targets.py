"""Which threshold holds for an indicator at a place and in a year."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from gongbao.rows import row_dicts
from gongbao.standards.outcome import Outcome, compare

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Target:
    """A threshold (schema.TARGETS): `value` to be met, `basic_value` for 基本达标 where one is set.

    `value` is in the indicator's unit; `valid_to` is the last year it holds, None while it does.
    `confirmed` is false for a rule whose source has not been seen: it is printed as such and decides nothing.
    """

    indicator_id: str
    statistic: str
    region_code: str
    stage: str
    op: str
    value: float
    basic_value: float | None
    valid_from: int
    valid_to: int | None
    source_id: str | None
    confirmed: bool = True

    def judge(self, value: float | Fraction | None) -> Outcome:
        """Whether the unrounded value meets this threshold."""
        return compare(value, self.op, self.value)


class LocalTargets:
    """The thresholds of a table of schema.TARGETS as they hold in one region and year.

    A province may set a stricter value than the nation (毛入园率 85 → 90 in Henan), so the most
    specific place wins: the region itself, then `ancestors` (nearest first), then "*". Of several
    valid ones at that place the latest `valid_from` wins.
    """

    def __init__(self, targets: pd.DataFrame, region: str, year: int, ancestors: Sequence[str] = ()) -> None:
        order = {place: rank for rank, place in reversed([*enumerate((region, *ancestors, EVERYWHERE))])}
        valid = [
            row
            for row in row_dicts(targets)
            if row["region_code"] in order and row["valid_from"] <= year and not row["valid_to"] < year
        ]
        ranked = sorted(map(_target, valid), key=lambda t: (order[t.region_code], -t.valid_from))
        self._found: dict[tuple[str, str, str], Target] = {}
        for target in ranked:
            self._found.setdefault((target.indicator_id, target.statistic, target.stage), target)

    def find(self, indicator_id: str, statistic: str, *stages: str) -> Target | None:
        """The threshold for the first of `stages` that has one, or None.

        The stage must be the same: a threshold for 义务教育 as a whole says nothing about 小学 alone.
        """
        keys = ((indicator_id, statistic, stage) for stage in stages)
        return next((self._found[key] for key in keys if key in self._found), None)


def find_target(
    targets: pd.DataFrame,
    indicator_id: str,
    statistic: str,
    stage: str,
    region: str,
    year: int,
    ancestors: Sequence[str] = (),
) -> Target | None:
    """The threshold for an indicator's statistic and stage in a region and year, or None (LocalTargets)."""
    return LocalTargets(targets, region, year, ancestors).find(indicator_id, statistic, stage)


def _target(row: dict[Any, Any]) -> Target:
    def known(name: str) -> Any:
        value = row[name]
        return None if value != value else value  # what is missing is NaN, also of texts

    basic, last, source = known("basic_value"), known("valid_to"), known("source_id")
    return Target(
        indicator_id=str(row["indicator_id"]),
        statistic=str(row["statistic"]),
        region_code=str(row["region_code"]),
        stage=str(row["stage"]),
        op=str(row["op"]),
        value=float(row["value"]),
        basic_value=None if basic is None else float(basic),
        valid_from=int(row["valid_from"]),
        valid_to=None if last is None else int(last),
        source_id=None if source is None else str(source),
        confirmed=known("confirmed") != 0,
    )
