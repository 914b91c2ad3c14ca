"""The bar of place, year and area: always in sight, and each of the three can be changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browsing import too_wide, watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("published")]

REPORT = "reports/2023/990103/balance.html"


@pytest.mark.parametrize("width", [1280, 390])
def test_a_reader_always_sees_where_he_is(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(f"{address}/{REPORT}")
    page.evaluate("scrollTo({top: 5000, behavior: 'instant'})")
    bar = page.locator(".gb-where")
    box = bar.bounding_box()
    assert box is not None and box["y"] == 0 and box["height"] < 60
    words = [summary.inner_text() for summary in bar.locator("summary b").all()[:3]]
    assert words == ["示例县丙", "2023年", "义务教育均衡"]
    for summary in bar.locator("summary").all()[:3]:
        assert (summary.bounding_box() or {})["height"] >= 24
    assert bar.locator(".gb-where-toc").is_visible() == (width == 390)
    assert too_wide(page) <= 0
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_year_changes_and_the_area_stays(browser: Browser, address: str, scripts: bool) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{address}/{REPORT}")
    page.locator(".gb-where summary").nth(1).click()
    page.locator(".gb-where").get_by_role("link", name="2022年").click()
    page.wait_for_url(f"{address}/reports/2022/990103/balance.html")
    page.locator(".gb-where summary").nth(2).click()
    page.locator(".gb-where").get_by_role("link", name="经费与专项资金").click()
    page.wait_for_url(f"{address}/reports/2022/990103/finance.html")
    assert page.locator(".gb-where summary b").nth(1).inner_text().startswith("2022年")
    context.close()


def test_what_is_not_there_is_said_to_be_missing(browser: Browser, address: str) -> None:
    """340207 reported on balance alone in 2023."""
    page = browser.new_page()
    page.goto(f"{address}/reports/2023/340207/balance.html")
    page.locator(".gb-where summary").nth(2).click()
    missing = page.locator(".gb-where li.gb-none", has_text="经费与专项资金")
    assert "没有报送" in missing.inner_text() and missing.locator("a").count() == 0
    page.close()


def test_the_place_changes_and_year_and_area_stay(browser: Browser, address: str) -> None:
    page = browser.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/{REPORT}")
    page.locator(".gb-where summary").first.click()
    page.locator(".gb-where").get_by_role("link", name="示例县乙").click()
    page.wait_for_url(f"{address}/reports/2023/990102/balance.html")
    page.goto(f"{address}/reports/2023/990103/finance.html")
    page.locator(".gb-where summary").first.click()
    line = page.locator(".gb-where li", has=page.locator('a[href*="340207"]'))
    assert "没有这一篇" in line.inner_text()  # and leads to what there is
    line.locator("a").click()
    page.wait_for_url(f"{address}/reports/2023/340207/index.html")
    assert faults == []
    page.close()


def test_without_a_script_the_place_is_changed_by_the_list(browser: Browser, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/{REPORT}")
    page.locator(".gb-where summary").first.click()
    page.locator(".gb-where").get_by_role("link", name="2023年各县（市、区）").click()
    page.wait_for_url(f"{address}/reports/2023/index.html")
    context.close()


def test_menus_open_one_at_a_time_and_give_the_focus_back(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/{REPORT}")
    first, second = page.locator(".gb-where details").first, page.locator(".gb-where details").nth(1)
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    assert first.evaluate("d => d.open")
    second.locator("summary").click()
    assert second.evaluate("d => d.open") and not first.evaluate("d => d.open")
    second.locator("a").first.focus()
    page.keyboard.press("Escape")
    assert not second.evaluate("d => d.open")
    assert page.evaluate("document.activeElement.matches('.gb-where details:nth-of-type(2) > summary')")
    first.locator("summary").click()
    page.mouse.click(5, page.evaluate("innerHeight") - 5)  # elsewhere
    assert not first.evaluate("d => d.open")
    page.close()


def test_the_contents_of_a_phone_lead_to_a_heading_in_sight(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    page.goto(f"{address}/{REPORT}")
    page.locator(".gb-where-toc summary").click()
    link = page.locator(".gb-where-toc a").nth(3)
    heading = page.locator("main").locator(link.get_attribute("href") or "")
    link.click()
    assert not page.locator(".gb-where-toc").evaluate("d => d.open")
    box, bar = heading.bounding_box(), page.locator(".gb-where").bounding_box()
    assert box and bar and bar["y"] + bar["height"] <= box["y"] < 400
    page.close()


def test_the_list_of_places_holds_what_the_edition_page_lists(site: Path) -> None:
    found = json.loads((site / "reports/2023/places.json").read_text("utf-8"))
    assert (found["format"], found["year"]) == (1, 2023)
    for place in found["places"]:
        for area in place["areas"]:
            assert (site / f"reports/2023/{place['code']}/{area}.html").is_file()
    folders = {p.name for p in (site / "reports/2023").iterdir() if p.name.isdigit()}
    assert {place["code"] for place in found["places"]} == folders
