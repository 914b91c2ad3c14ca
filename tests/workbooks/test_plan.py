"""工作计划与项目工程: what a report says of plans, projects and inspectors, written and counted by hand."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from gongbao.present import Cell
from gongbao.standards.tasks import TaskState
from gongbao.workbooks.plan import Plan
from office import Year, open_report, publish

REGION = "990101"


def school(id: str, stage: str, zone: str) -> dict[str, object]:
    name = f"示例甲{id}{stage}"
    shown = "否" if id == "S2" else "是"
    return {"school_id": id, "school_name": name, "stage": stage, "ownership": "公办", "zone_id": zone,
            "publish_name": shown}  # fmt: skip


def task(id: str, title: str, section: str, **more: object) -> dict[str, object]:
    return {"task_id": id, "no": id.removeprefix("T"), "title": title, "section": section, **more}


def told(id: str, day: str, status: str, value: float | str = "") -> dict[str, object]:
    return {"task_id": id, "as_of": day, "status": status, "value": value}


THIS: Year = {
    "schools": [
        school("S1", "小学", "一"), school("S2", "小学", "一"), school("S3", "初中", "二"),
        school("K1", "幼儿园", "二"),
    ],
    "tasks": [
        task("T1", "扫盲", "普及", month_from=1, month_to=12, op=">=", target=3.5, unit="万人", due="2023-12-31",
             quote="年内完成了3.5万人的扫盲任务"),
        task("T2", "青壮年文盲率", "普及", op="<=", target=3, unit="%", qualifier="左右", due="2023-12-31"),
        task("T3", "创建示范性高中", "督学", month_from=5, month_to=6, op=">=", target=2, unit="所", due="2023-06-30"),
        task("T4", "修订办法", "督学", month_from=3),
        task("T5", "组织调查", "监测"),
    ],
    "task_progress": [
        told("T1", "2023-06-30", "推进", 2), told("T1", "2023-12-20", "推进", 3.6),
        told("T2", "2023-12-20", "完成", 3.1),
        told("T3", "2023-06-30", "推进", 1), told("T3", "2023-12-20", "完成", 1),
        told("T4", "2023-06-30", "未启动"),
    ],
    "projects": [
        {"project_id": "P1", "name": "示例甲S2小学扩建", "stage": "在建", "area_m2": 1000, "invest_plan": 200,
         "invest_done": 50, "due": "2023-12-01"},
        {"project_id": "P2", "name": "运动场", "stage": "完工", "invest_plan": 100, "invest_done": 100,
         "due": "2023-06-30", "done": "2023-06-30"},
        {"project_id": "P3", "name": "食堂", "stage": "投用", "due": "2023-01-01", "done": "2023-01-11"},
        {"project_id": "P4", "name": "宿舍", "stage": "前期"},
    ],
    "project_reports": [
        {"project_id": "P1", "period": "2023-02-上", "percent": 5},
        {"project_id": "P1", "period": "2023-01-下", "percent": 2},
        {"project_id": "P1", "period": "2023-11-下", "percent": 25, "note": "图纸变更"},
        {"project_id": "P2", "period": "2023-05-中", "percent": 90},
    ],
    "staffing": [
        {"category": "督导力量", "kind": "专职督学", "value": 6, "unit": "人"},
        {"category": "督导力量", "kind": "兼职督学", "value": 10, "unit": "人"},
        {"category": "督导力量", "kind": "责任区", "value": 2, "unit": "个"},
    ],
    "indicator_values": [
        {"indicator_id": "supervision_budget", "stage": "全部", "value": 0},
        {"indicator_id": "tasks_planned", "stage": "全部", "value": 6},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return publish(tmp_path_factory.mktemp("plan"), REGION, {2023: THIS})


@pytest.fixture(scope="module")
def plan(folder: Path) -> Plan:
    return open_report(folder, REGION, 2023, "plan").plan()


def test_states_are_told_from_numbers_and_dates(plan: Plan) -> None:
    frame = plan.tasks().set_index("no")
    shown = {no: cell.shown if isinstance(cell, Cell) else cell for no, cell in frame["state"].items()}
    # 1 reached its target though still ticked 推进; 2 is rough; 3 missed its target and its day; 5 is silent
    assert shown == {"1": "完成", "2": "完成", "3": "滞后", "4": "未启动", "5": "未报进展"}
    assert plan.states() == {
        TaskState.DONE: 2, TaskState.RUNNING: 0, TaskState.LATE: 1, TaskState.IDLE: 1, TaskState.SILENT: 1,
    }  # fmt: skip
    assert "任务3“创建示范性高中”：填报为完成，完成值没有达到目标" in plan.notes()
    assert "年度督导工作任务数填报为6项，任务表列出5项；两处都照列" in plan.notes()


def test_targets_are_printed_with_sign_and_qualifier(plan: Plan) -> None:
    frame = plan.tasks().set_index("no")
    assert list(frame["target_shown"]) == ["≥3.5万人", "≤3%左右", "≥2所", "—", "—"]
    assert frame.loc["1", "value_shown"] == "3.6万人"
    assert list(frame["months"]) == ["全年", "—", "5—6月", "3月", "—"]
    assert frame.loc["1", "quote"] == "年内完成了3.5万人的扫盲任务"


def test_bars_against_targets(plan: Plan) -> None:
    bullets = plan.bullets()
    assert [round(p, 2) for p in bullets["percent"]] == [102.86, 103.33, 50]
    assert list(bullets["met"]) == ["pass", "undetermined", "fail"]
    assert bullets["label"].iloc[0] == "1 扫盲　3.6万人／≥3.5万人"


def test_months_and_sections(plan: Plan) -> None:
    counts = {(row.month, row.section): row.tasks for row in plan.calendar().itertuples()}
    assert {month for month, section in counts if section == "普及"} == set(range(1, 13))
    assert {month for month, section in counts if section == "督学"} == {3, 5, 6}
    sections = plan.by_section().set_index("section")
    assert dict(sections["all"]) == {"普及": 2, "督学": 2, "监测": 1}
    assert plan.history().to_dict("list")["完成"] == [0, 2]


def test_the_progress_of_an_earlier_day(folder: Path) -> None:
    summer = open_report(folder, REGION, 2023, "plan").plan(as_of="2023-06-30")
    states = {row["no"]: getattr(row["state"], "shown", row["state"]) for _, row in summer.tasks().iterrows()}
    assert states == {"1": "推进", "2": "未报进展", "3": "推进", "4": "未启动", "5": "未报进展"}
    with pytest.raises(ValueError, match="2030"):
        open_report(folder, REGION, 2023, "plan").plan(as_of="2030-01-01")


def test_projects_by_stage_with_what_is_late(plan: Plan) -> None:
    stages = plan.projects.by_stage().set_index("stage")
    assert dict(stages["projects"]) == {"前期": 1, "在建": 1, "完工": 1, "投用": 1}
    assert math.isnan(stages.loc["前期", "invest_plan"])  # not reported is not zero
    table = plan.projects.table().set_index("name")
    assert table.loc["某校扩建", "late"] == 30  # 1 to 31 December
    assert table.loc["食堂", "late"] == 10
    assert math.isnan(table.loc["运动场", "late"])
    assert table.loc["某校扩建", "paid"] == 25
    said = plan.projects.words()
    assert said is not None
    assert said.text == (
        "列出工程项目4个（前期1个、在建1个、完工1个、投用1个），计划投资300.00万元，已完成投资150.00万元，2个比计划完工日期晚。"
    )


def test_reports_of_ten_days_stand_in_order(plan: Plan) -> None:
    lines = plan.projects.lines()
    own = lines[lines["name"] == "某校扩建"]
    assert list(own["period"]) == ["1月下旬", "2月上旬", "11月下旬"]
    assert [round(m, 3) for m in own["month"]] == [1.667, 2.0, 11.667]
    assert plan.projects.latest() == {"P1": 25, "P2": 90}
    assert plan.projects.remarks().to_dict("records") == [
        {"name": "某校扩建", "period": "11月下旬", "percent": 25, "note": "图纸变更"}
    ]


def test_inspectors_and_zones(plan: Plan) -> None:
    assert plan.inspectors() == 16
    ratios = plan.coverage().set_index("item")
    assert ratios.loc["每名督学负责的学校（园）", "value"] == 0.25
    assert ratios.loc["每名督学负责的学校（园）", "limit"] == "≤5所"
    assert ratios.loc["每百所学校（园）的督学", "value"] == 400
    assert ratios.loc["最大的责任区有学校（园）", "limit"] == "≤20所"
    assert plan.zones().to_dict("records") == [
        {"zone": "一", "schools": 2, "kindergartens": 0, "all": 2},
        {"zone": "二", "schools": 1, "kindergartens": 1, "all": 2},
    ]


def test_no_money_is_said_plainly(plan: Plan) -> None:
    said = plan.budget_words()
    assert said is not None
    assert said.text == "督导经费没有列入财政预算（0万元）。"


def test_key_figures(plan: Plan) -> None:
    shown = {fact.label: fact.shown for fact in plan.facts()}
    assert shown["年度任务"] == "5项"
    assert shown["滞后的任务"] == "1项"
    assert shown["列出的工程项目"] == "4个"
    assert shown["专职督学"] == "6人"
    assert len(plan.facts()) <= 8
    assert plan.task_words() is not None


def test_two_counts_of_other_origin_are_not_divided(tmp_path: Path) -> None:
    year = {"staffing": THIS["staffing"]}
    plan = open_report(publish(tmp_path, REGION, {2023: year}), REGION, 2023, "plan").plan()
    assert plan.coverage().empty
    assert [said.text for said in plan.summary()] == ["督导力量：专职督学6人、兼职督学10人、责任区2个。"]


def test_a_masked_number_of_inspectors_gives_no_ratio(tmp_path: Path) -> None:
    staff = [
        {"category": "督导力量", "kind": "专职督学", "missing_code": "隐去", "unit": "人"},
        *THIS["staffing"][1:],
    ]
    year = {"schools": THIS["schools"], "staffing": staff}
    plan = open_report(publish(tmp_path, REGION, {2023: year}), REGION, 2023, "plan").plan()
    assert plan.inspectors() is None
    assert list(plan.coverage()["item"]) == ["最大的责任区有学校（园）"]


def test_a_word_that_says_what_the_sign_would_stands_alone(tmp_path: Path) -> None:
    # 天水: 入学率达到82%以上, 妇女文盲率下降到4%以内
    tasks = [
        task("T1", "三类残疾儿童入学率", "特教", op=">=", target=82, unit="%", qualifier="以上"),
        task("T2", "青壮年妇女文盲率", "扫盲", op="<=", target=4, unit="%", qualifier="以下"),
    ]
    plan = open_report(publish(tmp_path, REGION, {2023: {"tasks": tasks}}), REGION, 2023, "plan").plan()
    assert list(plan.tasks()["target_shown"]) == ["82%以上", "4%以下"]
    said = plan.target_words()
    assert said is not None
    assert said.text == "有数量目标的任务：三类残疾儿童入学率82%以上；青壮年妇女文盲率4%以下。"


def test_a_plan_without_progress_says_so(tmp_path: Path) -> None:
    year = {"tasks": THIS["tasks"]}
    plan = open_report(publish(tmp_path, REGION, {2023: year}), REGION, 2023, "plan").plan()
    said = plan.task_words()
    assert said is not None
    assert said.text == "2023年计划列出任务5项，没有报送进展。"
    assert [(fact.label, fact.remark) for fact in plan.facts()] == [("年度任务", "没有报送进展")]
    assert not plan.projects.words()


def test_parts_of_a_total_are_held_against_it(tmp_path: Path) -> None:
    # 晋江 2015: 134 projects = 5 finished + 52 under way + 77 preparing (under a sample code here)
    numbers = {"building_projects": 134, "building_projects_done": 5, "building_projects_under_way": 52,
               "building_projects_preparing": 77}  # fmt: skip
    values = [{"indicator_id": i, "stage": "全部", "value": v} for i, v in numbers.items()]
    plan = open_report(
        publish(tmp_path, REGION, {2023: {"indicator_values": values}}), REGION, 2023, "plan"
    ).plan()
    parts = plan.parts()
    assert list(parts["value"]) == [5, 52, 77]
    assert not parts["rest"].any()
    assert plan.facts()
