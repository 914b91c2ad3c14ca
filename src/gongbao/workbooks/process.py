"""What a process must settle before it may fork reports. Imports nothing heavy: call it first of all."""

from __future__ import annotations

import os
import signal
import sys

THREAD_VARIABLES = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def limit_threads() -> None:
    """Keep numeric libraries from starting threads when they are imported; a choice made already stays."""
    for name in THREAD_VARIABLES:
        os.environ.setdefault(name, "1")


def fix_hash_order() -> None:
    """Make sets of texts come in the same order in every run: start this program again, once.

    Python draws that order when it starts, and forked reports inherit it; so a workbook that loops
    over a set would give other bytes each time. Kernels get their own setting, so there is nothing to
    do on Windows. For a program's entry point only: it replaces the running process, with the same
    arguments and streams.
    """
    if os.name != "posix" or os.environ.get("PYTHONHASHSEED") == "0" or sys.flags.ignore_environment:
        return
    os.environ["PYTHONHASHSEED"] = "0"
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])


def die_with_parent(parent: int | None = None) -> None:
    """On Linux, have this process killed when the one that started it (`parent`) ends; elsewhere only the
    parent's care helps."""
    if sys.platform == "linux":
        import ctypes  # kernels import this module and have no use for it

        death_signal = 1  # PR_SET_PDEATHSIG, linux/prctl.h
        ctypes.CDLL(None).prctl(death_signal, signal.SIGKILL)
        if parent is not None and os.getppid() != parent:  # it ended before we asked
            os._exit(1)


def skip_unused_imports() -> None:
    """Leave out a module that costs a second and a half at every start and is never asked for.

    jsonschema (under Altair and nbformat) tries to import rfc3987_syntax, which builds a grammar for
    checking internationalised addresses; without it jsonschema goes on and checks no such formats.
    None of our schemas, nor Vega-Lite's or nbformat's, has one. Effective before jsonschema is imported.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # how Python marks "not there"
