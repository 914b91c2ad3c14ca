"""What a whole published table gives away: values that are withheld, and totals that give them back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from gongbao.gate.leaks import Rule
from gongbao.gate.piece import Cells, Piece, Pieces, Rows
from gongbao.gate.secrets import Values, rule_of
from gongbao.standards.disclosure import recomputed

Found = tuple[str, Rule, str, str]  # place, rule, value, what

_VALUE_COLUMNS = frozenset(("指标代码", "学段", "统计量", "数值"))
_ROW_NUMBER = re.compile(r"第 \d+ 行$")
_TOTAL = re.compile(r"^(?:合\s*计|总\s*计|小\s*计)")
_WITHHELD = re.compile(r"^[<＜]\s*(\d+)")
_INFERENCE = "避免推算"
_NUMBER = re.compile(r"^(?:约|近)?(\d[\d,]*(?:\.\d+)?)(?:余)?[^\d]{0,6}$")


def tables_of(pieces: Pieces) -> list[list[Piece]]:
    """The rows of each table that may tell something, in the order of the file."""
    found: dict[tuple[str, Cells], list[Piece]] = {}
    for part in pieces.parts:
        if isinstance(part, Rows):
            if part.header and _may_tell(part):
                found[part.where, part.header] = part.pieces()[1:]
        elif part.cells and part.header and _ROW_NUMBER.search(part.place):
            found.setdefault((_ROW_NUMBER.sub("", part.place), part.header), []).append(part)
    return [rows for rows in found.values() if rows]


def _may_tell(rows: Rows) -> bool:
    """Whether a table has a total, or is one of indicator values."""
    if set(rows.header) >= _VALUE_COLUMNS or any(_TOTAL.match(label.strip()) for label in rows.header):
        return True
    return any(_TOTAL.match(text.lstrip()) for text in rows.texts if "计" in text)


def value_leaks(rows: Sequence[Piece], known: Values) -> Iterator[Found]:
    """In a table of a region's and year's indicator values: withheld ones that are printed, and small counts
    that the printed ones give back."""
    header = rows[0].header
    columns = {name: header.index(name) for name in ("指标代码", "学段", "统计量", "数值")}
    period = header.index("时期") if "时期" in header else None
    published: dict[tuple[str, str, str], float] = {}
    for row in rows:
        if len(row.cells) != len(header):
            continue
        id, stage, statistic, value = (row.cells[i].strip() for i in columns.values())
        when = row.cells[period].strip() if period is not None else ""
        number = _value(value)
        if number is None or id not in known.names:
            continue
        reason = known.reasons.get((id, stage, statistic, when))
        if reason is not None:
            yield row.place, rule_of(known.kinds[id], reason), value, f"{stage}{known.names[id]}"
        if statistic == "数值":
            published[id, stage, when] = number
    for key in recomputed(known.counts, known.sums, published):
        id, stage, _ = key
        place = _ROW_NUMBER.sub("", rows[0].place).strip() or "全表"
        yield place, "recomputed", "可由表中其他数推算", f"{stage}{known.names[id]}"


def has_values(rows: Sequence[Piece]) -> bool:
    """Whether a table is one of indicator values."""
    return set(rows[0].header) >= _VALUE_COLUMNS


def total_leaks(rows: Sequence[Piece]) -> Iterator[Found]:
    """A column (or row) with a total from which its one withheld number follows."""
    width = len(rows[0].header)
    body = [row for row in rows if len(row.cells) == width]
    sums = [i for i, row in enumerate(body) if _TOTAL.match(row.cells[0].strip())]
    if len(sums) == 1:
        (total,) = sums
        for column in range(1, width):
            cells = [row.cells[column] for i, row in enumerate(body) if i != total]
            what = _told(body[total].cells[column], cells)
            if what:
                yield body[total].place, "recomputed", what, f"“{rows[0].header[column]}”一列"
    columns = [i for i, label in enumerate(rows[0].header) if i and _TOTAL.match(label.strip())]
    if len(columns) == 1:
        (total,) = columns
        for row in body:
            cells = [cell for i, cell in enumerate(row.cells) if i and i != total]
            what = _told(row.cells[total], cells)
            if what:
                yield row.place, "recomputed", what, f"“{row.cells[0]}”一行"


def _told(total: str, parts: Sequence[str]) -> str:
    """What a reader can work out from a total, "" if nothing."""
    whole, known = _value(total), [_value(part) for part in parts]
    limits = [int(m[1]) for part in parts if (m := _WITHHELD.match(part.strip()))]
    masked = [part for part in parts if _INFERENCE in part]
    if whole is None or not (limits or masked):
        return ""
    if len(limits) + len(masked) + sum(k is not None for k in known) != len(parts):
        return ""  # something else is unknown too
    rest = whole - sum(k for k in known if k is not None)
    if len(masked) == 1 and not limits and rest > 0:
        return f"{total} 减去其余各数"
    if limits and not masked:
        least, most = len(limits), sum(limit - 1 for limit in limits)
        one = len(limits) == 1 and least <= rest <= most
        if one or (rest in (least, most) and least <= rest <= most):
            return f"{total} 减去其余各数"
    return ""


def _value(cell: str) -> float | None:
    match = _NUMBER.match(cell.strip())
    return float(match[1].replace(",", "")) if match else None
