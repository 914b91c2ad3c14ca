"""A real Chromium and a server for the tests that open built pages."""

from __future__ import annotations

import functools
import gzip
import http.server
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# Without these Chromium talks to its maker, which a closed network refuses.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# Rules that axe-core checks: WCAG 2.2 AA and what it builds on.
STANDARDS = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}

# Smaller than 24 px one way, and not a link within a line of text.
SMALL = """() => [...document.querySelectorAll("a[href], button, summary, input, select")].filter(element => {
    if (!element.checkVisibility() || element.classList.contains("gb-skip")) return false;
    const box = element.getBoundingClientRect();
    if (box.width >= 23.5 && box.height >= 23.5) return false;
    const beside = [...element.parentNode.childNodes].some(n => n !== element && n.textContent.trim());
    return !(getComputedStyle(element).display === "inline" && beside);
}).map(element => `${element.outerHTML.slice(0, 120)} in ${element.parentNode.tagName}`)"""


# Where the focus is, what a reader sees of it, and how its ring stands out from what lies behind it.
FOCUS = """() => {
    const element = document.activeElement;
    if (!element || element === document.body) return null;
    window.stops = window.stops || new Map();
    const known = window.stops.has(element);
    const before = window.last;
    window.stops.set(element, true);
    window.last = element;
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    const within = (value, most) => Math.min(Math.max(value, 1), most - 2);
    const x = within(box.left + Math.min(box.width / 2, 20), innerWidth);
    const y = within(box.top + Math.min(box.height / 2, 15), innerHeight);
    const top = document.elementFromPoint(x, y);
    const parts = colour => (colour.match(/[\\d.]+/g) || []).map(Number);
    const light = colour => {
        const [r, g, b] = parts(colour).map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    let behind = element.parentElement, ground = "rgb(255, 255, 255)";
    for (; behind; behind = behind.parentElement) {
        const found = getComputedStyle(behind).backgroundColor;
        if (parts(found)[3] !== 0) { ground = found; break; }
    }
    const pair = [light(style.outlineColor), light(ground)].sort((a, b) => b - a);
    return {
        what: element.outerHTML.slice(0, 120), known,
        later: !before || !!(before.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING)
            || before.contains(element),
        seen: box.bottom > 0 && box.top < innerHeight && !!top && (element.contains(top) || top.contains(element)),
        ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
        contrast: (pair[0] + .05) / (pair[1] + .05),
    };
}"""


def chromium() -> str | None:
    """The installed Chromium (or the one that the variable CHROMIUM names); None: Playwright's own."""
    return os.environ.get("CHROMIUM") or next((p for p in map(shutil.which, NAMES) if p), None)


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *arguments: Any) -> None:
        pass


class _Compressing(_Quiet):
    """Sends texts compressed, as every host of pages does."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        data, kind = path.read_bytes(), self.guess_type(str(path))
        self.send_response(200)
        if kind.startswith("text/") or kind.endswith(("json", "xml", "javascript")):
            data = gzip.compress(data, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@contextmanager
def served(root: Path, *, compressed: bool = False) -> Iterator[str]:
    """The address of a server that shows the files below `root`."""
    handler = functools.partial(_Compressing if compressed else _Quiet, directory=str(root))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def watch(page: Page, own: str) -> list[str]:
    """Collects what must not happen: console errors, failed requests, requests to elsewhere."""
    faults: list[str] = []

    def outside(url: str) -> None:
        if not url.startswith((own, "data:", "file:")):
            faults.append(f"outside: {url}")

    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("requestfailed", lambda request: faults.append(f"failed: {request.url}"))
    page.on("request", lambda request: outside(request.url))
    return faults


def too_wide(page: Page) -> int:
    """By how many pixels the page is wider than its window (0 or less: it fits)."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def walk(page: Page) -> list[dict[str, Any]]:
    """What Tab reaches, from the start of the page until the focus leaves it."""
    stops: list[dict[str, Any]] = []
    for _ in range(2000):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None or (stop["known"] and len(stops) > 1 and stop["what"] == stops[0]["what"]):
            return stops  # the browser begins anew
        stops.append(stop)
    raise AssertionError("the focus never leaves the page")


def walk_in_order(page: Page) -> int:
    """Walk a page: every stop comes later than the one before, is seen, and its ring stands out. Gives how many."""
    stops = walk(page)
    assert 'href="#main"' in stops[0]["what"]
    for stop in stops:
        assert not stop["known"] and stop["later"], stop
        assert stop["seen"], stop
        assert stop["ring"] >= 2 and stop["contrast"] >= 3, stop
    return len(stops)
