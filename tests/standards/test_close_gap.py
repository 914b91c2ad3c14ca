import itertools
import math

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gongbao.standards import close_gap, coefficient_gaps, difference_coefficient, evaluate_balance

schools = st.lists(st.tuples(st.integers(20, 2500), st.integers(0, 300)), min_size=2, max_size=25).filter(
    lambda rows: any(x for _, x in rows)
)
limits = st.sampled_from([0.1, 0.45, 0.5])
PUPILS, BOOKS = (45, 37, 89, 76, 55), (279, 137, 935, 160, 402)  # the official worked example


def columns(rows):
    return [p for p, _ in rows], [x for _, x in rows]


def after(plan, pupils, things):
    added = dict(zip(plan.by_school["key"], plan.by_school["added"], strict=True))
    return [x + added.get(i, 0) for i, x in enumerate(things)]


@pytest.mark.parametrize("whole", [True, False])
def test_official_example_is_levelled_up(whole):
    plan = close_gap(PUPILS, BOOKS, 1, 0.50, whole, unit="册")
    assert plan.cv_before == pytest.approx(0.515257, abs=5e-7)
    assert plan.cv_after <= 0.50
    assert plan.unit == "册"
    # 小学4 has by far the fewest books for each pupil (2.1); nobody else is near that floor
    assert list(plan.by_school["key"]) == [3]
    assert plan.total == plan.by_school["added"].sum() > 0
    if whole:
        less = list(BOOKS)
        less[3] += int(plan.total) - 1
        assert difference_coefficient(PUPILS, less).cv > 0.50


def test_without_a_gap_nothing_is_added():
    plan = close_gap(PUPILS, BOOKS, 1, 0.65, True)
    assert (plan.total, plan.at_least, len(plan.by_school)) == (0, 0, 0)
    assert plan.cv_after == plan.cv_before


@given(schools, limits, st.booleans())
@settings(deadline=None, max_examples=60)
def test_a_plan_suffices_and_takes_from_nobody(rows, limit, whole):
    pupils, things = columns(rows)
    plan = close_gap(pupils, things, 100, limit, whole)
    assert difference_coefficient(pupils, after(plan, pupils, things)).cv == plan.cv_after
    if plan.cv_before > limit:
        assert plan.cv_after <= limit
        assert plan.total >= plan.at_least > 0
    assert (plan.by_school["added"] > 0).all()
    if whole:
        assert (plan.by_school["added"] % 1 == 0).all()


def test_whole_things_in_tiny_schools_take_a_higher_floor():
    # one thing more is a whole one for each pupil of the first school, so the others must follow
    pupils, things = [1, 2, 100], [0, 1, 10]
    plan = close_gap(pupils, things, 1, 0.1, whole=True)
    assert plan.cv_after <= 0.1
    assert (plan.by_school["added"] % 1 == 0).all()


@given(schools, limits)
@settings(deadline=None, max_examples=40)
def test_continuous_plans_raise_the_lowest_to_one_floor(rows, limit):
    pupils, things = columns(rows)
    plan = close_gap(pupils, things, 1, limit, whole=False)
    assume(plan.total > 0)
    floor = plan.by_school["value_after"].iloc[0]
    assert list(plan.by_school["value_after"]) == pytest.approx([floor] * len(plan.by_school))
    raised = set(plan.by_school["key"])
    assert all(x / p >= floor * (1 - 1e-12) for i, (p, x) in enumerate(rows) if i not in raised)


@given(schools, limits)
@settings(deadline=None, max_examples=40)
def test_no_single_thing_of_a_whole_plan_can_be_left_out(rows, limit):
    pupils, things = columns(rows)
    plan = close_gap(pupils, things, 1, limit, whole=True)
    full = after(plan, pupils, things)
    for key in plan.by_school["key"]:
        less = [x - (i == key) for i, x in enumerate(full)]
        assert difference_coefficient(pupils, less).cv > limit


@given(
    st.lists(st.tuples(st.integers(20, 60), st.integers(0, 5)), min_size=3, max_size=3).filter(
        lambda rows: any(x for _, x in rows)
    ),
    st.sampled_from([0.3, 0.5]),
)
@settings(deadline=None, max_examples=40)
def test_the_bound_holds_for_every_possible_plan(rows, limit):
    pupils, things = columns(rows)
    plan = close_gap(pupils, things, 1, limit, whole=True)
    assume(0 < plan.total <= 12)
    sufficient = [
        sum(extra)
        for extra in itertools.product(range(int(plan.total) + 1), repeat=3)
        if difference_coefficient(pupils, [x + a for x, a in zip(things, extra, strict=True)]).cv <= limit
    ]
    assert plan.at_least <= min(sufficient) <= plan.total


@given(schools, limits, st.lists(st.floats(0, 1), min_size=25, max_size=25), st.floats(0.9, 1.1))
@settings(deadline=None, max_examples=60)
def test_no_other_continuous_plan_is_cheaper(rows, limit, shape, size):
    pupils, things = columns(rows)
    plan = close_gap(pupils, things, 1, limit, whole=False)
    assume(plan.total > 0)
    # the plan, disturbed at random: some of it given to others
    best = [a - x for a, x in zip(after(plan, pupils, things), things, strict=True)]
    other = [
        a * size * (1 - s / 10) + s * plan.total / 50 for a, s in zip(best, shape[: len(best)], strict=True)
    ]
    reached = difference_coefficient(pupils, [x + a for x, a in zip(things, other, strict=True)]).cv
    assert reached > limit or math.fsum(other) >= plan.total * (1 - 1e-9)


@pytest.mark.parametrize("limit", [0, -1, math.nan])
def test_a_limit_must_be_above_zero(limit):
    with pytest.raises(ValueError, match="limit"):
        close_gap(PUPILS, BOOKS, 1, limit, True)


def test_missing_numbers_have_no_plan():
    with pytest.raises(ValueError, match="missing"):
        close_gap([10, 20], [1, math.nan], 1, 0.5, True)


def test_gaps_of_a_county(targets, schools, school_year, meeting):
    kinds = {"A": "小学", "B": "小学", "J": "初中", "K": "初中", "N": "初中"}
    rows = [
        ("A", "小学", meeting(100, t_backbone=0)),
        ("B", "小学", meeting(300, t_backbone=9)),
        ("J", "初中", meeting(100, equip_value=0)),  # N is missing: no verdict, so no plan
        ("K", "初中", meeting(100)),
    ]
    result = evaluate_balance(schools(kinds), school_year(*rows), targets, region="990101", year=2023)
    (gap,) = coefficient_gaps(result)
    assert (gap.standard, gap.level, gap.indicator_id) == (
        "quality_2017",
        "小学",
        "backbone_teachers_per_100",
    )
    assert gap.cv == pytest.approx(1 / math.sqrt(3))  # 0 for 100 pupils, 3 for each 100 of 300
    # one teacher more: 1 and 3 of 100 pupils, mean 2.5, S √0.75, CV 0.346
    assert (gap.plan.total, gap.plan.unit) == (1, "名")
    assert list(gap.plan.by_school["key"]) == ["A"]
    assert gap.plan.cv_after == pytest.approx(math.sqrt(0.75) / 2.5)
    assert list(gap.plan.by_school["value_after"]) == [1]
