"""Running reports: a list of jobs in, executed notebooks and what they read out."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

from gongbao.workbooks.outcome import Job, Run

Executor = Literal["forked", "jupyter"]


def default_executor() -> Executor:
    """The executor to use where nobody has chosen: "forked" on Linux, else "jupyter".

    Windows can't fork; macOS can, but its system libraries may break in a process that does.
    """
    return "forked" if sys.platform == "linux" else "jupyter"


def run_reports(
    jobs: Sequence[Job],
    *,
    executor: Executor,
    workers: int,
    time_limit: int,
    root: Path,
    on_done: Callable[[Run], None],
    prepare: Callable[[], None] | None,
) -> list[Run]:
    """Run every job and return what came of each, in the order of `jobs`.

    At most `workers` run at once, each no longer than `time_limit` seconds, with the workbook's
    folder as working folder and without network. A job that fails leaves no target, and the others go on.
    `on_done` hears of each run as it ends. `prepare` is called once before the forked executor forks,
    to load what the reports share; kernels load it themselves.

    Raises WorkbookError for parameters that don't fit a workbook, before anything runs, and
    ExecutorError where the chosen executor can't work.
    """
    for job in jobs:
        job.workbook.check_parameters(job.parameters)
    if not jobs:
        return []
    workers = max(1, workers)
    with tempfile.TemporaryDirectory(prefix="gongbao-", ignore_cleanup_errors=True) as folder:
        scratch = Path(folder)
        if executor == "forked":
            from gongbao.workbooks.forked import run_forked

            return run_forked(
                jobs,
                workers=workers,
                time_limit=time_limit,
                root=root,
                on_done=on_done,
                prepare=prepare,
                scratch=scratch,
            )
        from gongbao.workbooks.jupyter import run_jupyter

        return run_jupyter(
            jobs, workers=workers, time_limit=time_limit, root=root, on_done=on_done, scratch=scratch
        )
