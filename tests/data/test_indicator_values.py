"""指标数据: units, percentages, qualifiers, missing codes and numbers that look wrong."""

from __future__ import annotations

import math

import pytest

ERROR, WARNING = "error", "warning"


def _one(publication, **row):
    defaults = {"indicator_id": "spend", "stage": "全部"}
    publication.submit(indicator_values=[{**defaults, **row}])
    dataset, problems = publication.examine()
    values = dataset.tables["indicator_values"]
    return (values.iloc[0] if len(values) else None), publication.shown(problems)


@pytest.mark.parametrize(
    ("indicator", "stage", "value", "unit", "result"),
    [
        ("spend", "全部", 19415, "万元", 1.9415),
        ("spend", "全部", 1516000000, "元", 15.16),
        ("area", "全部", 7.371923, "万㎡", 73719.23),
        ("people", "全部", 1.12, "万人", 11200.0),
        ("rate", "小学", "85.8%", "%", 85.8),
        ("rate", "小学", "85.8％", None, 85.8),
        ("rate", "小学", 85.8, None, 85.8),
        ("spend", "全部", 0, "亿元", 0.0),
    ],
)
def test_converted_to_the_unit_of_the_indicator(publication, indicator, stage, value, unit, result) -> None:
    row, problems = _one(publication, indicator_id=indicator, stage=stage, value=value, unit=unit)
    assert problems == []
    assert row["value"] == result
    assert row["unit"] in ("亿元", "平方米", "人", "%")


@pytest.mark.parametrize(
    ("indicator", "stage", "value", "unit", "result", "qualifier", "codes"),
    [
        ("spend", "全部", "近2亿", "亿元", 2.0, "近", ["qualifier-in-number"]),
        ("spend", "全部", "近2亿", "万元", 2.0, "近", ["qualifier-in-number"]),
        ("people", "全部", "近2万人", None, 20000.0, "近", ["qualifier-in-number", "cleaned"]),
        ("rate", "小学", "约3%", "%", 3.0, "约", ["qualifier-in-number"]),
        ("rate", "小学", "3%左右", "%", 3.0, "左右", ["qualifier-in-number"]),
        ("rate", "小学", "80.3%以上", "%", 80.3, "以上", ["qualifier-in-number"]),
        ("checks", "全部", "10余次", "次", 10.0, "余", ["qualifier-in-number"]),
        ("checks", "全部", "1200余", None, 1200.0, "余", ["qualifier-in-number"]),
        ("people", "全部", "1,234人", None, 1234.0, None, ["cleaned"]),
        ("spend", "全部", "19415万元", None, 1.9415, None, ["cleaned"]),
    ],
)
def test_qualifiers_and_units_in_the_number(
    publication, indicator, stage, value, unit, result, qualifier, codes
) -> None:
    row, problems = _one(publication, indicator_id=indicator, stage=stage, value=value, unit=unit)
    assert row["value"] == result
    assert row["qualifier"] == qualifier or (qualifier is None and math.isnan(row["qualifier"]))
    assert [code for _, code, _ in problems] == codes
    assert {(severity, cell) for severity, _, cell in problems} == {(WARNING, "E4")}


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("x", "隐去"),
        ("XX", "隐去"),
        ("**", "隐去"),
        ("x.3%", "隐去"),
        ("—", "未报"),
        ("…", "未报"),
        ("/", "未报"),
    ],
)
def test_masked_values_are_missing(publication, value, word) -> None:
    row, problems = _one(publication, value=value)
    assert problems == [(WARNING, "masked", "E4")]
    assert math.isnan(row["value"])
    assert row["missing_code"] == word


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"value": 3, "unit": "人"}, (ERROR, "unit-mismatch", "F4")),
        ({"value": "3人"}, (ERROR, "unit-mismatch", "E4")),
        ({"value": "3%"}, (ERROR, "percent-in-number", "E4")),
        ({"value": 3, "missing_code": "未报"}, (ERROR, "value-and-missing", "J4")),
        ({"stage": "小学", "value": 3}, (ERROR, "stage-not-applicable", "B4")),
        ({"statistic": "标准差", "value": 3}, (ERROR, "statistic-not-applicable", "C4")),
        ({"value": "约3", "qualifier": "以上"}, (ERROR, "qualifier-conflict", "E4")),
        ({"value": "比增5.47%"}, (ERROR, "ambiguous-change", "E4")),
        ({"indicator_id": "rate", "stage": "小学", "value": 0.858}, (WARNING, "maybe-percent", "E4")),
        ({"value": "#N/A"}, (ERROR, "formula-error", "E4")),
    ],
)
def test_problem_at_the_cell(publication, row, expected) -> None:
    problems = _one(publication, **row)[1]
    assert expected in problems
    assert {severity for severity, _, _ in problems if severity == ERROR} == ({ERROR} & {expected[0]})


