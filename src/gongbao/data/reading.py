"""Files -> tables -> Dataset. `read_file` is pure: the same bytes give the same content and problems."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pandas as pd

from gongbao.data.cells import closest
from gongbao.data.checking import check_dataset
from gongbao.data.covers import Cover, read_cover
from gongbao.data.csvfiles import read_csv
from gongbao.data.dataset import Dataset
from gongbao.data.excel import read_excel
from gongbao.data.explanations import answer_warnings
from gongbao.data.folders import Found, files_outside, find_files, is_cover, relative_name, table_named
from gongbao.data.frames import Submission, assemble
from gongbao.data.grids import Grid
from gongbao.data.headers import plain_label
from gongbao.data.problems import DataError, Findings, Place, Problem
from gongbao.data.schema import COVER_SHEET, HELP_SHEETS, SHARED_TABLES, SUBMISSION_TABLES, TABLES
from gongbao.data.sheets import RawTable, read_table
from gongbao.data.work import WORK_TABLES

Kind = Literal["shared", "submission"]
# A submission lists its own source documents only if it has any, and no office keeps every record of its work.
_OPTIONAL_SHEETS = ("sources", *(table.name for table in WORK_TABLES))
_WHY = {errno.EACCES: "（没有读取权限）", errno.EPERM: "（没有读取权限）", errno.ENOENT: "（文件不存在）"}


@dataclass(frozen=True, slots=True)
class FileContent:
    """What one file holds: its tables, a submission's cover, its SHA-256 and everything wrong with it."""

    name: str
    digest: str
    tables: tuple[RawTable, ...]
    cover: Cover | None
    problems: tuple[Problem, ...]


def read_file(path: Path, name: str, kind: Kind) -> FileContent:
    """Read one file. Never raises for its contents; `name` is what problems call it."""
    findings = Findings()
    try:
        data = path.read_bytes()
    except OSError as error:
        findings.error(
            "unreadable",
            Place(name),
            f"打不开文件{_WHY.get(error.errno or 0, '')}。",
            "请检查文件权限，或关闭占用它的程序。",
        )
        return FileContent(name, "", (), None, tuple(findings.problems))
    tables: list[RawTable | None] = []
    cover = None
    if path.suffix.lower() == ".csv":
        grid = read_csv(data, name, findings)
        if grid is not None and kind == "submission" and is_cover(path.stem):
            cover = read_cover(grid, findings)
        elif grid is not None:
            tables.append(read_table(grid, TABLES[table_named(path.stem, kind)], findings))
    else:
        grids = read_excel(data, name, findings)
        if grids is not None:
            chosen, cover_grid = _choose_sheets(grids, name, kind, findings)
            tables += [read_table(grid, TABLES[table], findings) for table, grid in chosen]
            cover = read_cover(cover_grid, findings) if cover_grid else None
    digest = hashlib.sha256(data).hexdigest()
    return FileContent(name, digest, tuple(t for t in tables if t), cover, tuple(findings.problems))


def _choose_sheets(
    grids: Sequence[Grid], file: str, kind: Kind, findings: Findings
) -> tuple[list[tuple[str, Grid]], Grid | None]:
    """Which sheet is which table; what is missing, misnamed or unknown is reported."""
    chosen: list[tuple[str, Grid]] = []
    unknown: list[Grid] = []
    cover = None
    for grid in grids:
        word = plain_label(grid.sheet)
        table = table_named(word, kind)
        if table:
            chosen.append((table, grid))
        elif kind == "submission" and is_cover(word):
            cover = grid
        elif word not in HELP_SHEETS and any(cell != "" for row in grid.rows for cell in row):
            unknown.append(grid)
    found = {table for table, _ in chosen}
    missing: list[str] = []
    if kind == "submission":
        missing = [TABLES[t].label for t in SUBMISSION_TABLES if t not in found | set(_OPTIONAL_SHEETS)]
        missing += [] if cover else [COVER_SHEET]
    elif not found:
        labels = "、".join(TABLES[t].label for t in SHARED_TABLES)
        findings.warning(
            "stray-file", Place(file), "里面没有认识的工作表，没有读取。", f"工作表应名为：{labels}。"
        )
        return [], None
    optional = [TABLES[t].label for t in _OPTIONAL_SHEETS if t not in found]
    for grid in unknown:
        guess = closest(plain_label(grid.sheet), missing + optional, 0.5)
        if guess:
            findings.error(
                "sheet-renamed",
                grid.place(),
                f"不认识的工作表“{grid.sheet}”，没有读取。是不是“{guess}”？",
                f"请把工作表改名为“{guess}”。",
            )
            (missing if guess in missing else optional).remove(guess)
        else:
            findings.warning(
                "sheet-unknown", grid.place(), f"不认识的工作表“{grid.sheet}”，没有读取。", "不需要的请删除。"
            )
    for label in missing:
        findings.error(
            "sheet-missing",
            Place(file),
            f"缺少工作表“{label}”。",
            "请用最新的填报模板；没有数据的表保留标题行。",
        )
    return chosen, cover


