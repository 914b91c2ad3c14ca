"""Answers to warnings: matched by code, sheet and row, kept with the warning; errors stay."""

from __future__ import annotations

from typing import Any

import pytest

UNUSUAL = {"indicator_id": "rate", "stage": "小学", "value": 101}  # above-100


def answered(publication: Any, *answers: dict[str, Any], values: Any = (UNUSUAL,)) -> list[Any]:
    rows = [{"sheet": "指标数据", "explanation": "含外地返乡学生", **answer} for answer in answers]
    publication.submit(indicator_values=list(values), explanations=rows)
    return publication.examine()[1]


@pytest.mark.parametrize("key", ["rate", "", "第4行", "E4"])
@pytest.mark.parametrize("sheet", ["指标数据", "indicator_values"])
def test_a_warning_is_answered(publication, key, sheet) -> None:
    (problem,) = answered(publication, {"code": "above-100", "row_key": key, "sheet": sheet})
    assert (problem.severity, problem.answer) == ("warning", "含外地返乡学生")
    assert publication.examine()[0].warnings == (problem,)


def test_an_empty_row_answers_every_warning_of_its_kind_on_the_sheet(publication) -> None:
    values = [
        UNUSUAL,
        UNUSUAL | {"stage": "初中"},
        {"indicator_id": "spend", "stage": "全部", "value": "1,5"},
    ]
    problems = answered(publication, {"code": "above-100"}, values=values[:2])
    assert [p.answer for p in problems] == ["含外地返乡学生"] * 2


def test_only_the_row_that_is_named(publication) -> None:
    values = [UNUSUAL, UNUSUAL | {"stage": "初中", "value": 102}]
    problems = answered(publication, {"code": "above-100", "row_key": "初中"}, values=values)
    assert [(p.place.cell, p.answer) for p in problems] == [("E4", ""), ("E5", "含外地返乡学生")]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ({"code": "above-10"}, "是不是“above-100”？"),
        ({"code": "unit-jump"}, "没有代码为“unit-jump”的提醒"),
        ({"code": "above-100", "sheet": "学校"}, "“学校”表没有"),
        ({"code": "above-100", "row_key": "spend"}, "“spend”行没有"),
    ],
)
def test_an_answer_that_fits_nothing_is_reported(publication, answer, hint) -> None:
    warning, unused = answered(publication, answer)
    assert (warning.code, warning.answer) == ("above-100", "")
    assert (unused.severity, unused.code, unused.place.cell) == ("warning", "explanation-unused", "A4")
    assert hint in unused.message


def test_an_error_cannot_be_explained_away(publication) -> None:
    error, unused = answered(
        publication, {"code": "negative", "row_key": "rate"}, values=[UNUSUAL | {"value": -5}]
    )
    assert (error.severity, error.code, error.answer) == ("error", "negative", "")
    assert unused.code == "explanation-unused"
    assert "错误" in unused.message


def test_another_submissions_warning_is_not_answered(publication) -> None:
    cover = {**publication.cover, "year": 2022}
    publication.submit(indicator_values=[UNUSUAL], cover=cover, evaluations=[], eval_scores=[],
                       name="data/2022/990101.xlsx")  # fmt: skip
    problems = answered(publication, {"code": "above-100"})
    assert [(p.place.file[5:9], p.answer) for p in problems if p.code == "above-100"] == [
        ("2022", ""), ("2023", "含外地返乡学生")
    ]  # fmt: skip


def test_answers_in_csv(publication) -> None:
    folder = "data/2023/990101"
    tables = {
        **publication.submitted,
        "indicator_values": [UNUSUAL],
        "explanations": [
            {"code": "above-100", "sheet": "指标数据", "row_key": "rate", "explanation": "返乡"}
        ],
    }
    for name, rows in tables.items():
        publication.csv(f"{folder}/{name}.csv", name, rows)
    (publication.root / folder / "封面.csv").write_text(
        "行政区划代码,990101\n年度,2023\n默认来源编号,S1\n", "utf-8"
    )
    (problem,) = publication.examine()[1]
    assert (problem.code, problem.answer) == ("above-100", "返乡")


def test_an_answer_may_not_name_people_either(publication) -> None:
    answers = {"code": "above-100", "explanation": "问张三 13812345678"}
    problems = answered(publication, answers)
    assert [(p.severity, p.code) for p in problems] == [("warning", "above-100"), ("error", "personal-data")]
