"""A small publication to release from, and what a published tree holds."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path

from openpyxl import load_workbook

from publications import ROOT, copy_publication, run_gongbao

SPENDING, MISTYPED = 15.16, 15.61
REASON = "教育经费总投入两位数字录反"


def small_publication(folder: Path, *submissions: str) -> Path:
    """A publication of one county, or those given, with its lock."""
    made = copy_publication(folder, *(submissions or ("2019/511923",)))
    shutil.copy2(ROOT / "requirements.lock", made)
    return made


def set_spending(publication: Path, value: float) -> str:
    """Write another total into 平昌's submission; gives the cell."""
    path = publication / "data/2019/511923.xlsx"
    book = load_workbook(path)
    (cell,) = [
        c
        for row in book["指标数据"].iter_rows()
        for c in row
        if c.value in (SPENDING, MISTYPED) and c.column == 6
    ]
    cell.value = value
    book.save(path)
    return str(cell.coordinate)


def release(
    publication: Path, tree: Path, *arguments: str, year: int = 2019, **environment: str
) -> subprocess.CompletedProcess[str]:
    """`gongbao release` in a process of its own."""
    return run_gongbao(publication, "release", str(year), "--into", str(tree), *arguments, **environment)


def digests(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder but a tree's lock."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".gongbao" not in path.parts
    }