def examine(root: Path, data_dir: Path, extra: Sequence[Path] = ()) -> tuple[Dataset, list[Problem]]:
    """Read and check everything; never raises for bad data.

    `extra`: submissions that stand elsewhere (a workbook just received); their covers say what they are
    for, and they take the place of the same region and year in the data folder.
    Returns the tables as far as they could be read, and every problem, errors and warnings.
    """
    findings = Findings()
    found = find_files(root, data_dir, findings)
    # one that stands in the data folder is what its place there says it is
    inside = {file.path.resolve() for file in found} | {
        file.path.resolve().parent for file in found if file.group
    }
    for path in (p.resolve() for p in extra if p.resolve() not in inside):
        found += files_outside(path, root, findings)
    contents = []
    for file in found:
        content = read_file(file.path, file.name, "submission" if file.group else "shared")
        findings.problems += content.problems
        contents.append(content)
    submissions = _submissions(found, contents, findings)
    shared = [table for file, c in zip(found, contents, strict=True) if not file.group for table in c.tables]
    if not any(table.table == "regions" for table in shared) and data_dir.is_dir():
        findings.error(
            "table-missing", Place(relative_name(data_dir, root)), "缺少区划表 regions.csv。", "请补上。"
        )
    digests = {content.name: content.digest for content in contents}
    dataset = assemble(shared, submissions, digests, findings)
    check_dataset(dataset, {s.file: s.cover for s in submissions}, findings)
    problems = answer_warnings(dataset, list(dict.fromkeys(findings.problems)))
    warnings = tuple(p for p in problems if p.severity == "warning")
    return Dataset(dataset.tables, dataset.covers, dataset.letters, dataset.digests, warnings), problems


def examine_submission(root: Path, data_dir: Path, path: Path) -> tuple[Dataset, list[Problem]]:
    """Check one submission (a workbook or a folder of CSV files), wherever it stands: only its own problems."""
    dataset, problems = examine(root, data_dir, [path])
    name = relative_name(path, root)
    return dataset, [p for p in problems if p.place.file == name or p.place.file.startswith(f"{name}/")]


def read_dataset(root: Path, data_dir: Path) -> Dataset:
    """Every table of the publication at `root`, checked. Raises DataError with every problem there is."""
    dataset, problems = examine(root, data_dir)
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


def _submissions(
    found: Sequence[Found], contents: Sequence[FileContent], findings: Findings
) -> list[Submission]:
    """The submissions with their regions and years; one that doesn't say its own is reported and left out."""
    groups: dict[str, list[tuple[Found, FileContent]]] = {}
    for file, content in zip(found, contents, strict=True):
        if file.group:
            groups.setdefault(file.group, []).append((file, content))
    read: list[Submission] = []
    outside: set[tuple[str, int]] = set()
    for group, members in groups.items():
        file = members[0][0]
        if not any(content.tables or content.cover for _, content in members):
            continue  # nothing could be read; that has been said
        with_cover = next((content for _, content in members if content.cover), None)
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
        tables = tuple(table for _, content in members for table in content.tables)
        read.append(Submission(region, year, name, cover, tables, from_outside=not file.region))
    return [s for s in read if s.from_outside or (s.region, s.year) not in outside]


def _compare_with_path(file: Found, cover: Cover, findings: Findings) -> None:
    for field, label, own, theirs in (
        ("region_code", "行政区划代码", file.region, cover.region_code),
        ("year", "年度", str(file.year), str(cover.year or "")),
    ):
        if theirs and theirs != own:
            findings.error(
                "cover-mismatch",
                cover.places[field],
                f"封面的{label}是 {theirs}，文件却放在 {file.group}（{label} {own}）。",
                "请改封面，或把文件移到对应的位置。",
            )
