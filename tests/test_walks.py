"""What readers come for, answered in the built site: each of these is somebody's minute."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import served

pytestmark = pytest.mark.browser

FINANCE = "reports/2019/511923/finance.html"


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    with served(published / "_site") as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 850})
    yield context.new_page()
    context.close()


def test_did_a_county_pass_and_if_not_why(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.get_by_role("link", name="示例县丙", exact=True).first.click()
    points = page.locator(".gb-points")
    expect(points).to_contain_text("未达标11项")
    expect(points).to_contain_text("比上年")
    lacking = page.locator(".gb-lacking li", has_text="学前三年毛入园率")
    expect(lacking).to_contain_text("差6.9个百分点")
    # From the list to the card, where value and threshold are drawn.
    lacking.get_by_role("link").click()
    card = page.locator("section.gb-area", has=page.locator("#preschool")).locator(
        "li.gb-verdict", has_text="毛入园率"
    )
    expect(card.locator("svg.gb-bullet")).to_be_visible()
    expect(card).to_contain_text("≥90%")


def test_which_document_a_number_is_known_from(page: Page, address: str) -> None:
    page.goto(f"{address}/index.html")
    page.get_by_role("link", name="平昌县", exact=True).first.click()
    page.get_by_role("link", name="经费与专项资金", exact=True).first.click()
    row = page.locator("table:visible tbody tr", has_text="小学").filter(has_text="11648.78").first
    expect(row).to_contain_text("（推算）")  # last year's, from the growth that the document tells
    asked = row.locator("a.gb-ask", has_text="11648.78")
    asked.focus()
    page.keyboard.press("Enter")
    box = page.get_by_role("dialog")
    expect(box).to_contain_text("平昌县2019年履行教育职责自查自评报告")
    expect(box).to_contain_text("data/2019/511923.xlsx 工作表“指标数据”")
    page.keyboard.press("Escape")
    expect(box).to_be_hidden()
    expect(asked).to_be_focused()


def test_without_a_script_the_number_leads_to_its_entry_and_back(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{FINANCE}")
    asked = page.locator("a.gb-ask", has_text="15.16").first
    asked.click()
    entry = page.locator(".gb-origin:target")
    expect(entry).to_contain_text("教育经费总投入")
    entry.get_by_role("link", name="回到原处").click()
    assert page.url.rpartition("#")[2].startswith("a-")
    context.close()


def test_every_link_to_an_entry_has_one(page: Page, address: str) -> None:
    for name in (FINANCE, "reports/2019/511923/overview.html", "reports/2023/990103/index.html"):
        page.goto(f"{address}/{name}")
        links, lost, ids = page.evaluate(
            """() => {
                const links = [...document.querySelectorAll('a.gb-ask')];
                const lost = links.filter(a => !document.getElementById(decodeURIComponent(a.hash.slice(1))));
                const ids = [...document.querySelectorAll('[id]')].map(e => e.id);
                return [links.length, lost.length, ids.length - new Set(ids).size];
            }"""
        )
        assert links > 5 and (lost, ids) == (0, 0), name


def test_dark_screens_have_enough_contrast(browser: Browser, address: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    from browsing import STANDARDS

    context = browser.new_context(color_scheme="dark", bypass_csp=True)
    page = context.new_page()
    for name in ("index.html", FINANCE, "reports/2023/990103/index.html", "site/areas/balance.html"):
        page.goto(f"{address}/{name}")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 24, 29)"
        results = Axe().run(page, options=STANDARDS)
        assert results.violations_count == 0, results.generate_report()
    context.close()
