"""The Excel form: what an office sees, what it may type, and that it reads back."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from openpyxl import Workbook, load_workbook

from gongbao.data import examine_submission, read_dataset
from gongbao.data.columns import SCHOOL_TYPES
from gongbao.data.dataset import Dataset
from gongbao.data.schema import HELP_SHEETS, SUBMISSION_TABLES, TABLES
from gongbao.data.template import TemplateError, fill_template, write_template
from gongbao.data.work import WORK_TABLES

ROOT = Path(__file__).resolve().parents[1]
WORK = {table.name for table in WORK_TABLES}
LABELS = {name: TABLES[name].label for name in SUBMISSION_TABLES}


@pytest.fixture(scope="module")
def dataset(sample_dataset: Dataset) -> Dataset:
    return sample_dataset


@pytest.fixture(scope="module")
def next_year(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The form of a county whose last year is known."""
    path = tmp_path_factory.mktemp("next") / "990106.xlsx"
    write_template(path, dataset, "990106", 2024)
    return path


@pytest.fixture(scope="module")
def book(next_year: Path) -> Workbook:
    return load_workbook(next_year)


def headers(book: Workbook, table: str) -> list[str]:
    return [cell.value for cell in book[LABELS[table]][2]]


def rows(book: Workbook, table: str) -> list[dict[str, object]]:
    names = headers(book, table)
    return [
        dict(zip(names, values, strict=True))
        for values in book[LABELS[table]].iter_rows(min_row=4, max_col=len(names), values_only=True)
        if any(value is not None for value in values)
    ]


def rule(book: Workbook, table: str, header: str):  # type: ignore[no-untyped-def]
    """The input rule of a column."""
    column = headers(book, table).index(header)
    cell = book[LABELS[table]].cell(4, column + 1).coordinate
    (found,) = [r for r in book[LABELS[table]].data_validations.dataValidation if cell in r.cells]
    return found


def test_sheets_stand_in_the_order_of_work(book: Workbook) -> None:
    assert book.sheetnames == ["封面", HELP_SHEETS[0], *LABELS.values(), *HELP_SHEETS[1:]]


@pytest.mark.parametrize("table", SUBMISSION_TABLES)
def test_every_column_to_fill_in_has_its_label_unit_and_explanation(book: Workbook, table: str) -> None:
    sheet = book[LABELS[table]]
    names = headers(book, table)
    for column in TABLES[table].columns:
        assert (column.label in names) is not column.implied
        if column.implied:
            continue
        header = sheet.cell(2, names.index(column.label) + 1)
        assert column.help in header.comment.text
        assert all(choice in header.comment.text for choice in column.choices)
        assert header.protection.locked
        unit = sheet.cell(3, header.column).value
        assert unit == ("单位" if header.column == 1 else column.unit or None)
    assert str(sheet.cell(3, 1).value).startswith("单位")


def test_cover_is_filled_in_with_the_place_and_year(book: Workbook) -> None:
    cover = {row[0]: row[1] for row in book["封面"].iter_rows(min_row=3, max_col=2, values_only=True)}
    assert (cover["行政区划代码"], cover["年度"]) == ("990106", 2024)


def test_only_cells_to_fill_in_are_unlocked_and_there_is_no_password(book: Workbook) -> None:
    for name in LABELS.values():
        sheet = book[name]
        assert sheet.protection.sheet
        assert sheet.protection.password is None
        assert not sheet.protection.insertRows  # False: allowed
        assert not sheet.protection.formatColumns
        assert not sheet.protection.sort
    sheet = book["学校年度"]
    by_header = {cell.value: cell.column_letter for cell in sheet[2]}
    assert not sheet.column_dimensions[by_header["学生数"]].protection.locked
    assert sheet.column_dimensions[by_header["上年学生数"]].protection.locked
    assert sheet.column_dimensions[by_header["上年学生数"]].outlineLevel == 1


