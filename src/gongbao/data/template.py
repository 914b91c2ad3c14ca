"""The Excel form a county office fills in, made from the schema and the publication's definitions.

A template holds the cover, instructions, one sheet for each submission table and two read-only
catalogues. Rows and values of last year are printed where the publication has them. What a sheet
looks like is `spreadsheet`'s business; what stands in it is decided here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook, load_workbook
from openpyxl.styles import Alignment, Font, Protection
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from gongbao.data.columns import AREAS, Table
from gongbao.data.dataset import Dataset
from gongbao.data.expected import (
    COMPARED,
    FULL_SCORE,
    ITEM_NAME,
    NAME,
    REFERENCE_PREFIX,
    SCHOOL,
    Key,
    Rows,
    expected_rows,
    last_year,
    records,
    row_key,
)
from gongbao.data.schema import (
    COVER_FIELDS,
    COVER_SHEET,
    HELP_SHEETS,
    LAST_YEAR_PREFIX,
    SUBMISSION_TABLES,
    TABLES,
)
from gongbao.data.spreadsheet import (
    FIRST_ROW,
    HEADER_ROW,
    LAST_ROW,
    SheetColumn,
    add_rules,
    excel_value,
    lay_out_for_print,
    protect,
    save,
    write_list,
    write_rows,
    write_sheet,
)

# What an office reports by itself; 标准差 and 差异系数 are computed from the school rows unless asked for.
REPORTED_STATISTICS = ("数值", "增长率")

INSTRUCTIONS, INDICATOR_LIST, ITEM_LIST = HELP_SHEETS
# table -> (column after which they stand, reference headers)
_REFERENCES = {
    "indicator_values": ("indicator_id", (NAME,)),
    "eval_scores": ("item_id", (ITEM_NAME, FULL_SCORE)),
    "school_year": ("school_id", (SCHOOL,)),
}
# columns that refer to another sheet's code without `refers`: it may be an earlier year's, or nobody's
_CHOSEN = {
    ("eval_scores", "item_id"),
    ("findings", "item_id"),
    ("rectifications", "finding_id"),
    ("explanations", "sheet"),
}
# column -> the table whose first column holds its values
_LISTED_IN = {
    "school_id": "schools",
    "eval_id": "evaluations",
    "insp_id": "inspections",
    "finding_id": "findings",
    "task_id": "tasks",
    "project_id": "projects",
}
_COVER_HELP = {
    "region_code": "已填好，请勿改动",
    "year": "已填好，请勿改动",
    "office": "督导机构全称",
    "source_id": "多数数据出自哪份文件，填它的来源编号；个别数据另有出处的，在该行填",
    "note": "对整份填报表的说明，会印在公报里",
}
_HOW_TO = (
    "一、先填“封面”，再依次填各表。标题行深蓝色的列必填，浅蓝色的列有数据就填，"
    "灰色的列供对照（指标名称、上年数值等），不用填，也不会读取。",
    "二、数据从第4行起，一行一条，中间不留空行。用不上的预列行把数据列留空即可。"
    "鼠标停在列标题上，可看该列的含义、单位和可填内容。",
    "三、按第3行的单位填数字，单元格里不写单位、逗号和文字。“指标数据”表的单位写在“单位”列，"
    "可改成同类单位（元、万元、亿元；人、万人），数值须与单位一致。",
    "四、没有数据就留空，0 表示确实为零。“指标数据”里留空的，在“缺失原因”选：不适用、未报、隐去。",
    "五、原文带“约、近、以上、以下、左右、余”的，数值填数字，这个字填在“限定词”列。",
    "六、增长率填百分数里的数字，如增长5.59%填5.59，下降填负数；比率的变化是百分点，不要填成增长率。",
    "七、一贯制学校、完全中学按学段分行填学生、班级、教师；各学段共用的面积、设备、教室、计算机、"
    "图书只在“全校”行填一次，由系统按规定的权数拆分。",
    "八、每个数都要有来源：用下面列出的来源编号，或先在“来源”表登记本县的文件再引用。"
    "全表多数数据的来源填在封面“默认来源编号”。",
    "九、扣分大于0的测评项须写扣分原因，并写整改措施。",
    "十、不要填写学生、教师、干部的姓名、身份证号、电话，也不要填写中考、高考成绩和升学情况。",
    "十一、各表加了保护以防误改标题和公式区，没有密码；上年各列可先撤销工作表保护再用左上方的"
    "“1、2”按钮折叠。粘贴数据请用“选择性粘贴—数值”，以免带走下拉列表。",
    "十二、“督导检查”“问题”“整改”记一年的督导：检查一次一行并编号，发现的问题写明是哪次检查（检查编号）或评价（评价编号），"
    "整改写明是哪个问题（问题编号）。上年没有办结的整改已列在“整改”表里，“问题年度”是问题所在公报的年度；"
    "办结了填办结日期，复查了填复查日期和结果。是否逾期由系统按日期推算，不填。",
    "十三、“任务”里预列的是上年的任务：本年还有的，填序号、月份、目标值或期限；没有的留着不填或删除整行。"
    "比较（>=、<=、=）和目标值要一起填。进展填在“任务进展”，一次一行。",
    "十四、“工程项目”里预列的是上年没有完工的项目，请填本年的阶段；“项目旬报”的旬写成 2023-05-上。"
    "“专项资金”“队伍”“满意度调查”预列的是上年有的项目，没有数据的留空；“队伍”里没有数值的填缺失原因。",
    "十五、“问题（内部）”和“可公开”填“否”的行只在本单位使用，不会公开；其余文字都会公开。责任单位写单位或职务，不写人名。",
    "十六、gongbao check 的提醒如果核对无误，在“核对说明”里答复：照抄提醒代码（方括号里的英文）和工作表名，"
    "数据行填该行的编号，解释会印在公报里。错误只能改正，不能用说明代替。",
    "十七、行数多的表可以另存为 CSV（UTF-8）：把整份填报表放成文件夹 data/年度/行政区划代码/，一表一个文件，"
    "用工作表名作文件名，如 到校督导.csv，封面.csv 也在其中。",
    "十八、填好后存为 data/年度/行政区划代码.xlsx（不改工作表名），运行 gongbao check；"
    "有问题会逐条指出工作表、单元格和改法。",
)


class TemplateError(Exception):
    """A template can't be written or filled in; the text, in Chinese, says why and what to do."""


