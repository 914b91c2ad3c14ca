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
