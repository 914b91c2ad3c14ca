"""Class sizes, school sizes, rooms and teachers held against 教督〔2017〕6号, and what is declared of them."""

import math

import pytest

from gongbao.standards import LocalTargets, Outcome
from gongbao.standards.guarantee import (
    CERTIFIED,
    CLASS_SIZE,
    CLASSES_PER_ART_ROOM,
    SCHOOL_SIZE,
    TRAINING_FUND,
    check_schools,
    class_bands,
    county_rate,
    settle,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
MIN_PUPILS = 50


def limit(indicator, stage, op, value, **more):
    row = {"indicator_id": indicator, "stage": stage, "op": op, "value": value, "statistic": "数值"}
    return row | {"region_code": "*", "valid_from": 2017} | more


# domain.md B1: 班额 45/50; 规模 2000/2000/2500 (special cases 2400/3000); 每12班; 持证100%; 培训5%
LIMITS = [
    limit(CLASS_SIZE, "小学", "<=", 45),
    limit(CLASS_SIZE, "初中", "<=", 50),
    limit(SCHOOL_SIZE, "小学", "<=", 2000, basic_value=2400),
    limit(SCHOOL_SIZE, "初中", "<=", 2000, basic_value=2400),
    limit(SCHOOL_SIZE, "义务教育", "<=", 2500, basic_value=3000),
    limit(CLASSES_PER_ART_ROOM, "义务教育", "<=", 12),
    limit(CERTIFIED, "义务教育", ">=", 100),
    limit(TRAINING_FUND, "义务教育", ">=", 5),
]


@pytest.fixture
def checks(rows_of):
    def run(*schools, limits=LIMITS):
        """`schools`: (type, {stage: numbers})."""
        own = [
            {"school_id": str(i), "stage": kind, "school_name": str(i)} for i, (kind, _) in enumerate(schools)
        ]
        numbers = [
            {"school_id": str(i), "stage": stage} | row
            for i, (_, stages) in enumerate(schools)
            for stage, row in stages.items()
        ]
        targets = LocalTargets(rows_of("targets", limits), "990101", 2023, ())
        found = check_schools(rows_of("schools", own), rows_of("school_year", numbers), targets, MIN_PUPILS)
        return {(c.indicator_id, c.stage): c for c in found}

    return run


def test_a_class_of_46_is_too_large_for_a_primary_school_and_not_for_a_junior_one(checks):
    bands = {"classes": 10, "cls_le45": 8, "cls_46_50": 2, "cls_51_55": 0, "cls_56plus": 0}
    found = checks(("小学", {"小学": bands}), ("初中", {"初中": bands}))
    primary, junior = found[CLASS_SIZE, "小学"], found[CLASS_SIZE, "初中"]
    assert (primary.total, primary.met, primary.outcome) == (10, 8, FAIL)
    assert (junior.total, junior.met, junior.outcome) == (10, 10, PASS)


def test_classes_without_bands_leave_the_result_open(checks):
    full = {"classes": 6, "cls_le45": 6, "cls_46_50": 0}
    found = checks(("小学", {"小学": full}), ("小学", {"小学": {"classes": 4}}))
    check = found[CLASS_SIZE, "小学"]
    assert (check.total, check.met, check.open, check.outcome) == (10, 6, 4, OPEN)


@pytest.mark.parametrize(
    ("pupils", "outcome", "special"), [(2000, PASS, 0), (2001, OPEN, 1), (2400, OPEN, 1), (2401, FAIL, 0)]
)
def test_a_school_above_2000_may_be_a_special_case_up_to_2400(checks, pupils, outcome, special):
    check = checks(("小学", {"小学": {"students": pupils}}))[SCHOOL_SIZE, "小学"]
    assert (check.outcome, check.special) == (outcome, special)


def test_a_school_of_both_stages_may_have_2500_together(checks):
    found = checks(("九年一贯制", {"小学": {"students": 1400}, "初中": {"students": 1100}}))
    assert found[SCHOOL_SIZE, "义务教育"].outcome is PASS
    one_stage_silent = checks(("九年一贯制", {"小学": {"students": 1400}}), ("九年一贯制", {}))
    assert one_stage_silent.get((SCHOOL_SIZE, "义务教育")) is None


@pytest.mark.parametrize(
    ("classes", "rooms", "outcome"), [(12, 1, PASS), (13, 1, FAIL), (13, 2, PASS), (6, 0, FAIL)]
)
def test_every_twelve_classes_have_a_room_for_music_and_one_for_art(checks, classes, rooms, outcome):
    row = {"classes": classes, "music_rooms_ok": rooms, "art_rooms_ok": 9}
    assert checks(("小学", {"小学": row}))[CLASSES_PER_ART_ROOM, "义务教育"].outcome is outcome


def test_rooms_shared_by_the_stages_of_a_school_serve_all_its_classes(checks):
    stages = {
        "小学": {"classes": 12},
        "初中": {"classes": 6},
        "全校": {"music_rooms_ok": 1, "art_rooms_ok": 2},
    }
    check = checks(("九年一贯制", stages))[CLASSES_PER_ART_ROOM, "义务教育"]
    assert (check.met, check.total, check.outcome) == (0, 1, FAIL)  # 18 classes, one music room


def test_one_teacher_without_a_certificate_fails(checks):
    found = checks(
        ("小学", {"小学": {"teachers": 40, "t_cert": 40}}), ("初中", {"初中": {"teachers": 60, "t_cert": 59}})
    )
    check = found[CERTIFIED, "义务教育"]
    assert (check.met, check.total, check.outcome) == (1, 2, FAIL)


def test_training_funds_of_exactly_five_per_cent_are_enough(checks):
    # 0.05 × 340 000 is 17 000; binary noise must not decide
    row = {"public_fund_budget": 340000, "training_fund": 17000}
    assert checks(("小学", {"小学": row}))[TRAINING_FUND, "义务教育"].outcome is PASS
    short = row | {"training_fund": 16999}
    assert checks(("小学", {"小学": short}))[TRAINING_FUND, "义务教育"].outcome is FAIL


def test_kindergartens_senior_schools_and_small_teaching_points_do_not_count(checks):
    large = {"students": 5000, "classes": 100}
    assert (
        checks(("高中", {"高中": large}), ("幼儿园", {"全校": large}), ("教学点", {"小学": {"students": 49}}))
        == {}
    )


def test_a_limit_whose_rule_is_not_confirmed_decides_nothing(checks):
    row = {"teachers": 10, "t_cert": 1}
    unconfirmed = [limit(CERTIFIED, "义务教育", ">=", 100, confirmed=0)]
    assert checks(("小学", {"小学": row}), limits=unconfirmed)[CERTIFIED, "义务教育"].outcome is OPEN


def test_classes_are_counted_by_size_and_unknown_sizes_stay_unknown(rows_of):
    schools = rows_of("schools", [{"school_id": i, "stage": "小学", "school_name": i} for i in "ab"])
    numbers = rows_of(
        "school_year",
        [
            {
                "school_id": "a",
                "stage": "小学",
                "classes": 5,
                "cls_le45": 3,
                "cls_46_50": 1,
                "cls_51_55": 0,
                "cls_56plus": 1,
            },
            {"school_id": "b", "stage": "小学", "classes": 4},
        ],
    )
    (row,) = class_bands(schools, numbers, MIN_PUPILS).to_dict("records")
    assert row == {
        "level": "小学", "cls_le45": 3, "cls_46_50": 1, "cls_51_55": 0, "cls_56plus": 1, "classes": 9, "unknown": 4,
    }  # fmt: skip


def test_a_county_rate_takes_the_rows_that_give_both_numbers(rows_of):
    numbers = rows_of(
        "school_year",
        [
            {"stage": "小学", "teachers": 40, "t_cert": 38},
            {"stage": "初中", "teachers": 60},
            {"stage": "初中", "t_cert": 1},
        ],
    )
    assert county_rate(numbers, "t_cert", "teachers") == (38, 40)
    assert all(math.isnan(part) for part in county_rate(numbers, "training_fund", "public_fund_budget"))


@pytest.mark.parametrize(
    ("declared", "shown", "whole", "outcome", "differs"),
    [
        (PASS, [], False, PASS, False),
        (PASS, [PASS], True, PASS, False),
        (PASS, [FAIL], True, OPEN, True),  # an exemption may hold, or one of the two is wrong
        (FAIL, [PASS], True, FAIL, True),
        (FAIL, [PASS], False, FAIL, False),  # the data cover a part only
        (None, [PASS, PASS], True, PASS, False),
        (None, [PASS], False, OPEN, False),
        (None, [PASS, FAIL], False, FAIL, False),
        (None, [], False, OPEN, False),
        (OPEN, [PASS], True, OPEN, False),  # 基本达到
    ],
)
def test_what_is_declared_beside_what_data_show(declared, shown, whole, outcome, differs):
    assert settle(declared, shown, whole) == (outcome, differs)
