"""A process that has imported gongbao and forks one process for each command: importing costs a second and
a half of every command that a test gives. What runs is the program's own `main`, in a process of its own,
with the arguments, folder, environment and streams of `python -m gongbao`.

A command whose environment changes Python itself (its modules, language, encoding, time zone) needs a Python
started for it: see `publications.run_gongbao`.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import suppress
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

# What the commands import when they are called.
_IMPORTED_LATE = (
    "build", "data.template", "editions.branch", "editions.diff", "editions.preview", "editions.rebuild",
    "editions.release", "editions.verify", "editions.verify_text", "editions.withdraw", "shard_build", "starting",
    "why",
)  # fmt: skip
_PYTHON_S_OWN = ("PYTHON", "LC_", "LANG", "TZ", "PATH", "LD_", "OPENBLAS_", "OMP_", "MKL_")


def same_python(environment: dict[str, str]) -> bool:
    """Whether a Python started with this environment would be as the one that the server is."""
    return _of_python(environment) == _STARTED_WITH


def run(
    arguments: tuple[str, ...], cwd: Path, environment: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """What `subprocess.run` gives for `python -m gongbao` with these arguments."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        mine, theirs = socket.socketpair()
        with mine:
            with theirs:
                descriptors = [out.fileno(), err.fileno(), theirs.fileno()]
                socket.send_fds(_server(), [b"."], descriptors)
            request = {"arguments": arguments, "cwd": str(cwd), "environment": environment}
            with mine.makefile("rw", encoding="utf-8") as stream:
                stream.write(json.dumps(request) + "\n")
                stream.flush()
                code = int(stream.readline())
        texts = []
        for file in (out, err):
            file.seek(0)
            texts.append(file.read().decode())
    return subprocess.CompletedProcess(["gongbao", *arguments], code, *texts)


def _of_python(environment: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith(_PYTHON_S_OWN)}


_STARTED_WITH = _of_python(dict(os.environ))


@cache
def _server() -> socket.socket:
    """The connection to this process's server, which ends when the connection does."""
    mine, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(
            [sys.executable, __file__, str(theirs.fileno())], pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, env=_STARTED_WITH | {"PYTHONHASHSEED": "0"},
        )  # fmt: skip

    def stop() -> None:
        mine.close()
        process.wait()

    atexit.register(stop)
    return mine


# --- in the server -------------------------------------------------------------------------------------


def serve(connection: socket.socket) -> None:
    """Fork for every request; returns in the process that is to run its command."""
    signal.signal(signal.SIGCHLD, _reap)
    while True:
        _, descriptors, _, _ = socket.recv_fds(connection, 1, 3)
        if not descriptors:
            os._exit(0)
        if os.fork() == 0:
            break
        for descriptor in descriptors:
            os.close(descriptor)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    connection.close()
    out, err, answer = descriptors
    with socket.socket(fileno=answer) as client, client.makefile("rw", encoding="utf-8") as stream:
        request = json.loads(stream.readline())
        process = os.fork()
        if process:
            _, status = os.waitpid(process, 0)
            stream.write(f"{os.waitstatus_to_exitcode(status)}\n")
            stream.flush()
            os._exit(0)
    for descriptor, standard in ((out, 1), (err, 2)):
        os.dup2(descriptor, standard)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(request["environment"] | {"PYTHONHASHSEED": "0"})
    os.chdir(request["cwd"])
    sys.path[0] = request["cwd"]
    program = find_spec("gongbao.__main__")
    assert program is not None
    sys.modules["__main__"].__spec__ = program
    sys.argv = [str(program.origin), *request["arguments"]]
    sys.orig_argv[:] = [sys.executable, "-m", "gongbao", *request["arguments"]]


def _reap(number: int, frame: object) -> None:
    """Let processes go that have ended."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG) != (0, 0):
            pass


if __name__ == "__main__":
    from gongbao.cli import main
    from gongbao.workbooks.process import limit_threads, skip_unused_imports

    limit_threads()
    skip_unused_imports()
    for name in _IMPORTED_LATE:
        import_module(f"gongbao.{name}")
    gc.freeze()  # else every process would copy, at its end, what it shares with this one
    serve(socket.socket(fileno=int(sys.argv[1])))
    main()
