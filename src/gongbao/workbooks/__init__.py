"""Running notebooks: a workbook, a region and a year in; an executed notebook and what it read out.

The way in is `run_reports`. This folder runs cells and keeps records; it does not know what a page
looks like, and reads no data file except through the Report that a workbook opens. Two executors give
the same notebook byte for byte: "jupyter" (nbclient and a fresh kernel) is the reference, "forked" is
fast. Names are loaded on demand, because every kernel imports this package on its way to `session`.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gongbao.workbooks.execute import Executor, default_executor, run_reports
    from gongbao.workbooks.notebook import Workbook, WorkbookError, load_workbooks
    from gongbao.workbooks.outcome import ExecutorError, Failure, Job, Run
    from gongbao.workbooks.planning import ReportKey, plan_reports
    from gongbao.workbooks.records import Read
    from gongbao.workbooks.store import RunStore

_HOMES = {
    "Executor": "execute",
    "ExecutorError": "outcome",
    "Failure": "outcome",
    "Job": "outcome",
    "Read": "records",
    "ReportKey": "planning",
    "Run": "outcome",
    "RunStore": "store",
    "Workbook": "notebook",
    "WorkbookError": "notebook",
    "default_executor": "execute",
    "load_workbooks": "notebook",
    "plan_reports": "planning",
    "run_reports": "execute",
}

__all__ = [
    "Executor",
    "ExecutorError",
    "Failure",
    "Job",
    "Read",
    "ReportKey",
    "Run",
    "RunStore",
    "Workbook",
    "WorkbookError",
    "default_executor",
    "load_workbooks",
    "plan_reports",
    "run_reports",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
