"""What a page says of the edition and revision it belongs to: draft, reviewed, released, superseded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Browser

import samples
from browsing import STANDARDS, served, too_wide, watch
from gongbao.editions.relocate import copy_latest, released_address, relocate
from gongbao.publication import Release, open_publication
from gongbao.site import build_site
from gongbao.site.addresses import in_edition
from gongbao.site.layout import Page, Subject, chinese_day, whole
from samples import Built

OFFICE = "示例市人民政府教育督导委员会办公室"
SITE = "https://dudao.example.org/gongbao"
FIRST = Release(2019, 1, "2020-03-31", "示政教督〔2020〕1号", OFFICE, site_url=SITE)
SECOND = Release(2019, 2, "2020-06-01", "", OFFICE, "更正一处数据")
DRAFT, REVIEWED = "/reports/2018/511923/finance.html", "/reports/2019/511923/finance.html"


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html))


def build(built: Built, release: Release, out: Path) -> dict[str, str]:
    """The site of 2019 as a release; its pages by address."""
    reports = {key: path for key, path in built.reports.items() if key.year == release.year}
    build_site(
        built.publication.for_release(release), built.dataset, reports, samples.WORKBOOKS, out,
        workers=1, store=built.store,
    )  # fmt: skip
    return {f"/{p.relative_to(out).as_posix()}": p.read_text("utf-8") for p in out.rglob("*.html")}


@pytest.fixture(scope="module")
def first(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return build(built, FIRST, tmp_path_factory.mktemp("r1") / "site")


@pytest.fixture(scope="module")
def second(built: Built, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return build(built, SECOND, tmp_path_factory.mktemp("r2") / "site")


# --- the working build -----------------------------------------------------------------------------


def test_a_page_of_a_draft_says_so_and_carries_a_watermark(built: Built) -> None:
    for address in (DRAFT, "/reports/2018/511923/index.html", "/reports/2018/index.html"):
        page = built.page(address)
        assert "草稿，未经审核，不得引用" in words(page)
        assert page.count('class="gb-draft-mark" aria-hidden="true"') == 1
        assert '<meta name="robots" content="noindex">' in page


def test_a_page_of_a_reviewed_edition_says_that_it_is_not_released(built: Built) -> None:
    page = built.page(REVIEWED)
    assert "2019年度版：已审核，未发布" in words(page)
    assert "gb-draft" not in page and "noindex" not in page
    assert "gb-release" not in page and "canonical" not in page and "gb-superseded" not in page


def test_pages_of_several_editions_mark_the_years_that_are_drafts(built: Built) -> None:
    for address in ("/index.html", "/site/data.html", "/site/areas/finance.html", "/reports/2019/index.html"):
        page = built.page(address)
        assert "2018年（草稿）" in words(page), address
        assert "2019年（草稿）" not in words(page) and "gb-draft" not in page, address


def test_the_excel_file_of_a_draft_says_so(built: Built) -> None:
    titles = {
        year: str(load_workbook(built.folder / f"data/{year}/511923.xlsx").worksheets[0]["A1"].value)
        for year in (2018, 2019)
    }
    assert "（草稿，未经审核，不得引用）" in titles[2018] and "草稿" not in titles[2019]


def test_the_switcher_says_where_another_year_has_no_such_report(built: Built) -> None:
    """平昌县 has 经费 in both years and 义务教育均衡 in 2019 alone."""
    balance = built.page("/reports/2019/511923/balance.html")
    assert (
        '<a href="../../2018/511923/index.html">2018年（草稿）</a> <span>没有这一篇，看公报首页</span>'
        in balance
    )
    finance = built.page(REVIEWED)
    assert 'href="../../2018/511923/finance.html"' in finance and "没有这一篇" not in finance
    assert "没有这一篇" not in built.page("/reports/2019/990101/finance.html")  # one year only


def test_an_internal_build_has_its_own_mark_only(built: Built) -> None:
    page = whole(Page("/a.html", "页", "", subject=Subject(2018, True)), built.publication.for_office(), ())
    assert "内部资料" in page and "gb-draft" not in page and "未经审核" not in page


# --- a release -------------------------------------------------------------------------------------


def test_every_page_of_a_release_says_which_one_it_is(first: dict[str, str]) -> None:
    assert len(first) > 15
    for address, page in first.items():
        line = re.search(r'<p class="gb-release-line">(.*?)</p>', page)
        assert line, address
        assert words(line[1]) == (
            f"2019年度 · 修订版 r1 · 示政教督〔2020〕1号 · 发布日期 2020年3月31日 · 批准机关 {OFFICE}"
        )
        assert '<time datetime="2020-03-31">' in line[1]
        assert "gb-draft" not in page and "未发布" not in page and "草稿" not in words(page)
        assert re.search(r'<meta name="description" content="[^"]*（2019年度，修订版 r1）">', page)


def test_what_was_not_said_leaves_no_gap(second: dict[str, str]) -> None:
    line = re.search(r'<p class="gb-release-line">(.*?)</p>', second[REVIEWED])
    assert line and words(line[1]) == f"2019年度 · 修订版 r2 · 发布日期 2020年6月1日 · 批准机关 {OFFICE}"


def test_the_canonical_address_is_that_of_the_latest_revision(
    first: dict[str, str], second: dict[str, str]
) -> None:
    assert f'<link rel="canonical" href="{SITE}/2019/511923/finance.html">' in first[REVIEWED]
    assert f'<link rel="canonical" href="{SITE}/2019/site/areas.html">' in first["/site/areas.html"]
    assert f"本页网址：{SITE}/2019/r1/511923/finance.html" in first[REVIEWED]
    # without an address of the site it is relative, and paper can't name it
    assert '<link rel="canonical" href="../../../-/2019/511923/finance.html">' in second[REVIEWED]
    assert "本页网址" not in second[REVIEWED]
    assert "canonical" not in first["/404.html"]


def test_county_pages_lead_to_the_countys_other_years_and_revisions(first: dict[str, str]) -> None:
    link = (
        '<a href="../../../-/versions/511923.html#finance" data-versions="../../../-/versions/511923.json" '
    )
    assert link + 'data-region="511923" data-area="finance">其他年度和修订版</a>' in first[REVIEWED]
    county = first["/reports/2019/511923/index.html"]
    assert (
        '<a href="../../../-/versions/511923.html" data-versions="../../../-/versions/511923.json" ' in county
    )
    assert 'data-region="511923" data-area=""' in county
    for address in ("/reports/2019/index.html", "/site/areas.html", "/404.html"):
        assert "/versions/" not in first[address] and "-/editions.html" in first[address], address


def test_the_latest_revision_of_the_same_page_is_linked(first: dict[str, str]) -> None:
    assert '<a href="../../../-/2019/511923/finance.html">最新修订版</a>' in first[REVIEWED]
    assert '<a href="../../-/2019/index.html">最新修订版</a>' in first["/reports/2019/index.html"]


def test_only_a_correction_links_its_explanation(
    built: Built, first: dict[str, str], second: dict[str, str]
) -> None:
    assert all("更正说明" not in page for page in first.values())
    assert '<a href="../corrections.html">更正说明</a>' in second[REVIEWED]
    page = Page("/reports/2019/corrections.html", "更正说明", "")
    own = whole(page, built.publication.for_release(SECOND), ())
    assert '<a href="corrections.html" aria-current="page">更正说明</a>' in own


def test_the_style_by_which_the_tree_speaks_comes_last(first: dict[str, str]) -> None:
    for address, page in first.items():
        links = re.findall(r'<link rel="stylesheet" href="([^"]+)">', page)
        assert len(links) == 2 and links[0].endswith("theme/gongbao.css"), address
        assert links[1].endswith("-/status/2019/r1.css"), address


def test_a_release_built_again_is_the_same(built: Built, first: dict[str, str], tmp_path: Path) -> None:
    assert build(built, FIRST, tmp_path / "again") == first


# --- addresses and settings ------------------------------------------------------------------------


def test_addresses_inside_a_revision_are_those_that_it_is_moved_to(first: dict[str, str]) -> None:
    others = ["/data/2019/511923.xlsx", "/data/2019/511923/values.csv", "/data/targets.csv", "/assets/vega.js",
              "/notebooks/2019/511923/finance.ipynb", "/snapshot/edition.json"]  # fmt: skip
    for address in (*first, *others):
        if address != "/index.html":
            assert f"/2019/r1/{in_edition(address, 2019)}" == released_address(address, 2019, 1)


def test_the_site_url_is_read_without_its_last_slash(tmp_path: Path) -> None:
    (tmp_path / "_quarto.yml").write_text(f"website:\n  title: 公报\n  site-url: {SITE}/\n", "utf-8")
    assert open_publication(tmp_path).site_url == SITE
    (tmp_path / "_quarto.yml").write_text("website:\n  title: 公报\n", "utf-8")
    publication = open_publication(tmp_path)
    assert publication.site_url == "" and publication.release is None
    with pytest.raises(ValueError, match="internal"):
        publication.for_office().for_release(FIRST)
    assert publication.for_release(FIRST).release == FIRST
    assert (FIRST.name, FIRST.address) == ("r1", "/2019/r1/")


def test_days_are_written_in_chinese_without_zeros() -> None:
    assert chinese_day("2020-03-01") == "2020年3月1日"
    with pytest.raises(ValueError, match="2020-3-1"):
        chinese_day("2020-3-1")


# --- in a browser ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tree(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """r1 of 2019, moved to its place with its copy; the working site beside it."""
    root = tmp_path_factory.mktemp("tree")
    site = tmp_path_factory.mktemp("moved") / "site"
    build(built, replace(FIRST, site_url=""), site)
    relocate(site, root, 2019, 1)
    copy_latest(root / "2019/r1", root / "2019", 2019, 1)
    (root / "status/2019").mkdir(parents=True)
    return root


@pytest.fixture(scope="module")
def address(tree: Path) -> Iterator[str]:
    with served(tree) as address:
        yield address


STATES = {
    "": (False, False),
    ".gb-superseded{display:block}": (True, False),
    ".gb-withdrawn{display:block}": (False, True),
}


@pytest.mark.browser
@pytest.mark.parametrize("media", ["screen", "print"])
@pytest.mark.parametrize("style", STATES)
def test_the_tree_reveals_a_notice_without_script_or_a_changed_byte(
    browser: Browser, tree: Path, address: str, style: str, media: str
) -> None:
    page_file = tree / "2019/r1/511923/finance.html"
    before = page_file.read_bytes()
    (tree / "status/2019/r1.css").write_text(style, "utf-8")
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.emulate_media(media="print" if media == "print" else "screen")
    page.goto(f"{address}/2019/r1/511923/finance.html")
    superseded, withdrawn = STATES[style]
    assert page.locator(".gb-superseded").is_visible() == superseded
    assert page.locator(".gb-withdrawn").is_visible() == withdrawn
    assert page.locator(".gb-release-line").is_visible()
    assert page.locator(".gb-release nav").is_visible() == (media == "screen")
    if superseded and media == "screen":
        page.get_by_role("link", name="看最新修订版的这一页").click()
        assert page.url == f"{address}/2019/511923/finance.html"
    context.close()
    assert page_file.read_bytes() == before


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_released_pages_fit_and_are_accessible_in_every_state(
    browser: Browser, tree: Path, address: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850}, bypass_csp=True)
    page = context.new_page()
    faults = watch(page, address)
    for style in STATES:
        (tree / "status/2019/r1.css").write_text(style, "utf-8")
        for name in ("511923/finance.html", "511923/index.html", "index.html", "site/areas.html"):
            page.goto(f"{address}/2019/r1/{name}")
            assert too_wide(page) <= 0, (name, style)
            found = Axe().run(page, options=STANDARDS).response["violations"]
            assert found == [], (name, style, found)
    assert faults == []
    context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_a_drafts_watermark_is_in_nobodys_way(browser: Browser, built: Built, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850}, bypass_csp=True)
    page = context.new_page()
    with served(built.folder) as address:
        page.goto(address + DRAFT)
        assert too_wide(page) <= 0
        assert Axe().run(page, options=STANDARDS).response["violations"] == []
        mark = page.locator(".gb-draft-mark")
        assert mark.is_visible()
        # it lies over the whole window and lets every click through
        assert mark.bounding_box() == {"x": 0, "y": 0, "width": page.evaluate("innerWidth"), "height": 850}
        page.get_by_role("link", name="首页").first.click()
        assert page.url.endswith("/index.html")
        page.goto(address + DRAFT)
        page.emulate_media(media="print")
        assert mark.is_visible() and page.locator(".gb-state").is_visible()
    context.close()


# --- the citation, and the bar of place, year and area ---------------------------------------------


def cited(page: str) -> str:
    found = re.search(r'<span id="cite">(.*?)</span>', page, re.DOTALL)
    assert found
    return words(found[1]).removeprefix(f"{OFFICE}：")


def test_what_is_cited_is_the_sealed_address_and_the_day_of_release(
    built: Built, first: dict[str, str], second: dict[str, str]
) -> None:
    title = re.search(r"<h1>(.*?)</h1>", first[REVIEWED])
    assert title
    assert cited(first[REVIEWED]) == (
        f"《{title[1]}》，2019年度版（修订版 r1），示政教督〔2020〕1号，2020年3月31日发布。"
        f"{SITE}/2019/r1/511923/finance.html"
    )
    # without the tree's address a path, called one
    assert cited(second[REVIEWED]).endswith(
        "（修订版 r2），2020年6月1日发布。本站 /2019/r2/511923/finance.html"
    )
    assert cited(first["/site/areas.html"]).endswith(f"{SITE}/2019/r1/site/areas.html")
    assert cited(built.page(DRAFT)).endswith("2018年度版草稿，未经审核，不得引用。")
    assert cited(built.page(REVIEWED)).endswith("2019年度版，已审核，未发布。")
    assert "gb-cite" not in first["/404.html"] and "gb-cite" not in built.page("/site/about.html")


@pytest.mark.parametrize("edition", ["2019/r1", "2019"])
def test_the_bar_of_a_released_page_stays_in_its_edition(
    browser: Browser, tree: Path, address: str, edition: str
) -> None:
    page = browser.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/{edition}/511923/finance.html")
    page.locator(".gb-where summary").first.click()
    page.locator(".gb-where").get_by_role("link", name="示例甲县").click()
    page.wait_for_load_state()
    assert page.url.startswith(f"{address}/{edition}/990101/")
    menu = page.locator(".gb-where .gb-menu").nth(1)
    assert "/versions/990101.html#" in (menu.locator("p a").get_attribute("href") or "")
    for link in page.locator(".gb-where a").evaluate_all("all => all.map(a => a.href)"):
        if "/versions/" not in link:  # the portal's pages are not part of this tree
            path = link.removeprefix(address).partition("#")[0]
            assert (tree / path.lstrip("/")).is_file(), link
    assert [f for f in faults if "/status/" not in f and "404" not in f] == []
    page.close()
