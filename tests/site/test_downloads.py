"""Excel and CSV files: public, complete, with units and places, openable."""

import csv
import io
import zipfile

import pytest
from openpyxl import load_workbook

from gongbao.site.tabular import Sheet, csv_bytes, xlsx_bytes
from samples import Built


def read_csv(built: Built, address: str) -> list[dict[str, str]]:
    data = (built.folder / address).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_the_workbook_opens_and_explains_itself(built: Built) -> None:
    book = load_workbook(built.folder / "data/2019/511923.xlsx")
    assert book.sheetnames == [
        "说明",
        "指标数据",
        "结论",
        "图表目录",
        "评价",
        "评价得分",
        "指标定义",
        "标准值",
        "来源",
    ]
    assert book["说明"]["A1"].value == "平昌县 2019年教育督导公报数据"
    assert {row[0] for row in book["说明"].iter_rows(min_row=4, max_row=11, values_only=True)} == set(
        book.sheetnames[1:]
    )


def test_a_sample_county_is_marked_in_its_workbook(built: Built) -> None:
    book = load_workbook(built.folder / "data/2019/990101.xlsx")
    assert "示例数据" in str(book["说明"]["A1"].value)


def test_values_carry_unit_source_and_cell(built: Built) -> None:
    rows = read_csv(built, "data/2019/511923/values.csv")
    first = rows[0]
    assert (first["数值"], first["单位"], first["学段"], first["统计量"]) == (
        "11648.78",
        "元",
        "小学",
        "数值",
    )
    assert first["来源"] == "平昌县2019年自评报告"
    assert first["出处"] == "data/2019/511923.xlsx 工作表“指标数据” 单元格 E2"


def test_missing_is_empty_with_its_reason_and_small_counts_are_withheld(built: Built) -> None:
    rows = {
        (r["指标代码"], r["学段"], r["统计量"]): r for r in read_csv(built, "data/2019/511923/values.csv")
    }
    missing = rows["per_pupil_budget", "初中", "数值"]
    assert (missing["数值"], missing["缺失原因"]) == ("", "未报")
    small = rows["sent_home", "全部", "数值"]
    assert (small["数值"], small["显示"], small["缺失原因"]) == ("", "<5人", "小数值隐去")


def test_internal_indicators_quotes_and_evidence_stay_out_of_workbooks(built: Built) -> None:
    for path in built.folder.rglob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            text = b"".join(archive.read(name) for name in archive.namelist()).decode("utf-8")
        for word in ("exam_top", "高考", "一本384人", "内部佐证"):
            assert word not in text


def test_verdicts_hold_unrounded_value_and_limit(built: Built) -> None:
    rows = {r["判定代码"]: r for r in read_csv(built, "data/2019/511923/verdicts.csv")}
    backbone = rows["balance.quality_2017.小学.backbone.cv"]
    assert (backbone["结论"], backbone["数值"], backbone["标准值"]) == ("未达标", "0.501787", "0.5")
    assert rows["balance.quality_2017.satisfaction"]["数值"] == ""


def test_scores_are_text_even_if_they_look_like_formulas(built: Built) -> None:
    [row] = read_csv(built, "data/2019/511923/scores.csv")
    assert (row["测评项"], row["满分"], row["扣分"], row["扣分原因"]) == ("各类教育", "24", "1", "'=学前教育")
    cell = load_workbook(built.folder / "data/2019/511923.xlsx")["评价得分"]["H2"]
    assert (cell.value, cell.data_type) == ("=学前教育", "s")


def test_a_tables_own_csv_says_what_the_page_says_where_there_is_no_number(built: Built) -> None:
    rows = read_csv(built, "reports/2019/511923/finance/table-1.csv")
    assert rows[0] == {
        "学段": "小学",
        "2019年（元）": "11648.78",
        "2018年（元）": "10968.72",
        "比上年": "增长6.20%",
    }
    assert rows[1]["2018年（元）"] == "未报"
    assert (rows[2]["2019年（元）"], rows[2]["2018年（元）"]) == ("<5", "")


@pytest.mark.parametrize("text", ["=1+1", "+1", "@SUM(A1)", "-x"])
def test_csv_texts_are_never_formulas(text: str) -> None:
    assert csv_bytes(["a"], [[text]]).decode("utf-8-sig").splitlines()[1] == f"'{text}"


def test_csv_numbers_stay_numbers() -> None:
    text = csv_bytes(["a", "b"], [[-1.5, "-1.5"], [None, 0]]).decode("utf-8-sig")
    assert text.splitlines()[1:] == ["-1.5,-1.5", ",0"]


def test_workbooks_hold_no_time_and_no_user(built: Built) -> None:
    data = xlsx_bytes([Sheet("表", "内容", ("甲",), [["乙"]])], "题")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert core.count("1980-01-01T00:00:00Z") == 2 and "<dc:creator>gongbao</dc:creator>" in core
