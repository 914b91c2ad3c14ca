"""Invented schools and their resources for the sample counties (codes 99xxxx).

Each school draws how well it is provided with each resource once; a year's policy (the poorest
school's level and the intended difference coefficients) turns the draws into numbers. All
thresholds, weights and formulas come from the publication's targets and `gongbao.standards`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from gongbao.standards import RULES, LocalTargets, difference_coefficient, find_target

RESOURCES = tuple(rule.indicator_id for rule in RULES["quality_2017"])
BACKBONE = "backbone_teachers_per_100"
# Intended difference coefficients of RESOURCES, near those published for a real district.
TYPICAL = {
    "小学": (0.30, 0.45, 0.39, 0.29, 0.37, 0.31, 0.38),
    "初中": (0.27, 0.38, 0.35, 0.26, 0.32, 0.28, 0.33),
}
WEIGHTS = {"小学": 1.0, "初中": 1.1, "高中": 1.32}  # how a mixed school's needs are added up
YEARS = (2021, 2022, 2023)

_TOWNS = (
    "青禾", "白杨", "双槐", "松涛", "云岭", "南坪", "柳塘", "石桥铺",
    "桃溪", "杏林", "新塘", "东岗", "竹园",
    "梅岭", "枫树湾", "清水", "沙洲", "荷塘", "金穗", "银杏",
    "高坪", "麦田", "兰草", "月湾", "榆林坡", "茶山",
    "稻香", "芦花", "枣园", "松坪",
)  # fmt: skip
_VILLAGES = (
    "柳树", "桑园", "井边", "坡头", "河湾", "石磨", "水车", "枣林", "竹溪", "梨园", "塘边", "桥头",
)  # fmt: skip
_NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True, slots=True)
class Policy:
    """A year's provision: `floor` of the poorest school against the threshold, `shift` of the intended
    coefficients, `big_classes` the share of schools with classes above 45."""

    floor: float
    shift: float = 0.0
    big_classes: float = 0.0


@dataclass(frozen=True, slots=True)
class County:
    code: str
    name: str
    kinds: Mapping[str, int]
    policies: tuple[Policy, Policy, Policy]
    town_schools: int = 5
    small_point: bool = False  # one teaching point has 30 pupils
    silent_school: bool = False  # one school reports nothing in the last year
    near_miss: bool = False  # fails by one coefficient alone, at the third decimal
    budget: float = 8.0  # 亿元
    early: Mapping[int, Policy] = field(default_factory=dict)  # years before the full ones

    def policy(self, year: int) -> Policy:
        return self.early[year] if year in self.early else self.policies[YEARS.index(year)]


@dataclass(slots=True)
class School:
    """What stays the same over the years, and the draws: stage -> pupils, stage -> g for each resource."""

    row: dict[str, Any]
    pupils: dict[str, float]
    draws: dict[str, np.ndarray[Any, Any]]
    trend: float
    missed: tuple[str, int, float] | None = field(default=None)  # stage, resource, share of the threshold


_STAGES = {
    "小学": ("小学",), "教学点": ("小学",), "初中": ("初中",), "九年一贯制": ("小学", "初中"),
    "十二年一贯制": ("小学", "初中", "高中"), "完全中学": ("初中", "高中"), "高中": ("高中",),
    "幼儿园": ("全校",), "中职": ("全校",), "特教": ("全校",),
}  # fmt: skip
_SIZES = {"小学": (330, 0.55), "教学点": (66, 0.2), "初中": (620, 0.4), "九年一贯制": (290, 0.35),
          "十二年一贯制": (520, 0.2), "完全中学": (760, 0.2), "高中": (1750, 0.2), "幼儿园": (190, 0.35),
          "中职": (1300, 0.2), "特教": (86, 0.1)}  # fmt: skip


def found_schools(county: County, rng: np.random.Generator) -> list[School]:
    """The county's schools, in the order of their ids."""
    towns = [_TOWNS[i] for i in rng.permutation(len(_TOWNS))]
    schools: list[School] = []
    for kind, count in county.kinds.items():
        for index in range(count):
            serial = len(schools) + 1
            urban = (
                index < county.town_schools
                if kind in ("小学", "初中", "幼儿园")
                else kind not in ("教学点", "九年一贯制")
            )
            median, spread = _SIZES[kind]
            size = (
                median
                * math.exp(spread * float(rng.standard_normal()))
                * (2.2 if urban and kind == "小学" else 1)
            )
            low, high = (51, 98) if kind == "教学点" else (60, 1950)
            pupils = {stage: float(np.clip(size * _share(stage), low, high)) for stage in _STAGES[kind]}
            place = towns[index % len(towns)] + "镇"
            private = kind == "幼儿园" and index % 3 == 2
            schools.append(School(
                row={
                    "school_id": f"{county.code}{serial:04d}",
                    "zone_id": f"Z{(serial - 1) // 12 + 1}",
                    "school_name": county.name
                    + _name(kind, index, urban, place, private, county.town_schools),
                    "stage": kind,
                    "ownership": ("普惠民办" if index % 2 else "民办") if private else "公办",
                    "urban_rural": _setting(kind, index, urban),
                    "boarding": _boarding(kind, urban),
                    "built_year": int(rng.integers(1952, 2016)),
                    "dense_centre": 1 if urban and index == 0 and kind == "小学" else 0,
                    "publish_name": 0 if private or kind == "特教" or rng.random() < 0.08 else 1,
                },
                pupils=pupils,
                draws={s: np.minimum(rng.gamma(0.8, 1.25, len(RESOURCES)), 3.6) for s in pupils},
                trend=float(rng.normal(0.015 if urban else -0.025, 0.01)),
                missed=_missed(_STAGES[kind], rng),
            ))  # fmt: skip
    if county.small_point:
        point = next(s for s in schools if s.row["stage"] == "教学点")
        point.pupils, point.trend = {"小学": 30.0}, 0.0
    return schools


