"""What one county of 示例国 is like, and everything its office reports, by the sample's own generators.

All of it follows from (seed, the county's code, the first year): a county is the same in a country of ten
and of 2,846. About a third of the counties pass 优质均衡; spending falls in one of twelve, one of twenty has
a school that reports nothing, one of fifteen a figure that nobody filed, one of thirty unanswered warnings.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from country_regions import Region
from sample_profiles import ROUND, Profile, Row, Setting, pick, whole
from sample_reports import STAGES, evaluation_rows, finance_rows
from sample_schools import (
    RESOURCES,
    TYPICAL,
    YEARS,
    County,
    Policy,
    School,
    found_schools,
    school_rows,
    weighted_spread,
    year_rows,
)
from sample_work import Case
from sample_year import work_year

from gongbao.data.dataset import Dataset

Tables = dict[str, list[Row]]
SMALLEST, LARGEST = 40, 120  # schools and kindergartens of a county; 70 on average
# The shares of kinds of schools in a county, besides those that every county has one or two of.
_SHARES = {"小学": 0.44, "教学点": 0.07, "初中": 0.15, "九年一贯制": 0.05, "幼儿园": 0.2}
# How far the draws must be spread beyond the intended coefficients, or the best school had absurdly much.
_SPARE = 1.3


@dataclass(frozen=True, slots=True)
class Nature:
    """A county's draws: its schools and their provision, its habits in each year, where spending falls
    (code, year, stage), what it does not file (year, indicator, stage) and whether it answers warnings."""

    county: County
    profiles: Mapping[int, Profile]
    falls: tuple[tuple[str, int, str], ...]
    unfiled: tuple[tuple[int, str, str], ...]
    answers: bool


def nature_of(region: Region, years: Sequence[int], seed: int) -> Nature:
    rng = np.random.default_rng([seed, int(region.code), 1])
    count = round(SMALLEST + (LARGEST - SMALLEST) * rng.beta(1.9, 3.1))
    kinds = {kind: max(1, round(count * share * rng.uniform(0.85, 1.15))) for kind, share in _SHARES.items()}
    kinds |= {"完全中学": whole(rng, 0, 2), "高中": whole(rng, 1, 2), "中职": 1, "特教": whole(rng, 0, 1)}
    kinds["小学"] = max(12, kinds["小学"] + count - sum(kinds.values()))
    level = float(rng.beta(2.0, 1.9))  # 0: the poorest, 1: the best provided
    start = float(rng.uniform(0.0, 0.04))
    policies = {year: _policy(level, start + 0.03 * (year - YEARS[-1])) for year in years}
    chances = rng.random(5).tolist()
    county = County(
        code=region.code,
        name=region.name,
        kinds=kinds,
        policies=(_policy(level, start),) * len(YEARS),  # `early` says it of every year
        town_schools=whole(rng, 3, 7),
        small_point=chances[0] < 0.15,
        silent_school=chances[1] < 0.05,
        budget=round(count * float(rng.uniform(0.1, 0.17)), 2),
        early=policies,
    )
    falls = ((region.code, pick(rng, years), pick(rng, list(STAGES))),) if chances[2] < 1 / 12 else ()
    unfiled = ((pick(rng, years), *pick(rng, _MAY_LACK)),) if chances[3] < 1 / 15 else ()
    return Nature(county, _profiles(years, level, count, rng), falls, unfiled, chances[4] > 1 / 30)


_MAY_LACK = (
    ("per_pupil_budget", "职业高中"), ("fitness_pass_rate", "义务教育"), ("vocational_interns", "职业高中"),
    ("training_refunds", "全部"),
)  # fmt: skip


def _policy(level: float, better: float) -> Policy:
    """Provision of a year. Only the upper third is beyond every threshold and coefficient."""
    floor = min(1.03, 0.8 + 0.26 * level + better)
    return Policy(floor, 0.13 * (0.72 - level) - better, float(np.clip(0.45 * (0.85 - level), 0, 0.5)))


def _profiles(years: Sequence[int], level: float, count: int, rng: np.random.Generator) -> dict[int, Profile]:
    """The county's habits in each year. Campaigns and the like go by rounds of three years."""
    prompt = float(np.clip(0.42 + 0.5 * level + rng.normal(0, 0.05), 0.4, 0.95))
    paid, satisfied = min(0.98, 0.62 + 0.4 * level), min(0.96, 0.82 + 0.14 * level + rng.uniform(-0.02, 0.02))
    preschool = (78.5 + 10 * level + rng.normal(0, 1.2), 73 + 13 * level + rng.normal(0, 1.5),
                 45 + 9 * level + rng.normal(0, 1.2))  # fmt: skip
    found = tuple(max(12, round(count * 0.3) + whole(rng, -3, 3)) for _ in YEARS)
    visited, unplaced = max(8, round(count * 0.16)), float(rng.uniform(0.02, 0.05 + 0.12 * (1 - level)))
    steps = np.cumsum([whole(rng, 1, 2), whole(rng, 0, 2), whole(rng, 0, 2)]).tolist()
    profiles = {}
    for year in years:
        first = year - _age(year)
        rates = tuple(
            tuple(round(min(rate + 1.7 * (one - YEARS[0]), 99.4), 1) for rate in preschool)
            for one in range(first, first + ROUND)
        )
        profiles[year] = Profile(
            prompt, found, visited, paid, satisfied, rates, tuple(steps), unplaced,
        )  # fmt: skip
    return profiles


