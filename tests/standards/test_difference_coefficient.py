import math
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gongbao.standards import (
    Outcome,
    compare,
    composite_coefficient,
    cv_from,
    difference_coefficient,
    split_shared,
)

HERE = Path(__file__).parent
WEIGHTS = {"小学": 1, "初中": 1.1, "高中": 1.32}
schools = st.lists(st.tuples(st.integers(1, 3000), st.integers(0, 10**6)), min_size=1, max_size=30).filter(
    lambda rows: any(x for _, x in rows)
)


def columns(rows):
    return [p for p, _ in rows], [x for _, x in rows]


def test_official_worked_example():
    # the worked example of 义务教育均衡发展差异系数计算方法: five primary schools and their books
    example = pd.read_csv(HERE / "worked_example_cv.csv")
    spread = difference_coefficient(example["students"], example["books"])
    assert (spread.units, spread.pupils) == (5, 302)
    assert spread.mean == pytest.approx(6.3344, abs=5e-5)
    assert spread.std == pytest.approx(3.26386, abs=5e-6)
    assert spread.cv == pytest.approx(0.515257, abs=5e-7)


def test_published_county_reproduces(published):
    # 鸠江区 2023: published means and standard deviations give the published coefficients
    rows = published[(published["county"] == "芜湖市鸠江区") & published["std_dev"].notna()]
    coefficients = [cv_from(m, s) for m, s in zip(rows["county_mean"], rows["std_dev"], strict=True)]
    assert coefficients == pytest.approx(list(rows["cv"]), abs=1.1e-6)
    assert len(coefficients) == 7
    assert composite_coefficient(coefficients) == pytest.approx(0.367503, abs=1e-6)


def test_a_coefficient_that_prints_as_the_limit_fails(published):
    backbone = published[published["indicator"] == "backbone_teachers_per_100"].iloc[0]
    cv = cv_from(backbone["county_mean"], backbone["std_dev"])
    assert f"{cv:.2f}" == "0.50"
    assert compare(cv, "<=", 0.50) is Outcome.FAIL


@pytest.mark.parametrize(
    ("county", "level", "composite"),
    [
        ("合肥市庐阳区", "小学", 0.592),
        ("合肥市庐阳区", "初中", 0.314),
        ("合肥市蜀山区", "小学", 0.417),
        ("合肥市蜀山区", "初中", 0.493),
    ],
)
def test_published_composites_are_means_of_eight(published, county, level, composite):
    rows = published[(published["county"] == county) & (published["level"] == level)]
    eight = rows[rows["indicator"] != "composite"]
    assert len(eight) == 8
    assert composite_coefficient(eight["cv"]) == pytest.approx(composite, abs=5.1e-4)


def test_composite_with_a_missing_part_is_missing():
    assert math.isnan(composite_coefficient([0.3, math.nan, 0.2]))
    with pytest.raises(ValueError, match="no coefficients"):
        composite_coefficient([])


@given(schools, st.integers(1, 1000), st.integers(1, 50))
@settings(deadline=None)
def test_units_of_measure_do_not_matter(rows, scale, copies):
    pupils, things = columns(rows)
    cv = difference_coefficient(pupils, things).cv
    scaled = difference_coefficient([p * copies for p in pupils], [x * scale for x in things]).cv
    assert scaled == pytest.approx(cv, rel=1e-9, abs=1e-12)


@given(schools)
@settings(deadline=None)
def test_definition_in_exact_arithmetic(rows):
    pupils, things = columns(rows)
    mean = Fraction(sum(things), sum(pupils))
    variance = sum(Fraction(p, sum(pupils)) * (Fraction(x, p) - mean) ** 2 for p, x in rows)
    spread = difference_coefficient(pupils, things)
    assert spread.mean == pytest.approx(float(mean))
    assert spread.cv == pytest.approx(math.sqrt(variance / mean**2), rel=1e-9, abs=1e-12)


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=30), st.integers(1, 1000))
@settings(deadline=None)
def test_equal_ratios_have_no_spread(pupils, ratio):
    assert difference_coefficient(pupils, [p * ratio for p in pupils]).cv == pytest.approx(0, abs=1e-12)


