"""质量与德体美劳 as a workbook asks for it: how monitoring was organised, rates over the years, satisfaction.

Examination results are internal: `internal` holds them in an internal build and is empty in a public one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from gongbao.present import Sentence, Verdict
from gongbao.workbooks.surveyed import Surveyed, surveyed
from gongbao.workbooks.topics import by_topic, part_sentence
from gongbao.workbooks.value_area import ValueArea, value_area

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

SURVEY = "教育工作满意度"


@dataclass(frozen=True, eq=False)
class Quality(ValueArea):
    """质量与德体美劳 of one region and year."""

    MONITORING: ClassVar = ("监测",)
    survey: Surveyed

    def __bool__(self) -> bool:
        return bool(len(self.values) or self.survey)

    def monitoring(self) -> pd.DataFrame:
        """How national monitoring was organised; results are never published (domain.md B8)."""
        return self.about(*self.MONITORING)

    def others(self) -> pd.DataFrame:
        """Counts on topics besides monitoring, by topic."""
        rows = self.counts("")
        return rows[~rows["topic"].isin(set(self.monitoring()["topic"]))]

    def other_parts(self) -> list[Sentence]:
        """Totals with parts, besides monitoring."""
        own = set(self.parts(*self.MONITORING)["total_id"])
        found = self.parts()
        return [part_sentence(rows) for id, rows in found.groupby("total_id", sort=False) if id not in own]

    def internal_table(self) -> pd.DataFrame:
        """Internal indicators by topic: only in an internal build, else empty."""
        return by_topic(self.internal)

    def verdicts(self) -> list[Verdict]:
        return [*self.judged, *self.survey.verdicts("quality")]

    def summary(self) -> list[Sentence]:
        return [*super().summary(), *self.survey.sentences()]


def make_quality(report: Report, year: int | None = None) -> Quality:
    """质量与德体美劳 of `report`'s region in a year (default: the report's)."""
    base = value_area(report, "quality", year)
    survey = surveyed(report, SURVEY, report.targets(base.year), base.year)
    return Quality(base.area, base.year, base.values, base.internal, base.judged, base.part_of, survey)
