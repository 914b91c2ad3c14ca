"""Pages of an indicator area: its counties side by side, each against the standard, never ranked."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import altair as alt
import pandas as pd

from gongbao.present import Cell, Column, Fact, Figure, Table, Verdict
from gongbao.present.charts import chart_spec, check_whole_charts
from gongbao.present.numbers import plain
from gongbao.present.table import make_table
from gongbao.present.theme import COLOURS, config
from gongbao.rows import row_dicts
from gongbao.site.boundaries import draw as draw_map
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import OPERATORS, is_sample
from gongbao.site.groups import Group
from gongbao.site.layout import Crumb, Page, fragment
from gongbao.site.observed import NOTHING
from gongbao.site.places import HOME, area_page
from gongbao.site.reading import ReportSummary, leading
from gongbao.site.summary import county_outcome
from gongbao.site.svg import inline, linked
from gongbao.site.tiles import City, cities, make_tile
from gongbao.standards.outcome import Outcome

AREAS_PAGE = Crumb("指标领域", "/site/areas.html")
MANY = 30  # counties; the charts of more weigh more than the rest of their page


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a year of an area compares: tables, and figures that still have to be drawn."""

    year: int
    reports: tuple[ReportSummary, ...]
    tables: tuple[Table, ...]
    figures: tuple[Figure, ...]


def displays_folder(area: str, code: str) -> str:
    """Where the files of a comparison's figures and tables stand: beside its page, under the page's name."""
    return area_page(area, code).removesuffix(".html")


def compare(catalogue: Catalogue, area: str, group: Group) -> list[Comparison]:
    """The comparisons of an area in a leaf, the latest year first; only the latest year has figures.

    In a crowded leaf a table holds what its figures show, and earlier years have their verdicts alone: its page
    may hold the most counties that there can be on one.
    """
    check_whole_charts()
    members = set(group.regions)
    found: list[Comparison] = []
    tables = figures = 0
    for year in catalogue.years:
        reports = [
            r
            for code in catalogue.regions(year)
            if code in members and (r := catalogue.report(year, code, area))
        ]
        if not reports:
            continue
        builds = [_verdict_table, _fact_table]
        if _crowded(group):
            builds = [_verdict_table] if found else [_verdict_table, _value_table, _fact_table]
        made = [
            table
            for build in builds
            if (table := build(catalogue, year, reports, tables + 1)) is not None and (tables := tables + 1)
        ]
        drawn: list[Figure] = []
        if not found:
            for items in _comparable(catalogue, reports):
                figures += 1
                drawn.append(_figure(catalogue, year, items, figures))
        found.append(Comparison(year, tuple(reports), tuple(made), tuple(drawn)))
    return found


def _name(catalogue: Catalogue, report: ReportSummary) -> str:
    """The name is the row's head; 示例… in it already says that a place is invented."""
    return catalogue.name(report.region, report.year)


def _verdict_table(
    catalogue: Catalogue, year: int, reports: list[ReportSummary], number: int
) -> Table | None:
    """County × headline verdict, of those that at least two counties have."""
    labels: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for report in reports:
        for v in leading(catalogue.verdicts(report)):
            labels.setdefault(v.key, v.label)
            counts[v.key] += 1
    labels = {key: label for key, label in labels.items() if counts[key] > 1}
    if not labels:
        return None
    rows = []
    for report in reports:
        own = {v.key: v for v in leading(catalogue.verdicts(report)) if v.key in labels}
        if own:
            rows.append([_name(catalogue, report), *(_verdict_cell(own.get(key)) for key in labels)])
    return make_table(
        f"table-{number}",
        number,
        f"{year}年各县（市、区）结论",
        [Column("县（市、区）"), *(Column(label, align="left") for label in labels.values())],
        rows,
    )


def _value_table(catalogue: Catalogue, year: int, reports: list[ReportSummary], number: int) -> Table | None:
    """County × verdict with a value and a limit: what the figures show."""
    found = _comparable(catalogue, reports)
    if not found:
        return None
    columns = [Column("县（市、区）"), *(Column(items[0][1].label, align="right") for items in found)]
    own = [{report.region: v for report, v in items} for items in found]
    rows = [
        [_name(catalogue, report), *(_value_cell(column.get(report.region)) for column in own)]
        for report in reports
        if any(report.region in column for column in own)
    ]
    return make_table(f"table-{number}", number, f"{year}年各县（市、区）与标准比较的数值", columns, rows)


def _value_cell(v: Verdict | None) -> Cell:
    """The number, and what it is found to be where that is not that it meets the standard."""
    if v is None:
        return Cell("—")
    shown = v.shown or plain(v.value)
    return Cell(shown if v.outcome == Outcome.PASS else f"{shown}（{v.word}）", v.value)


