"""Downloads of what an office did in a year (domain.md C9–C17): every table, as far as it is public.

Left out: internal texts, schools that may not be named, persons' counts of 1 to 4, surveyed groups of
fewer than ten. How far a rectification has come is derived for the last day of the year, as on the pages.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from gongbao.data.schema import TABLES
from gongbao.data.succession import changes_of, code_in
from gongbao.present.published import staffing_numbers
from gongbao.rows import row_dicts
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import text
from gongbao.site.tabular import Scalar, Sheet
from gongbao.standards.disclosure import LEAST_COUNT, group_shown
from gongbao.standards.rectification import Case, read_cases
from gongbao.workbooks.names import Names
from gongbao.workbooks.remarks import public_remarks

# Tables in the order of the schema; the name is also that of the CSV file.
WORK_SHEETS = (
    "inspections", "visits", "findings", "rectifications", "tasks", "task_progress", "funds", "projects",
    "project_reports", "training", "staffing", "surveys", "campaigns",
)  # fmt: skip
_IMPLIED = ("region_code", "year", "source_id")
# Columns that never leave the office, and those that only repeat what the file is about.
_INTERNAL = {"findings": ("text_internal",), "staffing": ("publish", "missing_code")}
_PERSONS = {"funds": ("beneficiaries", "person_times"), "training": ("persons", "person_times")}
_SMALL = f"<{LEAST_COUNT}"
SMALL_WITHHELD = "小数值隐去"  # why a number is missing that would tell of a few persons
Row = Mapping[Any, Any]


@dataclass(frozen=True)
class _Place:
    """One county's year: what its rows may say."""

    catalogue: Catalogue
    year: int
    region: str
    names: Names

    def rows(self, table: str) -> list[dict[Any, Any]]:
        return self.catalogue.dataset.rows(table, self.region, self.year)

    def cell(self, table: str, row: Row, column: str) -> Scalar:
        """A cell as it may be downloaded."""
        value = row[column]
        if isinstance(value, str):
            return self.names.clean(value)
        if value is None or math.isnan(value):
            return None
        number = float(value)
        if column in _PERSONS.get(table, ()) and 0 < number < LEAST_COUNT:
            return _SMALL
        if TABLES[table].column(column).type == "flag":
            return "是" if number else "否"
        return int(number) if number.is_integer() else number


def work_sheets(catalogue: Catalogue, year: int, region: str) -> dict[str, Sheet]:
    """Table name -> its public rows, for the tables that have any."""
    schools = catalogue.dataset.rows("schools", region, year)
    place = _Place(catalogue, year, region, Names.of(region, catalogue.name(region, year), schools))
    found = {name: _MAKERS.get(name, _plain)(place, name) for name in WORK_SHEETS}
    found["remarks"] = _remarks(place)
    return {name: sheet for name, sheet in found.items() if sheet.rows}


def _columns(table: str) -> list[str]:
    left_out = (*_IMPLIED, *_INTERNAL.get(table, ()))
    return [column.name for column in TABLES[table].columns if column.name not in left_out]


def _header(table: str, columns: list[str]) -> list[str]:
    found = [TABLES[table].column(name) for name in columns]
    return [f"{c.label}（{c.unit}）" if c.unit else c.label for c in found]


def _sheet(table: str, header: list[str], rows: list[tuple[Scalar, ...]], about: str = "") -> Sheet:
    return Sheet(TABLES[table].label, about or TABLES[table].help or TABLES[table].label, tuple(header), rows)


def _plain(place: _Place, table: str) -> Sheet:
    """All columns as reported, with the title of the source."""
    columns = _columns(table)
    sourced = "source_id" in TABLES[table].names
    rows = [
        (*(place.cell(table, row, c) for c in columns), *_source(place, row, sourced))
        for row in place.rows(table)
    ]
    return _sheet(table, [*_header(table, columns), *(["来源"] if sourced else [])], rows)


def _source(place: _Place, row: Row, sourced: bool) -> tuple[Scalar, ...]:
    return (place.catalogue.source_title(text(row["source_id"])),) if sourced else ()


def _visits(place: _Place, table: str) -> Sheet:
    """Only schools that may be named, with their names."""
    columns = _columns(table)
    rows = []
    for row in place.rows(table):
        name, _, shown = place.names.schools.get(str(row["school_id"]), ("", "", False))
        if shown:
            rows.append((*(place.cell(table, row, c) for c in columns), name))
    return _sheet(table, [*_header(table, columns), "学校"], rows, "到可以公开校名的学校督导")


