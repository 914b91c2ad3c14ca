"""A county with a new code, and a rate whose scope changed: the report finds the old years and says so."""

from __future__ import annotations

from collections.abc import Callable

from gongbao.workbooks.breaks import scope_breaks
from gongbao.workbooks.report import Report

Open = Callable[[str, int, str], Report]


def test_last_year_is_read_under_the_former_code(sample_report: Open) -> None:
    after = sample_report("990107", 2020, "finance")
    before = sample_report("990117", 2019, "finance").values("general_public_budget")
    now = after.values("general_public_budget")
    assert list(now["previous"]) == list(before["value"])
    assert not now["previous_derived"].any()
    assert after.years() == [2018, 2019, 2020]
    assert (after.region_name, after.code_in(2019)) == ("示例市庚区", "990117")
    assert sorted(set(after.history("general_public_budget")["year"])) == [2017, 2018, 2019, 2020]


def test_the_old_code_knows_nothing_of_the_new_one(sample_report: Open) -> None:
    assert sample_report("990117", 2019, "finance").years() == [2018, 2019]


def test_a_trend_names_the_change_of_code_that_lies_in_it(sample_report: Open) -> None:
    report = sample_report("990107", 2023, "finance")
    history = report.history("general_public_budget")
    assert report.trend_note(history) == "2020年区划代码变更，此前为990117示例县庚"
    assert report.trend_note(history[history["year"] >= 2020]) == ""
    assert report.trend_note(history[history["year"] < 2020]) == ""
    assert report.trend_note(history.iloc[:0]) == ""


def test_a_trend_names_the_year_from_which_the_scope_is_another(sample_report: Open) -> None:
    report = sample_report("990102", 2023, "preschool")
    assert report.trend_note(report.history("preschool_3y_gross_enrolment")) == (
        "2020年起“学前三年毛入园率”注明“在园幼儿含小学附设幼儿班”，"
        "此前注明“在园幼儿不含小学附设幼儿班”，前后不完全可比"
    )
    assert report.trend_note(report.history("satisfaction_rate")) == ""


def test_values_without_a_note_say_nothing_of_their_scope() -> None:
    rows = [
        {"indicator_id": "i", "stage": "小学", "short": "巩固率", "year": year, "note": note}
        for year, note in ((2023, "乙"), (2020, "甲"), (2021, ""), (2022, float("nan")))
    ]
    assert scope_breaks(rows) == ["2023年起“巩固率”注明“乙”，此前注明“甲”，前后不完全可比"]
    assert scope_breaks(rows[1:]) == []
