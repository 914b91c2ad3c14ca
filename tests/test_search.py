"""The search in a real browser: what readers type and the pages that it must find, in a built site."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browsing import STANDARDS, too_wide, watch

pytestmark = pytest.mark.browser

# What is typed, and pages among the first three of a section that it must find.
QUERIES = [
    ("生师比", ["site/indicators/teacher_student_ratio.html"]),
    ("校舍面积", ["site/indicators/school_building_investment.html"]),
    ("示例县丙", ["reports/2023/990103/index.html"]),
    ("大班额", ["reports/2023/990101/balance.html"]),
    ("逾期", ["reports/2023/990101/inspect.html"]),
    ("990106", ["reports/2023/990106/index.html"]),
    ("per_pupil_budget", ["site/indicators/per_pupil_budget.html"]),
    ("slxb", ["reports/2023/990103/index.html"]),
    ("SLXB", ["reports/2023/990103/index.html"]),
    ("shilixianbing", ["reports/2023/990103/index.html"]),
    ("示例县丙经费", ["reports/2023/990103/finance.html"]),
    ("slxb 经费", ["reports/2023/990103/finance.html"]),
    ("差异系数", ["site/about.html"]),
    ("平昌", ["reports/2019/511923/index.html"]),
    ("pcx", ["reports/2019/511923/index.html"]),
]


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 850}, bypass_csp=True)
    yield context.new_page()
    context.close()


def ask(page: Page, start: str, query: str) -> None:
    page.goto(f"{start}/site/search.html?{query}")
    expect(page.locator("#gb-status")).to_contain_text("找到")


def first(page: Page) -> list[str]:
    """The addresses of the first three results of each section."""
    return page.evaluate(
        "[...document.querySelectorAll('#gb-results section')].flatMap("
        "s => [...s.querySelectorAll('li > a')].slice(0, 3).map(a => a.href))"
    )


@pytest.mark.parametrize("query,wanted", QUERIES, ids=[query for query, _ in QUERIES])
def test_what_is_typed_finds_its_pages(page: Page, address: str, query: str, wanted: list[str]) -> None:
    ask(page, address, f"q={query}")
    found = [each.removeprefix(f"{address}/").partition("#")[0] for each in first(page)]
    assert set(wanted) <= set(found)


def test_filters_stand_in_the_address_and_hold_together(page: Page, address: str) -> None:
    ask(page, address, "q=大班额&year=2023&region=990103")
    assert page.locator("select[name=region]").input_value() == "990103"
    found = first(page)
    assert found
    assert all("/reports/2023/990103/" in each for each in found)
    page.locator("select[name=area]").select_option("balance")
    page.get_by_role("button", name="搜索").click()
    expect(page.locator("#gb-results li")).to_have_count(1)
    assert "area=balance" in page.url
    assert "group" not in page.url


def test_a_result_says_place_year_area_and_shows_the_words(page: Page, address: str) -> None:
    faults = watch(page, address)
    ask(page, address, "q=大班额&region=990103&area=balance")
    result = page.locator("#gb-results li").first
    expect(result.locator("mark").first).to_have_text("大班额")
    expect(result).to_contain_text("示例县丙 · 2023年 · 义务教育均衡")
    assert too_wide(page) <= 0
    assert Axe().run(page, options=STANDARDS).response["violations"] == []
    assert faults == []


def test_nothing_found_says_what_to_do(page: Page, address: str) -> None:
    ask(page, address, "q=火星人&year=2023")
    expect(page.locator("#gb-status")).to_have_text("没有找到“火星人”。")
    expect(page.locator("#gb-results")).to_contain_text("换一个短一些")
    expect(page.get_by_role("link", name="去掉年度")).to_be_visible()


def test_by_keyboard_from_a_file_on_disk(browser: Browser, published: Path) -> None:
    site = published / "_site"
    page = browser.new_page()
    faults = watch(page, "file:")
    page.goto((site / "reports/2023/990106/finance.html").as_uri())
    page.keyboard.press("/")
    page.keyboard.type("slxb 大班额")
    page.keyboard.press("Enter")
    expect(page.locator("#gb-status")).to_contain_text("找到")
    page.locator("#gb-q").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url("**/990103/**")
    assert page.url.startswith(site.as_uri())
    assert faults == []
    page.close()


def test_without_scripts_the_indexes_are_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/index.html")
    page.get_by_role("searchbox").fill("示例县丙")
    page.get_by_role("searchbox").press("Enter")
    assert page.url.startswith(f"{address}/site/search.html?q=")
    page.get_by_role("link", name="地区索引").click()
    page.locator("#letter-S ~ ul").get_by_role("link", name="示例县丙", exact=True).first.click()
    expect(page.locator("h1")).to_contain_text("示例县丙")
    context.close()
