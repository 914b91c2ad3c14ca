"""政府履职评价 as a workbook asks for it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.data.empty import empty_table
from gongbao.present import Basis, Cell, Fact, Sentence, Verdict, basis_of, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import DutyResult, Outcome, Target, evaluate_duty, self_vs_recheck
from gongbao.standards.grades import band_table, frameworks_of, names_of
from gongbao.standards.outcome import exact
from gongbao.workbooks.bases import frame_place, from_rows
from gongbao.workbooks.duty_work import DutyWork, make_duty_work, no_work
from gongbao.workbooks.judging import SIGNS
from gongbao.workbooks.once import once
from gongbao.workbooks.topics import key_facts, topic_sentences
from gongbao.workbooks.values import COLUMNS as VALUES

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

# The target (statistic 数值, stage 全部) that says how far a self-evaluation may be from the re-check.
SELF_GAP = "duty_self_gap"
INDENT = "　"
STATUS_OUTCOME = {"全部达到": Outcome.PASS, "基本达到": Outcome.UNDETERMINED, "未达到": Outcome.FAIL}


@dataclass(frozen=True)
class Duty:
    """The evaluations of one region and year, and what else the year says of the government's part.

    `results` are in the order of their steps (自评 first), `names` framework_id -> name, `source` the
    documents' titles, `bands` the rows of schema.GRADE_BANDS, `values` those of `Report.values`, `work`
    the towns, campaigns and rectifications; `gap_limit` how far the self-evaluation may be from the
    re-check, where a rule says so; `places` where the evaluations stand,
    `year` that of the values.
    """

    results: tuple[DutyResult, ...]
    names: dict[str, str]
    source: str = ""
    bands: pd.DataFrame = field(default_factory=lambda: empty_table("grade_bands"))
    values: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(VALUES)))
    work: DutyWork = field(default_factory=no_work)
    gap_limit: Target | None = None
    places: str = ""
    year: int = 0

    def __bool__(self) -> bool:
        """Whether anything was reported."""
        return bool(self.results or len(self.values) or self.work)

    @property
    def evaluated(self) -> bool:
        """Whether an evaluation of the county itself was reported."""
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
        return self.names.get(self.latest.framework_id, self.latest.framework_id)

    @property
    def score(self) -> str:
        """Total of the latest evaluation, as printed."""
        return plain(self.latest.totals.total)

    @property
    def full_score(self) -> str:
        """Full score of the latest evaluation, as printed."""
        return plain(self.latest.totals.full)

    @from_rows("places")
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

    @from_rows("places")
    def deductions(self) -> pd.DataFrame:
        """Points lost in the latest evaluation: no, name, full_score, deduction, reason, planned_fix, related."""
        return self.latest.deductions.copy() if self.results else pd.DataFrame()

    @from_rows("places")
    def tree(self) -> pd.DataFrame:
        """Aspects, items and points of the latest evaluation in order, as an indented table.

        Columns: no, name (indented by its depth), level, full_score, score, deduction, status (Cell).
        """
        tree = self.latest.tree
        rows = tree[tree["level"] != "体系"].copy()
        least = rows["depth"].min()
        counts = {r["aspect_id"]: r for r in row_dicts(self.latest.aspects)}
        rows["name"] = [
            INDENT * int(d - least) + str(n) for d, n in zip(rows["depth"], rows["name"], strict=True)
        ]
        rows["status"] = pd.Series(
            [_aspect_status(counts[r["item_id"]]) if r["item_id"] in counts else _status(r["status"])
             for r in row_dicts(rows)],
            index=rows.index, dtype=object,
        )  # fmt: skip
        return rows[["no", "name", "level", "full_score", "score", "deduction", "status"]]

    @once
    def fixes(self) -> pd.DataFrame:
        """What is being done where points were lost: name, finding, unit, measure, state.

        A finding belongs to a loss when it names the item, or a part of it that is not fully met.
        """
        lost: dict[str, str] = {}
        if self.results:
            tree = self.latest.tree
            for row in row_dicts(self.deductions()):
                lost[row["item_id"]] = row["name"]
                below = tree[
                    (tree["parent_id"] == row["item_id"]) & tree["status"].isin(["基本达到", "未达到"])
                ]
                lost |= {r["item_id"]: r["name"] for r in row_dicts(below)}
        return self.work.fixes(lost, {r.eval_id for r in self.results})

    def grades(self) -> pd.DataFrame:
        """The bands of the latest framework: grade, range (in words), reached (“✓ 本次等级” or "")."""
        own = self.bands[self.bands["framework_id"] == self.latest.framework_id]
        frame = band_table(own, self.latest.grade)
        frame["range"] = [_range(r["min"], r["max"]) for r in row_dicts(frame)]
        frame["reached"] = ["✓ 本次等级" if reached else "" for reached in frame["reached"]]
        return frame[["grade", "range", "reached"]]

    @from_rows("places")
    def gaps(self) -> pd.DataFrame:
        """Self-evaluation beside recheck: no, name, full_score, self, recheck, gap (empty without both).

        One row for each aspect and, last, one for the totals.
        """
        frame = self_vs_recheck(self.results)
        if self.own is None or frame.empty:
            return frame
        own, last = self.own.totals, self.latest.totals
        total = {"no": "", "name": "合计", "full_score": own.full, "self": own.total, "recheck": last.total,
                 "gap": self.gap, "step": self.latest.step}  # fmt: skip
        return pd.concat([frame, pd.DataFrame([total])], ignore_index=True)

    @property
    def gap(self) -> float:
        """Total of the last re-check minus that of the self-evaluation, NaN without both."""
        if self.own is None or not self.evaluated or self.latest.step == self.own.step:
            return math.nan
        if self.latest.framework_id != self.own.framework_id:
            return math.nan
        return round(self.latest.totals.total - self.own.totals.total, 6)

    def gap_sentence(self) -> Sentence | None:
        """The self-evaluation beside the re-check in words, None without both. It does not judge."""
        if self.own is None or math.isnan(self.gap):
            return None
        words = (
            "与自评相同"
            if not self.gap
            else f"比自评{'高' if self.gap > 0 else '低'}{plain(abs(self.gap), None)}分"
        )
        return bind(
            "自评{own}分，{step}{last}分，{words}。",
            {
                "own": plain(self.own.totals.total, None),
                "step": self.latest.step,
                "last": self.score,
                "words": words,
            },
        )

    @from_rows("places")
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
        """At most eight key figures: scores, items by status, then the values of each topic in turn."""
        found = self._score_facts() if self.evaluated else []
        covered = ("评价结果", "测评体系") if self.evaluated else ()
        return [*found, *key_facts(self.values[~self.values["topic"].isin(covered)], 8 - len(found))][:8]

    def _score_basis(self, result: DutyResult) -> Basis | None:
        """How the score of an evaluation came about: the full score and, where they add up, what was taken off."""
        total, full = result.totals.total, result.totals.full
        if math.isnan(total):
            return None
        lost = row_dicts(result.deductions)
        left = exact(full) - sum(exact(r["deduction"]) for r in lost) if lost and full == full else None
        taken = (
            "".join(f" － {plain(r['deduction'], None)}（{r['name']}）" for r in lost)
            if left == exact(total)
            else ""
        )
        return basis_of(
            ("duty", result.step), f"{self.framework}：{result.step}得分", f"{plain(total, None)}分",
            formula="满分减去各项扣分" if taken else "填报的评价得分，原样引用",
            counted=f"满分 {plain(full, None)}{taken}" if taken else "",
            scope=f"{result.totals.items}项测评内容", source=self.source, data=self.places,
        )  # fmt: skip

    def _score_facts(self) -> list[Fact]:
        found = [
            Fact(
                f"{r.step}得分",
                f"{plain(r.totals.total, None)}分",
                f"满分{plain(r.totals.full, None)}分",
                r.totals.total,
                "分",
                basis=self._score_basis(r),
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
                    basis=basis_of(
                        ("duty", "items"),
                        "测评内容",
                        f"{self.latest.totals.items}项",
                        formula="测评体系里的内容，按达标情况计数",
                        counted="，".join(f"{word}{n}项" for word, n in counts.items() if n),
                        data=self.places,
                    ),
                )
            )
        return found

    def summary(self) -> list[Sentence]:
        """What the bulletin says: score and grade, items by status, losses, re-check, then the topics."""
        found = []
        if self.evaluated:
            counts = self.latest.totals.by_status
            found.append(
                bind(
                    "政府履行教育职责{step}得{score}分（满分{full}分），等级为“{grade}”；{items}。",
                    {
                        "step": self.latest.step, "score": self.score, "full": self.full_score,
                        "grade": self.latest.grade or "未定",
                        "items": f"{self.latest.totals.items}项测评内容中"
                        + "、".join(f"{word}{n}项" for word, n in counts.items() if n),
                    },
                )
            )  # fmt: skip
            lost = row_dicts(self.deductions())
            if lost:
                words = "；".join(f"{r['name']}扣{plain(r['deduction'], None)}分" for r in lost)
                found.append(bind("扣分：{words}。", {"words": words}))
            if gap := self.gap_sentence():
                found.append(gap)
        found += self.work.summary()
        covered = ("评价结果", "测评体系") if self.evaluated else ()
        return found + topic_sentences(self.values[~self.values["topic"].isin(covered)], self.year)

    @once
    def verdicts(self) -> list[Verdict]:
        """The evaluation of the county (items met), and the self-evaluation's gap where a rule limits it."""
        if not self.evaluated:
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
        found = [
            Verdict(
                key="duty.total",
                label="政府履行教育职责评价",
                outcome=outcome.value,
                shown=shown,
                basis=self._score_basis(result),
                target="各项测评内容均达到" if not math.isnan(result.totals.full) else "",
                gap="".join(parts),
                value=None if math.isnan(total) else total,
                headline=True,
            )
        ]
        if self.gap_limit is not None and not math.isnan(self.gap):
            found.append(self._gap_verdict(self.gap_limit))
        return found

    def _gap_verdict(self, limit: Target) -> Verdict:
        size = abs(self.gap)
        outcome = limit.judge(size) if limit.confirmed else Outcome.UNDETERMINED
        shown = f"{SIGNS[limit.op]}{plain(limit.value, None)}分"
        return Verdict(
            key="duty.self_gap", label="自评与复评相差", outcome=outcome.value, shown=f"{plain(size, None)}分",
            target=shown if limit.confirmed else f"{shown}（待核实）", value=size, limit=limit.value, op=limit.op,
            gap="" if limit.confirmed else "标准值的依据尚待核实，不作结论。", indicator_id=SELF_GAP, statistic="数值",
        )  # fmt: skip


