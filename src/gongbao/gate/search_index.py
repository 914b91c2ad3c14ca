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
from functools import lru_cache
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
        self._passages = lru_cache(256)(self._read_passages)

    def leaks(self) -> Iterator[Leak]:
        words: dict[str, Sequence[Word]] = dict(self._forbidden.definitions.words)
        for region in dict.fromkeys(region for region, _ in self._places):
            words.update(self._forbidden.own(region).words)
        for word, each in words.items():
            parts = all_terms([word])
            for page in sorted(self._pages(parts)):
                if not parts <= self._passages(page):
                    share = shard_of(min(parts - self._passages(page)), len(self._shares))
                    yield Leak(
                        f"{self._address}{share:02}.js", f"索引（{self._name(page)}）",
                        each[0].rule, cut(word), each[0].what,
                    )  # fmt: skip

    def _pages(self, parts: set[str]) -> set[int]:
        """The pages on which all of these terms stand."""
        found: set[int] | None = None
        for part in parts:
            levels = self._shares[shard_of(part, len(self._shares))].get(part)
            if levels is None:
                return set()
            here = {page for packed in levels for page in _unpacked(packed)}
            found = here if found is None else found & here
        return found or set()

    def _name(self, page: int) -> str:
        area, at = divmod(page, len(self._places))
        region, year = self._places[at]
        return f"{year}/{region}/{self._areas[area]}"

    def _read_passages(self, page: int) -> set[str]:
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


def _unpacked(packed: list[int]) -> Iterator[int]:
    """The numbers that `search_index.runs` wrote."""
    at = 0
    for gap, length in zip(packed[::2], packed[1::2], strict=True):
        at += gap
        yield from range(at, at + length)
        at += length
