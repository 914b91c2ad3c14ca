"""What school data show of 政府保障 and 教育质量 (教督〔2017〕6号): class sizes, school sizes, rooms, teachers.

Formulas only: the limits are rows of `targets` under the indicators named here. The office declares each
requirement itself; these checks stand beside what it declares.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pandas as pd

from gongbao.rows import row_dicts
from gongbao.standards.outcome import Outcome, all_of, exact
from gongbao.standards.rules import LEVELS, VALUE
from gongbao.standards.targets import LocalTargets, Target

# Indicators whose targets are the limits; a second limit for special cases is the target's basic_value.
CLASS_SIZE = "class_size_max"  # pupils a class, by stage 小学, 初中
SCHOOL_SIZE = "school_size_max"  # pupils a school, by stage 小学, 初中, 义务教育 (schools of both)
CLASSES_PER_ART_ROOM = "classes_per_art_room_max"  # classes that share one music and one art room
CERTIFIED = "certified_teacher_rate"  # % of the teachers
TRAINING_FUND = "training_fund_share"  # % of the public funds' budget

_BOTH = "义务教育"
# Up to how many pupils the classes of a column have.
CLASS_BANDS = (("cls_le45", 45), ("cls_46_50", 50), ("cls_51_55", 55), ("cls_56plus", math.inf))
_NOT_COUNTED = ("幼儿园", "中职", "特教", "高中")
_SIZE_STAGE = {"小学": "小学", "教学点": "小学", "初中": "初中", "完全中学": "初中"}


@dataclass(frozen=True, slots=True)
class Check:
    """One requirement held against school data.

    Of `total` things (`unit`: 个班, 所学校, 名教师) `met` keep the limit and `open` can't be told: data
    are lacking, or (`special` of them) the limit for special cases may hold. A target that is not
    confirmed leaves the outcome open.
    """

    indicator_id: str
    stage: str
    unit: str
    total: int
    met: int
    open: int
    special: int
    limit: float
    op: str
    outcome: Outcome

    @property
    def failed(self) -> int:
        return self.total - self.met - self.open


def check_schools(
    schools: pd.DataFrame, school_year: pd.DataFrame, targets: LocalTargets, min_pupils: float
) -> tuple[Check, ...]:
    """Every check whose limit is known, in the order class sizes, school sizes, rooms, certificates, training.

    The schools of compulsory education count; teaching points with fewer than `min_pupils` do not
    (国教督办函〔2019〕30号). Nothing reported on a subject by any school: no check on it.
    """
    found = _schools(schools, school_year, min_pupils)
    checks = [*_class_sizes(found, targets), *_school_sizes(found, targets)]
    for indicator_id, measure in (
        (CLASSES_PER_ART_ROOM, _classes_per_room),
        (CERTIFIED, _certified),
        (TRAINING_FUND, _training_fund),
    ):
        target = targets.find(indicator_id, VALUE, _BOTH)
        if target:
            checks += _each_school(target, _BOTH, found, measure)
    return tuple(checks)


def class_bands(schools: pd.DataFrame, school_year: pd.DataFrame, min_pupils: float) -> pd.DataFrame:
    """Classes by size: level, the columns of CLASS_BANDS, classes, unknown (of no known size)."""
    found = _schools(schools, school_year, min_pupils)
    rows = []
    for level in LEVELS:
        known = [s.rows[level] for s in found if level in s.rows and not math.isnan(s.rows[level]["classes"])]
        if not known:
            continue
        bands = {name: sum(_zero(r[name]) for r in known) for name, _ in CLASS_BANDS}
        classes = sum(r["classes"] for r in known)
        rows.append({"level": level, **bands, "classes": classes, "unknown": classes - sum(bands.values())})
    return pd.DataFrame(rows, columns=["level", *(n for n, _ in CLASS_BANDS), "classes", "unknown"])


def county_rate(school_year: pd.DataFrame, part: str, whole: str) -> tuple[float, float]:
    """Σ part and Σ whole (columns of schema.SCHOOL_YEAR) over the rows that give both; NaN without any."""
    both = school_year.dropna(subset=[part, whole])
    if both.empty:
        return math.nan, math.nan
    return float(sum(map(exact, both[part]), Fraction())), float(sum(map(exact, both[whole]), Fraction()))


@dataclass(frozen=True, slots=True)
class _School:
    kind: str
    rows: dict[str, dict[Any, Any]]

    def sum(self, name: str, stages: Iterable[str] = ()) -> float:
        """Over the rows of those stages (default: all) that say it; NaN if one that has the stage lacks it.

        What a school gives once for all its stages stands on its row 全校.
        """
        whole = self.rows.get("全校")
        if not stages and whole is not None and not math.isnan(whole[name]):
            return float(whole[name])
        values = [
            row[name]
            for stage, row in self.rows.items()
            if stage != "全校" and (not stages or stage in stages)
        ]
        return float(sum(values)) if values else math.nan


def _schools(schools: pd.DataFrame, school_year: pd.DataFrame, min_pupils: float) -> list[_School]:
    rows: dict[str, dict[str, dict[Any, Any]]] = {}
    for row in row_dicts(school_year):
        rows.setdefault(str(row["school_id"]), {})[str(row["stage"])] = row
    found = [_School(str(s["stage"]), rows.get(str(s["school_id"]), {})) for s in row_dicts(schools)]
    return [
        s
        for s in found
        if s.kind not in _NOT_COUNTED and not (s.kind == "教学点" and s.sum("students") < min_pupils)
    ]


def _class_sizes(schools: list[_School], targets: LocalTargets) -> list[Check]:
    checks = []
    for level in LEVELS:
        target = targets.find(CLASS_SIZE, VALUE, level)
        if target is None or all(target.value != top for _, top in CLASS_BANDS):
            continue  # classes are reported by size bands: a limit within a band can't be held against them
        within = [name for name, top in CLASS_BANDS if top <= target.value]
        total = met = waiting = 0
        for row in (s.rows[level] for s in schools if level in s.rows):
            if math.isnan(row["classes"]):
                continue
            total += int(row["classes"])
            if any(math.isnan(row[name]) for name in within):
                waiting += int(row["classes"])
                continue
            met += int(sum(row[name] for name in within))
        if total:
            checks.append(_check(target, level, "个班", total, met, waiting, 0))
    return checks


def _school_sizes(schools: list[_School], targets: LocalTargets) -> list[Check]:
    checks = []
    for stage in (*LEVELS, _BOTH):
        target = targets.find(SCHOOL_SIZE, VALUE, stage)
        own = [s for s in schools if _SIZE_STAGE.get(s.kind, _BOTH) == stage]
        if target:
            checks += _each_school(target, stage, own, _compulsory_pupils)
    return checks


def _compulsory_pupils(school: _School) -> float:
    stage = _SIZE_STAGE.get(school.kind)
    levels = LEVELS if stage is None else (stage,)
    if any(level not in school.rows for level in levels):
        return math.nan  # a stage that reported nothing is not one without pupils
    return school.sum("students", levels)


def _classes_per_room(school: _School) -> float:
    """Classes for each music room or art room, whichever are fewer; inf without any."""
    classes = school.sum("classes")
    rooms = min(school.sum("music_rooms_ok"), school.sum("art_rooms_ok"), key=_nan_first)
    if math.isnan(classes) or math.isnan(rooms):
        return math.nan
    return classes / rooms if rooms else math.inf


def _certified(school: _School) -> float:
    return _rate(school.sum("t_cert", LEVELS), school.sum("teachers", LEVELS))


def _training_fund(school: _School) -> float:
    return _rate(school.sum("training_fund"), school.sum("public_fund_budget"))


def _each_school(
    target: Target, stage: str, schools: list[_School], measure: Callable[[_School], float]
) -> list[Check]:
    values = [measure(s) for s in schools]
    if all(math.isnan(v) for v in values):
        return []
    met = special = waiting = 0
    for value in values:
        if math.isnan(value):
            waiting += 1
        elif value != math.inf and target.judge(value) is Outcome.PASS:
            met += 1
        elif target.basic_value is not None and target.op == "<=" and value <= target.basic_value:
            special += 1
    return [_check(target, stage, "所学校", len(values), met, waiting + special, special)]


def _check(target: Target, stage: str, unit: str, total: int, met: int, waiting: int, special: int) -> Check:
    outcome = Outcome.PASS
    if total - met - waiting:
        outcome = Outcome.FAIL
    elif waiting:
        outcome = Outcome.UNDETERMINED
    if not target.confirmed:
        outcome = Outcome.UNDETERMINED
    return Check(
        target.indicator_id,
        stage,
        unit,
        total,
        met,
        waiting,
        special,
        target.value,
        target.op,
        outcome,
    )


def _rate(part: float, whole: float) -> float:
    if math.isnan(part) or math.isnan(whole) or not whole:
        return math.nan
    return float(exact(part) * 100 / exact(whole))


def _zero(value: float) -> float:
    return 0.0 if math.isnan(value) else value


def _nan_first(value: float) -> float:
    return -1.0 if math.isnan(value) else value


def settle(declared: Outcome | None, computed: Sequence[Outcome], whole: bool) -> tuple[Outcome, bool]:
    """A requirement as it stands, from what the office declares (None: nothing) and what data show.

    `whole` says whether the data cover all that is required. Gives the outcome and whether the two
    disagree. What is declared met while the data show otherwise is open, not met: an exemption may
    hold, or one of the two is wrong. Data that cover a part only can show a failure, never a pass.
    """
    shown = all_of(computed)
    if declared is Outcome.PASS and shown is Outcome.FAIL:
        return Outcome.UNDETERMINED, True
    if declared is Outcome.FAIL:
        return Outcome.FAIL, whole and shown is Outcome.PASS
    if declared is Outcome.PASS:
        return Outcome.PASS, False
    if shown is Outcome.FAIL:
        return Outcome.FAIL, False
    return (
        Outcome.PASS if declared is None and whole and shown is Outcome.PASS else Outcome.UNDETERMINED
    ), False
