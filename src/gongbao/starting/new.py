"""Makes the folder of a new publication; everything is checked before anything is written."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from importlib.metadata import Distribution, version
from pathlib import Path
from string import Template

import yaml

from gongbao.data import read_dataset
from gongbao.data.columns import YEAR
from gongbao.data.editions import DRAFT
from gongbao.data.template import write_template
from gongbao.starting.codes import Region, find_code, find_name, full_name, lineage
from gongbao.starting.materials import csv_text, materials, national_definitions
from gongbao.starting.parts import part_files

# Files of `files/` (text with $placeholders) -> where they stand in a publication.
_FILES = {
    "README.md": "README.md",
    "Makefile": "Makefile",
    "requirements.txt": "requirements.txt",
    "gitignore": ".gitignore",
    "site.yml": ".github/workflows/site.yml",
}
_HEADINGS = ("行政区划代码", "名称", "上级代码", "级别", "类别")


class StartError(Exception):
    """A publication can't be made; the text, in Chinese, names everything that is wrong."""


@dataclass(frozen=True, slots=True)
class Started:
    """What `start_publication` made: the chosen regions and the empty submissions, relative to the folder."""

    folder: Path
    regions: tuple[Region, ...]
    submissions: tuple[str, ...]


def start_publication(folder: Path, codes: Sequence[str], names: Sequence[str], year: int) -> Started:
    """Make a publication in `folder`, which must be new or empty, for regions given by code or name.

    It holds settings, national definitions, the regions and those above them, an empty submission for
    each region and `year`, the workbooks, pages, and what builds it elsewhere. Raises StartError with
    everything that is wrong; then nothing has been written.
    """
    regions, wrong = _chosen(codes, names)
    wrong += _wrong_folder(folder)
    low, high = YEAR.minimum or 0, YEAR.maximum or 0
    if not low <= year <= high:
        wrong.append(f"年度 {year} 不对，应在 {low:g} 至 {high:g} 之间，如 2023。")
    if wrong:
        raise StartError("\n".join(wrong))
    root = materials()
    folder.mkdir(parents=True, exist_ok=True)
    lines = [part for region in regions for part in lineage(region)]
    _write_parts(folder, root, _office(regions))
    _write_definitions(folder, root, list(dict.fromkeys(lines)), year)
    submissions = _write_submissions(folder, regions, year)
    _write_files(folder, regions, year)
    return Started(folder, regions, submissions)


def _chosen(codes: Sequence[str], names: Sequence[str]) -> tuple[tuple[Region, ...], list[str]]:
    found = [find_code(code) for code in codes] + [find_name(name) for name in names]
    wrong = [item for item in found if isinstance(item, str)]
    regions = tuple(dict.fromkeys(item for item in found if isinstance(item, Region)))
    if not found:
        wrong.append("没有说是哪个地方：请用 --region 加6位代码（如 --region 511923）或 --name 加名称。")
    return regions, wrong


def _wrong_folder(folder: Path) -> list[str]:
    if folder.exists() and not folder.is_dir():
        return [f"{folder} 是文件，不是文件夹；请换一个名字。"]
    if folder.is_dir() and any(folder.iterdir()):
        return [f"文件夹 {folder} 里已有内容，没有改动；请换一个新的或空的文件夹。"]
    return []


def _office(regions: Sequence[Region]) -> str:
    return f"{regions[0].name}人民政府教育督导委员会办公室" if len(regions) == 1 else ""


def _write_parts(folder: Path, root: Path, office: str) -> None:
    for address, path in part_files(root):
        if address.startswith("data/"):
            continue  # chosen and written apart
        content = path.read_bytes()
        if address == "_quarto.yml":
            content = _settings(content.decode(), office).encode()
        target = folder / address
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _settings(text: str, office: str) -> str:
    """The package's own settings with this office's name and a footer that speaks of no sample places."""
    known = yaml.safe_load(text)
    old_footer, old_office = known["website"]["page-footer"], known["gongbao"]["office"]
    footer = "本站由教育督导机构的填报数据生成；每个数字都注明来源。"
    new_office = office or '""'  # a setting without a value is none at all
    text = re.sub(r"\n  languages: .*", "", text, count=1)  # in Chinese alone, until the office wants more
    return text.replace(old_footer, footer).replace(f"office: {old_office}", f"office: {new_office}")


def _write_definitions(folder: Path, root: Path, regions: Sequence[Region], year: int) -> None:
    tables = national_definitions(root, [region.code for region in regions])
    tables["regions"] = [
        dict(zip(_HEADINGS, (r.code, r.name, r.parent, r.level, r.kind), strict=True)) for r in regions
    ]
    tables["editions"] = [{"年度": str(year), "状态": DRAFT}]
    data = folder / "data"
    data.mkdir()
    for name, rows in tables.items():
        (data / f"{name}.csv").write_text(csv_text(name, rows), "utf-8", newline="")


def _write_submissions(folder: Path, regions: Sequence[Region], year: int) -> tuple[str, ...]:
    dataset = read_dataset(folder, folder / "data")
    made = []
    (folder / "data" / str(year)).mkdir()
    for region in regions:
        address = f"data/{year}/{region.code}.xlsx"
        write_template(folder / address, dataset, region.code, year)
        made.append(address)
    return tuple(made)


def _write_files(folder: Path, regions: Sequence[Region], year: int) -> None:
    values = {
        "requirement": requirement(),
        "code": regions[0].code,
        "year": str(year),
        "next_year": str(year + 1),
        "places": "\n".join(f"- {full_name(r)}（{r.code}）：`data/{year}/{r.code}.xlsx`" for r in regions),
        "title": "、".join(r.name for r in regions[:3]) + ("等" if len(regions) > 3 else ""),
    }
    for name, address in _FILES.items():
        text = resources.files("gongbao.starting").joinpath("files", f"{name}.txt").read_text("utf-8")
        target = folder / address
        target.parent.mkdir(parents=True, exist_ok=True)
        # Template, because a Makefile and a workflow are full of braces.
        target.write_text(Template(text).substitute(values), "utf-8", newline="\n")


def requirement() -> str:
    """The line that installs this very gongbao elsewhere: its commit where it came from a repository."""
    record = Distribution.from_name("gongbao").read_text("direct_url.json")
    origin = json.loads(record) if record else {}
    commit = origin.get("vcs_info", {}).get("commit_id")
    return f"gongbao @ git+{origin['url']}@{commit}" if commit else f"gongbao=={version('gongbao')}"
