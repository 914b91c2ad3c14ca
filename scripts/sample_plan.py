"""Invented yearly tasks, building projects and campaigns for the sample counties (codes 99xxxx)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from sample_profiles import Row, Setting, iso, likely, pick, whole, workday

SOURCE = "sample-work"
HALF, YEAR_END = "06-30", "12-31"


@dataclass(frozen=True, slots=True)
class Goal:
    """A numbered task. With `done`: its number at the end of the year, of which `target` was wanted."""

    section: str
    title: str
    owner: str
    months: tuple[int, int]
    done: float | None = None
    target: float | None = None
    op: str = ">="
    unit: str | None = None
    indicator: str | None = None
    half: float = 0.45  # the share done by the middle of the year; 1 for a number that is not added up


def plan_goals(place: Setting, known: Mapping[str, float]) -> list[Goal]:
    """The county's tasks of the year. `known`: numbers at the year's end, from its other tables."""
    rate, hit = round(known["closed_rate"], 1), known["visits"]
    aims = {"990103": 8, "990105": 5}.get(place.code, 4)
    return [
        Goal("督政", "完成县级政府履行教育职责自评并报送", "县政府教育督导委员会办公室", (9, 11)),
        Goal("督政", "落实教育经费“两个只增不减”，按季通报拨付进度", "县财政局", (1, 12)),
        Goal("督政", "办结上年度评价指出的问题", "县教育局", (1, 6)),
        Goal("督学", "开展春、秋季开学督查", "督导室", (2, 9), known["term_schools"], known["term_goal"], unit="所次"),
        Goal("督学", "责任督学每月到校督导", "各责任区", (3, 12), hit, known["visits_goal"], unit="次"),
        Goal("督学", "开展专项督导", "督导室", (3, 11), known["special"], 6, unit="次"),
        Goal("督学", "问题年内办结率不低于90%", "督导室", (1, 12), rate, 90, unit="%", half=0.9),
        Goal("督学", "学校发展水平督导评估", "督导室", (4, 11), known["schools_assessed"], known["assess_goal"],
             unit="所", indicator="schools_assessed"),
        Goal("督学", "幼儿园办园行为督导，三年一轮全覆盖", "督导室", (6, 6), known["gardens"], known["gardens"],
             unit="所", half=1),
        Goal("监测", "组织社会认可度调查", "督导室", (10, 11), known["satisfaction_rate"], 85, unit="%",
             indicator="satisfaction_rate", half=0),
        Goal("监测", "控制大班额，年末56人及以上班级不超过上限", "县教育局", (1, 9), known["large_class_count"], aims,
             "<=", "个", "large_class_count", half=1),
        Goal("监测", "做好义务教育质量监测组织工作", "县教育局教研室", (5, 6)),
        Goal("普及", "学前三年毛入园率稳步提高", "县教育局", (1, 12), known["preschool_3y_gross_enrolment"],
             (85, 85, 86)[place.age], unit="%", indicator="preschool_3y_gross_enrolment", half=0),
        Goal("普及", "初中三年巩固率不低于95%", "县教育局", (1, 12), known["junior_retention_rate"], 95, unit="%",
             indicator="junior_retention_rate", half=0),
        Goal("队伍", "配足专职督学", "县委编办", (1, 12), known["inspectors_full_time"], known["full_goal"], unit="人",
             indicator="inspectors_full_time", half=1),
        Goal("队伍", "督学全员培训", "督导室", (4, 10), known["inspectors_trained"], known["inspectors_all"],
             unit="人次", half=0.5),
        Goal("队伍", "公开招聘和引进教师", "县人力资源社会保障局", (3, 8), known["recruited"], known["recruit_goal"],
             unit="人", half=0.2),
        Goal("保障", "教育工程项目按期完工", "县教育局项目办", (1, 12), known["projects_done"], known["projects_due"],
             unit="个", half=0.3),
        Goal("保障", "修订责任督学挂牌督导办法并公布", "督导室", (3, 6)),
        Goal("保障", "公开发布年度督导公报", "督导室", (12, 12)),
    ]  # fmt: skip


def task_tables(place: Setting, goals: Sequence[Goal]) -> dict[str, list[Row]]:
    rng = place.chance(21)
    left_out = {"990106": 6, "990105": 4, "990104": 3}.get(place.code, 0)  # smaller offices plan less
    tasks: list[Row] = []
    progress: list[Row] = []
    for number, goal in enumerate(goals[: len(goals) - left_out], 1):
        code = f"{place.year}-任-{number:02d}"
        first, last = goal.months
        due = workday(date(place.year, last, 28)) if last < 12 else date(place.year, 12, 31)
        tasks.append(
            {
                "task_id": code, "no": str(number), "section": goal.section, "title": goal.title,
                "owner": goal.owner, "month_from": first, "month_to": last, "indicator_id": goal.indicator,
                "op": goal.op if goal.target is not None else None, "target": goal.target, "unit": goal.unit,
                "due": iso(due), "source_id": SOURCE,
            }
        )  # fmt: skip
        progress += _progress(place, code, goal, rng)
    return {"tasks": tasks, "task_progress": progress}


def _progress(place: Setting, code: str, goal: Goal, rng: np.random.Generator) -> list[Row]:
    middle = {"task_id": code, "as_of": f"{place.year}-{HALF}"}
    end = {"task_id": code, "as_of": f"{place.year}-{YEAR_END}"}
    first, last = goal.months
    if goal.target is None or goal.done is None:
        kept = likely(rng, 0.75 + 0.2 * place.profile.prompt)
        early = "完成" if last <= 6 and kept else "未启动" if first > 6 else "推进"
        note = None if kept else pick(rng, ("材料没有按时报送", "相关部门会签未完成", "转入下年继续办理"))
        return [
            middle | {"status": early if kept or last > 6 else "滞后"},
            end | {"status": "完成" if kept else "滞后", "note": note},
        ]
    met = goal.done >= goal.target if goal.op == ">=" else goal.done <= goal.target
    digits = 1 if goal.unit == "%" else 0
    half = round(goal.done * goal.half, digits) if goal.half else None
    behind = goal.half < 1 and half is not None and half < goal.target * 0.25
    status = "未启动" if first > 6 else "滞后" if behind else "推进"
    if goal.half == 1 and met:
        status = "完成"
    return [
        middle | {"value": half if first <= 6 else None, "status": status},
        end | {"value": goal.done, "status": "完成" if met else "滞后"},
    ]


# --- building projects -------------------------------------------------------------------------------

_STAGES = ("前期", "招标", "在建", "完工", "投用")
# name, category, area (㎡), cost of a ㎡ (元), month in which work begins (0: the first year's January), how long
_BUILDINGS = (
    ("{a}镇中心幼儿园新建", "幼儿园建设", 3200, 3100, -2, 14),
    ("第一小学教学综合楼", "校舍新建", 5400, 2900, 3, 13),
    ("{b}镇初级中学学生宿舍", "校舍新建", 3800, 2700, 7, 11),
    ("农村学校食堂改造", "校舍维修", 2100, 1500, 8, 7),
    ("{c}镇中心小学运动场", "运动场地", 6800, 420, 14, 6),
    ("职业技术学校实训基地", "校舍新建", 7600, 3300, 15, 20),
    ("乡村小规模学校旱厕改造", "校舍维修", 1300, 1200, 18, 5),
    ("第二初级中学扩建", "校舍新建", 9200, 3000, 25, 16),
    ("公办幼儿园扩建", "幼儿园建设", 2600, 2800, 27, 9),
)  # fmt: skip
_MONTHS = 36
OVERSPENT = ("990104", 2022, "XM02")  # nobody says why
REPORTED = {"990101": 2}  # projects that report every ten days; one elsewhere


@dataclass(frozen=True, slots=True)
class _Building:
    code: str
    name: str
    category: str
    area: float
    plan: float
    begin: int
    due: int
    end: int


def _month(place: Setting, number: int) -> tuple[int, int]:
    return place.year - place.age + number // 12, number % 12 + 1


def _day(place: Setting, number: int, day: int) -> date:
    year, month = _month(place, number)
    return workday(date(year, month, day))


def _buildings(place: Setting) -> list[_Building]:
    """The county's projects of all years; drawn alike whichever year asks."""
    rng = np.random.default_rng([int(place.code), 22])
    towns = place.towns
    built: list[_Building] = []
    for number, (name, category, area, cost, begin, months) in enumerate(_BUILDINGS, 1):
        size = round(area * rng.uniform(0.8, 1.25))
        late = 0 if likely(rng, place.profile.prompt) else whole(rng, 2, 6)
        begin += whole(rng, -1, 1)
        built.append(
            _Building(
                code=f"XM{number:02d}",
                name=name.format(a=towns[0].rstrip("镇"), b=towns[1].rstrip("镇"), c=towns[2].rstrip("镇")),
                category=category, area=size, plan=round(size * cost / 10000, 1), begin=begin,
                due=begin + months, end=begin + months + late,
            )
        )  # fmt: skip
    return built


