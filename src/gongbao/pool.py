"""Work in other processes, without a thread in this one: a process that has threads may not fork."""

from __future__ import annotations

import multiprocessing
import pickle
import signal
import sys
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, TypeVar

from gongbao.workbooks.process import die_with_parent, skip_unused_imports

Job = TypeVar("Job")
Result = TypeVar("Result")


class WorkerDiedError(Exception):
    """A process ended in the middle of its work, by a signal or by running out of memory."""


class _Worker:
    """A process, this end of its pipe, and the number of the job it has (None: it waits for one)."""

    def __init__(self, context: Any, prepare: Callable[[], object] | None) -> None:
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(target=_serve, args=(theirs, prepare), daemon=True)
        self.process.start()
        theirs.close()  # the pipe's end then means that the process has ended
        self.number: int | None = None


class Pool:
    """Processes that start at once and run functions of modules; end them with `with`.

    They start afresh and import what they need, after `prepare()`; with `inherit` they are forked where
    the system can (Linux) and so have everything that this process has. A worker holds one job at a
    time, so this process must call `results` for the others to begin. Nothing of a pool outlives the
    `with`, however it is left, and nothing outlives this process if that is killed.
    """

    def __init__(
        self, count: int, *, inherit: bool = False, prepare: Callable[[], object] | None = None
    ) -> None:
        context = multiprocessing.get_context("fork" if inherit and sys.platform == "linux" else "spawn")
        self._waiting: deque[tuple[int, Callable[[Any], Any], Any]] = deque()
        self._results: dict[int, Any] = {}
        self._submitted = 0
        self._workers: list[_Worker] = []
        try:
            for _ in range(max(1, count)):
                self._workers.append(_Worker(context, prepare))
        except BaseException:  # also Ctrl-C between two starts
            self.close()
            raise

    def submit(self, work: Callable[[Job], Any], job: Job) -> int:
        """Have `work(job)` done; returns the number by which `results` gives what comes of it."""
        number, self._submitted = self._submitted, self._submitted + 1
        self._waiting.append((number, work, job))
        self._hand_out()
        return number

    def results(
        self, numbers: Sequence[int], progress: Callable[[int, int], None] | None = None
    ) -> list[Any]:
        """What came of these jobs, in this order, when all are done.

        Raises the first exception of any job, and WorkerDiedError; the pool is of no use after that.
        `progress(done, all)` is called as results arrive.
        """
        lacking = set(numbers) - self._results.keys()
        while lacking:
            self._receive()
            lacking -= self._results.keys()
            if progress:
                progress(len(numbers) - len(lacking), len(numbers))
        return [self._results.pop(number) for number in numbers]

    def map(
        self,
        work: Callable[[Job], Result],
        jobs: Iterable[Job],
        progress: Callable[[int, int], None] | None = None,
    ) -> list[Result]:
        """`work(job)` for every job, in the order of the jobs whatever the number of workers."""
        return self.results([self.submit(work, job) for job in jobs], progress)

    def _hand_out(self) -> None:
        for worker in self._workers:
            if self._waiting and worker.number is None:
                worker.number, work, job = self._waiting.popleft()
                try:
                    worker.pipe.send((work, job))
                except (BrokenPipeError, ConnectionResetError) as error:
                    raise _died(worker) from error

    def _receive(self) -> None:
        busy = {worker.pipe: worker for worker in self._workers if worker.number is not None}
        for pipe in wait(list(busy)):
            worker = busy[pipe]
            try:
                failed, value = worker.pipe.recv()
            except (EOFError, ConnectionResetError) as error:
                raise _died(worker) from error
            if failed:
                raise value
            assert worker.number is not None
            self._results[worker.number], worker.number = value, None
        self._hand_out()

    def close(self) -> None:
        """End the processes: they hold nothing that would be lost."""
        for worker in self._workers:
            worker.process.kill()
        for worker in self._workers:
            worker.process.join()
            worker.pipe.close()
        self._workers.clear()

    def __enter__(self) -> Pool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def in_processes(
    work: Callable[[Job], Result],
    jobs: Sequence[Job],
    workers: int,
    progress: Callable[[int, int], None] | None = None,
) -> list[Result]:
    """`Pool.map` with forked processes (where the system can) that end afterwards."""
    if not jobs:
        return []
    with Pool(min(workers, len(jobs)), inherit=True) as pool:
        return pool.map(work, jobs, progress)


def _died(worker: _Worker) -> WorkerDiedError:
    worker.process.join(1)
    code = worker.process.exitcode
    how = f"信号 {signal.Signals(-code).name}" if code and code < 0 else f"退出码 {code}"
    return WorkerDiedError(f"工作进程意外退出（{how}），可能是内存不足。")


def _serve(pipe: Connection, prepare: Callable[[], object] | None) -> None:
    """What a worker does: jobs, one after the other, until the pipe ends."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which ends its workers
    skip_unused_imports()
    if prepare is not None:
        prepare()
    try:
        while True:
            work, job = pipe.recv()
            try:
                answer = False, work(job)
            except Exception as error:  # noqa: BLE001 - raised again by the parent
                answer = True, _sendable(error)
            pipe.send(answer)
    except (EOFError, OSError):
        return  # the parent is gone


def _sendable(error: Exception) -> Exception:
    """The exception with its traceback as a note; another that says the same if it can't be pickled."""
    trace = "".join(traceback.format_exception(error))
    try:
        copy = pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - whatever its class does when pickled
        copy = RuntimeError(f"{type(error).__name__}: {error}")
    copy.add_note(f"在工作进程里：\n{trace}")
    return copy  # type: ignore[no-any-return]
