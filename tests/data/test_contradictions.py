"""Values that contradict each other: totals and parts, rates and counts, changes that can be read in two ways."""

from __future__ import annotations

from typing import Any

import pytest

ERROR, WARNING = "error", "warning"
BASE = {"area_id": "access", "direction": "up", "period_type": "年", "publish": "public", "statistics": "",
        "stage": "全部"}  # fmt: skip
INDICATORS = [
    BASE | row
    for row in (
        {"indicator_id": "disabled", "name_zh": "残疾儿童少年数", "unit": "人", "kind": "count"},
        {"indicator_id": "in_class", "name_zh": "随班就读人数", "unit": "人", "kind": "count", "part_of": "disabled"},
        {"indicator_id": "at_home", "name_zh": "送教上门人数", "unit": "人", "kind": "count", "part_of": "disabled"},
        {"indicator_id": "enrolled", "name_zh": "残疾儿童入学数", "unit": "人", "kind": "count"},
        {"indicator_id": "rate", "name_zh": "残疾儿童入学率", "unit": "%", "kind": "rate",
         "numerator": "残疾儿童入学数", "denominator": "残疾儿童少年数"},
        {"indicator_id": "share", "name_zh": "培训经费占比", "unit": "%", "kind": "rate",
         "numerator": "培训经费", "denominator": "公用经费"},
        {"indicator_id": "invested", "name_zh": "投资", "unit": "亿元", "kind": "amount"},
        {"indicator_id": "built", "name_zh": "在建投资", "unit": "万元", "kind": "amount", "part_of": "invested"},
        {"indicator_id": "done", "name_zh": "完工投资", "unit": "万元", "kind": "amount", "part_of": "invested"},
        {"indicator_id": "units", "name_zh": "联系单位", "unit": "个", "kind": "count"},
        {"indicator_id": "towns", "name_zh": "乡镇学区", "unit": "个", "kind": "count", "part_of": "units"},
        {"indicator_id": "county_schools", "name_zh": "县属学校", "unit": "所", "kind": "count", "part_of": "units"},
        {"indicator_id": "passed", "name_zh": "本科以上教师占比", "unit": "%", "kind": "rate"},
        {"indicator_id": "pupils", "name_zh": "学生数", "unit": "人", "kind": "count",
         "stage": "小学；初中；义务教育；全部"},
    )
]  # fmt: skip


def found(publication: Any, *values: dict[str, Any]) -> list[Any]:
    """Problems of values, each {indicator_id: value} with what else the row holds."""
    rows = [{"stage": "全部", **value} for value in values]
    publication.share(indicators=INDICATORS, targets=[])
    publication.submit(indicator_values=rows)
    publication.problems()  # each names its cell
    return publication.examine()[1]


def value(indicator: str, number: Any, **more: Any) -> dict[str, Any]:
    return {"indicator_id": indicator, "value": number, **more}


def codes(problems: list[Any]) -> list[tuple[str, str]]:
    return [(p.severity, p.code) for p in problems]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((472, 122), []),
        ((437, 122), [(WARNING, "parts-sum")]),  # 平昌: 559, which leaves 35 of 594
        ((500, 122), [(WARNING, "parts-sum")]),
        ((437,), []),  # the rest is not reported
        ((600,), [(WARNING, "part-above-whole")]),
    ],
)
def test_parts_beside_their_total(publication, parts, expected) -> None:
    given = [value(code, n) for code, n in zip(("in_class", "at_home"), parts, strict=False)]
    assert codes(found(publication, value("disabled", 594), *given)) == expected


def test_both_numbers_are_shown_and_where_they_stand(publication) -> None:
    (problem,) = found(publication, value("disabled", 594), value("in_class", 437), value("at_home", 122))
    for part in ("594人", "559人", "35人", "“随班就读人数”437人（E5）", "“送教上门人数”122人（E6）"):
        assert part in problem.message
    assert problem.place.cell == "E4"


@pytest.mark.parametrize(
    ("total", "built", "done", "expected"),
    [
        (7.54, 67771, 7637, []),  # 晋江: 67,771 + 7,637 = 75,408 万元, printed 7.54 亿元
        (7.55, 67771, 7637, [(WARNING, "parts-sum")]),
    ],
)
def test_parts_in_another_unit_and_rounded(publication, total, built, done, expected) -> None:
    values = value("invested", total), value("built", built), value("done", done)
    assert codes(found(publication, *values)) == expected


def test_towns_and_schools_are_counted_together(publication) -> None:
    """寿县: 42 个单位 = 25 个乡镇学区 + 17 所县属学校."""
    assert found(publication, value("units", 42), value("towns", 25), value("county_schools", 17)) == []
    problems = found(publication, value("units", 42), value("towns", 25), value("county_schools", 18))
    assert codes(problems) == [(WARNING, "parts-sum")]


def test_a_number_that_is_not_exact_proves_nothing(publication) -> None:
    rough = value("disabled", 590, qualifier="余")
    assert found(publication, rough, value("in_class", 472), value("at_home", 122)) == []


def test_a_part_of_another_period_is_not_compared(publication) -> None:
    values = value("disabled", 594), value("in_class", 700, period="上半年")
    assert codes(found(publication, *values)) == [(WARNING, "scope-differs")]


