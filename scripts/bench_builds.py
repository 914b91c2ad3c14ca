"""Builds of the sample's and the generated country's publications, measured: what `gongbao build` costs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench_measure import BenchError, Cost, disk, measured
from bench_results import Record, Results
from openpyxl import load_workbook

from gongbao.data.schema import TABLES
from gongbao.data.spreadsheet import FIRST_ROW, HEADER_ROW, save

SCRIPTS = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
_PATIENCE = 60  # seconds for a cluster to stand


@dataclass(frozen=True, slots=True)
class Country:
    """A generated country of `counties` counties in a folder of its own; `areas`: those measured, () for all."""

    folder: Path
    counties: int
    areas: tuple[str, ...] = ()

    @property
    def state(self) -> tuple[Path, Path]:
        return self.folder / "_site", self.folder / ".gongbao"

    def clear(self) -> None:
        for folder in self.state:
            if folder.exists():
                shutil.rmtree(folder)

    def build(
        self, workers: int, *options: str, others: Sequence[int] = ()
    ) -> tuple[Cost, dict[str, float | int]]:
        """What a build costs, how many reports there are and how many of them ran."""
        summary = self.folder.with_suffix(".summary.json")
        areas = [part for area in self.areas for part in ("--area", area)]
        command = ["build", "--workers", str(workers), "--summary", str(summary), *areas, *options]
        what = f"a build of {self.counties} counties"
        # A cache that is shared with other publications would hold reports already.
        cost = measured(what, [BIN / "gongbao", *command], self.folder, others, GONGBAO_CACHE="")
        told = json.loads(summary.read_text("utf-8"))
        facts = {"reports": told["executed"] + told["unchanged"], "executed": told["executed"]}
        return cost, facts | {"pages": told["site"]["pages"], "figures": told["site"]["figures"]}


def generated(work: Path, counties: int, areas: tuple[str, ...]) -> Country:
    """The country with so many counties, made if it isn't there yet."""
    folder = work / f"country-{counties}"
    if not folder.exists():
        print(f"  making {counties} counties …", flush=True)
        rough = work / f"country-{counties}.part"
        if rough.exists():
            shutil.rmtree(rough)
        command = [sys.executable, SCRIPTS / "make_country.py", rough, "--counties", str(counties)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        rough.rename(folder)
    return Country(folder, counties, areas)


def cold(results: Results, country: Country, workers: int) -> None:
    """From nothing: no site, no cache. The operating system may have the files in memory."""
    key = _key("cold", "everything", country, workers)

    def work() -> tuple[Cost, Record]:
        country.clear()
        cost, facts = country.build(workers)
        site, state = country.state
        whole, pages = disk(site, state), disk(site)
        largest = max(site.rglob("*.html"), key=lambda page: page.stat().st_size)
        return cost, facts | {
            "files": pages.files, "site_mb": pages.mb, "disk_mb": whole.mb,
            "largest_page": largest.relative_to(site).as_posix(), "largest_kb": largest.stat().st_size / 1024,
        }  # fmt: skip

    results.measure(key, f"--only cold --sizes {country.counties} --workers {workers}", work)


def warm(results: Results, country: Country, workers: int, changes: Sequence[str]) -> None:
    """After each of these changes, on top of the one before."""
    keys = {name: _key("warm", CHANGES[name][0], country, workers) for name in changes}
    if all(map(results.known, keys.values())):
        return
    country.build(workers)  # an earlier run may have left the site behind a change, or none
    for name, key in keys.items():
        CHANGES[name][1](country.folder)
        command = f"--only warm --sizes {country.counties} --changes {name} --workers {workers}"
        results.measure(key, command, lambda: country.build(workers))
        country.build(workers)  # where it was measured before: the next change has to stand alone


def scaling(results: Results, country: Country, most: int, *, dask: bool) -> None:
    """The same cold build with one worker and with `most`, and with as many Dask workers."""
    for workers in dict.fromkeys((1, most)):
        key = _key("workers", "processes", country, workers)

        def work(workers: int = workers) -> tuple[Cost, Record]:
            country.clear()
            return country.build(workers)

        results.measure(key, f"--only workers --workers-size {country.counties}", work)
    if dask:
        key = _key("workers", "Dask workers", country, most)
        command = f"--only workers --workers-size {country.counties} --dask"
        results.measure(key, command, lambda: _with_dask(country, most))


def _with_dask(country: Country, workers: int) -> tuple[Cost, Record]:
    country.clear()
    with cluster(country.folder.parent, workers) as (address, processes):
        return country.build(workers, "--scheduler", address, others=processes)


@contextmanager
def cluster(work: Path, workers: int) -> Iterator[tuple[str, list[int]]]:
    """A Dask scheduler and its workers on this machine: its address and the processes."""
    file = work / "dask.json"
    file.unlink(missing_ok=True)
    log = (work / "dask.log").open("w")
    common = ["--scheduler-file", str(file), "--no-dashboard"]
    commands = [
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
    ]
    commands += [[sys.executable, "-m", "distributed.cli.dask_worker", "--nthreads", "1"]] * workers
    running: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            running.append(subprocess.Popen([*command, *common], stdout=log, stderr=log, cwd=work))
            _wait_for(file, running)
        yield json.loads(file.read_text("utf-8"))["address"], [process.pid for process in running]
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait()
        log.close()


def _wait_for(file: Path, running: Sequence[subprocess.Popen[bytes]]) -> None:
    end = time.monotonic() + _PATIENCE
    while not file.exists():
        if time.monotonic() > end or running[0].poll() is not None:
            raise BenchError(f"no Dask scheduler; see {file.with_suffix('.log').name}")
        time.sleep(0.1)


def _key(part: str, what: str, country: Country, workers: int) -> dict[str, object]:
    return {
        "part": part, "what": what, "counties": country.counties, "workers": workers,
        "areas": list(country.areas),
    }  # fmt: skip


# --- changes -----------------------------------------------------------------------------------------


def _nothing(_: Path) -> None:
    pass


def _cell(publication: Path) -> None:
    """One book more at the first school of the first county."""
    path = min((publication / "data").glob("*/*.xlsx"))
    book = load_workbook(path)
    table = TABLES["school_year"]
    sheet = book[table.label]
    titles = [cell.value for cell in sheet[HEADER_ROW]]
    column = titles.index(table.column("books").label) + 1
    row = next(n for n in range(FIRST_ROW, sheet.max_row + 1) if sheet.cell(n, column).value is not None)
    sheet.cell(row, column).value += 1
    save(book, path)


def _workbook(publication: Path) -> None:
    """A few words more in the first text of one area's workbook."""
    path = publication / "workbooks" / "finance.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    cell = next(cell for cell in notebook["cells"] if cell["cell_type"] == "markdown")
    cell["source"] = "".join(cell["source"]) + "\n\n本页按年度更新。"
    path.write_text(json.dumps(notebook, ensure_ascii=False, indent=1) + "\n", "utf-8")


def _theme(publication: Path) -> None:
    path = publication / "site" / "theme" / "gongbao.css"
    path.write_text(path.read_text("utf-8") + "\n/* another theme */\n", "utf-8")


CHANGES: Mapping[str, tuple[str, Callable[[Path], None]]] = {
    "nothing": ("nothing changed", _nothing),
    "cell": ("one cell changed", _cell),
    "workbook": ("one workbook changed", _workbook),
    "theme": ("the theme changed", _theme),
}
