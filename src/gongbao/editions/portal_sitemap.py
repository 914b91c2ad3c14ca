"""Sitemaps: one for each edition, one for the portal, and the index that names them (sitemaps.org 0.9).

Only canonical addresses are listed: those of the latest revision, never a sealed one's. An edition's
sitemap is written when the edition changes; the index needs nothing of an edition but its list of places.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from xml.etree import ElementTree as ET

from gongbao.editions.english import in_english
from gongbao.editions.portal_frame import CORRECTIONS, EDITIONS, HOME, public_address
from gongbao.editions.portal_places import places_pages
from gongbao.editions.portal_shelf import Shelf, concerned, xml_bytes
from gongbao.editions.tree import Revision
from gongbao.english import HasTwin, english_address

SITEMAP = "/sitemap.xml"
_PORTAL = "/sitemap-portal.xml"
_NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"
_XHTML = "http://www.w3.org/1999/xhtml"
# Of one sitemap: at 13 pages each it stays below the 50,000 addresses that one may hold; half of it in two languages.
PLACES = 3000
Entry = tuple[str, str]  # address in the tree, day of its last change


def sitemap_files(
    site_url: str, shelf: Shelf, changed: int, *, english: bool = False
) -> Iterator[tuple[str, bytes]]:
    """(address, bytes) of the sitemaps that a release of `changed` alters. None without a site address:
    a sitemap holds complete addresses. `english`: the portal's pages have twins."""
    if not site_url:
        return
    last = max((event.date for event in shelf.tree.log), default="")
    index: list[Entry] = [(_PORTAL, last)]
    for revision in sorted(shelf.shown, key=lambda r: r.year):
        codes = sorted(shelf.places_by_year[revision.year])
        twins = in_english(shelf.tree, revision)
        parts = list(_batches(codes, PLACES // 2 if twins else PLACES))
        for number, part in enumerate(parts, start=1):
            address = f"/sitemap-{revision.year}{'' if number == 1 else f'-{number}'}.xml"
            index.append((address, revision.date))
            if revision.year == changed:
                entries = _pages(shelf, revision, part, shared=number == 1)
                yield address, _document(site_url, "urlset", "url", entries, _every if twins else _none)
    if shelf.tree.latest(changed) is None:  # all of it withdrawn: no longer in the index, and nothing in it
        gone = [(f"/{changed}/index.html", last)]
        yield f"/sitemap-{changed}.xml", _document(site_url, "urlset", "url", gone)
    has_twin = _twin_in_portal(shelf, changed) if english else _none
    yield _PORTAL, _document(site_url, "urlset", "url", _portal_pages(shelf, last), has_twin)
    yield SITEMAP, _document(site_url, "sitemapindex", "sitemap", index)


def _batches(codes: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, max(len(codes), 1), size):
        yield codes[start : start + size]


def _pages(shelf: Shelf, revision: Revision, codes: Sequence[str], *, shared: bool) -> Iterator[Entry]:
    """The pages of a revision at their short addresses, as long as they are HTML."""
    inside = list(shelf.edition(revision).get("pages", ())) if shared else []
    for code in codes:
        county = shelf.county(revision, code)
        inside += county.content["pages"] if county else ()
    for address in sorted(set(inside)):
        if address.endswith(".html") and address != "404.html":
            yield f"/{revision.year}/{address}", revision.date


def _portal_pages(shelf: Shelf, last: str) -> Iterator[Entry]:
    yield from ((address, last) for address in (HOME, EDITIONS, CORRECTIONS))
    yield from ((page.address, last) for page in places_pages(shelf))
    changed: dict[str, str] = {}
    for revision in shelf.shown:
        for code in shelf.places_by_year[revision.year]:
            for own in shelf.chain(code):
                changed[own] = max(changed.get(own, ""), revision.date)
    for code, day in sorted(changed.items()):
        yield f"/versions/{code}.html", day
        yield f"/history/{code}.html", day


def _twin_in_portal(shelf: Shelf, changed: int) -> HasTwin:
    """Counties' pages have twins if they are written now, or were since the tree has English pages."""
    now = set(concerned(shelf, changed))

    def has_twin(address: str) -> bool:
        folder, _, name = address[1:].partition("/")
        if folder not in ("versions", "history") or name.removesuffix(".html") in now:
            return True
        return (shelf.tree.root / english_address(address)[1:]).is_file()

    return has_twin


def _none(address: str) -> bool:
    return False


def _every(address: str) -> bool:
    return True


def _document(
    site_url: str, root: str, item: str, entries: Iterable[Entry], has_twin: HasTwin = _none
) -> bytes:
    """A sitemap, or the index of them. A page and its twin each name both."""
    ET.register_namespace("", _NAMESPACE)
    ET.register_namespace("xhtml", _XHTML)
    document = ET.Element(f"{{{_NAMESPACE}}}{root}")
    for address, day in entries:
        twin = english_address(address) if has_twin(address) else ""
        for own in (address, twin) if twin else (address,):
            element = ET.SubElement(document, f"{{{_NAMESPACE}}}{item}")
            ET.SubElement(element, f"{{{_NAMESPACE}}}loc").text = public_address(site_url, own)
            ET.SubElement(element, f"{{{_NAMESPACE}}}lastmod").text = day
            for language, other in (("zh-CN", address), ("en", twin)) if twin else ():
                link = {"rel": "alternate", "hreflang": language, "href": public_address(site_url, other)}
                ET.SubElement(element, f"{{{_XHTML}}}link", link)
    return xml_bytes(document)
