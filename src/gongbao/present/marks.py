"""Marks and channels in Vega-Lite's own words, for the charts that this package draws itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

Spec = dict[str, Any]

HIDDEN_AXIS: Spec = {"labels": False, "ticks": False, "grid": False, "domain": False}


def mark(kind: str, **options: Any) -> Spec:
    """A mark and how it looks."""
    return {"type": kind, **options}


def field(name: str, kind: str, **options: Any) -> Spec:
    """A channel that shows a column; `kind` is nominal, ordinal or quantitative."""
    return {"field": name, "type": kind, **options}


def nominal(name: str, **options: Any) -> Spec:
    """A channel of a column of names."""
    return field(name, "nominal", **options)


def number(name: str, **options: Any) -> Spec:
    """A channel of a column of numbers."""
    return field(name, "quantitative", **options)


def unit(
    mark: Any,
    data: pd.DataFrame | None = None,
    *,
    transform: Sequence[Spec] = (),
    width: Any = alt.Undefined,
    height: Any = alt.Undefined,
    **encoding: Spec,
) -> alt.Chart:
    """One mark with its channels. Without `data` it takes that of the chart around it."""
    return alt.Chart(
        alt.Undefined if data is None else data,
        mark=mark,
        encoding=alt.FacetedEncoding(**encoding),
        transform=list(transform) or alt.Undefined,
        width=width,
        height=height,
    )


def layered(layers: Sequence[alt.Chart], data: pd.DataFrame | None = None, **options: Any) -> alt.LayerChart:
    """Marks one above the other. Without `data` each layer brings its own."""
    return alt.LayerChart(data=alt.Undefined if data is None else data, layer=list(layers), **options)
