"""Which charts Altair has found valid: charts that differ only in what the schema can't tell apart count once.

Checking a chart against Vega-Lite's schema costs more than all else about it, and the charts of two
counties differ in numbers and names alone.
"""

from __future__ import annotations

import hashlib
import json
import math
from bisect import bisect
from collections.abc import Iterable
from typing import Any

import altair as alt

LIMITS = (-360, 0, 1, 2, 4, 7, 12, 24, 31, 60, 360, 1000)
"""Every minimum and maximum in Vega-Lite's schema: between two of them it finds all numbers equal."""
NAMED_NUMBERS = {*LIMITS, *range(100, 1000, 100)}
"""These and those that it enumerates: they may be what a rule is about."""

_known: set[str] = set()
_learned: list[str] = []


def checked_dict(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """`chart.to_dict()`: validated, unless one of the same shape was. Raises what it raises."""
    spec: dict[str, Any] = chart.to_dict(validate=False)
    own = {key: value for key, value in spec.items() if key not in ("$schema", "config", "datasets")}
    text = json.dumps(_shape(own, ""), sort_keys=True, default=str)
    shape = hashlib.sha256(text.encode()).hexdigest()
    if shape not in _known:
        chart.to_dict()
        _known.add(shape)
        _learned.append(shape)
    return spec


def learned() -> list[str]:
    """The shapes that this process has found valid since it last asked, to tell others."""
    found = list(_learned)
    _learned.clear()
    return found


def learn(shapes: Iterable[str]) -> None:
    """Take shapes as valid that another process of this build found so."""
    _known.update(shapes)


def _shape(value: Any, key: str) -> Any:
    """A part of a specification without what no rule of the schema looks at.

    The schema knows texts by enumerations, formats and patterns, all of ASCII; of a list of categories or
    the ends of a scale it asks for the type alone. Numbers it knows by LIMITS and enumerations.
    """
    if isinstance(value, dict):
        return {name: _shape(inner, name) for name, inner in value.items()}
    if isinstance(value, list):
        kinds = {type(inner) for inner in value}
        if key in ("domain", "sort") and len(kinds) == 1 and kinds <= {str, int, float}:
            return [f"{min(len(value), 3)} {kinds.pop().__name__}"]
        return [_shape(inner, key) for inner in value]
    if isinstance(value, str):
        if not value.isascii():
            return "字"
        return "data-" if key == "name" and value.startswith("data-") else value
    if type(value) in (int, float) and math.isfinite(value) and value not in NAMED_NUMBERS:
        return f"{'whole' if value == int(value) else 'broken'} {bisect(LIMITS, value)}"
    return value
