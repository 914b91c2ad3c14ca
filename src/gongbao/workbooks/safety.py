"""安全与信访 as a workbook asks for it: hazards found and removed, the way of petitions, facts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from gongbao.present import Basis, Sentence, plain
from gongbao.present.sentence import bind
from gongbao.rows import row_dicts
from gongbao.workbooks.bases import share_basis, with_bases
from gongbao.workbooks.once import once
from gongbao.workbooks.topics import item_name
from gongbao.workbooks.value_area import ValueArea, value_area

if TYPE_CHECKING:
    from gongbao.workbooks.report import Report

HAZARDS = ("hazards_found", "hazards_resolved")
# The way of a petition: each step is a part of the one before it.
PETITIONS = ("petitions_received", "petitions_handled", "petitions_answered", "petitions_satisfied")

ANSWERED_RATE = "petitions_answered_rate"


@dataclass(frozen=True, eq=False)
class Safety(ValueArea):
    """安全与信访 of one region and year."""

    @once
    def hazards(self) -> pd.DataFrame:
        """Hazards found and removed this year: item, value, value_shown, unit, words; empty unless one is known."""
        return self._steps(HAZARDS)

    def open_hazards(self) -> float:
        """Found less removed; NaN where either is missing or the number is only about right (1200余处)."""
        found, closed = (self._row(id) for id in HAZARDS)
        if found is None or closed is None or found["qualifier"] or closed["qualifier"]:
            return math.nan
        return float(found["value"] - closed["value"])

    def hazard_finding(self) -> Sentence:
        """What was found and removed, and what remains where both numbers are exact."""
        left = self.open_hazards()
        rows = row_dicts(self.hazards())
        words = "，".join(f"{r['item']}{r['value_text']}" for r in rows)
        end = ""
        if not math.isnan(left):
            end = f"，年末还有{plain(left, 0)}处未解决" if left > 0 else "，年末没有未解决的"
            if left < 0:
                end = "，解决数大于排查数，含往年遗留或另有来源"
        return bind("{words}{end}。", {"words": words, "end": end})

    def hazard_history(self, report: Report) -> pd.DataFrame:
        """`Report.history` of hazards found and removed: item (short), words, year_name; known values only."""
        ids = [str(id) for id in self.hazards()["indicator_id"]]
        if not ids:
            return self.values.iloc[:0].assign(year=[])
        frame = report.history(*ids)
        frame = frame[frame["value"].notna()]
        rows = row_dicts(frame)
        return frame.assign(
            item=[row["short"] for row in rows],
            words=[f"{row['short']} {row['value_shown']}" for row in rows],
            year_name=[f"{int(row['year'])}年" for row in rows],
        )

    def hazard_steps(self, history: pd.DataFrame) -> list[str]:
        """The names in `hazard_history`, found before removed."""
        named = dict(zip(history["indicator_id"], history["item"], strict=True))
        return [named[id] for id in HAZARDS if id in named]

    def hazard_trend(self, history: pd.DataFrame) -> Sentence:
        """The first and the last year of each line."""
        parts = []
        for item, rows in history.groupby("item", sort=False):
            first, last = rows.iloc[0], rows.iloc[-1]
            parts.append(
                f"{item}{int(first['year'])}年{first['value_text']}，{int(last['year'])}年{last['value_text']}"
            )
        return bind("{parts}。", {"parts": "；".join(parts)})

    @once
    def petitions(self) -> pd.DataFrame:
        """The steps of petitions that were reported: item, value, value_shown, unit, words, share (% of
        the first step, NaN where that is missing)."""
        frame = self._steps(PETITIONS)
        if PETITIONS[2] not in set(frame["indicator_id"]):
            frame = self._with_answered(frame)
        first = self._row(PETITIONS[0])
        whole = first["value"] if first else math.nan
        frame = frame.assign(
            share=[100 * v / whole if whole and whole > 0 else math.nan for v in frame["value"]]
        )
        return with_bases(frame, "share", lambda row: _share_of(row, first))

    def petition_finding(self) -> Sentence:
        """How far petitions came, step by step."""
        parts: list[str] = []
        for row in row_dicts(self.petitions()):
            share = "" if math.isnan(row["share"]) or not parts else f"（{plain(row['share'], 1)}%）"
            parts.append(f"{row['item']}{row['value_text']}{share}")
        return bind("{parts}。", {"parts": "，".join(parts)})

    def _with_answered(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Adds the answered petitions that the numerator of their rate counts."""
        rate = self._row(ANSWERED_RATE)
        if rate is None or math.isnan(rate["numerator"]):
            return frame
        shown = plain(rate["numerator"], 0)
        item, unit = rate["numerator_name"] or "按期答复", "件"
        row = {
            "indicator_id": PETITIONS[2], "item": item, "value": rate["numerator"], "value_shown": shown,
            "value_text": f"{shown}{unit}", "unit": unit, "words": f"{item} {shown}{unit}", "source": rate["source"],
        }  # fmt: skip
        order = {id: i for i, id in enumerate(PETITIONS)}
        rows = sorted([*row_dicts(frame), row], key=lambda r: order[r["indicator_id"]])
        return pd.DataFrame(rows, columns=list(frame.columns))

    @once
    def _row(self, indicator_id: str) -> dict[Any, Any] | None:
        rows = row_dicts(self.values[self.values["indicator_id"] == indicator_id])
        return next((row for row in rows if not math.isnan(row["value"])), None)

    def _steps(self, ids: tuple[str, ...]) -> pd.DataFrame:
        rows = [row for row in (self._row(id) for id in ids) if row is not None]
        columns = ["indicator_id", "item", "value", "value_shown", "value_text", "unit", "words", "source"]
        found = [
            row | {"item": item_name(row), "words": f"{item_name(row)} {row['value_text']}"} for row in rows
        ]
        return pd.DataFrame(found, columns=columns)


def make_safety(report: Report, year: int | None = None) -> Safety:
    """安全与信访 of `report`'s region in a year (default: the report's)."""
    base = value_area(report, "safety", year)
    return Safety(base.area, base.year, base.values, base.internal, base.judged, base.part_of)


def _share_of(row: Mapping[Any, Any], first: Mapping[Any, Any] | None) -> Basis | None:
    """How the share of a step of petitions was computed, None for the first step and where it isn't known."""
    if first is None or math.isnan(row["share"]) or row["indicator_id"] == first["indicator_id"]:
        return None
    return share_basis(
        ("safety", "petitions", row["item"]), f"{row['item']}占{first['short']}的比例", f"{plain(row['share'], 2)}%",
        (row["item"], f"{row['value_shown']}{row['unit']}"), (first["short"], first["value_text"]),
        source=first["source"], data=first["origin"],
    )  # fmt: skip
