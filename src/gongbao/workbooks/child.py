"""Inside a forked child: an ipykernel shell without sockets, driven by nbclient in the same process.

The shell, the messages it sends, their serialisation, and the way nbclient stores them are the real
ones; only the sockets between them are replaced by a queue. That is why the notebook comes out the
same as from a kernel.
"""

from __future__ import annotations

import asyncio
import builtins
import getpass
import io
import json
import os
import sys
import traceback
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import asdict, astuple
from functools import lru_cache
from importlib import import_module
from mmap import mmap
from pathlib import Path
from struct import Struct
from typing import Any, NoReturn, cast

from ipykernel.zmqshell import ZMQInteractiveShell
from IPython.core import async_helpers, interactiveshell
from IPython.core.inputtransformer2 import TransformerManager
from jupyter_client.jsonutil import json_default
from jupyter_client.session import Session
from nbformat import NotebookNode
from nbformat.v4 import nbbase

from gongbao.present import shapes
from gongbao.workbooks import guard, records
from gongbao.workbooks.cells import make_client, run_cells
from gongbao.workbooks.cleaning import Scrub, clean
from gongbao.workbooks.compiled import CellCompiler, compile_cells
from gongbao.workbooks.notebook import Workbook, write_notebook
from gongbao.workbooks.outcome import Failure, Job
from gongbao.workbooks.outputs import plainly_valid
from gongbao.workbooks.shell import redirect_descriptors, refuse_input, settle, shell_config
from gongbao.workbooks.watch import tell

Message = dict[str, Any]

# What is imported when a shell starts, runs its first cell, or a workbook draws its first chart.
_LATE_IMPORTS = (
    "bdb",
    "gongbao.present.drawings",
    "gongbao.present.month_charts",
    "pandas.io.formats.string",
    "IPython.core.application",
    "IPython.core.completer",
    "IPython.core.completerlib",
    "IPython.core.crashhandler",
    "IPython.core.logger",
    "IPython.core.oinspect",
    "IPython.utils.generics",
    "IPython.utils.wildcard",
)


# What IPython finds out about the text of a cell, the same for every report of a workbook.
_transformed = lru_cache(maxsize=1024)(TransformerManager().transform_cell)
_should_be_async = lru_cache(maxsize=1024)(async_helpers._should_be_async)
setattr(interactiveshell, "_should_be_async", _should_be_async)  # noqa: B010 - it isn't exported

_validate: Callable[..., None] = nbbase.validate


def _validate_output(node: Any, ref: Any = None) -> None:
    """nbformat's check of a new output, which asks the schema only where the types alone don't answer."""
    if not plainly_valid(node, ref):
        _validate(node, ref)


nbbase.validate = _validate_output


def warm_up(workbooks: Iterable[Workbook] = ()) -> None:
    """Import what every report needs, in the process that will fork, also what libraries import late, and
    read the cells of the workbooks as IPython will."""
    import altair
    import pandas

    for name in _LATE_IMPORTS:
        import_module(name)
    guard.warm_up()
    for workbook in workbooks:
        _warm_up_cells(workbook)
    # The first chart loads narwhals' view of pandas and fills Altair's caches of its schema.
    altair.Chart(pandas.DataFrame({"x": [0]})).mark_point().encode(x="x:Q").to_dict()


def _warm_up_cells(workbook: Workbook) -> None:
    cells = []
    # A cell that can't be read says so when it runs, and no other runs after it.
    with suppress(SyntaxError):
        for source in workbook.sources(injected="pass"):
            if source.strip():
                cells.append(_transformed(source))
                _should_be_async(cells[-1])
    compile_cells(cells)


MARK = Struct("<i")
"""How a child notes, in memory that its parent sees, which cell it begins: the cell's index and one."""


