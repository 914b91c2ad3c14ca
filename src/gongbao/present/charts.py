"""From an Altair chart to the specification that is published."""

from __future__ import annotations

import re
from typing import Any

import altair as alt
from altair.utils.schemapi import disable_debug_mode

from gongbao.present.display import VEGALITE
from gongbao.present.theme import config

FIELD = re.compile(r"\w+")


def use_theme() -> None:
    """Make the project's look and an offline renderer the ones that Altair uses in this process."""
    alt.theme.register("gongbao", enable=True)(_theme)
    alt.data_transformers.disable_max_rows()
    alt.renderers.register("gongbao", lambda spec, **_: {VEGALITE: spec, "text/plain": "图"})
    alt.renderers.enable("gongbao")


def check_whole_charts() -> None:
    """Have Altair check a chart once, when it is shown, and not each of its parts as it is made too.

    For builds: what is wrong is found all the same. In JupyterLab the part that is wrong is named.
    """
    disable_debug_mode()


def _theme() -> Any:
    return {"config": config()}


def chart_spec(chart: alt.TopLevelMixin) -> dict[str, Any]:
    """The chart as Vega-Lite, with only those columns of its data that it draws.

    A frame often carries more than a chart shows; what isn't drawn is not published.
    """
    spec: dict[str, Any] = chart.to_dict()
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
