"""Which reports a publication has, and where a county's downloads stand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gongbao.site.reading import ReportSummary, area_order
from gongbao.workbooks.planning import ReportKey

Plan = Mapping[tuple[int, str], tuple[str, ...]]
"""(year, region) -> the areas of which it has a report, in the order of the domain."""


def plan_of(reports: Iterable[ReportKey | ReportSummary]) -> Plan:
    """The plan of a publication that has these reports."""
    found: dict[tuple[int, str], list[str]] = {}
    for report in reports:
        found.setdefault((report.year, report.region), []).append(report.area)
    return {place: tuple(sorted(areas, key=area_order)) for place, areas in sorted(found.items())}


@dataclass(frozen=True, slots=True)
class Files:
    """Addresses of a county's downloads of a year."""

    xlsx: str
    csvs: tuple[tuple[str, str], ...]
