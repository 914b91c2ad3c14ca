"""A crash or a hang costs one report a second try in a kernel; whatever ends the run leaves no process."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

import psutil
import pytest

from running import Order, carry_out, command, notebook, read, store

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forked processes that die with their parent")

ONCE = """from pathlib import Path
import os, time
mark = Path(f'{name}-once')
first = not mark.exists()
mark.touch()
if first:
    {action}
print('好')
"""


def once(root, name, action):
    store(root, name, notebook(ONCE.replace("{name}", name).replace("{action}", action)))


def test_a_crash_or_a_hang_is_run_again_in_a_kernel_and_said(tmp_path):
    once(tmp_path, "crash", "os.kill(os.getpid(), 11)")
    once(tmp_path, "leave", "os._exit(7)")
    once(tmp_path, "hang", "time.sleep(60)")
    store(tmp_path, "good", notebook("print('好')"))
    names = ["crash", "leave", "good", "hang"]
    runs, done = carry_out(Order(tmp_path, "forked", names, time_limit=5), tmp_path)
    assert [run.failure for run in runs] == [None] * 4
    assert sorted(done) == sorted(names)
    assert "SIGSEGV" in runs[0].retried and "退出码 7" in runs[1].retried and "5 秒" in runs[3].retried
    assert runs[2].retried == ""
    for name in names:
        outputs = read(tmp_path / "forked" / f"{name}.ipynb")["cells"][-1]["outputs"]
        assert outputs == [{"name": "stdout", "output_type": "stream", "text": ["好\n"]}]


def test_a_second_failure_tells_of_both(tmp_path):
    store(tmp_path, "always", notebook("import os\nos._exit(5)"))
    store(tmp_path, "good", notebook("1"))
    (failed, good), _ = carry_out(Order(tmp_path, "forked", ["always", "good"]), tmp_path)
    assert good.failure is None
    assert (failed.failure.kind, failed.failure.cell) == ("crash", 2)
    assert "jupyter" in failed.failure.evalue and "forked" in failed.failure.evalue
    assert "退出码 5" in failed.failure.evalue
    assert not (tmp_path / "forked" / "always.ipynb").exists()


def test_a_county_process_that_is_killed_costs_its_reports_nothing(tmp_path):
    once(tmp_path, "killer", "os.kill(os.getppid(), 9)\n    time.sleep(60)")
    for name in ("before", "later", "last"):
        store(tmp_path, name, notebook("print(region)"))
    names = ["before", "killer", "later", "last"]
    runs, done = carry_out(Order(tmp_path, "forked", names, workers=1), tmp_path)
    assert [(run.key.area, run.failure) for run in runs] == [(name, None) for name in names]
    assert sorted(done) == sorted(names)


SLEEPING = "from pathlib import Path\nimport os, time\nPath(f'{name}-pid').write_text(str(os.getpid()))\ntime.sleep(90)"


@pytest.mark.parametrize("executor", ["forked", "jupyter"])
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_no_process_is_left_behind(tmp_path, executor, end):
    names = ["one", "two"]
    for name in names:
        store(tmp_path, name, notebook(SLEEPING.replace("{name}", name)))
    line, environment, _ = command(Order(tmp_path, executor, names), tmp_path)
    process = subprocess.Popen(line, env=environment, stderr=subprocess.DEVNULL)
    marks = [tmp_path / "workbooks" / f"{name}-pid" for name in names]
    wait_until(lambda: all(mark.exists() and mark.read_text() for mark in marks))
    started = psutil.Process(process.pid).children(recursive=True)
    assert {int(mark.read_text()) for mark in marks} <= {one.pid for one in started}
    process.send_signal(end)
    process.wait(timeout=30)
    wait_until(lambda: not [one for one in started if alive(one)])


def alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def wait_until(holds):
    patience = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < patience
        time.sleep(0.05)
