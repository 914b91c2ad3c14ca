import math

import pandas as pd
import pytest

from gongbao.standards.resources import missing_data, resource_units
from gongbao.standards.rules import BASIC, QUALITY

WEIGHTS = {"小学": 1, "初中": 1.1, "高中": 1.32}


def units_of(schools: pd.DataFrame, school_year: pd.DataFrame, minimum: float = 50) -> pd.DataFrame:
    units = resource_units(schools, school_year, weights=WEIGHTS, min_teaching_point_pupils=minimum)
    return units.set_index(["school_id", "level"])


def test_a_nine_year_school_is_two_units_and_shares_its_books(schools, school_year):
    # the official split example: 23226 books, 9711 and 13515 up to the example's own rounding
    units = units_of(
        schools({"A": "九年一贯制"}),
        school_year(
            ("A", "小学", {"students": 166, "teachers": 12}),
            ("A", "初中", {"students": 210, "teachers": 20}),
            ("A", "全校", {"books": 23226}),
        ),
    )
    assert list(units.index) == [("A", "小学"), ("A", "初中")]
    assert list(units["books"]) == pytest.approx([9711, 13515], abs=1)
    assert units["books"].sum() == pytest.approx(23226)
    assert list(units["teachers"]) == [12, 20]  # counted, not shared
    assert units["included"].all()
    assert math.isnan(units.loc[("A", "小学"), "computers"])


def test_teachers_on_the_whole_school_row_are_not_shared_out(schools, school_year):
    units = units_of(
        schools({"A": "九年一贯制"}),
        school_year(
            ("A", "小学", {"students": 100}),
            ("A", "初中", {"students": 100}),
            ("A", "全校", {"teachers": 30, "books": 2100}),
        ),
    )
    assert units["teachers"].isna().all()
    assert list(units["books"]) == [1000, 1100]


def test_a_twelve_year_school_shares_with_its_senior_pupils(schools, school_year):
    units = units_of(
        schools({"A": "十二年一贯制"}),
        school_year(
            ("A", "小学", {"students": 100}),
            ("A", "初中", {"students": 100}),
            ("A", "高中", {"students": 100}),
            ("A", "全校", {"books": 3420}),
        ),
    )
    assert list(units["books"]) == [1000, 1100, 1320]
    assert list(units["included"]) == [True, True, False]
    assert units.loc[("A", "高中"), "excluded_reason"] == "高中段"


def test_without_the_pupils_of_one_stage_nothing_is_shared_out(schools, school_year):
    frame = school_year(("A", "初中", {"students": 100, "teachers": 9}), ("A", "全校", {"books": 2000}))
    units = units_of(schools({"A": "完全中学"}), frame)
    junior = units.loc[("A", "初中")]
    assert math.isnan(junior["books"])
    assert "图书册数" in junior["missing"]
    assert junior["unsplit"] == "高中学生数"
    lacking = missing_data(units.reset_index())
    books = lacking[(lacking["standard"] == BASIC) & (lacking["column"] == "books")].iloc[0]
    assert books["cause"] == "缺高中学生数，全校资源无法分到学段"


def test_resources_given_by_stage_are_used_as_given(schools, school_year):
    units = units_of(
        schools({"A": "九年一贯制"}),
        school_year(
            ("A", "小学", {"students": 100, "books": 500, "computers": 10}),
            ("A", "初中", {"students": 100, "books": 700}),
            ("A", "全校", {"books": 9999, "computers": 50}),
        ),
    )
    assert list(units["books"]) == [500, 700]
    # what remains for the other stage can't be told: the school's total may or may not include it
    assert units.loc[("A", "小学"), "computers"] == 10
    assert math.isnan(units.loc[("A", "初中"), "computers"])


def test_a_school_of_one_stage_may_report_on_the_whole_school_row(schools, school_year):
    units = units_of(
        schools({"A": "小学"}),
        school_year(("A", "全校", {"students": 80, "books": 900}), ("A", "小学", {"books": 800})),
    )
    assert units.loc[("A", "小学"), "students"] == 80
    assert units.loc[("A", "小学"), "books"] == 800


