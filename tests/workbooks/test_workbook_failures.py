"""A failing report names workbook, region, year, cell and line; the others go on."""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import time

import psutil
import pytest

from running import Order, carry_out, code, command, notebook, store

EXECUTORS = [
    pytest.param("forked", marks=pytest.mark.skipif(sys.platform == "win32", reason="Windows can't fork")),
    "jupyter",
]

WORKBOOKS = {
    "good": ["print('好')"],
    "error": ["def share(part, whole):\n    return part / whole", "\n\nx = 3\nshare(x, 0)"],
    "syntax": ["a = 1\nb = = 2"],
    "unknown_name": ["没有这个名字"],
    "in_library": ["import json\njson.loads('{')"],
    "result_that_fails": ["class Bad:\n    def _repr_html_(self):\n        raise ValueError('坏')\nBad()"],
    "leaving": ["import sys\nsys.exit('走')"],
    "asking": ["x = 1\ninput('?')"],
    "downloading": ["import urllib.request\nurllib.request.urlopen('https://192.0.2.1/')"],
    "connecting": ["import socket\nsocket.create_connection(('192.0.2.1', 80))"],
    "looking_up": ["import socket\nsocket.gethostbyname('example.org')"],
    "starting": ["import subprocess\nsubprocess.run(['true'])"],
    "vanishing": ["import os\nos._exit(0)"],
    "crashing": ["1", "import ctypes\n\nctypes.string_at(0)"],
    "after": [code("1", "mark"), "1"],
}


@pytest.fixture(scope="module", params=EXECUTORS)
def runs(request, tmp_path_factory):
    root = tmp_path_factory.mktemp("publication")
    for name, cells in WORKBOOKS.items():
        store(root, name, notebook(*cells))
    runs, done = carry_out(Order(root, request.param, list(WORKBOOKS)), root)
    assert sorted(done) == sorted(WORKBOOKS)
    assert [run.key.area for run in runs] == list(WORKBOOKS)
    return {run.key.area: run for run in runs}


def test_only_whole_notebooks_are_written(runs):
    written = {name for name, run in runs.items() if run.target.exists()}
    assert written == {name for name, run in runs.items() if run.failure is None} == {"good", "after"}
    assert {path.name for path in runs["good"].target.parent.iterdir()} == {"good.ipynb", "after.ipynb"}


def test_place_is_named(runs):
    failure = runs["error"].failure
    assert (failure.kind, failure.cell, failure.cell_id, failure.line) == ("error", 3, "cell-3", 4)
    assert failure.source_line == "share(x, 0)"
    assert (failure.ename, failure.evalue) == ("ZeroDivisionError", "division by zero")
    text = str(failure)
    for part in ("error.ipynb", "990199", "2020年", "第3个代码单元第4行", "ZeroDivisionError", "share(x, 0)"):
        assert part in text


@pytest.mark.parametrize(
    ("name", "line", "ename", "evalue"),
    [
        ("syntax", 2, "SyntaxError", "invalid syntax"),
        ("unknown_name", 1, "NameError", "没有这个名字"),
        ("in_library", 2, "JSONDecodeError", "Expecting property name"),
        ("result_that_fails", 3, "ValueError", "坏"),
        ("leaving", None, "SystemExit", "走"),
        ("asking", 2, "StdinNotImplementedError", "input"),
        ("downloading", 2, "URLError", "工作簿运行时不许联网"),
        ("connecting", 2, "PermissionError", "工作簿运行时不许联网（想访问 192.0.2.1"),
        ("looking_up", 2, "PermissionError", "工作簿运行时不许联网（想访问 example.org）"),
        ("starting", 2, "PermissionError", "工作簿运行时不许启动其他程序"),
    ],
)
def test_cause_is_named(runs, name, line, ename, evalue):
    failure = runs[name].failure
    assert (failure.kind, failure.cell, failure.line, failure.ename) == ("error", 2, line, ename)
    assert evalue in failure.evalue


def test_traceback_is_short_and_says_nothing_of_the_machine(runs):
    for name, run in runs.items():
        if run.failure is not None:
            assert "\x1b" not in run.failure.traceback, name
            assert sys.prefix not in run.failure.traceback, name
            assert len(run.failure.traceback.splitlines()) <= 24, name
    shown = runs["in_library"].failure.traceback
    assert "----> 2 json.loads('{')" in shown
    assert shown.splitlines()[-1].startswith("JSONDecodeError: Expecting property name")


def test_process_that_ends_is_a_crash(runs):
    failure = runs["vanishing"].failure
    assert (failure.kind, failure.cell) == ("crash", 2)
    assert "意外退出" in str(failure)


def test_crash_in_a_library_names_the_line(runs):
    failure = runs["crashing"].failure
    assert (failure.kind, failure.cell, failure.line) == ("crash", 3, 3)
    assert failure.source_line == "ctypes.string_at(0)"


def test_failures_pickle(runs):
    failure = runs["error"].failure
    assert pickle.loads(pickle.dumps(failure)) == failure


def processes_about(folder):
    """Processes, other than this one's ancestors, that hold the folder as working folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if process.cwd().startswith(str(folder)):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied, psutil.ZombieProcess):
            continue
    return found


@pytest.mark.parametrize("executor", EXECUTORS)
def test_time_limit_stops_a_report(tmp_path, executor):
    for name, source in {"endless": "print('开始')\nwhile True:\n    pass", "quick": "1"}.items():
        store(tmp_path, name, notebook(source))
    runs, _ = carry_out(Order(tmp_path, executor, ["endless", "quick"], time_limit=2), tmp_path)
    failure = runs[0].failure
    assert (failure.kind, failure.cell, failure.line) == ("timeout", 2, None)
    assert "2 秒" in str(failure)
    assert runs[1].failure is None
    assert not processes_about(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for one process")
@pytest.mark.parametrize("executor", EXECUTORS)
def test_interrupt_leaves_no_process(tmp_path, executor):
    source = "from pathlib import Path\nPath('started').touch()\nwhile True:\n    pass"
    store(tmp_path, "endless", notebook(source))
    line, environment, _ = command(Order(tmp_path, executor, ["endless"]), tmp_path)
    process = subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True)
    patience = time.monotonic() + 60
    while not (tmp_path / "workbooks" / "started").exists():
        assert time.monotonic() < patience and process.poll() is None
        time.sleep(0.05)
    assert processes_about(tmp_path)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert "KeyboardInterrupt" in errors
    assert not processes_about(tmp_path)
    assert not (tmp_path / executor / "endless.ipynb").exists()
