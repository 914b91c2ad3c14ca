"""A text that a reader sees as one, and where it stands; rows of a table, made into such only when asked for."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Piece:
    """`cells` under `header` where it is a row of a table. `drawing`: all words of a chart together, for
    what can only be seen from several of them. `program`: a script or style, where only words that must
    not appear count."""

    place: str
    text: str
    cells: Cells = ()
    header: Cells = ()
    drawing: bool = False
    program: bool = False

    def labelled(self) -> list[tuple[str, str]]:
        """Each cell with its header ("" where there is none)."""
        header = self.header if len(self.header) == len(self.cells) else ("",) * len(self.cells)
        return list(zip(header, self.cells, strict=True))


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a CSV file or a sheet that hold anything, by their texts; `cells` gives those of the i-th.

    `numbers`: the number of each in the file, from 1; `header` is the row of that number, which stands
    under no header itself.
    """

    where: str
    header: Cells
    numbers: Sequence[int]
    texts: Sequence[str]
    cells: Callable[[int], Cells]

    def piece(self, i: int) -> Piece:
        number = self.numbers[i]
        header = self.header if number > 1 else ()
        return Piece(f"{self.where}第 {number} 行", self.texts[i], self.cells(i), header)

    def pieces(self) -> list[Piece]:
        return [self.piece(i) for i in range(len(self.texts))]


class Pieces:
    """All pieces of a file in their order: their texts at once, the pieces themselves one by one."""

    def __init__(self, parts: Sequence[Piece | Rows]) -> None:
        self.parts = parts
        self._starts = [0, *accumulate(len(p.texts) if isinstance(p, Rows) else 1 for p in parts)]
        self.texts: list[str] = []
        for part in parts:
            if isinstance(part, Rows):
                self.texts += part.texts
            else:
                self.texts.append(part.text)

    def __getitem__(self, index: int) -> Piece:
        number = bisect_right(self._starts, index) - 1
        part = self.parts[number]
        return part.piece(index - self._starts[number]) if isinstance(part, Rows) else part

    def under(self, wanted: Callable[[Cells], bool]) -> Iterator[int]:
        """The numbers of the pieces whose header is a `wanted` one."""
        known: dict[Cells, bool] = {(): False}
        for start, part in zip(self._starts, self.parts, strict=False):
            header = part.header
            if header not in known:
                known[header] = wanted(header)
            if known[header]:
                yield from (
                    range(start, start + len(part.texts))
                    if isinstance(part, Rows)
                    else range(start, start + 1)
                )

    def said(self) -> tuple[str, str]:
        """All texts, with what heads them; and apart what scripts and styles say."""
        programs = {i for i, part in enumerate(self.parts) if isinstance(part, Piece) and part.program}
        headers = ["\n".join(header) for header in {part.header for part in self.parts}]
        if not programs:
            return "\0".join([*self.texts, *headers]), ""
        texts = [
            text
            for i, part in enumerate(self.parts)
            if i not in programs
            for text in (part.texts if isinstance(part, Rows) else (part.text,))
        ]
        return "\0".join([*texts, *headers]), "\0".join(self.parts[i].text for i in sorted(programs))  # type: ignore[union-attr]
