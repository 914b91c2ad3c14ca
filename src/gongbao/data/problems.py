"""What is wrong with the data, where, and what would be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where a value stands: file relative to the publication, sheet, and cell ("C5") or row ("5")."""

    file: str
    sheet: str | None = None
    cell: str | None = None

    def __str__(self) -> str:
        parts = [self.file]
        if self.sheet:
            parts.append(f"工作表“{self.sheet}”")
        if self.cell:
            parts.append(f"第{self.cell}行" if self.cell.isdigit() else f"单元格 {self.cell}")
        return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of a check, in Chinese, addressed to the person who can mend it.

    `code` is stable ("not-a-number") for tools and tests; `message` says what is wrong;
    `advice` says what would be right. An error stops a build, a warning does not. `answer` is the
    office's explanation of a warning (table 核对说明), "" where it gave none.
    """

    severity: Severity
    code: str
    place: Place
    message: str
    advice: str = ""
    answer: str = ""

    @property
    def kind(self) -> str:
        """错误, 提醒, or 已说明 for a warning that has been answered."""
        if self.severity == "error":
            return "错误"
        return "已说明" if self.answer else "提醒"

    @property
    def remedy(self) -> str:
        """What would be right, or what the office says about it; begins with a space, "" for neither."""
        if self.answer:
            return f" 说明：{self.answer}"
        return f" 改法：{self.advice}" if self.advice else ""

    def __str__(self) -> str:
        return f"{self.kind} {self.place}：{self.message}{self.remedy}"


class DataError(Exception):
    """The data have errors; `problems` holds every one of them (and the warnings)."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == "error")

    def __str__(self) -> str:
        return "\n".join(str(p) for p in self.problems)

    def _render_traceback_(self) -> list[str]:
        """What a notebook shows: the problems alone, for nobody can mend a cell from our call stack."""
        return ["数据有问题，请先改正：", *(str(p) for p in self.problems)]


@dataclass(slots=True)
class Findings:
    """Collects problems while reading; nothing is raised until everything has been looked at."""

    problems: list[Problem] = field(default_factory=list)

    def error(self, code: str, place: Place, message: str, advice: str = "") -> None:
        self.problems.append(Problem("error", code, place, message, advice))

    def warning(self, code: str, place: Place, message: str, advice: str = "") -> None:
        self.problems.append(Problem("warning", code, place, message, advice))
