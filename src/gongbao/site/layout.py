"""Pages in their frame: header, navigation, footer; every address relative to the page."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gongbao.publication import Publication
from gongbao.site.bodies import Heading

TEMPLATES = Path(__file__).parent / "templates" / "pages"
# What a page may load: its own script, style and images, nothing else. Vega positions its elements
# with style attributes, which 'unsafe-inline' covers; scripts stay strict.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True, slots=True)
class Crumb:
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `address` begins with “/”; `body` is what stands below the title; links in it are
    relative already. `sample` puts the banner 示例数据 on it. `aside` is the HTML of the side column,
    `headings` its list of contents."""

    address: str
    title: str
    body: str
    description: str = ""
    crumbs: tuple[Crumb, ...] = ()
    sample: bool = False
    aside: str = ""
    kind: str = "page"
    headings: tuple[Heading, ...] = ()


@dataclass(frozen=True, slots=True)
class NavigationLink:
    text: str
    address: str
    external: bool = False


def relative(page: str, target: str) -> str:
    """The address of `target` as seen from `page`, so that the site works below any path and from
    files. Both begin with “/”; a fragment or an outside address is left as it is."""
    if not target.startswith("/"):
        return target
    path, mark, fragment = target.partition("#")
    return posixpath.relpath(path, posixpath.dirname(page)) + mark + fragment


def navigation(publication: Publication) -> tuple[NavigationLink, ...]:
    """The links of `_quarto.yml`'s navigation bar as addresses of pages; computed once for a build."""
    links = []
    for link in publication.navigation:
        external = "://" in link.href
        address = link.href if external else "/" + link.href.removeprefix("/")
        for ending in (".qmd", ".ipynb", ".md"):
            address = address if external else address.replace(ending, ".html")
        links.append(NavigationLink(link.text, address, external))
    return tuple(links)


@cache
def environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def fragment(template: str, address: str, **values: Any) -> str:
    """A page's body from its template. In it `link(address)` gives a relative address, `html(text)`
    marks what is HTML already."""
    return (
        environment()
        .get_template(template)
        .render(link=lambda target: relative(address, target), html=Markup, address=address, **values)
    )


def whole(page: Page, publication: Publication, links: Sequence[NavigationLink]) -> str:
    """The complete HTML document of a page."""
    return (
        environment()
        .get_template("layout.html.j2")
        .render(
            page=page,
            body=Markup(page.body),
            aside=Markup(page.aside),
            publication=publication,
            navigation=[(link, _current(link, page)) for link in links],
            link=lambda target: relative(page.address, target),
            policy=POLICY,
        )
    )


def _current(link: NavigationLink, page: Page) -> bool:
    """Whether a link leads to the page itself or to the list that it belongs to."""
    section = link.address.removesuffix(".html") + "/"
    return not link.external and (page.address == link.address or page.address.startswith(section))
