"""Pages to look things up: indicators, sources, downloads, and the page for wrong addresses."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.present import Column
from gongbao.present.numbers import plain
from gongbao.present.table import Cell, make_table
from gongbao.publication import Publication, Release
from gongbao.site.addresses import in_edition
from gongbao.site.catalogue import OPERATORS, Catalogue, Indicator, Value, is_sample, number_or_none, text
from gongbao.site.dataset_card import EXCEL, Download, Variable, card_script, dataset_card
from gongbao.site.downloads import SHARED_FILES
from gongbao.site.layout import Crumb, Page, fragment
from gongbao.site.places import HOME

# Files that describe the data of a release, made when its pages are finished (`editions.packages`).
DESCRIPTIONS = (
    ("数据包（Frictionless Data Package）", "datapackage.json"),
    ("数据集（schema.org Dataset）", "dataset.jsonld"),
)
INDICATORS_PAGE = Crumb("指标", "/site/indicators.html")


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


def indicator_page(catalogue: Catalogue, indicator: Indicator) -> Page:
    address = indicator.page
    values = catalogue.values.get(indicator.indicator_id, [])
    fields = [
        ("指标领域", AREAS.get(indicator.area, indicator.area)),
        ("单位", indicator.unit),
        ("适用学段", indicator.stages),
        ("统计量", indicator.statistics),
        *indicator.fields,
    ]
    targets = catalogue.targets.get(indicator.indicator_id, [])
    body = fragment(
        "indicator.html.j2",
        address,
        indicator=indicator,
        fields=[f for f in fields if f[1]],
        basis=catalogue.sources.get(indicator.source_id),
        targets=_target_table(catalogue, indicator, targets) if targets else "",
        values=_value_tables(catalogue, indicator, values),
    )
    return Page(
        address,
        indicator.name,
        body,
        f"指标“{indicator.name}”的定义、标准值和数据",
        (HOME, INDICATORS_PAGE),
        any(is_sample(v.region) for v in values),
    )


def _target_table(catalogue: Catalogue, indicator: Indicator, rows: list[Mapping[Any, Any]]) -> str:
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
    return _without_empty(f"{indicator.name}标准值", columns, cells, 1, "targets-1")


def _value_tables(catalogue: Catalogue, indicator: Indicator, values: list[Value]) -> list[str]:
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
                catalogue.source_title(v.source_id) or "—",
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
        tables.append(_without_empty(name, columns, rows, number, f"values-{number}"))
    return tables


def _without_empty(caption: str, columns: list[Column], rows: list[list[Any]], number: int, id: str) -> str:
    """A table without the columns in which no row says anything."""
    keep = [i for i in range(len(columns)) if i == 0 or any(row[i] != "—" for row in rows)]
    table = make_table(
        id, number, caption, [columns[i] for i in keep], [[row[i] for i in keep] for row in rows]
    )
    return f'<div class="gb-table" id="{id}">{table.html(label="")}</div>'


def sources_page(catalogue: Catalogue) -> Page:
    address = "/site/sources.html"
    body = fragment("sources.html.j2", address, sources=list(catalogue.sources.values()))
    return Page(address, "来源", body, "标准和数字出自的文件", (HOME,))


def data_page(catalogue: Catalogue, publication: Publication) -> Page:
    """The list of downloads. In a release it tells machines too what the data are: as a schema.org Dataset in
    the page, and by links to the files that describe all of it (`editions.packages`)."""
    address = "/site/data.html"
    release = publication.release
    years = [
        (
            catalogue.year_label(year),
            [
                {
                    "name": catalogue.name(region, year),
                    "sample": is_sample(region),
                    "files": catalogue.files[year, region],
                }
                for region in catalogue.regions(year)
            ],
        )
        for year in catalogue.years
    ]
    described = [(text, f"/reports/{release.year}/{file}") for text, file in DESCRIPTIONS] if release else []
    card = card_script(_card(catalogue, publication, release)) if release else ""
    body = fragment("data.html.j2", address, years=years, shared=SHARED_FILES, described=described, card=card)
    return Page(
        address,
        "数据下载",
        body,
        "公开数据的 Excel 和 CSV 文件",
        (HOME,),
        any(is_sample(region) for region in catalogue.regions()),
    )


def _card(catalogue: Catalogue, publication: Publication, release: Release) -> dict[str, Any]:
    """The short card of a release: its Excel files, without what only the finished files tell."""
    year = release.year
    places = {region: catalogue.name(region, year) for region in catalogue.regions(year)}
    variables = [
        Variable(i.indicator_id, i.name, i.unit, dict(i.fields).get("定义", ""))
        for i in catalogue.indicators.values()
        if any(v.year == year for v in catalogue.values.get(i.indicator_id, ()))
    ]
    base = release.site_url + release.address if release.site_url else "../"
    downloads = [
        Download(
            f"{places[region]} 全部数据",
            base + in_edition(catalogue.files[year, region].xlsx, year),
            EXCEL,
        )
        for region in places
    ]
    return dataset_card(publication, release, places, variables, downloads)


def not_found_page() -> Page:
    address = "/404.html"
    return Page(address, "没有这个页面", fragment("404.html.j2", address))
