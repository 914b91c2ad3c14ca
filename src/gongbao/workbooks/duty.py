"""政府履职评价 as a workbook asks for it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from gongbao.present import Cell, Fact, Verdict, plain
from gongbao.rows import row_dicts
from gongbao.standards import DutyResult, Outcome, self_vs_recheck

STATUS_OUTCOME = {"全部达到": Outcome.PASS, "基本达到": Outcome.UNDETERMINED, "未达到": Outcome.FAIL}


class Duty:
    """The evaluations of one region and year, in the order of their steps (自评 first)."""

    def __init__(self, results: Sequence[DutyResult], names: dict[str, str], source: str = "") -> None:
        self.results = tuple(results)
        self._names = names
        self.source = source

    def __bool__(self) -> bool:
        return bool(self.results)

    @property
    def own(self) -> DutyResult | None:
        """The self-evaluation."""
        return next((r for r in self.results if r.step == "自评"), None)

    @property
    def latest(self) -> DutyResult:
        """The evaluation that counts: the last recheck, or the self-evaluation where there is none."""
        return self.results[-1]

    @property
    def framework(self) -> str:
        """Name of the framework of the latest evaluation."""
        return self._names.get(self.latest.framework_id, self.latest.framework_id)

    @property
    def score(self) -> str:
        """Total of the latest evaluation, as printed."""
        return plain(self.latest.totals.total)

    @property
    def full_score(self) -> str:
        """Full score of the latest evaluation, as printed."""
        return plain(self.latest.totals.full)

    def aspects(self) -> pd.DataFrame:
        """Aspects of the latest evaluation: no, name, full_score, score, deduction, items, met, basic, unmet."""
        return self.latest.aspects.copy()

    def items(self) -> pd.DataFrame:
        """All items (二级) of the latest evaluation: aspect, no, name, status, full_score, score, deduction."""
        tree = self.latest.tree
        aspects = dict(zip(self.latest.aspects["aspect_id"], self.latest.aspects["name"], strict=True))
        items = tree[tree["level"] == "二级"].copy()
        items["aspect"] = items["aspect_id"].map(aspects)
        items["status"] = pd.Series([_status(s) for s in items["status"]], index=items.index, dtype=object)
        return items[["aspect", "no", "name", "status", "full_score", "score", "deduction"]]

    def deductions(self) -> pd.DataFrame:
        """Points lost in the latest evaluation: no, name, full_score, deduction, reason, planned_fix, related."""
        return self.latest.deductions.copy()

    def gaps(self) -> pd.DataFrame:
        """Self-evaluation beside recheck by aspect: no, name, full_score, self, recheck, gap (empty without both)."""
        return self_vs_recheck(self.results)

    def totals(self) -> pd.DataFrame:
        """One row for each evaluation: step, date, total, full, grade, grade_basis."""
        return pd.DataFrame(
            [
                {
                    "step": r.step,
                    "date": r.date,
                    "total": r.totals.total,
                    "full": r.totals.full,
                    "grade": r.grade,
                    "grade_basis": "按等级标准" if r.grade_computed else "原文等级",
                }
                for r in self.results
            ],
            columns=["step", "date", "total", "full", "grade", "grade_basis"],
        )

    def notes(self) -> list[str]:
        """Where reported numbers disagree."""
        return [note for r in self.results for note in r.notes]

    def facts(self) -> list[Fact]:
        if not self:
            return []
        found = [
            Fact(
                f"{r.step}得分",
                f"{plain(r.totals.total, None)}分",
                f"满分{plain(r.totals.full, None)}分",
                r.totals.total,
                "分",
            )
            for r in self.results
        ]
        counts = self.latest.totals.by_status
        known = {word: n for word, n in counts.items() if word != "未报" and n}
        if known:
            found.append(
                Fact(
                    "测评内容",
                    f"{self.latest.totals.items}项",
                    "，".join(f"{word}{n}项" for word, n in known.items()),
                    float(self.latest.totals.items),
                    "项",
                )
            )
        return found

    def verdicts(self) -> list[Verdict]:
        if not self:
            return []
        result = self.latest
        counts = result.totals.by_status
        unmet, basic, unknown = (counts.get(w, 0) for w in ("未达到", "基本达到", "未报"))
        outcome = (
            Outcome.FAIL
            if unmet
            else Outcome.UNDETERMINED
            if unknown == result.totals.items
            else Outcome.PASS
        )
        lost = self.deductions()
        words = "；".join(f"{r['name']}扣{plain(r['deduction'], None)}分" for r in row_dicts(lost))
        parts = []
        if unmet or basic:
            parts.append(
                "、".join(p for p in (unmet and f"{unmet}项未达到", basic and f"{basic}项基本达到") if p)
                + "。"
            )
        if words:
            parts.append(f"扣分：{words}。")
        total = result.totals.total
        shown = "" if math.isnan(total) else f"{result.step}{plain(total, None)}分"
        if result.grade:
            shown += f"，{result.grade}"
        return [
            Verdict(
                key="duty.total",
                label="政府履行教育职责评价",
                outcome=outcome.value,
                shown=shown,
                target="各项测评内容均达到" if not math.isnan(result.totals.full) else "",
                gap="".join(parts),
                value=None if math.isnan(total) else total,
                headline=True,
            )
        ]


def _status(status: object) -> Cell:
    return Cell(status, status, STATUS_OUTCOME[status].value) if isinstance(status, str) else Cell("未报")
