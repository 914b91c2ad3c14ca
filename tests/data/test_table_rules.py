"""Rules within a table and between tables, each at its cell."""

from __future__ import annotations

import pytest

ERROR, WARNING = "error", "warning"
SCHOOL = {"school_id": "001", "stage": "小学"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"J4": 7}, [(ERROR, "part-above-whole", "J4")]),  # 高于规定学历 7 of 6 teachers
        ({"N4": 7}, [(ERROR, "part-above-whole", "N4")]),
        ({"L4": 7}, []),  # a school below 100 pupils may count visiting PE and art teachers
        ({"L4": 7, "C4": 400}, [(ERROR, "part-above-whole", "L4")]),
        ({"P4": 451}, [(ERROR, "part-above-whole", "P4")]),
        ({"X4": 91}, [(ERROR, "part-above-whole", "X4")]),
        ({"Y4": 1000, "Z4": 1000}, []),
        ({"Y4": 1000, "Z4": 1000.01}, [(ERROR, "part-above-whole", "Z4")]),
        ({"F4": 1}, [(ERROR, "bands-sum", "D4")]),
        ({"F4": None}, []),  # unknown is not zero
        ({"C4": -1, "R5": -0.5}, [(ERROR, "negative", "C4"), (ERROR, "negative", "R5")]),
        ({"A6": "001", "B6": "小学"}, [(ERROR, "duplicate-key", "A6")]),
        ({"A5": "003"}, [(ERROR, "unknown-reference", "A5")]),
        ({"B4": "初中"}, [(ERROR, "stage-not-of-school", "B4")]),
        ({"B4": "全校"}, [(ERROR, "stage-not-of-school", "B4")]),
        ({"B6": "高中"}, [(ERROR, "stage-not-of-school", "B6")]),
        ({"U5": 100}, [(ERROR, "counted-twice", "U5")]),
    ],
)
def test_school_year(publication, cells, expected) -> None:
    from gongbao.data.grids import column_letter
    from gongbao.data.schema import TABLES

    labels = [c.label for c in TABLES["school_year"].columns if not c.implied]
    letters = {label: column_letter(index) for index, label in enumerate(labels)}
    by_test = dict(zip("ABCDFJLNPRUXYZ", (
        "学校标识码", "学段", "学生数", "班级数", "46至50人班数", "高于规定学历教师数", "体育艺术专任教师数",
        "持证教师数", "室内体育用房面积", "教学仪器设备值", "图书册数", "随迁子女数", "公用经费预算", "教师培训经费",
    ), strict=True))  # fmt: skip

    def moved(cell: str) -> str:
        return letters[by_test[cell[0]]] + cell[1:]

    _, problems = publication.changed("学校年度", {moved(c): v for c, v in cells.items()})
    assert problems == [(severity, code, moved(cell)) for severity, code, cell in expected]


def test_duplicate_names_both_places(publication) -> None:
    publication.submit(
        lambda book: [book["学校年度"].__setitem__(c, v) for c, v in (("A6", "001"), ("B6", "小学"))]
    )
    problem = publication.examine()[1][0]
    assert str(problem.place) == "data/2023/990101.xlsx 工作表“学校年度” 单元格 A6"
    assert "data/2023/990101.xlsx 工作表“学校年度” 单元格 A4" in problem.message


def test_two_counties_may_use_the_same_school_code(publication) -> None:
    publication.share(
        regions=[{"region_code": c, "region_name": c, "level": "县"} for c in ("990101", "990103")]
    )
    publication.submit()
    other = {"region_code": "990103", "year": 2023, "source_id": "S1"}
    publication.submit(name="data/2023/990103.xlsx", cover=other, evaluations=[], eval_scores=[])
    assert publication.problems() == []


def test_school_that_did_not_report(publication) -> None:
    publication.submit(school_year=[{**SCHOOL, "students": 90}])
    assert publication.problems() == [(WARNING, "not-reported", "A5")]


def test_kindergarten_need_not_report(publication) -> None:
    school = {"school_name": "示例园", "ownership": "民办", "publish_name": "否"}
    publication.submit(schools=[{"school_id": "K", "stage": "幼儿园", **school}], school_year=[])
    assert publication.problems() == []


