"""Whether the links of a published tree lead to files that are there."""

from __future__ import annotations

import posixpath
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

_LINK = re.compile(r'(?:href|src|data-spec|data-versions)="([^"#]+)')
# Linked by a notice that nobody sees before something is withdrawn, and by words that nobody sees unless it is there.
_LATER = re.compile(r"/\d{4}/(?:(?:en/)?withdrawn\.html|gongbao-\d{4}\.zip)")


def broken_links(tree: Path) -> dict[str, str]:
    """Address that no file stands at -> the first page that links it."""
    files = {f"/{path.relative_to(tree).as_posix()}" for path in tree.rglob("*") if path.is_file()}
    found: dict[str, str] = {}
    for page in sorted(files):
        if not page.endswith(".html"):
            continue
        for link in _LINK.findall((tree / page[1:]).read_text("utf-8")):
            target = unquote(unescape(link))
            if "://" in target or target.startswith(("data:", "mailto:", "tel:")):
                continue
            address = posixpath.normpath(posixpath.join(posixpath.dirname(page), target))
            if address not in files and not _LATER.fullmatch(address):
                found.setdefault(address, page)
    return found
