"""What the scripts that make submissions share: staging, so that a failed run changes nothing."""

from __future__ import annotations

import csv
import shutil
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gongbao.data.schema import COVER_FIELDS, COVER_SHEET, TABLES


def copy_definitions(data: Path, folder: Path) -> Path:
    """A data folder below `folder` that holds the definitions of `data` and no submissions."""
    copy = folder / data.name
    copy.mkdir()
    for path in sorted(data.glob("*.csv")):
        shutil.copy(path, copy)
    return copy


def write_folder(
    folder: Path, tables: Mapping[str, Sequence[Mapping[str, Any]]], cover: Mapping[str, Any]
) -> list[Path]:
    """A submission as a folder of CSV files, one for each table that has rows; returns their paths."""
    folder.mkdir(parents=True)
    written = [_write_csv(folder / f"{COVER_SHEET}.csv", [(COVER_FIELDS[k], v) for k, v in cover.items()])]
    for name, table in TABLES.items():
        rows = tables.get(name)
        if not rows:
            continue
        used = {column for row in rows for column, value in row.items() if value is not None}
        columns = [c for c in table.columns if c.name in used]
        flags = {c.name for c in columns if c.type == "flag"}
        body = [
            [("否", "是")[row[c.name]] if c.name in flags and row.get(c.name) is not None else row.get(c.name)
             for c in columns]
            for row in rows
        ]  # fmt: skip
        written.append(_write_csv(folder / f"{table.label}.csv", [[c.label for c in columns], *body]))
    return written


def _write_csv(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)
    return path


def run(make: Callable[[Path], list[Path]]) -> None:
    """Make submissions beside the definitions of the data folder (first argument), then move them in."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[1] / "data"
    with tempfile.TemporaryDirectory() as folder:
        copy = copy_definitions(data, Path(folder))
        for path in make(copy):
            target = data / path.relative_to(copy)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
            sys.stdout.write(f"{target.parent.name}/{target.name}\n")
