"""history/indicators/<id>.html: one indicator, all places and years, around the CSV file of the same name.

Made from the history files themselves, so that page and file can't differ.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from gongbao.editions.history import DEFINITIONS_HEADER, FOLDER
from gongbao.editions.portal_frame import INDICATORS, Frame, portal_fragment
from gongbao.editions.portal_home import CRUMB
from gongbao.publication import Publication
from gongbao.site.entries import is_sample
from gongbao.site.layout import Crumb, Page

_CRUMBS = (CRUMB, Crumb("历年指标", INDICATORS))
MOST_ROWS = 2000  # of a table on a page; beyond it the file is the place to look
Line = Mapping[str, str]


def with_indicator_pages(
    publication: Publication, history: Iterable[tuple[str, bytes]], *, english: bool = False
) -> Iterator[tuple[str, bytes]]:
    """The history files as they come, and the pages around those of indicators and their index."""
    frame = Frame(publication, english=english)
    files = dict(history)
    yield from files.items()
    definitions: dict[str, list[Line]] = {}
    for line in _read(files[f"/{FOLDER}/definitions.csv"]):
        definitions.setdefault(line["指标代码"], []).append(line)
    index = _read(files[f"/{FOLDER}/index.csv"])
    yield frame.document(_index_page(index))
    for entry in index:
        address = f"/{FOLDER}/{entry['文件']}"
        if address in files:
            own = definitions.get(entry["指标代码"], [])
            yield frame.document(_indicator_page(entry, _read(files[address]), own))


def _read(data: bytes) -> list[Line]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def _index_page(index: Sequence[Line]) -> Page:
    groups: dict[str, list[dict[str, str]]] = {}
    for entry in index:
        page = f"/{FOLDER}/indicators/{entry['指标代码']}.html"
        years = entry["数值年度"].split("；")
        shown = years[0] if len(years) == 1 else f"{years[0]}—{years[-1]}"
        said = {
            "name": entry["指标"],
            "unit": entry["单位"],
            "years": shown,
            "places": entry["地区数"],
            "page": page,
        }
        groups.setdefault(entry["指标领域"], []).append(said)
    body = portal_fragment("indicators_index.html.j2", INDICATORS, groups=groups)
    return Page(INDICATORS, "历年指标", body, "每个指标各地、各年度公布的数据，可下载", (CRUMB,))


def _indicator_page(entry: Line, lines: Sequence[Line], definitions: Sequence[Line]) -> Page:
    address = f"/{FOLDER}/indicators/{entry['指标代码']}.html"
    years = sorted({line["年度"] for line in lines})
    rows = _rows(lines)
    groups = [
        ("县（市、区）", [row for row in rows if not row["sample"]], False),
        ("示例地区", [row for row in rows if row["sample"]], True),
    ]
    body = portal_fragment(
        "indicator_history.html.j2",
        address,
        name=entry["指标"],
        id=entry["指标代码"],
        unit=entry["单位"],
        csv=f"/{FOLDER}/{entry['文件']}",
        years=years,
        groups=groups if len(rows) <= MOST_ROWS else [],
        count=len(rows),
        definitions=_changes(definitions),
    )
    return Page(
        address, f"{entry['指标']}：历年数据", body, f"{entry['指标']}：各地、各年度公布的数据", _CRUMBS,
        any(row["sample"] for row in rows),
    )  # fmt: skip


def _rows(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """One for each place (under its last code), stage, statistic and period, in the order of the file."""
    later = {line["前身代码"]: line["区划代码"] for line in lines if line["前身代码"]}
    rows: dict[tuple[str, ...], dict[str, Any]] = {}
    for line in lines:
        code, seen = line["区划代码"], {""}
        while code in later and code not in seen:
            seen.add(code)
            code = later[code]
        key = (code, line["学段"], line["统计量"], line["时期"])
        label = (
            line["学段"] if line["学段"] != "全部" else "",
            line["统计量"] if line["统计量"] != "数值" else "",
        )
        row = rows.setdefault(
            key,
            {"code": code, "label": "，".join(p for p in (*label, line["时期"]) if p), "cells": {}}
            | {"sample": is_sample(code)},
        )
        row["name"] = line["地区"]  # the last year's
        row["cells"][line["年度"]] = {
            "shown": line["显示"],
            "marks": [mark for mark in line["标记"].split("；") if mark],
        }
    order = {code: i for i, code in enumerate(dict.fromkeys(row["code"] for row in rows.values()))}
    return sorted(rows.values(), key=lambda row: (row["sample"], order[row["code"]]))


def _changes(definitions: Sequence[Line]) -> list[dict[str, Any]]:
    """The definition of the first edition, then only what each later one changed."""
    shown: list[dict[str, Any]] = []
    before: Line = {}
    for line in sorted(definitions, key=lambda line: int(line["年度"])):
        fields = [
            (label, line[label], before.get(label, ""))
            for label in DEFINITIONS_HEADER
            if label not in ("指标代码", "年度", "修订版", "指标领域")
            and line[label] != before.get(label, "")
        ]
        if fields:
            shown.append({"year": line["年度"], "fields": fields, "first": not before})
        before = line
    return shown
