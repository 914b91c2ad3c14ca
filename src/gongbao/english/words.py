"""The catalogues: Chinese phrases and their English, kept in tables that a translator can edit.

A table has the columns 中文, 英文 and 类别. A phrase may hold places: `{n}`, `{n2}` … a number; `{a}`, `{b}` a
phrase that has an English of its own; `{p}` the name of a place or document, which stays Chinese; `{q}` any words,
which stay Chinese; `{stage}` a word of the kind (类别) stage. None of these goes on beyond a comma, semicolon, full
stop or operator, unless the phrase has one as strong itself; `{t}` is a phrase and `{r}` are words that do. The
English names the same places in any order; `{a_}` begins with a small letter. Of two rows with the same Chinese the
later one holds.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
OWN = "en.csv"  # the publication's own catalogue, in its folder of pages
_COLUMNS = ("中文", "英文")
_PLACE = re.compile(r"\{(\w+)\}")
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_NUMBER_PLACE = re.compile(r"n\d*")
_STOPS = "。；，"  # the strongest first
_OPERATORS = "＝＋－×÷"


class CatalogueError(Exception):
    """A catalogue can't be used; the text says which, where, and what would be right."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A phrase with places other than numbers. `places` names the groups of `regex` in their order."""

    regex: re.Pattern[str]
    places: tuple[str, ...]
    english: str


@dataclass(frozen=True, slots=True)
class Words:
    """`exact`: phrase -> English; `numbered`: phrase with `#` for each number -> (names of the numbers,
    English); `patterns`: the others, those with the most fixed words first; `kinds`: kind -> its phrases."""

    exact: Mapping[str, str]
    numbered: Mapping[str, tuple[tuple[str, ...], str]]
    patterns: tuple[Pattern, ...]
    kinds: Mapping[str, tuple[str, ...]]


def read_words(pages: Path) -> Words:
    """The catalogues of the package and the publication's own in its folder `pages`, which goes first.

    Raises CatalogueError.
    """
    files = [*sorted(HERE.glob("*.csv")), *(p for p in (pages / OWN,) if p.is_file())]
    rows = {row[0]: row for file in files for row in read_rows(file)}
    return make_words(rows.values())


def own_digest(pages: Path) -> str:
    """SHA-256 of the publication's own catalogue, "" where it has none."""
    file = pages / OWN
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""


def read_rows(file: Path) -> list[tuple[str, str, str]]:
    """(Chinese, English, kind) of a table's rows that have an English. Raises CatalogueError."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            table = csv.DictReader(lines)
            if not set(_COLUMNS) <= set(table.fieldnames or ()):
                raise CatalogueError(f"{file.name} 缺少“{'”“'.join(_COLUMNS)}”列。")
            rows = [
                (number, _cell(row, "中文"), _cell(row, "英文"), _cell(row, "类别"))
                for number, row in enumerate(table, start=2)
            ]
    except UnicodeDecodeError as error:
        raise CatalogueError(f"{file.name} 不是 UTF-8 编码，请另存为“CSV UTF-8”。") from error
    for number, chinese, english, _ in rows:
        unknown = {p.removesuffix("_") for p in _PLACE.findall(english)} - set(_PLACE.findall(chinese))
        if unknown:
            named = "、".join(f"{{{p}}}" for p in sorted(unknown))
            raise CatalogueError(f"{file.name} 第 {number} 行：英文里的 {named} 在中文里没有。")
    return [(chinese, english, kind) for _, chinese, english, kind in rows if chinese and english]


def _cell(row: Mapping[str, str | None], name: str) -> str:
    return (row.get(name) or "").strip()


def make_words(rows: Iterable[tuple[str, str, str]]) -> Words:
    """The catalogue that these rows make up. Raises CatalogueError."""
    exact: dict[str, str] = {}
    numbered: dict[str, tuple[tuple[str, ...], str]] = {}
    open_rows: list[tuple[str, str]] = []
    kinds: dict[str, list[str]] = {}
    for chinese, english, kind in rows:
        places = _PLACE.findall(chinese)
        if kind:
            kinds.setdefault(kind, []).append(chinese)
        if not places:
            exact[chinese] = english
        elif all(_NUMBER_PLACE.fullmatch(place) for place in places):
            numbered[_PLACE.sub("#", chinese)] = (tuple(places), english)
        else:
            open_rows.append((chinese, english))
    known = {kind: tuple(sorted(own, key=lambda word: (-len(word), word))) for kind, own in kinds.items()}
    open_rows.sort(key=lambda row: (-len(_PLACE.sub("", row[0])), row[0]))
    return Words(exact, numbered, tuple(_pattern(*row, known) for row in open_rows), known)


def _pattern(chinese: str, english: str, kinds: Mapping[str, tuple[str, ...]]) -> Pattern:
    parts, places = [], []
    strongest = min((_STOPS.index(mark) for mark in _STOPS if mark in chinese), default=len(_STOPS))
    stops = _STOPS[:strongest] + ("" if set(_OPERATORS) & set(chinese) else _OPERATORS)
    for i, part in enumerate(_PLACE.split(chinese)):
        if i % 2 == 0:
            parts.append(re.escape(part))
            continue
        places.append(part)
        kind = part.rstrip("0123456789")
        if _NUMBER_PLACE.fullmatch(part):
            parts.append(f"(?<![\\d.])({NUMBER.pattern})(?!\\d)")
        elif kind in kinds:
            parts.append(f"({'|'.join(map(re.escape, kinds[kind]))})")
        elif kind in ("p", "r", "t"):
            parts.append("(.+?)")
        elif len(kind) == 1:
            parts.append(f"(?![：、）\\s])({f'[^{stops}]' if stops else '.'}+?)")
        else:
            raise CatalogueError(f"译文表里“{chinese}”的 {{{part}}} 不是已有的类别。")
    return Pattern(re.compile("".join(parts), re.DOTALL), tuple(places), english)
