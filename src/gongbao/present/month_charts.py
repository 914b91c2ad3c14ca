"""Charts along the months of a year: what falls in which month, and how many are open at its end.

Each is at most 400 px wide and carries its numbers as text, so that it reads on a phone and in print.
"""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from gongbao.present.marks import Spec, field, layered, mark, nominal, number, unit
from gongbao.present.theme import COLOURS, PALETTE

_MONTHS = [str(month) for month in range(1, 13)]
_CELL = 22
_LEVEL_AXIS: Spec = {"labelAngle": 0, "labelOverlap": False}
_WHOLE_AXIS: Spec = {"tickMinStep": 1, "format": "d"}


def month_grid(
    data: pd.DataFrame, row: str, n: str, rows: Sequence[str], label_width: int = 96
) -> alt.LayerChart:
    """A grid of rows × twelve months, the number `n` in each cell that has one (columns month, `row`, `n`).

    The darker the cell the more; an empty cell is a month without any.
    """
    cells = data[["month", row, n]].assign(月=[str(int(month)) for month in data["month"]])
    axis = {"labelAngle": 0, "orient": "top", "labelOverlap": False}
    x = field("月", "ordinal", title="月", sort=_MONTHS, scale={"domain": _MONTHS}, axis=axis)
    y = nominal(row, title=None, sort=list(rows), scale={"domain": list(rows)},
                axis={"labelLimit": label_width, "domain": False, "ticks": False})  # fmt: skip
    most = max([2, *cells[n]])
    shade = number(n, legend=None, scale={"domain": [0, most], "range": ["#dbe6f1", COLOURS["this"]]})
    ink = {
        "condition": {"test": f"datum['{n}'] > {most / 2}", "value": "white"},
        "value": COLOURS["ink"],
    }
    return layered(
        [
            unit(mark("rect", stroke="white", strokeWidth=2), x=x, y=y, color=shade),
            unit(mark("text", fontSize=12), x=x, y=y, text=number(n, format="d"), color=ink),
        ],
        cells, width=12 * _CELL, height={"step": 30},
    )  # fmt: skip


def month_bars(data: pd.DataFrame, value: str, measure: str) -> alt.LayerChart:
    """One column for each of the twelve months (column month), its value on top rounded to whole numbers."""
    months = data[["month", value]].assign(月=[str(int(month)) for month in data["month"]])
    x = field("月", "ordinal", title="月", sort=_MONTHS, axis=_LEVEL_AXIS)
    words = number(value, format=".0f")
    return layered(
        [
            unit(mark("bar"), x=x, y=number(value, title=measure)),
            unit(mark("text", dy=-7, fontSize=12), x=x, y=number(value), text=words),
        ],
        months, width=300, height=170,
    )  # fmt: skip


def open_cases(data: pd.DataFrame) -> alt.LayerChart:
    """Open cases at each month's end as bars, the overdue among them in another colour
    (standards.rectification.burn_down: month 0 is the end of last year)."""
    words = ["年初" if not month else str(int(month)) for month in data["month"]]
    wide = data.assign(月=words, 未到期=data["open"] - data["overdue"], 已逾期=data["overdue"])
    parts = wide.melt(id_vars=["月"], value_vars=["已逾期", "未到期"], var_name="部分", value_name="项")
    x = field("月", "ordinal", title="月末", sort=words, axis=_LEVEL_AXIS)
    colours = {"domain": ["已逾期", "未到期"], "range": [COLOURS["fail"], COLOURS["last"]]}
    bars = unit(
        mark("bar"),
        parts,
        x=x,
        y=number("项", title="未办结（项）", stack="zero", axis=_WHOLE_AXIS),
        color=nominal("部分", title=None, scale=colours),
        order=nominal("部分", sort="ascending"),
    )
    totals = unit(
        mark("text", dy=-8), wide[["月", "open"]], x=x, y=number("open"), text=number("open", format="d")
    )
    return layered([bars, totals], width=13 * 24, height=200)


def stacked_counts(data: pd.DataFrame, row: str, parts: Sequence[str]) -> alt.LayerChart:
    """Bars of whole things cut into `parts` (columns), the sum at the end; rows in the frame's order."""
    names = [str(name) for name in data[row]]
    left = data[[row, *parts]].assign(合计=data[list(parts)].sum(axis=1))
    long = left.melt(id_vars=[row], value_vars=list(parts), var_name="部分", value_name="数")
    long = long[long["数"] > 0].assign(order=lambda f: [list(parts).index(p) for p in f["部分"]])
    scale = {"domain": list(parts), "range": [PALETTE[i % len(PALETTE)] for i in range(len(parts))]}
    y = nominal(row, title=None, sort=names, axis={"labelLimit": 120})
    bars = unit(
        mark("bar", size=18, stroke="white"),
        long,
        y=y,
        x=number("数", title=None, stack="zero", axis=_WHOLE_AXIS),
        color=nominal("部分", title=None, scale=scale),
        order=number("order"),
    )
    totals = unit(
        mark("text", align="left", dx=4), left[[row, "合计"]],
        y=y, x=number("合计"), text=number("合计", format="d"),
    )  # fmt: skip
    return layered([bars, totals], width=230, height={"step": 32})
