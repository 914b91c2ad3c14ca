"""优质均衡 beyond resources: 政府保障, 教育质量, 社会认可度 and the vetoes (教督〔2017〕6号).

The office declares each requirement by an evaluation of its framework; what its own numbers show stands
beside that.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.present import Basis, Verdict, basis_of, plain
from gongbao.rows import row_dicts
from gongbao.standards import Outcome, all_of, evaluate_duty
from gongbao.standards.guarantee import (
    CERTIFIED,
    CLASS_SIZE,
    CLASSES_PER_ART_ROOM,
    SCHOOL_SIZE,
    TRAINING_FUND,
    Check,
    check_schools,
    class_bands,
    settle,
)
from gongbao.standards.rules import QUALITY, TEACHING_POINT_PUPILS, VALUE
from gongbao.workbooks.bases import frame_place, place_of, with_place
from gongbao.workbooks.judging import judge_values
from gongbao.workbooks.surveyed import Surveyed, surveyed

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

SUPPORT, TEACHING, VETO = f"{QUALITY}_support", f"{QUALITY}_quality", f"{QUALITY}_veto"
NAMES = {SUPPORT: "政府保障程度", TEACHING: "教育质量", VETO: "一票否决事项"}
APPROVAL = "义务教育社会认可度"
APPROVAL_VETO = "V04"
DECLARED = {"全部达到": Outcome.PASS, "基本达到": Outcome.UNDETERMINED, "未达到": Outcome.FAIL}
VETO_WORDS = {"全部达到": "未发现", "基本达到": "待核查", "未达到": "存在"}
# item -> the indicators that show it (by school data or by a reported value), how many verdicts that
# takes, and whether they cover all that is required
_SHOWN_BY: Mapping[str, tuple[tuple[str, ...], int, bool]] = {
    "S03": ((CLASSES_PER_ART_ROOM,), 1, False),  # the rooms' areas are not reported
    "S04": ((SCHOOL_SIZE,), 1, True),
    "S05": ((CLASS_SIZE,), 2, True),
    "S07": (("special_ed_public_funds",), 1, True),
    "S08": (("teacher_salary_ratio",), 1, True),
    "S09": (("training_hours_rate",), 1, True),
    "S11": (("teacher_rotation_rate", "backbone_rotation_share"), 2, True),
    "S12": ((CERTIFIED,), 1, True),
    "S13": (("nearby_enrolment_rate",), 2, True),
    "S14": (("senior_quota_share",), 1, False),  # whether rural schools get more is not a number
    "S15": (("migrant_public_school_rate",), 1, False),  # nor is the care for 留守儿童
    "Q01": (("junior_retention_rate",), 1, True),
    "Q02": (("disabled_enrolment_rate",), 1, True),
    "Q04": ((TRAINING_FUND,), 1, True),
}
_WORDS = {
    CLASS_SIZE: "不超过{limit}人",
    SCHOOL_SIZE: "不超过{limit}人",
    CLASSES_PER_ART_ROOM: "每{limit}个班有音乐、美术专用教室各1间以上",
    CERTIFIED: "持证率达到{limit}%",
    TRAINING_FUND: "培训经费不低于公用经费预算的{limit}%",
}
_ITEMS = (
    "item_id",
    "no",
    "name",
    "declared",
    "shown",
    "outcome",
    "remark",
    "reason",
    "confirmed",
    "by_schools",
)


@dataclass(frozen=True, eq=False)
class Part:
    """One part of 优质均衡.

    `items` has the columns item_id, no, name, declared, shown (what data show), outcome, remark, reason,
    confirmed (the rule has a source) and by_schools (school data show some of it); `outcome` is that of
    the whole, `step` that of the evaluation ("" without any).
    """

    framework_id: str
    items: pd.DataFrame
    outcome: Outcome
    step: str
    source: str

    @property
    def name(self) -> str:
        return NAMES[self.framework_id]

    @property
    def key(self) -> str:
        """Names its verdict."""
        return f"balance.{self.framework_id.replace(QUALITY + '_', QUALITY + '.')}"

    def __bool__(self) -> bool:
        """Whether the office declared it or its school data show some of it: a single value that another
        area reports too is no evaluation."""
        return bool(self.step or self.items["by_schools"].any())

    def count(self, outcome: Outcome) -> int:
        """How many of the items that count have this outcome."""
        items = self.items
        return sum(
            bool(counts) and found == outcome
            for found, counts in zip(items["outcome"].tolist(), items["confirmed"].tolist(), strict=True)
        )

    def counts(self) -> str:
        """“达标12项、未达标1项、待定2项”; of the vetoes “未发现3项、存在1项”."""
        words = {o: o.label for o in Outcome}
        if self.framework_id == VETO:
            words |= {Outcome.PASS: "未发现", Outcome.FAIL: "存在"}
        return "、".join(f"{words[o]}{self.count(o)}项" for o in Outcome if self.count(o))

    def said(self) -> Basis:
        """How the counts came about: each item that counts, with its outcome."""
        counted = "；".join(
            f"{r['no']}. {r['outcome'].label}" for r in row_dicts(self.items) if r["confirmed"]
        )
        return basis_of(
            (self.key,), f"优质均衡：{self.name}", self.counts(),
            formula="逐项判定后计数；填报和数据不一致的待定，依据待核实的不计", counted=counted,
            data=place_of(self.items), source=self.source,
            rule="教督〔2017〕6号《县域义务教育优质均衡发展督导评估办法》",
        )  # fmt: skip

    def verdict(self) -> Verdict:
        """The part as a whole; its gap names what is not met and where declaration and data disagree."""
        rows = [r for r in row_dicts(self.items) if r["confirmed"]]
        failing = [f"{r['no']}. {r['name']}" for r in rows if r["outcome"] is Outcome.FAIL]
        differing = [str(r["no"]) for r in rows if "不一致" in r["remark"]]
        words = []
        if failing:
            words.append(f"{'存在' if self.framework_id == VETO else '未达到'}：{'；'.join(failing)}。")
        if differing:
            words.append(f"第{'、'.join(differing)}项填报与数据不一致。")
        if not self:
            words.append("本年度未报送。")
        return Verdict(
            key=self.key,
            label=f"优质均衡：{self.name}", outcome=self.outcome.value,
            shown=self.counts() if self else "未报", basis=self.said() if self else None,
            target="都没有发生" if self.framework_id == VETO else f"{len(rows)}项都达到", gap="".join(words),
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Parts:
    """What 优质均衡 asks beyond the seven resource indicators, for one region and year."""

    support: Part
    teaching: Part
    veto: Part
    approval: Surveyed
    approved: Outcome
    reported_approval: Verdict | None
    checks: tuple[Check, ...]
    class_sizes: pd.DataFrame

    def __bool__(self) -> bool:
        return bool(self.support or self.teaching or self.veto or self.approval or self.reported_approval)

    @property
    def all(self) -> tuple[Part, Part, Part]:
        return self.support, self.teaching, self.veto

    def outcomes(self) -> dict[str, Outcome]:
        """Name of each part -> its outcome."""
        named = {NAMES[p.framework_id]: p.outcome for p in (self.support, self.teaching)}
        return named | {"社会认可度": self.approved, NAMES[VETO]: self.veto.outcome}

    def verdicts(self) -> list[Verdict]:
        """The parts of which anything is known: 政府保障, 教育质量, 社会认可度, 一票否决."""
        found = [p.verdict() for p in (self.support, self.teaching) if p]
        found += self.approval.verdicts("balance")
        if self.reported_approval and not self.approval:
            found.append(self.reported_approval)
        return [*found, *([self.veto.verdict()] if self.veto else [])]


def make_parts(report: Report, year: int) -> Parts:
    """Collect declarations, school data and values of a region and year."""
    targets = report.targets(year)
    schools, school_year = report.read("schools", year=year), report.read("school_year", year=year)
    point = targets.find(TEACHING_POINT_PUPILS, VALUE, "小学", "义务教育", "全部")
    least = point.value if point else 0
    checks = check_schools(schools, school_year, targets, least)
    judged = judge_values(report.values(area="all", year=year), targets, "balance")
    known = {v.indicator_id for v in judged}
    judged += [v for v in report.teachers(year).verdicts() if v.indicator_id not in known]
    survey = surveyed(report, APPROVAL, targets, year)
    told = next((v for v in judged if v.indicator_id == "satisfaction_rate"), None)
    approvals = [Outcome(v.outcome) for v in survey.verdicts("balance")] or (
        [Outcome(told.outcome)] if told else []
    )
    approved = all_of(approvals)
    frames = report.read("framework_items"), report.read("evaluations", year=year)
    scores, bands = report.read("eval_scores", year=year), report.read("grade_bands")
    made = {}
    for framework in (SUPPORT, TEACHING, VETO):
        items = frames[0][frames[0]["framework_id"] == framework]
        own = frames[1][(frames[1]["framework_id"] == framework) & (frames[1]["object_type"] == "县")]
        results = evaluate_duty(items, scores, own, bands)
        declared = {} if not results else {r["item_id"]: r for r in row_dicts(results[-1].tree)}
        titles = report.titles(year)
        source = "；".join(dict.fromkeys(titles[s] for s in own["source_id"] if s in titles))
        step = results[-1].step if results else ""
        made[framework] = _part(framework, items, declared, checks, judged, approved, step, source)
        with_place(made[framework].items, frame_place(own))
    return Parts(
        support=made[SUPPORT],
        teaching=made[TEACHING],
        veto=made[VETO],
        approval=survey,
        approved=approved,
        reported_approval=told,
        checks=checks,
        class_sizes=with_place(class_bands(schools, school_year, least), frame_place(school_year)),
    )


def _part(
    framework: str,
    items: pd.DataFrame,
    declared: Mapping[str, dict[Any, Any]],
    checks: Sequence[Check],
    judged: Sequence[Verdict],
    approved: Outcome,
    step: str,
    source: str,
) -> Part:
    rows = []
    for item in row_dicts(items[items["level"] != "体系"]):
        key = str(item["item_id"])
        said = declared.get(key, {})
        status = said.get("status")
        given = DECLARED.get(status) if isinstance(status, str) else None
        confirmed = isinstance(item["source_id"], str)
        outcomes, words, whole = _data(key, checks, judged)
        if framework == VETO:
            if key == APPROVAL_VETO:
                outcomes, whole = [approved], True
                words = [f"社会认可度{approved.label}"] if approved is not Outcome.UNDETERMINED else []
            status = VETO_WORDS.get(status) if isinstance(status, str) else None
        outcome, differs = settle(given, outcomes, whole)
        remark = "填报与数据不一致，请核对" if differs else ""
        if not confirmed:
            outcome, remark = Outcome.UNDETERMINED, "规则的依据待核实，不作结论"
        rows.append(
            {
                "item_id": key, "no": item["no"], "name": item["name"],
                "declared": status if isinstance(status, str) else "未报", "shown": "；".join(words),
                "outcome": outcome, "remark": remark, "confirmed": confirmed,
                "by_schools": any(c.indicator_id in _SHOWN_BY[key][0] for c in checks) if key in _SHOWN_BY else False,
                "reason": said.get("reason") if isinstance(said.get("reason"), str) else "",
            }
        )  # fmt: skip
    frame = pd.DataFrame(rows, columns=list(_ITEMS))
    counted = [r["outcome"] for r in rows if r["confirmed"]]
    return Part(framework, frame, all_of(counted), step, source)


def _data(
    item: str, checks: Iterable[Check], judged: Iterable[Verdict]
) -> tuple[list[Outcome], list[str], bool]:
    """What the data show of an item: outcomes, words, and whether they cover all of it."""
    if item not in _SHOWN_BY:
        return [], [], False
    indicators, number, whole = _SHOWN_BY[item]
    own = [c for c in checks if c.indicator_id in indicators]
    if own:
        return [c.outcome for c in own], [_check_words(c) for c in own], whole and len(own) >= number
    told = [v for v in judged if v.indicator_id in indicators]
    words = [f"{v.label}{v.shown}（标准{v.target}）" for v in told]
    return [Outcome(v.outcome) for v in told], words, whole and len(told) >= number


def _check_words(check: Check) -> str:
    """“小学1203个班中1180个不超过45人”, and what is not known."""
    stage = "" if check.indicator_id in (CLASSES_PER_ART_ROOM, CERTIFIED, TRAINING_FUND) else check.stage
    if check.indicator_id == SCHOOL_SIZE and check.stage == "义务教育":
        stage = "一贯制学校"
    unit = check.unit[0]
    words = f"{stage}{check.total}{check.unit}中{check.met}{unit}"
    words += _WORDS[check.indicator_id].format(limit=plain(check.limit, None))
    rest = []
    if check.special:
        rest.append(f"{check.special}{unit}可能适用放宽的规定")
    if check.open > check.special:
        rest.append(f"{check.open - check.special}{unit}数据不全")
    return words + (f"（{'，'.join(rest)}）" if rest else "")
