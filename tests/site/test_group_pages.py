"""A publication in groups, built whole: every page is reached, links hold before and after a release."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

import samples
from browsing import STANDARDS, served, too_wide, watch
from gongbao.editions.relocate import relocate
from gongbao.publication import Release
from gongbao.site import build_site
from samples import REAL, SAMPLE_A, SAMPLE_B, Key, rows
from test_site_pages import links, text_of

YEAR = 2019


@pytest.fixture(scope="module")
def grouped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Three counties, two to a page: as they are worked on, and released."""
    root = tmp_path_factory.mktemp("grouped")
    publication = samples.make_publication(root)
    regions = [
        {"region_code": "510000", "region_name": "四川省", "level": "省"},
        {"region_code": "511900", "region_name": "巴中市", "level": "市", "parent_code": "510000"},
        {"region_code": REAL, "region_name": "平昌县", "level": "县", "parent_code": "511900"},
        {"region_code": "990000", "region_name": "示例省", "level": "省"},
        {"region_code": "990100", "region_name": "示例市", "level": "市", "parent_code": "990000"},
        {"region_code": SAMPLE_A, "region_name": "示例甲县", "level": "县", "parent_code": "990100"},
        {"region_code": SAMPLE_B, "region_name": "示例乙县", "level": "县", "parent_code": "990100"},
    ]
    dataset = samples.make_dataset(regions=rows("regions", *regions))
    reports = samples.write_reports(root / "executed")
    release = Release(YEAR, 1, "2020-03-01", "示教督〔2020〕1号", "示例市", site_url="https://example.org")
    for name, own, keys in (
        ("working", publication, list(reports)),
        (
            "built",
            replace(publication, release=release),
            [Key(k.year, k.region, k.area) for k in reports if k.year == YEAR],
        ),
    ):
        build_site(
            own, dataset, {key: reports[key] for key in keys}, samples.WORKBOOKS, root / name, workers=1,
            store=root / "store", group=2,
        )  # fmt: skip
    relocate(root / "built", root / "tree", YEAR, 1)
    return {"working": root / "working", "released": root / "tree"}


# What a release makes beside the pages: the portal, and the files that describe the edition.
OUTSIDE = (
    "versions", "status", "editions.html", "corrections.html", "2019/r1/datapackage.json", "2019/r1/dataset.jsonld",
)  # fmt: skip


def page(folder: Path, address: str) -> str:
    return (folder / address.removeprefix("/")).read_text("utf-8")


@pytest.mark.parametrize("kind", ["working", "released"])
def test_every_link_of_a_grouped_site_leads_somewhere(grouped: dict[str, Path], kind: str) -> None:
    folder = grouped[kind]
    outside = tuple((folder / name).resolve() for name in OUTSIDE)
    seen = 0
    for path in folder.rglob("*.html"):
        found = links(path.read_text("utf-8"))
        assert len(found.ids) == len(set(found.ids)), path
        for _, target in found.found:
            parts = urlsplit(target)
            if parts.scheme:
                continue
            goal = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            latest = kind == "released" and not goal.is_relative_to(folder / str(YEAR) / "r1")
            if latest and (goal.is_relative_to(folder / str(YEAR)) or goal == folder / "index.html"):
                continue  # the copy of the latest revision and the tree's own home are made by a release
            if any(goal.is_relative_to(place) for place in outside):
                continue
            assert goal.is_file(), f"{path.relative_to(folder)} -> {target}"
            seen += 1
    assert seen > 200


def test_a_released_group_has_its_short_address(grouped: dict[str, Path]) -> None:
    text = page(grouped["released"], "/2019/r1/990000/index.html")
    assert 'href="../990101/index.html"' in text and "示例省 2019年教育督导公报" in text
    assert (grouped["released"] / "2019/r1/site/areas/balance/990000/fig-1.svg").is_file()


def test_the_way_down_and_back(grouped: dict[str, Path]) -> None:
    folder = grouped["working"]
    home = page(folder, "/index.html")
    assert 'href="reports/2019/510000/index.html"' in home and "平昌县" not in text_of(home)
    crumbs = re.search(
        r'<nav class="gb-crumbs".*?</nav>', page(folder, "/reports/2019/511923/finance.html"), re.S
    )
    assert crumbs is not None
    names = re.findall(r"<li[^>]*>(?:<a [^>]*>)?([^<]+)", crumbs[0])
    assert names[:4] == ["首页", "2019年", "四川省", "平昌县"]
    assert 'href="../../../site/areas/finance/510000.html"' in page(
        folder, "/reports/2019/511923/finance.html"
    )


