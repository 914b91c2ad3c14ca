"""An indicator in the counties of a leaf and over the years: what pages that compare counties show.

Submitted values as they may be published, and beside them what reports computed of the same indicator (a
difference coefficient between schools), each with the threshold that holds there and then. Also years
that the site has no report of: an edition's own reports tell of them too.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from gongbao.data.succession import former_codes
from gongbao.present import Verdict, plain
from gongbao.present.numbers import against
from gongbao.present.published import STATISTIC_UNITS
from gongbao.site.catalogue import Catalogue
from gongbao.site.entries import OPERATORS, STAGE_ORDER, Indicator, Value
from gongbao.site.groups import Group
from gongbao.standards.outcome import Outcome
from gongbao.workbooks.breaks import code_breaks, scope_breaks

VALUE = "数值"
COMPUTED_DECIMALS = {"差异系数": 4}
NEUTRAL, NOTHING = "value", "none"  # a value without a threshold; no value that may be shown
BANDS = {
    Outcome.PASS.value: "达标",
    Outcome.FAIL.value: "未达标",
    Outcome.UNDETERMINED.value: "待定",
    NEUTRAL: "有数，没有标准",
    NOTHING: "没有可比的数据",
}


@dataclass(frozen=True, slots=True)
class Observed:
    """A county's value of a year. `value` None: missing or withheld, `shown` then says which. `band` is a key
    of BANDS, `weight` the denominator of a rate or ratio where it may be shown."""

    shown: str
    value: float | None
    band: str
    limit: float | None = None
    op: str = ""
    weight: float | None = None
    decimals: int = 0
    unit: str = ""

    @property
    def target(self) -> str:
        """The threshold as printed, without its unit."""
        return "" if self.limit is None else f"{OPERATORS.get(self.op, self.op)}{plain(self.limit)}"


Place = tuple[str, int]  # row's region, year


@dataclass(frozen=True)
class Series:
    """One statistic of an indicator for one stage (and period, where a year has several).

    `unit`: None where the counties give it in different ones; `regions`: codes of the rows in the order of the
    list; `breaks`: (region, first year after it, words).
    """

    indicator: Indicator
    statistic: str
    stage: str
    period: str
    unit: str | None
    regions: tuple[str, ...]
    observed: Mapping[Place, Observed]
    breaks: tuple[tuple[str, int, str], ...] = ()

    @cached_property
    def years(self) -> tuple[int, ...]:
        """Years in which any county has something to say, the earliest first."""
        return tuple(sorted({year for _, year in self.observed}))

    @property
    def label(self) -> str:
        """What tells it from the others of its indicator."""
        parts = [self.stage, "" if self.statistic == VALUE else self.statistic, self.period]
        return "，".join(part for part in parts if part)

    @property
    def comparable(self) -> bool:
        """Whether there is anything to compare: two counties of a year, or two years of a county, in one unit."""
        if self.unit is None:
            return False
        found = [place for place, each in self.observed.items() if each.value is not None]
        return len(found) > 1 and (
            len({year for _, year in found}) < len(found) or len({region for region, _ in found}) < len(found)
        )

    def of(self, region: str, year: int) -> Observed | None:
        return self.observed.get((region, year))

    def in_year(self, year: int) -> dict[str, Observed]:
        """The counties that have something to say of a year, by code in the order of the list."""
        return {r: each for r in self.regions if (each := self.observed.get((r, year))) is not None}

    def targets(self, year: int) -> set[str]:
        return {each.target for each in self.in_year(year).values() if each.target}

    def runs(self, region: str) -> Iterator[list[tuple[int, float]]]:
        """The county's values of successive years: a missing year ends a run."""
        known = [(y, o.value) for y in self.years if (o := self.of(region, y)) and o.value is not None]
        run: list[tuple[int, float]] = known[:1]
        for before, here in pairwise(known):
            if here[0] != before[0] + 1:
                yield run
                run = []
            run.append(here)
        if run:
            yield run