def _verdict_cell(v: Verdict | None) -> Cell:
    if v is None:
        return Cell("—")
    return Cell(f"{v.word} {v.shown}".strip(), v.word if v.value is None else v.value, v.outcome)


def _fact_table(catalogue: Catalogue, year: int, reports: list[ReportSummary], number: int) -> Table | None:
    """County × key figure, of those that at least two counties have."""
    columns: dict[tuple[str, str, str], Column] = {}
    counts: Counter[tuple[str, str, str]] = Counter()
    for report in reports:
        for fact in report.facts:
            columns.setdefault(_fact_key(fact), Column(fact.label, align="right"))
        counts.update({_fact_key(fact) for fact in report.facts})
    columns = {key: column for key, column in columns.items() if counts[key] > 1}
    if not columns:
        return None
    rows = []
    for report in reports:
        own = {key: fact for fact in report.facts if (key := _fact_key(fact)) in columns}
        cells = [Cell(f.shown, f.value) if (f := own.get(key)) else Cell("—") for key in columns]
        if own:
            rows.append([_name(catalogue, report), *cells])
    return make_table(
        f"table-{number}",
        number,
        f"{year}年各县（市、区）主要数字",
        [Column("县（市、区）"), *columns.values()],
        rows,
    )


def _fact_key(fact: Fact) -> tuple[str, str, str]:
    return fact.indicator_id, fact.stage, fact.label


Row = tuple[ReportSummary, Verdict]


def _comparable(catalogue: Catalogue, reports: list[ReportSummary]) -> list[list[Row]]:
    """The verdicts with a value and a limit that at least two counties have, in the reports' order."""
    found: dict[str, list[Row]] = {}
    for report in reports:
        for v in catalogue.verdicts(report):
            if v.value is not None and v.limit is not None:
                found.setdefault(v.key, []).append((report, v))
    return [rows for rows in found.values() if len(rows) > 1]


def _figure(catalogue: Catalogue, year: int, items: list[Row], number: int) -> Figure:
    """A dot for each county against its limit."""
    first = items[0][1]
    frame = pd.DataFrame(
        {
            "place": _name(catalogue, report),
            "value": v.value,
            "limit": v.limit,
            "shown": v.shown or plain(v.value),
            "outcome": v.word,
        }
        for report, v in items
    )
    met = sum(v.outcome == Outcome.PASS for _, v in items)
    limits = {v.target or f"{OPERATORS.get(v.op, v.op)}{plain(v.limit)}" for _, v in items}
    standard = f"（标准{limits.pop()}）" if len(limits) == 1 else ""
    samples = sum(is_sample(report.region) for report, _ in items)
    rows = [
        [r["place"], Cell(r["shown"], r["value"]), r["limit"], Cell(r["outcome"], r["outcome"], v.outcome)]
        for r, (_, v) in zip(row_dicts(frame), items, strict=True)
    ]
    table = make_table(
        f"fig-{number}-data",
        number,
        f"{year}年{first.label}",
        [Column("县（市、区）"), Column("数值"), Column("标准值"), Column("结论")],
        rows,
    )
    finding = f"{len(items)}个县（市、区）中{met}个达标{standard}。"
    note = f"其中{samples}个为示例地区，数据虚构。" if samples else ""
    return Figure(f"fig-{number}", number, f"{year}年{first.label}", finding, _spec(frame), table, note)


def _spec(frame: pd.DataFrame) -> dict[str, Any]:
    """The chart of these rows: all are of one shape, which Altair makes and checks once. What names the rows
    is Altair's own digest of them."""
    rows = row_dicts(frame)
    name = f"data-{hashlib.sha256(json.dumps(rows, sort_keys=True).encode()).hexdigest()[:32]}"
    return {**_shape(), "data": {"name": name}, "datasets": {name: rows}}


@cache
def _shape() -> dict[str, Any]:
    """What is the same of every comparison's chart: nobody may change it."""
    spec = altair_spec(
        pd.DataFrame([{"place": "县", "value": 0.5, "limit": 0.5, "shown": "0.5", "outcome": "达标"}])
    )
    return {key: value for key, value in spec.items() if key not in ("data", "datasets")}


