"""Reports whose process crashed or hung in the fast executor, run once more in the reference executor."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NoReturn

from gongbao.workbooks.cells import crashed
from gongbao.workbooks.cleaning import scrubber
from gongbao.workbooks.county import run_message, run_of
from gongbao.workbooks.outcome import Failure, Job, Run
from gongbao.workbooks.shell import redirect_descriptors
from gongbao.workbooks.watch import Message, Process, fork, tell, watch

# A kernel's start is not the report's time; on a busy machine it takes long.
_STARTUP_SECONDS = 150.0


def broken(run: Run) -> bool:
    """Whether a run failed with its process, and not by what a cell said."""
    return run.failure is not None and run.failure.kind in ("crash", "timeout")


def run_again(
    jobs: Sequence[tuple[Job, Failure]],
    *,
    workers: int,
    time_limit: int,
    root: Path,
    on_done: Callable[[Run], None],
    scratch: Path,
) -> None:
    """Run each job once more in a kernel of its own; the runs say why, and of two failures both.

    In a process of its own: the threads that talk to kernels would keep this one from forking again.
    """
    ended: set[int] = set()
    log = scratch / "log"

    def begin(pipe: int) -> NoReturn:
        code = 1
        try:
            redirect_descriptors(log)
            from gongbao.workbooks.jupyter import run_jupyter

            waiting = [job for job, _ in jobs]
            numbers = {job.key: number for number, job in enumerate(waiting)}
            run_jupyter(
                waiting,
                workers=workers,
                time_limit=time_limit,
                root=root,
                on_done=lambda run: tell(pipe, run_message(numbers[run.key], run)),
                scratch=scratch,
            )
            code = 0
        except BaseException:  # noqa: BLE001 - this process ends here; what it did not run is reported
            os.write(2, traceback.format_exc().encode())
        finally:
            os._exit(code)

    def done(number: int, run: Run) -> None:
        first = jobs[number][1]
        second = run.failure
        if second is not None:
            words = f"{second.evalue}（这是改用 jupyter 方式再运行一次的结果；先用 forked 方式运行时：{first.evalue}）"
            second = replace(second, evalue=words)
        ended.add(number)
        on_done(replace(run, failure=second, retried=first.evalue))

    def news(one: Process, messages: list[Message]) -> None:
        one.since = time.monotonic()
        for message in messages:
            number = message["run"]
            done(number, run_of(jobs[number][0], message))

    def end(one: Process) -> Sequence[Callable[[], Process]]:
        for number, (job, _) in enumerate(jobs):
            if number not in ended:
                notebook = job.workbook.with_parameters(job.parameters)
                failure = crashed(job, notebook, None, one.cause, log, scrubber(root))
                done(number, Run(job.key, job.target, time.monotonic() - one.begin, failure, ()))
        return ()

    limit = time_limit + _STARTUP_SECONDS
    watch([lambda: fork(begin, group=True)], workers=1, limit=limit, on_end=end, on_news=news)
