"""Portal pages in the site's own frame: same header, navigation, footer and theme, other addresses.

A portal page stands outside every revision: its theme is the tree's copy (/theme/), its navigation the
portal's.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Container, Iterator
from dataclasses import replace
from functools import cache
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gongbao.editions.english import LOST
from gongbao.editions.relocate import rewritten
from gongbao.editions.tree import STATE_WORDS, Revision
from gongbao.english import SCRIPT_WORDS, script_words
from gongbao.publication import Publication
from gongbao.site.layout import TEMPLATES, NavigationLink, Page, navigation, relative, whole

HOME = "/index.html"
EDITIONS = "/editions.html"
CORRECTIONS = "/corrections.html"
INDICATORS = "/history/index.html"
FEED = "/feed.xml"
SEARCH = "/search.html"
_NAVIGATION = (
    NavigationLink("首页", HOME),
    NavigationLink("年度版", EDITIONS),
    NavigationLink("历年指标", INDICATORS),
    NavigationLink("更正", CORRECTIONS),
)
_OWN = Path(__file__).parent / "templates" / "portal"
_THEME = "/site/theme/"
# A relative link of a page at the tree's root.
_LINK = re.compile(rb'(\s(?:href|src|action)=")(?!data:|#|[a-z]+:|/)([^"]*")')


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader([_OWN, TEMPLATES]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def portal_fragment(template: str, address: str, **values: Any) -> str:
    """A portal page's body. In it `link(address)` gives a relative address of the tree, `html(text)` marks
    what is HTML already, `state(revision)` says 已发布, 已被取代 or 已撤回."""
    return (
        _environment()
        .get_template(template)
        .render(
            link=lambda target: relative(address, target),
            html=Markup,
            state=lambda revision: STATE_WORDS[revision.state],
            address=address,
            **values,
        )
    )


class Frame:
    """Makes whole documents of portal pages. Nothing in the frame depends on what is published, so that a
    page that no release alters stays right."""

    def __init__(self, publication: Publication, *, english: bool = False) -> None:
        """`english`: the pages have English twins and lead to them."""
        self._publication = replace(publication, release=None)
        self._english = english
        external = (link for link in navigation(publication) if link.external)
        self._links = (*_NAVIGATION, *external)

    def document(self, page: Page, *, canonical: str = "", head: str = "") -> tuple[str, bytes]:
        """(address, bytes) of a page. `canonical`: the address in the tree that it stands for, by default
        its own; `head`: more for the document's head."""
        english = self._english and page.address != LOST
        text = whole(page, self._publication, self._links, own_address=False, english=english, search=SEARCH)
        main = canonical or page.address
        extra = (
            f'<link rel="canonical" href="{escape(self._absolute(page.address, main))}">\n'
            f'<link rel="alternate" type="application/atom+xml" title="发布与更正" '
            f'href="{relative(page.address, FEED)}">\n{head}'
        )
        text = text.replace("</head>", f"{extra}</head>", 1)
        return page.address, rewritten(text.encode(), page.address, _portal_place)

    def lost_document(self, page: Page) -> tuple[str, bytes]:
        """The page that a server shows for any wrong address, at any depth: its links begin at the root of
        the server where the site's address is known."""
        address, data = self.document(page)
        site = self._publication.site_url
        if not site:
            return address, data
        root = urlsplit(site).path + "/"
        return address, _LINK.sub(lambda m: m[1] + root.encode() + m[2], data)

    def _absolute(self, page: str, target: str) -> str:
        site = self._publication.site_url
        return public_address(site, target) if site else relative(page, target)


def public_address(site_url: str, address: str) -> str:
    """The address of a file of the tree on the web, written like the canonical links of sealed pages."""
    return site_url + address


def _portal_place(address: str) -> str:
    """Working address of the site's frame -> that in the tree; the portal's own stay."""
    return "/theme/" + address.removeprefix(_THEME) if address.startswith(_THEME) else address


def edition_links(publication: Publication, latest: Revision, pages: Container[str]) -> list[NavigationLink]:
    """The publication's navigation as links into an edition, as far as it has the page (`pages`: addresses
    inside the edition)."""
    return [
        NavigationLink(link.text, f"/{latest.year}{link.address}")
        for link in navigation(publication)
        if link.address != HOME and link.address.removeprefix("/") in pages
    ]


def theme_files(publication: Publication, *, english: bool = False) -> Iterator[tuple[str, bytes]]:
    """The theme for the portal's pages, as it is in the publication; with what its scripts say in English."""
    theme = publication.pages / "theme"
    for path in sorted(theme.rglob("*")) if theme.is_dir() else ():
        if path.is_file() and not path.name.startswith("."):
            yield posixpath.join("/theme", path.relative_to(theme).as_posix()), path.read_bytes()
    if english:
        yield f"/theme/{SCRIPT_WORDS}", script_words(publication.pages)
