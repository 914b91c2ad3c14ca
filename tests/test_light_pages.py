"""What a first view of a page costs and does: bytes over the wire, requests, shifts of its layout, and what its
policy allows."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from browsing import served, watch
from gongbao.site.bodies import with_headings

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("published")]

MOST_BYTES = 150_000
# Recorded from the first moment on. Chromium leaves out shifts that follow a reader's own click.
SHIFTS = """window.shifts = []; new PerformanceObserver(list => {
    for (const entry of list.getEntries()) window.shifts.push(entry.value);
}).observe({type: "layout-shift", buffered: true});"""
KINDS = [
    "index.html",
    "reports/2023/index.html",
    "reports/2023/990103/index.html",
    "reports/2023/990103/overview.html",
    "reports/2023/990103/balance.html",
    "site/areas/balance.html",
    "site/indicators.html",
    "site/indicators/backbone_teachers_per_100.html",
    "site/data.html",
    "site/about.html",
]


@pytest.fixture(scope="module")
def address(site: Path) -> Iterator[str]:
    with served(site, compressed=True) as found:
        yield found


def heaviest(site: Path) -> str:
    """The report whose HTML is largest when compressed."""
    pages = (page for page in site.glob("reports/*/*/*.html"))
    return max(pages, key=lambda page: len(gzip.compress(page.read_bytes()))).relative_to(site).as_posix()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_first_view_of_the_heaviest_report_is_light(
    browser: Browser, site: Path, address: str, width: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850})
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    sizes: list[int] = []
    network.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    faults = watch(page, address)
    page.goto(f"{address}/{heaviest(site)}", wait_until="networkidle")
    assert faults == []
    assert len(sizes) >= 3  # the page, its style, its script
    assert sum(sizes) < MOST_BYTES, f"{heaviest(site)}: {sizes}"
    context.close()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", KINDS)
def test_nothing_moves_while_a_page_comes(browser: Browser, address: str, name: str, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 850})
    page = context.new_page()
    page.add_init_script(SHIFTS)
    page.goto(f"{address}/{name}", wait_until="networkidle")
    while page.evaluate("scrollY + innerHeight < document.documentElement.scrollHeight - 1"):
        page.evaluate("scrollBy({top: innerHeight, behavior: 'instant'})")
        page.wait_for_timeout(20)
    assert page.evaluate("window.shifts") == []
    context.close()


def test_the_recorder_of_shifts_records(browser: Browser) -> None:
    """A page that moves what a reader looks at is caught by the same few lines."""
    page = browser.new_page()
    page.add_init_script(SHIFTS)
    page.goto("data:text/html,<p id=a></p><h1>text</h1>")
    page.wait_for_timeout(300)
    page.evaluate("document.getElementById('a').style.height = '300px'")
    page.wait_for_function("window.shifts.length > 0", timeout=5000)
    page.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_what_stands_behind_a_number_is_shown_when_it_is_asked_for(
    browser: Browser, address: str, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{address}/reports/2023/990103/balance.html")
    behind = page.locator(".gb-origins .gb-origin:visible, .gb-origins .gb-shared:visible")
    assert page.locator(".gb-origins .gb-origin").count() > 10 and behind.count() == 0
    page.locator("a.gb-ask").first.click()
    assert page.locator("dialog[open]").count() == 1 if scripts else behind.count() >= 1
    context.close()


def test_no_page_holds_a_script_or_a_style_of_its_own(site: Path) -> None:
    """The policy would refuse them; what it allows is the site's own files."""
    pages = sorted(site.rglob("*.html"))
    assert len(pages) > 100
    for path in pages:
        text = path.read_text("utf-8")
        assert not re.search(r"<style\b|<[^>]+\sstyle=|<[^>]+\son[a-z]+=\"", text), path
        for script in re.findall(r"<script[^>]*>", text):
            assert ' src="' in script or 'type="application/ld+json"' in script, path
        found = re.search(r'<meta http-equiv="Content-Security-Policy" content="([^"]*)">', text)
        assert found is not None, path
        policy = unescape(found[1])
        assert "default-src 'none'" in policy and "style-src 'self';" in policy, path
        assert "unsafe-inline" not in policy and "'unsafe-eval'" not in policy, path
        for name in ("description", "theme-color", "viewport"):
            assert f'<meta name="{name}"' in text, (path, name)


def test_the_policy_stands_before_anything_that_it_governs(site: Path) -> None:
    for path in site.glob("reports/2023/*/*.html"):
        head = path.read_text("utf-8").partition("</head>")[0]
        assert head.index("Content-Security-Policy") < min(head.index("<link"), head.index("<script")), path


def test_a_table_aligned_in_markdown_keeps_its_alignment_without_a_style() -> None:
    html = '<td style="text-align:right">1</td><th class="a" style="text-align: right;">b</th>'
    assert with_headings(f"<style scoped>td {{}}</style>{html}").html == (
        '<td class="num">1</td><th class="num a">b</th>\n'
    )
    assert with_headings('<p style="color:red" id="x">y</p>').html == '<p id="x">y</p>\n'
