"""The resource indicators of the two balance standards: what is counted, for how many pupils.

Formulas only; thresholds are data (schema.TARGETS).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from gongbao.data.schema import SCHOOL_YEAR
from gongbao.standards.outcome import exact, is_missing

QUALITY, BASIC = "quality_2017", "basic_2012"
LEVELS = ("小学", "初中")

# What the stages of a mixed school share, and what is counted for each stage (domain.md B3).
SHARED_COLUMNS = (
    "teach_area", "indoor_pe_area", "sports_area", "equip_value", "multimedia_rooms", "computers", "books",
)  # fmt: skip
STAGE_COLUMNS = ("students", "teachers", "t_above_edu", "t_backbone", "t_pe_art", "t_mid_senior")


@dataclass(frozen=True, slots=True)
class IndicatorRule:
    """One resource indicator: (Σ plus − Σ minus) / students × per.

    `plus` and `minus` are columns of schema.SCHOOL_YEAR. `unit` is that of the numerator and so of
    a shortfall (名, 平方米, 元, 间, 台, 册); `whole` things can't be added in parts.
    """

    indicator_id: str
    plus: tuple[str, ...]
    per: int
    unit: str
    whole: bool
    minus: tuple[str, ...] = ()

    @property
    def columns(self) -> tuple[str, ...]:
        return (*self.plus, *self.minus)

    def numerator(self, values: Mapping[Any, Any]) -> Fraction | None:
        """The numerator of one school, exact; None when one of the columns is missing.

        Raises ValueError when a part is larger than the whole it is taken from.
        """
        if any(is_missing(values[name]) for name in self.columns):
            return None
        first, *others = self.plus
        total = exact(values[first])
        for name in others:
            total += exact(values[name])
        for name in self.minus:
            total -= exact(values[name])
        if total < 0:
            who = f"{values.get('school_name', '')}{values.get('level', '')}"
            parts = "、".join(column_label(name) for name in self.minus)
            raise ValueError(f"{who}：{parts}大于{column_label(self.plus[0])}")
        return total


# 教督〔2017〕6号 and 国教督办函〔2019〕30号, 资源配置 (L1 to L7). 室内体育用房 is taken out of the
# teaching area (L4) and counted with the sports area (L5).
_TEACHING_AREA = IndicatorRule(
    "per_student_teaching_area", ("teach_area",), 1, "平方米", False, minus=("indoor_pe_area",)
)
_SPORTS_AREA = IndicatorRule("per_student_sports_area", ("indoor_pe_area", "sports_area"), 1, "平方米", False)
_EQUIPMENT = IndicatorRule("per_student_equipment_value", ("equip_value",), 1, "元", False)

QUALITY_2017 = (
    IndicatorRule("above_required_edu_teachers_per_100", ("t_above_edu",), 100, "名", True),
    IndicatorRule("backbone_teachers_per_100", ("t_backbone",), 100, "名", True),
    IndicatorRule("pe_art_teachers_per_100", ("t_pe_art",), 100, "名", True),
    _TEACHING_AREA,
    _SPORTS_AREA,
    _EQUIPMENT,
    IndicatorRule("multimedia_rooms_per_100", ("multimedia_rooms",), 100, "间", True),
)

# 教督〔2012〕3号: eight indicators, judged by the mean of their coefficients.
BASIC_2012 = (
    _TEACHING_AREA,
    _SPORTS_AREA,
    _EQUIPMENT,
    IndicatorRule("computers_per_100", ("computers",), 100, "台", True),
    IndicatorRule("books_per_student", ("books",), 1, "册", True),
    IndicatorRule("teacher_student_ratio", ("teachers",), 1, "名", True),
    IndicatorRule("above_required_edu_teachers_per_student", ("t_above_edu",), 1, "名", True),
    IndicatorRule("mid_senior_title_teachers_per_student", ("t_mid_senior",), 1, "名", True),
)

RULES: dict[str, tuple[IndicatorRule, ...]] = {QUALITY: QUALITY_2017, BASIC: BASIC_2012}


def needed_columns(standard: str) -> tuple[str, ...]:
    """The columns of schema.SCHOOL_YEAR that a standard's indicators are made of, students first."""
    names = dict.fromkeys(("students",))
    for rule in RULES[standard]:
        names |= dict.fromkeys(rule.columns)
    return tuple(names)


def column_label(name: str) -> str:
    """What the submission form calls a column."""
    return SCHOOL_YEAR.column(name).label


# What the target table calls the parameters of the rules, besides the indicators' own thresholds.
SCHOOL_RULE = "school_rule_met_2017"  # value: how many of the seven; basic_value: share of the threshold
COMPOSITE = "composite_2012"  # statistic 差异系数, by stage
STAGE_WEIGHT = "stage_weight"  # by stage 小学, 初中, 高中
TEACHING_POINT_PUPILS = "teaching_point_min_pupils"  # stage 小学
VALUE, COEFFICIENT = "数值", "差异系数"