def test_not_filled_in_and_not_available(publication) -> None:
    row, problems = _one(publication, unit="亿元")
    assert (row, problems) == (None, [])
    row, problems = _one(publication, missing_code="不适用")
    assert problems == []
    assert math.isnan(row["value"])
    assert row["missing_code"] == "不适用"


def test_other_statistics_have_their_own_units(publication) -> None:
    row, problems = _one(publication, statistic="增长率", value=5.59, unit="%")
    assert (row["value"], row["unit"], problems) == (5.59, "%", [])
    row, problems = _one(publication, statistic="增长率", value=0.59, unit="亿元")
    assert (row["value"], row["unit"], problems) == (0.59, "%", [])
    row, problems = _one(publication, statistic="差异系数", value=0.501787)
    assert (row["value"], problems) == (0.501787, [])
    assert math.isnan(row["unit"])


@pytest.mark.parametrize(
    ("value", "part", "whole", "code"),
    [
        (96.75, 575, 594, "ratio-mismatch"),  # 平昌 2019: neither 574 nor 575 of 594 gives 96.75
        (96.75, 574, 594, "ratio-mismatch"),
        (96.80, 575, 594, None),
        (96.63, 574, 594, None),
        (96.6, 574, 594, None),  # compared at the precision it is written with
        (97, 574, 594, None),
        (96, 574, 594, "ratio-mismatch"),
        (None, 574, 594, "value-empty"),
        (96.63, 574, 0, "zero-denominator"),
        ("约96%", 574, 594, "qualifier-in-number"),
    ],
)
def test_numerator_and_denominator(publication, value, part, whole, code) -> None:
    row = {"indicator_id": "rate", "stage": "小学", "value": value, "numerator": part, "denominator": whole}
    kept, problems = _one(publication, **row)
    assert [c for _, c, _ in problems] == ([code] if code else [])
    assert math.isnan(kept["value"]) == (value is None)


def test_computed_value_is_told(publication) -> None:
    publication.submit(
        indicator_values=[{"indicator_id": "rate", "stage": "小学", "numerator": 575, "denominator": 594}]
    )
    assert "96.8%" in publication.examine()[1][0].message


@pytest.mark.parametrize(
    ("before", "now", "warned"),
    [
        (15.16, 15.9, False),
        (1.516, 15.9, True),
        (15.16, 0.159, True),
        (1516, 0.1516, True),
        (1.5, 4.5, False),
    ],
)
def test_jump_against_last_year(publication, before, now, warned) -> None:
    for year, value in ((2022, before), (2023, now)):
        cover = {"region_code": "990101", "year": year, "source_id": "S1"}
        rows = [{"indicator_id": "spend", "stage": "全部", "value": value}]
        publication.submit(name=f"data/{year}/990101.xlsx", cover=cover, indicator_values=rows)
    assert publication.problems() == ([(WARNING, "unit-jump", "E4")] if warned else [])


def test_duplicate_with_an_unwritten_statistic(publication) -> None:
    rows = [{"indicator_id": "spend", "stage": "全部", "value": 1, "statistic": s} for s in ("数值", None)]
    publication.submit(indicator_values=rows)
    assert publication.problems() == [(ERROR, "duplicate-key", "A5")]
