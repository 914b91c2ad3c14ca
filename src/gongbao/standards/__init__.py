"""What the rules compute: tables -> verdicts, coefficients, scores, gaps. Pure functions.

May import the names of tables and columns (gongbao.data.schema) and nothing that comes later in the
flow data -> standards -> present -> workbooks -> site -> editions. May not read a file, print, round
for print, look at the clock, or hold a threshold: thresholds, weights and grade bands are data.
Frames come straight from `Dataset.table`: numbers float64 with NaN where missing, text `str`.

Ways in: `evaluate_balance` (then `coefficient_gaps`, `school_gaps`), `evaluate_duty` (then
`self_vs_recheck`), `year_on_year`, `read_cases` (then `burn_down`, `carry_over`), `task_status`, and
`find_target` with `compare` for a single indicator.
"""

from gongbao.standards.balance import BalanceResult, MissingTargetError, evaluate_balance
from gongbao.standards.difference import (
    Spread,
    composite_coefficient,
    cv_from,
    difference_coefficient,
    split_shared,
)
from gongbao.standards.duty import DutyResult, evaluate_duty, grade_for, self_vs_recheck
from gongbao.standards.finance import (
    YearOnYear,
    growth,
    growth_disagreement,
    not_decreasing,
    previous_from_growth,
    year_on_year,
)
from gongbao.standards.gaps import CoefficientGap, GapPlan, close_gap, coefficient_gaps, school_gaps
from gongbao.standards.outcome import Outcome, all_of, compare
from gongbao.standards.rectification import (
    Case,
    DeadlineRule,
    State,
    Timing,
    burn_down,
    carry_over,
    read_cases,
)
from gongbao.standards.rules import RULES, IndicatorRule
from gongbao.standards.targets import LocalTargets, Target, find_target
from gongbao.standards.tasks import TaskState, task_met, task_status

__all__ = [
    "RULES",
    "BalanceResult",
    "Case",
    "CoefficientGap",
    "DeadlineRule",
    "DutyResult",
    "GapPlan",
    "IndicatorRule",
    "LocalTargets",
    "MissingTargetError",
    "Outcome",
    "Spread",
    "State",
    "Target",
    "TaskState",
    "Timing",
    "YearOnYear",
    "all_of",
    "burn_down",
    "carry_over",
    "close_gap",
    "coefficient_gaps",
    "compare",
    "composite_coefficient",
    "cv_from",
    "difference_coefficient",
    "evaluate_balance",
    "evaluate_duty",
    "find_target",
    "grade_for",
    "growth",
    "growth_disagreement",
    "not_decreasing",
    "previous_from_growth",
    "read_cases",
    "school_gaps",
    "self_vs_recheck",
    "split_shared",
    "task_met",
    "task_status",
    "year_on_year",
]
