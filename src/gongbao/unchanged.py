"""What of a site a build takes over from the last one: places and groups of which nothing has changed.

Every place (a county and year) has a record: a key of all that its pages depend on, what its reports read,
and a digest of what was written. Where the key, the reads and the files in the site are still the same,
its reports aren't looked up, its pages aren't made and its files are moved to the new site as they are.
So has every group of counties, whose key is made of those of its places.
"""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

from gongbao.data import Dataset
from gongbao.data.schema import SHARED_TABLES, SUBMISSION_TABLES
from gongbao.data.succession import changes_of, code_in, former_codes
from gongbao.english import own_digest
from gongbao.gate.secrets import READ, own_texts, read_definitions
from gongbao.publication import Publication
from gongbao.rows import row_dicts
from gongbao.site.catalogue import Catalogue
from gongbao.site.groups import Group, group_places, leaf_of
from gongbao.site.plan import Plan
from gongbao.site.store import digest
from gongbao.site.writing import Made, Place
from gongbao.standing import Standing
from gongbao.workbooks import Read, Workbook
from gongbao.workbooks.remarks import remark_state
from gongbao.workbooks.store import changed

FORMAT = 1


@dataclass
class Unchanged:
    """The records of a publication, held against its present state. `current` gives the present digest of
    a thing that a report read."""

    publication: Publication
    dataset: Dataset
    workbooks: Mapping[str, Workbook]
    standing: Standing
    current: Callable[[Read], str | None]
    places: dict[Place, Made] = field(default_factory=dict)
    """The places that are taken over; filled by `choose`."""
    opened: dict[str, str] = field(default_factory=dict)
    """Files that reports of the site read, beside the data, and the digest they had."""
    _leaves: dict[str, Made] = field(default_factory=dict)
    _keys: dict[Place, str] = field(default_factory=dict)
    _group_keys: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        shared = [self.dataset.fingerprint(name) for name in SHARED_TABLES if name not in SUBMISSION_TABLES]
        books = [f"{w.area}\0{w.title}\0{w.description}\0{w.digest}" for w in self.workbooks.values()]
        # What all pages depend on: this program, the libraries, the settings, the shared tables, the workbooks,
        # the publication's words in English.
        words = own_digest(self.publication.pages)
        self._everywhere = digest(self.standing.recipe(), *shared, *sorted(books), words)
        self._changes = changes_of(self.dataset)
        self._submitted: dict[str, list[int]] = {}
        for code, year in self.dataset.submissions():
            self._submitted.setdefault(code, []).append(year)
        self._parents: dict[str, set[str]] = {}
        for row in row_dicts(self.dataset.table("regions")):
            self._parents.setdefault(str(row["region_code"]), set()).add(str(row["parent_code"]))
        self._definitions = read_definitions(row_dicts(self.dataset.table("indicators")))
        self._region_words: dict[str, str] = {}

    # --- places ----------------------------------------------------------------------------------------

    @property
    def summaries(self) -> Path:
        """The folder of the records and of the summaries beside them."""
        return self.publication.state / "places"

    def choose(self, plan: Plan, but: Collection[Place]) -> None:
        """Find the places of `plan` that are unchanged, those in `but` left out."""
        listed = leaf_of(group_places(Catalogue(self.dataset, (), plan, self.workbooks)))
        years: dict[str, list[tuple[int, tuple[str, ...]]]] = {}
        for (year, region), areas in plan.items():
            years.setdefault(region, []).append((year, areas))
        self._keys = {place: self._key(place, years[place[1]], listed[place[1]]) for place in plan}
        self.places = {}
        for place in plan:
            if place not in but and (made := self._place(place)) is not None:
                self.places[place] = made

    def _key(self, place: Place, years: list[tuple[int, tuple[str, ...]]], leaf: Group) -> str:
        """All that the pages of a place depend on, besides what its reports read."""
        year, region = place
        before = code_in(self._changes, region, year - 1)
        own = [self.dataset.fingerprint(name, region, year) for name in SUBMISSION_TABLES]
        last = [self.dataset.fingerprint(n, before, year - 1) for n in ("indicator_values", "findings")]
        cover = self.dataset.cover(region, year) if year in self._submitted.get(region, ()) else {}
        told = json.dumps([place, years, leaf.code, leaf.name, leaf.above, cover], ensure_ascii=False)
        return digest(self._everywhere, told, remark_state(self.dataset, region, year), *own, *last)

    def _place(self, place: Place) -> Made | None:
        path = self.summaries / f"{place[0]}/{place[1]}"
        record = _record(path, "summary", self._keys[place])
        if record is None or not self._stand(record["files"]):
            return None
        reads = [Read(*read) for read in record["reads"]]
        if changed(tuple(reads), self.current):
            return None
        self.opened |= {read.name: read.digest for read in reads if read.kind == "file"}
        return _made(record)

    def _stand(self, files: Mapping[str, str]) -> bool:
        return all(self.standing.content(unit) == content for unit, content in files.items())

    # --- what may stand nowhere ------------------------------------------------------------------------

    def words_changed(self) -> bool:
        """Whether a place that is made anew may bring words that no page may hold, or withdraw leave to print
        one: then pages of other places that were found clean have to be held against them again."""
        return bool(self.places) and any(
            self._words(place) != _words_kept(self.summaries / f"{place[0]}/{place[1]}.json")
            for place in self._keys
            if place not in self.places
        )

    def _words(self, place: Place) -> str:
        """A digest of the words of a place's region that are sought on every page, and of those it clears."""
        region = place[1]
        if region not in self._region_words:
            tables = {
                (region, year): {name: row_dicts(self.dataset.table(name, region, year)) for name in READ}
                for year in self._submitted.get(region, ())
            }
            own = own_texts(self._definitions, tables)
            far = sorted(word for word, each in own.words.items() if not all(one.near for one in each))
            self._region_words[region] = digest(*far, "", *sorted(own.cleared))
        return self._region_words[region]

    def kept_files(self) -> Iterator[str]:
        """The addresses of the files that are taken over."""
        folder = self.publication.output_folder
        for name in self.taken():
            path = folder / name
            files = (p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)
            yield from (file.relative_to(folder).as_posix() for file in files)

    # --- groups ----------------------------------------------------------------------------------------

    def leaf(self, leaf: Group, places: Mapping[Place, Made]) -> Made | None:
        """The pages of a group as they stand, if nothing has changed in any of its places."""
        members = set(leaf.regions)
        own = [
            digest(self._keys[place], json.dumps(made.files, sort_keys=True))
            for place, made in sorted(places.items())
            if place[1] in members
        ]
        counts: dict[int, int] = {}
        for year, _ in places:
            counts[year] = counts.get(year, 0) + 1
        self._group_keys[leaf.code] = key = digest(
            self._everywhere, repr(leaf), repr(sorted(counts.items())), *own, self._map(), *self._values(leaf)
        )
        path = self._group_path(leaf.code)
        record = _record(path, "told", key)
        if record is None or not self._stand(record["files"]):
            return None
        made = _made(record, pickle.loads(path.with_suffix(".told").read_bytes()))
        self._leaves[leaf.code] = made
        return made

    def _map(self) -> str:
        """A digest of the office's own map, which pages of groups draw."""
        setting = self.publication.settings.map
        return self.standing.digest_of(setting.file) if setting else ""

    def _values(self, leaf: Group) -> Iterator[str]:
        """What was submitted of the leaf's places and of the cities above them in any year: pages that compare
        counties tell of years without a report too."""
        codes = {older for region in leaf.regions for _, older in former_codes(self._changes, region)}
        above = {parent for region in leaf.regions for parent in self._parents.get(region, ())}
        for code in sorted({*leaf.regions, *codes, *above}):
            for year in self._submitted.get(code, ()):
                yield self.dataset.fingerprint("indicator_values", code, year)

    def _group_path(self, code: str) -> Path:
        return self.publication.state / "groups" / (code or "all")

    # --- after the build -------------------------------------------------------------------------------

    def taken(self) -> list[str]:
        """The units of the old site that the new one takes over."""
        return [name for made in (*self.places.values(), *self._leaves.values()) for name in made.files]

    def keep(
        self,
        places: Mapping[Place, Made],
        leaves: Mapping[str, Made],
        summaries: Path,
        reads_of: Callable[[Place], list[Read] | None],
    ) -> None:
        """Write the records of what this build made; `summaries` is where its tasks left theirs, `reads_of`
        gives what the reports of a place read, None if that is no longer known: then it gets no record."""
        for place, made in places.items():
            if place in self.places or (reads := reads_of(place)) is None:
                continue
            self.opened |= {read.name: read.digest for read in reads if read.kind == "file"}
            name = f"{place[0]}/{place[1]}"
            told = (summaries / f"{name}.summary").read_bytes()
            words = self._words(place)
            _keep(self.summaries / name, "summary", told, self._keys[place], made, sorted(set(reads)), words)
        for code, made in leaves.items():
            if code not in self._leaves:
                told = pickle.dumps(made.more, pickle.HIGHEST_PROTOCOL)
                _keep(self._group_path(code), "told", told, self._group_keys[code], made, (), "")
        self._forget(places, leaves)

    def _forget(self, places: Mapping[Place, Made], leaves: Mapping[str, Made]) -> None:
        """Drop the records of places and groups that the site no longer has."""
        for folder, names in (
            (self.summaries, {f"{year}/{region}" for year, region in places}),
            (self.publication.state / "groups", {code or "all" for code in leaves}),
        ):
            for path in folder.rglob("*.*"):
                if path.is_file() and path.relative_to(folder).with_suffix("").as_posix() not in names:
                    path.unlink()


