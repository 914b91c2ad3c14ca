"""The counties of a leaf by one indicator: a year in bands and on a scale, all years as small drawings and a table.

Everywhere counties stand in the order of their codes. Nothing is sorted by value, and no place in an order is
printed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gongbao.present import plain
from gongbao.present.multiples import HEIGHT, WIDTH, Mark, mini, scale_of, sheet
from gongbao.present.strip import dots, ends_of
from gongbao.site.boundaries import Drawing, draw
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import OPERATORS, is_sample
from gongbao.site.observed import BANDS, NEUTRAL, NOTHING, Observed, Place, Series
from gongbao.site.places import county_page
from gongbao.site.tabular import csv_bytes
from gongbao.site.tiles import City, Tile, cities, kind_of, make_tile, tally, tally_words
from gongbao.standards.outcome import Outcome

DRAWN = 80  # drawings of counties that stand in a page itself; those of further series in files of their own
CELLS = 3000  # of a page's tables together: what keeps that of 120 counties below 300 kB
LETTERS = {Outcome.PASS.value: "p", Outcome.FAIL.value: "f", Outcome.UNDETERMINED.value: "u",
           NEUTRAL: "v", NOTHING: "n"}  # fmt: skip
HEADER = (
    "区划代码",
    "地区",
    "类别",
    "年度",
    "数值",
    "显示",
    "单位",
    "比较",
    "标准值",
    "结论",
    "前后不可比之处",
)

File = tuple[str, bytes]


@dataclass(frozen=True, slots=True)
class Cell:
    """A county's year in a table: `letter` says its band to the script, `sign` to the reader."""

    shown: str
    letter: str
    sign: str


