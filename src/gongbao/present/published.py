"""What of a submitted value may be shown: the one place that withholds small counts and small bases."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from gongbao.present.numbers import Number, written_decimals

# A growth is in percent and a coefficient has no unit, whatever the unit of the indicator itself.
STATISTIC_UNITS = {"增长率": "%", "差异系数": ""}
WITHHELD = "隐去"


def published_number(
    row: Mapping[Any, Any], definition: Mapping[Any, Any], statistic: str = "数值", origin: str = ""
) -> Number:
    """A row of schema.INDICATOR_VALUES as it may be shown, by its indicator's definition.

    A count of 1 to `min_n` - 1 is printed “<5” (with that `min_n`); a rate or ratio whose
    denominator is below `min_n` is withheld (domain.md B11). The value is printed with at most the
    definition's decimals and with no more than were written (98 is not 98.0); a growth or coefficient
    keeps its own.
    """
    value, denominator = _number(row["value"]), _number(row["denominator"])
    least = int(_number(definition["min_n"]) or 0)
    decimals = _number(definition["decimals"])
    missing = _text(row["missing_code"])
    if definition["kind"] in ("rate", "ratio") and denominator is not None and 0 < denominator < least:
        value, missing = None, WITHHELD
    own, places = statistic == "数值", None
    if own and decimals is not None and value is not None:
        places = min(int(decimals), written_decimals(value))
    return Number(
        value=value,
        unit=STATISTIC_UNITS.get(statistic, _text(row["unit"]) or _text(definition["unit"])),
        decimals=places,
        qualifier=_text(row["qualifier"]),
        missing=missing,
        min_n=least if definition["kind"] == "count" and own else 0,
        origin=origin,
    )


def _number(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