def _setting(kind: str, index: int, urban: bool) -> str:
    if urban:
        return "城区"
    return "镇区" if index % 3 == 0 and kind != "教学点" else "乡村"


def _boarding(kind: str, urban: bool) -> int:
    return int(kind in ("高中", "完全中学") or (not urban and kind in ("初中", "九年一贯制")))


def _share(stage: str) -> float:
    return 0.8 if stage == "初中" else 1.0


def _missed(stages: tuple[str, ...], rng: np.random.Generator) -> tuple[str, int, float] | None:
    """One school in six misses one of the seven, but not by more than the school rule allows."""
    stage, number, share, chance = (
        rng.random(),
        int(rng.integers(len(RESOURCES))),
        rng.uniform(0.87, 0.99),
        rng.random(),
    )
    if chance > 1 / 6 or len(stages) > 1:
        return None
    return stages[int(stage * len(stages))], number, float(share)


def _name(kind: str, index: int, urban: bool, place: str, private: bool, in_town: int) -> str:
    numeral = _NUMERALS[index % len(_NUMERALS)]
    village = _VILLAGES[index % len(_VILLAGES)] + "村"
    if kind == "小学":
        rest = index - in_town
        return f"第{numeral}小学" if urban else f"{place}中心小学" if rest < 16 else f"{place}{village}小学"
    if kind == "教学点":
        return f"{place}{village}教学点"
    if kind == "初中":
        return f"第{numeral}初级中学" if urban else f"{place}初级中学"
    if kind == "九年一贯制":
        return f"{place}九年制学校"
    if kind == "幼儿园":
        return (
            f"民办第{numeral}幼儿园" if private else f"第{numeral}幼儿园" if urban else f"{place}中心幼儿园"
        )
    whole = {
        "十二年一贯制": "实验学校",
        "完全中学": f"第{numeral}中学",
        "高中": f"高级中学{numeral}校区" if index else "高级中学",
        "中职": "职业技术学校",
        "特教": "特殊教育学校",
    }
    return whole[kind]


def school_rows(schools: list[School]) -> list[dict[str, Any]]:
    return [dict(school.row) for school in schools]


