"""Where a reader is and where else to go: the bar of a county's pages, which changes one of place, year and area
and keeps the other two."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from gongbao.data.columns import AREAS
from gongbao.site.catalogue import Catalogue
from gongbao.site.groups import Group
from gongbao.site.reading import area_order

FORMAT = 1
"""Of `places.json`; a sealed page's script reads the file that was sealed with it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu. `page` is empty where there is nothing to lead to; `note` says what is missing."""

    text: str
    page: str = ""
    current: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """The bar of one page. `area` is empty on a county's own page. `lists` are the pages that list the places
    of its year, the nearest first."""

    place: str
    region: str
    year: str
    area: str
    area_title: str
    lists: tuple[Choice, ...]
    years: tuple[Choice, ...]
    areas: tuple[Choice, ...]


def where(catalogue: Catalogue, year: int, region: str, area: str, leaf: Group) -> Where:
    """The bar of the report of a county, year and area, or of the county's own page (`area` empty). `leaf` is
    the group that lists the county."""
    trail = (*reversed(leaf.trail), ("", ""))
    lists = (
        Choice(f"{year}年{name or '各县（市、区）'}", f"/reports/{year}/{code}".rstrip("/") + "/index.html")
        for code, name in trail
    )
    return Where(
        catalogue.name(region, year),
        region,
        catalogue.year_label(year),
        area,
        catalogue.area_title(area) if area else "公报首页",
        tuple(lists),
        tuple(_years(catalogue, year, region, area)),
        tuple(_areas(catalogue, year, region, area)),
    )


def _years(catalogue: Catalogue, year: int, region: str, area: str) -> Iterator[Choice]:
    """The place's years, the latest first, and those between them of which it has nothing: what other places
    have makes no difference to its pages."""
    later = 0
    for other in catalogue.years_of(region):
        if later - other > 1:
            first, last = other + 1, later - 1
            yield Choice(f"{first}年" if first == last else f"{first}–{last}年", note="没有报告")
        label, page = catalogue.year_label(other), catalogue.page_of(other, region, area) if area else ""
        home = f"/reports/{other}/{region}/index.html"
        note = "没有这一篇，看公报首页" if area and not page else ""
        yield Choice(label, page or home, other == year, note)
        later = other


def _areas(catalogue: Catalogue, year: int, region: str, area: str) -> Iterator[Choice]:
    own = catalogue.plan.get((year, region), ())
    yield Choice("公报首页", f"/reports/{year}/{region}/index.html", not area)
    for other in sorted({*AREAS, *own}, key=area_order):
        if other in own:
            yield Choice(catalogue.area_title(other), catalogue.page_of(year, region, other), other == area)
        elif other != "overview":
            yield Choice(catalogue.area_title(other), note="没有报送")


def places_file(catalogue: Catalogue, year: int, leaf: Group, edition: str) -> tuple[str, bytes]:
    """(address, bytes) of the list from which a page's script fills the menu of places: those of the leaf that
    have a report of the year, with their areas. It stands beside `edition`, the page that lists them."""
    members = set(leaf.regions)
    found = [
        {"code": region, "name": catalogue.name(region, year), "areas": catalogue.plan[year, region]}
        for region in catalogue.regions(year)
        if region in members
    ]
    data = json.dumps({"format": FORMAT, "year": year, "places": found}, ensure_ascii=False) + "\n"
    return posixpath.join(posixpath.dirname(edition), "places.json"), data.encode()
