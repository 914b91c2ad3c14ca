"""WCAG 2.2 AA on each kind of page, in a real browser: colours of the reader's choice, keyboard alone, large text,
little motion, charts and tables in words."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from browsing import SMALL, STANDARDS, too_wide, walk_in_order

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("published")]

COUNTY = "reports/2023/990103/index.html"
REPORT = "reports/2023/990103/balance.html"
COMPARISON = "site/areas/balance.html"
INDICATOR = "site/indicators/backbone_teachers_per_100.html"
BESIDE = "reports/2023/compare/990103.html"
KINDS = [
    "index.html",
    "404.html",
    "reports/2023/index.html",
    COUNTY,
    REPORT,
    "reports/2019/511923/finance.html",
    "site/areas.html",
    COMPARISON,
    "site/indicators.html",
    INDICATOR,
    BESIDE,
    "site/places.html",
    "site/search.html",
    "site/data.html",
    "site/sources.html",
    "site/about.html",
]
MODES: list[tuple[int, dict[str, Any]]] = [
    (1280, {"color_scheme": "dark"}),
    (390, {"color_scheme": "dark"}),
    (1280, {"forced_colors": "active"}),
    (390, {"contrast": "more"}),
    (640, {}),  # 200 % of 1280
]


@pytest.mark.parametrize(("width", "mode"), MODES)
def test_pages_are_accessible_in_the_readers_colours(
    browser: Browser, address: str, width: int, mode: dict[str, Any]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850}, bypass_csp=True, **mode)
    page = context.new_page()
    for name in (COUNTY, REPORT, COMPARISON, INDICATOR, BESIDE):
        page.goto(f"{address}/{name}")
        page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true; })")
        results = Axe().run(page, options=STANDARDS)
        assert results.violations_count == 0, f"{name}: {results.generate_report()}"
    context.close()


@pytest.mark.parametrize(
    ("name", "width"), [(COUNTY, 390), (REPORT, 1280), (COMPARISON, 640), (INDICATOR, 390), (BESIDE, 1280)]
)
def test_a_keyboard_walks_a_page_in_order_and_sees_where_it_is(
    browser: Browser, address: str, name: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/{name}")
    stops = walk_in_order(page)
    links = page.locator("main a[href]").evaluate_all(
        "links => links.filter(l => l.checkVisibility()).length"
    )
    assert stops > links
    context.close()


def test_the_first_link_leads_past_the_navigation(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/{REPORT}")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.close()


def test_the_second_link_leads_to_the_contents_that_stand_beside_the_page(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 850})
    page.goto(f"{address}/{REPORT}")
    for key in ("Tab", "Tab", "Enter", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.closest('#contents') !== null")
    hrefs = page.locator(".gb-aside a").evaluate_all("all => all.map(a => a.getAttribute('href'))")
    assert hrefs and all(href.startswith("#") for href in hrefs)  # places and years are in the bar alone
    page.set_viewport_size({"width": 390, "height": 850})
    assert not page.locator(".gb-to-contents").is_visible()
    page.close()


def test_a_keyboard_gets_past_a_section_of_many_numbers(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 1280, "height": 850}, reduced_motion="reduce")
    page.goto(f"{address}/{REPORT}")
    links = page.locator("main a.gb-skip")
    assert links.count() > 0
    links.first.focus()
    assert links.first.bounding_box()["y"] >= 0  # type: ignore[index]
    target = links.first.get_attribute("href") or ""
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(
        "id => Boolean(document.querySelector(id).compareDocumentPosition(document.activeElement)"
        " & Node.DOCUMENT_POSITION_FOLLOWING)",
        target,
    )
    assert page.locator(target).evaluate("h => h.getBoundingClientRect().top < innerHeight / 2")
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_pressed_is_large_enough(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 850})
    for name in KINDS:
        page.goto(f"{address}/{name}")
        assert page.evaluate(SMALL) == [], name
    page.close()


def test_lines_of_text_are_short_enough_to_follow(browser: Browser, address: str) -> None:
    """At most 40 characters, and figures of equal width."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    for name in (COUNTY, REPORT, COMPARISON, INDICATOR, BESIDE, "site/about.html"):
        page.goto(f"{address}/{name}")
        long = page.evaluate(
            """() => [...document.querySelectorAll(
                "main p:not(.gb-sample), main .gb-finding, main .gb-article li:not([class])"
            )].filter(element => {
                if (!element.checkVisibility() || getComputedStyle(element).display === "flex") return false;
                const range = document.createRange();
                range.selectNodeContents(element);
                const boxes = [...range.getClientRects()];
                const width = Math.max(...boxes.map(b => b.right)) - Math.min(...boxes.map(b => b.left));
                return width / parseFloat(getComputedStyle(element).fontSize) > 40.5;
            }).map(element => element.outerHTML.slice(0, 120))"""
        )
        assert long == [], name
        assert page.evaluate("getComputedStyle(document.body).fontVariantNumeric") == "tabular-nums"
    page.close()


