"""Names, order and public values: what several pages need to know about the publication's data."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from gongbao.data.columns import AREAS, STAGES
from gongbao.data.dataset import Dataset
from gongbao.data.editions import Edition, edition_of
from gongbao.data.schema import STANDARD_NAMES, SUBMISSION_TABLES, TABLES
from gongbao.data.succession import Changes, code_changes, code_in
from gongbao.present import Number, Verdict
from gongbao.present.published import Disclosure, make_disclosure, published_number
from gongbao.rows import row_dicts
from gongbao.site.reading import Info, ReportContent, in_order
from gongbao.standards.rectification import DeadlineRule
from gongbao.workbooks.planning import row_areas

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
        self,
        dataset: Dataset,
        contents: Sequence[ReportContent],
        workbooks: Mapping[str, Info],
        *,
        internal: bool = False,
        deadline_rule: DeadlineRule | None = None,
    ) -> None:
        self.dataset = dataset
        self.deadline_rule = deadline_rule or DeadlineRule()
        self.internal = internal  # a build that stays in the office: internal indicators are shown too
        self.contents = in_order(contents)
        self.workbooks = workbooks
        self._editions: dict[int, Edition] = {}
        self._regions = row_dicts(dataset.table("regions"))
        self.row_area = row_areas(dataset)

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

    def unreported(self, year: int, region: str) -> list[str]:
        """Titles of the areas of which the region reported nothing that year, in the order of the domain."""
        reported = {report.area for report in self.reports(year, region)} | {"overview"}
        return [self.area_title(area) for area in AREAS if area not in reported]

    def edition(self, year: int) -> Edition:
        """What the publication says of a year's edition."""
        if year not in self._editions:
            self._editions[year] = edition_of(self.dataset, year)
        return self._editions[year]

    def year_label(self, year: int) -> str:
        """The year, marked where nobody has reviewed its edition yet: for pages of several years."""
        return f"{year}年" if self.edition(year).reviewed else f"{year}年（草稿）"

    def cover(self, year: int, region: str, field: str) -> str:
        """What the cover of the submission says under `field` (office, note); empty where nothing."""
        if (region, year) not in self._submissions:
            return ""
        return self.dataset.cover(region, year)[field]

    @cached_property
    def _submissions(self) -> set[tuple[str, int]]:
        return set(self.dataset.submissions())

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
        """The public indicators in the order of the definitions; internal ones have no place on a public site."""
        rows = self.dataset.table("indicators")
        return {
            str(row["indicator_id"]): _indicator(row)
            for row in row_dicts(rows)
            if self.internal or row["publish"] == "public"
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
        found: dict[str, list[Value]] = {}
        for year, region in self._by_place:
            for value in self.values_of(year, region):
                found.setdefault(value.indicator_id, []).append(value)
        for values in found.values():
            values.sort(key=value_order)
        return found

    def values_of(self, year: int, region: str) -> list[Value]:
        """A county's public values of a year as submitted, whether or not the site has a report of it."""
        rows = self._value_rows.get((year, region), [])
        last = self._value_rows.get((year - 1, code_in(self._changes, region, year - 1)), [])
        disclosure = (
            Disclosure(internal=True)
            if self.internal
            else make_disclosure(rows, self._definitions.values(), last)
        )
        return [
            self._value(row, self._definitions[row["indicator_id"]], disclosure)
            for row in rows
            if str(row["indicator_id"]) in self.indicators
        ]

    @cached_property
    def _definitions(self) -> dict[Any, dict[Any, Any]]:
        return {r["indicator_id"]: r for r in row_dicts(self.dataset.table("indicators"))}

    @cached_property
    def _changes(self) -> Changes:
        return code_changes(self._regions)

    @cached_property
    def _value_rows(self) -> dict[tuple[int, str], list[dict[Any, Any]]]:
        found: dict[tuple[int, str], list[dict[Any, Any]]] = {}
        for row in row_dicts(self.dataset.table("indicator_values")):
            found.setdefault((int(row["year"]), str(row["region_code"])), []).append(row)
        return found

    def _value(self, row: Mapping[Any, Any], definition: Mapping[Any, Any], disclosure: Disclosure) -> Value:
        statistic = text(row["statistic"]) or "数值"
        return Value(
            str(row["indicator_id"]),
            str(row["region_code"]),
            int(row["year"]),
            text(row["period"]),
            text(row["stage"]),
            statistic,
            published_number(row, definition, statistic, str(self.dataset.place(row, "value")), disclosure),
            text(row["source_id"]),
            disclosure.words(row, "note"),
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
        """Documents that a county's public values and tables of that year (of an area) come from."""
        wanted = {
            value.source_id
            for values in self.values.values()
            for value in values
            if value.year == year
            and value.region == region
            and area in (None, "overview", self.indicators[value.indicator_id].area)
        }
        for name in SUBMISSION_TABLES:
            if name in ("indicator_values", "sources") or "source_id" not in TABLES[name].names:
                continue
            rows = self.dataset.table(name, region, year)
            for row in row_dicts(rows) if area not in (None, "overview") else ():
                if self.row_area(name, row) == area:
                    wanted.add(text(row["source_id"]))
            if area in (None, "overview"):
                wanted |= set(rows["source_id"].dropna())
        return [source for id, source in self.sources.items() if id in wanted]


def is_sample(region: str) -> bool:
    """Whether a region is invented (codes 99xxxx) and its data marked 示例数据."""
    return region.startswith("99")


def text(value: Any) -> str:
    """The text of a cell; empty where missing."""
    return value if isinstance(value, str) else ""


def number_or_none(value: Any) -> float | None:
    return None if value is None or math.isnan(value) else float(value)


DEFINITION_FIELDS = (
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
    shown = {name: text(row[name]) for _, name in DEFINITION_FIELDS}
    codes = [code.strip() for code in shown["standard"].split(";") if code.strip()]
    shown["standard"] = "；".join(STANDARD_NAMES.get(code, code) for code in codes)
    fields = tuple((label, shown[name]) for label, name in DEFINITION_FIELDS if shown[name])
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


def value_order(value: Value) -> tuple[Any, ...]:
    return (
        is_sample(value.region),
        value.region,
        -value.year,
        STAGE_ORDER.get(value.stage, len(STAGE_ORDER)),
        value.statistic != "数值",
        value.statistic,
        value.period,
    )