def write_template(
    path: Path,
    dataset: Dataset,
    region: str,
    year: int,
    *,
    statistics: Collection[str] = REPORTED_STATISTICS,
    force: bool = False,
) -> None:
    """Write the form for one region and year.

    `dataset` gives the definitions and, where it has them, last year's rows: schools and their
    stages are listed again and numbers are printed beside the cells to fill in. `statistics` are
    those of an indicator's statistics that get a row.

    Raises TemplateError when the region is unknown, the year impossible, or the file exists and `force` is not set.
    """
    if path.exists() and not force:
        raise TemplateError(f"{path.name} 已存在，没有改动。要重新生成，请先移走它，或加 --force 覆盖。")
    limits = TABLES["indicator_values"].column("year")
    if not (limits.minimum or 0) <= year <= (limits.maximum or math.inf):
        raise TemplateError(f"年度 {year} 不对，应在 {limits.minimum:g} 至 {limits.maximum:g} 之间。")
    name = _region_name(dataset, region, year)
    book = Workbook()
    cover = book.active
    assert isinstance(cover, Worksheet)
    cover.title = COVER_SHEET
    title = f"{name}{year}年度教育督导公报填报表"
    known = _write_help(book, dataset, title)
    _write_cover(cover, title, region, year, known["source_id"])
    rows = expected_rows(dataset, region, year, statistics)
    before = last_year(dataset, region, year)
    for table in (TABLES[name] for name in SUBMISSION_TABLES):
        sheet = book.create_sheet(table.label)
        columns = _sheet_columns(table, compared=bool(before.get(table.name)))
        write_sheet(sheet, f"{table.label}　{table.help}".rstrip("　"), columns)
        write_rows(
            sheet, columns, [_sheet_row(table, r, before.get(table.name, {})) for r in rows[table.name]]
        )
        # the table that gives a code its meaning does not choose it from a list
        chosen = {c.name for c in table.columns if c.refers or (table.name, c.name) in _CHOSEN}
        add_rules(sheet, columns, {name: area for name, area in known.items() if name in chosen})
    for name in (INDICATOR_LIST, ITEM_LIST):  # behind the sheets to fill in
        book.move_sheet(name, len(SUBMISSION_TABLES) + 1)
    save(book, path)


def fill_template(path: Path, tables: Mapping[str, Rows], cover: Mapping[str, Any]) -> None:
    """Fill in a template in place, as an office would: the given rows and no others.

    `tables`: submission table -> rows by column name; `cover`: field -> value. Tables left out end
    up empty. Reference and last-year columns keep what the template knows about a row's key.

    Raises TemplateError for a table or column that the template does not have.
    """
    book = load_workbook(path)
    given = {name: records(rows) for name, rows in tables.items()}
    if unknown := sorted(set(given) - set(SUBMISSION_TABLES)):
        raise TemplateError(f"填报表里没有这些表：{'、'.join(unknown)}。")
    for name, rows in given.items():
        if extra := sorted({column for row in rows for column in row} - set(TABLES[name].names)):
            raise TemplateError(f"“{TABLES[name].label}”表没有这些列：{'、'.join(extra)}。")
    names = _reference_names(book, given)
    for table in (TABLES[name] for name in SUBMISSION_TABLES):
        sheet = book[table.label]
        columns = _read_columns(sheet, table)
        compared = _read_compared(sheet, table, columns)
        own = given.get(table.name, [])
        write_rows(sheet, columns, [_sheet_row(table, r | names(table.name, r), compared) for r in own])
    labels = {label: name for name, label in COVER_FIELDS.items()}
    sheet = book[COVER_SHEET]
    for number in range(1, sheet.max_row + 1):
        field = labels.get(str(sheet.cell(number, 1).value), "")
        if field in cover:
            sheet.cell(number, 2, cover[field])
    save(book, path)


