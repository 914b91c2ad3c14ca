"""A published file as pieces: texts that a reader sees together, each with where it stands.

HTML with its attributes, scripts and comments; SVG; JSON; CSV; Excel with hidden sheets, comments and
properties; notebooks. A row of a table is one piece, with its cells under their headers. What is not
text (images, fonts, PDF) gives no pieces.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from html import unescape
from typing import Any

from python_calamine import CalamineError

from gongbao.gate.glance import json_glance, markup_glance, without_tables
from gongbao.gate.leaks import GateError
from gongbao.gate.markup import markup_pieces
from gongbao.gate.piece import Piece, Pieces, Rows
from gongbao.gate.search_index import is_search, is_share, search_json
from gongbao.gate.sheets import sheet_parts
from gongbao.gate.texts import cell_text, rows_of

BINARY = (
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".webp",
    ".ico",
    ".woff",
    ".woff2",
    ".ttf",
    ".otf",
    ".pdf",
    ".wasm",
)
_MARKUP = (".html", ".htm", ".svg", ".xml")
_JSON = (".json", ".ipynb")
_GZIP = b"\x1f\x8b"
_PROGRAM = (".js", ".mjs", ".css")
_XML_TEXT = re.compile(r">([^<>]+)<")
_XML_ATTRIBUTE = re.compile(r'\b(?:name|title|descr|author|ref|tooltip|display|value)="([^"]+)"')


def glance(address: str, data: bytes) -> str | None:
    """All texts of a file at once, where that is quicker than reading its pieces; None for other files."""
    ending = _ending(address)
    if ending in BINARY or is_share(address):
        return _name(address)
    if ending == ".js" and is_search(data):
        ending, data = ".json", search_json(data).encode()
    if ending not in (*_MARKUP, *_JSON) or data[:2] == _GZIP:
        return None
    text = data.decode("utf-8-sig", "replace")
    try:
        said = markup_glance(text) if ending in _MARKUP else json_glance(text)
    except ValueError:
        return None  # its pieces can't be read either, which is then an error
    return None if said is None else f"{_name(address)}\n{said}"


def read_pieces(address: str, data: bytes, concerned: Callable[[str], bool] | None = None) -> Pieces:
    """The pieces of a file; of a page only those tables of which `concerned` is true, told what they say.

    Raises GateError for a file that can't be read as what its name says.
    """
    return Pieces([Piece("文件名", _name(address)), *_parts(address, data, concerned)])


def _name(address: str) -> str:
    return address.replace("/", " / ")


def _ending(address: str) -> str:
    return address[address.rfind(".") :].lower() if "." in address.rsplit("/", 1)[-1] else ""


def _parts(address: str, data: bytes, concerned: Callable[[str], bool] | None) -> Iterator[Piece | Rows]:
    ending = _ending(address)
    if ending in BINARY or is_share(address):
        return
    if ending == ".js" and is_search(data):
        ending, data = ".json", search_json(data).encode()
    if data[:2] == _GZIP:
        data = gzip.decompress(data)
    if ending == ".xlsx":
        yield from _excel(address, data)
        return
    text = data.decode("utf-8-sig", "replace")
    if ending in _MARKUP:
        yield from markup_pieces(text if concerned is None else without_tables(text, concerned))
    elif ending == ".csv":
        yield from rows_of(list(csv.reader(io.StringIO(text))), "")
    elif ending in _JSON:
        yield from _json(address, text)
    else:
        program = ending in _PROGRAM
        for number, line in enumerate(text.splitlines(), start=1):
            if line.strip() and not (program and line.isascii() and len(line) > 2000):
                yield Piece(f"第 {number} 行", line, program=program)
            elif line.strip():
                yield Piece(f"第 {number} 行", line, program=True)


def _excel(address: str, data: bytes) -> Iterator[Piece | Rows]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            yield from sheet_parts(data, parts)
            for part in sorted(parts.namelist()):
                if not part.endswith((".xml", ".rels", ".vml")):
                    continue
                text = parts.read(part).decode("utf-8", "replace")
                if part.startswith(
                    "xl/worksheets/"
                ):  # the cells were read above; formulas and hints were not
                    found = re.findall(r"<f[^>]*>([^<]+)</f>", text)
                else:
                    found = [t for t in _XML_TEXT.findall(text) if t.strip()] + _XML_ATTRIBUTE.findall(text)
                if part.startswith("xl/comments") or "threadedComment" in part:
                    yield Piece(f"批注（{part}）", unescape("".join(found)))
                for words in dict.fromkeys(found):
                    yield Piece(f"文件的 {part}", unescape(words))
    except (CalamineError, zipfile.BadZipFile) as error:
        raise GateError(f"{address} 不是能读的 Excel 文件，无法检查（{error}）。") from error


def _json(address: str, text: str) -> Iterator[Piece]:
    try:
        content = json.loads(text)
    except ValueError as error:
        raise GateError(f"{address} 不是有效的 JSON，无法检查（{error}）。") from error
    yield from json_pieces(content)


def json_pieces(content: Any, where: str = "") -> Iterator[Piece]:
    """A piece for each object of plain values (a row of data) and for each text; a list of texts that
    are lines of one text, as in notebooks, is one piece."""
    stack: list[tuple[str, Any]] = [(where, content)]
    while stack:
        path, value = stack.pop()
        if isinstance(value, dict):
            plain = {
                k: v for k, v in value.items() if isinstance(v, str | int | float) and not isinstance(v, bool)
            }
            if plain:
                cells = tuple(cell_text(v) for v in plain.values())
                yield Piece(path or "开头", " ".join(cells), cells, tuple(plain))
                markup = [v for v in plain.values() if isinstance(v, str) and "<" in v and ">" in v]
                for each in markup:
                    yield from markup_pieces(each, f"{path} ")
            stack.extend((f"{path}/{k}", v) for k, v in value.items() if isinstance(v, dict | list))
            if any(not k.isascii() for k in value):
                yield Piece(path or "开头", " ".join(map(str, value)))
        elif isinstance(value, list):
            if value and all(isinstance(v, str) for v in value):
                joined = "".join(value)
                yield Piece(path, joined)
                if "<" in joined:
                    yield from markup_pieces(joined, f"{path} ")
            elif value and all(isinstance(v, str | int | float | None) for v in value):
                cells = tuple(cell_text(v) for v in value)
                yield Piece(path, " ".join(filter(None, cells)), cells)
            else:
                stack.extend((f"{path}/{i}", v) for i, v in enumerate(value))
        elif isinstance(value, str):
            yield Piece(path or "开头", value)
