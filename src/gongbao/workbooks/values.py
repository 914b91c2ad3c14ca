"""Published indicator values as a frame: this year's, last year's and the growth, each as printed too."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from gongbao.data.schema import AREAS
from gongbao.present import Number, change
from gongbao.present.published import published_number
from gongbao.standards import growth, previous_from_growth

STAGE_ORDER = ("幼儿园", "小学", "初中", "义务教育", "普通高中", "职业高中", "高中", "全部")
COLUMNS = (
    "area", "indicator_id", "topic", "name", "short", "stage", "unit", "value", "value_shown", "previous",
    "previous_shown", "previous_text", "previous_derived", "growth", "growth_shown", "qualifier", "missing",
    "decimals", "kind", "period", "note", "source", "origin",
)  # fmt: skip


def text(value: Any) -> str:
    """A text cell of a frame: "" where it is missing."""
    return value if isinstance(value, str) else ""


def nan(value: float | None) -> float:
    return math.nan if value is None else value


def none(value: float) -> float | None:
    return None if math.isnan(value) else value


def public_rows(
    rows: pd.DataFrame, indicators: pd.DataFrame, area: str, ids: tuple[str, ...]
) -> pd.DataFrame:
    """The rows of public indicators (those named, or an area's, or with area "all" every one), in the
    order of the indicator list and of the stages, with what the list says about each."""
    wanted = indicators[indicators["publish"] == "public"]
    if ids:
        wanted = wanted[wanted["indicator_id"].isin(ids)]
    elif area != "all":
        wanted = wanted[wanted["area_id"] == area]
    keep = ["indicator_id", "area_id", "topic", "name_zh", "short_zh", "decimals", "kind", "min_n"]
    areas = wanted["area_id"].map({name: i for i, name in enumerate(AREAS)})
    wanted = wanted.assign(_area=areas).sort_values("_area", kind="stable")
    merged = rows.merge(wanted[keep].assign(_order=range(len(wanted))), on="indicator_id", how="inner")
    stage = merged["stage"].map({name: i for i, name in enumerate(STAGE_ORDER)})
    return merged.assign(_stage=stage).sort_values(["_order", "_stage"], kind="stable").reset_index(drop=True)


def number_of(row: Mapping[Any, Any], origin: str) -> Number:
    """The value of a row of `public_rows`, ready to print."""
    return published_number(row, row, origin=origin)


def value_frame(
    rows: pd.DataFrame,
    last: pd.DataFrame,
    titles: Mapping[str, str],
    origin: Callable[[Mapping[Any, Any]], str],
) -> pd.DataFrame:
    """One row for each value (statistic 数值) of `rows`, beside the same of `last` (last year's rows).

    A last year's value that was not submitted is derived from this year's and the reported growth
    (statistic 增长率). Columns: COLUMNS.
    """
    before = {_key(r): r for r in last.to_dict("records") if r["statistic"] == "数值"}
    growths = {_key(r): r["value"] for r in rows.to_dict("records") if r["statistic"] == "增长率"}
    found = [
        _row(r, before.get(_key(r)), growths.get(_key(r), math.nan), titles, origin)
        for r in rows[rows["statistic"] == "数值"].to_dict("records")
    ]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _key(row: Mapping[Any, Any]) -> tuple[str, str, str]:
    return row["indicator_id"], row["stage"], text(row["period"])


def _row(
    row: Mapping[Any, Any],
    last: Mapping[Any, Any] | None,
    reported: float,
    titles: Mapping[str, str],
    origin: Callable[[Mapping[Any, Any]], str],
) -> dict[str, Any]:
    number = number_of(row, origin(row))
    previous = number_of(last, origin(last)) if last else None
    derived, rate = False, row["kind"] == "rate"
    if (
        (previous is None or previous.value is None)
        and not math.isnan(reported)
        and number.public is not None
    ):
        value = previous_from_growth(number.public, reported)
        previous = Number(value, number.unit, 2 if number.decimals is None else number.decimals)
        derived = value is not None
    computed = math.nan
    if previous and previous.public is not None and number.public is not None:
        difference = number.public - previous.public
        computed = difference if rate else nan(growth(number.public, previous.public))
    shown = computed if math.isnan(reported) else reported
    return {
        "area": AREAS[row["area_id"]],
        "indicator_id": row["indicator_id"],
        "topic": text(row["topic"]),
        "name": row["name_zh"],
        "short": text(row["short_zh"]) or row["name_zh"],
        "stage": row["stage"],
        "unit": number.unit,
        "value": nan(number.public),
        "value_shown": number.digits,
        "previous": nan(previous.public if previous else None),
        "previous_shown": (previous.digits + ("（推算）" if derived else "")) if previous else "—",
        "previous_text": f"{previous}{'（推算）' if derived else ''}" if previous else "—",
        "previous_derived": derived,
        "growth": shown,
        "growth_shown": "—" if math.isnan(shown) else change(shown, kind="rate" if rate else "amount"),
        "qualifier": number.qualifier,
        "missing": number.missing,
        "decimals": number.decimals,
        "kind": row["kind"],
        "period": text(row["period"]),
        "note": "；".join(part for part in (text(row["period"]), text(row["note"])) if part),
        "source": titles.get(row["source_id"], ""),
        "origin": number.origin,
    }
