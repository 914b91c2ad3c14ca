"""Names, order and public values: what several pages need to know about the publication's data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gongbao.data.columns import AREAS, STAGES
from gongbao.data.dataset import Dataset
from gongbao.data.schema import STANDARD_NAMES
from gongbao.present import Number, Verdict
from gongbao.present.published import published_number
from gongbao.rows import row_dicts
from gongbao.site.reading import Info, ReportContent, in_order

STAGE_ORDER = {stage: i for i, stage in enumerate(STAGES)}
OPERATORS = {">=": "≥", "<=": "≤", "=": "="}


@dataclass(frozen=True, slots=True)
class Source:
    """A document that numbers come from. `date` is as precise as it is known."""

    source_id: str
    title: str
    doc_no: str
    issuer: str
    date: str
    url: str
    note: str


@dataclass(frozen=True, slots=True)
class Indicator:
    """A public indicator, with its definition as printed; empty text where nothing is said."""

    indicator_id: str
    area: str
    name: str
    unit: str
    stages: str
    statistics: str
    fields: tuple[tuple[str, str], ...]
    source_id: str

    @property
    def page(self) -> str:
        return f"/site/indicators/{self.indicator_id}.html"


@dataclass(frozen=True, slots=True)
class Value:
    """One published number with its place. `number.origin` is the cell it was typed into."""

    indicator_id: str
    region: str
    year: int
    period: str
    stage: str
    statistic: str
    number: Number
    source_id: str
    note: str


class Catalogue:
    """Read-only view of the dataset and the reports, made once for a build."""

    def __init__(
        self, dataset: Dataset, contents: Sequence[ReportContent], workbooks: Mapping[str, Info]
    ) -> None:
        self.dataset = dataset
        self.contents = in_order(contents)
        self.workbooks = workbooks
        self._regions = row_dicts(dataset.table("regions"))

    # --- reports ---------------------------------------------------------------------------------

    @cached_property
    def years(self) -> list[int]:
        """Years with a report, the latest first."""
        return sorted({c.year for c in self.contents}, reverse=True)

    @cached_property
    def _by_place(self) -> dict[tuple[int, str], list[ReportContent]]:
        places: dict[tuple[int, str], list[ReportContent]] = {}
        for content in self.contents:
            places.setdefault((content.year, content.region), []).append(content)
        return places

    @cached_property
    def areas(self) -> list[str]:
        """Areas with a report, in the order of the domain."""
        found = {c.area for c in self.contents}
        return [a for a in AREAS if a in found] + sorted(found - set(AREAS))

    def regions(self, year: int | None = None) -> list[str]:
        """Codes of the regions with a report (of that year): real places, then samples, by code."""
        codes = {region for when, region in self._by_place if year is None or when == year}
        return sorted(codes, key=lambda code: (is_sample(code), code))

    def reports(self, year: int, region: str) -> list[ReportContent]:
        return self._by_place.get((year, region), [])

    def verdicts(self, report: ReportContent) -> tuple[Verdict, ...]:
        """The report's verdicts as the county's pages list them: each once. The overview repeats those of
        the other areas, where they belong."""
        if report.area != "overview":
            return report.verdicts
        elsewhere = {
            v.key
            for other in self.reports(report.year, report.region)
            if other is not report
            for v in other.verdicts
        }
        return tuple(v for v in report.verdicts if v.key not in elsewhere)

    def report(self, year: int, region: str, area: str) -> ReportContent | None:
        return next((c for c in self.reports(year, region) if c.area == area), None)

    def years_of(self, region: str, area: str | None = None) -> list[int]:
        """Years in which a region has a report (of that area), the latest first."""
        return [y for y in self.years if any(area in (None, c.area) for c in self.reports(y, region))]

    def area_title(self, area: str) -> str:
        return self.workbooks[area].title if area in self.workbooks else AREAS.get(area, area)

    def area_description(self, area: str) -> str:
        return self.workbooks[area].description if area in self.workbooks else ""

    # --- places ----------------------------------------------------------------------------------

    def _region(self, code: str, year: int | None) -> Mapping[Any, Any] | None:
        rows = [r for r in self._regions if r["region_code"] == code]
        if year is not None:
            valid = [r for r in rows if not r["valid_from"] > year and not r["valid_to"] < year]
            rows = valid or rows
        return rows[-1] if rows else None

    def name(self, code: str, year: int | None = None) -> str:
        """The region's name as it was in that year; “全国” for the mark of everywhere."""
        if code == "*":
            return "全国"
        row = self._region(code, year)
        return str(row["region_name"]) if row else code

    def lineage(self, code: str, year: int | None = None) -> str:
        """Names of the regions above it, the highest first: “四川省巴中市”."""
        names: list[str] = []
        row = self._region(code, year)
        while row is not None and isinstance(row["parent_code"], str) and len(names) < 5:
            row = self._region(row["parent_code"], year)
            if row is not None:
                names.insert(0, str(row["region_name"]))
        return "".join(names)

    # --- indicators ------------------------------------------------------------------------------

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """The public indicators in the order of the definitions; internal ones have no place on a site."""
        rows = self.dataset.table("indicators")
        return {
            str(row["indicator_id"]): _indicator(row) for row in row_dicts(rows[rows["publish"] == "public"])
        }

    @cached_property
    def targets(self) -> dict[str, list[Mapping[Any, Any]]]:
        """Thresholds by public indicator."""
        found: dict[str, list[Mapping[Any, Any]]] = {}
        for row in row_dicts(self.dataset.table("targets")):
            if row["indicator_id"] in self.indicators:
                found.setdefault(str(row["indicator_id"]), []).append(row)
        return found

    @cached_property
    def values(self) -> dict[str, list[Value]]:
        """Published values by indicator: real places first, by code, the latest year first, then by stage."""
        definitions = {r["indicator_id"]: r for r in row_dicts(self.dataset.table("indicators"))}
        found: dict[str, list[Value]] = {}
        published = set(self._by_place)
        for row in row_dicts(self.dataset.table("indicator_values")):
            indicator = self.indicators.get(str(row["indicator_id"]))
            if indicator is None or (int(row["year"]), str(row["region_code"])) not in published:
                continue
            found.setdefault(indicator.indicator_id, []).append(
                self._value(row, definitions[row["indicator_id"]])
            )
        for values in found.values():
            values.sort(key=_value_order)
        return found

    def _value(self, row: Mapping[Any, Any], definition: Mapping[Any, Any]) -> Value:
        statistic = text(row["statistic"]) or "数值"
        return Value(
            str(row["indicator_id"]),
            str(row["region_code"]),
            int(row["year"]),
            text(row["period"]),
            text(row["stage"]),
            statistic,
            published_number(row, definition, statistic, str(self.dataset.place(row, "value"))),
            text(row["source_id"]),
            text(row["note"]),
        )

    # --- sources ---------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> dict[str, Source]:
        """All sources by number, the publication's own first, then those that submissions list."""
        found: dict[str, Source] = {}
        for row in row_dicts(self.dataset.table("sources")):
            source = Source(
                *(
                    text(row[name])
                    for name in ("source_id", "title", "doc_no", "issuer", "date", "url", "note")
                )
            )
            found.setdefault(source.source_id, source)
        return found

    def source_title(self, source_id: str) -> str:
        source = self.sources.get(source_id)
        return source.title if source else source_id

    def sources_of(self, year: int, region: str, area: str | None = None) -> list[Source]:
        """Documents that a county's public values and evaluations of that year come from."""
        wanted = {
            value.source_id
            for values in self.values.values()
            for value in values
            if value.year == year
            and value.region == region
            and area in (None, self.indicators[value.indicator_id].area)
        }
        for name in ("evaluations", "school_year"):
            if (area, name) in (
                (None, "evaluations"),
                (None, "school_year"),
                ("duty", "evaluations"),
                ("balance", "school_year"),
            ):
                wanted |= set(self.dataset.table(name, region, year)["source_id"].dropna())
        return [source for id, source in self.sources.items() if id in wanted]


