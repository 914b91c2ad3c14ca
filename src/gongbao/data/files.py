"""One file -> the tables it holds. `read_file` is pure: the same bytes give the same content and problems."""

from __future__ import annotations

import errno
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gongbao.data.cells import closest
from gongbao.data.covers import Cover, read_cover
from gongbao.data.csvfiles import read_csv
from gongbao.data.excel import read_excel
from gongbao.data.folders import is_cover, table_named
from gongbao.data.grids import Grid
from gongbao.data.headers import plain_label
from gongbao.data.problems import Findings, Place, Problem
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
