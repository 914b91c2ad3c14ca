"""The generated country: the same bytes again, complete, clean, and its pages say what its files hold."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongbao.data import read_dataset
from publications import ROOT, run_gongbao

AREAS = sorted(path.stem for path in (ROOT / "workbooks").glob("*.ipynb"))


def _make(folder: Path, *arguments: str) -> Path:
    subprocess.run(
        [sys.executable, ROOT / "scripts" / "make_country.py", folder, *arguments],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def country(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three counties, by one process."""
    return _make(tmp_path_factory.mktemp("country") / "three", "--counties", "3", "--workers", "1")


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not {"_site", ".gongbao"} & set(path.parts):
            yield path.relative_to(folder).as_posix(), path.read_bytes()


def test_is_made_again_with_the_same_bytes(country: Path, tmp_path: Path) -> None:
    again = _make(tmp_path / "again", "--counties", "3", "--workers", "2")
    first, second = dict(_files(country)), dict(_files(again))
    assert sum(name.startswith("data/2023/") for name in first) == 3
    assert first == second


def test_a_county_is_the_same_in_a_larger_country_and_as_csv(country: Path, tmp_path: Path) -> None:
    larger = _make(tmp_path / "larger", "--counties", "5", "--format", "csv", "--workers", "2")
    ours, theirs = read_dataset(country, country / "data"), read_dataset(larger, larger / "data")
    assert len(theirs.submissions()) == 5
    for region, year in ours.submissions():
        for name in ("schools", "school_year", "indicator_values", "rectifications", "projects"):
            one, other = (
                found.table(name, region, year)
                .drop(columns=["_file", "_sheet", "_row"])
                .reset_index(drop=True)
                for found in (ours, theirs)
            )
            assert len(one) > 0
            assert one.equals(other), f"{name} of {region}"


def test_every_year_passes_the_check(tmp_path: Path) -> None:
    years = _make(tmp_path / "years", "--counties", "2", "--years", "4", "--first-year", "2020")
    checked = run_gongbao(years, "check", "--format", "json")
    assert checked.returncode == 0, checked.stdout
    assert [p for p in json.loads(checked.stdout) if p["severity"] == "error"] == []
    assert len(read_dataset(years, years / "data").submissions()) == 8


def test_counties_of_a_prefix_stand_below_cities_of_several_provinces(tmp_path: Path) -> None:
    code = (
        "import country_regions as r, json, sys;"
        "print(json.dumps([[[(x.code, x.level, x.parent) for x in part] for part in r.choose(n)]"
        " for n in (10, 100, r.COUNTIES)]))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "scripts", check=True, capture_output=True, text=True
    )
    ten, hundred, whole = json.loads(out.stdout)
    assert [len(counties) for _, counties in (ten, hundred, whole)] == [10, 100, 2846]
    assert {c[0] for c in ten[1]} <= {c[0] for c in hundred[1]} <= {c[0] for c in whole[1]}
    for above, counties in (ten, hundred, whole):
        codes = {region[0] for region in above}
        assert all(county[2] in codes for county in counties)
        assert all(region[2] in codes for region in above if region[1] == "市")
    levels = [level for _, level, _ in whole[0]]
    assert (levels.count("省"), levels.count("市")) == (31, 333)
    assert len({level[2] for level in hundred[0] if level[1] == "市"}) >= 10


def test_a_built_county_says_what_its_file_holds(country: Path) -> None:
    """All twelve areas of a county, and one coefficient computed from the cells of its Excel file."""
    built = run_gongbao(country, "build", "--region", "991002", "--workers", "2")
    assert built.returncode == 0, built.stderr
    pages = country / "_site" / "reports" / "2023" / "991002"
    assert sorted(p.stem for p in pages.glob("*.html") if p.stem in AREAS) == AREAS
    assert len(AREAS) == 12

    sheet = load_workbook(country / "data" / "2023" / "991002.xlsx", read_only=True)["学校年度"]
    header, _, *rows = sheet.iter_rows(min_row=2, values_only=True)
    cells = [dict(zip(header, row, strict=False)) for row in rows]
    own = [c for c in cells if c["学段"] == "小学"]
    assert min(c["学生数"] for c in own) >= 50  # no teaching point of this county is too small to count
    pupils = [c["学生数"] for c in own]
    backbone = [c["县级以上骨干教师数"] for c in own]
    mean = sum(backbone) / sum(pupils)
    spread = sum(p * (b / p - mean) ** 2 for p, b in zip(pupils, backbone, strict=True)) / sum(pupils)
    coefficient = math.sqrt(spread) / mean
    text = " ".join(re.sub(r"<[^>]+>", " ", (pages / "balance.html").read_text("utf-8")).split())
    assert f"小学 每百名学生拥有县级以上骨干教师数 {coefficient:.4f} ≤0.50" in text
