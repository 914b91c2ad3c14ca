"""The fast executor: this process forks one for each county, which forks a child for each report. POSIX only.

This process has imported the libraries and loaded the dataset once; what it forks finds both in its
memory and starts at once. What several reports of a county need is computed once, in the county's process
(`county`). A process that forks must have no other threads: a lock that one of them holds would stay
locked in the child for ever.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from gongbao.present import shapes
from gongbao.workbooks.cells import crashed
from gongbao.workbooks.cleaning import scrubber
from gongbao.workbooks.memory import frozen_memory
from gongbao.workbooks.outcome import ExecutorError, Job, Run
from gongbao.workbooks.watch import Message, Process, fork, watch

# What a county's process may need beside its reports: it watches them, and tells of each as it ends.
_GRACE = 10.0


@dataclass(slots=True)
class _County:
    """Reports of one county that have no result yet, by number."""

    jobs: dict[int, Job]
    folder: Path
    share: bool = True


def run_forked(
    jobs: Sequence[Job],
    *,
    workers: int,
    time_limit: int,
    root: Path,
    on_done: Callable[[Run], None],
    prepare: Callable[[], None] | None,
    scratch: Path,
) -> None:
    """Run the jobs, `workers` children at a time; `scratch` is an empty folder that nobody else uses.

    `prepare` loads what all share. On Ctrl-C, or when `on_done` raises, every process is killed before
    the exception goes on. Raises ExecutorError where this process can't fork safely.
    """
    if not hasattr(os, "fork"):
        raise ExecutorError("这个系统不能用 forked 方式运行工作簿；请改用 jupyter 方式。")
    # Imports what children will need, so that none of them imports it again.
    from gongbao.workbooks import child, county

    child.warm_up({job.workbook.path: job.workbook for job in jobs}.values())
    if prepare is not None:
        prepare()
    _require_one_thread()
    counties = _counties(jobs, scratch)
    at_once = min(workers, len(counties))
    scrub = scrubber(root)
    running: dict[int, _County] = {}

    def starter(waiting: _County, children: int) -> Callable[[], Process]:
        def start() -> Process:
            waiting.folder.mkdir()

            def begin(pipe: int) -> NoReturn:
                county.run(
                    list(waiting.jobs.items()), share=waiting.share, workers=children,
                    time_limit=time_limit, root=root, scrub=scrub, folder=waiting.folder, pipe=pipe,
                )  # fmt: skip

            started = fork(begin, group=True)
            running[started.pid] = waiting
            return started

        return start

    def news(one: Process, messages: list[Message]) -> None:
        one.since = time.monotonic()
        for message in messages:
            if "run" in message:
                shapes.learn(message["shapes"])  # for the counties that are still to be forked
                on_done(county.run_of(running[one.pid].jobs.pop(message["run"]), message))

    def end(one: Process) -> Sequence[Callable[[], Process]]:
        left = running.pop(one.pid)
        if not left.jobs:
            return ()
        if left.share:
            # Whatever broke it may be one report's doing: without sharing it breaks that one alone.
            again = _County(left.jobs, left.folder.with_name(f"{left.folder.name}-again"), share=False)
            return [starter(again, workers // at_once)]
        for job in left.jobs.values():
            notebook = job.workbook.with_parameters(job.parameters)
            log = left.folder / "log"
            on_done(Run(job.key, job.target, 0.0, crashed(job, notebook, None, one.cause, log, scrub), ()))
        return ()

    starts = [
        starter(one, workers // at_once + (number < workers % at_once)) for number, one in enumerate(counties)
    ]
    with frozen_memory():
        watch(starts, workers=at_once, limit=time_limit + _GRACE, on_end=end, on_news=news)


def _counties(jobs: Sequence[Job], scratch: Path) -> list[_County]:
    """The jobs by county, all years together: this year's overview looks at last year's areas."""
    numbered: dict[str, dict[int, Job]] = {}
    for number, job in enumerate(jobs):
        numbered.setdefault(job.key.region, {})[number] = job
    return [_County(found, scratch / f"county-{i}") for i, found in enumerate(numbered.values())]


def _require_one_thread() -> None:
    tasks = Path("/proc/self/task")
    # The operating system also counts the threads that numeric libraries started.
    count = len(list(tasks.iterdir())) if tasks.is_dir() else threading.active_count()
    if count > 1:
        names = "、".join(thread.name for thread in threading.enumerate()[1:]) or "数值库的线程"
        raise ExecutorError(
            f"这个进程里有 {count} 个线程（{names}），不能用 forked 方式运行工作簿；"
            "请在导入 numpy 之前设置 OPENBLAS_NUM_THREADS=1，或改用 jupyter 方式。"
        )
    if sys.stdout is not None:
        # Else every child would print again what is still waiting here.
        sys.stdout.flush()