def rows_of(catalogue: Catalogue, leaf: Group) -> tuple[str, ...]:
    """The leaf's counties, a place that changed its code once, under the code that it has last."""
    former = {older for code in leaf.regions for _, older in former_codes(catalogue.changes, code)}
    return tuple(code for code in leaf.regions if code not in former)


def known_years(catalogue: Catalogue, region: str) -> list[int]:
    """Years of which a place has a report or has submitted anything, under the code it had in each, the earliest
    first."""
    codes = [region, *(older for _, older in former_codes(catalogue.changes, region))]
    found = {
        year
        for code in codes
        for year in (*catalogue.dataset.years_of(code), *catalogue.years_of(code))
        if catalogue.code_in(region, year) == code
    }
    return sorted(found)


Key = tuple[str, str, str, str]  # indicator, statistic, stage, period


def observe(catalogue: Catalogue, leaf: Group) -> dict[str, list[Series]]:
    """All series of the leaf's counties by indicator: statistics in the order 数值 first, then by stage."""
    found: dict[Key, dict[Place, Observed]] = {}
    notes: dict[str, list[dict[str, Any]]] = {}
    regions = rows_of(catalogue, leaf)
    for region in regions:
        for year in known_years(catalogue, region):
            code = catalogue.code_in(region, year)
            for key, each in observe_place(catalogue, year, code).items():
                found.setdefault(key, {})[region, year] = each
            for value in catalogue.values_of(year, code):
                if value.note:
                    notes.setdefault(value.indicator_id, []).append(_noted(region, value))
    series: dict[str, list[Series]] = {}
    for key, own in sorted(found.items(), key=lambda item: _order(item[0])):
        series.setdefault(key[0], []).append(_series(catalogue, key, own, regions, notes.get(key[0], [])))
    return {id: series[id] for id in catalogue.indicators if id in series}


def observe_place(catalogue: Catalogue, year: int, region: str) -> dict[Key, Observed]:
    """What there is of a county and year: its submitted values, and what its reports computed beside them."""
    return dict(_observed(catalogue, year, region))


def has_beside_page(catalogue: Catalogue, year: int, region: str) -> bool:
    """Whether a county has anything to put beside others: told from its own data, so that its own page knows."""
    return any(is_key(catalogue, key, each) for key, each in _observed(catalogue, year, region))


def _observed(catalogue: Catalogue, year: int, region: str) -> Iterator[tuple[Key, Observed]]:
    """One by one: all of a county's pages ask whether there is any."""
    verdicts, values = _verdicts(catalogue, year, region), catalogue.values_of(year, region)
    several = _several_periods(values)
    told = set()
    for value in values:
        id, statistic, stage = value.indicator_id, value.statistic, value.stage
        told.add((id, statistic, stage))
        period = value.period if id in several else ""
        yield (id, statistic, stage, period), _submitted(catalogue, value, verdicts)
    for (id, statistic, stage), verdict in verdicts.items():
        if (id, statistic, stage) not in told and id in catalogue.indicators:
            unit = STATISTIC_UNITS.get(statistic, catalogue.indicators[id].unit)
            yield (id, statistic, stage, ""), _computed(verdict, unit)


def is_key(catalogue: Catalogue, key: Key, observed: Observed) -> bool:
    """Values with a standard, and quotients: totals of large and of small counties can't be compared."""
    id, statistic, _, _ = key
    if observed.value is None:
        return False
    return observed.limit is not None or (statistic == VALUE and is_quotient(catalogue.indicators[id]))


def is_quotient(indicator: Indicator) -> bool:
    """A rate, or so much for each pupil, school or person."""
    return indicator.unit == "%" or "分母" in dict(indicator.fields)


def _order(key: Key) -> tuple[Any, ...]:
    _, statistic, stage, period = key
    return statistic != VALUE, statistic, STAGE_ORDER.get(stage, len(STAGE_ORDER)), stage, period


