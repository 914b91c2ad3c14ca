"""数据核对说明: what the checks remarked on one submission, what the office answered, and what of it is public."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

import pandas as pd

from gongbao.data import Dataset, Problem
from gongbao.data.schema import TABLES
from gongbao.data.succession import changes_of, code_in
from gongbao.present import plain
from gongbao.present.published import make_disclosure, staffing_numbers
from gongbao.rows import row_dicts

COLUMNS = ("code", "place", "message", "answer", "state")
ANSWERED, OPEN = "已说明", "待核对"
NOT_PRINTED = "（涉及不公开的数据，内容不印）"
# Codes of the remarks on data, as pages name them. What a check says of files, sheets and headers is the
# office's own business, and what it suspects to be private is printed nowhere.
KINDS = {
    "parts-sum": "各部分之和与合计不符",
    "part-above-whole": "部分大于合计",
    "stages-sum": "分学段之和与全部不符",
    "ratio-mismatch": "比率与分子、分母不符",
    "impossible-rate": "分母算不出这个比率",
    "growth-mismatch": "增长率与两年的数不符",
    "above-100": "比率超过百分之百",
    "maybe-percent": "百分数可能少乘了一百",
    "unit-jump": "与上年相差悬殊，单位可能不对",
    "far-from-others": "与本县其他学校相差悬殊",
    "scope-differs": "口径不同，不能相加相除",
    "counted-twice": "可能重复计算",
    "full-score-sum": "满分与各项满分之和不符",
    "no-reason": "扣分没有写原因",
    "status-differs": "状态与其他内容不符",
    "progress-falls": "进度比上次小",
    "not-in-year": "日期不在本年度",
    "dates-out-of-order": "日期先后不符",
    "visit-outside": "到校日期不在检查期间",
    "no-recheck-date": "复查没有日期",
    "recheck-not-closed": "复查合格而没有办结日期",
    "earlier-year-missing": "找不到往年的问题",
    "no-unit": "有目标值而没有单位",
    "unknown-unit": "不认识的单位",
    "zero-denominator": "分母是零",
    "value-empty": "数值没有填",
    "masked": "原文遮盖了数字",
    "not-reported": "学校没有报数据",
}
# Sheets whose rows are single schools: their numbers are public only where the school may be named.
_OF_SCHOOLS = {
    TABLES[name].label for name in ("schools", "school_year", "visits", "evaluations", "eval_scores")
}
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


def remarks_on(dataset: Dataset, region: str, year: int) -> tuple[Problem, ...]:
    """The warnings about the numbers and texts of one submission (an .xlsx, or a folder of CSV files)."""
    by_file, by_folder = _by_place(dataset)
    found: dict[Problem, None] = {}
    for row in dataset.cover_rows(region, year) if dataset.has(region, year) else ():
        cover = str(row["_file"])
        folder = PurePosixPath(cover).parent
        own = by_folder.get(str(folder), ()) if folder.name == region else by_file.get(cover, ())
        found.update(dict.fromkeys(own))
    return tuple(found)


Warnings = dict[str, list[Problem]]


def _by_place(dataset: Dataset) -> tuple[Warnings, Warnings]:
    """The warnings that may be shown by file and by folder, each in the order of the dataset's; made once."""
    if "remarks" not in dataset.memo:
        by_file: Warnings = {}
        by_folder: Warnings = {}
        for problem in dataset.warnings:
            if problem.code in KINDS:
                by_file.setdefault(problem.place.file, []).append(problem)
                folder = str(PurePosixPath(problem.place.file).parent)
                by_folder.setdefault(folder, []).append(problem)
        dataset.memo["remarks"] = by_file, by_folder
    found: tuple[Warnings, Warnings] = dataset.memo["remarks"]
    return found


def state_of(problem: Problem) -> str:
    """已说明 once the office has explained it, else 待核对."""
    return ANSWERED if problem.answer else OPEN


def public_remarks(dataset: Dataset, region: str, year: int) -> pd.DataFrame:
    """One row for each remark: code, place (sheet and cell), message, answer, state.

    Where a message would tell an internal or withheld number, or one of a school, it isn't printed;
    remarks on internal indicators are left out altogether.
    """
    secret = _secrets(dataset, region, year)
    hidden_cells = _internal_rows(dataset, region, year)
    rows = []
    for problem in remarks_on(dataset, region, year):
        place = problem.place
        if (place.sheet, _row_number(place.cell)) in hidden_cells:
            continue
        numbers = set(_NUMBER.findall(problem.message + problem.answer))
        told = place.sheet in _OF_SCHOOLS or bool(secret & numbers)
        rows.append(
            {
                "code": problem.code,
                "place": str(place).removeprefix(place.file).strip() or PurePosixPath(place.file).name,
                "message": NOT_PRINTED if told else problem.message,
                "answer": ("—" if told else problem.answer) or "—",
                "state": state_of(problem),
            }
        )
    return pd.DataFrame(rows, columns=list(COLUMNS))


def remark_state(dataset: Dataset, region: str, year: int) -> str:
    """What a report that shows the remarks depends on, as a text to compare."""
    return "\n".join(f"{p.code} {p}" for p in remarks_on(dataset, region, year))


def _row_number(cell: str | None) -> str:
    return "".join(ch for ch in cell or "" if ch.isdigit())


def _internal_rows(dataset: Dataset, region: str, year: int) -> set[tuple[str | None, str]]:
    """(sheet, row number) of the values of internal indicators."""
    indicators = dataset.tables["indicators"]
    internal = set(indicators.loc[indicators["publish"] == "internal", "indicator_id"])
    values = dataset.table("indicator_values", region, year)
    own = values[values["indicator_id"].isin(internal)]
    return {(str(r["_sheet"]) or None, str(int(r["_row"]))) for r in row_dicts(own)}


def _secrets(dataset: Dataset, region: str, year: int) -> set[str]:
    """The numbers of the submission that aren't published, as a message would print them."""
    values = row_dicts(dataset.table("indicator_values", region, year))
    code = code_in(changes_of(dataset), region, year - 1)
    last = row_dicts(dataset.table("indicator_values", code, year - 1))
    indicators = row_dicts(dataset.table("indicators"))
    disclosure = make_disclosure(values, indicators, last)
    internal = {i["indicator_id"] for i in indicators if i["publish"] == "internal"}
    secret = {
        plain(number)
        for row in values
        if row["indicator_id"] in internal or disclosure.reason(row)
        for number in (row["value"], row["numerator"])
    }
    staff = row_dicts(dataset.table("staffing", region, year))
    shown = {id(row) for row, number in staffing_numbers(staff) if number.public is not None}
    secret |= {plain(row["value"]) for row in staff if id(row) not in shown}
    return secret - {"—", "0"}


def remark_counts(dataset: Dataset, places: Iterable[tuple[int, str]]) -> list[dict[str, Any]]:
    """How many remarks on the submissions of `places` (year, region) were answered and are open: year,
    code, answered, open; the latest year first, then in the order of KINDS."""
    order = list(KINDS)
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for year, region in places:
        for problem in remarks_on(dataset, region, year):
            row = found.setdefault(
                (year, problem.code), {"year": year, "code": problem.code, "answered": 0, "open": 0}
            )
            row["answered" if problem.answer else "open"] += 1
    return [found[key] for key in sorted(found, key=lambda k: (-k[0], order.index(k[1])))]
