"""The pages of groups: those of a leaf, which list its counties, and those above, which list groups.

The latter are made from summaries alone (`summary`): how many counties there are below each group, and what
they are found to be. No report of any county is needed for them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count

from gongbao.present import Column
from gongbao.present.table import make_table
from gongbao.publication import Publication, Release
from gongbao.site import checks, compare, places, reference
from gongbao.site.addresses import in_edition
from gongbao.site.beside import beside_pages
from gongbao.site.catalogue import Catalogue
from gongbao.site.compare import Comparison, compare_crumbs, compare_title
from gongbao.site.dataset_card import Download, card_script, dataset_card
from gongbao.site.downloads import SHARED_FILES
from gongbao.site.entries import Indicator
from gongbao.site.groups import Group, inner
from gongbao.site.layout import Page, fragment
from gongbao.site.observed import observe
from gongbao.site.places import (
    HOME,
    area_page,
    edition_crumbs,
    edition_page,
    edition_title,
    subject,
)
from gongbao.site.reference import (
    DATA_PAGE,
    SOURCES_PAGE,
    below,
    data_frame,
    definition,
    indicator_frame,
    sources_frame,
    variables,
)
from gongbao.site.source_lists import own_sources, submitted_sources
from gongbao.site.summary import NONE, GroupSummary
from gongbao.standards.outcome import Outcome

Summaries = Mapping[str, GroupSummary]
# What a county is counted as, in words: all of its verdicts together, not one of them.
WORDS = {Outcome.PASS: "全部达标", Outcome.FAIL: "有未达标", Outcome.UNDETERMINED: "有待定"}
CSV = "text/csv"


@dataclass(frozen=True, slots=True)
class GroupLine:
    """What a list of groups shows of one: `count` is what the list is about, `samples` and `counties` are of
    counties, `counts` (outcome, word, counties); `none`: counties without a verdict."""

    name: str
    page: str
    count: int
    counties: int
    samples: int
    counts: tuple[tuple[str, str, int], ...] = ()
    none: int = 0


def comparison_pages(
    catalogue: Catalogue, leaf: Group, comparisons: Mapping[str, list[Comparison]], svgs: Mapping[str, str]
) -> Iterator[Page]:
    """The pages that compare the counties of a leaf, by area.

    `comparisons`: what `compare.compare` found in them; `svgs`: the drawings of its figures.
    """
    for area, found in comparisons.items():
        if found:
            yield compare.compare_page(catalogue, area, found, svgs, leaf)


def leaf_pages(publication: Publication, catalogue: Catalogue, leaf: Group) -> Iterator[Page]:
    """Every other page that lists the counties of a leaf. Of a publication that is one group: all lists there
    are. `catalogue` has the reports and files of the leaf's counties, of all years."""
    whole, members = not leaf.code, set(leaf.regions)
    if whole:
        yield places.home(publication, catalogue)
    for year in catalogue.years:
        if not members.isdisjoint(catalogue.regions(year)):
            yield places.edition(catalogue, year, leaf)
    observed = observe(catalogue, leaf)
    for indicator in catalogue.indicators.values():
        if whole or indicator.indicator_id in observed:
            yield reference.indicator_page(
                catalogue, indicator, leaf, observed.get(indicator.indicator_id, ())
            )
    yield from beside_pages(catalogue, leaf, observed)
    if whole or submitted_sources(catalogue, leaf.regions):
        yield reference.sources_page(catalogue, leaf)
    yield reference.data_page(catalogue, publication, leaf)


def shared_pages(catalogue: Catalogue) -> Iterator[Page]:
    """The pages that list no places: areas, indicators, how the data were checked."""
    yield compare.areas_page(catalogue)
    yield reference.indicators_page(catalogue)
    yield checks.checks_page(catalogue)


