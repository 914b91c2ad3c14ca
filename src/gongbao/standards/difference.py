"""The difference coefficient (差异系数) between schools, and sharing out what mixed schools share.

Formula and weights: 义务教育均衡发展差异系数计算方法及数据来源, the paper that goes with 教督〔2012〕3号
and 教督〔2017〕6号.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from gongbao.standards.outcome import exact


@dataclass(frozen=True, slots=True)
class Spread:
    """How evenly a resource is spread over the pupils of a county.

    `mean` X̄ and `std` S are in units of the resource for one pupil, `cv` = S / X̄ is a pure number,
    `units` the number of schools (a mixed school counts once in each stage), `pupils` their pupils.
    """

    mean: float
    std: float
    cv: float
    units: int
    pupils: float


def difference_coefficient(pupils: Iterable[float], resources: Iterable[float]) -> Spread:
    """Pupil-weighted coefficient of variation of a per-pupil resource between schools.

    `pupils` Pᵢ > 0 and `resources` xᵢ ≥ 0 are totals by school, in the same order. With Xᵢ = xᵢ/Pᵢ:
    X̄ = Σxᵢ / ΣPᵢ (county total over county pupils, not the mean of the schools' means) and
    S = √ Σ (Pᵢ/ΣP)·(Xᵢ − X̄)², the population form. The factor of an indicator "for each 100 pupils"
    cancels in S / X̄.

    Raises ValueError when the lists differ in length or are empty, when a number is missing (leave
    the school out and say so; missing is not zero), when a school has no pupils or a negative total,
    and when the county has none of the resource (the coefficient is not defined).
    """
    people, things = [float(p) for p in pupils], [float(x) for x in resources]
    if len(people) != len(things) or not people:
        raise ValueError(f"need one resource total for each school: {len(people)} and {len(things)} given")
    if not all(math.isfinite(number) for number in (*people, *things)):
        raise ValueError("a number is missing")
    if min(people) <= 0:
        raise ValueError("a school without pupils has no resource for each pupil")
    if min(things) < 0:
        raise ValueError("a total below zero")
    all_pupils, total = math.fsum(people), math.fsum(things)
    if total == 0:
        raise ValueError("no school has any of the resource")
    mean = total / all_pupils
    squares = (p * (x / p - mean) ** 2 for p, x in zip(people, things, strict=True))
    std = math.sqrt(math.fsum(squares) / all_pupils)
    return Spread(mean, std, cv_from(mean, std), len(people), all_pupils)


def cv_from(mean: float, std: float) -> float:
    """CV = S / X̄ from a published mean and standard deviation. Raises ValueError unless X̄ > 0 and S ≥ 0."""
    if not mean > 0 or not std >= 0:
        raise ValueError(f"no coefficient from mean {mean} and standard deviation {std}")
    return std / mean


def composite_coefficient(coefficients: Iterable[float]) -> float:
    """The 综合差异系数 of 教督〔2012〕3号: the arithmetic mean of the coefficients (eight of them).

    NaN when one of them is missing. Raises ValueError for none.
    """
    numbers = [float(c) for c in coefficients]
    if not numbers:
        raise ValueError("no coefficients")
    return math.fsum(numbers) / len(numbers)


def split_shared(
    total: float, pupils_by_stage: Mapping[str, float], weights: Mapping[str, float]
) -> dict[str, float]:
    """Share out what the stages of a mixed school use together, by weighted pupils.

    A pupil counts `weights[stage]` (national: 小学 1, 初中 1.1, 高中 1.1 × 1.2 = 1.32; handed in,
    because standards are data), so the primary share of a nine-year school is A / (A + 1.1 B).
    Every stage of the school must be in `pupils_by_stage`, an empty one with 0. The shares are not
    rounded and add up to `total`; computed exactly, so that a share on a threshold is on it.

    Raises ValueError for missing or negative numbers, a stage without a weight, and no pupils at all.
    """
    if not pupils_by_stage.keys() <= weights.keys():
        raise ValueError(f"no weight for {sorted(pupils_by_stage.keys() - weights.keys())}")
    weighted = {stage: exact(pupils) * exact(weights[stage]) for stage, pupils in pupils_by_stage.items()}
    whole, everyone = exact(total), sum(weighted.values(), Fraction())
    if whole < 0 or any(pupils < 0 for pupils in weighted.values()):
        raise ValueError("a total below zero")
    if everyone == 0:
        raise ValueError("no pupils to share by")
    return {stage: float(whole * pupils / everyone) for stage, pupils in weighted.items()}
