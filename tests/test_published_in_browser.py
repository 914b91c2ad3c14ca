"""The sample publication as its readers open it: every kind of page, wide and on a phone."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browsing import STANDARDS, too_wide, watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("published")]

PAGES = [
    "index.html",
    "reports/2023/index.html",
    "reports/2023/990101/index.html",
    "reports/2023/990103/balance.html",
    "reports/2023/990106/balance.html",
    "reports/2023/340207/balance.html",
    "reports/2022/990103/finance.html",
    "reports/2019/511923/duty.html",
    "reports/2019/511923/overview.html",
    "site/areas/balance.html",
    "site/indicators.html",
    "site/indicators/backbone_teachers_per_100.html",
    "reports/2023/compare/990103.html",
    "site/places.html",
    "site/sources.html",
    "site/data.html",
    "site/about.html",
]


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_clean_fits_and_is_accessible(
    browser: Browser, address: str, name: str, width: int
) -> None:
    # The page's own policy would keep the checker's script out.
    context = browser.new_context(viewport={"width": width, "height": 850}, bypass_csp=True)
    page = context.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/{name}")
    assert too_wide(page) <= 0
    # A page's kind must not dress its body as one of the cards.
    assert page.evaluate("getComputedStyle(document.body).padding") == "0px"
    page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    results = Axe().run(page, options=STANDARDS)
    assert results.violations_count == 0, results.generate_report()
    assert faults == []
    context.close()


def test_chinese_is_drawn_and_not_boxes(browser: Browser, address: str) -> None:
    """Two different characters in a chart look different; boxes for missing glyphs would not."""
    page = browser.new_page()
    page.goto(f"{address}/reports/2019/511923/finance.html")
    shapes = page.evaluate(
        """() => ['小', '初'].map(character => {
            const canvas = document.createElement('canvas');
            canvas.width = canvas.height = 40;
            const pen = canvas.getContext('2d');
            pen.font = '30px ' + getComputedStyle(document.querySelector('.gb-chart text')).fontFamily;
            pen.fillText(character, 2, 32);
            return canvas.toDataURL();
        })"""
    )
    assert shapes[0] != shapes[1]
    page.close()


def test_text_of_a_chart_stays_legible_on_a_phone(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 850})
    page = context.new_page()
    for name in ("reports/2023/990103/balance.html", "reports/2019/511923/duty.html"):
        page.goto(f"{address}/{name}")
        heights = page.evaluate(
            "[...document.querySelectorAll('.gb-chart text')].map(t => t.getBoundingClientRect().height)"
        )
        assert heights and min(heights) >= 10, (name, min(heights))
    context.close()