def run(
    job: Job, notebook: NotebookNode, root: Path, scrub: Scrub, folder: Path, kernel: LocalKernel, pipe: int,
    mark: mmap,
) -> NoReturn:  # fmt: skip
    """Run a report in this process, tell the parent through `pipe` how it went, and end.

    One message, a line of JSON: {"failure", "reads", "shapes"}, or {"broken": text} if the executor itself
    failed. `mark` holds the cell it is at (MARK).
    """
    code = 1
    try:
        redirect_descriptors(folder / "log")
        failure = asyncio.run(_run(job, notebook, root, scrub, kernel, mark))
        told = {key: value for key, value in asdict(failure).items() if key != "key"} if failure else None
        reads = [astuple(read) for read in records.recorded()]
        tell(pipe, {"failure": told, "reads": reads, "shapes": shapes.learned()})
        code = 0
    except BaseException as error:  # noqa: BLE001 - this process ends here; the parent reports it
        os.write(2, traceback.format_exc().encode())
        tell(pipe, {"broken": f"{type(error).__name__}: {error}"})
    finally:
        # Not sys.exit: the parent's buffers and exit handlers are in this memory too.
        os._exit(code)


async def _run(
    job: Job, notebook: NotebookNode, root: Path, scrub: Scrub, kernel: LocalKernel, mark: mmap
) -> Failure | None:
    client = make_client(notebook)
    client.kc = cast("Any", kernel)
    os.chdir(job.workbook.path.parent)
    records.start()
    guard.install(root)
    failure = await run_cells(client, job, scrub, lambda index: MARK.pack_into(mark, 0, index + 1))
    with records.paused():
        if failure is None:
            clean(notebook, scrub)
            write_notebook(notebook, job.target)
    return failure


class _Wire:
    """Keeps messages as the client would receive them."""

    def __init__(self) -> None:
        self.messages: deque[Message] = deque()


# As the session's own packer has it.
_PACKER = json.JSONEncoder(default=json_default, ensure_ascii=False, allow_nan=False)
_SAID = ("metadata", "content")


class _Session(Session):
    """Sends to wires: what a message says is packed and unpacked as on a socket, its header is not, of which
    nothing would change but the time's precision."""

    def send(
        self, stream: Any, msg_or_type: Any, content: Any = None, parent: Any = None, ident: Any = None,
        buffers: Any = None, track: bool = False, header: Any = None, metadata: Any = None,
    ) -> Message:  # fmt: skip
        message: Message
        if isinstance(msg_or_type, dict):
            message = msg_or_type
        else:
            message = self.msg(msg_or_type, content=content, parent=parent, header=header, metadata=metadata)
        try:
            packed = [_PACKER.encode(message[name]).encode() for name in _SAID]
        except (TypeError, ValueError):  # what JSON has no word for: the session cleans it, and warns
            packed = self.serialize(message)[-2:]
        parts = dict(zip(_SAID, map(self.unpack, packed), strict=True))
        stream.messages.append(message | parts | {"buffers": buffers or message.get("buffers") or []})
        return message


class _Channel:
    """The client's end of a wire."""

    def __init__(self, wire: _Wire) -> None:
        self.wire = wire

    async def get_msg(self, timeout: float | None = None) -> Message:
        return self.wire.messages.popleft()


class _Stream(io.TextIOBase):
    """Standard output or error of the cells: buffers text and sends it when flushed."""

    encoding = "UTF-8"

    def __init__(self, kernel: LocalKernel, name: str) -> None:
        self.kernel, self.name = kernel, name
        self.buffer_text: list[str] = []

    def fileno(self) -> int:
        raise io.UnsupportedOperation("fileno")

    def writable(self) -> bool:
        return True

    def write(self, string: str) -> int:
        if not isinstance(string, str):
            raise TypeError(f"write() argument must be str, not {type(string)}")
        self.buffer_text.append(string)
        return len(string)

    def flush(self) -> None:
        text, self.buffer_text = "".join(self.buffer_text), []
        if text:
            self.kernel.publish("stream", {"name": self.name, "text": text})


