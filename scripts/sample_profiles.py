"""What sets the sample counties apart in their daily work, and the small tools their tables share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

import numpy as np

T = TypeVar("T")
Row = dict[str, Any]
SEED = 990000
ROUND = 3  # years in which every school and kindergarten has its turn


@dataclass(frozen=True, slots=True)
class Profile:
    """A county's habits.

    `prompt`: the share of problems mended in time; `findings`: problems found a year; `visited`:
    schools that inspectors visit each month; `paid`: the share of received funds that is paid;
    `satisfied`: the share of 认可 in surveys; `preschool`: 毛入园率, 普惠覆盖率 and 公办占比 of each
    year in per cent; `campaign`: how far the county's campaigns have come in each year; `unplaced`: the
    share of disabled children without a place at school in the first year.
    """

    prompt: float
    findings: tuple[int, int, int]
    visited: int
    paid: float
    satisfied: float
    preschool: tuple[tuple[float, float, float], ...]
    campaign: tuple[int, int, int]
    unplaced: float = 0.0


PROFILES: Mapping[str, Profile] = {
    "990101": Profile(
        0.74, (30, 28, 26), 18, 0.95, 0.918,
        ((86.2, 83.4, 50.6), (88.1, 85.0, 52.3), (90.6, 86.7, 53.8)), (1, 3, 4), 0.038,
    ),
    # passes what it is asked
    "990102": Profile(
        0.9, (24, 22, 19), 12, 0.97, 0.947,
        ((88.4, 86.1, 53.0), (90.3, 88.2, 54.9), (92.1, 90.4, 56.2)), (3, 4, 6), 0.017,
    ),
    # pays late, mends late, and people are not content
    "990103": Profile(
        0.45, (28, 29, 30), 16, 0.58, 0.828,
        ((80.3, 74.6, 44.1), (81.9, 76.8, 45.9), (83.1, 78.9, 47.2)), (1, 1, 2), 0.108,
    ),
    # prints as 85.0 and is below 85 (毛入园率 in 2022); prints as 80.0 and is below 80 (普惠 in 2023)
    "990104": Profile(
        0.7, (26, 25, 23), 12, 0.93, 0.892,
        ((82.6, 78.2, 51.2), (84.96, 79.1, 52.0), (86.4, 79.96, 52.7)), (1, 2, 3), 0.046,
    ),
    # above the nation's 85 and below the province's 90 of 2023
    "990105": Profile(
        0.66, (22, 21, 20), 12, 0.91, 0.879,
        ((84.9, 80.4, 50.1), (86.3, 81.9, 50.9), (88.2, 83.5, 51.6)), (1, 2, 3), 0.06,
    ),
    "990106": Profile(
        0.78, (18, 17, 16), 10, 0.94, 0.902,
        ((87.7, 85.5, 51.8), (89.2, 86.8, 53.1), (91.0, 88.3, 54.0)), (2, 3, 4), 0.02,
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Setting:
    """One county and year: what its tables are made from. `age`: years since the first."""

    code: str
    name: str
    year: int
    age: int
    schools: Sequence[Mapping[str, Any]]
    school_year: Sequence[Mapping[str, Any]]
    profile: Profile = field(repr=False)
    seed: int = SEED

    @property
    def education(self) -> list[Mapping[str, Any]]:
        """Primary and secondary schools, without kindergartens."""
        return [s for s in self.schools if s["stage"] != "幼儿园"]

    @property
    def kindergartens(self) -> list[Mapping[str, Any]]:
        return [s for s in self.schools if s["stage"] == "幼儿园"]

    @property
    def assessed(self) -> list[Mapping[str, Any]]:
        """The schools whose turn the year is in the three-year round of school evaluation."""
        turn = round_part(self, [s for s in self.education if s["stage"] != "教学点"])
        return turn if self.profile.prompt > 0.6 else turn[: round(len(turn) * 0.65)]

    @property
    def towns(self) -> list[str]:
        """Names of the towns that schools are called after, in the order of the schools."""
        return self.towns_of(self.schools)

    def towns_of(self, schools: Sequence[Mapping[str, Any]]) -> list[str]:
        found = []
        for school in schools:
            name = str(school["school_name"]).removeprefix(self.name)
            if "镇" in name[:5]:
                found.append(name[: name.index("镇") + 1])
        return list(dict.fromkeys(found))

    def total(self, column: str, *stages: str) -> int:
        """The sum of a column of 学校年度, over some stages."""
        return int(sum(r.get(column) or 0 for r in self.school_year if not stages or r["stage"] in stages))

    def chance(self, part: int) -> np.random.Generator:
        """A generator for one part of one county and year: widening one part leaves the others alone."""
        return np.random.default_rng([self.seed, int(self.code), self.year, part])


def round_part(place: Setting, all_: Sequence[T]) -> list[T]:
    """Those whose turn it is this year in a round of ROUND years."""
    return [one for i, one in enumerate(all_) if i % ROUND == place.age % ROUND]


def whole(rng: np.random.Generator, low: int, high: int) -> int:
    """A whole number from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def pick(rng: np.random.Generator, choices: Sequence[T]) -> T:
    return choices[int(rng.integers(len(choices)))]


def some(rng: np.random.Generator, choices: Sequence[T], count: int) -> list[T]:
    """`count` different ones (or all), in their own order."""
    count = min(count, len(choices))
    return [choices[i] for i in sorted(rng.choice(len(choices), count, replace=False).tolist())]


def likely(rng: np.random.Generator, chance: float) -> bool:
    return bool(rng.random() < chance)


def workday(day: date) -> date:
    """The day itself, or the Monday after a weekend."""
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def after(day: date, days: float) -> date:
    return workday(day + timedelta(days=round(days)))


def iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
