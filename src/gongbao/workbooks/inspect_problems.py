"""Problems and their rectification as tables: open, overdue, demanded, carried over from last year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd

from gongbao.present import Cell
from gongbao.rows import row_dicts
from gongbao.standards import Outcome
from gongbao.standards.rectification import (
    OPEN_STATES,
    UNREPORTED,
    Carried,
    Case,
    DeadlineRule,
    OnTime,
    State,
    Timing,
    burn_down,
    carry_over,
    filed,
    median_days,
    on_time,
    stages_reached,
    state_counts,
    timing_counts,
)
from gongbao.workbooks.bases import from_rows
from gongbao.workbooks.names import OBJECT_TYPES, Names
from gongbao.workbooks.once import once
from gongbao.workbooks.values import text

SEVERITIES = ("重大", "较重", "一般")
UNFILED = "未立项"
# A state or fate in colour only where it says something about the deadline or the re-check.
_OUTCOMES = {
    State.PASSED: Outcome.PASS, State.FAILED: Outcome.FAIL, State.CLOSED: Outcome.PASS,
    Timing.ON_TIME: Outcome.PASS, Timing.OVERDUE: Outcome.FAIL,
}  # fmt: skip
RATE_FROM = 10  # a percentage of fewer cases says less than the two counts


def day_words(day: date | str | None) -> str:
    """“2024年1月5日”; “—” for none."""
    if not day:
        return "—"
    when = date.fromisoformat(day) if isinstance(day, str) else day
    return f"{when.year}年{when.month}月{when.day}日"


@dataclass(frozen=True)
class Problems:
    """What inspections found and what was done about it, as known on the day `as_of`.

    `findings` are this year's (schema.FINDINGS), `earlier` those of former years by (year, id); `place` says
    where the rows of the cases stand.
    """

    year: int
    as_of: date
    rule: DeadlineRule
    findings: pd.DataFrame
    earlier: Mapping[tuple[int, str], Mapping[Any, Any]]
    cases: Sequence[Case]
    last_cases: Sequence[Case]
    measures: Mapping[str, str]
    notices: Mapping[str, str]
    last_measures: Mapping[str, str]
    names: Names
    place: str = ""

    def __bool__(self) -> bool:
        return bool(len(self.findings) or self.filed or self.last_cases)

    @property
    def filed(self) -> list[Case]:
        """This year's cases that had been filed by `as_of`."""
        return filed(self.cases, self.as_of)

    # --- counts ------------------------------------------------------------------------------

    @from_rows("place")
    def states(self) -> pd.DataFrame:
        """Cases by state (state, cases); every case is in exactly one."""
        counts = state_counts(self.cases, self.as_of)
        return pd.DataFrame([{"state": s.value, "cases": n} for s, n in counts.items()])

    @from_rows("place")
    def steps(self) -> pd.DataFrame:
        """How many cases got as far as each step: step, cases."""
        reached = stages_reached(self.cases, self.as_of)
        return pd.DataFrame([{"step": step, "cases": n} for step, n in reached.items()])

    @from_rows("place")
    def timing_table(self) -> pd.DataFrame:
        """Cases against their deadline (timing, cases); every case is in exactly one row."""
        return pd.DataFrame([{"timing": t.value, "cases": n} for t, n in self.timings().items()])

    def timings(self) -> dict[Timing, int]:
        return timing_counts(self.cases, self.as_of)

    def on_time(self) -> OnTime:
        return on_time(self.cases, self.as_of)

    def median_days(self) -> float | None:
        return median_days(self.cases, self.as_of)

    @from_rows("place")
    def burn_down(self) -> pd.DataFrame:
        """Open cases at each month's end (standards.rectification.burn_down)."""
        return burn_down(self.cases, self.year, self.as_of)

    def rechecks(self) -> dict[str, int]:
        """复查 held by `as_of`: 合格 and 不合格 (a failed one that was mended later counts as failed)."""
        held = [case for case in self.filed if case.rechecked(self.as_of)]
        passed = sum(bool(case.recheck_passed) for case in held)
        return {"合格": passed, "不合格": len(held) - passed}

    # --- tables ------------------------------------------------------------------------------

    @from_rows("place")
    def register(self) -> pd.DataFrame:
        """Every case: object, topic, text, unit, measure, issued, deadline, extended, reminders, closed,
        state, timing, days (till closing), recheck, notice_no. Dates ISO, with …_shown in words."""
        return pd.DataFrame([self._row(case) for case in self.filed], columns=_REGISTER)

    @from_rows("place")
    def overdue(self) -> pd.DataFrame:
        """Open cases past their deadline, longest first: unit, object, text, issued, deadline, days_over,
        reminders, notice_no. Units, never people."""
        rows = [
            self._row(case) | {"days_over": case.days_over(self.as_of)}
            for case in self.filed
            if case.timing(self.as_of) is Timing.OVERDUE
        ]
        rows.sort(key=lambda row: -row["days_over"])
        return pd.DataFrame(rows, columns=[*_PLACE, *_DATES, "days_over", "reminders", "notice_no"])

    @from_rows("findings", "place")
    def open_problems(self) -> pd.DataFrame:
        """What was not put right by `as_of`: findings of this year, then cases of earlier ones.

        Columns: object_type, object, topic, severity, text, unit, state, deadline.
        """
        rows = [row for row in row_dicts(self._problems) if row["_open"]]
        return pd.DataFrame(rows, columns=[*_PROBLEM, "unit", "state", "deadline", "deadline_shown"])

    @once
    @from_rows("findings", "place")
    def problems_by_unit_type(self) -> pd.DataFrame:
        """This year's findings by kind of unit, then gravity: object_type, object, topic, severity, text,
        state (未立项 without a case; of several cases the least advanced)."""
        rows = [row for row in row_dicts(self._problems) if row["_own"]]
        kinds = list(OBJECT_TYPES)
        rows.sort(key=lambda row: (kinds.index(row["object_type"]), SEVERITIES.index(row["severity"])))
        return pd.DataFrame(rows, columns=[*_PROBLEM, "state"])

    @once
    @from_rows("place")
    def demands(self) -> pd.DataFrame:
        """What the bulletin demands: each open case with unit, measure and deadline, and each finding
        without a case. Columns: problem, object, unit, measure, deadline, basis, state."""
        rows = []
        for case in self.filed:
            if case.finished(self.as_of) is None:
                row = self._row(case)
                rows.append(row | {"problem": row["text"], "basis": self._basis(case)})
        for row in row_dicts(self._problems):
            if row["_own"] and row["state"] == UNFILED:
                rows.append(row | {"problem": row["text"], "unit": row["object"], "deadline_shown": "—",
                                   "measure": "", "basis": "尚未立项"})  # fmt: skip
        columns = ["problem", "object", "unit", "measure", "deadline", "deadline_shown", "basis", "state"]
        return pd.DataFrame(rows, columns=columns)

    @once
    @from_rows("place")
    def carried_over(self) -> pd.DataFrame:
        """What last year left open and what became of it: text, object, unit, measure (promised), deadline,
        closed, fate (…_shown as a chip), days_over."""
        return pd.DataFrame([self._carried(item) for item in self._carry()], columns=_CARRIED)

    def fates(self) -> dict[str, int]:
        """Carried-over problems by what became of them; only fates that occur, in the order of their words."""
        found = [item.fate for item in self._carry()]
        order = [*(t.value for t in Timing), State.FAILED.value, UNREPORTED]
        return {fate: found.count(fate) for fate in order if fate in found}

    def by_topic(self) -> pd.DataFrame:
        """This year's findings by topic, most first: topic, 重大, 较重, 一般, all, resolved."""
        return self._grouped("topic")

    def by_object(self) -> pd.DataFrame:
        """This year's findings by kind of object: object_type, 重大, 较重, 一般, all, resolved."""
        frame = self._grouped("object_type")
        order = {name: i for i, name in enumerate(OBJECT_TYPES.values())}
        frame["object_type"] = [OBJECT_TYPES.get(kind, kind) for kind in frame["object_type"]]
        return frame.sort_values("object_type", key=lambda s: s.map(order), kind="stable")

    def resolved(self, finding_id: str) -> bool:
        """Whether every case of this year's finding is closed (none: it isn't)."""
        own = [case for case in self.filed if case.finding == (self.year, finding_id)]
        return bool(own) and all(case.finished(self.as_of) is not None for case in own)

    # --- rows --------------------------------------------------------------------------------

    @cached_property
    def _own(self) -> dict[str, Mapping[Any, Any]]:
        """This year's findings by their number."""
        found: dict[str, Mapping[Any, Any]] = {}
        for row in row_dicts(self.findings):
            found.setdefault(row["finding_id"], row)
        return found

    def _finding(self, key: tuple[int, str]) -> Mapping[Any, Any]:
        if key[0] == self.year:
            return self._own.get(key[1], {})
        return self.earlier.get(key, {})

    def _about(self, key: tuple[int, str]) -> dict[str, Any]:
        """What is printed of a finding; of one that no list has, only that."""
        row = self._finding(key)
        if not row:
            return {"object_type": "", "object": "—", "topic": "—", "severity": "—", "text": "问题清单未列"}
        return {
            "object_type": row["object_type"],
            "object": self.names.object(row["object_type"], text(row["object_id"])),
            "topic": row["topic"],
            "severity": row["severity"],
            "text": self.names.clean(row["text_public"]),
        }

    def _row(self, case: Case) -> dict[str, Any]:
        state, timing = case.state(self.as_of), case.timing(self.as_of)
        finished, rechecked = case.finished(self.as_of), case.rechecked(self.as_of)
        return self._about(case.finding) | {
            "finding_year": case.year,
            "unit": self.names.clean(case.unit),
            "measure": self.names.clean(self.measures.get(case.rect_id, "")),
            "issued": case.issued.isoformat(), "issued_shown": day_words(case.issued),
            "deadline": case.due.isoformat(),
            "deadline_shown": day_words(case.due) + ("（已延期）" if case.extended else ""),
            "reminders": case.reminders or None,
            "closed": finished.isoformat() if finished else None, "closed_shown": day_words(finished),
            "days": case.days_taken(self.as_of),
            "state": _chip(state), "timing": _chip(timing),
            "recheck": ("合格" if case.recheck_passed else "不合格") if rechecked else None,
            "notice_no": self.notices.get(case.rect_id) or None,
        }  # fmt: skip

    def _basis(self, case: Case) -> str:
        if case.extended:
            return "延期"
        return "规定期限" if case.due_given else f"未写期限，按{self.rule.words}计算"

    @cached_property
    def _problems(self) -> pd.DataFrame:
        """This year's findings and the open cases of earlier ones, one row each."""
        rows = []
        for finding in row_dicts(self.findings):
            key = (self.year, str(finding["finding_id"]))
            own = [case for case in self.filed if case.finding == key]
            worst = _least_advanced(own, self.as_of)
            open_ = worst is None or worst.finished(self.as_of) is None
            row = self._about(key) | {"unit": "—", "state": UNFILED, "deadline": None, "deadline_shown": "—"}
            if worst is not None:
                shown = self._row(worst)
                row |= {name: shown[name] for name in ("state", "deadline", "deadline_shown")}
                row["unit"] = "、".join(dict.fromkeys(self.names.clean(case.unit) for case in own))
            rows.append(row | {"_own": True, "_open": open_})
        for case in self.filed:
            if case.year != self.year and case.finished(self.as_of) is None:
                rows.append(self._row(case) | {"_own": False, "_open": True})
        return pd.DataFrame(
            rows, columns=[*_PROBLEM, "unit", "state", "deadline", "deadline_shown", "_own", "_open"]
        )

    @once
    @from_rows("findings", "place")
    def _grouped(self, column: str) -> pd.DataFrame:
        rows: dict[str, dict[str, Any]] = {}
        for finding in row_dicts(self.findings):
            empty: dict[str, Any] = dict.fromkeys((*SEVERITIES, "all", "resolved"), 0)
            row = rows.setdefault(finding[column], {column: finding[column]} | empty)
            row[finding["severity"]] += 1
            row["all"] += 1
            row["resolved"] += self.resolved(str(finding["finding_id"]))
        frame = pd.DataFrame(rows.values(), columns=[column, *SEVERITIES, "all", "resolved"])
        return frame.sort_values("all", ascending=False, kind="stable").reset_index(drop=True)

    def _carry(self) -> list[Carried]:
        ids = [finding_id for year, finding_id in self.earlier if year == self.year - 1]
        return carry_over(self.last_cases, self.cases, self.year, self.as_of, ids)

    def _carried(self, item: Carried) -> dict[str, Any]:
        case = item.now or item.before
        row: dict[str, Any] = self._about(item.finding) | {"fate": _chip(item.fate), "days_over": None}
        if case is None:
            return row | {"unit": "—", "measure": "—", "deadline_shown": "—", "closed_shown": "—"}
        finished = item.now.finished(self.as_of) if item.now else None
        promised = self.last_measures.get(item.before.rect_id, "") if item.before else ""
        over = item.now.days_over(self.as_of) if item.now else 0
        return row | {
            "unit": self.names.clean(case.unit),
            "measure": self.names.clean(promised or self.measures.get(case.rect_id, "")) or "—",
            "deadline": case.due.isoformat(), "deadline_shown": day_words(case.due),
            "closed": finished.isoformat() if finished else None, "closed_shown": day_words(finished),
            "days_over": over or None,
        }  # fmt: skip


_PLACE = ["unit", "object", "text"]
_DATES = ["issued", "issued_shown", "deadline", "deadline_shown"]
_PROBLEM = ["object_type", "object", "topic", "severity", "text"]
_REGISTER = [
    *_PLACE, "topic", "finding_year", "measure", *_DATES, "reminders", "closed", "closed_shown", "days", "state",
    "timing", "recheck", "notice_no",
]  # fmt: skip
_CARRIED = [
    "text", "object", "unit", "measure", "deadline", "deadline_shown", "closed", "closed_shown", "fate", "days_over",
]  # fmt: skip


def _least_advanced(cases: Sequence[Case], on: date) -> Case | None:
    """Of a finding's cases the one that holds it up: an open one before a closed one, by state."""
    order = [*OPEN_STATES, State.CLOSED, State.PASSED]
    return min(cases, key=lambda case: order.index(case.state(on)), default=None)


def _chip(word: str) -> Cell | str:
    """A state, timing or fate as a chip where it is good or bad, else as the word."""
    value = str(word)
    outcome = Outcome.FAIL if value == UNREPORTED else _OUTCOMES.get(word)  # type: ignore[call-overload]
    return Cell(value, value, outcome.value) if outcome else value
