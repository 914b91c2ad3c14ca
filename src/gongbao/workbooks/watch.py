"""Forked processes and what they tell through their pipes: started a few at a time, none left behind. POSIX."""

from __future__ import annotations

import json
import os
import selectors
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

from gongbao.workbooks.process import die_with_parent

Message = dict[str, Any]


@dataclass(slots=True)
class Process:
    """A forked process. `heard` is all it has said so far; its time counts from `since`.

    `late`: it was stopped when its time was up; `status` as of waitpid, once it has ended.
    """

    pid: int
    pipe: int
    begin: float
    since: float
    heard: list[Message] = field(default_factory=list)
    late: bool = False
    status: int = 0
    _half: bytes = b""

    def listen(self) -> list[Message] | None:
        """The messages that have arrived, waiting for some; None at their end. Half of one is kept back."""
        news = os.read(self.pipe, 1 << 16)
        if not news:
            return None
        *complete, self._half = (self._half + news).split(b"\n")
        messages = [json.loads(line) for line in complete]
        self.heard += messages
        return messages

    def end(self, *, kill: bool) -> None:
        """Collect the process, which ends by itself after closing its pipe."""
        patience = time.monotonic() + (0 if kill else 2)
        ended = False
        while not ended and time.monotonic() < patience:
            pid, self.status = os.waitpid(self.pid, os.WNOHANG)
            ended = bool(pid)
            if not ended:
                time.sleep(0.001)
        if not ended:
            _kill(self.pid)
            self.status = os.waitpid(self.pid, 0)[1]
        os.close(self.pipe)

    @property
    def cause(self) -> str:
        """How it ended, in words."""
        if os.WIFSIGNALED(self.status):
            return f"运行的进程意外退出（信号 {signal.Signals(os.WTERMSIG(self.status)).name}）"
        return f"运行的进程意外退出（退出码 {os.waitstatus_to_exitcode(self.status)}）"


def tell(pipe: int, message: Message) -> None:
    """Send a message to the process that listens at the other end."""
    data = json.dumps(message).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data) :]


def fork(run: Callable[[int], NoReturn], *, group: bool = False) -> Process:
    """Start `run` in a child of this process, with the pipe to tell things through.

    The child ends with this process and takes no notice of Ctrl-C, which is this one's business. `group`:
    it leads a process group, so that what it forks is stopped with it.
    """
    parent = os.getpid()
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            if group:
                os.setpgid(0, 0)
            die_with_parent(parent)
            os.close(reading)
            run(writing)
        finally:
            os._exit(1)
    os.close(writing)
    now = time.monotonic()
    return Process(pid, reading, now, now)


def watch(
    starts: Iterable[Callable[[], Process]],
    *,
    workers: int,
    limit: float,
    on_end: Callable[[Process], Iterable[Callable[[], Process]]],
    on_news: Callable[[Process, list[Message]], None] | None = None,
) -> None:
    """Start processes, `workers` at a time, until all have ended; `on_end` may give more to start.

    One whose time is up (`limit` seconds since `since`) is killed. Whatever is raised here or in the
    callbacks, no process is left running.
    """
    waiting, running = deque(starts), dict[int, Process]()
    with selectors.DefaultSelector() as selector:
        try:
            while waiting or running:
                while waiting and len(running) < workers:
                    started = waiting.popleft()()
                    running[started.pipe] = started
                    selector.register(started.pipe, selectors.EVENT_READ)
                for one in _ended(selector, running, limit, on_news):
                    selector.unregister(one.pipe)
                    one.end(kill=one.late)
                    del running[one.pipe]
                    waiting.extendleft(on_end(one))
        finally:
            for one in running.values():
                one.end(kill=True)


def _ended(
    selector: selectors.BaseSelector,
    running: dict[int, Process],
    limit: float,
    on_news: Callable[[Process, list[Message]], None] | None,
) -> Iterator[Process]:
    """Wait for news; give the processes whose pipe has ended and those whose time is up."""
    patience = min(one.since for one in running.values()) + limit - time.monotonic()
    ended = []
    for ready, _ in selector.select(max(0.0, patience)):
        one = running[ready.fd]
        messages = one.listen()
        if messages is None:
            ended.append(one)
        elif on_news is not None:
            on_news(one, messages)
    now = time.monotonic()
    for one in running.values():
        if one not in ended and now >= one.since + limit:
            one.late = True
            ended.append(one)
    yield from ended


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    # It may lead no group, or have been the last of it.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