def altair_spec(frame: pd.DataFrame) -> dict[str, Any]:
    """The same chart made by Altair from the beginning."""
    places = alt.Y("place:N", sort=None, title=None, axis=alt.Axis(grid=True, domain=False, ticks=False))
    base = alt.Chart(frame).encode(y=places)
    words = [o.label for o in Outcome]
    dots = base.mark_point(filled=True, opacity=1, size=90).encode(
        x=alt.X(
            "value:Q",
            title=None,
            scale=alt.Scale(zero=False, nice=True, padding=24),
            axis=alt.Axis(tickCount=6, labelFlush=False),
        ),
        color=alt.Color(
            "outcome:N", title=None, scale=alt.Scale(domain=words, range=[COLOURS[o.value] for o in Outcome])
        ),
        shape=alt.Shape(
            "outcome:N", title=None, scale=alt.Scale(domain=words, range=["circle", "cross", "square"])
        ),
    )
    labels = base.mark_text(align="left", dx=9).encode(x=alt.X("value:Q"), text=alt.Text("shown:N"))
    limits = base.mark_tick(color=COLOURS["line"], thickness=2, size=22).encode(x=alt.X("limit:Q"))
    spec = chart_spec(alt.layer(limits, dots, labels).properties(width=380, height=alt.Step(30)))
    return spec | {"config": config()}


def areas_page(catalogue: Catalogue) -> Page:
    address = AREAS_PAGE.address
    areas = [
        {
            "title": catalogue.area_title(a),
            "description": catalogue.area_description(a),
            "page": area_page(a),
            "count": catalogue.count(a),
        }
        for a in catalogue.areas
    ]
    return Page(
        address,
        "指标领域",
        fragment("areas.html.j2", address, areas=areas),
        "各领域的结论和主要数字，各县（市、区）并列",
        (HOME,),
    )


def compare_page(
    catalogue: Catalogue, area: str, comparisons: list[Comparison], svgs: Mapping[str, str], group: Group
) -> Page:
    """The comparisons of an area in a leaf, as `compare` made them."""
    address = area_page(area, group.code)
    files = displays_folder(area, group.code).rpartition("/")[2]
    years = [
        {
            "year": c.year,
            "label": catalogue.year_label(c.year),
            "reports": [(catalogue.name(r.region, c.year), r.page) for r in c.reports],
            "cities": _cities(catalogue, c) if number == 0 else [],
            "tables": [table.figure_html(f"{files}/{table.id}") for table in c.tables],
            "figures": [
                _figure_html(figure, svgs[figure.spec_text()], f"{files}/{figure.id}", _crowded(group))
                for figure in c.figures
            ],
        }
        for number, c in enumerate(comparisons)
    ]
    indicators = [i for i in catalogue.indicators.values() if i.area == area]
    body = fragment(
        "area.html.j2",
        address,
        description=catalogue.area_description(area),
        years=years,
        indicators=indicators,
        map=draw_map(catalogue.boundaries, group.regions) if catalogue.boundaries else None,
    )
    title = compare_title(catalogue, area, group)
    sample = any(is_sample(r.region) for c in comparisons for r in c.reports)
    crumbs = compare_crumbs(catalogue, area, group)
    return Page(address, title, body, f"{title}：各县（市、区）比较", crumbs, sample)


def _cities(catalogue: Catalogue, comparison: Comparison) -> list[City]:
    """The counties of a year as tiles: what the verdicts that stand for the area are together, and how many."""
    tiles = []
    for report in comparison.reports:
        outcomes = [v.outcome for v in leading(catalogue.verdicts(report))]
        band = county_outcome(outcomes)
        shown = f"{outcomes.count(band)}项" if outcomes else "—"
        tiles.append(make_tile(catalogue, report.region, comparison.year, report.page, band, shown))
    return cities(catalogue, tiles, comparison.year) if any(tile.band != NOTHING for tile in tiles) else []


def _crowded(group: Group) -> bool:
    """Whether the charts of a leaf would make its page heavy: those of one of many leaves, which are all alike
    whatever their size, and of many counties."""
    return bool(group.code) or len(group.regions) > MANY


def _figure_html(figure: Figure, svg: str, files: str, crowded: bool) -> str:
    if crowded:
        return figure.html(linked(svg, f"{files}.svg"), files, table=False)
    return figure.html(inline(svg, figure.id), files)


def compare_title(catalogue: Catalogue, area: str, group: Group) -> str:
    title = catalogue.area_title(area)
    return f"{title}：{group.name}" if group.code else title


def compare_crumbs(catalogue: Catalogue, area: str, group: Group) -> tuple[Crumb, ...]:
    """The way from the home page to a group's comparison."""
    if not group.code:
        return HOME, AREAS_PAGE
    down = (Crumb(name, area_page(area, code)) for code, name in group.above)
    return HOME, AREAS_PAGE, Crumb(catalogue.area_title(area), area_page(area)), *down
