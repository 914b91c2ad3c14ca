"""Charts along the months of a year: what falls in which month, and how many are open at its end.

Each is at most 400 px wide and carries its numbers as text, so that it reads on a phone and in print.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from gongbao.present.theme import COLOURS, PALETTE

_MONTHS = [str(month) for month in range(1, 13)]
_CELL = 22


def month_grid(
    data: pd.DataFrame, row: str, n: str, rows: Sequence[str], label_width: int = 96
) -> alt.TopLevelMixin:
    """A grid of rows × twelve months, the number `n` in each cell that has one (columns month, `row`, `n`).

    The darker the cell the more; an empty cell is a month without any.
    """
    cells = data[["month", row, n]].assign(月=[str(int(month)) for month in data["month"]])
    x = alt.X(
        "月:O",
        title="月",
        sort=_MONTHS,
        scale=alt.Scale(domain=_MONTHS),
        axis=alt.Axis(labelAngle=0, orient="top", labelOverlap=False),
    )
    y = alt.Y(f"{row}:N", title=None, sort=list(rows), scale=alt.Scale(domain=list(rows)),
              axis=alt.Axis(labelLimit=label_width, domain=False, ticks=False))  # fmt: skip
    base = alt.Chart(cells)
    most = max([2, *cells[n]])
    shade = alt.Color(
        f"{n}:Q", legend=None, scale=alt.Scale(domain=[0, most], range=["#dbe6f1", COLOURS["this"]])
    )
    ink = alt.condition(f"datum['{n}'] > {most / 2}", alt.value("white"), alt.value(COLOURS["ink"]))
    return alt.layer(
        base.mark_rect(stroke="white", strokeWidth=2).encode(x=x, y=y, color=shade),
        base.mark_text(fontSize=12).encode(x=x, y=y, text=alt.Text(f"{n}:Q", format="d"), color=ink),
    ).properties(width=12 * _CELL, height=alt.Step(30))  # fmt: skip


def month_bars(data: pd.DataFrame, value: str, unit: str) -> alt.TopLevelMixin:
    """One column for each of the twelve months (column month), its value on top rounded to whole numbers."""
    months = data[["month", value]].assign(月=[str(int(month)) for month in data["month"]])
    x = alt.X("月:O", title="月", sort=_MONTHS, axis=alt.Axis(labelAngle=0, labelOverlap=False))
    base = alt.Chart(months)
    return alt.layer(
        base.mark_bar().encode(x=x, y=alt.Y(f"{value}:Q", title=unit)),
        base.mark_text(dy=-7, fontSize=12).encode(
            x=x, y=alt.Y(f"{value}:Q"), text=alt.Text(f"{value}:Q", format=".0f")
        ),
    ).properties(width=300, height=170)


def open_cases(data: pd.DataFrame) -> alt.TopLevelMixin:
    """Open cases at each month's end as bars, the overdue among them in another colour
    (standards.rectification.burn_down: month 0 is the end of last year)."""
    words = ["年初" if not month else str(int(month)) for month in data["month"]]
    wide = data.assign(月=words, 未到期=data["open"] - data["overdue"], 已逾期=data["overdue"])
    parts = wide.melt(id_vars=["月"], value_vars=["已逾期", "未到期"], var_name="部分", value_name="项")
    x = alt.X("月:O", title="月末", sort=words, axis=alt.Axis(labelAngle=0, labelOverlap=False))
    colours = alt.Scale(domain=["已逾期", "未到期"], range=[COLOURS["fail"], COLOURS["last"]])
    bars = alt.Chart(parts).mark_bar().encode(
        x=x,
        y=alt.Y("项:Q", title="未办结（项）", stack="zero", axis=alt.Axis(tickMinStep=1, format="d")),
        color=alt.Color("部分:N", title=None, scale=colours),
        order=alt.Order("部分:N", sort="ascending"),
    )  # fmt: skip
    totals = alt.Chart(wide[["月", "open"]]).mark_text(dy=-8).encode(
        x=x, y=alt.Y("open:Q"), text=alt.Text("open:Q", format="d")
    )  # fmt: skip
    return alt.layer(bars, totals).properties(width=13 * 24, height=200)


def stacked_counts(data: pd.DataFrame, row: str, parts: Sequence[str]) -> alt.TopLevelMixin:
    """Bars of whole things cut into `parts` (columns), the sum at the end; rows in the frame's order."""
    names = [str(name) for name in data[row]]
    left = data[[row, *parts]].assign(合计=data[list(parts)].sum(axis=1))
    long = left.melt(id_vars=[row], value_vars=list(parts), var_name="部分", value_name="数")
    long = long[long["数"] > 0].assign(order=lambda f: [list(parts).index(p) for p in f["部分"]])
    scale = alt.Scale(domain=list(parts), range=[PALETTE[i % len(PALETTE)] for i in range(len(parts))])
    y = alt.Y(f"{row}:N", title=None, sort=names, axis=alt.Axis(labelLimit=120))
    bars = alt.Chart(long).mark_bar(size=18, stroke="white").encode(
        y=y,
        x=alt.X("数:Q", title=None, stack="zero", axis=alt.Axis(tickMinStep=1, format="d")),
        color=alt.Color("部分:N", title=None, scale=scale),
        order=alt.Order("order:Q"),
    )  # fmt: skip
    totals = alt.Chart(left[[row, "合计"]]).mark_text(align="left", dx=4).encode(
        y=y, x=alt.X("合计:Q"), text=alt.Text("合计:Q", format="d")
    )  # fmt: skip
    return alt.layer(bars, totals).properties(width=230, height=alt.Step(32))