@dataclass(frozen=True, slots=True)
class Row:
    region: str
    name: str
    kind: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class View:
    """A series as its template shows it. `drawings`: (name, code, kind, SVG) of each county, empty where they
    stand in a file of their own, `sheet_size` wide and high. `earlier`: years that only the CSV file has."""

    id: str
    title: str
    caption: str
    year: int
    finding: str
    cities: tuple[City, ...]
    counts: tuple[tuple[str, str, int], ...]
    strip: str
    ends: tuple[str, str]
    targets: tuple[str, ...]
    years: tuple[int, ...]
    earlier: tuple[int, ...]
    rows: tuple[Row, ...]
    drawings: tuple[tuple[str, str, str, str], ...]
    sheet_size: tuple[int, int]
    breaks: tuple[str, ...]
    csv: str
    svg: str
    note: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What an indicator's page compares, and the files beside it. `kinds`: those of its counties, none where
    there are fewer than two; `years`: those that a reader may choose."""

    views: tuple[View, ...]
    kinds: tuple[str, ...]
    years: tuple[int, ...]
    files: tuple[File, ...]
    map: Drawing | None


def compared(catalogue: Catalogue, series: Sequence[Series], page: str, *, all_series: bool) -> Compared:
    """The views of an indicator's series for the page at this address. `all_series`: those in which there is
    nothing to compare too, because the page has no other table."""
    chosen = [s for s in series if s.comparable or (all_series and s.observed)]
    folder = page.removesuffix(".html")
    room = CELLS // max(1, sum(len(s.regions) for s in chosen))
    views: list[View] = []
    files: list[File] = []
    inside = 0
    for number, each in enumerate(chosen, start=1):
        inside += len(each.regions) if each.comparable else 0
        few = each.comparable and inside <= DRAWN
        tiles = few or (each.comparable and not any(v.cities for v in views))
        shown = each.years[-max(1, room) :]
        view, own = _view(catalogue, each, f"series-{number}", folder, shown, tiles=tiles, drawn=few)
        views.append(view)
        files += own
    kinds = list(dict.fromkeys(row.kind for view in views for row in view.rows if row.kind))
    years = sorted({year for view in views if view.cities for year in view.years}, reverse=True)
    drawing = None
    if catalogue.boundaries is not None:
        drawing = draw(catalogue.boundaries, dict.fromkeys(r for each in chosen for r in each.regions))
    return Compared(tuple(views), tuple(kinds) if len(kinds) > 1 else (), tuple(years), tuple(files), drawing)


def _view(
    catalogue: Catalogue,
    series: Series,
    id: str,
    folder: str,
    shown_years: tuple[int, ...],
    *,
    tiles: bool,
    drawn: bool,
) -> tuple[View, list[File]]:
    """A series' view and files. `tiles`: with the map of tiles and the scale; `drawn`: with the drawings."""
    year = max((y for (_, y), o in series.observed.items() if o.value is not None), default=series.years[-1])
    names = {region: catalogue.name(region, year) for region in series.regions}
    places = _tiles(catalogue, series, year)
    files: list[File] = [(f"{folder}/{id}.csv", _csv(catalogue, series, names))]
    drawings: tuple[tuple[str, str, str, str], ...] = ()
    size, svg = (0, 0), ""
    if series.comparable:
        marks = {region: _marks(series, region) for region in series.regions}
        scale = scale_of(mark for own in marks.values() for mark in own)
        breaks = {r: [first for code, first, _ in series.breaks if code == r] for r in series.regions}
        svg = f"{folder}/{id}.svg"
        whole = sheet([(names[r], marks[r], breaks[r]) for r in series.regions], scale)
        files.append((svg, whole.encode()))
        if drawn:
            drawings = tuple(
                (names[r], r, kind_of(catalogue, r, year), mini(marks[r], scale, breaks[r]))
                for r in series.regions
            )
        columns = min(4, len(series.regions))
        size = (WIDTH * columns, (HEIGHT + 22) * -(-len(series.regions) // columns))
    counts = tally(places)
    title = series.label or "全部"
    unit = f"（{series.unit}）" if series.unit else ""
    strip, ends = _strip(series, year) if series.comparable else ("", ("", ""))
    return (
        View(
            id,
            title,
            f"{series.indicator.name}：{title}，各年度{unit}",
            year,
            _finding(series, year, places),
            tuple(cities(catalogue, places, year)) if tiles else (),
            tuple((band, BANDS[band], count) for band, count in counts.items()),
            strip if tiles else "",
            ends,
            tuple(_targets(series, y) for y in shown_years),
            shown_years,
            tuple(y for y in series.years if y not in shown_years),
            tuple(_row(catalogue, series, r, names[r], year, shown_years) for r in series.regions),
            drawings,
            size,
            _breaks(series, names),
            f"{folder}/{id}.csv",
            svg,
            _note(series),
        ),
        files,
    )


def _tiles(catalogue: Catalogue, series: Series, year: int) -> list[Tile]:
    found = []
    for region in series.regions:
        page = county_page(_latest(catalogue, region, year), region)
        own = series.of(region, year)
        band, shown = (own.band, own.shown) if own else (NOTHING, "—")
        found.append(make_tile(catalogue, region, year, page, band, shown))
    return found


def _latest(catalogue: Catalogue, region: str, year: int) -> int:
    """The year of a county's page: this one, or the last one that there is."""
    years = catalogue.years_of(region)
    return year if year in years or not years else years[0]


def _finding(series: Series, year: int, tiles: Sequence[Tile]) -> str:
    counts = tally(tiles)
    standard = _targets(series, year)
    samples = sum(is_sample(tile.region) for tile in tiles)
    words = f"{year}年{len(tiles)}个县（市、区）中，{tally_words(counts)}。"
    if standard:
        words += f"标准{standard}{series.unit if '、' not in standard else ''}。"
    return words + (f"其中{samples}个为示例地区，数据虚构。" if samples else "")


def _targets(series: Series, year: int) -> str:
    """The thresholds of a year as printed; several where places set their own."""
    return "、".join(sorted(series.targets(year)))


def _marks(series: Series, region: str) -> list[Mark]:
    known = ((year, series.of(region, year)) for year in series.years)
    return [
        Mark(year, o.value, o.shown, "" if o.band == NEUTRAL else o.band, o.limit)
        for year, o in known
        if o is not None and o.value is not None
    ]


def _strip(series: Series, year: int) -> tuple[str, tuple[str, str]]:
    """The year's values on one scale, and the values at its ends as printed."""
    known = [o for o in series.in_year(year).values() if o.value is not None]
    limits = [o.limit for o in known if o.limit is not None]
    values = [("" if o.band == NEUTRAL else o.band, o.value) for o in known if o.value is not None]
    ends = ends_of([value for _, value in values] + limits)
    decimals = max((o.decimals for o in known), default=0)
    words = tuple(f"{plain(end, decimals)}{series.unit or ''}" for end in (ends.low, ends.high))
    return dots(values, limits, ends), (words[0], words[1])


def _row(
    catalogue: Catalogue, series: Series, region: str, name: str, year: int, years: Sequence[int]
) -> Row:
    cells = tuple(_cell(series.of(region, y)) for y in years)
    return Row(region, name, kind_of(catalogue, region, year), cells)


def _cell(observed: Observed | None) -> Cell:
    if observed is None:
        return Cell("—", LETTERS[NOTHING], "")
    sign = {Outcome.FAIL.value: "✗", Outcome.UNDETERMINED.value: "?"}.get(observed.band, "")
    return Cell(observed.shown, LETTERS[observed.band], sign)


def _breaks(series: Series, names: dict[str, str]) -> tuple[str, ...]:
    """What breaks a county's line, once for all of whom the same is said."""
    found: dict[str, list[str]] = {}
    for region, _, words in series.breaks:
        found.setdefault(words, []).append(names[region])
    return tuple(f"{'、'.join(own)}：{words}" for words, own in found.items())


def _note(series: Series) -> str:
    if series.unit is None:
        return "各县填报的单位不同，不画图比较；单位见各县数据。"
    return ""


def _csv(catalogue: Catalogue, series: Series, names: dict[str, str]) -> bytes:
    """Every county and year that has something to say, one row each."""
    breaks: dict[Place, str] = {}
    for region, year, words in series.breaks:
        breaks[region, year] = "；".join(part for part in (breaks.get((region, year), ""), words) if part)
    rows = []
    for region in series.regions:
        for year in series.years:
            own = series.of(region, year)
            if own is not None:
                rows.append(
                    (
                        region, names[region], kind_of(catalogue, region, year), year, own.value, own.shown,
                        series.unit or "", OPERATORS.get(own.op, own.op), own.limit, BANDS[own.band],
                        breaks.get((region, year), ""),
                    )
                )  # fmt: skip
    return csv_bytes(HEADER, rows)
