"""Charts that several workbooks draw: bars with their words above them, lines against a threshold.

Each is at most 400 px wide and carries its values as text, so that it reads on a phone and in print.
A workbook may draw anything else with Altair; these save it repeating the same marks.

They give Altair charts, but say marks and channels in Vega-Lite's own words: what `mark_bar` and `encode`
would make of them has a hundred attributes for each that is set, copied at every step on the way.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import altair as alt
import pandas as pd

from gongbao.present.marks import HIDDEN_AXIS, Spec, field, layered, mark, nominal, number, unit
from gongbao.present.theme import COLOURS, PALETTE

WIDTH = 330
_ROW = 46
_BAR = 14


def bars(
    data: pd.DataFrame, label: str, value: str, *, limit: str = "", colour: str = "", end: float | None = None
) -> alt.LayerChart:
    """One horizontal bar a row, its words (column `label`) above it, zero at the left.

    `value` is drawn, `limit` (a column, where given) is a tick across the bar, `colour` a column of
    outcomes (pass, fail, undetermined) or names of theme.COLOURS. `end` fixes the scale (100 for a
    share). Rows keep the frame's order.
    """
    names = [label, value, *(name for name in (limit, colour) if name)]
    rows = data[names].reset_index(drop=True)
    rows = rows.assign(row=[f"{i:03d}" for i in range(len(rows))])
    scale: Spec = {"domain": [0, end]} if end is not None else {"zero": True, "nice": False}
    y = nominal("row", axis=None, sort=None)
    fill = (
        nominal(colour, legend=None, scale={"domain": list(COLOURS), "range": list(COLOURS.values())})
        if colour
        else {"value": COLOURS["this"]}
    )
    layers = [
        unit(
            mark("bar", size=_BAR, yOffset=9),
            y=y, x=number(value, title=None, scale=scale, axis=HIDDEN_AXIS), color=fill,
        ),
        unit(mark("text", align="left", baseline="bottom", dy=-3), y=y, x={"value": 4}, text=nominal(label)),
        # The zero line: where nothing is drawn beside it, the value is zero.
        unit(mark("rule", color=COLOURS["line"], strokeWidth=1), x={"value": 0}),
    ]  # fmt: skip
    if limit:
        tick = mark("tick", color=COLOURS["line"], opacity=1, thickness=3, size=_BAR + 6, yOffset=9)
        layers.append(
            unit(tick, y=y, x=number(limit, scale=scale, axis=HIDDEN_AXIS),
                 transform=[{"filter": f"isValid(datum['{limit}'])"}])
        )  # fmt: skip
    return layered(layers, rows, width=WIDTH, height={"step": _ROW})


def grouped_bars(
    data: pd.DataFrame, group: str, step: str, value: str, label: str, steps: Sequence[str]
) -> alt.FacetChart:
    """For each `group` a bar for each of `steps`, in lighter to darker blue, each with its words (`label`)."""
    rows = data[[group, step, value, label]]
    blues = [COLOURS["last"], "#5b8db8", COLOURS["this"]]
    colours = blues if len(steps) == len(blues) else [blues[0], *[COLOURS["this"]] * (len(steps) - 1)]
    # Words stand behind their bar where there is room, so the scale ends well beyond the longest.
    scale = {"domain": [0, float(rows[value].max()) * 1.75]}
    y = nominal(step, sort=list(steps), axis=None)
    x = number(value, title=None, scale=scale, axis=HIDDEN_AXIS)
    colour = nominal(step, title=None, legend=None, scale={"domain": list(steps), "range": colours})
    layers = layered(
        [
            unit(mark("bar", size=_BAR), y=y, x=x, color=colour),
            unit(mark("text", align="left", dx=5), y=y, x=x, text=nominal(label)),
        ],
        width=WIDTH, height={"step": 20},
    )  # fmt: skip
    header = {"title": None, "labelAnchor": "start", "labelOrient": "top", "labelPadding": 2}
    row = nominal(group, sort=list(dict.fromkeys(rows[group])), header=header)
    return alt.FacetChart(rows, spec=layers, facet={"row": row}, spacing=12)


def share_bar(data: pd.DataFrame, label: str, value: str, rest: str) -> alt.Chart:
    """One whole bar cut into its parts, in the frame's order; the words of each part (column `label`)
    stand in the legend, and a part flagged in the column `rest` is grey."""
    rows = data[[label, value, rest]].reset_index(drop=True)
    rows = rows[rows[value] > 0].assign(order=range(int((rows[value] > 0).sum())))
    colours, grey = iter(PALETTE * len(rows)), "#c9ced4"
    scale = {"domain": list(rows[label]), "range": [grey if r else next(colours) for r in rows[rest]]}
    return unit(
        mark("bar", size=28, stroke="white", strokeWidth=1),
        rows,
        x=number(value, title=None, stack="zero"),
        color=nominal(label, title=None, scale=scale, legend={"columns": 1, "labelLimit": 300}),
        order=number("order"),
        width=WIDTH,
        height=44,
    )


def lines(
    data: pd.DataFrame, value: str, series: str, label: str, *, limit: str = "", limit_label: str = ""
) -> alt.VConcatChart:
    """A small chart for each name in `series`, one below the other: years (column year) against `value`.

    Each value is written at its point (column `label`). `limit` and `limit_label`, where given, are
    columns: a dashed line, and its words in the title. All charts have the same span, so that a steeper line is a
    greater change; none begins at zero.
    """
    columns = list(dict.fromkeys(["year", value, series, label, *filter(None, (limit, limit_label))]))
    rows = data[columns].dropna(subset=[value])
    rows = rows.assign(年份=rows["year"].astype(int).astype(str))
    years = sorted(set(rows["年份"]))
    groups = [(name, rows[rows[series] == name]) for name in dict.fromkeys(rows[series])]
    ends = [_ends(group, value, limit) for _, group in groups]
    span = max(high - low for low, high in ends) * 1.8 or 1.0
    panels = [
        _panel(
            group, value, label, limit, years, _around(low, high, span),
            f"{name}{_dashed(group, limit_label)}",
        )
        for (name, group), (low, high) in zip(groups, ends, strict=True)
    ]  # fmt: skip
    return alt.VConcatChart(vconcat=panels, spacing=10)


def _around(low: float, high: float, span: float) -> tuple[float, float]:
    """A range of `span` about the values."""
    middle = (low + high) / 2
    return middle - span / 2, middle + span / 2


def _dashed(rows: pd.DataFrame, limit_label: str) -> str:
    """What the dashed line is, said in the title: beside the line it would hide a value."""
    words = [word for word in rows[limit_label] if word] if limit_label else []
    return f"（虚线：{words[-1]}）" if words else ""


def _ends(rows: pd.DataFrame, value: str, limit: str) -> tuple[float, float]:
    numbers = [*rows[value], *(rows[limit].dropna() if limit else [])]
    return min(numbers), max(numbers)


def _panel(
    rows: pd.DataFrame,
    value: str,
    label: str,
    limit: str,
    years: Sequence[str],
    domain: tuple[float, float],
    title: str,
) -> alt.LayerChart:
    scale = {"domain": list(domain), "nice": False, "zero": False}
    axis = {"labelAngle": 0, "grid": False}
    x = field("年份", "ordinal", title=None, axis=axis, scale={"domain": list(years)})
    y = number(value, title=None, axis=None, scale=scale)
    points = unit(mark("line", point=True, color=COLOURS["this"]), x=x, y=y)
    words = unit(mark("text", dy=-11), x=x, y=y, text=nominal(label))
    size: Spec = {"width": WIDTH - 10, "height": 70, "title": title}
    if not limit or not rows[limit].notna().any():
        return layered([points, words], rows, **size)
    points.data = words.data = rows
    height = number(limit, axis=None, scale=scale)
    last = rows.dropna(subset=[limit]).tail(1)
    rule = unit(mark("rule", strokeDash=[5, 4], color=COLOURS["line"]), last, y=height)
    return layered([points, words, rule], **size)


def dots(
    data: pd.DataFrame,
    label: str,
    value: str,
    shown: str,
    *,
    limit: float | None = None,
    limit_label: str = "",
) -> alt.LayerChart:
    """One dot a row on a scale of shares, its words (column `label`) above it, its value (column `shown`)
    beside it; `limit` is a dashed line with its own words below."""
    rows = data[[label, value, shown]].reset_index(drop=True)
    rows = rows.assign(row=[f"{i:03d}" for i in range(len(rows))])
    known = [*rows[value], *([limit] if limit is not None else [])]
    low = max(0, 10 * math.floor(min(known) / 10 - 0.5))
    scale = {"domain": [low, 100]}
    y = nominal("row", axis=None, sort=None)
    x = number(value, title="%", scale=scale)
    layers = [
        unit(mark("text", align="left", baseline="bottom"), y=y, x={"value": 0}, text=nominal(label)),
        unit(mark("point", size=110, filled=True, yOffset=9), y=y, x=x),
        unit(
            mark("text", align="right", dx=-10, yOffset=9, baseline="middle"), y=y, x=x, text=nominal(shown)
        ),
    ]
    size: Spec = {"width": WIDTH, "height": {"step": _ROW}}
    if limit is None:
        return layered(layers, rows, **size)
    for layer in layers:
        layer.data = rows
    line = pd.DataFrame({"标准": [limit], "字": [limit_label]})
    right = limit > (low + 100) / 2
    at = number("标准", scale=scale)
    words = mark("text", align="right" if right else "left", dx=-4 if right else 4, dy=-6)
    layers += [
        unit(mark("rule", strokeDash=[5, 4], color=COLOURS["line"]), line, x=at),
        unit(words, line, x=at, y={"value": 0}, text=nominal("字")),
    ]
    return layered(layers, **size)
