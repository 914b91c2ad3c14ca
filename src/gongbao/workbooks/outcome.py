"""What is to be run, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from gongbao.workbooks.notebook import Workbook
from gongbao.workbooks.planning import ReportKey
from gongbao.workbooks.records import Read

FailureKind = Literal["error", "timeout", "crash"]


class ExecutorError(Exception):
    """An executor can't work on this machine or in this process; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Job:
    """A report to run: the workbook, the values of its parameters, and where the result goes.

    `internal`: it may show what stays in the office; its result is never one of a public build.
    """

    key: ReportKey
    workbook: Workbook
    parameters: Mapping[str, Any]
    target: Path
    internal: bool = False


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a report has no result, addressed to the analyst who wrote the workbook.

    `kind`: a cell raised ("error"), the time was up ("timeout"), or the process died ("crash").
    `cell` counts the workbook's own code cells from 1, the inserted parameters not counted; `line`
    counts from 1 within the cell. Both are None where they can't be known. `traceback` is short and
    holds neither terminal colours nor paths of the machine.
    """

    kind: FailureKind
    key: ReportKey
    workbook: str
    cell: int | None
    cell_id: str | None
    line: int | None
    source_line: str
    ename: str
    evalue: str
    traceback: str = ""

    def __str__(self) -> str:
        where = f"{self.workbook}（区划 {self.key.region}，{self.key.year}年）"
        if self.cell is not None:
            where += f"第{self.cell}个代码单元"
        if self.line is not None:
            where += f"第{self.line}行"
        cause = f"{self.ename}: {self.evalue}" if self.kind == "error" else self.evalue
        source = f"\n    {self.source_line}" if self.source_line else ""
        return f"{where}：{cause}{source}"


@dataclass(frozen=True, slots=True)
class Run:
    """What came of a job: the executed notebook at `target`, unless `failure` says why there is none.

    `seconds` is how long it took by the clock; `reads` is what the report read, in a fixed order.
    `warnings`: what in the workbook would give another result at another time. `retried`: why the fast
    executor had no result, where this one is of the reference executor; else "".
    """

    key: ReportKey
    target: Path
    seconds: float
    failure: Failure | None
    reads: tuple[Read, ...]
    warnings: tuple[str, ...] = ()
    retried: str = ""