@pytest.mark.parametrize(
    ("sheet", "cells", "expected"),
    [
        ("评价", {"H4": None, "G4": 97}, [(ERROR, "total-differs", "G4")]),
        ("评价", {"B4": "G"}, [(ERROR, "unknown-reference", "B4")]),
        ("评价", {"D4": "990100"}, [(ERROR, "unknown-reference", "D4")]),
        ("评价", {"C4": "学校", "D4": "001"}, []),
        ("评价", {"C4": "学校", "D4": "009"}, [(ERROR, "unknown-reference", "D4")]),
        ("评价得分", {"A4": "E9"}, [(ERROR, "unknown-reference", "A4")]),
        ("评价得分", {"B4": "A9"}, [(ERROR, "unknown-reference", "B4")]),
        ("评价得分", {"E4": 2}, [(ERROR, "deduction-differs", "E4")]),
        ("评价得分", {"F4": None}, [(WARNING, "no-reason", "F4")]),
        ("评价得分", {"E4": None, "F4": None}, [(WARNING, "no-reason", "F4")]),
        ("评价得分", {"D4": "全部达到"}, [(WARNING, "status-differs", "D4")]),
        ("评价得分", {"B5": "A1"}, [(ERROR, "deduction-differs", "E5"), (ERROR, "duplicate-key", "A5")]),
        (
            "评价得分",
            {"C4": None, "E4": None, "F4": None},
            [],
        ),  # a listed item nobody scored; no total to check
        ("封面", {"B5": "S9"}, [(ERROR, "unknown-reference", "B5")]),
        ("指标数据", {"K4": "S9"}, [(ERROR, "unknown-reference", "K4")]),
        ("指标数据", {"A4": "spent"}, [(ERROR, "unknown-reference", "A4")]),
    ],
)
def test_references_and_scores(publication, sheet, cells, expected) -> None:
    _, problems = publication.changed(sheet, cells)
    assert sorted(problems) == expected


def test_score_above_full(publication) -> None:
    _, problems = publication.changed("评价得分", {"C4": 61, "E4": None, "C5": 37, "E5": 3})
    assert problems == [(ERROR, "score-above-full", "C4")]


def test_unknown_indicator_names_the_closest(publication) -> None:
    publication.submit(lambda book: book["指标数据"].__setitem__("A4", "spent"))
    assert "是不是“spend”" in publication.examine()[1][0].message


def test_region_that_is_not_valid_in_that_year(publication) -> None:
    cover = {"region_code": "990102", "year": 2023, "source_id": "S1"}
    publication.submit(name="data/2023/990102.xlsx", cover=cover)
    assert publication.problems() == [(ERROR, "region-not-valid", "B2")]


def test_unknown_region(publication) -> None:
    cover = {"region_code": "990109", "year": 2023, "source_id": "S1"}
    publication.submit(name="data/2023/990109.xlsx", cover=cover)
    assert publication.problems() == [(ERROR, "unknown-reference", "B2")]


def test_no_source(publication) -> None:
    publication.submit(cover={"region_code": "990101", "year": 2023})
    assert publication.problems() == [
        (ERROR, "no-source", "AA4"), (ERROR, "no-source", "K4"), (ERROR, "no-source", "I4"),
    ]  # fmt: skip


def test_own_source_with_a_number_of_the_publication(publication) -> None:
    publication.submit(sources=[{"source_id": "S1", "title": "又一份"}])
    assert publication.problems() == [(ERROR, "duplicate-key", "A4")]


def test_targets_and_frameworks(publication) -> None:
    target, items = publication.shared["targets"][0], publication.shared["framework_items"]
    publication.share(
        targets=[target | {"region_code": "999999"}],
        framework_items=[*items[:2], items[2] | {"full_score": 30}],
    )
    assert sorted(publication.problems()) == [
        (ERROR, "unknown-reference", "C2"), (WARNING, "full-score-sum", "G2"),
    ]  # fmt: skip
    publication.share(framework_items=[*items[:2], items[2] | {"parent_id": "F9"}])
    assert sorted(publication.problems())[0] == (ERROR, "unknown-reference", "C4")
