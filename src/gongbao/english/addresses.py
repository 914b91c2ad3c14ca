"""Where the English twin of a page stands, and what its links must then be."""

from __future__ import annotations

import posixpath
import re

FOLDER = "/en"
_EDITION = re.compile(r"/(?:19|20)\d\d(?:/r\d+)?(?=/)")


def english_address(address: str) -> str:
    """The twin's address: below /en/, in a published tree below the /en/ of the page's own edition or revision,
    so that a sealed revision holds its English pages. Both begin with “/”."""
    edition = _EDITION.match(address)
    head = edition[0] if edition else ""
    return f"{head}{FOLDER}{address.removeprefix(head)}"


def is_english(address: str) -> bool:
    """Whether an address (of the site, a tree, or inside a revision) is that of an English page."""
    edition = _EDITION.match(address)
    return address.removeprefix(edition[0] if edition else "").startswith(f"{FOLDER}/")


def resolved(page: str, link: str) -> str | None:
    """The address that a relative link of a page leads to; None for a link within the page or to elsewhere."""
    if not link or link.startswith(("#", "/", "data:", "mailto:", "tel:")) or "://" in link:
        return None
    return posixpath.normpath(posixpath.join(posixpath.dirname(page), link))


def relative(page: str, address: str) -> str:
    return posixpath.relpath(address, posixpath.dirname(page))
