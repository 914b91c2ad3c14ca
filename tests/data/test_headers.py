"""Finding the header row and the columns."""

from __future__ import annotations

import pytest

ERROR, WARNING = "error", "warning"


@pytest.mark.parametrize(
    "header", ["学生数（人）", "学生数(人)", "学 生 数", "学生数\n（人）", "students", "*学生数", "学生数　"]
)
def test_ways_to_write_a_label(publication, header) -> None:
    dataset, problems = publication.changed("学校年度", {"C2": header})
    assert problems == []
    assert dataset.tables["school_year"]["students"].iloc[0] == 90.0


def test_header_in_the_first_row_or_further_down(publication) -> None:
    publication.submit(lambda book: [s.delete_rows(1) for s in book.worksheets if s.title != "封面"])
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["schools"]["_row"].tolist() == [3, 4]
    publication.submit(lambda book: [s.insert_rows(1, 6) for s in book.worksheets if s.title != "封面"])
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["schools"]["_row"].tolist() == [10, 11]


def test_no_header(publication) -> None:
    publication.submit(lambda book: book["来源"].delete_rows(1, 3))
    assert publication.problems() == [(ERROR, "no-header", None)]


def test_a_renamed_column_is_an_error_because_its_numbers_would_be_lost(publication) -> None:
    publication.submit(lambda book: book["学校年度"].__setitem__("C2", "学生人数"))
    problems = publication.examine()[1]
    assert [(p.severity, p.code, p.place.cell) for p in problems] == [(ERROR, "column-renamed", "C2")]
    assert "是不是“学生数”" in problems[0].message


def test_a_year_in_the_label_does_not_hide_the_values(publication) -> None:
    publication.submit(indicator_values=[{"indicator_id": "spend", "stage": "全部", "value": 3}])
    publication.submit(lambda book: book["指标数据"].__setitem__("E2", "2023年数值"))
    assert publication.problems() == [(ERROR, "column-renamed", "E2")]


def test_a_table_without_its_values_is_not_read_as_empty(publication) -> None:
    publication.submit(lambda book: book["指标数据"].delete_cols(5))
    assert publication.problems() == [(ERROR, "missing-column", "2")]


def test_an_unknown_column_without_a_near_name_is_passed_over(publication) -> None:
    _, problems = publication.changed("学校年度", {"AE2": "校长意见", "AE4": "同意"})
    assert problems == [(WARNING, "unknown-column", "AE2")]


@pytest.mark.parametrize(
    ("cells", "place"),
    [
        ({"R2": "教学仪器设备值（万元）"}, "R2"),
        ({"R3": "万元"}, "R3"),
        ({"C2": "学生数（万人）"}, "C2"),
        ({"O3": "万㎡"}, "O3"),
    ],
)
def test_another_unit_in_the_header_is_an_error(publication, cells, place) -> None:
    _, problems = publication.changed("学校年度", cells)
    assert problems == [(ERROR, "unit-in-header", place)]


@pytest.mark.parametrize(
    "cells", [{"R2": "教学仪器设备值（元）"}, {"C2": "学生数（学年初）"}, {"O3": "㎡"}, {"O3": None}]
)
def test_the_same_unit_written_otherwise_is_fine(publication, cells) -> None:
    _, problems = publication.changed("学校年度", cells)
    assert problems == []


def test_a_unit_over_the_values_of_indicators_would_not_hold(publication) -> None:
    publication.submit(indicator_values=[{"indicator_id": "spend", "stage": "全部", "value": 3}])
    _, problems = publication.changed("指标数据", {"E2": "数值（万元）"})
    assert problems == [(ERROR, "unit-in-header", "E2")]


def test_a_row_of_units_is_not_taken_for_the_header(publication) -> None:
    publication.submit(lambda book: book["指标数据"].delete_rows(2))
    assert publication.problems() == [(ERROR, "no-header", None)]


def test_missing_required_column(publication) -> None:
    _, problems = publication.changed("学校年度", {"B2": "甲乙丙"})
    assert (ERROR, "missing-column", "2") in problems
    assert (WARNING, "unknown-column", "B2") in problems


def test_duplicate_column(publication) -> None:
    _, problems = publication.changed("学校年度", {"D2": "学生数"})
    assert problems == [(ERROR, "duplicate-column", "D2")]


def test_last_year_and_reference_columns_are_passed_over(publication) -> None:
    cells = {"AE2": "上年学生数", "AE4": "#N/A", "AF2": "（参考）学校名称", "AF4": "示例一小"}
    _, problems = publication.changed("学校年度", cells)
    assert problems == []


def test_total_row_is_an_error_and_a_remark_is_not_data(publication) -> None:
    _, problems = publication.changed("学校年度", {"A8": "合计", "C8": 466, "A9": "注：在校生为学年初数。"})
    assert problems == [(ERROR, "total-row", "8"), (WARNING, "remark-row", "9")]


def test_empty_rows_between_are_passed_over(publication) -> None:
    publication.submit(lambda book: book["学校年度"].insert_rows(5, 3))
    dataset, problems = publication.examine()
    assert problems == []
    assert dataset.tables["school_year"]["_row"].tolist() == [4, 8, 9, 10]


def test_region_and_year_in_a_row_must_agree(publication) -> None:
    _, problems = publication.changed("学校", {"K2": "年度", "K4": 2023, "K5": 2022})
    assert problems == [(ERROR, "row-mismatch", "K5")]


def test_renamed_missing_and_unknown_sheets(publication) -> None:
    def edit(book) -> None:
        book["学校年度"].title = "学校年度表"
        del book["评价得分"]
        book.create_sheet("草稿")["A1"] = "1"
        book.create_sheet("空表")
        book.create_sheet("填表说明")["A1"] = "先填封面"

    publication.submit(edit)
    problems = publication.examine()[1]
    found = {(p.severity, p.code, p.place.sheet) for p in problems if p.code.startswith("sheet")}
    assert found == {
        (ERROR, "sheet-renamed", "学校年度表"), (ERROR, "sheet-missing", None), (WARNING, "sheet-unknown", "草稿"),
    }  # fmt: skip
    assert any("缺少工作表“评价得分”" in p.message for p in problems)
    assert any("是不是“学校年度”" in p.message for p in problems)


def test_cover_against_the_file_name(publication) -> None:
    publication.submit(cover={"region_code": "990102", "year": "2022年", "source_id": "S1"})
    assert publication.problems() == [(ERROR, "cover-mismatch", "B2"), (ERROR, "cover-mismatch", "B3")]
