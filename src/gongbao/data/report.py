"""Problems as a person, a tool or GitHub reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Literal

from gongbao.data.problems import Problem

Style = Literal["text", "json", "github"]
_ORDER = ("错误", "提醒", "已说明")


def format_problems(problems: Iterable[Problem], style: Style = "text") -> str:
    """All problems in one text. text: errors, warnings, then those the office has answered, each grouped by
    file, and a summary line; json: a list of objects; github: workflow commands that annotate the files of
    a pull request."""
    ordered = sorted(problems, key=lambda p: (_ORDER.index(p.kind), p.place.file))  # stable within a file
    if style == "json":
        return json.dumps([_as_object(problem) for problem in ordered], ensure_ascii=False, indent=2)
    if style == "github":
        return "\n".join(_as_command(problem) for problem in ordered)
    lines: list[str] = []
    for (kind, file), group in groupby(ordered, key=lambda p: (p.kind, p.place.file)):
        lines.append(f"{file}（{kind}）")
        lines += [f"  {_in_file(problem)}" for problem in group]
        lines.append("")
    return "\n".join([*lines, summary(ordered)])


def summary(problems: Iterable[Problem]) -> str:
    """n 个错误，m 个提醒，and k 个已说明 where there are any"""
    kinds = [problem.kind for problem in problems]
    answered = f"，{kinds.count('已说明')} 个已说明" if "已说明" in kinds else ""
    return f"{kinds.count('错误')} 个错误，{kinds.count('提醒')} 个提醒{answered}"


def _in_file(problem: Problem) -> str:
    where = str(problem.place).removeprefix(problem.place.file).strip()
    # the code is what an explanation answers (table 核对说明)
    code = f"〔{problem.code}〕" if problem.kind == "提醒" else ""
    text = f"{problem.message}{code}{problem.remedy}"
    return f"{where}：{text}" if where else text


def _as_object(problem: Problem) -> dict[str, str | None]:
    place = problem.place
    return {
        "severity": problem.severity,
        "code": problem.code,
        "file": place.file,
        "sheet": place.sheet,
        "cell": place.cell,
        "message": problem.message,
        "advice": problem.advice,
        "answer": problem.answer,
    }


def _as_command(problem: Problem) -> str:
    """One workflow command. Newlines and "%" would end or change it; "," and ":" end a property."""
    place = problem.place
    properties = f"file={_escaped(place.file, True)},title={_escaped(problem.code, True)}"
    if place.cell and place.cell.isdigit() and place.file.lower().endswith(".csv"):
        properties += f",line={place.cell}"
    text = f"{place}：{problem.message}{problem.remedy}"
    level = "notice" if problem.answer else problem.severity
    return f"::{level} {properties}::{_escaped(text, False)}"


def _escaped(text: str, in_property: bool) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
