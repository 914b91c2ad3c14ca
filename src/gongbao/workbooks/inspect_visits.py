"""Visits to schools: 责任督学挂牌 coverage by term and month, 五项管理 school by school."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gongbao.present import Basis, Cell, plain
from gongbao.standards import Outcome
from gongbao.workbooks.bases import from_rows, rows_place, share_basis
from gongbao.workbooks.names import Names
from gongbao.workbooks.values import text

FIVE = {"作业": "作业管理", "睡眠": "睡眠管理", "手机": "手机管理", "读物": "读物管理", "体质": "体质管理"}
RESULTS = {"符合": Outcome.PASS, "基本符合": Outcome.UNDETERMINED, "不符合": Outcome.FAIL}
REGULAR = "经常性督导"
# A calendar year holds these two terms whole; January belongs to the term that began the year before.
TERMS = {"春季学期": range(2, 8), "秋季学期": range(8, 13)}
FEWEST_HIDDEN = 5  # so many unnamed schools together, or their results could be told from the totals

FEWEST_LISTED = 3  # a chart of fewer schools shows no more than the sentence

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Visits:
    """The year's visits (rows of schema.VISITS), the kind of inspection each was part of, the schools."""

    rows: Sequence[Row]
    kinds: Mapping[str, str]
    schools: Sequence[Row]
    names: Names

    def __bool__(self) -> bool:
        return bool(self.rows)

    # --- 责任督学挂牌督导 ---------------------------------------------------------------------

    def _days(self) -> dict[str, set[str]]:
        """Days on which a school was visited by its inspector: school_id -> ISO dates."""
        days: dict[str, set[str]] = {}
        for row in self.rows:
            if self.kinds.get(str(row["insp_id"])) == REGULAR:
                days.setdefault(str(row["school_id"]), set()).add(str(row["date"]))
        return days

    def in_zones(self) -> set[str]:
        """The schools that inspectors are responsible for: those of a zone, or all where none is named."""
        zoned = {str(row["school_id"]) for row in self.schools if text(row["zone_id"])}
        return zoned or {str(row["school_id"]) for row in self.schools}

    @from_rows("rows")
    def by_month(self) -> pd.DataFrame:
        """Regular visits by month: month, visits (a school a day is one), schools, share (% of all)."""
        days, known = self._days(), self.in_zones()
        rows = []
        for month in range(1, 13):
            there = {
                school: sum(int(day[5:7]) == month for day in found)
                for school, found in days.items()
                if school in known
            }
            visited = [n for n in there.values() if n]
            share = 100 * len(visited) / len(known) if known else None
            parts = ("到过的学校", len(visited)), ("责任区学校", len(known))
            said = share and _share_of(
                ("month", str(month)), f"{month}月：到过的学校", share, *parts, self.rows
            )
            rows.append(
                {
                    "month": month,
                    "visits": sum(visited),
                    "schools": len(visited),
                    "share": share,
                    "share_basis": said,
                }
            )
        frame = pd.DataFrame(rows, columns=["month", "visits", "schools", "share", "share_basis"])
        return frame if frame["visits"].sum() else frame.iloc[:0]

    @from_rows("rows")
    def school_months(self) -> pd.DataFrame:
        """Schools that may be named × months: school (without the region's name), month, days visited.

        Empty where the visits to a few unnamed schools could be worked out from the totals beside it,
        and for fewer than three schools.
        """
        days = self._days()
        if self._left_out(days):
            return pd.DataFrame(columns=["school", "month", "days"])
        rows, listed = [], 0
        for school, found in sorted(days.items()):
            name, _, shown = self.names.schools.get(school, ("", "", False))
            if shown:
                listed += 1
                months = [int(day[5:7]) for day in found]
                short = name.removeprefix(self.names.region_name) or name
                rows += [{"school": short, "month": m, "days": months.count(m)} for m in sorted(set(months))]
        return pd.DataFrame(rows if listed >= FEWEST_LISTED else [], columns=["school", "month", "days"])

    @from_rows("rows")
    def zone_months(self) -> pd.DataFrame:
        """Zones × months: school (the zone's name, 责任区…), month, days (visits to its schools)."""
        zone_of = {str(row["school_id"]): text(row["zone_id"]) for row in self.schools}
        counts: dict[tuple[str, int], int] = {}
        for school, found in self._days().items():
            for day in found if zone_of.get(school) else ():
                key = zone_of[school], int(day[5:7])
                counts[key] = counts.get(key, 0) + 1
        rows = [{"school": f"责任区{zone}", "month": m, "days": n} for (zone, m), n in sorted(counts.items())]
        return pd.DataFrame(rows, columns=["school", "month", "days"])

    @from_rows("rows", "schools")
    def by_term(self, least: float) -> pd.DataFrame:
        """Schools visited at least `least` times in a term: term, schools (all), met, never, share (%)."""
        days, known = self._days(), self.in_zones()
        rows = []
        for term, months in TERMS.items():
            counts = [
                sum(int(day[5:7]) in months for day in days.get(school, ())) for school in sorted(known)
            ]
            if sum(counts):
                met = sum(n >= least for n in counts)
                share = 100 * met / len(known)
                rows.append({"term": term, "schools": len(known), "met": met, "never": counts.count(0),
                             "share": share, "share_basis": _share_of(
                                 ("term", term), f"{term}：到校不少于{least:g}次的学校", share,
                                 ("达到次数的学校", met), ("责任区学校", len(known)), self.rows)})  # fmt: skip
        return pd.DataFrame(rows, columns=["term", "schools", "met", "never", "share", "share_basis"])

    def lessons(self) -> int | None:
        """Lessons heard on all visits; None when no visit says."""
        heard = [row["lessons"] for row in self.rows if row["lessons"] == row["lessons"]]
        return int(sum(heard)) if heard else None

    # --- 五项管理 -----------------------------------------------------------------------------

    def _five(self) -> dict[str, dict[str, str]]:
        """The last result of each of the five at each school: school_id -> {作业: 符合}."""
        found: dict[str, dict[str, str]] = {}
        for row in sorted(self.rows, key=lambda r: str(r["date"])):
            item = next((word for word in FIVE if word in text(row["check_item"])), None)
            if item and text(row["result"]) in RESULTS:
                found.setdefault(str(row["school_id"]), {})[item] = str(row["result"])
        return found

    @from_rows("rows")
    def five_matrix(self) -> pd.DataFrame:
        """Schools that may be named × the five: school, 作业 … 体质 as chips (未查 where not looked at)."""
        rows = []
        for school, results in sorted(self._five().items()):
            name, _, shown = self.names.schools.get(school, ("", "", False))
            if shown:
                cells = {word: _result(results.get(word, "")) for word in FIVE}
                rows.append({"school": name} | cells)
        return pd.DataFrame(rows, columns=["school", *FIVE])

    @from_rows("rows")
    def five_counts(self) -> pd.DataFrame:
        """Each of the five over the schools looked at: item, schools, 符合, 基本符合, 不符合, share (% 符合).

        Where only a few of the schools may not be named, they are left out: beside the matrix of the
        others their results could be worked out (`five_left_out` says how many).
        """
        five = self._five()
        counted = [results for school, results in five.items() if school not in self._left_out(five)]
        rows = []
        for word, name in FIVE.items():
            results = [known[word] for known in counted if word in known]
            counts = {result: results.count(result) for result in RESULTS}
            if results:
                share = 100 * counts["符合"] / len(results)
                said = _share_of(
                    ("five", name), f"{name}：检查结果“符合”的学校", share, ("符合", counts["符合"]),
                    ("检查的学校", len(results)), self.rows,
                )  # fmt: skip
                rows.append(
                    {"item": name, "schools": len(results), **counts, "share": share, "share_basis": said}
                )
        return pd.DataFrame(rows, columns=["item", "schools", *RESULTS, "share", "share_basis"])

    def five_left_out(self) -> int:
        """How many schools `five_counts` leaves out."""
        return len(self._left_out(self._five()))

    def _left_out(self, five: Mapping[str, Any]) -> set[str]:
        hidden = {school for school in five if not self.names.schools.get(school, ("", "", False))[2]}
        few = 0 < len(hidden) < FEWEST_HIDDEN and len(five) > len(hidden)
        return hidden if few else set()


def _result(result: str) -> Cell:
    return Cell(result, result, RESULTS[result].value) if result else Cell("未查")


def _share_of(
    key: tuple[str, str], title: str, share: float, part: tuple[str, int], whole: tuple[str, int],
    rows: Sequence[Mapping[Any, Any]],
) -> Basis:  # fmt: skip
    """How a share of the schools (%) was computed from visits; numbers as the table prints them."""
    return share_basis(
        ("inspect", *key), title, f"{plain(share, 1)}%",
        (part[0], f"{part[1]}所"), (whole[0], f"{whole[1]}所"), data=rows_place(rows),
    )  # fmt: skip
