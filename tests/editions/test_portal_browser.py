"""Portal pages and the switcher in a real browser: wide and narrow, with and without JavaScript."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from browsing import SMALL, STANDARDS, served, too_wide, watch
from published_trees import COUNTY, NEW, OLD, PublishedTree, example

pytestmark = pytest.mark.browser
PAGES = [
    "index.html",
    "editions.html",
    "corrections.html",
    "404.html",
    f"versions/{NEW}.html",
    f"versions/{COUNTY}.html",
    f"history/{COUNTY}.html",
    f"history/{NEW}.html",
    "history/index.html",
    "history/indicators/per_pupil_budget.html",
    f"2020/r1/{COUNTY}/finance.html",
]
FINANCE = f"2021/{NEW}/finance.html"


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> PublishedTree:
    return example(tmp_path_factory.mktemp("portal"), site_url="https://example.org/some/where")


@pytest.fixture(scope="module")
def address(tree: PublishedTree, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The tree below the path that its settings name."""
    root = tmp_path_factory.mktemp("www")
    shutil.copytree(tree.root, root / "some/where", ignore=shutil.ignore_patterns(".gongbao"))
    with served(root) as address:
        yield f"{address}/some/where"


@pytest.mark.parametrize(
    "mode", [{"color_scheme": "dark"}, {"forced_colors": "active"}, {"contrast": "more"}]
)
def test_pages_are_accessible_in_the_readers_colours(
    browser: Browser, address: str, mode: dict[str, Any]
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 850}, bypass_csp=True, **mode)
    page = context.new_page()
    for name in PAGES:
        page.goto(f"{address}/{name}")
        results = Axe().run(page, options=STANDARDS)
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
    context.close()


@pytest.mark.parametrize("width", [640, 320])
def test_large_text_fits_and_what_is_pressed_is_large_enough(
    browser: Browser, address: str, width: int
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 512})
    for name in PAGES:
        page.goto(f"{address}/{name}")
        assert too_wide(page) <= 0, name
        small = page.evaluate(SMALL)
        assert small == [], (name, small)
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_clean_fit_and_are_accessible(browser: Browser, address: str, width: int) -> None:
    # The page's own policy would keep the checker's script out.
    context = browser.new_context(viewport={"width": width, "height": 850}, bypass_csp=True)
    page = context.new_page()
    faults = watch(page, address)
    for name in PAGES:
        page.goto(f"{address}/{name}")
        assert too_wide(page) <= 0, name
        assert page.locator("h1").count() == 1, name
        results = Axe().run(page, options=STANDARDS)
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
    assert faults == []
    context.close()


def open_switcher(page: Page) -> None:
    page.get_by_role("button", name="其他年度和修订版").click()
    page.wait_for_selector("#gb-switch ul")


def lines(page: Page) -> list[str]:
    return [" ".join(item.inner_text().split()) for item in page.locator("#gb-switch li").all()]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_switcher_leads_to_the_same_area_in_other_years(
    browser: Browser, address: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850}, bypass_csp=True)
    page = context.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/{FINANCE}")
    open_switcher(page)
    assert lines(page) == [
        "2021年 现行 r1",
        f"2020年 现行 r2 r1 当时的代码 {OLD}，示例己县",
        f"2019年 现行 r1 当时的代码 {OLD}，示例己县",
    ]
    here = page.locator("#gb-switch a[aria-current=page]")
    assert here.count() == 1 and here.inner_text() == "现行"
    assert too_wide(page) <= 0
    results = Axe().run(page, options=STANDARDS)
    assert results.violations_count == 0, results.generate_report()
    page.locator("#gb-switch li").nth(1).get_by_role("link", name="r1").click()
    assert page.url == f"{address}/2020/r1/{OLD}/finance.html"
    assert faults == []
    context.close()


def test_the_switcher_says_so_where_there_is_no_such_page(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/2021/r1/{NEW}/balance.html")  # no such report before 2021
    open_switcher(page)
    assert lines(page)[1:] == ["2020年 没有这一篇 看这一年的公报首页", "2019年 没有这一篇 看这一年的公报首页"]
    page.locator("#gb-switch li").nth(1).get_by_role("link").click()
    assert page.url == f"{address}/2020/{OLD}/index.html"
    page.goto(f"{address}/2019/511923/finance.html")  # in no other edition
    open_switcher(page)
    assert lines(page) == ["2021年 这一年度版里没有本地区", "2020年 这一年度版里没有本地区", "2019年 现行 r1"]
    page.close()


def test_the_switcher_opens_and_closes_by_keyboard(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/{FINANCE}")
    button = page.get_by_role("button", name="其他年度和修订版")
    button.focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("#gb-switch ul")
    assert button.get_attribute("aria-expanded") == "true"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#gb-switch') !== null")
    page.keyboard.press("Escape")
    assert page.locator("#gb-switch").is_hidden()
    assert button.get_attribute("aria-expanded") == "false"
    assert page.evaluate("document.activeElement.className") == "gb-switch-button"
    page.close()


def test_when_the_list_cannot_be_read_the_plain_link_comes_back(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.route("**/versions/*.json", lambda route: route.abort())
    page.goto(f"{address}/{FINANCE}")
    page.get_by_role("button", name="其他年度和修订版").click()
    link = page.get_by_role("link", name="其他年度和修订版")
    link.wait_for()
    assert "没有读到" in page.locator("#gb-switch").inner_text()
    link.click()
    assert page.url == f"{address}/versions/{NEW}.html#finance"
    page.close()


def test_without_javascript_the_link_leads_to_the_line_of_the_area(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{FINANCE}")
    assert page.locator("button.gb-switch-button").count() == 0
    page.get_by_role("link", name="其他年度和修订版").click()
    assert page.url == f"{address}/versions/{NEW}.html#finance"
    page.locator("#finance").get_by_role("link", name="r2").click()
    assert page.url == f"{address}/2020/r2/{OLD}/finance.html"
    # and a reader of a superseded page learns of it and can follow
    page.goto(f"{address}/2020/r1/{COUNTY}/finance.html")
    assert page.get_by_text("本页已有更新的修订版").is_visible()
    page.get_by_role("link", name="更正记录").click()
    assert page.url == f"{address}/corrections.html"
    page.get_by_role("link", name="未达标").click()
    assert page.url == f"{address}/2020/r2/{COUNTY}/finance.html"
    context.close()


def test_a_former_address_leads_on_by_itself(browser: Browser, address: str) -> None:
    page = browser.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/2021/{OLD}/finance.html")
    page.wait_for_url(f"{address}/{FINANCE}")
    assert faults == []
    page.close()


def test_opened_as_a_file_everything_still_leads_on(browser: Browser, tree: PublishedTree) -> None:
    page = browser.new_page()
    faults = watch(page, "file:")
    page.goto((tree.root / FINANCE).as_uri())
    page.get_by_role("link", name="其他年度和修订版").click()
    assert Path(page.url.partition("#")[0].removeprefix("file://")) == tree.root / f"versions/{NEW}.html"
    page.get_by_role("link", name="历年数据").click()
    assert page.locator("h1").inner_text() == "示例己区：历年数据"
    assert faults == []
    page.close()


def test_a_mark_leads_to_its_note_and_on_to_the_correction(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/history/{COUNTY}.html")
    page.get_by_role("link", name="已更正").click()
    note = page.locator("li:target")
    assert "8100.00元 → 7900.00元" in note.inner_text()
    note.get_by_role("link").click()
    assert page.url == f"{address}/2020/r2/corrections.html"
    page.close()