def _findings(place: _Place, table: str) -> Sheet:
    """A school that may not be named is called by its kind."""
    columns = [c for c in _columns(table) if c != "object_id"]
    rows = [
        (
            *(place.cell(table, row, c) for c in columns),
            place.names.object(text(row["object_type"]), text(row["object_id"])),
            place.catalogue.source_title(text(row["source_id"])),
        )
        for row in place.rows(table)
    ]
    return _sheet(table, [*_header(table, columns), "对象", "来源"], rows, "督导检查和评价发现的问题")


def _rectifications(place: _Place, table: str) -> Sheet:
    """With the deadline that counts, and how far each case had come by the end of the year."""
    day = date(place.year, 12, 31)
    own = place.rows(table)
    cases = _cases(place)
    columns = _columns(table)
    rows = []
    for row, case in zip(own, cases, strict=True):
        known = day >= case.issued
        derived: tuple[Scalar, ...] = (
            case.due.isoformat(),
            case.state(day).value if known else None,
            case.timing(day).value if known else None,
        )
        source = place.catalogue.source_title(text(row["source_id"]))
        rows.append((*(place.cell(table, row, c) for c in columns), *derived, source))
    header = [*_header(table, columns), "起作用的期限", f"{place.year}年底的状态", "期限情况", "来源"]
    about = "整改；期限、状态由日期推算，未写期限的按本站设定"
    return _sheet(table, header, rows, about)


def _cases(place: _Place) -> list[Case]:
    dataset, region, year = place.catalogue.dataset, place.region, place.year
    code = code_in(changes_of(dataset), region, year - 1)
    last, this = (
        {str(row["finding_id"]) for row in dataset.rows("findings", c, y)}
        for c, y in ((code, year - 1), (region, year))
    )
    return read_cases(
        dataset.table("rectifications", region, year), place.catalogue.deadline_rule, year, last - this
    )


def _staffing(place: _Place, table: str) -> Sheet:
    """Numbers as they may be shown (present.published.staffing_numbers)."""
    columns = [c for c in _columns(table) if c not in ("value", "unit", "qualifier")]
    rows = [
        (
            *(place.cell(table, row, c) for c in columns),
            number.public,
            number.unit,
            number.qualifier,
            str(number),
            place.catalogue.source_title(text(row["source_id"])),
            SMALL_WITHHELD if number.suppressed else number.missing,
        )
        for row, number in staffing_numbers(place.rows(table), internal=place.catalogue.internal)
    ]
    header = [*_header(table, columns), "数值", "单位", "限定词", "显示", "来源", "缺失原因"]
    return _sheet(table, header, rows, "督导力量和教师队伍；1 至 4 人的不公开具体数")


def _surveys(place: _Place, table: str) -> Sheet:
    """Groups with fewer than ten valid answers are listed without their numbers."""
    columns = _columns(table)
    numbers = ("issued", "valid", "satisfied")
    rows: list[tuple[Scalar, ...]] = []
    for row in place.rows(table):
        shown = place.catalogue.internal or group_shown(row["valid"])
        rows.append(
            (
                *(place.cell(table, row, c) if shown or c not in numbers else None for c in columns),
                "" if shown else "有效份数少于10份或未报，不公开",
                place.catalogue.source_title(text(row["source_id"])),
            )
        )
    return _sheet(table, [*_header(table, columns), "公开情况", "来源"], rows, "满意度调查，一个群体一行")


def _remarks(place: _Place) -> Sheet:
    """What the checks remarked and what the office answered."""
    rows = [
        (r["code"], r["place"], r["message"], r["state"], r["answer"])
        for r in row_dicts(public_remarks(place.catalogue.dataset, place.region, place.year))
    ]
    header = ("提醒代码", "位置", "核对时的提醒", "状态", "填报单位的说明")
    return Sheet("核对说明", "数据核对时的提醒和填报单位的说明", header, rows)


_MAKERS: dict[str, Callable[[_Place, str], Sheet]] = {
    "visits": _visits,
    "findings": _findings,
    "rectifications": _rectifications,
    "staffing": _staffing,
    "surveys": _surveys,
}
