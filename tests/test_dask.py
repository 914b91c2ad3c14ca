"""A real Dask cluster on this machine gives the same bytes, also when a worker is killed in the middle."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil
import pytest

from publications import copy_publication, keep_scripts, run_gongbao

PLACES = ("2019/511923", "2023/340207", "2023/990106", "2022/990106")


def site(root: Path) -> dict[str, bytes]:
    folder = root / "_site"
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def add_cell(root: Path, source: str) -> None:
    path = root / "workbooks/finance.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source, id=f"added-{len(notebook.cells)}"))
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built by the forked executor."""
    root = copy_publication(tmp_path_factory.mktemp("dask") / "publication", *PLACES)
    for path in (root / "workbooks").glob("*.ipynb"):
        if path.stem not in ("finance", "overview"):
            path.unlink()
    add_cell(root, "report.say(open('note.txt', encoding='utf-8').read())\nimport time\ntime.sleep(0.5)")
    (root / "workbooks/note.txt").write_text("附注", "utf-8")
    done = run_gongbao(root, "build")
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def fresh(publication: Path, tmp_path: Path) -> Path:
    forgotten = shutil.ignore_patterns(".gongbao", "_site")
    return keep_scripts(Path(shutil.copytree(publication, tmp_path / "publication", ignore=forgotten)))


@dataclass
class Cluster:
    """`dask scheduler` and workers without nannies, which would start a killed one again."""

    folder: Path
    address: str = ""
    processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def start(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        log = self.folder / f"{name}.log"
        with log.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "-m", "distributed.cli.dask_" + arguments[0], *arguments[1:]],
                stdout=file, stderr=subprocess.STDOUT, text=True, cwd=self.folder, env=os.environ | environment,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def scheduler(self) -> None:
        self.start("scheduler", "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard")
        self.address = self.said("scheduler", r"Scheduler at:\s+(tcp://127\.0\.0\.1:\d+)")

    def worker(self, name: str, **environment: str) -> subprocess.Popen[str]:
        process = self.start(
            name, "worker", self.address, "--name", name, "--nthreads", "1", "--no-nanny", "--no-dashboard",
            "--host", "127.0.0.1", "--local-directory", str(self.folder / f"{name}-scratch"), **environment,
        )  # fmt: skip
        self.said(name, r"Registered to:")
        return process

    def said(self, name: str, pattern: str) -> str:
        limit = time.monotonic() + 120
        while time.monotonic() < limit:
            if match := re.search(pattern, (self.folder / f"{name}.log").read_text("utf-8")):
                return match[1] if match.groups() else ""
            time.sleep(0.05)
        raise AssertionError((self.folder / f"{name}.log").read_text("utf-8"))

    def count(self, words: str) -> int:
        return (self.folder / "scheduler.log").read_text("utf-8").count(words)

    def stop(self) -> None:
        for process in reversed(self.processes):
            process.kill()
        for process in self.processes:
            process.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("scheduler"))
    try:
        made.scheduler()
        yield made
    finally:
        made.stop()


@pytest.fixture
def cluster(scheduler: Cluster, tmp_path: Path) -> Iterator[Cluster]:
    """Workers of one test; when it ends the scheduler knows none of them any more."""
    folder = tmp_path / "cluster"
    folder.mkdir()
    made = Cluster(folder, scheduler.address)
    try:
        yield made
    finally:
        made.stop()
        limit = time.monotonic() + 60
        while scheduler.count("Register worker") != scheduler.count("Remove worker"):
            assert time.monotonic() < limit
            time.sleep(0.05)


def ours(process: subprocess.Popen[str]) -> list[psutil.Process]:
    return psutil.Process(process.pid).children(recursive=True)


