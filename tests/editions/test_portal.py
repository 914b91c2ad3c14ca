"""The portal's own pages: what they say, that the same tree gives the same bytes, and what a release reads."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath

import pytest

from gongbao.editions.latest import edition_files
from gongbao.editions.portal import portal_files
from gongbao.editions.portal_home import home_page
from gongbao.editions.portal_places import everyone, places_pages
from gongbao.editions.portal_shelf import Shelf
from gongbao.editions.verify import verify_tree
from gongbao.editions.withdraw import Wish, withdraw_edition
from published_trees import COUNTY, NEW, OLD, REAL, Place, PublishedTree, county, example, value, verdict

SITE = "https://example.org/gongbao"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    return example(tmp_path_factory.mktemp("portal"), site_url=SITE)


def text(tree: PublishedTree, name: str) -> str:
    """A page's main part as plain words."""
    html = (tree.root / name).read_text("utf-8")
    main = html[html.index("<main") : html.index("</main>")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", main))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, said in attrs:
            if name in ("href", "src", "data-versions") and said:
                self.found.append(said)
            if name == "id" and said:
                self.ids.append(said)


def links(path: Path) -> _Links:
    parser = _Links()
    parser.feed(path.read_text("utf-8"))
    return parser


def test_home_shows_the_latest_edition_and_real_places_first(tree: PublishedTree) -> None:
    words = text(tree, "index.html")
    assert "最新年度版：2021年" in words
    assert "r1 · 示政教督〔2021〕1号 · 2022-03-29 发布" in words
    assert words.index("平昌县") < words.index("示例甲县")
    assert words.index("示例数据") < words.index("示例甲县")  # the mark stands before the first sample
    assert "? 待定 经费与专项资金" in words  # 示例己区's headline verdict of 2021
    assert words.index("2020年度版 r1 → r2") > words.index("全部年度版")
    assert "示例甲县填报表里小学生均经费录入有误" in words


def test_a_place_that_changed_its_code_is_listed_once_with_all_its_years(tree: PublishedTree) -> None:
    html = (tree.root / "index.html").read_text("utf-8")
    row = next(line for line in html.splitlines() if "<b>示例己区</b>" in line)
    assert [f"2021/{NEW}", f"2020/{OLD}", f"2019/{OLD}"] == re.findall(r'href="(\d{4}/\d{6})/index', row)
    assert "<b>示例己县</b>" not in html


def test_editions_tell_state_document_date_and_reason(tree: PublishedTree) -> None:
    html = (tree.root / "editions.html").read_text("utf-8")
    states = re.findall(r'<tr id="(y\d{4}-r\d)">.*?gb-standing-(\w+)">([^<]+)<', html, re.DOTALL)
    assert states == [
        ("y2021-r1", "released", "已发布"),
        ("y2020-r2", "released", "已发布"),
        ("y2020-r1", "superseded", "已被取代"),
        ("y2019-r1", "released", "已发布"),
    ]
    words = text(tree, "editions.html")
    assert "示政教督〔2020〕2号" in words and "示例市人民政府教育督导委员会办公室" in words


def test_corrections_are_told_with_what_changed_and_lead_to_both_pages(tree: PublishedTree) -> None:
    words = text(tree, "corrections.html")
    assert "2021-05-10" in words
    # Three things differ: the verdict, the value behind it, and the page 安全与信访 that is gone.
    assert "共 3 处：结论翻转 1，数值 1，网页 1" in words
    assert "示例甲县，生均经费只增不减：达标（旧版页面） → 未达标（新版页面）" in words
    found = links(tree.root / "corrections.html").found
    for page in ("r1/990101/finance.html", "r2/990101/finance.html", "r2/corrections.html", "r1/index.html"):
        assert f"2020/{page}" in found


def test_every_link_of_the_tree_leads_somewhere(tree: PublishedTree) -> None:
    pages = {p.relative_to(tree.root).as_posix(): links(p) for p in tree.root.rglob("*.html")}
    dead = []
    for name, page in pages.items():
        for link in page.found:
            if link.startswith(("#", "data:", SITE, "/gongbao/")):
                continue
            path, _, fragment = link.partition("#")
            target = normpath(join(dirname(name), path))
            if not (tree.root / target).is_file():
                # The hand-written editions lack these pages of a whole one; the last two are linked
                # by words that show when they are there.
                if not re.search(
                    r"/(site/(indicators|sources|data)\.html|withdrawn\.html|gongbao-\d{4}\.zip)$",
                    "/" + target,
                ):
                    dead.append((name, link))
            elif fragment and fragment not in pages[target].ids:
                dead.append((name, link))
    assert dead == []


def test_a_wrong_address_at_any_depth_gets_a_page_that_finds_its_theme(tree: PublishedTree) -> None:
    found = links(tree.root / "404.html").found
    assert "/gongbao/theme/gongbao.css" in found and "/gongbao/index.html" in found
    assert all(link.startswith(("/gongbao/", "data:", "#", SITE)) for link in found)


def test_portal_pages_keep_the_sites_policy_and_hold_no_inline_script(tree: PublishedTree) -> None:
    names = ["index.html", "editions.html", "corrections.html", "404.html", f"versions/{COUNTY}.html"]
    names += [f"history/{COUNTY}.html", "history/index.html", "history/indicators/per_pupil_budget.html"]
    for name in names:
        html = (tree.root / name).read_text("utf-8")
        assert "script-src &#39;self&#39;" in html, name
        assert len(re.findall(r"<script", html)) == 1 and "<script src=" in html, name
        assert f'<link rel="canonical" href="{SITE}/{name}">' in html, name
        assert str(tree.root) not in html, name


def test_the_same_tree_gives_the_same_bytes_whatever_was_there(tree: PublishedTree) -> None:
    """Everything but the list of places is written from the log and the seals; that list is checked
    against the seals it names."""
    again = {a: d for year in tree.tree.editions for a, d in portal_files(tree.tree, tree.publication, year)}
    for address, data in again.items():
        if not re.match(r"/\d{4}/", address):
            assert (tree.root / address[1:]).read_bytes() == data, address


def test_a_list_of_places_for_another_seal_is_not_believed(tmp_path: Path) -> None:
    tree = example(tmp_path)
    path = tree.root / "versions/places.json"
    content = json.loads(path.read_bytes())
    content["editions"]["2019"]["places"] = {"990199": "示例壬县"}
    content["editions"]["2019"]["manifest_sha256"] = "0" * 64
    path.write_text(json.dumps(content), "utf-8")
    pages = dict(portal_files(tree.tree, tree.publication, 2021))
    assert "示例壬县" not in pages["/index.html"].decode()
    assert "平昌县" in pages["/index.html"].decode()


def test_the_tree_verifies_with_all_portal_files(tree: PublishedTree) -> None:
    assert verify_tree(tree.root) == []


def opened(tree: PublishedTree, changed: int) -> Counter[str]:
    """Snapshots and changes that making the portal opens, by path below the tree."""
    found: Counter[str] = Counter()
    active = True

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if active and event == "open" and str(arguments[0]).startswith(str(tree.root)):
            found[Path(str(arguments[0])).relative_to(tree.root).as_posix()] += 1

    sys.addaudithook(hook)
    for _ in portal_files(tree.tree, tree.publication, changed):
        pass
    active = False
    return found


def test_a_release_opens_no_county_of_another_edition_but_its_own(tmp_path: Path) -> None:
    tree = example(tmp_path)
    found = opened(tree, 2021)  # has 示例甲县 and 示例己区 (formerly 990106), not 平昌县
    assert f"2019/r1/snapshot/{COUNTY}.json" in found and f"2020/r1/snapshot/{OLD}.json" in found
    assert not any(REAL in name for name in found)


def test_older_editions_without_the_county_cost_nothing(tmp_path: Path) -> None:
    """The same last edition after two and after eight others, which have another county."""
    counts = []
    for history in (2, 8):
        tree = PublishedTree(
            tmp_path / str(history) / "tree",
            example(tmp_path / f"p{history}").publication,
            tmp_path / str(history) / "scratch",
        )
        other = Place("示例乙县", ("finance",), (value(2000, 1.0),), (verdict("finance", "pass", "990102"),))
        for year in range(2001, 2001 + history):
            tree.release(year, {"990102": other}, date=f"{year + 1}-03-01")
        tree.release(2021, {COUNTY: county(8200.0, 2021)}, date="2022-03-01")
        counts.append(sum(n for name, n in opened(tree, 2021).items() if "/snapshot/" in name))
    assert counts[0] == counts[1]


def withdraw(tree: PublishedTree, year: int, revision: int, reason: str, *, erase: bool = False) -> None:
    day = date(2022, 5, 1)
    wish = Wish(year, day, day, reason)
    withdraw_edition(tree.publication, wish, tree.root, revision=revision, erase=erase)


def test_a_withdrawn_edition_is_told_everywhere(tmp_path: Path) -> None:
    tree = example(tmp_path, site_url=SITE)
    withdraw(tree, 2021, 0, "数据未经核实即予发布")
    words = text(tree, "index.html")
    assert "最新年度版：2020年" in words and "2021年已撤回" in words
    assert "数据未经核实即予发布" in text(tree, "corrections.html")
    assert "已撤回" in text(tree, "editions.html") and "2022-05-01 撤回" in text(tree, "editions.html")
    assert "已撤回" in text(tree, f"versions/{COUNTY}.html")
    assert "8200.00元" not in text(tree, f"history/{COUNTY}.html")  # what is void is no value of the year
    assert "sitemap-2021" not in (tree.root / "sitemap.xml").read_text()
    assert verify_tree(tree.root) == []


def test_erased_numbers_leave_the_portal_too(tmp_path: Path) -> None:
    tree = example(tmp_path)
    withdraw(tree, 2019, 0, "含有不得公开的内容", erase=True)
    for path in tree.root.rglob("*"):
        if path.is_file() and "11648.78" in path.read_text("utf-8"):
            pytest.fail(f"{path} still holds it")
    assert "没有仍在公布" in text(tree, f"versions/{REAL}.html")
    assert verify_tree(tree.root) == []


def test_a_withdrawn_last_revision_brings_back_the_one_before(tmp_path: Path) -> None:
    tree = example(tmp_path)
    withdraw(tree, 2020, 2, "更正有误")
    assert "8100.00元" in text(tree, f"history/{COUNTY}.html")
    assert (tree.root / "2020/990101/safety.html").read_text("utf-8").count('http-equiv="refresh"') == 0


def test_edition_files_copy_nothing_over_a_redirect(tree: PublishedTree, tmp_path: Path) -> None:
    edition_files(tree.tree, tree.publication, 2021, tmp_path)
    copied = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.html")}
    redirects = {a[1:] for a, _ in portal_files(tree.tree, tree.publication, 2021) if a.startswith("/2021/")}
    assert redirects and not redirects & copied


def test_many_places_are_listed_by_groups(tree: PublishedTree) -> None:
    """With two places to a page the home page lists groups, and pages of theirs list every place once."""
    shelf = Shelf(tree.tree)
    pages = list(places_pages(shelf, limit=2))
    home = home_page(tree.publication, shelf, limit=2)
    expected = sorted(place["name"] for place in everyone(shelf))
    assert len(expected) > 2
    listed = [name for page in pages for name in re.findall(r"<li><b>([^<]+)</b>", page.body)]
    assert sorted(listed) == expected
    assert all(page.body.count("<li><") <= 2 for page in pages)
    linked = {
        normpath(join(dirname(p.address), a))
        for p in (home, *pages)
        for a in re.findall('href="([^"]+)"', p.body)
    }
    assert {page.address for page in pages} <= linked
    assert "各县（市、区）各年度" in home.body and '<ul class="gb-places">' not in home.body
    assert list(places_pages(shelf)) == [], "few places are on the home page"
