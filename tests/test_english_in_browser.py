"""Real reports in English as their readers open them: in English also where a script writes, usable with a keyboard
and from a disk. (`site/test_english_browser.py` opens every kind of page, made of small samples.)"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, expect

from browsing import SMALL, served, too_wide, walk_in_order, watch
from offline_copies import dead_links, loaded_from_web, unpacked
from publications import copy_publication, run_gongbao

pytestmark = pytest.mark.browser

COUNTY = "en/reports/2023/990103/index.html"
REPORT = "en/reports/2023/990103/balance.html"
COMPARISON = "en/site/areas/balance.html"
INDICATOR = "en/site/indicators/backbone_teachers_per_100.html"
BESIDE = "en/reports/2023/compare/990103.html"
KINDS = [
    "en/index.html",
    COUNTY,
    REPORT,
    COMPARISON,
    INDICATOR,
    BESIDE,
    "en/site/search.html",
    "en/site/data.html",
]
# Chinese that nothing marks as Chinese, in texts and in what a screen reader says.
CHINESE = """() => {
    const found = [], han = /\\p{Script=Han}/u;
    const chinese = element => (element.closest("[lang]")?.getAttribute("lang") || "").startsWith("zh");
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (han.test(node.data) && !chinese(node.parentElement)) found.push(node.data.trim());
    }
    for (const name of ["aria-label", "title", "alt", "placeholder"]) {
        for (const element of document.querySelectorAll(`[${name}]`)) {
            if (han.test(element.getAttribute(name)) && !chinese(element)) found.push(element.getAttribute(name));
        }
    }
    return found;
}"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two counties of the sample in both languages."""
    root = copy_publication(
        tmp_path_factory.mktemp("english") / "publication", "2023/990101", "2023/990103", english=True
    )
    done = run_gongbao(root, "build")
    assert done.returncode == 0, done.stderr
    return root / "_site"


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site) as found:
        yield found


def test_nothing_chinese_is_unmarked_in_texts_choices_and_what_is_read_out(
    browser: Browser, address: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 850})
    faults = watch(page, address)
    for name in KINDS:
        page.goto(f"{address}/{name}")
        page.wait_for_load_state("networkidle")
        assert page.evaluate(CHINESE) == [], name
        assert too_wide(page) <= 0 and page.evaluate(SMALL) == [], name
    assert faults == []
    page.close()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_other_language_is_in_sight_on_every_screen(browser: Browser, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 850})
    for name in ("index.html", "reports/2023/990103/balance.html", "en/index.html", REPORT):
        page.goto(f"{address}/{name}")
        for part in (".gb-language", ".gb-search input", ".gb-search button", ".gb-brand"):
            page.locator(part).click(trial=True, timeout=5000)  # nothing lies over it
        assert too_wide(page) <= 0, name
    page.close()


@pytest.mark.parametrize(("name", "width"), [(REPORT, 1280), (INDICATOR, 390)])
def test_a_keyboard_walks_an_english_page_in_order(
    browser: Browser, address: str, name: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(f"{address}/{name}")
    assert walk_in_order(page) > 20
    context.close()


def test_a_number_is_asked_and_answered_in_english(browser: Browser, address: str) -> None:
    page = browser.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/{REPORT}")
    page.locator("main a.gb-ask").first.click()
    expect(page.locator("dialog[open]")).to_be_visible()
    assert page.evaluate(CHINESE) == []
    page.keyboard.press("Escape")
    expect(page.locator("dialog[open]")).to_have_count(0)
    assert faults == []
    page.close()


def test_a_comparison_is_narrowed_and_saved_in_english(browser: Browser, address: str) -> None:
    page = browser.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/{INDICATOR}")
    for chooser in page.locator("main select").all():
        last = chooser.locator("option").last.get_attribute("value")
        chooser.select_option(last)
        assert page.evaluate(CHINESE) == []
    page.goto(f"{address}/{INDICATOR}")
    with page.expect_download() as download:
        page.locator(".gb-series").first.get_by_role("button", name="Data (Excel)").click()
    book = openpyxl.load_workbook(io.BytesIO(Path(download.value.path()).read_bytes()))
    assert book.sheetnames == ["Data", "Note"]
    title = str(book["Note"]["A1"].value)
    assert title.startswith("Leading teachers per 100 pupils: ") and title.isascii()
    with page.expect_download() as download:
        page.locator(".gb-series").first.get_by_role("button", name="Chart (PNG)").click()
    assert Path(download.value.path()).read_bytes().startswith(b"\x89PNG")
    assert faults == []
    page.close()


def test_one_file_for_reading_offline_is_found_and_searched_in_english(
    browser: Browser, site: Path, tmp_path: Path
) -> None:
    done = run_gongbao(site.parent, "pack", "--out", str(tmp_path / "copy.zip"))
    assert done.returncode == 0, done.stderr
    copy = unpacked(tmp_path / "copy.zip", tmp_path / "unpacked")
    assert dead_links(copy) == [] and loaded_from_web(copy) == []
    page = browser.new_page()
    faults = watch(page, "file:")
    page.goto((copy / "打开.html").as_uri())
    page.get_by_role("link", name="English").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.goto((copy / "files" / REPORT).as_uri())
    page.keyboard.press("/")
    page.keyboard.type("slxb large class")
    page.keyboard.press("Enter")
    expect(page.locator("#gb-results li").first).to_be_visible()
    assert "/en/" in page.url
    assert page.evaluate(CHINESE) == []
    page.locator("#gb-results a").first.click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    assert faults == []
    page.close()