def year_rows(
    county: County, schools: list[School], year: int, targets: pd.DataFrame, rng: np.random.Generator
) -> list[dict[str, Any]]:
    """The 学校年度 rows of one year, in the order of the schools."""
    policy = county.policy(year)
    age = year - YEARS[-1]
    units: list[tuple[School, str, int]] = [
        (school, stage, max(30, round(pupils * (1 + school.trend) ** age)))
        for school in schools
        for stage, pupils in school.pupils.items()
    ]
    goals = {
        level: _goals([u for u in units if u[1] == level], level, county, policy, year, targets)
        for level in TYPICAL
    }
    rows: list[dict[str, Any]] = []
    for school in schools:
        own = {stage: pupils for s, stage, pupils in units if s is school}
        kind = school.row["stage"]
        if county.silent_school and year == YEARS[-1] and school is _silent(schools):
            rows.append({"school_id": school.row["school_id"], "stage": "小学"})
            continue
        parts = [
            _stage_row(stage, pupils, goals.get(stage, {}).get(school.row["school_id"]), policy, rng)
            for stage, pupils in own.items()
        ]
        shared = _shared(own, {s: goals[s][school.row["school_id"]] for s in own if s in goals}, rng)
        if kind not in ("幼儿园", "中职", "特教"):
            _count_rooms(shared, sum(part["classes"] for part in parts), sum(own.values()))
        if len(parts) > 1:
            parts.append({"stage": "全校"} | shared)
        elif shared:
            parts[0] |= shared
        rows += [{"school_id": school.row["school_id"]} | part for part in parts]
    if county.near_miss and year == YEARS[-1]:
        _tune_backbone(rows, targets, county.code, year)
    return rows


def _silent(schools: list[School]) -> School:
    return [s for s in schools if s.row["stage"] == "小学"][8]


def _goals(
    units: list[tuple[School, str, int]],
    level: str,
    county: County,
    policy: Policy,
    year: int,
    targets: pd.DataFrame,
) -> dict[str, np.ndarray[Any, Any]]:
    """School id -> resource for each pupil (or 100), with the poorest at the floor and CV as intended.

    With x = threshold·(floor + s·g), weighted mean ḡ and deviation σ of the draws:
    CV = sσ / (floor + sḡ), so s = CV·floor / (σ − CV·ḡ).
    """
    pupils = np.array([u[2] for u in units], dtype=float)
    draws = np.array([u[0].draws[level] for u in units])
    mean, deviation = weighted_spread(pupils, draws)
    wanted = np.array(TYPICAL[level]) + policy.shift
    scale = wanted * policy.floor / (deviation - wanted * mean)
    if (scale <= 0).any():
        raise ValueError(f"{county.code} {year} {level}: the draws can't give the intended coefficients")
    thresholds = []
    local = LocalTargets(targets, county.code, year)
    for name in RESOURCES:
        target = local.find(name, "数值", level)
        if target is None:
            raise ValueError(f"no threshold for {name} {level} {year}")
        thresholds.append(target.value)
    ratios = policy.floor + scale * draws
    for number, (school, stage, _) in enumerate(units):
        if school.missed and school.missed[0] == stage:
            ratios[number, school.missed[1]] = school.missed[2] * min(policy.floor, 1)
    values = np.array(thresholds) * ratios
    return {u[0].row["school_id"]: values[i] for i, u in enumerate(units)}


