"""Release the sample publication's editions one after the other, as an office would have done over the years.

    python scripts/release_sample.py [--into _published] [--only 2022/990103 --only 2023/990103 …]

`sample_history/releases.csv` holds the releases in their order: year, day, reason of a correction.
`sample_history/cells.csv` holds what files said otherwise when the releases `first` to `last` were made: a
cell that was wrong until a correction, a definition that has changed since. Such a release is made from a
copy of the publication with that cell; the others from the publication as it is.

Releases that the tree has already are passed over, so that an interrupted run can go on.
"""

from __future__ import annotations

import argparse
import csv
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from gongbao.data.spreadsheet import HEADER_ROW, save
from gongbao.editions.inputs import ARCHIVES
from gongbao.editions.tree import Tree
from gongbao.publication import open_publication

ROOT = Path(__file__).resolve().parents[1]
HISTORY = Path(__file__).resolve().parent / "sample_history"
_PARTS = ("_quarto.yml", "requirements.lock", "data", "workbooks", "site")


@dataclass(frozen=True, slots=True)
class Act:
    """A release of the sample's history. `reason` is empty for an edition's first revision."""

    year: int
    revision: int
    date: str
    reason: str

    @property
    def name(self) -> str:
        return f"{self.year}-r{self.revision}"


@dataclass(frozen=True, slots=True)
class Cell:
    """What a file said otherwise from release `first` to release `last`: the cell in column `column` (its
    Chinese header) of the row that holds `key`. `sheet` is empty for a CSV file."""

    first: str
    last: str
    file: str
    sheet: str
    key: str
    column: str
    value: str


def read_acts() -> list[Act]:
    """The releases in their order, with the revision that each makes."""
    acts: list[Act] = []
    for row in _rows(HISTORY / "releases.csv"):
        year = int(row["year"])
        revision = 1 + sum(act.year == year for act in acts)
        acts.append(Act(year, revision, row["date"], row["reason"]))
    return acts


def read_cells() -> list[Cell]:
    return [Cell(**row) for row in _rows(HISTORY / "cells.csv")]


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def cells_at(act: Act, acts: Sequence[Act], cells: Sequence[Cell]) -> list[Cell]:
    """The cells that said something else when `act` was done."""
    order = {a.name: i for i, a in enumerate(acts)}
    return [c for c in cells if order[c.first] <= order[act.name] <= order[c.last]]


def set_cell(root: Path, cell: Cell) -> None:
    """Write a cell's former value into the file below `root`. Raises ValueError unless exactly one cell fits."""
    path = root / cell.file
    if cell.sheet:
        book = load_workbook(path)
        sheet = book[cell.sheet]
        headers = {c.value: c.column for c in sheet[HEADER_ROW]}
        found = [row for row in sheet.iter_rows(min_row=HEADER_ROW + 1) if cell.key in {c.value for c in row}]
        target = sheet.cell(_only(found, cell)[0].row, headers[cell.column])
        target.value = type(target.value)(cell.value)
        save(book, path)
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *body = csv.reader(file)
    _only([row for row in body if cell.key in row], cell)[header.index(cell.column)] = cell.value
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *body])


def _only(found: Sequence[Any], cell: Cell) -> Any:
    if len(found) != 1:
        raise ValueError(f"{len(found)} rows of {cell.file} hold {cell.key}")
    return found[0]


def copy_publication(target: Path, only: Sequence[str] = ()) -> None:
    """What the publication is made of, in a folder of its own; with `only`, those submissions alone."""
    target.mkdir(parents=True)
    for name in _PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, target / name, ignore=shutil.ignore_patterns("__pycache__", ".*", "~$*"))
        else:
            shutil.copy2(source, target / name)
    for path in sorted((target / "data").glob("*/*")):
        if only and f"{path.parent.name}/{path.stem}" not in only:
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def replay(tree: Path, only: Sequence[str] = ()) -> Iterator[tuple[Act, float]]:
    """Do the releases that `tree` lacks; gives each with the seconds it took.

    Copies stand in the publication's state folder, inside its Git repository, so that a manifest records the
    revision of the code; the archives of their inputs are moved to the publication, where `gongbao verify
    --rebuild` looks for them. Raises CalledProcessError when a release fails.
    """
    acts, cells = read_acts(), read_cells()
    years = {int(name.partition("/")[0]) for name in only}
    state = open_publication(ROOT).state
    state.mkdir(parents=True, exist_ok=True)
    done = {f"{r.year}-r{r.revision}" for act in acts for r in Tree(tree).revisions(act.year)}
    for act in acts:
        if act.name in done or (only and act.year not in years):
            continue
        former = [c for c in cells_at(act, acts, cells) if _is_there(c, only)]
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="history-", dir=state) as folder:
            publication = ROOT
            if former or only:
                publication = Path(folder) / "publication"
                copy_publication(publication, only)
            for cell in former:
                set_cell(publication, cell)
            command = [sys.executable, "-m", "gongbao", "release", str(act.year), "--into", str(tree)]
            command += ["--date", act.date, *(["--reason", act.reason] if act.reason else [])]
            subprocess.run(command, cwd=publication, check=True)
            if publication != ROOT and not only:
                for archive in sorted((publication / ARCHIVES).glob("*.zip")):
                    (ROOT / ARCHIVES).mkdir(exist_ok=True)
                    shutil.move(archive, ROOT / ARCHIVES / archive.name)
        yield act, time.monotonic() - start


def _is_there(cell: Cell, only: Sequence[str]) -> bool:
    """Whether the copy has the cell's file: shared tables always, submissions if they were chosen."""
    path = Path(cell.file)
    return not only or path.parent.name == "data" or f"{path.parent.name}/{path.stem}" in only


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--into", type=Path, default=ROOT / "_published", help="the published tree")
    parser.add_argument("--only", action="append", default=[], help="year/code of a submission; repeatable")
    options = parser.parse_args()
    for act, seconds in replay(options.into.resolve(), options.only):
        sys.stdout.write(f"{act.year} r{act.revision} {act.date} {seconds:.0f} s\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
