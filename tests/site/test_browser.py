"""The built pages in a real browser: wide and narrow, with and without JavaScript."""

import shutil
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

import samples
from browsing import STANDARDS, served, too_wide, watch
from samples import Built

PAGES = [
    "/index.html",
    "/404.html",
    "/reports/2019/index.html",
    "/reports/2019/511923/index.html",
    "/reports/2019/990101/index.html",
    "/reports/2019/511923/finance.html",
    "/reports/2019/990102/balance.html",
    "/site/areas.html",
    "/site/areas/balance.html",
    "/site/areas/finance.html",
    "/site/indicators.html",
    "/site/indicators/per_pupil_budget.html",
    "/site/sources.html",
    "/site/data.html",
    "/site/about.html",
]
REPORT = "/reports/2019/511923/finance.html"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The site below a path of its own, as on a project's pages."""
    root = tmp_path_factory.mktemp("www")
    shutil.copytree(built.folder, root / "some/where")
    with served(root) as address:
        yield f"{address}/some/where"


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_load_cleanly_and_fit_the_window(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850})
    page = context.new_page()
    faults = watch(page, address)
    for name in PAGES:
        page.goto(address + name)
        assert too_wide(page) <= 0, f"{name} is {too_wide(page)}px too wide at {width}"
        assert page.locator("h1").count() == 1, name
    assert faults == []
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_pages_are_accessible(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850}, bypass_csp=True)
    page = context.new_page()
    for name in PAGES:
        page.goto(address + name)
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        results = Axe().run(page, options=STANDARDS)
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_interactive_view_comes_and_goes_on_request(browser: Browser, address: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850})
    page = context.new_page()
    faults = watch(page, address)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address + REPORT)
    assert not any(url.endswith("vega.js") for url in requests)
    button = page.get_by_role("button", name="交互查看")
    button.click()
    page.wait_for_selector("#fig-1 .gb-live svg")
    assert button.get_attribute("aria-pressed") == "true"
    assert page.locator("#fig-1 .gb-chart").is_hidden()
    bars = page.locator("#fig-1 .gb-live .mark-rect path")
    assert bars.count() == 3
    assert too_wide(page) <= 0
    button.click()
    assert page.locator("#fig-1 .gb-live").count() == 0
    assert page.locator("#fig-1 .gb-chart").is_visible()
    assert faults == []
    context.close()


def test_every_interactive_view_of_the_comparisons_works_under_the_policy(
    browser: Browser, address: str
) -> None:
    page = browser.new_page()
    faults = watch(page, address)
    page.goto(address + "/site/areas/balance.html")
    for button in page.locator("button.gb-interactive").all():
        button.click()
    page.wait_for_selector(".gb-live svg")
    assert "没有成功" not in page.locator("main").inner_text()
    assert faults == []
    page.close()


def test_without_javascript_everything_is_there(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address + REPORT)
    assert page.locator("#fig-1 svg").is_visible()
    assert page.locator("button.gb-interactive").is_hidden()  # nothing that does nothing
    page.locator("#fig-1 summary").click()
    assert page.locator("#fig-1 details table").is_visible()
    assert page.get_by_role("link", name="数据（CSV）").first.is_visible()
    context.close()


def test_opened_as_a_file_the_page_works_and_explains_what_cannot(browser: Browser, built: Built) -> None:
    page = browser.new_page()
    faults = watch(page, "file:")
    page.goto((built.folder / REPORT.removeprefix("/")).as_uri())
    assert page.locator("#fig-1 svg").is_visible()
    page.get_by_role("button", name="交互查看").click()
    assert "直接打开文件时不能交互查看" in page.locator("#fig-1 .gb-message").inner_text()
    page.get_by_role("link", name="指标领域").first.click()
    assert page.locator("h1").inner_text() == "指标领域"
    assert faults == []
    page.close()


def test_a_keyboard_reaches_the_main_part_first(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(address + REPORT)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.close()


def test_paper_shows_the_content_and_no_navigation(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 700, "height": 990})
    page.goto(address + REPORT)
    page.emulate_media(media="print")
    assert page.locator(".gb-header").is_hidden() and page.locator(".gb-aside").is_hidden()
    assert page.locator("#fig-1 svg").is_visible() and page.locator("#table-1").is_visible()
    assert too_wide(page) <= 0
    page.close()


def test_the_pages_above_are_all_kinds(built: Built) -> None:
    made = {"/" + p.relative_to(built.folder).as_posix() for p in built.folder.rglob("*.html")}
    assert set(PAGES) <= made
    assert samples.REAL in REPORT
