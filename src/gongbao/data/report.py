"""Problems as a person, a tool or GitHub reads them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from itertools import groupby
from typing import Literal

from gongbao.data.problems import Problem

Style = Literal["text", "json", "github"]


def format_problems(problems: Iterable[Problem], style: Style = "text") -> str:
    """All problems in one text. text: errors, then warnings, each grouped by file, and a summary line;
    json: a list of objects; github: workflow commands that annotate the files of a pull request."""
    ordered = sorted(problems, key=lambda p: (p.severity != "error", p.place.file))  # stable within a file
    if style == "json":
        return json.dumps([_as_object(problem) for problem in ordered], ensure_ascii=False, indent=2)
    if style == "github":
        return "\n".join(_as_command(problem) for problem in ordered)
    lines: list[str] = []
    for (severity, file), group in groupby(ordered, key=lambda p: (p.severity, p.place.file)):
        lines.append(f"{file}（{'错误' if severity == 'error' else '提醒'}）")
        lines += [f"  {_in_file(problem)}" for problem in group]
        lines.append("")
    return "\n".join([*lines, summary(ordered)])


def summary(problems: Iterable[Problem]) -> str:
    """n 个错误，m 个提醒"""
    severities = [problem.severity for problem in problems]
    return f"{severities.count('error')} 个错误，{severities.count('warning')} 个提醒"


def _in_file(problem: Problem) -> str:
    where = str(problem.place).removeprefix(problem.place.file).strip()
    advice = f" 改法：{problem.advice}" if problem.advice else ""
    return f"{where}：{problem.message}{advice}" if where else f"{problem.message}{advice}"


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
    }


def _as_command(problem: Problem) -> str:
    """One workflow command. Newlines and "%" would end or change it; "," and ":" end a property."""
    place = problem.place
    properties = f"file={_escaped(place.file, True)},title={_escaped(problem.code, True)}"
    if place.cell and place.cell.isdigit() and place.file.lower().endswith(".csv"):
        properties += f",line={place.cell}"
    text = f"{place}：{problem.message}" + (f" 改法：{problem.advice}" if problem.advice else "")
    return f"::{problem.severity} {properties}::{_escaped(text, False)}"


def _escaped(text: str, in_property: bool) -> str:
    text = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return text.replace(":", "%3A").replace(",", "%2C") if in_property else text
