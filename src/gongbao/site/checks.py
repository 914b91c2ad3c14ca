"""The page that says how the data were checked: remarks by kind, periods, rules not yet confirmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gongbao.present import Column
from gongbao.present.numbers import plain
from gongbao.present.table import Cell, make_table
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import OPERATORS, text
from gongbao.site.layout import Crumb, Page, fragment
from gongbao.site.places import HOME
from gongbao.standards.outcome import Outcome
from gongbao.workbooks.remarks import KINDS, remark_counts

CHECKS_PAGE = Crumb("数据核对", "/site/checks.html")


def checks_page(catalogue: Catalogue) -> Page:
    """Remarks answered and open by edition and kind, the deadline setting, the rules not confirmed."""
    address = CHECKS_PAGE.address
    places = {(year, region) for year in catalogue.years for region in catalogue.regions(year)}
    counts = remark_counts(catalogue.dataset, places)
    answered, open_ = (sum(row[name] for row in counts) for name in ("answered", "open"))
    body = fragment(
        "checks.html.j2",
        address,
        answered=answered,
        open=open_,
        remarks=_remark_table(counts) if counts else "",
        period=catalogue.deadline_rule.words,
        unconfirmed=_unconfirmed_table(catalogue),
    )
    return Page(address, CHECKS_PAGE.text, body, "数据怎样核对，有多少提醒，哪些规则待核实", (HOME,))


def _remark_table(counts: list[dict[str, Any]]) -> str:
    rows = [
        [
            f"{row['year']}年",
            KINDS.get(row["code"], row["code"]),
            row["answered"] + row["open"],
            row["answered"],
            row["open"],
        ]
        for row in counts
    ]
    columns = [
        Column("年度"), Column("提醒"), Column("条数", align="right"), Column("已说明", align="right"),
        Column("待核对", align="right"),
    ]  # fmt: skip
    return _html("各年度数据核对的提醒", columns, rows, 1, "remarks")


def _unconfirmed_table(catalogue: Catalogue) -> str:
    rows: list[list[Any]] = []
    for indicator_id, targets in catalogue.targets.items():
        indicator = catalogue.indicators[indicator_id]
        rows += [
            _unconfirmed(catalogue, indicator.name, indicator.unit, t) for t in targets if t["confirmed"] == 0
        ]
    columns = [Column(label) for label in ("指标", "学段", "标准值", "适用地区", "状态", "说明")]
    return _html("依据尚待核实的标准值", columns, rows, 2, "unconfirmed") if rows else ""


def _unconfirmed(catalogue: Catalogue, name: str, unit: str, target: Mapping[Any, Any]) -> list[Any]:
    return [
        name,
        text(target["stage"]),
        f"{OPERATORS[target['op']]}{plain(float(target['value']))}{unit}",
        catalogue.name(str(target["region_code"])),
        Cell("待核实", "待核实", Outcome.UNDETERMINED.value),
        text(target["note"]) or "—",
    ]


def _html(caption: str, columns: list[Column], rows: list[list[Any]], number: int, id: str) -> str:
    table = make_table(id, number, caption, columns, rows)
    return f'<div class="gb-table" id="{id}">{table.html(label="")}</div>'
