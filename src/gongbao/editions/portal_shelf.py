"""What the portal reads from a published tree: the sealed revisions' snapshots, as few as possible.

A release looks at its own edition and at the counties in it. Of another edition it opens only the files
of those counties, and what they share if it has one of them: a release costs no more for editions that
have nothing to do with it. The home page reads the latest edition's counties, whichever is released.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from gongbao.data.columns import AREAS
from gongbao.editions.change import Changes, changes_from_json
from gongbao.editions.tree import Revision, Tree, offline_name, offline_sizes
from gongbao.zipped import size_in_words

OVERVIEW = "index"  # a county's own page among its reports'
_CACHED_PLACES = "versions/places.json"


@dataclass(frozen=True, slots=True)
class CountyRevision:
    """A county as one revision has it. `content` is its snapshot; `pages`: area (or OVERVIEW) -> address
    inside the revision, as written then; `titles`: area -> what the area was called."""

    revision: Revision
    code: str
    name: str
    content: Mapping[str, Any]
    pages: Mapping[str, str]
    titles: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class OfflineCopy:
    """The offline copy of what an edition shows: its address in the tree, its size in bytes and in words, and
    the name under which it is saved."""

    address: str
    bytes: int
    words: str
    saved_as: str


class Shelf:
    """The snapshots of a tree, each file of an edition read once. `offline`: year -> bytes of its offline copy (0:
    none), where that isn't yet what the tree says."""

    def __init__(self, tree: Tree, offline: Mapping[int, int] | None = None) -> None:
        self.tree = tree
        self._offline = offline or {}
        self._editions: dict[tuple[int, int], Mapping[str, Any]] = {}

    def _folder(self, revision: Revision) -> Path:
        return self.tree.folder(revision.year, revision.revision)

    def edition(self, revision: Revision) -> Mapping[str, Any]:
        """What all places of a revision share (snapshot/edition.json); empty if it was erased."""
        key = (revision.year, revision.revision)
        if key not in self._editions:
            path = self._folder(revision) / "snapshot" / "edition.json"
            self._editions[key] = {} if revision.erased else json.loads(path.read_bytes())
        return self._editions[key]

    def places(self, revision: Revision) -> Mapping[str, str]:
        """Code -> name of the places of a revision."""
        return dict(self.edition(revision).get("places", {}))

    def sealed_places(self, revision: Revision) -> Mapping[str, str]:
        """The same of a revision that is being erased: as long as its files are there, it tells whose
        pages must no longer repeat it."""
        path = self._folder(revision) / "snapshot" / "edition.json"
        return dict(json.loads(path.read_bytes())["places"]) if path.is_file() else {}

    def county(self, revision: Revision, code: str) -> CountyRevision | None:
        """A county in a revision; None where the revision doesn't have it, or was erased."""
        path = self._folder(revision) / "snapshot" / f"{code}.json"
        if revision.erased or not path.is_file():
            return None
        content = json.loads(path.read_bytes())
        name = str(content["name"])
        pages, titles = {}, {}
        for address, title in content["pages"].items():
            folder, _, file = address.rpartition("/")
            if folder == code and file.endswith(".html"):
                area = file.removesuffix(".html")
                pages[area] = address
                titles[area] = _area_title(area, title, f"{name} {revision.year}年")
        return CountyRevision(revision, code, name, content, pages, titles)

    def changes(self, revision: Revision) -> Changes | None:
        """What a revision changed (changes.json); None for a first one, and where it was erased."""
        path = self._folder(revision) / "changes.json"
        return changes_from_json(path.read_bytes()) if path.is_file() else None

    # --- editions --------------------------------------------------------------------------------

    @cached_property
    def shown(self) -> list[Revision]:
        """What /<year>/ shows of each edition that is not withdrawn, the latest year first."""
        found = (self.tree.latest(year) for year in self.tree.editions)
        return sorted((r for r in found if r), key=lambda r: -r.year)

    @cached_property
    def _offline_sizes(self) -> Mapping[int, int]:
        return {**offline_sizes(self.tree.root), **self._offline}

    def offline(self, latest: Revision | None) -> OfflineCopy | None:
        """The offline copy of the revision that an edition shows; None where there is none."""
        size = self._offline_sizes.get(latest.year, 0) if latest else 0
        if latest is None or not size:
            return None
        name = f"{latest.year}年教育督导公报-{latest.name}-离线版.zip"
        return OfflineCopy(f"/{latest.year}/{offline_name(latest.year)}", size, size_in_words(size), name)

    @cached_property
    def regions(self) -> Mapping[str, Mapping[str, Any]]:
        """The regions as the latest edition knows them: its table holds the earlier ones too."""
        return dict(self.edition(self.shown[0]).get("regions", {})) if self.shown else {}

    def chain(self, code: str) -> tuple[str, ...]:
        """All codes that a place has had, the earliest first; only `code` where it never changed."""
        codes, former = [code], self._former(code)
        while former and former not in codes:
            codes.insert(0, former)
            former = self._former(former)
        later = self._later(codes[-1])
        while later and later not in codes:
            codes.append(later)
            later = self._later(later)
        return tuple(codes)

    def _former(self, code: str) -> str:
        return str(self.regions.get(code, {}).get("former_code") or "")

    def _later(self, code: str) -> str:
        return self._successors.get(code, "")

    @cached_property
    def _successors(self) -> Mapping[str, str]:
        return {self._former(code): code for code in sorted(self.regions) if self._former(code)}

    def county_revisions(self, code: str) -> list[CountyRevision]:
        """A place in every revision that has it, under any of its codes; by year and revision."""
        found = (
            self.county(revision, own)
            for year in self.tree.editions
            for revision in self.tree.revisions(year)
            for own in self.chain(code)
        )
        return [county for county in found if county]

    @cached_property
    def places_by_year(self) -> Mapping[int, Mapping[str, str]]:
        """Year -> code -> name, of the shown revisions. What earlier releases wrote down is taken from
        there as long as the log names the same manifest, so that no other edition need be opened."""
        path = self.tree.root / _CACHED_PLACES
        known = json.loads(path.read_bytes())["editions"] if path.is_file() else {}
        found = {}
        for revision in self.shown:
            entry = known.get(str(revision.year), {})
            same = entry.get("manifest_sha256") == revision.manifest_sha256
            found[revision.year] = entry["places"] if same else self.places(revision)
        return found

    def places_file(self) -> tuple[str, bytes]:
        """(address, bytes) of the list that `places_by_year` reads next time."""
        editions = {
            str(r.year): {
                "manifest_sha256": r.manifest_sha256, "revision": r.revision,
                "places": dict(self.places_by_year[r.year]),
            }
            for r in self.shown
        }  # fmt: skip
        return f"/{_CACHED_PLACES}", json_bytes({"format": 1, "editions": editions})


def concerned(shelf: Shelf, changed: int) -> Iterator[str]:
    """Codes of the counties whose pages a release of the edition `changed` alters, under all their codes."""
    codes = {code for revision in shelf.tree.revisions(changed) for code in shelf.sealed_places(revision)}
    yield from sorted({own for code in codes for own in shelf.chain(code)})


def _area_title(area: str, title: str, start: str) -> str:
    """“经费与专项资金” of “平昌县 2019年 经费与专项资金”."""
    if area == OVERVIEW:
        return "公报首页"
    shown = title.removeprefix(start).strip()
    return shown if shown and shown != title else AREAS.get(area, shown or area)


def json_bytes(content: Any) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def xml_bytes(root: ET.Element) -> bytes:
    ET.indent(root, " ")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"
