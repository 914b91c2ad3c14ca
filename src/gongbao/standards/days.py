"""A period in days or in working days, counted from the day after it begins."""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache

import chinese_calendar
from chinese_calendar.constants import holidays

DAY = timedelta(days=1)


def due_date(issued: date, days: int, *, working: bool = False) -> date:
    """The last day of a period of `days` days that begins with the day after `issued`.

    `working` counts working days: Monday to Friday without public holidays and with the days made up
    for them (`is_working_day`). Raises ValueError for fewer than one day.
    """
    if days < 1:
        raise ValueError(f"a period has at least one day, not {days}")
    if not working:
        return issued + timedelta(days=days)
    day = issued
    while days:
        day += DAY
        days -= is_working_day(day)
    return day


def is_working_day(day: date) -> bool:
    """Whether people work on this day in China, by the State Council's yearly notice on holidays.

    For a year without a known notice (before 2004, or not announced yet) Monday to Friday.
    """
    return bool(chinese_calendar.is_workday(day)) if holidays_known(day.year) else day.weekday() < 5


@cache
def holidays_known(year: int) -> bool:
    """Whether the notice on the public holidays of this year is known."""
    return any(day.year == year for day in holidays)
