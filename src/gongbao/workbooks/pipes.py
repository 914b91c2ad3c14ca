"""Programs of ours that speak with each other through pipes, in pickled messages."""

from __future__ import annotations

import os
import pickle
import struct
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from gongbao.workbooks.process import THREAD_VARIABLES

_LENGTH = struct.Struct(">Q")


def send(stream: BinaryIO, message: Any) -> None:
    """Write a message whole."""
    data = pickle.dumps(message)
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read a message; raises EOFError when the other side has ended."""
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    (length,) = _LENGTH.unpack(head)
    data = stream.read(length)
    if len(data) < length:
        raise EOFError
    return pickle.loads(data)


def take_pipes() -> tuple[BinaryIO, BinaryIO]:
    """This process's standard input and output for messages alone: what is printed goes to the error stream."""
    pipes = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)
    return pipes


@dataclass(frozen=True, slots=True)
class Program:
    """A Python program of ours that speaks through its standard input and output."""

    process: subprocess.Popen[bytes]

    @property
    def saying(self) -> BinaryIO:
        return cast("BinaryIO", self.process.stdin)

    @property
    def hearing(self) -> BinaryIO:
        return cast("BinaryIO", self.process.stdout)

    def end(self) -> None:
        """End it now; it holds nothing that would be lost."""
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


def start_program(module: str) -> Program:
    """Start `python -m module`, which speaks through `take_pipes`."""
    # In a session of its own, so that Ctrl-C at the terminal is for the build alone.
    environment = os.environ | dict.fromkeys(THREAD_VARIABLES, "1") | {"PYTHONHASHSEED": "0"}
    return Program(
        subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
            start_new_session=True,
        )
    )
