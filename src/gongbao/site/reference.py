"""Pages to look things up: indicators, sources, downloads, and the page for wrong addresses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.present import Column
from gongbao.present.numbers import plain
from gongbao.present.table import Cell, make_table
from gongbao.publication import Publication, Release
from gongbao.site.addresses import in_edition
from gongbao.site.catalogue import Catalogue
from gongbao.site.dataset_card import EXCEL, Download, Variable, card_script, dataset_card
from gongbao.site.downloads import SHARED_FILES
from gongbao.site.entries import OPERATORS, Indicator, Value, is_sample, number_or_none, text
from gongbao.site.groups import Group
from gongbao.site.indicator_compare import compared
from gongbao.site.layout import Crumb, Page, fragment
from gongbao.site.observed import Series
from gongbao.site.places import HOME, area_page, county_page
from gongbao.site.related import indicators_beside, related_html
from gongbao.site.source_lists import submitted_sources
from gongbao.site.tabular import table_csv

# Files that describe the data of a release, made when its pages are finished (`editions.packages`).
DESCRIPTIONS = (
    ("数据包（Frictionless Data Package）", "datapackage.json"),
    ("数据集（schema.org Dataset）", "dataset.jsonld"),
)
INDICATORS_PAGE = Crumb("指标", "/site/indicators.html")
SOURCES_PAGE = Crumb("来源", "/site/sources.html")
DATA_PAGE = Crumb("数据下载", "/site/data.html")

File = tuple[str, bytes]


def below(page: str, code: str) -> str:
    """The address of a page's part for the group with this code: /site/data.html, /site/data/510000.html."""
    return f"{page.removesuffix('.html')}/{code}.html" if code else page


def crumbs_below(start: tuple[Crumb, ...], page: Crumb, group: Group) -> tuple[Crumb, ...]:
    """The way from `start` through a page and its parts for the groups above this one."""
    if not group.code:
        return start
    return *start, page, *(Crumb(name, below(page.address, code)) for code, name in group.above)


def indicators_page(catalogue: Catalogue) -> Page:
    address = INDICATORS_PAGE.address
    found = catalogue.indicators.values()
    groups = [
        (title, members) for area, title in AREAS.items() if (members := [i for i in found if i.area == area])
    ]
    return Page(
        address,
        "指标",
        fragment("indicators.html.j2", address, groups=groups),
        "公开指标的定义、标准值和数据",
        (HOME,),
    )


def values_in(catalogue: Catalogue, indicator: Indicator, group: Group) -> list[Value]:
    """The published values of an indicator in a leaf."""
    members = set(group.regions)
    return [v for v in catalogue.values.get(indicator.indicator_id, ()) if v.region in members]


def indicator_page(
    catalogue: Catalogue, indicator: Indicator, group: Group, series: Sequence[Series] = ()
) -> Page:
    """An indicator's values in a leaf, its counties compared by `series`; with its definition and where each
    value comes from where the leaf is all there is."""
    values, address = values_in(catalogue, indicator, group), below(indicator.page, group.code)
    whole = not group.code
    found = compared(catalogue, series, address, all_series=not whole)
    own = definition(catalogue, indicator) if whole else {}
    tables = _value_tables(catalogue, indicator, values) if whole else []
    return indicator_frame(
        catalogue,
        indicator,
        group,
        fragment(
            "indicator.html.j2",
            address,
            indicator=indicator,
            definition=own,
            whole=whole,
            heading="各县比较" if whole else "已公布的数据",
            heading_id="compare" if whole else "values",
            compared=found,
            values=[html for html, _ in tables],
        ),
        any(is_sample(region) for each in series for region in each.regions)
        or any(is_sample(v.region) for v in values),
        (*found.files, *own.get("files", ()), *(file for _, file in tables)),
    )


