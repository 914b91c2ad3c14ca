"""What a workbook may not do while a build runs it, and which files it opens.

Works through Python's audit events (PEP 578), so it covers everything that goes through the
interpreter: `open`, pandas' readers, `urllib`, `requests`. It does not see files or sockets that a
compiled library opens by itself (python-calamine given a path, vl-convert), and it is no sandbox
against malice: it keeps honest workbooks repeatable.

Not for JupyterLab: only a build's own kernel or child installs it.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import stat
import sys
import sysconfig
import tempfile
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from gongbao.workbooks import records

_PACKAGE = Path(__file__).resolve().parents[1]

_LOOKUPS = (
    "socket.getaddrinfo",
    "socket.gethostbyname",
    "socket.gethostbyaddr",
    "socket.getnameinfo",
)
_TRANSFERS = ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg")
# A program that the workbook starts would be free of this guard.
_PROGRAMS = (
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
    "os.fork",
    "os.forkpty",
    "os.startfile",
)
# Part of the machine, like the interpreter: fonts, time zones, MIME types, device files.
_SYSTEM = ("/proc", "/sys", "/dev", "/etc", "/usr", "/lib", "/lib64", "/bin", "/opt/conda")


def install(root: Path) -> None:
    """From now on, in this process: refuse network and programs, note every file read.

    `root` is the publication's folder; names of files below it are noted relative to it.
    An audit hook can't be taken out again, so call this only in a process that ends with the report.
    """
    handlers: dict[str, Callable[[tuple[Any, ...]], None]] = {"open": _FileWatch(root).opened}
    handlers.update(dict.fromkeys(_LOOKUPS, _refuse_lookup))
    handlers.update(dict.fromkeys(_TRANSFERS, _refuse_transfer))
    handlers.update(dict.fromkeys(_PROGRAMS, _refuse_program))

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        handler = handlers.get(event)
        if handler is not None:
            handler(arguments)

    sys.addaudithook(hook)


def warm_up() -> None:
    """Find out, in the process that will fork, what is the same for every report."""
    _software_folders()


def _refuse_lookup(arguments: tuple[Any, ...]) -> None:
    raise PermissionError(f"工作簿运行时不许联网（想访问 {arguments[0]}）")


def _refuse_transfer(arguments: tuple[Any, ...]) -> None:
    # Sockets within the machine (AF_UNIX) are what asyncio wakes itself up with.
    if arguments[0].family in (socket.AF_INET, socket.AF_INET6):
        raise PermissionError(f"工作簿运行时不许联网（想访问 {arguments[1]}）")


def _refuse_program(arguments: tuple[Any, ...]) -> None:
    raise PermissionError("工作簿运行时不许启动其他程序")


class _FileWatch:
    """Notes the files that are opened for reading."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.software = tuple(
            folder for folder in _software_folders() if not self.root.is_relative_to(folder)
        )
        self.temporary = Path(tempfile.gettempdir()).resolve()
        # Hashing a file opens it, which is an event again.
        self.busy = threading.local()

    def opened(self, arguments: tuple[Any, ...]) -> None:
        path, _, flags = arguments
        if getattr(self.busy, "flag", False) or not isinstance(path, str | bytes | os.PathLike):
            return
        if isinstance(flags, int) and flags & (os.O_WRONLY | os.O_TRUNC):
            return
        self.busy.flag = True
        try:
            self.note(Path(os.fsdecode(path)))
        finally:
            self.busy.flag = False

    def note(self, opened: Path) -> None:
        if opened.name.startswith("<"):
            return  # code without a file, whose source the traceback looks for
        path = opened.resolve()
        name = self.name(path)
        if name is None:
            return
        if path.suffix == ".pyc" and path.parent.name == "__pycache__":
            # A cached module stands for its source: the source's change must run the report again.
            path = Path(importlib.util.source_from_cache(str(path)))
            name = self.name(path)
        if name is None or records.is_noted("file", name):
            return
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            return
        records.note("file", name, records.file_digest(path))

    def name(self, path: Path) -> str | None:
        """How the file is called in the record, or None if it is not the workbook's reading."""
        if any(path.is_relative_to(folder) for folder in self.software):
            return None
        if path.is_relative_to(self.root):
            return path.relative_to(self.root).as_posix()
        if path.is_relative_to(self.temporary) or str(path).startswith(_SYSTEM):
            return None
        return str(path)


@cache
def _software_folders() -> frozenset[Path]:
    """The interpreter, its libraries and this package, whose versions are in the cache key anyway."""
    folders = {Path(sys.prefix), Path(sys.base_prefix), Path(sys.exec_prefix), _PACKAGE}
    folders |= {Path(sysconfig.get_path(name)) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    return frozenset(folder.resolve() for folder in folders)
