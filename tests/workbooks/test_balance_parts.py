"""优质均衡 as a whole: resources, 政府保障, 教育质量, 社会认可度 and vetoes; 大班额 and 布局 in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from gongbao.standards import Outcome, all_of
from gongbao.workbooks.balance import Balance
from gongbao.workbooks.balance_counts import large_class_steps, layout_sentence
from gongbao.workbooks.report import Report

ROOT = Path(__file__).resolve().parents[2]
Open = Callable[[str, int], Report]


@pytest.fixture(scope="module")
def open_(sample_report: Callable[[str, int, str], Report]) -> Open:
    return lambda region, year: sample_report(region, year, "balance")


def _whole(balance: Balance) -> Outcome:
    return Outcome(next(v for v in balance.verdicts() if v.key == "balance.quality_2017").outcome)


def test_the_whole_is_met_only_when_each_part_is(open_: Open) -> None:
    for region in ("990101", "990102", "990103"):
        balance = open_(region, 2023).balance()
        outcomes = balance.outcomes()
        assert len(outcomes) == 6
        assert _whole(balance) is all_of(outcomes.values())


def test_fifteen_nine_and_seven_items(open_: Open) -> None:
    parts = open_("990102", 2023).balance().parts
    assert parts is not None
    assert [len(p.items) for p in parts.all] == [15, 9, 7]


def test_a_veto_of_which_nothing_is_reported_is_open_and_not_passed(open_: Open) -> None:
    balance = open_("340207", 2023).balance()
    assert balance.parts is not None and not balance.parts.veto
    assert balance.outcomes()["一票否决事项"] is Outcome.UNDETERMINED
    assert balance.outcomes()["社会认可度"] is Outcome.UNDETERMINED


def test_a_rule_without_a_source_decides_nothing(open_: Open) -> None:
    parts = open_("990102", 2023).balance().parts
    assert parts is not None
    items = parts.veto.items
    unconfirmed = items[~items["confirmed"].astype(bool)]
    assert len(unconfirmed) == 3 and (unconfirmed["outcome"] == Outcome.UNDETERMINED).all()
    assert parts.veto.outcome is Outcome.PASS  # the other four are declared and confirmed


def test_before_2017_no_county_is_asked_for_it(open_: Open) -> None:
    balance = open_("340103", 2015).balance()
    assert not balance.held
    assert {v.key.split(".")[1] for v in balance.verdicts()} == {"basic_2012"}


def test_a_part_that_was_not_reported_leaves_the_whole_open(open_: Open) -> None:
    balance = open_("990102", 2023).balance()
    assert balance.parts is not None
    unknown = replace(balance.parts, teaching=replace(balance.parts.teaching, outcome=Outcome.UNDETERMINED))
    failed = replace(unknown, support=replace(balance.parts.support, outcome=Outcome.FAIL))
    met = replace(unknown, support=replace(balance.parts.support, outcome=Outcome.PASS))
    assert _whole(replace(balance, parts=failed)) is Outcome.FAIL
    assert _whole(replace(balance, parts=met)) is Outcome.UNDETERMINED


def test_tongchuan_has_a_quarter_of_its_schools_left(open_: Open) -> None:
    report = open_("610200", 2012)
    (points,) = report.balance().layout(report.history())
    assert list(points["year"]) == [2001, 2012]
    # (1039 − 258) ÷ 1039 = 75.17 %
    assert layout_sentence(points).text == "中小学数由2001年的1039所减少到2012年的258所，减少75.2%。"


def _values(now: float, before: float, gone: float) -> pd.DataFrame:
    nothing = float("nan")
    return pd.DataFrame(
        [
            {"indicator_id": "large_class_count", "value": now, "previous": before},
            {"indicator_id": "large_classes_resolved", "value": gone, "previous": nothing},
        ]
    )


@pytest.mark.parametrize(
    ("now", "before", "gone", "steps"),
    [
        (3, 10, 8, ["10", "−8", "+1", "3"]),
        (2, 10, 8, ["10", "−8", "2"]),
        (1, 10, 8, ["10", "−8", "−1", "1"]),
        (4, 10, float("nan"), ["10", "−6", "4"]),
        (12, 10, 16, ["10", "+2", "12"]),  # more dissolved than there were: it does not fit the other two
    ],
)
def test_large_classes_step_by_step(now: float, before: float, gone: float, steps: list[str]) -> None:
    frame = large_class_steps(_values(now, before, gone))
    assert list(frame["change_shown"]) == steps
    assert (frame["low"] <= frame["high"]).all()


def test_without_last_year_there_is_nothing_to_step_from() -> None:
    assert large_class_steps(_values(3, float("nan"), 8)).empty
