"""大班额 and 学校布局: how a number of classes or schools became another."""

from __future__ import annotations

import math
import re

import pandas as pd

from gongbao.present import Number, Sentence, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards.guarantee import CLASS_BANDS
from gongbao.workbooks.bases import place_of, with_place

COUNT, RESOLVED = "large_class_count", "large_classes_resolved"
LAYOUT = "布局"
BAND_NAMES = ("45人及以下", "46至50人", "51至55人", "56人及以上")
_YEAR = re.compile(r"^(\d{4})年?(?:末|底|初)?$")


def large_class_steps(values: pd.DataFrame) -> pd.DataFrame:
    """From last year's number of large classes to this year's, for a waterfall; empty unless both are known.

    `values` are rows of `Report.values`. Columns: step, change, change_shown, low, high (the bar),
    colour (of theme.COLOURS). What was dissolved comes off, what is left over arose anew; when the
    dissolved classes do not explain the fall, the rest is a step “其他减少”.
    """
    by_id = {r["indicator_id"]: r for r in row_dicts(values) if r["indicator_id"] in (COUNT, RESOLVED)}
    columns = ["step", "change", "change_shown", "low", "high", "colour"]
    count = by_id.get(COUNT)
    if count is None or math.isnan(count["value"]) or math.isnan(count["previous"]):
        return pd.DataFrame(columns=columns)
    before, now = count["previous"], count["value"]
    rows = [("上年末", before, plain(before, 0), 0.0, before, "last")]
    gone = by_id.get(RESOLVED, {"value": math.nan})["value"]
    level = before
    if not math.isnan(gone) and gone <= before:
        rows.append(("化解", -gone, f"−{plain(gone, 0)}", before - gone, before, "pass"))
        level = before - gone
    if now != level:
        word = "新增" if now > level else "其他减少"
        sign = "+" if now > level else "−"
        colour = "fail" if now > level else "pass"
        rows.append(
            (
                word,
                now - level,
                f"{sign}{plain(abs(now - level), 0)}",
                min(now, level),
                max(now, level),
                colour,
            )
        )
    rows.append(("本年末", now, plain(now, 0), 0.0, now, "this"))
    return pd.DataFrame(rows, columns=columns)


def large_class_sentence(values: pd.DataFrame) -> Sentence | None:
    """“大班额由3个减少到2个，当年化解5个。”, or what of it is known; None when nothing is."""
    by_id = {r["indicator_id"]: r for r in row_dicts(values) if r["indicator_id"] in (COUNT, RESOLVED)}
    count, gone = by_id.get(COUNT), by_id.get(RESOLVED)
    parts = []
    if count is not None and not math.isnan(count["value"]):
        was = f"，上年为{count['previous_text']}" if not math.isnan(count["previous"]) else ""
        parts.append(f"年末有大班额{count['value_text']}{was}")
    if gone is not None and not math.isnan(gone["value"]):
        parts.append(f"当年化解大班额{gone['value_text']}")
    return bind("{parts}。", {"parts": "，".join(parts)}) if parts else None


def class_size_rows(sizes: pd.DataFrame) -> pd.DataFrame:
    """Classes by size for a chart: level, band, classes, share (%), from standards.guarantee.class_bands."""
    rows = [
        (r["level"], word, r[name], 100 * r[name] / r["classes"])
        for r in row_dicts(sizes)
        for (name, _), word in zip(CLASS_BANDS, BAND_NAMES, strict=True)
        if r["classes"]
    ]
    return with_place(pd.DataFrame(rows, columns=["level", "band", "classes", "share"]), place_of(sizes))


def class_size_sentence(sizes: pd.DataFrame) -> Sentence:
    """How many classes of each level have 56 pupils or more."""
    words = [
        f"{r['level']}{int(r['classes'])}个班中{int(r[CLASS_BANDS[-1][0]])}个在56人及以上"
        for r in row_dicts(sizes)
    ]
    return bind("{words}。", {"words": "；".join(words)})


def layout_points(history: pd.DataFrame) -> list[pd.DataFrame]:
    """Counts of 学校布局 over the years, a frame for each indicator that is known for two years or more.

    `history` are rows of `Report.history`. A value whose period names another year (2001年) stands at
    that year. Columns: name, year, value, value_shown, unit, source; oldest first.
    """
    found: dict[tuple[str, str], dict[int, dict[str, object]]] = {}
    for row in row_dicts(history):
        if LAYOUT not in str(row["topic"]) or math.isnan(row["value"]):
            continue
        named = _YEAR.match(row["period"])
        if row["period"] and not named:
            continue
        year = int(named[1]) if named else int(row["year"])
        line = {name: row[name] for name in ("name", "value", "value_shown", "value_text", "unit", "source")}
        found.setdefault((row["indicator_id"], row["stage"]), {})[year] = {"year": year} | line
    return [pd.DataFrame([years[y] for y in sorted(years)]) for years in found.values() if len(years) > 1]


def layout_sentence(points: pd.DataFrame) -> Sentence:
    """“中小学数由2001年的1039所减少到2012年的258所，减少75.2%。”"""
    first, last = points.iloc[0], points.iloc[-1]
    difference = last["value"] - first["value"]
    bound = {
        "name": first["name"], "year0": str(first["year"]), "year1": str(last["year"]),
        "first": Number(float(first["value"]), str(first["unit"]), 0),
        "last": Number(float(last["value"]), str(last["unit"]), 0),
    }  # fmt: skip
    if not difference:
        return bind("{name}{year1}年为{last}，与{year0}年相同。", bound)
    verb = "增加" if difference > 0 else "减少"
    share = f"，{verb}{plain(abs(difference) / first['value'] * 100, 1)}%" if first["value"] else ""
    return bind(
        "{name}由{year0}年的{first}{verb}到{year1}年的{last}{share}。", bound | {"verb": verb, "share": share}
    )
