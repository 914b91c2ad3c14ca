"""What may not appear in an output, for whoever looks at one file after the other: what a file about one
region is held against is read when the first such file is seen, and forgotten when others have come.

Only the words that may stand on no page at all are gathered from every region beforehand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from gongbao.data.dataset import Dataset
from gongbao.data.succession import changes_of, code_in
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
from gongbao.rows import row_dicts

_REGIONS = 200  # more than a page of several counties names
_PLACES = 1000


class Forbidden:
    """What of `dataset` an output may not hold."""

    def __init__(self, dataset: Dataset) -> None:
        self._dataset = dataset
        self._changes = changes_of(dataset)
        self.definitions = read_definitions(row_dicts(dataset.table("indicators")))
        self.names: dict[str, tuple[str, ...]] = {}
        for row in row_dicts(dataset.table("regions")):
            code = str(row["region_code"])
            self.names[code] = (*self.names.get(code, ()), str(row["region_name"]))
        self.years: dict[str, list[int]] = {}
        for region, year in dataset.submissions():
            self.years.setdefault(region, []).append(year)
        self.own = lru_cache(_REGIONS)(self._own)
        self._near = lru_cache(_REGIONS)(self._near_finder)
        self.pairs = lru_cache(_PLACES)(self._pairs)
        self.values = lru_cache(8)(self._values)
        self._gather(self.years)

    def _gather(self, regions: Iterable[str]) -> None:
        """The words of all regions that are sought everywhere, by the region that has them; and all names
        that some region clears, one a line."""
        words: list[str] = [*self.definitions.words]
        owners: list[str] = [""] * len(words)
        cleared: set[str] = set()
        for region in regions:
            own = self._own(region)
            far = [word for word, each in own.words.items() if not all(one.near for one in each)]
            words += far
            owners += [region] * len(far)
            cleared.update(own.cleared)
        self._far, self._owners = Finder(words), owners
        self._numbers: dict[str, list[int]] = {}
        for i, word in enumerate(words):
            self._numbers.setdefault(word, []).append(i)
        self.cleared = frozenset(cleared)
        self._allowed = "\n".join(["", *sorted(cleared | self.definitions.allowed), ""])
        by_name: dict[str, list[str]] = {}
        for code, names in self.names.items():
            for name in names if code in self.years else ():
                by_name.setdefault(name, []).append(code)
        self._by_name, self._regions = by_name, Finder(by_name)
        self.covering = lru_cache(4096)(self._covering)

    def words(self, letters: Letters, regions: Iterable[str], scope: Place | None) -> dict[str, list[Word]]:
        """The words that stand in a text about `scope` and may not be published, of every region where they
        are sought everywhere, of these `regions` where they are sought on their own pages."""
        found: dict[str, list[Word]] = {}
        for text in dict.fromkeys(self._far.found(letters)):
            for number in self._numbers[text]:
                owner = self._owners[number]
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
        return {name: row_dicts(self._dataset.table(name, *place)) for name in READ}

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
        last: Sequence[Row] = row_dicts(self._dataset.table("indicator_values", code, before))
        return pairs_of(self.definitions, place, self._tables(place), last)
