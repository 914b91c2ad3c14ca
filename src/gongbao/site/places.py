"""Pages of a place: home, an edition (year), a county in a year, and its reports."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gongbao.present import Fact, Facts, Points, Verdicts
from gongbao.publication import Publication
from gongbao.site import asking
from gongbao.site.bodies import Body, Heading
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import is_sample
from gongbao.site.groups import ROOT, WHOLE, Group
from gongbao.site.internal import internal_section
from gongbao.site.layout import Crumb, Page, Subject, fragment, relative
from gongbao.site.observed import has_beside_page
from gongbao.site.reading import ReportSummary, leading
from gongbao.site.related import indicators_of, related_html
from gongbao.site.skips import with_skips
from gongbao.site.where import where
from gongbao.standards.outcome import Outcome

HOME = Crumb("首页", "/index.html")


def edition_page(year: int, code: str = ROOT) -> str:
    """The list of a year's counties, or of those of the group with this code."""
    return f"/reports/{year}/{code}/index.html" if code else f"/reports/{year}/index.html"


def area_page(area: str, code: str = ROOT) -> str:
    """The comparison of an area, or that of the group with this code."""
    return f"/site/areas/{area}/{code}.html" if code else f"/site/areas/{area}.html"


def county_page(year: int, region: str) -> str:
    return f"/reports/{year}/{region}/index.html"


def beside_address(year: int, region: str) -> str:
    """The page that puts a county beside its city, similar counties and the standards."""
    return f"/reports/{year}/compare/{region}.html"


def subject(catalogue: Catalogue, year: int, region: str = "", area: str = "") -> Subject:
    """What a page of one edition is about."""
    return Subject(year, not catalogue.edition(year).reviewed, region, area)


def edition_crumbs(year: int, trail: Iterable[tuple[str, str]]) -> tuple[Crumb, ...]:
    """The way from the home page through a year and these groups of it."""
    down = (Crumb(name, edition_page(year, code)) for code, name in trail)
    return HOME, Crumb(f"{year}年", edition_page(year)), *down


@dataclass(frozen=True, slots=True)
class Line:
    """A headline verdict as one line of a list of counties."""

    outcome: str
    word: str
    label: str
    area_title: str
    page: str


@dataclass(frozen=True, slots=True)
class ReportLink:
    title: str
    page: str


KEY_FIGURES = 8  # of an area on a county's page
LISTED = 6  # verdicts of a county in a list of counties; its own page has them all


@dataclass(frozen=True, slots=True)
class County:
    """What a list of counties shows of one. `verdicts` are the first few, those not met before the others."""

    name: str
    region: str
    year: int
    lineage: str
    sample: bool
    page: str
    verdicts: tuple[Line, ...]
    more: int
    counts: tuple[tuple[str, str, int], ...]
    reports: tuple[ReportLink, ...]


def county(catalogue: Catalogue, year: int, region: str) -> County:
    reports = catalogue.reports(year, region)
    lines = tuple(
        Line(v.outcome, v.word, v.label, catalogue.area_title(report.area), report.page)
        for report in reports
        for v in leading(catalogue.verdicts(report))
    )
    counts = tuple((o.value, o.label, sum(line.outcome == o for line in lines)) for o in Outcome)
    return County(
        catalogue.name(region, year),
        region,
        year,
        catalogue.lineage(region, year),
        is_sample(region),
        county_page(year, region),
        tuple(sorted(lines, key=lambda line: line.outcome != Outcome.FAIL)[:LISTED]),
        max(0, len(lines) - LISTED),
        counts,
        tuple(ReportLink(catalogue.area_title(r.area), r.page) for r in reports),
    )


@dataclass(frozen=True, slots=True)
class _Group:
    label: str
    page: str
    real: list[County]
    samples: list[County]


def home(publication: Publication, catalogue: Catalogue) -> Page:
    """The latest edition, and the latest bulletin of every county that isn't in it."""
    address = "/index.html"
    latest: dict[int, list[County]] = {}
    for region in catalogue.regions():
        year = catalogue.years_of(region)[0]
        latest.setdefault(year, []).append(county(catalogue, year, region))
    groups = [
        _Group(
            catalogue.year_label(year),
            edition_page(year),
            [c for c in counties if not c.sample],
            [c for c in counties if c.sample],
        )
        for year, counties in sorted(latest.items(), reverse=True)
    ]
    years = [
        (catalogue.year_label(year), edition_page(year), len(catalogue.regions(year)))
        for year in catalogue.years
    ]
    body = fragment(
        "home.html.j2", address, description=publication.description, editions=groups, years=years
    )
    sample = any(group.samples for group in groups)
    return Page(address, publication.title, body, publication.description, sample=sample)


def edition(catalogue: Catalogue, year: int, group: Group) -> Page:
    """The counties of a leaf that have a report of the year."""
    address, members = edition_page(year, group.code), set(group.regions)
    counties = [county(catalogue, year, region) for region in catalogue.regions(year) if region in members]
    samples = [c for c in counties if c.sample]
    groups = [("县（市、区）", [c for c in counties if not c.sample], False), ("示例地区", samples, True)]
    others = [
        (catalogue.year_label(y), edition_page(y, group.code))
        for y in catalogue.years
        if y != year and not members.isdisjoint(catalogue.regions(y))
    ]
    body = fragment("edition.html.j2", address, groups=groups, other_years=others)
    title = edition_title(year, group)
    return Page(
        address,
        title,
        body,
        f"{title}：{len(counties)} 个县（市、区）的结论和报告",
        edition_crumbs(year, group.above) if group.code else (HOME,),
        bool(samples),
        subject=subject(catalogue, year),
    )


def edition_title(year: int, group: Group) -> str:
    return f"{group.name} {year}年教育督导公报" if group.code else f"{year}年教育督导公报"


