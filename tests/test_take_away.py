"""What a reader takes along: charts as SVG, PNG and CSV, tables as CSV and Excel, a citation, a printed page."""

from __future__ import annotations

import csv
import io
import re
import struct
from pathlib import Path

import openpyxl
import pytest
from openpyxl.cell import Cell
from openpyxl.worksheet.worksheet import Worksheet
from playwright.sync_api import Browser, Page

from browsing import watch

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("published")]

REPORT = "reports/2023/990103/balance.html"
COMPARISON = "site/areas/balance.html"


def shown(sheet: Worksheet) -> list[list[str]]:
    """The cells of a sheet as Excel shows them."""

    def cell(each: Cell) -> str:
        if isinstance(each.value, int | float) and each.number_format.startswith("0."):
            return f"{each.value:.{len(each.number_format) - 2}f}"
        return "" if each.value is None else str(each.value)

    return [[cell(each) for each in row] for row in sheet.iter_rows()]


def saved(page: Page, figure: str, name: str) -> tuple[str, bytes]:
    """(file name, bytes) of what the button of a figure or table gives."""
    with page.expect_download() as download:
        page.locator(figure).get_by_role("button", name=name).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


@pytest.mark.parametrize("name", [REPORT, COMPARISON])
def test_a_chart_is_saved_as_a_picture_with_its_title_and_origin(
    browser: Browser, address: str, name: str
) -> None:
    page = browser.new_page(color_scheme="dark")
    faults = watch(page, address)
    page.goto(f"{address}/{name}")
    file, data = saved(page, "#fig-1", "图（PNG）")
    assert file.endswith("图_1.png") and data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    box = page.locator("#fig-1 .gb-chart svg").evaluate(
        "svg => [svg.viewBox.baseVal.width, svg.viewBox.baseVal.height]"
    )
    assert width >= 2 * box[0] and height > 2 * box[1] + 100  # the words below it
    shades = page.evaluate(
        """async bytes => {
            const image = await createImageBitmap(new Blob([new Uint8Array(bytes)]));
            const canvas = new OffscreenCanvas(image.width, image.height), pen = canvas.getContext("2d");
            pen.drawImage(image, 0, 0);
            const found = pen.getImageData(0, 0, image.width, image.height).data, rows = [];
            for (let y = 0; y < image.height; y += 1) {
                let dark = 0;
                for (let x = 0; x < image.width; x += 1) dark += found[4 * (y * image.width + x)] < 128;
                rows.push(dark);
            }
            return {corner: [...found.slice(0, 4)], rows};
        }""",
        list(data),
    )
    assert shades["corner"] == [255, 255, 255, 255]  # on white, also where the page is dark
    drawn = int(2 * (box[1] + 24))
    assert sum(shades["rows"][:drawn]) > 500 and sum(shades["rows"][drawn:]) > 500
    assert faults == []
    page.close()


def test_a_table_is_saved_as_an_excel_file_that_holds_its_csv(
    browser: Browser, address: str, site: Path
) -> None:
    page = browser.new_page()
    faults = watch(page, address)
    page.goto(f"{address}/{REPORT}")
    file, data = saved(page, "#table-1", "数据（Excel）")
    assert file.endswith("表_1.xlsx")
    book = openpyxl.load_workbook(io.BytesIO(data))
    own = (site / REPORT).with_suffix("") / "table-1.csv"
    expected = list(csv.reader(io.StringIO(own.read_text("utf-8-sig"))))
    assert shown(book["数据"]) == expected
    about = [str(row[0]) for row in book["说明"].iter_rows(values_only=True)]
    assert about[0].startswith("表 1") and about[-1] == page.locator("#cite").inner_text()
    _, chart = saved(page, "#fig-1", "数据（Excel）")
    numbers = [c.value for row in openpyxl.load_workbook(io.BytesIO(chart))["数据"] for c in row]
    assert any(isinstance(n, int | float) for n in numbers)
    assert faults == []
    page.close()


INDICATOR = "site/indicators/backbone_teachers_per_100.html"
BESIDE = "reports/2023/compare/990103.html"


@pytest.mark.parametrize(
    ("name", "part", "stem"),
    [
        (INDICATOR, ".gb-series >> nth=0", "backbone_teachers_per_100/series-1"),
        (INDICATOR, "#values-1", "backbone_teachers_per_100/values-1"),
        (BESIDE, ".gb-saved", "990103"),
    ],
)
def test_what_compares_counties_is_saved_as_table_and_picture(
    browser: Browser, address: str, site: Path, name: str, part: str, stem: str
) -> None:
    page = browser.new_page(color_scheme="dark")
    faults = watch(page, address)
    page.goto(f"{address}/{name}")
    own = (site / name).parent / stem
    file, data = saved(page, part, "数据（Excel）")
    assert file.endswith(".xlsx") and not file.startswith("_") and "_." not in file
    book = openpyxl.load_workbook(io.BytesIO(data))
    expected = list(csv.reader(io.StringIO(own.with_suffix(".csv").read_text("utf-8-sig"))))
    assert len(expected) > 1 and shown(book["数据"]) == expected
    about = [str(row[0]) for row in book["说明"].iter_rows(values_only=True)]
    assert len(about[0]) > 4 and len(about) > 1
    if part != "#values-1":
        assert own.with_suffix(".svg").read_text("utf-8").startswith("<svg xmlns=")
        file, data = saved(page, part, "图（PNG）")
        assert file.endswith(".png") and data.startswith(b"\x89PNG") and len(data) > 5000
    assert faults == []
    page.close()


