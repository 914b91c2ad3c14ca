"""A grid -> a table's columns: every cell of the body under the header (`headers`).

Knows one sheet and its schema; not the other sheets, not the indicators.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

from gongbao.data.cells import (
    CellError,
    CellValue,
    Number,
    number_of,
    plain_number,
    read_cell,
    trimmed,
)
from gongbao.data.columns import MISSING, Column, Table
from gongbao.data.grids import Grid, column_letter
from gongbao.data.headers import (
    HEADER_ROWS,
    UNIT_MARK,
    check_units,
    column_labels,
    first_text,
    header_row,
    map_columns,
)
from gongbao.data.problems import Findings
from gongbao.data.work import PRELISTED

_TOTALS = ("合计", "总计", "小计", "全县合计", "全市合计")
_REMARK = re.compile("^(注|备注|说明|填表|制表|审核|负责人|单位负责人|联系)")
# Rows that somebody may have meant, though they hold nothing but what a template lists.
_WORK_LISTED = {"tasks": "序号、月份、目标值或完成期限", "projects": "阶段"}
_AS_WRITTEN = ("indicator_values", "staffing")
_PLAIN = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)

Cells = list[str | float]


@dataclass(slots=True)
class RawTable:
    """The rows of one sheet: `columns[name]` holds "" or NaN where missing; `rows` are Excel's row numbers.

    Missing text is "" here. `numbers`: for 指标数据 and 队伍, position in `rows` -> the 数值 cell as it
    was written, where it was not a plain number: percent and unit can only be judged beside the
    indicator, qualifier and missing code have columns of their own.
    """

    table: str
    file: str
    sheet: str
    letters: dict[str, str]
    columns: dict[str, Cells]
    rows: list[int]
    numbers: dict[int, Number] = field(default_factory=dict)


def read_table(grid: Grid, table: Table, findings: Findings) -> RawTable | None:
    """The table a sheet holds; None (and an error) where it has no header. Pure."""
    labels = column_labels(table)
    header = header_row(grid, labels)
    if header is None:
        findings.error(
            "no-header",
            grid.place(),
            f"前 {HEADER_ROWS} 行里找不到“{table.label}”表的标题行。",
            f"标题行应有：{'、'.join(c.label for c in table.columns if not c.implied)}。",
        )
        return None
    mapped, ignored = map_columns(grid, table, header, labels, findings)
    first = header + 1
    has_units = first < len(grid.rows) and first_text(grid.rows[first]).startswith(UNIT_MARK)
    check_units(grid, table, header, first if has_units else None, mapped, findings)
    first += has_units
    _check_merged(grid, header, first, ignored, findings)
    body = _body(grid, table, mapped, first, findings)
    _warn_hidden(grid, mapped, body, findings)
    if not grid.sheet:
        body = _check_fields(grid, header, body, findings)
    raw = RawTable(
        table=table.name,
        file=grid.file,
        sheet=grid.sheet,
        letters={name: column_letter(index) for name, index in mapped.items()},
        columns={},
        rows=[index + 1 for index in body],
    )
    for column in table.columns:
        if column.name in mapped:
            raw.columns[column.name] = _read_column(grid, table, column, mapped, body, raw, findings)
        else:
            raw.columns[column.name] = [math.nan if column.numeric else ""] * len(body)
    if raw.numbers:
        _take_from_numbers(grid, raw, mapped, findings)
    return raw


def _check_merged(grid: Grid, header: int, first: int, ignored: set[int], findings: Findings) -> None:
    for top, left, bottom, right in grid.merged:
        area = f"{column_letter(left)}{top + 1}:{column_letter(right)}{bottom + 1}"
        if bottom < header or all(column in ignored for column in range(left, right + 1)):
            continue
        if top <= header:
            findings.error(
                "merged-header",
                grid.place(top, left),
                f"标题行里有合并单元格 {area}，分不清各列。",
                "请取消合并，每列写一个标题。",
            )
        elif bottom >= first and top < len(grid.rows):
            findings.error(
                "merged-cells",
                grid.place(top, left),
                f"数据里有合并单元格 {area}，只有左上角有值。",
                "请取消合并，每个单元格各填各的。",
            )


def _blank(cell: CellValue) -> bool:
    if type(cell) is float:
        return False
    return cell == "" or (isinstance(cell, str) and not trimmed(cell))


def _body(grid: Grid, table: Table, mapped: dict[str, int], first: int, findings: Findings) -> list[int]:
    """Indexes of the rows that hold data."""
    marked = {row for row, column in (*grid.errors, *grid.uncalculated) if column in mapped.values()}
    indexes = sorted(mapped.values())
    reported = _reported_columns(table, mapped)
    body, passed_over = [], []
    for index in range(first, len(grid.rows)):
        row = grid.rows[index]
        width = len(row)
        if index not in marked:
            filled = [i for i in indexes if i < width and not _blank(row[i])]
            if not filled:
                continue
            if reported and not any(i in reported for i in filled):
                passed_over.append(index)  # a row the template had listed and nobody filled in
                continue
            text = first_text(row)
            if text in _TOTALS:
                findings.error(
                    "total-row",
                    grid.place(index),
                    f"这是“{text}”行，不是数据。",
                    "请删除合计行，系统会自己计算。",
                )
                continue
            if len(filled) == 1 and _REMARK.match(text):
                findings.warning(
                    "remark-row",
                    grid.place(index),
                    "这一行像是表下的注，没有读取。",
                    "请移到封面的填报说明。",
                )
                continue
        body.append(index)
    if passed_over and table.name in _WORK_LISTED:
        findings.warning(
            "not-filled-in",
            grid.place(passed_over[0]),
            f"“{table.label}”表有 {len(passed_over)} 行只有预列的内容，没有填本年的情况，没有读取。",
            f"本年还有的请填 {_WORK_LISTED[table.name]}；没有的请删除整行。",
        )
    return body


def _reported_columns(table: Table, mapped: dict[str, int]) -> set[int]:
    """Columns of which one must be filled for the row to count; empty: every row counts."""
    if table.name == "indicator_values":
        names: tuple[str, ...] = ("value", "missing_code", "numerator", "denominator")
    elif table.name == "eval_scores":
        names = ("score", "status", "deduction", "reason", "planned_fix", "evidence")
    elif table.name in PRELISTED:
        names = tuple(name for name in table.names if name not in PRELISTED[table.name])
    else:
        return set()
    return {mapped[name] for name in names if name in mapped}


def _warn_hidden(grid: Grid, mapped: dict[str, int], body: list[int], findings: Findings) -> None:
    if grid.hidden and body:
        findings.warning(
            "hidden-sheet",
            grid.place(),
            "工作表是隐藏的，里面的数据已读取。",
            "请确认是否要报送，或取消隐藏。",
        )
    rows = [index for index in body if index in grid.hidden_rows]
    if rows:
        listed = "、".join(str(index + 1) for index in rows[:5]) + ("等" if len(rows) > 5 else "")
        findings.warning(
            "hidden-row",
            grid.place(rows[0]),
            f"第 {listed} 行（共 {len(rows)} 行）被隐藏或筛选掉了，数据已读取。",
            "请取消隐藏后核对。",
        )
    for index in mapped.values():
        if index in grid.hidden_columns and any(not _blank(grid.cell(row, index)) for row in body):
            findings.warning(
                "hidden-column",
                grid.place(body[0], index),
                f"{column_letter(index)} 列被隐藏，里面的数据已读取。",
                "请取消隐藏后核对。",
            )


def _check_fields(grid: Grid, header: int, body: list[int], findings: Findings) -> list[int]:
    """CSV: a row with another number of fields than the header would put values into wrong columns."""
    width = len(grid.rows[header])
    kept = []
    for index in body:
        row = grid.rows[index]
        extra = any(not _blank(cell) for cell in row[width:])
        if len(row) < width or extra:
            findings.error(
                "csv-fields",
                grid.place(index),
                f"这一行有 {len(row)} 个字段，标题行有 {width} 个，会错位。",
                "请检查逗号；含逗号的内容要放在一对英文双引号里。",
            )
        else:
            kept.append(index)
    return kept


def _read_column(
    grid: Grid,
    table: Table,
    column: Column,
    mapped: dict[str, int],
    body: list[int],
    raw: RawTable,
    findings: Findings,
) -> Cells:
    """Every cell of a column; a cell with an error is missing and reported."""
    index = mapped[column.name]
    numeric = column.type == "number"
    whole = column.type == "count"
    missing: str | float = math.nan if column.numeric else ""
    required = column.required and not (column.implied and table.scope == "submission")
    marked = {r for r, c in (*grid.errors, *grid.uncalculated, *grid.percent) if c == index}
    as_written = column.name == "value" and table.name in _AS_WRITTEN
    cells: Cells = []
    known: dict[str, str | float] = {}  # texts that stand in the column more than once
    rows = grid.rows
    for position, row in enumerate(body):
        line = rows[row]
        value = line[index] if index < len(line) else ""
        if row not in marked:
            if type(value) is float and (numeric or (whole and value.is_integer())):
                cells.append(value)
                continue
            if type(value) is str and value in known:
                cells.append(known[value])
                continue
            if type(value) is str and numeric and _PLAIN.fullmatch(value):  # most cells of a CSV
                cells.append(float(value))
                continue
            if _blank(value):
                if required:
                    findings.error(
                        "required", grid.place(row, index), f"“{column.label}”必须填写。", column.help
                    )
                cells.append(missing)
                continue
        try:
            require_computed(grid, row, index)
            if _blank(value):
                cells.append(missing)
                continue
            percent = (row, index) in grid.percent
            if as_written:
                number = number_of(value, percent)
                told = number.masked or (number.qualifier and not number.unit and not number.percent)
                if told or table.name == "indicator_values":
                    raw.numbers[position] = number
                    cells.append(math.nan if number.masked else float(number.value))
                    if number.masked or number.qualifier:
                        _explain(grid, row, index, value, number, findings)
                    continue
            result, remark = read_cell(value, column, percent)
            cells.append(result)
            if not remark and type(value) is str and row not in marked:
                known[value] = result
            if remark:
                masked = isinstance(result, float) and math.isnan(result)
                advice = "没有数据请留空；不能公开的请与上级商定。" if masked else "请只填数字。"
                findings.warning("masked" if masked else "cleaned", grid.place(row, index), remark, advice)
        except CellError as error:
            advice = error.advice
            if error.code == "qualifier-in-number" and "qualifier" in mapped:
                letter = column_letter(mapped["qualifier"])
                advice = f"请只填数字，“约、近、余、以上”这样的词填在“限定词”列（{letter} 列）。"
            findings.error(error.code, grid.place(row, index), error.message, advice)
            cells.append(missing)
    return cells


def require_computed(grid: Grid, row: int, column: int) -> None:
    if (row, column) in grid.errors:
        raise CellError(
            "formula-error", f"公式出错，结果是 {grid.errors[row, column]}。", "请改正公式，或直接填数值。"
        )
    if (row, column) in grid.uncalculated:
        raise CellError(
            "formula-uncalculated",
            "公式还没有计算，文件里没有结果。",
            "请用 Excel 打开并保存，或直接填数值。",
        )


def missing_word(number: Number) -> str:
    """What a symbol in the place of a number says: x and ** hide one, a dash says there is none."""
    return "未报" if number.dash else "隐去"


def _explain(grid: Grid, row: int, index: int, value: CellValue, number: Number, findings: Findings) -> None:
    place = grid.place(row, index)
    if number.masked:
        findings.warning(
            "masked",
            place,
            f"“{value}”是遮盖或占位的符号，按{missing_word(number)}处理（不是 0）。",
            f"请留空，并在“缺失原因”选一项：{'、'.join(MISSING)}。",
        )
        return
    text = plain_number(number.value) + ("%" if number.percent else "")
    findings.warning(
        "qualifier-in-number",
        place,
        f"“{value}”按数值 {text}{number.unit}、限定词“{number.qualifier}”读取。",
        f"请只填数字，把“{number.qualifier}”填在“限定词”列。",
    )


def _take_from_numbers(grid: Grid, raw: RawTable, mapped: dict[str, int], findings: Findings) -> None:
    """What stood in the 数值 cell besides the number goes to the column it belongs to."""
    for position, number in raw.numbers.items():
        place = grid.place(raw.rows[position] - 1, mapped["value"])
        if number.masked and not raw.columns["missing_code"][position]:
            raw.columns["missing_code"][position] = missing_word(number)
        given = raw.columns["qualifier"][position]
        if number.qualifier and given and given != number.qualifier:
            findings.error(
                "qualifier-conflict",
                place,
                f"数值里写“{number.qualifier}”，限定词列却是“{given}”。",
                "请改为一致。",
            )
        elif number.qualifier:
            raw.columns["qualifier"][position] = number.qualifier
