"""The publication's settings, read from `_quarto.yml`, which stays a valid Quarto project.

Title, language, navigation and footer are the ones Quarto reads too; what is ours stands under
`gongbao:` and is kept small, because Quarto parses it again for every page (docs/quarto.md).
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

SETTINGS_FILE = "_quarto.yml"
INTERNAL_OUTPUT = "_internal"
INTERNAL_VARIABLE = "GONGBAO_INTERNAL"
"""Environment variable by which a build tells a kernel that it is an internal one."""
CACHE_VARIABLE = "GONGBAO_CACHE"
"""Environment variable that names the folder of the cache."""
_SIZE = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*([KMGT])B?\s*$", re.IGNORECASE)
_UNITS = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}


def _bytes(size: str) -> int:
    """ "500 MB" in bytes; it was checked when it was read."""
    match = _SIZE.match(size)
    assert match is not None
    return int(float(match[1]) * _UNITS[match[2].upper()])


class PublicationError(Exception):
    """The settings can't be used; the text says where and what would be right."""


class Link(BaseModel):
    """A link of the navigation bar or footer, as Quarto writes it."""

    model_config = ConfigDict(extra="allow")
    text: str
    href: str


class Deadlines(BaseModel):
    """Periods that count where a document sets none of its own."""

    model_config = ConfigDict(extra="forbid")
    rectification_days: int = Field(
        30, gt=0, description="days from a written opinion to the report of rectification"
    )
    working_days: bool = Field(False, description="count working days by the State Council's holiday notices")


class Licence(BaseModel):
    """The licence under which the data may be used again, where the publishing office has stated one."""

    model_config = ConfigDict(extra="forbid")
    title: str = Field(min_length=1, description="the licence's name as printed")
    url: str = Field(pattern=r"^https?://", description="where its text stands")


class CacheSettings(BaseModel):
    """The cache of executed notebooks, charts and pages."""

    model_config = ConfigDict(extra="forbid")
    folder: str = Field(
        "", description="where it lies, below the publication or absolute; empty: .gongbao/cache"
    )
    size: str = Field(
        "5 GB", pattern=_SIZE.pattern, description="how large it may grow, such as 500 MB or 20 GB"
    )

    @property
    def limit(self) -> int:
        """The size in bytes."""
        return _bytes(self.size)


class MapSettings(BaseModel):
    """A licensed map of the counties. What the licence asks for is printed below each drawing."""

    model_config = ConfigDict(extra="forbid")
    file: str = Field(min_length=1, description="GeoJSON file below site/, such as site/map.geojson")
    approval: str = Field(min_length=1, description="approval number of the map (审图号)")
    source: str = Field(min_length=1, description="whose map it is")
    code: str = Field(
        "", description="property of a feature that holds the region code; empty: the usual ones"
    )


class Settings(BaseModel):
    """The `gongbao:` section."""

    model_config = ConfigDict(extra="forbid")
    data: str = Field("data", description="folder of definitions and submissions")
    workbooks: str = Field("workbooks", description="folder of the notebooks")
    office: str = Field("", description="name of the publishing office, printed in the footer")
    languages: list[Literal["zh", "en"]] = Field(
        ["zh"], description="languages of the pages: Chinese always, with `en` each page also below /en/"
    )
    time_limit: int = Field(300, gt=0, description="seconds that one report may run")
    deadlines: Deadlines = Field(default_factory=Deadlines, description="periods where a document sets none")
    cache: CacheSettings = Field(default_factory=CacheSettings, description="the cache's folder and size")
    renamed_areas: dict[str, str] = Field(
        default_factory=dict, description="former id of an indicator area: the id that it has now"
    )
    map: MapSettings | None = Field(None, description="boundaries drawn beside the tiles; none by default")
    offline_size: str = Field(
        "90 MB",
        pattern=_SIZE.pattern,
        description="how large the offline copy that a release adds may be; 0 MB: none is made",
    )
    licence: Licence | None = Field(None, description="licence of the data; left out where none is stated")

    @property
    def offline_limit(self) -> int:
        """The size in bytes that an offline copy made by a release may have; 0: none is made."""
        return _bytes(self.offline_size)


