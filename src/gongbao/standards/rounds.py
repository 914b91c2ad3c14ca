"""Rounds of evaluation: which share of the schools was looked at within the years of a round."""

from __future__ import annotations

import math
import re
from collections.abc import Collection

import pandas as pd

from gongbao.rows import row_dicts

# 三查三改: 自查自评-自我整改, 过程督查-督促整改, 评估检查-整改提高.
PHASES = ("自查自评", "过程督查", "评估检查")
_ROUND = re.compile(r"([一二三四五六\d])年一轮")
_DIGITS = {word: i for i, word in enumerate("一二三四五六", 1)}


def round_years(framework_items: pd.DataFrame) -> dict[str, int]:
    """framework_id -> years of a round, of the frameworks whose top (体系) says “三年一轮” in `evidence`."""
    found = {}
    for row in row_dicts(framework_items[framework_items["level"] == "体系"]):
        words = _ROUND.search(row["evidence"]) if isinstance(row["evidence"], str) else None
        if words:
            found[str(row["framework_id"])] = _DIGITS.get(words[1]) or int(words[1])
    return found


def three_checks(
    findings: pd.DataFrame, rectifications: pd.DataFrame, evaluations: pd.DataFrame
) -> pd.DataFrame:
    """三查三改 of schools: phase, found (problems), fixed (of these, closed and not failed again).

    A problem is of the first phase when a school's 自评 named it, of the third when a later evaluation
    did, of the second when an inspection did. The frames hold the rows of one region and year. Phases
    without a problem are left out: nothing reported is not nothing found.
    """
    steps = {str(r["eval_id"]): str(r["step"]) for r in row_dicts(evaluations) if r["object_type"] == "学校"}
    done = {
        str(r["finding_id"])
        for r in row_dicts(rectifications)
        if isinstance(r["closed"], str)
        and r["recheck_result"] != "不合格"
        and (math.isnan(r["finding_year"]) or r["finding_year"] == r["year"])
    }
    counts = {phase: [0, 0] for phase in PHASES}
    for row in row_dicts(findings):
        if row["object_type"] != "学校":
            continue
        step = steps.get(str(row["eval_id"]))
        if step is None and not isinstance(row["insp_id"], str):
            continue
        phase = PHASES[1] if step is None else PHASES[0] if step == "自评" else PHASES[2]
        counts[phase][0] += 1
        counts[phase][1] += str(row["finding_id"]) in done
    rows = [(phase, found, fixed) for phase, (found, fixed) in counts.items() if found]
    return pd.DataFrame(rows, columns=["phase", "found", "fixed"])


def coverage(evaluations: pd.DataFrame, register: Collection[str], year: int, span: int) -> pd.DataFrame:
    """How far each framework's round has come by `year`, the last of `span` years.

    `evaluations` are rows of schema.EVALUATIONS of any years, `register` the ids of this year's objects.
    Columns: framework_id, evaluated (objects this year), covered (objects of the register evaluated
    within the span), schools (in the register), share (covered of schools, %; NaN without a register).
    An object evaluated several times counts once; one that is no longer in the register isn't covered.
    """
    known = set(register)
    now: dict[str, set[str]] = {}
    within: dict[str, set[str]] = {}
    for row in row_dicts(evaluations):
        framework, object_id = str(row["framework_id"]), str(row["object_id"])
        if year - span < row["year"] <= year:
            within.setdefault(framework, set()).add(object_id)
        if row["year"] == year:
            now.setdefault(framework, set()).add(object_id)
    rows = [
        (
            framework,
            len(now.get(framework, ())),
            len(within[framework] & known),
            len(known),
            100 * len(within[framework] & known) / len(known) if known else math.nan,
        )
        for framework in sorted(within)
    ]
    return pd.DataFrame(rows, columns=["framework_id", "evaluated", "covered", "schools", "share"])
