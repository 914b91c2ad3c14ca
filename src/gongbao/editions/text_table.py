"""Tables for a terminal: columns of Chinese text in line, long cells over several lines."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

WIDTH = 100  # columns, where nothing is known of the terminal
_GAP = "  "
_LEAST = 6  # columns that every column gets
_NOT_FIRST = "，。、；：？！）〕】》”’％%·"  # no line begins with one of these,
_NOT_LAST = "（〔【《“‘"  # nor ends with one of these


def display_width(text: str) -> int:
    """Columns that a text takes on a terminal: two for a Chinese character or full-width sign."""
    return sum(_sign_width(sign) for sign in text)


def _sign_width(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def wrapped(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns; words of Latin letters and numbers are not cut where
    they fit on a line of their own. At least one line."""
    lines = []
    for paragraph in text.split("\n"):
        line = ""
        for piece in _pieces(paragraph):
            if line and display_width(line + piece) > width:
                lines.append(line.rstrip())
                line = ""
            while display_width(piece) > width:
                cut = _fitting(piece, width)
                lines.append(piece[:cut])
                piece = piece[cut:]
            line += piece.lstrip() if not line else piece
        lines.append(line.rstrip())
    return lines


def _pieces(text: str) -> list[str]:
    """What may not be broken: runs of narrow signs, single wide ones."""
    pieces: list[str] = []
    for sign in text:
        if pieces and (sign in _NOT_FIRST or pieces[-1][-1] in _NOT_LAST):
            pieces[-1] += sign
            continue
        narrow = sign not in " " and display_width(sign) < 2
        if narrow and pieces and pieces[-1][-1] not in " " and display_width(pieces[-1][-1]) < 2:
            pieces[-1] += sign
        else:
            pieces.append(sign)
    return pieces


def _fitting(text: str, width: int) -> int:
    """How many signs of a text fit; at least one."""
    used = 0
    for i, sign in enumerate(text):
        used += display_width(sign)
        if used > width:
            return max(i, 1)
    return len(text)


def text_table(header: Sequence[str], rows: Sequence[Sequence[str]], width: int = WIDTH) -> str:
    """The table as lines without trailing spaces; columns too wide for the line are wrapped, the widest first.

    A column in which every cell is empty is left out.
    """
    kept = [i for i in range(len(header)) if any(row[i] for row in rows)]
    cells = [[header[i] for i in kept], *([row[i] for i in kept] for row in rows)]
    widths = _widths(cells, width)
    lines: list[str] = []
    for number, row in enumerate(cells):
        parts = [wrapped(cell, w) for cell, w in zip(row, widths, strict=True)]
        for k in range(max((len(p) for p in parts), default=0)):
            padded = [_padded(p[k] if k < len(p) else "", w) for p, w in zip(parts, widths, strict=True)]
            lines.append(_GAP.join(padded).rstrip())
        if number == 0:
            lines.append(_GAP.join("─" * w for w in widths))
    return "\n".join(lines)


def _widths(cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Each column as wide as its widest cell, then the widest cut down until the row fits."""
    widths = [
        max(display_width(line) for row in cells for line in row[i].split("\n")) for i in range(len(cells[0]))
    ]
    room = width - len(_GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths, default=0) > _LEAST:
        widest = widths.index(max(widths))
        second = max((w for i, w in enumerate(widths) if i != widest), default=_LEAST)
        over = sum(widths) - room
        widths[widest] = max(widths[widest] - max(1, min(over, widths[widest] - second)), _LEAST)
    return widths


def _padded(text: str, width: int) -> str:
    return text + " " * (width - display_width(text))
