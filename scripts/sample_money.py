"""Invented special funds, training, staff and surveys for the sample counties (codes 99xxxx)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from sample_profiles import Row, Setting, likely, whole
from sample_values import STUDIOS_A_YEAR

FINANCE, WORK = "sample-finance", "sample-work"
# programme -> what it costs a pupil and year (元), the share of pupils it reaches, who pays how much
_PROGRAMMES: dict[str, tuple[float, float, Mapping[str, float]]] = {
    "营养改善计划": (960.0, 0.42, {"中央": 0.62, "省": 0.16, "市": 0.07, "县": 0.15}),
    "校舍维修改造": (210.0, 0.0, {"中央": 0.4, "省": 0.25, "市": 0.1, "县": 0.25}),
    "学前教育发展": (165.0, 0.0, {"中央": 0.45, "省": 0.25, "市": 0.1, "县": 0.2}),
    "学生资助": (1150.0, 0.16, {"中央": 0.5, "省": 0.22, "市": 0.08, "县": 0.2}),
}
GROUPS = ("学生", "家长", "教师", "校长", "人大代表", "政协委员", "其他群众")
_ISSUED = {"学生": 900, "家长": 900, "教师": 260, "校长": 40, "人大代表": 60, "政协委员": 50, "其他群众": 180}
# Where so few answered that no share may be published.
_FEW = {("990106", 2023, "校长"): 8, ("990106", 2022, "校长"): 9}
# Money that came on top of the budget in the course of the year.
ADDED = ("990102", 2023, "校舍维修改造", "省")
SURVEY, PRESCHOOL_SURVEY = "义务教育社会认可度", "学前教育社会认可度"


def fund_rows(place: Setting, nutrition: float | None) -> list[Row]:
    """Each programme's money by level: budget ≥ received ≥ paid, in 万元.

    `nutrition`: what the county reports as its own share of 营养改善; it is then that row's budget.
    """
    rng = place.chance(11)
    pupils = place.total("students", "小学", "初中")
    rows: list[Row] = []
    for programme, (each, reached, shares) in _PROGRAMMES.items():
        people = round(pupils * reached * (1 + 0.01 * place.age))
        cost = (people or pupils) * each / 10000 * (1 + 0.04 * place.age)
        for level, share in shares.items():
            budget = round(cost * share * rng.uniform(0.96, 1.04), 2)
            if programme == "营养改善计划" and level == "县":
                if nutrition is None:
                    continue
                budget = nutrition
            received = budget if level != "县" else round(budget * rng.uniform(0.9, 1), 2)
            late = place.profile.paid < 0.8 and programme in ("校舍维修改造", "学前教育发展")
            paid = received * min(1.0, place.profile.paid * (0.7 if late else 1) + rng.uniform(0, 0.04))
            if (place.code, place.year, programme, level) == ADDED:
                received = round(budget * 1.12, 2)
            row: Row = {
                "programme": programme,
                "level": level,
                "budget": budget,
                "received": received,
                "paid": round(paid, 2),
                "source_id": FINANCE,
            }
            if people and level == "中央":  # the same pupils at every level: told once
                row |= {"beneficiaries": people, "person_times": people * 2}
            rows.append(row)
    return rows


def training_rows(place: Setting) -> list[Row]:
    rng = place.chance(12)
    teachers = place.total("teachers")
    plan = (
        ("国培", "送教下乡", "语文", 3, 0.03, 60, 180), ("国培", "网络研修", None, 2, 0.12, 50, 20),
        ("省培", "跟岗研修", "校长", 1, 0.006, 80, 420), ("市培", "骨干教师研修", "数学", 2, 0.025, 40, 150),
        ("市培", "心理健康教育", "心理健康", 1, 0.015, 24, 120), ("县培", "新教师岗前培训", None, 1, 0.03, 72, 60),
        ("县培", "学科集中培训", "英语", 4, 0.11, 24, 55), ("县培", "信息技术应用", "信息科技", 3, 0.14, 24, 35),
        ("校本", "校本研修", None, None, 0.93, 48, 8),
    )  # fmt: skip
    rows: list[Row] = []
    for number, (programme, form, subject, sessions, share, hours, each) in enumerate(plan, 1):
        persons = max(6, round(teachers * share * rng.uniform(0.97, 1.03)))
        persons = min(persons, teachers)
        rows.append(
            {
                "training_id": f"{place.year}-训-{number:02d}",
                "programme": programme,
                "type": form,
                "subject": subject,
                "sessions": sessions,
                "persons": persons,
                "person_times": persons * (2 if programme == "校本" else 1),
                "hours": hours,
                "cost": round(persons * each * rng.uniform(0.95, 1.05) / 10000, 2),
                "source_id": WORK,
            }
        )
    return rows


def staffing_rows(place: Setting, recruited: Mapping[str, int]) -> list[Row]:
    """Inspectors, teachers and how they were recruited, exchanged and disciplined. `recruited`: channel -> persons."""
    rng = place.chance(13)
    teachers, certified = place.total("teachers"), place.total("t_cert")
    zones = len({s["zone_id"] for s in place.schools})
    gardens = {s["school_id"] for s in place.kindergartens}
    own = [r for r in place.school_year if r["school_id"] in gardens]
    eligible = round(teachers * rng.uniform(0.42, 0.5))
    moved = round(eligible * (0.088 + 0.016 * place.age + rng.uniform(-0.006, 0.02)))
    school_teachers = place.total("teachers", "小学", "初中", "高中")
    full, part = max(4, zones // 2 + 2), zones * 3 + place.age * 2 + whole(rng, 0, 3)
    discipline = _discipline(place, rng)
    counted: Sequence[tuple[str, str, int, str]] = (
        ("督导力量", "专职督学", full, "人"), ("督导力量", "兼职督学", part, "人"),
        ("督导力量", "督学责任区", zones, "个"), ("督导力量", "挂牌学校", len(place.schools), "所"),
        ("教师配备", "中小学专任教师", school_teachers, "人"),
        ("教师配备", "幼儿园专任教师", sum(int(r.get("teachers") or 0) for r in own), "人"),
        ("教师配备", "体育、艺术专任教师", place.total("t_pe_art"), "人"),
        ("教师配备", "县级以上骨干教师", place.total("t_backbone"), "人"),
        *(("教师招聘", channel, persons, "人") for channel, persons in recruited.items()),
        ("教师交流", "应交流教师", eligible, "人"), ("教师交流", "交流轮岗教师", moved, "人"),
        ("教师交流", "其中骨干教师", round(moved * (0.185 + 0.015 * place.age + rng.uniform(0, 0.03))), "人"),
        ("教师资格", "专任教师", teachers, "人"), ("教师资格", "持教师资格证", certified, "人"),
        ("名师队伍", "特级教师", whole(rng, 5, 12), "人"),
        ("名师队伍", "市级以上骨干教师", round(teachers * 0.03) + 4 * place.age, "人"),
        ("名师队伍", "名师工作室", 6 + int(place.code) % 5 + STUDIOS_A_YEAR * place.age, "个"),
        *(("师德处理", kind, persons, "人") for kind, persons in discipline.items()),
        ("问责处理", "约谈学校负责人", whole(rng, 5, 11), "人"),
        ("问责处理", "通报批评单位", whole(rng, 2, 6), "个"),
    )  # fmt: skip
    rows = [
        {"category": category, "kind": kind, "value": value, "unit": unit, "source_id": WORK}
        for category, kind, value, unit in counted
    ]
    rows.append(
        {"category": "师德处理", "kind": "正在核实的线索", "value": whole(rng, 6, 12), "unit": "件",
         "publish": 0, "note": "办结前不公开", "source_id": WORK}
    )  # fmt: skip
    if place.code == "990105" and place.year == 2021:
        row = next(r for r in rows if r["kind"] == "特级教师")
        row |= {"value": None, "missing_code": "未报"}
    return rows


def _discipline(place: Setting, rng: np.random.Generator) -> dict[str, int]:
    """Small numbers, as they are. Where one alone is small, the total would give it away."""
    kinds = {
        "批评教育": whole(rng, 6, 14), "通报批评": whole(rng, 5, 9), "诫勉谈话": whole(rng, 1, 4),
        "警告": whole(rng, 1, 3),
    }  # fmt: skip
    if (place.code, place.year) == ("990101", 2023):
        kinds |= {"诫勉谈话": 3, "警告": 5}
    return kinds | {"合计": sum(kinds.values())}


def survey_rows(place: Setting) -> list[Row]:
    rng = place.chance(14)
    rows: list[Row] = []
    level = place.profile.satisfied + 0.008 * (place.age - 2)
    for group in GROUPS:
        issued = round(_ISSUED[group] * rng.uniform(0.9, 1.1))
        valid = _FEW.get((place.code, place.year, group), round(issued * rng.uniform(0.9, 0.98)))
        issued = max(10, valid + 2) if (place.code, place.year, group) in _FEW else issued
        lean = {"家长": -0.02, "校长": 0.03, "教师": 0.015, "其他群众": -0.025}.get(group, 0.0)
        share = min(1.0, level + lean + rng.uniform(-0.012, 0.012))
        rows.append(_survey(SURVEY, group, issued, valid, min(valid, round(valid * share))))
    for group, base in (("家长", 320), ("教师", 90), ("园长", 14)):
        issued = round(base * rng.uniform(0.9, 1.1))
        valid = round(issued * rng.uniform(0.9, 0.98))
        share = min(1.0, level + rng.uniform(-0.005, 0.03))
        rows.append(_survey(PRESCHOOL_SURVEY, group, issued, valid, round(valid * share)))
    if likely(rng, 0.6):
        valid = whole(rng, 600, 1100)
        rows.append(
            _survey("教育工作满意度", "全体受访者", valid + 90, valid, round(valid * min(1.0, level + 0.01)))
        )
    return rows


def _survey(survey: str, group: str, issued: int, valid: int, satisfied: int) -> Row:
    return {
        "survey": survey,
        "group": group,
        "issued": issued,
        "valid": valid,
        "satisfied": satisfied,
        "source_id": WORK,
    }