def _record(path: Path, beside: str, key: str) -> dict[str, Any] | None:
    """The record at `path`, if it has this key and the file beside it is whole."""
    try:
        record = json.loads(path.with_suffix(".json").read_text("utf-8"))
        same = record["format"] == FORMAT and record["key"] == key
        whole = same and record["beside"] == _sha256(path.with_suffix(f".{beside}").read_bytes())
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return record if whole else None


def _made(record: Mapping[str, Any], more: Any = None) -> Made:
    return Made(record["files"], record["pages"], record["figures"], 0, 0, tuple(record["warnings"]), more)


def _words_kept(path: Path) -> str:
    try:
        return str(json.loads(path.read_text("utf-8"))["words"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _keep(
    path: Path, beside: str, told: bytes, key: str, made: Made, reads: Iterable[Read], words: str
) -> None:
    record = {
        "format": FORMAT,
        "key": key,
        "beside": _sha256(told),
        "files": dict(made.files),
        "pages": made.pages,
        "figures": made.figures,
        "warnings": made.warnings,
        "words": words,
        "reads": [astuple(read) for read in reads],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    # The record last: cut short, it names another file than the one beside it.
    for suffix, data in (
        (beside, told),
        ("json", json.dumps(record, ensure_ascii=False).encode()),
    ):
        partial = path.with_suffix(".partial")
        partial.write_bytes(data)
        partial.replace(path.with_suffix(f".{suffix}"))


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
