"""The rows of an Excel file, read from its XML: their texts at once, the cells of a row when asked for.

Several times quicker than a reader of spreadsheets, because what is asked for of most rows is only
whether they hold a word. Where a file uses what is rare in a download (dates, rich text, results of
formulas), calamine reads it.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from html import unescape

from python_calamine import CalamineWorkbook

from gongbao.gate.piece import Cells, Piece, Rows
from gongbao.gate.texts import cell_text, rows_of

_SHEET = re.compile(r"<sheet\s([^>]*)/?>")
_RELATION = re.compile(r"<Relationship\s([^>]*)/?>")
_ATTRIBUTE = re.compile(r'([\w:]+)="([^"]*)"')
# Cells whose shown text isn't simply what stands in them, and names of elements with a prefix.
_RARE = re.compile(rb't="(?:b"|e"|d"|str")'), re.compile(rb"<r[ >P]")
_DATES = re.compile(
    r'<xf\s[^>]*\bnumFmtId="(?:1[4-9]|2[0-2]|2[7-9]|3[0-6]|4[5-7]|5\d)"|formatCode="[^"]*[ymdhs]',
    re.IGNORECASE,
)
_SHARED = re.compile(r'\st="s"([^>]*)>\s*<v>(\d+)</v>')
_ITEM = re.compile(r"<si>(.*?)</si>|<si/>", re.DOTALL)
_TEXT = re.compile(r"<t(?:\s[^>]*)?>([^<]+)<")
_SHOWN = re.compile(r"<(?:t|v)(?:\s[^>]*)?>([^<]+)<")
_CELL = re.compile(r"<c\s([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_FIGURE = re.compile(r"<v>(-?(?=[\d.]{17})\d*\.\d+(?:[eE][-+]?\d+)?|-?[\d.]+[eE][-+]?\d+)</v>")
_COLUMN = re.compile(r'\br="([A-Z]{1,3})\d+"')


def sheet_parts(data: bytes, parts: zipfile.ZipFile) -> Iterator[Piece | Rows]:
    """The names of the sheets, hidden ones too, and their rows."""
    sheets = {} if _DATES.search(_read(parts, "xl/styles.xml")) else _sheets(parts)
    bodies = {name: parts.read(path) for name, path in sheets.items()}
    if not bodies or any(_is_rare(body) for body in bodies.values()):
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for name in book.sheet_names:
            yield Piece("工作表名", name)
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            yield from rows_of([tuple(map(cell_text, row)) for row in rows], _where(name))
        return
    shared = _shared(_read(parts, "xl/sharedStrings.xml"))
    for name, body in bodies.items():
        yield Piece("工作表名", name)
        yield from _rows(body.decode("utf-8", "replace"), shared, _where(name))


def _is_rare(body: bytes) -> bool:
    return b"<!" in body or b":sheetData" in body or any(sign.search(body) for sign in _RARE)


def _where(sheet: str) -> str:
    return f"工作表“{sheet}” "


def _read(parts: zipfile.ZipFile, name: str) -> str:
    try:
        return parts.read(name).decode("utf-8", "replace")
    except KeyError:
        return ""


def _sheets(parts: zipfile.ZipFile) -> dict[str, str]:
    """Name of each sheet -> the part that holds it; none where that can't be told for all of them."""
    targets = {}
    for relation in _RELATION.findall(_read(parts, "xl/_rels/workbook.xml.rels")):
        attributes = dict(_ATTRIBUTE.findall(relation))
        target = attributes.get("Target", "")
        targets[attributes.get("Id", "")] = target[1:] if target.startswith("/") else f"xl/{target}"
    found: dict[str, str] = {}
    for sheet in _SHEET.findall(_read(parts, "xl/workbook.xml")):
        attributes = dict(_ATTRIBUTE.findall(sheet))
        found[unescape(attributes.get("name", ""))] = targets.get(attributes.get("r:id", ""), "")
    held = {name for name in parts.namelist() if name.startswith("xl/worksheets/") and name.endswith(".xml")}
    return found if set(found.values()) == held and len(held) == len(found) else {}


def _shared(body: str) -> list[str]:
    """Texts that cells refer to by number, as they stand in the XML."""
    return ["".join(_TEXT.findall(item)) for item in _ITEM.findall(body)]


def _rows(body: str, shared: list[str], where: str) -> Iterator[Rows]:
    if 't="s"' in body:
        body = _SHARED.sub(lambda m: f"{m[1]}><t>{shared[int(m[2])]}</t>", body)
    # Digits beyond what a spreadsheet shows; whole numbers stay as they are, for they may be a person's.
    body = _FIGURE.sub(lambda m: f"<v>{float(m[1]):.15g}</v>", body)
    escaped = "&" in body
    texts: list[str] = []
    sources: list[str] = []
    numbers: list[int] = []
    for count, row in enumerate(body.split("<row")[1:], start=1):
        text = " ".join(_SHOWN.findall(row))
        if not text or text.isspace():
            continue
        stated = row[4 : row.find('"', 4)] if row.startswith(' r="') else ""
        texts.append(unescape(text) if escaped and "&" in text else text)
        sources.append(row)
        numbers.append(int(stated) if stated else count)
    if not sources:
        return
    # As wide as the widest row: a heading is that of a cell where there are as many of them.
    last = {row.rpartition(' r="')[2][:3] for row in sources}
    width = max(_index("".join(filter(str.isalpha, letters))) + 1 for letters in last)

    def cells(i: int) -> Cells:
        found = _cells(sources[i])
        return found + ("",) * (width - len(found))

    yield Rows(where, cells(0) if numbers[0] == 1 else (), numbers, texts, cells)


def _cells(row: str) -> Cells:
    found: list[str] = []
    for attributes, inner in _CELL.findall(row):
        column = _COLUMN.search(attributes)
        if column:
            found += [""] * (_index(column[1]) - len(found))
        found.append(unescape("".join(_SHOWN.findall(inner))))
    return tuple(found)


def _index(letters: str) -> int:
    """0 for A, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
