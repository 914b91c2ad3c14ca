"""Each way a cell of a real workbook goes wrong is read rightly or gets its own message with its address."""

from __future__ import annotations

import datetime as dt
import math
import re
import zipfile

import pytest

ERROR, WARNING = "error", "warning"


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "column", "expected"),
    [
        ("学校年度", "C4", "９０", "students", 90.0),
        ("学校年度", "C4", " 90\u00a0", "students", 90.0),
        ("学校年度", "C4", "\u300090\u200b", "students", 90.0),
        ("学校年度", "K4", "450.5", "t_backbone", None),
        ("学校", "C4", "\u3000示例 一小\u00a0", "school_name", "示例 一小"),
        ("学校", "A4", " 00１\u200b", "school_id", "001"),
        ("学校", "G4", "√", "boarding", 1.0),
        ("学校", "G4", "N", "boarding", 0.0),
        ("学校", "G4", True, "boarding", 1.0),
        ("学校", "H4", "1998年", "built_year", 1998.0),
        ("评价", "F4", dt.date(2019, 12, 31), "date", "2019-12-31"),
        ("评价", "F4", "2019年12月31日", "date", "2019-12-31"),
        ("评价", "F4", "2019/12/3", "date", "2019-12-03"),
        ("评价", "F4", "2019-12", "date", "2019-12"),
        ("评价", "F4", 2019, "date", "2019"),
        ("评价", "F4", "20191231", "date", "2019-12-31"),
    ],
)
def test_read_without_remark(publication, sheet, cell, value, column, expected) -> None:
    dataset, problems = publication.changed(sheet, {cell: value})
    table = {"学校年度": "school_year", "学校": "schools", "评价": "evaluations"}[sheet]
    if expected is None:  # 450.5 teachers
        assert (ERROR, "not-whole", cell) in problems
        return
    assert problems == []
    assert dataset.tables[table][column].iloc[0] == expected


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"),
    [
        ("学校年度", "C4", "1,000", "cleaned"),
        ("学校年度", "C4", "90人", "cleaned"),
        ("学校年度", "C4", "x", "masked"),
        ("学校年度", "C4", "—", "masked"),
    ],
)
def test_read_with_a_warning(publication, sheet, cell, value, code) -> None:
    dataset, problems = publication.changed(sheet, {cell: value})
    assert problems == [(WARNING, code, cell)]
    students = dataset.tables["school_year"]["students"].iloc[0]
    assert math.isnan(students) if code == "masked" else students in (1000.0, 90.0)


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"),
    [
        ("学校年度", "C4", "1e5", "scientific"),
        ("学校年度", "C4", "九十", "not-a-number"),
        ("学校年度", "C4", "约90", "qualifier-in-number"),
        ("学校年度", "C4", "90万元", "not-a-number"),
        ("学校年度", "C4", "90%", "percent-in-number"),
        ("学校年度", "C4", 90.5, "not-whole"),
        ("学校年度", "C4", -1, "negative"),
        ("学校年度", "C4", True, "bool-in-number"),
        ("学校年度", "C4", dt.date(2019, 3, 5), "date-in-number"),
        ("学校年度", "C4", dt.time(3, 4), "date-in-number"),
        ("学校年度", "A4", dt.date(2019, 3, 5), "date-in-text"),
        ("学校年度", "A4", 1.5, "bad-code"),
        ("学校年度", "A4", 1.2345678901234567e19, "bad-code"),
        ("学校年度", "A4", "5.11923E+18", "scientific"),
        ("学校年度", "B4", "小学部", "not-a-choice"),
        ("学校年度", "B4", None, "required"),
        ("学校", "C4", dt.date(2019, 3, 5), "date-in-text"),
        ("学校", "C4", None, "required"),
        ("学校", "K4", "可以", None),
        ("学校", "J4", "可能", "bad-flag"),
        ("学校", "H4", "去年", "bad-year"),
        ("学校", "H4", 1500, "out-of-range"),
        ("评价", "F4", 43830, "bad-date"),
        ("评价", "F4", "2019年13月", "bad-date"),
        ("评价", "F4", "年底", "bad-date"),
    ],
)
def test_error_at_the_cell(publication, sheet, cell, value, code) -> None:
    _, problems = publication.changed(sheet, {cell: value})
    errors = [(c, where) for severity, c, where in problems if severity == ERROR]
    if code is None:  # a column without a header is passed over
        assert errors == []
        assert (WARNING, "unknown-column", "K2") in problems
    else:
        assert (code, cell) in errors


def test_choice_suggests_what_was_meant(publication) -> None:
    publication.submit(lambda book: book["学校"].__setitem__("D5", "九年一贯"))
    problem = next(p for p in publication.examine()[1] if p.code == "not-a-choice")
    assert "是不是“九年一贯制”" in problem.message
    assert str(problem).startswith("错误 data/2023/990101.xlsx 工作表“学校” 单元格 D5：")