def _rules(manager: TransformerManager) -> list[list[Any]]:
    """What changes a cell's text before it runs; a cell may add to it."""
    return [[*manager.cleanup_transforms], [*manager.line_transforms], [*manager.token_transformers]]


class LocalKernel:
    """Both ends of a kernel in one process: nbclient's view of it, and the shell that runs the cells.

    It may be made before a fork and used after it, by one report in each process.
    """

    # What ZMQInteractiveShell asks of the kernel it belongs to.
    eventloop = None

    def __init__(self) -> None:
        # It is made before the fork: without this it would send nothing after.
        self.session: Any = _Session(key=b"", check_pid=False)
        self.wire, self.replies = _Wire(), _Wire()
        self.iopub_channel, self.shell_channel = _Channel(self.wire), _Channel(self.replies)
        self.request: Message = {}
        sys.stdout, sys.stderr = _Stream(self, "stdout"), _Stream(self, "stderr")
        for module, name in ((builtins, "input"), (getpass, "getpass")):
            setattr(module, name, refuse_input)
        self.shell: Any = cast("Any", ZMQInteractiveShell).instance(
            user_ns={}, kernel=self, compiler_class=CellCompiler, config=shell_config()
        )
        self.shell.compile.usual = lambda: not self.shell.ast_transformers
        publisher: Any
        for publisher in (self.shell.displayhook, self.shell.display_pub):
            publisher.session, publisher.pub_socket = self.session, self.wire
        self.shell.displayhook.topic = b"execute_result"
        settle(self.shell)
        manager = self.shell.input_transformer_manager
        usual, transform = _rules(manager), manager.transform_cell
        manager.transform_cell = lambda code: (_transformed if _rules(manager) == usual else transform)(code)
        # Asked for by this kernel and again by the shell.
        self.shell.transform_cell = lru_cache(maxsize=1)(self.shell.transform_cell)

    def is_alive(self) -> bool:
        return True

    def publish(self, kind: str, content: Message) -> None:
        self.session.send(self.wire, kind, content, parent=self.request)

    async def execute(self, code: str, *, store_history: bool, stop_on_error: bool) -> str:
        """Run a cell to its end, as ipykernel's execute_request and do_execute do; all its messages
        are waiting when this returns the request's id."""
        shell = self.shell
        self.request = self.session.msg("execute_request", {"code": code})
        shell.set_parent(self.request)
        self.publish("execute_input", {"code": code, "execution_count": shell.execution_count})
        result = await self._run_cell(code, store_history)
        sys.stdout.flush()
        sys.stderr.flush()
        error = result.error_before_exec or result.error_in_exec
        content: Message = {"status": "ok", "execution_count": shell.execution_count - 1}
        if error is not None or shell._last_traceback_during_displayhook:
            content |= {
                "status": "error",
                "ename": type(error).__name__,
                "evalue": str(error),
                "traceback": shell._last_traceback or [],
            }
        shell.payload_manager.clear_payload()
        self.session.send(self.replies, "execute_reply", content, parent=self.request)
        self.publish("status", {"execution_state": "idle"})
        return str(self.request["header"]["msg_id"])

    async def _run_cell(self, code: str, store_history: bool) -> Any:
        shell, problem = self.shell, None
        try:
            transformed = shell.transform_cell(code)
        except Exception:  # noqa: BLE001 - the shell itself reports it, as part of running the cell
            transformed, problem = code, sys.exc_info()
        if not shell.should_run_async(code, transformed_cell=transformed, preprocessing_exc_tuple=problem):
            return shell.run_cell(code, store_history=store_history, cell_meta={})
        # A task of its own, as in a kernel: what it sets in its context ends with it.
        cell: Awaitable[Any] = asyncio.ensure_future(
            shell.run_cell_async(
                code,
                store_history=store_history,
                transformed_cell=transformed,
                preprocessing_exc_tuple=problem,
                cell_meta={},
            )
        )
        result = None
        try:
            result = await cell
        finally:
            shell.events.trigger("post_execute")
            shell.events.trigger("post_run_cell", result)
        return result