def test_choices_are_dropdowns_and_counts_are_whole_numbers_from_zero(book: Workbook) -> None:
    assert rule(book, "schools", "学校类别").formula1 == '"' + ",".join(SCHOOL_TYPES) + '"'
    assert rule(book, "schools", "寄宿制").formula1 == '"是,否"'
    pupils = rule(book, "school_year", "学生数")
    assert (pupils.type, pupils.operator, pupils.formula1) == ("whole", "greaterThanOrEqual", "0")
    assert "学生数" in pupils.error
    assert pupils.showErrorMessage
    area = rule(book, "school_year", "教学及辅助用房面积")
    assert (area.type, area.operator, area.formula1) == ("decimal", "greaterThanOrEqual", "0")


@pytest.mark.parametrize(
    ("table", "header", "known"),
    [
        ("indicator_values", "指标代码", "per_pupil_budget"),
        ("indicator_values", "来源编号", "sample-finance"),
        ("eval_scores", "测评项代码", "M35"),
        ("eval_scores", "评价编号", "990106-2024-ZP"),
        ("school_year", "学校标识码", "9901060001"),
        ("visits", "学校标识码", "9901060001"),
        ("tasks", "指标代码", "per_pupil_budget"),
        ("findings", "测评项代码", "M35"),
    ],
)
def test_references_choose_from_what_is_known(book: Workbook, table: str, header: str, known: str) -> None:
    found = rule(book, table, header)
    sheet, area = found.formula1.split("!")
    values = [cell.value for (cell,) in book[sheet.strip("'")][area.replace("$", "")]]
    assert known in values
    assert found.errorStyle == "warning"  # an office may add its own


def test_the_sheet_that_gives_a_code_does_not_choose_it_from_a_list(book: Workbook) -> None:
    for table, header in (("schools", "学校标识码"), ("evaluations", "评价编号"), ("sources", "来源编号")):
        column = book[LABELS[table]].cell(4, headers(book, table).index(header) + 1).coordinate
        rules = book[LABELS[table]].data_validations.dataValidation
        assert not [r for r in rules if column in r.cells]


def test_codes_are_text_so_that_digits_stay(book: Workbook) -> None:
    sheet = book["学校"]
    assert sheet.column_dimensions["A"].number_format == "@"
    assert sheet["A4"].value == "9901060001"


def test_last_year_stands_beside_the_cells_to_fill_in(book: Workbook, dataset: Dataset) -> None:
    last = dataset.table("indicator_values", "990106", 2023)
    budget = last[(last["indicator_id"] == "general_public_budget") & (last["statistic"] == "数值")]
    row = next(
        r for r in rows(book, "indicator_values")
        if r["指标代码"] == "general_public_budget" and r["统计量"] == "数值"
    )  # fmt: skip
    assert (row["数值"], row["上年数值"]) == (None, budget["value"].item())
    assert (row["单位"], row["（参考）指标名称"]) == ("亿元", "一般公共预算教育经费")
    schools = dataset.table("schools", "990106", 2023)
    assert [r["学校名称"] for r in rows(book, "schools")] == list(schools["school_name"])
    stages = dataset.table("school_year", "990106", 2023)
    listed = rows(book, "school_year")
    assert [(r["学校标识码"], r["学段"]) for r in listed] == list(
        zip(stages["school_id"], stages["stage"], strict=True)
    )
    pupils = [None if pd.isna(p) else p for p in stages["students"]]
    assert [r["上年学生数"] for r in listed] == pupils
    assert {r["学生数"] for r in listed} == {None}


def test_evaluations_are_listed_again_under_this_years_number(book: Workbook) -> None:
    listed = rows(book, "evaluations")
    assert [r["评价编号"] for r in listed][:2] == ["990106-2024-ZP", "990106-2024-FP"]
    assert {r["对象类型"] for r in listed} == {"县"}  # schools and kindergartens take turns
    assert all("2024" in str(r["评价编号"]) for r in listed)
    items = [r["测评项代码"] for r in rows(book, "eval_scores") if r["评价编号"] == "990106-2024-ZP"]
    assert items == [f"M{n:02d}" for n in range(1, 36)]


