"""What stands beside a county's own evaluation: towns by grade, campaigns by stage, and rectifications."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.data.empty import empty_table
from gongbao.present import Sentence
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards.campaigns import STAGES, ladder
from gongbao.standards.grades import grade_counts, latest_grades, names_of
from gongbao.workbooks.bases import from_rows

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

_FIXES = ("name", "finding", "unit", "measure", "state")


@dataclass(frozen=True)
class DutyWork:
    """Towns (乡镇 evaluations of this year), campaigns (every year up to this one), findings and
    rectifications of one region and year; rows of their schema tables."""

    region: str
    towns: pd.DataFrame
    bands: pd.DataFrame
    frameworks: Mapping[str, str]
    places: Mapping[str, str]
    campaigns: pd.DataFrame
    findings: pd.DataFrame
    rectifications: pd.DataFrame
    titles: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(len(self.towns) or len(self.campaigns))

    @from_rows("campaigns")
    def ladder(self) -> pd.DataFrame:
        """Campaigns by stage (standards.campaigns.ladder) with the sources' titles as `source`."""
        frame = ladder(self.campaigns, self.region)
        frame["source"] = [
            "；".join(self.titles[s] for s in ids.split("；") if s in self.titles)
            for ids in frame["source_id"]
        ]
        return frame.drop(columns="source_id")

    def stages(self) -> list[str]:
        """The stages that any campaign has reached, in their order."""
        frame = self.ladder()
        return [stage for stage in STAGES if (frame[stage] != "").any()]

    @from_rows("towns")
    def town_bands(self) -> pd.DataFrame:
        """Towns by grade: framework, grade, count, share; best grade first, ungraded last."""
        grades = latest_grades(self.towns, self.bands)
        frame = grade_counts(grades, self.bands)
        return frame.assign(framework=[self.frameworks.get(f, f) for f in frame["framework_id"]])

    @from_rows("towns")
    def town_list(self) -> pd.DataFrame:
        """Towns in the order of their codes, with the grade and no score: town, framework, grade, step, date."""
        grades = latest_grades(self.towns, self.bands)
        return grades.assign(
            town=[self.places.get(o, o) for o in grades["object_id"]],
            framework=[self.frameworks.get(f, f) for f in grades["framework_id"]],
        )[["town", "framework", "grade", "step", "date"]]

    def fixes(self, lost: Mapping[str, str], eval_ids: Collection[str]) -> pd.DataFrame:
        """Rectifications of findings on the items in `lost` (item_id -> name): see `Duty.fixes`.

        A finding counts when it is of one of those evaluations or names none.
        """
        found = {
            f["finding_id"]: f
            for f in row_dicts(self.findings)
            if f["item_id"] in lost and (not isinstance(f["eval_id"], str) or f["eval_id"] in eval_ids)
        }
        by_finding: dict[str, list[dict[Any, Any]]] = {}
        for row in row_dicts(self.rectifications):
            earlier = row["finding_year"] == row["finding_year"] and row["finding_year"] != row["year"]
            if row["finding_id"] in found and not earlier:
                by_finding.setdefault(row["finding_id"], []).append(row)
        rows = []
        for key, finding in found.items():
            about = {"name": lost[finding["item_id"]], "finding": finding["text_public"]}
            for row in by_finding.get(key, []):
                until = row["extended_to"] if isinstance(row["extended_to"], str) else row["deadline"]
                rows.append(about | {"unit": row["unit"], "measure": row["measure"],
                                     "state": _state(row, until)})  # fmt: skip
            if key not in by_finding:
                rows.append(about | {"state": "未立项"})
        return pd.DataFrame(rows, columns=list(_FIXES))

    def summary(self) -> list[Sentence]:
        """Towns by grade and the furthest stage of each campaign, in one sentence each."""
        found = []
        for framework, rows in self.town_bands().groupby("framework", sort=False):
            words = "、".join(f"{r['grade']}{r['count']}个" for r in row_dicts(rows) if r["count"])
            found.append(
                bind("{name}：评价乡镇{n}个，{words}。",
                     {"name": framework, "n": int(rows["count"].sum()), "words": words})
            )  # fmt: skip
        for campaign, rows in self.ladder().groupby("campaign", sort=False):
            words = "；".join(f"{r['object']}{r['reached']}（{r['date']}）" for r in row_dicts(rows))
            found.append(bind("{campaign}：{words}。", {"campaign": campaign, "words": words}))
        return found


def no_work() -> DutyWork:
    """Nothing of all this, for evaluations that stand alone."""
    evaluations, campaigns = empty_table("evaluations"), empty_table("campaigns")
    bands, found, done = (empty_table(name) for name in ("grade_bands", "findings", "rectifications"))
    return DutyWork("", evaluations, bands, {}, {}, campaigns, found, done, {})


def make_duty_work(report: Report, year: int | None = None) -> DutyWork:
    """Read the tables of a region and year; of campaigns also those of earlier years."""
    when = year or report.year
    evaluations = report.read("evaluations", year=when)
    past = [report.read("campaigns", year=y) for y in report.years() if y <= when]
    regions = report.read("regions")
    return DutyWork(
        region=report.region_name,
        towns=evaluations[evaluations["object_type"] == "乡镇"],
        bands=report.read("grade_bands"),
        frameworks=names_of(report.read("framework_items")),
        places=dict(zip(regions["region_code"], regions["region_name"], strict=True)),
        campaigns=pd.concat(past, ignore_index=True) if past else report.read("campaigns", year=when),
        findings=report.read("findings", year=when),
        rectifications=report.read("rectifications", year=when),
        titles=report.titles(year),
    )


def _state(row: Mapping[Any, Any], until: Any) -> str:
    """How far a rectification has come, in words; an open one with the day it is due, where one is given."""
    checked = row["recheck_result"]
    if checked == "不合格":
        return "复查不合格，继续整改"
    if isinstance(row["closed"], str):
        return f"已办结（{row['closed']}）" + (f"，复查{checked}" if isinstance(checked, str) else "")
    return f"办理中（期限{until}）" if isinstance(until, str) else "办理中"
