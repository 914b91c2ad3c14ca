"""Which files of the data folder are read, as what, and which are not."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gongbao.data.problems import Findings, Place
from gongbao.data.schema import COVER_SHEET, SHARED_TABLES, SUBMISSION_TABLES, TABLES

EXCEL = (".xlsx", ".xlsm")
_OTHER_SHEETS = (".xls", ".xlsb", ".et", ".ods", ".xlt", ".xltx", ".numbers")
_YEAR = re.compile(r"(19|20)\d{2}")
_CODE = re.compile(r"\d{6,12}")
_EXPECTED = "填报表应命名为“行政区划代码.xlsx”（如 511923.xlsx），放在 data/年度/ 里。"


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. `name`: relative to the publication, with "/". `group`: the submission it belongs
    to, "" for shared tables; `region` and `year` as the path gives them ("" and 0 where it doesn't)."""

    path: Path
    name: str
    group: str = ""
    region: str = ""
    year: int = 0


def table_named(word: str, kind: Literal["shared", "submission"]) -> str:
    """The table that a sheet or file called `word` holds, by name or Chinese label; "" if none."""
    names = SHARED_TABLES if kind == "shared" else SUBMISSION_TABLES
    return next((name for name in names if word in (name, TABLES[name].label)), "")


def is_cover(word: str) -> bool:
    return word in (COVER_SHEET, "cover")


def relative_name(path: Path, root: Path) -> str:
    """How a file is called in messages: relative to the publication, or its bare name outside it."""
    path, root = path.resolve(), root.resolve()
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def find_files(root: Path, data_dir: Path, findings: Findings) -> list[Found]:
    """Every file to read, in the order in which rows will stand: shared tables, then year and region."""
    if not data_dir.is_dir():
        findings.error(
            "no-data",
            Place(relative_name(data_dir, root)),
            "没有数据文件夹。",
            "请检查 _quarto.yml 里的 gongbao: data。",
        )
        return []
    found: list[Found] = []
    years = []
    for path in _visible(data_dir, root, findings):
        name = relative_name(path, root)
        if path.is_dir():
            if _YEAR.fullmatch(path.name):
                years.append(path)
        elif path.suffix.lower() in EXCEL or (
            path.suffix.lower() == ".csv" and table_named(path.stem, "shared")
        ):
            found.append(Found(path, name))
        elif path.suffix.lower() == ".csv" or path.suffix.lower() in _OTHER_SHEETS:
            tables = "、".join(f"{table}.csv" for table in SHARED_TABLES)
            findings.warning(
                "stray-file", Place(name), "不认识的数据文件，没有读取。", f"这里应是：{tables}。"
            )
    for year in years:
        found += _in_year(year, root, findings)
    return found


def files_outside(path: Path, root: Path, findings: Findings) -> list[Found]:
    """The files of a submission that stands elsewhere: a workbook, or a folder of CSV files."""
    name = relative_name(path, root)
    if not path.is_dir():
        return [Found(path, name, name)]
    return [
        Found(file, f"{name}/{file.name}", name)
        for file in _visible(path, root, findings)
        if _in_submission(file, root, findings)
    ]


def _visible(folder: Path, root: Path, findings: Findings) -> list[Path]:
    paths = []
    for path in sorted(folder.iterdir(), key=lambda p: p.name):
        if path.name.startswith("~$"):
            findings.warning(
                "lock-file",
                Place(relative_name(path, root)),
                f"“{path.name[2:]}”可能正在 Excel 里打开，改动还没有保存。",
                "请保存并关闭 Excel 后再检查。",
            )
        elif not path.name.startswith("."):
            paths.append(path)
    return paths


def _in_year(folder: Path, root: Path, findings: Findings) -> list[Found]:
    found: list[Found] = []
    groups: dict[str, str] = {}
    for path in _visible(folder, root, findings):
        name, year = relative_name(path, root), int(folder.name)
        suffix = path.suffix.lower()
        region = path.name if path.is_dir() else path.stem
        if not _CODE.fullmatch(region):
            findings.warning("stray-file", Place(name), "不是填报表的名字，没有读取。", _EXPECTED)
            continue
        if path.is_dir():
            inside = [
                Found(file, relative_name(file, root), name, region, year)
                for file in _visible(path, root, findings)
                if _in_submission(file, root, findings)
            ]
            if not inside:
                findings.warning(
                    "empty-folder",
                    Place(name),
                    "文件夹里没有填报的文件。",
                    "请放入填报的 CSV，或删除文件夹。",
                )
        elif suffix in EXCEL or suffix in _OTHER_SHEETS:  # the reader says how to save the old formats anew
            inside = [Found(path, name, name, region, year)]
        else:
            findings.warning("stray-file", Place(name), "不是填报表，没有读取。", _EXPECTED)
            continue
        if region in groups:
            findings.error(
                "submission-twice",
                Place(name),
                f"{year} 年 {region} 的填报表有两份，另一份是 {groups[region]}。",
                "请只留一份。",
            )
        groups[region] = name
        found += inside
    return found


def _in_submission(file: Path, root: Path, findings: Findings) -> bool:
    if file.suffix.lower() == ".csv" and (is_cover(file.stem) or table_named(file.stem, "submission")):
        return True
    tables = "、".join(f"{TABLES[table].label}.csv" for table in SUBMISSION_TABLES)
    findings.warning(
        "stray-file",
        Place(relative_name(file, root)),
        "不认识的文件，没有读取。",
        f"这里应是：封面.csv、{tables}。",
    )
    return False
