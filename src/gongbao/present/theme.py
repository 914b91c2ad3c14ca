"""The look of the charts: font, sizes, and colours with one meaning each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

FONT_FAMILY = "Gongbao Sans"
FONT_FOLDER = Path(__file__).parent / "fonts"
# The font's widths and kerning as a table: what the text of an SVG is measured with.
MEASURES_FOLDER = Path(__file__).parent / "measures"
# Drawn with the first; where a chart is shown by a reader's own browser, the next ones stand in.
FONTS = f"{FONT_FAMILY}, Noto Sans SC, Source Han Sans SC, PingFang SC, Microsoft YaHei, sans-serif"
VEGALITE_VERSION = "6.4"

# Okabe-Ito hues, told apart with the common colour blindnesses, dark enough on white.
COLOURS = {
    "this": "#0b5394",
    "last": "#9db8d2",
    "pass": "#00725a",
    "fail": "#b3431e",
    "undetermined": "#6b6b6b",
    "line": "#1f2328",
    "ink": "#1f2328",
    "grid": "#e3e6ea",
}
# For categories without a verdict: none of the hues above that mean one.
PALETTE = ["#0b5394", "#a56a00", "#8a5a9e", "#4c6272", "#c27ba0", "#5b8db8"]


def config() -> dict[str, Any]:
    """Vega-Lite configuration of every chart. The width leaves a chart legible at 390 px."""
    text = {"font": FONTS, "fontSize": 13, "color": COLOURS["ink"]}
    return {
        "font": FONTS,
        "background": "transparent",
        "view": {"stroke": None, "continuousWidth": 460, "continuousHeight": 260},
        "range": {"category": PALETTE},
        "axis": {
            "labelFontSize": 13,
            "titleFontSize": 13,
            "titleFontWeight": "normal",
            "labelColor": COLOURS["ink"],
            "titleColor": COLOURS["ink"],
            "gridColor": COLOURS["grid"],
            "domainColor": "#8b949e",
            "tickColor": "#8b949e",
            "labelLimit": 220,
        },
        "axisX": {"labelOverlap": True, "labelSeparation": 8, "tickCount": 5},
        "legend": {
            "labelFontSize": 13,
            "titleFontSize": 13,
            "titleFontWeight": "normal",
            "orient": "top",
            "labelColor": COLOURS["ink"],
            "titleColor": COLOURS["ink"],
        },
        "header": {
            "labelFontSize": 13,
            "titleFontSize": 13,
            "titleFontWeight": "normal",
            "labelFontWeight": "normal",
            "labelColor": COLOURS["ink"],
        },
        "title": {"fontSize": 14, "fontWeight": "normal", "anchor": "start", "color": COLOURS["ink"]},
        "text": text,
        "bar": {"fill": COLOURS["this"]},
        "point": {"size": 60, "filled": True, "color": COLOURS["this"], "opacity": 0.8},
        "line": {"strokeWidth": 2, "color": COLOURS["this"]},
        "rule": {"color": COLOURS["line"], "strokeWidth": 1.5},
        "locale": {
            "number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["¥", ""]},
        },
    }