@pytest.mark.parametrize("value", ["#DIV/0!", "#N/A", "#REF!"])
def test_error_cells(publication, value) -> None:
    _, problems = publication.changed("学校年度", {"C4": value})
    assert problems == [(ERROR, "formula-error", "C4")]


def test_formula_without_a_result(publication) -> None:
    _, problems = publication.changed("学校年度", {"C4": "=40+50"})
    assert problems == [(ERROR, "formula-uncalculated", "C4")]


def _rewrite(path, part: str, change) -> None:
    """Change one part of a workbook's archive, as another program would have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    before = parts[part]
    parts[part] = change(before)
    assert parts[part] != before
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)


def test_formula_with_a_stored_result(publication) -> None:
    path = publication.submit(lambda book: book["学校年度"].__setitem__("C4", "=40+50"))
    _rewrite(path, "xl/worksheets/sheet3.xml", lambda x: x.replace(b"</f><v />", b"</f><v>90</v>"))
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["school_year"]["students"].iloc[0] == 90.0


def test_formula_with_an_empty_result_is_an_empty_cell(publication) -> None:
    path = publication.submit(lambda book: book["学校年度"].__setitem__("J5", '=IF(1=1,"",5)'))
    _rewrite(
        path, "xl/worksheets/sheet3.xml",
        lambda x: x.replace(b'<c r="J5"><f>', b'<c r="J5" t="str"><f>').replace(b"</f><v />", b"</f><v></v>"),
    )  # fmt: skip
    dataset, problems = publication.examine()
    assert problems == []
    assert math.isnan(dataset.tables["school_year"]["t_above_edu"].iloc[1])


def test_cells_without_addresses(publication) -> None:
    """Some writers leave out row and cell addresses; then the order counts."""

    def edit(book) -> None:
        book["指标数据"]["E5"] = 0.858
        book["指标数据"]["E5"].number_format = "0.0%"

    path = publication.submit(edit)
    with zipfile.ZipFile(path) as archive:
        xml = archive.read("xl/worksheets/sheet4.xml")
    row = re.search(rb'<row r="5">.*?</row>', xml, re.DOTALL)[0]
    bare = re.sub(rb' r="[A-Z]*5"', b"", row).replace(b"<c s=", b"<c /><c /><c s=", 1)  # C5 and D5 are empty
    assert bare != row
    _rewrite(path, "xl/worksheets/sheet4.xml", lambda x: x.replace(row, bare))
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["indicator_values"]["value"].tolist()[1] == 85.8


def test_percent_format_in_a_percent_indicator(publication) -> None:
    def edit(book) -> None:
        book["指标数据"]["E5"] = 0.858
        book["指标数据"]["E5"].number_format = "0.00%"

    publication.submit(edit)
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["indicator_values"]["value"].iloc[1] == 85.8


@pytest.mark.parametrize("number_format", ["0%", "0.00%", "0.0%;[Red]-0.0%", '"约"0.0%'])
def test_percent_format_elsewhere_is_an_error(publication, number_format) -> None:
    def edit(book) -> None:
        book["学校年度"]["C4"] = 0.9
        book["学校年度"]["C4"].number_format = number_format

    publication.submit(edit)
    assert publication.problems() == [(ERROR, "percent-in-number", "C4")]


def test_quoted_percent_sign_is_not_a_percent_format(publication) -> None:
    def edit(book) -> None:
        book["指标数据"]["E5"] = 85.8
        book["指标数据"]["E5"].number_format = '0.0"%"'

    publication.submit(edit)
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["indicator_values"]["value"].iloc[1] == 85.8


def test_hidden_rows_columns_and_sheets_are_read_with_a_warning(publication) -> None:
    def edit(book) -> None:
        book["学校年度"].row_dimensions[5].hidden = True
        book["学校年度"].column_dimensions["I"].hidden = True
        book["学校"].sheet_state = "hidden"
        book["评价"].sheet_state = "veryHidden"

    publication.submit(edit)
    dataset, _ = publication.examine()
    assert dataset.tables["school_year"]["teachers"].notna().sum() == 3
    assert sorted(publication.problems()) == [
        (WARNING, "hidden-column", "I4"), (WARNING, "hidden-row", "5"),
        (WARNING, "hidden-sheet", None), (WARNING, "hidden-sheet", None),
    ]  # fmt: skip


def test_merged_title_is_fine_and_merged_header_and_data_are_not(publication) -> None:
    publication.submit(lambda book: book["学校年度"].merge_cells("A1:F1"))
    assert publication.problems() == []
    publication.submit(lambda book: book["学校年度"].merge_cells("AA2:AB2"))
    assert (ERROR, "merged-header", "AA2") in publication.problems()
    publication.submit(lambda book: book["学校年度"].merge_cells("A5:A6"))
    problems = publication.examine()[1]
    merged = next(p for p in problems if p.code == "merged-cells")
    assert merged.place.cell == "A5"
    assert "A5:A6" in merged.message


def test_stray_cell_far_away_does_not_fill_memory(publication) -> None:
    _, problems = publication.changed("学校年度", {"XFD1048576": "x"})
    assert (ERROR, "too-large", "XFD1048576") in problems
