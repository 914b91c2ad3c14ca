"""What a workbook gets when it asks a report for values, verdicts and findings, on the real submissions."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from gongbao import findings
from gongbao.present.published import published_number
from gongbao.standards import Outcome
from gongbao.workbooks.report import Report, ReportError
from office import open_report, publish

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str, int, str], Report]


@pytest.fixture(scope="module")
def open_(sample_report: Open) -> Open:
    return sample_report


def test_last_year_is_derived_from_value_and_growth_and_says_so(open_: Open) -> None:
    spending = open_("511923", 2019, "finance").values("per_pupil_budget").set_index("stage")
    # domain.md A5, 平昌 2018: 幼2289.88, 小10968.72, 初12476.98, 高7793.24, 职17327.19
    shown = {stage: row["previous_shown"] for stage, row in spending.iterrows()}
    assert shown == {
        "幼儿园": "2289.88（推算）", "小学": "10968.72（推算）", "初中": "12476.98（推算）",
        "普通高中": "7793.24（推算）", "职业高中": "17327.19（推算）",
    }  # fmt: skip
    assert spending["previous_derived"].all()
    assert spending.loc["小学", "growth_shown"] == "增长6.2%"
    assert spending.loc["小学", "origin"].startswith("data/2019/511923.xlsx 工作表“指标数据” 单元格 F")


def test_a_submitted_last_year_is_used_before_a_derived_one(open_: Open) -> None:
    spending = open_("990101", 2023, "finance").values("per_pupil_budget")
    last = open_("990101", 2022, "finance").values("per_pupil_budget")
    assert not spending["previous_derived"].any()
    assert list(spending["previous"]) == list(last["value"])


def test_qualifiers_and_units_travel_with_the_number(open_: Open) -> None:
    values = open_("511923", 2019, "overview").values(area="all").set_index("indicator_id")
    assert values.loc["hazards_resolved", "value_shown"] == "1200余"
    assert values.loc["migrant_children", "value_shown"] == "近2726"
    assert values.loc["preschool_3y_gross_enrolment", "value_shown"] == "85.8以上"


def test_small_counts_never_leave_the_report(open_: Open) -> None:
    values = open_("511923", 2019, "overview").values(area="all").set_index("indicator_id")
    assert values.loc["accountability_admonished", "value_shown"] == "<5"
    assert math.isnan(values.loc["accountability_admonished", "value"])
    assert values.loc["accountability_criticised", "value"] == 11


def test_min_n_hides_small_counts_and_rates_of_few_but_no_small_rate() -> None:
    row = {
        "value": 3.0,
        "unit": "",
        "qualifier": float("nan"),
        "missing_code": float("nan"),
        "denominator": 594.0,
    }
    definition = {"min_n": 10.0, "decimals": 2.0, "unit": "%", "kind": "rate"}
    assert str(published_number(row, definition)) == "3%"
    assert str(published_number(row | {"denominator": 8.0}, definition)) == "隐去"
    assert str(published_number(row, definition | {"kind": "count", "unit": "人"})) == "<10人"


def test_an_unknown_indicator_or_submission_is_an_error_that_lists_what_there_is(open_: Open) -> None:
    with pytest.raises(ReportError, match="没有指标“nonsense”"):
        open_("511923", 2019, "finance").values("nonsense")
    with pytest.raises(ReportError, match="511923（2019年）"):
        open_("511923", 1999, "finance")
    with pytest.raises(ReportError, match="finance"):
        open_("511923", 2019, "money")


def test_a_missing_column_of_a_table_names_those_there_are(open_: Open) -> None:
    report = open_("511923", 2019, "finance")
    with pytest.raises(ReportError, match="没有列“amount”"):
        report.table(report.values(), "表", {"amount": "数值"})


def test_jiujiang_is_judged_by_published_coefficients_alone(open_: Open) -> None:
    balance = open_("340207", 2023, "balance").balance()
    table = balance.coefficients("quality_2017").set_index("indicator_id")
    assert balance.schools is None
    assert table.loc["backbone_teachers_per_100", "outcome"] is Outcome.FAIL
    assert (table["outcome"] == Outcome.PASS).sum() == 6
    whole, primary = [v for v in balance.verdicts() if v.headline][:2]
    assert primary.outcome == "fail" and "没有学校数据" in primary.gap
    assert whole.outcome == "fail" and "社会认可度" in whole.gap
    composites = balance.composites().set_index("level")
    assert composites.loc["小学", "cv"] == 0.335 and composites.loc["初中", "outcome"] is Outcome.PASS


def test_without_school_data_a_county_can_fail_but_never_pass(open_: Open) -> None:
    for region in ("340103", "340104"):
        for verdict in open_(region, 2015, "balance").balance().verdicts():
            if verdict.key.startswith("balance.quality_2017.") and verdict.headline:
                assert verdict.outcome != "pass"


def test_what_it_takes_is_enough(open_: Open) -> None:
    schools = open_("990103", 2023, "balance").balance().schools
    assert schools is not None
    plans = schools.plans()
    assert len(plans) >= 4
    assert (plans["cv_after"] <= plans["limit"]).all() and (plans["cv"] > plans["limit"]).all()
    short = schools.short_schools()
    assert (short["value"] < short["target"]).all() and (short["shortfall"] > 0).all()
    assert not {"school_id", "publish_name"} & set(short.columns)


def test_the_overview_joins_the_areas_and_compares_with_last_year(open_: Open) -> None:
    report = open_("990102", 2023, "overview")
    areas = {v.key.split(".")[0] for v in report.all_verdicts()}
    assert areas >= {"balance", "duty", "preschool", "access", "finance"}
    changes = report.verdict_changes()
    headline = changes[changes["label"] == "小学优质均衡（资源配置）"]
    assert list(headline["after"]) == [Outcome.PASS]


def test_findings_are_bound_to_the_data(open_: Open) -> None:
    report = open_("511923", 2019, "finance")
    words = findings.growth_finding(report.only_grow("per_pupil_budget")).text
    assert words == "可比的5个学段都不低于上年；幼儿园增长33.44%，增幅最大；普通高中增长1.59%，增幅最小。"
    assert "推算" in findings.derived_note(report.values("per_pupil_budget"))


def test_history_starts_with_the_year_that_growth_gives(open_: Open) -> None:
    history = open_("511923", 2019, "finance").history("per_pupil_budget")
    assert sorted(set(history["year"])) == [2018, 2019]
    assert sorted(set(open_("990103", 2023, "finance").history("per_pupil_budget")["year"])) == [
        2020,
        2021,
        2022,
        2023,
    ]


def test_a_table_without_columns_shows_what_values_say(open_: Open) -> None:
    report = open_("511923", 2019, "finance")
    spending = report.values("per_pupil_budget")
    table = report._table("t", 1, spending, "生均经费", None, "", None)
    assert [c.label for c in table.columns] == ["项目", "学段", "2019年", "单位", "2018年", "比上年"]
    assert [c.shown for c in table.rows[1]][2:5] == ["11648.78", "元", "10968.72（推算）"]
    assert table.source == "平昌县2019年履行教育职责自查自评报告"


def test_values_of_an_earlier_year_name_the_sources_which_that_submission_lists(tmp_path: Path) -> None:
    year = {
        "indicator_values": [
            {"indicator_id": "migrant_children", "stage": "义务教育", "statistic": "数值", "value": 500, "unit": "人",
             "source_id": "own"},
        ],
        "sources": [{"source_id": "own", "title": "示例县二〇二二年教育统计"}],
    }  # fmt: skip
    folder = publish(
        tmp_path,
        "990101",
        {2022: year, 2023: year | {"sources": [{"source_id": "own", "title": "示例县二〇二三年教育统计"}]}},
    )
    report = open_report(folder, "990101", 2023, "access")
    assert list(report.values(year=2022)["source"]) == ["示例县二〇二二年教育统计"]
    assert list(report.history("migrant_children")["source"]) == [
        "示例县二〇二二年教育统计",
        "示例县二〇二三年教育统计",
    ]
