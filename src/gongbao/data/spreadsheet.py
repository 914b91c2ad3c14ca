"""How a template's sheets are made: headers, input rules, protection, and a save that repeats itself.

Knows columns (`schema.Column`) and Excel; what stands in a sheet is decided in `template`.
"""

from __future__ import annotations

import os
import re
import tempfile
import zipfile
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from gongbao.data.columns import Column

TITLE_ROW, HEADER_ROW, UNIT_ROW, FIRST_ROW = 1, 2, 3, 4
UNIT_MARK = "单位"
# Input rules reach this row; the reader takes rows below it all the same.
LAST_ROW = 2000
MOMENT = datetime(2000, 1, 1)

_FILLS = {
    "title": PatternFill("solid", fgColor="FFFFFF"),
    "required": PatternFill("solid", fgColor="1F4E79"),
    "optional": PatternFill("solid", fgColor="BDD7EE"),
    "grey": PatternFill("solid", fgColor="E7E6E6"),
    "unit": PatternFill("solid", fgColor="F2F2F2"),
}
_GREY_TEXT = Font(color="7F7F7F")
_LINE = Side(style="thin", color="BFBFBF")
_BOX = Border(left=_LINE, right=_LINE, top=_LINE, bottom=_LINE)
_TOP = Alignment(vertical="top", wrap_text=True)
_PLAIN = Alignment(vertical="top")
_CENTRE = Alignment(horizontal="center", vertical="center", wrap_text=True)
_FORMATS = {"code": "@", "text": "@", "enum": "@", "enums": "@", "flag": "@", "date": "yyyy-mm-dd"}
_FORMATS |= {"count": "0", "year": "0", "number": "General"}
# Columns whose text runs to sentences.
_LONG = frozenset({"quote", "note", "reason", "planned_fix", "evidence", "title", "url"})


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column of a sheet. `data` columns are filled in by the office; the other two only inform it.

    `column` is the schema's column for data and last-year columns; None for a reference.
    """

    header: str
    kind: Literal["data", "reference", "last_year"]
    column: Column | None = None

    @property
    def number_format(self) -> str:
        return _FORMATS[self.column.type] if self.column is not None else "General"


def column_help(column: Column) -> str:
    """What a header's comment says: meaning, unit, allowed values."""
    lines = [column.label + ("（必填）" if column.required else "")]
    if column.help:
        lines.append(column.help)
    if column.unit:
        lines.append(f"单位：{column.unit}")
    if column.type == "flag":
        lines.append("可填：是、否")
    if column.choices:
        lines.append("可填：" + "、".join(column.choices))
    if column.type == "count":
        lines.append("填0或正整数；没有数据留空，不要用0代替")
    return "\n".join(lines)


def write_sheet(sheet: Worksheet, title: str, columns: Sequence[SheetColumn]) -> None:
    """Title, header and unit rows of a data sheet, with widths, folding, freezing and printing."""
    sheet.cell(TITLE_ROW, 1, title).font = Font(bold=True, size=14)
    sheet.row_dimensions[HEADER_ROW].height = 48
    for number, item in enumerate(columns, 1):
        letter = get_column_letter(number)
        dimension = sheet.column_dimensions[letter]
        dimension.width = _width(item)
        if item.kind == "last_year":
            dimension.outlineLevel = 1
        dimension.number_format = item.number_format
        dimension.protection = Protection(locked=item.kind != "data")
        header = sheet.cell(HEADER_ROW, number, item.header)
        header.alignment, header.border = _CENTRE, _BOX
        required = item.kind == "data" and item.column is not None and item.column.required
        header.fill = _FILLS["required" if required else "optional" if item.kind == "data" else "grey"]
        header.font = Font(bold=True, color="FFFFFF" if required else "000000")
        if item.kind == "data" and item.column is not None:
            header.comment = _comment(column_help(item.column))
        unit = item.column.unit if item.column is not None else ""
        cell = sheet.cell(UNIT_ROW, number, UNIT_MARK if number == 1 else unit or None)
        cell.alignment, cell.border, cell.fill = _CENTRE, _BOX, _FILLS["unit"]
        cell.font = Font(italic=True, color="595959")
    sheet.freeze_panes = f"B{FIRST_ROW}"
    lay_out_for_print(sheet, f"{HEADER_ROW}:{UNIT_ROW}")
    protect(sheet)


