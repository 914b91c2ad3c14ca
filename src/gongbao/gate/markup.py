"""HTML and SVG as pieces: paragraphs, rows, captions, attributes, scripts and comments."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape

from gongbao.gate.piece import Piece

_TOKEN = re.compile(
    r"<!--(?P<comment>.*?)-->"
    r"|<script\b(?P<kind>[^>]*)>(?P<script>.*?)</script\s*>"
    r"|<style\b[^>]*>(?P<style>.*?)</style\s*>"
    r"|<(?P<end>/?)(?P<tag>[a-zA-Z][\w:-]*)(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>",
    re.DOTALL,
)
_ATTRIBUTE = re.compile(r"([\w:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")
# Where a mark stands and how it looks tells nothing; the numbers in it would only resemble others.
LOOK_NAMES = (
    "d transform points x y x1 x2 y1 y2 dx dy cx cy r rx ry width height viewbox fill stroke style class rel type "
    "stroke-width stroke-dasharray stroke-miterlimit stroke-opacity fill-opacity opacity font-size font-family "
    "font-weight text-anchor dominant-baseline clip-path xmlns xmlns:xlink version role tabindex scope charset "
    "http-equiv aria-roledescription aria-hidden lang defer async"
)
_INLINE_NAMES = "a abbr b bdi bdo code em i mark q s small span strong sub sup time tspan u wbr font label"
_DRAWN_NAMES = "path g rect line circle clippath use defs polygon polyline ellipse"
_LOOKS, INLINE, DRAWN = (frozenset(names.split()) for names in (LOOK_NAMES, _INLINE_NAMES, _DRAWN_NAMES))


def markup_pieces(markup: str, where: str = "") -> Iterator[Piece]:
    """The pieces of an HTML or SVG text in their order; `where` begins each place."""
    reader = _Reader(where)
    position = 0
    for token in _TOKEN.finditer(markup):
        if token.start() > position:
            reader.words(markup[position : token.start()])
        position = token.end()
        if token["tag"] is not None:
            yield from reader.tag(token["tag"].lower(), bool(token["end"]), token["attributes"])
        elif token["comment"] is not None:
            yield Piece(f"{where}注释", unescape(token["comment"]))
        elif token["script"] is not None:
            yield from _script(token["script"], token["kind"], where)
        elif token["style"]:
            yield Piece(f"{where}样式", token["style"], program=True)
    reader.words(markup[position:])
    yield from reader.flush()


def _script(source: str, kind: str, where: str) -> Iterator[Piece]:
    from gongbao.gate.pieces import json_pieces

    if not source.strip():
        return
    if "json" in kind:
        try:
            content = json.loads(source)
        except ValueError:
            content = None  # not the JSON it says it is: read as text below, nothing is passed over
        if content is not None:
            yield from json_pieces(content, f"{where}脚本中的数据")
            return
    yield Piece(f"{where}脚本", unescape(source))


class _Reader:
    """Gathers words until something ends what belongs together."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._words: list[str] = []
        self._heading = ""
        self._tables = self._rows = 0
        self._header: tuple[str, ...] = ()
        self._cells: list[str] | None = None
        self._heads = 0
        self._drawing: list[str] | None = None

    def words(self, text: str) -> None:
        if text and not text.isspace():
            self._words.append(unescape(text) if "&" in text else text)

    def _taken(self) -> str:
        text = "".join(self._words).strip()
        self._words.clear()
        return text

    def _place(self) -> str:
        section = f"“{self._heading}”一节" if self._heading else "页首"
        return f"{self._where}{section}"

    def flush(self) -> Iterator[Piece]:
        text = self._taken()
        if text:
            if self._drawing is not None:
                self._drawing.append(text)
            yield Piece(self._place(), text)

    def tag(self, name: str, end: bool, attributes: str) -> Iterator[Piece]:
        if attributes and "=" in attributes:
            yield from self._attributes(name, attributes)
        if name in INLINE or name in DRAWN:
            return
        if name in ("th", "td") and self._cells is not None:
            if end:
                self._cells.append(self._taken())
            else:
                self._heads += name == "th"
            return
        if name == "br":
            self._words.append("\n")
            return
        if name in ("h1", "h2", "h3", "h4") and end:
            yield from self._drawn()
            text = self._taken()
            self._heading = text
            yield Piece(self._place(), text)
            return
        if self._cells is None:
            yield from self.flush()
        yield from self._structure(name, end)

    def _structure(self, name: str, end: bool) -> Iterator[Piece]:
        if name == "svg":
            yield from self._drawn()
            self._drawing = None if end else []
        elif name == "table" and not end:
            yield from self._drawn()
            self._tables, self._rows, self._header = self._tables + 1, 0, ()
        elif name == "tr":
            yield from self._drawn()
            yield from self._row()
            if not end:
                self._cells, self._heads = [], 0
        elif name == "table":
            yield from self._row()

    def _drawn(self) -> Iterator[Piece]:
        """The labels of a drawing together. Headings and tables end it, as they do for a browser."""
        drawing, self._drawing = self._drawing, None
        if drawing:
            yield Piece(f"{self._place()}的图", " ".join(drawing), drawing=True)

    def _row(self) -> Iterator[Piece]:
        if self._cells is None:
            return
        cells, self._cells = (*self._cells, *filter(None, [self._taken()])), None
        self._rows += 1
        place = f"{self._where}第 {self._tables} 个表 第 {self._rows} 行"
        yield Piece(place, " ".join(filter(None, cells)), cells, self._header)
        if self._heads == len(cells):
            self._header = cells

    def _attributes(self, name: str, attributes: str) -> Iterator[Piece]:
        for match in _ATTRIBUTE.finditer(attributes):
            attribute, value = match[1].lower(), match[2] if match[2] is not None else match[3]
            if not value or attribute in _LOOKS:
                continue
            text = unescape(value) if "&" in value else value
            # Vega writes what a mark stands for as “学段: 小学; 人数: 12”.
            parts = [part.partition(": ") for part in text.split("; ")] if "; " in text else []
            labelled = [(label, cell) for label, mark, cell in parts if mark]
            yield Piece(
                f"{self._place()}的 {name} 属性 {match[1]}",
                text,
                tuple(cell for _, cell in labelled),
                tuple(label for label, _ in labelled),
            )
