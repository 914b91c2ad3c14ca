"""教师队伍与培训 of real places (data/reported_facts.csv) and of the sample counties."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pytest

from gongbao.workbooks.report import Report
from gongbao.workbooks.teachers import Rate, Teachers

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str, int], Teachers]


@pytest.fixture(scope="module")
def open_(sample_report: Callable[[str, int, str], Report]) -> Open:
    return lambda region, year: sample_report(region, year, "teachers").teachers()


def test_pingchang_recruited_473_teachers_by_five_channels(open_: Open) -> None:
    teachers = open_("511923", 2019)
    assert sorted(teachers.channels()["value"]) == [6, 41, 69, 128, 229]
    assert str(teachers.recruited()) == "473人"  # 229 + 41 + 128 + 69 + 6
    assert list(teachers.channel_bars()["value"]) == [229, 128, 69, 41, 6]
    sentence = teachers.recruitment_sentence()
    assert sentence is not None and sentence.text.startswith(
        "共招聘教师473人：面向社会公开考试招聘教师229人、特岗教师128人"
    )


def test_zitong_trained_a_team_of_seventy(open_: Open) -> None:
    teachers = open_("510725", 2020)
    parts = dict(teachers.wholes())["本地教师培训团队人数"]
    assert list(parts["value"]) == [20, 20, 10, 10, 10] and not parts["rest"].any()
    (national,) = teachers.programmes().to_dict("records")
    assert (national["sessions"], national["person_times_shown"]) == (
        82,
        "7000余",
    )  # 40 + 42; 3500余 + 3500余
    assert "人次只含3项中的2项" in national["remark"]


def test_no_total_where_it_would_tell_a_withheld_channel(open_: Open) -> None:
    teachers = open_("990103", 2023)
    assert "<5" in set(teachers.channels()["value_shown"])
    assert teachers.recruited() is None
    sentence = teachers.recruitment_sentence()
    assert sentence is not None and "共招聘" not in sentence.text


def test_conduct_cases_of_a_few_persons_are_not_counted_out(open_: Open) -> None:
    conduct = open_("990103", 2023).staff("师德处理")
    assert "正在核实的线索" not in set(conduct["kind"])  # 可公开=否
    assert all(math.isnan(v) or v == 0 or v >= 5 for v in conduct["value"])


def test_rates_from_school_data_are_judged_by_the_rule(open_: Open) -> None:
    teachers = open_("990103", 2023)
    rates = teachers.rate_table().set_index("indicator_id")
    fund = rates.loc["training_fund_share"]
    assert fund["rate"] == pytest.approx(100 * fund["part"] / fund["whole"])
    outcomes = {v.indicator_id: v.outcome for v in teachers.verdicts()}
    assert outcomes["training_fund_share"] == ("pass" if fund["rate"] >= 5 else "fail")


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [
        (3608, 3611, "99%以上"),  # three teachers without: the exact rate would tell them
        (3600, 3611, "99.70%"),  # 99.6954
        (3611, 3611, "100.00%"),
        (3, 3611, "0%以上"),
    ],
)
def test_a_rate_that_tells_a_few_persons_is_printed_in_whole_per_cent(
    part: int, whole: int, shown: str
) -> None:
    assert Rate("certified_teacher_rate", "持证率", "持证教师", "专任教师", part, whole).shown() == shown


def test_an_amount_of_money_tells_no_persons() -> None:
    rate = Rate("training_fund_share", "培训经费", "培训经费", "公用经费", 3, 60, persons=False)
    assert rate.shown() == "5.00%" and not rate.withheld


def test_every_place_says_something_in_words(open_: Open) -> None:
    for region, year in (("511923", 2019), ("510725", 2020), ("350582", 2015), ("990101", 2023)):
        teachers = open_(region, year)
        assert teachers and teachers.summary() and 1 <= len(teachers.facts()) <= 8
