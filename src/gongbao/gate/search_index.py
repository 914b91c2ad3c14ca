"""The search index, held against what may not be published.

A name is no text in it: it is taken apart into pairs of characters. The passages of each page, which stand in
files of their own, are read by the gate like any text; here it is made sure that the index says no word that
these passages don't say. A forbidden word counts as said where all its pairs stand on one page.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from gongbao.gate.forbidden import Forbidden
from gongbao.gate.leaks import GateError, Leak, cut
from gongbao.gate.secrets import Word
from gongbao.site.search_terms import all_terms, shard_of

_CALL = b"gongbaoSearch("
_SHARE = re.compile(r"^((?:.*/)?search/[^/]+)/\d\d\.js$")


def is_search(data: bytes) -> bool:
    """Whether a script is a file of the search."""
    return data.startswith(_CALL)


def is_share(address: str) -> bool:
    """Whether a file is a share of an index, whose terms are no text."""
    return _SHARE.match(address) is not None


def search_json(data: bytes) -> str:
    """What a file of the search holds: [its name, its content] as JSON."""
    return f"[{data[len(_CALL) :].decode('utf-8', 'replace').rstrip().removesuffix(';').removesuffix(')')}]"


@dataclass(frozen=True, slots=True)
class TakenOver:
    """The site that stands, and the places (year, region) whose files the checked one will take over from it: an
    index of a group tells of their pages too."""

    folder: Path
    places: Container[tuple[int, str]]


def index_leaks(
    folder: Path, address: str, forbidden: Forbidden, taken_over: TakenOver | None = None
) -> list[Leak]:
    """What the index says whose first share stands at `address` below `folder`, and no passage does; nothing for
    its other shares, which are read with the first. Raises GateError where one is missing or can't be read."""
    if not address.endswith("/00.js"):
        return []
    return list(_Index(folder, address, forbidden, taken_over).leaks())


class _Index:
    def __init__(
        self, folder: Path, address: str, forbidden: Forbidden, taken_over: TakenOver | None
    ) -> None:
        self._folder, self._taken_over = folder, taken_over
        self._home = (folder / address).parent
        self._address = address.removesuffix("00.js")
        self._forbidden = forbidden
        meta = self._content("meta.js")
        self._areas = [area for area, _ in meta["areas"]]
        self._places = [(place[0], year) for place in meta["places"] for year, _ in place[5]]
        self._shares = [self._content(f"{i:02}.js") for i in range(meta["shards"])]
        self._standing = cache(self._pages_of)

    def leaks(self) -> Iterator[Leak]:
        words: dict[str, Sequence[Word]] = dict(self._forbidden.definitions.words)
        for region in dict.fromkeys(region for region, _ in self._places):
            words.update(self._forbidden.own(region).words)
        suspected: dict[int, list[tuple[str, set[str]]]] = {}
        for word in words:
            parts = all_terms([word])
            for page in self._pages(parts):
                suspected.setdefault(page, []).append((word, parts))
        for page, found in sorted(suspected.items()):  # each page's passages are read once
            passages = self._passages(page)
            for word, parts in found:
                if not parts <= passages:
                    share, first = shard_of(min(parts - passages), len(self._shares)), words[word][0]
                    place = f"索引（{self._name(page)}）"
                    yield Leak(f"{self._address}{share:02}.js", place, first.rule, cut(word), first.what)

    def _pages(self, parts: set[str]) -> list[int]:
        """The pages on which all of these terms stand."""
        found = -1 if parts else 0
        for part in parts:
            found &= self._standing(part)
            if not found:
                return []
        return [page for page in range(found.bit_length()) if found >> page & 1]

    def _pages_of(self, term: str) -> int:
        """The pages on which a term stands, as bits of a number: a leaf has some thousand, and most of its words
        share their pairs with many others."""
        found = 0
        for packed in self._shares[shard_of(term, len(self._shares))].get(term, ()):
            at = 0
            for gap, length in zip(packed[::2], packed[1::2], strict=True):  # as `search_index.runs` wrote it
                at += gap
                found |= ((1 << length) - 1) << at
                at += length
        return found

    def _name(self, page: int) -> str:
        area, at = divmod(page, len(self._places))
        region, year = self._places[at]
        return f"{year}/{region}/{self._areas[area]}"

    def _passages(self, page: int) -> set[str]:
        """The terms that the passages of a page hold; none where it has no passages."""
        path = self._home.parent / f"{self._name(page)}.js"
        region, year = self._places[page % len(self._places)]
        if self._taken_over is not None and (year, region) in self._taken_over.places:
            path = self._taken_over.folder / path.relative_to(self._folder)
        if not path.is_file():
            return set()
        levels = json.loads(search_json(path.read_bytes()))[1]
        return all_terms(text for level in levels for (text,) in level)

    def _content(self, name: str) -> Any:
        try:
            return json.loads(search_json((self._home / name).read_bytes()))[1]
        except (OSError, ValueError, IndexError) as error:
            raise GateError(f"搜索索引 {self._address}{name} 读不出来，无法检查（{error}）。") from error
