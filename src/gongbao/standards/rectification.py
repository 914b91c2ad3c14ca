"""The life of a problem: 立项 → 办理 → 催办 → 办结 → 复查, told from its dates for a stated day.

教育督导条例 (2012) art. 20–22: a written opinion with a demand to put things right in time, a report
of what was done, a re-check. The State's text names no number of days; where a case has no deadline of
its own the office's setting counts (a provincial regulation gives 30 days). Nothing here looks at a
clock: every question is asked for a day, by default the last of the edition's year.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from statistics import median
from typing import Any

import pandas as pd

from gongbao.rows import row_dicts
from gongbao.standards.days import due_date


class State(StrEnum):
    """How far a case has come. A re-check that failed opens the case again."""

    FILED = "立项"
    HANDLED = "办理"
    URGED = "催办"
    CLOSED = "办结"
    PASSED = "复查合格"
    FAILED = "复查不合格"


class Timing(StrEnum):
    """How a case stands against its deadline. The deadline's own day is still in time."""

    ON_TIME = "按期办结"
    LATE = "逾期办结"
    OVERDUE = "逾期未结"
    RUNNING = "未到期"


UNREPORTED = "本年未报告进展"
OPEN_STATES = (State.FILED, State.HANDLED, State.URGED, State.FAILED)


@dataclass(frozen=True, slots=True)
class DeadlineRule:
    """The period of a case without a deadline of its own, from the day after it was filed."""

    days: int = 30
    working: bool = False

    @property
    def words(self) -> str:
        return f"{self.days}个工作日" if self.working else f"{self.days}日"


@dataclass(frozen=True, slots=True)
class Case:
    """One rectification (schema.RECTIFICATIONS). `due` is the day that counts: extended, own or by rule.

    `year` is that of the bulletin which names the finding. `handled` says that a measure or a way of
    handling is on record, which has no date of its own, and neither have `reminders`.
    """

    rect_id: str
    finding_id: str
    year: int
    unit: str
    issued: date
    due: date
    due_given: bool = True
    extended: bool = False
    handled: bool = False
    reminders: int = 0
    closed: date | None = None
    recheck: date | None = None
    recheck_passed: bool | None = None

    @property
    def finding(self) -> tuple[int, str]:
        """What names the finding across years."""
        return self.year, self.finding_id

    def checked(self, on: date) -> bool | None:
        """The re-check's result as known on that day; None before it, or without a result.

        A result without a day counts from the day of closing, and without either not at all. A
        re-check that failed before the case was closed is history: what was closed later stands.
        """
        when = self.recheck or self.closed
        if not self.rechecked(on) or when is None:
            return None
        overtaken = not self.recheck_passed and self.closed is not None and when < self.closed <= on
        return None if overtaken else self.recheck_passed

    def finished(self, on: date) -> date | None:
        """The day on which the case was closed, as known on day `on`; None while it is open.

        A case that passed its re-check without a day of closing was closed by then.
        """
        checked = self.checked(on)
        if checked is False:
            return None
        if self.closed is not None:
            return self.closed if self.closed <= on else None
        return self.recheck if checked else None

    def rechecked(self, on: date) -> bool:
        """Whether a re-check with a result was held by then, overtaken or not."""
        when = self.recheck or self.closed
        return self.recheck_passed is not None and when is not None and when <= on

    def state(self, on: date) -> State:
        """Exactly one state for each day. Raises ValueError before the case was filed."""
        self._must_exist(on)
        checked = self.checked(on)
        if checked is False:
            return State.FAILED
        if self.finished(on) is not None:
            return State.PASSED if checked else State.CLOSED
        if self.reminders:
            return State.URGED
        return State.HANDLED if self.handled else State.FILED

    def timing(self, on: date) -> Timing:
        """Exactly one for each day. Raises ValueError before the case was filed."""
        self._must_exist(on)
        finished = self.finished(on)
        if finished is not None:
            return Timing.ON_TIME if finished <= self.due else Timing.LATE
        return Timing.OVERDUE if self.due < on else Timing.RUNNING

    def days_over(self, on: date) -> int:
        """Calendar days past the deadline: of an open case till that day, of a closed one till it was closed."""
        return max(0, ((self.finished(on) or on) - self.due).days)

    def days_taken(self, on: date) -> int | None:
        """Calendar days from filing to closing; None while it is open."""
        finished = self.finished(on)
        return None if finished is None else (finished - self.issued).days

    def _must_exist(self, on: date) -> None:
        if on < self.issued:
            raise ValueError(f"case {self.rect_id} was filed on {self.issued}, after {on}")


