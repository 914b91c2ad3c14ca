"""`gongbao diff` of two submissions: real Excel files and CSV folders, cell by cell, and the bulletin's answer."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from gongbao.data.schema import HELP_SHEETS
from publications import ROOT, copy_publication, run_gongbao

COUNTY = "2019/990101"
Edit = Callable[[Workbook], None]


@pytest.fixture(scope="module")
def publication(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copy_publication(
        tmp_path_factory.mktemp("diff") / "publication", COUNTY, "2018/990101", "2019/990102"
    )


@pytest.fixture
def changed(tmp_path: Path) -> Callable[[Edit], Path]:
    """Writes the county's submission with an edit into a new file."""

    def make(edit: Edit) -> Path:
        workbook = load_workbook(ROOT / "data" / f"{COUNTY}.xlsx")
        edit(workbook)
        workbook.save(tmp_path / "new.xlsx")
        return tmp_path / "new.xlsx"

    return make


def columns(sheet: Worksheet) -> dict[str, int]:
    """Header -> column, of the header row (the title stands above it)."""
    for row in sheet.iter_rows(max_row=3):
        if sum(isinstance(cell.value, str) for cell in row) > 2:
            return {str(cell.value): cell.column for cell in row if cell.value}
    raise AssertionError(sheet.title)


def row_of(sheet: Worksheet, **wanted: Any) -> int:
    at = columns(sheet)
    for row in range(1, sheet.max_row + 1):
        if all(sheet.cell(row, at[label]).value == value for label, value in wanted.items()):
            return row
    raise AssertionError(wanted)


def set_cells(sheet: Worksheet, row: int, values: Mapping[str, Any]) -> None:
    at = columns(sheet)
    for label, value in values.items():
        sheet.cell(row, at[label]).value = value


def budget_mistyped(workbook: Workbook) -> None:
    """8.9409 (above last year's 8.4328) typed as 8.3409 (below it): −1.09 % by hand."""
    sheet = workbook["指标数据"]
    for statistic, number in (("数值", 8.3409), ("增长率", -1.09)):
        row = row_of(sheet, 指标代码="general_public_budget", 统计量=statistic)
        set_cells(sheet, row, {"数值": number})


def compared(publication: Path, old: Path, new: Path, *options: str) -> dict[str, Any]:
    done = run_gongbao(publication, "diff", str(old), str(new), "--format", "json", *options)
    assert done.returncode in (0, 1), done.stderr
    content: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == (1 if content["tables"] else 0)
    return content


def cells(content: Mapping[str, Any], table: str) -> list[tuple[str, ...]]:
    rows = next((t["rows"] for t in content["tables"] if t["table"] == table), [])
    return [(r["name"], c["label"], c["old"], c["new"], c["new_cell"]) for r in rows for c in r["cells"]]


def test_a_file_equals_its_copy(publication: Path, changed: Callable[[Edit], Path]) -> None:
    old = publication / "data" / f"{COUNTY}.xlsx"
    done = run_gongbao(publication, "diff", str(old), str(changed(lambda workbook: None)))
    assert (done.returncode, done.stdout.splitlines()[1]) == (0, "没有不同。"), done.stderr


def test_numbers_qualifiers_and_missing_codes_with_their_cells(
    publication: Path, changed: Callable[[Edit], Path]
) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["指标数据"]
        row = row_of(sheet, 指标代码="nutrition_county_funds")
        set_cells(sheet, row, {"限定词": "约"})
        row = row_of(sheet, 指标代码="inclusive_kindergarten_coverage")
        set_cells(sheet, row, {"数值": None, "分子": None, "分母": None, "缺失原因": "未报"})

    content = compared(publication, publication / "data" / f"{COUNTY}.xlsx", changed(edit), "--only-data")
    assert cells(content, "indicator_values") == [
        ("营养改善计划县级匹配资金（义务教育）", "限定词", "", "约", "I22"),
        ("普惠性幼儿园覆盖率（幼儿园）", "数值", "76.21", "", "F25"),
        ("普惠性幼儿园覆盖率（幼儿园）", "分子", "6208", "", "J25"),
        ("普惠性幼儿园覆盖率（幼儿园）", "分母", "8146", "", "K25"),
        ("普惠性幼儿园覆盖率（幼儿园）", "缺失原因", "", "未报", "L25"),
    ]
    assert content["effect"] is None


def test_a_row_put_in_moves_no_other(publication: Path, changed: Callable[[Edit], Path]) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["满意度调查"]
        row = row_of(sheet, 对象="家长")
        sheet.insert_rows(row)
        kind = str(sheet.cell(row - 1, 1).value)
        set_cells(sheet, row, {"调查": kind, "对象": "社区居民", "发放数": 100, "有效数": 90, "满意数": 80})
        sheet.delete_rows(row_of(sheet, 对象="教师", 调查=kind))

    content = compared(publication, publication / "data" / f"{COUNTY}.xlsx", changed(edit), "--only-data")
    assert [t["table"] for t in content["tables"]] == ["surveys"]
    assert [(r["state"], r["key"][-1]) for r in content["tables"][0]["rows"]] == [
        ("added", "社区居民"), ("removed", "教师"),
    ]  # fmt: skip


def test_schools_are_called_by_their_names(publication: Path, changed: Callable[[Edit], Path]) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["学校年度"]
        set_cells(sheet, row_of(sheet, 学校标识码="9901010001"), {"学生数": 1430})

    content = compared(publication, publication / "data" / f"{COUNTY}.xlsx", changed(edit), "--only-data")
    assert [found[:4] for found in cells(content, "school_year")] == [
        ("示例县甲第一小学（小学）", "学生数", "1428", "1430")
    ]


