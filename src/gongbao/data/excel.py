"""An Excel file -> grids. calamine gives the values; what it does not tell is read from the sheets' XML:
percent formats, error cells, formulas nobody computed, hidden rows and columns.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from gongbao.data.grids import Grid, Position, column_letter
from gongbao.data.problems import Findings, Place

_OLE = bytes.fromhex("D0CF11E0A1B11AE1")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_LARGEST_PART = 200_000_000  # bytes of one unpacked part; a real sheet of 100,000 rows stays below it
_BUILT_IN_PERCENT = ("9", "10")
_SAVE_AS = "请在 Excel 或 WPS 里打开，另存为“Excel 工作簿 (*.xlsx)”。"

# What calamine, zipfile and the XML parser raise for a damaged file: unknown zip versions and encrypted
# parts are RuntimeErrors, a part that is not there a KeyError, nonsense in an attribute a ValueError.
_DAMAGE = (
    CalamineError,
    zipfile.BadZipFile,
    zlib.error,
    ElementTree.ParseError,
    EOFError,
    KeyError,
    RuntimeError,
    ValueError,
)

_ROW = re.compile(rb"<(?:\w+:)?row\s([^>]*)>")
_COL = re.compile(rb"<(?:\w+:)?col\s([^>]*)>")
_CELL_OR_ROW = re.compile(rb"<((?:\w+:)?)(row|c)(?=[\s/>])([^>]*)>")
_ERROR = re.compile(
    rb"<(?:\w+:)?c\s([^>]*\bt=[\"']e[\"'][^>]*)>(?:(?!</(?:\w+:)?c>).)*?<(?:\w+:)?v>([^<]*)<", re.DOTALL
)
_NOT_COMPUTED = re.compile(
    rb"<(?:\w+:)?c(\s[^>]*)?><(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
# a cell that holds something beyond column ZZ or row 99,999: calamine would fill memory up to there
_FAR = re.compile(rb"<(?:\w+:)?c\s[^>]*\br=[\"']([A-Z]{3}\d+|[A-Z]{1,2}\d{6,})[\"'][^>/]*>\s*<(?:\w+:)?[vif]")
# in all that _FAR finds; a pattern that begins with fixed letters is looked for much quicker
_MAYBE_FAR = re.compile(rb"r=[\"'](?:[A-Z]{3}\d|[A-Z]{1,2}\d{6})")
_FORMULA = (b"<f>", b"<f ", b"<f/", b"<f\n", b"<f\r", b"<f\t", b":f")  # a sheet with one holds one of these
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)[\"']")
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]+)(\d+)[\"']")


class _UnreadableError(Exception):
    def __init__(self, code: str, message: str, advice: str = _SAVE_AS) -> None:
        self.code, self.message, self.advice = code, message, advice
        super().__init__(code, message, advice)


def read_excel(data: bytes, file: str, findings: Findings) -> list[Grid] | None:
    """Every worksheet of an .xlsx or .xlsm file given as bytes; None (and an error) if it can't be opened."""
    try:
        _require_excel(data)
        return _grids(data, file, findings)
    except _UnreadableError as error:
        findings.error(error.code, Place(file), error.message, error.advice)
    except _DAMAGE as error:
        findings.error(
            "broken-file", Place(file), f"文件已损坏，打不开（{error}）。", "请重新发送或另存一份。"
        )
    return None


def _require_excel(data: bytes) -> None:
    """Raise _UnreadableError with what the file really is, unless it is a workbook."""
    if not data.strip(b"\0"):
        raise _UnreadableError("empty-file", "文件是空的（0 字节或全为空字节）。", "请重新发送这份文件。")
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise _UnreadableError("password", "文件加了打开密码。", "请取消密码后再保存。")
        raise _UnreadableError("old-excel", "这是旧的 Excel 97-2003 (.xls) 或 WPS 格式。")
    if not data.startswith(b"PK"):
        raise _UnreadableError("not-excel", f"这不是 Excel 文件，里面其实是{_kind(data)}。")
    if not zipfile.is_zipfile(io.BytesIO(data)):
        raise _UnreadableError(
            "broken-file", "文件不完整，可能没有传完或没有保存好。", "请重新发送这份文件。"
        )
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = set(archive.namelist())
        if "xl/workbook.bin" in names:
            raise _UnreadableError("not-excel", "这是 Excel 二进制工作簿 (.xlsb)。")
        if "[Content_Types].xml" not in names or not any(n.startswith("xl/") for n in names):
            what = "ODF 文件" if "mimetype" in names else "其他压缩文件（如 Word 文档或压缩包）"
            raise _UnreadableError("not-excel", f"这不是 Excel 文件，里面其实是{what}。")
        for part in archive.infolist():
            if part.file_size > _LARGEST_PART:
                raise _UnreadableError(
                    "too-large", f"文件里的 {part.filename} 展开后超过 200 MB。", "请拆分文件。"
                )


def _kind(data: bytes) -> str:
    head = data[:2000].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith(b"%pdf"):
        return " PDF"
    if head.startswith((b"<html", b"<!doctype html", b"<table", b"<meta")) or b"<html" in head:
        return "网页 (HTML)"
    if head.startswith(b"<?xml"):
        return " XML"
    return "文本（如 CSV）" if b"\0" not in head else "其他格式"


