"""Rows of 队伍 (schema STAFFING) as they may be shown: small numbers of persons withheld."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import pandas as pd

from gongbao.present.published import staffing_numbers
from gongbao.workbooks.values import text

COLUMNS = (
    "category", "kind", "period", "value", "value_shown", "value_text", "unit", "qualifier", "missing", "note",
    "quote", "source",
)  # fmt: skip


def staffing_frame(
    rows: Sequence[Mapping[Any, Any]],
    titles: Mapping[str, str],
    categories: Collection[str] = (),
    *,
    internal: bool = False,
) -> pd.DataFrame:
    """The rows that may be shown, of those categories (default: all), in the order given by the office.

    Columns: COLUMNS; `value` is NaN where missing or withheld, `value_shown` is without the unit and
    `value_text` with it, `missing` why there is none. The words of a source that tell a withheld
    number are left out, with whichever row they stand. `titles`: source_id -> title.
    """
    numbers = staffing_numbers(rows, internal=internal)
    hidden = {text(row["quote"]) for row, number in numbers if number.public is None and not _missing(row)}
    found = [
        {
            "category": row["category"],
            "kind": row["kind"],
            "period": text(row["period"]),
            "value": math.nan if number.public is None else number.public,
            "value_shown": number.digits,
            "value_text": str(number),
            "unit": number.unit,
            "qualifier": number.qualifier,
            "missing": number.missing,
            "note": "；".join(part for part in (text(row["period"]), text(row["note"])) if part),
            "quote": "" if text(row["quote"]) in hidden else text(row["quote"]),
            "source": titles.get(text(row["source_id"]), ""),
        }
        for row, number in numbers
        if not categories or row["category"] in categories
    ]
    return pd.DataFrame(found, columns=list(COLUMNS))


def _missing(row: Mapping[Any, Any]) -> bool:
    return row["value"] is None or math.isnan(row["value"])
