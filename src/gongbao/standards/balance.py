"""Balanced compulsory education: what 教督〔2017〕6号 (优质均衡) and 教督〔2012〕3号 (基本均衡) compute.

Of the first the seven resource indicators (school rule and difference coefficients), of the second
the composite coefficient. What governments guarantee, quality and satisfaction are not computed
from school tables and are not part of these verdicts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from gongbao.standards.coefficients import composites_2012, county_coefficients
from gongbao.standards.outcome import Outcome, all_of
from gongbao.standards.resources import SENIOR, missing_data, resource_units
from gongbao.standards.rules import BASIC, LEVELS, QUALITY, RULES, STAGE_WEIGHT, TEACHING_POINT_PUPILS, VALUE
from gongbao.standards.school_rule import school_indicators, school_verdicts
from gongbao.standards.targets import LocalTargets


class MissingTargetError(LookupError):
    """The target table lacks a parameter without which nothing can be computed; `indicator_id` names it."""

    def __init__(self, indicator_id: str, stage: str) -> None:
        self.indicator_id, self.stage = indicator_id, stage
        super().__init__(indicator_id, stage)

    def __str__(self) -> str:
        return f"标准值表里缺少 {self.indicator_id}（{self.stage}，统计量“{VALUE}”）"


@dataclass(frozen=True, slots=True, eq=False)
class BalanceResult:
    """Everything the two balance standards say about one region and year.

    - `units`: resources.resource_units, all of them; `excluded`: those that do not count;
      `missing`: resources.missing_data.
    - `indicators`: school_indicators of both standards; `schools`: school_verdicts (2017).
    - `coefficients`: county_coefficients of both standards; `composite_2012`: composites by level.
    - `outcomes`: (standard, level) -> Outcome.
    """

    region: str
    year: int
    units: pd.DataFrame
    indicators: pd.DataFrame
    schools: pd.DataFrame
    coefficients: pd.DataFrame
    composite_2012: pd.DataFrame
    excluded: pd.DataFrame
    missing: pd.DataFrame
    outcomes: Mapping[tuple[str, str], Outcome]

    def outcome(self, standard: str, level: str | None = None) -> Outcome:
        """The verdict of a standard ("quality_2017", "basic_2012") for a level, or for both together.

        quality_2017: every counted school meets the school rule and each of the seven coefficients
        its limit. basic_2012: the composite coefficient meets its limit. A level without any counted
        school is undetermined, not met.
        """
        if level is not None:
            return self.outcomes[standard, level]
        return all_of(self.outcomes[standard, each] for each in LEVELS)


def evaluate_balance(
    schools: pd.DataFrame,
    school_year: pd.DataFrame,
    targets: pd.DataFrame,
    *,
    region: str,
    year: int,
    ancestors: Sequence[str] = (),
    weights: Mapping[str, float] | None = None,
    min_teaching_point_pupils: float | None = None,
) -> BalanceResult:
    """Hold the schools of one region and year against both standards.

    `schools`, `school_year` and `targets` have the columns of the schema's tables, the first two the
    rows of this region and year. `ancestors` are the codes above the region, nearest first. Stage
    weights and the size of a teaching point come from `targets` (rules.STAGE_WEIGHT by stage,
    rules.TEACHING_POINT_PUPILS) unless they are given; MissingTargetError when they are nowhere.
    A threshold that is missing leaves what it decides undetermined.
    """
    local = LocalTargets(targets, region, year, tuple(ancestors))
    if weights is None:
        weights = {stage: _parameter(local, STAGE_WEIGHT, stage) for stage in (*LEVELS, SENIOR)}
    if min_teaching_point_pupils is None:
        min_teaching_point_pupils = _parameter(local, TEACHING_POINT_PUPILS, "小学", "义务教育", "全部")
    units = resource_units(
        schools, school_year, weights=weights, min_teaching_point_pupils=min_teaching_point_pupils
    )
    indicators = pd.concat([school_indicators(units, s, local) for s in RULES], ignore_index=True)
    coefficients = pd.concat([county_coefficients(indicators, s, local) for s in RULES], ignore_index=True)
    verdicts = school_verdicts(units, indicators, local)
    composites = composites_2012(coefficients, local)
    seven = coefficients[coefficients["standard"] == QUALITY]
    outcomes: dict[tuple[str, str], Outcome] = {}
    for level in LEVELS:
        parts = [*_outcomes(verdicts, level), *_outcomes(seven, level)]
        outcomes[QUALITY, level] = all_of(parts)
        outcomes[BASIC, level] = all_of(_outcomes(composites, level))
    return BalanceResult(
        region=region,
        year=year,
        units=units,
        indicators=indicators,
        schools=verdicts,
        coefficients=coefficients,
        composite_2012=composites,
        excluded=units[~units["included"]].reset_index(drop=True),
        missing=missing_data(units),
        outcomes=outcomes,
    )


def _outcomes(frame: pd.DataFrame, level: str) -> list[Outcome]:
    return [Outcome(each) for each in frame.loc[frame["level"] == level, "outcome"]]


def _parameter(targets: LocalTargets, indicator_id: str, *stages: str) -> float:
    found = targets.find(indicator_id, VALUE, *stages)
    if found is None:
        raise MissingTargetError(indicator_id, "或".join(stages))
    return found.value