def test_rule_parameters_and_computed_indicators_are_not_asked_for(book: Workbook) -> None:
    asked = {r["指标代码"] for r in rows(book, "indicator_values")}
    assert asked.isdisjoint({"stage_weight", "school_rule_met_2017", "composite_2012"})
    assert {r["统计量"] for r in rows(book, "indicator_values")} == {"数值", "增长率"}


def test_coefficients_are_asked_for_on_request(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "340207.xlsx"
    write_template(path, dataset, "340207", 2024, statistics=("数值", "标准差", "差异系数"))
    listed = rows(load_workbook(path), "indicator_values")
    backbone = [r for r in listed if r["指标代码"] == "backbone_teachers_per_100"]
    assert [(r["学段"], r["统计量"]) for r in backbone] == [
        (stage, statistic) for stage in ("小学", "初中") for statistic in ("数值", "标准差", "差异系数")
    ]
    assert [r["上年数值"] for r in backbone[:3]] == [0.887611, 0.445392, 0.501787]  # published for 2023


def test_without_a_year_before_there_are_no_columns_for_it(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "990103.xlsx"
    write_template(path, dataset, "990103", 2019)
    blank = load_workbook(path)
    assert not [h for table in SUBMISSION_TABLES for h in headers(blank, table) if h.startswith("上年")]
    assert rows(blank, "schools") == []
    assert rows(blank, "evaluations") == []
    # the frameworks that counties of the same city evaluate themselves under
    own = dataset.table("evaluations")
    own = own[
        own["region_code"].str.startswith("9901") & (own["object_type"] == "县") & (own["step"] == "自评")
    ]
    assert {r["评价编号"] for r in rows(blank, "eval_scores")} == {
        f"990103-2019-ZP-{framework}" for framework in own["framework_id"]
    }


def test_an_untouched_form_has_no_errors(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "990106.xlsx"
    write_template(path, dataset, "990106", 2019)
    _, problems = examine_submission(ROOT, ROOT / "data", path)
    assert [str(p) for p in problems if p.severity == "error"] == []


def test_what_is_filled_in_reads_back(dataset: Dataset, next_year: Path, tmp_path: Path) -> None:
    publication = tmp_path / "publication"
    shutil.copytree(ROOT / "data", publication / "data", ignore=shutil.ignore_patterns("20*"))
    folder = publication / "data" / "2023"
    folder.mkdir()
    path = folder / "990106.xlsx"
    write_template(path, dataset, "990106", 2023)
    given = {name: dataset.table(name, "990106", 2023) for name in SUBMISSION_TABLES}
    own = given["sources"]["_file"].str.startswith(
        "data/2023/990106"
    )  # the publication's own stand there too
    given["sources"] = given["sources"][own].drop(columns=["region_code", "year"], errors="ignore")
    fill_template(path, given, {"office": "示例县己教育督导室", "source_id": "sample-schools"})
    again = read_dataset(publication, publication / "data")
    assert again.covers[["region_code", "year", "office"]].values.tolist() == [
        ["990106", 2023, "示例县己教育督导室"]
    ]
    for name in set(SUBMISSION_TABLES) - {"sources"}:
        columns = list(TABLES[name].names)
        expected = dataset.table(name, "990106", 2023)[columns].reset_index(drop=True)
        assert len(expected) > 0 or name in WORK
        pd.testing.assert_frame_equal(again.table(name, "990106", 2023)[columns], expected)


def test_the_same_content_gives_the_same_bytes(dataset: Dataset, next_year: Path, tmp_path: Path) -> None:
    path = tmp_path / "again.xlsx"
    write_template(path, dataset, "990106", 2024)
    assert path.read_bytes() == next_year.read_bytes()
    with zipfile.ZipFile(path) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = archive.read("docProps/core.xml").decode()
    assert properties.count("2000-01-01T00:00:00Z") == 2  # created, modified: no clock


def test_an_existing_file_is_kept_unless_asked(dataset: Dataset, tmp_path: Path) -> None:
    path = tmp_path / "990106.xlsx"
    path.write_bytes(b"work of a week")
    with pytest.raises(TemplateError, match="已存在"):
        write_template(path, dataset, "990106", 2024)
    assert path.read_bytes() == b"work of a week"
    write_template(path, dataset, "990106", 2024, force=True)
    assert load_workbook(path).sheetnames[0] == "封面"
    assert [p.name for p in tmp_path.iterdir()] == ["990106.xlsx"]


def test_an_unknown_place_gets_no_form(dataset: Dataset, tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="990199"):
        write_template(tmp_path / "x.xlsx", dataset, "990199", 2024)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("year", [1850, 20240])
def test_an_impossible_year_gets_no_form(dataset: Dataset, tmp_path: Path, year: int) -> None:
    with pytest.raises(TemplateError, match=f"{year}.*1990 至 2100"):
        write_template(tmp_path / "x.xlsx", dataset, "990106", year)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("tables", "named"),
    [({"学校": []}, "学校"), ({"schools": [{"school_id": "1", "headmaster": "x"}]}, "headmaster")],
)
def test_what_the_form_does_not_have_is_refused(
    next_year: Path, tmp_path: Path, tables: dict[str, list[dict[str, str]]], named: str
) -> None:
    path = tmp_path / "990106.xlsx"
    shutil.copy(next_year, path)
    with pytest.raises(TemplateError, match=named):
        fill_template(path, tables, {})
    assert path.read_bytes() == next_year.read_bytes()


YEAR_OF_WORK = {
    "inspections": [{"insp_id": "K1", "type": "开学督查"}],
    "findings": [
        {"finding_id": f"W{n}", "insp_id": "K1", "object_type": "部门", "topic": "安全", "severity": "一般",
         "text_public": "问题"} for n in (1, 2, 3)
    ],
    "rectifications": [
        {"rect_id": "Z1", "finding_id": "W1", "unit": "甲校", "issued": "2023-03-01", "closed": "2023-03-20"},
        {"rect_id": "Z2", "finding_id": "W2", "unit": "乙校", "issued": "2023-03-01", "deadline": "2023-03-31"},
        {"rect_id": "Z3", "finding_id": "W3", "unit": "丙校", "issued": "2023-03-01", "closed": "2023-03-20",
         "recheck_date": "2023-04-20", "recheck_result": "不合格"},
        {"rect_id": "Z4", "finding_id": "W0", "finding_year": 2021, "unit": "丁校", "issued": "2022-03-01"},
    ],
    "tasks": [
        {"task_id": "R-2023-1", "no": "1", "title": "开学督查", "owner": "督导室", "month_from": 2, "month_to": 3,
         "op": ">=", "target": 2, "unit": "次"},
    ],
    "projects": [
        {"project_id": "P1", "name": "教学楼", "stage": "在建", "invest_plan": 900, "invest_done": 400},
        {"project_id": "P2", "name": "食堂", "stage": "投用", "invest_plan": 100},
    ],
    "funds": [{"programme": "营养改善计划", "level": "县", "budget": 800, "received": 790}],
    "staffing": [{"category": "督导力量", "kind": "专职督学", "value": 31, "unit": "人"}],
    "surveys": [{"survey": "教育工作满意度", "group": "家长", "issued": 500, "valid": 480, "satisfied": 440}],
}  # fmt: skip


@pytest.fixture(scope="module")
def after_work(dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A publication whose county reported a year of work, and the form of the year after."""
    root = tmp_path_factory.mktemp("work")
    shutil.copytree(ROOT / "data", root / "data", ignore=shutil.ignore_patterns("20*"))
    (root / "data" / "2023").mkdir()
    path = root / "data" / "2023" / "990106.xlsx"
    write_template(path, dataset, "990106", 2018)  # before the county's first year: nothing is listed
    fill_template(path, YEAR_OF_WORK, {"year": 2023, "source_id": "sample-schools"})
    form = root / "next" / "990106.xlsx"
    form.parent.mkdir()
    write_template(form, read_dataset(root, root / "data"), "990106", 2024)
    return root, form


def test_what_goes_on_is_carried_over(after_work: tuple[Path, Path]) -> None:
    form = load_workbook(after_work[1])
    carried = [
        (r["整改编号"], r["问题编号"], r["问题年度"], r["整改期限"]) for r in rows(form, "rectifications")
    ]
    assert [(*r[:3], str(r[3])[:10]) for r in carried] == [
        ("Z2", "W2", 2023, "2023-03-31"), ("Z3", "W3", 2023, "None"), ("Z4", "W0", 2021, "None")
    ]  # fmt: skip
    assert {r["办结日期"] for r in rows(form, "rectifications")} == {None}
    (task,) = rows(form, "tasks")
    assert (task["任务编号"], task["任务"], task["目标值"], task["上年目标值"]) == (
        "R-2024-1",
        "开学督查",
        None,
        2,
    )
    (project,) = rows(form, "projects")
    assert (project["项目编号"], project["阶段"], project["上年阶段"], project["上年完成投资"]) == (
        "P1", None, "在建", 400
    )  # fmt: skip
    (fund,) = rows(form, "funds")
    assert (fund["资金项目"], fund["预算数"], fund["上年预算数"]) == ("营养改善计划", None, 800)
    (staff,) = rows(form, "staffing")
    assert (staff["项目"], staff["单位"], staff["数值"], staff["上年数值"]) == ("专职督学", "人", None, 31)
    (group,) = rows(form, "surveys")
    assert (group["对象"], group["满意数"], group["上年满意数"]) == ("家长", None, 440)
    assert rows(form, "inspections") == rows(form, "findings") == rows(form, "project_reports") == []


def test_carried_over_rows_read_without_errors_and_what_was_not_filled_in_is_no_data(
    after_work: tuple[Path, Path],
) -> None:
    root, form = after_work
    dataset, problems = examine_submission(root, root / "data", form)
    assert [str(p) for p in problems if p.severity == "error"] == []
    assert {p.code for p in problems} >= {"not-filled-in", "earlier-year-missing"}
    assert len(dataset.table("rectifications", "990106", 2024)) == 3
    for name in ("tasks", "projects", "funds", "staffing", "surveys"):
        assert dataset.table(name, "990106", 2024).empty


@pytest.mark.parametrize(
    ("table", "header", "sheet"),
    [
        ("visits", "检查编号", "督导检查"),
        ("findings", "检查编号", "督导检查"),
        ("findings", "评价编号", "评价"),
        ("rectifications", "问题编号", "问题"),
        ("task_progress", "任务编号", "任务"),
        ("project_reports", "项目编号", "工程项目"),
    ],
)
def test_codes_of_another_sheet_are_chosen_from_it(
    book: Workbook, table: str, header: str, sheet: str
) -> None:
    found = rule(book, table, header)
    assert found.formula1.startswith(f"'{sheet}'!$A$4:")
    assert book[sheet].cell(2, 1).value == header  # the codes stand in its first column


def test_an_explanation_names_one_of_the_sheets(book: Workbook) -> None:
    listed = rule(book, "explanations", "工作表").formula1
    assert listed == '"' + ",".join(LABELS.values()) + '"'
    assert len(listed) <= 255  # more, and Excel calls the file damaged


def test_instructions_tell_of_every_sheet_that_needs_them(book: Workbook) -> None:
    text = "".join(str(row[0]) for row in book[HELP_SHEETS[0]].iter_rows(values_only=True))
    for name in ("督导检查", "问题", "整改", "任务", "任务进展", "工程项目", "项目旬报", "专项资金", "队伍",
                 "满意度调查", "核对说明"):  # fmt: skip
        assert f"“{name}”" in text
