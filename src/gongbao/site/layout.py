"""Pages in their frame: header, navigation, footer; every address relative to the page."""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from gongbao.english import english_address
from gongbao.publication import Publication, Release
from gongbao.site import addresses
from gongbao.site.bodies import Heading
from gongbao.site.where import Where

TEMPLATES = Path(__file__).parent / "templates" / "pages"
# What a page may load: its own script, style and images, nothing else. No style or script stands in a page
# itself, nor is text run as a script: Vega's expressions are interpreted (`ast` in gongbao.js).
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'self'"
)
# 公 in white on the red of a seal. In the page: an image this small is not worth a request.
ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='5' fill='%239c2a1f'/%3E%3Ctext x='16' y='24' font-size='22' "
    "text-anchor='middle' fill='%23fff'%3E公%3C/text%3E%3C/svg%3E"
)

SEARCH = "/site/search.html"  # where the search field of every page leads
PLACES = "/site/places.html"  # the index of places


@dataclass(frozen=True, slots=True)
class Crumb:
    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The edition that a page belongs to, and the county and area it is about. `draft`: nobody has
    reviewed that edition yet."""

    year: int
    draft: bool
    region: str = ""
    area: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """One page. `address` begins with “/”; `body` is what stands below the title; links in it are
    relative already. `sample` puts the banner 示例数据 on it. `headings` are its list of contents. `subject` is
    None for a page of several editions, `where` for one without the bar that changes place, year and area.
    `files` are what it offers for download: (address, bytes)."""

    address: str
    title: str
    body: str
    description: str = ""
    crumbs: tuple[Crumb, ...] = ()
    sample: bool = False
    kind: str = "page"
    headings: tuple[Heading, ...] = ()
    subject: Subject | None = None
    where: Where | None = None
    files: tuple[tuple[str, bytes], ...] = ()


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


def whole(
    page: Page,
    publication: Publication,
    links: Sequence[NavigationLink],
    *,
    own_address: bool = True,
    english: bool = False,
    search: str = SEARCH,
) -> str:
    """The complete HTML document of a page. Without `own_address` it doesn't say at which address it stands:
    who places it knows. `english`: it has a twin in English, to which it links. `search` is the page that its
    search field leads to."""
    release = _release(page, publication.release) if publication.release else None
    return (
        environment()
        .get_template("layout.html.j2")
        .render(
            page=page,
            body=Markup(page.body),
            publication=publication,
            navigation=[(link, _current(link, page)) for link in links],
            link=lambda target: relative(page.address, target),
            policy=POLICY,
            search=search,
            icon=ICON,
            release=release,
            canonical=_canonical(page, publication, release) if own_address else "",
            english=english and english_address(page.address),
            alternates=_alternates(page, publication) if english else (),
        )
    )


def _canonical(page: Page, publication: Publication, release: dict[str, Any] | None) -> str:
    """The address for which a page stands to search engines; empty where it has none."""
    if publication.internal or page.address == "/404.html":
        return ""
    if release:
        return str(release["canonical"])
    return publication.site_url + page.address.removesuffix("index.html") if publication.site_url else ""


def _alternates(page: Page, publication: Publication) -> list[tuple[str, str]]:
    """(language, address) of a page in each language, of a revision's page in the latest revision; none of the
    page that stands for any other."""
    if page.address == "/404.html":
        return []
    site, release = publication.site_url, publication.release
    address = addresses.latest(page.address, release).removeprefix("/-") if release else page.address
    outside = "/-" if release and not site else ""
    own, twin = (f"{site}{outside}{each}" for each in (address, english_address(address)))
    return [("zh-CN", own), ("en", twin), ("x-default", own)]


def _release(page: Page, release: Release) -> dict[str, Any]:
    """What a page says of the revision it belongs to. True for ever: nothing in it depends on later ones."""
    region, area = (page.subject.region, page.subject.area) if page.subject else ("", "")
    latest = addresses.latest(page.address, release)
    return {
        "year": release.year,
        "name": release.name,
        "doc_no": release.doc_no,
        "date": release.date,
        "day": chinese_day(release.date),
        "approved_by": release.approved_by,
        "latest": latest,
        "canonical": release.site_url + latest.removeprefix("/-") if release.site_url else latest,
        # What is cited: it stands for ever. Without the tree's address it is a path, and no address.
        "sealed": release.site_url + addresses.sealed(page.address, release).removeprefix("/-")
        if release.site_url
        else f"本站 {addresses.sealed(page.address, release).removeprefix('/-')}",
        "own": release.site_url + addresses.sealed(page.address, release) if release.site_url else "",
        "versions": addresses.versions(region, area) if region else "",
        "versions_data": addresses.versions_data(region) if region else "",
        "region": region,
        "area": area,
        "corrections": addresses.corrections(release) if release.revision > 1 else "",
        "status": addresses.status_style(release),
    }


def chinese_day(day: str) -> str:
    """2020-03-01 as 2020年3月1日. Raises ValueError for what is no ISO day."""
    found = date.fromisoformat(day)
    return f"{found.year}年{found.month}月{found.day}日"


def _current(link: NavigationLink, page: Page) -> bool:
    """Whether a link leads to the page itself or to the list that it belongs to."""
    section = link.address.removesuffix(".html") + "/"
    return not link.external and (page.address == link.address or page.address.startswith(section))
