"""The life of a problem: states and timings from dates, deadlines, what is open when, and what is carried over."""

from __future__ import annotations

import math
from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongbao.standards.days import due_date, holidays_known, is_working_day
from gongbao.standards.rectification import (
    OPEN_STATES,
    UNREPORTED,
    Case,
    DeadlineRule,
    OnTime,
    State,
    Timing,
    burn_down,
    carry_over,
    median_days,
    month_ends,
    on_time,
    read_cases,
    stages_reached,
    state_counts,
    timing_counts,
)

END = date(2023, 12, 31)


def day(text: str) -> date:
    return date.fromisoformat(text)


def case(
    issued: str, due: str, closed: str = "", *, recheck: str = "", passed: bool | None = None, **more: object
) -> Case:
    values: dict[str, object] = {"rect_id": "R", "finding_id": "F", "year": 2023, "unit": "县教育局"} | more
    return Case(
        issued=day(issued), due=day(due), closed=day(closed) if closed else None,
        recheck=day(recheck) if recheck else None, recheck_passed=passed, **values,  # type: ignore[arg-type]
    )  # fmt: skip


# --- deadlines ----------------------------------------------------------------------------------


def test_a_period_begins_the_day_after() -> None:
    assert due_date(day("2023-03-01"), 30) == day("2023-03-31")
    assert due_date(day("2024-02-01"), 30) == day("2024-03-02")  # 29 days in that February


def test_working_days_leave_out_holidays_and_count_the_days_made_up() -> None:
    # The State Council's notice for 2023: 29 September to 6 October off, 7 and 8 October (a weekend) worked.
    assert not is_working_day(day("2023-09-29"))
    assert is_working_day(day("2023-10-07"))
    # From 20 September: 21, 22, 25–28 September (6), 7–13 October (7), then 5 a week: the 30th is 7 November.
    assert due_date(day("2023-09-20"), 6, working=True) == day("2023-09-28")
    assert due_date(day("2023-09-20"), 7, working=True) == day("2023-10-07")
    assert due_date(day("2023-09-20"), 30, working=True) == day("2023-11-07")


def test_a_year_without_a_notice_counts_monday_to_friday() -> None:
    assert not holidays_known(2099)
    assert due_date(day("2099-01-02"), 5, working=True) == day("2099-01-09")  # a Friday to the next


def test_a_period_has_at_least_a_day() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        due_date(END, 0)


def table(**row: object) -> pd.DataFrame:
    empty = dict.fromkeys(
        ("measure", "mode", "deadline", "extended_to", "closed", "recheck_date", "recheck_result"), math.nan
    )
    base = {"rect_id": "R1", "finding_id": "F1", "finding_year": math.nan, "unit": "县教育局",
            "issued": "2023-03-01", "reminders": math.nan}  # fmt: skip
    return pd.DataFrame([base | empty | row])


def test_the_deadline_that_counts_is_the_extension_then_the_own_then_the_rule() -> None:
    rule = DeadlineRule(30)
    (by_rule,) = read_cases(table(), rule, 2023)
    (own,) = read_cases(table(deadline="2023-03-20"), rule, 2023)
    (extended,) = read_cases(table(deadline="2023-03-20", extended_to="2023-04-15"), rule, 2023)
    assert (by_rule.due, by_rule.due_given) == (day("2023-03-31"), False)
    assert (own.due, own.due_given) == (day("2023-03-20"), True)
    assert (extended.due, extended.extended) == (day("2023-04-15"), True)


def test_a_finding_belongs_to_the_year_that_is_named_or_to_the_list_that_has_it() -> None:
    rule = DeadlineRule()
    assert read_cases(table(finding_year=2021.0), rule, 2023)[0].year == 2021
    assert read_cases(table(), rule, 2023)[0].year == 2023
    assert read_cases(table(), rule, 2023, ["F1"])[0].year == 2022


# --- states by hand -----------------------------------------------------------------------------


def test_each_state_by_its_dates() -> None:
    assert case("2023-12-01", "2023-12-31").state(END) is State.FILED
    assert case("2023-12-01", "2023-12-31", handled=True).state(END) is State.HANDLED
    assert case("2023-12-01", "2023-12-31", handled=True, reminders=1).state(END) is State.URGED
    closed = case("2023-03-01", "2023-03-31", "2023-03-20", reminders=2)
    assert closed.state(END) is State.CLOSED
    assert closed.state(day("2023-03-19")) is State.URGED  # the day before it was closed
    passed = case("2023-03-01", "2023-03-31", "2023-03-20", recheck="2023-05-01", passed=True)
    assert passed.state(day("2023-04-30")) is State.CLOSED
    assert passed.state(END) is State.PASSED
    failed = case("2023-03-01", "2023-03-31", "2023-03-20", recheck="2023-05-01", passed=False)
    assert failed.state(day("2023-04-30")) is State.CLOSED
    assert failed.state(END) is State.FAILED