def gone(processes: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(processes, timeout=15)
    return not alive


def test_two_workers_one_is_killed_in_the_middle_and_the_bytes_are_the_same(
    cluster: Cluster, publication: Path, fresh: Path
) -> None:
    workers = [cluster.worker("one"), cluster.worker("two")]
    build = subprocess.Popen(
        [sys.executable, "-m", "gongbao", "build", "--scheduler", cluster.address],
        cwd=fresh, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    limit = time.monotonic() + 120
    # The killed one is at work: the process beside it runs a report.
    while not any(len(ours(worker)) > 1 for worker in workers):
        assert time.monotonic() < limit and build.poll() is None, build.communicate()
        time.sleep(0.02)
    victim = next(worker for worker in workers if len(ours(worker)) > 1)
    beside = ours(victim)
    victim.send_signal(signal.SIGKILL)
    out, err = build.communicate(timeout=300)
    assert build.returncode == 0, err
    assert "运行 7，未变 0，失败 0" in out
    assert site(fresh) == site(publication)
    assert gone(beside)


def test_workers_that_do_not_see_the_folder_get_its_content(
    cluster: Cluster, publication: Path, fresh: Path, tmp_path: Path
) -> None:
    cluster.worker("one", GONGBAO_PUBLICATION=str(tmp_path / "nowhere"))
    done = run_gongbao(fresh, "build", "--scheduler", cluster.address)
    assert done.returncode == 0, done.stderr
    assert site(fresh) == site(publication)
    # The same process beside the worker takes other data, too.
    (fresh / "workbooks/note.txt").write_text("另一附注", "utf-8")
    add_cell(fresh, "x = 1")
    done = run_gongbao(fresh, "build", "--scheduler", cluster.address)
    assert done.returncode == 0 and "运行 3，未变 4" in done.stdout, done.stderr
    assert "另一附注" in (fresh / "_site/reports/2019/511923/finance.html").read_text("utf-8")
    # A copy elsewhere, with the same content, is as good.
    elsewhere = Path(shutil.copytree(fresh, tmp_path / "elsewhere"))
    cluster.worker("two", GONGBAO_PUBLICATION=str(elsewhere))
    done = run_gongbao(fresh, "build", "--scheduler", cluster.address, "--fresh", "--area", "finance")
    assert done.returncode == 0 and "运行 3，" in done.stdout, done.stderr


def test_a_failing_report_is_told_as_ever(cluster: Cluster, fresh: Path) -> None:
    cluster.worker("one")
    add_cell(fresh, "amounts = [1]\namounts[7]")
    done = run_gongbao(fresh, "build", "--scheduler", cluster.address)
    assert done.returncode == 1
    assert "finance.ipynb（区划 511923，2019年）" in done.stderr and "IndexError" in done.stderr
    assert "运行 4，未变 0，失败 3" in done.stderr and not (fresh / "_site").exists()


def test_another_version_at_a_worker_is_an_error_in_words(cluster: Cluster, fresh: Path) -> None:
    other = cluster.folder / "code"
    import gongbao

    shutil.copytree(Path(gongbao.__file__).parent, other / "gongbao")
    with (other / "gongbao/rows.py").open("a") as file:
        file.write("# another version\n")
    cluster.worker("one", PYTHONPATH=str(other))
    done = run_gongbao(fresh, "build", "--scheduler", cluster.address)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "工作机器上的版本和本机不同：gongbao 的代码" in done.stderr


def test_ctrl_c_leaves_no_process_behind(cluster: Cluster, fresh: Path) -> None:
    worker = cluster.worker("one")
    build = subprocess.Popen(
        [sys.executable, "-m", "gongbao", "build", "--scheduler", cluster.address],
        cwd=fresh, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    limit = time.monotonic() + 120
    while len(ours(worker)) < 2:
        assert time.monotonic() < limit and build.poll() is None, build.communicate()
        time.sleep(0.02)
    started = ours(build)
    assert started
    build.send_signal(signal.SIGINT)
    _, err = build.communicate(timeout=60)
    assert build.returncode == 130 and "已中断" in err
    assert gone(started) and not (fresh / "_site").exists()
    again = run_gongbao(fresh, "build", "--scheduler", cluster.address)  # the worker is none the worse
    assert again.returncode == 0, again.stderr
    beside = ours(worker)
    worker.terminate()
    worker.wait(timeout=60)
    assert gone(beside)


def test_no_scheduler_and_no_worker_are_errors_in_words(
    cluster: Cluster, fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "3s")
    done = run_gongbao(fresh, "build", "--scheduler", cluster.address)
    assert done.returncode == 1 and "没有工作进程" in done.stderr and "Traceback" not in done.stderr
    done = run_gongbao(fresh, "build", "--scheduler", "tcp://127.0.0.1:9")
    assert done.returncode == 1 and "连不上 Dask 调度器" in done.stderr and "Traceback" not in done.stderr


def test_without_the_extra_it_says_how_to_get_it(fresh: Path, tmp_path: Path) -> None:
    """The real command, in an interpreter that doesn't find the library."""
    hide = tmp_path / "hide"
    hide.mkdir()
    (hide / "sitecustomize.py").write_text(
        "import sys\n"
        "class Hide:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] == 'distributed':\n"
        "            raise ModuleNotFoundError(name)\n"
        "sys.meta_path.insert(0, Hide())\n"
    )
    search = os.pathsep.join([str(hide), os.environ.get("PYTHONPATH", "")])
    done = run_gongbao(fresh, "build", "--scheduler", "tcp://127.0.0.1:9", PYTHONPATH=search)
    assert done.returncode == 1 and 'pip install "gongbao[dask]"' in done.stderr, done.stderr
