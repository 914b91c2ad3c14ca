"""The reference executor: nbclient with a fresh kernel for each report. Works on every system."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import DeadKernelError
from nbformat import NotebookNode

from gongbao.publication import INTERNAL_VARIABLE
from gongbao.workbooks import kernel, records
from gongbao.workbooks.cells import crashed, make_client, run_cells, timed_out
from gongbao.workbooks.cleaning import Scrub, clean, scrubber
from gongbao.workbooks.notebook import write_notebook
from gongbao.workbooks.outcome import Failure, Job, Run
from gongbao.workbooks.process import THREAD_VARIABLES

# A kernel imports for a second or two; on a machine with much else to do, for much longer.
_STARTUP_SECONDS = 120


class _ThisInterpreter(KernelSpecManager):
    """Knows one kernel: ours, run by this interpreter, whatever is registered on the machine."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        argv = [sys.executable, "-m", kernel.__name__, "-f", "{connection_file}"]
        return KernelSpec(argv=argv, display_name="Gongbao", language="python")


def run_jupyter(
    jobs: Sequence[Job],
    *,
    workers: int,
    time_limit: int,
    root: Path,
    on_done: Callable[[Run], None],
    scratch: Path,
) -> None:
    """Run the jobs, `workers` kernels at a time; `scratch` is an empty folder that nobody else uses.

    On Ctrl-C, or when `on_done` raises, every kernel is killed before the exception goes on.
    """
    asyncio.run(_run_all(jobs, workers, time_limit, root, on_done, scratch))


async def _run_all(
    jobs: Sequence[Job],
    workers: int,
    time_limit: int,
    root: Path,
    on_done: Callable[[Run], None],
    scratch: Path,
) -> None:
    free = asyncio.Semaphore(workers)

    async def run(number: int, job: Job) -> None:
        async with free:
            folder = scratch / str(number)
            folder.mkdir()
            on_done(await _run_one(job, time_limit, root, folder))

    tasks = [asyncio.create_task(run(number, job)) for number, job in enumerate(jobs)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run_one(job: Job, time_limit: int, root: Path, folder: Path) -> Run:
    notebook = job.workbook.with_parameters(job.parameters)
    scrub = scrubber(root)
    log, record = folder / "log", folder / "record"
    begin, index = time.monotonic(), None

    def at_cell(number: int) -> None:
        nonlocal index
        index = number

    failure: Failure | None
    clock = asyncio.timeout(None)
    try:
        async with _started_kernel(job, root, folder, log, record) as (manager, channels):
            client = make_client(notebook, km=manager)
            client.kc = channels
            async with clock:
                # The kernel's start is not the report's doing.
                clock.reschedule(asyncio.get_running_loop().time() + time_limit)
                failure = await run_cells(client, job, scrub, at_cell)
    except TimeoutError:
        failure = timed_out(job, notebook, index, time_limit)
    except (DeadKernelError, RuntimeError) as error:
        # nbclient and jupyter_client report a kernel that died, or never came up, with these two;
        # but nbclient also takes any cancellation for a kernel's death.
        if _cancelled():
            raise asyncio.CancelledError from error
        if clock.expired():
            failure = timed_out(job, notebook, index, time_limit)
        else:
            failure = _dead(job, notebook, index, error, log, scrub)
    if failure is None:
        clean(notebook, scrub)
        write_notebook(notebook, job.target)
    return Run(job.key, job.target, time.monotonic() - begin, failure, records.load(record))


def _cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _dead(
    job: Job, notebook: NotebookNode, index: int | None, error: Exception, log: Path, scrub: Scrub
) -> Failure:
    cause = "运行的进程意外退出" if index is not None else f"内核没有启动：{error}"
    return crashed(job, notebook, index, cause, log, scrub)


@asynccontextmanager
async def _started_kernel(
    job: Job, root: Path, folder: Path, log: Path, record: Path
) -> AsyncIterator[tuple[AsyncKernelManager, Any]]:
    manager = AsyncKernelManager(
        kernel_name="gongbao",
        kernel_spec_manager=_ThisInterpreter(),
        connection_file=str(folder / "kernel.json"),
    )
    environment = {
        **os.environ,
        "IPYTHONDIR": str(folder / "ipython"),
        # The order of a set of texts must not change from run to run.
        "PYTHONHASHSEED": "0",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        records.RECORD_VARIABLE: str(record),
        kernel.ROOT_VARIABLE: str(root.resolve()),
        kernel.LOG_VARIABLE: str(log),
        # Always set: what the shell that started the build has in its environment doesn't count.
        INTERNAL_VARIABLE: "1" if job.internal else "",
    }
    for name in THREAD_VARIABLES:
        environment.setdefault(name, "1")
    channels = None
    try:
        with log.open("wb") as errors:
            await manager.start_kernel(
                cwd=str(job.workbook.path.parent),
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        channels = manager.client()
        channels.start_channels()
        channels.allow_stdin = False
        await channels.wait_for_ready(timeout=_STARTUP_SECONDS)
        yield manager, channels
    finally:
        if channels is not None:
            channels.stop_channels()
        # Killed, not asked: the report is written, and a hanging cell would not listen.
        await manager.shutdown_kernel(now=True)
