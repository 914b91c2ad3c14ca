import math
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.standards import (
    RULES,
    MissingTargetError,
    Outcome,
    difference_coefficient,
    evaluate_balance,
    school_gaps,
)
from gongbao.standards.school_rule import shortfall

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
QUALITY, BASIC = "quality_2017", "basic_2012"
REGION, YEAR = "990101", 2023


@pytest.fixture
def evaluate(targets, schools, school_year):
    """`evaluate({"A": "小学"}, ("A", "小学", {...}), …)` -> BalanceResult."""

    def run(types, *rows, table=targets):
        return evaluate_balance(schools(types), school_year(*rows), table, region=REGION, year=YEAR)

    return run


def indicator(result, school, name, standard=QUALITY):
    frame = result.indicators
    return frame[
        (frame["standard"] == standard) & (frame["school_id"] == school) & (frame["indicator_id"] == name)
    ].iloc[0]


def coefficient(result, level, name, standard=QUALITY):
    frame = result.coefficients
    return frame[
        (frame["standard"] == standard) & (frame["level"] == level) & (frame["indicator_id"] == name)
    ].iloc[0]


def test_indicators_are_those_of_the_published_tables(published):
    for standard in (QUALITY, BASIC):
        names = set(published.loc[published["standard"] == standard, "indicator"]) - {"composite"}
        assert {rule.indicator_id for rule in RULES[standard]} == names


def test_teaching_area_excludes_indoor_sports_which_count_as_sports(evaluate, meeting):
    row = meeting(100, teach_area=600, indoor_pe_area=200, sports_area=500)
    result = evaluate({"A": "小学"}, ("A", "小学", row))
    assert indicator(result, "A", "per_student_teaching_area")["value"] == 4
    assert indicator(result, "A", "per_student_sports_area")["value"] == 7


def test_a_part_larger_than_its_whole_is_an_error(evaluate, meeting):
    row = meeting(100, teach_area=100, indoor_pe_area=200)
    with pytest.raises(ValueError, match="示例A校小学：室内体育用房面积大于教学及辅助用房面积"):
        evaluate({"A": "小学"}, ("A", "小学", row))


def test_a_threshold_met_exactly_is_met(evaluate, meeting):
    # 21 of 500 is 4.2 for each hundred: no binary noise may turn it into 4.199…
    result = evaluate({"A": "小学"}, ("A", "小学", meeting(500)))
    frame = result.indicators[result.indicators["standard"] == QUALITY]
    assert list(frame["outcome"]) == ["pass"] * 7
    assert list(frame["ratio"]) == [1.0] * 7
    assert list(frame["shortfall"]) == [0.0] * 7
    assert result.schools["outcome"].iloc[0] == "pass"


def test_shortfall_of_whole_and_of_continuous_things(evaluate, meeting):
    row = meeting(50, t_above_edu=0, sports_area=300, indoor_pe_area=25.5)
    result = evaluate({"A": "小学"}, ("A", "小学", row))
    teachers = indicator(result, "A", "above_required_edu_teachers_per_100")
    assert (teachers["shortfall"], teachers["shortfall_unit"]) == (3, "名")  # 4.2 × 50 / 100 = 2.1
    area = indicator(result, "A", "per_student_sports_area")
    assert (area["shortfall"], area["shortfall_unit"]) == (49.5, "平方米")  # 7.5 × 50 − 325.5


@given(
    target=st.decimals("0.1", 50, places=1),
    students=st.integers(1, 5000),
    per=st.sampled_from([1, 100]),
    numerator=st.integers(0, 10**5),
)
def test_shortfall_suffices_and_one_less_does_not(target, students, per, numerator):
    def met(extra):
        return (Fraction(numerator) + extra) * per / students >= Fraction(target)

    lacking = shortfall(float(target), students, per, numerator, whole=True)
    assert lacking.denominator == 1
    assert met(lacking)
    assert not (lacking > 0 and met(lacking - 1))
    continuous = shortfall(float(target), students, per, numerator, whole=False)
    assert met(continuous)
    assert not (continuous > 0 and met(continuous - Fraction(1, 10**9)))


@pytest.mark.parametrize(
    ("changes", "outcome", "counts"),
    [
        ({}, PASS, (7, 0, 0)),
        ({"equip_value": 85 * 2000}, PASS, (6, 1, 0)),  # 85 % of the threshold
        ({"equip_value": 85 * 2000 - 1}, FAIL, (6, 1, 0)),
        ({"equip_value": 95 * 2000, "sports_area": 690}, FAIL, (5, 2, 0)),
        ({"equip_value": math.nan}, OPEN, (6, 0, 1)),
        ({"equip_value": math.nan, "sports_area": 690}, OPEN, (5, 1, 1)),
        ({"equip_value": math.nan, "sports_area": 10}, FAIL, (5, 1, 1)),
        ({"equip_value": math.nan, "sports_area": 690, "t_pe_art": 0.85}, FAIL, (4, 2, 1)),
        ({"students": math.nan}, OPEN, (0, 0, 7)),
    ],
)
def test_school_rule(evaluate, meeting, changes, outcome, counts):
    result = evaluate({"A": "小学"}, ("A", "小学", meeting(100, **changes)))
    school = result.schools.iloc[0]
    assert school["outcome"] == outcome
    assert (school["met"], school["failed"], school["unknown"]) == counts