def indicator_frame(
    catalogue: Catalogue,
    indicator: Indicator,
    group: Group,
    body: str,
    sample: bool,
    files: tuple[File, ...] = (),
) -> Page:
    """The page of an indicator in a group, around its body."""
    address = below(indicator.page, group.code)
    links = [(INDICATORS_PAGE.text, INDICATORS_PAGE.address), (SOURCES_PAGE.text, SOURCES_PAGE.address)]
    # What the group's own counties reported, and no other's: its pages stand as long as nothing of these changes.
    reported = (
        catalogue.plan.get((year, region), ()) for region in group.regions for year in catalogue.years
    )
    if any(indicator.area in areas for areas in reported):
        title = f"各县比较：{catalogue.area_title(indicator.area)}"
        links.insert(0, (title, area_page(indicator.area, group.code)))
    related = related_html(address, links, "同领域的指标", indicators_beside(catalogue, indicator))
    return Page(
        address,
        f"{indicator.name}：{group.name}" if group.code else indicator.name,
        body + related,
        f"指标“{indicator.name}”的定义、标准值和数据",
        crumbs_below((HOME, INDICATORS_PAGE), Crumb(indicator.name, indicator.page), group)
        if group.code
        else (HOME, INDICATORS_PAGE),
        sample,
        files=files,
    )


def definition(catalogue: Catalogue, indicator: Indicator) -> dict[str, Any]:
    """What an indicator's page says before any number: its definition, its basis, its targets with their file."""
    fields = [
        ("指标领域", AREAS.get(indicator.area, indicator.area)),
        ("单位", indicator.unit),
        ("适用学段", indicator.stages),
        ("统计量", indicator.statistics),
        *indicator.fields,
    ]
    targets = catalogue.targets.get(indicator.indicator_id, [])
    table = [_target_table(catalogue, indicator, targets)] if targets else []
    return {
        "fields": [f for f in fields if f[1]],
        "basis": catalogue.sources.get(indicator.source_id),
        "targets": "".join(html for html, _ in table),
        "files": [file for _, file in table],
    }


def _target_table(
    catalogue: Catalogue, indicator: Indicator, rows: list[Mapping[Any, Any]]
) -> tuple[str, File]:
    cells = []
    for row in rows:
        last = number_or_none(row["valid_to"])
        validity = (
            f"{int(row['valid_from'])}年起" if last is None else f"{int(row['valid_from'])}—{int(last)}年"
        )
        basic = number_or_none(row["basic_value"])
        sign = OPERATORS[row["op"]]
        cells.append(
            [
                text(row["stage"]),
                text(row["statistic"]),
                f"{sign}{plain(float(row['value']))}" + ("（待核实）" if row["confirmed"] == 0 else ""),
                f"{sign}{plain(basic)}" if basic is not None else "—",
                catalogue.name(str(row["region_code"])),
                validity,
                catalogue.source_title(text(row["source_id"])) or "—",
                text(row["note"]) or "—",
            ]
        )
    columns = [
        Column(label)
        for label in ("学段", "统计量", "标准值", "基本达标值", "适用地区", "有效期", "依据", "说明")
    ]
    return _without_empty(indicator, f"{indicator.name}标准值", columns, cells, 1, "targets-1")


def _value_tables(catalogue: Catalogue, indicator: Indicator, values: list[Value]) -> list[tuple[str, File]]:
    """A table for each statistic; the commonest case is one, the values themselves."""
    ordered = sorted(values, key=lambda v: (v.statistic != "数值", v.statistic))
    tables = []
    for number, (statistic, group) in enumerate(groupby(ordered, key=lambda v: v.statistic), start=1):
        members = list(group)
        units = {v.number.unit for v in members}
        unit = units.pop() if len(units) == 1 else ""
        rows = [
            [
                catalogue.name(v.region, v.year),
                catalogue.year_label(v.year),
                v.stage,
                v.period or "—",
                Cell(v.number.digits if unit else str(v.number), v.number.public),
                catalogue.title_of(v) or "—",
                v.number.origin,
                v.note or "—",
            ]
            for v in members
        ]
        columns = [
            Column("县（市、区）"),
            Column("年度"),
            Column("学段"),
            Column("时期"),
            Column("数值" if statistic == "数值" else statistic, unit, align="right"),
            Column("来源"),
            Column("出处"),
            Column("说明"),
        ]
        name = indicator.name if statistic == "数值" else f"{indicator.name}（{statistic}）"
        tables.append(_without_empty(indicator, name, columns, rows, number, f"values-{number}"))
    return tables


