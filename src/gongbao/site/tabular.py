"""Tables as CSV and Excel bytes: openable everywhere, never run as formulas, equal for equal content."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.compat import safe_string
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import IllegalCharacterError
from openpyxl.worksheet._writer import WorksheetWriter
from openpyxl.writer.excel import ExcelWriter

from gongbao.present import Table
from gongbao.site.store import Store, digest

Scalar = str | int | float | None
Rows = Sequence[Sequence[Scalar]]

# Excel shows Chinese CSV only with a byte order mark.
BOM = "\ufeff"
# A text that begins so would be run as a formula when a spreadsheet opens the CSV.
_FORMULA = re.compile(r"^(?:[=+@\t\r]|-(?!\d))")
# Zip and document times: fixed, so that the same data give the same bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_DOCUMENT_TIME = "1980-01-01T00:00:00Z"
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(<)")
_LETTERS = tuple(get_column_letter(i) for i in range(1, 101))
_LONGEST = 32767  # characters that Excel keeps of a text
_END = b"</sheetData>"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One table of a download: its name in the workbook, what it holds, header and rows."""

    label: str
    about: str
    header: tuple[str, ...]
    rows: Rows


def csv_bytes(header: Sequence[str], rows: Rows) -> bytes:
    """UTF-8 with byte order mark, CRLF. Missing is empty; a text that a spreadsheet would take for a
    formula gets an apostrophe before it."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([_field(value) for value in row])
    return (BOM + out.getvalue()).encode()


def _field(value: Scalar) -> Scalar:
    if isinstance(value, float) and value.is_integer():
        return int(value)  # 56 pupils, not 56.0
    return f"'{value}" if isinstance(value, str) and _FORMULA.match(value) else value


def table_csv(table: Table) -> bytes:
    """A published table: numbers unrounded; where there is none, what the page says (未报, <5)."""
    rows = [[_raw(cell.shown, cell.raw) for cell in row] for row in table.rows]
    return csv_bytes([column.header for column in table.columns], rows)


def _raw(shown: str, raw: Scalar) -> Scalar:
    if raw is not None:
        return raw
    return None if shown == "—" else shown


@dataclass(frozen=True, slots=True)
class Book:
    """An Excel file to be: where it stands on the site, its title and sheets, and which edition it is of."""

    address: str
    title: str
    sheets: tuple[Sheet, ...]
    edition: str = ""

    def key(self) -> str:
        """What the bytes depend on."""
        code = Path(__file__).read_bytes()
        return digest(version("openpyxl"), code, repr((self.title, self.sheets, self.edition)))


def book_bytes(book: Book, store: Store) -> bytes:
    """The bytes of a book, from the store where they were made before."""
    key = book.key()
    found = store.get("xlsx", key)
    if found is None:
        found = xlsx_bytes(book.sheets, book.title, book.edition)
        store.put("xlsx", key, found)
    return found


def xlsx_bytes(sheets: Sequence[Sheet], title: str, edition: str = "") -> bytes:
    """A workbook with a first sheet 说明 that says what each sheet and column holds, and in its second line
    of which edition and revision."""
    book = Workbook(write_only=True)
    book.properties.creator = "gongbao"
    book.properties.title = title
    book.properties.description = edition or None
    readme: list[list[Scalar]] = [[title], [edition] if edition else [], ["工作表", "内容", "列"]]
    readme += [[sheet.label, sheet.about, "、".join(sheet.header)] for sheet in sheets]
    readme.append([])
    readme.extend([line] for line in NOTES)
    _write(book, "说明", readme, (16, 60, 60), bold=(0, 2))
    rows: dict[str, str] = {}
    for number, sheet in enumerate(sheets, start=2):
        _write(book, sheet.label, [sheet.header], _widths(sheet), bold=(0,), freeze=True)
        rows[f"xl/worksheets/sheet{number}.xml"] = rows_xml(sheet.rows, start=2)
    out = io.BytesIO()
    # Compressed once, by `_normalised`.
    _InMemory(book, zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)).save()
    return _normalised(out.getvalue(), rows)


class _InMemory(ExcelWriter):
    """openpyxl's writer without the temporary file that it makes and removes for each sheet: a file system
    is slow at that, and for a while after it at making any file."""

    def write_worksheet(self, ws: Any) -> None:
        own: Any = self
        ws.close()
        ws._rels = ws._writer._rels
        own._archive.writestr(ws.path[1:], ws._writer.read())
        own.manifest.append(ws)


def rows_xml(rows: Rows, start: int) -> str:
    """Rows as the XML of a sheet, from row `start` on: what openpyxl would write of them, ten times faster.
    A text is the text itself: never a formula, never an error value. Raises IllegalCharacterError for
    control characters, which no Excel file may hold."""
    parts: list[str] = []
    for number, row in enumerate(rows, start):
        parts.append(f'<row r="{number}">')
        for letter, value in zip(_LETTERS, row, strict=False):
            if value is None:
                continue
            if isinstance(value, str):
                parts.append(f'<c r="{letter}{number}" t="inlineStr"{_text_xml(value[:_LONGEST])}')
            else:
                parts.append(f'<c r="{letter}{number}" t="n"><v>{safe_string(value)}</v></c>')
        parts.append("</row>")
    whole = "".join(parts)
    if ILLEGAL_CHARACTERS_RE.search(whole):
        raise IllegalCharacterError
    return whole


@lru_cache(2048)
def _text_xml(value: str) -> str:
    """The rest of a cell that holds a text; the same few stand in most rows."""
    if not value:
        return " />"
    space = ' xml:space="preserve"' if value.strip() not in ("", value) else ""
    return f"><is><t{space}>{escape(value)}</t></is></c>"


NOTES = (
    "数值未经四舍五入；“显示”一列是页面上印出的样子。",
    "没有的数据留空，缺失原因写在“缺失原因”一列（未报、不适用、隐去），不写 0。",
    "人数小于指标的最小公布数的，原值不公布，“显示”一列只说小于多少。",
    "限定词（约、近、以上、余等）是原文件里的，随数字一同保留。",
    "“出处”是填报表里的文件、工作表和单元格。",
)


def _write(
    book: Workbook,
    title: str,
    rows: Rows,
    widths: Sequence[int],
    bold: Sequence[int],
    *,
    freeze: bool = False,
) -> None:
    sheet: Any = book.create_sheet(title)
    for letter, width in zip(_LETTERS, widths, strict=False):
        sheet.column_dimensions[letter].width = width
    if freeze:
        sheet.freeze_panes = "A2"
    sheet._writer = WorksheetWriter(sheet, io.BytesIO())
    sheet._writer.write_top()
    strong, wrapped = Font(bold=True), Alignment(vertical="top", wrap_text=True)
    styles: dict[bool, Any] = {}  # by whether it is bold: each looked up in the workbook once
    for number, row in enumerate(rows):
        cells = []
        for value in row:
            cell: Any = WriteOnlyCell(sheet, value=value)
            if isinstance(value, str):
                cell.data_type = "s"  # the text itself: never a formula, never an error value
            heavy = number in bold
            if heavy not in styles:
                if not freeze:
                    cell.alignment = wrapped
                if heavy:
                    cell.font = strong
                styles[heavy] = cell._style
            cell._style = styles[heavy]
            cells.append(cell)
        sheet.append(cells)


def _widths(sheet: Sheet) -> list[int]:
    """Wide enough for the first rows, a Chinese character counting two."""
    widths = []
    for i, name in enumerate(sheet.header):
        texts = [name, *(str(row[i]) for row in sheet.rows[:50] if row[i] is not None)]
        widths.append(min(40, 2 + max(map(_width, texts))))
    return widths


def _width(text: str) -> int:
    """Each character counts one, beyond Latin-1 two."""
    return len(text) if text.isascii() else 2 * len(text) - len(text.encode("latin-1", "ignore"))


def _normalised(data: bytes, rows: Mapping[str, str]) -> bytes:
    """The same workbook with every time in it fixed, and `rows` at the ends of their sheets."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda n: (n != "[Content_Types].xml", n)):
            body = old.read(name)
            if name == "docProps/core.xml":
                body = _TIMES.sub(rb"\g<1>" + _DOCUMENT_TIME.encode() + rb"\g<2>", body)
            if name in rows:
                body = body.replace(_END, rows[name].encode() + _END)
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # else it tells the machine's operating system
            entry.external_attr = 0o644 << 16
            new.writestr(entry, body)
    return out.getvalue()