def test_counties_are_counted_by_what_they_are_found_to_be(grouped: dict[str, Path]) -> None:
    text = text_of(page(grouped["working"], "/reports/2019/index.html"))
    assert "共 3 个县（市、区）" in text
    assert re.search(r"示例省 2 个县（市、区） 示例数据 ✓ 全部达标 1 ✗ 有未达标 1 ", text), text


def test_a_comparison_counts_the_counties_that_meet_each_verdict(grouped: dict[str, Path]) -> None:
    text = text_of(page(grouped["working"], "/site/areas/balance.html"))
    assert re.search(r"县域义务教育优质均衡 3 1 2 0 ", text), text
    assert re.search(r"示例省 2 1 1 0 ", text), text
    assert "名次" in text and "不排名次" in text


def test_a_groups_own_pages_hold_its_counties_alone(grouped: dict[str, Path]) -> None:
    folder = grouped["working"]
    samples_page, real = (page(folder, f"/site/areas/balance/{code}.html") for code in ("990000", "510000"))
    assert "示例甲县" in samples_page and "平昌县" not in text_of(samples_page)
    assert '<img src="990000/fig-1.svg" alt="" loading="lazy"' in samples_page
    assert "0.5561（未达标）" in samples_page and "示例" not in text_of(real)
    indicator = page(folder, "/site/indicators/per_pupil_budget/510000.html")
    assert '<td class="v">11648.78</td>' in indicator and "各年度（元）" in indicator
    assert not (folder / "site/indicators/per_pupil_budget/990000.html").exists(), "no value, no page"
    assert "990101.xlsx" in page(folder, "/site/data/990000.html")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_group_pages_fit_and_are_accessible(browser: Browser, grouped: dict[str, Path], width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850}, bypass_csp=True)
    tab = context.new_page()
    with served(grouped["working"]) as address:
        faults = watch(tab, address)
        for name in PAGES:
            tab.goto(address + name)
            assert too_wide(tab) <= 0, name
            results = Axe().run(tab, options=STANDARDS)
            assert results.violations_count == 0, f"{name}: {results.generate_report()}"
        assert faults == []
    context.close()


PAGES = (
    "/index.html",
    "/reports/2019/index.html",
    "/reports/2019/990000/index.html",
    "/site/areas/balance.html",
    "/site/areas/balance/990000.html",
    "/site/indicators/per_pupil_budget.html",
    "/site/indicators/per_pupil_budget/510000.html",
    "/site/sources.html",
    "/site/data.html",
    "/site/data/990000.html",
)


# What a reader types who looks for a county among many groups.
FOUND = ["平昌县", "平昌", "pcx", "PCX", "pingchang", "511923", "5119", "平昌经费", "平昌县 经费"]


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["working", "released", "file"])
def test_a_county_is_found_by_name_spelling_and_code(
    browser: Browser, grouped: dict[str, Path], kind: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 850})
    released = kind == "released"
    site, start = grouped["released" if released else "working"], "2019/r1/" if released else ""
    county = f"{start}511923/" if released else "reports/2019/511923/"
    with served(site) as address:
        root = site.as_uri() if kind == "file" else address
        faults = watch(page, "file:" if kind == "file" else address)
        for words in FOUND:
            page.goto(f"{root}/{start}site/search.html?q={words}")
            first = page.locator("#gb-results a[href*='511923/']").first
            expect(first).to_be_visible()
            assert page.locator("#gb-results .gb-columns").count() == 0, words  # no question where to search
            first.click()
            page.wait_for_url(f"{root}/{county}*.html")
            expect(page.locator("h1")).to_contain_text("平昌县")
        assert released or faults == []  # a release alone writes what its pages say of their state
    page.close()


@pytest.mark.browser
def test_a_group_is_offered_where_no_county_has_the_name(browser: Browser, grouped: dict[str, Path]) -> None:
    page = browser.new_page()
    with served(grouped["working"]) as address:
        page.goto(f"{address}/site/search.html?q=四川")
        expect(page.locator("#gb-status")).to_contain_text("请选一个地区")
        offered = page.locator("#gb-results .gb-columns a")
        assert offered.all_inner_texts() == ["四川省"]
        offered.click()
        expect(page.locator("select[name=group]")).to_have_value("510000")
        expect(page.locator("#gb-results")).to_contain_text("平昌县")
    page.close()
