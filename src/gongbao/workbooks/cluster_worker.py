"""What Dask runs in a worker: the reports of a place, in a process beside it that may fork (`remote`)."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

from gongbao.workbooks.outcome import ExecutorError
from gongbao.workbooks.pipes import Program, receive, send, start_program
from gongbao.workbooks.planning import ReportKey
from gongbao.workbooks.remote import Result, Setup, seen_root


async def sees(setup: Setup) -> bool:
    """Whether the publication is on this machine; looked for beside the worker's own loop, which goes on."""
    return await asyncio.to_thread(seen_root, setup) is not None


def given(setup: Setup, bundle: bytes | None) -> tuple[Setup, bytes | None]:
    """What every task needs, as the result of a task: made again if the worker that has it dies."""
    return setup, bundle


_free: dict[str, list[Program]] = {}
_lock = threading.Lock()


def run_place(common: tuple[Setup, bytes | None], keys: list[ReportKey]) -> list[Result]:
    """Run the reports of a place in a process beside this worker: one for each of its threads, kept for the next."""
    setup, bundle = common
    program = _taken(setup)
    try:
        if program is None:
            program = start_program("gongbao.workbooks.remote")
            send(program.saying, (setup, bundle))
            _answer(program)
        send(program.saying, keys)
        results: list[Result] = _answer(program)
    except BaseException:
        if program is not None:
            program.end()
        raise
    with _lock:
        _free.setdefault(setup.digest, []).append(program)
    return results


def _taken(setup: Setup) -> Program | None:
    """A process that has this setup loaded and is free; those of other setups are ended."""
    with _lock:
        for digest in [digest for digest in _free if digest != setup.digest]:
            for program in _free.pop(digest):
                program.end()
        free = _free.get(setup.digest)
        return free.pop() if free else None


def _answer(program: Program) -> Any:
    try:
        kind, content = receive(program.hearing)
    except EOFError as error:
        code = program.process.wait()
        raise ExecutorError(f"工作机器上运行报告的进程意外退出（退出码 {code}），可能是内存不足。") from error
    if kind == "error":
        text, trace = content
        failure = ExecutorError(text)
        failure.add_note(trace)
        raise failure
    return content
