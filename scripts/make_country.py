"""Invent a whole publication 示例国 with up to 2,846 counties, for measuring how a build grows.

    python scripts/make_country.py ../country --counties 100 [--years 1] [--first-year 2023]
        [--format xlsx|csv] [--seed 990000] [--workers N]

The folder gets the repository's settings, workbooks, pages and definitions, 31 provinces and 333 cities
(those with a county among them), and for each county and year a submission with all that twelve areas need.
The same arguments give the same bytes, and a county is the same in a country of any size. About 70 schools
and kindergartens a county: 200,000 in all.
"""

from __future__ import annotations

import argparse
import csv
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from multiprocessing import get_context
from pathlib import Path

from country_county import submissions
from country_forms import Form, blank_form
from country_regions import COUNTIES, Region, choose, write_regions
from make_sample import NOTE
from sample_profiles import SEED
from submissions import write_folder

from gongbao.data import read_dataset
from gongbao.data.dataset import Dataset
from gongbao.data.schema import TABLES

ROOT = Path(__file__).resolve().parents[1]
DEFINITIONS = ("framework_items", "grade_bands", "indicators", "sources", "targets")
_COPIED = ("workbooks", "site", "scripts/pre_render.py", "scripts/post_render.py")
# What the settings say otherwise. A whole country's reports must fit into the cache, or every build runs some again.
_SETTINGS = {
    "title: 教育督导公报": "title: 示例国教育督导公报",
    "office: 示例市人民政府": "office: 示例国人民政府",
    "gongbao:\n  languages: [zh, en]\n": "gongbao:\n  cache:\n    size: 60 GB\n",
}
_SAMPLE = "990000"  # the sample province, whose own targets every third province of the country takes over


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to make for each county."""

    root: Path
    years: tuple[int, ...]
    form: str
    seed: int


def make(out: Path, counties: int, years: Sequence[int], form: str, seed: int, workers: int) -> int:
    """Write the publication into `out`, which must not exist or be empty; returns the number of schools."""
    if out.exists() and any(out.iterdir()):
        raise SystemExit(f"{out} is not empty")
    above, chosen = choose(counties)
    _write_shared(out, [*above, *chosen])
    for year in years:
        (out / "data" / str(year)).mkdir()
    wanted = Wanted(out.resolve(), tuple(years), form, seed)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        return sum(pool.map(_write_county, [wanted] * len(chosen), chosen, chunksize=4))


def _write_shared(out: Path, regions: Sequence[Region]) -> None:
    """Settings, workbooks, pages and the shared tables."""
    data = out / "data"
    data.mkdir(parents=True)
    settings = (ROOT / "_quarto.yml").read_text("utf-8")
    for old, new in _SETTINGS.items():
        if settings.count(old) != 1:
            raise ValueError(f"_quarto.yml says no longer, or twice: {old}")
        settings = settings.replace(old, new)
    (out / "_quarto.yml").write_text(settings, "utf-8")
    for name in _COPIED:
        source = ROOT / name
        (out / name).parent.mkdir(exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, out / name, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
        else:
            shutil.copyfile(source, out / name)
    for name in DEFINITIONS:
        shutil.copyfile(ROOT / "data" / f"{name}.csv", data / f"{name}.csv")
    provinces = [region.code for region in regions if region.level == "省"]
    _place_targets(data / "targets.csv", provinces[::3])
    write_regions(data / "regions.csv", regions)


def _place_targets(path: Path, provinces: Sequence[str]) -> None:
    """The nation's targets, and those of the sample province for `provinces`; real places' are left out."""
    label = TABLES["targets"].column("region_code").label
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    where = header.index(label)
    kept = [row for row in rows if row[where] == "*"]
    own = [row for row in rows if row[where] == _SAMPLE]
    kept += [[*row[:where], code, *row[where + 1 :]] for code in provinces for row in own]
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept])


@lru_cache(maxsize=1)
def _definitions(root: Path) -> Dataset:
    """The shared tables alone: the submissions are being written meanwhile."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        copy.mkdir()
        for path in (root / "data").glob("*.csv"):
            shutil.copyfile(path, copy / path.name)
        return read_dataset(Path(folder), copy)


@cache
def _form(root: Path, region: str, year: int) -> Form:
    return blank_form(_definitions(root), region, year)


def _write_county(wanted: Wanted, region: Region) -> int:
    """Write a county's submissions; returns its number of schools. Runs in a process of the pool."""
    definitions = _definitions(wanted.root)
    regions = definitions.table("regions")
    first = str(regions.loc[regions["level"] == "县", "region_code"].min())
    schools = 0
    for year, tables in submissions(region, wanted.years, definitions, wanted.seed):
        cover = {
            "region_code": region.code, "year": year, "office": region.office, "source_id": "sample-schools",
            "note": NOTE,
        }  # fmt: skip
        target = wanted.root / "data" / str(year) / region.code
        if wanted.form == "csv":
            write_folder(target, tables, cover)
        else:
            form = _form(wanted.root, first, year)
            title = f"{region.name}{year}年度教育督导公报填报表"
            target.with_suffix(".xlsx").write_bytes(form.fill(tables, cover, title))
        schools = len(tables["schools"])
    return schools


def main() -> None:
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument(
        "out", type=Path, help="a folder that doesn't exist yet, outside the repository's data"
    )
    arguments.add_argument("--counties", type=int, default=COUNTIES, help=f"({COUNTIES})")
    arguments.add_argument("--years", type=int, default=1, help="how many years (1)")
    arguments.add_argument("--first-year", type=int, default=2023, help="(2023)")
    arguments.add_argument("--format", choices=["xlsx", "csv"], default="xlsx", help="(xlsx)")
    arguments.add_argument("--seed", type=int, default=SEED, help=f"({SEED})")
    arguments.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="(the processors)")
    chosen = arguments.parse_args()
    years = range(chosen.first_year, chosen.first_year + chosen.years)
    schools = make(chosen.out, chosen.counties, years, chosen.format, chosen.seed, chosen.workers)
    print(f"{chosen.out}: {chosen.counties} counties, {len(years)} years, {schools} schools")


if __name__ == "__main__":
    main()
