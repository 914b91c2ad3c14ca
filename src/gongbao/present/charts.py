"""From an Altair chart to the specification that is published."""

from __future__ import annotations

import math
import re
from typing import Any

import altair as alt
import pandas as pd
from altair.utils.data import to_values
from altair.utils.schemapi import disable_debug_mode

from gongbao.present.display import VEGALITE
from gongbao.present.shapes import checked_dict
from gongbao.present.theme import config

FIELD = re.compile(r"\w+")


def use_theme() -> None:
    """Make the project's look and an offline renderer the ones that Altair uses in this process."""
    alt.theme.register("gongbao", enable=True)(_theme)
    alt.data_transformers.register("gongbao", _rows)
    alt.data_transformers.enable("gongbao")
    alt.renderers.register("gongbao", lambda spec, **_: {VEGALITE: spec, "text/plain": "图"})
    alt.renderers.enable("gongbao")


def check_whole_charts() -> None:
    """Have Altair check a chart once, when it is shown, and not each of its parts as it is made too.

    For builds: what is wrong is found all the same. In JupyterLab the part that is wrong is named.
    """
    disable_debug_mode()


def _theme() -> Any:
    return {"config": config()}


def _rows(data: Any) -> Any:
    """What Altair's own transformer makes of a chart's data, for frames of numbers and texts sooner. How numbers
    were computed is no data."""
    if isinstance(data, pd.DataFrame) and (said := [n for n in data.columns if str(n).endswith("_basis")]):
        data = data.drop(columns=said)
    if not isinstance(data, pd.DataFrame) or not all(isinstance(name, str) for name in data.columns):
        return to_values(data)
    columns = []
    for _, column in data.items():
        match column.dtype.kind, str(column.dtype):
            case "f", _:
                values = [value if math.isfinite(value) else None for value in column.tolist()]
            case (("i" | "b"), ("int64" | "bool")):
                values = column.tolist()
            case _, ("str" | "object"):
                values = column.tolist()
                if not all(isinstance(value, str) for value in values):
                    if not all(map(_text_or_missing, values)):
                        return to_values(data)
                    values = [value if isinstance(value, str) else None for value in values]
            case _:
                return to_values(data)
        columns.append(values)
    names = list(data.columns)
    return {"values": [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]}


def _text_or_missing(value: Any) -> bool:
    return isinstance(value, str) or value is None or (isinstance(value, float) and math.isnan(value))


def chart_spec(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The chart as Vega-Lite, with only those columns of its data that it draws.

    A frame often carries more than a chart shows; what isn't drawn is not published.
    """
    spec = checked_dict(chart)
    datasets = spec.pop("datasets", {})
    # A field may be named anywhere: in an encoding, a transform, an expression. A word that happens
    # to be a column's name keeps the column, which is harmless; a column never named is dropped.
    words = set(FIELD.findall(str({k: v for k, v in spec.items() if k != "config"})))
    if datasets:
        spec["datasets"] = {
            name: [{k: v for k, v in row.items() if k in words} for row in rows]
            for name, rows in datasets.items()
        }
    return spec
