"""A publication's data folder -> its Dataset, or every problem at once.

Shared tables are read first, then the submissions by groups (`groups`); with a folder to keep things in,
only groups are read of which a file, or a shared table that they are checked against, has changed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from gongbao.data.checking import check_shared
from gongbao.data.dataset import Dataset
from gongbao.data.files import FileContent, read_file
from gongbao.data.folders import Found, files_outside, find_files, relative_name
from gongbao.data.frames import assemble
from gongbao.data.groups import (
    Again,
    Given,
    Group,
    Member,
    Result,
    Shared,
    examine_groups,
    file_key,
    find_result,
    read_kept,
)
from gongbao.data.kept import Keep, key_of
from gongbao.data.packing import dump, load, plain_problems, problems_of
from gongbao.data.parts import Parts
from gongbao.data.problems import DataError, Findings, Place, Problem
from gongbao.data.stamps import digests as digests_of
from gongbao.data.succession import Changes, changes_of, former_codes
from gongbao.pool import in_processes

# So many submissions are checked together: fewer cost more each, more would wait for one process.
_TOGETHER = 24


def examine(
    root: Path,
    data_dir: Path,
    extra: Sequence[Path] = (),
    *,
    keep: Path | None = None,
    workers: int = 1,
) -> tuple[Dataset, list[Problem]]:
    """Read and check everything; never raises for bad data.

    `extra`: submissions that stand elsewhere (a workbook just received); their covers say what they are
    for, and they take the place of the same region and year in the data folder. `keep`: a folder for
    what has been read and found, so that it needn't be done again; what is returned is the same.
    `workers`: so many processes read what is new, and have ended when this returns.
    Returns the tables as far as they could be read, and every problem, errors and warnings: those of no
    file that was read, then file by file in the order of reading.
    """
    return _examine(root, data_dir, extra, keep, workers, None)


def _examine(
    root: Path, data_dir: Path, extra: Sequence[Path], keep: Path | None, workers: int, only: str | None
) -> tuple[Dataset, list[Problem]]:
    """`only`: the name of a submission; just its group is read and returned."""
    findings = Findings()
    found = find_files(root, data_dir, findings)
    # one that stands in the data folder is what its place there says it is
    inside = (
        {file.path.resolve() for file in found} | {file.path.resolve().parent for file in found if file.group}
        if extra
        else set()
    )
    for path in (p.resolve() for p in extra if p.resolve() not in inside):
        found += files_outside(path, root, findings)
    kept = Keep(keep) if keep is not None else None
    digests = digests_of((file.path for file in found), keep)
    contents = [
        read_kept(file.path, file.name, "shared", digests[file.path], kept)
        for file in found
        if not file.group
    ]
    alone = _shared_alone(contents, findings, kept)
    if not any(table.table == "regions" for c in contents for table in c.tables) and data_dir.is_dir():
        findings.error(
            "table-missing", Place(relative_name(data_dir, root)), "缺少区划表 regions.csv。", "请补上。"
        )
    shared = Shared.of(contents, alone)
    members = [Member(file, digests[file.path]) for file in found if file.group]
    groups, unsaid = _groups(members, changes_of(alone), findings.problems, kept)
    if only is not None:
        groups = [group for group in groups if any(_of(m.found.name, only) for m in group.members)]
        of_groups = {member for group in groups for member in group.members}
        members = [member for member in members if member in of_groups]
    results = _results(groups, shared, kept, workers, whole=only is None)
    parts = _parts(groups, results, shared, kept, members)
    given = _in_order([each for result in results for each in result.given], members)
    by_name = {content.name: content.digest for content in contents}
    for result in results:
        by_name |= result.digests
    digests_by_name = {f.name: by_name[f.name] for f in found if f.name in by_name}
    dataset = Dataset.of_parts(alone, parts, _covers(given), digests_by_name)
    problems = [*unsaid, *(problem for result in results for problem in result.problems)]
    problems = _by_file(list(dict.fromkeys(problems)), found)
    return dataset.with_warnings(tuple(p for p in problems if p.severity == "warning")), problems


def examine_submission(
    root: Path, data_dir: Path, path: Path, *, keep: Path | None = None
) -> tuple[Dataset, list[Problem]]:
    """Check one submission (a workbook or a folder of CSV files), wherever it stands: only its own problems.

    The dataset holds the shared tables and the submissions that it is checked against: those of its region.
    """
    name = relative_name(path, root)
    dataset, problems = _examine(root, data_dir, [path], keep, 1, name)
    return dataset, [p for p in problems if _of(p.place.file, name)]


def _of(file: str, name: str) -> bool:
    """Whether a file is the one of this name or lies in the folder of this name."""
    return file == name or file.startswith(f"{name}/")


def read_dataset(root: Path, data_dir: Path, *, keep: Path | None = None, workers: int = 1) -> Dataset:
    """Every table of the publication at `root`, checked. Raises DataError with every problem there is."""
    dataset, problems = examine(root, data_dir, keep=keep, workers=workers)
    if any(problem.severity == "error" for problem in problems):
        raise DataError(problems)
    return dataset


def read_shared(root: Path, data_dir: Path, table: str) -> pd.DataFrame:
    """One shared table, read without the submissions. Raises DataError with the problems of its files."""
    findings = Findings()
    found = [file for file in find_files(root, data_dir, findings) if not file.group]
    findings.problems.clear()  # of files that are not asked for
    contents = [read_file(file.path, file.name, "shared") for file in found]
    mine = [c for c in contents if any(t.table == table for t in c.tables) or Path(c.name).stem == table]
    findings.problems += [problem for content in mine for problem in content.problems]
    tables = [t for content in mine for t in content.tables if t.table == table]
    frame = assemble(tables, (), {}, findings).tables[table]
    if any(problem.severity == "error" for problem in findings.problems):
        raise DataError(findings.problems)
    return frame


def _shared_alone(contents: Sequence[FileContent], findings: Findings, keep: Keep | None) -> Dataset:
    """The shared tables; what is wrong with them is found, or was."""
    findings.problems += [problem for content in contents for problem in content.problems]
    own = Findings()
    dataset = assemble([table for content in contents for table in content.tables], (), {}, own)
    key = key_of("alone", [[content.name, content.digest] for content in contents])
    kept = keep.get("shared", key) if keep is not None else None
    if kept is not None:
        findings.problems += problems_of(load(kept))
        return dataset
    check_shared(dataset, own)
    findings.problems += own.problems
    if keep is not None and all(content.digest for content in contents):
        keep.put("shared", key, dump(plain_problems(own.problems)))
    return dataset


def _groups(
    members: Sequence[Member], changes: Changes, said: Sequence[Problem], keep: Keep | None
) -> tuple[list[Group], list[Problem]]:
    """Files by region, the codes that follow each other together; and the problems said so far that belong to
    none of them."""
    oldest = {code: former_codes(changes, code)[-1][1] for code in changes}
    places: dict[str, str] = {}
    for member in members:
        file = member.found
        if file.region:
            places[file.group] = oldest.get(file.region, file.region)
        elif not places.get(file.group):  # its cover says where it is from
            cover = read_kept(file.path, file.name, "submission", member.digest, keep).cover
            region = cover.region_code if cover is not None else ""
            places[file.group] = oldest.get(region, region)
    by_place: dict[str, list[Member]] = {}
    for member in members:
        group = member.found.group
        by_place.setdefault(places[group] or f"? {group}", []).append(member)
    owner = {
        name: place
        for place, own in by_place.items()
        for member in own
        for name in (member.found.name, member.found.group)
    }
    own_said: dict[str, list[Problem]] = {}
    unsaid = []
    for problem in said:
        file_name = problem.place.file
        place = owner.get(file_name) or owner.get(file_name.rpartition("/")[0])
        if place is None:
            unsaid.append(problem)
        else:
            own_said.setdefault(place, []).append(problem)
    return [Group(tuple(own), tuple(own_said.get(place, ()))) for place, own in by_place.items()], unsaid


def _results(
    groups: Sequence[Group], shared: Shared, keep: Keep | None, workers: int, *, whole: bool
) -> list[Result]:
    """What is kept of each group, and of the others what is found now. `whole`: they are all there are, so that
    what is kept of others may be removed."""
    results = [find_result(group, shared, keep) if keep else None for group in groups]
    new = [group for group, result in zip(groups, results, strict=True) if result is None]
    work = partial(examine_groups, shared, keep)
    chunks = _chunks(new)
    many = workers > 1 and len(chunks) > 1
    read = in_processes(work, chunks, workers) if many else [work(chunk) for chunk in chunks]
    found = iter([result for chunk in read for result in chunk])
    all_results = [next(found) if result is None else result for result in results]
    if keep is not None and new and whole:
        keys = {group.key(shared) for group in groups}
        keys |= {file_key(m.found.name, "submission", m.digest) for group in groups for m in group.members}
        keep.clear_old(keys | {entry.key for result in all_results for entry in result.index.values()})
    return all_results


def _chunks(groups: Sequence[Group]) -> list[list[Group]]:
    chunks: list[list[Group]] = []
    size = _TOGETHER
    for group in groups:
        if size >= _TOGETHER:
            chunks.append([])
            size = 0
        chunks[-1].append(group)
        size += len({member.found.group for member in group.members})
    return chunks


def _parts(
    groups: Sequence[Group],
    results: Sequence[Result],
    shared: Shared,
    keep: Keep | None,
    members: Sequence[Member],
) -> Parts:
    """The submissions in the order of their files."""
    position = {member.found.name: i for i, member in reversed(list(enumerate(members)))}
    index = {place: entry for result in results for place, entry in result.index.items()}
    index = dict(sorted(index.items(), key=lambda item: position[item[1].files[0]]))
    held = {place: rows for result in results for place, rows in result.held.items()}
    if keep is None:
        return Parts(index, held=held)
    of_place = {place: group for group, result in zip(groups, results, strict=True) for place in result.index}
    return Parts(index, keep, Again(shared, keep, of_place, index), held)


def _in_order(given: Sequence[Given], members: Sequence[Member]) -> list[Given]:
    position = {member.found.group: i for i, member in reversed(list(enumerate(members)))}
    return sorted(given, key=lambda each: position[each.group])


def _covers(given: Sequence[Given]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "region_code": _texts([g.region for g in given]),
            "year": pd.Series([g.year for g in given], dtype="int64"),
            "office": _texts([g.office for g in given]),
            "source_id": _texts([g.source_id for g in given]),
            "note": _texts([g.note for g in given]),
            "_file": _texts([g.file for g in given]),
        }
    )
    return frame


def _texts(cells: Sequence[str]) -> pd.Series:
    return pd.Series([cell or math.nan for cell in cells], dtype="str")


def _by_file(problems: Sequence[Problem], found: Sequence[Found]) -> list[Problem]:
    """File by file, and within a file as they were found, however the files were read."""
    position: Mapping[str, int] = {
        name: i for i, file in reversed(list(enumerate(found))) for name in (file.group, file.name) if name
    }

    def where(problem: Problem) -> int:
        file = problem.place.file
        return position.get(file, position.get(file.rpartition("/")[0], -1))

    return sorted(problems, key=where)
