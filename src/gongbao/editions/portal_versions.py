"""versions/<code>: where to find a county and area in every year and revision, and where there is none.

The JSON file is what the switcher on the pages reads; the page says the same without a script. A place
that changed its code has one list under each of its codes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.editions.english import in_english
from gongbao.editions.portal_frame import portal_fragment
from gongbao.editions.portal_home import CRUMB
from gongbao.editions.portal_shelf import OVERVIEW, CountyRevision, Shelf, json_bytes
from gongbao.editions.tree import STATE_WORDS, Revision
from gongbao.site.entries import is_sample
from gongbao.site.layout import Crumb, Page


@dataclass(frozen=True, slots=True)
class Code:
    """One of a place's codes, with the name that it had and the years in which the code is valid."""

    code: str
    name: str
    valid_from: str
    valid_to: str

    @property
    def years(self) -> str:
        """“2017年起”, “至2016年”; empty where the table doesn't say."""
        if self.valid_from and self.valid_to:
            return f"{self.valid_from}至{self.valid_to}年"
        return (
            f"{self.valid_from}年起" if self.valid_from else f"至{self.valid_to}年" if self.valid_to else ""
        )


@dataclass(frozen=True)
class CountyVersions:
    """A county in all editions: what both files of it say. `renamed`: former id of an area -> today's;
    `english`: addresses of the revisions that hold English pages."""

    code: str
    codes: tuple[Code, ...]
    counties: Sequence[CountyRevision]
    renamed: Mapping[str, str]
    latest: Mapping[int, Revision | None]
    english: frozenset[str] = frozenset()

    @property
    def name(self) -> str:
        """The name that the place had last under this code."""
        return next(c.name for c in self.codes if c.code == self.code)

    @property
    def address(self) -> str:
        return f"/versions/{self.code}.html"

    def area(self, area: str) -> str:
        """Today's id of an area."""
        return self.renamed.get(area, area)

    @property
    def areas(self) -> list[tuple[str, str]]:
        """(id, title) of every area that any revision has, the county's own page first."""
        titles: dict[str, str] = {}
        for county in self.counties:
            titles |= {self.area(area): county.titles[area] for area in county.pages}
        known = [OVERVIEW, *AREAS]
        return sorted(
            titles.items(), key=lambda t: (known.index(t[0]) if t[0] in known else len(known), t[0])
        )

    def is_latest(self, county: CountyRevision) -> bool:
        shown = self.latest.get(county.revision.year)
        return shown is not None and shown.revision == county.revision.revision


def county_versions(shelf: Shelf, code: str, renamed: Mapping[str, str]) -> CountyVersions:
    """Everything that the tree holds of a county."""
    counties = shelf.county_revisions(code)
    names = {county.code: county.name for county in counties}  # the last year's
    codes = []
    for own in shelf.chain(code):
        region = shelf.regions.get(own, {})
        name = names.get(own) or str(region.get("name") or own)
        codes.append(Code(own, name, _year(region.get("valid_from")), _year(region.get("valid_to"))))
    years = {county.revision.year for county in counties}
    latest = {year: shelf.tree.latest(year) for year in years}
    revisions = {county.revision for county in counties}
    english = frozenset(r.address for r in revisions if in_english(shelf.tree, r))
    return CountyVersions(code, tuple(codes), counties, renamed, latest, english)


def _year(value: Any) -> str:
    return str(int(value)) if value not in (None, "") else ""


def versions_file(versions: CountyVersions) -> tuple[str, bytes]:
    """(address, bytes) of versions/<code>.json: by revision, area -> address in the tree."""

    def shown(county: CountyRevision) -> dict[str, Any]:
        revision = county.revision
        return {
            "year": revision.year, "revision": revision.revision, "state": revision.state,
            "state_zh": STATE_WORDS[revision.state], "date": revision.date, "code": county.code,
            "name": county.name, "latest": versions.is_latest(county),
            "pages": {versions.area(area): f"{revision.address}/{p}" for area, p in county.pages.items()},
        } | ({"english": True} if revision.address in versions.english else {})  # fmt: skip

    content = {
        "format": 1,
        "code": versions.code,
        "name": versions.name,
        "codes": [{"code": c.code, "name": c.name, "years": c.years} for c in versions.codes],
        "areas": [{"id": area, "title": title} for area, title in versions.areas],
        "renamed": dict(versions.renamed),
        "editions": [shown(county) for county in reversed(versions.counties)],
    }
    return f"/versions/{versions.code}.json", json_bytes(content)


def versions_page(versions: CountyVersions) -> Page:
    """The matrix of areas and years; each cell names the revisions that have the page."""
    years: dict[int, list[CountyRevision]] = {}
    for county in reversed(versions.counties):
        years.setdefault(county.revision.year, []).append(county)
    rows = [
        (area, title, [_cell(versions, area, found) for found in years.values()])
        for area, title in versions.areas
    ]
    body = portal_fragment(
        "versions.html.j2",
        versions.address,
        name=versions.name,
        code=versions.code,
        codes=versions.codes,
        years=[
            {
                "year": year,
                "latest": versions.latest[year],
                "names": sorted({c.name for c in found} - {versions.name}),
                "codes": sorted({c.code for c in found} - {versions.code}),
            }
            for year, found in years.items()
        ],
        rows=rows,
    )
    title = f"{versions.name}：各年度和修订版"
    return Page(
        versions.address, title, body, f"{versions.name}各年度、各修订版的公报和各领域报告",
        (CRUMB, Crumb("年度版和修订版", "/editions.html")), is_sample(versions.code), kind="county",
    )  # fmt: skip


def _cell(versions: CountyVersions, area: str, found: Sequence[CountyRevision]) -> list[dict[str, Any]]:
    """The revisions of a year that have the page, the latest first; empty: none has it."""
    cell = []
    for county in found:
        pages = {versions.area(own): page for own, page in county.pages.items()}
        if area in pages:
            revision = county.revision
            cell.append(
                {
                    "year": revision.year,
                    "name": revision.name,
                    "page": f"/{revision.address}/{pages[area]}",
                    "short": f"/{revision.year}/{pages[area]}" if versions.is_latest(county) else "",
                    "withdrawn": revision.state == "withdrawn",
                }
            )
    return cell