@pytest.mark.parametrize(
    ("change", "expected"),
    [({"part_of": "nobody"}, "unknown-reference"), ({"part_of": "invested"}, "unit-mismatch"),
     ({"part_of": "in_class"}, "unknown-reference")],
)  # fmt: skip
def test_a_total_must_exist_and_be_of_the_same_kind(publication, change, expected) -> None:
    rows = [row | (change if row["indicator_id"] == "in_class" else {}) for row in INDICATORS]
    publication.share(indicators=rows, targets=[])
    publication.submit(indicator_values=[])
    assert [(s, c) for s, c, _ in publication.problems()] == [(ERROR, expected)]


@pytest.mark.parametrize(
    ("stages", "expected"),
    [
        ({"小学": 300, "初中": 200, "义务教育": 500, "全部": 700}, []),
        ({"小学": 300, "初中": 201, "义务教育": 500}, [(WARNING, "stages-sum")]),
        ({"小学": 300, "初中": 199, "义务教育": 500}, [(WARNING, "stages-sum")]),
        ({"小学": 300, "初中": 200, "全部": 499}, [(WARNING, "stages-sum")]),
        ({"小学": 300, "全部": 700}, []),
    ],
)
def test_counts_by_stage(publication, stages, expected) -> None:
    values = [value("pupils", n, stage=stage) for stage, n in stages.items()]
    assert codes(found(publication, *values)) == expected


@pytest.mark.parametrize(
    ("period", "expected"),
    [("2024年上半年", [(WARNING, "not-in-year")]), ("2023—2024学年", []), ("2021—2023年", []), ("三年一轮", []),
     ("原文未注年份", [])],
)  # fmt: skip
def test_a_period_after_the_year_of_the_form(publication, period, expected) -> None:
    assert codes(found(publication, value("enrolled", 5, period=period))) == expected


@pytest.mark.parametrize(
    ("halves", "expected"),
    [({"上半年": 300}, []), ({"上半年": 501}, [(WARNING, "part-above-whole")]),
     ({"上半年": 300, "下半年": 200}, []), ({"上半年": 300, "下半年": 100}, [(WARNING, "parts-sum")])],
)  # fmt: skip
def test_half_a_year_beside_the_whole(publication, halves, expected) -> None:
    values = [value("enrolled", n, period=period) for period, n in halves.items()]
    assert codes(found(publication, value("enrolled", 500), *values)) == expected


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(96.8, []), (96.63, []), (97, []), (96.75, [(WARNING, "impossible-rate")])],
)
def test_a_rate_that_no_number_of_children_gives(publication, rate, expected) -> None:
    """平昌: 96.75 % of 594 children. 574 are 96.63 %, 575 are 96.80 %."""
    problems = found(publication, value("rate", rate, denominator=594))
    assert codes(problems) == expected
    assert all("574 得 96.63%" in p.message and "575 得 96.80%" in p.message for p in problems)


def test_the_denominator_may_be_an_indicator_of_its_own(publication) -> None:
    problems = found(publication, value("disabled", 594), value("rate", 96.75))
    assert codes(problems) == [(WARNING, "impossible-rate")]
    assert "残疾儿童少年数，E4" in problems[0].message
    assert found(publication, value("disabled", 594, qualifier="约"), value("rate", 96.75)) == []
    assert found(publication, value("disabled", 594, period="上半年"), value("rate", 96.75)) == []


def test_the_numerator_too(publication) -> None:
    values = value("disabled", 594), value("enrolled", 574)
    problems = found(publication, *values, value("rate", 96.8))
    assert codes(problems) == [(WARNING, "ratio-mismatch")]
    assert "分子应为 575" in problems[0].message  # 575 ÷ 594 = 96.80 %
    assert "96.63%" in problems[0].message
    assert found(publication, *values, value("rate", 96.63)) == []


def test_sums_of_money_give_any_rate(publication) -> None:
    assert found(publication, value("share", 5.013, denominator=17)) == []


def test_a_row_of_its_own_names_the_numerator_that_would_fit(publication) -> None:
    (problem,) = found(publication, value("rate", 96.8, numerator=574, denominator=594))
    assert problem.code == "ratio-mismatch"
    assert "分子应为 575" in problem.message


def test_a_change_of_a_rate_is_asked_with_both_readings(publication) -> None:
    """晋江's “76.23%，比增5.47%”: 70.76 % if points, 76.23 / 1.0547 = 72.28 % if per cent."""
    problems = found(publication, value("passed", 76.23), value("passed", 5.47, statistic="增长率"))
    assert codes(problems) == [(ERROR, "ambiguous-change")]
    assert problems[0].place.cell == "E5"
    assert "若是 5.47 个百分点，上年是 70.76%" in problems[0].message
    assert "若是 5.47%，上年是 72.28%" in problems[0].message
    alone = found(publication, value("passed", 5.47, statistic="增长率"))
    assert codes(alone) == [(ERROR, "ambiguous-change")]


@pytest.mark.parametrize("written", ["x", "XX", "**", "x.3%", "１ｘｘ"])
def test_masked_numbers_are_missing_and_hidden_never_zero(publication, written) -> None:
    problems = found(publication, value("pupils", written))
    assert codes(problems) == [(WARNING, "masked")]
    assert "缺失原因" in problems[0].advice
    row = publication.examine()[0].tables["indicator_values"].iloc[0]
    assert (row["value"] != row["value"], row["missing_code"]) == (True, "隐去")


@pytest.mark.parametrize("written", ["超过200", "不足5%", "≥85%", "至少3所", "达100%"])
def test_a_qualifier_nobody_knows_says_what_to_choose(publication, written) -> None:
    problems = found(publication, value("rate", written))
    assert codes(problems) == [(ERROR, "qualifier-in-number")]
    assert "限定词" in problems[0].advice
    assert "以上" in problems[0].advice