def _width(item: SheetColumn) -> float:
    if item.kind != "data":
        return 30 if item.header.endswith("名称") else 10
    assert item.column is not None
    if item.column.name in _LONG:
        return 44
    if item.column.name.endswith("_id"):
        return 26
    return {"text": 22, "code": 16, "date": 12, "enum": 12}.get(item.column.type, 11)


def write_rows(sheet: Worksheet, columns: Sequence[SheetColumn], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write rows (header -> value) from the first data row on; whatever stood below is removed."""
    if sheet.max_row >= FIRST_ROW:
        sheet.delete_rows(FIRST_ROW, sheet.max_row - FIRST_ROW + 1)
    styles: dict[int, Any] = {}  # a cell's style is looked up once for a column, which is most of the work
    for offset, row in enumerate(rows):
        for number, item in enumerate(columns, 1):
            value = row.get(item.header)
            if value is None and item.kind == "data":
                continue  # the column's own style unlocks it
            cell: Any = sheet.cell(FIRST_ROW + offset, number, value)
            if number in styles:
                cell._style = copy(styles[number])
                continue
            cell.number_format = item.number_format
            long = item.column is not None and item.column.name in _LONG
            cell.alignment = _TOP if long else _PLAIN
            if item.kind == "data":
                cell.protection = Protection(locked=False)
            else:
                cell.fill, cell.font = _FILLS["grey"], _GREY_TEXT
            styles[number] = cell._style


def excel_value(column: Column, value: Any) -> Any:
    """A dataset's value as a person would type it: flags as 是/否, whole numbers whole, dates as dates."""
    if value is None or value != value or value == "":  # NaN differs from itself
        return None
    if column.type == "flag":
        return {"是": "是", "否": "否"}.get(value) if isinstance(value, str) else ("是" if value else "否")
    if column.type in ("count", "year"):
        return int(value)
    if column.type == "number":
        return int(value) if float(value).is_integer() else float(value)
    if column.type == "date":
        return date.fromisoformat(str(value))
    return str(value)


def rule_for(column: Column, known: str | None) -> DataValidation | None:
    """The input rule of a column, with a Chinese message; `known`: a range that lists what it may hold.

    A reference list only warns: an office may name a source or a school it adds itself.
    """
    rule: DataValidation | None = None
    if known is not None:
        rule = DataValidation(type="list", formula1=known, errorStyle="warning")
        rule.error = f"“{column.label}”不在已知的列表里。确认无误可以继续。"
    elif column.type == "flag" or column.choices:
        options = ("是", "否") if column.type == "flag" else column.choices
        rule = DataValidation(type="list", formula1='"' + ",".join(options) + '"')
        rule.error = f"“{column.label}”只能填：{'、'.join(options)}。"
    elif column.type == "count":
        rule = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
        rule.error = f"“{column.label}”须是0或正整数，不带单位和文字。没有数据请留空。"
    elif column.type == "year":
        low, high = int(column.minimum or 1800), int(column.maximum or 2100)
        rule = DataValidation(type="whole", operator="between", formula1=str(low), formula2=str(high))
        rule.error = f"“{column.label}”须是{low}至{high}之间的四位年份。"
    elif column.type == "number" and column.minimum is not None:
        rule = DataValidation(type="decimal", operator="greaterThanOrEqual", formula1=f"{column.minimum:g}")
        rule.error = f"“{column.label}”须是不小于{column.minimum:g}的数，不带单位和文字。没有数据请留空。"
    elif column.type == "number":
        rule = DataValidation(type="decimal", operator="between", formula1="-1E+15", formula2="1E+15")
        rule.error = f"“{column.label}”须是数字，不带单位和文字；“约、余”等填在“限定词”列。"
    elif column.type == "date":
        rule = DataValidation(type="date", operator="greaterThan", formula1="32874")  # 1990-01-01
        rule.error = f"“{column.label}”须是日期，如 2023-11-20。"
    if rule is not None:
        rule.allow_blank, rule.showErrorMessage = True, True
        rule.errorTitle = "请检查填写内容"
        rule.error = str(rule.error)[:225]  # Excel's limit
    return rule


def add_rules(sheet: Worksheet, columns: Sequence[SheetColumn], known: Mapping[str, str]) -> None:
    """Attach each data column's input rule; `known` maps a column name to the range it chooses from."""
    for number, item in enumerate(columns, 1):
        if item.kind != "data" or item.column is None:
            continue
        rule = rule_for(item.column, known.get(item.column.name))
        if rule is not None:
            letter = get_column_letter(number)
            rule.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
            sheet.add_data_validation(rule)


def write_list(sheet: Worksheet, headers: Sequence[str], rows: Sequence[Sequence[Any]], first: int) -> None:
    """A read-only list with its header in row `first`."""
    for number, header in enumerate(headers, 1):
        cell = sheet.cell(first, number, header)
        cell.font, cell.fill, cell.border, cell.alignment = Font(bold=True), _FILLS["optional"], _BOX, _CENTRE
    styles: dict[bool, Any] = {}
    for offset, row in enumerate(rows, 1):
        for number, value in enumerate(row, 1):
            item: Any = sheet.cell(first + offset, number, value)
            text = isinstance(value, str)
            if text not in styles:
                item.alignment, item.border, item.number_format = _TOP, _BOX, "@" if text else "General"
                styles[text] = item._style
            item._style = copy(styles[text])


def protect(sheet: Worksheet) -> None:
    """Protection against slips, not against people: no password, formatting and rows stay free."""
    rules = sheet.protection
    rules.sheet = True
    rules.formatColumns = rules.formatRows = rules.formatCells = False  # False: not forbidden
    rules.sort = rules.autoFilter = rules.insertRows = rules.deleteRows = False


def lay_out_for_print(sheet: Worksheet, repeat: str | None = None) -> None:
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 9  # A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    footer: Any = sheet.oddFooter
    footer.center.text = "&A　第 &P 页 共 &N 页"
    if repeat:
        sheet.print_title_rows = repeat


def _comment(text: str) -> Comment:
    return Comment(text, "gongbao", height=30 + 20 * (text.count("\n") + 1 + len(text) // 22), width=300)


def save(book: Workbook, path: Path) -> None:
    """Save so that equal content gives equal bytes, whole or not at all.

    openpyxl stamps the time of saving into the document's properties and the archive; both are set
    to a fixed moment. The file appears under its name only when complete.
    """
    for sheet in book.worksheets:
        for row in sheet.iter_rows(min_row=HEADER_ROW, max_row=HEADER_ROW):
            for cell in row:
                if cell.comment is not None:  # loading a workbook forgets the size of its comments
                    cell.comment = _comment(cell.comment.text)
    book.properties.creator = "gongbao"
    book.properties.created = MOMENT
    raw = BytesIO()
    book.save(raw)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with (
            os.fdopen(handle, "wb") as stream,
            zipfile.ZipFile(raw) as source,
            zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target,
        ):
            for member in sorted(source.namelist(), key=_member_order):
                target.writestr(*_fixed_member(member, source.read(member)))
        temporary.chmod(0o644)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _member_order(name: str) -> tuple[int, str]:
    return (0 if name == "[Content_Types].xml" else 1, name)  # readers sniff the type from the first member


def _fixed_member(name: str, content: bytes) -> tuple[zipfile.ZipInfo, bytes]:
    if name == "docProps/core.xml":
        stamp = MOMENT.strftime("%Y-%m-%dT%H:%M:%SZ").encode()
        content = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, content)
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.create_system = 3  # else it tells the machine's operating system
    info.external_attr = 0o644 << 16
    return info, content