def test_opened_from_disk_no_button_is_offered_that_cannot_work(browser: Browser, site: Path) -> None:
    page = browser.new_page()
    faults = watch(page, "file:")
    page.goto((site / INDICATOR).as_uri())
    tools = page.locator(".gb-series .gb-tools").first
    assert tools.get_by_role("link").count() == 2 and tools.get_by_role("button").count() == 0
    assert faults == []
    page.close()


def test_the_same_table_gives_the_same_bytes(browser: Browser, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/{REPORT}")
    assert saved(page, "#table-1", "数据（Excel）") == saved(page, "#table-1", "数据（Excel）")
    page.close()


def test_every_chart_and_table_offers_its_files_without_a_script(site: Path) -> None:
    figures = tables = 0
    for page in site.glob("reports/2023/*/*.html"):
        for figure in re.findall(
            r'<figure class="gb-(?:figure|table)".*?</figure>', page.read_text("utf-8"), re.S
        ):
            links = re.findall(r'<a href="([^"]+)" download>', figure)
            assert all((page.parent / link).is_file() for link in links), page
            endings = {Path(link).suffix for link in links}
            if "gb-chart" in figure:
                assert endings == {".svg", ".csv"}, page
                figures += 1
            else:
                assert endings == {".csv"}, page
                tables += 1
    assert figures > 50 and tables > 50


def test_a_page_says_how_it_is_cited_and_that_a_draft_is_not(browser: Browser, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}/{REPORT}")
    words = page.locator("#cite").inner_text()
    assert "《示例县丙 2023年 义务教育均衡》，2023年度版" in words
    assert "未发布" in words or "不得引用" in words  # only a release has an address that stays
    page.get_by_role("button", name="复制").click()
    page.get_by_text("已复制").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == words
    context.close()


# --- paper -----------------------------------------------------------------------------------------------

A4 = (643, 956)  # px of what the margins of `@page` leave: 170 × 253 mm


def test_a_chart_fits_a_sheet_so_that_it_need_not_be_broken(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": A4[0], "height": A4[1]})
    page.emulate_media(media="print")
    for name in (REPORT, "reports/2023/990103/overview.html", "reports/2023/990103/inspect.html"):
        page.goto(f"{address}/{name}")
        found = page.locator(".gb-figure").evaluate_all(
            "all => all.map(f => [f.getBoundingClientRect().height, getComputedStyle(f).breakInside])"
        )
        assert all(height < A4[1] and rule == "avoid" for height, rule in found), (name, found)
    page.close()


def test_a_printed_table_repeats_its_head_and_keeps_its_rows_whole(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": A4[0], "height": A4[1]})
    page.emulate_media(media="print")
    page.goto(f"{address}/{REPORT}")
    heads = page.locator("thead").evaluate_all("all => all.map(h => getComputedStyle(h).display)")
    rows = page.locator("tbody tr").evaluate_all("all => all.map(r => getComputedStyle(r).breakInside)")
    assert set(heads) == {"table-header-group"} and set(rows) == {"avoid"}
    clipped = page.locator(".gb-scroll").evaluate_all(
        "all => all.filter(s => getComputedStyle(s).overflowY !== 'visible').length"
    )
    assert clipped == 0  # what scrolls on a screen is printed whole
    assert page.locator("#cite").is_visible() and not page.locator(".gb-where").is_visible()
    assert not page.locator(".gb-tools, .gb-copy").first.is_visible()
    page.close()


def test_a_printed_table_of_up_to_twenty_rows_is_not_broken(browser: Browser, address: str) -> None:
    page = browser.new_page(viewport={"width": A4[0], "height": A4[1]})
    page.emulate_media(media="print")
    page.goto(f"{address}/{REPORT}")
    tables = page.locator("main table").evaluate_all(
        "all => all.map(t => [t.tBodies[0].rows.length, getComputedStyle(t).breakInside])"
    )
    assert {rule for rows, rule in tables if rows <= 20} == {"avoid"}
    assert {rule for rows, rule in tables if rows > 20} == {"auto"}  # these have to go on over the next sheet
    page.close()


def test_a_page_is_printed_on_as_many_sheets_as_it_needs(browser: Browser, address: str) -> None:
    """As the browser itself prints it: a table of many rows goes on over several sheets, none is empty."""
    page = browser.new_page()
    page.goto(f"{address}/{REPORT}")
    paper = page.pdf(prefer_css_page_size=True)
    sheets = len(re.findall(rb"/Type\s*/Page\b(?!s)", paper))
    page.set_viewport_size({"width": A4[0], "height": A4[1]})
    page.emulate_media(media="print")
    least = page.evaluate("document.documentElement.scrollHeight") / A4[1]
    assert least <= sheets <= 1.6 * least + 2
    page.close()
