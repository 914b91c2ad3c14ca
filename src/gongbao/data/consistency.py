"""Values of 指标数据 beside each other: totals and parts, rates and what they are rates of, changes of rates.

Documents contradict themselves (domain.md A5). Nothing is mended: both numbers stay as they were
written, and what doesn't fit is said.
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from gongbao.data.cells import plain_number
from gongbao.data.dataset import Dataset
from gongbao.data.problems import Findings, Place
from gongbao.data.rates import MEASURED, SCALES, gives, hint, neighbours, step
from gongbao.data.units import conversion_factor, exact, split_unit
from gongbao.rows import row_dicts

_VALUE, _GROWTH = "数值", "增长率"
# stages that together are another one; 全部 may hold more than these
_STAGES = {"义务教育": ("小学", "初中"), "高中": ("普通高中", "职业高中")}
_DISTINCT = ("幼儿园", "小学", "初中", "普通高中", "职业高中")
_HALVES = ("上半年", "下半年")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

Key = tuple[str, float, str, str]  # region, year, period, stage


@dataclass(frozen=True, slots=True)
class _Value:
    """One row that holds a value: where it stands, and the value as it was written."""

    index: int
    number: Decimal
    exact: bool  # without 约, 近, 余 and the like
    numerator: float
    denominator: float


class _Values:
    """Values by indicator and key, and what the indicators are."""

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.frame = dataset.tables["indicator_values"]
        self.indicators = {
            row["indicator_id"]: row
            for row in row_dicts(dataset.tables["indicators"])
            if isinstance(row["indicator_id"], str)
        }
        self.by_name = {row["name_zh"]: code for code, row in self.indicators.items()}
        self.known: dict[str, dict[Key, _Value]] = defaultdict(dict)
        self.growth: list[tuple[str, Key, _Value]] = []
        columns = ("region_code", "year", "indicator_id", "stage", "period", "statistic", "value", "qualifier",
                   "numerator", "denominator")  # fmt: skip
        for index, (region, year, code, stage, period, statistic, value, qualifier, part, whole) in enumerate(
            zip(*(self.frame[c].tolist() for c in columns), strict=True)
        ):
            if code not in self.indicators or not isinstance(stage, str) or value != value:
                continue
            key = (region, year, period if isinstance(period, str) else "", stage)
            found = _Value(index, exact(value), not isinstance(qualifier, str), part, whole)
            if statistic == _VALUE:
                self.known[code][key] = found
            elif statistic == _GROWTH:
                self.growth.append((code, key, found))

    def name(self, code: str) -> str:
        return str(self.indicators[code]["name_zh"])

    def unit(self, code: str) -> str:
        unit = self.indicators[code]["unit"]
        return unit if isinstance(unit, str) else ""

    def factor(self, code: str, target: str) -> Decimal | None:
        """What turns values of one indicator into the unit of another; None where they can't be added.

        25 个 towns and 17 所 schools are 42 个 units; 人次 are no persons.
        """
        units = self.unit(code), self.unit(target)
        found = conversion_factor(*units)
        if found is not None or any(self.indicators[c]["kind"] != "count" for c in (code, target)):
            return found
        (own, base), (wanted, target_base) = (split_unit(unit) for unit in units)
        return None if "人次" in (base, target_base) else own / wanted

    def place(self, value: _Value, column: str = "value") -> Place:
        return self.dataset.place(self.frame.iloc[value.index], column)

    def shown(self, code: str, value: _Value) -> str:
        """“专职督学”31人（C5）"""
        return f"“{self.name(code)}”{plain_number(value.number)}{self.unit(code)}（{self.place(value).cell}）"

    def named(self, text: object) -> str:
        """The indicator that another's 分子 or 分母 names, by its code or its name; "" if none."""
        if not isinstance(text, str):
            return ""
        return text if text in self.indicators else self.by_name.get(text, "")


