"""A county beside its city, the counties similar to it, last year and the standards: a page of its own.

It stands at /reports/<year>/compare/<code>.html and not in the county's folder, because it is made with the
lists of its group: what it says depends on other counties. What the city's and the similar counties' values
are is `standards.peers`; similar are those to which the region list gives the same kind (类别).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gongbao.present import plain
from gongbao.present.strip import beside, beside_key, beside_sheet, ends_of
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import OPERATORS, is_sample
from gongbao.site.groups import Group
from gongbao.site.layout import Crumb, Page, fragment
from gongbao.site.observed import (
    NEUTRAL,
    VALUE,
    Observed,
    Series,
    has_beside_page,
    is_key,
    is_quotient,
    observe_place,
    rows_of,
)
from gongbao.site.places import beside_address, county_page, edition_crumbs, subject
from gongbao.site.reading import area_order
from gongbao.site.tabular import csv_bytes
from gongbao.site.tiles import kind_of, parent_of
from gongbao.site.where import where
from gongbao.standards.outcome import Outcome
from gongbao.standards.peers import LEAST_PEERS, Middle, together, typical

NAMED = 12  # similar counties told by name
WAYS = {"own": "公布", "weighted": "加权", "median": "中位数"}
HEADER = (
    "区划代码", "地区", "年度", "领域", "指标", "单位", "本县", "上年", "全市", "全市的算法", "全市有数的县",
    "同类县中位数", "同类县有数的县", "比较", "标准值", "结论",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """An indicator of a county: every value as printed with its unit, "—" where there is none. `raw`: the same
    without signs, from HEADER's 单位 on to 标准值."""

    label: str
    page: str
    own: str
    outcome: str
    word: str
    last: str
    city: str
    similar: str
    target: str
    strip: str
    ends: tuple[str, str]
    raw: tuple[str | float | int | None, ...]


@dataclass(frozen=True, slots=True)
class Peers:
    """Whom a county is put beside: rows of its city (itself included), and the others of its kind."""

    city: str
    city_rows: tuple[str, ...]
    kind: str
    similar: tuple[str, ...]


def beside_pages(
    catalogue: Catalogue, leaf: Group, observed: Mapping[str, Sequence[Series]]
) -> Iterator[Page]:
    """The page of every county and year of a leaf that has anything to compare."""
    rows = rows_of(catalogue, leaf)
    members = set(leaf.regions)
    row_of = {catalogue.code_in(row, year): row for year in catalogue.years for row in rows}
    middles: dict[Any, Middle | None] = {}
    for year in catalogue.years:
        for region in catalogue.regions(year):
            if region in members and has_beside_page(catalogue, year, region):
                row = row_of.get(region, region)
                peers = peers_of(catalogue, rows, row, year)
                yield _page(catalogue, leaf, observed, year, region, row, peers, middles)


def peers_of(catalogue: Catalogue, rows: Sequence[str], row: str, year: int) -> Peers:
    """The county's city and kind as the region list has them in that year. Invented counties are never put
    beside real ones."""
    own = [r for r in rows if is_sample(r) == is_sample(row)]
    city, kind = parent_of(catalogue, row, year), kind_of(catalogue, row, year)
    return Peers(
        city,
        tuple(r for r in own if city and parent_of(catalogue, r, year) == city),
        kind,
        tuple(r for r in own if kind and r != row and kind_of(catalogue, r, year) == kind),
    )


def _page(
    catalogue: Catalogue,
    leaf: Group,
    observed: Mapping[str, Sequence[Series]],
    year: int,
    region: str,
    row: str,
    peers: Peers,
    middles: dict[Any, Middle | None],
) -> Page:
    address, name = beside_address(year, region), catalogue.name(region, year)
    city = catalogue.name(peers.city, year) if peers.city else ""
    city_values = observe_place(catalogue, year, peers.city) if peers.city != region and peers.city else {}
    areas: dict[str, list[Line]] = {}
    for id, all_series in observed.items():
        indicator = catalogue.indicators[id]
        for series in all_series:
            key = (id, series.statistic, series.stage, series.period)
            own = series.of(row, year)
            if own is None or not is_key(catalogue, key, own) or series.unit is None:
                continue
            middle = _city(series, year, peers, city_values.get(key), middles)
            typical_value = typical(_known(series, year, peers.similar))
            line = _line(series, row, year, own, middle, typical_value, leaf)
            areas.setdefault(indicator.area, []).append(line)
    names = [catalogue.name(code, year) for code in peers.similar]
    shown = [
        (catalogue.area_title(area), catalogue.page_of(year, region, area), areas[area])
        for area in sorted(areas, key=area_order)
    ]
    files = _files(address.removesuffix(".html"), (region, name, year), shown)
    body = fragment(
        "beside.html.j2",
        address,
        name=name,
        year=year,
        county_page=county_page(year, region),
        areas=shown,
        files={address.rpartition(".")[2]: address for address, _ in files},
        city=city,
        kind=peers.kind,
        similar="、".join(names[:NAMED]) + (f"等{len(names)}个" if len(names) > NAMED else ""),
        scope=f"{leaf.name}范围内" if leaf.code else "本站",
        least=LEAST_PEERS,
        key=beside_key(),
    )
    title = f"{name} {year}年与{city or '其他县'}、同类县和标准比较"
    crumbs = (*edition_crumbs(year, leaf.trail), Crumb(name, county_page(year, region)))
    return Page(
        address,
        title,
        body,
        f"{title}：每项指标一行，本县、上年、全市、同类县和标准",
        crumbs,
        is_sample(region),
        "beside",
        subject=subject(catalogue, year, region),
        where=where(catalogue, year, region, "", leaf),
        files=files,
    )


