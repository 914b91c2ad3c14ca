"""Charts that several workbooks draw: bars with their words above them, lines against a threshold.

Each is at most 400 px wide and carries its values as text, so that it reads on a phone and in print.
A workbook may draw anything else with Altair; these save it repeating the same marks.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd

from gongbao.present.theme import COLOURS, PALETTE

WIDTH = 330
# Channels and no `alt.value`: to find the channel, Altair would look through its whole schema each time.
_AT_X: Any = alt.XValue
_AT_Y: Any = alt.YValue
_ROW = 46
_BAR = 14


def bars(
    data: pd.DataFrame, label: str, value: str, *, limit: str = "", colour: str = "", end: float | None = None
) -> alt.TopLevelMixin:
    """One horizontal bar a row, its words (column `label`) above it, zero at the left.

    `value` is drawn, `limit` (a column, where given) is a tick across the bar, `colour` a column of
    outcomes (pass, fail, undetermined) or names of theme.COLOURS. `end` fixes the scale (100 for a
    share). Rows keep the frame's order.
    """
    names = [label, value, *(name for name in (limit, colour) if name)]
    rows = data[names].reset_index(drop=True)
    rows = rows.assign(row=[f"{i:03d}" for i in range(len(rows))])
    scale = alt.Scale(domain=[0, end]) if end is not None else alt.Scale(zero=True, nice=False)
    y = alt.Y("row:N", axis=None, sort=None)
    fill = (
        alt.Color(
            f"{colour}:N",
            legend=None,
            scale=alt.Scale(domain=list(COLOURS), range=list(COLOURS.values())),
        )
        if colour
        else alt.ColorValue(COLOURS["this"])
    )
    base = alt.Chart(rows)
    axis = alt.Axis(labels=False, ticks=False, grid=False, domain=False)
    layers: list[alt.Chart] = [
        base.mark_bar(size=_BAR, yOffset=9).encode(
            y=y, x=alt.X(f"{value}:Q", title=None, scale=scale, axis=axis), color=fill
        ),
        base.mark_text(align="left", baseline="bottom", dy=-3).encode(y=y, x=_AT_X(4), text=alt.Text(f"{label}:N")),
        # The zero line: where nothing is drawn beside it, the value is zero.
        base.mark_rule(color=COLOURS["line"], strokeWidth=1).encode(x=_AT_X(0)),
    ]  # fmt: skip
    if limit:
        ticks = base.transform_filter(f"isValid(datum['{limit}'])")
        layers.append(
            ticks.mark_tick(color=COLOURS["line"], opacity=1, thickness=3, size=_BAR + 6, yOffset=9).encode(
                y=y, x=alt.X(f"{limit}:Q", scale=scale, axis=axis)
            )
        )
    return alt.layer(*layers).properties(width=WIDTH, height=alt.Step(_ROW))


def grouped_bars(
    data: pd.DataFrame, group: str, step: str, value: str, label: str, steps: Sequence[str]
) -> alt.TopLevelMixin:
    """For each `group` a bar for each of `steps`, in lighter to darker blue, each with its words (`label`)."""
    rows = data[[group, step, value, label]]
    blues = [COLOURS["last"], "#5b8db8", COLOURS["this"]]
    colours = blues if len(steps) == len(blues) else [blues[0], *[COLOURS["this"]] * (len(steps) - 1)]
    # Words stand behind their bar where there is room, so the scale ends well beyond the longest.
    scale = alt.Scale(domain=[0, float(rows[value].max()) * 1.75])
    axis = alt.Axis(labels=False, ticks=False, grid=False, domain=False)
    y = alt.Y(f"{step}:N", sort=list(steps), axis=None)
    x = alt.X(f"{value}:Q", title=None, scale=scale, axis=axis)
    base = alt.Chart(rows)
    layers = alt.layer(
        base.mark_bar(size=_BAR).encode(
            y=y, x=x,
            color=alt.Color(f"{step}:N", title=None, legend=None, scale=alt.Scale(domain=list(steps), range=colours)),
        ),
        base.mark_text(align="left", dx=5).encode(y=y, x=x, text=alt.Text(f"{label}:N")),
    ).properties(width=WIDTH, height=alt.Step(20))  # fmt: skip
    header = alt.Header(title=None, labelAnchor="start", labelOrient="top", labelPadding=2)
    facets: alt.TopLevelMixin = layers.facet(
        row=alt.Row(f"{group}:N", sort=list(dict.fromkeys(rows[group])), header=header), spacing=12
    )
    return facets


def share_bar(data: pd.DataFrame, label: str, value: str, rest: str) -> alt.TopLevelMixin:
    """One whole bar cut into its parts, in the frame's order; the words of each part (column `label`)
    stand in the legend, and a part flagged in the column `rest` is grey."""
    rows = data[[label, value, rest]].reset_index(drop=True)
    rows = rows[rows[value] > 0].assign(order=range(int((rows[value] > 0).sum())))
    colours, grey = iter(PALETTE * len(rows)), "#c9ced4"
    scale = alt.Scale(domain=list(rows[label]), range=[grey if r else next(colours) for r in rows[rest]])
    chart: alt.TopLevelMixin = (
        alt.Chart(rows)
        .mark_bar(size=28, stroke="white", strokeWidth=1)
        .encode(
            x=alt.X(f"{value}:Q", title=None, stack="zero"),
            color=alt.Color(
                f"{label}:N", title=None, scale=scale, legend=alt.Legend(columns=1, labelLimit=300)
            ),
            order=alt.Order("order:Q"),
        )
        .properties(width=WIDTH, height=44)
    )
    return chart


def lines(
    data: pd.DataFrame, value: str, series: str, label: str, *, limit: str = "", limit_label: str = ""
) -> alt.TopLevelMixin:
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
        _panel(group, value, label, limit, years, _around(low, high, span))
        .properties(width=WIDTH - 10, height=70, title=f"{name}{_dashed(group, limit_label)}")
        for (name, group), (low, high) in zip(groups, ends, strict=True)
    ]  # fmt: skip
    return alt.vconcat(*panels, spacing=10)


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
) -> Any:
    scale = alt.Scale(domain=list(domain), nice=False, zero=False)
    x = alt.X(
        "年份:O", title=None, axis=alt.Axis(labelAngle=0, grid=False), scale=alt.Scale(domain=list(years))
    )
    y = alt.Y(f"{value}:Q", title=None, axis=None, scale=scale)
    base = alt.Chart(rows)
    layers: list[alt.Chart] = [
        base.mark_line(point=True, color=COLOURS["this"]).encode(x=x, y=y),
        base.mark_text(dy=-11).encode(x=x, y=y, text=alt.Text(f"{label}:N")),
    ]
    if limit and rows[limit].notna().any():
        last = alt.Chart(rows.dropna(subset=[limit]).tail(1))
        height = alt.Y(f"{limit}:Q", axis=None, scale=scale)
        layers.append(last.mark_rule(strokeDash=[5, 4], color=COLOURS["line"]).encode(y=height))
    return alt.layer(*layers)


def dots(
    data: pd.DataFrame,
    label: str,
    value: str,
    shown: str,
    *,
    limit: float | None = None,
    limit_label: str = "",
) -> alt.TopLevelMixin:
    """One dot a row on a scale of shares, its words (column `label`) above it, its value (column `shown`)
    beside it; `limit` is a dashed line with its own words below."""
    rows = data[[label, value, shown]].reset_index(drop=True)
    rows = rows.assign(row=[f"{i:03d}" for i in range(len(rows))])
    known = [*rows[value], *([limit] if limit is not None else [])]
    low = max(0, 10 * math.floor(min(known) / 10 - 0.5))
    scale = alt.Scale(domain=[low, 100])
    y = alt.Y("row:N", axis=None, sort=None)
    x = alt.X(f"{value}:Q", title="%", scale=scale)
    base = alt.Chart(rows)
    layers: list[alt.Chart] = [
        base.mark_text(align="left", baseline="bottom").encode(y=y, x=_AT_X(0), text=alt.Text(f"{label}:N")),
        base.mark_point(size=110, filled=True, yOffset=9).encode(y=y, x=x),
        base.mark_text(align="right", dx=-10, yOffset=9, baseline="middle").encode(
            y=y, x=x, text=alt.Text(f"{shown}:N")
        ),
    ]
    if limit is not None:
        rule = alt.Chart(pd.DataFrame({"标准": [limit], "字": [limit_label]}))
        right = limit > (low + 100) / 2
        layers += [
            rule.mark_rule(strokeDash=[5, 4], color=COLOURS["line"]).encode(x=alt.X("标准:Q", scale=scale)),
            rule.mark_text(align="right" if right else "left", dx=-4 if right else 4, dy=-6).encode(
                x=alt.X("标准:Q", scale=scale), y=_AT_Y(0), text=alt.Text("字:N")
            ),
        ]
    return alt.layer(*layers).properties(width=WIDTH, height=alt.Step(_ROW))
