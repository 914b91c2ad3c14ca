"""The fast executor: this process forks a child for each report. POSIX only.

The parent has imported the libraries and loaded the dataset once; a child finds both in its memory
and starts at once. A process that forks must have no other threads: a lock that one of them holds
would stay locked in the child for ever.
"""

from __future__ import annotations

import gc
import json
import os
import selectors
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nbformat import NotebookNode

from gongbao.workbooks.cells import crashed, timed_out
from gongbao.workbooks.cleaning import Scrub, scrubber
from gongbao.workbooks.outcome import ExecutorError, Failure, Job, Run
from gongbao.workbooks.records import Read


@dataclass(slots=True)
class _Child:
    """A running report: its process, and what it has told us through its pipe so far."""

    number: int
    job: Job
    notebook: NotebookNode
    pid: int
    pipe: int
    begin: float
    log: Path
    told: bytearray = field(default_factory=bytearray)

    def messages(self) -> list[dict[str, Any]]:
        """Complete messages only: a child that dies may leave half of one."""
        complete, _, _ = bytes(self.told).rpartition(b"\n")
        return [json.loads(line) for line in complete.splitlines()]


def run_forked(
    jobs: Sequence[Job],
    *,
    workers: int,
    time_limit: int,
    root: Path,
    on_done: Callable[[Run], None],
    prepare: Callable[[], None] | None,
    scratch: Path,
) -> list[Run]:
    """Run the jobs, `workers` children at a time; `scratch` is an empty folder that nobody else uses.

    `prepare` loads what the children share. On Ctrl-C, or when `on_done` raises, every child is
    killed before the exception goes on. Raises ExecutorError where this process can't fork safely.
    """
    if not hasattr(os, "fork"):
        raise ExecutorError("这个系统不能用 forked 方式运行工作簿；请改用 jupyter 方式。")
    # Imports what children will need, so that none of them imports it again.
    from gongbao.workbooks import child

    child.warm_up()
    if prepare is not None:
        prepare()
    _require_one_thread()
    waiting = deque(enumerate(jobs))
    runs: dict[int, Run] = {}
    scrub = scrubber(root)
    running: dict[int, _Child] = {}
    with selectors.DefaultSelector() as selector, _frozen_memory():
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    number, job = waiting.popleft()
                    started = _start(number, job, root, scrub, scratch)
                    running[started.pipe] = started
                    selector.register(started.pipe, selectors.EVENT_READ)
                for one in _finished(selector, running, time_limit):
                    selector.unregister(one.pipe)
                    runs[one.number] = _conclude(one, time_limit, scrub)
                    del running[one.pipe]
                    on_done(runs[one.number])
        finally:
            for one in running.values():
                os.kill(one.pid, signal.SIGKILL)
                os.waitpid(one.pid, 0)
                os.close(one.pipe)
    return [runs[number] for number in range(len(jobs))]


def _start(number: int, job: Job, root: Path, scrub: Scrub, scratch: Path) -> _Child:
    from gongbao.workbooks import child

    notebook = job.workbook.with_parameters(job.parameters)
    folder = scratch / str(number)
    folder.mkdir()
    job.target.parent.mkdir(parents=True, exist_ok=True)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        child.run(job, notebook, root, scrub, folder, writing)
    os.close(writing)
    return _Child(number, job, notebook, pid, reading, time.monotonic(), folder / "log")


def _finished(
    selector: selectors.BaseSelector, running: dict[int, _Child], time_limit: int
) -> Iterator[_Child]:
    """Wait for news; give the children whose pipe has ended and those whose time is up."""
    now = time.monotonic()
    patience = min(one.begin + time_limit for one in running.values()) - now
    ended = []
    for ready, _ in selector.select(max(0.0, patience)):
        one = running[ready.fd]
        news = os.read(one.pipe, 1 << 16)
        one.told += news
        if not news:
            ended.append(one)
    now = time.monotonic()
    late = [one for one in running.values() if one not in ended and now >= one.begin + time_limit]
    yield from (*ended, *late)


def _conclude(one: _Child, time_limit: int, scrub: Scrub) -> Run:
    seconds = time.monotonic() - one.begin
    late = seconds >= time_limit
    messages = one.messages()
    status = _end(one, kill=late)
    os.close(one.pipe)
    index = next((message["cell"] for message in reversed(messages) if "cell" in message), None)
    result = messages[-1] if messages and "failure" in messages[-1] else None
    failure: Failure | None
    reads: tuple[Read, ...] = ()
    if result is not None:
        failure = Failure(key=one.job.key, **result["failure"]) if result["failure"] else None
        reads = tuple(Read(*read) for read in result["reads"])
    elif late:
        failure = timed_out(one.job, one.notebook, index, time_limit)
    else:
        cause = messages[-1]["broken"] if messages and "broken" in messages[-1] else _cause(status)
        failure = crashed(one.job, one.notebook, index, cause, one.log, scrub)
    return Run(one.job.key, one.job.target, seconds, failure, reads)


def _end(one: _Child, *, kill: bool) -> int:
    """Collect the child, which ends at once after closing its pipe, and return its status."""
    patience = time.monotonic() + (0 if kill else 2)
    while time.monotonic() < patience:
        pid, status = os.waitpid(one.pid, os.WNOHANG)
        if pid:
            return status
        time.sleep(0.001)
    os.kill(one.pid, signal.SIGKILL)
    return os.waitpid(one.pid, 0)[1]


def _cause(status: int) -> str:
    if os.WIFSIGNALED(status):
        return f"运行的进程意外退出（信号 {signal.Signals(os.WTERMSIG(status)).name}）"
    return f"运行的进程意外退出（退出码 {os.waitstatus_to_exitcode(status)}）"


@contextmanager
def _frozen_memory() -> Iterator[None]:
    """Keep the collector's hands off the shared memory, which it would otherwise copy by touching."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


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
