"""Pages in English in a real browser: for everyone, what scripts say, the way there and back, the search."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import samples
from browsing import STANDARDS, served, too_wide, watch
from gongbao.publication import open_publication
from gongbao.site import build_site
from test_browser import PAGES

pytestmark = pytest.mark.browser

REPORT = "/reports/2019/511923/finance.html"
KINDS = [name for name in PAGES if name != "/404.html"]
# Chinese text in view that nothing around it says is Chinese; names of places need not be marked.
UNMARKED = """() => {
    const found = [], walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const place = walk.currentNode.parentElement;
        if (!/[\\u3400-\\u9fff]/.test(walk.currentNode.data) || ["SCRIPT", "OPTION"].includes(place.tagName)) continue;
        if (!place.closest('[lang="zh-CN"]')) found.push(walk.currentNode.data.trim());
    }
    return found;
}"""


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("english")
    samples.make_publication(root)
    settings = root / "_quarto.yml"
    text = settings.read_text("utf-8").replace("gongbao:\n", "gongbao:\n  languages: [zh, en]\n")
    settings.write_text(text, "utf-8")
    reports = samples.write_reports(root / "executed")
    build_site(
        open_publication(root), samples.make_dataset(), reports, samples.WORKBOOKS, root / "out", workers=2,
        store=root / "store",
    )  # fmt: skip
    return root / "out"


@pytest.fixture(scope="module")
def address(out: Path) -> Iterator[str]:
    with served(out) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 850}, bypass_csp=True)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_english_pages_are_for_everyone(browser: Browser, address: str, width: int, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 850}, bypass_csp=True, color_scheme=scheme
    )
    page = context.new_page()
    faults = watch(page, address)
    for name in [*KINDS, "/site/search.html"]:
        page.goto(f"{address}/en{name}")
        assert page.locator("html").get_attribute("lang") == "en"
        assert page.evaluate(UNMARKED) == [], name
        assert too_wide(page) <= 0, name
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        results = Axe().run(page, options=STANDARDS)
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
    assert faults == []
    context.close()


@pytest.mark.parametrize("name", KINDS)
def test_the_switch_leads_to_the_same_page_and_back(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}{name}")
    switch = page.get_by_role("link", name="English")
    switch.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/en{name}")
    back = page.get_by_role("link", name="中文", exact=True)
    back.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}{name}")


def test_the_bar_of_place_year_and_area_stays_english(page: Page, address: str) -> None:
    faults = watch(page, address)
    page.goto(f"{address}/en{REPORT}")
    menus = page.locator(".gb-where details")
    menus.nth(0).locator("summary").click()
    other = menus.nth(0).locator("li a", has_text="示例甲县").first
    expect(other).to_be_visible()  # filled by the script from the list that both languages share
    other.click()
    assert page.url == f"{address}/en/reports/2019/990101/finance.html"
    assert faults == []


def test_scripts_speak_english(page: Page, address: str) -> None:
    page.goto(f"{address}/en{REPORT}")
    button = page.locator("button.gb-interactive").first
    button.click()
    expect(page.locator(".gb-message").first).to_have_text(
        "Move the pointer over the chart to see values; press again for the drawing."
    )
    expect(page.get_by_role("button", name="Data (Excel)").first).to_be_visible()
    page.goto(f"{address}{REPORT}")
    expect(page.get_by_role("button", name="数据（Excel）").first).to_be_visible()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("Public budget expenditure on education per pupil", "/en/site/indicators/per_pupil_budget.html"),
        ("per pupil", "/en/site/indicators/per_pupil_budget.html"),
        ("生均一般公共预算", "/en/site/indicators/per_pupil_budget.html"),
        ("per_pupil_budget", "/en/site/indicators/per_pupil_budget.html"),
        ("平昌", "/en/reports/2019/511923/index.html"),
        ("pcx", "/en/reports/2019/511923/index.html"),
        ("511923", "/en/reports/2019/511923/index.html"),
    ],
)
def test_the_english_search_leads_to_english_pages(page: Page, address: str, query: str, wanted: str) -> None:
    faults = watch(page, address)
    page.goto(f"{address}/en/site/search.html?q={query}")
    expect(page.locator("#gb-status")).to_contain_text("pages found")
    links = page.locator("#gb-results li > a").evaluate_all("links => links.map(link => link.href)")
    assert f"{address}{wanted}" in [link.partition("#")[0] for link in links[:5]]
    assert all(link.startswith(f"{address}/en/") for link in links)
    page.goto(links[0])
    assert page.locator("html").get_attribute("lang") == "en"
    assert faults == []


def test_the_search_says_in_english_that_nothing_was_found(page: Page, address: str) -> None:
    page.goto(f"{address}/en/site/search.html?q=zzzzzz&year=2019")
    expect(page.locator("#gb-status")).to_have_text("Nothing found for “zzzzzz”.")
    assert page.evaluate(UNMARKED) == []
    assert page.locator("select[name=year]").locator("option").first.text_content() == "All years"


def test_both_languages_share_one_index(out: Path) -> None:
    assert not (out / "en" / "search").exists()
    assert (out / "search/english.js").stat().st_size < 2 * (out / "search/pages.js").stat().st_size