def test_a_nine_year_school_is_judged_at_each_level(evaluate, meeting):
    # enough for primary thresholds, too little for junior ones
    result = evaluate({"A": "九年一贯制"}, ("A", "小学", meeting(100)), ("A", "初中", meeting(100)))
    assert dict(zip(result.schools["level"], result.schools["outcome"], strict=True)) == {
        "小学": "pass",
        "初中": "fail",
    }


def test_coefficients_of_a_county(evaluate, meeting):
    books = {"A": (45, 279), "B": (37, 137), "C": (89, 935), "D": (76, 160), "E": (55, 402)}
    rows = [(key, "小学", meeting(p, books=x)) for key, (p, x) in books.items()]
    result = evaluate(dict.fromkeys(books, "小学"), *rows)
    found = coefficient(result, "小学", "books_per_student", BASIC)
    assert found["cv"] == pytest.approx(0.515257, abs=5e-7)  # the official worked example
    assert (found["units"], found["units_missing"], found["pupils"]) == (5, 0, 302)
    assert pd.isna(found["limit"])  # 2012 limits the composite only
    assert pd.isna(found["outcome"])
    seven = coefficient(result, "小学", "per_student_equipment_value")
    assert (seven["outcome"], seven["limit"], seven["source_id"]) == ("pass", 0.50, "rule")


def test_values_for_each_hundred_pupils(evaluate, meeting):
    rows = [("A", "小学", meeting(100, t_backbone=1)), ("B", "小学", meeting(300, t_backbone=5))]
    found = coefficient(evaluate({"A": "小学", "B": "小学"}, *rows), "小学", "backbone_teachers_per_100")
    assert found["mean"] == pytest.approx(1.5)
    assert found["std"] == pytest.approx(math.sqrt((0.25 * 0.25) + 0.75 * (5 / 3 - 1.5) ** 2))


def test_an_uneven_county_fails_and_levels_are_judged_apart(evaluate, meeting):
    rows = [
        ("A", "小学", meeting(100)),
        ("B", "小学", meeting(100, equip_value=2_000_000)),
        ("C", "初中", meeting(100, t_above_edu=6, teach_area=800, sports_area=1200, equip_value=250_000,
                            multimedia_rooms=3)),
    ]  # fmt: skip
    result = evaluate({"A": "小学", "B": "小学", "C": "初中"}, *rows)
    failing = result.coefficients[result.coefficients["outcome"] == "fail"]
    assert list(failing["indicator_id"]) == ["per_student_equipment_value"]
    assert (result.schools["outcome"] == "pass").all()
    assert result.outcome(QUALITY, "小学") is FAIL
    assert result.outcome(QUALITY, "初中") is PASS
    assert result.outcome(QUALITY) is FAIL
    # one uneven indicator of eight: 0.8 / 8 is well below 0.65
    assert result.outcome(BASIC) is PASS


def test_composite_is_the_mean_of_the_eight(evaluate, meeting):
    rows = [("A", "小学", meeting(100)), ("B", "小学", meeting(300, books=300, computers=300, teachers=1))]
    result = evaluate({"A": "小学", "B": "小学"}, *rows)
    primary = result.composite_2012[result.composite_2012["level"] == "小学"].iloc[0]
    pairs = {"books": (2000, 300), "computers": (10, 300), "teachers": (6, 1)}
    expected = sum(difference_coefficient([100, 300], pair).cv for pair in pairs.values()) / 8
    assert primary["cv"] == pytest.approx(expected)
    assert (primary["limit"], primary["outcome"]) == (0.65, "pass")


@pytest.mark.parametrize(("pupils", "outcome"), [(16899, PASS), (16901, FAIL)])
def test_composite_limit(evaluate, meeting, pupils, outcome):
    # one school has everything for its P pupils, the other nothing for its Q: each of the eight
    # coefficients is √(Q/P), and 0.65 is Q/P = 0.4225
    nothing = dict.fromkeys(meeting(1), 0.0) | {"students": pupils}
    result = evaluate({"A": "小学", "B": "小学"}, ("A", "小学", meeting(40000)), ("B", "小学", nothing))
    primary = result.composite_2012.iloc[0]
    assert primary["cv"] == pytest.approx(math.sqrt(pupils / 40000))
    assert primary["outcome"] == outcome


def test_a_school_that_reports_nothing_leaves_the_county_open(evaluate, meeting):
    result = evaluate({"A": "小学", "B": "小学"}, ("A", "小学", meeting(100)))
    found = coefficient(result, "小学", "per_student_equipment_value")
    assert (found["units"], found["units_missing"], found["cv"]) == (1, 1, 0)
    assert found["outcome"] == "undetermined"
    assert "1所学校数据缺失" in found["note"]
    assert result.schools.set_index("school_id")["outcome"].to_dict() == {"A": "pass", "B": "undetermined"}
    assert result.outcome(QUALITY, "小学") is OPEN
    assert result.outcome(BASIC, "小学") is OPEN
    assert set(result.missing["school_id"]) == {"B"}