def _without_empty(
    indicator: Indicator, caption: str, columns: list[Column], rows: list[list[Any]], number: int, id: str
) -> tuple[str, File]:
    """A table without the columns in which no row says anything, and its CSV file beside the indicator's page."""
    keep = [i for i in range(len(columns)) if i == 0 or any(row[i] != "—" for row in rows)]
    table = make_table(
        id, number, caption, [columns[i] for i in keep], [[row[i] for i in keep] for row in rows]
    )
    html = table.figure_html(f"{indicator.indicator_id}/{id}", label="")
    return html, (f"{indicator.page.removesuffix('.html')}/{id}.csv", table_csv(table))


def sources_page(catalogue: Catalogue, group: Group) -> Page:
    """All sources, where the leaf is all there is; else those that its counties' submissions list."""
    page = SOURCES_PAGE.address
    sources = submitted_sources(catalogue, group.regions) if group.code else list(catalogue.sources.values())
    body = fragment(
        "sources.html.j2", below(page, group.code), sources=sources, groups=(), anchors=not group.code
    )
    return sources_frame(group, body)


def sources_frame(group: Group, body: str) -> Page:
    """The page of sources in a group, around its body."""
    return Page(
        below(SOURCES_PAGE.address, group.code),
        f"来源：{group.name}" if group.code else "来源",
        body,
        "标准和数字出自的文件",
        crumbs_below((HOME,), SOURCES_PAGE, group),
    )


def data_page(catalogue: Catalogue, publication: Publication, group: Group) -> Page:
    """The list of downloads. In a release it tells machines too what the data are: as a schema.org Dataset in
    the page, and by links to the files that describe all of it (`editions.packages`). Of a leaf that is not
    all there is, the list alone."""
    members = set(group.regions)
    years = [
        (
            catalogue.year_label(year),
            [
                {
                    "name": catalogue.name(region, year),
                    "sample": is_sample(region),
                    "files": catalogue.files[year, region],
                    "page": county_page(year, region),
                }
                for region in regions
            ],
        )
        for year in catalogue.years
        if (regions := [region for region in catalogue.regions(year) if region in members])
    ]
    release = publication.release if not group.code else None
    card = card_script(_card(catalogue, publication, release)) if release else ""
    return data_frame(group, release, any(map(is_sample, members)), years=years, groups=(), card=card)


def data_frame(group: Group, release: Release | None, sample: bool, **shown: Any) -> Page:
    """The page of downloads in a group; the definitions and what describes a release stand on the root's."""
    address = below(DATA_PAGE.address, group.code)
    described = [(text, f"/reports/{release.year}/{file}") for text, file in DESCRIPTIONS] if release else []
    shared = () if group.code else SHARED_FILES
    return Page(
        address,
        f"数据下载：{group.name}" if group.code else "数据下载",
        fragment(
            "data.html.j2", address, shared=shared, described=described, short=bool(group.code), **shown
        ),
        "公开数据的 Excel 和 CSV 文件",
        crumbs_below((HOME,), DATA_PAGE, group),
        sample,
    )


def variables(catalogue: Catalogue, published: Callable[[str], bool]) -> list[Variable]:
    """The indicators of which a release has values, as its card names them."""
    return [
        Variable(i.indicator_id, i.name, i.unit, dict(i.fields).get("定义", ""))
        for i in catalogue.indicators.values()
        if published(i.indicator_id)
    ]


def _card(catalogue: Catalogue, publication: Publication, release: Release) -> dict[str, Any]:
    """The short card of a release: its Excel files, without what only the finished files tell."""
    year = release.year
    places = {region: catalogue.name(region, year) for region in catalogue.regions(year)}
    measured = variables(
        catalogue, lambda indicator: any(v.year == year for v in catalogue.values.get(indicator, ()))
    )
    base = release.site_url + release.address if release.site_url else "../"
    downloads = [
        Download(
            f"{places[region]} 全部数据",
            base + in_edition(catalogue.files[year, region].xlsx, year),
            EXCEL,
        )
        for region in places
    ]
    return dataset_card(publication, release, places, measured, downloads)


def not_found_page() -> Page:
    address = "/404.html"
    return Page(address, "没有这个页面", fragment("404.html.j2", address))
