"""Earmarked money from budget to paid; numbers worked out by hand."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from gongbao.standards.funds import fund_flow, fund_totals

NAN = math.nan


def funds(*rows: tuple[str, str, float, float, float, float]) -> pd.DataFrame:
    names = ["programme", "level", "budget", "received", "paid", "beneficiaries"]
    return pd.DataFrame(rows, columns=names).assign(person_times=NAN, qualifier=NAN)


ROWS = funds(
    ("营养改善计划", "县", 80.0, 60.0, 45.0, NAN),
    ("营养改善计划", "中央", 120.5, 120.5, 100.0, 2500.0),
    ("校舍维修", "省", 50.0, 50.0, NAN, NAN),
    ("校舍维修", "县", 30.0, 0.0, 0.0, NAN),
)


def test_rates_and_remainders_of_each_level_from_the_highest_down() -> None:
    flow = fund_flow(ROWS)
    assert list(zip(flow["programme"], flow["level"], strict=True)) == [
        ("营养改善计划", "中央"), ("营养改善计划", "县"), ("校舍维修", "省"), ("校舍维修", "县"),
    ]  # fmt: skip
    county = flow.iloc[1]
    assert (county["arrival_rate"], county["payment_rate"]) == (75.0, 75.0)
    assert (county["not_received"], county["unpaid"]) == (20.0, 15.0)


def test_a_missing_number_stays_missing_and_nothing_is_divided_by_zero() -> None:
    flow = fund_flow(ROWS).set_index(["programme", "level"])
    assert math.isnan(flow.loc[("校舍维修", "省"), "payment_rate"])
    assert math.isnan(flow.loc[("校舍维修", "省"), "unpaid"])
    assert flow.loc[("校舍维修", "县"), "arrival_rate"] == 0.0  # nothing came, which is known
    assert math.isnan(flow.loc[("校舍维修", "县"), "payment_rate"])


def test_a_sum_needs_every_level_and_persons_are_not_added() -> None:
    totals = fund_totals(ROWS).set_index("programme")
    whole = totals.loc["营养改善计划"]
    assert (whole["budget"], whole["received"], whole["paid"]) == (200.5, 180.5, 145.0)
    assert whole["unpaid"] == 35.5
    assert whole["arrival_rate"] == pytest.approx(90.0249, abs=1e-4)  # 180.5 / 200.5
    assert whole["beneficiaries"] == 2500.0 and whole["levels"] == "中央、县"
    assert math.isnan(totals.loc["校舍维修", "paid"])  # the province's part was not reported
    assert totals.loc["校舍维修", "budget"] == 80.0


def test_levels_that_disagree_on_the_persons_give_none() -> None:
    rows = funds(("资助", "省", 1.0, 1.0, 1.0, 10.0), ("资助", "县", 1.0, 1.0, 1.0, 12.0))
    assert math.isnan(fund_totals(rows)["beneficiaries"].iloc[0])


def test_binary_noise_does_not_enter_a_sum() -> None:
    rows = funds(("甲", "省", 0.1, 0.1, 0.1, NAN), ("甲", "县", 0.2, 0.2, 0.2, NAN))
    assert fund_totals(rows)["budget"].iloc[0] == 0.3


def test_no_funds_no_rows() -> None:
    assert fund_flow(ROWS.iloc[:0]).empty and fund_totals(ROWS.iloc[:0]).empty