def check_consistency(dataset: Dataset, findings: Findings) -> None:
    """Report values that contradict each other within a submission. All are warnings but a change of a
    rate that can be read in two ways: no one can use it."""
    values = _Values(dataset)
    _check_parts(values, findings)
    _check_stages(values, findings)
    _check_periods(values, findings)
    _check_rates(values, findings)
    _check_changes(values, findings)


def check_definitions(dataset: Dataset, findings: Findings) -> None:
    """An indicator is a part of another that exists and is counted in the same unit."""
    values = _Values(dataset)
    frame = values.dataset.tables["indicators"]
    for index, (code, total) in enumerate(zip(frame["indicator_id"], frame["part_of"], strict=True)):
        if not isinstance(total, str) or code not in values.indicators:
            continue
        place = values.dataset.place(frame.iloc[index], "part_of")
        if total not in values.indicators or total == code:
            findings.error(
                "unknown-reference",
                place,
                f"指标表里没有所属合计“{total}”。" if total != code else "所属合计就是指标自己。",
                "请填合计那个指标的代码。",
            )
        elif values.factor(code, total) is None:
            findings.error(
                "unit-mismatch",
                place,
                f"部分的单位是“{values.unit(code)}”，合计 {total} 的单位是“{values.unit(total)}”，不能相加。",
                "请核对所属合计和单位。",
            )


def _check_parts(values: _Values, findings: Findings) -> None:
    """Parts (`part_of`) beside their total: all of them add up to it, some of them don't exceed it."""
    parts: dict[str, list[str]] = defaultdict(list)
    for code, row in values.indicators.items():
        if isinstance(row["part_of"], str) and row["part_of"] in values.indicators:
            parts[row["part_of"]].append(code)
    for total, codes in parts.items():
        codes = [code for code in codes if values.factor(code, total) is not None]  # else reported there
        for key, whole in values.known[total].items():
            stage = key[3]
            wanted = [c for c in codes if stage in str(values.indicators[c]["stage"]).split("；")]
            given = {code: values.known[code][key] for code in wanted if key in values.known[code]}
            _compare_sum(values, total, whole, given, len(given) == len(wanted), findings)
        for code in codes:
            for key, part in values.known[code].items():
                _check_scope(values, code, part, key, total, findings)


def _compare_sum(
    values: _Values, total: str, whole: _Value, given: dict[str, _Value], complete: bool, findings: Findings
) -> None:
    if not given or not all(value.exact for value in (whole, *given.values())):
        return  # 近 and 余 may well make up the difference
    scaled = [(value.number, values.factor(code, total) or 1) for code, value in given.items()]
    added = sum((number * factor for number, factor in scaled), Decimal(0))
    slack = sum((_half(number) * factor for number, factor in scaled), _half(whole.number))
    difference = added - whole.number
    if abs(difference) <= slack or (difference < 0 and (not complete or len(given) < 2)):
        return
    unit = values.unit(total)
    listed = "、".join(values.shown(code, value) for code, value in given.items())
    what = "所列部分之和" if len(given) > 1 else "它的一部分"
    above = "大于" if difference > 0 else "小于"
    findings.warning(
        "parts-sum" if complete and len(given) > 1 else "part-above-whole",
        values.place(whole),
        f"“{values.name(total)}”是 {plain_number(whole.number)}{unit}，{what} {plain_number(added)}{unit} {above}合计，"
        f"相差 {plain_number(abs(difference))}{unit}：{listed}。",
        "请核对；原文如此的，两边都照原文填，并在“核对说明”表里说明。",
    )


def _half(number: Decimal) -> Decimal:
    """How far a written number may be from what was rounded. Whole numbers were counted, not rounded."""
    exponent = int(number.as_tuple().exponent)
    return Decimal(0) if exponent >= 0 else Decimal(1).scaleb(exponent) / 2