def read_cases(
    rectifications: pd.DataFrame, rule: DeadlineRule, year: int, last_findings: Iterable[str] = ()
) -> list[Case]:
    """The cases of a year's table, in its order.

    `year` is the bulletin's. A row that names no year for its finding means this one, unless this
    year's findings are not concerned: `last_findings` are the ids that only last year's list has.
    """
    earlier = set(last_findings)
    return [_case(row, rule, year, earlier) for row in row_dicts(rectifications)]


def _case(row: dict[Any, Any], rule: DeadlineRule, year: int, earlier: set[str]) -> Case:
    issued, own, extended = _day(row["issued"]), _day(row["deadline"]), _day(row["extended_to"])
    if issued is None:
        raise ValueError(f"case {row['rect_id']} has no day of filing")
    finding_id = str(row["finding_id"])
    named = row["finding_year"]
    result = row["recheck_result"]
    return Case(
        rect_id=str(row["rect_id"]),
        finding_id=finding_id,
        year=int(named) if named == named else year - 1 if finding_id in earlier else year,
        unit=str(row["unit"]),
        issued=issued,
        due=extended or own or due_date(issued, rule.days, working=rule.working),
        due_given=own is not None,
        extended=extended is not None,
        handled=isinstance(row["measure"], str) or isinstance(row["mode"], str),
        reminders=int(row["reminders"]) if row["reminders"] == row["reminders"] else 0,
        closed=_day(row["closed"]),
        recheck=_day(row["recheck_date"]),
        recheck_passed={"合格": True, "不合格": False}.get(result) if isinstance(result, str) else None,
    )


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def filed(cases: Iterable[Case], on: date) -> list[Case]:
    """The cases that exist on that day."""
    return [case for case in cases if case.issued <= on]


def state_counts(cases: Iterable[Case], on: date) -> dict[State, int]:
    """Cases by state, every state named; together they are all cases filed by that day."""
    states = [case.state(on) for case in filed(cases, on)]
    return {state: states.count(state) for state in State}


def timing_counts(cases: Iterable[Case], on: date) -> dict[Timing, int]:
    """Cases by timing, every timing named; together they are all cases filed by that day."""
    timings = [case.timing(on) for case in filed(cases, on)]
    return {timing: timings.count(timing) for timing in Timing}


def stages_reached(cases: Iterable[Case], on: date) -> dict[str, int]:
    """How many cases have got as far as each step, however they stand now: 立项, 办理, 催办, 办结, 复查.

    A case that was closed was handled, recorded or not; 催办 is not on everybody's way.
    """
    known = filed(cases, on)
    closed = [c for c in known if (end := c.closed or c.finished(on)) is not None and end <= on]
    rechecked = [c for c in known if c.rechecked(on)]
    done = {id(c) for c in (*closed, *rechecked)}
    return {
        "立项": len(known),
        "办理": sum(c.handled or bool(c.reminders) or id(c) in done for c in known),
        "催办": sum(bool(c.reminders) for c in known),
        "办结": len(closed),
        "复查": len(rechecked),
    }


@dataclass(frozen=True, slots=True)
class OnTime:
    """按期办结: of the cases that should have been closed by now (`of`), those that were in time.

    A case whose deadline has not come and that is still open counts on neither side.
    """

    on_time: int
    of: int

    @property
    def percent(self) -> float | None:
        """In percent, unrounded; None when no case was due."""
        return self.on_time / self.of * 100 if self.of else None


def on_time(cases: Iterable[Case], on: date) -> OnTime:
    """How many of the cases closed or past their deadline were closed in time."""
    counts = timing_counts(cases, on)
    in_time = counts[Timing.ON_TIME]
    return OnTime(in_time, in_time + counts[Timing.LATE] + counts[Timing.OVERDUE])