def _region_name(dataset: Dataset, region: str, year: int) -> str:
    regions = dataset.table("regions")
    rows = regions[
        (regions["region_code"] == region)
        & ~(regions["valid_from"] > year)  # an empty bound holds always
        & ~(regions["valid_to"] < year)
    ]
    if rows.empty:
        raise TemplateError(f"区划表里没有{year}年有效的代码 {region}。请先在 regions.csv 里登记。")
    return str(rows.iloc[-1]["region_name"])


def _write_cover(sheet: Worksheet, title: str, region: str, year: int, sources: str) -> None:
    sheet.cell(1, 1, title).font = Font(bold=True, size=16)
    values: dict[str, Any] = {"region_code": region, "year": year}
    for row, (name, label) in enumerate(COVER_FIELDS.items(), 3):
        sheet.cell(row, 1, label).font = Font(bold=True)
        cell = sheet.cell(row, 2, values.get(name))
        cell.number_format = "0" if name == "year" else "@"
        cell.alignment = Alignment(wrap_text=True, vertical="top", horizontal="left")
        cell.protection = Protection(locked=name in values)
        sheet.cell(row, 3, _COVER_HELP[name]).font = Font(color="7F7F7F")
        if name == "source_id":
            rule = DataValidation(type="list", formula1=sources, errorStyle="warning", allow_blank=True)
            rule.error = "该来源编号不在已知的列表里。如已在“来源”表登记，可以继续。"
            rule.showErrorMessage = True
            rule.add(cell.coordinate)
            sheet.add_data_validation(rule)
    for letter, width in {"A": 18, "B": 60, "C": 60}.items():
        sheet.column_dimensions[letter].width = width
    sheet.row_dimensions[7].height = 80
    lay_out_for_print(sheet)
    protect(sheet)


