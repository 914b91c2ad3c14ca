"""学前普及普惠与办园行为 as a workbook asks for it: rates against targets, the 17/36 framework, kindergartens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.present import Cell, Fact, Sentence, Verdict, basis_of
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards.duty import STATUSES, STEPS
from gongbao.standards.grades import frameworks_of, names_of
from gongbao.workbooks.bases import frame_place
from gongbao.workbooks.duty import STATUS_OUTCOME
from gongbao.workbooks.kindergartens import Kindergartens, make_kindergartens
from gongbao.workbooks.once import once
from gongbao.workbooks.preschool_rates import RateTargets
from gongbao.workbooks.surveyed import Surveyed, surveyed
from gongbao.workbooks.value_area import ValueArea, value_area

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

SURVEY = "学前教育社会认可度"
MAIN = ("普及", "普惠")  # topics


@dataclass(frozen=True, eq=False)
class Preschool(ValueArea):
    """学前教育 of one region and year.

    `county` is the county's last evaluation by a preschool framework (its step and date, "" without
    one), `framework` that framework's name, `items` what it found (see `make_items`).
    """

    targets: RateTargets
    county: str
    framework: str
    items: pd.DataFrame
    kindergartens: Kindergartens
    survey: Surveyed

    def __bool__(self) -> bool:
        return bool(len(self.values) or self.county or self.kindergartens or self.survey)

    @once
    def rates(self) -> pd.DataFrame:
        """The rates against their targets (`RateTargets.frame`)."""
        return self.targets.frame(self.values, self.judged)

    def main_history(self, report: Report) -> pd.DataFrame:
        """`rate_history` of what the standard is about first: how many come, and to which kindergartens."""
        history = self.rate_history(report)
        return history[history["topic"].isin(MAIN)]

    def rate_notes(self) -> list[Sentence]:
        """Since when the standard holds, and which other places ask for something else."""
        rates = self.rates()
        return self.targets.not_yet(rates) + self.targets.other_places(rates)

    def rate_finding(self) -> Sentence:
        """How many of the judged rates meet their target, and what the others lack."""
        known = row_dicts(self.rates())
        rates = [r for r in known if r["colour"] != "this"]
        if not rates:
            first = "，".join(f"{r['short']}{r['value_text']}" for r in known[:3])
            more = "等" if len(known) > 3 else ""
            return bind("{first}{more}，本年度没有适用的标准值。", {"first": first, "more": more})
        failing = [r for r in rates if r["colour"] == "fail"]
        open_ = sum(r["colour"] == "undetermined" for r in rates)
        return bind(
            "有标准值的{n}项中{met}项达标{failing}{open}。",
            {
                "n": len(rates), "met": len(rates) - len(failing) - open_,
                "failing": "，未达标：" + "；".join(f"{r['short']}{r['gap'].rstrip('。')}" for r in failing)
                if failing else "",
                "open": f"，{open_}项待定" if open_ else "",
            },
        )  # fmt: skip

    def item_finding(self) -> Sentence:
        """How many of the framework's items are met, nearly met, not met, not known."""
        counts = dict.fromkeys((*STATUSES, "未报"), 0)
        for status in self.items["status"]:
            counts[status.shown] += 1
        return bind(
            "{n}项指标中{listed}。",
            {"n": len(self.items), "listed": "、".join(f"{w}{n}项" for w, n in counts.items() if n)},
        )

    @once
    def verdicts(self) -> list[Verdict]:
        """Rates and other values against their thresholds, the round, and the survey unless its share was
        reported as a value too (that one is judged already)."""
        stated = {v.indicator_id for v in self.judged}
        survey = [v for v in self.survey.verdicts("preschool") if v.indicator_id not in stated]
        return [*self.judged, *self.kindergartens.verdicts(), *survey]

    def facts(self) -> list[Fact]:
        found = super().facts()
        n = self.kindergartens.number
        if not n:
            return found
        said = basis_of(
            ("preschool", "evaluated"), "本年度评估幼儿园", f"{n}所", data=frame_place(self.kindergartens.evaluated()),
            formula="本年度接受办园行为督导评估的幼儿园，自评不计；一所园评几次的，只算一所",
        )  # fmt: skip
        return [*found[:7], Fact("本年度评估幼儿园", f"{n}所", "", float(n), "所", basis=said)]

    @once
    def grade_sentence(self) -> Sentence:
        """How many kindergartens were evaluated this year and with which grades."""
        rows = row_dicts(self.kindergartens.grades())
        listed = "、".join(f"{r['grade']}{r['count']}所" for r in rows if r["count"])
        return bind(
            "对{n}所幼儿园开展办园行为督导评估：{listed}。",
            {"n": self.kindergartens.number, "listed": listed},
        )

    def summary(self) -> list[Sentence]:
        grades = [self.grade_sentence()] if self.kindergartens.number else []
        return [*super().summary(), *grades, *self.survey.sentences()]