@pytest.mark.parametrize("width", [640, 320])
def test_large_text_needs_no_second_direction(browser: Browser, address: str, width: int) -> None:
    """1280 px at 200 % and at 400 %: nothing is wider than the window, and what scrolls inside is labelled and
    reached by keyboard."""
    page = browser.new_page(viewport={"width": width, "height": 512})
    for name in KINDS:
        page.goto(f"{address}/{name}")
        assert too_wide(page) <= 0, name
        wide = page.evaluate(
            """() => [...document.querySelectorAll("body *")].filter(element =>
                element.checkVisibility() && element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 1
                && /auto|scroll/.test(getComputedStyle(element).overflowX)
                && !(element.tabIndex === 0 && element.getAttribute("role") === "region"
                     && element.getAttribute("aria-label"))
            ).map(element => element.outerHTML.slice(0, 120))"""
        )
        assert wide == [], name
        assert page.locator("h1").is_visible(), name
        assert page.locator("nav[aria-label='主导航'] a").evaluate_all(
            "links => links.every(l => l.getBoundingClientRect().right <= innerWidth)"
        ), name
    page.close()


def test_nothing_moves_for_who_wants_no_motion(browser: Browser, address: str) -> None:
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    for name in (COUNTY, REPORT, COMPARISON, INDICATOR, BESIDE):
        page.goto(f"{address}/{name}")
        moving = page.evaluate(
            """() => [document.documentElement, ...document.querySelectorAll("body *")].filter(element => {
                const style = getComputedStyle(element);
                return style.scrollBehavior === "smooth" || style.animationName !== "none"
                    || style.transitionDuration.split(",").some(d => parseFloat(d) > 0);
            }).length"""
        )
        assert moving == 0, name
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_charts_stay_legible_in_forced_colours(browser: Browser, address: str, scheme: Any) -> None:
    """A drawing's dark text stands on white, whatever colour the reader's pages have."""
    context = browser.new_context(forced_colors="active", color_scheme=scheme)
    page = context.new_page()
    page.goto(f"{address}/{REPORT}")
    found = page.locator(".gb-chart svg").evaluate_all(
        "all => all.map(e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).filter])"
    )
    assert found and all(pair == ["rgb(255, 255, 255)", "none"] for pair in found)
    signs = page.locator(".gb-chip.gb-fail, .gb-chip.gb-pass").all_text_contents()
    assert signs and all(sign.strip()[0] in "✓✗" for sign in signs)
    context.close()


def test_every_table_says_what_it_holds(browser: Browser, address: str) -> None:
    page = browser.new_page()
    for name in KINDS:
        page.goto(f"{address}/{name}")
        bare = page.evaluate(
            """() => [...document.querySelectorAll("main table")].filter(table =>
                !(table.caption && table.caption.textContent.trim())
                || !table.querySelector("thead th[scope=col]")
                || [...table.tBodies].some(body => [...body.rows].some(row => !row.querySelector("th[scope=row]")))
            ).map(table => table.outerHTML.slice(0, 160))"""
        )
        assert bare == [], name
    page.close()


_CHART = re.compile(r'class="gb-chart" role="img" aria-label="([^"]*)"')
_KIND_OF_CHART = re.compile("柱状图|柱形图|条形图|折线图|曲线图|饼图|散点图|示意图|图表|热力图")


def test_a_charts_alternative_states_what_it_shows(site: Path) -> None:
    """Numbers, a comparison, a verdict: not what kind of drawing it is."""
    seen = 0
    for path in site.rglob("*.html"):
        for words in map(unescape, _CHART.findall(path.read_text("utf-8"))):
            seen += 1
            assert re.search(r"\d", words) and words.endswith("。") and len(words) >= 10, (path, words)
            assert not _KIND_OF_CHART.search(words), (path, words)
    assert seen > 500
