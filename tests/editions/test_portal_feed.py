"""The feed by the rules of RFC 4287, the sitemaps by those of sitemaps.org 0.9."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from gongbao.editions.portal_shelf import Shelf
from gongbao.editions.portal_sitemap import sitemap_files
from published_trees import COUNTY, PublishedTree, county, example

SITE = "https://example.org/gongbao"
ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    return example(tmp_path_factory.mktemp("feed"), site_url=SITE)


def feed(tree: PublishedTree) -> ET.Element:
    return ET.fromstring((tree.root / "feed.xml").read_bytes())


def test_the_feed_has_what_atom_requires(tree: PublishedTree) -> None:
    root = feed(tree)
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):  # 4.1.1, 4.1.2: exactly one of each
            (found,) = element.findall(f"{ATOM}{name}")
            assert found.text and found.text.strip()
        moment = element.findtext(f"{ATOM}updated") or ""
        assert datetime.fromisoformat(moment).tzinfo is not None  # 3.3
        assert re.match(r"urn:uuid:[0-9a-f-]{36}$", element.findtext(f"{ATOM}id") or "")
        alternates = [link for link in element.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternates) == 1 and alternates[0].get("type") == "text/html"
    assert root.findtext(f"{ATOM}author/{ATOM}name")
    selves = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert selves == [f"{SITE}/feed.xml"]
    known = {"id", "title", "updated", "author", "link", "entry", "published", "category", "content", "name"}
    assert {e.tag.removeprefix(ATOM) for e in root.iter()} <= known | {"feed"}


def test_entries_are_the_logs_events_the_latest_first(tree: PublishedTree) -> None:
    entries = feed(tree).findall(f"{ATOM}entry")
    assert [(e.findtext(f"{ATOM}title"), (e.findtext(f"{ATOM}updated") or "")[:10]) for e in entries] == [
        ("2021年度公报发布", "2022-03-29"),
        ("2020年度公报更正（r2）", "2021-05-10"),
        ("2020年度公报发布", "2021-03-30"),
        ("2019年度公报发布", "2020-03-31"),
    ]
    correction = entries[1].findtext(f"{ATOM}content") or ""
    assert "示例甲县填报表里小学生均经费录入有误" in correction and "结论翻转 1" in correction
    assert f"{SITE}/2020/r1/{COUNTY}/finance.html" in correction
    assert len({e.findtext(f"{ATOM}id") for e in entries}) == 4


def test_ids_stay_when_the_tree_moves_or_grows(tmp_path: Path, tree: PublishedTree) -> None:
    def ids(of: PublishedTree) -> list[str | None]:
        return [e.findtext(f"{ATOM}id") for e in feed(of).findall(f"{ATOM}entry")]

    grown = example(tmp_path, site_url=SITE)
    before = ids(grown)
    assert before == ids(tree)
    grown.release(2022, {COUNTY: county(8300.0, 2022)}, date="2023-03-30")
    assert ids(grown)[1:] == before
    assert feed(grown).findtext(f"{ATOM}id") == feed(tree).findtext(f"{ATOM}id")


def test_without_a_site_address_links_are_relative_and_there_is_no_sitemap(tmp_path: Path) -> None:
    tree = example(tmp_path)
    hrefs = [link.get("href") or "" for link in feed(tree).iter(f"{ATOM}link")]
    assert hrefs and all((tree.root / href).is_file() for href in hrefs)
    assert not (tree.root / "sitemap.xml").exists()


def addresses(tree: PublishedTree, name: str) -> list[str]:
    """The addresses of a sitemap or index, checked against the schema's rules."""
    root = ET.fromstring((tree.root / name).read_bytes())
    item = {f"{MAP}urlset": "url", f"{MAP}sitemapindex": "sitemap"}[root.tag]
    assert len(root) >= 1
    found = []
    for child in root:
        assert child.tag == f"{MAP}{item}"
        assert [e.tag for e in child] == [f"{MAP}loc", f"{MAP}lastmod"]
        loc, day = child[0].text or "", child[1].text or ""
        assert 12 <= len(loc) <= 2048 and loc.startswith(SITE)
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)
        found.append(loc.removeprefix(f"{SITE}/"))
    assert len(found) == len(set(found))
    return found


def test_sitemaps_list_canonical_addresses_that_exist(tree: PublishedTree) -> None:
    index = addresses(tree, "sitemap.xml")
    assert index == ["sitemap-portal.xml", "sitemap-2019.xml", "sitemap-2020.xml", "sitemap-2021.xml"]
    pages = [page for name in index for page in addresses(tree, name)]
    for page in pages:
        html = (tree.root / page).read_text("utf-8")
        assert not re.search(r"/r\d+/", page) and 'http-equiv="refresh"' not in html
        assert f'<link rel="canonical" href="{SITE}/{page}">' in html, page
    everything = {p.relative_to(tree.root).as_posix() for p in (tree.root / "2020").glob("*/*.html")}
    own = {p for p in everything if not re.match(r"2020/(r\d+|990116)/|2020/990101/safety", p)}
    assert own <= set(pages)


def test_a_release_writes_the_sitemap_of_its_own_edition_only(tree: PublishedTree) -> None:
    written = [address for address, _ in sitemap_files(SITE, Shelf(tree.tree), 2020)]
    assert written == ["/sitemap-2020.xml", "/sitemap-portal.xml", "/sitemap.xml"]