def upper_pages(
    publication: Publication, catalogue: Catalogue, root: Group, summaries: Summaries
) -> Iterator[Page]:
    """Every page that lists groups. None for a publication that is one group.

    `summaries`: those of all groups, by code (`summary.add_up`). `catalogue` needs no report.
    """
    if not root.leaf:
        yield home(publication, catalogue, root, summaries)
    for group in inner(root):
        own = summaries[group.code]
        for year in catalogue.years:
            if own.counties[year]:
                yield edition(catalogue, year, group, summaries)
        for area in catalogue.areas:
            if any(own.reports[year, area] for year in catalogue.years):
                yield compare_page(catalogue, area, group, summaries)
        for indicator in catalogue.indicators.values():
            if not group.code or any(own.values[indicator.indicator_id, y] for y in catalogue.years):
                yield indicator_page(catalogue, indicator, group, summaries)
        if not group.code or own.sources:
            yield sources_page(catalogue, group, summaries)
        yield data_page(publication, catalogue, group, summaries)


def _line(group: Group, page: str, year: int, summary: GroupSummary) -> GroupLine:
    counties = summary.counties[year]
    counts = tuple((o.value, word, summary.outcomes[year, o.value]) for o, word in WORDS.items())
    none = summary.outcomes[year, NONE]
    return GroupLine(group.name, page, counties, counties, summary.samples[year], counts, none)


def _edition_lines(year: int, group: Group, summaries: Summaries) -> list[GroupLine]:
    return [
        _line(each, edition_page(year, each.code), year, summaries[each.code])
        for each in group.groups
        if summaries[each.code].counties[year]
    ]


def home(publication: Publication, catalogue: Catalogue, root: Group, summaries: Summaries) -> Page:
    """The latest edition by groups, and all editions."""
    address, year = "/index.html", catalogue.years[0]
    own = summaries[root.code]
    newest = {region: catalogue.years_of(region)[0] for region in catalogue.regions()}
    last = list(newest.values())
    years = [
        (catalogue.year_label(y), edition_page(y), own.counties[y], last.count(y) if y != year else 0)
        for y in catalogue.years
    ]
    body = fragment(
        "home_groups.html.j2",
        address,
        description=publication.description,
        label=catalogue.year_label(year),
        page=edition_page(year),
        total=_line(root, address, year, own),
        groups=_edition_lines(year, root, summaries),
        years=years,
    )
    sample = bool(own.samples[year])
    return Page(address, publication.title, body, publication.description, sample=sample)


def edition(catalogue: Catalogue, year: int, group: Group, summaries: Summaries) -> Page:
    """The groups of a group that have counties with a report of the year, and what these are found to be."""
    address, own = edition_page(year, group.code), summaries[group.code]
    total = _line(group, address, year, own)
    others = [
        (catalogue.year_label(y), edition_page(y, group.code))
        for y in catalogue.years
        if y != year and own.counties[y]
    ]
    body = fragment(
        "edition_groups.html.j2",
        address,
        total=total,
        all_samples=total.samples == total.counties,
        groups=_edition_lines(year, group, summaries),
        other_years=others,
    )
    title = edition_title(year, group)
    return Page(
        address,
        title,
        body,
        f"{title}：{total.counties} 个县（市、区）的结论和报告，按地区",
        edition_crumbs(year, group.above) if group.code else (HOME,),
        bool(total.samples),
        subject=subject(catalogue, year),
    )


def compare_page(catalogue: Catalogue, area: str, group: Group, summaries: Summaries) -> Page:
    """How many counties meet each verdict of an area; of the latest year by groups too."""
    address, own = area_page(area, group.code), summaries[group.code]
    number = count(1)
    with_reports = [year for year in catalogue.years if own.reports[year, area]]
    years = [
        {
            "year": year,
            "label": catalogue.year_label(year),
            "count": own.reports[year, area],
            "groups": [
                (each.name, area_page(area, each.code))
                for each in group.groups
                if summaries[each.code].reports[year, area]
            ],
            "tables": [
                _table(caption, first, rows, next(number))
                for caption, first, rows in _tallies(area, group, summaries, year, year == with_reports[0])
            ],
        }
        for year in with_reports
    ]
    body = fragment(
        "area_groups.html.j2",
        address,
        description=catalogue.area_description(area),
        years=years,
        indicators=[i for i in catalogue.indicators.values() if i.area == area],
    )
    title = compare_title(catalogue, area, group)
    crumbs = compare_crumbs(catalogue, area, group)
    sample = any(own.samples[year] for year in catalogue.years)
    return Page(address, title, body, f"{title}：各地区达标的县（市、区）数", crumbs, sample)


Row = tuple[str, dict[Outcome, int]]