def test_a_failed_recheck_before_the_closing_is_history() -> None:
    mended = case("2023-03-01", "2023-06-30", "2023-06-20", recheck="2023-05-01", passed=False)
    assert mended.state(day("2023-05-02")) is State.FAILED
    assert mended.state(END) is State.CLOSED
    assert mended.timing(END) is Timing.ON_TIME


def test_a_case_passed_without_a_day_of_closing_was_closed_by_the_recheck() -> None:
    found = case("2023-03-01", "2023-03-31", recheck="2023-03-30", passed=True)
    assert found.finished(END) == day("2023-03-30")
    assert found.timing(END) is Timing.ON_TIME
    undated = case("2023-03-01", "2023-03-31", passed=True)
    assert undated.finished(END) is None  # nobody knows when


def test_the_day_of_the_deadline_is_in_time() -> None:
    assert case("2023-03-01", "2023-03-31", "2023-03-31").timing(END) is Timing.ON_TIME
    assert case("2023-03-01", "2023-03-31", "2023-04-01").timing(END) is Timing.LATE
    still_open = case("2023-12-01", "2023-12-31")
    assert still_open.timing(END) is Timing.RUNNING
    assert still_open.timing(day("2024-01-01")) is Timing.OVERDUE
    assert still_open.days_over(END) == 0
    assert still_open.days_over(day("2024-01-10")) == 10


def test_there_is_no_state_before_the_filing() -> None:
    with pytest.raises(ValueError, match="was filed on 2023-05-01"):
        case("2023-05-01", "2023-05-31").state(day("2023-04-30"))


# --- one year by hand ---------------------------------------------------------------------------

YEAR = [
    case("2022-12-01", "2022-12-31", "2023-01-10", rect_id="R2", finding_id="F2", year=2022),  # late, 40 days
    case("2023-03-01", "2023-04-15", "2023-04-15", recheck="2023-05-10", passed=True),  # in time, 45 days
    case("2023-03-01", "2023-03-31", "2023-03-31", recheck="2023-05-20", passed=False),  # open again, overdue
    case("2023-09-01", "2023-10-01", handled=True, reminders=2),  # overdue
    case("2023-12-15", "2024-01-14"),  # running
    case("2023-06-01", "2023-06-30", "2023-07-05", handled=True),  # late, 34 days
]


def test_counts_of_a_year() -> None:
    assert state_counts(YEAR, END) == {
        State.FILED: 1, State.HANDLED: 0, State.URGED: 1, State.CLOSED: 2, State.PASSED: 1, State.FAILED: 1,
    }  # fmt: skip
    assert timing_counts(YEAR, END) == {
        Timing.ON_TIME: 1, Timing.LATE: 2, Timing.OVERDUE: 2, Timing.RUNNING: 1,
    }  # fmt: skip
    assert on_time(YEAR, END) == OnTime(1, 5)
    assert on_time(YEAR, END).percent == 20
    assert median_days(YEAR, END) == 40
    assert stages_reached(YEAR, END) == {"立项": 6, "办理": 5, "催办": 1, "办结": 4, "复查": 2}
    assert [c.days_over(END) for c in YEAR] == [10, 0, 275, 91, 0, 5]