def _grids(data: bytes, file: str, findings: Findings) -> list[Grid]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    grids = []
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = _sheet_parts(archive)
        percent_styles = _percent_styles(archive)
        for meta in book.sheets_metadata:
            if meta.typ != SheetTypeEnum.WorkSheet:
                continue
            xml = _part(archive, parts[meta.name]) if meta.name in parts else b""
            far = _FAR.search(xml) if _MAYBE_FAR.search(xml) else None
            if far:
                findings.error(
                    "too-large",
                    Place(file, meta.name, far[1].decode()),
                    "离表格很远的地方有内容，整张表大得读不了。",
                    "请删除表格以外多余的行和列。",
                )
                continue
            hidden = meta.visible != SheetVisibleEnum.Visible
            grids.append(_grid(book.get_sheet_by_name(meta.name), xml, percent_styles, file, hidden))
    return grids


def _grid(sheet: CalamineSheet, xml: bytes, percent_styles: list[bytes], file: str, hidden: bool) -> Grid:
    addressed = b":c" not in xml and xml.count(b"<c") - xml.count(b"<col") == xml.count(b'<c r="')
    if not addressed and (b"<c>" in xml or re.search(rb"<(?:\w+:)?c\s(?![^>]*\br=)", xml)):
        xml = _with_addresses(xml)
    errors = (
        {_position(m[1]): m[2].decode() for m in _ERROR.finditer(xml)}
        if b't="e"' in xml or b"t='e'" in xml
        else {}
    )
    maybe_hidden = b"hidden=" in xml
    percent: frozenset[Position] = frozenset()
    if any(b's="%s"' % style in xml or b"s='%s'" % style in xml for style in percent_styles):
        styled = re.compile(
            rb"<(?:\w+:)?c\s([^>]*\bs=[\"'](?:" + b"|".join(percent_styles) + rb")[\"'][^>]*)>"
        )
        percent = frozenset(_position(m[1]) for m in styled.finditer(xml))
    return Grid(
        file=file,
        sheet=sheet.name,
        rows=sheet.to_python(skip_empty_area=False),
        percent=percent,
        errors=errors,
        # t="str" with an empty value is a formula whose result is the empty text
        uncalculated=frozenset(
            _position(m[1]) for m in _NOT_COMPUTED.finditer(xml) if b't="str"' not in (m[1] or b"")
        )
        if any(mark in xml for mark in _FORMULA)
        else frozenset(),
        merged=tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ()),
        hidden_rows=frozenset(
            int(_attribute(m[1], b"r")) - 1 for m in _ROW.finditer(xml) if _HIDDEN.search(m[1])
        )
        if maybe_hidden
        else frozenset(),
        hidden_columns=frozenset(
            column
            for m in _COL.finditer(xml)
            if _HIDDEN.search(m[1])
            for column in range(int(_attribute(m[1], b"min")) - 1, int(_attribute(m[1], b"max")))
        )
        if maybe_hidden
        else frozenset(),
        hidden=hidden,
    )


def _attribute(tag: bytes, name: bytes) -> str:
    match = re.search(rb"\b" + name + rb"=[\"']([^\"']*)[\"']", tag)
    return match[1].decode() if match else "0"


def _position(tag: bytes) -> Position:
    match = _ADDRESS.search(tag)
    if match is None:
        raise KeyError("cell address")
    column = 0
    for letter in match[1]:
        column = column * 26 + letter - ord("A") + 1
    return int(match[2]) - 1, column - 1


def _with_addresses(xml: bytes) -> bytes:
    """Some writers leave out the addresses of rows and cells; then the order counts."""
    row = column = 0

    def numbered(match: re.Match[bytes]) -> bytes:
        nonlocal row, column
        prefix, kind, rest = match[1], match[2], match[3]
        given = re.search(rb"\br=[\"']([A-Z]*)(\d+)[\"']", rest)
        if kind == b"row":
            row, column = (int(given[2]) if given else row + 1), 0
            here = b"%d" % row
        elif given:
            column = _position(rest)[1] + 1
            return match[0]
        else:
            here = b"%s%d" % (column_letter(column).encode(), row)
            column += 1
        return match[0] if given else b"<" + prefix + kind + b' r="' + here + b'"' + rest + b">"

    return _CELL_OR_ROW.sub(numbered, xml)


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    """A part's bytes. A workbook never needs a DTD; one that has it wants to do harm."""
    data = archive.read(name)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise _UnreadableError("xml-dtd", f"文件里的 {name} 带有 DTD 声明，不安全，没有读取。")
    return data


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name -> the part of the archive that holds it."""
    relations = {
        relation.get("Id"): posixpath.normpath(posixpath.join("xl", relation.get("Target", "").lstrip("/")))
        for relation in ElementTree.fromstring(_part(archive, "xl/_rels/workbook.xml.rels"))
    }
    workbook = ElementTree.fromstring(_part(archive, "xl/workbook.xml"))
    parts = {}
    for sheet in workbook.iter():
        if sheet.tag.endswith("}sheet"):
            key = next((value for name, value in sheet.items() if name.endswith("}id")), "")
            target = relations.get(key, "").replace("xl/xl/", "xl/")
            if target in archive.NameToInfo:
                parts[sheet.get("name", "")] = target
    return parts


def _percent_styles(archive: zipfile.ZipFile) -> list[bytes]:
    """Numbers of the cell styles whose number format shows a percentage."""
    if "xl/styles.xml" not in archive.NameToInfo:
        return []
    styles = ElementTree.fromstring(_part(archive, "xl/styles.xml"))
    space = styles.tag.partition("}")[0] + "}"
    percent = set(_BUILT_IN_PERCENT)
    for number_format in styles.iter(f"{space}numFmt"):
        code = re.sub(r'"[^"]*"|\\.', "", number_format.get("formatCode", ""))
        if "%" in code:
            percent.add(number_format.get("numFmtId", ""))
    cell_formats = styles.find(f"{space}cellXfs")
    return [
        b"%d" % index
        for index, style in enumerate(cell_formats if cell_formats is not None else ())
        if style.get("numFmtId") in percent
    ]
