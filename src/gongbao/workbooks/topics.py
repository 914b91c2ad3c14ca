"""The values of an area as a reader meets them: by topic, with the words of their source.

Whatever indicator an office reports appears here, whether or not a workbook has a chart for it.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gongbao.present import Basis, Cell, Fact, Number, Sentence, plain
from gongbao.present.sentence import bind
from gongbao.rows import block_frame, row_dicts
from gongbao.standards.disclosure import LEAST_COUNT
from gongbao.workbooks.bases import share_basis
from gongbao.workbooks.findings import fact, told
from gongbao.workbooks.values import row_ref

# A table of `by_topic`, as `Report.table` takes it; columns that say nothing are left out.
COLUMNS = {
    "item": "项目", "topic": "主题", "value": "数值", "unit": "单位", "growth": "比上年", "note": "说明",
    "quote": "原文",
}  # fmt: skip
# The same for a table whose caption names its topic.
ONE_TOPIC = {name: label for name, label in COLUMNS.items() if name != "topic"}
PERSONS = ("人", "名")
Row = Mapping[Any, Any]
_PARTS = (
    "total_id", "total", "total_short", "stage", "whole", "item", "value", "value_shown", "unit", "share", "rest",
    "source", "words", "share_basis",
)  # fmt: skip
_PART_TYPES = dict.fromkeys(("whole", "value", "share"), "float64") | {"rest": "bool"}


def item_name(row: Row) -> str:
    """An indicator's name with its stage, unless the name says it or the indicator has only that one."""
    stage, name = str(row["stage"]), str(row["name"])
    one = stage in ("全部", row["stages"])
    return name if one or stage in name else f"{stage}{name}"


def number(row: Row, year: int = 0) -> Number | str:
    """The value of a row of `Report.values` (of `year`, if it is to lead to where it comes from) for a sentence:
    bound to its cell, or why it isn't there."""
    if math.isnan(row["value"]):
        return str(row["value_text"])
    ref = row_ref(row, "value", year) if year else ""
    return Number(row["value"], row["unit"], _places(row), row["qualifier"], origin=row["origin"], ref=ref)


def by_topic(values: pd.DataFrame, without: Collection[str] = ()) -> pd.DataFrame:
    """`Report.values` with the rows of a topic together (topics in the order of the indicator list).

    Adds `item`, the name with its stage; `without` are indicator ids that stand elsewhere on the page.
    """
    rows = [(i, row) for i, row in enumerate(row_dicts(values)) if row["indicator_id"] not in without]
    order = {topic: i for i, topic in enumerate(dict.fromkeys(row["topic"] for _, row in rows))}
    rows.sort(key=lambda numbered: order[numbered[1]["topic"]])
    return values.take([i for i, _ in rows]).assign(item=[item_name(row) for _, row in rows])


def topics(values: pd.DataFrame) -> list[str]:
    """The topics that something is said about, in the order of the indicator list."""
    return list(dict.fromkeys(values["topic"]))


def of_topics(values: pd.DataFrame, *words: str) -> pd.DataFrame:
    """The rows whose topic holds one of `words` (特殊教育 holds 特教 only if it is given as well)."""
    chosen = [any(word in str(topic) for word in words) for topic in values["topic"]]
    return values[np.array(chosen, dtype=bool)]


def key_facts(values: pd.DataFrame, limit: int = 8) -> list[Fact]:
    """At most `limit` key figures: the first known value of each topic, then the second, and so on."""
    known = _known_by_topic(values)
    turns = [(turn, row["#"]) for rows in known.values() for turn, row in enumerate(rows)]
    chosen = {number for _, number in sorted(turns)[:limit]}
    rows = sorted(
        (row for rows in known.values() for row in rows if row["#"] in chosen), key=lambda row: row["#"]
    )
    made = [(fact(row), row) for row in rows]
    return [replace(f, label=item_name(row), remark=f.remark or row["period"]) for f, row in made]


def _known_by_topic(values: pd.DataFrame) -> dict[str, list[dict[Any, Any]]]:
    """Topic -> the rows whose value is known, each numbered ("#") by its place among all."""
    found: dict[str, list[dict[Any, Any]]] = {}
    for i, row in enumerate(row_dicts(values)):
        if not math.isnan(row["value"]):
            found.setdefault(row["topic"], []).append(row | {"#": i})
    return found


def topic_sentences(values: pd.DataFrame, year: int, each: int = 3) -> list[Sentence]:
    """One sentence for each topic of a year's values: its first known values (at most `each`), bound to their
    cells."""
    return [listing(topic, rows[:each], year) for topic, rows in _known_by_topic(values).items()]


def listing(topic: str, rows: list[dict[Any, Any]], year: int = 0) -> Sentence:
    """“特殊教育：随班就读残疾儿童数437人，送教上门残疾儿童数122人。” A part of a year is named, once where
    all values are of the same. With their `year` the numbers lead to where they come from."""
    template: list[str] = []
    periods = {row["period"] for row in rows}
    common = periods.pop() if len(periods) == 1 else ""
    bound: dict[str, Any] = {"topic": f"{topic}（{common}）" if common else topic}
    for i, row in enumerate(rows):
        template.append(f"{{item{i}}}{{value{i}}}{{remark{i}}}")
        growth = "" if row["growth_shown"] == "—" else "比上年{}"
        remark = "，".join(filter(None, ("" if common else row["period"], growth)))
        words = f"（{remark}）" if remark else ""
        said = (
            told(row, "growth", year, words) if growth and year else words.replace("{}", row["growth_shown"])
        )
        bound |= {f"item{i}": item_name(row), f"value{i}": number(row, year), f"remark{i}": said}
    start = "{topic}：" if topic or common else ""
    return bind(f"{start}{'，'.join(template)}。", bound)


