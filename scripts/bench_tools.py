"""The ways in which others make reports from notebooks, each as one command: the other sides of `make bench`.

    python scripts/bench_tools.py SIDE JOB.json

JOB.json holds publication, out, reports ([year, region, area] …), workers and python (of jupyter-book's own
environment). Every side runs the same notebooks with the same parameters in fresh kernels of this
interpreter and writes an HTML page for each. None of them draws a chart: their pages leave that to the
reader's browser.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
KERNEL = "gongbao-bench"
_LAST_LINES = 12


@dataclass(frozen=True, slots=True)
class Report:
    """One report to make."""

    year: int
    region: str
    area: str

    @property
    def name(self) -> str:
        return f"{self.year}-{self.region}-{self.area}"


@dataclass(frozen=True, slots=True)
class Work:
    publication: Path
    out: Path
    reports: tuple[Report, ...]
    workers: int
    python: str = ""

    @property
    def notebooks(self) -> Path:
        return self.publication / "workbooks"


class SideError(Exception):
    """A tool could not make a report; the text says which and what it said."""


def by_commands(work: Work) -> None:
    """`papermill` and `jupyter nbconvert` as a script would call them, as many at a time as there are workers."""

    def make(report: Report) -> None:
        notebook = work.out / f"{report.name}.ipynb"
        parameters = ["-r", "region", report.region, "-p", "year", str(report.year), "--no-progress-bar"]
        _run([BIN / "papermill", f"{report.area}.ipynb", notebook, *parameters], work.notebooks)
        _run([BIN / "jupyter", "nbconvert", "--to", "html", notebook], work.out)

    with ThreadPoolExecutor(work.workers) as pool:
        list(pool.map(make, work.reports))


def _run(command: Sequence[str | Path], folder: Path, **environment: str) -> None:
    done = subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, encoding="utf-8",
        errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).strip().splitlines()[-_LAST_LINES:])
        raise SideError(f"{Path(command[0]).name} ended with exit code {done.returncode}:\n{said}")


def by_apis(work: Work) -> None:
    """papermill and nbconvert imported once in each of the workers' processes."""
    _in_processes(work, _papermill)


def by_nbclient(work: Work) -> None:
    """nbclient, which papermill stands on, and nbconvert imported once in each of the workers' processes."""
    _in_processes(work, _nbclient)


def _in_processes(work: Work, make: Callable[[Work, Report], str]) -> None:
    with ProcessPoolExecutor(
        work.workers, get_context("spawn"), initializer=_silence, initargs=(str(work.out / "log"),)
    ) as pool:
        faults = [fault for fault in pool.map(make, [work] * len(work.reports), work.reports) if fault]
    if faults:
        raise SideError("\n".join(faults))


def _silence(log: str) -> None:
    """In a worker: everything that it or its kernels print goes to a file."""
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)


def _papermill(work: Work, report: Report) -> str:
    import papermill

    notebook = work.out / f"{report.name}.ipynb"
    try:
        papermill.execute_notebook(
            str(work.notebooks / f"{report.area}.ipynb"),
            str(notebook),
            {"region": report.region, "year": report.year},
            cwd=str(work.notebooks),
            progress_bar=False,
            log_output=False,
        )
        _write_html(notebook)
    except Exception as error:  # noqa: BLE001 - papermill's own can't be sent to another process
        return f"{report.name}: {type(error).__name__}: {str(error).strip()}"
    return ""


def _nbclient(work: Work, report: Report) -> str:
    import nbformat
    from nbclient import NotebookClient

    notebook = work.out / f"{report.name}.ipynb"
    try:
        content = with_parameters(work, report)
        NotebookClient(content, resources={"metadata": {"path": str(work.notebooks)}}).execute()
        nbformat.write(content, notebook)
        _write_html(notebook)
    except Exception as error:  # noqa: BLE001 - can't be sent to another process either
        return f"{report.name}: {type(error).__name__}: {str(error).strip()}"
    return ""


def _write_html(notebook: Path) -> None:
    from nbconvert import HTMLExporter

    body, _ = HTMLExporter().from_filename(str(notebook))
    notebook.with_suffix(".html").write_text(body, "utf-8")


def with_parameters(work: Work, report: Report) -> Any:
    """The workbook with a cell that sets region and year behind the one tagged `parameters`, as papermill's."""
    import nbformat

    content = nbformat.read(work.notebooks / f"{report.area}.ipynb", as_version=4)
    tagged = [i for i, c in enumerate(content.cells) if "parameters" in c.metadata.get("tags", ())]
    cell = nbformat.v4.new_code_cell(f"region = {report.region!r}\nyear = {report.year}\n")
    content.cells.insert(tagged[0] + 1, cell)
    return content


def by_book(work: Work) -> None:
    """jupyter-book, which runs one notebook after the other: a book with a share of the reports for each worker.

    It stands in an environment of its own; its kernels are this interpreter, which has the library.
    """
    kernels = work.out / "jupyter" / "kernels" / KERNEL
    kernels.mkdir(parents=True)
    start = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": start, "display_name": KERNEL, "language": "python"}
    (kernels / "kernel.json").write_text(json.dumps(spec), "utf-8")
    books = []
    for number in range(min(work.workers, len(work.reports))):
        # inside the publication, where a workbook finds its data
        books.append(_book(work, work.publication / f"book-{number}", work.reports[number :: work.workers]))
    program = Path(work.python).parent / "jupyter-book"
    with ThreadPoolExecutor(len(books)) as pool:
        list(
            pool.map(
                lambda book: _run(
                    [program, "build", book, "--path-output", work.out / book.name, "-q"],
                    work.out,
                    JUPYTER_PATH=str(work.out / "jupyter"),
                ),
                books,
            )
        )


def _book(work: Work, folder: Path, reports: Sequence[Report]) -> Path:
    import nbformat

    folder.mkdir()
    for report in reports:
        content = with_parameters(work, report)
        content.metadata["kernelspec"] = {"name": KERNEL, "display_name": KERNEL, "language": "python"}
        nbformat.write(content, folder / f"{report.name}.ipynb")
    settings = {
        "title": "bench",
        "execute": {"execute_notebooks": "force", "timeout": -1},
        "sphinx": {"config": {"nb_execution_raise_on_error": True}},
        "only_build_toc_files": True,
    }
    contents = {
        "format": "jb-book",
        "root": "index",
        "chapters": [{"file": report.name} for report in reports],
    }
    (folder / "index.md").write_text("# bench\n", "utf-8")
    for name, values in (("_config", settings), ("_toc", contents)):
        (folder / f"{name}.yml").write_text(json.dumps(values), "utf-8")  # JSON is YAML too
    return folder


SIDES = {"commands": by_commands, "apis": by_apis, "nbclient": by_nbclient, "book": by_book}


def main() -> None:
    side, job = sys.argv[1:]
    given = json.loads(Path(job).read_text("utf-8"))
    work = Work(
        publication=Path(given["publication"]),
        out=Path(given["out"]),
        reports=tuple(Report(*report) for report in given["reports"]),
        workers=given["workers"],
        python=given["python"],
    )
    try:
        SIDES[side](work)
    except SideError as error:
        raise SystemExit(str(error)) from error
    made = list(work.out.rglob("*.html"))
    lacking = [r.name for r in work.reports if not any(page.stem == r.name for page in made)]
    if lacking:
        raise SystemExit(f"{side} made no page of {', '.join(lacking)}")


if __name__ == "__main__":
    main()
