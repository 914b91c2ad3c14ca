"""`gongbao build` when things go wrong: the others go on, the old site stands, nothing half-made is left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from openpyxl import load_workbook

from publications import copy_publication, run_gongbao

SMALL = ("2019/511923", "2023/340207")


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def add_cell(publication: Path, area: str, source: str) -> None:
    path = publication / "workbooks" / f"{area}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source, id="added-by-test"))
    nbformat.write(notebook, path)


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    publication = copy_publication(tmp_path_factory.mktemp("master") / "publication", *SMALL)
    done = run_gongbao(publication, "build")
    assert done.returncode == 0, done.stderr
    return publication


@pytest.fixture
def built(master: Path, tmp_path: Path) -> Path:
    """A built publication that a test may spoil, with the memory of its last build."""
    return Path(shutil.copytree(master, tmp_path / "publication"))


def test_a_failing_cell_is_named_the_others_run_and_the_old_site_stays(built: Path) -> None:
    before = snapshot(built / "_site")
    add_cell(built, "finance", "amounts = [1]\namounts[7]")
    done = run_gongbao(built, "build")
    assert done.returncode == 1
    assert "finance.ipynb（区划 511923，2019年）" in done.stderr
    assert "第2行" in done.stderr and "amounts[7]" in done.stderr and "IndexError" in done.stderr
    assert "运行 0，未变 12，失败 1" in done.stderr
    assert snapshot(built / "_site") == before
    assert not (built / ".gongbao" / "staging").exists()


def test_a_second_build_runs_nothing_and_gives_the_same_bytes(built: Path) -> None:
    before = snapshot(built / "_site")
    done = run_gongbao(built, "build")
    assert "报告 13 份：运行 0，未变 13" in done.stdout
    assert snapshot(built / "_site") == before


def test_a_changed_cell_runs_its_county_and_the_pages_follow(built: Path) -> None:
    path = built / "data/2019/511923.xlsx"
    book = load_workbook(path)
    sheet = book["指标数据"]
    (cell,) = [c for row in sheet.iter_rows() for c in row if c.value == 15.16]
    cell.value = 16.25
    book.save(path)
    done = run_gongbao(built, "build")
    assert done.returncode == 0, done.stderr
    assert "未变 2" in done.stdout  # 鸠江's two reports
    page = (built / "_site/reports/2019/511923/finance.html").read_text("utf-8")
    said = page.replace("教育经费总投入15.16亿元", "")  # the words of the document: nobody changed these
    assert "16.25亿元" in said and "15.16" not in said and said != page


def test_selecting_reports_runs_only_those_and_keeps_the_rest(built: Path) -> None:
    add_cell(built, "finance", "x = 1")
    add_cell(built, "balance", "x = 1")
    done = run_gongbao(built, "build", "--area", "finance")
    assert done.returncode == 0, done.stderr
    assert "报告 13 份：运行 1，未变 10" in done.stdout
    assert "未选且没有可用旧结果的 2 份" in done.stderr
    assert not (built / "_site/reports/2019/511923/balance.html").exists()


def test_an_unknown_selection_is_an_error_in_words(built: Path) -> None:
    done = run_gongbao(built, "build", "--region", "110101")
    assert done.returncode == 1
    assert "没有区划 110101" in done.stderr and "Traceback" not in done.stderr


def test_a_wrong_cell_stops_the_build_with_file_sheet_and_cell(built: Path) -> None:
    before = snapshot(built / "_site")
    path = built / "data/2019/511923.xlsx"
    book = load_workbook(path)
    (cell,) = [c for row in book["指标数据"].iter_rows() for c in row if c.value == 15.16]
    cell.value = "十五亿多"
    book.save(path)
    done = run_gongbao(built, "build")
    assert done.returncode == 1
    assert "data/2019/511923.xlsx（错误）" in done.stderr
    assert f"工作表“指标数据” 单元格 {cell.coordinate}：“十五亿多”不是数字" in done.stderr
    assert "Traceback" not in done.stderr
    assert snapshot(built / "_site") == before


def test_two_builds_at_once_one_says_so(built: Path) -> None:
    add_cell(built, "duty", "import time\ntime.sleep(6)")
    first = subprocess.Popen(
        [sys.executable, "-m", "gongbao", "build"], cwd=built, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        wait_for(built / ".gongbao/staging")
        second = run_gongbao(built, "build")
        assert second.returncode == 1
        assert "另一个构建正在进行" in second.stderr
    finally:
        first.communicate(timeout=120)
    assert first.returncode == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_build_stopped_in_the_middle_leaves_the_old_site_and_the_next_one_works(
    built: Path, how: signal.Signals
) -> None:
    before = snapshot(built / "_site")
    add_cell(built, "duty", "import time\ntime.sleep(30)")
    first = subprocess.Popen(
        [sys.executable, "-m", "gongbao", "build"], cwd=built, stderr=subprocess.PIPE, stdout=subprocess.PIPE
    )
    wait_for(built / ".gongbao/staging/reports")
    time.sleep(1)
    first.send_signal(how)
    first.communicate(timeout=60)
    assert first.returncode != 0
    assert snapshot(built / "_site") == before
    add_cell_back(built, "duty")
    done = run_gongbao(built, "build")
    assert done.returncode == 0, done.stderr
    assert snapshot(built / "_site") == before


def test_a_site_half_exchanged_by_a_kill_is_made_what_it_was(built: Path) -> None:
    before = snapshot(built / "_site")
    # As far as a build came that was to replace one page and add another.
    working = built / ".gongbao/exchange"
    (working / "replaced").mkdir(parents=True)
    (working / "journal.json").write_text('[["index.html", true, true], ["new.html", false, true]]', "utf-8")
    (built / "_site/index.html").rename(working / "replaced/index.html")
    for name in ("index.html", "new.html"):
        (built / "_site" / name).write_text("new", "utf-8")
    add_cell(built, "duty", "1 / 0")
    assert run_gongbao(built, "build").returncode == 1
    assert snapshot(built / "_site") == before


@pytest.mark.parametrize("size", ["200k", "1m"], ids=["while reports run", "while the site is made"])
def test_a_full_disk_leaves_the_old_site(tmp_path: Path, size: str) -> None:
    """On a small file system of its own (mounted in a namespace, so no rights are needed)."""
    publication = copy_publication(tmp_path / "publication", *SMALL)
    script = """