def _files(
    stem: str, place: tuple[str, str, int], areas: Sequence[tuple[str, str, Sequence[Line]]]
) -> tuple[tuple[str, bytes], ...]:
    """All lines as one table, and what is drawn of them as one drawing: (address, bytes) of each."""
    rows = [(*place, title, line.label, *line.raw, line.word) for title, _, lines in areas for line in lines]
    drawn = [
        (title, found)
        for title, _, lines in areas
        if (found := [(line.label, line.strip, line.ends) for line in lines if line.strip])
    ]
    files = [(f"{stem}.csv", csv_bytes(HEADER, rows))]
    if drawn:
        files.append((f"{stem}.svg", beside_sheet(drawn).encode()))
    return tuple(files)


def _known(series: Series, year: int, rows: Sequence[str]) -> list[float]:
    found = (series.of(row, year) for row in rows)
    return [each.value for each in found if each is not None and each.value is not None]


def _city(
    series: Series,
    year: int,
    peers: Peers,
    published: Observed | None,
    middles: dict[Any, Middle | None],
) -> Middle | None:
    """What the city has published of itself; else what its counties are together."""
    if not peers.city:
        return None
    if published is not None and published.value is not None and published.unit == series.unit:
        return Middle(published.value, 0, "own")
    key = (series.indicator.indicator_id, series.label, year, peers.city, peers.city_rows[0])
    if key not in middles:
        weighed = series.statistic == VALUE and is_quotient(series.indicator)
        own = [o for r in peers.city_rows if (o := series.of(r, year)) is not None]
        middles[key] = together((o.value, o.weight if weighed else None) for o in own if o.value is not None)
    return middles[key]


def _line(
    series: Series,
    row: str,
    year: int,
    own: Observed,
    city: Middle | None,
    similar: Middle | None,
    leaf: Group,
) -> Line:
    indicator, unit = series.indicator, series.unit or ""
    last = series.of(row, year - 1)
    decimals = max((o.decimals for o in series.in_year(year).values()), default=0)
    before = last.value if last else None
    values = (own.value, before, city.value if city else None, similar.value if similar else None)
    known = [value for value in (*values, own.limit) if value is not None]
    ends = ends_of(known)
    label = "，".join(part for part in series.label.split("，") if part != "全部")
    outcome = "" if own.band == NEUTRAL else own.band
    return Line(
        f"{indicator.name}（{label}）" if label and label not in indicator.name else indicator.name,
        f"{indicator.page.removesuffix('.html')}/{leaf.code}.html" if leaf.code else indicator.page,
        own.shown + unit,
        outcome,
        Outcome(outcome).label if outcome else "",
        "—" if last is None else last.shown + (unit if last.value is not None else ""),
        _words(city, decimals, unit),
        _words(similar, decimals, unit),
        own.target + unit if own.target else "—",
        beside(*values, limit=own.limit, outcome=outcome, ends=ends) if len(set(known)) > 1 else "",
        (plain(ends.low, decimals), plain(ends.high, decimals)),
        (
            unit,
            own.value,
            before,
            *_raw(city, decimals),
            *_raw(similar, decimals)[::2],
            OPERATORS.get(own.op, own.op) if own.limit is not None else "",
            own.limit,
        ),
    )


def _raw(middle: Middle | None, decimals: int) -> tuple[float | None, str, int | None]:
    """A middle as it is printed, how it was found, of how many counties."""
    if middle is None:
        return None, "", None
    return float(plain(middle.value, decimals)), WAYS[middle.how], middle.count or None


def _words(middle: Middle | None, decimals: int, unit: str) -> str:
    if middle is None:
        return "—"
    counted = f"，{middle.count}个县" if middle.count else ""
    return f"{plain(middle.value, decimals)}{unit}（{WAYS[middle.how]}{counted}）"