def test_a_school_that_fails_decides_even_while_another_is_missing(evaluate, meeting):
    result = evaluate({"A": "小学", "B": "小学"}, ("A", "小学", meeting(100, equip_value=0, sports_area=0)))
    assert result.outcome(QUALITY, "小学") is FAIL


def test_missing_never_counts_as_zero(evaluate, meeting):
    reporting = [("A", "小学", meeting(100)), ("B", "小学", meeting(200))]
    gap = meeting(300)
    del gap["equip_value"]
    result = evaluate({"A": "小学", "B": "小学", "C": "小学"}, *reporting, ("C", "小学", gap))
    found = coefficient(result, "小学", "per_student_equipment_value")
    assert found["mean"] == 2000
    assert found["cv"] == 0
    row = indicator(result, "C", "per_student_equipment_value")
    assert row["outcome"] == "undetermined"
    assert row[["numerator", "value", "ratio", "shortfall"]].isna().all()


def test_a_small_teaching_point_is_out_of_the_county(evaluate, meeting):
    result = evaluate(
        {"A": "小学", "T": "教学点"}, ("A", "小学", meeting(100)), ("T", "小学", {"students": 30})
    )
    assert list(result.excluded["school_id"]) == ["T"]
    assert coefficient(result, "小学", "per_student_equipment_value")["units"] == 1
    assert list(result.schools["school_id"]) == ["A"]
    assert result.outcome(QUALITY, "小学") is PASS


def test_a_county_without_any_of_a_resource_has_no_coefficient(evaluate, meeting):
    rows = [("A", "小学", meeting(100, t_backbone=0)), ("B", "小学", meeting(100, t_backbone=0))]
    found = coefficient(evaluate({"A": "小学", "B": "小学"}, *rows), "小学", "backbone_teachers_per_100")
    assert math.isnan(found["cv"])
    assert found["outcome"] == "undetermined"
    assert "均为零" in found["note"]


def test_a_level_without_schools_is_not_passed(evaluate, meeting):
    result = evaluate({"A": "小学"}, ("A", "小学", meeting(100)))
    assert result.outcome(QUALITY, "初中") is OPEN
    assert result.outcome(QUALITY) is OPEN
    assert evaluate({}).outcome(BASIC) is OPEN


def test_missing_thresholds_leave_it_open_but_missing_parameters_stop_it(evaluate, meeting, targets):
    def run(without):
        return evaluate(
            {"A": "小学"}, ("A", "小学", meeting(100)), table=targets[targets["indicator_id"] != without]
        )

    assert run("per_student_sports_area").outcome(QUALITY, "小学") is OPEN
    assert run("school_rule_met_2017").outcome(QUALITY, "小学") is OPEN
    assert run("composite_2012").outcome(BASIC, "小学") is OPEN
    for parameter in ("stage_weight", "teaching_point_min_pupils"):
        with pytest.raises(MissingTargetError, match=parameter):
            run(parameter)


def test_a_stricter_place_wins(targets, schools, school_year, meeting, rows_of, target):
    stricter = rows_of("targets", [target("per_student_equipment_value", "小学", 3000, region_code="990000")])
    table = pd.concat([targets, stricter], ignore_index=True)
    frames = schools({"A": "小学"}), school_year(("A", "小学", meeting(100)))
    above = evaluate_balance(*frames, table, region=REGION, year=YEAR, ancestors=("990100", "990000"))
    assert indicator(above, "A", "per_student_equipment_value")["target"] == 3000
    assert above.schools["outcome"].iloc[0] == "fail"
    elsewhere = evaluate_balance(*frames, table, region=REGION, year=YEAR)
    assert elsewhere.schools["outcome"].iloc[0] == "pass"


def test_shortfalls_of_schools_are_summed_by_indicator(evaluate, meeting):
    rows = [
        ("A", "小学", meeting(50, t_above_edu=0)),  # lacks 3
        ("B", "小学", meeting(100, t_above_edu=4, sports_area=600)),  # lacks 1, and 100 m²
        ("C", "小学", {}),
    ]
    gaps = school_gaps(evaluate({"A": "小学", "B": "小学", "C": "小学"}, *rows).indicators)
    gaps = gaps.set_index("indicator_id")
    assert set(gaps.index) == {"above_required_edu_teachers_per_100", "per_student_sports_area"}
    teachers = gaps.loc["above_required_edu_teachers_per_100"]
    assert (teachers["schools"], teachers["shortfall"], teachers["unit"]) == (2, 4, "名")
    assert gaps.loc["per_student_sports_area", "shortfall"] == 100


def test_inputs_are_left_alone(targets, schools, school_year, meeting):
    frames = schools({"A": "小学"}), school_year(("A", "小学", meeting(100))), targets
    copies = [frame.copy() for frame in frames]
    evaluate_balance(*frames, region=REGION, year=YEAR)
    for frame, copy in zip(frames, copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)
