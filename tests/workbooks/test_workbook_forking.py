"""What the forked executor asks of its process, and what its children share."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from running import Order, carry_out, command, notebook, store

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows can't fork")


def test_prepare_is_called_once_and_children_see_its_work(tmp_path):
    before = (
        "import sys, types, pathlib\n"
        "shared = types.ModuleType('shared_by_reports')\n"
        "sys.modules['shared_by_reports'] = shared\n"
        f"log = pathlib.Path({str(tmp_path / 'log')!r})\n"
        "def prepare():\n"
        "    shared.table = [1, 2, 3]\n"
        "    log.open('a').write('prepared\\n')\n"
    )
    for name in ("first", "second"):
        store(
            tmp_path,
            name,
            notebook("from shared_by_reports import table\ntable.append(4)\nassert len(table) == 4"),
        )
    runs, _ = carry_out(Order(tmp_path, "forked", ["first", "second"], workers=1, before=before), tmp_path)
    assert [run.failure for run in runs] == [None, None]
    assert (tmp_path / "log").read_text() == "prepared\n"


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_no_thread_is_running_when_it_forks(tmp_path):
    """The libraries that reports need are imported, and the system still counts one thread."""
    program = (
        "from gongbao.workbooks import child\nimport os\nchild.warm_up()\n"
        "import sys\nassert 'pandas' in sys.modules and 'altair' in sys.modules\n"
        "sys.stdout.write(str(len(os.listdir('/proc/self/task'))))"
    )
    _, environment, _ = command(Order(tmp_path, "forked", []), tmp_path)
    shown = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert shown.stdout == "1"


def test_threads_are_refused(tmp_path):
    store(tmp_path, "any", notebook("1"))
    before = "import threading, time\n"
    before += "threading.Thread(target=time.sleep, args=(60,), daemon=True, name='旁人').start()\n"
    line, environment, _ = command(Order(tmp_path, "forked", ["any"], before=before), tmp_path)
    ended = subprocess.run(line, env=environment, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert "ExecutorError" in ended.stderr and "旁人" in ended.stderr
    assert not (tmp_path / "forked" / "any.ipynb").exists()


def test_results_keep_the_order_of_the_jobs(tmp_path):
    names = ["slow", "middle", "fast"]
    for name, pause in zip(names, (1.0, 0.5, 0), strict=True):
        store(tmp_path, name, notebook(f"import time\ntime.sleep({pause})"))
    runs, done = carry_out(Order(tmp_path, "forked", names, workers=3), tmp_path)
    assert [run.key.area for run in runs] == names
    assert done == names[::-1]


def test_no_more_than_the_workers_run_at_once(tmp_path):
    source = (
        "import time\nfrom pathlib import Path\n"
        "Path(f'{region}-running').mkdir(exist_ok=True)\n"
        "mine = Path(f'{region}-running') / str(__import__('os').getpid())\nmine.touch()\ntime.sleep(0.1)\n"
        "count = len(list(mine.parent.iterdir()))\nmine.unlink()\nassert count <= 2, count"
    )
    names = [f"report{number}" for number in range(6)]
    for name in names:
        store(tmp_path, name, notebook(source))
    runs, _ = carry_out(Order(tmp_path, "forked", names), tmp_path)
    assert [run.failure for run in runs] == [None] * 6


def test_children_end_with_a_parent_that_is_killed(tmp_path):
    source = (
        "from pathlib import Path\nimport os, time\nPath('pid').write_text(str(os.getpid()))\ntime.sleep(60)"
    )
    store(tmp_path, "long", notebook(source))
    line, environment, _ = command(Order(tmp_path, "forked", ["long"]), tmp_path)
    process = subprocess.Popen(line, env=environment)
    pid = wait_for(tmp_path / "workbooks" / "pid")
    process.kill()
    process.wait()
    wait_until_gone(pid)


def wait_for(path):
    import time

    patience = time.monotonic() + 60
    while not (path.exists() and path.read_text()):
        assert time.monotonic() < patience
        time.sleep(0.02)
    return int(path.read_text())


def wait_until_gone(pid):
    import time

    patience = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists() and "State:\tZ" not in Path(f"/proc/{pid}/status").read_text():
        assert time.monotonic() < patience
        time.sleep(0.02)


if sys.platform != "linux":
    del test_children_end_with_a_parent_that_is_killed