def make_duty(report: Report, year: int | None = None) -> Duty:
    """Collect the year's evaluations of the county by frameworks of this area, and the rest of its tables.

    An evaluation by a framework of another area (优质均衡 政府保障) is that area's.
    """
    evaluations, items = report.read("evaluations", year=year), report.read("framework_items")
    evaluations = evaluations[
        (evaluations["object_type"] == "县")
        & evaluations["framework_id"].isin(frameworks_of(items, ("duty",)))
    ]
    bands = report.read("grade_bands")
    scores = report.read("eval_scores", year=year)
    own = scores[scores["eval_id"].isin(evaluations["eval_id"])]
    results = evaluate_duty(items, scores, evaluations, bands)
    titles = report.titles(year)
    sources = [titles[s] for s in evaluations["source_id"] if isinstance(s, str) and s in titles]
    return Duty(
        results=results,
        names=dict(names_of(items)),
        bands=bands,
        values=report.values(area="duty", year=year),
        work=make_duty_work(report, year),
        source="；".join(dict.fromkeys(sources)),
        gap_limit=report.targets(year).find(SELF_GAP, "数值", "全部"),
        places="；".join(filter(None, (frame_place(evaluations), frame_place(own)))),
        year=year or report.year,
    )


def _range(low: float, high: float) -> str:
    parts = [f"{plain(low, None)}分及以上" if not math.isnan(low) else "",
             f"低于{plain(high, None)}分" if not math.isnan(high) else ""]  # fmt: skip
    return "、".join(p for p in parts if p) or "没有分数线"


def _aspect_status(counts: dict[Any, Any]) -> str:
    """“9项全部达到” or “8项全部达到、2项基本达到”."""
    named = (("met", "全部达到"), ("basic", "基本达到"), ("unmet", "未达到"), ("unknown", "未报"))
    return "、".join(f"{counts[key]}项{word}" for key, word in named if counts[key])


def _status(status: object) -> Cell:
    return Cell(status, status, STATUS_OUTCOME[status].value) if isinstance(status, str) else Cell("未报")