def _several_periods(values: Sequence[Value]) -> set[str]:
    """Indicators of which a year has values of several periods."""
    seen: dict[tuple[str, str, str], str] = {}
    return {
        v.indicator_id
        for v in values
        if seen.setdefault((v.indicator_id, v.statistic, v.stage), v.period) != v.period
    }


def _verdicts(catalogue: Catalogue, year: int, region: str) -> dict[tuple[str, str, str], Verdict]:
    """What the reports judged of an indicator, by indicator, statistic and stage; the first of several. A verdict
    that names no statistic may have any number of its own."""
    found: dict[tuple[str, str, str], Verdict] = {}
    for report in catalogue.reports(year, region):
        for v in catalogue.verdicts(report):
            known = v.value is not None and math.isfinite(v.value) and v.limit is not None
            if v.indicator_id and v.statistic and known:
                found.setdefault((v.indicator_id, v.statistic, v.stage), v)
    return found


def _submitted(
    catalogue: Catalogue, value: Value, verdicts: Mapping[tuple[str, str, str], Verdict]
) -> Observed:
    number, public = value.number, value.number.public
    shown = number.digits
    if public is None:
        return Observed(shown, None, NOTHING, unit=number.unit)
    decimals = number.decimals if number.decimals is not None else 2
    band, limit, op = _judged(catalogue, value, verdicts)
    if limit is not None and not number.qualifier:
        shown = against(public, limit, decimals)
    return Observed(shown, public, band, limit, op, value.denominator, decimals, number.unit)


def _judged(
    catalogue: Catalogue, value: Value, verdicts: Mapping[tuple[str, str, str], Verdict]
) -> tuple[str, float | None, str]:
    """Band, threshold and its sign: as the county's own report judged this very value, else by the threshold
    that holds there and then."""
    key, public = (value.indicator_id, value.statistic, value.stage), value.number.public
    v = verdicts.get(key)
    if v is not None and v.value == public:
        return v.outcome, v.limit, v.op
    target = catalogue.local_targets(value.year, value.region).find(key[0], key[1], key[2])
    if target is None:
        return NEUTRAL, None, ""
    outcome = target.judge(public) if target.confirmed else Outcome.UNDETERMINED
    return outcome.value, target.value, target.op


def _computed(v: Verdict, unit: str) -> Observed:
    assert v.value is not None and v.limit is not None  # `_verdicts` takes no others
    decimals = COMPUTED_DECIMALS.get(v.statistic, 2)
    return Observed(against(v.value, v.limit, decimals), v.value, v.outcome, v.limit, v.op, decimals=decimals)


def _noted(region: str, value: Value) -> dict[str, Any]:
    return {
        "region": region,
        "year": value.year,
        "indicator_id": value.indicator_id,
        "stage": f"{value.statistic}{value.stage}",
        "own": (value.statistic, value.stage),
        "note": value.note,
        "short": value.stage,
    }


def _series(
    catalogue: Catalogue,
    key: Key,
    observed: Mapping[Place, Observed],
    regions: Sequence[str],
    notes: Iterable[Mapping[str, Any]],
) -> Series:
    indicator, statistic, stage, period = key
    present = {region for region, _ in observed}
    rows = tuple(region for region in regions if region in present)
    own = [note for note in notes if note["own"] == (statistic, stage)]
    breaks = []
    for region in rows:
        years = [year for code, year in observed if code == region]
        lines = code_breaks(catalogue.changes, catalogue.region_rows, region, years)
        lines += scope_breaks(note for note in own if note["region"] == region)
        breaks += [(region, int(line[:4]), line) for line in lines]
    units = {each.unit for each in observed.values() if each.value is not None}
    unit = None if len(units) > 1 else next(iter(units), catalogue.indicators[indicator].unit)
    return Series(
        catalogue.indicators[indicator], statistic, stage, period, unit, rows, observed, tuple(breaks)
    )
