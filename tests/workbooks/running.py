"""Makes tiny workbooks and runs them in a process of their own.

A process of their own, because the forked executor refuses one with threads, and a test run may have
some; and because Python orders sets by a seed that is fixed when a process starts.
"""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import nbformat

PARAMETERS = 'region = "990101"\nyear = 2019'


def code(source, name, tags=()):
    cell = nbformat.v4.new_code_cell(source, id=name)
    cell.metadata["tags"] = list(tags)
    return cell


def notebook(*cells, parameters=PARAMETERS):
    """A notebook of the given sources (or cells) below a parameters cell."""
    made = nbformat.v4.new_notebook()
    made.nbformat_minor = 5
    made.cells = [code(parameters, "parameters", ["parameters"])]
    for number, cell in enumerate(cells, start=2):
        made.cells.append(code(cell, f"cell-{number}") if isinstance(cell, str) else cell)
    return made


def store(root, name, made):
    path = root / "workbooks" / f"{name}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(made, path)
    return path


@dataclass
class Order:
    """What the other process shall run: one report for each workbook in `names`."""

    root: Path
    executor: str
    names: list[str]
    workers: int = 2
    time_limit: int = 60
    before: str = ""
    done: list[str] = field(default_factory=list)

    def target(self, name):
        return self.root / self.executor / f"{name}.ipynb"


ENVIRONMENT = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}


def command(order, folder):
    """The command line and environment that carry out an order, and where its answer will be."""
    question, answer = folder / f"{order.executor}.order", folder / f"{order.executor}.answer"
    question.write_bytes(pickle.dumps(order))
    environment = {**os.environ, **ENVIRONMENT}
    return [sys.executable, __file__, str(question), str(answer)], environment, answer


def carry_out(order, folder):
    """Run the order in another process; its runs, and the order in which they ended."""
    line, environment, answer = command(order, folder)
    ended = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=300)
    assert ended.returncode == 0, ended.stderr
    return pickle.loads(answer.read_bytes())


def read(path):
    return json.loads(path.read_text("utf-8"))


def main(question, answer):
    sys.modules["running"] = sys.modules["__main__"]
    order = pickle.loads(Path(question).read_bytes())
    namespace = {}
    exec(order.before, namespace)
    from gongbao.workbooks import Job, ReportKey, Workbook, run_reports

    jobs = []
    for name in order.names:
        workbook = Workbook.load(order.root / "workbooks" / f"{name}.ipynb")
        values = {"region": "990199", "year": 2020} if set(workbook.defaults) >= {"region", "year"} else {}
        jobs.append(Job(ReportKey(2020, "990199", name), workbook, values, order.target(name)))
    done = []
    run_reports(
        jobs,
        executor=order.executor,
        workers=order.workers,
        time_limit=order.time_limit,
        root=order.root,
        on_done=done.append,
        prepare=namespace.get("prepare"),
    )
    runs = {run.key: run for run in done}
    told = [runs[job.key] for job in jobs], [run.key.area for run in done]
    Path(answer).write_bytes(pickle.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
