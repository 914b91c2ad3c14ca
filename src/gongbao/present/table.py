"""A table as it is published: shown text beside the raw value, units in the header, scope marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any, Literal

from gongbao.present.asking import asked
from gongbao.present.basis import Basis, bases_of, entry_of
from gongbao.present.display import MIME, fields_of
from gongbao.present.numbers import Number, plain
from gongbao.standards.outcome import Outcome

Raw = float | int | str | None
LONG = 20  # rows
PROSE = 24  # characters from which a cell is read as a sentence
SHORT = 6  # characters
SYMBOLS = {Outcome.PASS: "✓", Outcome.FAIL: "✗", Outcome.UNDETERMINED: "?"}


@dataclass(frozen=True, slots=True)
class Column:
    """`unit` stands in the header; `decimals` rounds plain numbers of the column; the first column heads its row."""

    label: str
    unit: str = ""
    decimals: int | None = None
    align: Literal["left", "right", ""] = ""

    @property
    def header(self) -> str:
        return f"{self.label}（{self.unit}）" if self.unit else self.label


@dataclass(frozen=True, slots=True)
class Cell:
    """`shown` is what a reader sees, `raw` what a download holds (None when missing or withheld), `ref` the
    submitted value that it is (`asking.value_ref`), `basis` how it was computed."""

    shown: str
    raw: Raw = None
    outcome: str = ""
    ref: str = ""
    basis: Basis | None = None

    def content(self) -> list[Any]:
        parts = [self.shown, self.raw, self.outcome]
        if self.basis:
            return [*parts, self.ref, self.basis.content()]
        return [*parts, self.ref] if self.ref else parts

    @classmethod
    def from_content(cls, content: Sequence[Any]) -> Cell:
        return cls(*content[:4], *map(Basis.from_content, content[4:]))

    @property
    def numeric(self) -> bool:
        return isinstance(self.raw, int | float)


def to_cell(value: Any, column: Column) -> Cell:
    """The cell of any value an analyst may put in a frame: Number, Outcome, number, text, or missing."""
    if isinstance(value, Cell):
        return value
    if isinstance(value, Number):
        shown = value.digits if value.unit == column.unit else str(value)
        return Cell(shown, value.public, ref=value.ref, basis=value.basis)
    if isinstance(value, Outcome):
        return Cell(value.label, value.label, value.value)
    if value is None or (isinstance(value, float) and value != value):
        return Cell("—")
    if isinstance(value, bool):
        return Cell("是" if value else "否", "是" if value else "否")
    if isinstance(value, int | float) or hasattr(value, "dtype"):
        number = float(value)
        if number != number:
            return Cell("—")
        return Cell(plain(number, column.decimals), int(number) if number.is_integer() else number)
    return Cell(str(value), str(value))


@dataclass(frozen=True, slots=True)
class Table:
    """A published table: `id` is unique on its page, `rows` hold one Cell for each column. `place` says in
    which sheets and rows of a submission its numbers stand, where they are no single cells."""

    id: str
    number: int
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""
    source: str = ""
    place: str = ""

    def content(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "number": self.number,
            "caption": self.caption,
            "note": self.note,
            "source": self.source,
            "columns": [fields_of(c) for c in self.columns],
            "rows": [[c.content() for c in row] for row in self.rows],
        } | ({"place": self.place} if self.place else {})

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> Table:
        return cls(
            id=content["id"],
            number=content["number"],
            caption=content["caption"],
            columns=tuple(Column(**c) for c in content["columns"]),
            rows=tuple(tuple(map(Cell.from_content, row)) for row in content["rows"]),
            note=content["note"],
            source=content["source"],
            place=content.get("place", ""),
        )

    @property
    def bases(self) -> tuple[Basis, ...]:
        """How its computed cells were computed."""
        return bases_of(cell for row in self.rows for cell in row)

    def _right(self, index: int) -> bool:
        if self.columns[index].align:
            return self.columns[index].align == "right"
        return any(row[index].numeric for row in self.rows)

    def html(self, *, label: str | None = None) -> str:
        """The accessible table. `label` replaces “表 1” (a figure's data table has none)."""
        heading = f"表 {self.number}" if label is None else label
        right = [self._right(i) for i in range(len(self.columns))]
        prose = [max((len(row[i].shown) for row in self.rows), default=0) > PROSE for i in range(len(right))]
        head = "".join(
            f'<th scope="col"{_class(right[i], column.header, prose[i])}>{escape(column.header)}</th>'
            for i, column in enumerate(self.columns)
        )
        body = "".join(
            f"<tr>{''.join(_cell_html(c, i, right[i]) for i, c in enumerate(row))}</tr>" for row in self.rows
        )
        caption = f"<b>{heading}</b> {escape(self.caption)}" if heading else escape(self.caption)
        # A long table scrolls in a box of its own, so that what follows it stays within reach.
        long = " gb-long" if len(self.rows) > LONG else ""
        table = (
            f'<div class="gb-scroll{long}" role="region" tabindex="0" aria-label="{escape(self.caption)}">'
            f'<table data-quarto-disable-processing="true"><caption>{caption}</caption>'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
        )
        return table + notes_html(self.note, self.source, self.place)

    def figure_html(self, assets: str = "", *, label: str | None = None) -> str:
        """The table as it stands on a page; `assets` is the address of its `.csv` without the ending, `label`
        that of `html`."""
        tools = f'<p class="gb-tools"><a href="{assets}.csv" download>数据（CSV）</a></p>' if assets else ""
        return f'<figure class="gb-table" id="{self.id}">{self.html(label=label)}{tools}</figure>'

    def markdown(self) -> str:
        """A pipe table with caption, which Pandoc turns into a real Word table."""

        def text(value: str) -> str:
            return value.replace("|", "\\|").replace("\n", " ")

        right = [self._right(i) for i in range(len(self.columns))]
        lines = [
            "| " + " | ".join(text(c.header) for c in self.columns) + " |",
            "|" + "|".join("--:" if r else ":--" for r in right) + "|",
            *("| " + " | ".join(text(c.shown) for c in row) + " |" for row in self.rows),
            "",
            f": {text(self.caption)}",
            "",
        ]
        return "\n".join(lines) + "".join(
            f"\n{line}\n" for line in note_lines(self.note, self.source, self.place)
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {
            MIME["table"]: self.content(),
            "text/html": self.figure_html(),
            "text/markdown": self.markdown(),
            "text/plain": f"表 {self.number} {self.caption}",
        }


def note_lines(note: str, source: str, place: str = "") -> list[str]:
    said = (("注", note), ("来源", source), ("数据位置", place))
    return [f"{label}：{text}" for label, text in said if text]


def notes_html(note: str, source: str, place: str = "") -> str:
    return "".join(f'<p class="gb-note">{escape(line)}</p>' for line in note_lines(note, source, place))


def chip(outcome: str, text: str) -> str:
    """A verdict in words with a sign of its own, so that it doesn't depend on colour."""
    return (
        f'<span class="gb-chip gb-{outcome}"><span aria-hidden="true">{SYMBOLS[Outcome(outcome)]}</span> '
        f"{escape(text)}</span>"
    )


def _class(right: bool, text: str, prose: bool = False) -> str:
    """A short text (a unit, a verdict, a year) isn't broken over two lines, sentences get room to be read."""
    return _classes(right, len(text) <= SHORT and not prose, prose)


@cache
def _classes(right: bool, short: bool, prose: bool) -> str:
    names = [name for name, holds in (("num", right), ("nw", short), ("prose", prose)) if holds]
    return f' class="{" ".join(names)}"' if names else ""


def _cell_html(cell: Cell, index: int, right: bool) -> str:
    inner = chip(cell.outcome, cell.shown) if cell.outcome else asked(entry_of(cell), escape(cell.shown))
    if index == 0:
        return f'<th scope="row"{_class(right, cell.shown)}>{inner}</th>'
    return f"<td{_class(right, cell.shown)}>{inner}</td>"


def make_table(
    id: str,
    number: int,
    caption: str,
    columns: Sequence[Column],
    rows: Sequence[Sequence[Any]],
    note: str = "",
    source: str = "",
    place: str = "",
) -> Table:
    """A Table from any values, each turned into a cell by its column."""
    width = len(columns)
    if any(len(row) != width for row in rows):
        raise ValueError(f"表“{caption}”的每一行都应有 {width} 列")
    cells = [[to_cell(v, c) for v, c in zip(row, columns, strict=True)] for row in rows]
    # A column in which nothing is known for any row says nothing; the first names the rows and stays.
    kept = [
        i for i in range(width) if i == 0 or not cells or any(row[i].shown not in ("", "—") for row in cells)
    ]
    return Table(
        id, number, caption, tuple(columns[i] for i in kept), tuple(tuple(row[i] for i in kept) for row in cells),
        note, source, place,
    )  # fmt: skip
