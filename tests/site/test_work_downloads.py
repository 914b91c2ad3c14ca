"""Downloads of the year's work: every table that has rows, nothing that must stay in the office."""

from typing import Any

import pytest

from gongbao.data.problems import Place, Problem
from gongbao.site.catalogue import Catalogue
from gongbao.site.tabular import Sheet
from gongbao.site.work_downloads import work_sheets
from gongbao.standards.rectification import DeadlineRule
from samples import ORIGIN, REAL, make_dataset, rows

OWN: dict[str, Any] = {"region_code": REAL, "year": 2019}


def school(id: str, name: str, shown: float) -> dict[str, Any]:
    return {
        **OWN,
        "school_id": id,
        "school_name": name,
        "stage": "小学",
        "ownership": "公办",
        "publish_name": shown,
    }


TABLES = {
    "schools": rows("schools", school("s1", "明志小学", 1.0), school("s2", "隐名小学", 0.0)),
    "inspections": rows(
        "inspections",
        {**OWN, "insp_id": "k1", "type": "开学督查", "start": "2019-02-20", "people": 30.0, "source_id": "self"},
    ),
    "visits": rows(
        "visits",
        {**OWN, "insp_id": "k1", "school_id": "s1", "date": "2019-02-20", "check_item": "睡眠", "result": "符合"},
        {**OWN, "insp_id": "k1", "school_id": "s2", "date": "2019-02-21", "check_item": "睡眠", "result": "不符合"},
    ),
    "findings": rows(
        "findings",
        {**OWN, "finding_id": "f1", "insp_id": "k1", "object_type": "学校", "object_id": "s2", "topic": "食堂",
         "severity": "一般", "text_public": "隐名小学食堂留样不足。", "text_internal": "张某负责"},
        {**OWN, "finding_id": "f2", "object_type": "学校", "object_id": "s1", "topic": "作业", "severity": "一般",
         "text_public": "作业偏多。"},
    ),
    "rectifications": rows(
        "rectifications",
        # 30 days from the day after 10 March: due on 9 April; closed a day later
        {**OWN, "rect_id": "r1", "finding_id": "f1", "unit": "隐名小学", "issued": "2019-03-10",
         "closed": "2019-04-10"},
        {**OWN, "rect_id": "r2", "finding_id": "f2", "unit": "明志小学", "issued": "2019-03-10",
         "deadline": "2019-05-01"},
    ),
    "staffing": rows(
        "staffing",
        {**OWN, "category": "督导力量", "kind": "专职督学", "value": 3.0, "unit": "人"},
        {**OWN, "category": "师德处理", "kind": "警告", "value": 3.0, "unit": "人"},
        {**OWN, "category": "师德处理", "kind": "内部记录", "value": 77.0, "unit": "人", "publish": 0.0},
    ),
    "surveys": rows(
        "surveys",
        {**OWN, "survey": "教育工作满意度", "group": "家长", "issued": 120.0, "valid": 100.0, "satisfied": 91.0},
        {**OWN, "survey": "教育工作满意度", "group": "校长", "issued": 9.0, "valid": 9.0, "satisfied": 8.0},
    ),
    "funds": rows(
        "funds", {**OWN, "programme": "学生资助", "level": "县", "budget": 12.5, "beneficiaries": 3.0}
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def sheets() -> dict[str, Sheet]:
    catalogue = Catalogue(make_dataset(**TABLES), [], {}, {}, deadline_rule=DeadlineRule(30))
    return work_sheets(catalogue, 2019, REAL)


def records(sheet: Sheet) -> list[dict[str, Any]]:
    return [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]


def test_only_tables_with_rows_are_offered(sheets: dict[str, Sheet]) -> None:
    assert set(sheets) == set(TABLES) - {"schools"}


def test_headers_carry_label_and_unit_and_the_source_its_title(sheets: dict[str, Sheet]) -> None:
    [row] = records(sheets["inspections"])
    assert row["参加人数（人）"] == 30
    assert row["来源"] == "平昌县2019年自评报告"


def test_visits_only_to_schools_that_may_be_named(sheets: dict[str, Sheet]) -> None:
    [row] = records(sheets["visits"])
    assert (row["学校"], row["结果"]) == ("明志小学", "符合")


def test_findings_without_internal_text_and_without_hidden_names(sheets: dict[str, Sheet]) -> None:
    first, second = records(sheets["findings"])
    assert not [
        value for sheet in sheets.values() for row in sheet.rows for value in row if "张某" in str(value)
    ]
    assert not [
        value for sheet in sheets.values() for row in sheet.rows for value in row if "隐名" in str(value)
    ]
    assert first["问题（公开）"] == "某校食堂留样不足。"
    assert second["对象"] == "明志小学"


def test_a_rectification_has_the_deadline_that_counts_and_its_state_at_the_years_end(
    sheets: dict[str, Sheet],
) -> None:
    first, second = records(sheets["rectifications"])
    assert (first["起作用的期限"], first["2019年底的状态"], first["期限情况"]) == (
        "2019-04-09",
        "办结",
        "逾期办结",
    )
    assert (second["起作用的期限"], second["期限情况"]) == ("2019-05-01", "逾期未结")


def test_small_counts_of_people_are_withheld_except_the_offices_own(sheets: dict[str, Sheet]) -> None:
    shown = {row["项目"]: (row["数值"], row["显示"]) for row in records(sheets["staffing"])}
    assert shown == {"专职督学": (3.0, "3人"), "警告": (None, "<5人")}
    [fund] = records(sheets["funds"])
    assert (fund["预算数（万元）"], fund["受益人数（人）"]) == (12.5, "<5")


def test_a_group_of_fewer_than_ten_answers_has_no_numbers(sheets: dict[str, Sheet]) -> None:
    parents, heads = records(sheets["surveys"])
    assert (parents["有效数（份）"], parents["公开情况"]) == (100, "")
    assert (heads["发放数（份）"], heads["有效数（份）"], heads["满意数（份）"]) == (None, None, None)
    assert "不公开" in heads["公开情况"]


def problem(code: str, cell: str, message: str, answer: str = "", sheet: str = "指标数据") -> Problem:
    return Problem("warning", code, Place(str(ORIGIN["_file"]), sheet, cell), message, answer=answer)


def test_remarks_are_listed_with_their_answers_and_tell_nothing_that_is_withheld() -> None:
    dataset = make_dataset(**TABLES)
    warnings = (
        problem("growth-mismatch", "E3", "增长率填 6.2%，算出来是 6.1%。", "口径调整。"),
        problem("unit-jump", "E7", "数值是 384，上年是 38。"),  # the row of an internal indicator
        problem("parts-sum", "E6", "各部分之和是 62，其中送教上门 3。"),  # 3 is a withheld count
        problem("unit-jump", "B4", "隐名小学与上年相差悬殊。", sheet="学校年度"),
        problem("hidden-row", "A3", "行被隐藏。"),  # the office's own business
    )
    dataset = type(dataset)(dataset.tables, dataset.covers, dataset.letters, {}, warnings)
    found = records(work_sheets(Catalogue(dataset, [], {}, {}), 2019, REAL)["remarks"])
    assert [(row["位置"], row["状态"], row["填报单位的说明"]) for row in found] == [
        ("工作表“指标数据” 单元格 E3", "已说明", "口径调整。"),
        ("工作表“指标数据” 单元格 E6", "待核对", "—"),
        ("工作表“学校年度” 单元格 B4", "待核对", "—"),
    ]
    assert found[0]["核对时的提醒"].startswith("增长率填 6.2%")
    assert {row["核对时的提醒"] for row in found[1:]} == {"（涉及不公开的数据，内容不印）"}
