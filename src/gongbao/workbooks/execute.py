"""Running reports: a list of jobs in, executed notebooks out, and of each what it read."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from gongbao.workbooks.outcome import Failure, Job, Run
from gongbao.workbooks.planning import ReportKey

Executor = Literal["forked", "jupyter", "dask"]


def default_executor() -> Literal["forked", "jupyter"]:
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
    scheduler: str = "",
) -> None:
    """Run every job; `on_done` hears once of each what came of it, as it ends, and nothing else keeps that: what
    a whole country's reports read would fill the memory.

    At most `workers` run at once, each no longer than `time_limit` seconds, with the workbook's
    folder as working folder and without network. A job that fails leaves no target, and the others go on.
    `prepare` is called once before the forked executor forks, to load what the reports share; kernels load it
    themselves.

    "dask" runs them on the cluster of `scheduler` (such as "tcp://10.0.0.5:8786"), whose workers decide how many
    run at once; the result is the same.

    A report whose process crashes or hangs in the forked executor is run once more in a kernel; its run
    says so (`Run.retried`), and if it fails again the failure tells of both.

    Raises WorkbookError for parameters that don't fit a workbook, before anything runs, and
    ExecutorError where the chosen executor can't work.
    """
    for job in jobs:
        job.workbook.check_parameters(job.parameters)
    if not jobs:
        return
    workers = max(1, workers)
    warned = {job.key.area: job.workbook.warnings for job in jobs}

    def done(run: Run) -> None:
        on_done(replace(run, warnings=warned[run.key.area]))

    if executor == "dask":
        from gongbao.workbooks.cluster import run_on_cluster

        run_on_cluster(jobs, scheduler=scheduler, time_limit=time_limit, root=root, on_done=on_done)
        return
    with tempfile.TemporaryDirectory(prefix="gongbao-", ignore_cleanup_errors=True) as folder:
        common: dict[str, Any] = {"workers": workers, "time_limit": time_limit, "root": root}
        if executor == "forked":
            _run_forked(jobs, prepare, done, Path(folder), common)
        else:
            from gongbao.workbooks.jupyter import run_jupyter

            run_jupyter(jobs, on_done=done, scratch=Path(folder), **common)


def _run_forked(
    jobs: Sequence[Job],
    prepare: Callable[[], None] | None,
    done: Callable[[Run], None],
    scratch: Path,
    common: dict[str, Any],
) -> None:
    """Run the jobs in the fast executor, and those that it could not bring to an end in the other one."""
    from gongbao.workbooks.forked import run_forked
    from gongbao.workbooks.retry import broken, run_again

    failures: dict[ReportKey, Failure] = {}

    def first(run: Run) -> None:
        if run.failure is not None and broken(run):
            failures[run.key] = run.failure
        else:
            done(run)

    run_forked(jobs, on_done=first, prepare=prepare, scratch=scratch, **common)
    if not failures:
        return
    folder = scratch / "again"
    folder.mkdir()
    left = [(job, failures[job.key]) for job in jobs if job.key in failures]
    run_again(left, on_done=done, scratch=folder, **common)