def test_burn_down_of_a_year() -> None:
    frame = burn_down(YEAR, 2023, END)
    assert list(frame["open"]) == [1, 0, 0, 1, 0, 1, 2, 1, 1, 2, 2, 2, 3]
    assert list(frame["opened"]) == [0, 0, 0, 2, 0, 0, 1, 0, 0, 1, 0, 0, 1]
    assert list(frame["closed"]) == [0, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0]
    assert list(frame["reopened"]) == [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert list(frame["overdue"]) == [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2]
    assert list(frame["end"])[:3] == ["2022-12-31", "2023-01-31", "2023-02-28"]


def test_the_year_may_be_asked_for_before_it_ends() -> None:
    assert month_ends(2024, day("2024-02-10")) == [day("2024-01-31"), day("2024-02-10")]
    assert month_ends(2023, day("2024-06-30"))[-1] == END
    frame = burn_down(YEAR, 2023, day("2023-04-10"))
    assert list(frame["open"]) == [1, 0, 0, 1, 1]


def test_nothing_due_gives_no_rate() -> None:
    assert on_time([], END).percent is None
    assert median_days([case("2023-12-15", "2024-01-14")], END) is None


# --- carried over -------------------------------------------------------------------------------


def test_what_became_of_last_year() -> None:
    last = [
        case("2022-11-01", "2022-12-01", "2022-11-20", rect_id="R1", finding_id="F1", year=2022),
        case("2022-12-01", "2022-12-31", rect_id="R2", finding_id="F2", year=2022),
        case("2022-11-15", "2022-12-15", rect_id="R3", finding_id="F3", year=2022),
    ]
    found = carry_over(last, YEAR, 2023, END, ["F1", "F2", "F3", "F4"])
    assert [(c.finding[1], c.fate) for c in found] == [
        ("F2", "逾期办结"), ("F3", UNREPORTED), ("F4", UNREPORTED),
    ]  # fmt: skip


def test_an_earlier_problem_that_only_this_year_lists_is_carried_over_too() -> None:
    found = carry_over([], YEAR, 2023, END)
    assert [(c.finding, c.fate) for c in found] == [((2022, "F2"), "逾期办结")]


def test_of_two_cases_of_a_finding_each_finds_its_own() -> None:
    last = [
        case("2022-11-01", "2022-12-01", rect_id="A", finding_id="F", year=2022, unit="甲局"),
        case("2022-11-01", "2022-12-01", rect_id="B", finding_id="F", year=2022, unit="乙局"),
    ]
    now = [
        case("2022-11-01", "2023-02-01", "2023-01-31", rect_id="X", finding_id="F", year=2022, unit="乙局"),
        case("2022-11-01", "2022-12-01", rect_id="Y", finding_id="F", year=2022, unit="甲局"),
    ]
    assert [c.fate for c in carry_over(last, now, 2023, END)] == ["逾期未结", "按期办结"]


# --- properties ---------------------------------------------------------------------------------

DATES = st.dates(date(2022, 1, 1), date(2024, 6, 30))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    issued = draw(st.dates(date(2022, 6, 1), date(2023, 12, 31)))
    after = st.integers(0, 400).map(lambda n: issued + timedelta(days=n))
    return Case(
        rect_id=draw(st.sampled_from("ABCD")),
        finding_id=draw(st.sampled_from("FGH")),
        year=draw(st.sampled_from((2022, 2023))),
        unit=draw(st.sampled_from(("甲局", "乙局"))),
        issued=issued,
        due=draw(after),
        handled=draw(st.booleans()),
        reminders=draw(st.integers(0, 3)),
        closed=draw(st.none() | after),
        recheck=draw(st.none() | after),
        recheck_passed=draw(st.none() | st.booleans()),
    )


LISTS = st.lists(cases(), max_size=12)


@given(LISTS, DATES)
def test_every_case_is_in_exactly_one_state_and_one_timing(found: list[Case], on: date) -> None:
    there = sum(c.issued <= on for c in found)
    states, timings = state_counts(found, on), timing_counts(found, on)
    assert sum(states.values()) == sum(timings.values()) == there
    open_ = sum(states[s] for s in OPEN_STATES)
    assert open_ == timings[Timing.OVERDUE] + timings[Timing.RUNNING]


@given(cases(), DATES)
def test_a_closed_case_has_days_and_an_open_one_has_none(found: Case, on: date) -> None:
    if on < found.issued:
        return
    taken = found.days_taken(on)
    assert (taken is None) == (found.state(on) in OPEN_STATES)
    assert taken is None or 0 <= taken <= (on - found.issued).days
    assert (found.days_over(on) > 0) == (found.timing(on) in (Timing.LATE, Timing.OVERDUE))


@given(LISTS, DATES)
def test_the_rate_lies_between_none_and_all(found: list[Case], on: date) -> None:
    rate = on_time(found, on)
    assert 0 <= rate.on_time <= rate.of <= len(found)
    assert rate.percent is None or 0 <= rate.percent <= 100


@given(LISTS)
def test_each_month_follows_from_the_one_before(found: list[Case]) -> None:
    frame = burn_down(found, 2023, END)
    for before, now in zip(frame.itertuples(), frame.iloc[1:].itertuples(), strict=False):
        assert now.open == before.open + now.opened + now.reopened - now.closed
        assert 0 <= now.overdue <= now.open
    counts = state_counts(found, END)
    assert frame["open"].iloc[-1] == sum(counts[s] for s in OPEN_STATES)


@given(LISTS, LISTS)
def test_nothing_that_was_left_open_is_forgotten(last: list[Case], now: list[Case]) -> None:
    before = date(2022, 12, 31)
    last = [c for c in last if c.issued <= before]
    found = carry_over(last, now, 2023, END, ["F", "G", "H"])
    left_open = [c for c in last if c.finished(before) is None]
    assert sum(c.before is not None for c in found) == len(left_open)
    used = [id(c.now) for c in found if c.now is not None]
    assert len(used) == len(set(used))  # no case of this year answers for two
    known = {c.finding for c in last} | {c.finding for c in found}
    assert {(2022, "F"), (2022, "G"), (2022, "H")} <= known | {c.finding for c in now}
    fates = {*(t.value for t in Timing), State.FAILED.value, UNREPORTED}
    assert all(c.fate in fates for c in found)


@given(st.dates(date(2005, 1, 1), date(2025, 12, 31)), st.integers(1, 60))
def test_working_days_are_counted_one_by_one(issued: date, days: int) -> None:
    due = due_date(issued, days, working=True)
    between = [issued + timedelta(days=n) for n in range(1, (due - issued).days + 1)]
    assert sum(map(is_working_day, between)) == days
    assert is_working_day(due)