def median_days(cases: Iterable[Case], on: date) -> float | None:
    """Median of the days from filing to closing over the closed cases; None when none is closed."""
    days = [taken for case in filed(cases, on) if (taken := case.days_taken(on)) is not None]
    return float(median(days)) if days else None


def month_ends(year: int, until: date) -> list[date]:
    """The last day of each month of the year up to `until`, whose own month ends with it."""
    firsts = [date(year, month, 1) for month in range(2, 13)] + [date(year + 1, 1, 1)]
    ends = [first - timedelta(days=1) for first in firsts]
    return [min(end, until) for end in ends if end.replace(day=1) <= until]


def burn_down(cases: Sequence[Case], year: int, until: date) -> pd.DataFrame:
    """Open cases at each month's end: month, end, opened, reopened, closed, open, overdue.

    The first row (month 0) is the end of last year. In every row open = the row before's open +
    opened (filed in the month) + reopened (failed the re-check) − closed.
    """
    before = date(year - 1, 12, 31)
    rows = []
    last: set[int] = set()
    known: set[int] = set()
    for month, end in enumerate([before, *month_ends(year, until)]):
        there = {i for i, case in enumerate(cases) if case.issued <= end}
        now = {i for i in there if cases[i].finished(end) is None}
        rows.append(
            {
                "month": month,
                "end": end.isoformat(),
                "opened": len(there - known) if month else 0,
                "reopened": len(now & known - last) if month else 0,
                "closed": len((last | (there - known)) - now) if month else 0,
                "open": len(now),
                "overdue": sum(cases[i].due < end for i in now),
            }
        )
        last, known = now, there
    columns = ["month", "end", "opened", "reopened", "closed", "open", "overdue"]
    return pd.DataFrame(rows, columns=columns)


@dataclass(frozen=True, slots=True)
class Carried:
    """What the last bulletin left open, and what became of it.

    `before` is the case as last year's list had it, `now` as this year's has it; a finding that last
    year had no case yet has only `now`, one of which this year says nothing only `before`.
    """

    finding: tuple[int, str]
    before: Case | None
    now: Case | None
    fate: str


def carry_over(
    last: Sequence[Case],
    now: Sequence[Case],
    year: int,
    on: date,
    last_findings: Iterable[str] = (),
) -> list[Carried]:
    """Every case that was open when last year ended, and every finding of last year without a case.

    The fate is exactly one of the four timings, 复查不合格, or 本年未报告进展. A case of an earlier
    finding that only this year's list shows (there may be no list of last year) is carried over too.
    """
    end = date(year - 1, 12, 31)
    pool = [case for case in now if case.issued <= on]
    found: list[Carried] = []
    for before in filed(last, end):
        match = _same_case(before, pool)
        if match is not None:
            pool.remove(match)
        if before.finished(end) is None:
            found.append(Carried(before.finding, before, match, _fate(match, on)))
    had_case = {case.finding for case in last}
    promised = {(year - 1, finding_id) for finding_id in last_findings} - had_case
    for case in pool:
        known_before = case.year < year or case.issued <= end
        if known_before and (case.issued > end or case.finished(end) is None):
            promised.discard(case.finding)
            found.append(Carried(case.finding, None, case, _fate(case, on)))
    found += [Carried(finding, None, None, UNREPORTED) for finding in sorted(promised)]
    return found


def _same_case(before: Case, pool: Sequence[Case]) -> Case | None:
    """This year's row of a case: same finding, and of several the same number, else the same unit."""
    same = [case for case in pool if case.finding == before.finding]
    for wanted in (
        [case for case in same if case.rect_id == before.rect_id],
        [case for case in same if case.unit == before.unit],
    ):
        if wanted:
            return wanted[0]
    return same[0] if len(same) == 1 else None


def _fate(case: Case | None, on: date) -> str:
    if case is None:
        return UNREPORTED
    return State.FAILED.value if case.state(on) is State.FAILED else case.timing(on).value
