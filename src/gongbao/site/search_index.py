"""The index of a group of counties: which of their pages each term stands on.

Written as small scripts, one for each share of the terms (`search_terms.shard_of`), so that a reader loads
those of the words that are asked for and no more. A page's number is that of its area times the number of
places (a county in a year) plus the number of its place: what a workbook says in every county is one run.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gongbao.site.catalogue import Catalogue
from gongbao.site.groups import ROOT, Group
from gongbao.site.pinyin import Spelling
from gongbao.site.search_terms import SHARDS, shard_of
from gongbao.site.search_text import INDEX, LEVELS, script

Entry = list[Any]
WHOLE_FOLDER = "all"  # the root's
ENTRIES = 50  # about as many places stand in one file of the finder


def folder_of(code: str) -> str:
    """The folder of a group's index below /search/."""
    return WHOLE_FOLDER if code == ROOT else code


def leaf_files(
    catalogue: Catalogue, leaf: Group, terms: Sequence[tuple[int, str, bytes]], spelt: dict[str, Spelling]
) -> Iterator[tuple[str, bytes]]:
    """(address, bytes) of the files of a leaf's index. `terms`: (year, region, `packed_terms`) of its places,
    those of a county one after the other."""
    areas = [INDEX, *catalogue.areas]
    number = {area: i for i, area in enumerate(areas)}
    shares: list[dict[str, list[list[int]]]] = [{} for _ in range(SHARDS)]
    known: dict[str, list[list[int]]] = {}
    held: dict[str, list[list[int]]] = {}
    for at, (year, region, packed) in enumerate(terms):
        for area, levels in json.loads(packed).items():
            held.setdefault(region, []).append([year, number[area]])
            page = number[area] * len(terms) + at
            for level, words in zip(LEVELS, levels, strict=True):
                for word in words.split():
                    if word not in known:
                        known[word] = shares[shard_of(word)][word] = [[] for _ in LEVELS]
                    known[word][level].append(page)
    folder = folder_of(leaf.code)
    for i, share in enumerate(shares):
        told = {word: [runs(pages) for pages in levels] for word, levels in share.items()}
        yield f"/search/{folder}/{i:02}.js", script(f"{folder}/{i:02}", told)
    places = [
        [*place_entry(catalogue, region, spelt), _areas_by_year(pages)] for region, pages in held.items()
    ]
    meta = {
        **_meta(catalogue, leaf),
        "areas": [[area, "" if area == INDEX else catalogue.area_title(area)] for area in areas],
        "places": places,
        "shards": SHARDS,
    }
    yield f"/search/{folder}/meta.js", script(f"{folder}/meta", meta)


def group_files(
    catalogue: Catalogue, group: Group, spelt: dict[str, Spelling]
) -> Iterator[tuple[str, bytes]]:
    """The file of a group that lists groups: where a reader goes on."""
    folder = folder_of(group.code)
    told: dict[str, Any] = {
        **_meta(catalogue, group),
        "groups": [
            [each.code, each.name, *spelt[each.name], len(each.regions), each.leaf] for each in group.groups
        ],
    }
    yield f"/search/{folder}/meta.js", script(f"{folder}/meta", told)


def finder_files(
    catalogue: Catalogue, listed: Iterable[tuple[Group, str]], spelt: dict[str, Spelling]
) -> Iterator[tuple[str, bytes]]:
    """Where a place is, by the first letters of its name, spelling or code, for publications of many groups.
    `listed`: (leaf, county) of all."""
    entries = [[*place_entry(catalogue, region, spelt), leaf.code] for leaf, region in listed]
    count = max(1, -(-len(entries) // ENTRIES))
    shares: list[list[Entry]] = [[] for _ in range(count)]
    for entry in entries:
        for number in sorted({shard_of(key, count) for key in place_keys(entry)}):
            shares[number].append(entry)
    for i, share in enumerate(shares):
        yield f"/search/places/{i}.js", script(f"places/{i}", share)
    yield "/search/places/meta.js", script("places/meta", count)


def place_keys(entry: Entry) -> set[str]:
    """What a reader's word for a place begins with, in any of the ways to write it."""
    code, name, initials, pinyin = entry[:4]
    return {code[:4], name[0], initials[:2], pinyin[:2]}


def place_entry(catalogue: Catalogue, region: str, spelt: dict[str, Spelling]) -> Entry:
    """Code, name, initials, full spelling, the regions above."""
    name = catalogue.name(region)
    return [region, name, *spelt[name], catalogue.lineage(region)]


def runs(numbers: Sequence[int]) -> list[int]:
    """Numbers as [gap, length, gap, length …] of their runs: 3 4 5 9 are 3 3 3 1."""
    found: list[int] = []
    end = 0
    for number in sorted(numbers):
        if found and number == end:
            found[-1] += 1
        else:
            found += [number - end, 1]
        end = number + 1
    return found


def _meta(catalogue: Catalogue, group: Group) -> dict[str, Any]:
    return {"name": group.name, "above": [list(each) for each in group.above], "years": catalogue.years}


def _areas_by_year(pages: list[list[int]]) -> list[list[Any]]:
    """[year, [numbers of its pages' areas]], the order of the places kept."""
    found: dict[int, list[int]] = {}
    for year, area in pages:
        found.setdefault(year, []).append(area)
    return [[year, areas] for year, areas in found.items()]
