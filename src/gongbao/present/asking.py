"""How a printed number leads to where it comes from: a link to the entry that its page has for it."""

from __future__ import annotations

import re
from html import escape

_ODD = re.compile(r"[^\w.-]+")


def value_ref(indicator_id: str, stage: str, period: str = "", *, year: int = 0) -> str:
    """The name of a submitted value on a page of its county; `year` if it isn't the page's own."""
    parts = (str(year) if year else "", indicator_id, stage, period)
    return ".".join(_ODD.sub("-", part) for part in parts if part)


def computed_ref(*key: str) -> str:
    """The name of a computed number on a page of its county."""
    return "-".join(["c", *(_ODD.sub("-", part) for part in key if part)])


def asked(ref: str, html: str) -> str:
    """What is printed as a link to its entry; as it is without a `ref`."""
    return f'<a class="gb-ask" href="#n-{escape(ref)}">{html}</a>' if ref else html
