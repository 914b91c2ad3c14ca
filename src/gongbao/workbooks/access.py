"""入学保障 as a workbook asks for it: enrolment and retention, placement of disabled children, aid."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from gongbao.present import Sentence, plain, written_decimals
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.standards.shares import near_shares
from gongbao.workbooks.topics import by_topic, item_name, number, of_topics
from gongbao.workbooks.value_area import ValueArea, value_area

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report


@dataclass(frozen=True, eq=False)
class Access(ValueArea):
    """入学保障 of one region and year. The constants are words that the topics of a section hold."""

    DROPOUT: ClassVar = ("控辍", "义务教育入学", "巩固")
    SPECIAL: ClassVar = ("特殊教育", "特教")
    AID: ClassVar = ("资助",)

    def others(self) -> pd.DataFrame:
        """Counts on topics without a section of their own."""
        rows = self.counts("")
        own = [
            any(word in str(topic) for word in (*self.DROPOUT, *self.SPECIAL, *self.AID))
            for topic in rows["topic"]
        ]
        return rows[[not o for o in own]]

    def placement(self) -> pd.DataFrame:
        """Where disabled children learn (`topics.parts_of`), the unexplained rest shown openly."""
        return self.parts(*self.SPECIAL)

    def rate_notes(self) -> list[Sentence]:
        """For a rate that its whole can't give: what the two nearest counts would.

        The whole is the denominator of the value, or else the one total of the same topic.
        """
        found = []
        for row in row_dicts(self.values[self.values["kind"] == "rate"]):
            whole = self._whole(row)
            near = None if whole is None else near_shares(row["value"], whole["value"])
            if whole is None or near is None:
                continue
            places = written_decimals(row["value"])
            found.append(
                bind(
                    "{rate}报为{value}。若以{name}{whole}为分母，{lower}人为{lower_rate}%，{upper}人为{upper_rate}%，"
                    "都不等于填报的比率；以原文为准，原文没有写明分子和分母。",
                    {
                        "rate": item_name(row), "value": number(row), "name": whole["name"],
                        "whole": whole["shown"],
                        "lower": near.lower, "lower_rate": plain(near.lower_rate, places),
                        "upper": near.upper, "upper_rate": plain(near.upper_rate, places),
                    },
                )
            )  # fmt: skip
        return found

    def _whole(self, rate: dict[Any, Any]) -> dict[str, Any] | None:
        denominator, numerator = rate["denominator"], rate["numerator"]
        if not math.isnan(numerator) and not math.isnan(denominator):
            return None  # both were given: what they give is checked when the data are read
        if not math.isnan(denominator):
            return {"name": "分母", "value": denominator, "shown": plain(denominator, None)}
        totals = set(self.part_of.values())
        same = [
            row
            for row in row_dicts(self.values)
            if row["indicator_id"] in totals
            and (row["topic"], row["stage"]) == (rate["topic"], rate["stage"])
            and not math.isnan(row["value"])
        ]
        if len(same) != 1:
            return None
        return {"name": same[0]["name"], "value": same[0]["value"], "shown": number(same[0])}

    def aid_by_stage(self) -> pd.DataFrame:
        """学生资助 of single stages (not 全部), ready for a table; empty where only the sum was reported."""
        rows = of_topics(self.values, *self.AID)
        return by_topic(rows[rows["stage"] != "全部"])

    @staticmethod
    def in_words(rows: pd.DataFrame) -> pd.DataFrame:
        """Rows of one indicator with `words` for a bar: stage and value."""
        return rows.assign(words=[f"{r['stage']} {r['value_text']}" for r in row_dicts(rows)])

    @staticmethod
    def most(rows: pd.DataFrame) -> Sentence:
        """Which stage has the most."""
        known = rows.dropna(subset=["value"])
        if known.empty:
            return bind("各学段都没有可以公布的数。", {})
        top = row_dicts(known.sort_values("value", kind="stable").tail(1))[0]
        return bind(
            "{name}最多的是{stage}，{value}。",
            {"name": top["name"], "stage": top["stage"], "value": number(top)},
        )


def make_access(report: Report, year: int | None = None) -> Access:
    """入学保障 of `report`'s region in a year (default: the report's)."""
    base = value_area(report, "access", year)
    return Access(base.area, base.year, base.values, base.internal, base.judged, base.part_of)
