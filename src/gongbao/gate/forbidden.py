"""What may not appear in an output, for whoever looks at one file after the other: what a file about one
region is held against is read when the first such file is seen, and forgotten when others have come.

Only the words that may stand on no page at all are gathered from every region beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from gongbao.data.dataset import Dataset
from gongbao.data.succession import changes_of, code_in
from gongbao.gate.everywhere import Everywhere, gathered
from gongbao.gate.finder import Finder, Letters
from gongbao.gate.secrets import (
    READ,
    Own,
    Pair,
    Place,
    Row,
    Tables,
    Values,
    Word,
    own_texts,
    pairs_of,
    read_definitions,
)

_REGIONS = 200  # more than a page of several counties names
_PLACES = 1000


class Forbidden:
    """What of `dataset` an output may not hold. `memory`: see `everywhere.gathered`."""

    def __init__(self, dataset: Dataset, memory: Path | None = None) -> None:
        self._dataset = dataset
        self._changes = changes_of(dataset)
        self.definitions = read_definitions(dataset.rows("indicators"))
        self.names: dict[str, tuple[str, ...]] = {}
        for row in dataset.rows("regions"):
            code = str(row["region_code"])
            self.names[code] = (*self.names.get(code, ()), str(row["region_name"]))
        self.years: dict[str, list[int]] = {}
        for region, year in dataset.submissions():
            self.years.setdefault(region, []).append(year)
        self.own = lru_cache(_REGIONS)(self._own)
        self._near = lru_cache(_REGIONS)(self._near_finder)
        self.pairs = lru_cache(_PLACES)(self._pairs)
        self.values = lru_cache(8)(self._values)
        self.covering = lru_cache(4096)(self._covering)
        self._gather(gathered(dataset, self.years, self._everywhere, memory))

    def _everywhere(self, region: str) -> Everywhere:
        """What of a region counts on the pages of all: its words that are sought there, and its cleared names."""
        own = self._own(region)
        far = [word for word, each in own.words.items() if not all(one.near for one in each)]
        return far, list(own.cleared)

    def _gather(self, everywhere: Mapping[str, Everywhere]) -> None:
        self._owners: dict[str, tuple[str, ...]] = dict.fromkeys(self.definitions.words, ("",))
        for region, (far, _) in everywhere.items():
            for word in far:
                self._owners[word] = (*self._owners.get(word, ()), region)
        self._far = Finder(self._owners)
        self.cleared = frozenset(name for _, names in everywhere.values() for name in names)
        self._allowed = "\n".join(["", *sorted(self.cleared | self.definitions.allowed), ""])
        self._by_name: dict[str, list[str]] = {}
        for code, names in self.names.items():
            for name in names if code in self.years else ():
                self._by_name.setdefault(name, []).append(code)
        self._regions = Finder(self._by_name)

    def words(self, letters: Letters, regions: Iterable[str], scope: Place | None) -> dict[str, list[Word]]:
        """The words that stand in a text about `scope` and may not be published, of every region where they
        are sought everywhere, of these `regions` where they are sought on their own pages."""
        found: dict[str, list[Word]] = {}
        for text in dict.fromkeys(self._far.found(letters)):
            for owner in self._owners[text]:
                # What some region clears is a secret on the pages of those alone that do not.
                if text in self.cleared and (scope is None or owner != scope[0]):
                    continue
                each = self.own(owner).words[text] if owner else self.definitions.words[text]
                found.setdefault(text, []).extend(word for word in each if not word.near)
        for region in regions:
            for text in self._near(region).found(letters):
                found.setdefault(text, []).extend(word for word in self.own(region).words[text] if word.near)
        return found

    def named(self, letters: Letters) -> list[str]:
        """The regions with data that a text names."""
        codes = {code for name in self._regions.found(letters) for code in self._by_name[name]}
        return sorted(codes)

    def _covering(self, word: str) -> tuple[str, ...]:
        """The texts that may be published and hold this one."""
        found, start = [], self._allowed.find(word)
        while start >= 0:
            begin, end = self._allowed.rfind("\n", 0, start) + 1, self._allowed.find("\n", start)
            found.append(self._allowed[begin:end])
            start = self._allowed.find(word, end)
        return tuple(found)

    def _tables(self, place: Place) -> Tables:
        return {name: self._dataset.rows(name, *place) for name in READ}

    def _own(self, region: str) -> Own:
        tables = {(region, year): self._tables((region, year)) for year in self.years.get(region, ())}
        return own_texts(self.definitions, tables)

    def _near_finder(self, region: str) -> Finder:
        words = self.own(region).words
        return Finder(word for word, each in words.items() if any(one.near for one in each))

    def _pairs(self, place: Place) -> tuple[Pair, ...]:
        return self._made(place)[0]

    def _values(self, place: Place) -> Values | None:
        return self._made(place)[1] if place[1] in self.years.get(place[0], ()) else None

    def _made(self, place: Place) -> tuple[tuple[Pair, ...], Values]:
        before = place[1] - 1
        code = code_in(self._changes, place[0], before)
        last: Sequence[Row] = self._dataset.rows("indicator_values", code, before)
        return pairs_of(self.definitions, place, self._tables(place), last)