def masked_sentence(values: pd.DataFrame) -> Sentence | None:
    """Which values the source hides, or None: a hidden number is unknown and not zero."""
    hidden = [row for row in row_dicts(values) if row["missing"] == "隐去"]
    if not hidden:
        return None
    which = "、".join(dict.fromkeys(map(item_name, hidden)))
    return bind("原文隐去或按规定不公布：{which}。隐去的数不是零，不参与计算。", {"which": which})


def parts_of(values: pd.DataFrame, part_of: Mapping[str, str]) -> pd.DataFrame:
    """Totals and what is known of their parts: one row for each part and one for the unexplained rest.

    `part_of` is indicator id -> id of its total (schema.INDICATORS.part_of). Columns: total_id, total
    (name), total_short, stage, whole, item, value, value_shown, unit, share (% of the whole, with
    share_basis), words, rest (whether the row is what the parts leave unexplained; below zero when they
    exceed the total). No rest is computed while a part is withheld or missing: it would give that part
    away, or call it unexplained.
    """
    rows: list[dict[str, Any]] = []
    records = row_dicts(values)
    ids = [r["indicator_id"] for r in records]
    for whole in records:
        if math.isnan(whole["value"]):
            continue
        # A total given once (样本校 of 义务教育) has parts of other stages (小学, 初中).
        once = ids.count(whole["indicator_id"]) == 1
        same = [
            r
            for r in records
            if part_of.get(r["indicator_id"]) == whole["indicator_id"]
            and r["period"] == whole["period"]
            and (once or r["stage"] == whole["stage"])
        ]
        if not same:
            continue
        about = {
            "total_id": whole["indicator_id"], "total": item_name(whole), "total_short": whole["short"],
            "stage": whole["stage"], "whole": whole["value"], "unit": whole["unit"], "source": whole["source"],
        }  # fmt: skip
        for part in same:
            rows.append(about | {"item": part["short"], "value": part["value"], "value_shown": part["value_shown"],
                                 "rest": False})  # fmt: skip
        known = [part["value"] for part in same]
        left = whole["value"] - sum(known)
        if not any(math.isnan(value) for value in known) and left:
            # A remainder of one to four persons is a small count like any other.
            few = LEAST_COUNT if whole["unit"] in PERSONS else 0
            rest = Number(left, decimals=_places(whole), min_n=few)
            about |= {"value": math.nan if rest.public is None else left, "value_shown": rest.digits}
            rows.append(about | {"item": "未说明", "rest": True})
    for row in rows:
        row["words"] = f"{row['item']} {row['value_shown']}{row['unit']}"
        row["share"] = 100 * row["value"] / row["whole"] if row["whole"] else math.nan
        row["share_basis"] = _share_of(row)
    return block_frame({name: [row[name] for row in rows] for name in _PARTS}, _PART_TYPES)


def _share_of(row: Row) -> Basis | None:
    """How the share of a part was computed, None where it isn't known."""
    if math.isnan(row["share"]):
        return None
    item = "合计减去各项" if row["rest"] else row["item"]
    return share_basis(
        ("share", row["total_id"], row["stage"], row["item"]), f"{row['item']}占{row['total']}的比例",
        f"{plain(row['share'], 2)}%", (item, f"{row['value_shown']}{row['unit']}"),
        (row["total"], f"{plain(row['whole'], None)}{row['unit']}"), source=row["source"],
        indicator_id=row["total_id"],
    )  # fmt: skip


def part_sentence(parts: pd.DataFrame) -> Sentence:
    """The parts of one total (rows of `parts_of`) against it: whether they add up, and what is left."""
    rows = row_dicts(parts)
    first = rows[0]
    listed = "、".join(f"{r['item']}{r['value_shown']}{first['unit']}" for r in rows if not r["rest"])
    rest = [r for r in rows if r["rest"]]
    words = "各项之和与合计一致"
    if rest:
        left = rest[0]["value"]
        few = f"不足{LEAST_COUNT}{first['unit']}"
        exact = Number(abs(left), first["unit"], None if left % 1 else 0)
        verb = "各项之和超出合计{0}" if left < 0 else "还有{0}未说明"
        words = verb.format(few if math.isnan(left) else exact)
    elif any(math.isnan(r["value"]) for r in rows):
        words = "其中有未公布或未报的，不推算其余"
    whole = Number(first["whole"], first["unit"])
    return bind(
        "{total}{whole}：{listed}；{words}。",
        {"total": first["total"], "whole": whole, "listed": listed, "words": words},
    )


def quoted(row: Row) -> Cell:
    """The words of the source as a table's cell, "—" where none were copied."""
    return Cell(f"“{row['quote']}”", row["quote"]) if row["quote"] else Cell("—")


def _places(row: Row) -> int | None:
    return None if row["decimals"] is None or math.isnan(row["decimals"]) else int(row["decimals"])