def _check_scope(values: _Values, code: str, part: _Value, key: Key, total: str, findings: Findings) -> None:
    """A part whose total was counted for another period or other stages must not be compared with it."""
    region, year, period, stage = key
    if key in values.known[total]:
        return
    others = [k for k in values.known[total] if k[:2] == (region, year)]
    if any(k[2] == period for k in others) and stage not in str(values.indicators[total]["stage"]).split(
        "；"
    ):
        return  # the total isn't kept by stage at all
    if others:
        other = values.known[total][others[0]]
        own, theirs = (f"时期“{k[2] or '全年'}”、学段“{k[3]}”" for k in (key, others[0]))
        findings.warning(
            "scope-differs",
            values.place(part),
            f"“{values.name(code)}”是“{values.name(total)}”的一部分，这里是{own}，合计（{values.place(other).cell}）"
            f"却是{theirs}，口径不同，不能相加、相除。",
            "请核对时期和学段；确实只有不同口径的数的，请在“核对说明”表里说明。",
        )


def _check_stages(values: _Values, findings: Findings) -> None:
    """A count by stage: 小学 and 初中 make 义务教育, no stage and not all of them exceed 全部."""
    for code, known in values.known.items():
        if values.indicators[code]["kind"] != "count":
            continue
        for (region, year, period, stage), whole in known.items():
            names = _STAGES.get(stage, _DISTINCT if stage == "全部" else ())
            parts = [(n, known[region, year, period, n]) for n in names if (region, year, period, n) in known]
            if not parts or not all(value.exact for value in (whole, *(v for _, v in parts))):
                continue
            added = sum((value.number for _, value in parts), Decimal(0))
            complete = stage != "全部" and len(parts) == len(names)
            if added <= whole.number and not (complete and added < whole.number):
                continue
            unit = values.unit(code)
            listed = "、".join(f"{name} {plain_number(value.number)}" for name, value in parts)
            findings.warning(
                "stages-sum",
                values.place(whole),
                f"“{values.name(code)}”{stage}是 {plain_number(whole.number)}{unit}，分学段之和是"
                f" {plain_number(added)}{unit}（{listed}）。",
                "请核对；一所学校计入几个学段等原因，请在“核对说明”表里说明。",
            )


def _check_periods(values: _Values, findings: Findings) -> None:
    """A period beside the year it is reported for: it isn't later, and half a year counts no more than all."""
    for code, known in values.known.items():
        for (region, year, period, stage), value in known.items():
            last = max((int(y) for y in _YEAR.findall(period)), default=0)
            # a school year ends in the next calendar year
            if last > year + ("学年" in period):
                findings.warning(
                    "not-in-year",
                    values.place(value, "period"),
                    f"时期“{period}”晚于填报年度 {year:g}。",
                    "请核对时期；以后年度的数填在那一年的填报表里。",
                )
            if period or values.indicators[code]["kind"] != "count":
                continue
            halves = [known.get((region, year, half, stage)) for half in _HALVES]
            given = [half for half in halves if half is not None]
            if not given or not all(v.exact for v in (value, *given)):
                continue
            added = sum((half.number for half in given), Decimal(0))
            if added > value.number or (len(given) == len(_HALVES) and added < value.number):
                shown = "、".join(f"{plain_number(v.number)}（{values.place(v).cell}）" for v in given)
                findings.warning(
                    "parts-sum" if len(given) == len(_HALVES) else "part-above-whole",
                    values.place(value),
                    f"“{values.name(code)}”全年是 {plain_number(value.number)}{values.unit(code)}，"
                    f"半年的数是 {shown}，合不上。",
                    "请核对时期和数值；口径不同的，请在“核对说明”表里说明。",
                )


