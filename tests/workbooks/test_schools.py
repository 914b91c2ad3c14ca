"""学校督导评估 of real places (data/reported_facts.csv) and of the sample counties."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gongbao.workbooks.report import Report
from gongbao.workbooks.schools import Schools, _told_apart

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str, int], Report]


@pytest.fixture(scope="module")
def open_(sample_report: Callable[[str, int, str], Report]) -> Open:
    return lambda region, year: sample_report(region, year, "schools")


def test_tongchuan_graded_272_schools_in_a_round(open_: Open) -> None:
    schools = open_("610200", 2012).schools()
    parts = dict(schools.wholes())["接受督导评估学校数"]
    assert dict(zip(parts["item"], parts["value"], strict=True)) == {"优秀": 78, "良好": 112, "合格": 82}
    assert not parts["rest"].any()  # 78 + 112 + 82 = 272
    assert list(schools.pyramid()["value"]) == [5, 12, 35]


def test_yongshun_and_ningxiang_count_qualified_schools(open_: Open) -> None:
    assert list(open_("433127", 2012).schools().progress()["value"]) == [14, 11]
    ningxiang = open_("430124", 2010).schools()
    assert list(ningxiang.progress()["value"]) == [20, 13, 4]
    recheck = dict(ningxiang.wholes())["接受第一轮视导的学校和幼儿园数"]
    # the source says 11 and lists 1 + 2 + 2 + 2 + 3
    assert dict(zip(recheck["item"], recheck["value"], strict=True))["未说明"] == 1


def _listed(schools: Schools) -> set[str]:
    return set(schools.listed()["school"])


def test_schools_are_listed_by_grade_and_only_where_they_may_be_named(open_: Open) -> None:
    for region in ("990101", "990103"):
        report = open_(region, 2023)
        schools, register = report.schools(), report.read("schools")
        secret = set(register.loc[register["publish_name"] != 1, "school_name"])
        own = report.read("evaluations")
        evaluated = set(own.loc[own["object_type"] == "学校", "object_id"])
        assert evaluated and not _listed(schools) & secret
        assert len(_listed(schools)) + schools.unnamed() == len(evaluated)
        assert not {"total", "score", "object_id", "school_id"} & set(schools.listed().columns)


def test_the_list_follows_the_register_and_no_grade(open_: Open) -> None:
    report = open_("990101", 2023)
    listed = report.schools().listed()
    order = list(report.read("schools")["school_name"])
    for _, rows in listed.groupby("framework"):
        places = [order.index(name) for name in rows["school"]]
        assert places == sorted(places)


def test_a_round_of_three_years_counts_each_school_once(open_: Open) -> None:
    report = open_("990101", 2023)
    seen: set[str] = set()
    for year in (2021, 2022, 2023):
        own = report.read("evaluations", year=year)
        seen |= set(own.loc[own["framework_id"] == "project_316", "object_id"])
    register = report.read("schools")
    codes = set(register.loc[register["stage"] != "幼儿园", "school_id"])
    row = report.schools().rounds().set_index("framework_id").loc["project_316"]
    assert (row["covered"], row["schools"]) == (len(seen & codes), len(codes))
    grades = report.schools().grades()
    assert grades.loc[grades["framework_id"] == "project_316", "count"].sum() == len(seen)


def test_a_framework_without_a_round_has_no_coverage(open_: Open) -> None:
    rounds = open_("990101", 2023).schools().rounds().set_index("framework_id")
    others = rounds[rounds.index != "project_316"]
    assert len(others) and (others["share_shown"] == "—").all()


def test_names_are_told_apart_by_where_they_differ() -> None:
    assert _told_apart(["督导评估优秀等级学校数", "督导评估合格等级学校数"]) == ["优秀", "合格"]
    assert _told_apart(["小学", "初中"]) == ["小学", "初中"]
    assert _told_apart(["甲校数", "乙校数"]) == ["甲校数", "乙校数"]  # one character says too little
