"""Nothing stale: whatever changes, an incremental build gives the bytes of a clean one."""

from __future__ import annotations

import os
import random
import shutil
import sysconfig
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
from openpyxl import load_workbook

import gongbao
from publications import ROOT, copy_publication, keep_scripts, run_gongbao

COUNTY = "2019/511923"
WORKBOOKS = ("finance", "overview")
UNCHANGED = "运行 0，未变 2"


@dataclass(frozen=True)
class Place:
    """A publication and, where the test changes it, a copy of the program that builds it."""

    publication: Path
    code: Path | None = None

    @property
    def site(self) -> Path:
        return self.publication / "_site"

    def build(self, *arguments: str) -> str:
        own = {"PYTHONPATH": str(self.code)} if self.code else {}
        done = run_gongbao(self.publication, "build", "--workers", "2", *arguments, **own)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def clean(self, folder: Path) -> dict[str, bytes]:
        """The site that a build makes which remembers nothing but the script that draws charts."""
        forget = shutil.ignore_patterns(".gongbao", "_site")
        other = Place(keep_scripts(Path(shutil.copytree(self.publication, folder, ignore=forget))), self.code)
        other.build()
        return files(other.site)


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Place:
    root = tmp_path_factory.mktemp("incremental")
    place = Place(copy_publication(root / "publication", COUNTY))
    for path in (place.publication / "workbooks").glob("*.ipynb"):
        if path.stem not in WORKBOOKS:
            path.unlink()
    (place.publication / "note.txt").write_text("第一稿", "utf-8")
    add_cell(place, "report.say('{words}', words=open('../note.txt', encoding='utf-8').read())")
    place.build()
    return place


@pytest.fixture
def place(master: Place, tmp_path: Path) -> Place:
    """The built publication with its memory, to be changed."""
    return Place(Path(shutil.copytree(master.publication, tmp_path / "publication")))


def add_cell(place: Place, source: str) -> None:
    path = place.publication / "workbooks" / "finance.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source, id=f"added-{len(notebook.cells)}"))
    nbformat.write(notebook, path)