def _check_rates(values: _Values, findings: Findings) -> None:
    """Rates beside their numerator and denominator, where these were reported as indicators of their own
    or where no whole number of what is counted gives the rate. (Both in the row itself: `values`.)"""
    for code, known in values.known.items():
        row, unit = values.indicators[code], values.unit(code)
        if unit not in SCALES or row["kind"] != "rate":
            continue
        sources = {name: values.named(row[name]) for name in ("numerator", "denominator")}
        counted = not any(word in f"{row['numerator']}{row['denominator']}" for word in MEASURED)
        for key, rate in known.items():
            own = {"numerator": rate.numerator, "denominator": rate.denominator}
            if not rate.exact or (
                own["numerator"] == own["numerator"] and own["denominator"] == own["denominator"]
            ):
                continue
            told = dict.fromkeys(own, "")
            for name, source in sources.items():
                other = values.known.get(source, {}).get(key) if own[name] != own[name] else None
                if other is not None and other.exact and split_unit(values.unit(source))[0] == 1:
                    own[name] = float(other.number)
                    told[name] = f"（{values.name(source)}，{values.place(other).cell}）"
            _check_rate(values, code, rate, own, told, counted, findings)


def _check_rate(
    values: _Values,
    code: str,
    rate: _Value,
    own: dict[str, float],
    told: dict[str, str],
    counted: bool,
    findings: Findings,
) -> None:
    part, whole, unit = own["numerator"], own["denominator"], values.unit(code)
    if not whole > 0:
        return
    number, shown_whole = float(rate.number), f"分母 {plain_number(whole)}{told['denominator']}"
    if part == part:
        if not gives(exact(part), exact(whole), rate.number, unit):
            digits = min(step(rate.number), Decimal("0.01"))
            computed = (exact(part) / exact(whole) * SCALES[unit]).quantize(digits, ROUND_HALF_UP)
            findings.warning(
                "ratio-mismatch",
                values.place(rate),
                f"“{values.name(code)}”是 {plain_number(rate.number)}{unit}，但分子 {plain_number(part)}"
                f"{told['numerator']} ÷ {shown_whole} 是 {plain_number(computed)}{unit}。"
                + (hint(number, whole, unit) if counted else ""),
                "请核对三个数的口径；原文如此的，请在“核对说明”表里说明。",
            )
        return
    near = neighbours(number, whole, unit) if counted else []
    if near and not any(gives(Decimal(n), exact(whole), rate.number, unit) for n, _ in near):
        findings.warning(
            "impossible-rate",
            values.place(rate),
            f"“{values.name(code)}”是 {plain_number(rate.number)}{unit}，{shown_whole}，两者对不上："
            f"{hint(number, whole, unit)}",
            "请核对比率、分母和口径；原文如此的，请在“核对说明”表里说明。",
        )


def _check_changes(values: _Values, findings: Findings) -> None:
    """A 增长率 of a rate may be per cent or percentage points: asked, never guessed."""
    for code, key, change in values.growth:
        unit = values.unit(code)
        if values.indicators[code]["kind"] != "rate" or unit not in SCALES:
            continue
        region, year, period, stage = key
        now = values.known[code].get(key)
        last = values.known[code].get((region, year - 1, period, stage))
        by = plain_number(change.number)
        text = f"“{values.name(code)}”是比率，变化 {by} 有两种读法"
        if now is not None:
            by_points = now.number - change.number
            by_percent = now.number / (1 + change.number / 100)
            digits = min(step(now.number), Decimal("0.01"))
            points, percent = (
                plain_number(v.quantize(digits, ROUND_HALF_UP)) for v in (by_points, by_percent)
            )
            text += (
                f"：本年 {plain_number(now.number)}{unit}，若是 {by} 个百分点，上年是 {points}{unit}；"
                f"若是 {by}%，上年是 {percent}{unit}。"
            )
        else:
            text += f"：{by} 个百分点，或者 {by}%。"
        if last is not None:
            text += f"上年填报的是 {plain_number(last.number)}{unit}。"
        findings.error(
            "ambiguous-change",
            values.place(change),
            text,
            "请查明上年的数值，填进上年的填报表（变化由系统按百分点计算），并删去这一行。",
        )
