"""Documentation that is generated is current, what it tells to do works, every mechanism has its page."""

from __future__ import annotations

import csv
import re
import subprocess
import sys
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongbao.data import Dataset
from gongbao.data.columns import AREAS
from gongbao.data.schema import TABLES
from gongbao.publication import open_publication
from gongbao.workbooks.report import Report
from publications import ROOT, copy_publication, run_gongbao

sys.path.insert(0, str(ROOT / "scripts"))
from make_docs import Mechanism, read_mechanisms

EXTENDING = (ROOT / "docs/extending.md").read_text("utf-8")
BLOCK = re.compile(r"^ *```(csv|sh)(?: (\S+))?\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
# Of each table the column whose text a page shows where it shows the row.
TELLING = {
    "inspections": "type", "tasks": "title", "funds": "programme", "projects": "name", "training": "type",
    "staffing": "kind", "campaigns": "campaign", "findings": "topic", "rectifications": "unit", "surveys": "group",
    "evaluations": "step",
}  # fmt: skip


def test_generated_pages_are_current() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts/make_docs.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_every_mechanism_of_the_domain_has_a_row() -> None:
    assert [m.row for m in read_mechanisms()] == list(range(1, 65))
    assert [m.row for m in read_mechanisms() if not m.examples] == [64]  # stored, not shown


def test_every_name_in_the_table_exists(sample_dataset: Dataset) -> None:
    indicators = sample_dataset.tables["indicators"].set_index("indicator_id")["area_id"]
    frameworks = set(sample_dataset.tables["framework_items"]["framework_id"])
    for m in read_mechanisms():
        assert not m.area or m.area in AREAS
        assert {t.split(":")[0] for t in m.tables} <= set(TABLES), m.row
        assert [i for i in m.indicators if indicators.get(i) != m.area] == [], m.row
        assert set(m.frameworks) <= frameworks, m.row
        assert all(e.split("/")[2] == m.area for e in m.examples), m.row


@pytest.mark.parametrize(
    "mechanism", [m for m in read_mechanisms() if m.area], ids=lambda m: f"{m.row}-{m.name}"
)
def test_every_mechanism_is_shown_on_the_built_site(
    mechanism: Mechanism, published: Path, sample_dataset: Dataset
) -> None:
    """Each table and indicator of the row has data in one of its examples, and that page shows them."""
    pages = {example: page_text(published, example) for example in mechanism.examples}
    names = sample_dataset.tables["indicators"].set_index("indicator_id")
    for id in mechanism.indicators:
        row = names.loc[id]
        words = {w for w in (row["name_zh"], row["short_zh"]) if isinstance(w, str)}
        words |= {w.removesuffix("数").removesuffix("人") for w in words}  # 专职督学人数: 专职督学31人
        values = sample_dataset.tables["indicator_values"]
        shown = [e for e in pages if len(rows_of(values[values["indicator_id"] == id], e))]
        assert any(word in pages[e] for e in shown for word in words), f"{id} ({shown})"
    for table in mechanism.tables:
        name, _, choice = table.partition(":")
        column, _, wanted = choice.partition("=")
        frame = sample_dataset.tables[name]
        frame = frame[frame[column] == wanted] if column else frame
        found = {e: rows_of(frame, e) for e in pages}
        assert any(len(rows) for rows in found.values()), f"{table}: no data"
        if name in TELLING:
            texts = [(e, text) for e, rows in found.items() for text in rows[TELLING[name]].dropna()]
            assert any(text in pages[e] for e, text in texts), f"{table}: not shown"
    for words in mechanism.text:
        assert any(words in page for page in pages.values()), words


def page_text(published: Path, example: str) -> str:
    """What a reader sees of a report: its page without tags."""
    html = (published / "_site/reports" / f"{example}.html").read_text("utf-8")
    main = html[html.index("<main") : html.index("<aside") if "<aside" in html else None]
    return re.sub(r"\s+", "", unescape(re.sub(r"<[^>]+>", "", main)))


def rows_of(frame, example: str):
    year, region, _ = example.split("/")
    return frame[(frame["region_code"] == region) & (frame["year"] == int(year))]


@pytest.mark.parametrize("area", [a for a in AREAS if a != "overview"])
def test_every_area_keeps_the_contract(area: str, sample_dataset: Dataset) -> None:
    assert (ROOT / "workbooks" / f"{area}.ipynb").is_file()
    publication = open_publication(ROOT)
    for region, year in (("990101", 2023), ("532500", 2012)):  # everything reported, and one value
        result = Report.areas(Report(publication, sample_dataset, region, year, area))[area]
        assert isinstance(bool(result), bool)
        assert all(v.key.split(".")[0] == area for v in result.verdicts())
        assert len(result.facts()) <= 8
        assert all(sentence.text for sentence in result.summary())


def test_what_extending_says_works(tmp_path: Path) -> None:
    site = copy_publication(tmp_path / "copy", "2019/511923")
    for kind, target, body in BLOCK.findall(EXTENDING):
        lines = [line.strip() for line in body.splitlines() if line.strip()]
        if kind == "csv":
            append(site / target, lines)
            continue
        for line in lines:
            done = run_gongbao(site, *line.split()[1:])
            assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    form = load_workbook(site / "form.xlsx")
    assert "reading_room_rate" in {cell.value for row in form["指标数据"].iter_rows() for cell in row}
    form = load_workbook(site / "form2.xlsx")
    assert "town_2020" in {cell.value for row in form["测评体系目录"].iter_rows() for cell in row}


def append(path: Path, lines: list[str]) -> None:
    """Add the rows of a CSV block below a file's own, column by column."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    rows = list(csv.DictReader(lines))
    assert set(rows[0]) <= set(header), path.name
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, header, restval="").writerows(rows)
