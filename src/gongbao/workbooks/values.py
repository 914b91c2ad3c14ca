"""Published indicator values as a frame: this year's, last year's and the growth, each as printed too."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from gongbao.data.columns import AREAS
from gongbao.present import Number, change, written_decimals
from gongbao.present.asking import value_ref
from gongbao.present.published import Disclosure, published_number
from gongbao.rows import block_frame
from gongbao.standards import growth, previous_from_growth

STAGE_ORDER = ("幼儿园", "小学", "初中", "义务教育", "普通高中", "职业高中", "高中", "全部")
_STAGE_ORDER = {stage: i for i, stage in enumerate(STAGE_ORDER)}
_AREA_ORDER = {area: i for i, area in enumerate(AREAS)}
# What the indicator list says about a value.
_ABOUT = ("area_id", "topic", "name_zh", "short_zh", "decimals", "kind", "min_n")
_NUMERATOR, _STAGES = "numerator_name", "indicator_stages"
COLUMNS = (
    "area", "indicator_id", "topic", "name", "short", "stage", "stages", "unit", "value", "value_shown", "value_text",
    "previous", "previous_shown", "previous_text", "previous_derived", "growth", "growth_shown", "qualifier", "missing",
    "decimals", "kind", "period", "note", "source", "origin", "previous_origin", "growth_origin",
    "numerator", "denominator", "numerator_name", "quote",
)  # fmt: skip

_NUMBERS = ("value", "previous", "growth", "numerator", "denominator")
_TYPES = dict.fromkeys(_NUMBERS, "float64") | {"previous_derived": "bool", "decimals": "int64"}

Row = dict[Any, Any]


def text(value: Any) -> str:
    """A text cell of a frame: "" where it is missing."""
    return value if isinstance(value, str) else ""


def nan(value: float | None) -> float:
    return math.nan if value is None else value


def none(value: float) -> float | None:
    return None if math.isnan(value) else value


def public_rows(
    rows: Iterable[Row],
    indicators: Iterable[Row],
    area: str,
    ids: Collection[str],
    *,
    internal: bool = False,
) -> list[dict[Any, Any]]:
    """The rows of public indicators (those named, or an area's, or with area "all" every one), in the
    order of the indicator list and of the stages, with what the list says about each. `internal`:
    the others too, for a build that stays in the office."""
    wanted = [
        indicator
        for indicator in indicators
        if (internal or indicator["publish"] == "public")
        and (indicator["indicator_id"] in ids if ids else area in ("all", indicator["area_id"]))
    ]
    wanted.sort(key=lambda indicator: _AREA_ORDER[indicator["area_id"]])
    about = {
        indicator["indicator_id"]: {name: indicator[name] for name in _ABOUT}
        | {_NUMERATOR: indicator["numerator"], _STAGES: indicator["stage"], "_order": i}
        for i, indicator in enumerate(wanted)
    }
    found = [row | about[row["indicator_id"]] for row in rows if row["indicator_id"] in about]
    last = len(STAGE_ORDER)
    return sorted(found, key=lambda row: (row["_order"], _STAGE_ORDER.get(row["stage"], last)))


def number_of(
    row: Mapping[Any, Any], origin: str, disclosure: Disclosure | None = None, year: int = 0
) -> Number:
    """The value of a row of `public_rows`, ready to print; `disclosure` is that of its year. `year`: that of
    the report in which it leads to where it comes from."""
    ref = ""
    if year:
        other = 0 if int(row["year"]) == year else int(row["year"])
        ref = value_ref(row["indicator_id"], row["stage"], text(row["period"]), year=other)
    return published_number(row, row, origin=origin, disclosure=disclosure, ref=ref)


def value_frame(
    rows: Sequence[Row],
    last: Sequence[Row],
    titles: Mapping[str, str],
    origin: Callable[[Mapping[Any, Any]], str],
    disclosures: tuple[Disclosure | None, Disclosure | None] = (None, None),
) -> pd.DataFrame:
    """One row for each value (statistic 数值) of `rows`, beside the same of `last` (last year's rows).

    A last year's value that was not submitted is derived from this year's and the reported growth
    (statistic 增长率). Columns: COLUMNS. `disclosures` say what of this year's and of last year's
    numbers is withheld.
    """
    now = disclosures[0]
    before = {_key(r): r for r in last if r["statistic"] == "数值"}
    growths = {_key(r): r for r in rows if r["statistic"] == "增长率" and not (now and now.reason(r))}
    found = [
        _row(r, before.get(_key(r)), growths.get(_key(r)), titles, origin, disclosures)
        for r in rows
        if r["statistic"] == "数值"
    ]
    columns = {name: [row[name] for row in found] for name in COLUMNS}
    if None in columns["decimals"]:
        return block_frame(columns, _TYPES | {"decimals": "float64"})
    return block_frame(columns, _TYPES)


def _key(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    return row["indicator_id"], row["stage"], text(row["period"])


def _row(
    row: Mapping[Any, Any],
    last: Mapping[Any, Any] | None,
    grown: Mapping[Any, Any] | None,
    titles: Mapping[str, str],
    origin: Callable[[Mapping[Any, Any]], str],
    disclosures: tuple[Disclosure | None, Disclosure | None],
) -> dict[str, Any]:
    number = number_of(row, origin(row), disclosures[0])
    previous = number_of(last, origin(last), disclosures[1]) if last else None
    reported = math.nan if grown is None else grown["value"]
    words = {
        column: disclosures[0].words(row, column) if disclosures[0] else text(row[column])
        for column in ("note", "quote")
    }
    derived, rate = False, row["kind"] == "rate"
    if (
        (previous is None or previous.value is None)
        and not math.isnan(reported)
        and number.public is not None
    ):
        value = previous_from_growth(number.public, reported)
        decimals = 2 if math.isnan(row["decimals"]) else int(row["decimals"])
        previous = Number(value, number.unit, decimals, min_n=number.min_n)
        derived = value is not None
    computed = math.nan
    if previous and previous.public is not None and number.public is not None:
        difference = number.public - previous.public
        computed = difference if rate else nan(growth(number.public, previous.public))
    shown, places = (computed, 2) if math.isnan(reported) else (reported, min(2, written_decimals(reported)))
    kind = "rate" if rate else "amount"
    return {
        "area": AREAS[row["area_id"]],
        "indicator_id": row["indicator_id"],
        "topic": text(row["topic"]),
        "name": row["name_zh"],
        "short": text(row["short_zh"]) or row["name_zh"],
        "stage": row["stage"],
        "stages": row[_STAGES],
        "unit": number.unit,
        "value": nan(number.public),
        "value_shown": number.digits,
        "value_text": str(number),
        "previous": nan(previous.public if previous else None),
        "previous_shown": (previous.digits + ("（推算）" if derived else "")) if previous else "—",
        "previous_text": f"{previous}{'（推算）' if derived else ''}" if previous else "—",
        "previous_derived": derived,
        "growth": shown,
        "growth_shown": "—" if math.isnan(shown) else change(shown, kind=kind, decimals=places),
        "qualifier": number.qualifier,
        "missing": number.missing,
        "decimals": number.decimals,
        "kind": row["kind"],
        "period": text(row["period"]),
        "note": "；".join(part for part in (text(row["period"]), words["note"]) if part),
        "source": titles.get(row["source_id"], ""),
        "origin": number.origin,
        "previous_origin": previous.origin if previous else "",
        "growth_origin": "" if grown is None or math.isnan(reported) else origin(grown),
        "numerator": math.nan if number.public is None else row["numerator"],
        "denominator": math.nan if number.public is None else row["denominator"],
        "numerator_name": text(row[_NUMERATOR]),
        "quote": words["quote"],
    }


def row_ref(row: Mapping[Any, Any], column: str, year: int) -> str:
    """The submitted value that a column of a row of `Report.values` (or `history`) shows in a report of `year`;
    "" for other columns and other frames, and for a last year's value that was computed."""
    if column not in ("value", "previous") or not row.get("origin"):
        return ""
    when = int(row.get("year", year)) - (column == "previous")
    if column == "previous" and row["previous_derived"]:
        return ""
    return value_ref(row["indicator_id"], row["stage"], row["period"], year=when if when != year else 0)


def derived_year(first: pd.DataFrame) -> list[pd.DataFrame]:
    """The year before the first submission, as far as its reported growths give it; [] where none does."""
    derived = first[first["previous_derived"]]
    if derived.empty:
        return []
    year = int(first["year"].iloc[0]) - 1
    return [
        derived.assign(year=year, value=derived["previous"], value_shown=derived["previous_shown"], origin="")
    ]
