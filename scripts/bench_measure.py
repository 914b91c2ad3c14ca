"""What a command costs: seconds, processor seconds, memory, and the same of each stage it tells of.

Linux tells all of it; elsewhere the processor time of stages and proportional memory may be missing.
"""

from __future__ import annotations

import os
import platform
import re
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import psutil

# Notices of debugger and event loop that have nothing to do with the work.
QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "PYTHONWARNINGS": "ignore"}
LAST_LINES = 12
# How a build tells that a stage begins (`gongbao.progress.Lines`): a name, and a number behind it.
_STAGE = re.compile(r"^([^\s/（）：]+)(?:：\d+)?$")
_OFTEN = 0.2  # seconds between looks at the building process alone: one small file
_SELDOM = 0.5  # at least that between looks at all processes, whose maps must be read,
_SHARE = 100  # and a hundred times the processor time of the last look: looking costs at most a hundredth


class BenchError(Exception):
    """A side of a comparison could not do its work; the text says which and what it said."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a build: seconds by the clock, and processor seconds of all its processes together."""

    name: str
    seconds: float
    processor: float


@dataclass(frozen=True, slots=True)
class Cost:
    """`processor`: user and system time of the command and all that it started, None where the system doesn't
    tell. `peak_mb`: of all processes together, shared pages counted once; `peak_own_mb`: resident memory of the
    command's own process. `load`: processes that wanted a processor on average in the minute before."""

    seconds: float
    processor: float | None
    peak_mb: float
    peak_own_mb: float
    load: float
    stages: tuple[Stage, ...] = ()


def measured(
    what: str, command: Sequence[str | Path], folder: Path, others: Sequence[int] = (), **environment: str
) -> Cost:
    """Run a command and measure it. `others`: processes that work for it but aren't its own (a cluster's).

    Raises BenchError with the end of what it said if it fails.
    """
    load, used = load_average(), _children_seconds()
    before = sum(map(tree_seconds, others))
    begin = time.perf_counter()
    process = subprocess.Popen(
        [str(part) for part in command], cwd=folder, env=os.environ | QUIET | environment, text=True,
        encoding="utf-8", errors="replace", stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    sampler = _Sampler(process.pid, others)
    sampler.start()
    said: list[str] = []
    marks: list[tuple[str, float, float]] = [("起动", begin, 0.0)]
    assert process.stdout is not None
    for line in process.stdout:
        said = [*said[1 - LAST_LINES :], line.rstrip()]
        if found := _STAGE.match(line.rstrip()):
            spent = sum(map(tree_seconds, (process.pid, *others))) - before
            marks.append((found[1], time.perf_counter(), spent))
    process.wait()
    end = time.perf_counter()
    sampler.done.set()
    sampler.join()
    if process.returncode:
        raise BenchError(f"{what} ended with exit code {process.returncode}:\n" + "\n".join(said))
    now = _children_seconds()
    total = None if now is None or used is None else now - used + sum(map(tree_seconds, others)) - before
    marks.append(("", end, marks[-1][2] if total is None else total))
    stages = tuple(
        Stage(one[0], following[1] - one[1], following[2] - one[2]) for one, following in pairwise(marks)
    )
    return Cost(
        end - begin, total, sampler.all / 2**20, sampler.own / 2**20, load, stages if len(stages) > 1 else ()
    )


def tree_seconds(pid: int) -> float:
    """Processor seconds of a process and all that it started, the ended ones included."""
    spent = 0.0
    for process in _tree(pid):
        try:
            times = process.cpu_times()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue  # ended between listing and reading: its parent has its time
        spent += times.user + times.system
        spent += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return spent


def _tree(pid: int) -> list[psutil.Process]:
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def _children_seconds() -> float | None:
    """Processor time of this process's children that have ended, and of theirs."""
    try:
        import resource
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _Sampler(threading.Thread):
    """Looks at the memory of a command: at its own process often, at all of them seldom."""

    def __init__(self, pid: int, others: Sequence[int]) -> None:
        super().__init__(daemon=True)
        self.own, self.all, self.done = 0, 0, threading.Event()
        self._pid, self._others = pid, others

    def run(self) -> None:
        following = 0.0
        while not self.done.wait(_OFTEN):
            try:
                self.own = max(self.own, psutil.Process(self._pid).memory_info().rss)
            except psutil.NoSuchProcess:
                return
            if time.perf_counter() >= following:
                spent = time.thread_time()
                self.all = max(self.all, sum(map(_shared_once, (self._pid, *self._others))))
                spent = time.thread_time() - spent
                following = time.perf_counter() + max(_SELDOM, _SHARE * spent)


def _shared_once(pid: int) -> int:
    """Memory of a process and all below it in bytes, shared pages counted once where the system tells."""
    total = 0
    for process in _tree(pid):
        try:
            memory = process.memory_full_info()
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
        total += getattr(memory, "pss", memory.uss)
    return total


def load_average() -> float:
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0


def machine() -> str:
    """What a number depends on besides the program."""
    memory = psutil.virtual_memory().total / 2**30
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {memory:.0f} GiB, "
        f"Python {platform.python_version()}"
    )


@dataclass(frozen=True, slots=True)
class Disk:
    """What a folder takes: files, and megabytes on the disk; a file with several names counts once."""

    files: int
    mb: float


def disk(*folders: Path) -> Disk:
    """`files` counts names; the space of files that several names share is counted in the first folder."""
    names, space = 0, 0
    seen: set[tuple[int, int]] = set()
    for folder in folders:
        for place, _, files in os.walk(folder):
            for name in files:
                state = (Path(place) / name).lstat()
                names += 1
                if (state.st_dev, state.st_ino) not in seen:
                    seen.add((state.st_dev, state.st_ino))
                    space += state.st_blocks * 512 if hasattr(state, "st_blocks") else state.st_size
    return Disk(names, space / 2**20)
