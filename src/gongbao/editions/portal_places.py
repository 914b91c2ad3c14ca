"""places/<group>: every county of the published tree with its years, by groups where there are many.

A tree of at most GROUP counties has no such page: its home page lists them all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from gongbao.editions.portal_frame import HOME, portal_fragment
from gongbao.editions.portal_shelf import Shelf
from gongbao.editions.tree import Revision
from gongbao.site.entries import is_sample
from gongbao.site.groups import GROUP, Group, in_order, inner, leaves, make_groups
from gongbao.site.layout import Crumb, Page

_HOME = Crumb("首页", HOME)


def everyone(shelf: Shelf) -> list[dict[str, Any]]:
    """Every place that a shown edition has, once under its last code, with its years."""
    years: dict[str, list[tuple[int, str]]] = {}
    names: dict[str, str] = {}
    for year, places in sorted(shelf.places_by_year.items(), reverse=True):
        for code, name in places.items():
            last = shelf.chain(code)[-1]
            names.setdefault(last, name)
            years.setdefault(last, []).append((year, f"/{year}/{code}/index.html"))
    return [
        {
            "name": names[code],
            "code": code,
            "sample": is_sample(code),
            "years": years[code],
            "versions": f"/versions/{years[code][0][1].split('/')[2]}.html",
        }
        for code in sorted(names, key=in_order)
    ]


def place_groups(shelf: Shelf, codes: list[str], limit: int = GROUP) -> Group:
    """The root of the groups of these places, by the regions as the latest edition knows them."""

    def above(code: str) -> list[str]:
        chain = [code]
        while (parent := str(shelf.regions.get(chain[-1], {}).get("parent_code") or "")) in shelf.regions:
            if parent in chain:
                break
            chain.append(parent)
        return chain[1:]

    def name(code: str) -> str:
        return str(shelf.regions.get(code, {}).get("name") or code)

    return make_groups(codes, above, name, limit)


def edition_groups(shelf: Shelf, latest: Revision, limit: int = GROUP) -> list[dict[str, Any]]:
    """The groups that the home page of the latest edition lists; empty where that edition is one group."""
    pages = shelf.edition(latest).get("pages", {})
    root = place_groups(shelf, list(shelf.places(latest)), limit)
    return [
        _line(group, f"/{latest.year}/{group.code}/index.html")
        for group in root.groups
        if f"{group.code}/index.html" in pages
    ]


def place_lines(group: Group) -> list[dict[str, Any]]:
    """The groups of a group, as links to the portal's own lists."""
    return [_line(each, _address(each.code)) for each in group.groups]


def places_pages(shelf: Shelf, limit: int = GROUP) -> Iterator[Page]:
    """The list of each group but the root, whose list stands on the home page."""
    found = {place["code"]: place for place in everyone(shelf)}
    root = place_groups(shelf, list(found), limit)
    for group in (*inner(root), *leaves(root)):
        if not group.code:
            continue
        own = [found[code] for code in group.regions] if group.leaf else []
        address = _address(group.code)
        body = portal_fragment("places.html.j2", address, groups=place_lines(group), places=own)
        above = (Crumb(name, _address(code)) for code, name in group.above)
        yield Page(
            address, f"{group.name}：各年度", body, f"{group.name}各县（市、区）各年度的公报", (_HOME, *above),
            any(map(is_sample, group.regions)),
        )  # fmt: skip


def _address(code: str) -> str:
    return f"/places/{code}.html"


def _line(group: Group, page: str) -> dict[str, Any]:
    count = len(group.regions)
    return {
        "name": group.name, "page": page, "count": count, "counties": count,
        "samples": sum(map(is_sample, group.regions)),
    }  # fmt: skip
