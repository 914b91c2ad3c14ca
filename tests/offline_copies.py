"""An offline copy as its reader has it: unpacked in a folder, and where its links lead."""

from __future__ import annotations

import re
import zipfile
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote

_TAG = re.compile(r"<([a-zA-Z]+)\b([^<>]*)>")
_ATTRIBUTE = re.compile(
    r"""\s(href|src|srcset|action|formaction|data|poster|background|ping|data-spec|data-versions|xlink:href)"""
    r"""\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)"""
)
_IN_STYLE = re.compile(r"url\(\s*[\"']?([^)\"']+)|@import\s+[\"']([^\"']+)")


def unpacked(archive: Path, folder: Path) -> Path:
    """Unpack a copy into `folder`; gives the one folder that it holds."""
    with zipfile.ZipFile(archive) as opened:
        assert opened.testzip() is None
        opened.extractall(folder)
    [top] = folder.iterdir()
    return top


def links(page: Path) -> Iterator[tuple[str, str, str]]:
    """(element, attribute, address) of everything in a page that holds an address."""
    for tag in _TAG.finditer(page.read_text("utf-8")):
        for name, value in _ATTRIBUTE.findall(tag[2]):
            yield tag[1], name, unescape(value.strip("\"'"))


def dead_links(top: Path) -> list[str]:
    """Links of all pages and styles that lead to no file of the copy, or out of it by a relative address."""
    there = {path for path in top.rglob("*") if path.is_file()}
    found = []
    for path in sorted(there):
        if path.suffix == ".html":
            addresses = [address for _, _, address in links(path)]
        elif path.suffix == ".css":
            addresses = [a or b for a, b in _IN_STYLE.findall(path.read_text("utf-8"))]
        else:
            continue
        for address in addresses:
            name = unquote(re.split(r"[?#]", address)[0])
            if not name or re.match(r"(?:https?|data|mailto|tel):", address):
                continue
            if (path.parent / name).resolve() not in there:
                found.append(f"{path.relative_to(top)}: {address}")
    return found


def loaded_from_web(top: Path) -> list[str]:
    """What a browser would fetch from the web by itself when it shows a page."""
    return [
        f"{page.relative_to(top)}: <{element} {name}={address}>"
        for page in sorted(top.rglob("*.html"))
        for element, name, address in links(page)
        if element not in ("a", "area", "form") and re.match(r"(?:https?:)?//", address)
        and not (element == "link" and 'rel="canonical"' in page.read_text("utf-8"))
    ]  # fmt: skip


def led_to_web(top: Path) -> Counter[str]:
    """Addresses on the web that links lead to, with how many do."""
    return Counter(
        address for page in sorted(top.rglob("*.html")) for element, _, address in links(page)
        if element == "a" and re.match(r"https?:", address)
    )  # fmt: skip
