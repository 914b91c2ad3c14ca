"""Small counts: what is withheld, and that nobody can work it out from what is left."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gongbao.standards.disclosure import (
    Count,
    School,
    Sum,
    group_shown,
    rate_withheld,
    recomputed,
    schools_to_list,
    table_sums,
    withhold,
)


def counts(least: int = 5, **values: float | None) -> list[Count]:
    return [Count(key, value, least) for key, value in values.items()]


def test_a_small_count_without_a_total_is_withheld_alone() -> None:
    assert withhold(counts(a=3, b=4, c=5, d=0, e=None), []) == {"a": "small", "b": "small"}


def test_zero_and_five_are_published() -> None:
    assert withhold(counts(a=0, b=5, total=5), [Sum("total", ("a", "b"))]) == {}


def test_the_smallest_other_part_goes_too_where_the_total_would_give_one_back() -> None:
    hidden = withhold(counts(total=46, a=11, b=14, c=3, d=18), [Sum("total", ("a", "b", "c", "d"))])
    assert hidden == {"c": "small", "a": "derived"}


def test_two_withheld_parts_protect_each_other() -> None:
    # 平昌 2019: 46 people; 3, 2, 4 and 2 are small; 11 of them can be split in many ways
    values = {"total": 46, "a": 11, "b": 14, "c": 3, "d": 10, "e": 2, "f": 4, "g": 2}
    hidden = withhold(counts(**values), [Sum("total", tuple("abcdefg"))])
    assert hidden == dict.fromkeys("cefg", "small")


def test_two_withheld_parts_of_which_each_must_be_one_need_a_third() -> None:
    # 12 - 10 = 2 is 1 + 1 and nothing else
    hidden = withhold(counts(total=12, a=1, b=1, c=10), [Sum("total", ("a", "b", "c"))])
    assert hidden == {"a": "small", "b": "small", "c": "derived"}


def test_a_partner_that_leaves_one_answer_is_not_enough() -> None:
    # with 5 withheld too the two make 6, and a number withheld for another's sake is never below 5
    hidden = withhold(counts(total=16, a=1, b=5, c=10), [Sum("total", ("a", "b", "c"))])
    assert hidden == {"a": "small", "b": "derived", "c": "derived"}


def test_without_another_part_the_total_goes() -> None:
    assert withhold(counts(total=8, a=3, b=5), [Sum("total", ("a", "b"))])["b"] == "derived"
    assert withhold(counts(least=5, total=3, a=3), [Sum("total", ("a",))]) == {"total": "small", "a": "small"}
    hidden = withhold([Count("total", 3), Count("a", 3, 5), Count("b", 0, 5)], [Sum("total", ("a", "b"))])
    assert hidden == {"a": "small", "total": "derived"}


def test_nested_totals_are_followed() -> None:
    # 20 = 8 + 12 and 8 = 3 + 5: whoever hides 3 must hide 5 as well; then 8 may stay
    sums = [Sum("whole", ("part", "other")), Sum("part", ("x", "y"))]
    assert withhold(counts(whole=20, part=8, other=12, x=3, y=5), sums) == {"x": "small", "y": "derived"}
    # the part's own total is small: 12 must hide it, or 20 - 12 tells
    assert withhold(counts(whole=16, part=4, other=12, x=4), [*sums[:1], Sum("part", ("x",))]) == {
        "part": "small", "x": "small", "other": "derived",
    }  # fmt: skip


def test_a_total_that_the_parts_contradict_gives_nothing_back() -> None:
    assert withhold(counts(total=100, a=3, b=20), [Sum("total", ("a", "b"))]) == {"a": "small"}


def test_a_part_that_was_not_reported_protects_the_small_one() -> None:
    sums = [Sum("total", ("a", "b", "c"))]
    assert withhold(counts(total=30, a=3, b=20, c=None), sums) == {"a": "small"}
    # nothing is left for the unreported part when all is accounted for but 1
    assert withhold(counts(total=21, a=1, b=20, c=None), sums) == {"a": "small", "b": "derived"}


def test_crossing_totals_are_solved_as_equations() -> None:
    # rows and columns of a 2 × 2 table: one small cell can only be hidden together with three others
    values = {"r1": 23, "r2": 50, "c1": 33, "c2": 40, "a": 3, "b": 20, "c": 30, "d": 20}
    sums = [Sum("r1", ("a", "b")), Sum("r2", ("c", "d")), Sum("c1", ("a", "c")), Sum("c2", ("b", "d"))]
    hidden = withhold(counts(**values), sums)
    published = {key: float(value) for key, value in values.items() if key not in hidden}
    assert recomputed(counts(**values), sums, published) == []
    assert {"a", "b", "c", "d"} <= set(hidden) or {"r1", "c1"} & set(hidden)
    # with only one partner in its row, the column still tells
    assert recomputed(counts(**values), sums, published | {"c": 30.0, "d": 20.0, "c1": 33.0}) == ["a"]


def test_a_published_table_that_gives_a_count_back_is_found() -> None:
    table = counts(total=46, a=11, b=32, c=3)
    sums = [Sum("total", ("a", "b", "c"))]
    assert recomputed(table, sums, {"total": 46, "a": 11, "b": 32}) == ["c"]
    assert recomputed(table, sums, {"total": 46, "b": 32}) == []


def test_where_a_small_total_itself_tells_its_mark_does_not() -> None:
    # four parts of a number below five are one each; the total may not say that it is below five
    ones = {"a": 1, "b": 1, "c": 1, "d": 1}
    table, sums = counts(**ones, total=4), [Sum("total", tuple(ones))]
    assert withhold(table, sums) == dict.fromkeys(ones, "small") | {"total": "derived"}
    assert recomputed(table, sums, {}) == []
    assert recomputed(table, sums, {"total": 4}) == list(ones)


PARTS = st.lists(st.integers(0, 12), min_size=1, max_size=5)


def _possible(
    hidden: dict[str, str], values: dict[str, int], sums: list[Sum], limit: int
) -> dict[str, set[int]]:
    """By trying all of them: the values that each withheld number can have, for who knows the rules."""
    keys = list(hidden)
    ranges = [range(1, 5) if hidden[k] == "small" else range(5, limit) for k in keys]
    found: dict[str, set[int]] = {key: set() for key in keys}
    for choice in product(*ranges):
        guess = values | dict(zip(keys, choice, strict=True))
        if all(guess[s.total] == sum(guess[p] for p in s.parts) for s in sums):
            for key, value in zip(keys, choice, strict=True):
                found[key].add(value)
    return found


@settings(max_examples=150, deadline=None)
@given(PARTS)
@example([1, 1, 1, 1])
@example([1, 1, 1, 1, 7])
def test_no_small_part_of_a_total_can_be_worked_out(parts: list[int]) -> None:
    values = {f"p{i}": v for i, v in enumerate(parts)} | {"total": sum(parts)}
    sums = [Sum("total", tuple(k for k in values if k != "total"))]
    hidden = withhold(counts(**values), sums)
    if len([r for r in hidden.values() if r == "derived"]) > 3:
        return
    possible = _possible(dict(hidden), values, sums, 30)
    assert all(len(possible[key]) > 1 for key, reason in hidden.items() if reason == "small")
    small = {k for k, v in values.items() if 0 < v < 5}
    assert {k for k, r in hidden.items() if r == "small"} | {"total"} & small == small
    assert small <= set(hidden)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.integers(0, 9), min_size=1, max_size=3), st.lists(st.integers(0, 9), min_size=1, max_size=3)
)
@example([1, 1], [1, 1])
def test_no_small_part_of_nested_totals_can_be_worked_out(first: list[int], second: list[int]) -> None:
    values = {f"a{i}": v for i, v in enumerate(first)} | {f"b{i}": v for i, v in enumerate(second)}
    inner = Sum("inner", tuple(f"a{i}" for i in range(len(first))))
    outer = Sum("outer", ("inner", *(f"b{i}" for i in range(len(second)))))
    values["inner"] = sum(first)
    values["outer"] = values["inner"] + sum(second)
    hidden = withhold(counts(**values), [inner, outer])
    if len([r for r in hidden.values() if r == "derived"]) > 2:
        return
    possible = _possible(dict(hidden), values, [inner, outer], 45)
    assert all(len(possible[key]) > 1 for key, reason in hidden.items() if reason == "small")


@pytest.mark.parametrize(
    ("numerator", "denominator", "least", "withheld"),
    [
        (None, 8, 0, True),  # fewer than ten below
        (None, 10, 0, False),
        (5, 9, 1, False),  # institutions are counted, not persons
        (3, 40, 10, True),  # 7.5 % of 40 is three persons
        (36, 40, 10, False),
        (None, 15, 20, True),  # the indicator asks for more
        (None, None, 10, False),
    ],
)
def test_rates(numerator: float | None, denominator: float | None, least: int, withheld: bool) -> None:
    assert rate_withheld(numerator, denominator, least) is withheld


def test_a_rate_whose_public_base_tells_who_is_missing_is_withheld() -> None:
    assert rate_withheld(37, 40, 10, base_public=True)
    assert not rate_withheld(37, 40, 10)


@pytest.mark.parametrize(("valid", "shown"), [(9, False), (10, True), (None, False), (float("nan"), False)])
def test_groups_of_fewer_than_ten_are_not_shown(valid: float | None, shown: bool) -> None:
    assert group_shown(valid) is shown


def test_schools_that_may_be_named_are_listed() -> None:
    assert schools_to_list([School("a", True, 10), School("b", True, 5)]) == {"a", "b"}
    two_unnamed = [School("a", True, 10), School("b", False, 5), School("c", False, 1)]
    assert schools_to_list(two_unnamed) == {"a"}


def test_one_unnamed_school_takes_the_smallest_listed_one_with_it() -> None:
    schools = [School("a", True, 10), School("b", True, 5), School("c", True, 5), School("d", False, 50)]
    assert schools_to_list(schools) == {"a", "c"}
    assert schools_to_list([School("d", False, 50)]) == set()


def test_sums_are_found_among_indicators_and_stages() -> None:
    keys = [
        ("all", "全部", ""),
        ("all", "小学", ""),
        ("all", "初中", ""),
        ("one", "小学", ""),
        ("two", "小学", ""),
    ]
    found = table_sums(keys, {"one": "all", "two": "all"})
    assert Sum(("all", "小学", ""), (("one", "小学", ""), ("two", "小学", ""))) in found
    assert Sum(("all", "全部", ""), (("all", "小学", ""), ("all", "初中", ""))) in found
