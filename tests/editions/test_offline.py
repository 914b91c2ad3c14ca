"""The offline copy of an edition: what is in it, where its links lead, what it says of itself, that it is provable."""

from __future__ import annotations

import json
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from gongbao.editions.latest import offline_size
from gongbao.editions.manifest import ManifestError
from gongbao.editions.offline import (
    NamesError,
    OfflineError,
    Original,
    add_offline,
    of_draft,
    of_revision,
    write_offline,
)
from gongbao.editions.offline_pages import Inside, offline_page
from gongbao.editions.portal import portal_files
from gongbao.editions.release import write_all
from gongbao.editions.tree import offline_sizes
from gongbao.site.internal import MARKER
from offline_copies import dead_links, led_to_web, loaded_from_web, unpacked
from published_trees import COUNTY, PublishedTree, example, make_publication

SITE = "https://example.gov.cn/dd"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    return example(tmp_path_factory.mktemp("known"), site_url=SITE)


@pytest.fixture(scope="module")
def nowhere(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    """The same, and nobody knows at which address it will stand."""
    return example(tmp_path_factory.mktemp("unknown"))


def original(tree: PublishedTree, year: int, number: int) -> Original:
    return of_revision(tree.tree, tree.tree.revisions(year)[number - 1], tree.publication)


def copy(tree: PublishedTree, year: int, number: int, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    write_offline(original(tree, year, number), folder / "copy.zip")
    return unpacked(folder / "copy.zip", folder / "unpacked")


def test_a_reader_finds_one_file_to_open_beside_the_folder_of_all_others(
    tree: PublishedTree, tmp_path: Path
) -> None:
    top = copy(tree, 2021, 1, tmp_path)
    assert top.name == "gongbao-2021-r1"
    assert sorted(path.name for path in top.iterdir()) == ["files", "打开.html"]
    start = (top / "打开.html").read_text("utf-8")
    assert "2021年度版，修订版 r1" in start and "2022年3月29日" in start and "示政教督〔2021〕1号" in start
    assert 'href="files/index.html"' in start
    # Opened inside the zip, without the style sheet, it says what to do; with it that is not seen.
    assert 'class="gb-unpack"' in start and "全部解压" in start
    assert ".gb-unpack { display: none; }" in (top / "files/site/theme/gongbao.css").read_text("utf-8")


def test_no_link_of_a_copy_is_dead_and_nothing_is_loaded_from_the_web(
    tree: PublishedTree, nowhere: PublishedTree, tmp_path: Path
) -> None:
    for name, source in (("known", tree), ("unknown", nowhere)):
        for year, number in ((2019, 1), (2020, 1), (2020, 2), (2021, 1)):
            top = copy(source, year, number, tmp_path / f"{name}{year}{number}")
            assert dead_links(top) == []
            assert loaded_from_web(top) == []
            web = led_to_web(top)
            assert all(address.startswith(f"{SITE}/") for address in web) if source is tree else not web


def test_what_stands_outside_leads_to_the_web_and_is_marked(tree: PublishedTree, tmp_path: Path) -> None:
    top = copy(tree, 2020, 1, tmp_path)
    page = (top / f"files/{COUNTY}/finance.html").read_text("utf-8")
    for target in (
        f"2020/{COUNTY}/finance.html", f"versions/{COUNTY}.html#finance", "corrections.html", "2020/withdrawn.html",
    ):  # fmt: skip
        [link] = set(re.findall(rf'<a [^<>]*href="{SITE}/{re.escape(target)}"[^<>]*>', page))
        assert "data-online" in link
    assert "data-versions" not in page
    # The tree's home is the copy's, and what the search needs is there.
    assert re.search(r'<a class="gb-brand" href="\.\./index\.html">', page)
    assert "status/" not in page
    assert "（网上版）" in (top / "files/site/theme/gongbao.css").read_text("utf-8")


def test_where_the_address_is_not_known_the_words_stay_and_lead_nowhere(
    nowhere: PublishedTree, tmp_path: Path
) -> None:
    page = (copy(nowhere, 2020, 1, tmp_path) / f"files/{COUNTY}/finance.html").read_text("utf-8")
    assert "<a data-online>最新修订版</a>" in page
    assert "canonical" not in page


def test_a_page_differs_in_its_links_alone_and_every_other_file_in_nothing(
    tree: PublishedTree, tmp_path: Path
) -> None:
    top = copy(tree, 2020, 2, tmp_path) / "files"
    sealed = tree.root / "2020/r2"
    tags = re.compile(rb"<(?:a|link|form)\b[^<>]*>")
    for path in top.rglob("*"):
        if path.is_dir():
            continue
        name, mine = path.relative_to(top).as_posix(), path.read_bytes()
        theirs = (sealed / name).read_bytes()
        if name.endswith(".html"):
            assert b"".join(tags.sub(b"", mine).split()) == b"".join(tags.sub(b"", theirs).split()), name
        elif name.endswith(".css"):
            assert mine.startswith(theirs)
        else:
            assert mine == theirs
    left_out = {p.relative_to(sealed).as_posix() for p in sealed.rglob("*") if p.is_file()} - {
        p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()
    }
    assert left_out == {"manifest.json"} | {f"snapshot/{p.name}" for p in (sealed / "snapshot").iterdir()}


def test_a_superseded_revision_says_so_on_its_first_page_and_on_every_other(
    tree: PublishedTree, tmp_path: Path
) -> None:
    old, new = (copy(tree, 2020, number, tmp_path / str(number)) for number in (1, 2))
    assert "已由修订版 r2（2021年5月10日发布）取代" in (old / "打开.html").read_text("utf-8")
    assert "取代" not in (new / "打开.html").read_text("utf-8")
    styles = [(top / "files/site/theme/gongbao.css").read_text("utf-8") for top in (old, new)]
    assert [".gb-superseded{display:block}" in style for style in styles] == [True, False]
    # As of the log's last day, not of the day on which somebody packs.
    assert all("发布记录截至2022年3月29日" in style for style in styles)
    assert "更正原因" in (new / "打开.html").read_text("utf-8")


def test_the_same_revision_gives_the_same_bytes(tree: PublishedTree, tmp_path: Path) -> None:
    made = [write_offline(original(tree, 2020, 2), tmp_path / name) for name in ("a.zip", "b.zip")]
    assert made[0] == made[1] and made[0].bytes == (tmp_path / "a.zip").stat().st_size
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a.zip") as opened:
        assert {entry.date_time for entry in opened.infolist()} == {(2022, 3, 29, 0, 0, 0)}
        assert [e.flag_bits & 0x800 for e in opened.infolist() if not e.filename.isascii()] == [0x800]


def test_a_file_that_is_not_as_it_was_sealed_is_not_packed(nowhere: PublishedTree, tmp_path: Path) -> None:
    shutil.copytree(nowhere.root, tmp_path / "tree")
    changed = PublishedTree(tmp_path / "tree", nowhere.publication, tmp_path)
    page = tmp_path / f"tree/2021/r1/{COUNTY}/finance.html"
    page.write_bytes(page.read_bytes().replace("正文".encode(), "错文".encode()))
    with pytest.raises(OfflineError, match=r"finance\.html 和封存时不同"):
        write_offline(original(changed, 2021, 1), tmp_path / "copy.zip")
    page.unlink()
    with pytest.raises(OfflineError, match=r"finance\.html 读不出来"):
        write_offline(original(changed, 2021, 1), tmp_path / "copy.zip")
    (tmp_path / "tree/2021/r1/manifest.json").write_text("{}")
    with pytest.raises(ManifestError):
        original(changed, 2021, 1)
    assert not list(tmp_path.glob("*.zip*")) and not list(tmp_path.glob(".*"))


# --- links of a page, one by one ---------------------------------------------------------------------------------

NAMES = frozenset(
    {"index.html", "990101/finance.html", "990101/finance/图 1.svg", "site/search.html", "en/index.html"}
)


@pytest.mark.parametrize(
    ("written", "placed"),
    [
        ('<a href="finance.html#sec-1">x</a>', '<a href="finance.html#sec-1">x</a>'),
        ('<a href="#top">x</a>', '<a href="#top">x</a>'),
        ('<a href="finance/%E5%9B%BE%201.svg">x</a>', '<a href="finance/%E5%9B%BE%201.svg">x</a>'),
        ('<a href="../">x</a>', '<a href="../index.html">x</a>'),
        ('<a href="../../../index.html">x</a>', '<a href="../index.html">x</a>'),
        ('<a href="../../../en/index.html">x</a>', '<a href="../en/index.html">x</a>'),
        ('<form action="../site/search.html?a=1&amp;b=2">', '<form action="../site/search.html?a=1&amp;b=2">'),
        ('<a href="?year=2020">x</a>', '<a href="?year=2020">x</a>'),
        ('<a href="mailto:a@b.cn">x</a>', '<a href="mailto:a@b.cn">x</a>'),
        ('<a href="https://a.cn/b">x</a>', '<a href="https://a.cn/b">x</a>'),
        ('<link rel="stylesheet" href="../../../status/2023/r1.css">', ""),
        ("<a class='x' href='../../../feed.xml'>x</a>", f"<a class='x' href=\"{SITE}/feed.xml\" data-online>x</a>"),
        ('<a href="/x?a=1">x</a>', '<a href="https://example.gov.cn/x?a=1" data-online>x</a>'),
        ('<a href="../../../a?x=1&amp;y=2#z">x</a>', f'<a href="{SITE}/a?x=1&amp;y=2#z" data-online>x</a>'),
        ('<img src="../../../logo.png" alt="标">', '<img alt="标">'),
        ('<p><button class="gb-interactive" data-spec="finance/fig-1.json">交互</button></p>', "<p></p>"),
    ],
)  # fmt: skip
def test_a_link_of_a_page(written: str, placed: str) -> None:
    inside = Inside("/2023/r1/", NAMES, SITE)
    assert offline_page(written.encode(), "990101/finance.html", inside).decode() == placed


# --- drafts --------------------------------------------------------------------------------------------------------


def draft(folder: Path, *more: str) -> Path:
    """A publication with a site of three pages."""
    publication = make_publication(folder / "publication")
    site = publication.output_folder
    shutil.copytree(publication.pages / "theme", site / "site/theme")
    for name in ("index.html", "reports/2023/990101/finance.html", "site/关于.html", *more):
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        depth = "../" * name.count("/")
        path.write_text(
            f'<!DOCTYPE html><a href="{depth}index.html">首页</a><a href="没有.html">x</a>', "utf-8"
        )
    return publication.root


def test_a_draft_says_that_it_is_one(tmp_path: Path) -> None:
    publication = make_publication(tmp_path / "publication")
    draft(tmp_path / "again")
    shutil.copytree(tmp_path / "again/publication/_site", publication.output_folder)
    write_offline(of_draft(publication, date(2024, 3, 1)), tmp_path / "draft.zip")
    top = unpacked(tmp_path / "draft.zip", tmp_path / "unpacked")
    assert top.name == "gongbao-draft" and dead_links(top) == []
    start = (top / "打开.html").read_text("utf-8")
    assert "草稿" in start and "不得引用" in start and "2024年3月1日" in start


def test_what_stays_in_the_office_is_not_packed(tmp_path: Path) -> None:
    publication = make_publication(tmp_path / "publication")
    with pytest.raises(OfflineError, match="没有网站"):
        of_draft(publication, date(2024, 3, 1))
    with pytest.raises(OfflineError, match="内部资料不能打包"):
        of_draft(publication.for_office(), date(2024, 3, 1))
    publication.output_folder.mkdir()
    (publication.output_folder / MARKER).write_text("内部资料")
    with pytest.raises(OfflineError, match="内部资料不能打包"):
        of_draft(publication, date(2024, 3, 1))


def test_names_that_windows_refuses_are_all_told_before_anything_is_written(tmp_path: Path) -> None:
    bad = (
        "site/a:b.html",
        "site/con.html",
        "site/Index.html",
        "site/index.html",
        f"site/{'长' * 70}/{'长' * 70}.html",
    )
    publication = make_publication(tmp_path / "publication")
    draft(tmp_path / "again", *bad)
    shutil.copytree(tmp_path / "again/publication/_site", publication.output_folder)
    with pytest.raises(NamesError) as error:
        write_offline(of_draft(publication, date(2024, 3, 1)), tmp_path / "draft.zip")
    assert len(str(error.value).splitlines()) == 5  # the heading and one for each but the first of the two
    assert "关于" not in str(error.value)
    assert not list(tmp_path.glob("*.zip"))


# --- a tree that holds one (test_release.py has one that a release made) -----------------------------------------


def test_a_tree_without_copies_offers_none(tree: PublishedTree) -> None:
    editions = json.loads((tree.root / "editions.json").read_bytes())["editions"]
    assert all("offline" not in edition for edition in editions)
    assert "离线" not in (tree.root / "index.html").read_text("utf-8")
    assert "离线" not in (tree.root / "editions.html").read_text("utf-8")
    assert (tree.root / "status/2021/r1.css").read_text("utf-8") == "/* 现行修订版 */\n"


@pytest.mark.parametrize(("size", "why"), [("1 KB", ["没有做 2020 年度版的离线版"]), ("0 MB", [])])
def test_a_release_makes_none_that_is_larger_than_is_allowed(
    tree: PublishedTree, tmp_path: Path, size: str, why: list[str]
) -> None:
    settings = tree.publication.settings.model_copy(update={"offline_size": size})
    publication = replace(tree.publication, settings=settings)
    notes = add_offline(tree.tree, publication, 2020, tmp_path)
    assert [note.partition("：")[0] for note in notes] == why
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    assert offline_size(tmp_path, 2020) == 0


def test_the_sizes_of_other_editions_are_known_without_their_copies(
    nowhere: PublishedTree, tmp_path: Path
) -> None:
    """On a branch a release lays out the list of editions and no copy of another year."""
    tree = PublishedTree(tmp_path / "tree", nowhere.publication, tmp_path)
    shutil.copytree(nowhere.root, tree.root)
    for year in (2020, 2021):
        write_all(tree.root, portal_files(tree.tree, tree.publication, year, offline=year * 1000))
    home = (tree.root / "editions.html").read_text("utf-8")
    assert "下载离线阅读（zip，约 2 MB）" in home and home.count("gongbao-2020.zip") == 1
    assert offline_sizes(tree.root) == {2020: 2_020_000, 2021: 2_021_000}
    write_all(tree.root, portal_files(tree.tree, tree.publication, 2020))
    assert offline_sizes(tree.root) == {2021: 2_021_000}
