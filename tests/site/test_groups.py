"""Counties in groups: each in one leaf, no page with more than it can hold, by the parent that is named."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongbao.site.groups import OTHER, ROOT, Group, inner, leaf_of, leaves, make_groups


def chain_of(parents: dict[str, str], code: str) -> list[str]:
    chain = [code]
    while (parent := parents.get(chain[-1], "")) and parent not in chain:
        chain.append(parent)
    return chain[1:]


def grouped(counties: list[str], parents: dict[str, str], limit: int) -> Group:
    return make_groups(counties, lambda code: chain_of(parents, code), lambda code: f"地{code}", limit)


@st.composite
def forests(draw: st.DrawFn) -> tuple[list[str], dict[str, str]]:
    """Counties and who is above whom: any number of levels, counties above counties, some with nothing above."""
    codes = draw(st.lists(st.integers(100, 999).map(str), min_size=1, max_size=60, unique=True))
    parents: dict[str, str] = {}
    for i, code in enumerate(codes):
        above = draw(st.one_of(st.none(), st.integers(0, max(0, i - 1))))
        if above is not None and codes[above] != code:
            parents[code] = codes[above]
    counties = draw(st.lists(st.sampled_from(codes), min_size=1, unique=True))
    return counties, parents


@given(forests(), st.integers(2, 7))
@settings(max_examples=300)
def test_every_county_is_in_one_leaf_and_no_page_is_longer_than_it_may_be(
    forest: tuple[list[str], dict[str, str]], limit: int
) -> None:
    counties, parents = forest
    root = grouped(counties, parents, limit)
    listed = [code for leaf in leaves(root) for code in leaf.regions]
    assert sorted(listed) == sorted(counties)
    assert all(len(leaf.regions) <= limit for leaf in leaves(root))
    assert all(2 <= len(group.groups) <= limit for group in inner(root))
    everyone = [*inner(root), *leaves(root)]
    codes = [group.code for group in everyone]
    assert len(codes) == len(set(codes)), "an address for each"
    assert not set(codes) & set(counties), "and none that is a county's own"
    for group in inner(root):
        below = [code for each in group.groups for code in each.regions]
        assert sorted(below) == sorted(group.regions)
        for each in group.groups:
            assert each.above == group.trail
    assert grouped(counties[::-1], parents, limit) == root, "the order of the reports is of no matter"


@given(forests())
def test_few_counties_are_one_group(forest: tuple[list[str], dict[str, str]]) -> None:
    counties, parents = forest
    root = grouped(counties, parents, len(counties) + 1)
    assert root.leaf and root.code == ROOT and root.trail == ()
    assert root.regions == tuple(sorted(counties))


@given(forests(), st.integers(2, 7))
@settings(max_examples=200)
def test_a_named_group_holds_exactly_the_counties_below_it(
    forest: tuple[list[str], dict[str, str]], limit: int
) -> None:
    counties, parents = forest
    for group in [*inner(root := grouped(counties, parents, limit)), *leaves(root)]:
        if group.code.isdigit():
            below = {c for c in counties if group.code in (c, *chain_of(parents, c))}
            assert set(group.regions) == below


def test_a_province_is_divided_into_cities_and_a_small_one_is_not() -> None:
    parents = {"11": "1", "12": "1", "21": "2"}
    counties = []
    for city, many in (("11", 3), ("12", 3), ("21", 4)):
        for n in range(many):
            counties.append(code := f"{city}{n}")
            parents[code] = city
    root = grouped(counties, parents, 5)
    assert [(g.code, g.name, g.leaf, len(g.regions)) for g in root.groups] == [
        ("1", "地1", False, 6),
        ("2", "地2", True, 4),
    ]
    assert [(g.code, g.trail) for g in root.groups[0].groups] == [
        ("11", (("1", "地1"), ("11", "地11"))),
        ("12", (("1", "地1"), ("12", "地12"))),
    ]
    assert leaf_of(root)["210"].name == "地2"


def test_a_region_that_alone_holds_everything_is_passed_through() -> None:
    parents = {"1": "0", **{f"1{i}": "1" for i in range(3)}}
    parents |= {f"1{i}{n}": f"1{i}" for i in range(3) for n in range(2)}
    root = grouped([code for code in parents if len(code) == 3], parents, 3)
    assert root.code == ROOT and root.name == "地1"
    assert [g.code for g in root.groups] == ["10", "11", "12"]


def test_counties_directly_below_a_province_have_a_list_of_their_own() -> None:
    parents = {"11": "1", "12": "1", "2": "", "191": "1", "192": "1", "201": "2"}
    parents |= {f"1{i}{n}": f"1{i}" for i in (1, 2) for n in range(2)}
    counties = [code for code in parents if len(code) == 3]
    province = grouped(counties, parents, 3).groups[0]
    assert [(g.code, g.name) for g in province.groups] == [("11", "地11"), ("12", "地12"), ("1-1", "地1直属")]
    assert province.groups[2].regions == ("191", "192")


def test_too_many_below_one_region_are_listed_by_the_first_and_the_last() -> None:
    counties = [f"1{n:02}" for n in range(10)]
    root = grouped([*counties, "300"], dict.fromkeys(counties, "1") | {"300": "3"}, 4)
    divided = root.groups[0]
    assert [(g.code, g.name, len(g.regions)) for g in divided.groups] == [
        ("1-1", "地100至地102", 3),
        ("1-2", "地103至地105", 3),
        ("1-3", "地106至地109", 4),
    ]


def test_too_many_groups_are_put_into_lists_of_groups() -> None:
    parents = {f"{p}{n}": str(p) for p in range(10, 60) for n in range(2)}
    root = grouped(list(parents), parents, 4)
    assert len(root.groups) <= 4
    assert root.groups[0].name == "地10至地20" and not root.groups[0].leaf
    assert sorted(code for leaf in leaves(root) for code in leaf.regions) == sorted(parents)


def test_samples_stand_after_real_places_and_what_is_below_nothing_known_last() -> None:
    parents = {"991": "99", "992": "99", "111": "11", "112": "11"}
    root = grouped(["991", "992", "111", "112", "500"], parents, 3)
    assert [g.code for g in root.groups] == ["11", "99", OTHER]
    assert root.regions == ("111", "112", "500", "991", "992")


def test_a_county_that_is_above_others_keeps_its_own_address() -> None:
    parents = {"10": "1", **{f"10{n}": "10" for n in range(3)}, **{f"2{n}": "2" for n in range(3)}}
    root = grouped(["10", "100", "101", "102", "20", "21", "22"], parents, 4)
    assert {g.code for g in [*inner(root), *leaves(root)]} >= {"1", "2"}
    divided = grouped(["10", "100", "101", "102", "20", "21", "22"], parents, 3)
    assert "10" not in {g.code for g in [*inner(divided), *leaves(divided)]}
    assert leaf_of(divided)["10"].above


def test_a_page_must_hold_two() -> None:
    with pytest.raises(ValueError):
        grouped(["1"], {}, 1)
