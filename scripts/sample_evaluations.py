"""Invented evaluations of schools, kindergartens, towns and the county's own requirements (codes 99xxxx)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
from sample_profiles import Row, Setting, iso, likely, pick, round_part, some, workday
from sample_texts import SCHOOL_REVIEWS
from sample_work import Reviewed

from gongbao.standards import grade_for

SOURCE = "sample-evaluation"
SCHOOLS, QUALIFIED, KINDERGARTENS, TOWNS = (
    "project_316",
    "sample_qualified",
    "kindergarten_2017",
    "sample_town",
)
SUPPORT, QUALITY, VETO, PRESCHOOL = (
    "quality_2017_support", "quality_2017_quality", "quality_2017_veto", "preschool_2020",
)  # fmt: skip
MET, BASIC, UNMET = "全部达到", "基本达到", "未达到"
# The counties whose towns are evaluated, and how many of them.
WITH_TOWNS = {"990101": 6}

# item -> the indicator that decides it, its stage, the least value that meets it
_DECIDED: Mapping[str, tuple[tuple[str, str, float], ...]] = {
    "S07": (("special_ed_public_funds", "义务教育", 6000),),
    "S08": (("teacher_salary_ratio", "义务教育", 100),),
    "S09": (("training_hours_rate", "义务教育", 100),),
    "S11": (("teacher_rotation_rate", "义务教育", 10), ("backbone_rotation_share", "义务教育", 20)),
    "S12": (("certified_teacher_rate", "义务教育", 100),),
    "S13": (("nearby_enrolment_rate", "小学", 100), ("nearby_enrolment_rate", "初中", 95)),
    "S14": (("senior_quota_share", "初中", 50),),
    "S15": (("migrant_public_school_rate", "义务教育", 85),),
    "Q01": (("junior_retention_rate", "初中", 95),),
    "Q02": (("disabled_enrolment_rate", "义务教育", 95),),
    "Q04": (("training_fund_share", "义务教育", 5),),
    "V04": (("satisfaction_rate", "义务教育", 85),),
    "P1.1": (("preschool_3y_gross_enrolment", "幼儿园", 85),),
    "P1.2": (("inclusive_kindergarten_coverage", "幼儿园", 80),),
    "P1.3": (("public_kindergarten_share", "幼儿园", 50),),
}
_SHORT = ("离规定还有差距，已列入整改清单", "制定补足方案，下年度达到规定")
_REASONS = {
    "K1": ("户外活动场地不足，班额超标", "调整场地，控制招生"),
    "K2": ("食堂留样和消毒记录不全", "补齐设备，专人登记"),
    "K3": ("大班有小学化内容，游戏时间不足", "停用超前教材，调整一日活动"),
    "K4": ("保教人员配备不足，部分没有资格证", "补充招聘，限期取得资格证"),
    "K5": ("财务和档案管理不规范", "完善制度，按月核对"),
    "S03": ("部分学校音乐、美术专用教室间数或面积不足", "利用闲置校舍改造专用教室"),
    "S04": ("城区一所学校规模超过规定", "新建学校分流，控制招生"),
    "S05": ("部分学校班额超过规定", "起始年级按规定编班，逐年消化"),
    "Q09": ("监测相关科目的校际差异率偏大", "开展学科帮扶和联片教研"),
    "P2.4": ("个别小区配套幼儿园没有移交", "逐园明确时限，按季调度"),
    "P3.2": ("部分幼儿园班额没有达标", "控制招生，分流到附近幼儿园"),
}


@dataclass(slots=True)
class Evaluated:
    """Rows of 评价 and 评价得分, what they found, and grade -> schools of the year's round."""

    evaluations: list[Row] = field(default_factory=list)
    scores: list[Row] = field(default_factory=list)
    found: list[Reviewed] = field(default_factory=list)
    grades: dict[str, int] = field(default_factory=dict)

    def add(
        self, framework: str, kind: str, code: str, step: str, day: date, eval_id: str, **more: Any
    ) -> None:
        row: Row = {
            "eval_id": eval_id, "framework_id": framework, "object_type": kind, "object_id": code, "step": step,
            "date": iso(day), "source_id": SOURCE,
        }  # fmt: skip
        self.evaluations.append(row | more)