def replace_in(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{path.name} has no {old}"
    path.write_text(text.replace(old, new, 1), "utf-8")


def change_cell(place: Place) -> None:
    path = place.publication / "data/2019/511923.xlsx"
    book = load_workbook(path)
    (cell,) = [c for row in book["指标数据"].iter_rows() for c in row if c.value == 15.16]
    cell.value = 16.25
    book.save(path)


def change_quietly(place: Place) -> None:
    """Another byte in a file of the same size that claims to be as old as before."""
    path = place.publication / "site/theme/gongbao.css"
    state, data = path.stat(), path.read_bytes()
    path.write_bytes(data.replace(b"0", b"1", 1))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def spoil_site(place: Place) -> None:
    (place.site / "index.html").write_text("someone else's", "utf-8")
    (place.site / "stray.html").write_text("stray", "utf-8")
    (place.site / "data/indicators.csv").unlink()


def change_program(place: Place, name: str, old: str, new: str) -> None:
    assert place.code is not None
    replace_in(place.code / "gongbao" / name, old, new)


CHANGES: dict[str, Callable[[Place], object]] = {
    "a cell": change_cell,
    "a target": lambda p: replace_in(p.publication / "data/targets.csv", ",85,", ",86,"),
    "a definition": lambda p: replace_in(p.publication / "data/indicators.csv", "教育经费", "教育的经费"),
    "the name of a region": lambda p: replace_in(p.publication / "data/regions.csv", "平昌县", "平昌"),
    "a workbook": lambda p: add_cell(p, "report.say('本年{year}。')"),
    "a file that a notebook opened": lambda p: (p.publication / "note.txt").write_text("第二稿", "utf-8"),
    "a page": lambda p: replace_in(p.publication / "site/about.qmd", "。", "！"),
    "the theme": lambda p: (p.publication / "site/theme/gongbao.css").open("a").write("/* x */"),
    "a quiet change": change_quietly,
    "the settings": lambda p: replace_in(p.publication / "_quarto.yml", "title:", "title: 新"),
    "a template": lambda p: change_program(
        p, "site/templates/pages/layout.html.j2", "</body>", "<!-- x --></body>"
    ),
    "a function": lambda p: change_program(p, "present/theme.py", "#0b5394", "#0b5395"),
    "the site itself": spoil_site,
}


@pytest.mark.parametrize("seed", [20191019])
def test_one_thing_after_the_other_changes_and_the_site_follows(
    place: Place, tmp_path: Path, seed: int
) -> None:
    place = Place(place.publication, tmp_path / "code")
    shutil.copytree(Path(gongbao.__file__).parent, tmp_path / "code/gongbao")
    place.build()
    names = list(CHANGES)
    random.Random(seed).shuffle(names)
    for step, name in enumerate(names):
        before = files(place.site)
        CHANGES[name](place)
        said = place.build()
        after = files(place.site)
        assert after == place.clean(tmp_path / f"clean-{step}"), f"stale after {name}"
        assert (after == before) == (name == "the site itself"), name
        assert UNCHANGED in place.build(), f"not at rest after {name}"
        assert files(place.site) == after, said


def test_nothing_changed_and_nothing_is_touched(place: Place) -> None:
    place.build()
    before = {path: path.stat().st_ino for path in place.site.rglob("*")}
    assert UNCHANGED in place.build()
    assert {path: path.stat().st_ino for path in place.site.rglob("*")} == before


def test_another_selection_and_a_fresh_build_are_builds(place: Place) -> None:
    place.build()
    assert "运行 2" in place.build("--fresh")
    before = {path: path.stat().st_ino for path in place.site.rglob("*.html")}
    assert UNCHANGED in place.build("--area", "finance")
    assert {path: path.stat().st_ino for path in place.site.rglob("*.html")} != before


@pytest.mark.parametrize("content", ["", "{", "[]", '{"format": 1}', '{"format": 1, "inputs": {"a": [1]}}'])
def test_a_damaged_record_is_no_record(place: Place, content: str) -> None:
    place.build()
    before = files(place.site)
    (place.publication / ".gongbao/last-build.json").write_text(content, "utf-8")
    assert UNCHANGED in place.build()
    assert files(place.site) == before


# --- places that are taken over ------------------------------------------------------------------------


def change_value(place: Place, submission: str) -> None:
    """Another number in the submission: the first spending per pupil."""
    path = place.publication / f"data/{submission}.xlsx"
    book = load_workbook(path)
    rows = book["指标数据"].iter_rows()
    cell = next(c for row in rows for c in row if isinstance(c.value, float | int) and c.value > 1000)
    cell.value += 1
    book.save(path)


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Two counties of one year, built; changed by the test below alone, one thing after the other."""
    root = tmp_path_factory.mktemp("two")
    place = Place(copy_publication(root / "publication", "2023/990106", "2023/990107"))
    for path in (place.publication / "workbooks").glob("*.ipynb"):
        if path.stem not in WORKBOOKS:
            path.unlink()
    place.build()
    return place


def numbers(place: Place, county: str) -> dict[str, int]:
    """The files of a county by their number: another one has been made anew."""
    folder = place.site / "reports/2023" / county
    return {p.relative_to(folder).as_posix(): p.stat().st_ino for p in folder.rglob("*") if p.is_file()}


def spoil_page(place: Place) -> None:
    """By hand, in the same file, as long and as old as before."""
    path = place.site / "reports/2023/990106/finance.html"
    state, data = path.stat(), path.read_bytes()
    path.write_bytes(data.replace(b"0", b"9", 1))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))


def remove_report(place: Place) -> None:
    (place.publication / "workbooks/finance.ipynb").rename(place.publication / "finance.kept")


def restore_report(place: Place) -> None:
    (place.publication / "finance.kept").rename(place.publication / "workbooks/finance.ipynb")


STEPS: list[tuple[str, Callable[[Place], object], bool]] = [
    # what is changed, how, whether the first county stays as it is
    ("a cell of the other county", lambda p: change_value(p, "2023/990107"), True),
    ("a page changed by hand", spoil_page, False),
    (
        "a county added",
        lambda p: shutil.copy2(ROOT / "data/2023/990105.xlsx", p.publication / "data/2023/990105.xlsx"),
        True,
    ),
    ("a county that goes", lambda p: (p.publication / "data/2023/990107.xlsx").unlink(), True),
    ("a report that disappears", remove_report, False),
    ("the report comes back", restore_report, False),
]


def test_places_that_have_not_changed_are_taken_over_and_nothing_is_stale(two: Place, tmp_path: Path) -> None:
    for step, (name, change, stays) in enumerate(STEPS):
        before = numbers(two, "990106")
        change(two)
        two.build()
        assert (numbers(two, "990106") == before) == stays, name
        assert files(two.site) == two.clean(tmp_path / f"clean-{step}"), f"stale after {name}"
        there = files(two.site)
        two.build()
        assert files(two.site) == there, f"not at rest after {name}"


def test_another_version_of_a_library_makes_every_place_anew(place: Place, tmp_path: Path) -> None:
    """A library is recognised by the folder that names its version."""
    libraries = Path(sysconfig.get_path("purelib"))
    before = {path: path.stat().st_ino for path in (place.site / "reports").rglob("*.html")}
    other = libraries / f"gongbao_test_{os.getpid()}-1.0.dist-info"
    other.mkdir()
    try:
        place.build()
    finally:
        other.rmdir()
    after = {path: path.stat().st_ino for path in (place.site / "reports").rglob("*.html")}
    assert after.keys() == before.keys() and all(after[path] != before[path] for path in before)
