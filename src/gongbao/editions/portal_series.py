"""A county's published values as series over the years, with what makes two years hard to compare.

A value counts as published in the edition of its own year. It is marked where a later revision of that
edition, or a later edition, gives another number for the same year; where the indicator's definition
differs from the year before; and where the place had another code. Withdrawn revisions say nothing here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from gongbao.data.columns import AREAS, STAGES
from gongbao.editions.history import ADDED, CORRECTED
from gongbao.editions.portal_shelf import OVERVIEW, CountyRevision, Shelf
from gongbao.editions.tree import Revision

Key = tuple[str, str, str, str]  # indicator, stage, statistic, period
RESTATED = "改述"
_PLAIN = "数值"  # the statistic of a value that is the indicator itself


@dataclass(frozen=True, slots=True)
class Statement:
    """What one revision says of a year: a record of its snapshot's `values`."""

    county: CountyRevision
    record: Mapping[str, Any]

    @property
    def shown(self) -> str:
        return str(self.record["shown"])

    @property
    def code(self) -> str:
        """The code that the place had in the year of the value."""
        return str(self.record.get("region") or self.county.code)

    @property
    def said(self) -> tuple[Any, ...]:
        """What must be equal for two statements to say the same: the unrounded number, else the words."""
        record = self.record
        value = record["value"]
        words = record["shown"] if value is None else record["qualifier"]
        return value, record["unit"], words, record["missing"]


@dataclass(frozen=True, slots=True)
class Restatement:
    """A number for the same year that was changed: `where` it was changed, and the page that tells.
    `mark`: 已更正 or 增补 by a revision of its own edition, 改述 by a later edition."""

    mark: str
    old: str
    new: str
    where: str
    date: str
    page: str

    @property
    def text(self) -> str:
        return f"{self.where}（{self.date}）：{self.old} → {self.new}"


@dataclass(frozen=True, slots=True)
class Point:
    """One year of a series. `statement` is None where its edition no longer gives the value."""

    year: int
    statement: Statement | None
    restated: tuple[Restatement, ...] = ()
    redefined: tuple[str, ...] = ()
    recoded: str = ""
    from_edition: int = 0
    """The edition that the value is taken from where its own year has none; 0 otherwise."""

    @property
    def marked(self) -> bool:
        return bool(self.restated or self.redefined or self.from_edition)


@dataclass(frozen=True, slots=True)
class Series:
    """An indicator of a county over the years, the earliest first."""

    key: Key
    name: str
    area: str
    points: tuple[Point, ...]

    @property
    def label(self) -> str:
        """What tells the row from others of the same indicator: stage, statistic, period."""
        _, stage, statistic, period = self.key
        parts = ("" if stage in ("", "全部") else stage, "" if statistic == _PLAIN else statistic, period)
        return "，".join(part for part in parts if part)


@dataclass
class _Gathered:
    statements: dict[int, list[Statement]] = field(default_factory=dict)


def county_series(shelf: Shelf, counties: Sequence[CountyRevision]) -> list[Series]:
    """The series of a place (`counties`: it in every revision, by year and revision), in the order of the
    areas, then of indicators and stages."""
    standing = [c for c in counties if c.revision.state != "withdrawn"]
    found: dict[Key, _Gathered] = {}
    for county in standing:
        for record in county.content["values"]:
            key = (
                record["indicator"],
                record["stage"] or "",
                record["statistic"] or _PLAIN,
                record["period"] or "",
            )
            found.setdefault(key, _Gathered()).statements.setdefault(int(record["year"]), []).append(
                Statement(county, record)
            )
    definitions = _Definitions(shelf)
    made = [_series(key, gathered.statements, standing, definitions) for key, gathered in found.items()]
    # As the definitions have them: that is how a snapshot lists its values.
    listed = (record["indicator"] for county in reversed(standing) for record in county.content["values"])
    position = {indicator: i for i, indicator in enumerate(dict.fromkeys(listed))}
    return sorted(made, key=lambda series: _order(series, position))


def _series(
    key: Key,
    statements: Mapping[int, Sequence[Statement]],
    standing: Sequence[CountyRevision],
    definitions: _Definitions,
) -> Series:
    points: list[Point] = []
    before: Point | None = None
    for year in sorted(statements):
        point = _point(year, statements[year], standing)
        if before is not None:
            point = _compared(point, before, key[0], definitions)
        points.append(point)
        before = point
    last = [s for year in sorted(statements) for s in statements[year]][-1]
    area = str(definitions.of(last.county.revision, key[0]).get("area", ""))
    return Series(key, str(last.record["name"]), area, tuple(points))


