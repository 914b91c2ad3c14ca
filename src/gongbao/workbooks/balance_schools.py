"""The schools behind a balance verdict: who meets the rule, who falls short and by how much.

Only schools whose submission says publish_name are named or drawn; the others are counted. Where
exactly one such school is behind the difference between a sum and the schools listed, the smallest
of those is left out of the list too. What this module returns may be shown.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from gongbao.present import against, plain
from gongbao.rows import row_dicts
from gongbao.standards import RULES, BalanceResult, CoefficientGap, Outcome, coefficient_gaps, school_gaps
from gongbao.standards.disclosure import School, schools_to_list
from gongbao.standards.rules import LEVELS, QUALITY
from gongbao.workbooks.bases import from_rows
from gongbao.workbooks.once import once

UNNAMED = "未公开校名"
CV_DECIMALS = 4  # as official notices print them


def needed(value: float, unit: str) -> str:
    """An amount that must be provided, rounded up: areas to a tenth, money and things whole."""
    if unit == "平方米":
        return plain(math.ceil(round(value * 10, 6)) / 10)
    return plain(math.ceil(round(value, 6)), 0)


@dataclass(frozen=True)
class BalanceSchools:
    """School-level results of one region and year. `named` gives name, short, unit, decimals of an
    indicator; `place` says where the school data stand."""

    result: BalanceResult
    named: Callable[[str], dict[str, Any]]
    place: str = ""

    @cached_property
    def _gaps(self) -> list[CoefficientGap]:
        return [gap for gap in coefficient_gaps(self.result) if gap.standard == QUALITY]

    @once
    @from_rows("place")
    def counts(self) -> pd.DataFrame:
        """How many schools meet the school rule: level, schools, passed, failed, open."""
        rows = []
        for level in LEVELS:
            outcomes = self.result.schools.loc[self.result.schools["level"] == level, "outcome"]
            if len(outcomes):
                number = outcomes.value_counts()
                passed, failed, waiting = (int(number.get(o.value, 0)) for o in Outcome)
                rows.append((level, len(outcomes), passed, failed, waiting))
        return pd.DataFrame(rows, columns=["level", "schools", "passed", "failed", "open"])

    @once
    def _indicators(self) -> pd.DataFrame:
        frame = self.result.indicators
        return frame[(frame["standard"] == QUALITY) & frame["publish_name"].astype(bool)]

    @once
    def ratios(self) -> pd.DataFrame:
        """Each named school against each threshold, for a chart: level, short, ratio, verdict."""
        frame = self._indicators().dropna(subset=["ratio"])
        return pd.DataFrame(
            {
                "level": list(frame["level"]),
                "name": [self.named(i)["name"] for i in frame["indicator_id"]],
                "short": [self.named(i)["short"] for i in frame["indicator_id"]],
                "ratio": [round(r, 4) for r in frame["ratio"]],  # the eye sees no more; smaller pages
                "verdict": [Outcome(o).label for o in frame["outcome"]],
            }
        )

    @once
    @from_rows("place")
    def ratio_summary(self) -> pd.DataFrame:
        """The named schools' ratios by indicator: level, name, short, schools, met, lowest, median, highest."""
        groups: dict[tuple[str, str, str], list[dict[Any, Any]]] = {}
        for row in row_dicts(self.ratios()):
            groups.setdefault((row["level"], row["name"], row["short"]), []).append(row)
        rows = []
        for key in sorted(groups, key=lambda key: LEVELS.index(key[0])):
            ratios = [row["ratio"] for row in groups[key]]
            met = sum(row["verdict"] == Outcome.PASS.label for row in groups[key])
            spread = np.round([min(ratios), median(ratios), max(ratios)], 2)
            rows.append((*key, len(ratios), met, *spread))
        columns = ["level", "name", "short", "schools", "met", "lowest", "median", "highest"]
        return pd.DataFrame(rows, columns=columns)

    @from_rows("place")
    def short_schools(self) -> pd.DataFrame:
        """The named schools that fail the school rule and what each lacks.

        Columns: level, school_name, students, name, value, target, shortfall, unit; as printed too.
        """
        verdicts = self.result.schools
        failing = verdicts[verdicts["outcome"] == Outcome.FAIL.value]
        keys = set(zip(failing["school_id"], failing["level"], strict=True))
        rows = []
        listed = self._listed(keys)
        for r in row_dicts(self._indicators()):
            if (r["school_id"], r["level"], r["indicator_id"]) not in listed:
                continue
            named = self.named(r["indicator_id"])
            rows.append(
                {
                    **{
                        name: r[name]
                        for name in ("level", "school_name", "students", "value", "target", "shortfall")
                    },
                    "name": named["name"],
                    "value_shown": against(r["value"], r["target"], named["decimals"]),
                    "target_shown": f"≥{plain(r['target'])}",
                    "shortfall_shown": needed(r["shortfall"], r["shortfall_unit"]),
                    "unit": r["shortfall_unit"],
                }
            )
        columns = ["level", "school_name", "students", "name", "value", "value_shown", "target", "target_shown",
                   "shortfall", "shortfall_shown", "unit"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    def _listed(self, failing: Collection[tuple[str, str]]) -> set[tuple[str, str, str]]:
        """Which of the `failing` schools stand in the list under which indicator (school, level, indicator):
        not those whose numbers, taken from `shortfalls`, would leave the one of a school without a name."""
        behind: dict[tuple[str, str], list[School]] = {}
        frame = self.result.indicators
        for r in row_dicts(frame[frame["standard"] == QUALITY]):
            if r["outcome"] == Outcome.FAIL.value:
                school = School(r["school_id"], bool(r["publish_name"]), r["shortfall"])
                behind.setdefault((r["level"], r["indicator_id"]), []).append(school)
        return {
            (school_id, level, indicator)
            for (level, indicator), schools in behind.items()
            for school_id in schools_to_list(schools, {id for id, where in failing if where == level})
        }

    def unnamed_short(self) -> int:
        """How many schools that fail the school rule may not be named."""
        verdicts = self.result.schools
        failing = verdicts["outcome"] == Outcome.FAIL.value
        return int((failing & ~verdicts["publish_name"].astype(bool)).sum())

    @once
    @from_rows("place")
    def shortfalls(self) -> pd.DataFrame:
        """What all schools below a threshold lack together: level, name, schools, shortfall, unit; as printed."""
        gaps = school_gaps(self.result.indicators)
        order = {rule.indicator_id: i for i, rule in enumerate(RULES[QUALITY])}
        levels = {level: i for i, level in enumerate(LEVELS)}
        gaps = gaps.assign(_level=gaps["level"].map(levels), _order=gaps["indicator_id"].map(order))
        gaps = gaps.sort_values(["_level", "_order"], kind="stable")
        rows = [
            {
                "level": r["level"],
                "name": self.named(r["indicator_id"])["name"],
                "schools": r["schools"],
                "shortfall": r["shortfall"],
                "shortfall_shown": needed(r["shortfall"], r["unit"]),
                "unit": r["unit"],
            }
            for r in row_dicts(gaps[gaps["standard"] == QUALITY])
        ]
        return pd.DataFrame(
            rows, columns=["level", "name", "schools", "shortfall", "shortfall_shown", "unit"]
        )

    @once
    @from_rows("place")
    def plans(self) -> pd.DataFrame:
        """For each coefficient above its limit one way to bring it down, in short.

        Columns: level, indicator_id, name, cv, limit, total, unit, schools, cv_after; as printed too.
        """
        rows = [
            {
                "level": gap.level,
                "indicator_id": gap.indicator_id,
                "name": self.named(gap.indicator_id)["name"],
                "cv": gap.cv,
                "cv_shown": against(gap.cv, gap.limit, CV_DECIMALS),
                "limit": gap.limit,
                "limit_shown": f"≤{plain(gap.limit, 2)}",
                "total": gap.plan.total,
                "total_shown": needed(gap.plan.total, gap.plan.unit),
                "unit": gap.plan.unit,
                "schools": len(gap.plan.by_school),
                "cv_after": gap.plan.cv_after,
                "cv_after_shown": plain(gap.plan.cv_after, CV_DECIMALS),
            }
            for gap in self._gaps
        ]
        columns = ["level", "indicator_id", "name", "cv", "cv_shown", "limit", "limit_shown", "total", "total_shown",
                   "unit", "schools", "cv_after", "cv_after_shown"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    @from_rows("place")
    def plan_schools(self) -> pd.DataFrame:
        """Which named schools get how much in the plans: level, name, school_name, before, added, after, unit."""
        units = self.result.units
        names = {
            (u["school_id"], u["level"]): u["school_name"] for u in row_dicts(units) if u["publish_name"]
        }
        rows = []
        for gap in self._gaps:
            named = self.named(gap.indicator_id)
            share = [
                School(r["key"], (r["key"], gap.level) in names, r["added"])
                for r in row_dicts(gap.plan.by_school)
            ]
            listed = schools_to_list(share)
            for r in row_dicts(gap.plan.by_school):
                if r["key"] not in listed:
                    continue
                rows.append(
                    {
                        "level": gap.level,
                        "name": named["name"],
                        "school_name": names[r["key"], gap.level],
                        "before": r["value_before"],
                        "before_shown": plain(r["value_before"], named["decimals"]),
                        "added": r["added"],
                        "added_shown": needed(r["added"], gap.plan.unit),
                        "after": r["value_after"],
                        "after_shown": plain(r["value_after"], named["decimals"]),
                        "unit": gap.plan.unit,
                    }
                )
        columns = ["level", "name", "school_name", "before", "before_shown", "added", "added_shown", "after",
                   "after_shown", "unit"]  # fmt: skip
        return pd.DataFrame(rows, columns=columns)

    @from_rows("place")
    def excluded(self) -> pd.DataFrame:
        """Units that don't count, without names: reason, level, units."""
        groups = self.result.excluded.groupby(["excluded_reason", "level"], sort=False)
        rows = [(reason, level, len(group)) for (reason, level), group in groups]
        return pd.DataFrame(rows, columns=["reason", "level", "units"])

    @from_rows("place")
    def missing(self) -> pd.DataFrame:
        """Schools that count and whose numbers are lacking: school_name, level, lacking."""
        units = self.result.units
        units = units[units["included"] & (units["missing"].fillna("") != "")]
        rows = [
            (
                u["school_name"] if u["publish_name"] else UNNAMED,
                u["level"],
                u["missing"] if u["reported"] else "全部数据未报",
            )
            for u in row_dicts(units)
        ]
        return pd.DataFrame(rows, columns=["school_name", "level", "lacking"])
