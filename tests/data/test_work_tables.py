"""The tables of a year's work: dates in order, sums, references within the submission; as Excel and as CSV."""

from __future__ import annotations

from typing import Any

import pytest

from gongbao.data.schema import TABLES
from gongbao.data.work import WORK_TABLES

ERROR, WARNING = "error", "warning"
# one of each, nothing wrong with it
WORK: dict[str, list[dict[str, Any]]] = {
    "inspections": [
        {"insp_id": "K1", "type": "开学督查", "start": "2023-02-23", "end": "2023-02-25", "schools_n": 63,
         "questionnaires_issued": 100, "questionnaires_valid": 97},
    ],
    "visits": [{"insp_id": "K1", "school_id": "001", "date": "2023-02-24", "check_item": "作业", "result": "符合"}],
    "findings": [
        {"finding_id": "W1", "insp_id": "K1", "object_type": "学校", "object_id": "001", "topic": "校园安全",
         "severity": "一般", "text_public": "消防器材过期", "text_internal": "张三校长 13812345678"},
        {"finding_id": "W2", "eval_id": "E1", "object_type": "县", "object_id": "990101", "topic": "经费",
         "severity": "较重", "text_public": "拨付不及时", "item_id": "A1"},
    ],
    "rectifications": [
        {"rect_id": "Z1", "finding_id": "W1", "unit": "示例一小", "issued": "2023-03-01", "deadline": "2023-03-31",
         "extended_to": "2023-04-15", "closed": "2023-04-10", "recheck_date": "2023-05-08", "recheck_result": "合格"},
    ],
    "tasks": [
        {"task_id": "R1", "title": "提高入学率", "month_from": 3, "month_to": 9, "indicator_id": "rate", "op": ">=",
         "target": 99, "unit": "%"},
    ],
    "task_progress": [{"task_id": "R1", "as_of": "2023-06-30", "value": 98, "status": "推进"}],
    "funds": [{"programme": "营养改善计划", "level": "县", "budget": 800, "received": 800, "paid": 760}],
    "projects": [
        {"project_id": "P1", "name": "教学楼", "stage": "在建", "invest_plan": 900, "invest_done": 400,
         "start": "2023-03", "due": "2024-08-31"},
    ],
    "project_reports": [
        {"project_id": "P1", "period": "2023-05-下", "percent": 30},
        {"project_id": "P1", "period": "2023-05-上", "percent": 12},
        {"project_id": "P1", "period": "2023-05-中", "percent": 20},
    ],
    "training": [
        {"training_id": "T1", "programme": "国培", "type": "工作坊", "subject": "语文", "persons": 20},
        {"training_id": "T2", "programme": "国培", "type": "工作坊", "subject": "数学", "persons": 30,
         "person_times": 90},
    ],
    "staffing": [
        {"category": "督导力量", "kind": "专职督学", "value": 31, "unit": "人"},
        {"category": "督导力量", "kind": "责任区", "unit": "个", "missing_code": "隐去"},
    ],
    "surveys": [
        {"survey": "义务教育社会认可度", "group": "家长", "issued": 500, "valid": 480, "satisfied": 440},
    ],
    "campaigns": [
        {"campaign": "双高双普", "stage": "启动", "date": "2010"},
        {"campaign": "双高双普", "stage": "初验", "date": "2011-12"},
    ],
    "explanations": [],
}  # fmt: skip


