"""Submissions read and checked by groups: all years of a region and of the codes it had before.

Nothing that is found for a group depends on another one, so it is kept by what the group and the shared
tables hold, and many groups can be checked together, or apart, or in other processes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field, replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from sys import intern
from typing import TypeVar

import pandas as pd

from gongbao.data.checking import CHECKED_ALONE, check_submissions
from gongbao.data.covers import Cover
from gongbao.data.dataset import Dataset
from gongbao.data.explanations import answer_warnings
from gongbao.data.files import FileContent, Kind, read_file
from gongbao.data.folders import Found
from gongbao.data.frames import Submission, assemble
from gongbao.data.kept import Keep, key_of
from gongbao.data.packing import (
    dump,
    load,
    pack_content,
    plain_problems,
    problems_of,
    unpack_content,
)
from gongbao.data.parts import Entry, PartKey, split
from gongbao.data.problems import Findings, Place, Problem
from gongbao.data.schema import COVER_SHEET, SHARED_TABLES
from gongbao.data.sheets import RawTable

T = TypeVar("T")


class DataChangedError(Exception):
    """A file of the data was changed while a build was reading it."""


@dataclass(frozen=True)
class Shared:
    """The shared tables that submissions are checked against. `digest` stands for all of them."""

    tables: tuple[RawTable, ...]
    frames: dict[str, pd.DataFrame]
    files: frozenset[str]
    digest: str

    @classmethod
    def of(cls, contents: Sequence[FileContent], dataset: Dataset) -> Shared:
        """`dataset`: the shared tables alone. Those that no submission is checked against are left out."""
        tables = tuple(t for c in contents for t in c.tables if t.table not in CHECKED_ALONE)
        frames = {
            name: dataset.tables[name]
            for name in SHARED_TABLES
            if name != "sources" and name not in CHECKED_ALONE
        }
        used = {table.file for table in tables}
        digest = key_of("shared", [[c.name, c.digest] for c in contents if c.name in used])
        return cls(tables, frames, frozenset(c.name for c in contents), digest)


@dataclass(frozen=True, slots=True)
class Member:
    """A file of a group and the digest of its bytes ("": it can't be read)."""

    found: Found
    digest: str


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one place, and what was said of them before they were opened."""

    members: tuple[Member, ...]
    said: tuple[Problem, ...] = ()

    def key(self, shared: Shared) -> str:
        files = [[m.found.name, m.digest, m.found.group, m.found.region, m.found.year] for m in self.members]
        return key_of("group", shared.digest, files, plain_problems(self.said))


@dataclass(frozen=True, slots=True)
class Given:
    """A submission as its cover stands in the list of covers; `group`: its workbook or folder."""

    region: str
    year: int
    office: str
    source_id: str
    note: str
    file: str
    group: str


@dataclass(frozen=True, slots=True)
class Result:
    """What was found in a group: `digests` of its files; `held` has the packed rows that could not be kept."""

    problems: tuple[Problem, ...]
    given: tuple[Given, ...]
    index: dict[PartKey, Entry]
    digests: dict[str, str]
    held: dict[PartKey, bytes] = field(default_factory=dict)


def find_result(group: Group, shared: Shared, keep: Keep) -> Result | None:
    """What is kept of a group; None if it must be read."""
    data = keep.get("groups", group.key(shared))
    if data is None:
        return None
    plain = load(data)
    index = {
        (region, year): Entry(tuple(files), _interned(counts), _interned(prints), _words(words), key)
        for region, year, files, counts, prints, words, key in plain["index"]
    }
    given = tuple(Given(*each) for each in plain["given"])
    return Result(problems_of(plain["problems"]), given, index, plain["digests"])


def _interned(by_table: dict[str, T]) -> dict[str, T]:
    """The same with one text for each table's name, however many submissions there are."""
    return {intern(table): value for table, value in by_table.items()}


def _words(words: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {intern(table): _same(tuple(values)) for table, values in words.items()}


@lru_cache(maxsize=4096)
def _same(values: tuple[str, ...]) -> tuple[str, ...]:
    """One tuple for all submissions that say the same: most report the same indicators."""
    return values


def file_key(name: str, kind: Kind, digest: str) -> str:
    """What the content of a file is kept under."""
    return key_of("file", name, kind, digest)


def read_kept(path: Path, name: str, kind: Kind, digest: str, keep: Keep | None) -> FileContent:
    """`read_file`, or what it gave before for a file of this name and digest."""
    if keep is None or not digest:
        return read_file(path, name, kind)
    key = file_key(name, kind, digest)
    data = keep.get("files", key)
    if data is not None:
        return unpack_content(data)
    content = read_file(path, name, kind)
    if content.digest == digest:
        keep.put("files", key, pack_content(content))
    return content


def examine_groups(shared: Shared, keep: Keep | None, groups: Sequence[Group]) -> list[Result]:
    """Read and check these groups together, and keep what was found for each."""
    members = [member for group in groups for member in group.members]
    contents = {m.found: read_kept(m.found.path, m.found.name, "submission", m.digest, keep) for m in members}
    findings = Findings([problem for group in groups for problem in group.said])
    findings.problems += chain.from_iterable(content.problems for content in contents.values())
    submissions = submissions_of(contents, findings)
    dataset = assemble(shared.tables, [s for _, s in submissions], {}, findings, shared.frames)
    check_submissions(dataset, {s.file: s.cover for _, s in submissions}, findings)
    own = [p for p in dict.fromkeys(findings.problems) if p.place.file not in shared.files]
    owner = {
        name: number
        for number, group in enumerate(groups)
        for m in group.members
        for name in (m.found.name, m.found.group)
    }
    problems: list[list[Problem]] = [[] for _ in groups]
    for problem in answer_warnings(dataset, own):
        problems[_owner(problem.place.file, owner)].append(problem)
    read = [
        Group(tuple(Member(m.found, contents[m.found].digest) for m in g.members), g.said) for g in groups
    ]
    keys = [group.key(shared) for group in read]
    files: dict[PartKey, list[str]] = {}
    for name, s in submissions:
        own_files = (m.found.name for m in members if m.found.group == name)
        files.setdefault((s.region, s.year), []).extend(own_files)
    number_of = {(s.region, s.year): owner[name] for name, s in submissions}
    part_keys = {place: key_of("part", keys[number], *place) for place, number in number_of.items()}
    parts = split(dataset.tables, dataset.letters, files, part_keys)
    results = []
    for number, group in enumerate(read):
        mine = {place: part for place, part in parts.items() if number_of[place] == number}
        result = Result(
            tuple(problems[number]),
            tuple(_given(name, s) for name, s in submissions if owner[name] == number),
            {place: entry for place, (entry, _) in mine.items()},
            {member.found.name: member.digest for member in group.members},
            {place: rows for place, (_, rows) in mine.items()},
        )
        results.append(_kept(keys[number], result, keep))
    return results


def _given(group: str, s: Submission) -> Given:
    return Given(s.region, s.year, s.cover.office, s.cover.source_id, s.cover.note, s.file, group)


def _owner(file: str, owner: dict[str, int]) -> int:
    """The group of a file, or of the folder it lies in."""
    return owner[file] if file in owner else owner[file.rpartition("/")[0]]


def _kept(key: str, result: Result, keep: Keep | None) -> Result:
    """The result without its rows, if they could be kept; with a file that can't be read another try may fare
    better, and nothing is kept."""
    if keep is None or not all(result.digests.values()):
        return result
    index = [[*place, e.files, e.counts, e.fingerprints, e.words, e.key] for place, e in result.index.items()]
    plain = {
        "problems": plain_problems(result.problems),
        "given": [astuple(given) for given in result.given],
        "index": index,
        "digests": result.digests,
    }
    whole = all(keep.put("parts", e.key, result.held[place]) for place, e in result.index.items())
    if whole and keep.put("groups", key, dump(plain)):
        return replace(result, held={})
    return result


def submissions_of(contents: Mapping[Found, FileContent], findings: Findings) -> list[tuple[str, Submission]]:
    """The submissions with their regions and years, by workbook or folder; one that doesn't say its own is
    reported and left out."""
    groups: dict[str, list[Found]] = {}
    for file in contents:
        groups.setdefault(file.group, []).append(file)
    read: list[tuple[str, Submission]] = []
    outside: set[PartKey] = set()
    for group, members in groups.items():
        file = members[0]
        own = [contents[member] for member in members]
        if not any(content.tables or content.cover for content in own):
            continue  # nothing could be read; that has been said
        with_cover = next((content for content in own if content.cover), None)
        cover = with_cover.cover if with_cover and with_cover.cover else Cover()
        name = with_cover.name if with_cover else group
        region, year = file.region or cover.region_code, file.year or cover.year
        if file.region:
            _compare_with_path(file, cover, findings)
        if not region or not year:
            what = "、".join(["行政区划代码"] * (not region) + ["年度"] * (not year))
            place = cover.places.get("year" if region else "region_code", Place(group, COVER_SHEET))
            findings.error(
                "cover-empty", place, f"封面没有填{what}，不知道是哪里哪一年的数据。", f"请在封面填{what}。"
            )
            continue
        if not file.region:
            outside.add((region, year))
        tables = tuple(table for content in own for table in content.tables)
        read.append((group, Submission(region, year, name, cover, tables, from_outside=not file.region)))
    return [(g, s) for g, s in read if s.from_outside or (s.region, s.year) not in outside]


def _compare_with_path(file: Found, cover: Cover, findings: Findings) -> None:
    for name, label, own, theirs in (
        ("region_code", "行政区划代码", file.region, cover.region_code),
        ("year", "年度", str(file.year), str(cover.year or "")),
    ):
        if theirs and theirs != own:
            findings.error(
                "cover-mismatch",
                cover.places[name],
                f"封面的{label}是 {theirs}，文件却放在 {file.group}（{label} {own}）。",
                "请改封面，或把文件移到对应的位置。",
            )


@dataclass(frozen=True)
class Again:
    """Reads and checks a submission's group anew when what was kept of it is gone."""

    shared: Shared
    keep: Keep
    groups: dict[PartKey, Group]
    index: dict[PartKey, Entry]

    def __call__(self, region: str, year: int) -> bytes:
        """The packed rows. Raises DataChangedError if they aren't what the index says."""
        place = (region, year)
        (result,) = examine_groups(self.shared, self.keep, [self.groups[place]])
        if result.index.get(place) != self.index[place]:
            files = "、".join(self.index[place].files)
            raise DataChangedError(f"{files} 在构建的时候被改动了；请重新构建。")
        kept = self.keep.get("parts", self.index[place].key)
        return result.held[place] if kept is None else kept
