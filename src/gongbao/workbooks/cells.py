"""Runs a notebook's cells through an nbclient client and turns what goes wrong into a Failure.

Shared by both executors: the client of one talks to a kernel over sockets, the client of the other to
a shell in its own process. Everything between the messages and the stored outputs is nbclient's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from gongbao.workbooks.cleaning import Scrub, plain
from gongbao.workbooks.notebook import INJECTED_TAG
from gongbao.workbooks.outcome import Failure, FailureKind, Job

# A report of a failure is read on a terminal: enough frames to see the way, no more.
_TRACEBACK_LINES = 24
_FATAL_FRAME = re.compile(r'File "<ipython-input-(\d+)-[0-9a-f]+>", line (\d+)')


def make_client(notebook: NotebookNode, **options: Any) -> NotebookClient:
    """A client that keeps no times, stops at the first error and loses no output in silence."""
    return NotebookClient(
        notebook,
        record_timing=False,
        coalesce_streams=True,
        # The whole report has a time limit, kept by the executor.
        timeout=None,
        iopub_timeout=60,
        raise_on_iopub_timeout=True,
        **options,
    )


async def run_cells(
    client: NotebookClient, job: Job, scrub: Scrub, on_cell: Callable[[int], None]
) -> Failure | None:
    """Run every cell in order; `on_cell` hears each one's index before it runs."""
    notebook = client.nb
    reply: dict[str, Any] = {}

    def at_error(cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        reply.update(execute_reply["content"])

    client.on_cell_error = at_error
    client.reset_execution_trackers()
    for index, cell in enumerate(notebook.cells):
        on_cell(index)
        try:
            await client.async_execute_cell(cell, index, execution_count=client.code_cells_executed + 1)
        except CellExecutionError:
            return _error(job, notebook, index, client.code_cells_executed, reply, scrub)
    client.set_widgets_metadata()
    return None


def _error(
    job: Job, notebook: NotebookNode, index: int, prompt: int, reply: dict[str, Any], scrub: Scrub
) -> Failure:
    shown = [output for output in notebook.cells[index].outputs if output.output_type == "error"]
    # An error while a result is being shown stands in the outputs only; the reply has no name for it.
    error = shown[-1] if shown else reply
    traceback = plain("\n".join(error["traceback"]))
    found = re.search(rf"Cell In\[{prompt}\], line (\d+)", traceback)
    return _failure(
        "error",
        job,
        notebook,
        index,
        int(found[1]) if found else None,
        error["ename"],
        scrub(plain(error["evalue"])),
        _shorten(scrub(traceback)),
    )


def timed_out(job: Job, notebook: NotebookNode, index: int | None, limit: int) -> Failure:
    """The report was stopped while cell `index` (of all cells) was running."""
    evalue = f"运行超过 {limit} 秒，已中止"
    return _failure("timeout", job, notebook, index, None, "TimeoutError", evalue, "")


def crashed(
    job: Job, notebook: NotebookNode, index: int | None, cause: str, log: Path, scrub: Scrub
) -> Failure:
    """The process ended by itself; `log` is what it wrote to its error output on the way."""
    text = log.read_text("utf-8", errors="replace") if log.exists() else ""
    frames = _FATAL_FRAME.findall(text)
    # The deepest frame comes first; the cell itself is the last one with the highest prompt.
    line = int(max(reversed(frames), key=lambda frame: int(frame[0]))[1]) if frames else None
    return _failure("crash", job, notebook, index, line, "Crash", cause, scrub(_tail(text.splitlines())))


def _failure(
    kind: FailureKind,
    job: Job,
    notebook: NotebookNode,
    index: int | None,
    line: int | None,
    ename: str,
    evalue: str,
    traceback: str,
) -> Failure:
    number = cell_id = None
    source_line = ""
    if index is not None:
        cell_id = str(notebook.cells[index].id)
        number = _number(notebook, index)
        source = str(notebook.cells[index].source)
        if line is not None:
            # IPython drops empty lines at a cell's head before it counts.
            line += _empty_lines(source)
            lines = source.splitlines()
            source_line = lines[line - 1].strip() if line <= len(lines) else ""
    return Failure(
        kind=kind,
        key=job.key,
        workbook=job.workbook.name,
        cell=number,
        cell_id=cell_id,
        line=line,
        source_line=source_line,
        ename=ename,
        evalue=evalue,
        traceback=traceback,
    )


def _number(notebook: NotebookNode, index: int) -> int:
    own = [
        cell for cell in notebook.cells[: index + 1] if cell.cell_type == "code" and cell.id != INJECTED_TAG
    ]
    return len(own)


def _empty_lines(source: str) -> int:
    lines = source.splitlines()
    return next((number for number, line in enumerate(lines) if line.strip()), 0)


def _shorten(traceback: str) -> str:
    """Of IPython's traceback: where each frame is, the line that ran, and the error."""
    lines = traceback.splitlines()
    frames = [line for line in lines if re.match(r"(Cell In|File |-+> )", line)]
    ends = [
        number for number, line in enumerate(lines) if re.match(r"[A-Za-z_.]+(Error|Exception|Exit)?: ", line)
    ]
    return _tail([*frames, *(lines[ends[-1] :] if ends else lines[-1:])])


def _tail(lines: Sequence[str]) -> str:
    if len(lines) > _TRACEBACK_LINES:
        lines = [*lines[:4], "…", *lines[-(_TRACEBACK_LINES - 5) :]]
    return "\n".join(lines)
