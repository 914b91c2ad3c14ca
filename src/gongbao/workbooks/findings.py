"""What charts and tables find, in words and small frames; every number comes from the data given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from gongbao.data.columns import AREAS
from gongbao.present import Cell, Fact, Sentence, Verdict, change
from gongbao.present.asking import value_ref
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards import Outcome
from gongbao.workbooks.bases import value_basis
from gongbao.workbooks.values import row_ref


def told(row: Mapping[Any, Any], column: str, year: int, words: str = "{}") -> Cell:
    """A number of a row of `Report.values` of `year` as a sentence prints it, with its unit and leading to where
    it comes from. `column` is value, previous or growth. `words` are what is said of it, {} where it stands: what
    belongs together is one link, and one phrase to put into English."""
    shown = row["growth_shown"] if column == "growth" else row[f"{column}_text"]
    return Cell(
        words.replace("{}", shown), ref=row_ref(row, column, year), basis=value_basis(row, column, year)
    )


def fact(row: Mapping[Any, Any]) -> Fact:
    """A key figure from a row of `Report.values`."""
    remark = f"比上年{row['growth_shown']}" if row["growth_shown"] != "—" else ""
    value = row["value"]
    known = not math.isnan(value)
    shown = row["value_text"]
    return Fact(
        row["name"],
        shown,
        remark,
        float(value) if known else None,
        row["unit"],
        row["indicator_id"],
        row["stage"],
        value_ref(row["indicator_id"], row["stage"], row["period"]),
    )


def facts(values: pd.DataFrame) -> list[Fact]:
    """A key figure for each row of `Report.values`."""
    return [fact(row) for row in row_dicts(values)]


def derived_note(values: pd.DataFrame) -> str:
    """The note under a table that holds derived last-year values, "" if none is derived."""
    if not values["previous_derived"].any():
        return ""
    return "标“（推算）”的上年数由本年数和填报的增长率推算，未见于原文。"


def growth_finding(values: pd.DataFrame) -> Sentence:
    """Which stages grew and which fell, from `Report.only_grow`."""
    known = values[values["outcome"] != Outcome.UNDETERMINED]
    if known.empty:
        return bind("各学段缺上年数，不能比较。", {})
    down = known[known["outcome"] == Outcome.FAIL]
    if len(down):
        return bind(
            "可比的{n}个学段中，{which}低于上年。", {"n": len(known), "which": "、".join(down["stage"])}
        )
    grown = sorted(row_dicts(known.dropna(subset=["growth"])), key=lambda row: row["growth"])
    if not grown:
        return bind("可比的{n}个学段都不低于上年。", {"n": len(known)})
    least, most = grown[0], grown[-1]
    return bind(
        "可比的{n}个学段都不低于上年；{most}{up}，增幅最大；{least}{low}，增幅最小。",
        {
            "n": len(known), "most": most["stage"], "up": most["growth_shown"], "least": least["stage"],
            "low": least["growth_shown"],
        },
    )  # fmt: skip


def trend_finding(history: pd.DataFrame) -> Sentence:
    """From the first to the last year of each stage (`Report.history`)."""
    parts = []
    for stage, rows in history.dropna(subset=["value"]).groupby("stage", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        if first["year"] != last["year"] and first["value"]:
            grown = change((last["value"] / first["value"] - 1) * 100)
            parts.append(f"{stage}{first['year']}至{last['year']}年{grown}")
    return bind("{parts}。", {"parts": "；".join(parts) or "没有可比的年度"})


def coefficient_finding(coefficients: pd.DataFrame) -> Sentence:
    """How many coefficients keep their limit and which do not (`Balance.coefficients`)."""
    failing = coefficients[coefficients["outcome"] == Outcome.FAIL]
    open_ = int((coefficients["outcome"] == Outcome.UNDETERMINED).sum())
    which = "、".join(f"{r['level']}{r['short']}（{r['cv_shown']}）" for r in row_dicts(failing))
    return bind(
        "{n}项差异系数中{met}项达标{failing}{open}。",
        {
            "n": len(coefficients), "met": int((coefficients["outcome"] == Outcome.PASS).sum()),
            "failing": f"，{len(failing)}项未达标：{which}" if len(failing) else "",
            "open": f"，{open_}项待定" if open_ else "",
        },
    )  # fmt: skip


def ratio_finding(summary: pd.DataFrame) -> Sentence:
    """Which indicator the most schools miss (`Balance.ratio_summary`)."""
    rows = [row | {"missed": row["schools"] - row["met"]} for row in row_dicts(summary)]
    worst = max(rows, key=lambda row: row["missed"])
    if worst["missed"] == 0:
        return bind("列出的学校各项指标都达到标准。", {})
    return bind(
        "低于标准的学校最多的是{level}{name}：{missed}所/{all}所。",
        {
            "level": worst["level"],
            "name": worst["short"],
            "missed": int(worst["missed"]),
            "all": int(worst["schools"]),
        },
    )


def verdict_counts(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """How many verdicts are 达标, 未达标, 待定."""
    counts = {outcome.label: 0 for outcome in Outcome}
    for verdict in verdicts:
        counts[verdict.word] += 1
    return counts


def verdict_table(verdicts: Sequence[Verdict]) -> pd.DataFrame:
    """Verdicts as a frame: area, label, outcome, shown, target, gap; a headline is left out where the
    verdicts it sums up are listed themselves."""
    detailed = {v.key for v in verdicts if not v.headline}
    rows = [
        {"area": _area(v), "label": v.label, "outcome": Outcome(v.outcome), "shown": v.shown or "—",
         "target": v.target or "—", "gap": v.gap or "—"}
        for v in verdicts
        if not (v.headline and any(key.startswith(f"{v.key}.") for key in detailed))
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["area", "label", "outcome", "shown", "target", "gap"])


def verdict_changes(before: Sequence[Verdict], after: Sequence[Verdict]) -> pd.DataFrame:
    """Verdicts that differ between two years: area, label, before, after, shown.

    One that last year had and this year lacks is a change too: `after` is then 没有结论.
    """
    old, new = {v.key: v for v in before}, {v.key for v in after}
    rows = [
        {"area": _area(v), "label": v.label, "before": Outcome(old[v.key].outcome), "after": Outcome(v.outcome),
         "shown": v.shown or "—"}
        for v in after
        if v.key in old and old[v.key].outcome != v.outcome
    ]  # fmt: skip
    rows += [
        {"area": _area(v), "label": v.label, "before": Outcome(v.outcome), "after": "没有结论", "shown": "本年度未报"}
        for v in before
        if v.key not in new
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["area", "label", "before", "after", "shown"])


def _area(verdict: Verdict) -> str:
    return AREAS[verdict.key.split(".")[0]]