@given(schools)
@settings(deadline=None)
def test_unequal_ratios_have_a_spread(rows):
    assume(len({Fraction(x, p) for p, x in rows}) > 1)
    assert difference_coefficient(*columns(rows)).cv > 1e-9


@given(schools, st.data())
@settings(deadline=None)
def test_a_school_cut_in_two_alike_halves_changes_nothing(rows, data):
    pupils, things = columns(rows)
    i = data.draw(st.integers(0, len(rows) - 1))
    halves = ([*pupils[:i], *pupils[i + 1 :]], [*things[:i], *things[i + 1 :]])
    cut = difference_coefficient(halves[0] + [pupils[i] / 2] * 2, halves[1] + [things[i] / 2] * 2)
    assert cut.cv == pytest.approx(difference_coefficient(pupils, things).cv, rel=1e-9, abs=1e-12)


@pytest.mark.parametrize(
    ("pupils", "things", "message"),
    [
        ([], [], "0 and 0"),
        ([10], [1, 2], "1 and 2"),
        ([10, 0], [1, 2], "without pupils"),
        ([10, 20], [1, -2], "below zero"),
        ([10, math.nan], [1, 2], "missing"),
        ([10, 20], [1, math.nan], "missing"),
        ([10, 20], [0, 0], "no school has any"),
    ],
)
def test_what_has_no_coefficient(pupils, things, message):
    with pytest.raises(ValueError, match=message):
        difference_coefficient(pupils, things)


@pytest.mark.parametrize(("mean", "std"), [(0, 1), (-1, 1), (1, -1), (math.nan, 1), (1, math.nan)])
def test_no_coefficient_from_such_published_numbers(mean, std):
    with pytest.raises(ValueError, match="no coefficient"):
        cv_from(mean, std)


def test_official_split_example():
    # a nine-year school: 166 primary and 210 junior pupils, 23226 books
    example = pd.read_csv(HERE / "worked_example_split.csv").iloc[0]
    pupils = {"小学": example["primary_students"], "初中": example["junior_students"]}
    assert sum(pupils[stage] * WEIGHTS[stage] for stage in pupils) == pytest.approx(
        example["weighted_students"]
    )
    shares = split_shared(example["books_total"], pupils, WEIGHTS)
    assert shares["小学"] == pytest.approx(example["primary_share"], abs=1)
    assert shares["初中"] == pytest.approx(example["junior_share"], abs=1)
    # the example rounds the books of a weighted pupil first and gives the rest to the junior stage
    per_weighted = Fraction(shares["小学"]) / 166
    rounded = math.floor(per_weighted * 10 + Fraction(1, 2)) / 10
    assert rounded == example["per_weighted_student"]
    assert rounded * 166 == example["primary_share"]
    assert example["books_total"] - rounded * 166 == example["junior_share"]


@given(
    st.decimals(0, 10**7, places=2),
    st.lists(st.integers(0, 3000), min_size=3, max_size=3).filter(any),
)
def test_shares_add_up_and_are_equal_for_each_weighted_pupil(total, counts):
    pupils = dict(zip(WEIGHTS, counts, strict=True))
    shares = split_shared(float(total), pupils, WEIGHTS)
    assert sum(shares.values()) == pytest.approx(float(total), rel=1e-12, abs=1e-9)
    for_each = [shares[s] / (pupils[s] * WEIGHTS[s]) for s in pupils if pupils[s]]
    assert for_each == pytest.approx([for_each[0]] * len(for_each), rel=1e-12, abs=1e-12)
    assert all(shares[s] == 0 for s in pupils if not pupils[s])


@pytest.mark.parametrize(
    ("total", "pupils", "message"),
    [
        (100, {"小学": 0, "初中": 0}, "no pupils"),
        (100, {"小学": math.nan, "初中": 5}, "finite"),
        (math.nan, {"小学": 5}, "finite"),
        (-1, {"小学": 5}, "below zero"),
        (100, {"小学": -5, "初中": 10}, "below zero"),
        (100, {"幼儿园": 5}, "no weight"),
    ],
)
def test_what_cannot_be_shared_out(total, pupils, message):
    with pytest.raises(ValueError, match=message):
        split_shared(total, pupils, WEIGHTS)
