"""Lighter submissions of earlier years (codes 99xxxx): what the office typed in from its old bulletins.

甲 goes back to 2017 and 乙 to 2018, into what they file in full since 2021. 庚 reports only these tables, in
every year since 2018; until 2019 it was 示例县庚 (990117), since 2020 it is 示例市庚区 (990107). Until 2019
the province counted as children in kindergarten only those in kindergartens of their own; since 2020 also
those in classes at primary schools.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sample_money import PRESCHOOL_SURVEY, SURVEY, fund_rows, survey_rows
from sample_profiles import PROFILES, SEED, Profile, Row, Setting
from sample_reports import STAGES, evaluation_rows, finance_rows
from sample_schools import YEARS, County, Policy, School, found_schools, school_rows, year_rows
from sample_values import WITH_CLASSES, preschool_rates, value_rows
from sample_year import satisfaction
from submissions import copy_definitions

from gongbao.data import read_dataset
from gongbao.data.template import fill_template, write_template

NOTE = (
    "示例数据（虚构）：地名、校名和全部数值都是编造的，不代表任何地方。往年数据按当年公报补录，只有部分表。"
)
WITHOUT_CLASSES = "在园幼儿不含小学附设幼儿班"
CLASSES_COUNTED_SINCE = 2020

# 毛入园率, 普惠覆盖率 and 公办占比 in per cent, up to the years that PROFILES tells of.
_PRESCHOOL: Mapping[str, Mapping[int, tuple[float, float, float]]] = {
    "990101": {
        2017: (74.8, 70.1, 45.2), 2018: (76.9, 73.0, 46.4), 2019: (79.0, 76.2, 47.7),
        2020: (84.7, 80.9, 49.6),
    },
    "990102": {2018: (78.2, 75.9, 48.3), 2019: (80.4, 78.8, 49.7), 2020: (86.9, 84.0, 51.6)},
    "990107": {
        2018: (77.1, 72.4, 46.8), 2019: (79.3, 75.1, 48.0), 2020: (85.3, 79.4, 49.9),
        2021: (86.9, 82.2, 51.0), 2022: (88.3, 84.6, 52.1), 2023: (89.6, 86.0, 53.4),
    },
}  # fmt: skip
# 元 a pupil and year; from 2021 on `finance_rows` says it
_PUBLIC_FUNDS = {
    2017: {"幼儿园": 400, "小学": 620, "初中": 820, "高中": 800},
    2018: {"幼儿园": 450, "小学": 650, "初中": 850, "高中": 850},
    2019: {"幼儿园": 500, "小学": 680, "初中": 880, "高中": 900},
    2020: {"幼儿园": 550, "小学": 700, "初中": 910, "高中": 950},
}


@dataclass(frozen=True, slots=True)
class Renamed:
    """A place that was given another code: its name and code before `since`, and from then on."""

    before: tuple[str, str]
    after: tuple[str, str]
    since: int

    def in_year(self, year: int) -> tuple[str, str]:
        return self.after if year >= self.since else self.before


GENG = Renamed(("990117", "示例县庚"), ("990107", "示例市庚区"), 2020)
# As it was founded: its schools keep the ids that begin with the old code.
GENG_COUNTY = County(
    *GENG.before,
    {"小学": 20, "初中": 7, "九年一贯制": 2, "高中": 1, "幼儿园": 6},
    (Policy(0.87, 0.06, 0.2), Policy(0.91, 0.04, 0.1), Policy(0.96, 0.01)),
    town_schools=4,
    budget=2.9,
    early={2018: Policy(0.76, 0.09, 0.4), 2019: Policy(0.8, 0.08, 0.35), 2020: Policy(0.84, 0.07, 0.3)},
)
_GENG_PROFILE = Profile(0.7, (0, 0, 0), 0, 0.93, 0.905, (), (0, 0, 0))


def make_early(data: Path, counties: Iterable[County]) -> list[Path]:
    """Write the lighter submissions of `counties` and of 庚 into `data`; returns their paths.

    They are made beside the definitions alone, so that no form depends on what another county filed.
    """
    written: list[Path] = []
    for county in (*(c for c in counties if c.early), GENG_COUNTY):
        with tempfile.TemporaryDirectory() as folder:
            copy = copy_definitions(data, Path(folder))
            for path in _make(copy, county):
                target = data / path.relative_to(copy)
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(path.read_bytes())
                written.append(target)
    return written


def _make(data: Path, county: County) -> list[Path]:
    renamed = county is GENG_COUNTY
    years = (*county.early, *YEARS) if renamed else tuple(county.early)
    founded = found_schools(county, np.random.default_rng([SEED, int(county.code)]))
    finance = _geng_finance(county, years) if renamed else _back(county, years)
    written = []
    for year in years:
        code, name = GENG.in_year(year) if renamed else (county.code, county.name)
        dataset = read_dataset(data.parent, data)
        school_year = year_rows(
            county, founded, year, dataset.table("targets"), np.random.default_rng([SEED, int(code), year])
        )
        profile = _GENG_PROFILE if renamed else PROFILES[code]
        schools = _schools(founded, county.name, name)
        place = Setting(code, name, year, year - YEARS[0], schools, school_year, profile)
        tables = _tables(place, finance[year], dataset, with_duty=not renamed)
        office = f"{name}人民政府教育督导委员会办公室"
        path = data / str(year) / f"{code}.xlsx"
        path.parent.mkdir(exist_ok=True)
        write_template(path, dataset, code, year)
        fill_template(path, tables, {"office": office, "source_id": "sample-schools", "note": NOTE})
        written.append(path)
    return written


def _schools(founded: Sequence[School], old: str, new: str) -> list[Row]:
    """The schools of a year, under the name that their county has in it."""
    rows = school_rows(list(founded))
    for row in rows:
        row["school_name"] = row["school_name"].replace(old, new, 1)
    return rows


def _tables(place: Setting, finance: Sequence[Row], dataset: Any, *, with_duty: bool) -> dict[str, list[Row]]:
    """Money, schools, surveys, kindergarten rates and, for a county that is evaluated, the evaluation."""
    surveys = [row for row in survey_rows(place) if row["survey"] in (SURVEY, PRESCHOOL_SURVEY)]
    nutrition = next(r["value"] for r in finance if r["indicator_id"] == "nutrition_county_funds")
    new_scope = place.year >= CLASSES_COUNTED_SINCE
    code = GENG.after[0] if place.code == GENG.before[0] else place.code
    values = preschool_rates(
        place, _PRESCHOOL[code][place.year], WITH_CLASSES if new_scope else WITHOUT_CLASSES
    )
    values["satisfaction_rate", "义务教育"] = satisfaction({"surveys": surveys}, SURVEY)
    tables: dict[str, list[Row]] = {
        "schools": list(map(dict, place.schools)),
        "school_year": list(map(dict, place.school_year)),
        "surveys": surveys,
        "funds": fund_rows(place, nutrition),
    }
    if with_duty:
        items, bands = dataset.table("framework_items"), dataset.table("grade_bands")
        strict = min(0.6, 0.34 - 0.05 * place.age)
        tables["evaluations"], tables["eval_scores"] = evaluation_rows(
            place.code, place.year, strict, items, bands, {}, place.chance(51)
        )
        own = next(row for row in tables["evaluations"] if row["step"] == "自评")
        values["self_evaluation_score", "全部"] = {"value": own["total"]}
    tables["indicator_values"] = [*finance, *value_rows(place, values, dataset.table("indicators"))]
    return tables


def _geng_finance(county: County, years: tuple[int, ...]) -> dict[int, list[Row]]:
    rng = np.random.default_rng([SEED, int(county.code), 52])
    rows = finance_rows(GENG.after[0], county.budget, years, rng, level=0.84)
    return {year: _with_public_funds(rows[year], year) for year in years}


def _with_public_funds(rows: list[Row], year: int) -> list[Row]:
    for row in rows:
        if row["indicator_id"] == "per_pupil_public_funds" and year in _PUBLIC_FUNDS:
            row["value"] = _PUBLIC_FUNDS[year][row["stage"]]
    return rows


def _back(county: County, years: tuple[int, ...]) -> dict[int, list[Row]]:
    """Spending of the years before the first full one, whose reported growths it gives.

    Each year's figures follow from the next year's; the first year's growth is over one not filed.
    """
    rng = np.random.default_rng([SEED, int(county.code), 53])
    factor = 1 + (int(county.code) % 10 - 3) * 0.02
    series: dict[tuple[str, str, str], tuple[float, int, float, float]] = {
        ("total_education_funds", "全部", "亿元"): (round(county.budget * 1.28, 4), 4, 0.03, 0.08),
        ("general_public_budget", "全部", "亿元"): (round(county.budget, 4), 4, 0.03, 0.08),
        **{
            ("per_pupil_budget", stage, "元"): (round(base * factor, 2), 2, 0.02, 0.09)
            for stage, base in STAGES.items()
        },
    }
    filed: dict[tuple[str, str, str], dict[int, float]] = {}
    for key, (value, decimals, low, high) in series.items():
        filed[key] = {}
        for year in range(years[-1], years[0] - 2, -1):
            filed[key][year] = value
            value = round(value / (1 + rng.uniform(low, high)), decimals)
    result: dict[int, list[Row]] = {}
    for year in years:
        rows: list[Row] = []
        for (indicator, stage, unit), values in filed.items():
            row = {"indicator_id": indicator, "stage": stage, "source_id": "sample-finance"}
            growth = round((values[year] / values[year - 1] - 1) * 100, 2)
            rows.append(row | {"statistic": "数值", "value": values[year], "unit": unit})
            rows.append(row | {"statistic": "增长率", "value": growth, "unit": "%"})
        for stage, value in _PUBLIC_FUNDS[year].items():
            rows.append(_amount("per_pupil_public_funds", stage, value, "元"))
        nutrition = float(round(420 * factor + 35 * (year - YEARS[0])))
        rows.append(_amount("nutrition_county_funds", "义务教育", nutrition, "万元"))
        result[year] = rows
    return result


def _amount(indicator: str, stage: str, value: float, unit: str) -> Row:
    return {"indicator_id": indicator, "stage": stage, "statistic": "数值", "value": value, "unit": unit,
            "source_id": "sample-finance"}  # fmt: skip
