"""`make bench`: the same reports through papermill + nbconvert and through `gongbao build`.

One run, the same workbooks and data, the same number of workers, each from nothing (no cache). Prints
seconds per report, processor time, ratios and peak memory (all processes together), with the facts of
the machine. The papermill side draws no static charts and makes no site; ours does both, and that is
included, as is the start of every command.
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
# Notices of debugger and event loop that have nothing to do with the work.
QUIET = {"PYDEVD_DISABLE_FILE_VALIDATION": "1", "PYTHONWARNINGS": "ignore"}
LAST_LINES = 12


class BenchError(Exception):
    """A side of the comparison could not do its work; the text says which report and what it said."""


@dataclass(frozen=True)
class Report:
    """One report to make: an address like 2023/990101/balance, taken apart."""

    year: int
    region: str
    area: str

    @property
    def name(self) -> str:
        return f"{self.year}-{self.region}-{self.area}"


@dataclass(frozen=True)
class Measured:
    name: str
    seconds: float
    processor: float | None
    peak_mb: float


class Peak(threading.Thread):
    """Samples the memory of this process's children; shared pages are counted once (PSS)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.highest, self.done = 0, threading.Event()

    def run(self) -> None:
        # Reading the maps of all processes takes time from them: not more often.
        while not self.done.wait(0.5):
            total = 0
            for child in psutil.Process().children(recursive=True):
                try:
                    memory = child.memory_full_info()
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue  # ended between listing and reading
                total += getattr(memory, "pss", memory.uss)
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


def processor_seconds() -> float | None:
    """Processor time of all children that have ended, None where the system doesn't tell."""
    try:
        import resource
    except ImportError:
        return None
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def sample_reports(counties: int, years: int) -> list[Report]:
    """Every workbook for the first sample counties in the latest years that all of them reported."""
    folders = {int(p.name): p for p in (ROOT / "data").iterdir() if p.is_dir() and p.name.isdigit()}
    found = {year: sorted(p.stem for p in folder.glob("99*.xlsx")) for year, folder in folders.items()}
    latest = [year for year in sorted(found, reverse=True) if len(found[year]) >= counties][:years]
    if len(latest) < years:
        raise BenchError(f"there are no {counties} sample counties in {years} years: {found}")
    areas = sorted(p.stem for p in (ROOT / "workbooks").glob("*.ipynb"))
    return [Report(y, region, area) for y in latest for region in found[y][:counties] for area in areas]


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


def run(what: str, command: list[str | Path], folder: Path) -> str:
    """Run a command quietly; its output. A failure is raised with the end of what it said."""
    done = subprocess.run(
        command, cwd=folder, env=os.environ | QUIET, capture_output=True, text=True, encoding="utf-8",
        errors="replace", check=False,
    )  # fmt: skip
    if done.returncode:
        said = "\n".join((done.stderr or done.stdout).strip().splitlines()[-LAST_LINES:])
        raise BenchError(f"{what} ended with exit code {done.returncode}:\n{said}")
    return done.stdout


def by_commands(publication: Path, out: Path, report: Report) -> None:
    """`papermill` and `jupyter nbconvert` as a script would call them."""
    notebook = out / f"{report.name}.ipynb"
    run(
        f"papermill for {report.name}",
        [
            BIN / "papermill", f"{report.area}.ipynb", notebook,
            "-r", "region", report.region, "-p", "year", str(report.year),
            "--no-progress-bar",
        ],
        publication / "workbooks",
    )  # fmt: skip
    run(f"nbconvert for {report.name}", [BIN / "jupyter", "nbconvert", "--to", "html", notebook], out)


def silence(log: str) -> None:
    """In a worker: everything that it or its kernels print goes to a file."""
    os.environ.update(QUIET)
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(file, 1)
    os.dup2(file, 2)


def by_apis(publication: str, out: str, report: Report) -> str:
    """papermill and nbconvert imported once in a process that makes many reports; "" or what failed."""
    import papermill
    from nbconvert import HTMLExporter

    notebook = Path(out) / f"{report.name}.ipynb"
    folder = Path(publication) / "workbooks"
    try:
        papermill.execute_notebook(
            str(folder / f"{report.area}.ipynb"),
            str(notebook),
            {"region": report.region, "year": report.year},
            cwd=str(folder),
            progress_bar=False,
            log_output=False,
        )
        body, _ = HTMLExporter().from_filename(str(notebook))
    except Exception as error:  # noqa: BLE001 - papermill's own can't be sent to another process
        return f"{report.name}: {type(error).__name__}: {str(error).strip()}"
    notebook.with_suffix(".html").write_text(body, "utf-8")
    return ""