def county_overview(
    publication: Publication, catalogue: Catalogue, year: int, region: str, leaf: Group = WHOLE
) -> Page:
    """Verdict first, then what fails and by how much, then the areas with their key figures. `leaf` is the
    group that lists the county."""
    address, shown = county_page(year, region), county(catalogue, year, region)
    reports = catalogue.reports(year, region)
    areas = [_area(catalogue, report) for report in reports]
    points = tuple(point for report in reports for point in report.points)
    pages = {report.area: relative(address, report.page) for report in reports}
    sources = catalogue.sources_of(year, region)
    body = fragment(
        "county.html.j2",
        address,
        county=shown,
        office=catalogue.cover(year, region, "office"),
        points=Points(points).html(pages) if points else "",
        lacking=[line for area in areas for line in area.lacking],
        beside=beside_address(year, region) if has_beside_page(catalogue, year, region) else "",
        areas=areas,
        downloads=catalogue.files[year, region],
        unreported=catalogue.unreported(year, region),
        note=catalogue.cover(year, region, "note"),
        sources=sources,
    )
    title = f"{shown.name} {year}年教育督导公报"
    return Page(
        address,
        title,
        _asked(address, body, _entries(catalogue, year, region, body, reports)),
        f"{title}：结论、主要数字、各领域报告和数据下载",
        edition_crumbs(year, leaf.trail),
        shown.sample,
        "county",
        _county_headings(any(area.lacking for area in areas), bool(sources)),
        subject(catalogue, year, region),
        where(catalogue, year, region, "", leaf),
    )


def _county_headings(lacking: bool, sources: bool) -> tuple[Heading, ...]:
    """The contents of a county's page, as its template names them; the areas' reports stand beside them."""
    parts = (
        ("verdict", "要点", True), ("lacking", "还差什么", lacking), ("areas", "各领域", True),
        ("downloads", "数据下载", True), ("sources", "来源", sources),
    )  # fmt: skip
    return tuple(Heading(2, id, text) for id, text, there in parts if there)


def _entries(
    catalogue: Catalogue, year: int, region: str, html: str, told: Iterable[ReportSummary],
    refs: Iterable[str] = (),
) -> list[asking.Origin]:  # fmt: skip
    """What a page says of the numbers that it links to; `told` are the reports that say how those of them that
    are computed were."""
    bases = {basis.ref: basis for report in told for basis in report.bases}
    return asking.origins(catalogue, year, region, dict.fromkeys([*asking.refs_in(html), *refs]), bases)


def _asked(address: str, html: str, entries: list[asking.Origin], related: str = "") -> str:
    """A page's HTML, its related pages, and behind them what it says of its numbers."""
    shown = asking.linked(html, {entry.ref for entry in entries})
    return shown + related + asking.origins_html(address, entries)


def _key_figures(facts: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """The first key figures of a report, each once; the report itself has them all."""
    return tuple({(f.label, f.shown): f for f in facts}.values())[:KEY_FIGURES]


@dataclass(frozen=True, slots=True)
class Lack:
    """A verdict that stands for its area and fails, and what it takes."""

    label: str
    gap: str
    area: str


@dataclass(frozen=True, slots=True)
class AreaPart:
    """An area on a county's page. `cards`: the verdicts that stand for it, then what fails beside them."""

    title: str
    page: str
    anchor: str
    description: str
    counts: tuple[tuple[str, str, int], ...]
    cards: str
    facts: str
    lacking: tuple[Lack, ...]


def _area(catalogue: Catalogue, report: ReportSummary) -> AreaPart:
    verdicts = catalogue.verdicts(report)
    first = leading(verdicts)
    more = tuple(v for v in verdicts if v.outcome == Outcome.FAIL and v not in first)
    shown = (*first, *more)
    return AreaPart(
        catalogue.area_title(report.area),
        report.page,
        report.area,
        catalogue.area_description(report.area),
        tuple((o.value, o.label, sum(v.outcome == o for v in verdicts)) for o in Outcome),
        Verdicts(shown).html() if shown else "",
        Facts(_key_figures(report.facts)).html() if report.facts else "",
        tuple(Lack(v.label, v.gap, report.area) for v in first if v.outcome == Outcome.FAIL),
    )


def report(
    catalogue: Catalogue, content: ReportSummary, body: Body, leaf: Group = WHOLE, refs: Iterable[str] = ()
) -> Page:
    """A report: its body with the list of its headings, its sources, and related pages. `leaf` is the group
    that lists its county; `refs` are values that it links to beside those of `body`."""
    year, region, area = content.year, content.region, content.area
    name, title = catalogue.name(region, year), catalogue.area_title(area)
    sources = catalogue.sources_of(year, region, area)
    html = fragment(
        "report.html.j2",
        content.page,
        content=with_skips(body.html)
        + (internal_section(catalogue, year, region, area, content.page) if catalogue.internal else ""),
        sources=sources,
    )
    entries = _entries(catalogue, year, region, html, [content], refs)
    links = [
        (f"{name} {year}年公报", county_page(year, region)),
        (f"各县比较：{title}", area_page(area, leaf.code)),
    ]
    if has_beside_page(catalogue, year, region):
        links.append(("本县与全市、同类县和标准比较", beside_address(year, region)))
    related = related_html(content.page, links, "本报告的指标", indicators_of(catalogue, entries))
    crumbs = (*edition_crumbs(year, leaf.trail), Crumb(name, county_page(year, region)))
    return Page(
        content.page,
        f"{name} {year}年 {title}",
        _asked(content.page, html, entries, related),
        catalogue.area_description(area),
        crumbs,
        is_sample(region),
        "report",
        body.headings,
        subject(catalogue, year, region, area),
        where(catalogue, year, region, area, leaf),
    )
