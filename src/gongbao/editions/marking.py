"""Two versions of a page, each with what differs from the other marked in its own text.

Nothing of a page but its words and charts is compared: links and numbers of figures stay as each page has them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from html import escape, unescape
from typing import Literal

from gongbao.editions.align import Pair, align, inline, sentence_likeness

Pieces = tuple[tuple[str, bool], ...]  # text, whether it differs from the other side
State = Literal["changed", "added", "removed"]
_CONTENT = re.compile(r'<div class="gb-content">(.*?)(?=<aside class="gb-aside"|</main>)', re.DOTALL)
# What is behind a page's text: related pages, the entries of its numbers, and how to cite it, which names its revision.
_END = re.compile(r'<nav class="gb-related"|<section class="(?:gb-section gb-origins|gb-cite)"')
# A chart, a line of links and a link that skips a section are one token each: nobody reads them for what they say.
_TOKEN = re.compile(
    r'<svg\b.*?</svg>|<p class="gb-(?:tools|links)">.*?</p>|<a class="gb-skip".*?</a>|<[^>]*>|[^<]+',
    re.DOTALL,
)
# Where a unit begins or ends: what a reader takes in as one. A row of a table is one, with all its cells.
_BLOCK = re.compile(
    r"</?(?:h[1-6]|p|li|ul|ol|tr|table|thead|tbody|caption|figure|figcaption|details|summary|div|dl|section|article)\b"
)
_CHART = re.compile(r"<svg(?![^>]*gb-bullet)")
# Between two texts of a unit, so that numbers of two cells are not taken for one; the first between cells.
_CELL, _GAP = "\x1e", "\x1f"
_GAPS = re.compile(f"[{_CELL}{_GAP}]")
_CELLS = re.compile(r"</?(?:td|th|dt|dd)\b")
_DRAWING = "（图形）"


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: `old` and `new` are the two texts in pieces, () on the side that lacks it."""

    number: int
    state: State
    old: Pieces
    new: Pieces


@dataclass(frozen=True, slots=True)
class Marked:
    """Both pages as HTML with <del> in the old and <ins> in the new; the first mark of a difference on either
    side has its number as `data-gb-difference`."""

    old: str
    new: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class _Unit:
    """Tokens `at` of a page that are read as one; `text` is their words with _CELL or _GAP between them."""

    at: tuple[int, ...]
    text: str
    chart: bool = False


def mark(old: str, new: str) -> Marked:
    """The differences between two pages of a site (whole HTML documents), and the pages with them marked."""
    pages = _Page(old), _Page(new)
    before, after = ([_key(unit) for unit in page.units] for page in pages)
    found: list[Difference] = []
    for i, j in _pairs(before, after):
        left = None if i is None else pages[0].units[i]
        right = None if j is None else pages[1].units[j]
        if left and right and _key(left) == _key(right):
            continue
        number = len(found) + 1
        state: State = "changed" if left and right else "added" if right else "removed"
        one, other = _pieces(left, right)
        for page, unit, pieces, tag in ((pages[0], left, one, "del"), (pages[1], right, other, "ins")):
            if unit is not None:
                page.put(unit, pieces, tag, number)
        found.append(Difference(number, state, _told(one), _told(other)))
    return Marked(pages[0].html(), pages[1].html(), tuple(found))


def same(old: str, new: str) -> bool:
    """Whether two pages have no difference that `mark` would show."""
    return [_key(u) for u in _Page(old).units] == [_key(u) for u in _Page(new).units]


class _Page:
    """A page as tokens: tags, charts and texts."""

    def __init__(self, text: str) -> None:
        match = _CONTENT.search(text)
        start, end = match.span(1) if match else (0, 0)
        if behind := _END.search(text, start, end):
            end = behind.start()
        self.before, self.after = text[:start], text[end:]
        self.tokens = _TOKEN.findall(text[start:end])
        self.units = list(_units(self.tokens))

    def html(self) -> str:
        return self.before + "".join(self.tokens) + self.after

    def put(self, unit: _Unit, pieces: Pieces, tag: str, number: int) -> None:
        """Mark the pieces that differ."""
        if unit.chart:
            (at,) = unit.at
            self.tokens[at] = f'<svg data-gb-difference="{number}"' + self.tokens[at].removeprefix("<svg")
            return
        parts = iter(unit.at)
        at, html, name = next(parts), "", f' data-gb-difference="{number}"'
        for text, differs in pieces:
            for n, part in enumerate(_GAPS.split(text)):
                if n:
                    self.tokens[at] = html
                    at, html = next(parts), ""
                if differs and part.strip():
                    html += f"<{tag}{name}>{escape(part)}</{tag}>"
                    name = ""
                else:
                    html += escape(part)
        self.tokens[at] = html


def _units(tokens: Sequence[str]) -> Iterator[_Unit]:
    own: list[int] = []
    text, apart = "", False
    for i, token in enumerate([*tokens, "<p>"]):
        if not token.startswith("<"):
            if token.strip():
                text += (_CELL if apart else _GAP if own else "") + unescape(token)
                own.append(i)
                apart = False
        elif _CHART.match(token):
            digest = hashlib.sha256(token.encode()).hexdigest()[:16]
            yield _Unit((i,), f"{_DRAWING}{digest}", chart=True)
        elif _BLOCK.match(token):
            if own:
                yield _Unit(tuple(own), text)
            own, text, apart = [], "", False
        elif own and _CELLS.match(token):
            apart = True


def _key(unit: _Unit) -> str:
    """What is compared: line breaks in the source are no difference."""
    return " ".join(unit.text.split())


def _pairs(old: Sequence[str], new: Sequence[str]) -> Iterator[Pair]:
    """Pairs of positions in reading order: what is equal first, and between two such what is similar. A long page
    with a few changes all over is then compared in a few small parts."""
    for kind, i, i2, j, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from zip(range(i, i2), range(j, j2), strict=True)
        else:
            for a, b in align(old[i:i2], new[j:j2], _alike):
                yield (None if a is None else i + a), (None if b is None else j + b)


def _alike(a: str, b: str) -> float:
    drawings = a.startswith(_DRAWING), b.startswith(_DRAWING)
    return float(all(drawings)) if any(drawings) else sentence_likeness(a, b)


def _pieces(left: _Unit | None, right: _Unit | None) -> tuple[Pieces, Pieces]:
    if left is None or right is None:
        sides = (((unit.text, True),) if unit else () for unit in (left, right))
        before, after = sides
        return before, after
    one, other = inline(left.text, right.text)
    return tuple(one), tuple(other)


def _told(pieces: Pieces) -> Pieces:
    """The pieces for a reader: cells apart, and of a chart only that it is one."""
    words = ((text.replace(_CELL, " ｜ ").replace(_GAP, ""), differs) for text, differs in pieces)
    told = tuple((" ".join(text.split("\n")), differs) for text, differs in words)
    return ((_DRAWING, True),) if told and "".join(t for t, _ in told).startswith(_DRAWING) else told
