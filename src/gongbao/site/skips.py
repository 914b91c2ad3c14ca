"""Links that lead past a section of a report to the next one: for who goes by keyboard through a section of many
numbers, each of which can be opened."""

from __future__ import annotations

import re
from itertools import pairwise

MANY = 8  # stops of the Tab key in a section; fewer are gone through as quickly as skipped

_HEADING = re.compile(r'<h2\b[^>]*\bid="([^"]+)"[^>]*>.*?</h2>', re.DOTALL)
_STOP = re.compile(r'<(?:a\b[^>]*\bhref=|button\b|summary\b|input\b|select\b|\w+\b[^>]*\btabindex="0")')


def with_skips(html: str) -> str:
    """The HTML of a report with a link behind the heading of each section of many stops, to the next heading. It is
    seen only while it has the focus."""
    parts, at = [], 0
    for heading, following in pairwise(_HEADING.finditer(html)):
        if len(_STOP.findall(html, heading.end(), following.start())) > MANY:
            parts += [html[at : heading.end()], f'<a class="gb-skip" href="#{following[1]}">跳到下一节</a>']
            at = heading.end()
    return "".join((*parts, html[at:]))