def _tallies(
    area: str, group: Group, summaries: Summaries, year: int, detailed: bool
) -> Iterator[tuple[str, str, list[Row]]]:
    """(caption, what a row is, rows) of a year's tables: all verdicts, then each leading one by groups."""
    own = summaries[group.code]
    keys = [key for where, key in own.labels if where == area]
    all_rows = [(own.labels[area, key], own.counted(year, area, key)) for key in keys]
    rows = [row for row in all_rows if sum(row[1].values())]
    if rows:
        yield f"{year}年各项结论的县（市、区）数", "结论", rows
    for key in keys:
        if detailed and (area, key) in own.leading:
            by_group = [(each.name, summaries[each.code].counted(year, area, key)) for each in group.groups]
            by_group = [row for row in by_group if sum(row[1].values())]
            if by_group:
                yield f"{year}年{own.labels[area, key]}", "地区", by_group


def _table(caption: str, first: str, rows: list[Row], number: int) -> str:
    columns = [Column(first), Column("县（市、区）", align="right")]
    columns += [Column(outcome.label, align="right") for outcome in Outcome]
    cells = [[name, sum(counts.values()), *counts.values()] for name, counts in rows]
    table = make_table(f"table-{number}", number, caption, columns, cells)
    return f'<div class="gb-table" id="table-{number}">{table.html(label="")}</div>'


def indicator_page(catalogue: Catalogue, indicator: Indicator, group: Group, summaries: Summaries) -> Page:
    """An indicator's definition, on the root's page, and the groups in which there are values of it."""
    own, id = summaries[group.code], indicator.indicator_id
    year = next((y for y in catalogue.years if own.values[id, y]), 0)
    lines = [
        GroupLine(
            each.name,
            below(indicator.page, each.code),
            summary.values[id, year],
            summary.counties[year],
            summary.samples[year],
        )
        for each in group.groups
        if (summary := summaries[each.code]) and any(summary.values[id, y] for y in catalogue.years)
    ]
    told = definition(catalogue, indicator) if not group.code else {}
    body = fragment(
        "indicator_groups.html.j2",
        below(indicator.page, group.code),
        indicator=indicator,
        definition=told,
        groups=lines,
        label=catalogue.year_label(year) if year else "",
    )
    samples = any(line.samples for line in lines)
    return indicator_frame(catalogue, indicator, group, body, samples, tuple(told.get("files", ())))


def sources_page(catalogue: Catalogue, group: Group, summaries: Summaries) -> Page:
    """The publication's own sources, on the root's page, and the groups whose counties list others."""
    lines = [
        GroupLine(each.name, below(SOURCES_PAGE.address, each.code), found, len(each.regions), 0)
        for each in group.groups
        if (found := summaries[each.code].sources)
    ]
    sources = own_sources(catalogue) if not group.code else []
    body = fragment(
        "sources.html.j2",
        below(SOURCES_PAGE.address, group.code),
        sources=sources,
        groups=lines,
        anchors=True,
    )
    return sources_frame(group, body)


def data_page(publication: Publication, catalogue: Catalogue, group: Group, summaries: Summaries) -> Page:
    """The way to the downloads of the counties; on the root's page definitions and what describes a release."""
    release = publication.release if not group.code else None
    lines = [
        GroupLine(each.name, below(DATA_PAGE.address, each.code), len(each.regions), len(each.regions), 0)
        for each in group.groups
    ]
    own = summaries[group.code]
    card = card_script(_card(catalogue, publication, release, group, own)) if release else ""
    return data_frame(group, release, any(own.samples.values()), years=(), groups=lines, card=card)


def _card(
    catalogue: Catalogue, publication: Publication, release: Release, root: Group, own: GroupSummary
) -> dict[str, object]:
    """The short card of a release of many counties: the regions that it lists, the files they share."""
    places = {each.code: each.name for each in root.groups if each.code.isdigit()}
    base = release.site_url + release.address if release.site_url else "../"
    downloads = [Download(text, base + in_edition(file, release.year), CSV) for text, file in SHARED_FILES]
    measured = variables(catalogue, lambda indicator: bool(own.values[indicator, release.year]))
    return dataset_card(
        publication, release, places, measured, downloads, counties=own.counties[release.year]
    )
