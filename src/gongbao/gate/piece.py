"""A text that a reader sees as one, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """`cells` under `header` where it is a row of a table. `drawing`: all words of a chart together, for
    what can only be seen from several of them. `program`: a script or style, where only words that must
    not appear count."""

    place: str
    text: str
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    drawing: bool = False
    program: bool = False

    def labelled(self) -> list[tuple[str, str]]:
        """Each cell with its header ("" where there is none)."""
        header = self.header if len(self.header) == len(self.cells) else ("",) * len(self.cells)
        return list(zip(header, self.cells, strict=True))