def _write_help(book: Workbook, dataset: Dataset, title: str) -> dict[str, str]:
    """The three read-only sheets; returns column name -> the range of its known values."""
    sheet = book.create_sheet(INSTRUCTIONS)
    sheet.cell(1, 1, title + "　填表说明").font = Font(bold=True, size=14)
    for number, text in enumerate(_HOW_TO, 2):
        sheet.cell(number, 1, text).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.merge_cells(start_row=number, end_row=number, start_column=1, end_column=4)
        sheet.row_dimensions[number].height = 18 * (1 + len(text) // 62)
    first = len(_HOW_TO) + 3
    sources = dataset.table("sources")
    sources = sources[sources["year"].isna()] if "year" in sources else sources
    write_list(sheet, ("来源编号", "标题", "文号", "发文机关"),
               _listed(sources, ("source_id", "title", "doc_no", "issuer")), first)  # fmt: skip
    ends = {"source_id": (INSTRUCTIONS, "A", first + 1, first + len(sources))}

    indicators = dataset.table("indicators")
    indicators["area_id"] = indicators["area_id"].map(AREAS)
    sheet = book.create_sheet(INDICATOR_LIST)
    shown = ("indicator_id", "name_zh", "area_id", "topic", "stage", "unit", "formula", "definition")
    write_list(sheet, _labels("indicators", shown), _listed(indicators, shown), 1)
    ends["indicator_id"] = (INDICATOR_LIST, "A", 2, 1 + len(indicators))

    items = dataset.table("framework_items")
    sheet = book.create_sheet(ITEM_LIST)
    parts = ("framework_id", "item_id", "level", "no", "name", "full_score")
    write_list(sheet, _labels("framework_items", parts), _listed(items, parts), 1)
    ends["item_id"] = (ITEM_LIST, "B", 2, 1 + len(items))

    widths = {INSTRUCTIONS: (34, 56, 28, 44), INDICATOR_LIST: (36, 36, 12, 18, 24, 10, 44, 60),
              ITEM_LIST: (18, 12, 10, 8, 56, 8)}  # fmt: skip
    for name, numbers in widths.items():
        for letter, width in zip("ABCDEFGH", numbers, strict=False):
            book[name].column_dimensions[letter].width = width
        lay_out_for_print(book[name], None if name == INSTRUCTIONS else "1:1")
        if name != INSTRUCTIONS:
            book[name].freeze_panes = "A2"
        protect(book[name])
    ends |= {column: (TABLES[name].label, "A", FIRST_ROW, LAST_ROW) for column, name in _LISTED_IN.items()}
    frameworks = ",".join(sorted(set(items["framework_id"])))
    known = {c: f"'{s}'!${a}${low}:${a}${max(low, high)}" for c, (s, a, low, high) in ends.items()}
    known["sheet"] = '"' + ",".join(TABLES[name].label for name in SUBMISSION_TABLES) + '"'
    return known | ({"framework_id": f'"{frameworks}"'} if frameworks else {})


def _labels(table: str, columns: Iterable[str]) -> list[str]:
    return [TABLES[table].column(name).label for name in columns]


def _listed(frame: pd.DataFrame, columns: Iterable[str]) -> list[list[Any]]:
    picked = frame[list(columns)].astype(object)
    return [[None if v != v else v for v in row] for row in picked.to_numpy().tolist()]


def _sheet_columns(table: Table, *, compared: bool) -> list[SheetColumn]:
    after, references = _REFERENCES.get(table.name, ("", ()))
    wanted = COMPARED.get(table.name, ()) if compared else ()
    columns = []
    for column in table.columns:
        if column.implied:
            continue
        columns.append(SheetColumn(column.label, "data", column))
        if column.name == after:
            columns += [SheetColumn(header, "reference") for header in references]
        if column.numeric if wanted is None else column.name in wanted:
            columns.append(SheetColumn(LAST_YEAR_PREFIX + column.label, "last_year", column))
    return columns


def _sheet_row(
    table: Table, record: Mapping[str, Any], before: Mapping[Key, Mapping[str, Any]]
) -> dict[str, Any]:
    """A record (column name or reference header -> value) as header -> cell value."""
    last = before.get(row_key(table, record), {})
    row: dict[str, Any] = {h: v for h, v in record.items() if h.startswith(REFERENCE_PREFIX)}
    for column in table.columns:
        row[column.label] = excel_value(column, record.get(column.name))
        row[LAST_YEAR_PREFIX + column.label] = excel_value(column, last.get(column.name))
    return row


def _read_columns(sheet: Worksheet, table: Table) -> list[SheetColumn]:
    """The columns of a template's sheet, from its header row."""
    by_label = {c.label: c for c in table.columns}
    columns = []
    for (cell,) in sheet.iter_cols(min_row=HEADER_ROW, max_row=HEADER_ROW):
        header = str(cell.value)
        if header in by_label:
            columns.append(SheetColumn(header, "data", by_label[header]))
        elif header.startswith(LAST_YEAR_PREFIX):
            columns.append(SheetColumn(header, "last_year", by_label[header.removeprefix(LAST_YEAR_PREFIX)]))
        else:
            columns.append(SheetColumn(header, "reference"))
    return columns


def _read_compared(sheet: Worksheet, table: Table, columns: list[SheetColumn]) -> dict[Key, dict[str, Any]]:
    """Key -> last year's values (column name -> value) printed in a template."""
    found = {}
    for values in sheet.iter_rows(min_row=FIRST_ROW, max_col=len(columns), values_only=True):
        own: dict[str, Any] = {}
        last: dict[str, Any] = {}
        for item, value in zip(columns, values, strict=True):
            if item.column is not None:
                (own if item.kind == "data" else last)[item.column.name] = value
        found[row_key(table, own)] = last
    return found


def _reference_names(
    book: Workbook, given: Mapping[str, list[dict[str, Any]]]
) -> Callable[[str, Mapping[str, Any]], dict[str, Any]]:
    """A function (table, record) -> its reference cells, from the template's catalogues."""

    indicators = {row[0]: row[1] for row in book[INDICATOR_LIST].iter_rows(min_row=2, values_only=True)}
    items = {(row[0], row[1]): row for row in book[ITEM_LIST].iter_rows(min_row=2, values_only=True)}
    schools = {r.get("school_id"): r.get("school_name") for r in given.get("schools", [])}
    frameworks = {r.get("eval_id"): r.get("framework_id") for r in given.get("evaluations", [])}

    def names(table: str, record: Mapping[str, Any]) -> dict[str, Any]:
        if table == "indicator_values":
            return {NAME: indicators.get(record.get("indicator_id"))}
        if table == "school_year":
            return {SCHOOL: schools.get(record.get("school_id"))}
        if table == "eval_scores":
            item = items.get((frameworks.get(record.get("eval_id")), record.get("item_id")), (None,) * 6)
            return {ITEM_NAME: item[4], FULL_SCORE: item[5]}
        return {}

    return names
