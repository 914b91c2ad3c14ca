"""What of a place's pages can be searched: passages of each page, and the terms that they are found by.

A page's passages are a file of its own, from which a result's excerpt is taken. They hold what the page
says in words: titles, captions, verdicts, points, sentences, the labels of rows and columns. The gate reads
them like any other file of the place.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gongbao.present import Table
from gongbao.site.bodies import Body
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import Source
from gongbao.site.reading import ReportContent, leading
from gongbao.site.search_terms import all_terms

# How much a passage says of what its page is about: the page's subject, what a part is called, what is said.
SUBJECT, PART, SAID = 0, 1, 2
LEVELS = (SUBJECT, PART, SAID)
Passage = tuple[int, str]
INDEX = "index"  # stands for a county's own page where an area is named


def script(name: str, content: Any) -> bytes:
    """A file of the search as the page loads it: a script, because a page opened from disk may read no other."""
    told = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return f"gongbaoSearch({json.dumps(name)},{told});\n".encode()


def text_address(year: int, region: str, area: str) -> str:
    """The file of a page's passages."""
    return f"/search/{year}/{region}/{area}.js"


def place_texts(
    catalogue: Catalogue, year: int, region: str, contents: Sequence[ReportContent], bodies: Sequence[Body]
) -> dict[str, list[Passage]]:
    """Area (or INDEX) -> the passages of its page, each once."""
    found = {INDEX: _unique(_county(catalogue, year, region, contents))}
    for content, body in zip(contents, bodies, strict=True):
        sources = catalogue.sources_of(year, region, content.area)
        found[content.area] = _unique(_report(catalogue, content, body, sources))
    return found


def text_files(year: int, region: str, texts: dict[str, list[Passage]]) -> Iterator[tuple[str, bytes]]:
    """(address, bytes) of the file of each page: for each level the texts, each in a list of its own, which keeps
    them apart for the gate too: a number beside a word is one where both stand in the same text."""
    for area, passages in texts.items():
        levels = [[[text] for of, text in passages if of == level] for level in LEVELS]
        yield text_address(year, region, area), script(f"{year}/{region}/{area}", levels)


def packed_terms(texts: dict[str, list[Passage]]) -> bytes:
    """The terms of each page, each under the first level that has it, for the index of the place's group."""
    told: dict[str, list[str]] = {}
    for area, passages in texts.items():
        known: set[str] = set()
        told[area] = []
        for level in LEVELS:
            own = all_terms(text for of, text in passages if of == level) - known
            known |= own
            told[area].append(" ".join(sorted(own)))
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def _unique(passages: Iterable[Passage]) -> list[Passage]:
    """Each text once, at the highest level it has; the highest first."""
    first: dict[str, int] = {}
    for level, text in passages:
        words = " ".join(text.split())
        if words:
            first[words] = min(level, first.get(words, level))
    return sorted(((level, text) for text, level in first.items()), key=lambda passage: passage[0])


def _county(
    catalogue: Catalogue, year: int, region: str, contents: Sequence[ReportContent]
) -> Iterator[Passage]:
    """What a county's own page says of its areas."""
    yield SUBJECT, "教育督导公报"
    yield SAID, catalogue.lineage(region, year)
    for content in contents:
        yield SAID, catalogue.area_title(content.area)
        for point in content.points:
            yield SAID, f"{point.label}：{point.text}"
        for v in leading(catalogue.verdicts(content)):
            yield SAID, _ended(f"{v.label}：{v.word}", v.gap)


def _report(
    catalogue: Catalogue, content: ReportContent, body: Body, sources: Iterable[Source]
) -> Iterator[Passage]:
    yield SUBJECT, catalogue.area_title(content.area)
    for heading in body.headings:
        yield PART, heading.text
    for figure in content.figures:
        yield PART, figure.title
        yield SAID, figure.finding
        yield SAID, figure.note
        yield from _labels(figure.table)
    for table in content.tables:
        yield PART, table.caption
        yield SAID, table.note
        yield from _labels(table)
    for v in content.verdicts:
        yield PART, v.label
        yield SAID, _ended(f"{v.label}：{v.word}", v.gap)
    for fact in content.facts:
        yield PART, fact.label
    for sentence in content.sentences:
        yield SAID, sentence
    yield SAID, catalogue.area_description(content.area)
    for source in sources:
        yield SAID, source.title


def _ended(first: str, then: str) -> str:
    return f"{first}。{then}" if then else first


def _labels(table: Table) -> Iterator[Passage]:
    """What heads the columns and the rows; not the numbers."""
    yield SAID, "、".join(column.label for column in table.columns)
    labels = [row[0].shown for row in table.rows if row and not row[0].numeric]
    yield SAID, "、".join(dict.fromkeys(labels))
