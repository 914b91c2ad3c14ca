"""Shares of those who are content: by group, together, and never of a few."""

from fractions import Fraction

import pytest

from gongbao.standards.surveys import MERGED, approval


@pytest.fixture
def survey(rows_of):
    def run(*rows, min_n=10):
        frame = rows_of(
            "surveys", [dict(zip(("group", "valid", "satisfied"), row, strict=True)) for row in rows]
        )
        return approval(frame, min_n)

    return run


def test_the_whole_is_weighted_by_forms_and_exact(survey):
    found = survey(("家长", 200, 168), ("教师", 100, 90))
    assert found.share == Fraction(258 * 100, 300) == 86
    assert list(found.groups["share"]) == [84, 90]


def test_a_share_that_prints_as_85_and_is_below_stays_below(survey):
    assert survey(("家长", 2000, 1699)).share == Fraction(169900, 2000) < 85


def test_small_groups_are_merged(survey):
    found = survey(("家长", 300, 250), ("校长", 6, 6), ("人大代表", 7, 5))
    assert list(found.groups["group"]) == ["家长", MERGED]
    merged = found.groups.set_index("group").loc[MERGED]
    assert (merged["valid"], merged["satisfied"]) == (13, 11)


def test_a_single_small_group_takes_the_smallest_other_with_it(survey):
    found = survey(("家长", 300, 250), ("教师", 40, 39), ("校长", 6, 6))
    assert list(found.groups["group"]) == ["家长", MERGED]
    assert found.groups.set_index("group").loc[MERGED, "valid"] == 46
    assert found.valid == 346


def test_all_too_few(survey):
    found = survey(("校长", 4, 4), ("教师", 3, 3))
    assert found.too_few and list(found.groups["group"]) == [MERGED]


def test_groups_without_numbers_are_silent_and_no_forms_give_no_share(survey):
    found = survey(("家长", None, None), ("教师", 50, None), ("学生", 0, 0))
    assert found.silent == ("家长", "教师", "学生")
    assert found.share is None and found.groups.empty and not found.too_few


def test_more_satisfied_than_answered_is_an_error(survey):
    with pytest.raises(ValueError, match="家长"):
        survey(("家长", 20, 21))