def measure(name: str, work: Callable[[], object]) -> Measured:
    used = processor_seconds()
    with peak() as sampler:
        begin = time.perf_counter()
        work()
        seconds = time.perf_counter() - begin
    now = processor_seconds()
    print(f"  {name}: {seconds:.1f} s", flush=True)
    return Measured(
        name, seconds, None if now is None or used is None else now - used, sampler.highest / 2**20
    )


def reading_seconds(publication: Path) -> float:
    """What one kernel spends on reading and checking the data: part of the papermill side's time."""
    code = (
        "import time; from pathlib import Path; from gongbao.data import read_dataset; t = time.perf_counter();"
        "read_dataset(Path('.').resolve(), Path('data').resolve()); print(time.perf_counter() - t)"
    )
    return float(run("reading the data", [sys.executable, "-c", code], publication))


def compare(reports: list[Report], workers: int, sides: set[str], folder: Path) -> None:
    publication = copy_publication(folder / "publication", reports)
    commands, apis = folder / "commands", folder / "apis"
    commands.mkdir()
    apis.mkdir()

    def ours(executor: str) -> None:
        shutil.rmtree(publication / ".gongbao", ignore_errors=True)
        command = [BIN / "gongbao", "build", "--executor", executor, "--workers", str(workers)]
        run(f"gongbao build --executor {executor}", command, publication)

    def run_commands() -> None:
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(lambda r: by_commands(publication, commands, r), reports))

    def run_apis() -> None:
        with ProcessPoolExecutor(
            workers, get_context("spawn"), initializer=silence, initargs=(str(apis / "log"),)
        ) as pool:
            jobs = [str(publication)] * len(reports), [str(apis)] * len(reports), reports
            faults = [fault for fault in pool.map(by_apis, *jobs) if fault]
        if faults:
            raise BenchError("papermill's API failed:\n" + "\n".join(faults))

    reading = reading_seconds(publication)
    every = {
        "forked": ("gongbao build", lambda: ours("forked")),
        "jupyter": ("gongbao build --executor jupyter", lambda: ours("jupyter")),
        "apis": ("papermill + nbconvert, APIs in one process per worker", run_apis),
        "commands": ("papermill + nbconvert, command lines", run_commands),
    }
    results = [measure(*every[side]) for side in every if side in sides]
    print(f"\nReading and checking the data once: {reading:.2f} s (each papermill kernel does it; ours once)")
    print("| how | s per report | processor s per report | × the first | peak MB |\n|---|--:|--:|--:|--:|")
    for result in results:
        processor = "" if result.processor is None else f"{result.processor / len(reports):.2f}"
        print(
            f"| {result.name} | {result.seconds / len(reports):.2f} | {processor} "
            f"| {result.seconds / results[0].seconds:.1f} | {result.peak_mb:.0f} |"
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--counties", type=int, default=6, help="how many sample counties (6)")
    arguments.add_argument(
        "--years", type=int, default=1, help="how many years of them, the latest first (1)"
    )
    arguments.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="(the processors)")
    arguments.add_argument(
        "--only", nargs="+", choices=["forked", "jupyter", "apis", "commands"], help="measure these alone"
    )
    chosen = arguments.parse_args()
    try:
        reports = sample_reports(chosen.counties, chosen.years)
        memory = psutil.virtual_memory().total / 2**30
        print(
            f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors, {memory:.0f} GiB, "
            f"Python {platform.python_version()}; {len(reports)} reports, {chosen.workers} workers"
        )
        with tempfile.TemporaryDirectory() as folder:
            sides = set(chosen.only or ("forked", "jupyter", "apis", "commands"))
            compare(reports, chosen.workers, sides, Path(folder).resolve())
    except BenchError as error:
        raise SystemExit(f"bench: {error}") from error


if __name__ == "__main__":
    main()
