"""The state that a workbook finds when it starts, made the same in a kernel and in a forked child."""

from __future__ import annotations

import faulthandler
import os
import sys
from pathlib import Path
from typing import Any, NoReturn

from IPython.core.error import StdinNotImplementedError
from traitlets.config import Config


def shell_config() -> Config:
    """IPython's settings: no history database, whose thread and file a build has no use for.

    The user's own IPython settings are not read: they differ from machine to machine.
    """
    return Config({"HistoryManager": {"enabled": False}})


def settle(shell: Any) -> None:
    """Give a new ZMQInteractiveShell the state on which both executors agree."""

    def ask_exit() -> NoReturn:
        raise SystemExit("工作簿里不能用 exit 或 quit")

    # In a kernel, exit() would end the process a moment later, in the middle of another cell.
    shell.ask_exit = ask_exit
    shell.user_ns_hidden.update(shell.user_ns)
    sys.argv = [""]
    if "" not in sys.path:
        sys.path.insert(0, "")
    # No __pycache__ beside the workbooks: the publication's folder is the office's.
    sys.dont_write_bytecode = True
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")


def refuse_input(*args: object, **options: object) -> NoReturn:
    """Stands for `input` and `getpass.getpass` in a build."""
    raise StdinNotImplementedError("工作簿运行时没有人回答 input，请改用参数")


def redirect_descriptors(log: Path) -> None:
    """Send what bypasses Python's streams (C libraries, a fatal error's last words) to `log`.

    A kernel could show such output in a cell too, but only from another thread, so that its place
    among the other outputs would be a matter of luck.
    """
    null = os.open(os.devnull, os.O_RDWR)
    errors = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(null, 0)
    os.dup2(null, 1)
    os.dup2(errors, 2)
    os.close(null)
    os.close(errors)
    faulthandler.enable(file=2, all_threads=False)
