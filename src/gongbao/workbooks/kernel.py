"""The kernel in which nbclient runs a report: ipykernel, with the guard on and no user settings.

Started as `python -m gongbao.workbooks.kernel -f <connection file>` by the jupyter executor only; an
analyst's JupyterLab uses the ordinary kernel.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from IPython.core.compilerop import CachingCompiler
from traitlets import Type

from gongbao.workbooks import guard, records
from gongbao.workbooks.process import die_with_parent, skip_unused_imports
from gongbao.workbooks.shell import redirect_descriptors, refuse_input, settle, shell_config

ROOT_VARIABLE = "GONGBAO_ROOT"
LOG_VARIABLE = "GONGBAO_LOG"


class WorkbookKernel(IPythonKernel):
    """An ipykernel whose cells have the name that plain IPython gives them.

    ipykernel names a cell's code after its process (`ipykernel_123/456.py`), which shows in every
    warning; IPython's name depends on the cell alone.
    """

    compiler_class: Any = Type(CachingCompiler)
    raw_input: Any = staticmethod(refuse_input)
    getpass: Any = staticmethod(refuse_input)


class WorkbookKernelApp(IPKernelApp):
    """Reads no settings and runs no start-up files: they differ from machine to machine."""

    def load_config_file(self, *args: object, **kwargs: object) -> None:
        """Nothing to load."""

    def _run_startup_files(self) -> None:
        """Nothing to run."""


def main() -> None:
    """Run the kernel until it is killed."""
    die_with_parent()
    skip_unused_imports()
    # Standard streams are nbclient's business; descriptors below them go the same way as in a child.
    redirect_descriptors(Path(os.environ[LOG_VARIABLE]))
    # `python -m` put the working folder first; the shell has its own entry for it.
    sys.path.pop(0)
    app: Any = WorkbookKernelApp.instance(
        kernel_class=WorkbookKernel,
        capture_fd_output=False,
        config=shell_config(),
    )
    app.initialize(sys.argv[1:])
    settle(app.shell)
    records.start(Path(os.environ[records.RECORD_VARIABLE]))
    guard.install(Path(os.environ[ROOT_VARIABLE]))
    app.start()


if __name__ == "__main__":
    main()
