"""How problems are printed: for people, tools and GitHub."""

from __future__ import annotations

import json
from dataclasses import replace

from gongbao.data.problems import Place, Problem
from gongbao.data.report import format_problems

PROBLEMS = [
    Problem("warning", "cleaned", Place("data/b.csv", None, "C5"), "“1,234”按 1234 读取。", "请只填数字。"),
    Problem("error", "negative", Place("data/b.csv", None, "7"), "50%\n不行"),
    Problem("error", "required", Place("data/a,1.xlsx", "学校:一", "A4"), "必须填写。"),
]


def test_text_has_errors_first_by_file_and_a_summary() -> None:
    assert format_problems(PROBLEMS) == (
        "data/a,1.xlsx（错误）\n"
        "  工作表“学校:一” 单元格 A4：必须填写。\n\n"
        "data/b.csv（错误）\n"
        "  第7行：50%\n不行\n\n"
        "data/b.csv（提醒）\n"
        "  单元格 C5：“1,234”按 1234 读取。〔cleaned〕 改法：请只填数字。\n\n"
        "2 个错误，1 个提醒"
    )


def test_answered_warnings_stand_by_themselves() -> None:
    answered = replace(PROBLEMS[0], answer="原文如此")
    assert format_problems([answered, PROBLEMS[2]]) == (
        "data/a,1.xlsx（错误）\n"
        "  工作表“学校:一” 单元格 A4：必须填写。\n\n"
        "data/b.csv（已说明）\n"
        "  单元格 C5：“1,234”按 1234 读取。 说明：原文如此\n\n"
        "1 个错误，0 个提醒，1 个已说明"
    )
    assert json.loads(format_problems([answered], "json"))[0]["answer"] == "原文如此"
    assert format_problems([answered], "github") == (
        "::notice file=data/b.csv,title=cleaned::data/b.csv 单元格 C5：“1,234”按 1234 读取。 说明：原文如此"
    )


def test_nothing_wrong() -> None:
    assert format_problems([]) == "0 个错误，0 个提醒"
    assert json.loads(format_problems([], "json")) == []
    assert format_problems([], "github") == ""


def test_json_has_every_part() -> None:
    first = json.loads(format_problems(PROBLEMS, "json"))[0]
    assert first == {
        "severity": "error", "code": "required", "file": "data/a,1.xlsx", "sheet": "学校:一", "cell": "A4",
        "message": "必须填写。", "advice": "", "answer": "",
    }  # fmt: skip


def test_github_commands_are_escaped() -> None:
    """Escapes as GitHub's workflow commands define them: % CR LF in data, also : and , in properties."""
    lines = format_problems(PROBLEMS, "github").split("\n")
    assert lines == [
        "::error file=data/a%2C1.xlsx,title=required::data/a,1.xlsx 工作表“学校:一” 单元格 A4：必须填写。",
        "::error file=data/b.csv,title=negative,line=7::data/b.csv 第7行：50%25%0A不行",
        "::warning file=data/b.csv,title=cleaned::data/b.csv 单元格 C5：“1,234”按 1234 读取。 改法：请只填数字。",
    ]
