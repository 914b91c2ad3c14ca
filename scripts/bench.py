"""`make bench`: the same reports through papermill + nbconvert and through `gongbao build`.

One run, the same workbooks, the same number of workers, each from nothing (no cache). Prints
seconds per report, ratios and peak memory (all processes together), with the facts of the machine.
The papermill side draws no static charts and makes no site; ours does both, and that is included.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Report:
    """One report to make: an address like 2023/990101/balance, taken apart."""

    year: int
    region: str
    area: str


@dataclass(frozen=True)
class Measured:
    name: str
    seconds: float
    peak_mb: float


class Peak(threading.Thread):
    """Samples the memory of this process's children; shared pages are counted once (PSS)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.highest, self.done = 0, threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.1):
            total = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    total += child.memory_full_info().pss
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue  # ended between listing and reading
            self.highest = max(self.highest, total)


@contextmanager
def peak() -> Iterator[Peak]:
    sampler = Peak()
    sampler.start()
    try:
        yield sampler
    finally:
        sampler.done.set()
        sampler.join()


def copy_publication(target: Path, reports: list[Report]) -> Path:
    """A publication with the data of the chosen reports alone, so that both sides read the same files."""
    target.mkdir()
    for name in ("_quarto.yml", "workbooks", "site"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            shutil.copy2(source, target / name)
    (target / "data").mkdir()
    for path in (ROOT / "data").glob("*.csv"):
        shutil.copy2(path, target / "data" / path.name)
    for year, region in sorted({(r.year, r.region) for r in reports}):
        folder = target / "data" / str(year)
        folder.mkdir(exist_ok=True)
        shutil.copy2(ROOT / "data" / str(year) / f"{region}.xlsx", folder / f"{region}.xlsx")
    return target


def by_commands(publication: Path, out: Path, report: Report) -> None:
    """`papermill` and `jupyter nbconvert` as a script would call them."""
    name = f"{report.year}-{report.region}-{report.area}"
    notebook = out / f"{name}.ipynb"
    subprocess.run(
        [
            BIN / "papermill",
            f"{report.area}.ipynb",
            notebook,
            "-r",
            "region",
            report.region,
            "-p",
            "year",
            str(report.year),
            "--no-progress-bar",
        ],
        cwd=publication / "workbooks",
        check=True,
        capture_output=True,
    )
    subprocess.run([BIN / "jupyter", "nbconvert", "--to", "html", notebook], check=True, capture_output=True)


def by_apis(publication: str, out: str, report: Report) -> None:
    """papermill and nbconvert imported once in a process that makes many reports."""
    import papermill
    from nbconvert import HTMLExporter

    name = f"{report.year}-{report.region}-{report.area}"
    notebook = Path(out) / f"{name}.ipynb"
    folder = Path(publication) / "workbooks"
    papermill.execute_notebook(
        str(folder / f"{report.area}.ipynb"),
        str(notebook),
        {"region": report.region, "year": report.year},
        cwd=str(folder),
        progress_bar=False,
        log_output=False,
    )
    body, _ = HTMLExporter().from_filename(str(notebook))
    notebook.with_suffix(".html").write_text(body, "utf-8")


def build(publication: Path, executor: str, workers: int) -> None:
    subprocess.run(
        [BIN / "gongbao", "build", "--executor", executor, "--workers", str(workers)],
        cwd=publication,
        check=True,
        capture_output=True,
    )


def measure(name: str, work: Callable[[], None]) -> Measured:
    with peak() as sampler:
        begin = time.perf_counter()
        work()
        seconds = time.perf_counter() - begin
    print(f"  {name}: {seconds:.1f} s", flush=True)
    return Measured(name, seconds, sampler.highest / 2**20)


def reading_seconds(publication: Path) -> float:
    """What one kernel spends on reading and checking the data: part of the papermill side's time."""
    code = (
        "import time; from pathlib import Path; from gongbao.data import read_dataset; t = time.perf_counter();"
        "read_dataset(Path('.'), Path('data').resolve()); print(time.perf_counter() - t)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=publication, check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--counties", type=int, default=6, help="sample counties (1 to 6)")
    arguments.add_argument("--year", type=int, default=2023)
    arguments.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    chosen = arguments.parse_args()
    areas = sorted(p.stem for p in (ROOT / "workbooks").glob("*.ipynb"))
    regions = [f"99010{i + 1}" for i in range(chosen.counties)]
    reports = [Report(chosen.year, region, area) for region in regions for area in areas]
    n = len(reports)
    memory = psutil.virtual_memory().total / 2**30
    print(
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {memory:.0f} GiB, "
        f"Python {platform.python_version()}; {n} reports, {chosen.workers} workers"
    )
    with tempfile.TemporaryDirectory() as folder:
        publication = copy_publication(Path(folder) / "publication", reports)
        commands, apis = Path(folder) / "commands", Path(folder) / "apis"
        commands.mkdir()
        apis.mkdir()
        reading = reading_seconds(publication)

        def run_commands() -> None:
            with ThreadPoolExecutor(chosen.workers) as pool:
                list(pool.map(lambda r: by_commands(publication, commands, r), reports))

        def run_apis() -> None:
            with ProcessPoolExecutor(chosen.workers, mp_context=get_context("spawn")) as pool:
                list(pool.map(by_apis, [str(publication)] * n, [str(apis)] * n, reports))

        def run_ours(executor: str) -> Callable[[], None]:
            def work() -> None:
                shutil.rmtree(publication / ".gongbao", ignore_errors=True)
                build(publication, executor, chosen.workers)

            return work

        results = [
            measure("gongbao build, forked", run_ours("forked")),
            measure("gongbao build, jupyter", run_ours("jupyter")),
            measure("papermill + nbconvert, APIs in one process per worker", run_apis),
            measure("papermill + nbconvert, command lines", run_commands),
        ]
    ours = results[0].seconds
    print(f"\nReading and checking the data once: {reading:.2f} s (each papermill kernel does it; ours once)")
    print("| how | s per report | × gongbao forked | peak MB |\n|---|--:|--:|--:|")
    for result in results:
        print(
            f"| {result.name} | {result.seconds / n:.2f} | {result.seconds / ours:.1f} | {result.peak_mb:.0f} |"
        )


if __name__ == "__main__":
    main()
