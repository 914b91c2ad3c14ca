"""`make bench`: what it measures of a command, what it keeps, what it changes, and one run from end to end."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from gongbao.data import read_dataset
from publications import ROOT, copy_publication

BENCH = ROOT / "scripts" / "bench.py"


def _module(name: str, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(ROOT / "scripts")
    return importlib.import_module(name)


@pytest.fixture
def measure(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    return _module("bench_measure", monkeypatch)


# Works 0.4 s and starts a child that holds 120 MB and works 0.4 s; tells of two stages.
_PROGRAM = """
import subprocess, sys, time
def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
if sys.argv[1:]:
    held = bytearray(120 * 2**20)
    work(0.4)
    time.sleep(1.5)
else:
    print("first：12", flush=True)
    work(0.4)
    print("data/2023/990101.xlsx（提醒）", flush=True)
    print("second", flush=True)
    subprocess.run([sys.executable, sys.argv[0], "child"], check=True)
"""


def test_a_command_is_measured_with_all_that_it_starts(measure: ModuleType, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(_PROGRAM, "utf-8")
    cost = measure.measured("the program", [sys.executable, program], tmp_path)
    assert 0.8 <= cost.processor <= 5
    assert cost.seconds >= 2.3
    assert cost.peak_mb >= 120
    assert 5 <= cost.peak_own_mb <= 80  # the child's memory isn't its own
    assert [stage.name for stage in cost.stages] == ["起动", "first", "second"]
    assert sum(stage.seconds for stage in cost.stages) == pytest.approx(cost.seconds)
    assert sum(stage.processor for stage in cost.stages) == pytest.approx(cost.processor)
    assert cost.stages[1].processor >= 0.35
    assert cost.stages[2].processor >= 0.4


def test_a_command_that_fails_says_what_it_said(measure: ModuleType, tmp_path: Path) -> None:
    with pytest.raises(measure.BenchError, match=r"(?s)the program ended with exit code 3.*no such county"):
        measure.measured("the program", [sys.executable, "-c", "print('no such county'); exit(3)"], tmp_path)


def test_a_file_with_two_names_takes_its_space_once(measure: ModuleType, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    second.mkdir()
    (first / "a").write_bytes(bytes(range(256)) * 4096)
    one = measure.disk(first)
    (second / "b").hardlink_to(first / "a")
    both = measure.disk(first, second)
    assert (one.files, both.files) == (1, 2)
    assert one.mb == both.mb >= 1


def test_results_are_kept_and_not_measured_twice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    bench, results = _module("bench_measure", monkeypatch), _module("bench_results", monkeypatch)
    done: list[str] = []

    def work() -> tuple[Any, dict[str, int]]:
        done.append("once")
        return bench.Cost(2.0, 3.0, 100.0, 50.0, 0.0), {"reports": 4}

    file, key = tmp_path / "results.json", {"part": "cold", "counties": 10}
    first = results.Results(file).measure(key, "--only cold", work)
    again = results.Results(file)  # another run
    assert again.measure(key, "--only cold", work) == json.loads(json.dumps(first))
    assert len(done) == 1
    assert results.per(again.of("cold")[0], "processor") == "0.750"
    monkeypatch.setattr(results, "program", lambda: "another state of it")
    other = results.Results(file)
    assert other.of("cold") == []
    other.measure(key, "--only cold", work)
    assert len(done) == 2
    assert len(json.loads(file.read_text("utf-8"))) == 2
    results.Results(file, again=True).measure(key, "--only cold", work)
    assert len(done) == 3
    assert len(json.loads(file.read_text("utf-8"))) == 2


def test_each_change_changes_what_it_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    changes = _module("bench_builds", monkeypatch).CHANGES
    publication = copy_publication(tmp_path / "publication", "2023/990102")

    def state() -> dict[str, bytes]:
        return {
            p.relative_to(publication).as_posix(): p.read_bytes()
            for p in publication.rglob("*")
            if p.is_file()
        }

    books = read_dataset(publication, publication / "data").table("school_year")["books"]
    touched = {}
    before = state()
    for what, change in changes.values():
        change(publication)
        after = state()
        touched[what] = [name for name, data in after.items() if data != before.get(name)]
        before = after
    assert touched == {
        "nothing changed": [],
        "one cell changed": ["data/2023/990102.xlsx"],
        "one workbook changed": ["workbooks/finance.ipynb"],
        "the theme changed": ["site/theme/gongbao.css"],
    }
    changed = read_dataset(publication, publication / "data").table("school_year")["books"]
    assert (changed - books).dropna().sort_values().tolist()[-2:] == [0, 1]


def test_a_small_run_from_end_to_end(tmp_path: Path) -> None:
    """One report by nbclient, one county built from nothing; the second run measures nothing."""
    command = [
        sys.executable, BENCH, "--work", tmp_path, "--only", "tools", "cold", "--tools", "nbclient", "--counties",
        "1", "--sizes", "1", "--areas", "preschool",
    ]  # fmt: skip
    first = subprocess.run(command, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr + first.stdout
    tools, cold = json.loads((tmp_path / "results.json").read_text("utf-8"))
    assert (tools["reports"], cold["reports"], cold["executed"]) == (1, 1, 1)
    assert tools["processor"] > 0 and cold["processor"] > 0
    assert [stage["name"] for stage in cold["stages"]][:2] == ["起动", "读取并检查数据"]
    assert cold["files"] == sum(path.is_file() for path in (tmp_path / "country-1" / "_site").rglob("*"))
    table = first.stdout[first.stdout.index("1 reports, ") :]
    assert "| nbclient + nbconvert, APIs in one process per worker |" in table
    assert "| 1 counties | 1 |" in table
    again = subprocess.run([*command], capture_output=True, text=True, check=True)
    assert again.stdout.endswith(table)
    assert "…" not in again.stdout
