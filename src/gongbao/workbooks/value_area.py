"""What every area whose data are indicator values can say: verdicts, key figures, sentences, tables.

Areas with tables of their own build on it (access, preschool, quality, safety).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from gongbao.data.columns import AREAS
from gongbao.present import Fact, Sentence, Verdict, change
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.workbooks.judging import judge_values
from gongbao.workbooks.once import once
from gongbao.workbooks.topics import (
    COLUMNS,
    ONE_TOPIC,
    by_topic,
    item_name,
    key_facts,
    masked_sentence,
    of_topics,
    part_sentence,
    parts_of,
    topic_sentences,
    topics,
)

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report


SEVERAL = 4  # values of one topic that make a table of their own


@dataclass(frozen=True, eq=False)
class ValueArea:
    """An area of one region and year, as far as its indicator values go.

    `values` are the published rows of `Report.values`, `internal` those that only an internal build
    holds, `judged` the verdicts of values that have a threshold, `part_of` indicator id -> its total.
    """

    area: str
    year: int
    values: pd.DataFrame
    internal: pd.DataFrame
    judged: tuple[Verdict, ...]
    part_of: Mapping[str, str]

    def __bool__(self) -> bool:
        return bool(len(self.values))

    def verdicts(self) -> list[Verdict]:
        return list(self.judged)

    def facts(self) -> list[Fact]:
        """At most eight key figures, spread over the topics."""
        return key_facts(self.values)

    def summary(self) -> list[Sentence]:
        """A sentence for each topic with its first values."""
        return topic_sentences(self.values, self.year)

    def topics(self) -> list[str]:
        """What values were reported about, in the order of the indicator list."""
        return topics(self.values)

    def table(self, without: Collection[str] = ()) -> pd.DataFrame:
        """All values by topic (`topics.COLUMNS` names its columns), except those of the ids in `without`."""
        return by_topic(self.values, without)

    @once
    def about(self, *words: str) -> pd.DataFrame:
        """The values whose topic holds one of `words`, ready for a table."""
        return by_topic(of_topics(self.values, *words))

    @once
    def parts(self, *words: str) -> pd.DataFrame:
        """Totals, their parts and the unexplained rest (`topics.parts_of`), of topics that hold one of `words`."""
        return parts_of(of_topics(self.values, *words) if words else self.values, self.part_of)

    @once
    def part_sentences(self, *words: str) -> list[Sentence]:
        """For each total with parts: whether they add up, and what is left."""
        found = self.parts(*words)
        keys = ["total_id", "stage"]
        return [part_sentence(rows) for _, rows in found.groupby(keys, sort=False)]

    def rates(self) -> pd.DataFrame:
        """The known rates of the area (%), ready for a table."""
        return by_topic(self.values[(self.values["kind"] == "rate") & self.values["value"].notna()])

    def rate_history(self, report: Report) -> pd.DataFrame:
        """Rates that two years or more report, over all years up to this one: `Report.history`
        with item, and limit and limit_words where this year's value has a threshold."""
        ids = list(dict.fromkeys(self.values.loc[self.values["kind"] == "rate", "indicator_id"]))
        frame = report.history(*ids) if ids else self.values.assign(year=self.year)
        frame = frame[(frame["kind"] == "rate") & frame["value"].notna()]
        verdicts = {(v.indicator_id, v.stage): v for v in self.judged}
        rows = row_dicts(frame)
        mine = [verdicts.get((r["indicator_id"], r["stage"])) for r in rows]
        items = [item_name(row) for row in rows]
        years: dict[str, set[int]] = {}
        for item, row in zip(items, rows, strict=True):
            years.setdefault(item, set()).add(row["year"])
        frame = frame.assign(
            item=items,
            limit=[math.nan if v is None or v.limit is None else v.limit for v in mine],
            limit_words=[f"标准{v.target}" if v else "" for v in mine],
        )
        return frame[np.array([len(years[item]) > 1 for item in items], dtype=bool)]

    def rate_finding_over(self, history: pd.DataFrame) -> Sentence:
        """From the first to the last year of each rate, in percentage points."""
        parts = []
        for item, rows in history.groupby("item", sort=False):
            first, last = rows.iloc[0], rows.iloc[-1]
            moved = change(last["value"] - first["value"], kind="rate")
            parts.append(f"{item}{int(first['year'])}至{int(last['year'])}年{moved}")
        return bind("{parts}。", {"parts": "；".join(parts)})

    def counts(self, *words: str) -> pd.DataFrame:
        """What was counted on topics that hold one of `words` (no rates), and rates the source hides."""
        rows = self.about(*words)
        return rows[(rows["kind"] != "rate") | rows["value"].isna()]

    def topic_tables(self, rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame, dict[str, str]]]:
        """(caption, rows, columns) of the tables for `rows` (of `counts`): one for each topic with several
        values, and one for all topics with few, so that a place with five numbers has one table."""
        sizes = rows["topic"].value_counts()
        large = [t for t in dict.fromkeys(rows["topic"]) if sizes[t] >= SEVERAL]
        found = [(str(t), rows[rows["topic"] == t], ONE_TOPIC) for t in large]
        few = rows[~rows["topic"].isin(large)]
        if few["topic"].nunique() == 1:
            found.append((str(few["topic"].iloc[0]), few, ONE_TOPIC))
        elif len(few):
            found.append(("其他方面" if large else "填报的数据", few, COLUMNS))
        return found

    def masked(self) -> list[Sentence]:
        """One sentence that names the values which the source hides, or none."""
        sentence = masked_sentence(self.values)
        return [sentence] if sentence else []


def value_area(report: Report, area: str, year: int | None = None) -> ValueArea:
    """The values of an area as `report` sees them; verdicts carry the area's name whoever asks."""
    when = year or report.year
    values = report.values(area=area, year=when)
    values = values[values["area"] == AREAS[area]]
    indicators = row_dicts(report.read("indicators"))
    hidden = [row["indicator_id"] for row in indicators if row["publish"] == "internal"]
    secret = values["indicator_id"].isin(hidden)
    shown = values[~secret]
    part_of = {r["indicator_id"]: r["part_of"] for r in indicators if isinstance(r["part_of"], str)}
    judged = judge_values(shown, report.targets(when), area)
    return ValueArea(area, when, shown, values[secret], tuple(judged), part_of)