def weighted_spread(
    pupils: np.ndarray[Any, Any], draws: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """Mean and standard deviation of each resource between schools, weighted by pupils."""
    mean = (pupils[:, None] * draws).sum(0) / pupils.sum()
    return mean, np.sqrt((pupils[:, None] * (draws - mean) ** 2).sum(0) / pupils.sum())


def _stage_row(
    stage: str, pupils: int, goal: np.ndarray[Any, Any] | None, policy: Policy, rng: np.random.Generator
) -> dict[str, Any]:
    """What is counted by stage: pupils, classes, teachers."""
    large = rng.random() < policy.big_classes
    wanted = {"小学": 36.0, "初中": 42.0, "高中": 46.0}.get(stage, 28.0) + (9.0 if large else 0.0)
    classes = max(1, round(pupils / wanted))
    if stage in TYPICAL and not large:
        classes = max(classes, math.ceil(pupils / 45))
    sizes = [pupils // classes + (1 if i < pupils % classes else 0) for i in range(classes)]
    for i in range(0, classes - 1, 2):  # neighbouring classes differ by a few pupils
        move = min(
            int(rng.integers(0, 4)), sizes[i + 1] - 1, 45 - sizes[i] if sizes[i] <= 45 else 60 - sizes[i]
        )
        sizes[i], sizes[i + 1] = sizes[i] + max(move, 0), sizes[i + 1] - max(move, 0)
    row: dict[str, Any] = {"stage": stage, "students": pupils, "classes": classes}
    for name, low, high in (
        ("cls_le45", 0, 45),
        ("cls_46_50", 46, 50),
        ("cls_51_55", 51, 55),
        ("cls_56plus", 56, 999),
    ):
        row[name] = sum(low <= size <= high for size in sizes)
    teachers = math.ceil(pupils / {"小学": 18.0, "初中": 13.2, "高中": 12.4}.get(stage, 11.0))
    if goal is not None:
        above, backbone, arts = (math.ceil(v * pupils / 100 - 1e-9) for v in goal[:3])
        teachers = max(teachers, math.ceil(above * 1.04), backbone + arts)
        row |= {"t_above_edu": above, "t_backbone": backbone, "t_pe_art": arts}
    else:
        teachers = max(teachers, 3)
    row["teachers"] = teachers
    row["t_mid_senior"] = round(teachers * float(rng.uniform(0.38, 0.68)))
    uncertified = rng.random() < 0.04 and teachers > 8 and policy.floor <= 1
    row["t_cert"] = teachers - (1 if uncertified else 0)
    if stage in TYPICAL:
        row["migrant"] = round(pupils * float(rng.beta(1.4, 9)))
    return row


def _shared(
    pupils: Mapping[str, int], goals: Mapping[str, np.ndarray[Any, Any]], rng: np.random.Generator
) -> dict[str, Any]:
    """What the stages of a school use together, enough for the stage that needs most."""
    if not goals:
        return {}
    weighted = sum(WEIGHTS[stage] * n for stage, n in pupils.items())
    teach, sports, equipment, rooms = (
        weighted * max(goals[s][k] / WEIGHTS[s] for s in goals) for k in range(3, len(RESOURCES))
    )
    everyone = sum(pupils.values())
    indoor = round(float(rng.uniform(180, 900)) * min(1.0, everyone / 1200)) if everyone > 350 else 0
    indoor = min(indoor, math.floor(sports * 0.4))
    return {
        "teach_area": math.ceil(teach) + indoor,
        "indoor_pe_area": indoor,
        "sports_area": math.ceil(sports) - indoor,
        "equip_value": math.ceil(equipment / 100) * 100,
        "multimedia_rooms": math.ceil(rooms / 100 - 1e-9),
        "computers": math.ceil(everyone * float(rng.uniform(0.09, 0.19))),
        "books": math.ceil(everyone * float(rng.uniform(22, 41))),
    }


def _count_rooms(shared: dict[str, Any], classes: int, pupils: int) -> None:
    shared["music_rooms_ok"] = max(1, math.ceil(classes / 12))
    shared["art_rooms_ok"] = max(1, math.ceil(classes / 12))
    shared["public_fund_budget"] = max(pupils, 100) * 760  # fewer than 100 pupils count as 100
    shared["training_fund"] = round(shared["public_fund_budget"] * (0.05 + 0.004 * (pupils % 5)))


def _tune_backbone(rows: list[dict[str, Any]], targets: pd.DataFrame, region: str, year: int) -> None:
    """Move single 骨干教师 until the primary coefficient fails in the third decimal: 0.50 in print.

    The search is greedy and has no chance in it; no school falls below the threshold by a move.
    """
    units = [r for r in rows if r["stage"] == "小学"]
    pupils = [r["students"] for r in units]
    need = find_target(targets, BACKBONE, "数值", "小学", region, year)
    limit = find_target(targets, BACKBONE, "差异系数", "小学", region, year)
    assert need is not None and limit is not None
    goal = limit.value + 0.0022

    def miss(counts: list[int]) -> float:
        return abs(difference_coefficient(pupils, counts).cv - goal)

    counts = [r["t_backbone"] for r in units]
    while miss(counts) > 0.0008:
        moves = []
        for i, step in ((i, step) for i in range(len(units)) for step in (1, -1)):
            changed = counts[i] + step
            if changed * 100 < need.value * pupils[i] or changed > units[i]["teachers"]:
                continue
            moves.append((miss([*counts[:i], changed, *counts[i + 1 :]]), i, changed))
        best, i, changed = min(moves)
        if best >= miss(counts):
            raise ValueError("no move brings the coefficient nearer")
        counts[i] = changed
    for row, count in zip(units, counts, strict=True):
        row["t_backbone"] = count