def make_preschool(report: Report, year: int | None = None) -> Preschool:
    """学前教育 of `report`'s region in a year (default: the report's)."""
    base = value_area(report, "preschool", year)
    when = base.year
    frameworks, evaluations = report.read("framework_items"), report.read("evaluations", year=when)
    own = evaluations[
        (evaluations["object_type"] == "县")
        & evaluations["framework_id"].isin(frameworks_of(frameworks, ("preschool",)))
    ]
    last = max(row_dicts(own), key=lambda r: (STEPS.index(r["step"]), str(r["date"])), default=None)
    name = names_of(frameworks).get(last["framework_id"], "") if last else ""
    date = last["date"] if last and isinstance(last["date"], str) else ""
    names = {
        str(r["region_code"]): str(r["region_name"])
        for r in row_dicts(report.read("regions"))
        if not r["valid_from"] > when and not r["valid_to"] < when
    }
    targets = RateTargets(
        report.read("targets"),
        {str(row["indicator_id"]): row for row in row_dicts(report.read("indicators"))},
        names,
        (report.region, *report.ancestors()),
        when,
    )
    local = report.targets(when)
    return Preschool(
        base.area,
        base.year,
        base.values,
        base.internal,
        base.judged,
        base.part_of,
        targets=targets,
        county=f"{last['step']}{f'（{date}）' if date else ''}" if last else "",
        framework=name,
        items=make_items(frameworks, report.read("eval_scores", year=when), last),
        kindergartens=make_kindergartens(report, local, when),
        survey=surveyed(report, SURVEY, local, when),
    )


def make_items(
    frameworks: pd.DataFrame, scores: pd.DataFrame, evaluation: Mapping[Any, Any] | None
) -> pd.DataFrame:
    """The indicators of a framework as one evaluation found them: group, no, name, status (Cell), reason,
    planned_fix. The deepest level that has statuses is listed; group is the item above, or what the
    framework says the indicator belongs to. Empty without an evaluation.
    """
    columns = ["group", "no", "name", "status", "reason", "planned_fix"]
    if evaluation is None:
        return pd.DataFrame(columns=columns)
    items = row_dicts(frameworks[frameworks["framework_id"] == evaluation["framework_id"]])
    found = {s["item_id"]: s for s in row_dicts(scores[scores["eval_id"] == evaluation["eval_id"]])}
    by_id = {item["item_id"]: item for item in items}
    levels = {i["level"] for i in items if isinstance(found.get(i["item_id"], {}).get("status"), str)}
    level = next((name for name in ("测评点", "二级", "一级") if name in levels), "一级")
    rows = []
    for item in items:
        if item["level"] != level:
            continue
        score = found.get(item["item_id"], {})
        above = by_id.get(item["parent_id"], {})
        group = item["evidence"] if above.get("level") == "体系" else above.get("name")
        rows.append(
            {
                "group": group, "no": item["no"], "name": item["name"], "status": _status(score.get("status")),
                "reason": score.get("reason"), "planned_fix": score.get("planned_fix"),
            }
        )  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _status(status: object) -> Cell:
    return Cell(status, status, STATUS_OUTCOME[status].value) if isinstance(status, str) else Cell("未报")