def project_tables(place: Setting) -> dict[str, list[Row]]:
    """Projects that were under way in the year, as they stood at its end, and the reports of some."""
    last = 12 * place.age + 11  # December
    rows: list[Row] = []
    building: list[_Building] = []
    for b in _buildings(place):
        if b.begin > last + 5 or b.end + 2 < 12 * place.age:
            continue  # not prepared yet, or in use since last year
        share = min(1.0, max(0.0, (last + 1 - b.begin) / (b.end - b.begin + 1)))
        stage = (
            "投用" if last >= b.end + 2 else "完工" if last >= b.end else "在建" if last >= b.begin
            else "招标" if last >= b.begin - 2 else "前期"
        )  # fmt: skip
        row: Row = {
            "project_id": b.code, "name": b.name, "category": b.category, "stage": stage, "area_m2": b.area,
            "invest_plan": b.plan, "invest_done": round(b.plan * (0.02 + 0.98 * share), 1) if share else 0,
            "due": iso(_day(place, b.due, 28)), "source_id": SOURCE,
        }  # fmt: skip
        if (place.code, place.year, b.code) == OVERSPENT:
            row["invest_done"] = round(b.plan * 1.04, 1)
        if last >= b.begin:
            row["start"] = iso(_day(place, b.begin, 6))
        if last >= b.end:
            row["done"] = iso(_day(place, b.end, 24))
        rows.append(row)
        if b.begin <= last and b.end >= 12 * place.age:
            building.append(b)
    first, last = 12 * place.age, 12 * place.age + 11
    building.sort(key=lambda b: max(b.begin, first) - min(b.end, last))  # the longest at work this year
    reports = [
        report for b in building[: REPORTED.get(place.code, 1)] for report in _ten_day_reports(place, b)
    ]
    return {"projects": rows, "project_reports": reports}


