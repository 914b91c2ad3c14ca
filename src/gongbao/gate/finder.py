"""Finding which of very many words a text holds, in time that hardly depends on how many they are.

A word is known by one run of 6 of its characters (of 4 or 2 where it is shorter), as a number; a table of
bits says which numbers belong to a word. All runs of a text are looked up at once, and only where a bit
is set is the word itself compared. Words and texts are compared by their letters and digits alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.uint32]

_RUNS = (6, 4, 2)
_SEPARATOR = 0xFFFF  # no character; stands between words that are looked at together


def _letters() -> NDArray[np.uint16]:
    """Character -> itself, its narrow form, or 0 for what is not compared: spaces, stops and other marks."""
    table = np.zeros(1 << 16, dtype=np.uint16)
    for code in range(1 << 16):
        # Half of a character beyond the basic plane is kept: both halves together are that character.
        if 0xD800 <= code < 0xE000 or chr(code).isalnum() or chr(code) == "_":
            table[code] = code
    for code in range(0xFF01, 0xFF5F):
        table[code] = table[code - 0xFEE0]
    return table


_LETTERS = _letters()


def _coded(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype="<u2")


class Letters:
    """The letters and digits of a text, one after the other, and the numbers of their runs."""

    def __init__(self, text: str) -> None:
        codes = _LETTERS[_coded(text)]
        self.codes = codes[codes != 0]

    @cached_property
    def text(self) -> str:
        return _decoded(self.codes)

    @cached_property
    def _pairs(self) -> Numbers:
        codes = self.codes.astype(np.uint32)
        pairs: Numbers = codes[:-1] * np.uint32(2654435761) + codes[1:] * np.uint32(2246822519)
        return pairs

    @cached_property
    def _fours(self) -> Numbers:
        return self._pairs[:-2] * np.uint32(3266489917) + self._pairs[2:]

    @cached_property
    def _sixes(self) -> Numbers:
        return self._fours[:-2] * np.uint32(668265263) + self._pairs[4:]

    def runs(self, length: int) -> Numbers:
        """The number of the run that begins at each character."""
        return {2: self._pairs, 4: self._fours, 6: self._sixes}[length]


def _decoded(codes: NDArray[np.uint16]) -> str:
    return bytes(codes).decode("utf-16-le", "surrogatepass")


def letters_of(text: str) -> str:
    return Letters(text).text


class Finder:
    """Ready to look for `words`; those without a letter or digit are not looked for."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words: list[str] = list(words)
        given = _coded("".join(f"{word}\uffff" for word in self.words))
        codes = np.where(given == _SEPARATOR, np.uint16(_SEPARATOR), _LETTERS[given])
        joined = Letters("")
        joined.codes = codes[codes != 0]
        self._codes = joined.codes
        ends = np.flatnonzero(self._codes == _SEPARATOR)
        self._starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1] + 1]) if len(ends) else ends
        self._sizes = ends - self._starts
        self._tables: list[_Table] = []
        for length, above in zip(_RUNS, (None, 6, 4), strict=True):
            chosen = np.flatnonzero(
                (self._sizes >= length) & (True if above is None else self._sizes < above)
            )
            if len(chosen):
                self._tables.append(_table(joined.runs(length), length, chosen, self._starts, self._sizes))
        self._single: list[int] = np.flatnonzero(self._sizes == 1).tolist()

    def __bool__(self) -> bool:
        return bool(self.words)

    def _letters(self, number: int) -> str:
        start = int(self._starts[number])
        return _decoded(self._codes[start : start + int(self._sizes[number])])

    def found(self, letters: Letters) -> list[str]:
        """The words that stand in a text, as they were given."""
        held = [i for i in self._single if self._letters(i) in letters.text]
        for table in self._tables:
            if len(letters.codes) < table.length:
                continue
            runs = letters.runs(table.length)
            hits = runs[table.bits[runs >> table.shift]]
            if not len(hits):
                continue
            hits = np.unique(hits)
            left, right = (
                np.searchsorted(table.runs, hits, "left"),
                np.searchsorted(table.runs, hits, "right"),
            )
            for start, end in zip(left.tolist(), right.tolist(), strict=True):
                held += [i for i in table.words[start:end].tolist() if self._letters(i) in letters.text]
        return [self.words[i] for i in held]


@dataclass(frozen=True, slots=True)
class _Table:
    """Words known by a run of `length`: the numbers of their `runs` in order, the words that have them, and
    the bits (by a number's highest ones) that say which there are."""

    length: int
    bits: NDArray[np.bool_]
    shift: np.uint32
    runs: Numbers
    words: NDArray[np.int64]


def _table(
    runs: Numbers, length: int, chosen: NDArray[np.int64], starts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> _Table:
    """Of each chosen word that of its runs which the fewest words have: “镇中心小学” tells nothing."""
    counts = sizes[chosen] - length + 1
    firsts = np.cumsum(counts) - counts
    held = runs[np.repeat(starts[chosen] - firsts, counts) + np.arange(int(counts.sum()))]
    often = np.bincount(held >> np.uint32(12), minlength=1 << 20)[held >> np.uint32(12)]
    rarest = np.minimum.reduceat((often.astype(np.uint64) << np.uint64(32)) | held, firsts)
    known = (rarest & np.uint64(0xFFFFFFFF)).astype(np.uint32)
    width = min(24, max(12, (64 * len(chosen)).bit_length()))
    shift = np.uint32(32 - width)
    bits = np.zeros(1 << width, dtype=bool)
    bits[known >> shift] = True
    order = np.argsort(known, kind="stable")
    return _Table(length, bits, shift, known[order], chosen[order])
