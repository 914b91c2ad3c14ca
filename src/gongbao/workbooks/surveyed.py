"""One survey of one region and year: groups, the whole, its verdict where a threshold holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from gongbao.present import Basis, Sentence, Verdict, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import LocalTargets, Outcome, Target
from gongbao.standards.disclosure import LEAST_BASE
from gongbao.standards.surveys import Approval, approval
from gongbao.workbooks.bases import frame_place, from_rows, share_basis

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

# Whose target a survey is held against, and for which stage (data/targets.csv).
TARGETS_OF = {
    "学前教育社会认可度": ("preschool_satisfaction_rate", "幼儿园"),
    "教育工作满意度": ("education_satisfaction_rate", "全部"),
}
# For a survey without a target of its own the nearest rule gives a line to look at, not a verdict.
REFERENCE = ("satisfaction_rate", "义务教育")


@dataclass(frozen=True, eq=False)
class Surveyed:
    """`rows` are those of schema.SURVEYS, `result` what they give, `target` the threshold that holds,
    `reference` a threshold of another survey to compare with where this one has none."""

    survey: str
    rows: pd.DataFrame
    result: Approval
    target: Target | None
    reference: Target | None
    source: str

    def __bool__(self) -> bool:
        return bool(len(self.rows))

    @from_rows("rows")
    def groups(self) -> pd.DataFrame:
        """group, issued, valid, satisfied, share (%), share_shown; groups of fewer than ten are merged."""
        frame = self.result.groups
        if self.result.too_few:
            frame = frame.iloc[:0]
        return frame.assign(
            share_shown=[plain(share, 2) for share in frame["share"]], source=self.source,
            words=[f"{r['group']}（{int(r['valid'])}份）" for r in row_dicts(frame)],
        )  # fmt: skip

    @property
    def line(self) -> tuple[float | None, str]:
        """The line to draw and its words: the survey's own threshold, or that of 义务教育社会认可度."""
        if self.target:
            return self.target.value, f"标准{plain(self.target.value, None)}%"
        if self.reference:
            return self.reference.value, f"参照：义务教育社会认可度标准{plain(self.reference.value, None)}%"
        return None, ""

    @property
    def share(self) -> float | None:
        """Satisfied of valid over all groups (%), unrounded; None when too few answered or none."""
        known = self.result.share is not None and not self.result.too_few
        return float(self.result.share) if known and self.result.share is not None else None

    def said(self, area: str) -> Basis | None:
        """How the whole was computed, None where it is not shown."""
        if self.share is None:
            return None
        id, stage = (self.target.indicator_id, self.target.stage) if self.target else ("", "")
        return share_basis(
            (f"{area}.survey",), self.survey, f"{plain(self.share, 2)}%",
            ("满意（认可）的", f"{int(self.result.satisfied)}份"), ("有效问卷", f"{int(self.result.valid)}份"),
            scope="各类对象合并计算，只计报全了有效数和满意数的对象", data=frame_place(self.rows), source=self.source,
            indicator_id=id, statistic="数值" if id else "", stage=stage,
        )  # fmt: skip

    def sentences(self) -> list[Sentence]:
        """The whole in a sentence; what is not shown and why in another."""
        if not self:
            return []
        if self.share is None:
            return [bind("{survey}调查的有效问卷太少，结果不公布。", {"survey": self.survey})]
        found = [
            bind(
                "{survey}调查收回有效问卷{valid}份，满意（认可）的占{share}%。",
                {"survey": self.survey, "valid": int(self.result.valid), "share": plain(self.share, 2)},
            )
        ]
        if self.result.silent:
            found.append(
                bind("没有报全有效数和满意数的对象：{which}。", {"which": "、".join(self.result.silent)})
            )
        return found

    def verdicts(self, area: str) -> list[Verdict]:
        """The whole against its threshold; [] without one. Open while a group has not reported."""
        if not self or self.target is None:
            return []
        shown = self.share
        decided = self.target.confirmed and not self.result.silent and shown is not None
        outcome = self.target.judge(self.result.share) if decided else Outcome.UNDETERMINED
        gap = ""
        if not self.target.confirmed:
            gap = "标准值的依据尚待核实，不作结论。"
        elif shown is None:
            gap = "有效问卷太少，结果不公布。"
        elif self.result.silent:
            gap = f"{'、'.join(self.result.silent)}没有报全。"
        elif outcome is Outcome.FAIL:
            gap = f"差{plain(self.target.value - shown, 2)}个百分点。"
        return [
            Verdict(
                key=f"{area}.survey", label=self.survey, outcome=outcome.value,
                shown=f"{plain(shown, 2)}%" if shown is not None else "不公布",
                target=f"≥{plain(self.target.value, None)}%" + ("" if self.target.confirmed else "（待核实）"),
                gap=gap, value=shown, limit=self.target.value, op=self.target.op,
                indicator_id=self.target.indicator_id, statistic="数值", basis=self.said(area),
            )
        ]  # fmt: skip


def surveyed(report: Report, survey: str, local: LocalTargets, year: int) -> Surveyed:
    """The rows of one survey of `report`'s region in a year."""
    rows = report.read("surveys", year=year)
    rows = rows[rows["survey"] == survey]
    id, stage = TARGETS_OF.get(survey, REFERENCE)
    target = local.find(id, "数值", stage)
    reference = None if target else local.find(REFERENCE[0], "数值", REFERENCE[1])
    titles = {str(s["source_id"]): str(s["title"]) for s in row_dicts(report.read("sources", year=year))}
    sources = dict.fromkeys(titles[s] for s in rows["source_id"] if isinstance(s, str) and s in titles)
    return Surveyed(survey, rows, approval(rows, LEAST_BASE), target, reference, "；".join(sources))
