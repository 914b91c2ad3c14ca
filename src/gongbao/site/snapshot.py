"""What an edition says, as data: values, verdicts, sentences, figures, tables, definitions.

Written beside the pages of a release, read by whatever compares revisions or follows a county through
the years (`editions.snapshots`). Everything in it stands on the edition's own pages and downloads or,
for earlier years, on theirs: public values only, disclosure applied. The gate reads it like any file.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gongbao.data.succession import changes_of, code_in, submitted_years
from gongbao.publication import Publication
from gongbao.rows import row_dicts
from gongbao.site.addresses import in_edition
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import DEFINITION_FIELDS, Indicator, Value, number_or_none, text, value_order
from gongbao.site.reading import ReportContent, in_order
from gongbao.site.tabular import Sheet
from gongbao.site.work_downloads import SMALL_WITHHELD
from gongbao.site.written import read_written

FORMAT = 1
# Sheets whose content stands in the snapshot under a key of its own.
_ELSEWHERE = ("values", "verdicts", "charts")
# Tables that together make a framework, with the columns that say where a row was typed left out.
_FRAMEWORK_TABLES = ("framework_items", "grade_bands")
_NO_PAGE = ("/index.html", "/404.html")  # the tree's own home takes the place of the first


def edition_snapshot(
    catalogue: Catalogue, publication: Publication, titles: Mapping[str, str]
) -> tuple[str, bytes]:
    """(address, bytes) of what the counties of a release share: /snapshot/edition.json.

    `titles` are the pages that are of no single county: working address -> title. Addresses inside a
    snapshot are those of the released edition, below /<year>/r<n>/. `editions.snapshots` reads it back;
    keys are sorted, lists stand in the order of the page. Raises ValueError for a build that is no
    release, or internal.
    """
    year = _released(catalogue, publication)
    return "/snapshot/edition.json", _json(_edition(catalogue, publication, year, _pages(titles, year)))


def county_snapshot(
    catalogue: Catalogue,
    publication: Publication,
    region: str,
    contents: Sequence[ReportContent],
    sheets: Mapping[str, Sheet],
    titles: Mapping[str, str],
) -> tuple[str, bytes]:
    """The same of one county: `contents` are its reports, `sheets` its downloads, `titles` its pages."""
    year = _released(catalogue, publication)
    county = _county(catalogue, year, region, in_order(contents), sheets, _pages(titles, year))
    return f"/snapshot/{region}.json", _json(county)


def _released(catalogue: Catalogue, publication: Publication) -> int:
    if publication.release is None or catalogue.internal:
        raise ValueError("only a public release has a snapshot")
    return publication.release.year


def _pages(titles: Mapping[str, str], year: int) -> dict[str, str]:
    return {in_edition(address, year): title for address, title in titles.items() if address not in _NO_PAGE}


def _json(content: Mapping[str, Any]) -> bytes:
    return (
        json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"
    ).encode()


# --- what counties share ---------------------------------------------------------------------------


def _edition(
    catalogue: Catalogue, publication: Publication, year: int, pages: Mapping[str, str]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "year": year,
        "places": {code: catalogue.name(code, year) for code in catalogue.regions(year)},
        "regions": _regions(catalogue, year),
        "pages": pages,
        "indicators": {id: _indicator(i) for id, i in catalogue.indicators.items()},
        "targets": list(_targets(catalogue, year)),
        "frameworks": _frameworks(catalogue),
        "sources": {id: source.title for id, source in catalogue.sources.items()},
        "methods": _methods(catalogue, publication),
    }


def _regions(catalogue: Catalogue, year: int) -> dict[str, dict[str, Any]]:
    """Every region known by that year, as its latest row has it: names and codes of earlier years too."""
    return {
        str(row["region_code"]): {
            "name": text(row["region_name"]),
            "parent_code": text(row["parent_code"]),
            "level": text(row["level"]),
            "former_code": text(row["former_code"]),
            "valid_from": _year(row["valid_from"]),
            "valid_to": _year(row["valid_to"]),
        }
        for row in row_dicts(catalogue.dataset.table("regions"))
        if not row["valid_from"] > year
    }


def _indicator(indicator: Indicator) -> dict[str, str]:
    said = dict(indicator.fields)
    return {
        "name": indicator.name,
        "area": indicator.area,
        "unit": indicator.unit,
        "stages": indicator.stages,
        "statistics": indicator.statistics,
        "source_id": indicator.source_id,
        **{name: said.get(label, "") for label, name in DEFINITION_FIELDS},
    }


def _targets(catalogue: Catalogue, year: int) -> Iterator[dict[str, Any]]:
    """Thresholds of public indicators that began to hold by that year."""
    for indicator_id, rows in catalogue.targets.items():
        for row in rows:
            if row["valid_from"] > year:
                continue
            source = text(row["source_id"])
            yield {
                "indicator_id": indicator_id,
                "region_code": str(row["region_code"]),
                "stage": text(row["stage"]),
                "statistic": text(row["statistic"]),
                "valid_from": _year(row["valid_from"]),
                "valid_to": _year(row["valid_to"]),
                "op": text(row["op"]),
                "value": number_or_none(row["value"]),
                "basic_value": number_or_none(row["basic_value"]),
                "confirmed": row["confirmed"] != 0,
                "source_id": source,
                "source": catalogue.source_title(source),
                "note": text(row["note"]),
            }


def _frameworks(catalogue: Catalogue) -> dict[str, str]:
    """Framework -> SHA-256 of its items and grades, wherever in the files they stand."""
    digests: dict[str, Any] = {}
    for table in _FRAMEWORK_TABLES:
        for row in row_dicts(catalogue.dataset.table(table)):
            values = [
                value if isinstance(value, str) else number_or_none(value)
                for column, value in row.items()
                if not str(column).startswith("_")
            ]
            digest = digests.setdefault(str(row["framework_id"]), hashlib.sha256())
            digest.update((json.dumps([table, *values], ensure_ascii=False) + "\n").encode())
    return {framework: digest.hexdigest() for framework, digest in digests.items()}


def _methods(catalogue: Catalogue, publication: Publication) -> dict[str, str]:
    """The written pages and the workbooks -> SHA-256: how the bulletin was made."""
    found = {
        f"页面“{page.title}”": hashlib.sha256(f"{page.description}\n{page.markdown}".encode()).hexdigest()
        for page in read_written(publication.pages)
    }
    for area in catalogue.areas:
        if area in catalogue.workbooks:
            found[f"工作簿“{catalogue.area_title(area)}”"] = catalogue.workbooks[area].digest
    return found


# --- a county --------------------------------------------------------------------------------------


def _county(
    catalogue: Catalogue,
    year: int,
    region: str,
    reports: Sequence[ReportContent],
    sheets: Mapping[str, Sheet],
    pages: Mapping[str, str],
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "region": region,
        "name": catalogue.name(region, year),
        "year": year,
        "pages": pages,
        "values": list(_values(catalogue, year, region)),
        "verdicts": [verdict for report in reports for verdict in _verdicts(catalogue, report)],
        "facts": [
            {
                "area": report.area,
                "label": fact.label,
                "shown": fact.shown,
                "remark": fact.remark,
                "value": fact.value,
                "unit": fact.unit,
            }
            for report in reports
            for fact in report.facts
        ],
        "texts": [{"area": r.area, "text": sentence} for r in reports for sentence in r.sentences],
        "figures": [
            {
                "area": report.area,
                "id": figure.id,
                "title": figure.title,
                "finding": figure.finding,
                "sha256": hashlib.sha256(figure.spec_text().encode()).hexdigest(),
            }
            for report in reports
            for figure in report.figures
        ],
        "tables": [
            {
                "area": report.area,
                "id": table.id,
                "caption": table.caption,
                "header": [column.header for column in table.columns],
                "rows": [[cell.shown for cell in row] for row in table.rows],
            }
            for report in reports
            for table in report.tables
        ],
        "records": {
            name: {"label": sheet.label, "header": list(sheet.header), "rows": [list(r) for r in sheet.rows]}
            for name, sheet in sheets.items()
            if name not in _ELSEWHERE
        },
    }


def _values(catalogue: Catalogue, year: int, region: str) -> Iterator[dict[str, Any]]:
    """The county's public values of every year until this one, under the code it had in each."""
    changes = changes_of(catalogue.dataset)
    order = {id: i for i, id in enumerate(catalogue.indicators)}
    for when in submitted_years(catalogue.dataset, region, year):
        values = catalogue.values_of(when, code_in(changes, region, when))
        for value in sorted(values, key=lambda v: (order[v.indicator_id], *value_order(v))):
            yield _value(catalogue, value)


