"""办园行为: how far a round has come and what became of failures; counted by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from gongbao.standards.preschool import followed_up, round_coverage


def evaluations(*rows: tuple[str, int, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["object_id", "year", "step", "date", "grade"])


ROWS = evaluations(
    ("K1", 2019, "市复评", "2019-05-01", "不合格"),
    ("K1", 2020, "复查", "2020-03-01", "不合格"),
    ("K1", 2021, "复查", "2021-03-01", "合格"),
    ("K2", 2021, "市复评", "2021-05-06", "合格"),
    ("K3", 2021, "自评", "2021-04-01", "合格"),
    ("K4", 2021, "市复评", "2021-05-07", "不合格"),
    ("K9", 2021, "市复评", "2021-05-07", "合格"),
)
NOW = ["K1", "K2", "K3", "K4", "K5"]


def test_coverage_counts_todays_kindergartens_that_others_evaluated() -> None:
    one = round_coverage(ROWS, NOW, 2021, 1)
    assert (one.first, one.last, one.evaluated, one.kindergartens) == (2021, 2021, 3, 5)
    assert one.share == 60.0  # K3 only evaluated itself, K9 has closed
    assert round_coverage(ROWS, NOW, 2022, 1).evaluated == 0
    assert round_coverage(ROWS[ROWS["year"] < 2021], NOW, 2021, 3).evaluated == 1


def test_coverage_of_no_kindergarten_is_not_a_number() -> None:
    assert math.isnan(round_coverage(ROWS, [], 2021, 3).share)
    with pytest.raises(ValueError, match="0 years"):
        round_coverage(ROWS, NOW, 2021, 0)


def test_each_failure_is_followed_to_its_next_recheck() -> None:
    found = followed_up(ROWS, {"不合格"})
    rows = [
        (r["object_id"], r["year"], r["recheck_date"], r["recheck_grade"], bool(r["outcome_known"]))
        for _, r in found.iterrows()
    ]
    assert rows == [
        ("K1", 2019, "2020-03-01", "不合格", True),
        ("K1", 2020, "2021-03-01", "合格", True),
        ("K4", 2021, "", "", False),
    ]
