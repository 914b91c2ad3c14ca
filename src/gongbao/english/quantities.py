"""Amounts, dates and numbers as English writes them. No digit is changed but for moving the decimal point."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_N = r"(\d[\d,]*(?:\.\d+)?)"
_QUALIFIERS = {
    "约": "about ",
    "近": "nearly ",
    "超过": "over ",
    "不足": "fewer than ",
    "至少": "at least ",
    "": "",
}
_AMOUNT = re.compile(
    rf"(约|近|超过|不足|至少|)([≥≤<>]?\s?-?)\s?{_N}\s?(余|多|)(亿|万|)"
    r"([^\d\s，。；：、]*?)(以上|以下|左右|)"
)
_COUNTER = "个"  # says that things are counted, and not which: English has nothing for it
_SINGULAR = {
    "bodies": "body", "cases": "case", "classes": "class", "copies": "copy", "counties": "county", "courses": "course",
    "days": "day", "documents": "document", "groups": "group", "inspections": "inspection", "items": "item",
    "lessons": "lesson", "matters": "matter", "medals": "medal", "notices": "notice", "persons": "person",
    "places": "place", "points": "point", "problems": "problem", "programmes": "programme", "projects": "project",
    "rectifications": "rectification", "reports": "report", "rooms": "room", "schools": "school", "stages": "stage",
    "tasks": "task", "teachers": "teacher", "teams": "team", "times": "time", "units": "unit", "vehicles": "vehicle",
    "visits": "visit", "volumes": "volume",
}  # fmt: skip
_ONE = re.compile(rf"(?<![\d.,–])1 ((?:percentage |school |evaluation )?)({'|'.join(_SINGULAR)})\b")
_THIRDS = {"上旬": "early", "中旬": "mid-", "下旬": "late"}


def _month(number: str) -> str:
    return MONTHS[int(number) - 1]


_DATES: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], str]], ...] = tuple(
    (re.compile(pattern), make)
    for pattern, make in (
        (r"(\d{4})年(\d{1,2})月(\d{1,2})日", lambda m: f"{m[3]} {_month(m[2])} {m[1]}"),
        (r"(\d{4})年(\d{1,2})月", lambda m: f"{_month(m[2])} {m[1]}"),
        (r"(\d{4})年(?:度)?", lambda m: m[1]),
        (r"(\d{4})[—-](\d{4})学年", lambda m: f"school year {m[1]}–{m[2]}"),
        (r"(\d{4})(?:至|—|-)(\d{4})年", lambda m: f"{m[1]}–{m[2]}"),
        (r"(\d{1,2})月(\d{1,2})日至(\d{1,2})日", lambda m: f"{m[2]}–{m[3]} {_month(m[1])}"),
        (r"(\d{1,2})月(\d{1,2})日至(\d{1,2})月(\d{1,2})日",
         lambda m: f"{m[2]} {_month(m[1])} to {m[4]} {_month(m[3])}"),
        (r"(\d{1,2})月(\d{1,2})日", lambda m: f"{m[2]} {_month(m[1])}"),
        (r"(\d{1,2})[—-](\d{1,2})月", lambda m: f"{_month(m[1])} to {_month(m[2])}"),
        (r"(\d{1,2})月(上旬|中旬|下旬)", lambda m: f"{_THIRDS[m[2]]} {_month(m[1])}".replace("- ", "-")),
        (r"(\d{1,2})月份?", lambda m: _month(m[1])),
    )
)  # fmt: skip


def english_date(text: str) -> str | None:
    """A date, month or year; None for other text (and for a month that there is not)."""
    for pattern, make in _DATES:
        if match := pattern.fullmatch(text):
            try:
                return make(match)
            except IndexError:
                return None
    return None


def english_amount(text: str, unit_of: Callable[[str], str | None]) -> str | None:
    """A number with its qualifier and unit ("约5.23亿元" -> "about 523 million yuan"); None for other text.

    `unit_of` gives the English of a unit, None for what is none.
    """
    match = _AMOUNT.fullmatch(text)
    if match is None:
        return None
    before, sign, number, more, scale, unit, after = match.groups()
    words = unit_of(unit) if unit and unit != _COUNTER else ""
    if words is None:
        return None
    shown = _scaled(number, scale, money=unit == "元")
    joint = "" if not words or words.startswith(("%", "‰")) else " "
    tail = {"以上": " or more", "以下": " or fewer", "左右": "", "": ""}[after]
    head = "about " if after == "左右" else "more than " if more else _QUALIFIERS[before]
    return singular(f"{head}{sign}{shown}{joint}{words}{tail}")


def singular(text: str) -> str:
    """“1 schools” -> “1 school”."""
    return _ONE.sub(lambda m: f"1 {m[1]}{_SINGULAR[m[2]]}", text)


def _scaled(number: str, scale: str, *, money: bool) -> str:
    if not scale:
        return number
    exact = Decimal(number.replace(",", ""))
    whole = exact * (10**8 if scale == "亿" else 10**4)
    if money or whole != whole.to_integral_value() or whole >= 10**8:
        return f"{_plain(whole / 10**6)} million"
    return f"{int(whole):,}"


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
