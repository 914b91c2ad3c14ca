"""An edition for reading without a network: one zip, opened from disk by a double click.

It is made from the sealed files of a revision, each held against the manifest, or from a draft's site, and holds
what a reader sees: pages, search, charts, tables, data. A page of the copy differs from the page that it was made
from in the links that lead out of the copy and nothing else (`offline_pages`). Which revision it is of, whether
another one follows it and where the current one stands is said by its first page and, on every page, by its style
sheet. Only days of the log are told, so that the same tree gives the same zip.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

from gongbao.editions.english import in_english
from gongbao.editions.latest import css_string, status_style
from gongbao.editions.manifest import MANIFEST, UNLISTED, ManifestError, list_files, read_manifest, sha256
from gongbao.editions.offline_pages import Inside, offline_page
from gongbao.editions.portal_frame import portal_fragment
from gongbao.editions.tree import Revision, Tree, offline_name
from gongbao.publication import Publication
from gongbao.site.internal import MARKER
from gongbao.site.layout import ICON, POLICY, SEARCH, chinese_day
from gongbao.zipped import TooLargeError, ZipError, Zipped, faults_of_names, write_zip

START = "打开.html"
"""The file that a reader opens: the only one beside the folder of all others."""
FILES = "files"
_THEME = "site/theme/gongbao.css"
# What no reader comes to from a page: for servers, for programs, for proof (of the bytes as they are on the web).
_LEFT_OUT = (*UNLISTED, "404.html", "assets/vega.js")
_LEFT_OUT_FOLDERS = ("snapshot/", "notebooks/")


class OfflineError(ZipError):
    """An offline copy can't be made; the text says why and what to do."""


class NamesError(OfflineError):
    """Files that could not be unpacked everywhere; the text names all of them."""


@dataclass(frozen=True, slots=True)
class About:
    """What a copy says of itself. `which`: the edition and revision, or that it is a draft; `facts`: (what, text);
    `line` and `english`: on each page; `warning`: why it may not be relied on, "" if it may; `day`: as of when."""

    title: str
    which: str
    facts: Sequence[tuple[str, str]]
    line: str
    english: str
    warning: str
    day: date


@dataclass(frozen=True)
class Original:
    """What is copied. `folder`: where its files are; `root`: their address in the site or tree; `names`: their
    paths; `digests`: what they must be (of a draft: nothing); `style`: what the copy's style sheet says more."""

    folder: Path
    root: str
    names: Sequence[str]
    top: str
    site_url: str
    about: About
    digests: Mapping[str, str] = field(default_factory=dict)
    style: str = ""

    @cached_property
    def packed(self) -> list[str]:
        """The files that belong in a copy, sorted."""
        there = set(self.names)
        return sorted(name for name in self.names if _belongs(name, there))


def of_revision(tree: Tree, revision: Revision, publication: Publication) -> Original:
    """A revision to be copied. Raises OfflineError for one that was withdrawn, and ManifestError."""
    if revision.state == "withdrawn":
        raise OfflineError(f"{revision.address} 已撤回，不能再做离线版（{revision.withdrawn_for}）。")
    folder = tree.folder(revision.year, revision.revision)
    manifest = read_manifest(folder / MANIFEST)
    latest = tree.latest(revision.year)
    as_of = date.fromisoformat(tree.log[-1].date)
    day, until = chinese_day(revision.date), chinese_day(as_of.isoformat())
    facts = [
        ("文号", revision.doc_no), ("发布日期", day), ("批准机关", revision.approved_by), ("更正原因", revision.reason),
        ("发布记录截至", until),
    ]  # fmt: skip
    warning = ""
    if latest is not None and latest.revision != revision.revision:
        warning = f"这一版已由修订版 {latest.name}（{chinese_day(latest.date)}发布）取代，只作存档。"
    web = f"：{publication.site_url}/" if publication.site_url else "。"
    about = About(
        manifest.title,
        f"{revision.year}年度版，修订版 {revision.name}",
        [(what, text) for what, text in facts if text],
        f"离线版：{revision.year}年度版 {revision.name}，{day}发布；发布记录截至{until}。"
        f"后来有没有更正，以网上版为准{web}",
        f"Offline copy of edition {revision.year} {revision.name}, released {revision.date}; as of {as_of}. "
        f"Corrections made since are on the web{web.replace('：', ': ').replace('。', '.')}",
        warning,
        as_of,
    )
    return Original(
        folder, f"/{revision.address}/", list(manifest.outputs), f"gongbao-{revision.year}-{revision.name}",
        publication.site_url, about, {name: output.sha256 for name, output in manifest.outputs.items()},
        status_style(revision, latest, english=in_english(tree, revision)),
    )  # fmt: skip


def of_draft(publication: Publication, day: date) -> Original:
    """The site that the last build made, to be copied as of `day`. Raises OfflineError where there is none, and for
    one that stays in the office."""
    folder = publication.output_folder
    if publication.internal or (folder / MARKER).exists():
        raise OfflineError("内部资料不能打包：打成一个文件就容易传出去。请在本单位的电脑上直接打开。")
    if not (folder / "index.html").is_file():
        raise OfflineError(f"{folder.name}/ 里没有网站；请先运行 gongbao build。")
    try:
        names = list_files(folder)
    except ManifestError as error:
        raise OfflineError(str(error)) from error
    packed_on = chinese_day(day.isoformat())
    about = About(
        publication.title,
        "草稿（未发布）",
        [("打包日期", packed_on)],
        f"离线版：没有发布的草稿，{packed_on}打包，不得引用、不得公开",
        f"Offline copy of an unreleased draft, packed {day}; not to be cited or passed on",
        "这是没有发布的草稿，不得引用、不得公开。",
        day,
    )
    return Original(folder, "/", names, "gongbao-draft", "", about)


