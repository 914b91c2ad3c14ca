"""`gongbao why` says what a build would do, and a build then does it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest
from openpyxl import load_workbook

from gongbao.cache import INDEX
from publications import copy_publication, run_gongbao

ADDRESS = "2019/511923/finance"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = copy_publication(tmp_path_factory.mktemp("why") / "publication", "2019/511923")
    for path in (root / "workbooks").glob("*.ipynb"):
        if path.stem not in ("finance", "preschool"):
            path.unlink()
    (root / "note.txt").write_text("一", "utf-8")
    add_cell(root, "report.say(open('../note.txt', encoding='utf-8').read())")
    done = run_gongbao(root, "why", ADDRESS)
    assert done.returncode == 0 and "没有运行过" in done.stdout, done.stderr
    done = run_gongbao(root, "build")
    assert done.returncode == 0, done.stderr
    return root


@pytest.fixture
def publication(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "publication"))


def add_cell(root: Path, source: str) -> None:
    path = root / "workbooks/finance.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(source, id=f"added-{len(notebook.cells)}"))
    nbformat.write(notebook, path)


def change_cell(root: Path) -> None:
    path = root / "data/2019/511923.xlsx"
    book = load_workbook(path)
    (cell,) = [c for row in book["指标数据"].iter_rows() for c in row if c.value == 15.16]
    cell.value = 16.25
    book.save(path)


def ask(root: Path, address: str = ADDRESS) -> dict[str, Any]:
    done = run_gongbao(root, "why", address, "--format", "json", "--reads")
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_nothing_changed(publication: Path) -> None:
    done = run_gongbao(publication, "why", ADDRESS)
    assert f"{ADDRESS}：没有变化，不会重新运行。" in done.stdout
    answer = ask(publication, f"/reports/{ADDRESS}.html")
    assert not answer["runs_again"] and answer["runs"] == 1 and answer["reasons"] == []
    names = {(read["kind"], read["name"]) for read in answer["reads"]}
    assert ("file", "note.txt") in names and ("table", "indicator_values:511923:2019") in names
    assert json.loads(Path(answer["kept"]).read_text("utf-8"))["nbformat"] == 4
    shown = run_gongbao(publication, "why", ADDRESS, "--reads").stdout
    assert "文件 note.txt" in shown and "2019年 511923 的“指标数据”（data/2019/511923.xlsx）" in shown


def test_what_changed_is_named_and_the_build_runs_what_why_says(publication: Path) -> None:
    (publication / "note.txt").write_text("二", "utf-8")
    change_cell(publication)
    add_cell(publication, "x = 1")
    answer = ask(publication)
    assert answer["runs_again"]
    assert {reason["kind"] for reason in answer["reasons"]} == {"workbook", "file", "table"}
    shown = run_gongbao(publication, "why", ADDRESS).stdout
    assert "工作簿 finance.ipynb 改过" in shown and "文件 note.txt：内容改过" in shown
    assert "2019年 511923 的“指标数据”（data/2019/511923.xlsx）：内容改过" in shown
    [cells] = [reason["cells"] for reason in answer["reasons"] if reason["kind"] == "table"]
    assert len(cells) == 1 and "data/2019/511923.xlsx 工作表“指标数据” 单元格 F" in cells[0]
    assert "15.16 → 16.25" in cells[0] and cells[0] in shown
    runs = {ADDRESS: True, "2019/511923/preschool": ask(publication, "2019/511923/preschool")["runs_again"]}
    done = run_gongbao(publication, "build")
    assert f"运行 {sum(runs.values())}，" in done.stdout, done.stderr
    assert not ask(publication)["runs_again"]


def test_a_former_state_needs_no_run(publication: Path) -> None:
    (publication / "note.txt").write_text("二", "utf-8")
    assert "运行 1，" in run_gongbao(publication, "build").stdout
    (publication / "note.txt").write_text("一", "utf-8")
    answer = ask(publication)
    assert answer["runs"] == 2 and not answer["runs_again"]
    assert "运行 0，" in run_gongbao(publication, "build").stdout


def test_another_version_and_a_lost_result(publication: Path) -> None:
    kept = Path(ask(publication)["kept"])
    kept.write_bytes(kept.read_bytes()[:-1])
    answer = ask(publication)
    assert [reason["kind"] for reason in answer["reasons"]] == ["damaged"] and answer["kept"] is None
    assert ask(publication)["runs"] == 0
    assert "运行 1，" in run_gongbao(publication, "build", "--fresh", "--area", "finance").stdout


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("2019/511923/fnance", "2019/511923/finance"),
        ("2018/511923/finance", "2019/511923/finance"),
        ("2019/511932/finance", "2019/511923/finance"),
        ("nonsense", "地址写作"),
    ],
)
def test_an_unknown_address_gets_the_near_ones(publication: Path, address: str, near: str) -> None:
    done = run_gongbao(publication, "why", address)
    assert done.returncode == 1 and near in done.stderr and "Traceback" not in done.stderr


def test_a_damaged_index_is_no_run(publication: Path) -> None:
    (publication / ".gongbao/cache" / INDEX).write_bytes(b"no index")
    assert ask(publication)["runs"] == 0


def test_rows_that_came_went_or_moved(publication: Path) -> None:
    path = publication / "data/2019/511923.xlsx"
    book = load_workbook(path)
    sheet = book["指标数据"]
    name = sheet["A9"].value
    sheet.delete_rows(9)
    book.save(path)
    [cells] = [reason["cells"] for reason in ask(publication)["reasons"] if reason["kind"] == "table"]
    assert any("第9行：删去" in cell for cell in cells), (name, cells)
    assert any("行的位置变了，内容没有变" in cell for cell in cells)