def _age(year: int) -> int:
    """The year's place in its round of three."""
    return (year - YEARS[0]) % ROUND


def submissions(
    region: Region, years: Sequence[int], definitions: Dataset, seed: int
) -> Iterator[tuple[int, Tables]]:
    """Each year with the tables that the county's office files for it.

    `definitions`: the publication's shared tables.
    """
    nature = nature_of(region, years, seed)
    county, code = nature.county, int(region.code)
    targets = definitions.table("targets")
    targets = targets[targets["indicator_id"].isin(RESOURCES)]  # all that decides about schools' resources
    schools = _founded(county, years, seed)
    money = finance_rows(
        region.code, county.budget, tuple(years), np.random.default_rng([seed, code, 3]), falls=nature.falls
    )
    left: list[Case] = []
    for year in years:
        school_year = year_rows(county, schools, year, targets, np.random.default_rng([seed, code, year]))
        rows = school_rows(schools)
        strict = float(np.clip(1.15 - county.policy(year).floor, 0.08, 0.5))
        duty = evaluation_rows(
            region.code, year, strict, definitions.table("framework_items"), definitions.table("grade_bands"),
            {}, np.random.default_rng([seed, code, year, 4]),
        )  # fmt: skip
        profile = nature.profiles[year]
        place = Setting(region.code, region.name, year, _age(year), rows, school_year, profile, seed)
        tables, left = work_year(place, left, money[year], duty, definitions)
        for when, name, stage in nature.unfiled:
            if when == year:
                _leave_out(tables["indicator_values"], name, stage)
        if not nature.answers:
            tables["explanations"] = []
        _name_rounds(tables["campaigns"], year)
        yield year, tables | {"schools": rows, "school_year": school_year}


def _founded(county: County, years: Sequence[int], seed: int) -> list[School]:
    """The county's schools. Draws that lie too close together for a year's intended coefficients are squared,
    which keeps their order and spreads them."""
    schools = found_schools(county, np.random.default_rng([seed, int(county.code), 2]))
    shift = max(county.policy(year).shift for year in years)
    for level, typical in TYPICAL.items():
        own = [school for school in schools if level in school.pupils]
        pupils = np.array([school.pupils[level] for school in own])
        draws = np.array([school.draws[level] for school in own])
        while True:
            mean, deviation = weighted_spread(pupils, draws)
            narrow = deviation < _SPARE * (np.array(typical) + shift) * mean
            if not narrow.any():
                break
            draws[:, narrow] **= 2
        for school, values in zip(own, draws, strict=True):
            school.draws[level] = values
    return schools


def _name_rounds(rows: Sequence[Row], year: int) -> None:
    """A campaign begins anew with each round of three years: another one than that of the sample's round."""
    first = year - _age(year)
    if first != YEARS[0]:
        for row in rows:
            row["campaign"] += f"（{first}—{first + ROUND - 1}年）"


def _leave_out(rows: Sequence[Row], name: str, stage: str) -> None:
    for row in rows:
        if row["indicator_id"] == name and row["stage"] == stage:
            row |= {"value": None, "qualifier": None, "numerator": None, "denominator": None}
            row["missing_code"] = "未报"