set -e
mkdir -p "$0/.gongbao" && mount -t tmpfs -o size=$2 tmpfs "$0/.gongbao"
mkdir "$0/_site" && echo old > "$0/_site/index.html"
cd "$0"
"$1" -m gongbao build && exit 9
cat _site/index.html
"""
    done = subprocess.run(
        ["unshare", "--map-root-user", "--mount", "sh", "-c", script, str(publication), sys.executable, size],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "磁盘已满" in done.stderr and "Traceback" not in done.stderr
    assert done.stdout.strip().endswith("old")


def test_both_executors_publish_the_same_site(tmp_path: Path) -> None:
    sites = []
    for executor in ("forked", "jupyter"):
        publication = copy_publication(tmp_path / executor, *SMALL)
        done = run_gongbao(publication, "build", "--executor", executor)
        assert done.returncode == 0, done.stderr
        sites.append(snapshot(publication / "_site"))
    assert sites[0] == sites[1]


def test_two_clean_builds_give_the_same_bytes_wherever_and_however(built: Path, tmp_path: Path) -> None:
    other = copy_publication(tmp_path / "另一个 文件夹", *SMALL)
    surroundings = {"TZ": "Asia/Shanghai", "LC_ALL": "C", "PYTHONHASHSEED": "7", "HOME": str(tmp_path)}
    done = run_gongbao(other, "build", "--workers", "1", **surroundings)
    assert done.returncode == 0, done.stderr
    assert snapshot(other / "_site") == snapshot(built / "_site")


def test_quarto_missing_says_how_to_get_it(built: Path) -> None:
    done = run_gongbao(built, "build", "--engine", "quarto", PATH="/nowhere", QUARTO_PATH="")
    assert done.returncode == 1
    assert "Quarto" in done.stderr and "environment.yml" in done.stderr
    assert "Traceback" not in done.stderr


def wait_for(path: Path) -> None:
    """Until a build in another process has come so far."""
    limit = time.monotonic() + 60
    while not path.exists():
        assert time.monotonic() < limit, f"{path.name} did not appear"
        time.sleep(0.02)


def add_cell_back(publication: Path, area: str) -> None:
    source = Path(__file__).resolve().parents[1] / "workbooks" / f"{area}.ipynb"
    (publication / "workbooks" / f"{area}.ipynb").write_bytes(source.read_bytes())


def test_no_process_is_left_behind_by_an_interrupted_build(built: Path) -> None:
    add_cell(built, "duty", "import time\ntime.sleep(30)")
    first = subprocess.Popen(
        [sys.executable, "-m", "gongbao", "build"], cwd=built, stderr=subprocess.PIPE, stdout=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    wait_for(built / ".gongbao/staging/reports")
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        try:
            os.killpg(first.pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.1)
    pytest.fail("a process of the build is still running")
