"""Finding which of very many words a text holds, in time that hardly depends on how many they are.

A word is known by one run of 6 of its characters (of 4 or 2 where it is shorter), as a number; a table of
bits says which numbers belong to a word. All runs of a text are looked up at once, and only where a bit
is set is the word itself compared. Words and texts are compared by their letters and digits alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any

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
        return bytes(self.codes).decode("utf-16-le", "surrogatepass")

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


def letters_of(text: str) -> str:
    return Letters(text).text


class Finder:
    """Ready to look for `words`; those without a letter or digit are not looked for."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words: list[str] = list(words)
        joined = Letters("")
        codes = [_LETTERS[_coded(word)] for word in self.words]
        kept = [each[each != 0] for each in codes]
        self._sizes = np.array([len(each) for each in kept], dtype=np.int64)
        joined.codes = np.concatenate(
            [np.append(each, np.uint16(_SEPARATOR)) for each in kept] or [joined.codes]
        )
        starts = np.cumsum(self._sizes + 1) - self._sizes - 1
        self._letters = [each.tobytes().decode("utf-16-le", "surrogatepass") for each in kept]
        self._tables: list[tuple[int, Any, int, Numbers, NDArray[np.int64]]] = []
        for length, above in zip(_RUNS, (None, 6, 4), strict=True):
            chosen = np.flatnonzero(
                (self._sizes >= length) & (True if above is None else self._sizes < above)
            )
            if len(chosen):
                self._tables.append(_table(joined.runs(length), length, chosen, starts, self._sizes))
        self._single = np.flatnonzero(self._sizes == 1).tolist()

    def __bool__(self) -> bool:
        return bool(self.words)

    def found(self, letters: Letters) -> list[str]:
        """The words that stand in a text, as they were given."""
        held: list[int] = [i for i in self._single if self._letters[i] in letters.text]
        for length, bits, shift, numbers, order in self._tables:
            if len(letters.codes) < length:
                continue
            runs = letters.runs(length)
            hits = runs[bits[runs >> np.uint32(shift)]]
            if not len(hits):
                continue
            hits = np.unique(hits)
            left, right = np.searchsorted(numbers, hits, "left"), np.searchsorted(numbers, hits, "right")
            for start, end in zip(left.tolist(), right.tolist(), strict=True):
                held += [i for i in order[start:end].tolist() if self._letters[i] in letters.text]
        return [self.words[i] for i in held]


def _table(
    runs: Numbers, length: int, chosen: NDArray[np.int64], starts: NDArray[np.int64], sizes: NDArray[np.int64]
) -> tuple[int, Any, int, Numbers, NDArray[np.int64]]:
    """Of each chosen word the least number of its runs (any would do, and it is not often the same as that
    of another word), as bits and in order."""
    counts = sizes[chosen] - length + 1
    offsets = np.repeat(starts[chosen] - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
    least = np.minimum.reduceat(runs[offsets], np.cumsum(counts) - counts)
    width = min(24, max(12, (64 * len(chosen)).bit_length()))
    shift = 32 - width
    bits = np.zeros(1 << width, dtype=bool)
    bits[least >> np.uint32(shift)] = True
    order = np.argsort(least, kind="stable")
    return length, bits, shift, least[order], chosen[order]