def test_the_cover_and_its_default_source_are_told_once(
    publication: Path, changed: Callable[[Edit], Path]
) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["封面"]
        row = next(r for r in range(1, 9) if sheet.cell(r, 1).value == "默认来源编号")
        sheet.cell(row, 2).value = "sample-finance"

    content = compared(publication, publication / "data" / f"{COUNTY}.xlsx", changed(edit), "--only-data")
    assert [t["label"] for t in content["tables"]] == ["封面"]
    assert cells(content, "cover") == [("封面", "默认来源编号", "sample-schools", "sample-finance", "")]


def test_a_folder_of_csv_files_is_a_submission_too(publication: Path, tmp_path: Path) -> None:
    folder = tmp_path / "990101"
    folder.mkdir()
    for sheet in load_workbook(ROOT / "data" / f"{COUNTY}.xlsx"):
        if sheet.title in HELP_SHEETS:
            continue
        with (folder / f"{sheet.title}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            for row in sheet.iter_rows(values_only=True):
                dates = [value.date().isoformat() if hasattr(value, "date") else value for value in row]
                writer.writerow(dates)
    done = run_gongbao(publication, "diff", f"data/{COUNTY}.xlsx", str(folder), "--only-data")
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_mistyped_budget_does_to_the_bulletin(
    publication: Path, changed: Callable[[Edit], Path], tmp_path: Path
) -> None:
    page = tmp_path / "diff.html"
    new = changed(budget_mistyped)
    everything = (p for p in sorted(publication.rglob("*")) if p.is_file())
    before = {p: p.read_bytes() for p in everything if ".gongbao" not in p.relative_to(publication).parts}
    effect = compared(publication, publication / "data" / f"{COUNTY}.xlsx", new)["effect"]
    flips = [
        (c["old"]["subject"], c["old"]["outcome"], c["new"]["outcome"])
        for c in effect["changes"]
        if c["kind"] == "flip"
    ]
    assert flips == [("一般公共预算教育经费只增不减", "pass", "fail")]
    (number,) = (c for c in effect["changes"] if c["kind"] == "value" and "增长率" not in c["key"])
    assert (number["old"]["value"], number["new"]["value"]) == (8.9409, 8.3409)
    assert number["new"]["cell"].endswith("data/2019/990101.xlsx 工作表“指标数据” 单元格 F6")
    told = {b["kind"]: b["text"] for b in effect["breaks"]}
    assert told["comparison"] == "“一般公共预算教育经费”与示例县乙的数值并列比较。"
    assert "由达标变为未达标" in told["verdict"]
    # nothing but the cache is touched; the second time the runs are known
    assert before and before == {p: p.read_bytes() for p in before}
    done = run_gongbao(
        publication, "diff", f"data/{COUNTY}.xlsx", str(new), "--format", "html", "--out", str(page)
    )
    assert (done.returncode, done.stdout) == (1, "")
    text = page.read_text("utf-8")
    assert text.index("结论翻转（1）") < text.index("填报表“指标数据”（2 行不同）")
    assert "不得公开" in text
    assert "src=" not in text and "://" not in text  # a page that can be sent as a file


def test_errors_are_told_and_the_cells_compared_all_the_same(
    publication: Path, changed: Callable[[Edit], Path]
) -> None:
    def edit(workbook: Workbook) -> None:
        sheet = workbook["指标数据"]
        set_cells(sheet, row_of(sheet, 指标代码="satisfaction_rate"), {"学段": "小学初中"})

    content = compared(publication, publication / "data" / f"{COUNTY}.xlsx", changed(edit))
    assert content["new"]["errors"] > 0
    assert content["effect"] is None
    assert "改正以后才能生成公报" in content["effect_note"]


def test_outside_of_any_publication_the_cells_are_compared(
    tmp_path: Path, changed: Callable[[Edit], Path]
) -> None:
    old = tmp_path / "old.xlsx"
    shutil.copyfile(ROOT / "data" / f"{COUNTY}.xlsx", old)
    content = compared(tmp_path, old, changed(budget_mistyped))
    assert ("general_public_budget", "数值", "8.9409", "8.3409", "F6") in cells(content, "indicator_values")
    assert content["effect_note"] == "不在公报站点里，没有生成公报。"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere", "."], "nowhere 不存在"),
        (["_quarto.yml", "."], "_quarto.yml 不能比较"),
        (["workbooks", "."], "workbooks 不能比较"),
        ([f"data/{COUNTY}.xlsx", "."], "填报表只能和填报表比较"),
        ([".", "."], "--year"),
        (["_quarto.yml", "_quarto.yml", "--format", "word"], "--format 只能是 text、json、html"),
    ],
)
def test_what_cannot_be_compared_is_trouble(publication: Path, arguments: list[str], words: str) -> None:
    done = run_gongbao(publication, "diff", *arguments)
    assert done.returncode == 2 and words in done.stderr and "Traceback" not in done.stderr


def test_a_workbook_without_a_cover_is_trouble(publication: Path, tmp_path: Path) -> None:
    Workbook().save(tmp_path / "empty.xlsx")
    done = run_gongbao(publication, "diff", f"data/{COUNTY}.xlsx", str(tmp_path / "empty.xlsx"))
    assert done.returncode == 2 and "empty.xlsx 不能比较" in done.stderr and "封面" in done.stderr
