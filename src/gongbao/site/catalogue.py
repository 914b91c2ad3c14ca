"""Names, order and public values: what several pages need to know about the publication's data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import cached_property
from typing import Any

import pandas as pd

from gongbao.data.columns import AREAS
from gongbao.data.dataset import Dataset
from gongbao.data.editions import Edition, edition_of
from gongbao.data.schema import SUBMISSION_TABLES, TABLES
from gongbao.data.succession import Changes, code_changes, code_in
from gongbao.present import Verdict
from gongbao.present.published import (
    Disclosure,
    make_disclosure,
    published_number,
    published_parts,
)
from gongbao.rows import row_dicts
from gongbao.site.boundaries import Boundaries
from gongbao.site.entries import (
    Indicator,
    Source,
    Value,
    indicator_of,
    is_sample,
    source_of,
    text,
    value_order,
)
from gongbao.site.plan import Files, Plan
from gongbao.site.reading import Info, ReportSummary, area_order, in_order
from gongbao.standards.rectification import DeadlineRule
from gongbao.standards.targets import EVERYWHERE, LocalTargets
from gongbao.workbooks.planning import row_areas


class Catalogue:
    """Read-only view of the dataset, of all the reports there are, and of the summaries of some.

    `plan` is of the whole publication: which years, regions and areas there are. `reports` are the
    summaries of one place or of one group of places, `files` their downloads: a page about them has a
    catalogue of its own, so that nothing is held for the whole publication.
    """

    boundaries: Boundaries | None = None  # the office's own map, where it has one

    def __init__(
        self,
        dataset: Dataset,
        reports: Sequence[ReportSummary],
        plan: Plan,
        workbooks: Mapping[str, Info],
        *,
        internal: bool = False,
        deadline_rule: DeadlineRule | None = None,
        files: Mapping[tuple[int, str], Files] | None = None,
    ) -> None:
        self.dataset = dataset
        self.deadline_rule = deadline_rule or DeadlineRule()
        self.internal = internal  # a build that stays in the office: internal indicators are shown too
        self.plan = plan
        self.workbooks = workbooks
        self._hold(reports, files)
        self._editions: dict[int, Edition] = {}
        self.region_rows = row_dicts(dataset.table("regions"))
        self.row_area = row_areas(dataset)
        self._local_targets: dict[tuple[int, tuple[str, ...]], LocalTargets] = {}

    def _hold(self, reports: Sequence[ReportSummary], files: Mapping[tuple[int, str], Files] | None) -> None:
        self.files = files or {}
        self._by_place: dict[tuple[int, str], list[ReportSummary]] = {}
        for report in in_order(reports):
            self._by_place.setdefault((report.year, report.region), []).append(report)
        self._values: dict[tuple[int, str], list[Value]] = {}
        self._sources: dict[tuple[int, str], dict[str, Source]] = {}
        self._source_ids: dict[tuple[int, str], set[tuple[str, str]]] = {}

    def of(
        self, reports: Sequence[ReportSummary], files: Mapping[tuple[int, str], Files] | None = None
    ) -> Catalogue:
        """A catalogue of these reports. What is of no single place is shared with this one."""
        other = copy(self)
        for name in ("values", "sources"):
            other.__dict__.pop(name, None)
        other._hold(reports, files)
        return other

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "row_area"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.row_area = row_areas(self.dataset)

    def warmed(self) -> Catalogue:
        """This catalogue, having worked out what `of` shares."""
        for name in ("years", "areas", "_regions_of", "indicators", "targets", "_definitions",
                     "changes", "_submissions", "_rows_of_region"):  # fmt: skip
            getattr(self, name)
        return self

    def proper_names(self) -> frozenset[str]:
        """Names of places, offices, documents and what evaluation systems hold, as pages print them."""
        names = {text(row[name]) for row in self.region_rows for name in ("region_name", "office_name")}
        names |= {self.lineage(region, year) for year, region in self.plan}
        for row in row_dicts(self.dataset.table("framework_items")):
            names |= {text(row["name"]), text(row["name"]).partition("（")[0]}
        for row in row_dicts(self.dataset.table("sources")):
            names |= {text(row[name]) for name in ("title", "doc_no", "issuer")}
        return frozenset(names - {""})

    # --- reports ---------------------------------------------------------------------------------

    @cached_property
    def years(self) -> list[int]:
        """Years with a report, the latest first."""
        return sorted({year for year, _ in self.plan}, reverse=True)

    @cached_property
    def areas(self) -> list[str]:
        """Areas with a report, in the order of the domain."""
        return sorted({area for areas in self.plan.values() for area in areas}, key=area_order)

    @cached_property
    def _regions_of(self) -> dict[int | None, list[str]]:
        found: dict[int | None, set[str]] = {None: set()}
        for year, region in self.plan:
            found[None].add(region)
            found.setdefault(year, set()).add(region)
        return {
            year: sorted(codes, key=lambda code: (is_sample(code), code)) for year, codes in found.items()
        }

    def regions(self, year: int | None = None) -> list[str]:
        """Codes of the regions with a report (of that year): real places, then samples, by code."""
        return self._regions_of.get(year, [])

    def count(self, area: str) -> int:
        """How many reports of an area there are."""
        return sum(area in areas for areas in self.plan.values())

    def reports(self, year: int, region: str) -> list[ReportSummary]:
        """The reports of a place whose summaries this catalogue has."""
        return self._by_place.get((year, region), [])

    def page_of(self, year: int, region: str, area: str) -> str:
        """The address of a report, "" if there is none."""
        has = area in self.plan.get((year, region), ())
        return f"/reports/{year}/{region}/{area}.html" if has else ""

    def verdicts(self, report: ReportSummary) -> tuple[Verdict, ...]:
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

    def report(self, year: int, region: str, area: str) -> ReportSummary | None:
        return next((c for c in self.reports(year, region) if c.area == area), None)

    def unreported(self, year: int, region: str) -> list[str]:
        """Titles of the areas of which the region reported nothing that year, in the order of the domain."""
        reported = {*self.plan.get((year, region), ()), "overview"}
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
        return [
            y for y in self.years if (areas := self.plan.get((y, region))) and (area is None or area in areas)
        ]

    def area_title(self, area: str) -> str:
        return self.workbooks[area].title if area in self.workbooks else AREAS.get(area, area)

    def area_description(self, area: str) -> str:
        return self.workbooks[area].description if area in self.workbooks else ""

    # --- places ----------------------------------------------------------------------------------

    @cached_property
    def _rows_of_region(self) -> dict[str, list[Mapping[Any, Any]]]:
        found: dict[str, list[Mapping[Any, Any]]] = {}
        for row in self.region_rows:
            found.setdefault(str(row["region_code"]), []).append(row)
        return found

    def region(self, code: str, year: int | None) -> Mapping[Any, Any] | None:
        """The row of the region list for a code as it is (was, in that year), None for an unknown one."""
        rows = self._rows_of_region.get(code, [])
        if year is not None:
            valid = [r for r in rows if not r["valid_from"] > year and not r["valid_to"] < year]
            rows = valid or rows
        return rows[-1] if rows else None

    def name(self, code: str, year: int | None = None) -> str:
        """The region's name as it was in that year; “全国” for the mark of everywhere."""
        if code == "*":
            return "全国"
        row = self.region(code, year)
        return str(row["region_name"]) if row else code

    def lineage(self, code: str, year: int | None = None) -> str:
        """Names of the regions above it, the highest first: “四川省巴中市”."""
        return "".join(self.name(above, year) for above in reversed(self.ancestors(code, year)))

    def ancestors(self, code: str, year: int | None = None) -> list[str]:
        """Codes of the regions above it, nearest first."""
        found: list[str] = []
        row = self.region(code, year)
        while row is not None and isinstance(row["parent_code"], str) and len(found) < 5:
            row = self.region(row["parent_code"], year)
            if row is not None:
                found.append(str(row["region_code"]))
        return found

    # --- indicators ------------------------------------------------------------------------------

    @cached_property
    def indicators(self) -> dict[str, Indicator]:
        """The public indicators in the order of the definitions; internal ones have no place on a public site."""
        rows = self.dataset.table("indicators")
        return {
            str(row["indicator_id"]): indicator_of(row)
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
        """Published values of the places with summaries here, by indicator: real places first, by code, the
        latest year first, then by stage."""
        return _by_indicator(v for year, region in self._by_place for v in self.values_of(year, region))

    def place_values(self, year: int, region: str) -> dict[str, list[Value]]:
        """The same of one place."""
        return _by_indicator(self.values_of(year, region))

    def values_of(self, year: int, region: str) -> list[Value]:
        """A county's public values of a year as submitted, whether or not the site has a report of it."""
        if (year, region) not in self._values:
            self._values[year, region] = self._read_values(year, region)
        return self._values[year, region]

    def _read_values(self, year: int, region: str) -> list[Value]:
        rows = self._value_rows(year, region)
        last = self._value_rows(year - 1, self.code_in(region, year - 1))
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
    def changes(self) -> Changes:
        """Which codes follow which (`data.succession`)."""
        return code_changes(self.region_rows)

    def _value_rows(self, year: int, region: str) -> list[dict[Any, Any]]:
        return self.dataset.rows("indicator_values", region, year)

    def _value(self, row: Mapping[Any, Any], definition: Mapping[Any, Any], disclosure: Disclosure) -> Value:
        statistic = text(row["statistic"]) or "数值"
        number = published_number(
            row, definition, statistic, str(self.dataset.place(row, "value")), disclosure
        )
        numerator, denominator = published_parts(row, definition, number, internal=disclosure.internal)
        return Value(
            str(row["indicator_id"]),
            str(row["region_code"]),
            int(row["year"]),
            text(row["period"]),
            text(row["stage"]),
            statistic,
            number,
            text(row["source_id"]),
            disclosure.words(row, "note"),
            disclosure.words(row, "quote"),
            numerator,
            denominator,
        )

    def code_in(self, region: str, year: int) -> str:
        """The code that a region had in a year."""
        return code_in(self.changes, region, year)

    def local_targets(self, year: int, region: str) -> LocalTargets:
        """The thresholds that hold for a region in a year: the same for all whose places set none of their own."""
        places = [p for p in (region, *self.ancestors(region, year)) if p in self._places_with_targets]
        key = year, tuple(places)
        if key not in self._local_targets:
            first, *above = places or [EVERYWHERE]
            self._local_targets[key] = LocalTargets(self.dataset.table("targets"), first, year, above)
        return self._local_targets[key]

    @cached_property
    def _places_with_targets(self) -> set[str]:
        return set(self.dataset.table("targets")["region_code"]) - {EVERYWHERE}

    # --- sources ---------------------------------------------------------------------------------

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by number: the publication's own, then those that submissions list, of the places with
        summaries here or, without any, of all."""
        if not self._by_place:
            return _sources(self.dataset.table("sources"))
        found: dict[str, Source] = {}
        for place in self._by_place:
            for id, source in self._place_sources(*place).items():
                found.setdefault(id, source)
        return found

    def _place_sources(self, year: int, region: str) -> dict[str, Source]:
        if (year, region) not in self._sources:
            self._sources[year, region] = _sources(self.dataset.table("sources", region, year))
        return self._sources[year, region]

    def title_of(self, value: Value) -> str:
        """The title of the document that a value comes from. Two counties may call different documents by
        the same number, so it is looked up where the value was submitted."""
        source = self._place_sources(value.year, value.region).get(value.source_id)
        return source.title if source else value.source_id

    def source_title(self, source_id: str) -> str:
        source = self.sources.get(source_id)
        return source.title if source else source_id

    def sources_of(self, year: int, region: str, area: str | None = None) -> list[Source]:
        """Documents that a county's public values and tables of that year (of an area) come from."""
        if (year, region) not in self._source_ids:
            self._source_ids[year, region] = set(self._read_source_ids(year, region))
        wanted = {
            id for own, id in self._source_ids[year, region] if area in (None, "overview") or own == area
        }
        return [source for id, source in self.sources.items() if id in wanted]

    def _read_source_ids(self, year: int, region: str) -> Iterator[tuple[str, str]]:
        """(area, source) of the rows of a county and year."""
        for value in self.values_of(year, region):
            yield self.indicators[value.indicator_id].area, value.source_id
        for name in SUBMISSION_TABLES:
            if name not in ("indicator_values", "sources") and "source_id" in TABLES[name].names:
                for row in self.dataset.rows(name, region, year):
                    yield self.row_area(name, row), text(row["source_id"])


def _sources(rows: pd.DataFrame) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for row in row_dicts(rows):
        source = source_of(row)
        found.setdefault(source.source_id, source)
    return found


def _by_indicator(values: Iterable[Value]) -> dict[str, list[Value]]:
    found: dict[str, list[Value]] = {}
    for value in values:
        found.setdefault(value.indicator_id, []).append(value)
    for own in found.values():
        own.sort(key=value_order)
    return found