def _point(year: int, statements: Sequence[Statement], standing: Sequence[CountyRevision]) -> Point:
    """What counts as published for a year, and what was said otherwise afterwards."""
    own = [c for c in standing if c.revision.year == year]
    by_revision = {s.county.revision: s for s in statements}
    later = [by_revision[r] for r in _latest_of_later(standing, year) if r in by_revision]
    restated = list(_within(own, by_revision))
    current = by_revision.get(own[-1].revision) if own else None
    first = current
    if not own and later:
        first = later.pop(0)
    said = first
    for statement in later:
        if said is not None and statement.said != said.said:
            restated.append(_restated(said, statement))
        said = statement
    source = first.county.revision.year if first is not None and not own else 0
    return Point(year, first, tuple(restated), from_edition=source)


def _latest_of_later(standing: Sequence[CountyRevision], year: int) -> list[Revision]:
    latest = {c.revision.year: c.revision for c in standing if c.revision.year > year}
    return [latest[later] for later in sorted(latest)]


def _within(own: Sequence[CountyRevision], said: Mapping[Revision, Statement]) -> Iterator[Restatement]:
    """Changes from one revision of the value's own edition to the next."""
    for old, new in pairwise(own):
        before, after = said.get(old.revision), said.get(new.revision)
        if before is None and after is None:
            continue
        if before is None or after is None or before.said != after.said:
            yield Restatement(
                CORRECTED if before else ADDED,
                before.shown if before else "没有",
                after.shown if after else "不再列出",
                f"{new.revision.year}年度 {new.revision.name} 更正",
                new.revision.date,
                f"/{new.revision.address}/corrections.html",
            )


def _restated(old: Statement, new: Statement) -> Restatement:
    county = new.county
    page = county.pages.get(OVERVIEW, "index.html")
    return Restatement(
        RESTATED,
        old.shown, new.shown, f"{county.revision.year}年度版改述", county.revision.date,
        f"/{county.revision.address}/{page}",
    )  # fmt: skip


def _compared(point: Point, before: Point, indicator: str, definitions: _Definitions) -> Point:
    now, then = point.statement, before.statement
    if now is None or then is None:
        return point
    code = f"{then.code} → {now.code}" if now.code != then.code else ""
    changed = definitions.changes(then.county.revision, now.county.revision, indicator)
    return Point(point.year, now, point.restated, changed, code, point.from_edition)


class _Definitions:
    """The indicators as each edition defined them."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def of(self, revision: Revision, indicator: str) -> Mapping[str, Any]:
        """An indicator's definition in an edition; empty where it has none."""
        found: Mapping[str, Any] = self._shelf.edition(revision).get("indicators", {}).get(indicator, {})
        return found

    def changes(self, old: Revision, new: Revision, indicator: str) -> tuple[str, ...]:
        """What differs between two editions' definitions, as short sentences."""
        before = _flat(self.of(old, indicator))
        after = _flat(self.of(new, indicator))
        if not before or not after:
            return ()
        return tuple(
            f"{label}由“{before.get(label) or '无'}”改为“{after.get(label) or '无'}”"
            for label in dict.fromkeys((*before, *after))
            if before.get(label) != after.get(label)
        )


_LABELS = {
    "name": "名称", "unit": "单位", "stages": "适用学段", "definition": "定义", "formula": "计算方法",
    "numerator": "分子", "denominator": "分母", "denominator_basis": "分母口径", "period_type": "时期",
    "statistics": "统计量", "standard": "所属标准", "topic": "主题", "source_id": "依据", "source": "依据",
}  # fmt: skip
# What an indicator is called by the publication, not what it measures.
_NOT_MEANING = ("area", "topic", "主题", "standard", "所属标准", "statistics", "stages")


def _flat(definition: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in definition.items():
        if name in _NOT_MEANING:
            continue
        if isinstance(value, Mapping):
            found |= _flat(value)
        elif isinstance(value, list):
            found |= {
                str(part[0]): str(part[1]) for part in value if isinstance(part, list) and len(part) == 2
            }
        else:
            found[_LABELS.get(name, name)] = "" if value is None else str(value)
    return {label: text for label, text in found.items() if label not in _NOT_MEANING}


def _order(series: Series, position: Mapping[str, int]) -> tuple[Any, ...]:
    areas = list(AREAS)
    indicator, stage, statistic, period = series.key
    return (
        areas.index(series.area) if series.area in areas else len(areas),
        position[indicator],
        STAGES.index(stage) if stage in STAGES else len(STAGES),
        statistic != _PLAIN,
        statistic,
        period,
    )
