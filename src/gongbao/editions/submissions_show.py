"""Two submissions side by side as text, JSON and a web page, with what the change does to the bulletin."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from markupsafe import Markup

from gongbao.editions.change import Changes
from gongbao.editions.change_words import STATES, counted
from gongbao.editions.changes_page import changes_html, environment, whole_page
from gongbao.editions.changes_text import changes_lines
from gongbao.editions.submissions import RowChange, Submission, TableChange
from gongbao.editions.text_table import WIDTH, text_table

NOTICE = "本对照取自填报表原始数据，含内部指标和不公布的数值，只供本单位使用，不得公开。"
_STATES = ("changed", "added", "removed")
_EMPTY = "（空）"


@dataclass(frozen=True)
class SubmissionsDiff:
    """A comparison of two submissions. `effect`: what it does to the bulletin; None where that can't be
    told, then `effect_note` says why."""

    old: Submission
    new: Submission
    tables: tuple[TableChange, ...]
    effect: Changes | None = None
    effect_note: str = ""

    def __bool__(self) -> bool:
        return bool(self.tables)

    @property
    def names(self) -> tuple[str, str]:
        return _told(self.old), _told(self.new)

    @property
    def summary(self) -> str:
        """“共 3 行不同：指标数据 改变 2，学校 新增 1。”"""
        if not self.tables:
            return "没有不同。"
        parts = [
            f"{t.label} {'、'.join(f'{STATES[s]} {n}' for s in _STATES if (n := t.count(s)))}"
            for t in self.tables
        ]
        return f"共 {sum(len(t.rows) for t in self.tables)} 行不同：{'；'.join(parts)}。"


def _told(side: Submission) -> str:
    regions = side.dataset.table("regions", side.region)
    name = "" if regions.empty else str(regions.iloc[-1]["region_name"])
    return f"{side.name}（{name or side.region} {side.year}年）"


def problem_lines(diff: SubmissionsDiff) -> list[str]:
    """How many problems each side has, where it has any."""
    lines = []
    for word, side in (("旧", diff.old), ("新", diff.new)):
        warnings = len(side.problems) - len(side.errors)
        if side.problems:
            lines.append(f"{word}的一份（{side.name}）：{len(side.errors)} 个错误，{warnings} 个提醒。")
    return lines


def format_submissions(diff: SubmissionsDiff, width: int = WIDTH) -> str:
    """The comparison as text: what it does to the bulletin first, then every cell."""
    lines = [" → ".join(diff.names), diff.summary, *problem_lines(diff)]
    if diff.effect is not None:
        lines += ["", f"对公报的影响：{counted(diff.effect)}", *changes_lines(diff.effect, width)]
    elif diff.effect_note:
        lines += ["", f"对公报的影响：{diff.effect_note}"]
    header = ("行", "", "列", "原为", "现为", "单元格")
    for table in diff.tables:
        rows = [cell for row in table.rows for cell in _cells(row)]
        lines += ["", f"【{table.label}】{len(table.rows)} 行不同", text_table(header, rows, width)]
    return "\n".join(lines)


def _cells(row: RowChange) -> list[tuple[str, ...]]:
    """A line for each cell that differs; the row is named on its first."""
    lines = [
        (c.label, c.old or _EMPTY, c.new or _EMPTY, _place(c.old_cell, c.new_cell)) for c in row.cells
    ] or [("", "", "", "")]
    heads = [(row.name, STATES[row.state]), *[("", "")] * (len(lines) - 1)]
    return [(*head, *line) for head, line in zip(heads, lines, strict=True)]


def _place(old: str, new: str) -> str:
    return old if old == new else " → ".join(p or "无" for p in (old, new))


def submissions_json(diff: SubmissionsDiff) -> bytes:
    """The comparison as JSON; the same files give the same bytes."""
    content = {
        "format": 1,
        "kind": "submissions",
        "old": _side(diff.old),
        "new": _side(diff.new),
        "tables": [asdict(table) for table in diff.tables],
        "effect": diff.effect.content() if diff.effect is not None else None,
        "effect_note": diff.effect_note,
    }
    return (json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def _side(side: Submission) -> dict[str, object]:
    errors = len(side.errors)
    return {
        "name": side.name, "region": side.region, "year": side.year, "errors": errors,
        "warnings": len(side.problems) - errors,
    }  # fmt: skip


def submissions_page(diff: SubmissionsDiff, style: str, brand: str) -> bytes:
    """The comparison as a page that stands by itself; `style` is the theme's style sheet."""
    body = Markup(
        environment()
        .get_template("submissions.html.j2")
        .render(
            problems=problem_lines(diff),
            effect=changes_html(diff.effect) if diff.effect is not None else "",
            effect_counts=counted(diff.effect) if diff.effect is not None else diff.effect_note,
            tables=[{"name": t.table, "label": t.label, "rows": _page_rows(t.rows)} for t in diff.tables],
        )
    )
    return whole_page(
        "填报表的比较", *diff.names, diff.summary, body, style, brand=brand, notice=NOTICE
    )  # fmt: skip


def _page_rows(rows: Sequence[RowChange]) -> list[dict[str, object]]:
    return [
        {
            "name": row.name, "state": STATES[row.state], "kind": row.state,
            "cells": [
                {"label": c.label, "old": c.old, "new": c.new, "place": _place(c.old_cell, c.new_cell)}
                for c in row.cells
            ],
            "place": row.new_place or row.old_place,
        }
        for row in rows
    ]  # fmt: skip