class _Part(BaseModel):
    """A part of the file that is Quarto's: what we don't read is not our business."""

    model_config = ConfigDict(extra="ignore", validate_by_name=True)


class _Navbar(_Part):
    left: list[Link] = []


class _Website(_Part):
    title: str = "教育督导公报"
    description: str = ""
    navbar: _Navbar = _Navbar()
    page_footer: str | dict[str, Any] = Field("", alias="page-footer")
    site_url: str = Field("", alias="site-url")


class _Project(_Part):
    output_dir: str = Field("_site", alias="output-dir")


class _File(_Part):
    project: _Project = _Project()
    website: _Website = _Website()
    lang: str = "zh"
    gongbao: Settings = Settings()


@dataclass(frozen=True, slots=True)
class Release:
    """The revision that a build is made for, as its own pages name it."""

    year: int
    revision: int
    """1, 2, …: written r1, r2 in addresses and on pages."""
    date: str
    """The day of release, ISO."""
    doc_no: str
    """Document number (文号); empty where the bulletin has none."""
    approved_by: str
    reason: str = ""
    """What the revision corrects; required from r2 on, which is the releaser's to check."""
    site_url: str = ""
    """Where the published tree stands, without a trailing slash; empty: addresses stay relative."""

    @property
    def name(self) -> str:
        return f"r{self.revision}"

    @property
    def address(self) -> str:
        """The revision's folder in the published tree, with a slash at both ends."""
        return f"/{self.year}/{self.name}/"


@dataclass(frozen=True, slots=True)
class Publication:
    """Where a publication stands and what its settings say. All folders are absolute paths."""

    root: Path
    title: str
    description: str
    language: str
    navigation: tuple[Link, ...]
    footer: str
    settings: Settings
    output: str = "_site"
    internal: bool = False
    """A build that stays in the office: internal indicators and small counts are shown, every page is
    marked, and nothing of it can be released."""
    site_url: str = ""
    """Quarto's `site-url`, without a trailing slash; empty if unset."""
    cache_folder: Path | None = None
    """The folder of the cache, where it has been chosen for this run."""
    release: Release | None = None
    """Set when the pages of a revision are built, which then say on every page which one they are."""

    @property
    def data(self) -> Path:
        return self.root / self.settings.data

    @property
    def workbooks(self) -> Path:
        return self.root / self.settings.workbooks

    @property
    def pages(self) -> Path:
        """Hand-written pages and the theme."""
        return self.root / "site"

    @property
    def in_english(self) -> bool:
        """Whether every page has an English twin. What stays in the office has none."""
        return "en" in self.settings.languages and not self.internal

    @property
    def output_folder(self) -> Path:
        return self.root / (INTERNAL_OUTPUT if self.internal else self.output)

    @property
    def proper_names(self) -> frozenset[str]:
        """What stays as it is in any language: the office, and who approved a release under which number."""
        release = self.release
        told = (release.doc_no, release.approved_by) if release else ()
        return frozenset({self.settings.office, *told} - {""})

    @property
    def state(self) -> Path:
        """What a build keeps between runs: cache, lock, staging. Safe to delete. An internal build
        shares nothing with a public one."""
        return self.root / ".gongbao" / "internal" if self.internal else self.root / ".gongbao"

    @property
    def cache(self) -> Path:
        """The cache's folder: chosen for this run, by GONGBAO_CACHE, by the settings, or `.gongbao/cache`.
        Relative ones count from the publication. An internal build has one of its own there, too."""
        chosen = self.cache_folder or os.environ.get(CACHE_VARIABLE) or self.settings.cache.folder
        if not chosen:
            return self.state / "cache"
        return self.root / chosen / "internal" if self.internal else self.root / chosen

    @property
    def kept_data(self) -> Path | None:
        """Where a build has kept what it read of the data; None where none has: only a build makes the folder."""
        return self.state / "data" if self.state.is_dir() else None

    def for_office(self) -> Publication:
        """The same publication, to be built for internal use."""
        return replace(self, internal=True)

    def for_release(self, release: Release) -> Publication:
        """The same publication, to be built as a revision. Raises ValueError for an internal one: what
        stays in the office can't be released."""
        if self.internal:
            raise ValueError("an internal build cannot be released")
        return replace(self, release=release)


