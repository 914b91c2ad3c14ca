"""`make bench`: what a report costs here and elsewhere, and how a build grows.

    python scripts/bench.py [--only tools cold warm workers] [--sizes 10 100 1000] [--country] [--work _bench]

- tools: the same reports of the sample's counties, each from nothing and with the same number of workers, through
  papermill + nbconvert (command lines; APIs in one process per worker), nbclient + nbconvert, jupyter-book, and
  `gongbao build` with each executor. The others make notebooks and HTML whose charts the reader's browser draws;
  ours draws them and makes the whole site with its downloads and its gate;
- cold: builds of a generated country (make_country.py) from nothing, in several sizes; with --country all 2,846
  counties;
- warm: the same after a change: none, one cell, one workbook, the theme;
- workers: one worker and several; with --dask as many Dask workers.

The start of every command counts; making the country and installing jupyter-book (into the work folder) don't.
Results are kept in results.json of the work folder as they come: a run that was interrupted goes on, --table only
prints, --again measures anew. Numbers of another machine or state of the program are kept and not mixed in.
A machine that does something else at the same time gives wrong seconds; processor seconds suffer less.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from bench_builds import CHANGES, cold, generated, scaling, warm
from bench_measure import BenchError, Cost, load_average, machine, measured
from bench_results import ROOT, Record, Results, number, per, table
from bench_tools import Report
from country_regions import COUNTIES

BIN = Path(sys.executable).parent
BOOK_LOCK = ROOT / "scripts" / "bench_book.lock"
PARTS = ("tools", "cold", "warm", "workers")
TOOLS = {
    "forked": "gongbao build",
    "jupyter": "gongbao build --executor jupyter",
    "nbclient": "nbclient + nbconvert, APIs in one process per worker",
    "apis": "papermill + nbconvert, APIs in one process per worker",
    "book": "jupyter-book, one book per worker",
    "commands": "papermill + nbconvert, command lines",
}


# --- tools -------------------------------------------------------------------------------------------


def sample_reports(counties: int, years: int, areas: Sequence[str]) -> list[Report]:
    """Every workbook for the first sample counties in the latest years that all of them reported."""
    folders = {int(p.name): p for p in (ROOT / "data").iterdir() if p.is_dir() and p.name.isdigit()}
    found = {year: sorted(p.stem for p in folder.glob("99*.xlsx")) for year, folder in folders.items()}
    latest = [year for year in sorted(found, reverse=True) if len(found[year]) >= counties][:years]
    if len(latest) < years:
        raise BenchError(f"there are no {counties} sample counties in {years} years: {found}")
    workbooks = sorted(p.stem for p in (ROOT / "workbooks").glob("*.ipynb"))
    return [
        Report(year, region, area)
        for year in latest
        for region in found[year][:counties]
        for area in workbooks
        if area in areas or not areas
    ]


def copy_publication(target: Path, reports: Sequence[Report]) -> Path:
    """A publication with the data of the chosen reports alone, so that all sides read the same files."""
    if target.exists():
        shutil.rmtree(target)
    target.mkdir(parents=True)
    for name in ("_quarto.yml", "workbooks", "site"):
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            shutil.copy2(source, target / name)
    settings = target / "_quarto.yml"  # in one language, as the other tools' sites are
    settings.write_text(settings.read_text("utf-8").replace("  languages: [zh, en]\n", ""), "utf-8")
    (target / "data").mkdir()
    for path in (ROOT / "data").glob("*.csv"):
        shutil.copy2(path, target / "data" / path.name)
    for year, region in sorted({(r.year, r.region) for r in reports}):
        folder = target / "data" / str(year)
        folder.mkdir(exist_ok=True)
        shutil.copy2(ROOT / "data" / str(year) / f"{region}.xlsx", folder / f"{region}.xlsx")
    return target


def book_environment(work: Path) -> Path:
    """The interpreter of jupyter-book's own environment, installed from its lock if it isn't there yet."""
    folder = work / "jupyter-book"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    done = folder / ".ready"
    if not done.exists() or done.read_bytes() != BOOK_LOCK.read_bytes():
        print("  installing jupyter-book …", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        said = subprocess.run(
            [python, *install, "-r", BOOK_LOCK], capture_output=True, text=True, check=False
        )
        if said.returncode:
            raise BenchError(f"jupyter-book can't be installed:\n{said.stderr}")
        done.write_bytes(BOOK_LOCK.read_bytes())
    return python


def compare_tools(results: Results, chosen: argparse.Namespace) -> None:
    reports = sample_reports(chosen.counties, chosen.years, chosen.areas)
    for side in chosen.tools or TOOLS:
        key = {
            "part": "tools", "what": side, "counties": chosen.counties, "years": chosen.years,
            "workers": chosen.workers, "areas": chosen.areas,
        }  # fmt: skip

        def work(side: str = side) -> tuple[Cost, Record]:
            python = book_environment(chosen.work) if side == "book" else None
            publication = copy_publication(chosen.work / "tools" / "publication", reports)
            if side in ("forked", "jupyter"):
                command = [BIN / "gongbao", "build", "--executor", side, "--workers", str(chosen.workers)]
                command += [part for area in chosen.areas for part in ("--area", area)]
                return measured(TOOLS[side], command, publication, GONGBAO_CACHE=""), {
                    "reports": len(reports)
                }
            out = chosen.work / "tools" / side
            if out.exists():
                shutil.rmtree(out)
            out.mkdir(parents=True)
            job = {
                "publication": str(publication), "out": str(out), "workers": chosen.workers,
                "reports": [[r.year, r.region, r.area] for r in reports], "python": str(python or ""),
            }  # fmt: skip
            (out / "job.json").write_text(json.dumps(job), "utf-8")
            command = [sys.executable, ROOT / "scripts" / "bench_tools.py", side, out / "job.json"]
            return measured(TOOLS[side], command, chosen.work), {"reports": len(reports)}

        results.measure(
            key,
            f"--only tools --tools {side} --counties {chosen.counties} --years {chosen.years}"
            f" --workers {chosen.workers}",
            work,
        )


# --- tables ------------------------------------------------------------------------------------------


def tables(results: Results) -> Iterator[str]:
    """Everything that was measured on this machine with this program, as markdown."""
    yield f"{machine()}. Each line: `python scripts/bench.py` with the options at its end.\n"
    if records := results.of("tools"):
        yield from _tools_table(records)
    if records := results.of("cold"):
        yield from _cold_table(records)
        yield from _stages_table(records)
    if records := results.of("warm"):
        yield from _warm_table(records)
    if records := results.of("workers"):
        yield from _workers_table(records)


def _tools_table(records: Sequence[Record]) -> Iterator[str]:
    yield f"\n{records[0]['reports']} reports, {records[0]['workers']} workers:\n"
    first = next((r for r in records if r["what"] == "forked"), records[0])
    rows = []
    for what in TOOLS:
        for record in (r for r in records if r["what"] == what):
            rows.append([
                TOOLS[what], per(record, "seconds"), per(record, "processor"),
                number(_ratio(record, first, "seconds"), 1), number(_ratio(record, first, "processor"), 1),
                number(record["peak_mb"], 0), f"`{record['command']}`",
            ])  # fmt: skip
    yield from table(
        (
            "how",
            "s a report",
            "processor s a report",
            "× by the clock",
            "× by processor",
            "peak MB",
            "options",
        ),
        rows,
    )


def _ratio(record: Record, first: Record, name: str) -> float | None:
    if record[name] is None or first[name] is None:
        return None
    return float(record[name] / record["reports"] / (first[name] / first["reports"]))


def _cold_table(records: Sequence[Record]) -> Iterator[str]:
    yield "\nCold builds of the generated country; the ratio is that of processor seconds a report:\n"
    ordered = sorted(records, key=lambda r: (r["workers"], r["counties"]))
    ratios = [""] + [
        number(_ratio(two, one, "processor"), 2) if one["workers"] == two["workers"] else ""
        for one, two in pairwise(ordered)
    ]
    rows = [
        [
            f"{r['counties']:,} counties", number(r["reports"], 0), number(r["seconds"], 0), per(r, "seconds"),
            per(r, "processor"), number(r["peak_mb"], 0), number(r["peak_own_mb"], 0), number(r["files"], 0),
            number(r["site_mb"], 0), number(r["disk_mb"], 0), number(r["largest_kb"], 0), ratio, f"`{r['command']}`",
        ]
        for r, ratio in zip(ordered, ratios, strict=True)
    ]  # fmt: skip
    yield from table(
        ("cold", "reports", "s", "s a report", "processor s a report", "peak MB, all", "peak MB, building process",
         "files of the site", "site MB", "site and cache MB", "largest page KB",
         "× the line above", "options"), rows,
    )  # fmt: skip


def _stages_table(records: Sequence[Record]) -> Iterator[str]:
    largest = max(records, key=lambda r: r["counties"])
    yield f"\nStages of the cold build of {largest['counties']:,} counties:\n"
    rows = [
        [s["name"], number(s["seconds"], 1), number(s["processor"], 1),
         number(s["processor"] / largest["reports"], 4)]
        for s in largest["stages"]
    ]  # fmt: skip
    yield from table(("stage", "s", "processor s", "processor s a report"), rows)


def _warm_table(records: Sequence[Record]) -> Iterator[str]:
    yield "\nThe next build:\n"
    rows = [
        [f"{r['counties']:,} counties, {r['what']}", number(r["executed"], 0), number(r["seconds"], 1),
         number(r["processor"], 1), number(r["peak_mb"], 0), f"`{r['command']}`"]
        for r in sorted(records, key=lambda r: r["counties"])
    ]  # fmt: skip
    yield from table(("after", "reports run", "s", "processor s", "peak MB, all", "options"), rows)


def _workers_table(records: Sequence[Record]) -> Iterator[str]:
    yield "\nOne worker and several, cold:\n"
    ordered = sorted(records, key=lambda r: (r["counties"], r["what"] != "processes", r["workers"]))
    first: dict[int, Record] = {}
    rows = []
    for r in ordered:
        one = first.setdefault(r["counties"], r)
        rows.append([
            f"{r['counties']:,} counties, {r['workers']} {r['what']}", number(r["seconds"], 1),
            number(r["processor"], 1), number(one["seconds"] / r["seconds"], 2), number(r["peak_mb"], 0),
            f"`{r['command']}`",
        ])  # fmt: skip
    yield from table(("with", "s", "processor s", "× quicker than one", "peak MB, all", "options"), rows)


# --- the program -------------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="these parts alone")
    asked.add_argument("--work", type=Path, default=ROOT / "_bench", help="where everything is kept (_bench)")
    asked.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="(the processors)")
    asked.add_argument("--areas", nargs="+", default=[], metavar="AREA", help="these areas alone (all)")
    asked.add_argument("--again", action="store_true", help="measure anew what is known")
    asked.add_argument("--table", action="store_true", help="measure nothing, print what is known")
    group = asked.add_argument_group("tools")
    group.add_argument("--tools", nargs="+", choices=list(TOOLS), help="these alone")
    group.add_argument("--counties", type=int, default=6, help="how many sample counties (6)")
    group.add_argument("--years", type=int, default=1, help="how many years of them, the latest first (1)")
    group = asked.add_argument_group("cold, warm and workers")
    group.add_argument("--sizes", nargs="+", type=int, default=[10, 100, 1000], help="counties (10 100 1000)")
    group.add_argument(
        "--changes", nargs="+", choices=list(CHANGES), default=list(CHANGES), help="these alone"
    )
    group.add_argument("--country", action="store_true", help=f"all {COUNTIES} counties as well")
    group.add_argument("--workers-size", type=int, default=100, help="counties for the part workers (100)")
    group.add_argument("--dask", action="store_true", help="Dask workers as well")
    return asked.parse_args()


def main() -> None:
    chosen = arguments()
    chosen.work = chosen.work.resolve()
    results = Results(chosen.work / "results.json", again=chosen.again)
    if not chosen.table:
        print(machine())
        if load_average() > 0.5:
            print(f"This machine does something else (load {load_average():.1f}): seconds will be too many.")
        try:
            measure(results, chosen)
        except BenchError as error:
            raise SystemExit(f"bench: {error}") from error
    print("\n".join(tables(results)))


def measure(results: Results, chosen: argparse.Namespace) -> None:
    areas = tuple(chosen.areas)
    if "tools" in chosen.only:
        compare_tools(results, chosen)
    for counties in [*chosen.sizes, *([COUNTIES] if chosen.country else [])]:
        if {"cold", "warm"} & set(chosen.only):
            country = generated(chosen.work, counties, areas)
            if "cold" in chosen.only:
                cold(results, country, chosen.workers)
            if "warm" in chosen.only:
                warm(results, country, chosen.workers, chosen.changes)
    if "workers" in chosen.only:
        country = generated(chosen.work, chosen.workers_size, areas)
        scaling(results, country, chosen.workers, dask=chosen.dask)


if __name__ == "__main__":
    main()
