"""The key figures of problems and their rectification, each with how it was counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from gongbao.present import Fact, basis_of, plain
from gongbao.standards.rectification import UNREPORTED, Timing
from gongbao.workbooks.inspect_problems import RATE_FROM
from gongbao.workbooks.inspect_words import deadline_note

if TYPE_CHECKING:
    from gongbao.workbooks.inspecting import Inspect


def count(label: str, number: int, unit: str, remark: str = "") -> Fact:
    """A key figure that is a number of things."""
    return Fact(label, f"{number}{unit}", remark, float(number), unit)


def counted_in(area: Inspect, table: str, fact: Fact, **said: str) -> Fact:
    """The same with what it was counted from: a table of the submission."""
    basis = basis_of(
        ("inspect", fact.label), f"{fact.label}（截至{area.as_of}）", fact.shown,
        data=area.places[table], source=area.sources(table), **said,
    )  # fmt: skip
    return replace(fact, basis=basis)


def case_facts(area: Inspect) -> list[Fact]:
    """Cases closed, closed in time, overdue, days until closed; and last year's that were open."""
    problems, found = area.problems, []
    if cases := problems.filed:
        found = [_case(area, fact, **said) for fact, said in _of_cases(area, len(cases))]
    fates = problems.fates()
    if fates:
        silent = fates.get(UNREPORTED, 0)
        remark = f"{silent}项未报告进展" if silent else ""
        listed = "，".join(f"{fate}{n}项" for fate, n in fates.items() if n)
        told = count("上年遗留问题", sum(fates.values()), "项", remark)
        formula = "上年年末没有办结的整改，到现在各是什么结果"
        found.append(counted_in(area, "rectifications", told, formula=formula, counted=listed))
    return found


def _case(area: Inspect, fact: Fact, **said: str) -> Fact:
    return counted_in(area, "rectifications", fact, scope=deadline_note(area.problems), **said)


def _of_cases(area: Inspect, filed: int) -> list[tuple[Fact, dict[str, str]]]:
    """Key figures of the rectifications filed, and how each is counted."""
    problems = area.problems
    closed = sum(case.finished(problems.as_of) is not None for case in problems.filed)
    found = [
        (
            count("整改办结", closed, "项", f"立项{filed}项"),
            {"formula": "立项的整改中已经办结的", "counted": f"立项{filed}项，办结{closed}项"},
        )
    ]
    rate, timings = problems.on_time(), problems.timings()
    if rate.percent is not None:
        many = rate.of >= RATE_FROM
        shown = f"{plain(rate.percent, 1)}%" if many else f"{rate.on_time}项"
        value, unit = (rate.percent, "%") if many else (float(rate.on_time), "项")
        remark = f"应办结{rate.of}项，按期{rate.on_time}项"
        formula = "按期办结 ÷ 应办结 × 100%" if many else "期限以内办结的整改"
        counted = f"按期办结 {rate.on_time}项 ÷ 应办结 {rate.of}项"
        found.append(
            (Fact("整改按期办结", shown, remark, value, unit), {"formula": formula, "counted": counted})
        )
    listed = "，".join(f"{timing.value}{n}项" for timing, n in timings.items() if n)
    found.append(
        (
            count("逾期未结", timings[Timing.OVERDUE], "项", f"截至{area.as_of}"),
            {"formula": "没有办结、又过了期限（批准延期的，按延期后）的整改", "counted": listed},
        )
    )
    days = problems.median_days()
    if days is not None:
        formula = "各项整改从立项到办结的天数，从小到大排在正中间的一个（两个时取平均）"
        found.append(
            (Fact("办结用时（中位数）", f"{plain(days)}天", "从立项到办结", days, "天"), {"formula": formula})
        )
    return found
