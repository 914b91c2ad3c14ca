"""What an internal build shows besides: the section 内部资料 at the end of a report. Never part of a public site."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongbao.rows import row_dicts
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import text
from gongbao.site.layout import fragment

MARKER = "INTERNAL"
"""A file in the output's folder: who publishes, seals or checks a folder refuses one that has it."""

MARKER_TEXT = "内部资料，不得公开。本文件夹由 gongbao build --internal 生成，只在本单位使用，不能发布。\n"


def internal_section(catalogue: Catalogue, year: int, region: str, area: str, address: str) -> str:
    """The HTML of the section, "" where the area has nothing internal."""
    dataset = catalogue.dataset
    definitions = {
        r["indicator_id"]: r
        for r in row_dicts(dataset.table("indicators"))
        if r["publish"] != "public" and r["area_id"] == area
    }
    own = catalogue.place_values(year, region)
    values = [
        (
            text(definitions[v.indicator_id]["name_zh"]),
            v.stage,
            v.period,
            str(v.number),
            v.statistic,
            _quote(catalogue, year, region, v.indicator_id, v.number.origin),
            catalogue.title_of(v),
        )
        for id in definitions
        for v in own.get(id, ())
    ]
    staffing = [
        (row["category"], row["kind"], _amount(row), text(row["period"]), text(row["note"]))
        for row in row_dicts(dataset.table("staffing", region, year))
        if row["publish"] == 0 and catalogue.row_area("staffing", row) == area
    ]
    findings = [
        (row["finding_id"], row["text_public"], row["text_internal"])
        for row in row_dicts(dataset.table("findings", region, year))
        if text(row["text_internal"]) and catalogue.row_area("findings", row) == area
    ]
    if not (values or staffing or findings):
        return ""
    return fragment("internal.html.j2", address, values=values, staffing=staffing, findings=findings)


def _quote(catalogue: Catalogue, year: int, region: str, indicator_id: str, origin: str) -> str:
    dataset = catalogue.dataset
    for row in row_dicts(dataset.table("indicator_values", region, year)):
        if row["indicator_id"] == indicator_id and str(dataset.place(row, "value")) == origin:
            return text(row["quote"])
    return ""


def _amount(row: Mapping[Any, Any]) -> str:
    value = row["value"]
    return text(row["missing_code"]) or "—" if value != value else f"{value:g}{row['unit']}"
