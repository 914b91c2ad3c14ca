"""A region that was given another code: which one it had in a year, and what the list must say about it.

A county that becomes a district gets a new code by GB/T 2260 and stays the same place. The new row of
the region list names the old code (`regions.former_code`), so that earlier years are found under it.
A place that was split off or merged is another place: it names none.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings
from gongbao.rows import row_dicts

Row = Mapping[Any, Any]
# Code -> the first year it is valid in, and the code its place had before.
Changes = Mapping[str, tuple[int, str]]


def code_changes(regions: Iterable[Row]) -> Changes:
    """The codes of a region list that follow another one; what `check_former_codes` refuses is left out."""
    return {
        row["region_code"]: (int(row["valid_from"]), row["former_code"])
        for row in regions
        if row["valid_from"] == row["valid_from"]
        and isinstance(row["former_code"], str)
        and row["former_code"] != row["region_code"]
    }


def changes_of(dataset: Dataset) -> Changes:
    """`code_changes` of a dataset's region list, made once."""
    if "changes" not in dataset.memo:
        regions = dataset.tables["regions"]
        dataset.memo["changes"] = code_changes(row_dicts(regions[regions["former_code"].notna()]))
    changes: Changes = dataset.memo["changes"]
    return changes


def former_codes(changes: Changes, code: str) -> list[tuple[int, str]]:
    """The changes that led to `code`, the latest first: (first year of the newer code, older code)."""
    found: list[tuple[int, str]] = []
    seen = {code}
    while code in changes and changes[code][1] not in seen:
        found.append(changes[code])
        code = changes[code][1]
        seen.add(code)
    return found


def code_in(changes: Changes, code: str, year: int) -> str:
    """The code that the place with `code` had in `year`: a former one before it was given this one."""
    for first, older in former_codes(changes, code):
        if year >= first:
            break
        code = older
    return code


def submitted_years(dataset: Dataset, region: str, until: int) -> list[int]:
    """Years up to `until` with a submission of the place, under the code it had in each; oldest first."""
    changes = changes_of(dataset)
    places = {region, *(code for _, code in former_codes(changes, region))}
    return sorted(
        year
        for code in places
        for year in dataset.years_of(code)
        if year <= until and code == code_in(changes, region, year)
    )


def check_former_codes(dataset: Dataset, findings: Findings) -> None:
    """A former code is another code that ended before the new one began, and has one successor.

    That it is listed at all is checked with the other references.
    """
    regions = dataset.tables["regions"]
    rows = row_dicts(regions)
    successors: dict[str, Row] = {}
    for index, row in enumerate(rows):
        former, code = row["former_code"], row["region_code"]
        if not isinstance(former, str):
            continue
        place = dataset.place(regions.iloc[index], "former_code")
        if former == code:
            findings.error(
                "own-former-code", place, "前身代码就是它自己。", "请填改用新代码以前的代码；没有改过的留空。"
            )
            continue
        if row["valid_from"] != row["valid_from"]:
            findings.error(
                "former-code-without-year",
                place,
                f"填了前身代码 {former}，却没有填新代码从哪一年启用。",
                "请填启用年份。",
            )
            continue
        last = max((r["valid_to"] for r in rows if r["region_code"] == former), key=_end, default=-math.inf)
        if not last < row["valid_from"]:
            until = "没有停用年份" if last != last else f"有效到 {int(last)} 年"
            findings.error(
                "former-code-still-valid",
                place,
                f"前身代码 {former} {until}，而 {code} 从 {int(row['valid_from'])} 年启用：同一年不能有两个代码。",
                f"请给 {former} 填停用年份 {int(row['valid_from']) - 1} 或更早，或核对启用年份。",
            )
        other = successors.setdefault(former, row)
        if other["region_code"] != code:
            findings.error(
                "former-code-twice",
                place,
                f"{other['region_code']} 和 {code} 的前身代码都是 {former}。",
                "一个代码只能由一个新代码接续；分出来的区划不填前身代码。",
            )


def _end(last: float) -> float:
    """For comparing last valid years: one that isn't given is the latest."""
    return math.inf if last != last else last
