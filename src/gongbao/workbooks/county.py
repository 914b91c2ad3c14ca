"""The process of a county: computes what the county's reports share, then forks a child for each of them."""

from __future__ import annotations

import os
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple
from mmap import mmap
from pathlib import Path
from typing import Any, NoReturn

from gongbao.workbooks import child
from gongbao.workbooks.cells import crashed, timed_out
from gongbao.workbooks.cleaning import Scrub
from gongbao.workbooks.memory import collect_seldom, frozen_memory
from gongbao.workbooks.outcome import Failure, Job, Run
from gongbao.workbooks.records import Read
from gongbao.workbooks.shell import redirect_descriptors
from gongbao.workbooks.watch import Message, Process, fork, tell, watch


def run(
    jobs: Sequence[tuple[int, Job]],
    *,
    share: bool,
    workers: int,
    time_limit: int,
    root: Path,
    scrub: Scrub,
    folder: Path,
    pipe: int,
) -> NoReturn:
    """Run numbered reports in children of this process and end. Messages: {"prepared"}, then for each
    report {"run": number, …} (`run_of` reads it)."""
    code = 1
    try:
        redirect_descriptors(folder / "log")
        collect_seldom()
        if share:
            from gongbao.workbooks import session

            session.share(job.key for _, job in jobs)
        os.environ["IPYTHONDIR"] = str(folder / "ipython")
        os.chdir(jobs[0][1].workbook.path.parent)
        kernel = child.LocalKernel()
        tell(pipe, {"prepared": True})

        def done(number: int, run: Run, shapes: list[str]) -> None:
            tell(pipe, run_message(number, run) | {"shapes": shapes})

        with frozen_memory():
            _run_children(jobs, workers, time_limit, root, scrub, folder, kernel, pipe, done)
        code = 0
    except BaseException:  # noqa: BLE001 - this process ends here; its reports are run without it
        os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)


def run_message(number: int, run: Run) -> Message:
    """What came of report `number`, as a message."""
    told = asdict(run.failure) if run.failure else None
    reads = [astuple(read) for read in run.reads]
    return {"run": number, "seconds": run.seconds, "failure": told, "reads": reads}


def run_of(job: Job, message: Message) -> Run:
    """What came of a report, from the message about it."""
    told = message["failure"]
    failure = Failure(**told | {"key": job.key}) if told else None
    reads = tuple(Read(*read) for read in message["reads"])
    return Run(job.key, job.target, message["seconds"], failure, reads)


def _run_children(
    jobs: Sequence[tuple[int, Job]],
    workers: int,
    time_limit: int,
    root: Path,
    scrub: Scrub,
    scratch: Path,
    kernel: child.LocalKernel,
    upwards: int,
    on_done: Callable[[int, Run, list[str]], None],
) -> None:
    started: dict[int, tuple[int, Job, Any, Path, mmap]] = {}

    def starter(number: int, job: Job) -> Callable[[], Process]:
        def start() -> Process:
            notebook = job.workbook.with_parameters(job.parameters)
            folder = scratch / str(number)
            folder.mkdir()
            job.target.parent.mkdir(parents=True, exist_ok=True)
            # A word of memory that both see: a message before each cell would wake this process each time.
            mark = mmap(-1, child.MARK.size)

            def begin(pipe: int) -> NoReturn:
                os.close(upwards)
                child.run(job, notebook, root, scrub, folder, kernel, pipe, mark)

            one = fork(begin)
            started[one.pid] = number, job, notebook, folder / "log", mark
            return one

        return start

    def end(one: Process) -> Sequence[Callable[[], Process]]:
        number, job, notebook, log, mark = started.pop(one.pid)
        with mark:
            [cell] = child.MARK.unpack(mark[:])
        shapes = one.heard[-1].get("shapes", []) if one.heard else []
        on_done(
            number, _conclude(one, job, notebook, cell - 1 if cell else None, log, time_limit, scrub), shapes
        )
        return ()

    starts = [starter(number, job) for number, job in jobs]
    watch(starts, workers=workers, limit=time_limit, on_end=end)


def _conclude(
    one: Process, job: Job, notebook: Any, index: int | None, log: Path, time_limit: int, scrub: Scrub
) -> Run:
    """What came of a child; `index` is the cell it began last."""
    seconds = time.monotonic() - one.begin
    last = one.heard[-1] if one.heard else {}
    failure: Failure | None
    reads: tuple[Read, ...] = ()
    if "failure" in last:
        failure = Failure(key=job.key, **last["failure"]) if last["failure"] else None
        reads = tuple(Read(*read) for read in last["reads"])
    elif one.late:
        failure = timed_out(job, notebook, index, time_limit)
    else:
        failure = crashed(job, notebook, index, last.get("broken", one.cause), log, scrub)
    return Run(job.key, job.target, seconds, failure, reads)
