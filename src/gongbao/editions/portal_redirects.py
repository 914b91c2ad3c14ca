"""Old addresses that lead on: a county under another of its codes, an area under its former name, a page
that a correction took away. Plain pages with a link; no server has to know of them.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape

from gongbao.editions.portal_frame import public_address
from gongbao.editions.portal_shelf import CountyRevision, Shelf, json_bytes
from gongbao.editions.portal_versions import CountyVersions
from gongbao.editions.tree import LATEST
from gongbao.publication import Publication
from gongbao.site.layout import relative

Files = dict[str, bytes]
# The page needs no style sheet or script of any edition: it stands for every year alike. Its policy allows
# this style and no other.
_STYLE = """
body{font:1.0625rem/1.75 sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color:#1d2530}
a{color:#0b4a82}
"""
_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '{style_digest}'; img-src data:">
<meta http-equiv="refresh" content="0; url={href}">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="canonical" href="{canonical}">
<style>{style}</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{reason}</p>
<p><a href="{href}">{target}</a></p>
</main>
</body>
</html>
"""


def redirect_page(site_url: str, address: str, target: str, title: str, reason: str) -> bytes:
    """A page at `address` that leads to `target` (both in the tree) and says why."""
    href = relative(address, target)
    canonical = public_address(site_url, target) if site_url else href
    return _PAGE.format(
        style=_STYLE,
        style_digest="sha256-" + b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode(),
        href=escape(href),
        canonical=escape(canonical),
        title=escape(title),
        reason=escape(reason),
        target=escape(title),
    ).encode()


def edition_redirects(publication: Publication, shelf: Shelf, versions: CountyVersions, year: int) -> Files:
    """Address -> page of every redirect in an edition that a place needs, by the edition's latest revision.

    Nothing for an edition that shows nothing, or doesn't have the place.
    """
    latest = shelf.tree.latest(year)
    here = [c for c in versions.counties if c.revision.year == year]
    shown = next((c for c in here if latest and c.revision.revision == latest.revision), None)
    if latest is None or shown is None:
        return {}
    site, files = publication.site_url, Files()
    taken = set(shelf.places_by_year[year])
    for code in versions.codes:
        if code.code == shown.code or code.code in taken:
            continue
        for area, page in shown.pages.items():
            address = f"/{year}/{code.code}/{page.rpartition('/')[2]}"
            files[address] = redirect_page(
                site, address, f"/{year}/{page}", f"{shown.name} {year}年：{shown.titles[area]}",
                f"{year}年度版里，{code.name}（{code.code}）列在 {shown.name}（{shown.code}）名下。",
            )  # fmt: skip
    files |= _renamed(site, versions.renamed, shown, year)
    files |= _gone(site, versions, here, shown, year)
    return files


def _renamed(site: str, renamed: Mapping[str, str], shown: CountyRevision, year: int) -> Files:
    """An area's former address, where the edition has it under its new name only."""
    files = Files()
    for old, new in renamed.items():
        if new in shown.pages and old not in shown.pages:
            address = f"/{year}/{shown.code}/{old}.html"
            title = f"{shown.name} {year}年：{shown.titles[new]}"
            reason = "这个指标领域改了名称，报告在新的地址。"
            files[address] = redirect_page(site, address, f"/{year}/{shown.pages[new]}", title, reason)
    return files


def _gone(
    site: str, versions: CountyVersions, here: list[CountyRevision], shown: CountyRevision, year: int
) -> Files:
    """Pages of earlier revisions that the latest one no longer has."""
    files = Files()
    for county in here:
        for area, page in county.pages.items():
            if county.code == shown.code and page not in shown.pages.values():
                address = f"/{year}/{page}"
                name = county.revision.name
                reason = f"{year}年度现行的修订版里没有这一篇；{name} 里的仍在，见各年度和修订版的列表。"
                title = f"{county.name} {year}年：{county.titles[area]}"
                files[address] = redirect_page(site, address, f"{versions.address}#{area}", title, reason)
    return files


def redirects_elsewhere(
    publication: Publication, shelf: Shelf, versions: CountyVersions, changed: int
) -> dict[int, Files]:
    """Year -> redirects in the other editions that a change of a place's code asks for; only where they
    aren't there yet."""
    if len(versions.codes) == 1:
        return {}
    found = {}
    for year in sorted({c.revision.year for c in versions.counties} - {changed}):
        own = {c.code for c in versions.counties if c.revision.year == year}
        files = edition_redirects(publication, shelf, versions, year)
        files = {address: data for address, data in files.items() if address.split("/")[2] not in own}
        if not all(_holds(shelf, address, data) for address, data in files.items()):
            found[year] = files
    return found


def with_digests(shelf: Shelf, year: int, files: Files) -> Iterator[tuple[str, bytes]]:
    """The files added to an edition that doesn't change otherwise, and its list of digests with them."""
    content = json.loads((shelf.tree.root / str(year) / LATEST).read_bytes())
    added = {a.removeprefix(f"/{year}/"): hashlib.sha256(data).hexdigest() for a, data in files.items()}
    content["files"] = dict(sorted((content["files"] | added).items()))
    yield from sorted(files.items())
    yield f"/{year}/{LATEST}", json_bytes(content)


def _holds(shelf: Shelf, address: str, data: bytes) -> bool:
    path = shelf.tree.root / address.removeprefix("/")
    return path.is_file() and path.read_bytes() == data