def work(table: str, *rows: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Everything as it should be, but for one table."""
    return {**WORK, table: list(rows)}


def problems(publication: Any, tables: dict[str, list[dict[str, Any]]]) -> list[tuple[str, str]]:
    publication.submit(**tables)
    return [(severity, code) for severity, code, _ in publication.problems()]


def submit_2022(publication: Any, **tables: list[dict[str, Any]]) -> None:
    cover = {**publication.cover, "year": 2022}
    publication.submit(**tables, evaluations=[], eval_scores=[], cover=cover, name="data/2022/990101.xlsx")


def test_every_table_can_be_reported_without_a_problem(publication) -> None:
    assert problems(publication, WORK) == []
    dataset, _ = publication.examine()
    assert [len(dataset.tables[name]) for name in WORK] == [len(rows) for rows in WORK.values()]
    assert set(dataset.tables["training"]["source_id"]) == {"S1"}  # the cover's


@pytest.mark.parametrize(
    ("table", "change", "expected"),
    [
        ("inspections", {"end": "2023-02-22"}, [(ERROR, "dates-out-of-order"), (WARNING, "visit-outside")]),
        ("inspections", {"start": "2022-12-30"}, [(WARNING, "not-in-year")]),
        ("inspections", {"questionnaires_valid": 101}, [(ERROR, "part-above-whole")]),
        ("inspections", {"insp_id": "K2"}, [(ERROR, "unknown-reference")] * 2),
        ("visits", {"date": "2023-03-01"}, [(WARNING, "visit-outside")]),
        ("visits", {"school_id": "003"}, [(ERROR, "unknown-reference")]),
        ("visits", {"insp_id": "K7"}, [(ERROR, "unknown-reference")]),
        ("findings", {"object_id": "009"}, [(ERROR, "unknown-reference")]),
        ("findings", {"object_type": "县", "object_id": "990909"}, [(ERROR, "unknown-reference")]),
        ("findings", {"object_type": "部门", "object_id": "财政局"}, []),
        ("findings", {"insp_id": "K9"}, [(ERROR, "unknown-reference")]),
        ("findings", {"eval_id": "E9"}, [(ERROR, "unknown-reference")]),
        ("findings", {"item_id": "A9"}, [(ERROR, "unknown-reference")]),
        ("rectifications", {"deadline": "2023-02-28"}, [(ERROR, "dates-out-of-order")]),
        ("rectifications", {"extended_to": "2023-03-30"}, [(ERROR, "dates-out-of-order")]),
        ("rectifications", {"closed": "2023-02"}, [(ERROR, "dates-out-of-order")]),
        ("rectifications", {"closed": "2023-03"}, []),  # in the month of the order: not certainly before it
        ("rectifications", {"recheck_date": "2023-04-09"}, [(WARNING, "dates-out-of-order")]),
        ("rectifications", {"recheck_date": None}, [(WARNING, "no-recheck-date")]),
        ("rectifications", {"closed": None}, [(WARNING, "recheck-not-closed")]),
        ("rectifications", {"closed": None, "recheck_result": "不合格"}, []),
        ("rectifications", {"finding_id": "W9"}, [(ERROR, "unknown-reference")]),
        ("rectifications", {"finding_year": 2021}, [(WARNING, "earlier-year-missing")]),
        ("rectifications", {"finding_year": 2024}, [(ERROR, "year-after")]),
        ("tasks", {"month_to": 2}, [(ERROR, "months-out-of-order")]),
        ("tasks", {"month_to": 13}, [(ERROR, "out-of-range")]),
        ("tasks", {"op": None}, [(ERROR, "target-incomplete")]),
        ("tasks", {"target": None}, [(ERROR, "target-incomplete")]),
        ("tasks", {"unit": None}, [(WARNING, "no-unit")]),
        ("tasks", {"unit": "人"}, [(ERROR, "unit-mismatch")]),
        ("tasks", {"target": "99%以上"}, [(ERROR, "qualifier-in-number"), (ERROR, "target-incomplete")]),
        ("task_progress", {"as_of": "2024-01-31"}, [(WARNING, "not-in-year")]),
        ("task_progress", {"task_id": "R9"}, [(ERROR, "unknown-reference")]),
        ("funds", {"paid": 801}, [(WARNING, "part-above-whole")]),
        ("funds", {"received": 900, "paid": 760}, [(WARNING, "part-above-whole")]),
        ("projects", {"due": "2022"}, [(ERROR, "dates-out-of-order")]),
        ("projects", {"done": "2023-02-28", "stage": "完工"}, [(ERROR, "dates-out-of-order")]),
        ("projects", {"done": "2023-12-01"}, [(WARNING, "status-differs")]),
        ("projects", {"stage": "招标", "start": "2022-05"}, [(WARNING, "status-differs")]),
        ("projects", {"invest_done": 901}, [(WARNING, "part-above-whole")]),
        ("projects", {"project_id": "P2"}, [(ERROR, "unknown-reference")] * 3),
        ("project_reports", {"percent": 19}, [(WARNING, "progress-falls")]),
        ("project_reports", {"percent": 101}, [(ERROR, "out-of-range")]),
        ("project_reports", {"period": "5月上旬"}, [(ERROR, "bad-period")]),
        ("project_reports", {"period": "2022-05-上"}, [(ERROR, "bad-period")]),
        ("project_reports", {"project_id": "P9"}, [(ERROR, "unknown-reference")]),
        ("training", {"persons": 20, "person_times": 19}, [(ERROR, "part-above-whole")]),
        ("training", {"persons": 20, "person_times": 19, "qualifier": "余"}, [(WARNING, "part-above-whole")]),
        ("staffing", {"missing_code": "未报"}, [(ERROR, "value-and-missing")]),
        ("staffing", {"unit": "入"}, [(WARNING, "unknown-unit")]),
        ("staffing", {"value": "31人"}, [(ERROR, "not-a-number"), (ERROR, "value-empty")]),
        ("surveys", {"valid": 501}, [(ERROR, "part-above-whole")]),
        ("surveys", {"satisfied": 481}, [(ERROR, "part-above-whole")]),
        ("campaigns", {"date": "2012"}, [(ERROR, "dates-out-of-order")]),
        ("campaigns", {"date": "2012", "object_name": "示例镇"}, []),
        ("campaigns", {"date": "去年"}, [(ERROR, "bad-date")]),
    ],
)  # fmt: skip
def test_what_cannot_be_or_hardly_can(publication, table, change, expected) -> None:
    first, *others = WORK[table]
    found = problems(publication, work(table, first | change, *others))
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize(("id_last_year", "expected"), [("D1", []), ("D2", ["unknown-reference"])])
def test_an_inspection_in_december_may_be_answered_next_year(publication, id_last_year, expected) -> None:
    held = WORK["inspections"][0] | {"insp_id": id_last_year, "start": "2022-12-01", "end": "2022-12-02"}
    submit_2022(publication, inspections=[held])
    publication.submit(**work("findings", WORK["findings"][0] | {"insp_id": "D1"}, WORK["findings"][1]))
    assert [code for severity, code, _ in publication.problems() if severity == ERROR] == expected


def test_a_problem_of_an_earlier_bulletin_is_looked_up_there(publication) -> None:
    submit_2022(publication, findings=[WORK["findings"][0] | {"finding_id": "W0", "insp_id": None}])
    rect = WORK["rectifications"][0]
    publication.submit(**work("rectifications", rect | {"finding_id": "W0", "finding_year": 2022}))
    assert [p for p in publication.problems() if p[1] in ("unknown-reference", "earlier-year-missing")] == []
    publication.submit(**work("rectifications", rect | {"finding_id": "W0"}))
    _, found = publication.examine()
    (wrong,) = [p for p in found if p.code == "unknown-reference"]
    assert "2022 年有这个编号" in wrong.message


def test_money_that_jumps_by_ten_thousand(publication) -> None:
    for year, amount in ((2022, 800), (2023, 8_000_000)):
        row = {"programme": "营养改善计划", "level": "县", "budget": amount, "received": 790, "paid": 700}
        cover = {**publication.cover, "year": year}
        publication.submit(funds=[row], name=f"data/{year}/990101.xlsx", cover=cover)
    jumps = [(c, cell) for _, c, cell in publication.problems() if c == "unit-jump"]
    assert jumps == [("unit-jump", "C4")]


def test_a_total_among_the_trainings_would_be_counted_twice(publication) -> None:
    """梓潼: 70 = 20 + 20 + 10 + 10 + 10."""
    rows = [
        {"training_id": f"T{i}", "programme": "国培", "type": "种子教师", "persons": persons}
        for i, persons in enumerate((70, 20, 20, 10, 10, 10))
    ]
    assert problems(publication, work("training", *rows)) == [(WARNING, "counted-twice")]
    assert problems(publication, work("training", *rows[1:])) == []


@pytest.mark.parametrize(
    ("value", "number", "qualifier", "missing", "code"),
    [("近30", 30, "近", None, "qualifier-in-number"), ("XX", None, None, "隐去", "masked"),
     ("—", None, None, "未报", "masked")],
)  # fmt: skip
def test_qualifiers_and_masks_of_staff(publication, value, number, qualifier, missing, code) -> None:
    found = problems(publication, work("staffing", WORK["staffing"][0] | {"value": value}))
    assert found == [(WARNING, code)]
    row = publication.examine()[0].tables["staffing"].iloc[0]
    shown = [None if cell != cell else cell for cell in row[["value", "qualifier", "missing_code"]]]
    assert shown == [number, qualifier, missing]


def test_the_column_for_a_qualifier_is_named(publication) -> None:
    publication.submit(**work("training", WORK["training"][0] | {"persons": "3500余"}))
    (problem,) = publication.examine()[1]
    assert "限定词" in problem.advice
    assert "J 列" in problem.advice  # where 限定词 stands on that sheet


def test_rows_that_a_template_listed_and_nobody_filled_in_are_no_data(publication) -> None:
    listed = {
        "tasks": [{"task_id": "R1", "title": "任务", "section": "督政", "owner": "督导室"}],
        "projects": [{"project_id": "P1", "name": "教学楼", "invest_plan": 900}],
        "funds": [{"programme": "营养改善计划", "level": "县"}],
        "staffing": [{"category": "督导力量", "kind": "专职督学", "unit": "人"}],
        "surveys": [{"survey": "教育工作满意度", "group": "家长"}],
    }
    # a task or a project may have been meant: said, not dropped in silence
    assert problems(publication, listed) == [(WARNING, "not-filled-in")] * 2
    dataset, _ = publication.examine()
    assert all(dataset.tables[name].empty for name in listed)


@pytest.mark.parametrize("by", ["label", "name"])
def test_long_tables_may_be_csv(publication, by: str) -> None:
    folder = "data/2023/990101"
    tables = {**publication.submitted, **WORK}
    for name, rows in tables.items():
        word = TABLES[name].label if by == "label" else name
        publication.csv(f"{folder}/{word}.csv", name, rows, "utf-8-sig" if by == "label" else "utf-8")
    cover = "行政区划代码,990101\n年度,2023\n默认来源编号,S1\n"
    (publication.root / folder / ("封面.csv" if by == "label" else "cover.csv")).write_text(cover, "utf-8")
    assert publication.problems() == []
    dataset, _ = publication.examine()
    for table in WORK_TABLES:
        assert len(dataset.tables[table.name]) == len(WORK[table.name])
    row = dataset.table("rectifications").iloc[0]
    assert (row["closed"], row["region_code"], row["year"]) == ("2023-04-10", "990101", 2023)