def evaluate_schools(place: Setting) -> Evaluated:
    """The year's turn of the three-year rounds: schools with a grade, kindergartens with five areas."""
    rng = place.chance(41)
    done = Evaluated()
    good = place.profile.prompt
    for number, school in enumerate(place.assessed, 1):
        draw = rng.random() + 0.05 * place.age
        grade = "优秀" if draw > 1.08 - 0.45 * good else "良好" if draw > 0.62 - 0.4 * good else "合格"
        day = workday(date(place.year, 5, 15 + number % 12))
        done.add(
            SCHOOLS,
            "学校",
            school["school_id"],
            "市复评",
            day,
            f"{place.year}-学评-{number:02d}",
            grade=grade,
        )
        done.grades[grade] = done.grades.get(grade, 0) + 1
    _school_reviews(place, done, rng)
    small = [
        s for s in place.education if s["urban_rural"] == "乡村" and s["stage"] in ("小学", "九年一贯制")
    ]
    for number, school in enumerate(round_part(place, small)[:5], 1):
        grade = "合格" if likely(rng, 0.5 + 0.4 * good) else "不合格"
        day = workday(date(place.year, 11, 6 + number))
        done.add(
            QUALIFIED,
            "学校",
            school["school_id"],
            "市复评",
            day,
            f"{place.year}-合格-{number:02d}",
            grade=grade,
        )
    _kindergartens(place, done)
    return done


def _school_reviews(place: Setting, done: Evaluated, rng: np.random.Generator) -> None:
    """Two schools find something by themselves, and three are told something on the spot."""
    told = some(rng, SCHOOL_REVIEWS, 5)
    weakest = sorted(done.evaluations, key=lambda row: ("合格", "良好", "优秀").index(row["grade"]))
    for number, ((problem, measure), row) in enumerate(zip(told, weakest, strict=False), 1):
        eval_id, day = row["eval_id"], date.fromisoformat(row["date"])
        if number > 3:
            eval_id, day = f"{eval_id}Z", workday(date(place.year, 4, 10))
            done.add(SCHOOLS, "学校", row["object_id"], "自评", day, eval_id, grade=row["grade"])
        about = {
            "object_type": "学校",
            "object_id": row["object_id"],
            "topic": "学校管理",
            "severity": "一般",
        }
        done.found.append(Reviewed({"eval_id": eval_id, "text_public": problem} | about, measure, day))


def _kindergartens(place: Setting, done: Evaluated) -> None:
    for number, school in enumerate(round_part(place, place.kindergartens), 1):
        code, stem = school["school_id"], f"{place.year}-园评-{number:02d}"
        areas = _areas(place, code, place.year)
        own = {item: MET if status == BASIC else status for item, status in areas.items()}
        day = workday(date(place.year, 6, 12 + number % 5))
        for step, eval_id, when, statuses in (
            ("自评", f"{stem}Z", workday(date(place.year, 5, 8)), own),
            ("市复评", stem, day, areas),
        ):
            passed = UNMET not in statuses.values()
            done.add(KINDERGARTENS, "幼儿园", code, step, when, eval_id, grade="合格" if passed else "不合格")
            done.scores += _statuses(eval_id, statuses)
        done.found += [
            Reviewed(
                {"eval_id": stem, "object_type": "幼儿园", "object_id": code, "topic": "办园行为", "item_id": item,
                 "severity": "较重", "text_public": f"办园行为督导评估：{_REASONS[item][0]}。"},
                f"{_REASONS[item][1]}。", day,
            )
            for item, status in areas.items() if status == UNMET
        ]  # fmt: skip
    # last year's failures are looked at again
    last = [k for i, k in enumerate(place.kindergartens) if place.age and i % 3 == (place.age - 1) % 3]
    failed = [k for k in last if UNMET in _areas(place, k["school_id"], place.year - 1).values()]
    for number, school in enumerate(failed, 1):
        eval_id = f"{place.year}-园复-{number:02d}"
        still = place.profile.prompt < 0.6 and number == 1
        statuses = {item: BASIC if s == UNMET else MET for item, s in
                    _areas(place, school["school_id"], place.year - 1).items()}  # fmt: skip
        if still:
            statuses = _areas(place, school["school_id"], place.year - 1)
        done.add(
            KINDERGARTENS, "幼儿园", school["school_id"], "复查", workday(date(place.year, 3, 20)), eval_id,
            grade="不合格" if still else "合格",
        )  # fmt: skip
        done.scores += _statuses(eval_id, statuses)