def _ten_day_reports(place: Setting, b: _Building) -> list[Row]:
    """How far the work is at the end of each 旬: a slow start, a steady middle, a pause in winter."""
    rows: list[Row] = []
    first, last = max(b.begin, 12 * place.age), min(b.end, 12 * place.age + 11)
    for number in range(first, last + 1):
        year, month = _month(place, number)
        for part, word in enumerate(("上", "中", "下")):
            t = min(1.0, (number - b.begin + (part + 1) / 3) / (b.end - b.begin + 1))
            percent = round(100 * t * t * (3 - 2 * t), 1)
            row: Row = {
                "project_id": b.code,
                "period": f"{year}-{month:02d}-{word}",
                "percent": percent,
            }
            if month in (1, 2) and part == 0:
                row["note"] = "春节前后停工，按计划安排"
            rows.append(row)
    return rows


# --- campaigns ---------------------------------------------------------------------------------------

# campaign -> its stages in order with the year and month a county of ordinary pace comes to them
_LADDERS = (
    ("义务教育优质均衡发展县创建", ("启动", "申报", "初验", "省验", "认定")),
    ("学前教育普及普惠县创建", ("启动", "申报", "初验", "省验", "认定")),
    ("督导室标准化建设", ("计划", "申报", "认定")),
)
_MONTH_OF = {"计划": "02", "启动": "03", "申报": "06", "初验": "09", "省验": "11", "认定": "12"}


def campaign_rows(place: Setting) -> list[Row]:
    """Every stage that the county has come to, with its date: a ladder, as far as it goes."""
    rng = np.random.default_rng([int(place.code), 23])
    rows: list[Row] = []
    for index, (campaign, stages) in enumerate(_LADDERS):
        reached = place.profile.campaign[: place.age + 1]
        before = 0
        for year, steps in zip(range(place.year - place.age, place.year + 1), reached, strict=True):
            steps = min(len(stages), max(0, steps - (1 if index == 1 else 0)))
            for stage in stages[before:steps]:
                row: Row = {
                    "campaign": campaign,
                    "stage": stage,
                    "date": f"{year}-{_MONTH_OF[stage]}",
                    "source_id": SOURCE,
                }
                if stage in ("申报", "认定"):
                    row["doc_no"] = f"示政教督〔{year}〕{10 * index + whole(rng, 11, 19)}号"
                rows.append(row)
            before = max(before, steps)
    for town, stages in _TOWNS_LADDER.get(place.code, {}).items():
        for stage, year, month in stages:
            if year <= place.year and town < len(place.towns):
                rows.append(
                    {"campaign": "教育强乡镇创建", "object_name": place.towns[town], "stage": stage,
                     "date": f"{year}-{month:02d}", "source_id": SOURCE}
                )  # fmt: skip
    return rows


# county -> number of the town -> stage, year, month
_TOWNS_LADDER: dict[str, dict[int, tuple[tuple[str, int, int], ...]]] = {
    "990101": {
        0: (("申报", 2021, 4), ("初验", 2021, 10), ("认定", 2022, 6)),
        1: (("申报", 2021, 4), ("初验", 2022, 5), ("认定", 2023, 4)),
        2: (("申报", 2022, 4), ("初验", 2023, 5)),
        3: (("申报", 2023, 4),),
    },
}
