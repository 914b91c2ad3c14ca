"""An office's year, written as a folder of CSV files beside this repository's own definitions."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gongbao.data import read_dataset
from gongbao.data.dataset import Dataset
from gongbao.data.schema import TABLES
from gongbao.publication import open_publication
from gongbao.workbooks.report import Report

ROOT = Path(__file__).resolve().parents[2]
Rows = Sequence[Mapping[str, Any]]
Year = Mapping[str, Rows]


def write_year(publication: Path, region: str, year: int, tables: Year) -> Path:
    """data/<year>/<region>/ with a cover and a CSV file for each table; columns are called as in the schema."""
    folder = publication / "data" / str(year) / region
    folder.mkdir(parents=True)
    cover = f"行政区划代码,{region}\n年度,{year}\n填报单位,示例督导室\n默认来源编号,sample-work\n"
    (folder / "封面.csv").write_text(cover, "utf-8")
    for name, rows in tables.items():
        labels = {column.name: column.label for column in TABLES[name].columns}
        used = [column for column in labels if any(column in row for row in rows)]
        with (folder / f"{TABLES[name].label}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow([labels[column] for column in used])
            writer.writerows([row.get(column, "") for column in used] for row in rows)
    return folder


def publish(folder: Path, region: str, years: Mapping[int, Year], settings: str = "") -> Path:
    """A publication of this repository's definitions and those years alone; `settings` go below `gongbao:`."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_quarto.yml").write_text(f"gongbao:\n  data: data\n{settings}", "utf-8")
    (folder / "data").mkdir()
    for path in (ROOT / "data").glob("*.csv"):
        shutil.copy2(path, folder / "data" / path.name)
    for year, tables in years.items():
        write_year(folder, region, year, tables)
    return folder


def read(folder: Path) -> Dataset:
    """The checked dataset of a publication."""
    publication = open_publication(folder)
    return read_dataset(publication.root, publication.data)


def open_report(folder: Path, region: str, year: int, area: str) -> Report:
    """A report of a publication, outside of a notebook."""
    return Report(open_publication(folder), read(folder), region, year, area)