def _areas(place: Setting, school: str, year: int) -> dict[str, str]:
    """How a kindergarten stands in the five areas of a year: the same whoever asks."""
    rng = np.random.default_rng([int(school), year])
    weak = 0.1 * (1 - place.profile.prompt) + 0.03
    draws = {item: rng.random() for item in ("K1", "K2", "K3", "K4", "K5")}
    return {item: UNMET if d < weak else BASIC if d < weak + 0.2 else MET for item, d in draws.items()}


def _statuses(eval_id: str, statuses: Mapping[str, str]) -> list[Row]:
    rows: list[Row] = []
    for item, status in statuses.items():
        row: Row = {"eval_id": eval_id, "item_id": item, "status": status}
        if status != MET:
            row["reason"], row["planned_fix"] = _REASONS.get(item, _SHORT)
        rows.append(row)
    return rows


def evaluate_county(
    place: Setting, values: Mapping[tuple[str, str], Row], items: pd.DataFrame, done: Evaluated
) -> None:
    """The county's own requirements of 优质均衡 and 普及普惠: what its figures decide, and the rest."""
    rng = place.chance(42)
    share = 0.05 + 0.3 * (1 - place.profile.prompt) - 0.04 * place.age
    for word, framework in (("保障", SUPPORT), ("质量", QUALITY), ("否决", VETO), ("普惠", PRESCHOOL)):
        own = items[(items["framework_id"] == framework) & (items["item_id"] != "R")]["item_id"].tolist()
        statuses = {}
        for item in own:
            short = likely(rng, max(share, 0)) and framework != VETO
            if item in _DECIDED:
                short = any(values[name, stage]["value"] < least for name, stage, least in _DECIDED[item])
            elif item == "S05":
                short = (
                    place.total("cls_46_50", "小学")
                    + sum(place.total(size, "小学", "初中") for size in ("cls_51_55", "cls_56plus"))
                    > 0
                )
            open_ = BASIC if likely(rng, 0.6) and item not in _DECIDED else UNMET
            statuses[item] = open_ if short else MET
        eval_id = f"{place.year}-{word}"
        day = workday(date(place.year, 11, 20))
        done.add(framework, "县", place.code, "自评", day, eval_id)
        done.scores += _statuses(eval_id, statuses)


def evaluate_towns(
    place: Setting, codes: Sequence[str], items: pd.DataFrame, bands: pd.DataFrame, done: Evaluated
) -> None:
    """Towns by scores. `codes`: the towns of the county in the region list."""
    rng = place.chance(43)
    own = items[(items["framework_id"] == TOWNS) & (items["level"] == "一级")]
    bands = bands[bands["framework_id"] == TOWNS]
    for number, code in enumerate(codes):
        eval_id, total = f"{place.year}-镇评-{number + 1:02d}", 0.0
        for item in own.to_dict("records"):
            full = float(item["full_score"])
            lost = min(full, pick(rng, (0, 0, 0.5, 1, 2)) + (1.5 if number > 3 and likely(rng, 0.6) else 0))
            row: Row = {
                "eval_id": eval_id,
                "item_id": item["item_id"],
                "score": full - lost,
                "deduction": lost,
            }
            row["status"] = MET if not lost else BASIC
            if lost:
                row |= {"reason": f"“{item['name']}”有欠缺", "planned_fix": "列入下年度乡镇教育工作清单"}
            done.scores.append(row)
            total += full - lost
        day = workday(date(place.year, 5, 17 + number))
        done.add(TOWNS, "乡镇", code, "市复评", day, eval_id, total=total, grade=grade_for(total, bands))


def county_findings(
    place: Setting, evaluations: Sequence[Row], scores: Sequence[Row], items: pd.DataFrame
) -> list[Reviewed]:
    """The recheck's gravest deductions become problems: next year's bulletin says what became of them."""
    recheck = next(e for e in evaluations if e["step"] == "市复评")
    lost = [s for s in scores if s["eval_id"] == recheck["eval_id"] and s["deduction"]]
    own = items[items["framework_id"] == recheck["framework_id"]]
    names = dict(zip(own["item_id"], own["name"], strict=True))
    gravest = sorted(lost, key=lambda s: -s["deduction"])[:3]
    return [
        Reviewed(
            {"eval_id": s["eval_id"], "object_type": "县", "object_id": place.code, "topic": "履职评价",
             "severity": "较重" if s["deduction"] >= 1 else "一般", "item_id": s["item_id"],
             "text_public": f"{names[s['item_id']]}：{s['reason']}。"},
            f"{s['planned_fix']}。", date.fromisoformat(recheck["date"]),
        )
        for s in gravest
    ]  # fmt: skip