def find_root(start: Path) -> Path:
    """The nearest folder at or above `start` that holds `_quarto.yml`."""
    for folder in (start.resolve(), *start.resolve().parents):
        if (folder / SETTINGS_FILE).is_file():
            return folder
    raise PublicationError(f"在 {start} 及其上级文件夹里找不到 {SETTINGS_FILE}：请在公报站点的文件夹里运行。")


def open_publication(start: Path | None = None) -> Publication:
    """Read the settings of the publication that `start` (default: the working folder) belongs to.

    Raises PublicationError with every wrong key and what is allowed.
    """
    root = find_root(start or Path.cwd())
    try:
        file = _File.model_validate(yaml.safe_load((root / SETTINGS_FILE).read_text("utf-8")) or {})
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f"第 {mark.line + 1} 行附近" if mark else ""
        raise PublicationError(f"{SETTINGS_FILE} {line}不是有效的 YAML，请检查缩进、冒号和引号。") from error
    except ValidationError as error:
        raise PublicationError(_in_chinese(error)) from error
    footer = file.website.page_footer
    return Publication(
        root=root,
        title=file.website.title,
        description=file.website.description,
        language=file.lang,
        navigation=tuple(file.website.navbar.left),
        footer=footer if isinstance(footer, str) else str(footer.get("center") or ""),
        settings=file.gongbao,
        output=file.project.output_dir,
        site_url=file.website.site_url.rstrip("/"),
    )


_EXPECTED = {
    "dict": "应当是一组“名称: 值”", "model": "应当是一组“名称: 值”", "list": "应当是列表", "string": "应当是文字",
    "int": "应当是整数", "greater": "应当大于 0", "bool": "应当是 true 或 false",
}  # fmt: skip


def _in_chinese(error: ValidationError) -> str:
    lines = []
    for item in error.errors():
        where = ".".join(str(part) for part in item["loc"]) or "?"
        if item["type"] == "extra_forbidden":
            parts: dict[str, type[BaseModel]] = {
                "deadlines": Deadlines,
                "licence": Licence,
                "cache": CacheSettings,
                "map": MapSettings,
            }
            section = next((part for name, part in parts.items() if name in item["loc"]), Settings)
            known = "、".join(section.model_fields)
            lines.append(f"{SETTINGS_FILE} 的 gongbao 一节里有不认识的设置“{where}”；可用的有：{known}。")
        elif "map" in item["loc"] and item["type"] in ("missing", "model_type", "string_too_short"):
            lines.append(
                f"{SETTINGS_FILE} 里“{where}”没有写全：map 下面要写 file（GeoJSON 文件）、approval（审图号）和"
                " source（地图来源），后两项印在地图下面。"
            )
        elif item["type"] == "missing":
            lines.append(f"{SETTINGS_FILE} 里缺少“{where}”。")
        else:
            rule = next(
                (text for kind, text in _EXPECTED.items() if item["type"].startswith(kind)), "写法不对"
            )
            lines.append(f"{SETTINGS_FILE} 里“{where}”的值 {item.get('input')!r} 不能用：{rule}。")
    return "\n".join(lines)


def today() -> date:
    """The date in Beijing, whose time the whole country keeps: a CI runner elsewhere publishes on the same day."""
    return datetime.now(timezone(timedelta(hours=8))).date()
