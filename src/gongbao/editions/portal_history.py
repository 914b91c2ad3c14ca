"""history/<code>: a county's values over the years, as a page and as a table to download."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from gongbao.data.columns import AREAS
from gongbao.editions.history import REDEFINED
from gongbao.editions.portal_frame import portal_fragment
from gongbao.editions.portal_home import CRUMB
from gongbao.editions.portal_series import Point, Series
from gongbao.editions.portal_versions import CountyVersions
from gongbao.site.bodies import Heading
from gongbao.site.entries import is_sample
from gongbao.site.layout import Crumb, Page
from gongbao.site.tabular import Scalar, csv_bytes

_HEADER = (
    "年度", "行政区划代码", "名称", "指标领域", "指标代码", "指标", "学段", "统计量", "时期", "数值", "单位", "限定词",
    "显示", "缺失原因", "年度版", "修订版", "口径变化", "区划变更", "更正和改述", "来源", "出处", "说明",
)  # fmt: skip


def history_page(versions: CountyVersions, series: Sequence[Series]) -> Page:
    """A table for each area: indicators by years, each mark with a note below."""
    address = f"/history/{versions.code}.html"
    codes = _codes_by_year(series)
    sections = [
        _section(area, [s for s in series if s.area == area])
        for area in dict.fromkeys(s.area for s in series)
    ]
    body = portal_fragment(
        "history.html.j2",
        address,
        name=versions.name,
        code=versions.code,
        codes=versions.codes,
        several=len({code for found in codes.values() for code in found}) > 1,
        code_of={year: "、".join(found) for year, found in codes.items()},
        sections=sections,
        csv=f"/history/{versions.code}.csv",
        versions=versions.address,
    )
    title = f"{versions.name}：历年数据"
    return Page(
        address, title, body, f"{versions.name}各年度公布的数据，注明定义、代码和数值的变动",
        (CRUMB, Crumb(versions.name, versions.address)), is_sample(versions.code),
        kind="county", headings=tuple(Heading(2, s["id"], s["title"]) for s in sections),
    )  # fmt: skip


def _codes_by_year(series: Sequence[Series]) -> dict[int, list[str]]:
    found: dict[int, set[str]] = {}
    for each in series:
        for point in each.points:
            if point.statement is not None:
                found.setdefault(point.year, set()).add(point.statement.code)
    return {year: sorted(codes) for year, codes in found.items()}


def _section(area: str, series: Sequence[Series]) -> dict[str, Any]:
    years = sorted({point.year for each in series for point in each.points})
    notes: list[dict[str, Any]] = []
    rows = []
    for each in series:
        points = {point.year: point for point in each.points}
        cells = [_cell(area, each, points.get(year), notes) for year in years]
        rows.append({"id": each.key[0], "name": each.name, "label": each.label, "cells": cells})
    title = AREAS.get(area, area or "其他")
    return {"id": area or "other", "title": title, "years": years, "rows": rows, "notes": notes}


def _cell(
    area: str, series: Series, point: Point | None, notes: list[dict[str, Any]]
) -> dict[str, Any] | None:
    """A cell with its marks; what they mean is added to `notes`."""
    if point is None:
        return None
    marks = []
    where = "，".join(part for part in (series.name, series.label) if part)

    def note(mark: str, text: str, page: str = "") -> None:
        id = f"n-{area or 'other'}-{len(notes) + 1}"
        marks.append({"mark": mark, "id": id})
        notes.append({"id": id, "year": point.year, "where": where, "mark": mark, "text": text, "page": page})

    for restatement in point.restated:
        note(restatement.mark, restatement.text, restatement.page)
    if point.redefined:
        note(REDEFINED, "；".join(point.redefined))
    if point.from_edition:
        note("追溯", f"这一年没有本地的年度版，数值取自 {point.from_edition} 年度版")
    shown = point.statement.shown if point.statement else "不再列出"
    return {"shown": shown, "marks": marks}


def history_csv(versions: CountyVersions, series: Sequence[Series]) -> tuple[str, bytes]:
    """(address, bytes) of the same values, one row each."""
    return f"/history/{versions.code}.csv", csv_bytes(_HEADER, list(_rows(versions, series)))


def _rows(versions: CountyVersions, series: Sequence[Series]) -> Iterator[tuple[Scalar, ...]]:
    names = {c.code: c.name for c in versions.codes}
    for each in series:
        indicator, stage, statistic, period = each.key
        for point in each.points:
            if point.statement is None:
                continue
            county, record = point.statement.county, point.statement.record
            code = point.statement.code
            yield (
                point.year, code, names.get(code, county.name), AREAS.get(each.area, each.area), indicator,
                each.name, stage, statistic, period, record["value"], record["unit"], record["qualifier"],
                record["shown"],
                record["missing"], county.revision.year, county.revision.name, "；".join(point.redefined),
                point.recoded, "；".join(f"{r.mark}：{r.text}" for r in point.restated), record["source"],
                record["origin"], record["note"],
            )  # fmt: skip
