"""A county that was given another code: what the list of regions may say of it, and which code a year has."""

from __future__ import annotations

import math
from typing import Any

import pytest

from gongbao.data.succession import code_changes, code_in, former_codes, submitted_years

ERROR = "error"
Row = dict[str, Any]


def region(code: str, start: float = math.nan, end: float = math.nan, former: Any = math.nan) -> Row:
    return {"region_code": code, "valid_from": start, "valid_to": end, "former_code": former}


TWICE_RENAMED = code_changes(
    [
        region("990111", end=1999),
        region("990112", 2000, 2009, "990111"),
        region("990113", 2010, former="990112"),
        region("990114"),
    ]
)


@pytest.mark.parametrize(
    ("code", "year", "expected"),
    [
        ("990113", 2023, "990113"),
        ("990113", 2010, "990113"),
        ("990113", 2009, "990112"),
        ("990113", 2000, "990112"),
        ("990113", 1999, "990111"),
        ("990112", 2023, "990112"),  # forward is not asked: an old code stays what it was
        ("990114", 1990, "990114"),
        ("990199", 2000, "990199"),
    ],
)
def test_code_of_a_year(code: str, year: int, expected: str) -> None:
    assert code_in(TWICE_RENAMED, code, year) == expected


def test_codes_that_name_each_other_come_to_an_end() -> None:
    circle = code_changes([region("1", 2010, former="2"), region("2", 2005, former="1")])
    assert former_codes(circle, "1") == [(2010, "2")]
    assert code_in(circle, "1", 2007) == "2"


LISTED = {"region_name": "示例县", "level": "县"}
OLD = LISTED | {"region_code": "990102", "valid_to": 2022}


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({}, {}, []),
        ({"valid_to": 2023}, {}, ["former-code-still-valid"]),
        ({"valid_to": None}, {}, ["former-code-still-valid"]),
        ({}, {"valid_from": None}, ["former-code-without-year"]),
        ({}, {"former_code": "990101"}, ["own-former-code"]),
        ({}, {"former_code": "990108"}, ["unknown-reference"]),
    ],
)
def test_a_former_code_ended_before(publication, old: Row, new: Row, expected: list[str]) -> None:
    publication.share(
        regions=[
            OLD | old,
            LISTED | {"region_code": "990101", "valid_from": 2023, "former_code": "990102"} | new,
        ]
    )
    publication.submit()
    found = publication.problems()
    assert [code for _, code, _ in found] == expected
    assert all((severity, cell) == (ERROR, "I3") for severity, _, cell in found), found


def test_a_code_has_one_successor(publication) -> None:
    publication.share(
        regions=[
            OLD,
            LISTED | {"region_code": "990101", "valid_from": 2023, "former_code": "990102"},
            LISTED | {"region_code": "990103", "valid_from": 2023, "former_code": "990102"},
        ]
    )
    publication.submit()
    assert publication.problems() == [(ERROR, "former-code-twice", "I4")]


def test_earlier_years_are_found_and_checked_under_the_former_code(publication) -> None:
    """Last year's 15.16 亿元 under the old code makes 1516000 of this year look like another unit."""
    publication.share(
        regions=[OLD, LISTED | {"region_code": "990101", "valid_from": 2023, "former_code": "990102"}]
    )
    cover = {"region_code": "990102", "year": 2022, "source_id": "S1"}
    publication.submit(name="data/2022/990102.xlsx", cover=cover)
    publication.submit()
    dataset, problems = publication.examine()
    assert [p.code for p in problems if p.severity == ERROR] == []
    assert submitted_years(dataset, "990101", 2023) == [2022, 2023]
    assert submitted_years(dataset, "990101", 2022) == [2022]
    before = [p.code for p in problems]
    publication.submit(lambda book: book["指标数据"].__setitem__("E4", 100000 * book["指标数据"]["E4"].value))
    after = [p.code for p in publication.examine()[1]]
    assert "unit-jump" in after and "unit-jump" not in before
