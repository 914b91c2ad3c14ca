"""办园行为督导评估: this year's grades, how far the round has come, what became of those that failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gongbao.present import Sentence, Verdict, basis_of, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import LocalTargets, Outcome
from gongbao.standards.grades import grade_counts, latest_grades
from gongbao.standards.preschool import RoundCoverage, followed_up, round_coverage
from gongbao.workbooks.bases import frame_place, from_rows
from gongbao.workbooks.once import once

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

# How many years a round takes: at most `value`, at least `basic_value` (data/targets.csv).
ROUND = "kindergarten_round_years"
UNNAMED = "某幼儿园（园名未公开）"
_STATUSES = (("met", "全部达到"), ("basic", "基本达到"), ("unmet", "未达到"))


@dataclass(frozen=True, eq=False)
class Kindergartens:
    """The kindergartens of one region and what their evaluations found, up to one year.

    `schools` are rows of schema.SCHOOLS of type 幼儿园 in that year; `evaluations` those of
    kindergartens in the years of the longest round, `scores` those of this year; `bands` and `items`
    the frameworks; `round_years` the shortest and the longest round, None where no rule is given.
    """

    year: int
    schools: pd.DataFrame
    evaluations: pd.DataFrame
    scores: pd.DataFrame
    items: pd.DataFrame
    bands: pd.DataFrame
    round_years: tuple[int, int] | None

    def __bool__(self) -> bool:
        return bool(len(self.evaluations))

    @once
    def evaluated(self) -> pd.DataFrame:
        """Evaluations filed for this year, self-evaluations left out."""
        rows = self.evaluations
        return rows[(rows["year"] == self.year) & (rows["step"] != "自评")]

    @property
    def number(self) -> int:
        """How many kindergartens were evaluated this year."""
        return int(self.evaluated()["object_id"].nunique())

    @once
    @from_rows("evaluations")
    def grades(self) -> pd.DataFrame:
        """How many kindergartens have each grade after their last evaluation of this year: grade, count,
        share (%), words (for a bar)."""
        counts = grade_counts(latest_grades(self.evaluated(), self.bands), self.bands)
        words = [f"{r['grade']} {r['count']}所" for r in row_dicts(counts)]
        return counts.assign(words=words)

    @once
    def coverage(self) -> list[RoundCoverage]:
        """How many were evaluated within the shortest round and within the longest; [] without a rule."""
        ids = [str(i) for i in self.schools["school_id"]]
        if not ids or not self or self.round_years is None:
            return []
        return [round_coverage(self.evaluations, ids, self.year, n) for n in dict.fromkeys(self.round_years)]

    def coverage_sentences(self) -> list[Sentence]:
        """`coverage` in words, and from which year on this publication has evaluations at all."""
        found = [
            bind(
                "{first}至{last}年，全部{all}所幼儿园中有{n}所接受过办园行为督导评估，占{share}%。",
                {
                    "first": c.first, "last": c.last, "all": c.kindergartens, "n": c.evaluated,
                    "share": plain(c.share, 1),
                },
            )
            for c in self.coverage()
        ]  # fmt: skip
        if found:
            since = int(self.evaluations["year"].min())
            if since > self.coverage()[-1].first:
                found.append(bind("本站的评估记录从{since}年开始，更早的不在其中。", {"since": since}))
        return found

    def failing_grades(self) -> set[str]:
        """The last grade of each framework with at least two: 不合格, or what a place calls it."""
        own = self.bands[self.bands["framework_id"].isin(set(self.evaluations["framework_id"]))]
        found = set()
        for _, bands in own.groupby("framework_id"):
            if len(bands) > 1:
                found.add(str(bands.sort_values("order", kind="stable")["grade"].iloc[-1]))
        return found

    @from_rows("evaluations")
    def follow_up(self) -> pd.DataFrame:
        """Kindergartens that failed within the longest round, and what their recheck found.

        Columns: kindergarten (its name only where it may be published), year, date, grade,
        recheck_year, recheck_date, recheck_grade, state (复查通过, 复查仍不合格, 尚未复查).
        """
        failing = self.failing_grades()
        rows = followed_up(self.evaluations, failing)
        open_ = self.schools[self.schools["publish_name"] == 1]
        names = dict(zip(open_["school_id"], open_["school_name"], strict=True))
        rows["kindergarten"] = [names.get(i, UNNAMED) for i in rows["object_id"]]
        rows["state"] = [
            "尚未复查" if not known else "复查仍不合格" if grade in failing else "复查通过"
            for known, grade in zip(rows["outcome_known"], rows["recheck_grade"], strict=True)
        ]
        return rows.drop(columns=["object_id", "outcome_known"])

    def follow_up_sentences(self) -> list[Sentence]:
        """How many failed, passed their recheck, and wait for it; none when none failed."""
        states = list(self.follow_up()["state"])
        if not states:
            return []
        values = {
            "n": len(states), "grade": "、".join(sorted(self.failing_grades())),
            "passed": states.count("复查通过"), "again": states.count("复查仍不合格"),
            "open": states.count("尚未复查"),
        }  # fmt: skip
        template = "共{n}所次评为{grade}：复查通过{passed}所次，复查仍不合格{again}所次，尚未复查{open}所次。"
        return [bind(template, values)]

    @from_rows("scores")
    def behaviour(self) -> pd.DataFrame:
        """The areas of the framework in this year's evaluations, over all kindergartens: name, evaluated,
        met, basic, unmet (how many reached it fully, nearly, not); areas without a status are left out."""
        ids = set(self.evaluated()["eval_id"])
        scores = self.scores[self.scores["eval_id"].isin(ids)]
        used = set(self.evaluated()["framework_id"])
        tops = self.items[(self.items["level"] == "一级") & self.items["framework_id"].isin(used)]
        rows = []
        for item in row_dicts(tops):
            given = scores.loc[scores["item_id"] == item["item_id"], "status"].dropna()
            if len(given):
                counts = {name: int((given == word).sum()) for name, word in _STATUSES}
                rows.append({"name": item["name"], "evaluated": len(given)} | counts)
        return pd.DataFrame(rows, columns=["name", "evaluated", *(name for name, _ in _STATUSES)])

    @once
    def verdicts(self) -> list[Verdict]:
        """Whether every kindergarten was evaluated within the longest round; open while records may be older."""
        covered = self.coverage()
        if not covered:
            return []
        whole = covered[-1]
        left = whole.kindergartens - whole.evaluated
        complete = int(self.evaluations["year"].min()) <= whole.first
        outcome = Outcome.PASS if not left else Outcome.FAIL if complete else Outcome.UNDETERMINED
        gap = f"还有{left}所没有评估记录" + ("。" if complete else "，更早年度的记录不在本站。")
        return [
            Verdict(
                key="preschool.round", label="幼儿园办园行为督导评估一轮覆盖", outcome=outcome.value,
                shown=f"{whole.evaluated}所/{whole.kindergartens}所",
                target=f"{whole.first}至{whole.last}年每园至少一次",
                gap=gap if left else "", value=whole.share, limit=100.0, op=">=",
                basis=basis_of(
                    ("preschool.round",), "幼儿园办园行为督导评估一轮覆盖",
                    f"{whole.evaluated}所/{whole.kindergartens}所",
                    formula=f"{whole.first}至{whole.last}年评估过至少一次的幼儿园，占本年度名册上的幼儿园",
                    counted=f"评估过 {whole.evaluated} 所 ÷ 全部 {whole.kindergartens} 所",
                    data="；".join(filter(None, (frame_place(self.evaluations), frame_place(self.schools)))),
                ),
            )
        ]  # fmt: skip


def make_kindergartens(report: Report, local: LocalTargets, year: int) -> Kindergartens:
    """The kindergartens of `report`'s region as of `year`."""
    rule = local.find(ROUND, "数值", "幼儿园")
    lengths = (int(rule.basic_value or rule.value), int(rule.value)) if rule else None
    span = lengths[1] if lengths else 1
    years = [y for y in report.years() if year - span < y <= year]
    evaluations = pd.concat([report.read("evaluations", year=y) for y in years], ignore_index=True)
    schools = report.read("schools", year=year)
    return Kindergartens(
        year,
        schools[schools["stage"] == "幼儿园"],
        evaluations[evaluations["object_type"] == "幼儿园"],
        report.read("eval_scores", year=year),
        report.read("framework_items"),
        report.read("grade_bands"),
        lengths,
    )
