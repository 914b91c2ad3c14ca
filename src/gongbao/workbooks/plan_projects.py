"""Building projects: stages, money, delays, and the reports of every ten days (旬报)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from gongbao.present import Number, Sentence
from gongbao.present.sentence import bind
from gongbao.workbooks.bases import from_rows
from gongbao.workbooks.inspect_problems import day_words
from gongbao.workbooks.names import Names
from gongbao.workbooks.values import text

STAGES = ("前期", "招标", "在建", "完工", "投用")
FINISHED = ("完工", "投用")
MOST_LINES = 6  # lines that can still be told apart
_PERIOD = re.compile(r"(\d{4})-(\d{1,2})-([上中下])")
_TENTHS = {"上": 0, "中": 1, "下": 2}

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Projects:
    """The projects of a year (rows of schema.PROJECTS) and their reports, as known on `as_of`."""

    as_of: date
    rows: Sequence[Row]
    reports: Sequence[Row]
    names: Names
    titles: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(self.rows)

    @from_rows("rows")
    def by_stage(self) -> pd.DataFrame:
        """Stages in their order: stage, projects, area_m2, invest_plan, invest_done (sums of what is known)."""
        found = []
        for stage in STAGES:
            own = [row for row in self.rows if row["stage"] == stage]
            if own:
                sums = {name: _sum(own, name) for name in ("area_m2", "invest_plan", "invest_done")}
                found.append({"stage": stage, "projects": len(own)} | sums)
        return pd.DataFrame(found, columns=["stage", "projects", "area_m2", "invest_plan", "invest_done"])

    @from_rows("rows")
    def table(self) -> pd.DataFrame:
        """One row a project, the least advanced first: name, category, stage, area_m2, invest_plan,
        invest_done, paid (% of the plan), start, due, done, late, percent (last 旬报), quote, source."""
        latest = self.latest()
        found = []
        for row in sorted(self.rows, key=lambda r: STAGES.index(r["stage"])):
            plan, done = row["invest_plan"], row["invest_done"]
            found.append(
                {
                    "name": self.names.clean(row["name"]), "category": text(row["category"]), "stage": row["stage"],
                    "area_m2": row["area_m2"], "invest_plan": plan, "invest_done": done,
                    "paid": 100 * done / plan if plan and not math.isnan(plan) else math.nan,
                    "start": text(row["start"]), "start_shown": day_words(text(row["start"])),
                    "due": text(row["due"]), "due_shown": day_words(text(row["due"])),
                    "done": text(row["done"]), "done_shown": day_words(text(row["done"])),
                    "late": self._late(row), "percent": latest.get(str(row["project_id"]), math.nan),
                    "quote": self.names.clean(text(row["quote"])),
                    "source": self.titles.get(text(row["source_id"]), ""),
                }
            )  # fmt: skip
        columns = ["name", "category", "stage", "area_m2", "invest_plan", "invest_done", "paid", "start", "start_shown",
                   "due", "due_shown", "done", "done_shown", "late", "percent", "quote", "source"]  # fmt: skip
        return pd.DataFrame(found, columns=columns)

    def _late(self, row: Row) -> float:
        """Days behind the planned end: of a finished project till it was done, of another till `as_of`."""
        due, done = text(row["due"]), text(row["done"])
        if not due or (not done and row["stage"] in FINISHED):
            return math.nan
        end = date.fromisoformat(done) if done else self.as_of
        days = (end - date.fromisoformat(due)).days
        return float(days) if days > 0 else math.nan

    def latest(self) -> dict[str, float]:
        """project_id -> percent of its last report."""
        found: dict[str, tuple[float, float]] = {}
        for row in self.reports:
            at, percent = _position(row["period"]), row["percent"]
            project = str(row["project_id"])
            if at is not None and not math.isnan(percent) and at >= found.get(project, (-1.0, 0.0))[0]:
                found[project] = (at, percent)
        return {project: percent for project, (_, percent) in found.items()}

    @from_rows("reports")
    def lines(self) -> pd.DataFrame:
        """The reports as points of at most MOST_LINES lines: name, period, month (1 to 13, tenths as thirds),
        percent. Where there are more projects, those that are furthest behind at their last report."""
        latest = self.latest()
        chosen = sorted(latest, key=lambda project: latest[project])[:MOST_LINES]
        named = {str(row["project_id"]): self.names.clean(row["name"]) for row in self.rows}
        found = []
        for row in self.reports:
            at = _position(row["period"])
            if str(row["project_id"]) in chosen and at is not None and not math.isnan(row["percent"]):
                name = named.get(str(row["project_id"]), str(row["project_id"]))
                found.append({"name": name, "period": _period_words(row["period"]), "month": at % 12 + 1,
                              "percent": row["percent"], "_at": at})  # fmt: skip
        found.sort(key=lambda row: (row["name"], row["_at"]))
        return pd.DataFrame(found, columns=["name", "period", "month", "percent"])

    @from_rows("reports")
    def remarks(self) -> pd.DataFrame:
        """What the reports explain: name, period, percent, note; reports without a note are left out."""
        named = {str(row["project_id"]): self.names.clean(row["name"]) for row in self.rows}
        found = [
            {"name": named.get(str(row["project_id"]), "—"), "period": _period_words(row["period"]),
             "percent": row["percent"], "note": self.names.clean(text(row["note"]))}
            for row in self.reports
            if text(row["note"])
        ]  # fmt: skip
        return pd.DataFrame(found, columns=["name", "period", "percent", "note"])

    def words(self) -> Sentence | None:
        """How many projects at which stage, money planned and done, how many late; None without projects."""
        if not self.rows:
            return None
        stages = self.by_stage()
        plan, done = stages["invest_plan"].sum(min_count=1), stages["invest_done"].sum(min_count=1)
        late = int(self.table()["late"].notna().sum())
        said = ["列出工程项目{n}（{stages}）"]
        if plan == plan:
            said.append("计划投资{plan}")
        if done == done:
            said.append("已完成投资{done}")
        if any(text(row["due"]) for row in self.rows):
            said.append("{late}比计划完工日期晚" if late else "没有比计划完工日期晚的")
        return bind(
            "，".join(said) + "。",
            {
                "n": Number(float(len(self.rows)), "个", 0), "plan": Number(plan, "万元", 2),
                "done": Number(done, "万元", 2), "late": Number(float(late), "个", 0),
                "stages": "、".join(f"{s}{n}个" for s, n in zip(stages["stage"], stages["projects"], strict=True)),
            },
        )  # fmt: skip

    def line_words(self) -> Sentence:
        """Where the project furthest behind and the one furthest ahead stood at their last report."""
        latest = sorted(self.lines().groupby("name")["percent"].last().items(), key=lambda item: item[1])
        (low, least), (high, most) = latest[0], latest[-1]
        if len(latest) == 1:
            return bind("{low}最后一次旬报为{least}。", {"low": low, "least": Number(least, "%", 1)})
        return bind(
            "按最后一次旬报，{low}{least}，{high}{most}。",
            {"low": low, "least": Number(least, "%", 1), "high": high, "most": Number(most, "%", 1)},
        )


def _sum(rows: Sequence[Row], name: str) -> float:
    known = [row[name] for row in rows if not math.isnan(row[name])]
    return float(sum(known)) if known else math.nan


def _position(period: Any) -> float | None:
    """Where a 旬 stands in time, in months; None for one written otherwise."""
    found = _PERIOD.fullmatch(text(period))
    if not found:
        return None
    return int(found[1]) * 12 + int(found[2]) - 1 + _TENTHS[found[3]] / 3


def _period_words(period: Any) -> str:
    found = _PERIOD.fullmatch(text(period))
    return f"{int(found[2])}月{found[3]}旬" if found else text(period)