def is_sample(region: str) -> bool:
    """Whether a region is invented (codes 99xxxx) and its data marked 示例数据."""
    return region.startswith("99")


def text(value: Any) -> str:
    """The text of a cell; empty where missing."""
    return value if isinstance(value, str) else ""


def number_or_none(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


_FIELDS = (
    ("定义", "definition"),
    ("计算方法", "formula"),
    ("分子", "numerator"),
    ("分母", "denominator"),
    ("分母口径", "denominator_basis"),
    ("时期", "period_type"),
    ("所属标准", "standard"),
    ("主题", "topic"),
)


def _indicator(row: Mapping[Any, Any]) -> Indicator:
    shown = {name: text(row[name]) for _, name in _FIELDS}
    codes = [code.strip() for code in shown["standard"].split(";") if code.strip()]
    shown["standard"] = "；".join(STANDARD_NAMES.get(code, code) for code in codes)
    fields = tuple((label, shown[name]) for label, name in _FIELDS if shown[name])
    return Indicator(
        str(row["indicator_id"]),
        str(row["area_id"]),
        str(row["name_zh"]),
        text(row["unit"]),
        text(row["stage"]).replace("；", "、"),
        text(row["statistics"]).replace("；", "、"),
        fields,
        text(row["source_id"]),
    )


def _value_order(value: Value) -> tuple[Any, ...]:
    return (
        is_sample(value.region),
        value.region,
        -value.year,
        STAGE_ORDER.get(value.stage, len(STAGE_ORDER)),
        value.statistic != "数值",
        value.statistic,
        value.period,
    )