def _value(catalogue: Catalogue, value: Value) -> dict[str, Any]:
    number = value.number
    return {
        "region": value.region,
        "year": value.year,
        "period": value.period,
        "stage": value.stage,
        "indicator": value.indicator_id,
        "name": catalogue.indicators[value.indicator_id].name,
        "statistic": value.statistic,
        "shown": str(number),
        "value": number.public,
        "unit": number.unit,
        "qualifier": number.qualifier,
        "missing": SMALL_WITHHELD if number.suppressed else number.missing,
        "source": catalogue.title_of(value),
        "source_id": value.source_id,
        "origin": number.origin,
        "note": value.note,
    }


def _verdicts(catalogue: Catalogue, report: ReportContent) -> Iterator[dict[str, Any]]:
    for v in catalogue.verdicts(report):
        yield {
            "area": report.area,
            "key": v.key,
            "label": v.label,
            "outcome": v.outcome,
            "word": v.word,
            "shown": v.shown,
            "target": v.target,
            "gap": v.gap,
            "value": v.value,
            "limit": v.limit,
            "op": v.op,
            "stage": v.stage,
            "indicator_id": v.indicator_id,
            "statistic": v.statistic,
            "headline": v.headline,
            "page": in_edition(report.page, report.year),
        }


def _year(value: float) -> int | None:
    return None if value != value else int(value)