def test_what_does_not_count_says_why(schools, school_year, meeting):
    types = {
        "K": "幼儿园",
        "S": "特教",
        "V": "中职",
        "H": "高中",
        "T": "教学点",
        "P": "教学点",
        "W": "完全中学",
    }
    units = units_of(
        schools(types),
        school_year(
            ("K", "全校", {"students": 90}),
            ("S", "小学", {"students": 40}),
            ("H", "高中", {"students": 900}),
            ("T", "小学", meeting(30)),
            ("P", "小学", meeting(50)),
            ("W", "初中", meeting(0)),
            ("W", "高中", {"students": 500}),
        ),
    )
    reasons = units["excluded_reason"].to_dict()
    assert reasons == {
        ("K", "幼儿园"): "幼儿园",
        ("S", "小学"): "特教",
        ("V", "中职"): "中职",
        ("H", "高中"): "高中段",
        ("T", "小学"): "不足50人的教学点",
        ("P", "小学"): "",
        ("W", "初中"): "本学段无学生",
        ("W", "高中"): "高中段",
    }
    assert list(units.index[units["included"]]) == [("P", "小学")]
    assert (units.loc[~units["included"], "missing"] == "").all()


def test_the_size_of_a_teaching_point_is_a_parameter(schools, school_year, meeting):
    frame = school_year(("T", "小学", meeting(30)))
    assert not units_of(schools({"T": "教学点"}), frame).loc[("T", "小学"), "included"]
    assert units_of(schools({"T": "教学点"}), frame, minimum=30).loc[("T", "小学"), "included"]
    # a primary school as small counts: the exception is for teaching points
    assert units_of(schools({"T": "小学"}), frame).loc[("T", "小学"), "included"]


def test_a_teaching_point_of_unknown_size_stays_in_with_missing_data(schools, school_year):
    unit = units_of(schools({"T": "教学点"}), school_year(("T", "小学", {"teachers": 3}))).loc[("T", "小学")]
    assert unit["included"]
    assert unit["missing"].startswith("学生数、")


def test_a_school_that_reports_nothing_is_not_dropped(schools, school_year):
    types = {"A": "小学", "B": "九年一贯制"}
    # B has a row, but an empty one
    units = units_of(schools(types), school_year(("B", "小学", {})))
    assert list(units.index) == [("A", "小学"), ("B", "小学"), ("B", "初中")]
    assert units["included"].all()
    assert not units["reported"].any()
    assert units["students"].isna().all()
    lacking = missing_data(units.reset_index())
    assert set(lacking.loc[lacking["standard"] == QUALITY, "school_id"]) == {"A", "B"}
    assert not lacking["reported"].any()


def test_missing_is_not_zero(schools, school_year, meeting):
    unit = meeting(100, computers=0)
    del unit["t_backbone"]
    units = units_of(schools({"A": "小学"}), school_year(("A", "小学", unit)))
    assert units.loc[("A", "小学"), "computers"] == 0
    assert math.isnan(units.loc[("A", "小学"), "t_backbone"])
    assert units.loc[("A", "小学"), "missing"] == "县级以上骨干教师数"


def test_names_are_public_only_where_the_school_says_so(schools, school_year):
    table = pd.concat([schools({"A": "小学"}), schools({"B": "小学"}, publish_name=0)])
    table = pd.concat([table, schools({"C": "小学"}, publish_name=math.nan)])
    assert list(units_of(table, school_year())["publish_name"]) == [True, False, False]


def test_no_schools(schools, school_year):
    units = resource_units(schools({}), school_year(), weights=WEIGHTS, min_teaching_point_pupils=50)
    assert units.empty
    assert missing_data(units).empty


def test_rows_that_belong_nowhere_or_twice(schools, school_year, meeting):
    row = ("A", "小学", meeting(100))
    with pytest.raises(ValueError, match="没有这些学校：A"):
        units_of(schools({"B": "小学"}), school_year(row))
    with pytest.raises(ValueError, match="有两行"):
        units_of(schools({"A": "小学"}), school_year(row, row))