def write_offline(original: Original, out: Path, *, limit: int | None = None) -> Zipped:
    """Write an offline copy to the zip `out`, of at most `limit` bytes.

    Raises OfflineError for a file that isn't as it was sealed and for names that Windows doesn't allow, and what
    `zipped.write_zip` raises; then there is no zip.
    """
    faults = faults_of_names(f"{original.top}/{FILES}/{name}" for name in original.packed)
    if faults:
        listed = "\n".join(f"- {fault}" for fault in faults)
        raise NamesError(f"有些文件不能打包，请在 site/ 里改名后重新生成：\n{listed}")
    return write_zip(out, _contents(original), original.about.day, limit=limit)


def _belongs(name: str, there: set[str]) -> bool:
    if name in _LEFT_OUT or name.startswith(_LEFT_OUT_FOLDERS):
        return False
    # A chart's specification, for the interactive view alone, which a page opened from disk can't have.
    return not (name.endswith(".json") and f"{name.removesuffix('json')}svg" in there)


def _contents(original: Original) -> Iterator[tuple[str, bytes]]:
    """Every file of the zip, the first page first."""
    names = original.packed
    there = set(names)
    inside = Inside(original.root, there, original.site_url)
    yield f"{original.top}/{START}", _start_page(original, there)
    for name in names:
        data = _read(original, name)
        if name.endswith(".html"):
            data = offline_page(data, name, inside)
        elif name == _THEME:
            data += _style(original).encode()
        yield f"{original.top}/{FILES}/{name}", data


def _read(original: Original, name: str) -> bytes:
    try:
        data = (original.folder / name).read_bytes()
    except OSError as error:
        raise OfflineError(f"{name} 读不出来（{error.strerror}），没有打包。") from error
    if original.digests and sha256(data) != original.digests[name]:
        raise OfflineError(f"{name} 和封存时不同，没有打包；请先运行 gongbao verify。")
    return data


def _style(original: Original) -> str:
    """What the style sheet of a copy says besides the site's: its status, and what it is, on each page."""
    line, english = css_string(original.about.line), css_string(original.about.english)
    return f"""
/* offline copy */
{original.style}.gb-unpack {{ display: none; }}
.gb-offline {{ display: none !important; }}
.gb-head::before {{ content: {line}; display: block; margin: 0 0 .8rem; padding: .35rem .8rem; border-left: 4px solid \
var(--gold); background: var(--sample-pale); color: var(--sample); font-size: .9rem; line-height: 1.6; \
overflow-wrap: anywhere; }}
html[lang="en"] .gb-head::before {{ content: {english}; }}
a[data-online]::after {{ content: "（网上版）"; font-size: .85em; }}
html[lang="en"] a[data-online]::after {{ content: " (on the web)"; }}
a[data-online]:not([href]) {{ color: var(--soft); }}
.gb-start {{ padding-top: 2.5rem; }}
.gb-start dl {{ display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: 1.5rem 0 0; }}
.gb-start dt {{ color: var(--soft); }}
.gb-start dd {{ margin: 0; overflow-wrap: anywhere; }}
.gb-start-links {{ align-items: center; margin: 1.5rem 0; }}
.gb-start-links a:first-child {{ padding: .5rem 1.4rem; border-radius: 4px; background: var(--blue); \
color: var(--on-blue); font-weight: 700; text-decoration: none; }}
"""


def _start_page(original: Original, there: set[str]) -> bytes:
    wanted = (
        ("index.html", "开始阅读"), (SEARCH.removeprefix("/"), "搜索"), ("site/indicators.html", "指标"),
        ("site/data.html", "数据下载"), ("corrections.html", "更正说明"), ("en/index.html", "English"),
    )  # fmt: skip
    links = [(name, text) for name, text in wanted if name in there]
    return portal_fragment(
        "offline.html.j2", f"/{START}", about=original.about, files=FILES, icon=ICON, policy=POLICY, theme=_THEME,
        site_url=original.site_url, released=bool(original.digests), links=links,
    ).encode()  # fmt: skip


def add_offline(tree: Tree, publication: Publication, year: int, staging: Path) -> list[str]:
    """Stage the offline copy of the revision that an edition of `tree` shows, where the settings ask for one.

    Gives why there is none although they do: it would be larger than they allow, or have names that Windows doesn't.
    """
    latest, limit = tree.latest(year), publication.settings.offline_limit
    if latest is None or not limit:
        return []
    out = staging / str(year) / offline_name(year)
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        write_offline(of_revision(tree, latest, publication), out, limit=limit)
    except (TooLargeError, NamesError) as error:
        return [f"没有做 {year} 年度版的离线版：{error}"]
    return []


__all__ = ["OfflineError", "Original", "add_offline", "of_draft", "of_revision", "write_offline"]
